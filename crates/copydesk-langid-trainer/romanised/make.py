#!/usr/bin/env python3
"""Writes what is known of languages in Latin letters: text of a language is romanised by tables, as people and passports do,
and the most frequent pieces of three letters are counted.

usage: make.py TRAIN.tsv.gz PIECES.tsv HELD_OUT.tsv   (pip install pypinyin==0.55.0 pykakasi==2.3.0)
"""
import collections, gzip, random, re, sys, unicodedata

RANDOM = random.Random(7)
KEPT, LINES, HELD = 400, 3000, 500

def table(pairs):
    return dict(pair.split("=") for pair in pairs.split())

DEVANAGARI = table("क=k ख=kh ग=g घ=gh ङ=n च=ch छ=chh ज=j झ=jh ञ=n ट=t ठ=th ड=d ढ=dh ण=n त=t थ=th द=d ध=dh न=n प=p फ=ph ब=b भ=bh म=m "
    "य=y र=r ल=l व=v श=sh ष=sh स=s ह=h क़=q ख़=kh ग़=g ज़=z ड़=r ढ़=rh फ़=f ळ=l")
DEV_SIGNS = table("ा=aa ि=i ी=ee ु=u ू=oo ृ=ri े=e ै=ai ो=o ौ=au ॉ=o ॅ=e")
DEV_VOWELS = table("अ=a आ=aa इ=i ई=ee उ=u ऊ=oo ऋ=ri ए=e ऐ=ai ओ=o औ=au ऑ=o ऍ=e")
BENGALI = table("ক=k খ=kh গ=g ঘ=gh ঙ=ng চ=ch ছ=ch জ=j ঝ=jh ঞ=n ট=t ঠ=th ড=d ঢ=dh ণ=n ত=t থ=th দ=d ধ=dh ন=n প=p ফ=f ব=b ভ=bh ম=m য=j "
    "য়=y র=r ল=l শ=sh ষ=sh স=s হ=h ড়=r ঢ়=r ৎ=t")
BEN_SIGNS = table("া=a ি=i ী=i ু=u ূ=u ৃ=ri ে=e ৈ=oi ো=o ৌ=ou")
BEN_VOWELS = table("অ=o আ=a ই=i ঈ=i উ=u ঊ=u ঋ=ri এ=e ঐ=oi ও=o ঔ=ou")
TAMIL = table("க=k ங=ng ச=s ஞ=ny ட=d ண=n த=th ந=n ப=p ம=m ய=y ர=r ல=l வ=v ழ=zh ள=l ற=r ன=n ஜ=j ஷ=sh ஸ=s ஹ=h")
TAM_SIGNS = table("ா=aa ி=i ீ=ee ு=u ூ=oo ெ=e ே=e ை=ai ொ=o ோ=o ௌ=au")
TAM_VOWELS = table("அ=a ஆ=aa இ=i ஈ=ee உ=u ஊ=oo எ=e ஏ=e ஐ=ai ஒ=o ஓ=o ஔ=au")

def indic(word, letters, signs, vowels, inherent, virama, deletes):
    word = unicodedata.normalize("NFC", word)
    for nukta in "\u093c\u09bc":
        word = re.sub("(.)" + nukta, lambda m: m.group(1) + nukta, word)
    syllables = []          # consonants, vowel ("" deleted or silenced, None inherent)
    i = 0
    while i < len(word):
        two, one = word[i:i + 2], word[i]
        if len(two) == 2 and two in letters:
            syllables.append([letters[two], None]); i += 2
        elif unicodedata.normalize("NFD", one) in letters or one in letters:
            syllables.append([letters.get(one) or letters[unicodedata.normalize("NFD", one)], None]); i += 1
        elif one in signs and syllables:
            syllables[-1][1] = signs[one]; i += 1
        elif one in vowels:
            syllables.append(["", vowels[one]]); i += 1
        elif one == virama and syllables:
            syllables[-1][1] = ""; i += 1
        elif one in "ंঁँং" and syllables:
            if syllables[-1][1] is None: syllables[-1][1] = inherent
            syllables[-1][1] += "ng" if one == "ং" else "n"; i += 1
        else:
            i += 1
    if deletes and len(syllables) > 1:
        if syllables[-1][1] is None and not (len(syllables) > 1 and syllables[-2][1] == "" and inherent == "o"):
            syllables[-1][1] = ""
        for k in range(len(syllables) - 2, 0, -1):
            after = syllables[k + 1]
            if syllables[k][1] is None and syllables[k - 1][1] != "" and after[1] != "" and after[0]:
                syllables[k][1] = ""
    return "".join(c + (inherent if v is None else v) for c, v in syllables)


def loose(text, style):
    """Long vowels as people write them."""
    if style % 3 == 0: return text.replace("aa", "a").replace("ee", "i").replace("oo", "u")
    if style % 3 == 1: return re.sub("aa(?!$|\\b)", "a", text).replace("aa", "a")
    return re.sub("aa\\b", "a", text)

def hindi(word, style):
    special = {"में": "mein", "है": "hai", "हैं": "hain", "नहीं": "nahi", "यह": "yeh", "वह": "woh", "और": "aur", "मैं": "main", "क्या": "kya", "ये": "ye", "वे": "ve", "हूँ": "hoon", "हूं": "hoon"}
    if word in special: return special[word]
    made = loose(indic(word, DEVANAGARI, DEV_SIGNS, DEV_VOWELS, "a", "्", True), style)
    return made.replace("v", "w") if style % 2 else made
def bengali(word, style):
    return indic(word, BENGALI, BEN_SIGNS, BEN_VOWELS, "o", "্", True)
def tamil(word, style):
    made = loose(indic(word, TAMIL, TAM_SIGNS, TAM_VOWELS, "a", "்", False), style)
    made = re.sub("nk", "ng", made); made = re.sub("nth", "nth" if style % 2 else "nd", made); made = re.sub("kk", "kk", made)
    made = re.sub("mp", "mb", made); made = re.sub("ss", "ch", made); made = re.sub("dd", "tt", made)
    return made.replace("th", "t") if style % 4 == 3 else made

RU = table("а=a б=b в=v г=g д=d е=e ё=yo ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya")
RU_OTHER = [dict(RU), {**RU, "х": "h", "й": "j", "ё": "e", "ю": "ju", "я": "ja", "щ": "sch", "ь": "'"}, {**RU, "х": "h", "й": "i", "щ": "sch", "ё": "e", "ю": "iu", "я": "ia"}]
def russian(word, style):
    t = RU_OTHER[style % 3]
    return "".join(t.get(c, c) for c in word)

EL = table("α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o")
EL_OTHER = [EL, {**EL, "η": "h", "χ": "x", "ξ": "ks", "ω": "w", "υ": "u", "β": "b"}, {**EL, "χ": "h", "υ": "i"}]
def greek(word, style):
    word = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    if style % 3 == 0:
        word = word.replace("ου", "ou").replace("ευ", "ef").replace("αυ", "af").replace("μπ", "b").replace("γγ", "ng").replace("γκ", "gk")
    elif style % 3 == 2:
        word = word.replace("ου", "ou").replace("ει", "i").replace("οι", "i").replace("αι", "e").replace("μπ", "b").replace("ντ", "d")
    t = EL_OTHER[style % 3]
    return "".join(t.get(c, c) for c in word.replace("ου", "ou"))

AR_WORDS = table("في=fi من=min على=ala إلى=ila أن=an إن=inna هذا=hatha هذه=hathihi التي=allati الذي=allathi ما=ma لا=la عن=an مع=maa كان=kana كانت=kanat قال=qala هو=huwa هي=hiya "
    "لم=lam ذلك=thalik كل=kul بعد=baad قبل=qabl بين=bayn الله=allah أو=aw ثم=thumma قد=qad لكن=lakin حتى=hatta عند=inda غير=ghayr أنا=ana أنت=anta نحن=nahnu يوم=yawm كما=kama")
AR = table("ا=a أ=a إ=i آ=a ب=b ت=t ث=th ج=j ح=h خ=kh د=d ذ=th ر=r ز=z س=s ش=sh ص=s ض=d ط=t ظ=z ع=a غ=gh ف=f ق=q ك=k ل=l م=m ن=n ه=h و=u ي=i ى=a ة=a ئ=i ؤ=u ء=")
def fill(letters, vowels, key):
    out, run = "", 0
    for n, (c, is_vowel) in enumerate(letters):
        if not is_vowel and run >= 1:
            out += vowels[(key + n) % len(vowels)]
        out += c
        run = 0 if is_vowel else run + 1
    return out
def arabic(word, style):
    word = re.sub("[\u064b-\u0652\u0640]", "", word)
    if word in AR_WORDS: return AR_WORDS[word]
    head = ""
    for prefix, said in (("وال", "wal"), ("بال", "bil"), ("لل", "lil"), ("ال", "al"), ("و", "wa")):
        if word.startswith(prefix) and len(word) > len(prefix) + 2:
            head, word = said + ("-" if style % 2 and said == "al" else ""), word[len(prefix):]
            break
    letters = []
    for n, c in enumerate(word):
        made = AR.get(c)
        if made is None: continue
        if c == "و" and (n == 0 or (n + 1 < len(word) and word[n + 1] in "اي")): made = "w"
        if c == "ي" and (n == 0 or (n + 1 < len(word) and word[n + 1] in "او")): made = "y"
        letters.append((made, bool(made) and made[-1] in "aeiou"))
    return head + fill(letters, "aaiaua", len(word))

FA_WORDS = table("و=va در=dar به=be از=az که=ke این=in را=ra با=ba است=ast برای=baraye آن=an یک=yek می=mi خود=khod تا=ta هم=ham بر=bar شد=shod کرد=kard شده=shode ما=ma من=man او=oo "
    "کنند=konand کند=konad دارد=darad بود=bood نیست=nist هر=har اما=ama یا=ya ها=ha های=haye ای=ei پس=pas اگر=agar چه=che شما=shoma تو=to همه=hame خیلی=kheili بی=bi کنم=konam باید=bayad هستند=hastand")
FA = table("ا=a آ=a ب=b پ=p ت=t ث=s ج=j چ=ch ح=h خ=kh د=d ذ=z ر=r ز=z ژ=zh س=s ش=sh ص=s ض=z ط=t ظ=z ع=a غ=gh ف=f ق=gh ک=k ك=k گ=g ل=l م=m ن=n ه=h و=o ی=i ي=i ئ=e ء= أ=a")
def persian(word, style):
    word = word.replace("\u200c", "")
    if word in FA_WORDS: return FA_WORDS[word]
    head = ""
    for prefix, said in (("نمی", "nemi"), ("می", "mi"), ("بی", "bi")):
        if word.startswith(prefix) and len(word) > len(prefix) + 2:
            head, word = said, word[len(prefix):]
            break
    tail = ""
    for suffix, said in (("های", "haye"), ("ها", "ha"), ("ه", "e"), ("ند", "and"), ("م", "am")):
        if word.endswith(suffix) and len(word) > len(suffix) + 2:
            tail, word = said, word[:-len(suffix)]
            break
    letters = []
    for n, c in enumerate(word):
        made = FA.get(c)
        if made is None: continue
        if c == "و" and (n == 0 or (n + 1 < len(word) and word[n + 1] in "ای")): made = "v"
        elif c == "و" and style % 2: made = "u"
        if c in "یي" and (n == 0 or (n + 1 < len(word) and word[n + 1] in "او")): made = "y"
        letters.append((made, bool(made) and made[-1] in "aeiou"))
    return head + fill(letters, "aeaoae", len(word)) + tail

UR = table("ا= آ= ب=b پ=p ت=t ٹ=t ث=s ج=j چ=ch ح=h خ=kh د=d ڈ=d ذ=z ر=r ڑ=r ز=z ژ=zh س=s ش=sh ص=s ض=z ط=t ظ=z ع= غ=g ف=f ق=q ک=k ك=k گ=g ل=l م=m ن=n ں=n و= ہ=h ھ=h ء= ی= ے= ئ= ي= ه=h ؤ=")
HINTS = {"ا": "a", "آ": "a", "و": "ouvw", "ی": "iey", "ے": "e", "ي": "iey"}
known = collections.defaultdict(collections.Counter)
def bones(text): return re.sub("(.)\\1+", "\\1", re.sub("[aeiouywv]", "", text)).replace("ph", "f").replace("q", "k").replace("gh", "g")
UR_WORDS = table("میں=mein ہے=hai ہیں=hain نہیں=nahi یہ=yeh وہ=woh اور=aur کے=ke کی=ki کا=ka کو=ko سے=se نے=ne پر=par کہ=ke اس=is ان=un جو=jo تو=to بھی=bhi ایک=aik ہو=ho تھا=tha تھے=thay تھی=thi گیا=gaya کیا=kiya کر=kar لئے=liye لیے=liye تک=tak ساتھ=saath ہم=hum آپ=aap")
def urdu(word, style):
    word = re.sub("[\u064b-\u0655\u0670]", "", word)
    if word in UR_WORDS: return UR_WORDS[word]
    skeleton = bones("".join(UR.get(c, "") for c in word))
    hints = [HINTS[c] for c in word[1:] if c in HINTS]
    fits = [w for w, _ in known[skeleton].most_common(12) if all(any(v in w for v in hint) for hint in hints) and abs(len(re.findall("[aeiou]+", w)) - len(hints)) <= 2]
    if skeleton and fits: return fits[0]
    letters = []
    for n, c in enumerate(word):
        made = UR.get(c)
        if made is None: continue
        if made == "":
            made = {"ا": "a", "آ": "aa", "ع": "a", "و": "w" if n == 0 else "o", "ی": "y" if n == 0 else ("ee" if style % 2 else "i"), "ي": "i", "ے": "ay" if style % 2 else "e"}.get(c, "")
        letters.append((made, bool(made) and made[-1] in "aeiouy" and made != "y"))
    return fill(letters, "aaaia", len(word))

def by_words(convert):
    def run(line):
        style = RANDOM.randrange(12)
        return re.sub(r"[^\W\d_]+(?:[\u0900-\u0d7f\u064b-\u0655\u200c]+[^\W\d_]*)*", lambda m: convert(m.group(0).lower(), style), line)
    return run

def japanese():
    import pykakasi
    kakasi = pykakasi.kakasi()
    def run(line):
        style = RANDOM.randrange(3)
        said = " ".join(part["hepburn" if style else "kunrei"] for part in kakasi.convert(line))
        if style == 2: said = re.sub("ou", "o", said)
        said = re.sub(r"\bha\b", "wa", said); return re.sub(r"\bwo\b", "o" if style else "wo", said)
    return run
def chinese():
    from pypinyin import lazy_pinyin
    def run(line):
        out = ""
        left = 0
        for s in lazy_pinyin(line):
            if not s.isalpha(): out += s; left = 0; continue
            if left == 0:
                out += " "; left = RANDOM.choice((1, 2, 2, 2, 3))
            out += s.replace("ü", "v"); left -= 1
        return out.strip()
    return run

MAKERS = {"hin": ("hi-Latn", by_words(hindi)), "urd": ("ur-Latn", by_words(urdu)), "rus": ("ru-Latn", by_words(russian)), "ell": ("el-Latn", by_words(greek)),
          "jpn": ("ja-Latn", japanese()), "zho": ("zh-Latn", chinese()), "ara": ("ar-Latn", by_words(arabic)), "fas": ("fa-Latn", by_words(persian)),
          "ben": ("bn-Latn", by_words(bengali)), "tam": ("ta-Latn", by_words(tamil))}

def pieces(text):
    text = re.sub("[^a-z]+", " ", unicodedata.normalize("NFC", text).lower())
    return [text[i:i + 3] for i in range(len(text) - 2)]

def main():
    train, out, held = sys.argv[1:]
    lines = collections.defaultdict(list)
    for line in gzip.open(train, "rt"):
        code, _, text = line.rstrip("\n").partition("\t")
        if code in MAKERS and len(text) > 25: lines[code].append(text)
    for code in lines: RANDOM.shuffle(lines[code])
    for text in lines["hin"][:8000]:
        for word in re.findall(r"[\u0900-\u097f]+", text):
            made = hindi(word, 0)
            known[bones(made)][made] += 1
    with open(out, "w") as page, open(held, "w") as test:
        page.write("# The most frequent pieces of three letters of languages in Latin letters, `_` for a blank. Columns, separated by tabs: tag, the\n# share of a sentence's pieces that are among them, the pieces with how often each stands among 10,000. Written by\n# `romanised/make.py` of `copydesk-langid-trainer`.\n")
        for code, (tag, convert) in sorted(MAKERS.items(), key=lambda m: m[1][0]):
            print(tag, len(lines[code]), flush=True)
            made = [convert(text) for text in lines[code][:LINES + HELD]]
            for text in made[:HELD]: test.write(f"{tag}\t{text}\n")
            count = collections.Counter(p for text in made[HELD:] for p in pieces(text))
            kept = count.most_common(KEPT); total = sum(count.values())
            top = {p for p, _ in kept}
            shares = []
            for text in made[:HELD]:
                own = pieces(text)
                if len(own) >= 40: shares.append(sum(p in top for p in own) / len(own))
            share = sum(shares) / max(1, len(shares))
            print("  share", share, made[3][:150])
            page.write(f"{tag}\t{share:.3f}\t" + " ".join(p.replace(" ", "_") + str(round(c * 10000 / total)) for p, c in kept) + "\n")
main()

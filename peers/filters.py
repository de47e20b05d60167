"""Holds the rules of `filter-quality` against datatrove's own filters, document by document.

    copydesk run peers/filters.toml PAGES --out OUT
    python3 peers/filters.py OUT/records.jsonl

datatrove and its tokenizers are installed into an environment of their own, in the folder that `--venv` names. The figures by
language of FineWeb-2 are read from our own table; a tokenizer that has to fetch a model is left out and counted.

Two differ where one passes what the other does not, or where they name another rule first. Rules that count words differ
where words are told otherwise: both figures are printed then. A difference of any other kind is a fault, and the script fails.
"""

import argparse
import collections
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tomllib
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "crates" / "copydesk-stage-filter-quality" / "data"
WANTED = ["datatrove==0.10.1", "spacy==3.8.18", "nltk", "regex", "indic-nlp-library", "tldextract", "numpy"]

# What datatrove calls the rules, for each of its filters.
REASONS = {
    "quality": {
        "gopher_short_doc": "short",
        "gopher_long_doc": "long",
        "gopher_below_avg_threshold": "short-words",
        "gopher_above_avg_threshold": "long-words",
        "gopher_too_many_hashes": "hashes",
        "gopher_too_many_ellipsis": "ellipses",
        "gopher_too_many_bullets": "bullet-lines",
        "gopher_too_many_end_ellipsis": "ellipsis-lines",
        "gopher_below_alpha_threshold": "alphabetic-words",
        "gopher_enough_stop_words": "stop-words",
    },
    "repetition": {
        "dup_para_frac": "duplicate-paragraphs",
        "dup_para_char_frac": "duplicate-paragraph-characters",
        "dup_line_frac": "duplicate-lines",
        "dup_line_char_frac": "duplicate-line-characters",
        **{f"top_{n}_gram": f"top-{n}-gram" for n in (2, 3, 4)},
        **{f"duplicated_{n}_n_grams": f"duplicate-{n}-gram" for n in range(5, 11)},
    },
    "lines": {
        "line_punct_ratio": "line-punctuation",
        "short_line_ratio": "short-lines",
        "char_dup_ratio": "duplicate-characters",
        "list_ratio": "newlines",
    },
    "c4": {"lorem_ipsum": "lorem-ipsum", "curly_bracket": "curly-bracket", "too_few_sentences": "sentences"},
}
COUNT_NO_WORDS = {
    "bullet-lines", "ellipsis-lines", "duplicate-paragraphs", "duplicate-paragraph-characters", "duplicate-lines",
    "duplicate-line-characters", "lorem-ipsum", "curly-bracket", "line-punctuation", "short-lines",
    "duplicate-characters",
}  # fmt: skip


def into_environment(folder):
    """Goes on in an environment that has datatrove."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *WANTED], check=True)
    if pathlib.Path(sys.prefix).resolve() != folder.resolve():
        os.execv(python, [str(python), *sys.argv])


def filters_for(code, figures):
    """datatrove's filters, each with the set that our rules of the same meaning belong to."""
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    if code is None:
        return [
            ("gopher", "quality", GopherQualityFilter()),
            ("gopher", "repetition", GopherRepetitionFilter()),
            ("fineweb", "lines", FineWebQualityFilter()),
            ("c4", "c4", C4QualityFilter()),
        ]
    # As in the pipeline that FineWeb-2 was made with.
    repetition = GopherRepetitionFilter(
        language=code,
        dup_para_frac=0,
        dup_line_char_frac=0,
        dup_para_char_frac=0,
        dup_line_frac=figures["duplicate_lines"],
        top_n_grams=list(zip((2, 3, 4), figures["top"])),
        dup_n_grams=list(zip(range(5, 11), figures["duplicate"])),
    )
    lines = FineWebQualityFilter(
        language=code,
        short_line_thr=999,
        char_duplicates_ratio=0.1,
        line_punct_thr=figures["line_punctuation"],
        new_line_ratio=figures["newlines"],
    )
    quality = GopherQualityFilter(
        language=code,
        min_avg_word_length=figures["word_length"][0],
        max_avg_word_length=figures["word_length"][1],
        stop_words=figures["stop_words"],
        max_non_alpha_words_ratio=figures["alphabetic_words"],
        min_stop_words=2,
    )
    return [("fineweb-2", "repetition", repetition), ("fineweb-2", "lines", lines), ("fineweb-2", "quality", quality)]


LANGUAGES = {language["tag"]: language for language in tomllib.loads((DATA / "fineweb-2.toml").read_text())["language"]}
RULES = tomllib.loads((DATA / "rules.toml").read_text())["rule"]
KNOWN = {}


def known_filters(code, figures):
    if code not in KNOWN:
        KNOWN[code] = filters_for(code, figures)
    return KNOWN[code]


def own_verdict(asked, set_name, filter_name):
    """The first of our rules that speaks against the document; `...` where one of them was not asked."""
    meant = REASONS[filter_name].values()
    for rule in RULES:
        name = rule["name"]
        if rule["set"] != set_name or name.removeprefix(set_name + "-") not in meant:
            continue
        if name not in asked:
            return ..., None
        if asked[name]["against"]:
            return name.removeprefix(set_name + "-"), asked[name]
    return None, None


def compare(line):
    """What became of one document: a list of (filter, result, details)."""
    from datatrove.data import Document
    from datatrove.utils.text import split_into_words

    record = json.loads(line)
    asked = {rule["rule"]: rule for rule in record["ext"].get("filter-quality", [])}
    figures = LANGUAGES.get(record["language"] or "und")
    runs = known_filters(None, None)
    if figures:
        runs = runs + known_filters(figures["code"], figures)
    results = []
    for set_name, filter_name, filter in runs:
        kind = f"{set_name} {filter_name}"
        own, figure = own_verdict(asked, set_name, filter_name)
        if own is ...:
            results.append((kind, "not asked by us", None))
            continue
        try:
            result = filter.filter(Document(text=record["text"], id=""))
            words = len(split_into_words(record["text"], getattr(filter, "language", "eng_Latn")))
        except Exception as error:  # a model that is not there, or a text that the tokenizer cannot take
            results.append((kind, f"not told by datatrove: {type(error).__name__}", None))
            continue
        reason = None if result is True else result[1]
        theirs = REASONS[filter_name].get(reason, reason)
        # A text without a word is `empty` for each filter there; here `short` says so, once.
        if theirs == own or theirs == "empty" and asked.get("gopher-short", {}).get("against"):
            results.append((kind, "same" if own is None else "same, against", None))
            continue
        by_words = not {own, theirs} & COUNT_NO_WORDS
        details = (record["source"]["uri"], record["language"], kind, own, theirs, figure, words)
        results.append((kind, "differs by words" if by_words else "differs", details))
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=pathlib.Path)
    parser.add_argument("--venv", type=pathlib.Path, default=ROOT / "target" / "datatrove")
    parser.add_argument("--differences", type=int, default=40, help="how many are printed")
    arguments = parser.parse_args()
    into_environment(arguments.venv)
    counts, shown, documents = collections.defaultdict(collections.Counter), [], 0
    with arguments.records.open(encoding="utf-8") as lines, multiprocessing.Pool() as pool:
        for results in pool.imap(compare, lines, chunksize=16):
            documents += 1
            for kind, result, details in results:
                counts[kind][result] += 1
                if details:
                    shown.append(details)
    for uri, language, kind, own, theirs, figure, words in shown[: arguments.differences]:
        near = f"{figure['figure']} against {figure['threshold']}" if figure else ""
        print(f"{uri} ({language}) {kind}: {own} {near}; datatrove: {theirs}, {words} words")
    print(f"{documents} documents")
    for kind, results in counts.items():
        compared = sum(count for result, count in results.items() if not result.startswith("not "))
        same = sum(count for result, count in results.items() if result.startswith("same"))
        share = f"{100 * same / compared:.2f} %" if compared else "-"
        print(f"{kind:22} {share:>9} of {compared} agree; {dict(results)}")
    faults = sum(results["differs"] for results in counts.values())
    sys.exit(f"{faults} differences that words do not explain" if faults else 0)


if __name__ == "__main__":
    main()

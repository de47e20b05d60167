#!/usr/bin/env python3
"""Makes dumps of pages as people make them, for `copydesk-boilerplate-trainer train --text --dumps FILE`.

    pip install -r requirements.txt
    make.py BENCH OUT.jsonl.gz

Each page is rendered twice: once as a whole by one program and once by a program that looks for the main text, with the
boilerplate that it leaves in. Which ones is settled by a hash of the page's name, so that the same pages and versions give
the same file.
"""
import gzip
import json
import pathlib
import sys
import zlib

import html2text
import inscriptis
import lxml.html
import markdownify
import readability
import trafilatura
from resiliparse.extract.html2text import extract_plain_text

BLOCKS = set(
    "address article aside blockquote body br button caption center dd details dialog div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section select summary table tbody td "
    "tfoot th thead title tr ul".split()
)
UNSEEN = set("head iframe noscript object script style svg template".split())


def lines(page):
    """One line for each block element and no blank lines, as archives of crawls have it."""
    out = [""]

    def walk(element):
        if not isinstance(element.tag, str) or element.tag in UNSEEN:
            return
        block = element.tag in BLOCKS
        if block:
            out.append("")
        out[-1] += element.text or ""
        for child in element:
            walk(child)
            out[-1] += child.tail or ""
        if block:
            out.append("")

    walk(lxml.html.fromstring(page))
    return "\n".join(line for line in (" ".join(line.split()) for line in out) if line)


def as_markdown(page, links):
    maker = html2text.HTML2Text()
    maker.body_width = 0
    maker.ignore_links = not links
    maker.ignore_images = not links
    return maker.handle(page)


def readable(page, as_text):
    document = readability.Document(page)
    return document.short_title() + "\n\n" + as_text(document.summary())


WHOLE = {
    "lines": lines,
    "html2text": lambda page: as_markdown(page, links=False),
    "html2text-links": lambda page: as_markdown(page, links=True),
    "inscriptis": inscriptis.get_text,
    "resiliparse": lambda page: extract_plain_text(page, main_content=False, alt_texts=False),
    "markdownify": lambda page: markdownify.markdownify(page, strip=["script", "style"], heading_style="ATX"),
}
MAIN = {
    "trafilatura": trafilatura.extract,
    "trafilatura-recall": lambda page: trafilatura.extract(page, favor_recall=True, include_comments=True),
    "trafilatura-markdown": lambda page: trafilatura.extract(
        page, output_format="markdown", include_images=True, include_formatting=True, favor_recall=True
    ),
    "readability-lines": lambda page: readable(page, lines),
    "readability-html2text": lambda page: readable(page, lambda html: as_markdown(html, links=False)),
    "resiliparse-main": lambda page: extract_plain_text(page, main_content=True, alt_texts=False),
}
LONGEST = 60_000


def wanted(gold, number):
    """News and blogs all, other kinds of pages in part."""
    if gold.get("page_type") == "forum":
        return False
    return gold.get("page_type") in (None, "article") or number % 3 == 0


def main(bench, out):
    bench = pathlib.Path(bench)
    with gzip.GzipFile(out, "wb", mtime=0) as file:
        for folder in ("wcxb", "news", "mixed"):
            for row in gzip.open(bench / folder / "gold.jsonl.gz", "rt", encoding="utf-8"):
                gold = json.loads(row)
                number = zlib.crc32(gold["id"].encode())
                path = bench / folder / "html" / (gold["id"] + ".html.gz")
                if not wanted(gold, number >> 3) or not path.exists():
                    continue
                page = gzip.open(path).read().decode("utf-8", "replace")
                for kind, makers in (("whole", WHOLE), ("main", MAIN)):
                    name = sorted(makers)[number // 7 % len(makers)]
                    try:
                        text = makers[name](page) or ""
                    except Exception as error:  # A page that one of the programs cannot read.
                        print(gold["id"], name, repr(error)[:80], file=sys.stderr)
                        continue
                    if 200 <= len(text) <= LONGEST:
                        dump = {"id": gold["id"], "folder": folder, "kind": kind, "by": name, "text": text}
                        file.write((json.dumps(dump, ensure_ascii=False) + "\n").encode())


if __name__ == "__main__":
    main(*sys.argv[1:])

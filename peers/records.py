#!/usr/bin/env python3
"""What extractors for Python make of a folder of pages, as records that `copydesk eval` reads.

    records.py EXTRACTOR FOLDER > records.jsonl

EXTRACTOR is `trafilatura` or `resiliparse`, with its defaults; FOLDER holds pages such as `0001.html.gz`. A page that makes an
extractor fail has an empty text.
"""

import gzip
import json
import pathlib
import sys


def trafilatura_record(page):
    import trafilatura

    found = trafilatura.bare_extraction(page, with_metadata=True)
    found = found.as_dict() if found else {}
    return {
        "text": found.get("text") or "",
        "title": found.get("title"),
        # Several are joined by semicolons.
        "authors": (found.get("author") or "").split("; ") if found.get("author") else [],
        "published": found.get("date"),
    }


def resiliparse_record(page):
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import detect_encoding
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse_from_bytes(page, detect_encoding(page))
    return {"text": extract_plain_text(tree, main_content=True), "title": tree.title, "authors": [], "published": None}


def main():
    extract = {"trafilatura": trafilatura_record, "resiliparse": resiliparse_record}[sys.argv[1]]
    for path in sorted(pathlib.Path(sys.argv[2]).iterdir()):
        page = gzip.open(path).read()
        try:
            record = extract(page)
        except Exception as error:
            print(f"{path.name}: {error!r}", file=sys.stderr)
            record = {"text": "", "title": None, "authors": [], "published": None}
        print(json.dumps({"source": path.name, **record}))


if __name__ == "__main__":
    main()

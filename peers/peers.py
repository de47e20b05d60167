"""Times extractors for Python over a folder of pages; driven by `src/python.rs`.

Prints the names of those that are installed. For every name it reads from standard input it prints the processor
seconds of each page, in the order of the file names.
"""

import gzip
import pathlib
import sys
import time


def extractors():
    found = {}
    try:
        from resiliparse.extract.html2text import extract_plain_text
        from resiliparse.parse.html import HTMLTree
        from resiliparse.parse.encoding import detect_encoding

        # As its manual says: the encoding, the tree, the main content.
        found["resiliparse"] = lambda page: extract_plain_text(
            HTMLTree.parse_from_bytes(page, detect_encoding(page)), main_content=True
        )
    except ImportError:
        pass
    try:
        import trafilatura

        found["trafilatura"] = trafilatura.extract
    except ImportError:
        pass
    return found


def main():
    pages = [gzip.open(path).read() for path in sorted(pathlib.Path(sys.argv[1]).iterdir())]
    found = extractors()
    print(*found, flush=True)
    for line in sys.stdin:
        extract = found[line.strip()]
        seconds = []
        for page in pages:
            start = time.thread_time()
            try:
                extract(page)
            except Exception:  # A page that an extractor cannot read costs it what it took to find out.
                pass
            seconds.append(time.thread_time() - start)
        print(*seconds, flush=True)


if __name__ == "__main__":
    main()

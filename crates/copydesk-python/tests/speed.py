"""What Python costs: processor time a page of the module beside the program over the same pages, and beside other extractors.

    python speed.py PAGES [PAGES-AT-MOST]

`trafilatura` and `resiliparse` take part where they are installed. Nothing else should run on the machine.
"""

from __future__ import annotations

import gzip
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import copydesk


def spent(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def timed(name: str, work: Callable[[], object], pages: int, who: int = resource.RUSAGE_SELF) -> float:
    wall, cpu = time.perf_counter(), spent(who)
    work()
    cpu, wall = spent(who) - cpu, time.perf_counter() - wall
    print(f"{name:<32} {1000 * cpu / pages:8.2f} ms of processor a page {pages / wall:8.1f} pages a second")
    return cpu


def main(folder: str, most: int = 10_000) -> None:
    files = sorted(path for path in pathlib.Path(folder).iterdir() if path.is_file())[:most]
    stored = [path.read_bytes() for path in files]
    pages = [gzip.decompress(page) if page[:2] == b"\x1f\x8b" else page for page in stored]
    pipeline = copydesk.Pipeline("news")
    # Models are read at the first page.
    pipeline.extract(pages[0])
    print(f"{len(files)} pages, {sum(map(len, pages)) / 1e6:.0f} MB opened")

    with tempfile.TemporaryDirectory() as scratch:
        listed = pathlib.Path(scratch) / "list"
        listed.write_text("\n".join(map(str, files)))
        command = [str(pathlib.Path(sys.executable).with_name("copydesk")), "run", "news", "--files-from", str(listed)]
        command += ["-j", "1", "-q", "--out", f"{scratch}/out"]

        def run_program() -> None:
            # 1 says that pages are in quarantine.
            if subprocess.run(command, check=False).returncode > 1:
                sys.exit("the program failed")

        program = timed("the program, with its files", run_program, len(pages), resource.RUSAGE_CHILDREN)

    def extract() -> None:
        for page in pages:
            try:
                pipeline.extract(page).text
            except copydesk.DocumentError:
                pass

    def records() -> None:
        for record in pipeline.run(files, threads=1, progress=False):
            record.text

    found = {"extract": timed("extract(...).text", extract, len(pages)), "run": timed("run(...)", records, len(pages))}
    try:
        import pyarrow

        table = pyarrow.table({"html": pyarrow.array(pages, pyarrow.binary())})
        found["process"] = timed("process(table)", lambda: pipeline.process(table, threads=1), len(pages))
    except ModuleNotFoundError:
        pass
    for name, cpu in found.items():
        print(f"{name}: {100 * (cpu / program - 1):+.0f} % of the program's processor time")

    texts = [page.decode("utf-8", "replace") for page in pages]
    try:
        import trafilatura

        timed("trafilatura.extract", lambda: [trafilatura.extract(text) for text in texts], len(pages))
    except ModuleNotFoundError:
        pass
    try:
        from resiliparse.extract.html2text import extract_plain_text

        timed("resiliparse extract_plain_text", lambda: [extract_plain_text(t, main_content=True) for t in texts], len(pages))
    except ModuleNotFoundError:
        pass


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

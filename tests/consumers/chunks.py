#!/usr/bin/env python3
"""Whether the pieces of the export `chunks` are the texts of the records, to the byte.

    tests/consumers/chunks.py PROGRAM FOLDER...

Runs the pipeline `news` over the pages of the folders, with records and pieces of several lengths beside each other, and puts the
pieces of each document together again. Needs Python alone. The exit code is 1 where a byte is lost.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

LENGTHS = [(80, "characters"), (2000, "characters"), (200, "words")]


def pipeline():
    parts = ['[[stage]]\ninclude = "news"\n', '[[export]]\nuse = "jsonl"\nblocks = true\nmetadata = false\n']
    for length, unit in LENGTHS:
        parts.append(f'[[export]]\nuse = "chunks"\nfile = "{length}-{unit}.jsonl"\nmax = {length}\nunit = "{unit}"\n')
    return "\n".join(parts)


def lines(path):
    with open(path, encoding="utf-8") as opened:
        for line in opened:
            yield json.loads(line)


def measure(text, unit):
    return len(text) if unit == "characters" else len(text.split())


def check(out, records, length, unit):
    joined, pieces, lost, too_long, astray = {}, 0, 0, 0, 0
    for piece in lines(out / f"{length}-{unit}.jsonl"):
        pieces += 1
        if piece["kind"] == "caption":
            continue
        joined.setdefault(piece["document"], []).append(piece["text"])
        too_long += measure(piece["text"], unit) > length
        labels = records[piece["document"]]["labels"]
        astray += any(labels[block] != "body" for block in piece["blocks"])
    for name, record in records.items():
        lost += "".join(joined.get(name, [])) != record["text"]
    print(f"at most {length} {unit}: {pieces} pieces of {len(records)} documents, {lost} that lost a byte, "
          f"{too_long} pieces too long, {astray} with boilerplate")
    return lost == too_long == astray == 0


def main():
    program, folders = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as scratch:
        given, out = Path(scratch) / "chunks.toml", Path(scratch) / "out"
        given.write_text(pipeline(), encoding="utf-8")
        ran = subprocess.run([program, "run", given, *folders, "--out", out, "--quiet"], check=False)
        if ran.returncode not in (0, 1):
            sys.exit(ran.returncode)
        records = {}
        for record in lines(out / "records.jsonl"):
            labels = {block["id"]: block["label"] for block in record["blocks"]}
            records[record["id"]] = {"text": record["text"], "labels": labels}
        went_well = [check(out, records, length, unit) for length, unit in LENGTHS]
        sys.exit(0 if records and all(went_well) else 1)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Whether the pieces of the export `chunks` are the texts of the records, to the byte.

    tests/consumers/chunks.py PROGRAM FOLDER...

Runs the pipeline `news` over the pages of the folders, with records and pieces of several lengths beside each other, and puts the
pieces of each document together again; then those of the tables in Parquet and SQLite, which have to be the same to the last
column. Needs Python with pyarrow. The exit code is 1 where a byte is lost.
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet

LENGTHS = [(80, "characters"), (2000, "characters"), (200, "words")]
# Of these the tables are made as well.
TABLES = LENGTHS[2]


def pipeline():
    parts = ['[[stage]]\ninclude = "news"\n', '[[export]]\nuse = "jsonl"\nblocks = true\nmetadata = false\n']
    for length, unit in LENGTHS:
        parts.append(f'[[export]]\nuse = "chunks"\nfile = "{length}-{unit}.jsonl"\nmax = {length}\nunit = "{unit}"\n')
    length, unit = TABLES
    parts.append(f'[[export]]\nuse = "parquet"\ntable = "chunks"\n[export.chunks]\nmax = {length}\nunit = "{unit}"\n')
    parts.append(f'[[export]]\nuse = "sqlite"\n[export.chunks]\nmax = {length}\nunit = "{unit}"\n')
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


def from_parquet(out):
    for row in pyarrow.parquet.read_table(out / "chunks.parquet").to_pylist():
        place = (row.pop("start_byte"), row.pop("end_byte"), row.pop("line"))
        row["place"] = None if place[0] is None else dict(zip(("start", "end", "line"), place))
        yield row


def from_sqlite(out):
    database = sqlite3.connect(out / "records.sqlite")
    database.row_factory = sqlite3.Row
    asked = """SELECT c.id, d.id AS document, d.source_uri, ifnull(d.url, d.source_url) AS url, d.title, c.kind, c.headings,
        c.text, c.start, c."end", c.blocks, c.language, c.characters, c.words, c.tokens, c.captions,
        c.start_byte, c.end_byte, c.line
        FROM chunks AS c JOIN documents AS d USING (document) ORDER BY c.document, c.position"""
    for row in database.execute(asked):
        row = dict(row)
        for name in ("headings", "blocks", "captions"):
            row[name] = json.loads(row[name])
        place = (row.pop("start_byte"), row.pop("end_byte"), row.pop("line"))
        row["place"] = None if place[0] is None else dict(zip(("start", "end", "line"), place))
        yield row


def same(out, name, rows):
    """Whether a table has the pieces that JSON Lines have."""
    length, unit = TABLES
    expected = {}
    for piece in lines(out / f"{length}-{unit}.jsonl"):
        del piece["schema"]
        piece["source_uri"] = piece.pop("uri")
        expected[piece["id"]] = piece
    count, other = 0, 0
    for row in rows:
        count += 1
        other += expected.get(row["id"]) != row
    print(f"{name}: {count} rows of {len(expected)} pieces, {other} that differ")
    return count == len(expected) and other == 0


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
        went_well += [same(out, "Parquet", from_parquet(out)), same(out, "SQLite", from_sqlite(out))]
        sys.exit(0 if records and all(went_well) else 1)


if __name__ == "__main__":
    main()

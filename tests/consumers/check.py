#!/usr/bin/env python3
"""Loads the outputs of the program with what people load them with.

    check.py PROGRAM [INPUT...]

Without inputs, 600 invented pages are read, and then real ones, where they stand in ../shared/bench. Needs the packages of requirements.txt beside it, sqlite3 and jq. Prints one
line for each consumer, and exits with 1 if one of them cannot load what it should.
"""
import json, pathlib, re, sqlite3, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
PAGES = 600

WORDS = ["harbour", "ferry", "bridge", "council", "reservoir", "library", "winter", "market"]
KOREAN = "부산항 새 여객선 부두가 봄에 문을 연다고 항만 관계자가 월요일에 밝혔다. 정부는 예산을 늘린다. "
TIMES = ["2024", "2024-10", "2024-10-25", "2024-10-25T08:24:00", "2024-10-25T08:24:49Z", "2024-10-25T00:24:00+09:00"]


def page(n):
    """A page with some of all facts: which of them depends on its number."""
    word, other = WORDS[n % 8], WORDS[(n + 3) % 8]
    head = f"<title>The {word} of {n} opens</title>"
    if n % 2:
        head += f'<meta property="article:published_time" content="{TIMES[n % 6]}">'
    if n % 3:
        head += f'<meta name="author" content="Jo {word.title()}">'
    if n % 7 == 0:
        head += '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">'
    if n % 5 == 0:
        head += '<meta property="article:section" content="Region"><meta name="keywords" content="sea, boats">'
    figure = f"<figure><img src=/{n}.jpg><figcaption>The {word} in May. Photo: Ann Lee/Reuters</figcaption></figure>"
    line = "BUSAN (Reuters) - " if n % 11 == 0 else ""
    body = f"The {word} of the town will open in spring, and the {other} will close for {n} days, officials said. " * 3
    body = KOREAN * 3 if n % 9 == 0 else body
    text = f"<p>{line}{body}</p><p>Number {n} of them. {body}</p>"
    return f"<!DOCTYPE html><html><head>{head}</head><body><article><h1>The {word} of {n} opens</h1>" + (
        figure if n % 4 == 0 else "") + text + "</article></body></html>"


def jsonl_by_python(out, rows):
    text = (out / "records.jsonl").read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.splitlines()]
    assert len(records) == rows, len(records)
    assert len({tuple(record) for record in records}) == 1, "records have different keys"
    for record in records:
        json.loads(record["ext"]), json.loads(record["fields"])


def jsonl_by_pandas(out, rows):
    import pandas
    assert len(pandas.read_json(out / "records.jsonl", lines=True)) == rows


def jsonl_by_pyarrow(out, rows):
    import pyarrow.json
    options = pyarrow.json.ReadOptions(block_size=64 << 20)
    assert pyarrow.json.read_json(out / "records.jsonl", read_options=options).num_rows == rows


def told(records):
    """How much some fields tell: a reader that has taken a wrong type may read nothing without a word."""
    captions = [caption for record in records for caption in record["captions"]]
    return {
        "titles": sum(record["title"] is not None for record in records),
        "licences": sum(record["license"] is not None for record in records),
        "authors": sum(name is not None for record in records for name in record["authors"]),
        "tags": sum(name is not None for record in records for name in record["tags"]),
        "credits": sum(caption["credit"] is not None for caption in captions),
        "agencies": sum(credit["agency"] is not None for caption in captions for credit in caption["credits"]),
        "levels": sum(block["level"] is not None for record in records for block in record["blocks"]),
    }


def by_python(out):
    return [json.loads(line) for line in (out / "records.jsonl").read_text(encoding="utf-8").splitlines()]


def jsonl_by_polars(out, rows):
    import polars
    table = polars.read_ndjson(out / "records.jsonl")
    assert len(table) == rows
    found, there = told(table.to_dicts()), told(by_python(out))
    assert found == there, (found, there)


def jsonl_by_duckdb(out, rows):
    import duckdb
    sql = f"SELECT count(*), count(title) FROM read_json('{out}/records.jsonl', maximum_object_size=67108864)"
    assert duckdb.connect().execute(sql).fetchall()[0][0] == rows


def jsonl_by_datasets(out, rows):
    import datasets
    found = datasets.load_dataset("json", data_files=str(out / "records.jsonl"), split="train", cache_dir=str(out / "hf"))
    assert len(found) == rows
    found, there = told(list(found)), told(by_python(out))
    assert found == there, (found, there)


def jsonl_by_jq(out, rows):
    got = subprocess.run(["jq", "-c", "[.title, (.fields | fromjson)]", out / "records.jsonl"], capture_output=True, check=True)
    assert len(got.stdout.splitlines()) == rows


def csv_by_pandas(out, rows):
    import pandas
    table = pandas.read_csv(out / "records.csv")
    assert len(table) == rows
    days = pandas.to_datetime(table["published_day"])
    assert (days.notna() == table["published_day"].notna()).all()
    assert pandas.to_datetime(table["published_utc"]).notna().sum() == table["published_utc"].notna().sum()


def csv_by_polars(out, rows):
    import polars
    assert len(polars.read_csv(out / "records.csv", infer_schema_length=None)) == rows


def csv_by_duckdb(out, rows):
    import duckdb
    sql = f"SELECT count(*) FROM read_csv('{out}/records.csv')"
    assert duckdb.connect().execute(sql).fetchall()[0][0] == rows


def parquet_by_pandas(out, rows):
    import pandas
    table = pandas.read_parquet(out / "documents.parquet")
    assert len(table) == rows and str(table["published_utc"].dtype).startswith("datetime64"), table.dtypes


def parquet_by_pyarrow(out, rows):
    import pyarrow.parquet
    assert pyarrow.parquet.read_table(out / "documents.parquet").num_rows == rows


def parquet_by_polars(out, rows):
    import polars
    assert len(polars.read_parquet(out / "documents.parquet")) == rows


def parquet_by_duckdb(out, rows):
    import duckdb
    sql = f"SELECT count(*), min(published_day), max(published_utc) FROM '{out}/documents.parquet'"
    assert duckdb.connect().execute(sql).fetchall()[0][0] == rows


def parquet_by_datasets(out, rows):
    import datasets
    files = str(out / "documents.parquet")
    assert len(datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(out / "hf"))) == rows


def sqlite_by_python(out, rows):
    database = sqlite3.connect(out / "records.sqlite")
    assert database.execute("SELECT count(*) FROM documents").fetchone()[0] == rows
    query = database.execute("SELECT query FROM how_to_search").fetchone()[0]
    for word, pattern in [("harbour", r"\bharbour\b"), ("정부", r"\b정부"), ("not there", "(?!)")]:
        texts = database.execute("SELECT text || ' ' || ifnull(title, '') FROM documents")
        there = sum(re.search(pattern, text, re.IGNORECASE) is not None for text, in texts)
        found = len(database.execute(query.replace("'ferry'", f"'{word}'")).fetchall())
        assert found >= there, (word, found, there)


FORMATS = {"jsonl", "csv", "parquet", "sqlite"}
CONSUMERS = [value for name, value in list(globals().items()) if "_by_" in name and name.split("_by_")[0] in FORMATS]


def real_pages():
    """Pages of the benchmarks, every sixteenth one of the largest set: their first hundred have no value in many a field."""
    bench = HERE.parent.parent.parent / "shared" / "bench"
    news, others = (sorted((bench / name / "html").glob("*")) for name in ("news", "wcxb"))
    return [str(path) for path in others[::16] + news]


def check(program, inputs, folder):
    out = folder / "out"
    run = subprocess.run([program, "run", str(HERE / "pipeline.toml"), *inputs, "--out", str(out), "--quiet"])
    if run.returncode > 1:
        sys.exit(run.returncode)
    rows = sum(1 for _ in open(out / "records.jsonl", "rb"))
    failed = 0
    for consumer in CONSUMERS:
        try:
            consumer(out, rows)
            verdict = "loads"
        except Exception as error:  # whatever a consumer says
            verdict = f"FAILS: {type(error).__name__}: {str(error).splitlines()[0][:120] if str(error) else ''}"
            failed += 1
        print(f"{consumer.__name__.replace('_by_', ' by ').replace('_', ' '):32} {rows} records: {verdict}", flush=True)
    return failed


def main():
    program, inputs = sys.argv[1], sys.argv[2:]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        given = bool(inputs)
        if not given:
            inputs = [str(folder / "pages.jsonl")]
            lines = (json.dumps({"url": f"https://example.com/{n}", "html": page(n), "n": n}) for n in range(PAGES))
            pathlib.Path(inputs[0]).write_text("\n".join(lines) + "\n", encoding="utf-8")
        failed += check(program, inputs, folder)
        if not given and real_pages():
            with tempfile.TemporaryDirectory() as other:
                failed += check(program, real_pages(), pathlib.Path(other))
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

"""Tables: pyarrow, pandas and polars in, the same kind out."""

from __future__ import annotations

import pathlib

import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest

import copydesk

from conftest import page

ROWS = 12
PIPELINE = copydesk.Pipeline("news")


def table() -> pyarrow.Table:
    return pyarrow.table(
        {
            "id": [f"doc-{n}" for n in range(ROWS)],
            "url": [f"https://harbour.example/{n}" for n in range(ROWS)],
            "html": [page(n) if n != 3 else None for n in range(ROWS)],
            "weight": pyarrow.array(range(ROWS), pyarrow.uint16()),
        }
    )


def test_every_kind_comes_back_as_itself() -> None:
    source = table()
    expected = PIPELINE.process(source)
    assert isinstance(expected, pyarrow.Table) and expected.num_rows == ROWS
    (batch,) = source.to_batches()
    one = PIPELINE.process(batch)
    assert isinstance(one, pyarrow.RecordBatch) and pyarrow.Table.from_batches([one]) == expected
    reader = PIPELINE.process(source.to_reader(max_chunksize=5))
    assert isinstance(reader, pyarrow.RecordBatchReader) and reader.read_all().combine_chunks() == expected
    assert PIPELINE.process(source.schema) == expected.schema

    frame = source.to_pandas().set_index(pandas.Index([10 * n for n in range(ROWS)], name="number"))
    found = PIPELINE.process(frame)
    assert isinstance(found, pandas.DataFrame) and list(found.index) == list(frame.index)
    assert list(found["title"].fillna("")) == [title or "" for title in expected["title"].to_pylist()]

    lazy = polars.from_arrow(source)
    assert isinstance(lazy, polars.DataFrame)
    shown = PIPELINE.process(lazy)
    assert isinstance(shown, polars.DataFrame) and shown["title"].to_list() == expected["title"].to_pylist()
    for wrong in (frame["html"], lazy["html"], lazy.lazy(), [1, 2]):
        with pytest.raises(TypeError):
            PIPELINE.process(wrong)


def test_rows_keep_their_order_and_what_is_wrong_with_one_stands_in_it() -> None:
    found = PIPELINE.process(table()).to_pylist()
    assert [row["source_uri"] for row in found][:3] == ["doc-0", "doc-1", "doc-2"]
    assert [row["weight"] for row in found] == list(range(ROWS))
    assert [row["outcome"] for row in found] == ["written"] * 3 + ["quarantined"] + ["written"] * 8
    assert found[3]["error"].startswith("source: record.text: ") and found[3]["text"] == ""
    assert found[0]["captions"][0]["credit"] == "Ben Oak" and found[0]["blocks"][0]["label"]
    assert found[0]["input_id"] == "doc-0" and "html" not in found[0]
    one_thread = PIPELINE.process(table(), threads=1).to_pylist()
    assert one_thread == found


def test_columns_of_every_kind_of_text_give_the_same() -> None:
    htmls = [page(n) for n in range(4)]
    kinds = [pyarrow.string(), pyarrow.large_string(), pyarrow.string_view(), pyarrow.binary(), pyarrow.large_binary()]
    kinds += [pyarrow.binary_view(), pyarrow.dictionary(pyarrow.int32(), pyarrow.string())]
    texts = [
        PIPELINE.process(pyarrow.table({"content": pyarrow.array(htmls, pyarrow.string()).cast(kind)}))["text"].to_pylist()
        if kind != pyarrow.binary_view()
        else PIPELINE.process(pyarrow.table({"content": pyarrow.array([h.encode() for h in htmls], kind)}))["text"].to_pylist()
        for kind in kinds
    ]
    assert all(text == texts[0] for text in texts) and "night ferry" in texts[0][0]
    nothing = PIPELINE.process(pyarrow.table({"content": pyarrow.nulls(2)}))
    assert nothing["outcome"].to_pylist() == ["quarantined"] * 2
    empty = PIPELINE.process(pyarrow.table({"content": pyarrow.array([], pyarrow.string())}))
    assert empty.num_rows == 0
    with pytest.raises(copydesk.RunError, match="`a`"):
        PIPELINE.process(pyarrow.table({"a": [1]}))


def test_an_object_that_knows_arrow_is_enough() -> None:
    class Batch:
        def __arrow_c_array__(self, requested_schema: object = None) -> object:
            return table().to_batches()[0].__arrow_c_array__(requested_schema)

    found = PIPELINE.process(Batch())
    assert len(found) == ROWS and pyarrow.record_batch(found).num_rows == ROWS
    # What is never taken is let go all the same.
    PIPELINE.process(Batch()).__arrow_c_array__()


def test_rows_have_the_records_of_a_run_over_the_same_table(tmp_path: pathlib.Path) -> None:
    pyarrow.parquet.write_table(table(), tmp_path / "pages.parquet")
    of_run = [dict(record) for record in PIPELINE.run(tmp_path / "pages.parquet")]
    rows = [row for row in PIPELINE.process(table()).to_pylist() if row["outcome"] == "written"]
    assert len(rows) == len(of_run) == ROWS - 1
    for row, record in zip(rows, of_run):
        for name in ("title", "authors", "published", "modified", "language", "text", "url", "section", "tags", "site_name"):
            assert row[name] == record[name], name
        assert row["source_url"] == record["source"]["url"]
        assert [c["text"] for c in row["captions"]] == [c["text"] for c in record["captions"]]
        assert [b["text"] for b in row["blocks"]] == [b["text"] for b in record["blocks"]]
        assert [b["label"] for b in row["blocks"]] == [b["label"] for b in record["blocks"]]

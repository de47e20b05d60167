"""Tables in, tables of the same kind out."""

from __future__ import annotations

from typing import Any

from . import _copydesk


def process(core: _copydesk.Pipeline, batch: Any, threads: int) -> Any:
    kind = type(batch)
    library = kind.__module__.partition(".")[0]
    if library == "pyarrow":
        return _pyarrow(core, batch, threads)
    if library == "pandas":
        return _pandas(core, batch, threads)
    if library == "polars":
        return _polars(core, batch, threads)
    if hasattr(batch, "__arrow_c_array__"):
        return core.process(batch, threads)
    if hasattr(batch, "__arrow_c_stream__"):
        return core.process_table(batch, threads)
    raise TypeError(
        f"a {kind.__name__} is no table: give a RecordBatch or Table of pyarrow, a DataFrame of pandas or polars, or an "
        "object that knows the C interface of Arrow; `extract` takes one document, and `run` takes files"
    )


def _pyarrow(core: _copydesk.Pipeline, batch: Any, threads: int) -> Any:
    import pyarrow

    if isinstance(batch, pyarrow.RecordBatch):
        return pyarrow.record_batch(core.process(batch, threads))
    if isinstance(batch, pyarrow.Table):
        return pyarrow.table(core.process_table(batch, threads))
    if isinstance(batch, pyarrow.RecordBatchReader):
        schema = pyarrow.schema(core.columns(batch.schema))
        batches = (pyarrow.record_batch(core.process(one, threads)) for one in batch)
        return pyarrow.RecordBatchReader.from_batches(schema, batches)
    if isinstance(batch, pyarrow.Schema):
        return pyarrow.schema(core.columns(batch))
    raise TypeError(f"a {type(batch).__name__} of pyarrow is no table")


def _pandas(core: _copydesk.Pipeline, frame: Any, threads: int) -> Any:
    import pandas

    if not isinstance(frame, pandas.DataFrame):
        raise TypeError(f"a {type(frame).__name__} is no table: `frame.to_frame('html')` makes one of a series")
    try:
        import pyarrow
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("a DataFrame of pandas is processed by way of pyarrow: pip install pyarrow") from error
    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    found = pyarrow.table(core.process_table(table, threads)).to_pandas()
    found.index = frame.index
    return found


def _polars(core: _copydesk.Pipeline, frame: Any, threads: int) -> Any:
    import polars

    if isinstance(frame, polars.DataFrame):
        return polars.DataFrame(core.process_table(frame, threads))
    raise TypeError(
        f"a {type(frame).__name__} of polars is no table: `collect()` makes one of a LazyFrame, `to_frame()` of a Series"
    )

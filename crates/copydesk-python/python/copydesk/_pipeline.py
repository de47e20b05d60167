"""Pipelines."""

from __future__ import annotations

import difflib
import json
import os
import threading
import uuid
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Optional, Union

from . import _copydesk
from ._arrow import process
from ._document import Document
from ._fields import Fields, loads
from ._progress import ProgressOption
from ._run import Report, Run
from ._stage import Called, StageFunction

Path = Union[str, "os.PathLike[str]"]
Inputs = Union[None, Path, Iterable[Path]]


#: What the program's options in messages are called here.
_ARGUMENTS = {"--append": 'existing="append"', "--replace": 'existing="replace"', "--out": "out"}


class Pipeline:
    """Stages in their order, ready to work.

    `Pipeline("news")` is built in, `Pipeline("my.toml")` a file, `Pipeline({"stage": [...], "export": [...]})` a
    dictionary of the same form. Everything that is wrong with it comes at once, as a `PipelineError`.

    A pipeline may be used by many threads at once, survives `fork`, and is pickled by what it was made of.
    """

    def __init__(self, pipeline: Union[Path, Mapping[str, Any]] = "news") -> None:
        name, text = _source(pipeline)
        self._set(name, text, [])

    def _set(self, name: str, text: str, stages: list[tuple[Any, ...]]) -> None:
        self._core = _copydesk.Pipeline(name, text, [_told(*stage) for stage in stages])
        self._name, self._text, self._stages = name, text, stages

    @staticmethod
    def built_in() -> dict[str, str]:
        """The pipelines that need no file, each with what it is for."""
        return dict(_copydesk.Pipeline.built_in())

    def extract(
        self,
        content: Union[str, bytes],
        url: Optional[str] = None,
        *,
        name: Optional[str] = None,
        content_type: Optional[str] = None,
    ) -> Document:
        """Take one document through the stages: HTML, Markdown or plain text, told apart by content.

        Bytes may be compressed and in any charset; `content_type` is what the transfer said of them. A document that a run
        would drop comes back with `dropped` set; one that it would quarantine raises `DocumentError`.
        """
        if isinstance(content, (bytearray, memoryview)):
            content = bytes(content)
        if not isinstance(content, (str, bytes)):
            hint = f": {content!r} is a path; read it first" if isinstance(content, os.PathLike) else ""
            raise TypeError(f"a document is str or bytes, not {type(content).__name__}{hint}")
        return Document(self._core.extract(content, name or url or "document", url, content_type))

    def run(
        self,
        inputs: Inputs = None,
        *,
        limit: Optional[int] = None,
        threads: int = 0,
        progress: ProgressOption = None,
    ) -> Run:
        """Go through files, folders and globs: pages, JSON, CSV, Parquet, feeds, mail, web archives, compressed or not.

        The records come one after the other, in the order of the inputs, while the run goes on. Nothing is written.
        """
        return Run(self._core.run(_inputs(inputs), limit, threads), progress)

    def write(
        self,
        inputs: Inputs = None,
        out: Path = "out",
        *,
        existing: str = "keep",
        limit: Optional[int] = None,
        threads: int = 0,
        progress: ProgressOption = None,
    ) -> Report:
        """Run as the program does: the exports of the pipeline stand in the folder `out` when all is done.

        A run that was stopped goes on where it was when the same call is made again. `existing` says what becomes of records
        that are there already and would be lost: `"keep"` refuses, `"append"` adds to them, `"replace"` replaces them.
        """
        if existing not in ("keep", "append", "replace"):
            raise ValueError(f"`existing` is 'keep', 'append' or 'replace', not {existing!r}")
        return self._write(inputs, out, existing, limit, threads, progress)

    def run_shard(
        self,
        inputs: Inputs,
        out: Path,
        shard: Union[str, tuple[int, int]],
        *,
        threads: int = 1,
        progress: ProgressOption = None,
    ) -> Report:
        """Work on one share of the inputs, `"3/16"` or `(3, 16)`: what one task of Ray, Spark or an array job calls.

        What is done is safe in the folder `out`, which all tasks share, and is not done again, however often and into how many
        shares the work is cut. `merge` makes the files.
        """
        share = shard if isinstance(shard, str) else "/".join(map(str, shard))
        if "/" not in share:
            raise ValueError(f"a share is like '3/16' or (3, 16), not {shard!r}")
        return self._write(inputs, out, share, None, threads, progress)

    def merge(self, inputs: Inputs, out: Path = "out", *, progress: ProgressOption = None) -> Report:
        """Make the files of what `run_shard` has done; `RunError` names what is missing, and then no file is made."""
        return self._write(inputs, out, "merge", None, 1, progress)

    def _write(
        self,
        inputs: Inputs,
        out: Path,
        how: str,
        limit: Optional[int],
        threads: int,
        progress: ProgressOption,
    ) -> Report:
        unversioned = [stage[0] for stage in self._stages if stage[4] is None]
        if unversioned and ("/" in how or how == "merge"):
            raise ValueError(f"shares are known again by versions: give the stage {unversioned[0]!r} a `version`")
        if unversioned:
            # Another number, so that nothing of an earlier run is used again.
            self._set(self._name, self._text, self._stages)
        core = self._core.write(_inputs(inputs), os.fspath(out), how, limit, threads)
        try:
            return Run(core, progress).finish()
        except _copydesk.RunError as error:
            message = str(error)
            for option, argument in _ARGUMENTS.items():
                message = message.replace(option, argument)
            raise _copydesk.RunError(message) from None

    def process(self, batch: Any, *, threads: int = 0) -> Any:
        """Take the rows of a table through the stages: the same rows come back, in the same order.

        A `RecordBatch`, a `Table` or a `RecordBatchReader` of pyarrow, a `DataFrame` of pandas or polars comes back as the
        same kind; any other object that knows the C interface of Arrow comes back as one that does. One column holds the
        documents (`html`, `text`, `content`, ...), `id` and `url` say what they are called. The columns that come back are
        those of the Parquet export, `outcome` and `error`, and every other column of the input.
        """
        return process(self._core, batch, threads)

    def stage(
        self,
        function: Optional[StageFunction] = None,
        *,
        reads: Iterable[str] = (),
        writes: Iterable[str] = (),
        name: Optional[str] = None,
        version: Optional[str] = None,
    ) -> Any:
        """Add a function as the last stage. It is called with a `StageDocument`, in the same process.

        `reads` and `writes` name what it looks at and changes: `body`, `languages`, `captions`, `metadata`, `text`; writing
        anything else quarantines the document. What a function has done is done again in every run, unless it has a
        `version`: results are then used again for as long as that is the same. Works as a decorator, too.
        """
        if function is None:
            return lambda function: self.stage(function, reads=reads, writes=writes, name=name, version=version)
        called = name or getattr(function, "__name__", "") or type(function).__name__
        called = called.replace("_", "-").strip("<>")
        stage = (called, function, tuple(reads), tuple(writes), version)
        self._set(self._name, self._text, [*self._stages, stage])
        return function

    @property
    def description(self) -> Fields:
        """The stages and exports with all their options, and warnings."""
        return loads(self._core.describe())

    def __repr__(self) -> str:
        return f"<Pipeline {self._name!r}: {' > '.join(stage.name for stage in self.description.stages)}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td><b>{escape(stage.name)}</b></td><td>{escape(json.dumps(stage.options, ensure_ascii=False))}</td></tr>"
            for stage in self.description.stages
        )
        return f"<div><b>{escape(self._name)}</b><table>{rows}</table></div>"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restored, (self._name, self._text, self._stages))


def _restored(name: str, text: str, stages: list[tuple[Any, ...]]) -> Pipeline:
    pipeline = Pipeline.__new__(Pipeline)
    pipeline._set(name, text, stages)
    return pipeline


def _told(name: str, function: StageFunction, reads: Iterable[str], writes: Iterable[str], version: Optional[str]) -> Any:
    told = Fields(name=name, function=Called(function), reads=list(reads), writes=list(writes))
    told["version"] = version if version is not None else f"unversioned {uuid.uuid4()}"
    return told


def _source(pipeline: Union[Path, Mapping[str, Any]]) -> tuple[str, str]:
    """What messages call a pipeline, and its text; no text for one that is built in."""
    if isinstance(pipeline, Mapping):
        return "pipeline.json", json.dumps(pipeline, indent=2, ensure_ascii=False, default=os.fspath)
    if not isinstance(pipeline, (str, os.PathLike)):
        raise TypeError(f"a pipeline is a name, a path or a dictionary, not {type(pipeline).__name__}")
    built_in = Pipeline.built_in()
    path = os.fspath(pipeline)
    if isinstance(pipeline, str) and pipeline in built_in:
        return pipeline, ""
    try:
        with open(path, encoding="utf-8") as file:
            return path, file.read()
    except FileNotFoundError:
        close = difflib.get_close_matches(path, built_in, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"built in are {', '.join(map(repr, built_in))}"
        raise _copydesk.PipelineError(f"there is no pipeline file {path!r}; {hint}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise _copydesk.PipelineError(f"the pipeline file {path!r} cannot be read: {error}") from error


def _inputs(inputs: Inputs) -> list[str]:
    if inputs is None:
        return []
    if isinstance(inputs, (str, os.PathLike)):
        return [os.fspath(inputs)]
    paths = [os.fspath(path) for path in inputs]
    if not paths:
        raise ValueError("`inputs` names nothing; leave it out for the source of the pipeline")
    return paths


_default: Optional[Pipeline] = None
_lock = threading.Lock()
# A fork while another thread holds the lock would leave it locked in the child for good.
os.register_at_fork(before=_lock.acquire, after_in_child=_lock.release, after_in_parent=_lock.release)


def default() -> Pipeline:
    global _default
    with _lock:
        if _default is None:
            _default = Pipeline("news")
        return _default


def extract(
    content: Union[str, bytes],
    url: Optional[str] = None,
    *,
    name: Optional[str] = None,
    content_type: Optional[str] = None,
) -> Document:
    """Take one document through the built-in pipeline `news`; see `Pipeline.extract`."""
    return default().extract(content, url, name=name, content_type=content_type)

"""Runs: documents one after the other, or files in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from . import _copydesk
from ._document import Document
from ._fields import Fields, loads
from ._progress import ProgressOption, shower

#: So many documents in quarantine are kept by name; all are counted.
MOST_QUARANTINED = 10_000


class Report(Fields):
    """What a run has done: `read`, `written`, `dropped`, `quarantined`, by stage, rule and language."""

    def __repr__(self) -> str:
        counts = ", ".join(f"{name}={self.get(name, 0)}" for name in ("read", "written", "dropped", "quarantined"))
        return f"<Report {counts}>"

    def _repr_html_(self) -> str:
        from html import escape

        rows = [("read", self.read), ("written", self.written), ("dropped", self.dropped)]
        rows.append(("quarantined", self.quarantined))
        for stage in self.stages:
            rows.extend((f"dropped by {stage.name}: {reason}", n) for reason, n in stage.dropped.items())
        for stage, rules in self.quarantine.items():
            rows.extend((f"quarantined in {stage}: {rule}", n) for rule, n in rules.items())
        rows.extend((f"language {tag}", n) for tag, n in self.languages.items())
        body = "".join(f"<tr><td>{escape(str(name))}</td><td>{n:,}</td></tr>" for name, n in rows)
        return f"<table>{body}</table>"


class Run(Iterator[Document]):
    """The records of a run, as they come. `report` and `quarantined` are whole once all have been taken.

    Documents that could not be worked on are no records: `quarantined` lists them, each with its reason.
    """

    def __init__(self, core: _copydesk.Run, progress: ProgressOption) -> None:
        self._core: Optional[_copydesk.Run] = core
        self._ready: list[Document] = []
        self._shower = shower(progress)
        #: What the run has done, once it is over.
        self.report: Optional[Report] = None
        #: The documents that could not be worked on: `uri`, `stage`, `rule`, `error`.
        self.quarantined: list[Fields] = []

    def __iter__(self) -> "Run":
        return self

    def __next__(self) -> Document:
        while not self._ready:
            if self._core is None:
                raise StopIteration
            self._hear()
        return self._ready.pop()

    def _hear(self) -> None:
        assert self._core is not None
        try:
            kind, data = self._core.next()
        except BaseException:
            self.close()
            raise
        if kind == "rows":
            self._ready = [Document(None, loads(line)) for line in reversed(data.splitlines())]
        elif kind == "progress":
            self._shower.show(loads(data))
        elif kind == "quarantined":
            if len(self.quarantined) < MOST_QUARANTINED:
                self.quarantined.append(loads(data))
        else:
            self.report = Report(loads(data))
            self.close()

    def finish(self) -> Report:
        """Go through to the end. Records that nobody took are let go."""
        while self._core is not None:
            self._hear()
            self._ready.clear()
        if self.report is None:
            raise _copydesk.RunError("the run was closed before its end")
        return self.report

    def close(self) -> None:
        """Let go of the run, which ends it."""
        if self._core is not None:
            self._core = None
            self._ready.clear()
            self._shower.end()

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "under way" if self._core is not None else repr(self.report) if self.report else "closed"
        return f"<Run {state}>"

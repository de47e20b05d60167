"""How far a run is: a line in a terminal, a line in a notebook, nothing elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Any, Callable, Optional, Union

from ._fields import Fields

#: `None` shows progress where somebody looks; a function is called with each state.
ProgressOption = Union[None, bool, Callable[[Fields], Any]]


def shower(option: ProgressOption) -> "Silent":
    if callable(option):
        return Told(option)
    if option is False:
        return Silent()
    if _in_notebook():
        return Notebook()
    if option or sys.stderr.isatty():
        return Terminal()
    return Silent()


class Silent:
    """Shows nothing."""

    def show(self, state: Fields) -> None:
        pass

    def end(self) -> None:
        pass


class Told(Silent):
    """Tells a function."""

    def __init__(self, function: Callable[[Fields], Any]) -> None:
        self.show = function  # type: ignore[method-assign]


class Line(Silent):
    """Shows one line, a few times a second."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._shown = 0.0
        self._last: Optional[Fields] = None

    def show(self, state: Fields) -> None:
        self._last = state
        now = time.monotonic()
        if now - self._shown >= 0.2:
            self._shown = now
            self.put(self._text(state))

    def _text(self, state: Fields) -> str:
        seconds = max(time.monotonic() - self._begun, 1e-3)
        done = state.written + state.dropped + state.quarantined
        of = f" of {state.total:,}" if state.total else ""
        bad = f", {state.quarantined:,} quarantined" if state.quarantined else ""
        return f"{done:,}{of} documents, {done / seconds:,.0f} a second{bad}"

    def put(self, text: str) -> None:
        raise NotImplementedError


class Terminal(Line):
    def put(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()

    def end(self) -> None:
        if self._last is not None:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


class Notebook(Line):
    def __init__(self) -> None:
        super().__init__()
        self._handle: Any = None

    def put(self, text: str) -> None:
        from IPython.display import Pretty, display

        if self._handle is None:
            self._handle = display(Pretty(text), display_id=True)
        else:
            self._handle.update(Pretty(text))

    def end(self) -> None:
        if self._last is not None:
            self.put(self._text(self._last))


def _in_notebook() -> bool:
    # Whoever has not imported it is in none.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")

"""Stages that are functions of Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Optional

from ._fields import Fields, loads

#: A function that is a stage.
StageFunction = Callable[["StageDocument"], Any]


class StageDocument:
    """What a stage sees of a document, and how it changes it.

    `blocks`, `evidence`, `facts`, `captions`, `language`, `uri`, `url`, `media_type`, `fields`, `ext` and the rest are as
    `copydesk schema view` describes them; reading is all that can be done with them. Changes are calls, each with a reason,
    and they are applied together once the function has come back: so a function that fails has changed nothing.
    """

    def __init__(self, view: Fields) -> None:
        self._view = view
        self._changes: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._view]

    @property
    def text(self) -> str:
        """The main text as it stands before this stage."""
        return "\n".join(block.text for block in self._view.blocks if block.label == "body")

    def label(self, block: int, label: str, *, rule: str, detail: str = "") -> None:
        """Give a block a label: `"body"`, `"caption"`, `"navigation"`, `"advertisement"` and so on."""
        self._changes.append({"do": "label", "block": block, "label": label, "rule": rule, "detail": detail})

    def set_text(self, block: int, text: str) -> None:
        """Replace the text of a block; the original stays readable."""
        self._changes.append({"do": "text", "block": block, "text": text})

    def fact(self, field: str, value: Any, *, rule: str, confidence: float) -> None:
        """Add a value for a fact (`"title"`, `"authors"`, `"published"`, ...). The surest value wins."""
        fact = {"field": field, "value": value}
        self._changes.append({"do": "fact", "fact": fact, "name": rule, "confidence": confidence})

    def caption(self, text: str, *, confidence: float, **more: Any) -> None:
        """Add a caption; `credit`, `language`, `image`, `blocks` and the rest as `copydesk schema patch` has them."""
        self._changes.append({"do": "caption", "text": text, "confidence": confidence, **more})

    def set_language(self, tag: str, *, confidence: float, block: Optional[int] = None) -> None:
        """Say which language the document is in, or one block of it."""
        change = {"do": "language", "tag": tag, "confidence": confidence}
        self._changes.append(change if block is None else {**change, "block": block})

    def note(self, code: str, message: str) -> None:
        """Leave a doubt for whoever reads the record."""
        self._changes.append({"do": "note", "code": code, "message": message})

    def keep(self, value: Any) -> None:
        """Keep a finding, any JSON, as `ext` of the record under the name of the stage."""
        self._changes.append({"do": "ext", "value": value})

    def drop(self, reason: str) -> None:
        """Take the document out of the run. It is counted under the reason; nothing can follow."""
        self._changes.append({"do": "drop", "reason": reason})

    def refuse(self, rule: str, message: str) -> None:
        """Give up on the document, which goes to quarantine; nothing can follow."""
        self._changes.append({"do": "refuse", "rule": rule, "message": message})


class Called:
    """A stage function, as the runner calls it: the view of a document in, a patch out."""

    __slots__ = ("function",)

    def __init__(self, function: StageFunction) -> None:
        self.function = function

    def __call__(self, view: str) -> str:
        document = StageDocument(loads(view))
        self.function(document)
        return json.dumps({"version": document.version, "changes": document._changes})

"""Objects of JSON, with attributes."""

from __future__ import annotations

import json
from typing import Any, Union


class Fields(dict):
    """An object of a record, a caption say: `caption["credit"]` and `caption.credit` are the same."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no {name!r} in it: {', '.join(self)}") from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]


def loads(text: Union[str, bytes]) -> Any:
    return json.loads(text, object_hook=Fields)

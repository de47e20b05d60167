"""Turns scraped HTML, Markdown and plain text into clean, structured, explained records.

>>> import copydesk
>>> doc = copydesk.extract("<h1>Ferry late</h1><p>The ferry to the island was late again on Monday.</p>")
>>> doc.text
'The ferry to the island was late again on Monday.'

`Pipeline` runs a whole folder, a web archive or a table; `doc.explain()` says why each line was kept or dropped.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version as _version

from ._copydesk import CopydeskError, DocumentError, PipelineError, RunError
from ._document import Document
from ._explain import Explanation
from ._fields import Fields
from ._pipeline import Pipeline, extract
from ._run import Report, Run
from ._stage import StageDocument

try:
    __version__ = _version("copydesk")
except PackageNotFoundError:  # a source tree that is not installed
    __version__ = "unknown"

__all__ = [
    "CopydeskError",
    "Document",
    "DocumentError",
    "Explanation",
    "Fields",
    "Pipeline",
    "PipelineError",
    "Report",
    "Run",
    "RunError",
    "StageDocument",
    "extract",
]

"""A document that has gone through a pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from . import _copydesk
from ._explain import Explanation, account_of_record
from ._fields import Fields, loads


class Document:
    """A document that has gone through a pipeline: its text, its facts, and the reasons for both.

    Every field of the record is an attribute: `text`, `title`, `authors`, `published`, `modified`, `site_name`, `section`,
    `tags`, `description`, `url`, `image`, `language`, `languages`, `dateline`, `license`, `paywalled`, `captions`, `notes`,
    `id`, `source`, `ext`, `fields`. What is not known is `None`. A date is a string as precise as the document gives it
    (`2024`, `2024-10-25`, `2024-10-25T08:24:49+09:00`).

    `blocks` is every piece of text, kept or not; `decisions` why each has its label; `metadata` where each fact was read;
    `candidates` every value that was considered. `dict(doc)` is the record.
    """

    __slots__ = ("_account", "_core", "_record", "_whole", "dropped")

    #: The stage that took the document out and its reason, for a document that a run would drop.
    dropped: Optional[tuple[str, str]]

    def __init__(self, core: Optional[_copydesk.Document], record: Optional[dict[str, Any]] = None) -> None:
        self._core = core
        self._record = record
        self._whole = record is not None
        self._account: Optional[Fields] = None
        self.dropped = core.dropped if core is not None else None

    def _get(self, whole: bool = False) -> dict[str, Any]:
        if self._record is None or (whole and not self._whole):
            assert self._core is not None
            self._record = loads(self._core.record(whole))
            self._whole = whole
        return self._record

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        record = self._get(whole=name in ("blocks", "metadata", "decisions"))
        try:
            return record[name]
        except KeyError:
            raise AttributeError(f"a document has no {name!r}; it has {', '.join(record)}") from None

    def __getitem__(self, name: str) -> Any:
        return self._get(whole=True)[name]

    def keys(self) -> Any:
        return self._get(whole=True).keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self._get(whole=True))

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._get(whole=True)]

    def to_dict(self) -> dict[str, Any]:
        """The record as a dictionary."""
        return dict(self._get(whole=True))

    @property
    def text(self) -> str:
        """The main text. Every block begins a line."""
        if self._record is None and self._core is not None:
            return self._core.text()
        return self._get()["text"]

    def markdown(self, *, links: bool = True, emphasis: bool = True, images: bool = False) -> str:
        """The main text as Markdown, with its headings, lists and tables."""
        if self._core is None:
            raise _copydesk.CopydeskError(
                "the page itself is not kept in records of a run: use `extract`, or `markdown = true` in an export"
            )
        return self._core.markdown(links, emphasis, images)

    @property
    def candidates(self) -> list[Fields]:
        """Every value that was considered for a fact, with its score, and why the winner won."""
        return [Fields(candidate, field=fact.field) for fact in self.account.facts for candidate in fact.candidates]

    @property
    def account(self) -> Fields:
        """What stands in every line of the source, what became of it and why, as data; of a record, of its blocks alone."""
        if self._account is None:
            if self._core is not None:
                self._account = loads(self._core.account())
            else:
                self._account = account_of_record(self._get(whole=True))
        return self._account

    def explain(self, find: Optional[str] = None) -> Explanation:
        """Why each line was kept or dropped, by which stage and rule, and on what evidence.

        `find` shows only the blocks with these words in them: "why is this paragraph missing?"
        """
        return Explanation.of(self.account, self.dropped, find)

    def __repr__(self) -> str:
        record = self._get()
        shown = {name: record[name] for name in ("title", "authors", "published", "language") if record[name]}
        facts = ", ".join(f"{name}={value!r}" for name, value in shown.items())
        dropped = f", dropped={self.dropped[1]!r}" if self.dropped else ""
        return f"<Document {record['source']['uri']!r}: {facts or 'no facts'}, {len(record['text'])} characters{dropped}>"

    def _repr_html_(self) -> str:
        return self.explain()._repr_html_()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Document) and self._get(whole=True) == other._get(whole=True)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restored, (self.to_dict(), self.account, self.dropped))


def _restored(record: dict[str, Any], account: Fields, dropped: Optional[tuple[str, str]]) -> Document:
    doc = Document(None, record)
    doc._account = account
    doc.dropped = dropped
    return doc

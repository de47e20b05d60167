"""Why each line of a document has become what it is."""

from __future__ import annotations

from html import escape
from typing import Any, Optional

from ._fields import Fields


class Explanation(str):
    """Why each line of a document has become what it is. Print it; a notebook shows it in colours."""

    _html: str = ""

    @classmethod
    def of(cls, account: Fields, dropped: Optional[tuple[str, str]], find: Optional[str]) -> "Explanation":
        blocks = [entry for entry in account.entries if entry.what == "block"]
        if find is None:
            return _made(_as_text(account, account.entries, dropped), _as_html(account, blocks, dropped))
        found = [block for block in blocks if _folded(find) in _folded(block.text)]
        if not found:
            text = f"{account.source.uri}: no block has the words {find!r}"
            return _made(text, f"<p>{escape(text)}</p>")
        bare = Fields(account, facts=[], notes=[], captions=[])
        return _made(_as_text(bare, found, dropped), _as_html(bare, found, dropped))

    def _repr_html_(self) -> str:
        return self._html

    def __repr__(self) -> str:
        return str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_made, (str(self), self._html))


def _made(text: str, html: str) -> Explanation:
    made = Explanation(text)
    made._html = html
    return made


def account_of_record(record: dict[str, Any]) -> Fields:
    """The account of a record, whose page is not there any more: its blocks, facts and notes."""
    decisions: dict[int, list[Fields]] = {}
    for decision in record.get("decisions") or []:
        decisions.setdefault(decision["block"], []).append(Fields(decision))
    entries = [
        Fields(block, what="block", fate=_fate(block["label"]), decisions=decisions.get(block["id"], []))
        for block in record.get("blocks") or []
    ]
    facts: dict[str, list[Fields]] = {}
    for found in record.get("metadata") or []:
        candidate = Fields(found, won=True, score=found["confidence"], why="")
        facts.setdefault(found["field"], []).append(candidate)
    made = [Fields(field=field, value="; ".join(str(c.value) for c in won), candidates=won) for field, won in facts.items()]
    return Fields(
        source=Fields(record["source"]), entries=entries, facts=made, captions=record["captions"], notes=record["notes"]
    )


#: The labels of blocks that show a fact, or a caption. All others but two are kinds of boilerplate.
_TAKEN = {"title", "byline", "author-note", "date", "counter", "site-name", "section", "tags", "caption"}


def _fate(label: str) -> str:
    if label in _TAKEN:
        return "taken"
    return {"body": "kept", "unlabelled": "unsaid"}.get(label, "dropped")


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _why(block: Fields) -> list[str]:
    return [f"{r.stage}, {r.rule}{': ' + r.detail if r.detail else ''}" for r in block.decisions]


_MARKS = {"kept": "+", "taken": "=", "dropped": "-", "unsaid": "?"}


def _as_text(account: Fields, entries: list[Fields], dropped: Optional[tuple[str, str]]) -> str:
    source = account.source
    lines = [f"{source.uri}: {source.media_type}, {source.charset}, {source.bytes} bytes"]
    if dropped:
        lines.append(f"dropped by {dropped[0]}: {dropped[1]}")
    for entry in entries:
        line = f"{entry.place.line:>6}"
        if entry.what == "block":
            lines.append(f"{line} {_MARKS[entry.fate]} {entry.label}: {entry.text}")
            lines.extend(f"{'':>11}{why}" for why in _why(entry))
        elif entry.what == "clue":
            lines.append(f"{line} . {entry.origin} {entry.name}: {entry.value}")
        elif entry.what == "items":
            lines.append(f"{line} . structured data: {entry.text}")
        elif entry.what == "image":
            lines.append(f"{line} . picture {entry.src} {entry.text}".rstrip())
    for fact in account.facts:
        lines.append(f"{fact.field}: {fact.value or 'nothing sure enough'}")
        for c in fact.candidates:
            why = f"; {c.why}" if c.why else ""
            lines.append(f"{'':>7}{'*' if c.won else ' '} {c.value!r} ({c.origin} {c.name}, {c.score:.2f}{why})")
    for caption in account.captions:
        credit = f" [{caption.credit}]" if caption.credit else ""
        lines.append(f"caption{'' if caption.get('counts', True) else ' (does not count)'}: {caption.text}{credit}")
    lines.extend(f"! {note.stage}, {note.code}: {note.message}" for note in account.notes)
    return "\n".join(lines)


_STYLE = (
    "<style>.copydesk{font-family:sans-serif;max-width:60em}.copydesk table{border-collapse:collapse}"
    ".copydesk td{padding:.1em .6em;text-align:start;vertical-align:top}.copydesk .block{border-inline-start:4px solid;"
    "padding-inline-start:.6em;margin:.3em 0;white-space:pre-wrap}.copydesk .kept{border-color:#2a7}"
    ".copydesk .dropped,.copydesk .unsaid{border-color:#c54;opacity:.6}.copydesk .taken{border-color:#36c}"
    ".copydesk small{opacity:.7;display:block}</style>"
)


def _as_html(account: Fields, blocks: list[Fields], dropped: Optional[tuple[str, str]]) -> str:
    rows = []
    for fact in account.facts:
        won = [f"{c.origin} {c.name}{': ' + c.why if c.why else ''}" for c in fact.candidates if c.won]
        cells = (fact.field, fact.value, "; ".join(won))
        rows.append("<tr>" + "".join(f'<td dir="auto">{escape(str(cell))}</td>' for cell in cells) + "</tr>")
    shown = [
        f'<div class="block {block.fate}" dir="auto">{escape(block.text)}'
        f"<small>{escape(block.label)} &middot; {escape('; '.join(_why(block)) or 'no stage')}</small></div>"
        for block in blocks
    ]
    notes = "".join(f"<li>{escape(n.stage)}, {escape(n.code)}: {escape(n.message)}</li>" for n in account.notes)
    head = f"<b>dropped by {escape(dropped[0])}: {escape(dropped[1])}</b>" if dropped else ""
    return (
        f'{_STYLE}<div class="copydesk"><b>{escape(str(account.source.uri))}</b> {head}<table>{"".join(rows)}</table>'
        f"{''.join(shown)}{f'<ul>{notes}</ul>' if notes else ''}</div>"
    )

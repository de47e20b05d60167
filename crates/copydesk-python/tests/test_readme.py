"""The lines of the README as a newcomer would type them: in a script, and in a notebook whose output is looked at."""

from __future__ import annotations

import pathlib
import re

import nbformat
import pandas
import pytest
from nbclient import NotebookClient

from conftest import page

README = pathlib.Path(__file__).parents[1] / "README.md"


def listings() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S)


def test_the_lines_of_the_readme_run(pages: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(pages.parent)
    names = {"html": page(0), "frame": pandas.DataFrame({"html": [page(1), page(2)]})}
    first, second = listings()
    exec(first, names)
    out = capsys.readouterr().out
    assert "Night ferry to Rostock returns in week 1 ['Ada Lund']" in out and out.count("page-") == 40
    assert list(names["frame"]["outcome"]) == ["written"] * 2
    exec(second, names)
    assert "house-ads" in repr(names["p"])


def test_a_notebook_shows_decisions_and_progress(pages: pathlib.Path) -> None:
    cells = [
        f"import os; os.chdir({str(pages.parent)!r}); import copydesk",
        "doc = copydesk.extract(open('pages/page-00.html').read()); doc",
        "doc.explain('newsletter')",
        "p = copydesk.Pipeline('news'); p",
        "run = p.run(['pages'] + ['pages/page-00.html'] * 3); titles = [r.title for r in run]; run.report",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(book, timeout=120, kernel_name="python3").execute()
    html = [cell.outputs[-1]["data"].get("text/html", "") if cell.outputs else "" for cell in book.cells]
    assert 'class="block kept"' in html[1] and "strip-boilerplate" in html[1] and "Night ferry to Rostock" in html[1]
    assert "Subscribe to our newsletter" in html[2] and "bow door" not in html[2]
    assert "extract-metadata" in html[3]
    assert "<td>written</td><td>40</td>" in html[4]

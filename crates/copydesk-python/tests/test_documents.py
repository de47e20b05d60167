"""One document: its facts, its explanation, its errors."""

from __future__ import annotations

import pickle
import pathlib

import pytest

import copydesk
from copydesk import trafilatura

from conftest import page


def test_a_document_has_its_text_and_facts(html: str) -> None:
    doc = copydesk.extract(html, url="https://harbour.example/0")
    assert doc.title == "Night ferry to Rostock returns in week 1"
    assert (doc.authors, doc.published, doc.language) == (["Ada Lund"], "2024-05-01T06:30:00Z", "en")
    assert doc.text.startswith("The night ferry to Rostock") and "newsletter" not in doc.text
    (caption,) = doc.captions
    assert (caption.text, caption.credit, caption["kind"]) == ("The ferry at the quay of Rostock.", "Ben Oak", caption.kind)
    assert dict(doc)["title"] == doc["title"] == doc.title
    assert "Night ferry" in repr(doc) and "title" in dir(doc)
    assert "# " not in doc.text and "The night ferry to Rostock" in doc.markdown()
    with pytest.raises(AttributeError, match="headline"):
        doc.headline


def test_bytes_of_any_charset_and_strings_give_the_same() -> None:
    html = "<meta charset=iso-8859-1><title>F\u00e4hre sp\u00e4t</title><p>" + "Die F\u00e4hre kam sp\u00e4t an und legte sofort wieder ab. " * 5
    assert copydesk.extract(html).title == copydesk.extract(html.encode("latin-1")).title == "F\u00e4hre sp\u00e4t"
    assert copydesk.extract(bytearray(html.encode("latin-1"))).title == "F\u00e4hre sp\u00e4t"


def test_every_line_has_its_reason(html: str) -> None:
    doc = copydesk.extract(html)
    text = str(doc.explain())
    assert "- newsletter: Subscribe to our newsletter" in text and "strip-boilerplate, " in text
    assert "title: Night ferry to Rostock" in text
    found = str(doc.explain("bow DOOR"))
    assert "+ body: Repairs to the bow door" in found and "newsletter" not in found
    assert "no block has the words" in str(doc.explain("submarine"))
    shown = doc._repr_html_()
    assert 'class="block kept"' in shown and 'class="block dropped"' in shown and "strip-boilerplate" in shown
    assert any(c.field == "title" and c.won for c in doc.candidates)


def test_what_stands_in_a_page_is_no_markup_in_a_notebook() -> None:
    doc = copydesk.extract("<html><body><p>" + "A sentence about &lt;script&gt;alert(1)&lt;/script&gt; in a page of code. " * 4 + "</p></body></html>")
    assert "<script>" in doc.text and "<script>" not in doc._repr_html_()


def test_a_document_that_cannot_be_read_says_why() -> None:
    with pytest.raises(copydesk.DocumentError, match="gzip|compressed|decompress") as raised:
        copydesk.extract(b"\x1f\x8b\x08\x00 this is no gzip", name="bad.gz")
    error = raised.value
    assert (error.uri, error.stage, bool(error.rule), bool(error.reason)) == ("bad.gz", "parse", True, True)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.rule) == (str(error), error.rule)
    with pytest.raises(TypeError, match="read it first"):
        copydesk.extract(pathlib.Path("page.html"))  # type: ignore[arg-type]


def test_a_document_is_pickled_with_its_reasons(html: str) -> None:
    doc = copydesk.extract(html)
    again = pickle.loads(pickle.dumps(doc))
    assert again == doc and str(again.explain()) == str(doc.explain())


def test_a_change_of_import_is_the_trial(html: str) -> None:
    text = trafilatura.extract(html, url="https://harbour.example/0", include_tables=False, favor_precision=False)
    assert text is not None and text.startswith("The night ferry")
    facts = trafilatura.bare_extraction(html, with_metadata=True)
    assert facts is not None and (facts["author"], facts["date"]) == ("Ada Lund", "2024-05-01")
    assert "title: Night ferry" in (trafilatura.extract(html, with_metadata=True) or "")
    assert '"hostname": "harbour.example"' in (trafilatura.extract(html, output_format="json") or "")
    assert trafilatura.extract("<html></html>") is None
    assert trafilatura.extract(html, target_language="de") is None
    with pytest.warns(UserWarning, match="favor_recall"):
        trafilatura.extract(html, favor_recall=True)
    for unknown in ({"output_format": "xmltei"}, {"include_comments": True}, {"prune_xpath": "//p"}):
        with pytest.raises(ValueError):
            trafilatura.extract(html, **unknown)


def test_a_page_that_takes_seconds_lets_other_threads_work() -> None:
    import threading
    import time

    def longest_pause() -> float:
        """Between two ticks of another thread, as a part of the time that the page takes."""
        ticks: list[float] = []
        done = threading.Event()

        def tick() -> None:
            while not done.is_set():
                ticks.append(time.monotonic())
                time.sleep(0.002)

        ticking = threading.Thread(target=tick)
        ticking.start()
        begun = time.monotonic()
        copydesk.extract("<html><body>" + "".join(page(n) for n in range(150)))
        took = time.monotonic() - begun
        done.set()
        ticking.join()
        return max(b - a for a, b in zip(ticks, [*ticks[1:], time.monotonic()])) / took

    # With the GIL held there would be one pause as long as all of it, every time; a busy machine makes some.
    assert min(longest_pause() for _ in range(5)) < 0.5

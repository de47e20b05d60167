"""Pipelines: where they come from, runs, stages of one's own, threads, forks and pickles."""

from __future__ import annotations

import json
import multiprocessing
import os
import pathlib
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import copydesk

from conftest import page

CHAIN = [{"use": name} for name in ("strip-boilerplate", "detect-language", "split-captions", "extract-metadata")]
AS_DICT = {"stage": CHAIN, "export": [{"use": "jsonl", "decisions": True, "nested": True}]}


def program(*arguments: str, cwd: pathlib.Path) -> subprocess.CompletedProcess[str]:
    command = pathlib.Path(sys.executable).with_name("copydesk")
    return subprocess.run([command, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120)


def test_a_pipeline_is_a_name_a_file_or_a_dictionary(tmp_path: pathlib.Path, html: str) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(AS_DICT))
    texts = {copydesk.Pipeline(p).extract(html).text for p in ("news", file, str(file), AS_DICT)}
    assert len(texts) == 1
    assert "strip-boilerplate > detect-language" in repr(copydesk.Pipeline("news"))
    assert "extract-metadata" in copydesk.Pipeline("news")._repr_html_()
    assert "news" in copydesk.Pipeline.built_in()


def test_every_mistake_of_a_pipeline_comes_at_once() -> None:
    with pytest.raises(copydesk.PipelineError) as raised:
        copydesk.Pipeline({"stage": [{"use": "strip-boilerplat"}], "export": [{"use": "jsonl", "blocs": True}]})
    found = raised.value.diagnostics
    assert len(found) == 2 and all(d["severity"] == "error" and d["line"] > 0 for d in found)
    assert "did you mean `strip-boilerplate`?" in str(raised.value)
    with pytest.raises(copydesk.PipelineError, match="did you mean 'news'"):
        copydesk.Pipeline("nwes")


def test_a_run_streams_records_and_lists_what_it_could_not_read(pages: pathlib.Path) -> None:
    states: list[object] = []
    run = copydesk.Pipeline("news").run(pages, progress=states.append)
    titles = [record.title for record in run]
    assert len(titles) == 40 and titles[0] == "Night ferry to Rostock returns in week 1"
    assert run.report is not None and (run.report.read, run.report.written, run.report.quarantined) == (41, 40, 1)
    (bad,) = run.quarantined
    assert bad.uri.endswith("page-99.html.gz") and bad.stage == "parse" and bad.error
    assert "quarantined=1" in repr(run) and "<td>41</td>" in run.report._repr_html_()
    with pytest.raises(copydesk.RunError):
        list(copydesk.Pipeline("news").run(pages / "nothing-here"))


def test_a_run_that_is_let_go_ends(pages: pathlib.Path) -> None:
    with copydesk.Pipeline("news").run([pages] * 3) as run:
        assert next(run).title
    assert repr(run) == "<Run closed>" and list(run) == []


def test_records_are_those_of_the_program(pages: pathlib.Path, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "p.json"
    file.write_text(json.dumps(AS_DICT))
    ran = program("run", str(file), "pages", "--out", str(tmp_path / "out"), cwd=pages.parent)
    assert ran.returncode == 1, ran.stderr  # one document is in quarantine
    of_program = [json.loads(line) for line in (tmp_path / "out/records.jsonl").open(encoding="utf-8")]
    here = os.getcwd()
    os.chdir(pages.parent)
    try:
        pipeline = copydesk.Pipeline(file)
        assert [dict(record) for record in pipeline.run("pages")] == of_program
        report = pipeline.write("pages", tmp_path / "written")
    finally:
        os.chdir(here)
    assert (report.written, report.quarantined) == (40, 1)
    assert (tmp_path / "written/records.jsonl").read_bytes() == (tmp_path / "out/records.jsonl").read_bytes()
    extracted = [pipeline.extract((pages.parent / r["source"]["uri"]).read_bytes(), name=r["source"]["uri"]) for r in of_program]
    assert [doc.text for doc in extracted] == [r["text"] for r in of_program]
    assert [(doc.title, doc.authors, doc.captions) for doc in extracted] == [(r["title"], r["authors"], r["captions"]) for r in of_program]
    with pytest.raises(ValueError, match="existing"):
        pipeline.write("pages", tmp_path / "written", existing="yes")
    with pytest.raises(copydesk.RunError, match='existing="append"'):
        pipeline.write(str(pages / "page-00.html"), tmp_path / "written")


def test_the_program_comes_with_the_module(tmp_path: pathlib.Path) -> None:
    shown = program("--version", cwd=tmp_path)
    assert (shown.returncode, shown.stdout.split()[0]) == (0, "copydesk")
    assert program("run", "nothing.toml", cwd=tmp_path).returncode == 2
    module = subprocess.run([sys.executable, "-m", "copydesk", "stages"], capture_output=True, text=True, check=True)
    assert "strip-boilerplate" in module.stdout


def test_a_function_is_a_stage(pages: pathlib.Path) -> None:
    pipeline = copydesk.Pipeline("news")

    @pipeline.stage(reads=["body"], writes=["body"])
    def no_tickets(doc: copydesk.StageDocument) -> None:
        for number, block in enumerate(doc.blocks):
            if block.label == "body" and "ticket" in block.text:
                doc.label(number, "advertisement", rule="ticket", detail="sells something")
        doc.keep({"letters": len(doc.text)})
        if "Riga" in doc.text:
            doc.drop("about Riga")

    run = pipeline.run(pages)
    records = list(run)
    assert run.report is not None and run.report.dropped == len([n for n in range(40) if n % 6 == 4])
    assert all("ticket" not in r.text and r.ext["no-tickets"]["letters"] > 100 for r in records)
    assert "no-tickets, ticket: sells something" in str(pipeline.extract(page(0)).explain())
    assert pipeline.extract(page(4)).dropped == ("no-tickets", "about Riga")


def test_a_stage_that_fails_costs_its_document_only(pages: pathlib.Path) -> None:
    pipeline = copydesk.Pipeline("news")

    def fussy(doc: copydesk.StageDocument) -> None:
        if "Turku" in doc.text:
            raise ValueError("not Turku again")

    def undeclared(doc: copydesk.StageDocument) -> None:
        if "Visby" in doc.text:
            doc.fact("title", "Another title", rule="mine", confidence=1.0)

    pipeline.stage(fussy)
    pipeline.stage(undeclared)
    run = pipeline.run(pages)
    assert len(list(run)) < 40
    rules = {(bad.stage, bad.rule) for bad in run.quarantined}
    assert rules == {("parse", run.quarantined[-1].rule), ("fussy", "python"), ("undeclared", "undeclared-write")}
    assert any("ValueError: not Turku again" in bad.error for bad in run.quarantined)
    with pytest.raises(ValueError, match="there is a stage `fussy` already"):
        pipeline.stage(fussy)
    with pytest.raises(ValueError, match="not `title`"):
        pipeline.stage(fussy, name="other", writes=["title"])


def test_what_a_function_has_done_is_done_again_unless_it_has_a_version(pages: pathlib.Path, tmp_path: pathlib.Path) -> None:
    calls: list[str] = []

    def count(doc: copydesk.StageDocument) -> None:
        calls.append(doc.uri)

    for version, again in ((None, 40), ("1", 0)):
        out = tmp_path / str(version)
        for _ in range(2):
            pipeline = copydesk.Pipeline(AS_DICT)
            pipeline.stage(count, version=version)
            calls.clear()
            pipeline.write(pages, out)
        assert len(calls) == again, version


def headline(html: str) -> str:
    return SHARED.extract(html).title


SHARED = copydesk.Pipeline("news")


def test_threads_share_a_pipeline() -> None:
    htmls = [page(n) for n in range(60)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(headline, htmls)) == [headline(html) for html in htmls]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_share_a_pipeline(method: str) -> None:
    htmls = [page(n) for n in range(6)]
    expected = [headline(html) for html in htmls]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map_async(headline, htmls).get(timeout=120) == expected


def shorten(doc: copydesk.StageDocument) -> None:
    doc.keep("short")


def test_a_pipeline_is_pickled_by_what_it_was_made_of(html: str) -> None:
    pipeline = copydesk.Pipeline(AS_DICT)
    pipeline.stage(shorten, version="1")
    again = pickle.loads(pickle.dumps(pipeline))
    assert again.extract(html) == pipeline.extract(html) and again.extract(html).ext == {"shorten": "short"}

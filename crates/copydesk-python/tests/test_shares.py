"""Shares of one piece of work: in processes of their own, and by the job files in `examples/array-jobs`."""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import subprocess
import sys

import pytest
import yaml

import copydesk

ROOT = pathlib.Path(__file__).parents[3]
JOBS = ROOT / "examples/array-jobs"
#: The pipeline `news` as a file.
NEWS = next(str(folder / "news.toml") for folder in (ROOT / "crates/copydesk-pipeline/pipelines", ROOT / "pipelines") if folder.is_dir())
PIPELINE = {
    "stage": [{"use": "strip-boilerplate"}, {"use": "extract-metadata"}],
    "export": [{"use": "jsonl"}],
    "run": {"shard_documents": 4},
}


def share(task: tuple[str, str, int, int]) -> int:
    pages, out, number, of = task
    return copydesk.Pipeline(PIPELINE).run_shard(pages, out, (number, of)).read


def test_tasks_share_the_work(pages: pathlib.Path, tmp_path: pathlib.Path) -> None:
    pipeline, out = copydesk.Pipeline(PIPELINE), tmp_path / "out"
    pipeline.write(pages, tmp_path / "whole")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        done = pool.map(share, [(str(pages), str(out), number, 3) for number in (1, 2)])
        with pytest.raises(copydesk.RunError, match="are not done yet"):
            pipeline.merge(pages, out)
        assert not (out / "records.jsonl").exists()
        done += pool.map(share, [(str(pages), str(out), number, 5) for number in (1, 2, 3, 4, 5)])
    report = pipeline.merge(pages, out)
    assert (report.read, report.reused, report.quarantined) == (41, 41, 1) and sum(done) > 41
    assert (out / "records.jsonl").read_bytes() == (tmp_path / "whole/records.jsonl").read_bytes()
    for wrong in ((0, 3), (4, 3), "", "merge", "x"):
        with pytest.raises(ValueError):
            pipeline.run_shard(pages, out, wrong)


def environment(tmp_path: pathlib.Path, **more: str) -> dict[str, str]:
    return {**os.environ, "PATH": f"{tmp_path}:{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}", **more}


def test_the_job_file_for_slurm(pages: pathlib.Path, tmp_path: pathlib.Path) -> None:
    # Slurm itself is not here: what would be handed in is written down, and done at the end.
    sbatch = tmp_path / "sbatch"
    sbatch.write_text(f'#!/bin/bash\nprintf "%s\\n" "$@" >> {tmp_path}/handed-in\n')
    sbatch.chmod(0o755)
    for number in (1, 2, 3):
        slurm = {"SLURM_ARRAY_TASK_ID": str(number), "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_JOB_ID": "7"}
        job = ["bash", str(JOBS / "slurm.sh"), NEWS, str(pages), str(tmp_path / "out")]
        subprocess.run(job, env=environment(tmp_path, **slurm), check=True, capture_output=True)
    handed_in = (tmp_path / "handed-in").read_text().splitlines()
    assert "--dependency=afterany:7" in handed_in
    (wrapped,) = [line.removeprefix("--wrap=") for line in handed_in if line.startswith("--wrap=")]
    merged = subprocess.run(["bash", "-c", wrapped], env=environment(tmp_path), capture_output=True, text=True)
    assert merged.returncode == 1, merged.stderr  # one document is in quarantine
    assert len((tmp_path / "out/records.jsonl").read_text().splitlines()) == 40


def test_the_job_files_for_kubernetes(pages: pathlib.Path, tmp_path: pathlib.Path) -> None:
    job, merge = (yaml.safe_load((JOBS / name).read_text()) for name in ("kubernetes.yaml", "kubernetes-merge.yaml"))
    assert (job["apiVersion"], job["kind"], job["spec"]["completionMode"]) == ("batch/v1", "Job", "Indexed")
    (container,) = job["spec"]["template"]["spec"]["containers"]
    (of_merge,) = merge["spec"]["template"]["spec"]["containers"]
    count = job["spec"]["completions"]
    assert f"/{count}\"" in container["args"][0]
    here = lambda text: text.replace(" news ", f" {NEWS} ").replace("/data/pages", str(pages)).replace("/data/out", str(tmp_path / "out"))  # noqa: E731
    for index in range(count):
        pod = [*container["command"], here(container["args"][0])]
        subprocess.run(pod, env=environment(tmp_path, JOB_COMPLETION_INDEX=str(index)), check=True, capture_output=True)
    subprocess.run([*of_merge["command"], here(of_merge["args"][0])], env=environment(tmp_path), check=True, capture_output=True)
    assert len((tmp_path / "out/records.jsonl").read_text().splitlines()) == 40

"""Runs `shares.py` on a cluster of two nodes of this machine, kills a worker and a node, and compares with one run of the program.

    python check.py
"""

from __future__ import annotations

import contextlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

import ray
from ray.cluster_utils import Cluster

import shares

PAGES = 240
STAGES = ("strip-boilerplate", "detect-language", "split-captions", "extract-metadata")
PIPELINE = {
    "stage": [{"use": stage} for stage in STAGES],
    "export": [{"use": "jsonl"}, {"use": "parquet"}],
    "run": {"shard_documents": 8},
}


def page(number: int) -> str:
    sentence = f"Ferry {number} was late again: it left the quay at noon, and nobody on the pier knew why it had waited. "
    return f"<html><head><title>Ferry {number}</title></head><body><h1>Ferry {number}</h1><p>{sentence * 20}</p></body></html>"


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "pages").mkdir()
        for number in range(PAGES):
            (folder / f"pages/{number:03}.html").write_text(page(number))
        # Small shards, so that there is something to lose.
        mine = folder / "pipeline.json"
        mine.write_text(json.dumps(PIPELINE))
        program = pathlib.Path(sys.executable).with_name("copydesk")
        subprocess.run([program, "run", mine, folder / "pages", "-q", "--out", folder / "whole"], check=True)

        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
        doomed = cluster.add_node(num_cpus=1)
        ray.init(address=cluster.address, log_to_driver=False)
        parts = folder / "out/.copydesk/parts"

        def kill() -> None:
            while not (parts.is_dir() and len(list(parts.iterdir())) > 3):
                time.sleep(0.05)
            cluster.remove_node(doomed, allow_graceful=False)
            cluster.add_node(num_cpus=1)

        killer = threading.Thread(target=kill)
        killer.start()
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            shares.work(str(mine), str(folder / "pages"), str(folder / "out"), 12)
        killer.join()
        ray.shutdown()
        cluster.shutdown()
        print(said.getvalue().strip())
        for name in sorted(path.name for path in (folder / "whole").iterdir() if path.is_file()):
            if (folder / "whole" / name).read_bytes() != (folder / "out" / name).read_bytes():
                sys.exit(f"{name} is not that of one run over all")
        print(f"a node was killed, and the files are those of one run over {PAGES} pages")


if __name__ == "__main__":
    main()

"""Pages in a folder that all nodes see, one task of Ray a share, and the files of one run over all.

    python shares.py PIPELINE PAGES OUT [SHARES]

A share whose worker or node is killed is given to another, and nothing is done twice or lost: what is done is known by its
documents. Give the same command again after anything went wrong, with as many shares as you like.
"""

from __future__ import annotations

import sys

import ray

import copydesk


@ray.remote(num_cpus=1, max_retries=5)
def share(pipeline: copydesk.Pipeline, pages: str, out: str, number: int, of: int) -> int:
    return pipeline.run_shard(pages, out, (number, of)).read


def work(pipeline_name: str, pages: str, out: str, shares: int = 16) -> None:
    pipeline = ray.put(copydesk.Pipeline(pipeline_name))
    tasks = [share.remote(pipeline, pages, out, number, shares) for number in range(1, shares + 1)]
    done = sum(ray.get(tasks))
    # This names what is missing, if anything is, and then makes no file.
    report = copydesk.Pipeline(pipeline_name).merge(pages, out)
    print(f"{done} documents by {shares} tasks: {report}")


if __name__ == "__main__":
    ray.init()
    work(*sys.argv[1:4], *map(int, sys.argv[4:]))

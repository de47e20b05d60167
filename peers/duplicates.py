#!/usr/bin/env python3
"""What other libraries find among the documents of `cargo xtask duplicates --write FILE`, and at what cost.

    pip install datasketch rensa
    pip install --no-deps text-dedup && pip install click click-option-group datasets tqdm rich regex xxhash bitarray psutil ftfy \
        zstandard fire pybloom-live        # without Spark and the like, which its MinHash does not need
    peers/duplicates.py FILE [LIBRARY...]

Each is given whole pages, as a crawl has them, and the main text alone, as our stages leave it. Runs of three words, 128
permutations and a threshold of 0.8, as `find-duplicates` has them; pairs that share a band are compared by their estimate, and
joined. `text-dedup` joins whatever shares a band, as its own program does: its functions make the signatures and the bands, over
64-bit numbers, as its defaults have it. One process, one core.
"""

import json
import re
import resource
import sys
import time

PERMUTATIONS = 128
THRESHOLD = 0.8
WORDS = re.compile(r"\w+")


def runs(text):
    words = WORDS.findall(text.lower())
    return {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


class Clusters:
    def __init__(self, count):
        self.parents = list(range(count))

    def first(self, at):
        while self.parents[at] != at:
            self.parents[at] = self.parents[self.parents[at]]
            at = self.parents[at]
        return at

    def join(self, one, other):
        one, other = self.first(one), self.first(other)
        self.parents[max(one, other)] = min(one, other)


def with_datasketch(texts):
    from datasketch import MinHash, MinHashLSH

    index, kept, clusters = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS), [], Clusters(len(texts))
    for at, text in enumerate(texts):
        own = MinHash(num_perm=PERMUTATIONS)
        own.update_batch([run.encode() for run in runs(text)])
        for other in index.query(own):
            if own.jaccard(kept[other]) >= THRESHOLD:
                clusters.join(at, other)
        index.insert(at, own)
        kept.append(own)
    return clusters


def with_rensa(texts):
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=32)
    kept, clusters = [], Clusters(len(texts))
    for at, text in enumerate(texts):
        own = RMinHash(num_perm=PERMUTATIONS, seed=42)
        own.update(list(runs(text)))
        for other in index.query(own):
            if own.jaccard(kept[other]) >= THRESHOLD:
                clusters.join(at, other)
        index.insert(at, own)
        kept.append(own)
    return clusters


def with_text_dedup(texts):
    import numpy
    from text_dedup.minhash import SIGNATURE_COLUMN, embed_func
    from text_dedup.utils import optimal_param, sha1_hash

    # What its `main` sets up, in its order.
    random, prime = numpy.random.RandomState(42), numpy.uint64((1 << 61) - 1)
    bands, rows = optimal_param(THRESHOLD, PERMUTATIONS, false_positive_weight=0.5, false_negative_weight=0.5)
    permutations = (
        random.randint(1, prime, size=(PERMUTATIONS,), dtype=numpy.uint64),
        random.randint(0, prime, size=(PERMUTATIONS,), dtype=numpy.uint64),
    )
    options = {
        "num_perm": PERMUTATIONS,
        "hashranges": [(band * rows, (band + 1) * rows) for band in range(bands)],
        "ngram_size": 3,
        "min_length": 0,
        "permutations": permutations,
        "hash_func": lambda data: sha1_hash(data, d=32),
        "dtype": numpy.uint64,
        "max_hash": numpy.uint32((1 << 32) - 1),
        "modulo_prime": prime,
    }
    tables, clusters = [{} for _ in range(bands)], Clusters(len(texts))
    for at, text in enumerate(texts):
        for table, band in zip(tables, embed_func(text, at, **options)[SIGNATURE_COLUMN]):
            clusters.join(at, table.setdefault(band, at))
    return clusters


LIBRARIES = {"datasketch": with_datasketch, "rensa": with_rensa, "text-dedup": with_text_dedup}


def judge(documents, clusters):
    found, all_of = {}, {}
    for document in documents:
        kind = document["kind"]
        if kind == "edit":
            kind = "edits at 0.8 and above" if document["near"] >= 0.8 else "edits below 0.8"
        if kind == "agency" and document["near"] < 0.6:
            kind = "agency stories of which less than 0.6 is left"
        if kind in ("story", "digest"):
            continue
        all_of[kind] = all_of.get(kind, 0) + 1
        together = clusters.first(document["number"]) == clusters.first(document["origin"])
        found[kind] = found.get(kind, 0) + together
    by_cluster = {}
    for document in documents:
        origins = by_cluster.setdefault(clusters.first(document["number"]), {})
        origins[document["origin"]] = origins.get(document["origin"], 0) + 1
    pairs = lambda n: n * (n - 1) // 2
    told = sum(pairs(sum(origins.values())) for origins in by_cluster.values())
    right = sum(pairs(n) for origins in by_cluster.values() for n in origins.values())
    shares = ", ".join(f"{kind} {found[kind] / all_of[kind]:.4f}" for kind in sorted(all_of))
    return f"{shares}; of {told} pairs {right / max(told, 1):.4f} tell one story"


def main():
    path, named = sys.argv[1], sys.argv[2:]
    if len(named) != 1 or ":" not in named[0]:
        # A process each, so that the memory of one is not that of another.
        import subprocess

        for library in named or LIBRARIES:
            for part in ("page", "body"):
                subprocess.run([sys.executable, __file__, path, f"{library}:{part}"], check=False)
        return
    library, part = named[0].split(":")
    with open(path, encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    texts = [document[part] for document in documents]
    for document in documents:
        del document["page"], document["body"]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    clusters = LIBRARIES[library](texts)
    seconds = time.process_time() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / len(documents)
    print(f"{library}, {part}: {len(documents) / seconds:.0f} documents/s on one core, {memory:.0f} bytes a document in memory")
    print("  " + judge(documents, clusters), flush=True)


if __name__ == "__main__":
    main()

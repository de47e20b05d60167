#!/usr/bin/env python3
"""What a call of a program in Python costs, by the way that documents take to it.

    peers/exec.py --venv target/peers-exec

The same documents of 4 kB go from the same client to the same rule and back, to one process:

- as `use = "exec"` does it: 32 lines of JSON, and then their answers, with the module of the house;
- a line for a line: the next is sent when the last is answered, as processors do that hand each message to a subprocess;
- by gRPC: a unary call for each, one after the other, and 32 at once. The message is the same JSON.

The client is in Python as well, so that what it costs itself stands beside. grpcio is installed into the environment that `--venv`
names. Of five rounds the fastest counts by the clock; the processor's time is that of all.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULE = ROOT / "crates" / "copydesk-stage-exec" / "python"
WANTED = ["grpcio==1.85.3"]
BATCH, ROUNDS = 32, 5
MARK = "for immediate release"


def views():
    def blocks(n):
        lines = [f"The ferry number {n * 100 + p} sails across the harbour through the night, and comes back by noon."
                 for p in range(11)]
        texts = ["FOR IMMEDIATE RELEASE"] * (n % 4 == 0) + [" ".join([line] * 4) for line in lines]
        return [{"id": at, "text": text} for at, text in enumerate(texts)]
    names = {"version": 1, "media_type": "text/plain", "url": None}
    return [json.dumps({**names, "uri": f"{n}.txt", "blocks": blocks(n)}, separators=(",", ":")) for n in range(BATCH)]


def answer(request):
    """The rule, as a program has it that is written by hand."""
    changes = [{"do": "label", "block": block["id"], "label": "other", "rule": "opens-with"}
               for block in request["view"]["blocks"] if block["text"].lower().startswith(MARK)]
    return json.dumps({"id": request["id"], "patch": {"version": 1, "changes": changes}}, separators=(",", ":"))


def serve(way):
    if way == "exec":
        sys.path.insert(0, str(MODULE))
        from copydesk_stage import stage

        @stage(reads=[], writes=["body"], view=["blocks"], block=["text"])
        def mark(document):
            for block in document.blocks:
                if block.text.lower().startswith(MARK):
                    document.label(block.id, "other", rule="opens-with")

        mark.run()
    elif way == "line":
        print(json.dumps({"protocol": 1, "reads": [], "writes": ["body"]}), flush=True)
        sys.stdin.readline()
        for line in sys.stdin:
            print(answer(json.loads(line)), flush=True)
    else:
        import grpc
        from concurrent.futures import ThreadPoolExecutor

        call = grpc.unary_unary_rpc_method_handler(lambda request, _: answer(json.loads(request)).encode())
        server = grpc.server(ThreadPoolExecutor(1))
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("Stage", {"Process": call})])
        print(server.add_insecure_port("127.0.0.1:0"), flush=True)
        server.start()
        sys.stdin.read()


def spent(process):
    """Seconds by the clock, and of the processor here and there."""
    behind_the_name = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")")[-1].split()
    there = (int(behind_the_name[11]) + int(behind_the_name[12])) / os.sysconf("SC_CLK_TCK")
    return time.perf_counter(), time.process_time(), there


def measure(title, process, ask, calls):
    """Has `ask` take batches of numbered documents to the process, and prints what each document took."""
    texts, number, fastest = views(), 0, float("inf")

    def batch():
        nonlocal number
        requests = [f'{{"id":{number + at},"view":{text}}}' for at, text in enumerate(texts)]
        number += BATCH
        answers = [json.loads(line) for line in ask(requests)]
        assert [len(found["patch"]["changes"]) for found in answers] == [1, 0, 0, 0] * (BATCH // 4), answers

    for _ in range(10):
        batch()
    begun = spent(process)
    for _ in range(ROUNDS):
        since = time.perf_counter()
        for _ in range(calls // BATCH // ROUNDS):
            batch()
        fastest = min(fastest, (time.perf_counter() - since) / (calls // BATCH // ROUNDS * BATCH))
    number_of = calls // BATCH // ROUNDS * BATCH * ROUNDS
    _, here, there = ((now - then) / number_of * 1e6 for now, then in zip(spent(process), begun))
    print(f"  {title:34} {fastest * 1e6:6.1f} µs a document; by the processor {here:5.1f} µs here and {there:5.1f} µs there")
    process.stdin.close()
    process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=pathlib.Path, default=ROOT / "target" / "peers-exec")
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        return serve(arguments.serve)
    python = arguments.venv / "bin" / "python"
    if not python.exists():
        venv.create(arguments.venv, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *WANTED], check=True)
    if pathlib.Path(sys.prefix).resolve() != arguments.venv.resolve():
        os.execv(python, [python, *sys.argv])

    def start(way):
        return subprocess.Popen([python, __file__, "--serve", way], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def lines(process, together):
        process.stdin.write(b'{"protocol":1,"options":{}}\n')
        process.stdin.flush()
        process.stdout.readline()

        def ask(requests):
            for at in range(0, BATCH, together):
                process.stdin.write("".join(line + "\n" for line in requests[at:at + together]).encode())
                process.stdin.flush()
                for _ in range(together):
                    yield process.stdout.readline()
        return ask

    print(f"{arguments.calls} documents of 4 kB, one process, Python {sys.version.split()[0]}")
    process = start("exec")
    measure("exec, 32 lines at once", process, lines(process, BATCH), arguments.calls)
    process = start("line")
    measure("a line for a line", process, lines(process, 1), arguments.calls)
    import grpc

    for title, at_once in [("gRPC, one call after the other", 1), ("gRPC, 32 calls at once", BATCH)]:
        process = start("grpc")
        channel = grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}")
        call = channel.unary_unary("/Stage/Process")

        def ask(requests):
            for at in range(0, BATCH, at_once):
                under_way = [call.future(line.encode()) for line in requests[at:at + at_once]]
                yield from (answer.result() for answer in under_way)

        measure(title, process, ask, arguments.calls)
        channel.close()


if __name__ == "__main__":
    main()

"""A small model server: scores the topics of a text by a table of words. In the place of the table stands whatever you have.

    python3 service.py --port 8080

`{"text": "..."}` goes in by POST, and `{"scores": {"transport": 0.7}}` comes back. `--busy N` answers 503 to the first N requests, as
a server does that is still loading its model. `--until-eof` ends it with its standard input: with whoever has started it.
"""

import argparse
import json
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORDS = {
    "transport": {"ferry", "tram", "train", "harbour", "bus", "bridge"},
    "weather": {"rain", "storm", "wind", "snow", "flood"},
    "markets": {"price", "market", "prices", "shares", "trade"},
}


def scores(text):
    words = re.findall(r"\w+", text.lower())
    found = {topic: sum(word in known for word in words) for topic, known in WORDS.items()}
    return {topic: count / (count + 1) for topic, count in found.items() if count > 0}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["content-length"])))
        is_busy = self.server.busy > 0
        self.server.busy -= is_busy
        answer = b"" if is_busy else json.dumps({"scores": scores(question["text"])}).encode()
        self.send_response(503 if is_busy else 200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        """Say nothing of each document."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one")
    parser.add_argument("--busy", type=int, default=0)
    parser.add_argument("--until-eof", action="store_true")
    arguments = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler)
    server.daemon_threads, server.busy = True, arguments.busy
    print(f"http://127.0.0.1:{server.server_port}/scores", flush=True)
    if arguments.until_eof:
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()

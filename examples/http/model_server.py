"""A small model server: says which topics a text is about, by a table of words.

In the place of the table stands whatever you have: the rest is the protocol. It answers a view of a document, as `use = "http"`
sends it, with a patch.

    python3 model_server.py --port 8080
"""

import argparse
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORDS = {
    "transport": {"ferry", "tram", "train", "harbour", "bus", "bridge"},
    "weather": {"rain", "storm", "wind", "snow", "flood"},
    "markets": {"price", "market", "prices", "shares", "trade"},
}


def topics(text):
    words = re.findall(r"\w+", text.lower())
    found = {topic: sum(word in known for word in words) for topic, known in WORDS.items()}
    return sorted((topic for topic, count in found.items() if count > 0), key=lambda topic: (-found[topic], topic))


def patch(view):
    text = "\n".join(block["text"] for block in view["blocks"])
    found = topics(text)
    if not found:
        return {"version": 1, "changes": [{"do": "note", "code": "no-topic", "message": "no word of any topic"}]}
    return {"version": 1, "changes": [{"do": "ext", "value": {"topics": found}}]}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        view = json.loads(self.rfile.read(int(self.headers["content-length"])))
        answer = json.dumps(patch(view)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        """Say nothing of each document."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one")
    server = Server(("127.0.0.1", parser.parse_args().port), Handler)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()

"""A program that does, for each document, what the text of the document says: all that a program can do wrong."""

import json
import os
import signal
import sys
import time


def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()


hello = json.loads(sys.stdin.readline())
how = hello["options"].get("start", "")
introduction = {"protocol": 1, "reads": [], "writes": ["body"], "view": ["blocks"]}
if how == "garbage":
    say("loading the model ...\n")
elif how == "version":
    introduction["protocol"] = 2
elif how == "exit":
    sys.exit("there is no model in /nowhere")
elif how == "hang":
    time.sleep(600)
elif how == "no-writes":
    del introduction["writes"]
elif how == "facet":
    introduction["writes"] = ["bodies"]
elif how == "refuse":
    say(json.dumps({"error": "is no number", "option": "limit"}) + "\n")
    sys.exit()
say(json.dumps(introduction) + "\n")

for line in sys.stdin:
    request = json.loads(line)
    text = request["view"]["blocks"][0]["text"] if request["view"]["blocks"] else ""
    number, changes = request["id"], []
    if text == "exit":
        sys.exit("could not go on")
    elif text == "close":
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        time.sleep(0.3)
        sys.exit("nobody listens")
    elif text == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif text == "hang":
        time.sleep(600)
    elif text == "garbage":
        say("Traceback (most recent call last):\n")
    elif text == "half":
        say('{"id": %d, "patch": {"ver' % number)
        sys.exit()
    elif text == "other-id":
        number += 1000
    elif text == "no-block":
        changes = [{"do": "label", "block": 99, "label": "body", "rule": "r"}]
    elif text == "no-label":
        changes = [{"do": "label", "block": 0, "label": "othr", "rule": "r"}]
    elif text == "undeclared":
        changes = [{"do": "fact", "fact": {"field": "title", "value": "x"}, "name": "r", "confidence": 0.5}]
    elif text == "unknown-change":
        changes = [{"do": "sing"}]
    elif text == "drop":
        changes = [{"do": "drop", "reason": "asked for"}]
    elif text == "once" and not os.path.exists(hello["options"]["file"]):
        open(hello["options"]["file"], "w").close()
        sys.exit("only the first time")
    else:
        changes = [{"do": "note", "code": "seen", "message": text}]
    say(json.dumps({"id": number, "patch": {"version": 1, "changes": changes}}) + "\n")

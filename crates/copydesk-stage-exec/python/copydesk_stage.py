"""A stage of Copydesk in Python: one file, which needs nothing but Python 3.9.

    from copydesk_stage import stage

    @stage(reads=["body"], writes=["body"], view=["blocks"], block=["text"])
    def mark_releases(document):
        for block in document.blocks:
            if block.text.lower().startswith("for immediate release"):
                document.label(block.id, "other", rule="opens-with")

    if __name__ == "__main__":
        mark_releases.run()

A pipeline file uses it so:

    [[stage]]
    use = "exec"
    name = "mark-releases"
    command = ["python3", "mark_releases.py"]

What a stage prints goes to standard error, and so into the log; an exception costs the document that it was raised for.
"""

from __future__ import annotations

import difflib
import json
import operator
import os
import platform
import sys
import time
import traceback
from typing import Any, Callable, Dict, List, Optional, Sequence

PROTOCOL = 1
#: Answers wait for each other no longer than this, in seconds.
_PATIENCE = 0.05


class NoSuchMember(AttributeError, KeyError):
    """There is no such member, whichever way it was asked for."""

    def __str__(self) -> str:
        return str(self.args[0])


class Fields(dict):
    """An object of a view, a block say: `block["text"]` and `block.text` are the same."""

    __slots__ = ()

    # Asked for in C, and not by a function of Python: a stage does this for every block.
    __getattr__ = dict.__getitem__

    #: Where it is said what there is.
    _said = "`view` and `block` of the stage say what is sent"

    def __missing__(self, name: str) -> Any:
        raise NoSuchMember(f"there is no {name!r} in it: {', '.join(self)} ({self._said})")


# Those of a block are found at once, without the way over an error that Python takes to `__getattr__`.
for _name in ["id", "kind", "level", "label", "text", "original", "language", "hidden", "links"]:
    setattr(Fields, _name, property(operator.itemgetter(_name)))


class Options(Fields):
    """The options of a stage: `options["marks"]` and `options.marks` are the same."""

    __slots__ = ()
    _said = "an option is declared in `@stage(options=...)`"


class Document:
    """What a stage sees of a document, and how it changes it.

    `blocks`, `evidence`, `facts`, `captions`, `language`, `uri`, `url`, `media_type`, `fields`, `ext` and the rest are as
    `copydesk schema view` describes them; reading is all that can be done with them. Changes are calls, each with a reason,
    and they are applied together once the function has come back: so a function that fails has changed nothing.
    """

    __slots__ = ("_view", "changes")

    def __init__(self, view: Fields) -> None:
        self._view = view
        self.changes: List[Dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        try:
            return self._view[name]
        except KeyError:
            known = ", ".join(self._view)
            raise AttributeError(f"there is no {name!r} in the view: {known} (`view` of the stage says what is sent)") from None

    @property
    def text(self) -> str:
        """The main text as it stands before this stage."""
        return "\n".join(block["text"] for block in self._view["blocks"] if block["label"] == "body")

    def label(self, block: int, label: str, *, rule: str, detail: str = "") -> None:
        """Give a block a label: `"body"`, `"caption"`, `"navigation"`, `"advertisement"` and so on."""
        self.changes.append({"do": "label", "block": block, "label": label, "rule": rule, "detail": detail})

    def set_text(self, block: int, text: str) -> None:
        """Replace the text of a block; the original stays readable."""
        self.changes.append({"do": "text", "block": block, "text": text})

    def fact(self, field: str, value: Any, *, rule: str, confidence: float) -> None:
        """Add a value for a fact (`"title"`, `"authors"`, `"published"`, ...). The surest value wins."""
        fact = {"field": field, "value": value}
        self.changes.append({"do": "fact", "fact": fact, "name": rule, "confidence": confidence})

    def caption(self, text: str, *, confidence: float, **more: Any) -> None:
        """Add a caption; `credit`, `language`, `image`, `blocks` and the rest as `copydesk schema patch` has them."""
        self.changes.append({"do": "caption", "text": text, "confidence": confidence, **more})

    def set_language(self, tag: str, *, confidence: float, block: Optional[int] = None) -> None:
        """Say which language the document is in, or one block of it."""
        change = {"do": "language", "tag": tag, "confidence": confidence}
        self.changes.append(change if block is None else {**change, "block": block})

    def note(self, code: str, message: str) -> None:
        """Leave a doubt for whoever reads the record."""
        self.changes.append({"do": "note", "code": code, "message": message})

    def keep(self, value: Any) -> None:
        """Keep a finding, any JSON, as `ext` of the record under the name of the stage."""
        self.changes.append({"do": "ext", "value": value})

    def drop(self, reason: str) -> None:
        """Take the document out of the run. It is counted under the reason; nothing can follow."""
        self.changes.append({"do": "drop", "reason": reason})

    def refuse(self, rule: str, message: str) -> None:
        """Give up on the document, which goes to quarantine; nothing can follow."""
        self.changes.append({"do": "refuse", "rule": rule, "message": message})


class OptionError(ValueError):
    """Raise it in `check` for an option that the stage cannot work with."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


class Stage:
    """A function that is a stage."""

    def __init__(self, function: Callable[..., None], declared: Dict[str, Any], options: Dict[str, Any],
                 check: Optional[Callable[[Options], None]]) -> None:
        self._function, self._declared, self._options, self._check = function, declared, options, check

    def __call__(self, *arguments: Any) -> None:
        self._function(*arguments)

    def patch(self, view: Dict[str, Any], options: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        """What the stage does to a document, as a patch: for tests of your own."""
        document = Document(_fields(view))
        self._call(document, self._full(options or {}))
        return {"version": 1, "changes": document.changes}

    def _call(self, document: Document, options: Options) -> None:
        if self._options:
            self._function(document, options)
        else:
            self._function(document)

    def run(self) -> None:
        """Work on documents until there are no more."""
        # What anybody prints must not get between the lines of the protocol.
        out = os.dup(1)
        os.dup2(2, 1)
        texts = _texts(0)
        first = next(texts, None)
        if first is None:
            sys.exit("a stage is started by `copydesk`: name it in a pipeline file, under `use = \"exec\"`")
        hello = json.loads(first)
        try:
            options = self._told(hello.get("options", {}))
        except OptionError as error:
            _write(out, [{"error": str(error), "option": error.option}])
            return
        _write(out, [{
            "protocol": PROTOCOL,
            **self._declared,
            "options": options,
            "version": " ".join([self._declared["version"], platform.python_implementation(), platform.python_version()]).strip(),
            "files": _modules(),
        }])
        self._work(texts, out, options)

    def _work(self, texts: Any, out: int, options: Options) -> None:
        answers: List[str] = []
        since = time.monotonic()
        scan, encode = json.JSONDecoder(object_hook=Fields).scan_once, _ENCODER.encode
        for text in texts:
            at = 0
            while at < len(text):
                request, end = scan(text, at)
                at = text.index("\n", end) + 1
                document = Document(request["view"])
                try:
                    self._call(document, options)
                    # Most documents are left as they are.
                    changes = encode(document.changes) if document.changes else "[]"
                    answers.append(f'{{"id":{request["id"]},"patch":{{"version":1,"changes":{changes}}}}}\n')
                except Exception as error:
                    answers.append(encode({"id": request["id"], "patch": _refusal(error)}) + "\n")
                # Those that are there already go out together, unless that takes long.
                if at == len(text) or time.monotonic() - since > _PATIENCE:
                    _write_all(out, "".join(answers).encode())
                    answers.clear()
                    since = time.monotonic()

    def _full(self, given: Dict[str, Any]) -> Options:
        return _fields({**self._options, **given}, Options)

    def _told(self, given: Dict[str, Any]) -> Options:
        """The options in full; `OptionError` if one is wrong."""
        for name, value in given.items():
            if name not in self._options:
                near = difflib.get_close_matches(name, self._options, 1)
                known = ", ".join(self._options) or "none"
                hint = f"; did you mean `{near[0]}`?" if near else ""
                raise OptionError(name, f"there is no such option{hint} (there are: {known})")
            default = self._options[name]
            if not _fits(value, default):
                raise OptionError(name, f"is {_kind(value)}, and has to be {_kind(default)}")
        options = self._full(given)
        if self._check is not None:
            self._check(options)
        return options


def stage(*, reads: Sequence[str], writes: Sequence[str], view: Optional[Sequence[str]] = None,
          labels: Optional[Sequence[str]] = None, block: Optional[Sequence[str]] = None,
          options: Optional[Dict[str, Any]] = None, version: str = "",
          check: Optional[Callable[[Options], None]] = None) -> Callable[[Callable[..., None]], Stage]:
    """Make a function a stage. It is called with a `Document`, and with its options if it has any.

    `reads` and `writes` are out of `body`, `languages`, `captions`, `metadata` and `text`. `view` are the members of a view that
    the function looks at, `labels` the labels of the blocks that it wants to see, and `block` the members of a block, beside its
    `id`: what is not sent costs no time. `options` are the names of the options with their defaults, whose types are theirs;
    `check` is called with all of them and raises `OptionError`. With another `version` finished work is done again, as it is when
    a file of the stage changes.
    """
    declared: Dict[str, Any] = {"reads": list(reads), "writes": list(writes), "version": version}
    if view is not None:
        declared["view"] = list(view)
    if labels is not None:
        declared["labels"] = list(labels)
    if block is not None:
        declared["block"] = list(block)
    return lambda function: Stage(function, declared, dict(options or {}), check)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _fields(value: Any, kind: Any = Fields) -> Any:
    return json.loads(json.dumps(value), object_hook=kind)


def _fits(value: Any, default: Any) -> bool:
    if default is None:
        return True
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, (int, float))
    return isinstance(value, type(default))


def _kind(value: Any) -> str:
    kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "text", list: "a list", dict: "a table"}
    return kinds.get(type(value), "nothing")


def _refusal(error: Exception) -> Dict[str, Any]:
    """What becomes of a document that the function has failed on; the whole of it goes into the log."""
    traceback.print_exc()
    places = traceback.extract_tb(error.__traceback__)
    place = next((place for place in reversed(places) if place.filename != __file__), places[-1])
    message = f"{type(error).__name__}: {error} ({os.path.basename(place.filename)}, line {place.lineno})"
    return {"version": 1, "changes": [{"do": "refuse", "rule": "exception", "message": message}]}


def _modules() -> List[str]:
    """The files of the stage: modules that lie in the folder of the program or below it."""
    main = os.path.realpath(sys.argv[0])
    folder = os.path.dirname(main)
    files = {main}
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if path and os.path.realpath(path).startswith(folder + os.sep):
            files.add(os.path.realpath(path))
    return sorted(files)


def _texts(source: int) -> Any:
    """Whole lines as they come, as many as there are: first one alone, then all together."""
    begun: List[bytes] = []
    told = False
    while True:
        read = os.read(source, 1 << 16)
        if not read:
            return
        end = read.rfind(b"\n") + 1
        if not end:
            begun.append(read)
            continue
        text = b"".join([*begun, read[:end]]).decode()
        begun = [read[end:]]
        if not told:
            told = True
            end = text.index("\n") + 1
            yield text[:end]
            text = text[end:]
        yield text


def _write(out: int, messages: List[Dict[str, Any]]) -> None:
    _write_all(out, "".join(_ENCODER.encode(message) + "\n" for message in messages).encode())


def _write_all(out: int, data: bytes) -> None:
    while data:
        data = data[os.write(out, data):]

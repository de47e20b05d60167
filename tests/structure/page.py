"""A page that is being written: what it says, and beside it the gold."""
import html
import random
import re


def esc(text):
    return html.escape(text, quote=False)


def attr(text):
    return html.escape(text, quote=True)


class Cell:
    def __init__(self, text):
        self.head = text.startswith("!")
        text = text.removeprefix("!")
        self.rows = self.columns = 1
        while found := re.match(r"([>^])(\d+) ?", text):
            if found[1] == ">":
                self.columns = int(found[2])
            else:
                self.rows = int(found[2])
            text = text[found.end():]
        self.text = text

    def spans(self):
        return "".join(f' {name}="{n}"' for name, n in (("rowspan", self.rows), ("colspan", self.columns)) if n > 1)


class Table:
    def __init__(self, given):
        self.caption, self.head = given["caption"], given["head"]
        self.rows = [[Cell(c) for c in row] for row in given["rows"]]

    def gold(self):
        return {"caption": self.caption, "head": self.head,
                "rows": [[{"text": c.text, "head": c.head, "rows": c.rows, "columns": c.columns} for c in row] for row in self.rows]}


class Words:
    """Phrases of `content.toml`, by chance but the same ones each time."""

    def __init__(self, content, seed):
        self.phrases, self.random = content["phrases"], random.Random(seed)

    def fill(self, text):
        def one(found):
            name = found[1]
            if span := re.fullmatch(r"(\d+)-(\d+)", name):
                return str(self.random.randint(int(span[1]), int(span[2])))
            return self.fill(self.random.choice(self.phrases[name]))
        return re.sub(r"\{([a-z]+|\d+-\d+)\}", one, text)

    def sentence(self, text):
        text = self.fill(text)
        return text[:1].upper() + text[1:]


class Page:
    """Hands out content in turn, and notes each piece in the gold in the order of the page."""

    def __init__(self, content, name, seed):
        self.content, self.words, self.name, self.seed = content, Words(content, f"{name}-{seed}"), name, seed
        self.gold = {kind: [] for kind in ("tables", "code", "formulas", "lists", "definitions", "quotes", "notes", "absent", "paragraphs")}
        self.turn = {}
        self.number = 10 * seed
        self.title = self.words.sentence(content["phrases"]["title"][(seed * 3 + len(name)) % 5])

    def next(self, kind):
        """The next piece of a kind: where a page begins depends on its shape and number."""
        pieces = self.content[kind]
        at = self.turn.setdefault(kind, self.words.random.randrange(len(pieces)))
        self.turn[kind] = at + 1
        return pieces[at % len(pieces)]

    def heading(self):
        headings = self.content["phrases"]["heading"]
        at = self.turn.setdefault("heading", self.words.random.randrange(len(headings)))
        self.turn["heading"] = at + 1
        return headings[at % len(headings)]

    def sentences(self, n):
        picked = self.words.random.sample(self.content["phrases"]["sentence"], n)
        return [self.words.sentence(s) for s in picked]

    def paragraph(self, n=3):
        text = " ".join(self.sentences(n))
        self.gold["paragraphs"].append(text)
        return text

    def formula(self, display):
        given = self.next("formulas")
        self.gold["formulas"].append({"latex": given["latex"], "display": display})
        return given

    def sentence_with_formula(self, render):
        """A sentence in HTML, and in the gold what stands around its formula."""
        given = self.formula(False)
        self.number += 1
        sentences = self.content["phrases"]["formula_sentence"]
        before, after = sentences[self.number % len(sentences)].replace("{n}", str(self.number)).split("{f}")
        self.gold["formulas"][-1].update(before=before.strip(), after=after.strip())
        return esc(before) + render(given) + esc(after)

    def table(self, spans=True):
        while True:
            table = Table(self.next("tables"))
            if spans or all(c.rows == c.columns == 1 for row in table.rows for c in row):
                break
        self.gold["tables"].append(table.gold())
        return table

    def code(self, languages=None, named=True):
        while True:
            given = self.next("code")
            if languages is None or given["language"] in languages:
                break
        text = given["text"].strip("\n")
        self.gold["code"].append({"language": given["language"] if named else "", "text": text})
        return given["language"], text

    def list(self):
        given = self.next("lists")
        gold = nested([given["ordered"], *given["items"]])
        gold["start"] = given.get("start", 1)
        if "type" in given:
            gold["type"] = given["type"]
        self.gold["lists"].append(gold)
        return gold

    def definitions(self):
        items = self.next("definitions")["items"]
        self.gold["definitions"].append([{"term": t, "texts": texts} for t, *texts in items])
        return items

    def quote(self, sourced=True):
        given = self.next("quotes")
        source = given["source"] if sourced else ""
        self.gold["quotes"].append({"text": given["text"], "source": source})
        return given["text"], source

    def note(self, mark):
        """A sentence with a mark behind it, and the note. The place of the mark is the caller's."""
        self.number += 1
        text = self.next("notes")["text"]
        sentence = f"Book {self.number} of the station does not agree with this."
        self.gold["notes"].append({"mark": mark, "sentence": sentence, "text": text})
        return sentence, text

    def absent(self, *texts):
        """What only belongs to the page: a line of it in the text is a fault."""
        for text in texts:
            if text not in self.gold["absent"]:
                self.gold["absent"].append(text)


def nested(given):
    """`[ordered, item, item...]`, an item a text or `[text, ordered, item...]`."""
    items = []
    for item in given[1:]:
        if isinstance(item, str):
            items.append({"text": item, "list": None})
        else:
            items.append({"text": item[0], "list": {"start": 1, **nested(item[1:])}})
    return {"ordered": given[0], "items": items}

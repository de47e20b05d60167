#!/usr/bin/env python3
"""How much of the structure of pages is left in what extractors make of them.

    score.py [--program PROGRAM] [--peer NAME]... [--part seen|aside|all] [--worst KIND] [--each 4] [--least tables=.8]...

Makes the pages with `make.py`, has each extractor write Markdown and plain text, and compares with the gold. Peers are `trafilatura`,
`resiliparse`, `html2text` and `readability-lxml`; those that are not installed are left out. Needs the packages of requirements.txt.
"""
import argparse
import importlib.metadata
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from apted import APTED, Config
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from rapidfuzz.distance import Levenshtein

HERE = pathlib.Path(__file__).resolve().parent
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table"]).use(footnote_plugin).use(deflist_plugin).use(dollarmath_plugin, allow_space=True)
ALIASES = {"js": "javascript", "py": "python", "python3": "python", "ipython3": "python", "sh": "bash", "shell": "bash", "yml": "yaml", "rs": "rust", "golang": "go", "text": "",
           "plaintext": "", "plain": "", "none": "", "generic": "", "txt": ""}


def squeeze(text):
    return " ".join(text.split())


# What the extractors make of a page: `(markdown, plain text)`, the second where there is one, and HTML where Markdown is not written.

def of_program(program, folder):
    out = folder / "out"
    pipeline = folder / "structure.toml"
    pipeline.write_text((HERE / "pipeline.toml").read_text())
    subprocess.run([program, "run", pipeline, folder / "pages", "--out", out, "--replace"], check=True, capture_output=True)
    found = {}
    for line in (out / "records.jsonl").open():
        record = json.loads(line)
        found[pathlib.Path(record["source"]["uri"]).stem] = (record["markdown"], record["text"])
    return found


def trafilatura_peer(text):
    import trafilatura
    given = {"include_tables": True, "include_formatting": True}
    return trafilatura.extract(text, output_format="markdown", **given) or "", trafilatura.extract(text, output_format="txt", include_tables=True) or ""


def resiliparse_peer(text):
    from resiliparse.extract import html2text
    from resiliparse.parse.html import HTMLTree
    tree = HTMLTree.parse(text)
    plain = html2text.extract_plain_text(tree, main_content=True)
    # It writes no Markdown, but HTML with little in it, which is judged as it is.
    return plain, plain, html2text.extract_plain_text(tree, preserve_formatting="minimal_html", main_content=True)


def html2text_peer(text):
    import html2text
    writer = html2text.HTML2Text(bodywidth=0)
    writer.ignore_links = writer.mark_code = True
    writer.mark_code = False
    return writer.handle(text), None


def readability_peer(text):
    import readability
    return html2text_peer(readability.Document(text).summary())


PEERS = {"trafilatura": trafilatura_peer, "resiliparse": resiliparse_peer, "html2text": html2text_peer, "readability-lxml": readability_peer}


# Tables, by TEDS: one less the edits of the tree by the nodes of the larger one.

class Node:
    def __init__(self, tag, text="", spans=(1, 1), children=()):
        self.tag, self.text, self.spans, self.children = tag, text, spans, list(children)

    def size(self):
        return 1 + sum(c.size() for c in self.children)


class Cost(Config):
    def children(self, node):
        return node.children

    def rename(self, one, other):
        if one.tag != other.tag or one.spans != other.spans:
            return 1.0
        return Levenshtein.normalized_distance(one.text, other.text) if one.text or other.text else 0.0


def tree(rows, head, caption):
    """`rows` are lists of `(text, rows, columns)`, of which the first `head` are the table's head."""
    lines = [Node("tr", children=[Node("td", text, (down, across)) for text, down, across in row]) for row in rows]
    parts = [Node("caption", caption)] if caption else []
    parts += [Node("thead", children=lines[:head])] if head else []
    return Node("table", children=parts + [Node("tbody", children=lines[head:])])


def gold_tree(table):
    return tree([[(squeeze(c["text"]), c["rows"], c["columns"]) for c in row] for row in table["rows"]], table["head"], table["caption"])


def number(text):
    return int(text) if text and text.isdigit() else 1


def table_of(element, captions):
    rows, head = [], 0
    for row in element.iter("tr"):
        if next(row.iterancestors("table")) is not element:
            continue
        cells = [c for c in row if c.tag in ("td", "th")]
        rows.append([(squeeze(c.text_content()), number(c.get("rowspan")), number(c.get("colspan"))) for c in cells])
        if head == len(rows) - 1 and (row.getparent().tag == "thead" or (cells and all(c.tag == "th" for c in cells))):
            head += 1
    caption = element.find("caption")
    found = squeeze(caption.text_content()) if caption is not None else ""
    if not found:
        # Markdown has no captions: the paragraph before or behind a table that says the same is one.
        for neighbour in (element.getprevious(), element.getnext()):
            if neighbour is not None and isinstance(neighbour.tag, str):
                said = squeeze(neighbour.text_content()).removeprefix("Table: ").removeprefix(": ")
                found = next((c for c in captions if Levenshtein.normalized_similarity(c, said) > 0.9), found)
    return tree(rows, head, found)


def teds(one, other):
    return 1 - APTED(one, other, Cost()).compute_edit_distance() / max(one.size(), other.size())


# What stands in Markdown.

def to_tree(markdown):
    # Both pairs of delimiters that TeX has are taken, outside of code.
    parts = re.split(r"(^```.*?^```\s*?$|`[^`\n]+`)", markdown, flags=re.S | re.M)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r"\\{1,2}\[(.+?)\\{1,2}\]", lambda m: "$$" + m[1] + "$$", parts[i], flags=re.S)
        parts[i] = re.sub(r"\\{1,2}\((.+?)\\{1,2}\)", lambda m: "$" + m[1].strip() + "$", parts[i], flags=re.S)
    text = MARKDOWN.render("".join(parts))
    return lxml_html.document_fromstring(f"<html><body>{text}</body></html>")


def clean_latex(text):
    text = re.sub(r"^\{?\\displaystyle\s*|\\displaystyle|\\left|\\right|\\[,;! ]|\\limits|\s", "", text)
    text = text.replace("\\lt", "<").replace("\\gt", ">").replace("\\le", "\\leq").replace("\\leqq", "\\leq").replace("\\ge", "\\geq").replace("\\geqq", "\\geq").replace("\\ne", "\\neq").replace("\\neqq", "\\neq")
    for _ in range(3):
        text = re.sub(r"\{(\\?[A-Za-z0-9])\}", r"\1", text)
    return text


def align(gold, found, likeness):
    """The sum of likenesses of pairs in their order, the best there is, and which is paired with which."""
    n, m = len(gold), len(found)
    like = [[likeness(g, f) for f in found] for g in gold]
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + like[i][j])
    pairs, i, j = [], 0, 0
    while i < n and j < m:
        if best[i][j] == best[i + 1][j + 1] + like[i][j] and like[i][j] > 0:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return best[0][0], pairs


def list_of(element):
    items = []
    for item in element:
        if item.tag == "li":
            below = [c for c in item if c.tag in ("ul", "ol")]
            text = squeeze((item.text or "") + " ".join(("" if c in below else c.text_content() if isinstance(c.tag, str) else "") + (c.tail or "") for c in item))
            items.append({"text": re.sub(r"^\[[ x]\] ", "", text), "list": list_of(below[0]) if below else None})
        elif item.tag in ("ul", "ol") and items:
            items[-1]["list"] = list_of(item)
    return {"ordered": element.tag == "ol", "items": items, "start": number(element.get("start"))}


def same_list(gold, found):
    if found is None or gold is None:
        return gold is found
    if gold["ordered"] != found["ordered"] or len(gold["items"]) != len(found["items"]) or gold["ordered"] and gold["start"] != found["start"]:
        return False
    return all(squeeze(g["text"]) == f["text"] and same_list(g["list"], f["list"]) for g, f in zip(gold["items"], found["items"]))


def bare(line):
    """A line without the signs of Markdown around it, and without escapes."""
    line = re.sub(r"\\([\\`*_{}\[\]()#+\-.!|<>~$:])", r"\1", line)
    return squeeze(re.sub(r"^[\s>#*+:-]*(?=\S)|[*`]+", "", line)).strip()


def score(gold, markdown, html=None):
    """For each kind that a page has, `(sum, number)`."""
    document, out = lxml_html.document_fromstring(f"<body>{html}</body>") if html else to_tree(markdown), {}
    plain = squeeze(re.sub(r"\\([\\`*_{}\[\]()#+\-.!|<>~])", r"\1", markdown))
    lines = [bare(line) for line in markdown.split("\n")]
    lines = [line for line in lines if line]

    captions = [t["caption"] for t in gold["tables"] if t["caption"]]
    tables = [table_of(t, captions) for t in document.iter("table")]
    total, _ = align([gold_tree(t) for t in gold["tables"]], tables, teds)
    if gold["tables"] or tables:
        out["tables"] = (total, max(len(gold["tables"]), len(tables)))

    code = []
    for pre in document.iter("pre"):
        inner = pre.find("code")
        name = (inner.get("class") or "").removeprefix("language-") if inner is not None else ""
        code.append((ALIASES.get(name.lower(), name.lower()), pre.text_content().strip("\n")))
    code = [c for c in code if c[0] != "math"]
    total, pairs = align([g["text"] for g in gold["code"]], [t for _, t in code], lambda g, f: Levenshtein.normalized_similarity(g, f))
    if gold["code"] or code:
        out["code"] = (total, max(len(gold["code"]), len(code)))
    named = [i for i, g in enumerate(gold["code"]) if g["language"]]
    if named:
        pairs = dict(pairs)
        wanted = [gold["code"][i]["language"] if isinstance(gold["code"][i]["language"], list) else [gold["code"][i]["language"]] for i in named]
        out["languages"] = (sum(i in pairs and code[pairs[i]][0] in {ALIASES.get(n, n) for n in names} for i, names in zip(named, wanted)), len(named))

    formulas = [clean_latex(e.text_content()) for e in document.xpath("//*[contains(@class,'math')]|//pre[code[@class='language-math']]") if e.tag in ("span", "div", "pre", "eq", "eqn")]
    total, _ = align([clean_latex(f["latex"]) for f in gold["formulas"]], formulas, lambda g, f: Levenshtein.normalized_similarity(g, f))
    if gold["formulas"] or formulas:
        out["formulas"] = (total, max(len(gold["formulas"]), len(formulas)))
    inline = [f for f in gold["formulas"] if not f["display"]]
    if inline:
        out["formulas once"] = (sum(once(f, plain) for f in inline), len(inline))

    found = [list_of(e) for e in document.iter("ul", "ol")]
    if gold["lists"]:
        out["lists"] = (sum(any(same_list(g, f) for f in found) for g in gold["lists"]), len(gold["lists"]))
    if gold["notes"]:
        out["notes"] = (sum(noted(n, plain, markdown) for n in gold["notes"]), len(gold["notes"]))
    if gold["quotes"]:
        quotes = list(document.iter("blockquote"))
        out["quotes"] = (sum(any(quoted(q, e) for e in quotes) for q in gold["quotes"]), len(gold["quotes"]))
    if gold["definitions"]:
        pairs = [(d["term"], d["texts"]) for one in gold["definitions"] for d in one]
        out["definitions"] = (sum(defined(term, texts, lines) for term, texts in pairs), len(pairs))
    if gold["absent"]:
        out["absent"] = (sum(t not in lines for t in gold["absent"]), len(gold["absent"]))
    out["paragraphs"] = (sum(squeeze(t) in plain for t in gold["paragraphs"]), len(gold["paragraphs"]))
    return out


def once(formula, plain):
    """Between the words around it stands the formula, and nothing else."""
    found = re.search(re.escape(formula["before"]) + r"(.{0,600}?)" + re.escape(formula["after"]), plain)
    if not found:
        return False
    said = re.sub(r"^\s*(\$+|\\+\()|(\$+|\\+\))\s*$", "", found[1].strip())
    return Levenshtein.normalized_similarity(clean_latex(formula["latex"].replace("\\\\", "\\")), clean_latex(said.replace("\\\\", "\\"))) >= 0.8


def noted(note, plain, markdown):
    mark = re.escape(note["mark"])
    at = rf"\s?(\[\^?{mark}\]|\^{mark}\^?|<sup>{mark}</sup>|{'⁰¹²³⁴⁵⁶⁷⁸⁹'[int(note['mark']) % 10]})"
    if not re.search(re.escape(note["sentence"]) + at, plain):
        return False
    for line in markdown.split("\n"):
        line = re.sub(r"\\([\\`*_\[\]()#+\-.!|<>~])", r"\1", line).strip()
        found = re.match(rf"(\[\^?{mark}\]:?|{mark}\.|{mark}|\^{mark}\^?|<sup>{mark}</sup>|[⁰¹²³⁴⁵⁶⁷⁸⁹])\s+(.*)$", line)
        if found and squeeze(found[2]) == note["text"]:
            return True
    return False


def quoted(quote, element):
    said = squeeze(element.text_content())
    if quote["text"] not in said:
        return False
    after = element.getnext()
    before = element.getprevious()
    near = said + " " + " ".join(squeeze(e.text_content())[:120] for e in (before, after) if e is not None)
    return quote["source"] in near


def defined(term, texts, lines):
    term, texts = bare(term), [bare(text) for text in texts]
    for i, line in enumerate(lines):
        if line.rstrip(":") == term and lines[i + 1:i + 1 + len(texts)] == texts:
            return True
        if line.startswith(term) and len(texts) == 1 and line.endswith(texts[0]) and len(line) <= len(term) + len(texts[0]) + 5:
            return True
    return False


def lines_of(gold):
    """Lines that somebody gets who marks the text in a browser and copies it."""
    for code in gold["code"]:
        yield from (("code", line.rstrip()) for line in code["text"].split("\n") if line.strip())
    for table in gold["tables"]:
        yield from (("other", squeeze(" ".join(c["text"] for c in row))) for row in table["rows"])

    def items(one):
        for item in one["items"]:
            yield "other", squeeze(item["text"])
            if item["list"]:
                yield from items(item["list"])
    for one in gold["lists"]:
        yield from items(one)
    for one in gold["definitions"]:
        for d in one:
            yield from (("other", t) for t in (d["term"], *d["texts"]))
    yield from (("other", q["text"]) for q in gold["quotes"])


def score_lines(gold, text):
    code = {line.rstrip() for line in text.split("\n")}
    other = {re.sub(r"^([•*+–-]|\d+[.)]|[a-z][.)]) ", "", squeeze(line.replace("|", " "))) for line in text.split("\n")}
    wanted = list(lines_of(gold))
    return sum(line in (code if kind == "code" else other) for kind, line in wanted), len(wanted)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program")
    parser.add_argument("--peer", action="append", default=[])
    parser.add_argument("--part", choices=["seen", "aside", "all"], default="seen")
    parser.add_argument("--worst", help="a kind: the figure of each shape")
    parser.add_argument("--each", default="4")
    parser.add_argument("--least", action="append", default=[], help="KIND=FIGURE of the program; fails below it")
    parser.add_argument("--folder", type=pathlib.Path, help="where pages and outputs stay")
    options = parser.parse_args()
    folder = options.folder or pathlib.Path(tempfile.mkdtemp(prefix="structure-"))
    subprocess.run([sys.executable, HERE / "make.py", folder, "--each", options.each], check=True, capture_output=True)
    golds = [g for g in json.loads((folder / "gold.json").read_text()) if options.part == "all" or (options.part == "aside") == g["aside"]]
    results = {}
    if options.program:
        results["copydesk"] = of_program(options.program, folder)
    for name in options.peer:
        try:
            named = f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            print(f"{name} is not installed")
            continue
        results[named] = {}
        for gold in golds:
            results[named][gold["page"]] = PEERS[name]((folder / "pages" / f"{gold['page']}.html").read_text())
    sums, shapes = {}, {}
    for name, pages in results.items():
        for gold in golds:
            markdown, text, *html = pages.get(gold["page"], ("", ""))
            found = score(gold, markdown, *html)
            if text is not None:
                found["lines of plain text"] = score_lines(gold, text)
            for kind, (got, of) in found.items():
                for into in (sums.setdefault(kind, {}), shapes.setdefault((kind, gold["shape"]), {})):
                    before = into.get(name, (0, 0))
                    into[name] = (before[0] + got, before[1] + of)

    def table(rows):
        print("| " + " | ".join(["", *results]) + " |\n|" + "---|" * (len(results) + 1))
        for kind, row in rows:
            print("| " + " | ".join([kind, *(f"{row[n][0] / row[n][1]:.3f}" if n in row and row[n][1] else "-" for n in results)]) + " |")
    print(f"{len(golds)} pages ({options.part})")
    table(sums.items())
    if options.worst:
        print()
        table(sorted(((shape, row) for (kind, shape), row in shapes.items() if kind == options.worst), key=lambda r: r[1].get("copydesk", (0, 1))[0] / r[1].get("copydesk", (0, 1))[1]))
    for least in options.least:
        kind, figure = least.split("=")
        got, of = sums[kind]["copydesk"]
        if got / of < float(figure):
            sys.exit(f"{kind}: {got / of:.3f}, less than {figure}")


if __name__ == "__main__":
    main()

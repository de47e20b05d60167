#!/usr/bin/env python3
"""Writes the pages of the structure benchmark, and what is right about each.

    make.py FOLDER [--each 4]

FOLDER gets `pages/SHAPE-NUMBER.html`, and `gold.json` with what each page says: tables, code, formulas, lists, definitions, quotes,
notes. Every time the same ones. A third of the shapes is marked `aside`: nothing is mended by looking at them.
"""
import argparse
import json
import pathlib
import tomllib

import page
import shapes

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--each", type=int, default=4, help="pages of each shape")
    options = parser.parse_args()
    content = tomllib.loads((HERE / "content.toml").read_text()) | tomllib.loads((HERE / "formulas.toml").read_text())
    pages = options.folder / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    gold = []
    for name, shape in shapes.SHAPES.items():
        for number in range(1, options.each + 1):
            p = page.Page(content, name, number)
            text = shapes.write(p, shape)
            (pages / f"{name}-{number}.html").write_text(text)
            gold.append({"page": f"{name}-{number}", "shape": name, "aside": name in shapes.ASIDE, "title": p.title, **p.gold})
    (options.folder / "gold.json").write_text(json.dumps(gold, ensure_ascii=False, indent=1))
    print(f"{len(gold)} pages in {len(shapes.SHAPES)} shapes, {len(shapes.ASIDE)} aside:", ", ".join(sorted(shapes.ASIDE)))


if __name__ == "__main__":
    main()

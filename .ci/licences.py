#!/usr/bin/env python3
"""Prints the licences of all that is in the program: .ci/licences.py TARGET

Crates are those that `cargo tree` finds below `copydesk` for that target; what build scripts and tests need is not in the program.
Each text stands once, below the names of those that it holds for. A crate whose package has none takes that of another one from
the same repository under the same licence, else what its manifest names; the script fails if that is no licence whose text
this repository has itself.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What a crate without a text of its own may be under: our own two texts are those of these licences.
OWN = {"Apache-2.0": "LICENSE-APACHE", "MIT": "LICENSE-MIT"}
IS_TEXT = re.compile(r"(?i)^(licen[cs]e|copying|copyright|notice|unlicense)([-._].*)?$")


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def texts(folder):
    """The licences that lie in a package; those of code by others deeper inside are among them."""
    def is_text(file):
        named = IS_TEXT.match(file.name) and file.suffix not in {".rs", ".toml", ".html"}
        # Deeper inside `COPYING` is another licence to choose, and not one more.
        return file.parent.name.lower() == "licenses" or named and (file.parent == folder or file.name[:5].upper() == "LICEN")
    files = sorted(file for file in folder.rglob("*") if file.is_file() and is_text(file))
    return [file.read_text(errors="replace").strip() for file in files]


def main():
    target = sys.argv[1]
    tree = cargo("tree", "--locked", "--package", "copydesk", "--edges", "normal", "--target", target, "--prefix", "none",
                 "--format", "{p}", "--no-dedupe")
    inside = {tuple(line.split()[:2]) for line in tree.splitlines() if line}
    packages = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", target))["packages"]
    packages = [package for package in packages if (package["name"], "v" + package["version"]) in inside]
    others = [package for package in packages if package["source"]]
    assert len(packages) == len(inside), "cargo tree and cargo metadata name other packages"
    others.sort(key=lambda package: package["name"])
    own = {package["id"]: texts(pathlib.Path(package["manifest_path"]).parent) for package in others}
    of_kin = {(package["repository"], package["license"]): own[package["id"]] for package in others if own[package["id"]]}
    holders, bare = collections.defaultdict(list), []
    for package in others:
        name = f'{package["name"]} {package["version"]}'
        found = own[package["id"]] or of_kin.get((package["repository"], package["license"]), [])
        for text in found:
            holders[re.sub(r"\s+", " ", text)].append((name, text))
        if not found:
            bare.append((name, package["license"], package["repository"]))
    missing = [name for name, licence, _ in bare if not set(re.split(r"\s+OR\s+|/|[()]", licence or "")) & set(OWN)]
    if missing:
        sys.exit(f"no text of a licence: {', '.join(missing)}")
    print("Copydesk is under MIT or Apache-2.0, at your choice. The program holds the crates below, and the standard library of Rust")
    print("(MIT or Apache-2.0, https://github.com/rust-lang/rust/blob/master/COPYRIGHT)"
          + (" and musl (MIT, https://git.musl-libc.org/cgit/musl/tree/COPYRIGHT)." if target.endswith("musl") else "."))
    print()
    for package in others:
        print(f'{package["name"]} {package["version"]}: {package["license"] or "see its text"}, {package["repository"] or ""}')
    for group in sorted(holders.values(), key=len, reverse=True):
        print(f'\n{"=" * 100}\n{", ".join(name for name, _ in group)}\n{"=" * 100}\n\n{group[0][1]}')
    if bare:
        print(f'\n{"=" * 100}\n{", ".join(name for name, _, _ in bare)}\n{"=" * 100}\n')
        print("These packages have no text of their own; their manifests name one of the following.\n")
        print("\n\n".join((ROOT / file).read_text().strip() for file in OWN.values()))


if __name__ == "__main__":
    main()

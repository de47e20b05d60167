#!/usr/bin/env bash
# Makes the wheel, installs it into a fresh environment, and tries there what it promises. Arguments go to `maturin build`:
# nothing for the wheel that is handed out, `--profile dev` while working on it. Needs python3 from 3.9 on.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-$PWD/../../target}
home=$target/python
rm -rf "$home/wheels" "$home/fresh"
[ -x "$home/maturin/bin/maturin" ] || python3 -m venv "$home/maturin"
"$home/maturin/bin/pip" install -q -r tests/requirements.txt
"$home/maturin/bin/maturin" build "$@" --out "$home/wheels"

wheel=$(echo "$home"/wheels/copydesk-*.whl)
size=$(stat -c %s "$wheel")
echo "$(basename "$wheel"): $((size / 1000)) kB"

python3 -m venv "$home/fresh"
"$home/fresh/bin/pip" install -q "$wheel"
# The module needs nothing but itself.
(cd / && "$home/fresh/bin/python" -c 'import copydesk; assert copydesk.extract("The ferry was late. " * 9).text' &&
    "$home/fresh/bin/copydesk" --version)
"$home/fresh/bin/pip" install -q -r tests/requirements-check.txt
"$home/fresh/bin/python" -m pytest -q -p no:cacheprovider tests
# Ray, in an environment of its own: a node is killed, and the files are those of one run.
[ -x "$home/ray/bin/python" ] || python3 -m venv "$home/ray"
"$home/ray/bin/pip" install -q --force-reinstall --no-deps "$wheel"
"$home/ray/bin/pip" install -q -r ../../examples/ray/requirements.txt
"$home/ray/bin/python" ../../examples/ray/check.py 2>"$home/ray.log" || { tail -n 50 "$home/ray.log"; exit 1; }
# What is handed out is small; a build for debugging is not.
case " $* " in *" dev "*) ;; *) [ "$size" -lt 20000000 ] || { echo "the wheel has more than 20 MB"; exit 1; } ;; esac

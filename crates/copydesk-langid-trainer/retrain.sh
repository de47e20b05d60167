#!/usr/bin/env bash
# Make the model and the page of languages again, from nothing.
#
# usage: crates/copydesk-langid-trainer/retrain.sh FOLDER
#
# FOLDER takes what is fetched, about 1.5 GB; what is there already is not fetched again. The same text gives the same
# model, byte for byte: the model's header names the text with its checksums.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/../.."
train=../shared/bench/langid/train.tsv.gz
here=crates/copydesk-langid-trainer

"$here/extra/fetch.sh" "$folder"
python3 "$here/extra/make.py" "$folder" "$train" "$folder/extra.tsv.gz"
cargo run --release -p copydesk-langid-trainer -- --train "$train" --train "$folder/extra.tsv.gz" \
  --ngrams "$folder/ngrams" --out crates/copydesk-langid/model/langid.cdl
cargo run --release -p copydesk-langid-trainer -- eval --page crates/copydesk-langid/LANGUAGES.md

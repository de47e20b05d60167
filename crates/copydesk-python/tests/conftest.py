"""Pages of our own, in the shape of those that people scrape."""

from __future__ import annotations

import pathlib

import pytest

PLACES = ["Rostock", "Malmo", "Turku", "Gdansk", "Riga", "Visby"]


def page(number: int) -> str:
    place = PLACES[number % len(PLACES)]
    title = f"Night ferry to {place} returns in week {number + 1}"
    body = "".join(
        f"<p>{sentence}</p>"
        for sentence in (
            f"The night ferry to {place} will sail again from next Monday, the harbour office said in its weekly notice.",
            "Repairs to the bow door took longer than planned, because a part had to be cast anew by a foundry abroad.",
            f"Passengers with a ticket for one of the {number + 20} cancelled sailings may travel on any day of this season.",
        )
    )
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} | Harbour Post</title>
<meta property="og:site_name" content="Harbour Post"><meta property="og:title" content="{title}">
<meta name="author" content="Ada Lund"><meta property="article:published_time" content="2024-05-{number % 28 + 1:02}T06:30:00Z">
<link rel="canonical" href="https://harbour.example/{number}"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li><li><a href="/tickets">Tickets</a></li></ul></nav>
<main><article><h1>{title}</h1><p class="byline">By Ada Lund</p>{body}
<figure><img src="/ferry-{number}.jpg" alt=""><figcaption>The ferry at the quay of {place}. Photo: Ben Oak</figcaption></figure>
</article></main><footer><p>Subscribe to our newsletter</p><p>&copy; Harbour Post</p></footer></body></html>"""


@pytest.fixture
def html() -> str:
    return page(0)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("site") / "pages"
    folder.mkdir()
    for number in range(40):
        (folder / f"page-{number:02}.html").write_text(page(number), encoding="utf-8")
    # One that cannot be read costs itself only.
    (folder / "page-99.html.gz").write_bytes(b"\x1f\x8b\x08\x00 this is no gzip")
    return folder

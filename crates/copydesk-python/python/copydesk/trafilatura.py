"""A change of import as a trial: `from copydesk.trafilatura import extract, bare_extraction`.

The arguments are those of trafilatura 2. What changes the result and cannot be done is refused with a `ValueError`, and
what only tunes trafilatura's own heuristics is passed over with a warning; nothing is silently something else.
"""

from __future__ import annotations

import json
import warnings
from collections import defaultdict
from inspect import signature
from typing import Any, Optional, Union
from urllib.parse import urlsplit

from ._copydesk import DocumentError
from ._document import Document
from ._pipeline import Pipeline, default

__all__ = ["bare_extraction", "extract", "extract_metadata"]

_FORMATS = ("txt", "markdown", "json")


def extract(
    filecontent: Union[str, bytes],
    url: Optional[str] = None,
    record_id: Optional[str] = None,
    fast: bool = False,
    no_fallback: bool = False,
    favor_precision: bool = False,
    favor_recall: bool = False,
    include_comments: Optional[bool] = None,
    output_format: str = "txt",
    tei_validation: bool = False,
    target_language: Optional[str] = None,
    include_tables: bool = True,
    include_images: bool = False,
    include_formatting: bool = False,
    include_links: bool = False,
    deduplicate: bool = False,
    date_extraction_params: Optional[dict[str, Any]] = None,
    with_metadata: bool = False,
    only_with_metadata: bool = False,
    max_tree_size: Optional[int] = None,
    url_blacklist: Optional[set[str]] = None,
    author_blacklist: Optional[set[str]] = None,
    settingsfile: Optional[str] = None,
    prune_xpath: Any = None,
    *,
    pipeline: Optional[Pipeline] = None,
) -> Optional[str]:
    """The main text of a page as text, Markdown or JSON; `None` where there is none."""
    if output_format not in _FORMATS:
        raise ValueError(f"output_format is one of {', '.join(_FORMATS)}, not {output_format!r}")
    found = _found(**{name: value for name, value in locals().items() if name != "output_format"})
    if found is None:
        return None
    document, facts = found
    if output_format == "json" and (include_links or include_images or include_formatting):
        raise ValueError("JSON has the plain text: ask for markdown to have links, images or formatting")
    if output_format == "json":
        return json.dumps(facts, ensure_ascii=False)
    wants_markup = output_format == "markdown" or include_links or include_images or include_formatting
    if wants_markup:
        if not include_tables:
            raise ValueError("include_tables=False cannot be done with markup: ask for txt")
        links = include_links
        text = document.markdown(links=links, emphasis=include_formatting or output_format == "markdown", images=include_images)
    else:
        text = facts["text"]
    if with_metadata:
        head = "".join(f"{name}: {value}\n" for name, value in facts.items() if value and name in _HEAD)
        text = f"---\n{head}---\n{text}"
    return text


def bare_extraction(filecontent: Union[str, bytes], url: Optional[str] = None, **options: Any) -> Optional[dict[str, Any]]:
    """The same as a dictionary, always with the facts."""
    known = {name: options.pop(name) for name in list(options) if name in _OPTIONS}
    known.pop("with_metadata", None)
    if any(known.get(name) for name in ("include_links", "include_images", "include_formatting")):
        raise ValueError("the text of `bare_extraction` is plain: ask `extract` for markdown to have links, images or formatting")
    output_format = options.pop("output_format", "python")
    as_dict = options.pop("as_dict", True)
    if options or output_format not in ("python", *_FORMATS) or not as_dict:
        unknown = ", ".join(options) or f"output_format={output_format!r}, as_dict={as_dict!r}"
        raise ValueError(f"not known to this `bare_extraction`: {unknown}")
    found = _found(filecontent, url, with_metadata=True, **known)
    return found[1] if found else None


def extract_metadata(filecontent: Union[str, bytes], default_url: Optional[str] = None) -> Optional[dict[str, Any]]:
    """The facts alone."""
    found = _found(filecontent, default_url, with_metadata=True)
    return {name: value for name, value in found[1].items() if name != "text"} if found else None


_HEAD = ("title", "author", "url", "hostname", "description", "sitename", "date", "categories", "tags", "license", "id")

# What `extract` takes, and `bare_extraction` with it.
_OPTIONS = frozenset(signature(extract).parameters) - {"filecontent", "url", "output_format"}


def _found(
    filecontent: Union[str, bytes], url: Optional[str] = None, *, include_tables: bool = True, **given: Any
) -> Optional[tuple[Document, dict[str, Any]]]:
    """The document and its facts, or `None`. What is not given has the default of `extract`, which is none of it."""
    given = defaultdict(lambda: None, given)
    if given["include_comments"]:
        raise ValueError("comments are boilerplate to copydesk: `copydesk.extract(...).blocks` has them, with their labels")
    if given["prune_xpath"]:
        raise ValueError("prune_xpath cannot be done: a stage can take blocks out, see `Pipeline.stage`")
    if given["tei_validation"]:
        raise ValueError("there is no TEI to be validated")
    if given["date_extraction_params"]:
        raise ValueError("date_extraction_params cannot be done: dates come with their precision, and candidates with a score")
    for name in ("favor_precision", "favor_recall", "settingsfile", "deduplicate", "max_tree_size"):
        if given[name]:
            warnings.warn(f"copydesk.trafilatura passes over {name}", UserWarning, stacklevel=3)
    # There is one way of extraction: `fast` and `no_fallback` change nothing.
    try:
        document = (given["pipeline"] or default()).extract(filecontent, url)
    except DocumentError:
        return None
    text = document.text if include_tables else _without_tables(document)
    if document.dropped or not text.strip():
        return None
    wanted = given["target_language"]
    if wanted and document.language and document.language.split("-")[0] != wanted:
        return None
    address = url or document.url
    facts = {
        "title": document.title,
        "author": "; ".join(document.authors) or None,
        "url": document.url or url,
        "hostname": urlsplit(address).hostname if address else None,
        "description": document.description,
        "sitename": document.site_name,
        "date": document.published[:10] if document.published else None,
        "categories": [document.section] if document.section else [],
        "tags": document.tags,
        "id": given["record_id"],
        "license": document.license,
        "language": document.language,
        "image": document.image,
        "text": text,
    }
    if given["only_with_metadata"] and not (facts["date"] and facts["title"] and facts["url"]):
        return None
    if facts["url"] and facts["url"] in (given["url_blacklist"] or ()):
        return None
    if any(author in (given["author_blacklist"] or ()) for author in document.authors):
        return None
    return document, facts


def _without_tables(document: Document) -> str:
    kept = (block for block in document.blocks if block.label == "body" and not str(block.kind).startswith("table"))
    return "\n".join(block.text for block in kept if block.text)

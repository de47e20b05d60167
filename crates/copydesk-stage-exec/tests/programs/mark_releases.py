"""Takes lines out of the text that open with certain words."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python"))

from copydesk_stage import OptionError, stage  # noqa: E402


def check(options):
    for at, mark in enumerate(options.marks):
        if not mark.strip():
            raise OptionError(f"marks[{at}]", "is empty, and would match every line")


@stage(
    reads=[],
    writes=["body"],
    view=["blocks"],
    block=["text"],
    options={"marks": ["note to editors:", "for immediate release"]},
    check=check,
)
def mark_releases(document, options):
    marks = [(mark, mark.lower()) for mark in options.marks]
    for block in document.blocks:
        text = block.text.lower()
        for mark, opening in marks:
            if text.startswith(opening):
                document.label(block.id, "other", rule="opens-with", detail=f"`{mark}`")
                break


if __name__ == "__main__":
    mark_releases.run()

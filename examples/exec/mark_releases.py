"""The stage `mark-releases`: takes lines out of the text that open with certain words."""

from copydesk_stage import OptionError, stage


def check(options):
    """What the type of an option cannot say is said here, with its name."""
    for at, mark in enumerate(options.marks):
        if not mark.strip():
            raise OptionError(f"marks[{at}]", "is empty, and would match every line")


@stage(
    # What it looks at beside the text, and what it changes: a run refuses what is not declared.
    reads=[],
    writes=["body"],
    # The members of a document that it looks at, and of a block beside its `id`; `copydesk schema view` describes them all.
    view=["blocks"],
    block=["text"],
    # Its options with their defaults, as a pipeline file may set them.
    options={"marks": ["note to editors:", "for immediate release"]},
    check=check,
)
def mark_releases(document, options):
    marks = [(mark, mark.lower()) for mark in options.marks]
    for block in document.blocks:
        text = block.text.lower()
        for mark, opening in marks:
            if text.startswith(opening):
                # Nothing is deleted: the block gets a label, with the name of the rule and what the rule saw.
                document.label(block.id, "other", rule="opens-with", detail=f"`{mark}`")
                break


if __name__ == "__main__":
    mark_releases.run()

"""The program: `copydesk run news pages/ --out out`, or `python -m copydesk`."""

from __future__ import annotations

import signal
import sys

from ._copydesk import program


def main() -> None:
    """Run the program with the arguments of this process, and exit with its code."""
    # Ctrl-C is the program's business: it brings what is under way to its end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(program(["copydesk", *sys.argv[1:]]))


if __name__ == "__main__":
    main()

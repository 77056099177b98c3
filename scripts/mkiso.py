#!/usr/bin/env python3
"""mkiso.py OUTPUT KERNEL ARCHIVE PROGRAM [ARG...]: makes the ISO, with PROGRAM and ARGs as its command line."""
from tally import entry

import sys

from tally.image import ImageError, make_iso


def main():
    if len(sys.argv) < 5 or sys.argv[1].startswith("-"):
        raise entry.Usage(__doc__)
    output, kernel, archive, *words = sys.argv[1:]
    try:
        make_iso(output, kernel, archive, words)
    except ImageError as error:
        sys.exit(f"mkiso: {error}")


entry.run("mkiso", main, unable=1)

#!/usr/bin/env python3
"""mkiso.py OUTPUT KERNEL ARCHIVE PROGRAM [ARG...]: makes the ISO, with that command line."""
import sys

from tally.image import ImageError, make_iso


def main():
    if len(sys.argv) < 5 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    output, kernel, archive, *words = sys.argv[1:]
    make_iso(output, kernel, archive, words)


try:
    main()
except (ImageError, OSError) as error:
    sys.exit(f"mkiso: {error}")

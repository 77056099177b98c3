#!/usr/bin/env python3
"""gen_version.py OUTPUT: writes a header with the tree's version, for the system's first log line.

It is filled up with blanks: boot takes as many instructions whatever it is.
"""
from tally import entry

import sys

from tally.output import write_if_changed
from tally.version import LENGTH, version


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    write_if_changed(sys.argv[1], f'#pragma once\n\n#define TALLY_VERSION "{version():{LENGTH}}"\n')


entry.run("gen_version", main, unable=1)

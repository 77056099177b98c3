#!/usr/bin/env python3
"""musl.py DIR: prints the folder of musl for i386, fetching it if it is not there; DIR is the build folder.

It is Debian's package musl-dev, unpacked: nothing is installed, and no architecture is added to the system. MUSL of the
environment names a folder that is used instead.
"""
from tally import entry

import pathlib
import sys

from tally import musl


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        raise entry.Usage(__doc__)
    print(musl.folder(pathlib.Path(sys.argv[1])))


entry.run("musl", main, unable=1)

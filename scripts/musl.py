#!/usr/bin/env python3
"""musl.py DIR: prints the folder of musl for i386, and fetches it first if needed; DIR is the build folder.

It unpacks Debian's package musl-dev: it installs nothing, and adds no architecture to the system. If the environment
variable MUSL is set, it names the folder to use instead.
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

#!/usr/bin/env python3
"""symbolize [BUILD FOLDER] <LOG: names functions and lines at the addresses of a kernel log."""
from tally import entry

import pathlib
import sys

from tally.build import default_folder
from tally.symbols import Symbols


def main():
    if len(sys.argv) > 2 or sys.argv[1:] in (["-h"], ["--help"]):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) == 2 else default_folder("i386")
    if not folder.is_dir():
        sys.exit(f"symbolize: there is no folder {folder}")
    symbols = Symbols(folder)
    for line in sys.stdin:
        print(symbols.explain(line.rstrip("\r\n")), flush=True)


entry.run("symbolize", main, unable=1)

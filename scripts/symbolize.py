#!/usr/bin/env python3
"""Reads a kernel log, and adds functions and source lines to its addresses."""
from tally import entry

import pathlib
import sys

from tally import options
from tally.build import default_folder
from tally.symbols import Symbols


def main():
    parser = options.Parser("symbolize", __doc__)
    parser.add_argument("folder", type=options.folder, nargs="?", default=default_folder("i386"), metavar="BUILD-FOLDER",
                        help="where the kernel was built (build/i386)")
    symbols = Symbols(pathlib.Path(parser.parse_args().folder))
    for line in sys.stdin:
        print(symbols.explain(line.rstrip("\r\n")), flush=True)


entry.run("symbolize", main, unable=1)

#!/usr/bin/env python3
"""foreign.py FOLDER-FILE OUTPUT COMMANDS: builds the programs of a folder outside of the tree (tally/foreign_build.py).

FOLDER-FILE contains the folder's path, which may have characters that a build file cannot hold. programs/CMakeLists.txt
has written COMMANDS. Each program's NAME.elf and a list go to OUTPUT.
"""
from tally import entry

import pathlib
import sys

from tally import foreign_build


def tell(text):
    print(text, flush=True)


def main():
    if len(sys.argv) != 4:
        raise entry.Usage(__doc__)
    folder_file, output, commands = map(pathlib.Path, sys.argv[1:])
    folder = pathlib.Path(folder_file.read_text(encoding="utf-8", errors="surrogateescape"))
    foreign_build.build_all(foreign_build.read_tools(commands, folder, output), tell)


entry.run("foreign", main)

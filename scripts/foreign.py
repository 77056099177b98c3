#!/usr/bin/env python3
"""For programs from outside the tree.

foreign.py copy FILE COPY         copies a source file; the copy's diagnostics name the original
foreign.py compile FILE COMMAND   runs the compiler; if it fails, says of which program
"""
import pathlib
import subprocess
import sys

from tally.output import write_if_changed


def copy(file, target):
    text = pathlib.Path(file).read_text(errors="surrogateescape")
    write_if_changed(target, f'#line 1 "{file}"\n{text}')
    pathlib.Path(target).touch()


def compile_program(file, *command):
    status = subprocess.run(command, check=False).returncode
    if status:
        print(f"tally: {file} does not compile as a program; the compiler's messages are above", file=sys.stderr)
    return status


def main():
    actions = {"copy": copy, "compile": compile_program}
    if len(sys.argv) < 4 or sys.argv[1] not in actions:
        sys.exit(__doc__)
    return actions[sys.argv[1]](*sys.argv[2:])


sys.exit(main())

"""What scripts/foreign.py has built in a folder: the programs from outside of the tree."""
import pathlib

FOLDER = "foreign"  # of a build folder
LIST = "list"  # of all programs: each line is `good NAME MARK` or `broken NAME`; the mark is the ELF file's


def elf(folder, name):
    return pathlib.Path(folder) / f"{name}.elf"


def read(folder):
    """{name: whether it could be built}"""
    path = pathlib.Path(folder) / LIST
    lines = path.read_text().splitlines() if path.exists() else []
    return {words[1]: words[0] == "good" for words in map(str.split, lines)}

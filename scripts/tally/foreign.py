"""What tally/foreign_build.py has built in a folder: the programs from outside of the tree."""
import pathlib

from tally.image import QUOTES, WORD

FOLDER = "foreign"  # of a build folder
LIST = "list"  # of all programs: each line is `good NAME MARK` or `broken NAME`; the mark is the ELF file's
NAME_MAX = 63


def may_be_program(file):
    """Of the *.c of a folder; hidden ones are editors' own."""
    return file.is_file() and not file.name.startswith(".")


def is_name(name):
    return bool(WORD.fullmatch(name)) and not QUOTES & set(name) and len(name) <= NAME_MAX


def elf(folder, name):
    return pathlib.Path(folder) / f"{name}.elf"


def read(folder):
    """{name: whether it could be built}"""
    path = pathlib.Path(folder) / LIST
    lines = path.read_text().splitlines() if path.exists() else []
    return {words[1]: words[0] == "good" for words in map(str.split, lines)}

"""Finds the programs from outside of the tree that tally/foreign_build.py has built in a folder."""
import pathlib

from tally.image import QUOTES, WORD

FOLDER = "foreign"  # in a build folder
LIST = "list"  # a file: each line is `good NAME MARK`, `broken NAME` or `file NAME MARK`; the mark is the file's time
FILES = "files"  # copies of the folder's other files, which go into the system's tree of files
NAME_MAX = 63
FILE_BYTES_MAX = 4 << 20


def may_be_program(file):
    """For a folder's *.c; hidden ones are editors' files."""
    return file.is_file() and not file.name.startswith(".")


def is_name(name):
    return bool(WORD.fullmatch(name)) and not QUOTES & set(name) and len(name) <= NAME_MAX


def elf(folder, name):
    return pathlib.Path(folder) / f"{name}.elf"


def lines_of(folder):
    path = pathlib.Path(folder) / LIST
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def read(folder):
    """{name: whether it was built}"""
    return {words[1]: words[0] == "good" for words in lines_of(folder) if words[0] != "file"}


def files(folder):
    """The other files, as they are in `folder`."""
    return [pathlib.Path(folder) / FILES / words[1] for words in lines_of(folder) if words[0] == "file"]

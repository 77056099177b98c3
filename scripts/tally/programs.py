"""Lists programs, described by the first sentence of their source files' head comments."""
import pathlib
import re

from tally import foreign
from tally.interface import ROOT

FOLDERS = (("programs", "*.c"), ("programs/sed", "sed.c"), ("programs/sh", "sh.c"), ("programs/bench", "bench_*.c"),
           *((f"tests/system/{kind}", "t_*.c") for kind in ("kernel", "smp", "programs")))
COMMENT = re.compile(r"\s*(?:/\*(.*?)\*/|((?://[^\n]*\n)+))", re.S)
DECORATION = re.compile(r"^\s*(?:\*|//)", re.M)
WIDTH = 110


def sentence(path):
    text = path.read_text(encoding="utf-8", errors="backslashreplace")
    found = COMMENT.match(text)
    words = DECORATION.sub("", found[1] or found[2] or "").split() if found else []
    first = re.match(r".*?(?<!\.\.)\.(?= |$)|.*", " ".join(words))[0]
    return first if len(first) <= WIDTH else first[:WIDTH - 3] + "..."


def line(path):
    text = sentence(path)
    return text if re.match(rf"{re.escape(path.stem)}\b", text) else f"{path.stem}: {text}".removesuffix(": ")


def in_archive(path):
    """The names of what init can start from a boot archive: programs and tests of the kernel."""
    from tally import archive  # imported here, as most calls need no names
    with open(path, "rb") as file:
        head = file.read(archive.ENTRIES_OFFSET)
        _, _, count, _, _, size = archive.HEADER.unpack_from(head, archive.HEADER_OFFSET)
        directory = file.read(size)
    entries = [archive.ENTRY.unpack_from(directory, archive.ENTRY.size * i) for i in range(count)]
    return {directory[name:].partition(b"\0")[0].decode() for name, *_, kind in entries if kind in archive.STARTED}


def listing(folder=None):
    """Lines about the programs; those of a folder from outside the tree come first."""
    sources = [(ROOT / name, pattern) for name, pattern in FOLDERS]
    if folder is not None:
        sources.insert(0, (pathlib.Path(folder), "*.c"))
    for folder, pattern in sources:
        yield f"{folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder}/"
        yield from ("    " + line(path) for path in sorted(folder.glob(pattern)) if foreign.may_be_program(path))

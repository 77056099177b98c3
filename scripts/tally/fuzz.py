"""The fuzz programs of tests/fuzz, and how they are run."""
import os
import pathlib
import re

from tally.interface import ROOT
from tally.record import record

FOLDER = ROOT / "tests/fuzz"
CORPUS = FOLDER / "corpus"
LONGEST = 1 << 11  # the most bytes of an input
HEAD = re.compile(r"/\*\n \* (.*?)\n \*\n \* fuzz: runs=(\d+)\n", re.S)


@record
class Program:
    name: str
    what: str  # the first paragraph of its head comment
    runs: int  # the number of runs in scripts/test


def programs():
    found = []
    for path in sorted(FOLDER.glob("fuzz_*.c")):
        what, runs = HEAD.match(path.read_text(encoding="utf-8")).groups()
        found.append(Program(path.stem.removeprefix("fuzz_"), what.replace("\n * ", " "), int(runs)))
    return found


def program(folder, name):
    """The program's path in a build folder of the preset host."""
    return pathlib.Path(folder) / "tests/fuzz" / f"fuzz_{name}"


def command(folder, name, *words):
    return [str(program(folder, name)), f"-max_len={LONGEST}", "-len_control=0", "-timeout=60", "-rss_limit_mb=2048",
            "-print_final_stats=1", *words]


def kept(name):
    """The program's inputs in the tree; there may be none."""
    return sorted(path for path in (CORPUS / name).glob("*") if path.is_file())


def environment():
    """The environment of a run; its sanitizer options replace any from outside, so that status and text always tell of
    finds."""
    return {**os.environ, "ASAN_OPTIONS": "", "UBSAN_OPTIONS": "print_stacktrace=1"}

"""Reads the descriptions of the worlds in tests/explore/worlds*.c, without building them."""
import pathlib
import re

from tally.interface import ROOT
from tally.record import record

FOLDER = ROOT / "tests/explore"
WORLD = re.compile(r'^    \{\.name = "([\w-]+)", \.what = "([^"]*)",(.*?)(?=^    \{\.name|^    \{0\})', re.M | re.S)
STATES = re.compile(r"\.states = (\d+)")


@record
class World:
    name: str
    what: str
    states: int
    in_tests: bool
    is_alike: bool  # its frames are


def worlds():
    found = []
    for path in sorted(FOLDER.glob("worlds_*.c")):
        for name, what, rest in WORLD.findall(path.read_text(encoding="utf-8")):
            found.append(World(name, what, int(STATES.search(rest)[1]), ".in_tests = true" in rest, ".alike = true" in rest))
    return found


def program(folder, name="explore"):
    """In a build folder of the preset host."""
    return pathlib.Path(folder) / "tests/explore" / name

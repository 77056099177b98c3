"""The recorded figures of the bench: no row may grow past its own. docs/performance.md shows them."""
import re

from tally.interface import ROOT

RECORD = ROOT / "tests/bench-figures.txt"
PAGE = ROOT / "docs/performance.md"
SHOWN = re.compile(r"^(\| `(\w+)` \|.*\| )[\d,]+ \|$", re.M)  # a row of the page's table: the last column
HINT = "scripts/bench --record"


def read():
    """{name: value}"""
    lines = RECORD.read_text(encoding="utf-8").splitlines()
    return {name: int(value) for name, value, _ in map(str.split, lines)}


def page(values):
    """The page's text with these figures."""
    text = PAGE.read_text(encoding="utf-8")
    return SHOWN.sub(lambda row: f"{row[1]}{values[row[2]]:,} |" if row[2] in values else row[0], text)


def write(rows):
    RECORD.write_text("".join(f"{row.name} {row.value} {row.unit}\n" for row in rows), encoding="utf-8")
    PAGE.write_text(page(read()), encoding="utf-8")


def changes(values):
    """Lines about what is not as recorded: (those that are worse, those that are better)."""
    recorded = read()
    lines = {name: f"{name} is {value}, recorded are {recorded.get(name, 'none')}" for name, value in values.items()}
    worse = [lines[name] for name, value in values.items() if value > recorded.get(name, -1)]
    better = [lines[name] for name, value in values.items() if value < recorded.get(name, -1)]
    return worse, better


def judge(values):
    """Results of a test: (what, passed, details)."""
    worse, better = changes(values)
    for name in values:
        mine = [line for line in worse if line.startswith(f"{name} ")]
        yield f"{name} has not grown", not mine, "\n".join(mine)
    if better:
        print("       | " + "\n       | ".join([*better, f"the record can be lowered: {HINT}"]))
    yield f"{PAGE.name} shows the recorded figures", page(read()) == PAGE.read_text(encoding="utf-8"), HINT

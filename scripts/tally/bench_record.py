"""The recorded figures of the bench: no row may exceed its own. docs/performance.md shows them.

A record names the compiler and the emulator that made it. With other ones rows differ for reasons outside this tree:
they are shown, and only rows that depend on neither are held to the record.
"""
import dataclasses
import re

from tally import bench_plugin, cycles, packages
from tally.interface import ROOT
from tally.output import replace_text

RECORD = ROOT / "tests/bench-figures.txt"
PAGE = ROOT / "docs/performance.md"
# A row of the page's table: the budget, and the last column. In the text "`NAME` FIGURE of BUDGET" repeats both, "`NAME` FIGURE" the latter;
# NAME may also be that of a part, as ipc_4w.kernel.
SHOWN = re.compile(r"^(\| `(\w+)` \|.*\| ([\d,]*) *\| )[\d,]+ \|$", re.M)
# A row of the table of who runs the instructions, of that of touched lines, and of that of cycles.
SHARES = re.compile(r"^\| (\w+) (?:\| [\d,]* ?){7,}\|$", re.M)
TOUCHES = re.compile(r"^\| (\w+) \| \d+ \| \d+ \(\d+\) \| \d+ \|$", re.M)
ESTIMATED = re.compile(r"^\| (\w+) (?:\| [\d,]+ ){5}\| [\d,]* ?\|$", re.M)
REPEATED = re.compile(r"`(\w+(?:\.\w+)?)` \d+(?:,\d{3})*( of \d+(?:,\d{3})*)?")
AS_OF = re.compile(r"\b[Aa]s of \d{4}-\d\d-\d\d")
# A number that is more than 1, no name's, and counts nothing that a test sets up.
SET_UP = "[KM]iB|bytes|(?:more )?words|(?:more |of these )?pages|processes|processors|mappings|segments|children|runs|steps|locks|spans"
FIGURE = re.compile(rf"(?<!decision )(?<!Debian )(?<![\w.,-])(?!1(?![,.]?\d))\d+(?:,\d+)*(?:\.\d+)?(?![,.]?\d|-| (?:{SET_UP})\b)")
MAKER = re.compile(r"# (\w+): (.*)")
COMPILED_BY = re.compile(rb"clang version (\d+(?:\.\d+)+)")
HINT = "scripts/bench --record"
# The makers on which a row depends, by its unit; instructions and frames depend on both.
NEITHER, COMPILER, BOTH = (), ("compiler",), ("compiler", "emulator")
DEPENDS = {"lines": NEITHER, "bytes": COMPILER}
SLACK = {"boot_done": 200}  # init logs the version, whose length varies
MOVES = 3, 0.1  # code linked at another address crosses other lines: tolerate so many lines or pages, or this share
MOVED = ("cache-lines", "pages")  # units


@dataclasses.dataclass
class Record:
    makers: dict  # {"compiler": "clang 14.0.6", "emulator": "QEMU 7.2"}
    rows: dict  # {name: (value, unit)}

    def values(self):
        return {name: value for name, (value, _) in self.rows.items()}

    def foreign(self, makers, unit):
        """The makers on which rows of this unit depend and that are not the record's."""
        return [kind for kind in DEPENDS.get(unit, BOTH) if makers[kind] != self.makers.get(kind)]


# ----------------------------------------------------------------------------------------- makers

def compiler_of(elf):
    """The compiler of a file, which has written its name into it."""
    found = COMPILED_BY.search(elf.read_bytes())
    return f"clang {found[1].decode()}" if found else "another compiler"


def emulator():
    """QEMU's version, without its third number, which counts fixes that do not change the number of instructions."""
    return "QEMU " + ".".join(packages.QEMU.version_text().split(".")[:2])


def makers_of(folder):
    return {"compiler": compiler_of(folder / "kernel/kernel.elf"), "emulator": emulator()}


def names_of(makers):
    return f"{makers.get('compiler')} and {makers.get('emulator')}"


# ----------------------------------------------------------------------------------------- record

def parse(text):
    makers = dict(match.groups() for line in text.splitlines() if (match := MAKER.fullmatch(line)))
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return Record(makers, {name: (int(value), unit) for name, value, unit in rows})


def read():
    return parse(RECORD.read_text(encoding="utf-8"))


def touches(name, values):
    """The table's row for a row of the bench."""
    code, data, written, translations = (values[f"{name}.{what}"] for what in ("code", "data", "written", "translations"))
    return f"| {name} | {code} | {data} ({written}) | {translations} |"


def shares(name, values):
    """The same for the other table."""
    counts = (values.get(f"{name}.{who}") for who in bench_plugin.RUNNERS)
    return f"| {name} | {' | '.join(f'{count:,}' if count else '' for count in counts)} |"


def repeated(match, values, budgets):
    budget = f" of {budgets[match[1]]}" if match[2] and budgets.get(match[1]) else match[2] or ""
    return f"`{match[1]}` {values[match[1]]:,}{budget}"


def page(values):
    """The page's text with these figures."""
    text = PAGE.read_text(encoding="utf-8")
    text = SHOWN.sub(lambda row: f"{row[1]}{values[row[2]]:,} |" if row[2] in values else row[0], text)
    text = SHARES.sub(lambda row: shares(row[1], values) if row[1] in values else row[0], text)
    text = TOUCHES.sub(lambda row: touches(row[1], values) if f"{row[1]}.code" in values else row[0], text)
    text = ESTIMATED.sub(lambda row: cycles.row(row[1], values) if f"{row[1]}.loads" in values else row[0], text)
    budgets = {row[2]: row[3] for row in SHOWN.finditer(text) if row[2] in values}
    return REPEATED.sub(lambda match: repeated(match, values, budgets) if match[1] in values else match[0], text)


def unmarked(text, values):
    """Figures in the page's prose and in what stops a goal that are neither the record's nor marked as of a date."""
    text = REPEATED.sub(lambda match: "" if match[1] in values else match[0], text)
    for table in (SHOWN, SHARES, TOUCHES, ESTIMATED):
        text = table.sub("", text)
    text = re.sub(r"^\|.*\|( .*) \|$", r"\n\1\n", text, flags=re.M)  # of other tables the last column
    text = re.sub(r"^```.*?^```|\]\([^)]*\)", "", text, flags=re.M | re.S)
    for paragraph in re.split(r"\n\n|\n(?=\* )", re.sub(r"`[^`\n]*`", "", text)):
        if not AS_OF.search(paragraph):
            yield from (found[0] for found in FIGURE.finditer(paragraph))



def slack(name, recorded, unit):
    least, share = MOVES
    return max(least, int(share * recorded)) if unit in MOVED else SLACK.get(name, 0)


def to_record(row, makers, record):
    """The new record; a row that differs by no more than its slack keeps its value from a record of the same makers."""
    recorded = record.rows.get(row.name, (row.value, row.unit))[0] if makers == record.makers else row.value
    return recorded if abs(row.value - recorded) <= slack(row.name, recorded, row.unit) else row.value


def write(rows, makers):
    record = read()
    lines = [*(f"# {kind}: {name}" for kind, name in makers.items()), *(f"{row.name} {to_record(row, makers, record)} {row.unit}" for row in rows)]
    replace_text(RECORD, "\n".join(lines) + "\n")
    replace_text(PAGE, page(read().values()))


# ---------------------------------------------------------------------------------------- judging

@dataclasses.dataclass
class Changes:
    """Lines about rows that differ from the record, by what that means."""
    worse: list
    better: list
    foreign: list  # no meaning: another compiler or emulator made the figure


def changes(rows, makers, record):
    """Compares the rows, {name: (value, unit)}, with the record."""
    found = Changes([], [], [])
    for name, (value, unit) in rows.items():
        recorded = record.rows.get(name, ("none", unit))[0]
        line = f"{name} is {value}, recorded are {recorded}"
        if recorded != "none" and abs(value - recorded) <= slack(name, recorded, unit):
            continue
        if recorded != "none" and record.foreign(makers, unit):
            found.foreign.append(line)
        elif recorded == "none" or value > recorded:
            found.worse.append(line)
        else:
            found.better.append(line)
    return found


def notice(makers, record):
    """The message if some rows cannot be compared; None if all can."""
    if not record.foreign(makers, "instructions"):
        return None
    return f"the record is of {names_of(record.makers)}, this is {names_of(makers)}: figures are shown, not judged"


def judge(rows, makers, record=None):
    """Results of a test: (what, passed, details). `record` is the recorded one unless it is given."""
    record = record or read()
    found = changes(rows, makers, record)
    for name, (_, unit) in rows.items():
        mine = [line for line in found.worse if line.startswith(f"{name} ")]
        how = "is measured" if record.foreign(makers, unit) else "has not grown"
        yield f"{name} {how}", not mine, "\n".join(mine)
    if message := notice(makers, record):
        show([message, *found.foreign])
    if found.better:
        show([*found.better, f"the record can be lowered: {HINT}"])


def show(lines):
    print("       | " + "\n       | ".join(lines))

"""The list of mutants, tests/mutants/*.txt: small bugs, each with the test that must catch it."""
import dataclasses
import fnmatch
import pathlib
import re

from tally.entry import ScriptError
from tally.interface import ROOT

FOLDER = ROOT / "tests/mutants"
HEAD = re.compile(r"mutant ([\w-]+): (hangs )?(\S.*)")
EQUIVALENT = "equivalent"
FAST = ("host/", "explore/", "build/host")  # tests that boot nothing
WITHOUT_ISO = ("system/", "build/i386", "audit/", "input/", "fail/the ", "fail/a program ")  # in these QEMU loads the kernel itself
KINDS = (*FAST, *WITHOUT_ISO, "demo/", "linux/", "bochs/", "fail/", "screen/", "foreign/", "shell/")
SIGNS = {"- ": (0,), "+ ": (1,), "  ": (0, 1)}  # the texts (old, new) to which a line belongs


class ListError(ScriptError):
    """An error in a list, as `file:line: what`."""


@dataclasses.dataclass
class Mutant:
    name: str
    file: str
    test: str  # a name from scripts/test --list; EQUIVALENT: no test can catch it
    hangs: bool  # the test may time out
    location: str  # file:line of the list
    why: str = ""
    lines: list = dataclasses.field(default_factory=list)  # (sign, text)

    @property
    def fast(self):
        return self.test.startswith(FAST)

    def text(self, which):
        return "\n".join(text for sign, text in self.lines if which in SIGNS[sign])

    def applied_to(self, text):
        """The file's text with the bug, or None if the old text does not occur exactly once."""
        old = self.text(0)
        return text.replace(old, self.text(1)) if text.count(old) == 1 else None

    def applies(self, root=ROOT):
        path = root / self.file
        return path.is_file() and self.applied_to(path.read_text(encoding="utf-8")) is not None


def refuse(location, what):
    raise ListError(f"{location}: {what}")


def begin(line, file, location):
    """Starts a mutant at the line `mutant NAME: TEST`."""
    head = HEAD.fullmatch(line)
    if not head:
        refuse(location, "expected `mutant NAME: TEST`, `mutant NAME: hangs TEST` or `mutant NAME: equivalent`")
    name, hangs, test = head.groups()
    if not file:
        refuse(location, f"{name}: no line `file PATH` says what it changes")
    if test != EQUIVALENT and not test.startswith(KINDS):
        refuse(location, f"{name}: {test} is not the kind of test that can catch it")
    return Mutant(name, file, test, bool(hangs), location)


def read_list(path):
    """Reads a list. A `file` line holds until the next; after a `mutant` line come `why` and lines `- old`, `+ new`, `
    both`."""
    file, found = None, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        location = f"{path.name}:{number}"
        word, _, rest = line.partition(" ")
        if line[:2] in SIGNS and found:
            found[-1].lines.append((line[:2], line[2:]))
        elif word == "file":
            file = rest
        elif word == "mutant":
            found.append(begin(line, file, location))
        elif word == "why" and found:
            found[-1].why = rest
        elif line and not line.startswith("#"):
            refuse(location, "expected `file`, `mutant`, `why`, or a line of a mutant's text: `- old`, `+ new`, `  both`")
    return found


def check(mutants):
    names = set()
    for mutant in mutants:
        if mutant.name in names:
            refuse(mutant.location, f"{mutant.name}: there is another of that name")
        if mutant.text(0) == mutant.text(1):
            refuse(mutant.location, f"{mutant.name}: it changes nothing")
        if mutant.test == EQUIVALENT and not mutant.why:
            refuse(mutant.location, f"{mutant.name}: no line `why` says why no test can catch it")
        names.add(mutant.name)
    return mutants


def read(path=FOLDER):
    """Reads a list, or all lists of a folder."""
    path = pathlib.Path(path)
    lists = [path] if path.is_file() else sorted(path.glob("*.txt"))
    if not lists:
        refuse(path, "there is no list of mutants")
    return check([mutant for each in lists for mutant in read_list(each)])


def select(mutants, pattern):
    """The mutants with that name, or that match a pattern with * and ?; all if it is empty."""
    return [mutant for mutant in mutants if fnmatch.fnmatchcase(mutant.name, pattern or "*")]

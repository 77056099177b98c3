"""Tests that pages are true: the functions in the tables of README's tour and of docs/ exist in the files named, and
the table's operation enters them in the table's order. bench_walks does each operation once."""
import bisect
import collections
import functools
import itertools
import re

from tally import bench, bench_plugin, bench_record, processes, system, tools
from tally.interface import ROOT
from tally.pages import named, tables

PROGRAM = "bench_walks"
BOOT = "boot"
TYPED = b"\n"
NAME = re.compile(r"bench: walk (.*)")
LABEL = "tally_"  # a prefix of our functions whose names POSIX has, too
# The rows that each walk executes, by their first cells, in order.
WALKS = {
    "README.md": {
        "Where a page becomes shared": {"shm_open": "1 2 3 4 5 6 7 8".split(), "shm_open by another": "1 3 4 5 6 7 8".split()},
    },
    "docs/life-of-a-page.md": {
        "From boot to a shared page and back": {
            BOOT: ["recorded", "granted to `mem`", "free"],
            "shm_open": ["charged", "allocated, cleared", "entered in the page map", "sent", "checked", "**shared**"],
            "shm_open by another": ["sent", "checked", "**shared**"],
            "shm_close": ["unmapped by the last", "freed"],
            "shm_close of another's": ["unmapped, others have it"],
            "fork": ["inherited"],
            "exit": ["unmapped by exit"],
        },
        "Private pages: the faults": {
            "touch": ["first touch of a page of `mmap`"],
            "touch the stack": ["first touch of heap or stack"],
            "touch data": ["first touch of a program's data"],
            "exec": ["touch of a program's text"],
            "write a shared page": ["after fork: write, the other still has it"],
            "write a page that was shared": ["after fork: write, the other has gone"],
            "fault": ["anything else"],
        },
    },
    "docs/life-of-a-process.md": {
        "fork": {
            "fork": ["called", "process entry", "task", "address space", "pages", "thread", "registers", "files", "**running**", "reply sent"],
            "long fork": ["called", "pages", "or pages in steps", "thread", "registers", "files", "**running**", "or deferred reply sent"],
        },
        "exec": {
            "exec": ["called", "found", "headers checked", "memory charged", "old space emptied", "descriptors closed", "loaded", "started"],
            "exec of a file": ["called", "or found in a file", "headers checked", "or copied", "started"],
        },
        "exit and kill": {
            "exit": ["called", "exit begun", "pages freed", "task destroyed", "resources released", "zombie"],
            "kill": ["or killed", "exit begun", "pages freed", "task destroyed", "resources released", "zombie"],
            "fault": ["or fatal fault", "exit begun", "pages freed", "task destroyed", "resources released", "zombie"],
        },
        "wait": {"exit": ["called", "reply sent", "entry freed"]},
    },
    "docs/life-of-a-message.md": {
        "Call, queue, receive, reply": {
            "shm_open": ["kernel entered", "capability looked up", "delivered directly", "awaiting reply", "reply sent"],
            "t_kernel_queue": ["or queued", "received"],
            "t_kernel_ipc": ["reply deferred", "or deferred reply sent", "or reply refused"],
            "exit": ["request handled"],
        },
        "Pages and capabilities": {
            "shm_open": ["receive window opened for pages", "items read", "pages checked", "pages mapped"],
            "t_kernel_items": ["receive window opened for slots", "capability checked", "capability derived"],
        },
        "Faults": {"touch": ["trap taken", "fault sent", "fault resolved"], "t_kernel_handler": ["or no handler"]},
        "Destruction on the way": {
            "exit": ["the client, queued or waiting"],
            "t_kernel_task": ["the endpoint", "the server's task", "one thread of several of the server"],
        },
    },
    "docs/life-of-a-file.md": {
        "A read": {"read": ["called", "request sent", "open file found", "access checked", "data copied", "offset advanced", "data scattered"]},
        "A name": {
            "open": ["path sent", "walk started", "directory found", "entry looked up", "opened"],
            "unlink": ["unlinked", "closed", "orphan settled", "pages freed"],
        },
        "A mapping": {
            "map": ["addresses reserved", "request sent", "page chosen", "page sent", "loan recorded", "mapping recorded", "page mapped"],
            "fork of a mapping": ["inherited", "faulted in"],
            "cut": ["truncated"],
            "unmap": ["unmapped"],
        },
    },
    "docs/walks.md": {
        "The walks": {
            BOOT: ["boot, until `init` runs"],
            "shm_open": ["`shm_open`"],
            "munmap": ["`munmap`"],
            "touch": ["first touch of a page"],
            "touch without a table": ["the same, without a page table"],
            "map": ["`mmap` of a file"],
            "fork of a mapping": ["touch of a page of a file that fork left out"],
            "fork": ["`fork`"],
            "exec": ["a write to a pipe that wakes its reader", "`exec`"],
            "pipe": ["a read from a pipe that has bytes"],
            "exit": ["`wait`, and the child's `exit` that ends it"],
            "kill": ["`kill` of a process that waits"],
            "signal": ["a signal to a process that waits and has a handler"],
            "key": ["a read from the console, and the key that ends it"],
            "cut": ["a cut file, whose pages are taken from all who map them"],
        },
    },
    "docs/from-printf-to-the-console.md": {
        "The way": {"printf": "1 4 5 6 7 8 9 10 11".split()},
    },
}
# A kernel test is a single walk, including its boot.
KERNEL_TEST = "t_kernel_"
KNOWN = collections.defaultdict(dict)  # {ELF file: what functions_of() has found}; walks share most of it


# -------------------------------------------------------------------------------------------- what was executed

class Runs:
    """When a function ran in a walk: the times of each instruction, and of the first one of each inlined copy."""

    def __init__(self):
        self.all, self.entries = [], {}

    def add(self, copy, times):
        self.all.append(times)
        self.entries[copy] = min(self.entries.get(copy, times), times)

    def next(self, now, is_entry):
        """The first time from `now` on when the function was entered or, if not `is_entry`, ran; None if there is none."""
        return min(filter(None, (next_of(times, now) for times in (self.entries.values() if is_entry else self.all))), default=None)


def next_of(times, now):
    """The first time from `now` on. The last one is given twice unless times before it were left out."""
    at = bisect.bisect_left(times, now)
    left_out = at == len(times) - 1 and times[-1] != times[-2]
    return None if at == len(times) else now if left_out else times[at]


def functions_of(elf, addresses):
    """{address: [(function, file, where it is called), ...]}: the function at the address, with those it was inlined
    into, outermost first."""
    command = [tools.command(tools.SYMBOLIZER), "--inlines", f"--obj={elf}"]
    entries = processes.output(command, given="".join(f"{address:#x}\n" for address in addresses).encode()).split("\n\n")
    found = {}
    for address, entry in zip(addresses, entries):
        lines = entry.splitlines()[::-1]
        locations, names = lines[0::2], (line.removeprefix(LABEL) for line in lines[1::2])
        files = (location.rsplit(":", 2)[0].removeprefix(f"{ROOT}/") for location in locations)
        found[address] = [*zip(names, files, [None, *locations])]
    return found


def executed(walks):
    """For each walk {(function, file): Runs}."""
    wanted = collections.defaultdict(dict)
    for elf, address, _ in itertools.chain(*walks):
        if address not in KNOWN[elf]:
            wanted[elf][address] = None
    for elf, addresses in wanted.items():
        KNOWN[elf] |= functions_of(elf, [*addresses]) if elf else dict.fromkeys(addresses, ())
    for walk in walks:
        found = collections.defaultdict(Runs)
        for elf, address, times in walk:
            copy = (elf,)
            for function, file, call in KNOWN[elf][address]:
                copy += (call, function)
                found[function, file].add(copy, times)
        yield found


@functools.lru_cache(maxsize=None)
def tested(folder, test):
    """The walk of a kernel test, including its boot."""
    return next(executed(bench_plugin.walks(folder, test, lambda more: system.boot_with(test, folder, more))))


@functools.lru_cache(maxsize=None)
def walked(folder):
    """{walk: {(function, file): Runs}}"""
    lines = []
    walks = bench_plugin.walks(folder, PROGRAM, lambda more: lines.extend(bench.boot(folder, [PROGRAM], TYPED, more=more)))
    names = [match[1] for line in lines if (match := NAME.fullmatch(line))]
    found = [*executed(walks)]
    return dict(zip([BOOT, *names], [found[0], *found[1::2]]))


def walk_of(folder, name):
    return tested(folder, name) if name.startswith(KERNEL_TEST) else walked(folder)[name]


# ----------------------------------------------------------------------------------------------------- what pages say

def rows_of(page):
    """{heading: {the row's first cell: [(function, file), ...]}} for tables with a column of functions."""
    found = {}
    for heading, head, rows in tables((ROOT / page).read_text(encoding="utf-8")):
        if "function" in head:  # in README.md
            cells = {row[0]: f"{row[2]} in {row[1]}, {row[3]}" for row in rows}
        elif "who does it" in head:
            cells = {row[0]: row[head.index("who does it")] for row in rows}
        else:
            continue
        found.setdefault(heading, {}).update((label, named(text)) for label, text in cells.items())
    return found


def complaints(rows, labels, walk):
    """Functions that are not executed, or not after the ones named before: one that was not named yet is entered then."""
    now, before, entered = 0, "", set()
    for label in labels:
        for function, file in rows[label]:
            found = [runs for (name, path), runs in walk.items() if name == function and file in (None, path)]
            times = [time for runs in found if (time := runs.next(now, function not in entered)) is not None]
            if not found:
                yield f"{label}: {function}() in {file or 'any file'} is not executed"
            elif not times:
                yield f"{label}: {function}() is not {'executed' if function in entered else 'entered'} after {before}()"
            else:
                now, before = min(times), function
                entered.add(function)


def miscounted(page):
    """Rows whose column `functions` differs from the number of functions that they name."""
    for _, head, rows in tables((ROOT / page).read_text(encoding="utf-8")):
        for row in rows if "functions" in head else []:
            found = len(named(row[head.index("who does it")]))
            if found != int(row[head.index("functions")]):
                yield f"{row[0]}: {found} functions"


def page_results(page, folder):
    wrong = [*miscounted(page)]
    yield f"{page}: its functions are counted", not wrong, "\n".join(wrong)
    for heading, rows in rows_of(page).items():
        walks = WALKS[page].get(heading, {})
        judged = {label for labels in walks.values() for label in labels}
        missing = [label for label in rows if rows[label] and label not in judged]
        yield f"{page}, {heading}: each row is of a walk", not missing, f"{missing}"
        for walk, labels in walks.items():
            wrong = [*complaints(rows, labels, walk_of(folder, walk))]
            yield f"{page}, {heading}, {walk}: its functions are entered in the table's order", not wrong, "\n".join(wrong)


def pages_executed(folder):
    """A compiler other than the record's may leave no trace of an inlined function, so it is not tested."""
    compiler, ours = bench_record.makers_of(folder)["compiler"], bench_record.read().makers["compiler"]
    if compiler != ours:
        yield f"not judged: compiled by {compiler}, not by {ours}", True, ""
        return
    for page in WALKS:
        yield from page_results(page, folder)


# ------------------------------------------------------------------------------------------------ the checker itself

# Instructions, from time 1 on: main() calls load(), which ends with test(); then the same again, without load().
TRACE = "main 0, main 1, load 0, load 1, test 0, load 2, main 2, test 0, main 3".split(", ")
# Tables, and the complaint about each.
TABLES = {
    "main load test": "", "main load load test main test": "", "main main test main": "",
    "load main": "main() is not entered after load()", "main test load": "load() is not entered after test()",
    "main load test main load": "load() is not executed after main()", "main none": "none() in k.c is not executed",
}


def traced():
    walk, times = collections.defaultdict(Runs), collections.defaultdict(list)
    for time, instruction in enumerate(TRACE, 1):
        times[instruction].append(time)
    for instruction, found in times.items():
        walk[instruction.split()[0], "k.c"].add("", [*found, found[-1]])
    return walk


def page_checker():
    walk = traced()
    for table, wanted in TABLES.items():
        found = "".join(complaints({"row": [(function, "k.c") for function in table.split()]}, ["row"], walk))
        yield f"the steps {table}", found == (wanted and f"row: {wanted}"), found
    for times, now, wanted in (([1, 3, 3], 2, 3), ([1, 3, 3], 4, None), ([1, 3, 9], 2, 3), ([1, 3, 9], 5, 5), ([1, 3, 9], 10, None)):
        yield f"{times} from {now} on", next_of(times, now) == wanted, f"{next_of(times, now)}"


PROSE = [  # and its figures that have no source
    ("`row` 33 of 40, and `row.kernel` 20", []), ("`no_row` 33", ["33"]), ("`row` needs 1,033 or 3.5", ["1,033", "3.5"]),
    ("It was 33 as of 2026-11-28.", []), ("* 33 as of 2026-11-28\n* 34", ["34"]), ("It was 33.\n\nAs of 2026-11-28 34.", ["33"]),
    ("P - 1, 64-byte lines, 10,200 locks, i386, decision 33, `33`", []), ("| `row` | 99 | 33 to enter |\n| row | 3 |  | 3 |  |  |  |  |\n", ["33"]),
]


def figures_checker():
    for text, wanted in PROSE:
        found = [*bench_record.unmarked(text, {"row": 33, "row.kernel": 20})]
        yield text, found == wanted, f"{found}"


def page_figures():
    text, values = bench_record.PAGE.read_text(encoding="utf-8"), bench_record.read().values()
    yield "docs/performance.md shows the recorded figures", bench_record.page(values) == text, bench_record.HINT
    figures = ", ".join(bench_record.unmarked(text, values))
    yield "each other figure in its prose is marked `as of` a date", not figures, f"{figures}: neither recorded nor dated"


def page_tests():
    """(name, function) of each test without a machine."""
    yield "harness/pages", page_checker
    yield "harness/figures", figures_checker
    yield "pages/figures", page_figures

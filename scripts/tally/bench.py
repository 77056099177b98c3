"""The rows of the bench: the costs of the system's operations, in instructions.

QEMU counts each instruction as one tick (`-icount shift=0`), and programs read that count as their time-stamp counter,
so runs are repeatable to the instruction. The kernel is loaded without GRUB, whose disk accesses would vary the count.
A plugin of QEMU counts what no program can.
"""
import dataclasses
import functools
import os
import re
import sys

from tally import bench_explain, bench_plugin, machine, parallel, processes, system
from tally.elf import symbol
from tally.entry import ScriptError, explanation
from tally.interface import ROOT
from tally.serial import Input

INSTRUCTIONS, BYTES, LINES, FRAMES, CYCLES = "instructions", "bytes", "lines", "frames", "cycles"
# What a row's instructions touch, as in bench_plugin.touched(), with its unit.
TOUCHED = {"code": "cache-lines", "data": "cache-lines", "written": "cache-lines", "translations": "pages", "exits": "exits", "loads": "loads-of-cr3"}
SAMPLED = "samples_figures"  # the programs' function that makes a row from the samples so far
KERNEL, PROCESS, MEMORY, SERVER = "bench_kernel", "bench_process", "bench_memory", "bench_server"
FILE = "bench_file"
NOTHING = "nothing"  # the row of MEMORY that measures the counter's own cost
KVM = "/dev/kvm"
FIGURE = re.compile(r"bench: (\w+) (\d+) (\d+) (\d+)")
PART = re.compile(r"bench: part (\w+)")
# The keys to type in each part, after the program has announced it; b"": standard input is a pipe at its end, no
# terminal.
TYPED, ANNOUNCEMENT = {"interrupt": b"\x03", "polled": b"\n", "input_end": b""}, "bench: all are there"
PART_BEGINS = "part_begins"  # that program's function
SIZES = re.compile(r"lines of code (\d+) .*bytes of text (\d+)")
TIMEOUT = 900  # seconds: the longest test takes 60 on a quiet processor with the plugin
PROCESSES = 4  # their counts do not depend on other load


class BenchError(ScriptError):
    status = 1


class Unable(ScriptError):
    status = 126


@dataclasses.dataclass(frozen=True)
class Source:
    """The program that measures a row, and the program's name for that row."""
    program: str
    row: str
    smp: int = 1


def sources(program, *rows):
    return {row: Source(program, row) for row in rows}


SOURCES = {
    **sources(KERNEL, "null_call", "ipc_4w", "ipc_16w", "ipc_60w"),
    "ipc_4w_2cpu": Source(KERNEL, "ipc_4w", smp=2),
    **sources(KERNEL, "signal"),
    **sources(MEMORY, "fault", "fault_zero"),
    **sources(KERNEL, "map_1", "protect_1", "unmap_1", "grant_1", "grant_16", "grant_64", "revoke_0", "revoke_1",
              "revoke_10", "revoke_100", "revoke_1000", "revoke_frames_100"),
    **sources(MEMORY, "shm_open", "shm_create", "shm_close", "page_get_put"),
    **sources(PROCESS, "fork", "fork_exec"),
    **sources(FILE, "open_close", "read_4k", "write_4k", "map_file_page", "pipe", "pipe_4k", "exec_file"),
    **sources(MEMORY, "lock", "console_byte"),
}
LONGEST, SERVER_LONGEST, BOOT = system.LONGEST, "server_longest", ("boot_init", "boot_done")
SIZE = {"kernel_text": BYTES, "kernel_lines": LINES}
# The frames of an account come one by one; this row's stretch has them all.
ACCOUNTS = {"empty_process_frames": Source(PROCESS, "fork"), "shared_process_frames": Source(PROCESS, "fork_shm")}
NAMES = [*SOURCES, LONGEST, SERVER_LONGEST, *BOOT, *SIZE, *ACCOUNTS, *(f"{name}.{what}" for name in SOURCES for what in (*bench_plugin.RUNNERS, *TOUCHED))]
EXPLAINED = [*SOURCES, LONGEST, SERVER_LONGEST]


@dataclasses.dataclass
class Row:
    """`value` is the minimum, or the only value of what is counted once. `origin`: for a maximum over several tests or
    parts, the one that has it."""
    name: str
    value: int
    median: int = None
    max: int = None
    unit: str = INSTRUCTIONS
    origin: str = None

    def __post_init__(self):
        self.median = self.value if self.median is None else self.median
        self.max = self.value if self.max is None else self.max


# ---------------------------------------------------------------------------------------- booting

class Typist:
    """Types `typed` when the program has written ANNOUNCEMENT; with None there is no input."""

    def __init__(self, typed):
        self.typed, self.pieces, self.given, self.keys = typed, [], None, None
        if typed is not None:
            source, self.keys = os.pipe()
            self.given = Input(source, is_terminal=bool(typed))

    def read(self, piece):
        self.pieces.append(piece)
        if self.keys and ANNOUNCEMENT.encode() in b"".join(self.pieces):
            os.write(self.keys, self.typed)
            os.close(self.keys)
            self.keys = None


def boot(folder, words, typed=None, **options):
    """The lines that the program wrote to console and log; it must end with 0. QEMU tells the kernel the path of its
    file, and boot depends on its length, so the path is relative to `folder` and always the same."""
    typist, log = Typist(typed), []
    os.chdir(folder)
    options = {"icount": True, "kernel": True, "timeout": TIMEOUT, **options}
    options["more"] = (*system.NO_SCREEN, *options.get("more", ()))
    status = machine.boot(machine.Options(**options), words, ".", typist.read, log.append, typist.given)
    lines = [*b"".join(typist.pieces).decode(errors="replace").splitlines(), *log]
    if status:
        raise BenchError("\n".join([*lines[-20:], f"bench: {' '.join(words)} ended with status {status}"]))
    return lines


def figures(folder, program, *words, **options):
    """The rows that a program measures, in its order."""
    found = [m for line in boot(folder, [program, *words], **options) if (m := FIGURE.fullmatch(line))]
    return [Row(match[1], *map(int, match.groups()[1:])) for match in found]


def measure(folder, program, *words, **options):
    """The same, each followed by rows of who runs the instructions of its shortest run, and of what that touches."""
    rows = []
    touched = bench_plugin.touched(folder, program, SAMPLED,
                                   lambda more: rows.extend(figures(folder, program, *words, more=more, **options)))
    if len(rows) != len(touched):
        raise BenchError(f"bench: {program} says {len(rows)} rows, but the plugin saw {len(touched)}")
    for row, counts in zip(rows, touched):
        yield row
        shares = {name: counts[name] for name in bench_plugin.RUNNERS if counts[name]}
        if sum(shares.values()) != row.value:
            raise BenchError(f"bench: {row.name} is {row.value} instructions, but the plugin saw {shares}")
        yield from (Row(f"{row.name}.{name}", count) for name, count in shares.items())
        yield from (Row(f"{row.name}.{what}", counts[what], unit=unit) for what, unit in TOUCHED.items())


def stretch(folder, source):
    """(the row's value as the program reports it, the parts of its shortest run)"""
    rows = []

    def start(more):
        rows.extend(figures(folder, source.program, source.row, smp=source.smp, more=more))
    parts = bench_plugin.parts(folder, "stretch", source.program, start)
    return rows[0].value, parts


# ----------------------------------------------------------------------------------------- cycles

def check_kvm():
    try:
        os.close(os.open(KVM, os.O_RDWR))
    except OSError as error:
        raise Unable(f"bench: cycles are those of the machine's own processor, by KVM, and {KVM} cannot be opened: {error.strerror}. "
                     "docs/performance.md says how to count them without: boot the ISO on a machine and start the bench there") from None


def cycle_rows(folder, accel="kvm"):
    """The rows in cycles of the time-stamp counter, measured one program after the other."""
    options = {"icount": False, "accel": accel, "cpu": "host" if accel == "kvm" else machine.Options().cpu}
    found = {row.name: row for program in (KERNEL, PROCESS, MEMORY, FILE) for row in figures(folder, program, **options)}
    source = SOURCES["ipc_4w_2cpu"]
    found["ipc_4w_2cpu"], = figures(folder, source.program, source.row, smp=source.smp, **options)
    less = found[NOTHING].value
    return [Row(name, *(max(count - less, 0) for count in (found[name].value, found[name].median, found[name].max)), unit=CYCLES)
            for name in SOURCES]


# ------------------------------------------------------------------------------------------- rows

def program_rows(folder, program):
    return [row for row in measure(folder, program) if row.name in NAMES]


def second_cpu_rows(folder):
    source = SOURCES["ipc_4w_2cpu"]
    rows = measure(folder, source.program, source.row, smp=source.smp)
    return [dataclasses.replace(row, name=row.name.replace(source.row, "ipc_4w_2cpu")) for row in rows]


def boot_rows(folder):
    """Until init's first instruction, and until init knows that the port has sent all output of shm_cnt."""
    totals = bench_plugin.totals(folder, lambda more: boot(folder, machine.DEFAULT_WORDS, more=more), "init",
                                 "supervisor_report_before_shell")
    return [Row("boot_init", totals["first_of_user"]), Row("boot_done", totals["mark"])]


def size_rows(folder):
    done = processes.run([sys.executable, "scripts/check_size.py", str(folder / "kernel/kernel.elf")], cwd=ROOT)
    sizes = SIZES.search(done.stdout)
    if not sizes:
        raise BenchError(f"bench: the kernel's size could not be read\n{done.stdout}{done.stderr}")
    return [Row("kernel_text", int(sizes[2]), unit=BYTES), Row("kernel_lines", int(sizes[1]), unit=LINES)]


def account_rows(folder, name):
    """The frames of an account; it begins with the task's own frame."""
    donate = symbol(folder / "kernel/kernel.elf", "account_donate")
    _, parts = stretch(folder, ACCOUNTS[name])
    return [Row(name, 1 + sum(count for _, address, count in parts if address == donate), unit=FRAMES)]


# ------------------------------------------------------------------------------------ interrupts

def longest_of(folder, test):
    (status, console, log), longest = system.boot_counted(test, folder)
    if status or longest is None:
        how = f"ended with status {status}" + ", and nothing was counted" * (longest is None)
        raise BenchError("\n".join([*console.splitlines()[-20:], *log.explained()[-20:], f"bench: {test} {how}"]))
    return longest, test


def longest_jobs(folder):
    return [(longest_of, folder, test) for test in [*system.programs(), KERNEL] if system.is_counted(test)]


def longest_row(found):
    value, test = max(found)
    return Row(LONGEST, value, origin=test)


def check_explained(name, value, parts):
    explained = sum(count for _, _, count in parts)
    if explained != value:
        raise BenchError(f"bench: {name} is {value} instructions, but the plugin saw {explained}")


# --------------------------------------------------------------------------------------- servers

def server_stretches(folder, *words, typed=None):
    """{part: the longest time in it for which servers kept programs waiting}, for the program with the longest
    requests."""
    lines = []

    def start(more):
        lines.extend(boot(folder, [SERVER, *words], typed, more=more))
    found = bench_plugin.stretches(folder, SERVER, PART_BEGINS, start)
    names = ["start", *(match[1] for line in lines if (match := PART.fullmatch(line)))]
    if len(names) != len(found):
        raise BenchError(f"bench: {SERVER} has {len(names)} parts, but the plugin saw {len(found)}")
    return dict(zip(names, found))


def server_rows(folder):
    found = server_stretches(folder)
    for part, typed in TYPED.items():
        found |= server_stretches(folder, part, typed=typed)
    part = max(found, key=found.get)
    return [Row(SERVER_LONGEST, found[part], origin=f"part {part} of {SERVER}")]


def explain_server_longest(folder):
    row, = server_rows(folder)
    parts = bench_plugin.parts(folder, "kept", SERVER, lambda more: boot(folder, [SERVER], more=more))
    check_explained(row.name, row.value, parts)
    return [*bench_explain.table(row.name, parts), "", f"the longest of all parts: in {row.origin}"]


# -------------------------------------------------------------------------------------------- all

def call(job):
    """The result of the job's function, or its error."""
    function, *arguments = job
    try:
        return function(*arguments)
    except ScriptError as error:
        return error
    except Exception as error:
        return BenchError(f"bench: {explanation(error)}")


def run_jobs(jobs):
    """The jobs' results in their order; several run at the same time."""
    work = [parallel.Job(functools.partial(call, job)) for job in jobs]
    found = {}
    for each, result in parallel.run_all(work, min(os.cpu_count(), PROCESSES)):
        if result is None or isinstance(result, Exception):
            raise result or BenchError("bench: a process that measured was killed")
        found[id(each)] = result
    return [found[id(each)] for each in work]


def in_order(found):
    """The rows of {name: row} in the order of NAMES. Only two kinds may be missing: LONGEST, and who runs no instruction of a row."""
    optional = {LONGEST, *(f"{name}.{who}" for name in SOURCES for who in bench_plugin.RUNNERS)}
    return [found[name] for name in NAMES if name in found or name not in optional]


def all_rows(folder, quick=False):
    """The rows in the order of NAMES; with `quick` without the longest stretch with interrupts off."""
    bench_plugin.build(folder)
    long = [] if quick else longest_jobs(folder)
    jobs = [*((program_rows, folder, program) for program in (KERNEL, PROCESS, MEMORY, FILE)), (second_cpu_rows, folder),
            (server_rows, folder), (boot_rows, folder), (size_rows, folder), *((account_rows, folder, name) for name in ACCOUNTS)]
    results = run_jobs([*long, *jobs])
    found = {row.name: row for rows in results[len(long):] for row in rows}
    if long:
        found[LONGEST] = longest_row(results[:len(long)])
    return in_order(found)


def explain(folder, name):
    """Lines that name the functions that run a row's instructions."""
    bench_plugin.build(folder)
    if name == LONGEST:
        test = longest_row(run_jobs(longest_jobs(folder))).origin
        parts = bench_plugin.parts(folder, "longest", KERNEL, lambda more: system.boot_with(test, folder, more))
        return [*bench_explain.table(name, parts), "", f"the longest of all system tests: in {test}"]
    if name == SERVER_LONGEST:
        return explain_server_longest(folder)
    value, parts = stretch(folder, SOURCES[name])
    check_explained(name, value, parts)
    return bench_explain.table(name, parts)

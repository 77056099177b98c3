"""The system tests: t_*.c in tests/system, programs that report in TAP. Each is booted with its own options.

A field in a test's head comment is a line `NAME: VALUE`: `run: OPTIONS` for each way to boot it, `typed:` and `keys:`
for input, `console: N REGEX` for expected output.
"""
import contextlib
import os
import re
import shlex

from tally import bench_plugin, bench_record, machine
from tally.interface import ROOT
from tally.serial import Input
from tally.symbols import Log, MachineOutput

FOLDER = ROOT / "tests/system"
PLAN = re.compile(r"1\.\.(\d+)")
POINT = re.compile(r"(not )?ok\b *(\d*) *-? *(.*)")
KERNEL_TEST = "t_kernel_"
KERNEL_TAP = "tap: "
LONGEST = "irq_off_max"
# 8 ns an instruction, because tests wait for moments, and some fail on a machine that is too slow for its clock. The
# real-time clock counts instructions too: by the host's time its interrupts would come at other moments each time.
SLOWER = ("-icount", "shift=3,sleep=off", "-rtc", "base=2020-01-01,clock=vm")
NO_SCREEN = ("-vga", "none")  # the screen's server would draw in measured time


def programs():
    return sorted(path.stem for path in FOLDER.glob("*/t_*.c"))


def text_of(program):
    """The source of a system test; the bench of the kernel counts as one, but lies elsewhere."""
    path = next(FOLDER.glob(f"*/{program}.c"), None)
    return path.read_text(encoding="utf-8") if path else ""


def fields(text, name):
    """The values of the lines `name: VALUE` in a test's comments."""
    return re.findall(rf"^(?://| \*) *{name}: *(.*)$", text, re.M)


def runs_of(program):
    return fields(text_of(program), "run") or [""]


def options_of(text, **others):
    """`--smp 2 --cpu qemu32` as Options."""
    options, words = machine.Options(timeout=240, **others), shlex.split(text)
    while words:
        field = words.pop(0).removeprefix("--").replace("-", "_")
        kind = type(getattr(options, field))
        options = options._replace(**{field: True if kind is bool else kind(words.pop(0))})
    return options


def typed_input(text):
    """The input of the fields `typed: LINE` and `keys: KEYS`, with escapes as in C; None without such fields."""
    fields_found = re.findall(r"^(?://| \*) *(typed|keys): *(.*)$", text, re.M)
    if not fields_found:
        return None
    keys = "".join(value + "\n" * (field == "typed") for field, value in fields_found)
    source, end = os.pipe()
    os.write(end, keys.encode().decode("unicode_escape").encode("latin-1"))
    os.close(end)
    return Input(source, is_terminal=True)


# ------------------------------------------------------------------------------------------- judging

def read_tap(status, lines, details):
    """Results of a program that reports in TAP; it must run all planned tests and exit with 0 or its number of
    failures."""
    plan = next((int(m[1]) for line in lines if (m := PLAN.match(line))), None)
    points = [m for line in lines if (m := POINT.match(line))]
    for point in points:
        if "# SKIP " in point[3]:
            print(f"       | {point[3]}")
        yield point[3] or f"point {point[2]}", not point[1], details
    if plan is None:
        yield "has a plan", False, details
    elif len(points) != plan:
        yield f"does all {plan} of its plan", False, details
    elif status and not any(point[1] for point in points):
        yield f"exits with 0, not {status}", False, details


def tap_lines(program, console, log):
    """The TAP lines: kernel tests report to the log, in lines with a prefix; the others to their output."""
    if not program.startswith(KERNEL_TEST):
        return console.splitlines()
    return [line.removeprefix(KERNEL_TAP) for line in log if line.startswith(KERNEL_TAP)]


def judge(program, status, console, log):
    details = MachineOutput(log, console.strip())
    yield from read_tap(status, tap_lines(program, console, log), details)
    for field in fields(text_of(program), "console"):
        count, pattern = field.split(" ", 1)
        found = sum(bool(re.fullmatch(pattern, line)) for line in console.splitlines())
        yield f"{count} lines of output are {pattern}", found == int(count), f"{found} are\n{console}"


# ------------------------------------------------------------------------------------------- running

def boot(words, options, folder, typed=None):
    """Boots in QEMU; returns (status, console text, its Log)."""
    console, log = [], Log(folder)
    status = machine.boot(options._replace(explained=False), words, folder, console.append, log.append, typed)
    return status, b"".join(console).decode(errors="replace"), log


def test(program, options, folder):
    """Boots without GRUB; scripts/run and the demo's tests cover GRUB and the ISO."""
    def run():
        yield from judge(program, *boot([program], options_of(options, kernel=True), folder, typed_input(text_of(program))))
    return run


# ------------------------------------------------------------------------------- without interrupts

def is_counted(program):
    """False if processors wait for each other, for times that vary."""
    return options_of(runs_of(program)[0]).smp == 1


def boot_with(program, folder, more):
    """Boots the test's first run with further arguments for QEMU, with one tick per instruction."""
    options = options_of(runs_of(program)[0], kernel=True, more=(*NO_SCREEN, *SLOWER, *more))
    return boot([program], options, folder, typed_input(text_of(program)))


def boot_counted(program, folder):
    """Returns ((status, console text, log lines), the longest stretch with interrupts off, in instructions). That is
    None if the machine had to be killed, as then nothing was counted."""
    ended, longest = [], None
    with contextlib.suppress(FileNotFoundError):
        longest = bench_plugin.totals(folder, lambda more: ended.append(boot_with(program, folder, more)))["longest"]
    return ended[0], longest


def judge_longest(longest, folder):
    """A failure if `longest`, from boot_counted(), is None or above the record."""
    if longest is None:
        yield f"{LONGEST} is counted", False, "the machine ended without having written what it counted"
        return
    rows = {LONGEST: (longest, "instructions")}
    found = bench_record.changes(rows, bench_record.makers_of(folder), bench_record.read())
    yield f"{LONGEST} is not above the record", not found.worse, "\n".join(found.worse)


def counted_test(program, _, folder):
    """A test that runs in instruction time, so that a busy machine changes nothing."""
    def run():
        ended, longest = boot_counted(program, folder)
        yield from judge(program, *ended)
        yield from judge_longest(longest, folder)
    return run

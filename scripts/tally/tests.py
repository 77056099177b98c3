"""The list of tests. A test is a name and a function that yields results: (what, passed, details)."""
import dataclasses
import fnmatch
import json
import os
import pathlib
import re
import shlex
import sys
import tempfile

from tally import bench_record, bochs, build, machine, processes, programs_image
from tally.entry import USAGE
from tally.explore_tests import explore_tests
from tally.failures import PROGRAMS, failure_tests
from tally.foreign_tests import foreign_programs
from tally.image import with_command
from tally.input_tests import input_tests
from tally.interface import ROOT
from tally.platform_tests import platform_tests
from tally.screen_tests import screen_tests
from tally.script_tests import WHOLE, script_tests
from tally.serial import BUILD_FAILED, Input
from tally.suite_tests import suite_tests
from tally.terminal_tests import terminal_tests

IMAGES = build.default_folder("i386")
AUDIT = build.default_folder("audit")
AUDITED_IMAGE = AUDIT / "image"
HOST = build.default_folder("host")

HOST_TIMEOUT = 300  # seconds
BENCH_PROCESSES = 4  # what they count does not depend on who else runs
PLAN = re.compile(r"1\.\.(\d+)")
POINT = re.compile(r"(not )?ok\b *(\d*) *-? *(.*)")
KERNEL_TEST = "t_kernel_"
KERNEL_TAP = "tap: "
AUDITED = ["t_fork", "t_proc", "t_shm", "t_shm_runs", "t_kernel_handler", "t_kernel_ipc", "t_kernel_items",
           "t_kernel_long", "t_kernel_queue", "t_kernel_task", "t_kernel_thread", "t_kernel_vm"]


@dataclasses.dataclass
class Test:
    name: str
    run: object  # a function without arguments
    places: int = 1  # of those for tests at the same time
    build: str = "i386"  # the preset that it needs, if any


# ------------------------------------------------------------------------------------------- checks

def script(*command):
    def run():
        done = processes.run([sys.executable, *command], cwd=ROOT)
        yield command[0], done.returncode == 0, done.stdout + done.stderr
    return run


def checks():
    return [
        Test("check/layers", script("scripts/check_layers.py"), build=None),
        Test("check/docs", script("scripts/check_docs.py"), build=None),
        Test("check/reference-pages", script("scripts/gen_docs.py", "--check"), build=None),
        Test("check/size", script("scripts/check_size.py", str(IMAGES / "kernel/kernel.elf"))),
    ]


# --------------------------------------------------------------------------------------- host tests

def host_test(name):
    def run():
        done = processes.run([str(HOST / "tests/host" / name)], HOST_TIMEOUT, cwd=ROOT)
        yield name, done.returncode == 0, f"status {done.returncode}\n{done.stdout}{done.stderr}"
    return run


def host_tests():
    return [Test(f"host/{p.stem}", host_test(p.stem), build="host")
            for p in sorted((ROOT / "tests/host").glob("test_*.c"))]


# ------------------------------------------------------------------------------------- system tests

def boot(words, options, typed=None, folder=IMAGES):
    """Boots in QEMU; returns (status, console text, log lines)."""
    console, log = [], []
    status = machine.boot(options, words, folder, console.append, log.append, typed)
    return status, b"".join(console).decode(errors="replace"), log


def fields(text, name):
    """The values of the lines `name: VALUE` in a test's comments."""
    return re.findall(rf"^(?://| \*) *{name}: *(.*)$", text, re.M)


def options_of(text):
    """`--smp 2 --cpu qemu32` as Options."""
    options, words = machine.Options(timeout=240), shlex.split(text)
    while words:
        field = words.pop(0).removeprefix("--")
        kind = type(getattr(options, field))
        setattr(options, field, True if kind is bool else kind(words.pop(0)))
    return options


def read_tap(status, lines, details):
    """Results of a program that reports in TAP; it must do all it planned and exit with 0 or its failures."""
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
    """The kernel's tests report to the log, in lines that begin so; the others are programs with an output."""
    if not program.startswith(KERNEL_TEST):
        return console.splitlines()
    return [line.removeprefix(KERNEL_TAP) for line in log if line.startswith(KERNEL_TAP)]


def typed_input(text):
    """What the fields `typed: LINE` and `keys: KEYS` type, with escapes as in C; None without such."""
    fields_found = re.findall(r"^(?://| \*) *(typed|keys): *(.*)$", text, re.M)
    if not fields_found:
        return None
    keys = "".join(value + "\n" * (field == "typed") for field, value in fields_found)
    source, end = os.pipe()
    os.write(end, keys.encode().decode("unicode_escape").encode("latin-1"))
    os.close(end)
    return Input(source, is_terminal=True)


def judge_console(text, console):
    """A field `console: N REGEX` counts the console's lines that are exactly so."""
    for field in fields(text, "console"):
        count, pattern = field.split(" ", 1)
        found = sum(bool(re.fullmatch(pattern, line)) for line in console.splitlines())
        yield f"{count} lines of output are {pattern}", found == int(count), f"{found} are\n{console}"


def system_test(program, text, options, folder=IMAGES):
    """QEMU loads the kernel itself: how GRUB does, and from an ISO, is for the demo and for scripts/run."""
    def run():
        wanted = dataclasses.replace(options_of(options), kernel=True)
        status, console, log = boot([program], wanted, typed_input(text), folder)
        details = "\n".join([console.strip(), *log])
        yield from read_tap(status, tap_lines(program, console, log), details)
        yield from judge_console(text, console)
    return run


def system_tests():
    """Each t_*.c of tests/system, once for each line `run: OPTIONS` of its head comment."""
    for path in sorted((ROOT / "tests/system").glob("t_*.c")):
        text = path.read_text(encoding="utf-8")
        for options in fields(text, "run") or [""]:
            yield Test(" ".join([f"system/{path.stem}", options]).strip(), system_test(path.stem, text, options),
                       places=options_of(options).smp)


def audit_tests():
    """Some of them in the build that checks the kernel's invariants while it runs."""
    for name in AUDITED:
        text = (ROOT / f"tests/system/{name}.c").read_text(encoding="utf-8")
        yield Test(f"audit/{name}", system_test(name, text, "", AUDITED_IMAGE), build="audit")
    for smp in (2, 4):
        text = (ROOT / "tests/system/t_kernel_smp_random.c").read_text(encoding="utf-8")
        yield Test(f"audit/t_kernel_smp_random --smp {smp}",
                   system_test("t_kernel_smp_random", text, f"--smp {smp}", AUDITED_IMAGE), smp, "audit")


# --------------------------------------------------------------------------------------------- demo

def judge_demo(status, console, log):
    counted = bool(re.search(r"\b20000\b", console))
    yield "shm_cnt counts to 20000", status == 0 and counted, f"status {status}\n{console}\n" + "\n".join(log)


def demo(text):
    def run():
        yield from judge_demo(*boot(machine.DEFAULT_WORDS, options_of(text)))
    return run


def demo_without_lock(text):
    def run():
        status, console, log = boot(["shm_cnt", "-n"], options_of(text))
        lost = re.search(r"\b(\d+) lost without the lock", console)
        yield "updates are lost without the lock", status == 0 and bool(lost) and int(lost[1]) > 0, \
            f"status {status}\n{console}\n" + "\n".join(log)
    return run


def demo_repeated(text):
    def run():
        status, console, log = boot(["repeat", "1000", "shm_cnt"], options_of(text))
        exact = len(re.findall(r"^shm_cnt: 2 processes x 10000 increments = 20000: ok$", console, re.M))
        back = "repeat: 1000 runs, all memory given back" in console
        yield "1000 runs count to 20000", status == 0 and exact == 1000 and back, \
            f"status {status}, {exact} exact\n{console[-2000:]}\n" + "\n".join(log)
    return run


def demo_bochs(**machine_options):
    def run():
        status, console, log = bochs.boot(IMAGES / "tally.iso", **machine_options)
        yield from judge_demo(status, console.decode(errors="replace"), log)
    return run


def bochs_test(program, **machine_options):
    """A kernel's test where a processor keeps what it once translated with until it is told."""
    def run():
        with tempfile.TemporaryDirectory() as scratch:
            iso = pathlib.Path(scratch) / "command.iso"
            with_command(IMAGES / "tally.iso", machine.DEFAULT_WORDS, [program], iso)
            status, console, log = bochs.boot(iso, timeout=240, **machine_options)
        yield from read_tap(status, tap_lines(program, console.decode(errors="replace"), log), "\n".join(log))
    return run


def demos():
    return [
        Test("demo/bios-qemu32", demo("--cpu qemu32")),
        Test("demo/bios-qemu64", demo("--cpu qemu64")),
        Test("demo/bios-max", demo("--cpu max")),
        Test("demo/bios-16MiB", demo("--memory 16")),
        Test("demo/bios-3GiB", demo("--memory 3072")),
        Test("demo/bios-2-cpus", demo("--smp 2"), places=2),
        Test("demo/bios-8-cpus", demo("--smp 8"), places=8),
        Test("demo/uefi", demo("--uefi")),
        Test("demo/kernel", demo("--kernel")),
        Test("demo/icount", demo("--kernel --icount")),
        *[Test(f"demo/without-lock-{n}", demo_without_lock(f"--smp {n}"), n) for n in (1, 2, 4, 8)],
        *[Test(f"demo/1000-runs-{n}", demo_repeated(f"--kernel --smp {n}"), n) for n in (1, 2, 4, 8)],
        Test("demo/bochs", demo_bochs()),
        Test("demo/bochs-1-port", demo_bochs(serial=1)),
        Test("demo/bochs-2-cpus", demo_bochs(smp=2)),
        Test("bochs/t_kernel_smp_task", bochs_test("t_kernel_smp_task", smp=2)),
        Test("bochs/t_kernel_smp_vm", bochs_test("t_kernel_smp_vm", smp=2)),
    ]


# -------------------------------------------------------------------------------------------- bench

def bench():
    """No row of scripts/bench is above what is recorded."""
    with tempfile.TemporaryDirectory() as scratch:
        rows = pathlib.Path(scratch) / "rows"
        done = processes.run([sys.executable, "scripts/bench.py", "--build-dir", str(IMAGES), "--json", str(rows)], cwd=ROOT)
        yield "scripts/bench measures all rows", done.returncode == 0, done.stdout + done.stderr
        if done.returncode == 0:
            found = {row["name"]: (row["value"], row["unit"]) for row in json.loads(rows.read_text(encoding="utf-8"))}
            yield from bench_record.judge(found, bench_record.makers_of(IMAGES))


def bench_options():
    for words in ("--nonsense", "null_call", "--explain nothing", "--explain kernel_text", "--explain ipc_4w --record",
                  "--json no/such/folder/file", "--json docs"):
        done = processes.run([sys.executable, "scripts/bench.py", *words.split()], cwd=ROOT)
        said = done.stdout + done.stderr
        yield f"refuses {words}", done.returncode == USAGE and "scripts/bench: error: " in said, said


# -------------------------------------------------------------------------------------------- build

def build_audited_image():
    """The kernel that checks itself with everything else as it is."""
    build.build("i386", IMAGES)
    build.build("audit", AUDIT, ["boot_kernel"])
    build.link(AUDITED_IMAGE, {**dict.fromkeys(("kernel", "boot/kernel.elf"), AUDIT),
                               **dict.fromkeys(("boot/archive", "servers", "kernel-tests", "programs"), IMAGES)})


# Each build that tests need; some take parts of another.
BUILT_ON_I386 = ("programs", "audit")
BUILDS = {
    "i386": lambda: build.build("i386", IMAGES),
    "programs": lambda: programs_image.make(ROOT / PROGRAMS, IMAGES),
    "audit": build_audited_image,
    "host": lambda: build.build("host", HOST, keep_going=True),  # a part of it is of use
}


def build_all(wanted):
    """Builds what the wanted tests need. Returns {build that failed: a test that tells why}."""
    failed = {}
    for name in [name for name in BUILDS if any(test.build == name for test in wanted)]:
        if "i386" in failed and name in BUILT_ON_I386:
            failed[name] = failed["i386"]
            continue
        try:
            BUILDS[name]()
        except build.UnfitFolder:
            raise  # as all others will be
        except build.BuildError as error:
            failed[name] = Test(f"build/{name}", told(str(error)), build=None)
    return failed


def told(text):
    return lambda: iter([(f"status {BUILD_FAILED}", False, text)])


def all_tests():
    failures = [Test(name, run, build=needed)
                for name, run, needed in (*failure_tests(), *script_tests(), *terminal_tests(), *suite_tests())]
    failures += [Test(name, run, build="programs") for name, run in input_tests()]
    failures += [Test(name, run) for name, run in screen_tests()]
    failures += [Test(name, run, build="host") for name, run in explore_tests()]
    failures += [Test(name, run, build=None) for name, run in platform_tests()]
    return [*checks(), *host_tests(), *system_tests(), *audit_tests(), *demos(), *failures,
            Test("foreign/programs", foreign_programs),
            Test("bench/options", bench_options), Test("bench/figures", bench, places=BENCH_PROCESSES)]


def matches(name, pattern):
    return fnmatch.fnmatch(name, pattern) if any(c in pattern for c in "*?[") else pattern in name


def select(pattern):
    """The tests with such a name; what takes minutes only if it is the only one."""
    found = [test for test in all_tests() if matches(test.name, pattern)]
    return [test for test in found if test.name != WHOLE] or found

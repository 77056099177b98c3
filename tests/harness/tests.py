"""The list of tests. A test is a name and a function that yields results: (what, passed, details)."""
import dataclasses
import fnmatch
import json
import os
import pathlib
import re
import sys
import tempfile
from unittest import mock

from harness import bochs, forked
from harness.checker_tests import checker_tests
from harness.error_tests import error_tests
from harness.example_tests import example_tests
from harness.explore_tests import explore_tests
from harness.failures import PROGRAMS, failure_tests
from harness.foreign_tests import foreign_tests
from harness.fuzz_tests import fuzz_tests
from harness.host_tests import host_tests
from harness.input_tests import input_tests
from harness.linux_tests import linux_tests
from harness.mutant_tests import mutant_tests
from harness.option_tests import option_tests
from harness.page_tests import page_tests, pages_executed
from harness.platform_tests import platform_tests
from harness.screen_tests import screen_tests
from harness.script_tests import WHOLE, script_tests
from harness.serial_tests import serial_tests
from harness.shell_tests import shell_tests
from harness.suite_tests import suite_tests
from harness.terminal_tests import terminal_tests
from tally import bench, bench_plots, bench_record, build, cycles, machine, processes, programs_image, run_options, system
from tally.image import with_command
from tally.interface import ROOT
from tally.serial import BUILD_FAILED
from tally.symbols import MachineOutput

IMAGES = build.default_folder("i386")
AUDIT = build.default_folder("audit")
AUDITED_IMAGE = AUDIT / "image"
HOST = build.default_folder("host")

AUDITED = ["t_fork", "t_proc", "t_shm", "t_shm_runs", "t_kernel_handler", "t_kernel_ipc", "t_kernel_items",
           "t_kernel_long", "t_kernel_queue", "t_kernel_registers", "t_kernel_task", "t_kernel_thread", "t_kernel_vm"]
# Counts instructions as time, so that no tick comes while a thread watches a death on a slow host.
AUDITED_OPTIONS = {"t_kernel_task": "--dirty --memory 40 --icount"}


def slots(processors):
    """The slots that a machine takes: its processors wait for each other about half of the time."""
    return (processors + 1) // 2


# These wait for a time limit, or for keys that are typed one by one.
WAIT = {"fail/a program that never ends", "fail/a byte of init's text", "fail/the entry of init", "screen/keyboard", "screen/keyboard-uefi",
        "script/run ends with its terminal", "script/test ends with its terminal", "script/bench ends with its terminal",
        "script/tests at the same time", "script/signals while it waits", "script/run has no limit on a terminal"}

FILL = ("errors/", "host/", "explore/", "fuzz/")  # tests without a clock


@dataclasses.dataclass
class Test:
    name: str
    run: object  # a function without arguments
    slots: int = 1  # of the slots for tests at the same time
    build: str = "i386"  # the build that it needs, if any

    @property
    def waits(self):
        """It waits longer than it computes."""
        return self.name in WAIT

    @property
    def fills(self):
        """It computes, and does not depend on time."""
        return self.name.startswith(FILL)


# ------------------------------------------------------------------------------------------- checks

def script(name, *words):
    def run():
        done = forked.run(name, words)
        yield name, done.returncode == 0, done.stdout + done.stderr
    return run


def checks():
    return [
        Test("check/layers", script("check_layers"), build=None),
        Test("check/docs", script("check_docs"), build=None),
        Test("check/reference-pages", script("gen_docs", "--check"), build=None),
        Test("check/format", script("check_format"), build=None),
        Test("check/size", script("check_size", str(IMAGES / "kernel/kernel.elf"))),
    ]


# ------------------------------------------------------------------------------------- system tests

def system_tests():
    """Each t_*.c of tests/system, once for each line `run: OPTIONS` in its head comment. The first run on one processor
    must also keep within the recorded longest stretch with interrupts off."""
    for program in system.programs():
        counted = system.is_counted(program)
        for options in system.runs_of(program):
            run = system.counted_test if counted and options == system.runs_of(program)[0] else system.test
            yield Test(" ".join([f"system/{program}", options]).strip(), run(program, options, IMAGES),
                       slots=slots(system.options_of(options).smp))


def audit_tests():
    """Some of the system tests, in a build that checks the kernel's invariants while it runs."""
    for name in AUDITED:
        yield Test(f"audit/{name}", system.test(name, AUDITED_OPTIONS.get(name, ""), AUDITED_IMAGE), build="audit")
    for name, smp in (("t_kernel_smp_random", 4), ("t_random", 4), *(("t_hostile_random", each) for each in (1, 2, 4))):
        yield Test(f"audit/{name} --smp {smp}", system.test(name, f"--smp {smp}", AUDITED_IMAGE), slots(smp), "audit")


# --------------------------------------------------------------------------------------------- demo

def judge_demo(status, console, log):
    counted = bool(re.search(r"\b20000\b", console))
    yield "shm_cnt counts to 20000", status == 0 and counted, MachineOutput(log, f"status {status}", console)


def demo(text):
    def run():
        yield from judge_demo(*system.boot(machine.DEFAULT_WORDS, system.options_of(text), IMAGES))
    return run


def demo_without_lock(text):
    def run():
        status, console, log = system.boot(["shm_cnt", "-n"], system.options_of(text), IMAGES)
        lost = re.search(r"\b(\d+) lost without the lock", console)
        yield "updates are lost without the lock", status == 0 and bool(lost) and int(lost[1]) > 0, \
            MachineOutput(log, f"status {status}", console)
    return run


def demo_repeated(text):
    def run():
        status, console, log = system.boot(["repeat", "1000", "shm_cnt"], system.options_of(text), IMAGES)
        exact = len(re.findall(r"^shm_cnt: 2 processes x 10000 increments = 20000: ok$", console, re.M))
        back = "repeat: 1000 runs, all memory given back" in console
        yield "1000 runs count to 20000", status == 0 and exact == 1000 and back, \
            MachineOutput(log, f"status {status}, {exact} exact", console[-2000:])
    return run


def demo_bochs(**machine_options):
    def run():
        status, console, log = bochs.boot(IMAGES / "tally.iso", **machine_options)
        yield from judge_demo(status, console.decode(errors="replace"), log)
    return run


def bochs_test(program, **machine_options):
    """A kernel test on a processor that keeps every translation until the kernel invalidates it."""
    def run():
        with tempfile.TemporaryDirectory() as scratch:
            iso = pathlib.Path(scratch) / "command.iso"
            with_command(IMAGES / "tally.iso", machine.DEFAULT_WORDS, [program], iso)
            status, console, log = bochs.boot(iso, timeout=240, **machine_options)
        yield from system.judge(program, status, console.decode(errors="replace"), log)
    return run


def least_memory():
    return {"bios": f"--memory {run_options.LEAST_MEMORY}", "uefi": f"--uefi --memory {run_options.LEAST_MEMORY_UEFI}"}


def readme():
    """What README.md says about memory: the minimum, and what the log prints about it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    least = f"at least {run_options.LEAST_MEMORY} MiB, with `--uefi` {run_options.LEAST_MEMORY_UEFI}"
    yield f"says {least}", least in text, ""
    _, _, log = system.boot(machine.DEFAULT_WORDS, system.options_of(""), IMAGES)
    (listed, ours) = (re.search(r"^mem: (\d+) frames, (\d+) free$", lines, re.M) for lines in (text, "\n".join(log)))
    yield "its figures of frames are right", all(abs(int(a) - int(b)) <= int(b) // 100 for a, b in zip(listed.groups(), ours.groups())), \
        f"{listed[0]}, but {ours[0]}"


def demos():
    return [
        *[Test(f"demo/{firmware}-least-memory", demo(words)) for firmware, words in least_memory().items()],
        Test("demo/readme", readme),
        Test("demo/bios-qemu32", demo("--cpu qemu32")),
        Test("demo/bios-qemu64", demo("--cpu qemu64")),
        Test("demo/bios-max", demo("--cpu max")),
        Test("demo/bios-16MiB", demo("--memory 16")),
        Test("demo/bios-3GiB", demo("--memory 3072")),
        Test("demo/bios-2-cpus", demo("--smp 2")),
        Test("demo/bios-8-cpus", demo("--smp 8"), slots=slots(8)),
        Test("demo/uefi", demo("--uefi")),
        Test("demo/kernel", demo("--kernel")),
        Test("demo/icount", demo("--kernel --icount")),
        *[Test(f"demo/without-lock-{n}", demo_without_lock(f"--kernel --smp {n}"), slots(n)) for n in (1, 2, 4, 8)],
        Test("demo/1000-runs-8", demo_repeated("--kernel --smp 8"), slots(8)),  # t_shm_runs does it with fewer
        Test("demo/bochs", demo_bochs()),
        Test("demo/bochs-2-cpus", demo_bochs(smp=2)),
        Test("bochs/t_kernel_smp_task", bochs_test("t_kernel_smp_task", smp=2)),
        Test("bochs/t_kernel_smp_vm", bochs_test("t_kernel_smp_vm", smp=2)),
    ]


# -------------------------------------------------------------------------------------------- bench

def bench_figures():
    """No row of scripts/bench exceeds the record; the system tests check the longest stretch with interrupts off."""
    with tempfile.TemporaryDirectory() as scratch:
        rows = pathlib.Path(scratch) / "rows"
        done = forked.run("bench", ["--quick", "--build-dir", str(IMAGES), "--json", str(rows)])
        yield "scripts/bench measures all rows", done.returncode == 0, done.stdout + done.stderr
        if done.returncode == 0:
            found = {row["name"]: (row["value"], row["unit"]) for row in json.loads(rows.read_text(encoding="utf-8"))}
            yield from bench_record.judge(found, bench_record.makers_of(IMAGES))


def bench_longest():
    """The kernel's bench is also held to the longest stretch with interrupts off, as system tests are."""
    (status, console, log), longest = system.boot_counted(bench.KERNEL, IMAGES)
    yield "it ends with 0", status == 0, MachineOutput(log, console)
    yield from system.judge_longest(longest, IMAGES)


def bench_growth():
    """The cost of one more does not depend on how many there are; a fork costs the same for each page."""
    for row, share in (("region_pages", 0.02), ("descriptors", 0.05), ("directory_open", 0.1), ("directory_make", 0.2)):
        few, many = (bench_plots.growth_value(IMAGES, row, count) for count in (1, 100))
        yield f"{row} does not grow", many <= few * (1 + share), f"{few} instructions with 1, {many} with 100"
    one, some, many = (bench_plots.growth_value(IMAGES, "fork_pages", count) for count in (1, 11, 111))
    each, each_of_many = (some - one) / 10, (many - some) / 100
    yield "fork_pages grows evenly", each_of_many <= 1.2 * each, f"a page costs {each} with 11, {each_of_many} with 111"


def bench_pairs():
    """Checks no times, which mean nothing on a busy host; the plot shows them."""
    points = bench_plots.pair_points(IMAGES)
    yield "two pairs are compared with one", [work for work, _ in points] == [10, 100, 1000, 10000] and all(more > 0 for _, more in points), f"{points}"


def bench_cycles():
    """Without KVM, the script says so; the measuring code is tested with an emulator's time."""
    with mock.patch.object(bench, "KVM", "/no/such/device"):
        try:
            bench.check_kvm()
            output = "nothing"
        except bench.Unable as error:
            output = f"{error} ({error.status})"
    yield "it needs KVM", "/no/such/device cannot be opened: No such file" in output and output.endswith("(126)"), output
    rows = bench.cycle_rows(IMAGES, accel="tcg")
    yield "each row is measured", [row.name for row in rows] == list(bench.SOURCES) and {row.unit for row in rows} == {bench.CYCLES}, f"{rows}"
    counts = {row.name: row.median for row in rows}
    yield "less work takes less", counts["ipc_4w"] < counts["fork"] < counts["exec_file"], f"{counts}"
    for (instructions, published), loads in ((cycles.NULL_CALL, 0), (cycles.CALL_AND_REPLY, 2)):
        found = cycles.warm("its", {"its": instructions, "its.exits": max(loads, 1), "its.loads": loads})
        yield f"the model gives {published} for the operation that it was made from", abs(found - published) <= 1, f"{found}"


# -------------------------------------------------------------------------------------------- build

def build_audited_image():
    """Builds an image with the kernel that checks itself; everything else is as usual."""
    build.build("i386", IMAGES)
    build.build("audit", AUDIT, ["boot_kernel"])
    build.link(AUDITED_IMAGE, {**dict.fromkeys(("kernel", "boot/kernel.elf"), AUDIT),
                               **dict.fromkeys(("boot/archive", "servers", "kernel-tests", "programs", "libraries"), IMAGES)})


def build_programs(with_iso=True):
    programs_image.make(ROOT / PROGRAMS, IMAGES, with_iso)


# All builds that tests need; some take parts of others.
BUILT_ON_I386 = ("programs", "audit")
BUILT_ALONE = ("i386", "host")  # scripts started by tests need not check these again
BUILDS = {
    "i386": lambda: build.build("i386", IMAGES),
    "programs": build_programs,
    "audit": build_audited_image,
    "host": lambda: build.build("host", HOST, keep_going=True),  # a part of it is useful, too
}


def build_all(wanted):
    """Builds what the wanted tests need. Returns {failed build: a test that reports it}."""
    failed = {}
    for name in [name for name in BUILDS if any(test.build == name for test in wanted)]:
        if "i386" in failed and name in BUILT_ON_I386:
            failed[name] = failed["i386"]
            continue
        try:
            BUILDS[name]()
            if name in BUILT_ALONE:
                build.count_as_built(build.default_folder(name))
        except build.UnfitFolder:
            raise  # all others would fail, too
        except build.BuildError as error:
            failed[name] = Test(f"build/{name}", failure_of(str(error)), build=None)
    return failed


def failure_of(text):
    return lambda: iter([(f"status {BUILD_FAILED}", False, text)])


def all_tests():
    failures = [Test(name, run, build=needed)
                for name, run, needed in (*failure_tests(), *script_tests(), *terminal_tests(), *suite_tests())]
    failures += [Test(name, run, build="programs") for name, run in input_tests()]
    failures += [Test(name, run) for name, run in (*screen_tests(), *foreign_tests(), *shell_tests(), *linux_tests())]
    hosted = [Test(name, run, build="host") for name, run in host_tests()]
    failures += [Test(name, run, build="host") for name, run in (*error_tests(), *example_tests(), *explore_tests(), *fuzz_tests())]
    failures += [Test(name, run, build=None) for name, run in (*platform_tests(), *option_tests(), *serial_tests(), *checker_tests(), *page_tests())]
    failures += [Test(name, run, slots, needed)
                 for name, run, needed, slots in mutant_tests(lambda: [test.name for test in all_tests()])]
    return [*checks(), *hosted, *system_tests(), *audit_tests(), *demos(), *failures,
            Test("pages/executed", lambda: pages_executed(IMAGES)), Test("bench/growth", bench_growth), Test("bench/pairs", bench_pairs), Test("bench/cycles", bench_cycles), Test("bench/irq_off_max", bench_longest),
            Test("bench/figures", bench_figures, slots=bench.PROCESSES)]


def matches(name, pattern):
    return fnmatch.fnmatch(name, pattern) if any(c in pattern for c in "*?[") else pattern in name


def select(pattern):
    """The tests whose names match; one that takes minutes only if it is the only one."""
    found = [test for test in all_tests() if matches(test.name, pattern)]
    return [test for test in found if test.name != WHOLE] or found

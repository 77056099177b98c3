"""Tests of how the suite runs tests, and of what it writes about them."""
import contextlib
import dataclasses
import math
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time
import xml.etree.ElementTree as xml

from harness import forked, junit, schedule
from harness.failures import IMAGES, PROGRAMS
from harness.foreign_tests import replaced
from harness.terminal_tests import wait_until
from tally import build, machine, output, parallel, processes, programs_image, terminal, waiting
from tally.entry import USAGE
from tally.interface import ROOT

LONG = 30  # seconds for which nobody should have to wait


@dataclasses.dataclass
class Fake:
    name: str
    run: object
    slots: int = 1
    waits: bool = False
    fills: bool = False


def fails():
    yield "does it", True, ""
    yield "says so", False, "\0 <&> \x1b[1m \ud800"


def meets(folder, count):
    """A test that ends when `count` of its kind are running."""
    def run():
        pathlib.Path(folder, str(os.getpid())).touch()
        yield "meets the others", wait_until(lambda: len(os.listdir(folder)) == count), ""
    return run


def pauses():
    time.sleep(0.3)
    yield "pauses", True, ""


def dies():
    os._exit(3)
    yield "never", True, ""


def outcomes(tests, jobs):
    times = schedule.Times(pathlib.Path(os.devnull))
    return list(schedule.run_all(tests, jobs, times, lambda test: None))


def runs_in_parallel():
    with tempfile.TemporaryDirectory() as folder:
        done = outcomes([Fake(f"p/{i}", meets(folder, 4)) for i in range(4)], 4)
    yield "4 tests at the same time", [outcome.passed for outcome in done] == 4 * [1], f"{done}"
    begin = time.monotonic()
    done = outcomes([Fake(f"p/{i}", pauses, slots=8) for i in range(3)], 8)
    yield "a test that takes all slots runs alone", time.monotonic() - begin >= 3 * 0.3, f"{time.monotonic() - begin}"
    yield "a test that asks for more slots than there are runs", outcomes([Fake("p/0", pauses, 99)], 2)[0].passed == 1, ""
    with tempfile.TemporaryDirectory() as folder:
        done = outcomes([Fake(f"p/{i}", meets(folder, 3), waits=i == 0) for i in range(3)], 2)
    yield "a test that only waits runs beside the others", [outcome.passed for outcome in done] == 3 * [1], f"{done}"
    begin = time.monotonic()
    done = outcomes([Fake(f"p/{i}", pauses, waits=i == 0) for i in range(3)], 1)
    yield "but not if one is to run at a time", time.monotonic() - begin >= 3 * 0.3, f"{time.monotonic() - begin}"
    died = outcomes([Fake("p/dies", dies), Fake("p/pauses", pauses)], 2)
    yield "a test whose process dies has failed, the others continue", \
        sorted(len(outcome.failures) for outcome in died) == [0, 1], f"{died}"


def tells_nice(folder):
    """A test that reports its priority, when two of its kind, or of meets(), are running."""
    def run():
        pathlib.Path(folder, str(os.getpid())).touch()
        yield f"{os.nice(0)}", wait_until(lambda: len(os.listdir(folder)) == 2), ""
    return run


def nices(tests):
    """(whether all passed, the priorities of those that fill)"""
    done = outcomes(tests, 2)
    return all(outcome.passed for outcome in done), [int(outcome.results[0][0]) for outcome in done if outcome.test.fills]


def fills_in():
    """A test that only computes runs beside one that takes all slots, at a lower priority; when all others have begun,
    it gets their slots."""
    ours = os.nice(0)
    with tempfile.TemporaryDirectory() as folder:
        found = nices([Fake("p/all", meets(folder, 2), slots=9), Fake("p/fills", tells_nice(folder), fills=True),
                       Fake("p/last", pauses)])
    yield "beside one that takes all slots", found == (True, [min(19, ours + parallel.NICE)]), f"{found}"
    with tempfile.TemporaryDirectory() as folder:
        found = nices([Fake(f"p/{i}", tells_nice(folder), fills=True) for i in range(2)])
    yield "two run in the slots of others", found == (True, 2 * [ours]), f"{found}"
    begin = time.monotonic()
    outcomes([Fake(f"p/{i}", pauses, fills=i == 0) for i in range(3)], 1)
    yield "but not if one is to run at a time", time.monotonic() - begin >= 3 * 0.3, f"{time.monotonic() - begin}"


def leaves_file_open():
    LEFT.append(os.dup(0))


def replaces_file():
    pipe = os.pipe()
    os.dup2(pipe[0], 0)
    for each in pipe:
        os.close(each)


def leaves_child():
    LEFT.append(subprocess.Popen(["sleep", str(LONG)]))


def leaves_thread():
    threading.Thread(target=time.sleep, args=(LONG,), daemon=True).start()


LEFT = []
CHANGES = {
    "a folder": lambda: os.chdir("/"), "a variable": lambda: os.environ.update(LEFT="1"), "a file": leaves_file_open,
    "a file in the place of another": replaces_file,
    "a handler": lambda: signal.signal(signal.SIGUSR1, signal.SIG_IGN), "a thread": leaves_thread, "a process": leaves_child,
}


def process_is_reused():
    """A process runs several tests in turn, unless one of them has changed its state."""
    def reports_pid():
        yield f"{os.getpid()}", True, ""

    def changes(change):
        def run():
            change()
            yield from reports_pid()
        return run

    def processes_of(first):
        done = outcomes([Fake(f"p/{i}", run) for i, run in enumerate([first, reports_pid, reports_pid])], 1)
        return [outcome.results[0][0] for outcome in done]
    yield "three tests run in one process", len({*processes_of(reports_pid)}) == 1, ""
    for what, change in CHANGES.items():
        found = processes_of(changes(change))
        yield f"a test that leaves {what} has a process to itself", found[0] != found[1] == found[2], f"{found}"
    found = [outcome.passed for outcome in outcomes([Fake("p/dies", dies), Fake("p/0", reports_pid), Fake("p/1", reports_pid)], 1)]
    yield "a test whose process died has no other process", found == [0, 1, 1], f"{found}"


def scripts_run_in_one_process():
    """Scripts called by tests in one process behave as from a shell; after one that takes too long others still run."""
    for words in (["--smp", "9"], ["--list"], ["--smp", "9"]):
        here, there = forked.run("run", words), processes.run([str(ROOT / "scripts/run"), *words], cwd=ROOT)
        results = [(done.returncode, done.stdout, done.stderr) for done in (here, there)]
        yield f"run {' '.join(words)}", results[0] == results[1] and any(results[0]), f"{results}"
    first, late = forked.runner.process.pid, None
    try:
        forked.run("run", ["--list"], timeout=0)
    except subprocess.TimeoutExpired as error:
        late = error
    yield "a call that takes too long is reported", late, ""
    yield "and later calls have another process", forked.run("run", ["--smp", "9"]).returncode == USAGE and \
        forked.runner.process.pid != first, f"{first}"


class Signalled(Exception):
    pass


def raise_signalled(*_):
    raise Signalled


def signal_other_thread():
    """Sends a signal to a thread other than the main one, which is waiting by then."""
    def send():
        time.sleep(0.3)
        signal.pthread_kill(threading.get_ident(), signal.SIGCONT)
    threading.Thread(target=send, daemon=True).start()


def naps():
    time.sleep(LONG)


def boots():
    options = machine.Options(kernel=True, timeout=LONG)
    machine.boot(options, ["ends", "never"], programs_image.folder_of(ROOT / PROGRAMS, IMAGES), len, len)


def ends_waits():
    """Whichever thread receives a signal, it ends a wait of the main thread."""
    for what, wait in (("for an event", lambda: waiting.Event().wait(LONG)),
                       ("for jobs", lambda: list(parallel.run_all([parallel.Job(naps)], 1))),
                       ("for a machine", boots)):
        begin = time.monotonic()
        with terminal.handled({signal.SIGCONT: raise_signalled}), contextlib.suppress(Signalled):
            signal_other_thread()
            wait()
        yield f"a wait {what} ends", time.monotonic() - begin < LONG / 2, f"after {time.monotonic() - begin} s"
    event = waiting.Event()
    threading.Thread(target=event.set, daemon=True).start()
    yield "an event that happens is not missed", event.wait(LONG), ""
    yield "an event that does not happen is not waited for longer", not waiting.Event().wait(0.01), ""
    yield "its time may be endless", event.wait(math.inf), ""


def replaces_files():
    """A file is replaced as a whole, a link stays a link, and other kinds of files are written to."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        output.replace_file(folder / "file", b"old")
        (folder / "link").symlink_to("file")
        with open(folder / "file", "rb") as before:
            output.replace_file(folder / "link", b"new")
            yield "a reader of the old file still reads that", before.read() == b"old", ""
        yield "the new file is there", (folder / "file").read_bytes() == b"new" and (folder / "link").is_symlink(), ""
        with contextlib.suppress(OSError):
            output.replace_file("/dev/full", b"new")
        yield "a device stays one", not pathlib.Path("/dev/full").is_file(), ""
        (folder / "folder").mkdir()
        with contextlib.suppress(OSError):
            output.replace_file(folder / "folder", b"new")
        yield "nothing else is left", sorted(os.listdir(folder)) == ["file", "folder", "link"], f"{os.listdir(folder)}"


def writes_junit():
    done = outcomes([Fake("group/<fails> & more", fails), Fake("group/pauses", pauses)], 1)
    root = xml.fromstring(junit.document(done))
    cases = {case.get("name"): case for case in root.iter("testcase")}
    yield "counts", (root[0].get("tests"), root[0].get("failures")) == ("2", "1"), xml.tostring(root)
    failure = cases["<fails> & more"].find("failure")
    yield "has the failure", failure.get("message") == "says so", xml.tostring(root)
    yield "its details, with escapes for what XML cannot contain", failure.text == "\\x00 <&> \\x1b[1m \\xd800", failure.text
    yield "group and time", cases["pauses"].get("classname") == "group" and float(cases["pauses"].get("time")) >= 0.3, ""
    with tempfile.TemporaryDirectory() as scratch:
        file = pathlib.Path(scratch) / "results.xml"
        ran = processes.run([str(ROOT / "scripts/test"), "--build-dir", str(build.base), "--junit", str(file), "check/layers"])
        yield "scripts/test writes it", xml.parse(file).getroot()[0].get("tests") == "1", ran.stdout + ran.stderr
        yield "the last line is the sum", ran.stdout.splitlines()[-1] == "1 passed, 0 failed", ran.stdout


def pages_name_tests():
    """Each `group/name` in docs/attacks.md is a test, or one followed by options."""
    from harness import tests  # imported here, as its list contains these tests
    names = [test.name for test in tests.all_tests()]
    groups = "|".join(sorted({name.partition("/")[0] for name in names} - {"check"}))
    named = re.findall(rf"`((?:{groups})/[^`]+)`", (ROOT / "docs/attacks.md").read_text(encoding="utf-8"))
    missing = [name for name in named if not any(name == each or each.startswith(f"{name} --") for each in names)]
    yield "all of them exist", named and not missing, f"{missing}"
    yield "so do the tests that only wait", tests.WAIT <= {*names}, f"{tests.WAIT - {*names}}"


NINJA = "rule r\n command = true\nbuild a.o: r a.c\nbuild of_a: r a.o\nbuild linked: r b.o\nbuild other: r c.o\n"


def unbuilt_programs():
    """After a failed build, outdated outputs are not run."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for name, text in {"build.ninja": NINJA, "build.log": "FAILED: a.o \ncc\nFAILED: linked \nld\n", "a.o": "", "of_a": "",
                           "linked": "", "other": ""}.items():
            (folder / name).write_text(text)
        build.remove_unbuilt(folder)
        left = {name for name in ("of_a", "linked", "other") if (folder / name).exists()}
    yield "only outputs that do not depend on it are left", left == {"other"}, f"{left}"


def counts_as_built():
    """Scripts started by tests do not check what scripts/test has built, but check everything else."""
    looked = []
    with tempfile.TemporaryDirectory() as scratch, replaced(build, "bring_up_to_date", lambda *how: looked.append(how)):
        folder, other = pathlib.Path(scratch) / "one", pathlib.Path(scratch) / "other"
        build.build("i386", folder)
        yield "a folder is brought up to date", len(looked) == 1, f"{looked}"
        build.count_as_built(folder)
        (folder / "there").touch()
        build.build("i386", folder, ["there"])
        yield "but not one that is up to date already", len(looked) == 1, f"{looked}"
        build.build("i386", folder, ["missing"])
        build.build("i386", other)
        yield "missing outputs are built, and so is another folder", len(looked) == 3, f"{looked}"


def suite_tests():
    """(name, function, the build it needs) of each test."""
    yield "script/tests at the same time", runs_in_parallel, None
    yield "script/tests in free slots", fills_in, None
    yield "script/tests in one process", process_is_reused, None
    yield "script/scripts in one process", scripts_run_in_one_process, None
    yield "script/signals while it waits", ends_waits, "programs"
    yield "script/files are replaced", replaces_files, None
    yield "script/results for other systems", writes_junit, None
    yield "script/tests that pages name", pages_name_tests, None
    yield "script/a program that cannot be built any more", unbuilt_programs, None
    yield "script/what the tests have built", counts_as_built, None

"""Tests that a script leaves nothing behind, whether it is ended by a signal, by control-C, or by closing its
terminal."""
import contextlib
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time

from tally import build, configured, processes, run_options, terminal
from tally.interface import ROOT

IMAGES = build.default_folder("i386")
PATIENCE = 200  # seconds for a script that may build


def wait_until(condition, seconds=60):
    """The result of `condition`, once it is true or the time is over."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.01)
    return found


def status_field(pid, at, file="stat"):
    """A field of a process's status line, counted from the state on; "" if the process is gone."""
    with contextlib.suppress(OSError, IndexError):
        return pathlib.Path(f"/proc/{pid}/{file}").read_bytes().rpartition(b")")[2].split()[at].decode()
    return ""


def is_alive(pid):
    return status_field(pid, 0) not in ("", "Z")


def machines(process):
    """The emulators that a process has started, without their starters and without those that only print a version."""
    def is_machine(pid):
        with contextlib.suppress(OSError):
            name, *arguments = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            return b"qemu-system" in name and b"-serial" in arguments
        return False
    return list(filter(is_machine, processes.descendants(process)))


class Job:
    """A command as started by a shell: in the foreground of a terminal, in a process group of its own."""

    def __init__(self, command, folder):
        self.folder = folder  # for temporary files
        self.shell, self.terminal = pty.fork()
        if self.shell == 0:
            try:
                self.be_shell(command)
            finally:  # the child must never run the tests
                os._exit(127)
        self.pid = wait_until(lambda: processes.children().get(self.shell, [0])[0])
        if not self.pid:
            raise RuntimeError(f"{command[0]} has ended before it was seen")

    def be_shell(self, command):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpgrp())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            os.chdir(ROOT)
            os.execve(command[0], command, {**os.environ, "TMPDIR": str(self.folder)})
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)

    def read(self, mark=None):
        """Whether `mark` arrives; without one, reads to the end. Says what arrived."""
        output = b""
        with contextlib.suppress(OSError):
            while mark is None or mark not in output:
                if not select.select([self.terminal], [], [], PATIENCE)[0]:
                    break
                output += os.read(self.terminal, 4096)
        return output

    def is_raw(self):
        return not termios.tcgetattr(self.terminal)[terminal.LOCAL_MODES] & termios.ECHO

    def type(self, keys):
        os.write(self.terminal, keys)

    def end(self):
        """Returns (status, the terminal's output) of a command that ends."""
        output = self.read()
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.shell, 0)[1]), output.decode(errors="replace")

    def kill(self):
        """Ends it if it still runs. Its id may belong to another process by now; ours are in the shell's session."""
        with contextlib.suppress(OSError):
            if self.pid and os.getsid(self.pid) == self.shell:
                processes.end_tree(self.pid)

    def hang_up(self):
        os.close(self.terminal)
        os.waitpid(self.shell, 0)
        return wait_until(lambda: not is_alive(self.pid))


INTERACTIVE = ["scripts/run", "--build-dir", str(IMAGES), "--kernel", "--programs", "tests/boot", "ends", "never"]
JOBS = {
    "run": [word for word in INTERACTIVE if word != "--kernel"],  # it also has an ISO of its own to leave behind
    "test": ["scripts/test", "--build-dir", str(build.base), "system/t_random"],
    "bench": ["scripts/bench", "--build-dir", str(IMAGES)],
}
IN_A_TERMINAL = "script/run has no limit on a terminal"  # a test whose machine runs for a while, and then ends
STOPPED = {**JOBS, "a test in a terminal": ["scripts/test", "--build-dir", str(build.base), IN_A_TERMINAL]}
BUILT = {"test": "i386", "bench": "i386"}  # the build that a job needs, if not "programs"
ROUNDS = 50


@contextlib.contextmanager
def started(command):
    with tempfile.TemporaryDirectory() as folder:
        job = Job([str(ROOT / command[0]), *command[1:]], folder)
        try:
            yield job
        finally:
            job.kill()


@contextlib.contextmanager
def running(command):
    """(Job, its machines), with the machines running."""
    with started(command) as job:
        emulators = wait_until(lambda: machines(job.pid), PATIENCE)
        if not emulators:
            raise RuntimeError(f"{' '.join(command)} has started no machine")
        yield job, emulators


def nothing_left(job, found):
    """Whether none of the processes `found` runs any more."""
    ended = wait_until(lambda: not any(map(is_alive, found)))
    yield "everything that it started has ended", ended, f"there were {found}"
    yield "no temporary file is left", not os.listdir(job.folder), f"{os.listdir(job.folder)}"


def interrupted(name):
    def run():
        with running(JOBS[name]) as (job, emulators):
            job.type(b"\x03")
            status, output = job.end()
            yield "control-C: its status", status == 128 + signal.SIGINT, f"status {status}\n{output}"
            yield "control-C: there is no error message", "Traceback" not in output and "rror" not in output, output
            yield from nothing_left(job, emulators)
    return run


def hung_up(name):
    def run():
        with running(JOBS[name]) as (job, emulators):
            yield "a closed terminal ends it", job.hang_up(), f"{name} is alive"
            yield from nothing_left(job, emulators)
    return run


def states(job):
    """{process: its state} of all of a job's processes that have not ended."""
    found = {pid: status_field(pid, 0) for pid in [job.pid, *processes.descendants(job.pid)]}
    return {pid: state for pid, state in found.items() if state not in ("", "Z")}


def is_stopped(job):
    """A process that waits in vfork() for a stopped child, which has not begun its program, is in state D."""
    found, tree = states(job), processes.children()
    waiting = {pid for pid, state in found.items() if state == "D" and "T" in map(found.get, tree.get(pid, []))}
    return bool(found) and {found[pid] for pid in found if pid not in waiting} == {"T"}


def continues(job):
    os.killpg(job.pid, signal.SIGCONT)
    return wait_until(lambda: status_field(job.pid, 0) != "T")


def ended_after_all(job, found):
    job.type(b"\x03")
    status, output = job.end()
    yield "it can be ended afterwards", status == 128 + signal.SIGINT, f"status {status}\n{output}"
    yield from nothing_left(job, found)


def stopped(name):
    """When a test is stopped, everything that it has started stops, even in a terminal of its own."""
    def run():
        with running(STOPPED[name]) as (job, emulators):
            job.type(b"\x1a")
            yield "control-Z stops it and everything that it started", wait_until(lambda: is_stopped(job)), f"{states(job)}"
            found = states(job)
            yield "its machine is still there", set(emulators) <= set(found), f"{emulators} {found}"
            yield "it continues", continues(job), f"{states(job)}"
            yield from ended_after_all(job, found)
    return run


def stopped_often():
    """Whenever a signal comes, the terminal's mode is right."""
    with running(INTERACTIVE) as (job, emulators):
        came = job.read(b"ends: never")
        yield "keys come at once, unechoed", wait_until(job.is_raw), came
        for number in range(ROUNDS):
            job.type(b"\x1a")
            yield f"{number}: control-Z stops it, and its machine", wait_until(lambda: is_stopped(job)), f"{states(job)}"
            yield f"{number}: the terminal's mode is the shell's while it is stopped", not job.is_raw(), ""
            os.killpg(job.pid, signal.SIGCONT)
            yield f"{number}: it continues, and has its mode again", wait_until(job.is_raw), f"{states(job)}"
        yield from ended_after_all(job, emulators)


NINJA = "rule r\n command = $what\nbuild a: r\n what = true\nbuild b: r a\n what = sleep 1000\n"


def ended_while_building():
    """The build ends, too: Ninja, and what it has started. In a configured folder there is no CMake."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(ROOT / "scripts/run"), "--build-dir", folder]
        (pathlib.Path(folder) / "build.ninja").write_text(NINJA)
        configured.note(pathlib.Path(folder))
        with processes.started(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            process.stderr.readline()  # waits for the first step
            tools = wait_until(lambda: len(processes.descendants(process.pid)) > 1) and processes.descendants(process.pid)
            process.send_signal(signal.SIGTERM)
            status = process.wait(PATIENCE)
        yield "status", status == 128 + signal.SIGTERM, f"status {status}"
        yield "the tools have ended", tools and wait_until(lambda: not any(map(is_alive, tools))), f"{tools}"


def mode_after_end():
    with started([*INTERACTIVE[:-1], "3"]) as job:
        yield "keys come at once, unechoed", wait_until(job.is_raw, PATIENCE), ""
        came = job.read(b"exited with status 3")
        yield "the terminal's mode is as it was", wait_until(lambda: not job.is_raw()), came
        status, output = job.end()
        yield "status is 3", status == 3, output


def ended_by_signal():
    """The machine ends with scripts/run, whichever signal ends that; only SIGKILL leaves files. The tests themselves
    may ignore a signal, under nohup."""
    for number, wanted in ((signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGHUP, 128 + signal.SIGHUP),
                           (signal.SIGKILL, -signal.SIGKILL)):
        with tempfile.TemporaryDirectory() as folder:
            with processes.started(INTERACTIVE, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": folder},
                                   preexec_fn=processes.reset_signals) as process:
                process.stdout.readline()
                emulators = machines(process.pid)
                process.send_signal(number)
                status = process.wait(PATIENCE)
            yield f"{number.name}: status is {wanted}", status == wanted, f"status {status}"
            left = wait_until(lambda: not any(map(is_alive, emulators)))
            yield f"{number.name}: the machine ends, too", emulators and left, f"{emulators} were"
            if number != signal.SIGKILL:
                yield f"{number.name}: no temporary file is left", not os.listdir(folder), f"{os.listdir(folder)}"


SIGNAL_WHEN_MADE = """
import os, signal, tempfile
from tally import entry, temporary
make = tempfile.mkdtemp
def make_and_signal(*arguments, **options):
    name = make(*arguments, **options)
    os.kill(os.getpid(), signal.SIGTERM)
    return name
def main():
    with temporary.temporary_folder():
        return 0
tempfile.mkdtemp = make_and_signal
entry.run("made", main)
"""


def folder_under_a_signal():
    """A signal when a temporary folder has just been made, but not yet been noted, leaves no folder."""
    with tempfile.TemporaryDirectory() as folder:
        done = processes.run([sys.executable, "-c", SIGNAL_WHEN_MADE], cwd=ROOT / "scripts", env={**os.environ, "TMPDIR": folder})
        left = os.listdir(folder)
    yield "it ends the script", done.returncode == 128 + signal.SIGTERM and not done.stderr, f"status {done.returncode}\n{done.stderr}"
    yield "no folder is left", not left, f"{left}"


def no_limit():
    """On a terminal a run has no time limit by default; a given limit holds there, too."""
    with started([*INTERACTIVE[:1], "--timeout", "2", *INTERACTIVE[1:]]) as job:
        status, output = job.end()
        yield "--timeout is obeyed on a terminal", status == 124 and "timed out after 2 seconds" in output, output
    limits = {}
    for name, number in (("a terminal", pty.openpty()[1]), ("a device", os.open(os.devnull, os.O_RDONLY)), ("a pipe", os.pipe()[0])):
        os.dup2(number, 0)
        limits[name] = run_options.parse([]).timeout
    yield "without --timeout only a terminal has no limit", \
        limits == {"a terminal": None, "a device": run_options.TIMEOUT, "a pipe": run_options.TIMEOUT}, f"{limits}"


def terminal_tests():
    """(name, function, the build it needs) of each test."""
    for name in STOPPED:
        yield f"script/{name} is stopped by control-Z", stopped(name), BUILT.get(name, "programs")
    for name in JOBS:
        yield f"script/{name} ends by control-C", interrupted(name), BUILT.get(name, "programs")
        yield f"script/{name} ends with its terminal", hung_up(name), BUILT.get(name, "programs")
    yield "script/run is stopped by control-Z, often", stopped_often, "programs"
    yield "script/run ends while it builds", ended_while_building, None
    yield "script/run leaves the terminal as it was", mode_after_end, "programs"
    yield "script/run ends by a signal", ended_by_signal, "programs"
    yield "script/a signal when a folder is made", folder_under_a_signal, None
    yield "script/run has no limit on a terminal", no_limit, "programs"

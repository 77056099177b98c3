"""Processes that end when we do, however we end, with all that they have started."""
import contextlib
import os
import pathlib
import resource
import signal
import subprocess

from tally import handlers

STDOUT = subprocess.STDOUT
PATIENCE = 5  # seconds that a process gets to end when it is asked to
staying = {}  # {process: our files that lead to it} of those that we have started for whatever comes


def children():
    """{process: the processes that it started and that still are}"""
    found = {}
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(status.read_bytes().rpartition(b")")[2].split()[1])
            found.setdefault(parent, []).append(int(status.parent.name))
    return found


def descendants(process):
    """Nearest first."""
    found, tree = [process], children()
    for each in found:
        found += tree.get(each, [])
    return found[1:]


def in_other_groups():
    """What we have started that control-Z does not stop with us."""
    found = set()
    for each in descendants(os.getpid()):
        with contextlib.suppress(OSError):
            if os.getpgid(each) != os.getpgrp():
                found.add(each)
    return found


def stop_other_groups():
    """While they are stopped one by one they may start others."""
    stopped = set()
    while fresh := in_other_groups() - stopped:
        send(fresh, signal.SIGSTOP)
        stopped |= fresh


def continue_other_groups():
    send(in_other_groups(), signal.SIGCONT)


def send(each_of, number):
    for each in each_of:
        with contextlib.suppress(OSError):
            os.kill(each, number)


def end_tree(process):
    """Asks it, and all that it has started, to end. The caller has made sure that it still is the process meant."""
    if process <= 1:
        raise ValueError(f"process {process} has started all others")
    send([process, *descendants(process)], signal.SIGTERM)


def end(process):
    """Ends a Popen and what it has started. It may be waited for meanwhile: its number is then another's, perhaps."""
    below = descendants(process.pid)
    process.terminate()
    send(below, signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(PermissionError):  # what sudo has started ends when it will
            process.kill()
        process.wait()


def hear_signals():
    """In a process that is about to run something else: it ends by what a shell's background and nohup ignore."""
    handlers.set_all((signal.SIGINT, signal.SIGHUP), signal.SIG_DFL)


@contextlib.contextmanager
def started(command, **options):
    """A Popen; it ends with the block."""
    process = subprocess.Popen(command, **options)
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                end(process)


def run(command, timeout=None, given=None, **options):
    """As subprocess.run() with its output captured, as text of any bytes, CRs as they are; errors of the command are
    the caller's. It reads the bytes `given`, or nothing."""
    stdin = subprocess.DEVNULL if given is None else subprocess.PIPE
    options = {"stdin": stdin, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    with started(command, **options) as process:
        texts = [data and data.decode("utf-8", "surrogateescape") for data in process.communicate(given, timeout)]
    return subprocess.CompletedProcess(command, process.returncode, *(text if text else "" for text in texts))


def output(command, **options):
    """Runs a command that must succeed, and returns its output."""
    done = run(command, **options)
    done.check_returncode()
    return done.stdout


def processor_time():
    """Seconds that this process has used, and those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)

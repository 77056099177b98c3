"""Runs processes that end when this one ends, however it ends, together with all processes that they have started."""
import contextlib
import os
import pathlib
import resource
import signal
import subprocess

from tally import handlers

STDOUT = subprocess.STDOUT
PATIENCE = 5  # seconds for a process to end after it was asked to
staying = {}  # {process: our files that lead to it}, for processes that keep running for later use


def children():
    """{process: its living children}"""
    found = {}
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(status.read_bytes().rpartition(b")")[2].split()[1])
            found.setdefault(parent, []).append(int(status.parent.name))
    return found


def descendants(process):
    """All descendants, nearest first."""
    found, tree = [process], children()
    for each in found:
        found += tree.get(each, [])
    return found[1:]


def in_other_groups():
    """Our descendants that control-Z does not stop with us."""
    found = set()
    for each in descendants(os.getpid()):
        with contextlib.suppress(OSError):
            if os.getpgid(each) != os.getpgrp():
                found.add(each)
    return found


def stop_other_groups():
    """Repeats until nothing is new, as processes may start others before they are stopped."""
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
    """Asks a process and its descendants to end. The caller has made sure that the process id is still valid."""
    if process <= 1:
        raise ValueError(f"process {process} has started all others")
    send([process, *descendants(process)], signal.SIGTERM)


def end(process):
    """Ends a Popen and its descendants. Another thread may be waiting for it, after which its id may be another
    process's."""
    below = descendants(process.pid)
    process.terminate()
    send(below, signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(PermissionError):  # processes started by sudo end on their own
            process.kill()
        process.wait()


def reset_signals():
    """In a child before exec: gives the signals that nohup or a shell's background ignores their default action, so that
    they can end it."""
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
    """Like subprocess.run() with captured output, as text of any bytes, with CRs unchanged; the caller handles the
    command's errors. Standard input is the bytes `given`, or empty."""
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
    """Seconds of processor time of this process and of its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)

"""Calls of our scripts by tests that make many: they go on in a copy of the test's process, which has all modules already, and
knows where the tools are. A new Python takes a tenth of a second for that, which was half of such a call. Where nothing is said
of what the script is to find it is the same copy for all of them: a copy, too, takes a tenth of a second, as what it touches is
copied page by page. That scripts begin well from a shell is for other tests: those of script/, input/terminals."""
import contextlib
import functools
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from tally import build, handlers, packages, processes, symbols, waiting, workers
from tally.entry import ENDING, UNABLE
from tally.interface import ROOT

FIRST, LAST = 3, 4096  # descriptors beyond the standard ones, none of which a new process would have


def default_signals():
    handlers.set_all([each for each in signal.valid_signals() if callable(signal.getsignal(each))], signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as Python begins


def forget_process(connection=FIRST - 1):
    """What a new process would not have: open files, but for the connection, and handlers of signals."""
    symbols.symbolizer.cache_clear()
    os.closerange(FIRST, connection)
    os.closerange(connection + 1, LAST)
    signal.set_wakeup_fd(-1)
    default_signals()


@functools.cache
def code_of(path):
    packages.missing(packages.BUILD + packages.RUN)
    return compile(path.read_bytes(), path, "exec")


def status_of(path, words):
    """Of the script, which entry.run() ends."""
    try:
        sys.argv = [str(path), *words]
        exec(code_of(path), {"__name__": "__main__"})
    except SystemExit as end:
        return end.code
    return UNABLE


# ------------------------------------------------------------------------------ a copy for each script

def go_on_as(path, words):
    """This process is that script from here on."""
    status = UNABLE
    try:
        forget_process()
        status = status_of(path, words)
    finally:
        os._exit(status)


# ---------------------------------------------------------------------------- a copy for all of them

runner = None  # the Worker of scripts
seconds = 0.0  # of processor time that it has used for us, until it ends, when the system counts them as ours


def set_files(*names):
    """The standard files of this process."""
    for number, name in enumerate(names):
        file = os.open(name, os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY)
        os.dup2(file, number)
        os.close(file)


@contextlib.contextmanager
def without_standard_files(connection):
    forget_process(connection.fileno())
    os.chdir(ROOT)
    set_files(*3 * [os.devnull])
    yield


def run_here(path, words, *files):
    """In the runner: the script's status, and seconds of processor time."""
    before, base = processes.processor_time(), build.base
    set_files(os.devnull, *files)
    try:
        status = status_of(path, words)
    finally:
        build.base = base
        set_files(*3 * [os.devnull])
        handlers.set_all(ENDING, signal.SIG_DFL)
        default_signals()
    return status, processes.processor_time() - before


def start():
    global runner
    runner = workers.Worker([run_here], around=without_standard_files)
    processes.staying[runner.process.pid] = [runner.fileno()]


@contextlib.contextmanager
def scripts_in_turn(_):
    """For the tests that run in this process, until its end."""
    start()
    try:
        yield
        runner.leave()
    finally:
        workers.end_all([runner])


def result_in_time(words, timeout):
    """What run_here() has returned."""
    if not waiting.readable([runner], timeout):
        workers.end_all([runner])
        runner.goes_on = False
        raise subprocess.TimeoutExpired(words, timeout)
    found = runner.result()
    if not isinstance(found, tuple):
        raise found or RuntimeError("the process of scripts has ended")
    return found


def run_in_turn(path, words, timeout):
    global seconds
    with tempfile.TemporaryDirectory() as scratch:
        files = [pathlib.Path(scratch) / name for name in ("output", "messages")]
        if not runner.goes_on:
            start()
        runner.begin(0, path, words, *files)
        status, used = result_in_time(words, timeout)
        texts = [file.read_bytes().decode("utf-8", "surrogateescape") for file in files]
    seconds = seconds + used if runner.goes_on else 0.0
    return subprocess.CompletedProcess(words, status, *texts)


def run(name, words, timeout=None, given=None, apart=False, **options):
    """As processes.run() with scripts/NAME and its words, at the tree's root; apart, if its process is not to be another's."""
    before, path = options.pop("preexec_fn", None), ROOT / "scripts" / f"{name}.py"
    code_of(path)  # for the copies that follow, too
    if runner and runner.is_ours() and not (apart or before or options or given is not None):
        return run_in_turn(path, words, timeout)
    return processes.run([name, *words], timeout, given, **{"cwd": ROOT, **options},
                         preexec_fn=lambda: (before and before(), go_on_as(path, words)))

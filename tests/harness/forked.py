"""Calls scripts from tests that make many calls. A script runs in a forked copy of the test's process, which has loaded
all modules and knows the tools: a new Python takes a tenth of a second for that, half of such a call. Copying takes as
long, too, as touched memory is copied page by page; so calls without special conditions share one copy. Other tests,
those of script/ and input/terminals, start scripts from a shell."""
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

FIRST, LAST = 3, 4096  # descriptors beyond the standard ones, which a new process would not have


def default_signals():
    handlers.set_all([each for each in signal.valid_signals() if callable(signal.getsignal(each))], signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as in a new Python


def forget_process(connection=FIRST - 1):
    """Removes what a new process would not have: open files, except the connection, and signal handlers."""
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
    """The status of the script, which ends by entry.run()."""
    try:
        sys.argv = [str(path), *words]
        exec(code_of(path), {"__name__": "__main__"})
    except SystemExit as end:
        return end.code
    return UNABLE


# ------------------------------------------------------------------------------ a copy for each script

def go_on_as(path, words):
    """Runs the script in this process, which ends with it."""
    status = UNABLE
    try:
        forget_process()
        status = status_of(path, words)
    finally:
        os._exit(status)


# ---------------------------------------------------------------------------- a copy for all of them

runner = None  # the Worker for scripts
seconds = 0.0  # processor time that it has used for us; after its end the system counts that as ours


def set_files(*names):
    """Sets the standard files of this process."""
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
    """Runs in the runner: the script's status, and its seconds of processor time."""
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
    """Provides a runner for the tests in this process, until its end."""
    start()
    try:
        yield
        runner.leave()
    finally:
        workers.end_all([runner])


def result_in_time(words, timeout):
    """The result of run_here()."""
    if not waiting.readable([runner], timeout):
        workers.end_all([runner])
        runner.continues = False
        raise subprocess.TimeoutExpired(words, timeout)
    found = runner.result()
    if not isinstance(found, tuple):
        raise found or RuntimeError("the process of scripts has ended")
    return found


def run_in_turn(path, words, timeout):
    global seconds
    with tempfile.TemporaryDirectory() as scratch:
        files = [pathlib.Path(scratch) / name for name in ("output", "messages")]
        if not runner.continues:
            start()
        runner.begin(0, path, words, *files)
        status, used = result_in_time(words, timeout)
        texts = [file.read_bytes().decode("utf-8", "surrogateescape") for file in files]
    seconds = seconds + used if runner.continues else 0.0
    return subprocess.CompletedProcess(words, status, *texts)


def run(name, words, timeout=None, given=None, apart=False, **options):
    """Like processes.run() with scripts/NAME and its words, at the tree's root. With `apart` its process is not
    shared."""
    before, path = options.pop("preexec_fn", None), ROOT / "scripts" / f"{name}.py"
    code_of(path)  # loaded here for all later copies
    if runner and runner.is_ours() and not (apart or before or options or given is not None):
        return run_in_turn(path, words, timeout)
    return processes.run([name, *words], timeout, given, **{"cwd": ROOT, **options},
                         preexec_fn=lambda: (before and before(), go_on_as(path, words)))

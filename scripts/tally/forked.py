"""Calls of our scripts by tests that make many: each goes on in a copy of the test's process, which has all modules already.
A new Python takes a tenth of a second to have them, which was half of such a call. That scripts begin well from a shell is
for other tests: those of script/, input/terminals."""
import os
import signal
import sys

from tally import processes, symbols
from tally.entry import UNABLE
from tally.interface import ROOT

FIRST, LAST = 3, 4096  # descriptors beyond the standard ones, none of which a new process would have


def forget_process():
    """What a new process would not have: our open files, handlers of signals."""
    symbols.symbolizer.cache_clear()
    os.closerange(FIRST, LAST)
    signal.set_wakeup_fd(-1)
    processes.default_signals([each for each in signal.valid_signals() if callable(signal.getsignal(each))])
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as Python begins


def go_on_as(name, words):
    """This process is scripts/NAME from here on."""
    path, status = ROOT / "scripts" / f"{name}.py", UNABLE
    try:
        forget_process()
        sys.argv = [str(path), *words]
        exec(compile(path.read_bytes(), path, "exec"), {"__name__": "__main__"})
    except SystemExit as end:  # with which entry.run() ends
        status = end.code
    finally:
        os._exit(status)


def run(name, words, timeout=None, given=None, **options):
    """As processes.run() with scripts/NAME and its words, at the tree's root."""
    before = options.pop("preexec_fn", lambda: None)
    return processes.run([name, *words], timeout, given, **{"cwd": ROOT, **options}, preexec_fn=lambda: (before(), go_on_as(name, words)))

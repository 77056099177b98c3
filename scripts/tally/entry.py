"""How every script begins and ends. Whatever goes wrong becomes one line on stderr and a status, never a
traceback; and a signal ends a script as an exception does, so that nothing is left behind.

Scripts import this module first: until run() is called, control-C ends them at once. with-python has it ignored while
Python begins; here that ends, before the slower imports.
"""
import _signal
import os

if os.environ.pop("TALLY_INTERRUPTS", None) or _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

import contextlib
import io
import pathlib
import signal
import subprocess
import sys
import threading

from tally import handlers

USAGE = 2
UNABLE = 126  # a tool, the build, or a place to write to is missing
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ending = False  # a signal has come that ends us


class Told(Exception):
    """Its text is all that there is to say, and names who says it."""
    status = None  # that the script ends with, if it is not the script's own


class Usage(Told):
    """Of a script that the build calls: how it is to be called, the first line of its documentation."""
    status = USAGE

    def __init__(self, documentation):
        super().__init__(documentation.partition("\n")[0])


class Output(io.FileIO):
    """Standard output: the first error is raised, and kept; what comes afterwards is dropped."""
    error = None

    def write(self, data):
        if self.error:
            return len(data)
        try:
            return super().write(data)
        except OSError as error:
            self.error = OSError(error.errno, error.strerror, "standard output")
            raise self.error from None


class Messages(io.FileIO):
    """Standard error: if it cannot be written, there is nobody to tell."""

    def write(self, data):
        with contextlib.suppress(OSError):
            return super().write(data)
        return len(data)


def open_closed():
    """No file that we open may become one of the standard three; in place of a closed one is one that cannot be
    written."""
    while (number := os.open(os.devnull, os.O_RDONLY)) <= 2:
        pass
    os.close(number)


def open_standard():
    """The standard files take any bytes, whatever the locale. Returns the Output."""
    open_closed()
    files = [io.FileIO(0, closefd=False), Output(1, "w", closefd=False), Messages(2, "w", closefd=False)]
    buffers = [io.BufferedReader(files[0]), *map(io.BufferedWriter, files[1:])]
    sys.stdin, sys.stdout, sys.stderr = (
        io.TextIOWrapper(buffer, "utf-8", errors, line_buffering=True)
        for buffer, errors in zip(buffers, ("surrogateescape", "surrogateescape", "backslashreplace")))
    return files[1]


def end_by_signal(number, _):
    """The first signal ends us; those that come while we clean up change nothing."""
    global ending
    if not ending:
        ending = True
        sys.exit(128 + number)


def catch_signals():
    global ending
    ending = False
    for each in ENDING:
        if signal.getsignal(each) != signal.SIG_IGN:  # nohup, or a shell's background
            signal.signal(each, end_by_signal)


def explanation(error):
    """One line; of a fault in a script, it says where it is."""
    if isinstance(error, OSError):
        what = error.strerror or str(error)
        return f"{os.fsdecode(error.filename)}: {what}" if isinstance(error.filename, (str, bytes, os.PathLike)) else what
    if isinstance(error, subprocess.CalledProcessError):
        said = (error.stderr or "").strip().splitlines()[-1:] or [f"it ended with status {error.returncode}"]
        return f"{error.cmd[0]} failed: {said[0]}"
    import traceback  # it is slow to begin with, and hardly ever needed
    place = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(str(error).split())
    return f"fault in {pathlib.Path(place.filename).name}:{place.lineno}: {type(error).__name__}: {what}"


def say(text):
    print(text, file=sys.stderr, flush=True)


def status_of_exit(code):
    """sys.exit() was called with a status, with nothing, or with a text."""
    if isinstance(code, str):
        say(code)
    return code if isinstance(code, int) else int(code is not None)


def status_of(name, main, unable):
    try:
        return main() or 0
    except SystemExit as end:
        return status_of_exit(end.code)
    except Told as error:
        say(error)
        return error.status or unable
    except Exception as error:
        if error is not sys.stdout.buffer.raw.error:  # which run() tells
            say(f"{name}: {explanation(error)}")
        return unable


def run(name, main, unable=UNABLE):
    """Ends the process with the status that main() returns, or, if it cannot go on, with `unable`."""
    output = open_standard()
    catch_signals()
    threading.excepthook = lambda fault: say(f"{name}: {explanation(fault.exc_value)}")
    status = status_of(name, main, unable)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    if output.error:
        say(f"{name}: {explanation(output.error)}")
        status = unable
    handlers.set_all(ENDING, signal.SIG_IGN)  # one that came while Python ends would be told as a fault of it
    sys.exit(status)

"""How every script begins and ends. Every error becomes one line on stderr and a status, never a traceback; a signal
raises an exception that ends the script, so cleanup runs.

Scripts import this module first. with-python ignores control-C while Python starts; from here on, before the slower
imports, until run() is called, control-C ends the script at once.
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
UNABLE = 126  # a tool or a place to write to is missing, or the build fails
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ending = False  # a signal is ending this process


class ScriptError(Exception):
    """An error whose text is the complete message, with its origin."""
    status = None  # the script's exit status, if it differs from `unable`


class Usage(ScriptError):
    """A wrong call of a script that the build calls; the text is the first line of the script's documentation."""
    status = USAGE

    def __init__(self, documentation):
        super().__init__(documentation.partition("\n")[0])


class Output(io.FileIO):
    """Standard output: raises and keeps the first error, and then drops all output."""
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
    """Standard error: ignores errors, as nobody could read about them."""

    def write(self, data):
        with contextlib.suppress(OSError):
            return super().write(data)
        return len(data)


def open_closed():
    """Opens closed standard descriptors with a file that cannot be written, so that no other file gets their
    numbers."""
    while (number := os.open(os.devnull, os.O_RDONLY)) <= 2:
        pass
    os.close(number)


def open_standard():
    """Opens the standard files so that they take any bytes, whatever the locale. Returns the Output."""
    open_closed()
    files = [io.FileIO(0, closefd=False), Output(1, "w", closefd=False), Messages(2, "w", closefd=False)]
    buffers = [io.BufferedReader(files[0]), *map(io.BufferedWriter, files[1:])]
    sys.stdin, sys.stdout, sys.stderr = (
        io.TextIOWrapper(buffer, "utf-8", errors, line_buffering=True)
        for buffer, errors in zip(buffers, ("surrogateescape", "surrogateescape", "backslashreplace")))
    return files[1]


def end_by_signal(number, _):
    """Ends the process at the first signal; later ones, during cleanup, are ignored."""
    global ending
    if not ending:
        ending = True
        sys.exit(128 + number)


def catch_signals():
    global ending
    ending = False
    for each in ENDING:
        if signal.getsignal(each) != signal.SIG_IGN:  # ignored under nohup, or in a shell's background
            signal.signal(each, end_by_signal)


def explanation(error):
    """One line; for a bug in a script, with its file and line."""
    if isinstance(error, OSError):
        what = error.strerror or str(error)
        return f"{os.fsdecode(error.filename)}: {what}" if isinstance(error.filename, (str, bytes, os.PathLike)) else what
    if isinstance(error, subprocess.CalledProcessError):
        last = (error.stderr or "").strip().splitlines()[-1:] or [f"it ended with status {error.returncode}"]
        return f"{error.cmd[0]} failed: {last[0]}"
    import traceback  # imported here, as it is slow and hardly ever needed
    frame = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(str(error).split())
    return f"fault in {pathlib.Path(frame.filename).name}:{frame.lineno}: {type(error).__name__}: {what}"


def say(text):
    print(text, file=sys.stderr, flush=True)


def status_of_exit(code):
    """The status after sys.exit(), which was called with a status, with nothing, or with a text."""
    if isinstance(code, str):
        say(code)
    return code if isinstance(code, int) else int(code is not None)


def status_of(name, main, unable):
    try:
        return main() or 0
    except SystemExit as end:
        return status_of_exit(end.code)
    except ScriptError as error:
        say(error)
        return error.status or unable
    except Exception as error:
        if error is not sys.stdout.buffer.raw.error:  # run() reports that one
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
    handlers.set_all(ENDING, signal.SIG_IGN)  # a signal while Python ends would be reported as a bug
    sys.exit(status)

"""The machine's two serial ports: the program's console (COM1) and the log of kernel and servers (COM2)."""
import contextlib
import os
import re
import selectors
import stat
import sys
import termios
import threading

from tally.symbols import symbolize

TIMED_OUT, BROKEN, BUILD_FAILED, NO_PROGRAM = 124, 125, 126, 127

EXITED = re.compile(r"init: \S+ exited with status (-?\d+)\s*$")
DIED = re.compile(r"panic:|init: server \S+ died")
UNKNOWN = re.compile(r"init: no program named ")
ESCAPES = re.compile(r"\x1b(\[[0-9;=?]*[A-Za-z])?")
OURS = re.compile(r"\b(kernel|panic|init|mem|proc|console|file|tap):.*")
PAUSE = 0.02  # seconds after which an unfinished line of the console is shown
END_OF_FILE = b"\x04"


class Verdict:
    """What the log says about the program's end."""

    def __init__(self):
        self.status = None
        self.decided = threading.Event()

    def read(self, line):
        if DIED.match(line):
            self.status = BROKEN
        elif self.status == BROKEN:
            return
        elif match := EXITED.match(line):
            number = int(match[1])
            self.status = number & 0xFF or int(number != 0)
        elif UNKNOWN.match(line):
            self.status = NO_PROGRAM
        else:
            return
        self.decided.set()


class Ports:
    """Reads both ports until the machine closes them.

    Console and log are read by one thread, the console first. So the output of firmware, which may
    come on both, is known by coming before our first log line; it is dropped if `firmware_talks`.
    """

    def __init__(self, console_sink, log_sink, folder, firmware_talks):
        self.console_sink, self.log_sink, self.folder = console_sink, log_sink, folder
        self.verdict = Verdict()
        self.listening = threading.Event()  # the system has begun to log, so input will be received
        self.started = not firmware_talks
        self.unshown = self.rest = b""  # the unfinished lines of console and log

    def read(self, console, log):
        with selectors.DefaultSelector() as selector:
            for order, port in enumerate([(console, self.feed_console), (log, self.feed_log)]):
                selector.register(port[0], selectors.EVENT_READ, (order, *port))
            while selector.get_map():
                ready = selector.select(PAUSE if self.unshown else None)
                for _, port, feed in sorted(key.data for key, _ in ready):
                    data = os.read(port, 65536)
                    feed(data)
                    if not data:
                        selector.unregister(port)
                if not ready:
                    self.show(len(self.unshown))

    def feed_console(self, data):
        if self.started:
            self.unshown += data.replace(b"\r", b"")
            self.show(self.unshown.rfind(b"\n") + 1 if data else len(self.unshown))

    def show(self, count):
        if count:
            self.listening.set()
            self.console_sink(self.unshown[:count])
            self.unshown = self.unshown[count:]

    def feed_log(self, data):
        *lines, self.rest = (self.rest + (data or b"\n" * bool(self.rest))).split(b"\n")
        for line in lines:
            self.log_line(ESCAPES.sub("", line.decode(errors="backslashreplace").rstrip("\r")))

    def log_line(self, line):
        if not self.started:
            found = OURS.search(line)
            self.started = bool(found)
            line = found and found[0]
        if self.started:
            self.verdict.read(line)
            if line.startswith("init:"):
                self.listening.set()
            self.log_sink(symbolize(line, self.folder))


def send_input(source, port, listening):
    """Sends what comes from `source` once the system listens; the end of a file becomes control-D."""
    listening.wait(10)
    last = b"\n"
    with contextlib.suppress(OSError):
        while data := os.read(source, 256):
            os.write(port, data)
            last = data[-1:]
        os.write(port, END_OF_FILE if last == b"\n" else 2 * END_OF_FILE)


def has_input():
    """Is our standard input a terminal, a pipe or a file? (/dev/null and a closed one are not.)"""
    with contextlib.suppress(OSError):
        mode = os.fstat(0).st_mode
        return os.isatty(0) or stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)
    return False


@contextlib.contextmanager
def keys_as_typed():
    """On a terminal, keys come at once and unechoed: the console server echoes and edits lines."""
    if not os.isatty(0):
        yield
        return
    before = termios.tcgetattr(0)
    now = termios.tcgetattr(0)
    now[3] &= ~(termios.ICANON | termios.ECHO)
    termios.tcsetattr(0, termios.TCSADRAIN, now)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def write_console(data):
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def write_log(line):
    sys.stderr.write(line + "\n")
    sys.stderr.flush()

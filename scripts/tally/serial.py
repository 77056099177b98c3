"""The machine's serial ports: the program's console (COM1) and the log of kernel and servers (COM2).

With a single port the log shares it: a log line is what comes between LOG_BEGIN and the end of the line. The console
server makes sure that no program's output contains LOG_BEGIN.
"""
import contextlib
import os
import re
import selectors
import sys
import termios
import threading

from tally import terminal, waiting
from tally.record import record

TIMED_OUT, BROKEN, BUILD_FAILED, NO_PROGRAM = 124, 125, 126, 127

EXITED = re.compile(r"init: \S+ exited with status (-?\d+)\s*$")
DIED = re.compile(r"panic:|init: server \S+ died")
STOPPED = re.compile(r"fault: a thread without a handler is stopped")  # logged by init; in a kernel test no failure
KERNEL_TEST = "init: starts kernel test "
ESCAPES = re.compile(r"\x1b(\[[0-9;=?]*[A-Za-z])?")
OURS = re.compile(r"\b(tally|kernel|panic|fault|init|mem|proc|console|file|tap):.*")
PAUSE = 0.02  # seconds without output before an unfinished line of the console is shown
DLE = b"\x10"
WRITE_ENDS, END_OF_FILE = DLE + b"\x17", DLE + b"\x04"
PIECE = 4096  # bytes sent by one write: the console's buffer
LOG_BEGIN = b"\r\n[k] "  # a new line, then LOG_PREFIX of kernel/abi/abi.h


class Verdict:
    """What the log says about the program's end."""

    def __init__(self):
        self.died = re.compile(f"{DIED.pattern}|{STOPPED.pattern}")
        self.status = None
        self.has_log = False  # whether there was a line
        self.decided = waiting.Event()

    def read(self, line):
        self.has_log = True
        if self.died.match(line):
            self.status = BROKEN
        elif self.status == BROKEN:
            return
        elif line.startswith(KERNEL_TEST):
            self.died = DIED
            return
        elif match := EXITED.match(line):
            number = int(match[1])
            self.status = number & 0xFF or int(number != 0)
        else:
            return
        self.decided.set()


class SharedPort:
    """Splits the output of a port that console and log share."""

    def __init__(self):
        self.unread, self.in_log = b"", False

    def feed(self, data):
        """Yields pieces in order: (whether it is the log's, bytes). Empty `data` means the end."""
        self.unread += data
        while True:
            before, mark, after = self.unread.partition(b"\n" if self.in_log else LOG_BEGIN)
            if not mark:
                break
            yield self.in_log, before + mark if self.in_log else before
            self.unread, self.in_log = after, not self.in_log
        kept = overlap(self.unread, LOG_BEGIN) if data and not self.in_log else 0
        ready = len(self.unread) - kept
        yield self.in_log, self.unread[:ready]
        self.unread = self.unread[ready:]


def overlap(text, mark):
    """How many bytes at the end of `text` may be the beginning of `mark`."""
    return next((n for n in range(len(mark) - 1, 0, -1) if text.endswith(mark[:n])), 0)


class Returns:
    """Removes the CR that the console server puts before each LF; a program's own CRs stay."""

    def __init__(self):
        self.kept = b""  # a CR at the end, which may be one to remove

    def feed(self, data):
        """Empty `data` means the end."""
        text = (self.kept + data).replace(b"\r\n", b"\n")
        self.kept = b"\r" if data and text.endswith(b"\r") else b""
        return text[:len(text) - len(self.kept)]


class Ports:
    """Reads the ports until the machine closes them.

    One thread reads console and log, the console first. So everything that comes before the first log line is
    firmware's output, which may appear on both ports; it is dropped if `firmware_talks`.
    """

    def __init__(self, console_sink, log_sink, verdict, explain, firmware_talks):
        self.console_sink, self.log_sink, self.verdict, self.explain = console_sink, log_sink, verdict, explain
        self.listening = threading.Event()  # the console server runs, and will receive input
        self.started = not firmware_talks
        self.unshown = self.rest = b""  # the unfinished lines of console and log
        self.shared = SharedPort()
        self.returns = Returns()

    def read(self, console, log):
        """`log` is None if the machine has one port."""
        ports = [(console, self.feed_shared)] if log is None else [(console, self.feed_console), (log, self.feed_log)]
        with selectors.DefaultSelector() as selector:
            for order, port in enumerate(ports):
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

    def feed_shared(self, data):
        for is_log, piece in self.shared.feed(data):
            if is_log:
                self.show(len(self.unshown))  # the unfinished line of the console comes first
                self.feed_log(piece)
            elif piece or not data:
                self.feed_console(piece)

    def feed_console(self, data):
        if self.started:
            self.unshown += self.returns.feed(data)
            self.show(self.unshown.rfind(b"\n") + 1 if data else len(self.unshown))

    def show(self, count):
        if count:
            self.listening.set()
            self.console_sink(self.unshown[:count])
            self.unshown = self.unshown[count:]

    def feed_log(self, data):
        *lines, self.rest = (self.rest + (data or b"\n" * bool(self.rest))).split(b"\n")
        for line in lines:
            self.log_line(ESCAPES.sub("", line.decode(errors="backslashreplace").rstrip()))

    def log_line(self, line):
        if not self.started:
            found = OURS.search(line)
            self.started = bool(found)
            line = found and found[0]
        if self.started:
            self.verdict.read(line)
            if line.startswith("init: starts "):
                self.listening.set()
            self.log_sink(self.explain(line))


@record
class Input:
    """The console's input, read from the descriptor `source`."""
    source: int
    is_terminal: bool  # a person types keys; otherwise bytes pass unchanged


def standard_input():
    """Our standard input. If it is closed, an empty file takes its number, so that no other file gets it."""
    try:
        os.fstat(0)
    except OSError:
        os.open(os.devnull, os.O_RDONLY)
    return Input(0, os.isatty(0))


def write_all(port, data):
    while data:
        data = data[os.write(port, data):]


def send_input(given, port, listening):
    """Sends `given` once the system listens. Bytes are framed as in servers/console/pipe_input.h."""
    listening.wait()
    with contextlib.suppress(OSError):  # the machine has ended
        for data in pieces(given.source):
            write_all(port, data if given.is_terminal else data.replace(DLE, DLE + DLE) + WRITE_ENDS)
        if not given.is_terminal:
            write_all(port, END_OF_FILE)


def pieces(source):
    """Yields the input's pieces until its end; a source that cannot be read counts as ended."""
    with contextlib.suppress(OSError):
        while data := os.read(source, PIECE):
            yield data


def keys_as_typed():
    """Puts a terminal in a mode where keys come at once and unechoed, control-C, too: the console server echoes and
    edits lines. Meanwhile control-\\ does for us what control-C did before."""
    return terminal.without(0, termios.ICANON | termios.ECHO, {termios.VINTR: b"\x1c", termios.VQUIT: b"\0"})


def write_console(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_log(line):
    sys.stderr.write(line + "\n")
    sys.stderr.flush()

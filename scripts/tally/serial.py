"""The machine's serial ports: the program's console (COM1) and the log of kernel and servers (COM2).

With one port the log comes on it, too: each line between LOG_BEGIN and the end of the line. The console
server sees to it that no program's output contains LOG_BEGIN.
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
STOPPED = re.compile(r"fault: a thread without a handler is stopped")  # init's, unless it is a kernel test's
KERNEL_TEST = "init: starts kernel test "
ESCAPES = re.compile(r"\x1b(\[[0-9;=?]*[A-Za-z])?")
OURS = re.compile(r"\b(tally|kernel|panic|fault|init|mem|proc|console|file|tap):.*")
PAUSE = 0.02  # seconds after which an unfinished line of the console is shown
DLE = b"\x10"
WRITE_ENDS, END_OF_FILE = DLE + b"\x17", DLE + b"\x04"
PIECE = 4096  # bytes that are sent as one write: what the console keeps
LOG_BEGIN = b"\r\n[k] "  # a new line, then LOG_PREFIX of kernel/abi/abi.h


class Verdict:
    """What the log says about the end of the program."""

    def __init__(self):
        self.died = re.compile(f"{DIED.pattern}|{STOPPED.pattern}")
        self.status = None
        self.heard = False  # anything
        self.decided = waiting.Event()

    def read(self, line):
        self.heard = True
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
    """Takes apart what comes from one port that has console and log."""

    def __init__(self):
        self.unread, self.in_log = b"", False

    def feed(self, data):
        """Pieces in their order: (is it of the log?, bytes). b"" as data is the end of all."""
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
    """How many bytes at the end of `text` may begin `mark`."""
    return next((n for n in range(len(mark) - 1, 0, -1) if text.endswith(mark[:n])), 0)


class Returns:
    """Takes back the CR that the console server puts before each LF; those of programs stay."""

    def __init__(self):
        self.kept = b""  # a CR at the end, which may be such a one

    def feed(self, data):
        """b"" as data is the end of all."""
        text = (self.kept + data).replace(b"\r\n", b"\n")
        self.kept = b"\r" if data and text.endswith(b"\r") else b""
        return text[:len(text) - len(self.kept)]


class Ports:
    """Reads the ports until the machine closes them.

    Console and log are read by one thread, the console first. So the output of firmware, which may
    come on both, is known by coming before our first log line; it is dropped if `firmware_talks`.
    """

    def __init__(self, console_sink, log_sink, verdict, explain, firmware_talks):
        self.console_sink, self.log_sink, self.verdict, self.explain = console_sink, log_sink, verdict, explain
        self.listening = threading.Event()  # the console server runs, so input will be received
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
                self.show(len(self.unshown))  # what stood before this line
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
    """What goes to the console: what comes from the descriptor `source`."""
    source: int
    is_terminal: bool  # keys, as a person types them; otherwise bytes, which are not to be touched


def standard_input():
    """Our standard input. A closed one is replaced, so that nothing else gets its number, and is at its end."""
    try:
        os.fstat(0)
    except OSError:
        os.open(os.devnull, os.O_RDONLY)
    return Input(0, os.isatty(0))


def write_all(port, data):
    while data:
        data = data[os.write(port, data):]


def send_input(given, port, listening):
    """Sends `given` once the system listens. Bytes go framed as servers/console/pipe_input.h has it."""
    listening.wait()
    with contextlib.suppress(OSError):  # the machine has ended
        for data in pieces(given.source):
            write_all(port, data if given.is_terminal else data.replace(DLE, DLE + DLE) + WRITE_ENDS)
        if not given.is_terminal:
            write_all(port, END_OF_FILE)


def pieces(source):
    """What comes, until the end of the file; a source that cannot be read is at its end, too."""
    with contextlib.suppress(OSError):
        while data := os.read(source, PIECE):
            yield data


def keys_as_typed():
    """On a terminal, keys come at once and unechoed: the console server echoes and edits lines, and control-C is a key, too. What
    that did until then, for us, does control-\\."""
    return terminal.without(0, termios.ICANON | termios.ECHO, {termios.VINTR: b"\x1c", termios.VQUIT: b"\0"})


def write_console(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_log(line):
    sys.stderr.write(line + "\n")
    sys.stderr.flush()

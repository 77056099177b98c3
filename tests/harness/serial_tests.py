"""Tests of tally/serial.py, the reader of the serial ports, without a machine."""
import os

from tally import serial
from tally.serial import BROKEN, LOG_BEGIN, Ports, Returns, SharedPort, Verdict

# Lines of a log, and the status that follows from them; None: none.
VERDICTS = [
    (["init: starts x"], None),
    (["init: x exited with status 0"], 0),
    (["init: x exited with status 7"], 7),
    (["init: x exited with status 256"], 1),  # a failure never becomes a success
    (["init: x exited with status -1"], 255),
    (["init: x exited with status 3", "init: x exited with status 4"], 4),
    (["x: init: y exited with status 3"], None),
    (["init: x exited with status 3 or so"], None),
    (["panic: why"], BROKEN),
    (["init: server mem died: why", "init: x exited with status 0"], BROKEN),
    (["init: x exited with status 0", "panic: why"], BROKEN),
    (["init: server screen is gone: why", "init: x exited with status 0"], 0),
    (["fault: a thread without a handler is stopped: why"], BROKEN),
    (["init: starts kernel test x", "fault: a thread without a handler is stopped: why", "init: x exited with status 0"], 0),
    (["init: starts kernel test x", "panic: why"], BROKEN),
    (["init: no program named x is in the boot archive", "init: x exited with status 127"], 127),
]

SHARED = b"one" + LOG_BEGIN + b"init: a\r\ntwo\r\n[k no log\n" + LOG_BEGIN + b"mem: b\nthree" + LOG_BEGIN[:3]
CONSOLE, LOG = b"onetwo\r\n[k no log\nthree" + LOG_BEGIN[:3], b"init: a\r\nmem: b\n"


def verdicts():
    for lines, status in VERDICTS:
        verdict = Verdict()
        for line in lines:
            verdict.read(line)
        decided = verdict.decided.wait(0)
        yield f"{lines}", (verdict.status, decided, verdict.has_log) == (status, status is not None, True), f"{verdict.status}, {decided}"


def taken_apart(pieces):
    """(console, log) from pieces that come on a shared port."""
    port, found = SharedPort(), {False: b"", True: b""}
    for piece in [*pieces, b""]:
        for is_log, data in port.feed(piece):
            found[is_log] += data
    return found[False], found[True]


def cuts(data):
    """The data in two pieces, cut at each position, and byte by byte."""
    yield [data]
    yield from ([data[:at], data[at:]] for at in range(1, len(data)))
    yield [data[at:at + 1] for at in range(len(data))]


def shared_port():
    """However its bytes come, each goes to the right output; only a possible beginning of a mark waits for its rest."""
    wrong = [pieces for pieces in cuts(SHARED) if taken_apart(pieces) != (CONSOLE, LOG)]
    yield "in whatever pieces", not wrong, f"{[taken_apart(pieces) for pieces in wrong[:3]]} of {wrong[:3]}"
    port = SharedPort()
    for data, shown in ((b"a\r", b"a"), (b"\n", b""), (b"[k", b""), (b"x", b"\r\n[kx"), (b"y", b"y")):
        came = b"".join(piece for _, piece in port.feed(data))
        yield f"{data} shows {shown}", came == shown, f"{came}"


def returns():
    text = b"a\r\nb\rc\r\r\n\r\n\r"
    for pieces in cuts(text):
        each = Returns()
        found = b"".join(each.feed(piece) for piece in [*pieces, b""])
        if found != b"a\nb\rc\r\n\n\r":
            yield f"{pieces}", False, f"{found}"
    yield "only the CR before a LF is removed", True, ""


def read_ports(console, log, firmware_talks=False):
    """(console, log) as shown for a machine with this output."""
    shown, lines, verdict = [], [], Verdict()
    ports = Ports(shown.append, lines.append, verdict, str.upper, firmware_talks)
    ends = []
    for data in [console] if log is None else [console, log]:
        ours, theirs = os.pipe()
        os.write(theirs, data)
        os.close(theirs)
        ends.append(ours)
    ports.read(ends[0], None if log is None else ends[1])
    for end in ends:
        os.close(end)
    return b"".join(shown), lines


def ports():
    log = b"init: \x1b[0ma\r\nmem: b \xff"
    for what, found, wanted in (
            ("two ports", read_ports(b"x\r\ny", log), (b"x\ny", ["INIT: A", "MEM: B \\XFF"])),
            ("one port", read_ports(b"x" + LOG_BEGIN + b"init: a\r\ny\r\n", None), (b"xy\n", ["INIT: A"])),
            ("firmware, two ports", read_ports(b"logo\r\n", b"\x1b[2Jnoise\r\nBdsDxe: tally: version 1\r\ninit: a\r\n", True),
             (b"", ["TALLY: VERSION 1", "INIT: A"])),
            ("firmware, one port", read_ports(b"logo" + LOG_BEGIN + b"init: a\nx\r\n", None, True), (b"x\n", ["INIT: A"])),
    ):
        yield what, found == wanted, f"{found}\nnot {wanted}"


def overlaps():
    for text, count in ((b"", 0), (b"x", 0), (b"\r", 1), (b"\r\r\n", 2), (b"a" + LOG_BEGIN[:-1], len(LOG_BEGIN) - 1), (LOG_BEGIN, 0)):
        yield f"{text}", serial.overlap(text, LOG_BEGIN) == count, f"{serial.overlap(text, LOG_BEGIN)}"


def serial_tests():
    """(name, function) of each test."""
    for function in (verdicts, shared_port, returns, ports, overlaps):
        yield f"harness/serial {function.__name__}", function

"""Tests of standard input: pipes, files, terminals, and none."""
import os
import pty
import random
import select
import subprocess
import tempfile

from harness import forked
from harness.failures import IMAGES, PATIENCE, judge, programs, words_of
from tally import processes
from tally.interface import ROOT

ALL_BYTES = bytes(range(256))
# More than all buffers on the way can hold; a `[` might be taken for the beginning of a log line.
MANY = random.Random(7).randbytes(12000).replace(b"[", b"(")
LINE = b"one " + 150 * b"word " + b"last"  # longer than a message


def run_words(words):
    """The arguments of scripts/run."""
    return ["--build-dir", str(IMAGES), *words_of(programs(words))]


def run(words, **how):
    """(status, standard output, lines of standard error)"""
    done = forked.run("run", run_words(words), PATIENCE, **how)
    return done.returncode, done.stdout.encode("utf-8", "surrogateescape"), done.stderr.splitlines()


def read_all(words, wanted, **how):
    status, console, log = run(words, **how)
    yield from judge(0, status, (), log)
    yield f"{words}: reads what was sent", console == wanted, f"{console[:2000]}\nnot {wanted[:2000]}"


def pipes():
    """Bytes arrive unchanged, without an echo: small writes in one read each, large ones in pieces of the reads'
    size."""
    data = ALL_BYTES + b"x" * 4031 + b"\n" + ALL_BYTES[::-1] + b"no newline at the end"
    yield from read_all("reads 1000", data, given=data)
    yield from read_all("reads 7", MANY, given=MANY)
    yield from read_all("reads 65536", MANY, given=MANY)
    yield from read_all("reads 100 each", b"12\nend, no terminal\n", given=b"hello\nworld\n")
    yield from read_all("reads 5 each", b"5\n5\n2\nend, no terminal\n", given=b"hello\nworld\n")


def files():
    with tempfile.TemporaryFile() as file:
        file.write(MANY)
        file.seek(0)
        yield from read_all("reads 300", MANY, stdin=file)


def nothing():
    """/dev/null and a closed standard input read as ended."""
    end = b"end, no terminal\n"
    yield from read_all("reads 10 each", end)
    yield from read_all("reads 10 each", end, preexec_fn=lambda: os.close(0))


def endless():
    """A program can end although its writer never ends, or writes nothing."""
    for writer in (["yes"], ["sleep", "1000"]):
        with processes.started(writer, stdout=subprocess.PIPE) as source:
            status, _, log = run("ends 3", stdin=source.stdout)
        yield from judge(3, status, (), log)


def at_terminal(words, keys):
    """Like run(), with keys that are typed at a terminal after the program has started."""
    ours, theirs = pty.openpty()
    with processes.started([str(ROOT / "scripts/run"), *run_words(words)], cwd=ROOT, stdin=theirs, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE) as process:
        os.close(theirs)
        log = []
        for line in process.stderr:
            log.append(line.decode(errors="backslashreplace").rstrip("\n"))
            if line.startswith(b"init: starts"):
                os.write(ours, keys)
        console = process.stdout.read()
        status = process.wait(PATIENCE)
    os.close(ours)
    return status, console, log


def terminals():
    """Lines are edited and echoed; a line that is longer than a message is one read."""
    erased = b"\b \b"
    status, console, log = at_terminal("reads 2000 each", LINE + b"\x17\n" + b"ab\x7fc\x15\tx\x1b\x04\x04\x04")
    echo = LINE + 4 * erased + b"\n" + b"ab" + erased + b"c" + 2 * erased + b"\tx^["
    yield from judge(0, status, (), log)
    for text in (b"%d\n" % (len(LINE) - 4 + 1), b"3\nend, terminal\n"):
        yield f"has {text}", text in console, f"{console!r}"
        console = console.replace(text, b"", 1)
    # The program's output begins a line, however far the keys have come.
    console, echo = (text.replace(b"\n", b"") for text in (console, echo))
    yield "the rest is the echo", console == echo, f"{console[700:]!r}, not {echo[700:]!r}"


def read_until(stream, wanted):
    """What arrives, up to `wanted`, or within PATIENCE."""
    got = b""
    while wanted not in got and select.select([stream], [], [], PATIENCE)[0]:
        piece = os.read(stream.fileno(), 4096)
        if not piece:
            break
        got += piece
    return got


def unfinished():
    """A line without end is shown to a reader at a terminal, and then other lines are."""
    with processes.started([str(ROOT / "scripts/run"), *run_words("holds")], cwd=ROOT, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL) as process:
        for wanted in (b"abc", b"\nothers go on\n"):
            got = read_until(process.stdout, wanted)
            yield f"has {wanted}", got == wanted, f"{got!r}"
            if got != wanted:
                break


def input_tests():
    """(name, function) of each test."""
    for function in (pipes, files, nothing, endless, terminals, unfinished):
        yield f"input/{function.__name__}", function

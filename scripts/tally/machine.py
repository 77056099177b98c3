"""Boots the system in QEMU, passes its two serial ports on, and finds out how the program ended."""
import contextlib
import dataclasses
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import termios
import threading

from tally.image import command_line, with_command
from tally.symbols import symbolize

DEFAULT_WORDS = ["shm_cnt"]
TIMED_OUT, BROKEN, NO_PROGRAM = 124, 125, 127
GRACE = 3  # seconds that the machine gets to end after it said how the program ended

EXITED = re.compile(r"init: \S+ exited with status (-?\d+)\s*$")
DIED = re.compile(r"panic:|init: server \S+ died")
UNKNOWN = re.compile(r"init: no program named ")
END_OF_FILE = b"\x04"


@dataclasses.dataclass
class Options:
    smp: int = 1
    memory: int = 128  # MiB
    icount: bool = False
    timeout: float = 60
    display: bool = False
    cpu: str = "max"
    kernel: bool = False  # without GRUB: QEMU loads kernel and archive itself
    uefi: bool = False
    gdb: bool = False


class Verdict:
    """What the kernel's log says about the end. Lines come from one thread, another one waits."""

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


def image_arguments(options, words, folder, scratch):
    """QEMU's arguments for what is booted; an ISO with another command line is made in `scratch`."""
    boot = folder / "boot"
    if options.kernel:
        return ["-kernel", str(boot / "kernel.elf"), "-initrd", str(boot / "archive"),
                "-append", command_line(words)]
    iso = folder / "tally.iso"
    if words != DEFAULT_WORDS:
        iso = pathlib.Path(scratch) / "command.iso"
        with_command(folder / "tally.iso", DEFAULT_WORDS, words, iso)
    return ["-cdrom", str(iso), "-boot", "d"]


def qemu_arguments(options, log_fd):
    arguments = ["qemu-system-x86_64" if options.uefi else "qemu-system-i386"]
    arguments += ["-accel", "tcg,thread=single" if options.icount else "tcg"]
    arguments += ["-cpu", options.cpu, "-m", str(options.memory), "-smp", str(options.smp)]
    arguments += ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]
    arguments += ["-chardev", f"file,id=log,path=/dev/fd/{log_fd}", "-serial", "chardev:log"]
    arguments += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    arguments += ["-no-reboot", "-monitor", "none", "-nic", "none"]
    arguments += [] if options.display else ["-display", "none"]
    if options.uefi:
        arguments += ["-bios", "/usr/share/ovmf/OVMF.fd"]
    if options.icount:
        arguments += ["-icount", "shift=0,sleep=off", "-rtc", "base=2020-01-01,clock=vm"]
    if options.gdb:
        arguments += ["-gdb", "tcp:127.0.0.1:1234", "-S"]
    return arguments


def copy_console(source, sink, ready):
    while data := os.read(source, 4096):
        ready.set()
        sink(data.replace(b"\r", b""))


def copy_log(source, sink, verdict, ready, elf):
    with os.fdopen(source, errors="backslashreplace", newline="\n") as lines:
        for line in lines:
            line = line.rstrip("\r\n")
            verdict.read(line)
            if line.startswith("init:"):
                ready.set()
            sink(symbolize(line, elf))


def copy_input(sink, ready):
    """Sends our standard input once the system listens; the end of a file becomes control-D."""
    ready.wait(10)
    last = b"\n"
    with contextlib.suppress(OSError):
        while data := os.read(0, 256):
            os.write(sink, data)
            last = data[-1:]
        os.write(sink, END_OF_FILE if last == b"\n" else 2 * END_OF_FILE)


def has_input():
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


def start_thread(function, *arguments):
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def wait_for_end(qemu, verdict, timeout):
    """False if the time is over before the log has told the end or the machine has ended."""
    waiter = start_thread(lambda: (qemu.wait(), verdict.decided.set()))
    in_time = verdict.decided.wait(timeout)
    if in_time:
        waiter.join(GRACE)
    return in_time


def boot(options, words, folder, console, log, with_input=False):
    """Boots and returns the exit status. console(bytes) and log(line) are called as output comes."""
    folder = pathlib.Path(folder)
    with tempfile.TemporaryDirectory() as scratch:
        image = image_arguments(options, words, folder, scratch)
        log_read, log_write = os.pipe()
        qemu = subprocess.Popen([*qemu_arguments(options, log_write), *image], pass_fds=[log_write],
                                stdin=subprocess.PIPE if with_input else subprocess.DEVNULL,
                                stdout=subprocess.PIPE, bufsize=0)
        os.close(log_write)
        verdict, ready = Verdict(), threading.Event()
        readers = [start_thread(copy_console, qemu.stdout.fileno(), console, ready),
                   start_thread(copy_log, log_read, log, verdict, ready, folder / "kernel/kernel.elf")]
        if with_input:
            start_thread(copy_input, qemu.stdin.fileno(), ready)
        try:
            in_time = wait_for_end(qemu, verdict, None if options.gdb else options.timeout)
        finally:
            qemu.terminate()
            qemu.wait()
            for reader in readers:
                reader.join(GRACE)
    return exit_status(verdict, in_time, options, log)


def exit_status(verdict, in_time, options, log):
    if verdict.status is not None:
        return verdict.status
    if not in_time:
        log(f"run: no end after {options.timeout:g} seconds")
        return TIMED_OUT
    log("run: the machine ended, and the log does not say how the program did")
    return BROKEN


def write_console(data):
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def write_log(line):
    print(line, file=sys.stderr, flush=True)

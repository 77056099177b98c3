"""Explains log lines with the files of a build folder: turns addresses into functions and source lines, and numbers of
Linux's system calls into names."""
import functools
import os
import pathlib
import re
import subprocess

from tally import processes, tools
from tally.foreign import FOLDER
from tally.interface import ROOT
from tally.program import VDSO_BASE, VDSO_END

PANIC = re.compile(r"panic: (exception in the kernel|double fault|kernel stack overflow)")
ADDRESS = re.compile(r"\s*at 0x([0-9a-fA-F]+)$")  # in a kernel panic
FAULT = re.compile(r"(\S+) \(pid \d+\): .*\beip 0x([0-9a-fA-F]+)$")  # in a program
DIED = re.compile(r"init: server (\S+) died: .*\beip 0x([0-9a-fA-F]+)\)$")  # a server, or a kernel test
UNHANDLED = re.compile(r"fault: a thread without a handler is stopped: .*\beip 0x([0-9a-fA-F]+)$")  # logged by init
MISSING = re.compile(r".*: Linux's system call (\d+) is not implemented \(ENOSYS\)$")
LINUX = re.compile(r"^#define\s+SYS_(\w+)\s+(\d+)$", re.M)
CODE = range(VDSO_BASE, 1 << 32)  # where code can be; the symbolizer does not respond to other numbers
PROGRAMS, SERVERS = (FOLDER, "programs"), ("servers", "kernel-tests")  # folders, in the order of the search


@functools.lru_cache(maxsize=None)
def symbolizer(elf):
    """A process that looks up all addresses of a file, as a log may have many."""
    process = subprocess.Popen([tools.command(tools.SYMBOLIZER), "--no-inlines", f"--obj={elf}"], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", errors="surrogateescape")
    processes.staying[process.pid] = [process.stdin.fileno(), process.stdout.fileno()]
    return process


@functools.lru_cache(maxsize=None)
def lookup(elf, address):
    """`function file:line` for an address; only the function if the code has no line information, such as musl's; None
    if unknown."""
    if address not in CODE or not os.path.isfile(elf):
        return None
    try:
        process = symbolizer(elf)
        process.stdin.write(f"{address:#x}\n")
        process.stdin.flush()
    except OSError:
        return None
    lines = list(iter(lambda: process.stdout.readline().strip(), ""))  # an empty line ends the output
    if len(lines) < 2 or lines[0] == "??":
        return None
    location = lines[1].rsplit(":", 1)[0].removeprefix(f"{ROOT}/")
    return lines[0] if location.startswith("??") or location.endswith(":0") else f"{lines[0]} {location}"


@functools.lru_cache(maxsize=None)
def linux_calls(folder):
    """{number: name} of Linux's system calls for i386, from musl's headers."""
    try:
        text = (folder / "generated/musl/syscall.h").read_text()
    except OSError:
        return {}
    return {int(number): name for name, number in LINUX.findall(text)}


def find_elf(folder, name, spaces=(*SERVERS, *PROGRAMS)):
    """The first ELF file of that program, server or kernel test in a build folder. A log may contain any name, even one
    that no file can have."""
    paths = [pathlib.Path(folder) / space / f"{name}.elf" for space in spaces]
    return next((path for path in paths if os.path.isfile(path)), paths[-1])


class Symbols:
    """Explains a log line by line."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.exact = False  # the next address is the instruction itself, not a return address

    def find(self, line):
        if match := ADDRESS.match(line):
            return lookup(self.folder / "kernel/kernel.elf", int(match[1], 16) - (not self.exact))
        if match := UNHANDLED.match(line):
            return lookup(self.folder / "servers/init.elf", int(match[1], 16))
        for pattern, spaces in ((DIED, SERVERS), (FAULT, PROGRAMS)):
            if match := pattern.match(line):
                return self.find_in(find_elf(self.folder, match[1], spaces), int(match[2], 16))
        if match := MISSING.match(line):
            return linux_calls(self.folder).get(int(match[1][:9]))
        return None

    def find_in(self, program, address):
        """Looks in the program, or in the library that handles its system calls."""
        return lookup(self.folder / "libraries/vdso.elf" if address in range(VDSO_BASE, VDSO_END) else program, address)

    def explain(self, line):
        """`line` with the symbol of its address, or the name of its system call, if the folder's files have it."""
        found = self.find(line)
        if PANIC.match(line):
            self.exact = True
        elif ADDRESS.match(line):
            self.exact = False
        return f"{line} {found}" if found else line


class Log(list):
    """The lines of a log. Addresses are explained only when somebody reads them, because that takes a tenth of a second
    to begin with, and nobody reads the log of a test that passes."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def explained(self):
        return [*map(Symbols(self.folder).explain, self)]


class MachineOutput:
    """A machine's output, as text."""

    def __init__(self, log, *others):
        self.log, self.others = log, others

    def __str__(self):
        return "\n".join([*self.others, *(self.log.explained() if isinstance(self.log, Log) else self.log)])

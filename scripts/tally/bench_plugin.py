"""Counts, with count_plugin.c and its parts, what a booted system runs: QEMU tells the plugin of each instruction."""
import pathlib
import re
import struct

from tally import bench_explain, processes, tools
from tally.build import BuildError
from tally.elf import symbol
from tally.program import PAGE, PROGRAM_BASE
from tally.interface import ROOT
from tally.output import replace_file
from tally.program import VDSO_BASE, VDSO_END, Program
from tally.temporary import temporary_folder
from tally.symbols import find_elf

SOURCES = sorted((ROOT / "scripts/tally").glob("count_*.[ch]"))
SPACES = ("servers", "kernel-tests", "programs")  # folders of programs that run in their own pages
WITH_SERVERS = ("servers", "kept", "lines")  # modes
OPTIONS = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
LOAD, EXECUTABLE = 1, 1  # of program headers
PART = re.compile(r"part (\d+) ([0-9a-f]+) (\d+)")
SERVERS, WORKER = ("init", "mem", "proc", "console", "file"), "work_thread"  # proc's worker for long requests
UNCOUNTED = ("screen",)  # servers that have no clients
KEYS = {"program": "text", "file": "files"}  # the plugin's names that differ, as QEMU uses file= itself
# Who runs an instruction: `library` is the vdso, `program` all that is no server, with the stubs. init runs none in a row.
RUNNERS = ("kernel", *SERVERS[1:], "library", "program")
PAGE_OF = re.compile(r"page (\d+) ([0-9a-f]+)")


def build(folder):
    """The plugin, compiled for this machine."""
    library = folder / "count_plugin.so"
    if not library.exists() or library.stat().st_mtime < max(source.stat().st_mtime for source in SOURCES):
        with temporary_folder() as scratch:
            fresh = pathlib.Path(scratch) / library.name
            files = [str(source) for source in SOURCES if source.suffix == ".c"]
            done = processes.run([tools.command(tools.CC), *OPTIONS, "-o", str(fresh), *files])
            if done.returncode:
                raise BuildError(f"{done.stderr}bench: QEMU's plugin does not compile")
            replace_file(library, fresh.read_bytes())
    return library


def text_of(elf):
    """The bytes of a program's executable segment, as in the archive."""
    data = Program(elf).stripped()
    at, size, count = struct.unpack_from("<I", data, 28)[0], *struct.unpack_from("<HH", data, 42)
    for header in (struct.unpack_from("<8I", data, at + i * size) for i in range(count)):
        kind, offset, _, _, file_bytes, _, flags, _ = header
        if kind == LOAD and flags & EXECUTABLE:
            return data[offset:offset + file_bytes]
    raise ValueError(f"{elf} has no text")


def entry_of(elf):
    return struct.unpack_from("<I", elf.read_bytes(), 24)[0]


def worker_range(elf):
    """The plugin's arguments for that function of proc; none if there is no such function."""
    addresses, names = bench_explain.symbols(elf)
    if WORKER not in names:
        return {}
    at = names.index(WORKER)
    begin, end = [*addresses, PROGRAM_BASE + len(text_of(elf))][at:at + 2]
    return {"worker": f"{begin:x}", "worker_end": f"{end:x}"}


def check_servers(folder):
    """Refuses a server that the plugin would take for a program: its messages would not be measured."""
    built = {elf.stem for elf in (folder / "servers").glob("*.elf") if (ROOT / "servers" / elf.stem).is_dir()}
    if unknown := sorted(built - {*SERVERS, *UNCOUNTED}):
        raise BuildError(f"bench: the server {unknown[0]} would count as a program: add it to SERVERS in "
                         "scripts/tally/bench_plugin.py and to text_names in scripts/tally/count_plugin.c")


def server_arguments(folder, scratch):
    """The plugin's arguments that tell whether a server runs."""
    check_servers(folder)
    for name in SERVERS:
        (scratch / name).write_bytes(text_of(find_elf(folder, name)))
    return {**{KEYS.get(name, name): scratch / name for name in SERVERS}, **worker_range(find_elf(folder, "proc"))}


def counted(folder, mode, program, start, mark=None):
    """Calls start(QEMU's arguments), which boots, and returns the lines written by the plugin. The rdtsc that count are
    those of `program`, as is the function `mark`."""
    kernel, elf = folder / "kernel/kernel.elf", find_elf(folder, program)
    with temporary_folder() as scratch:
        scratch = pathlib.Path(scratch)
        (scratch / "text").write_bytes(text_of(elf))
        arguments = {"out": scratch / "out", "mode": mode, "text": scratch / "text",
                     "entry": f"{entry_of(kernel):x}", "preemption_point": f"{symbol(kernel, 'arch_preemption_point'):x}",
                     "faults": f"{symbol(kernel, 'trap_stub_0'):x}",
                     "faults_end": f"{symbol(kernel, 'trap_stub_32'):x}"}
        if mode in WITH_SERVERS:
            arguments |= server_arguments(folder, scratch)
        if mark:
            arguments["mark"] = f"{symbol(elf, mark):x}"
        start(("-plugin", ",".join([str(build(folder)), *(f"{key}={value}" for key, value in arguments.items())])))
        return (scratch / "out").read_text().splitlines()


def totals(folder, start, program="init", mark=None):
    """{"longest": ..., "first_of_user": ..., "mark": ...}"""
    lines = counted(folder, "totals", program, start, mark)
    return {name: int(value) for name, value in map(str.split, lines)}


def stretches(folder, program, mark, start):
    """The longest times for which servers kept programs waiting: before `mark` ran first, from then to the second time,
    and so on."""
    return [int(line.split()[1]) for line in counted(folder, "servers", program, start, mark)]


def touched(folder, program, mark, start):
    """For each run of `mark`, the counts of bench.TOUCHED and RUNNERS in the shortest stretch before it."""
    lines = [line.split() for line in counted(folder, "lines", program, start, mark)]
    names = {key: name for name, key in KEYS.items()}
    return [{names.get(key, key): int(value) for key, value in zip(line[0::2], line[1::2])} for line in lines]


class Programs:
    """Finds the program of a page by the page's contents and address."""

    def __init__(self, folder):
        self.library = folder / "libraries/vdso.elf"
        self.texts = {elf: text_of(elf) for space in SPACES for elf in sorted((folder / space).glob("*.elf"))}

    def find(self, page, address):
        if address in range(VDSO_BASE, VDSO_END):
            return self.library
        at = (address - PROGRAM_BASE) // PAGE * PAGE
        for elf, text in self.texts.items():
            piece = text[at:at + PAGE]
            if piece and page.startswith(piece):
                return elf
        return None


class Pages:
    """Collects the pages in the plugin's lines; a page comes before the instructions in it."""

    def __init__(self, folder):
        self.programs, self.kernel = Programs(folder), folder / "kernel/kernel.elf"
        self.pages = {}

    def other_lines(self, lines):
        for line in lines:
            if match := PAGE_OF.fullmatch(line):
                self.pages[match[1]] = bytes.fromhex(match[2])
            else:
                yield line

    def elf(self, number, address):
        """The file that contains an instruction."""
        return self.programs.find(self.pages[number], address) if number in self.pages else self.kernel


def parts(folder, mode, program, start):
    """[(ELF file, address, number of runs)] for each instruction of the stretch that `mode` selects."""
    pages, found = Pages(folder), []
    for line in pages.other_lines(counted(folder, mode, program, start)):
        if match := PART.fullmatch(line):
            address = int(match[2], 16)
            found.append((pages.elf(match[1], address), address, int(match[3])))
    return found


def walks(folder, program, start):
    """[(ELF file, address, times when it ran)] for each walk: until the program's first rdtsc, and from each to the next.
    The times are the first ones, and the last again."""
    pages, found = Pages(folder), [[]]
    for line in pages.other_lines(counted(folder, "walks", program, start)):
        kind, *numbers = line.split()
        if kind == "walk":
            found.append([])
            continue
        address = int(numbers[1], 16)
        found[-1].append((pages.elf(numbers[0], address), address, [*map(int, numbers[2:])]))
    return found

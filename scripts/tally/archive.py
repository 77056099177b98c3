"""The boot archive.

Page 0 holds struct boot_image (kernel/abi/abi.h) at 0, struct archive_header (servers/lib/archive.h) at 64, and from
128 the directory, which continues in as many pages as it needs. Then come, each from a page boundary on: init as a flat
image (text, data, stack); programs as ELF files without symbols; of a library its only segment, as it is in memory; and
files as they are.
"""
import functools
import itertools
import pathlib
import struct

from tally import foreign, options
from tally.output import replace_file
from tally.program import PAGE, Library, Program, ProgramError, padded, pages

INIT_STACK_PAGES, INIT_ACCOUNT_PAGES = 4, 64

IMAGE = struct.Struct("<8s6I")
HEADER = struct.Struct("<8s5I")
ENTRY = struct.Struct("<6I")
KINDS = {"programs": 0, "servers": 1, "kernel_tests": 2, "libraries": 3, "files": 4, "tests": 5}  # enum archive_kind; each is a name space
STARTED = (KINDS["programs"], KINDS["kernel_tests"], KINDS["tests"])  # by init, as its first program
HEADER_OFFSET, ENTRIES_OFFSET = 64, 128


def checksum(data):
    """struct archive_checksum of servers/lib/archive.h."""
    words = struct.unpack(f"<{-(-len(data) // 4)}I", data + bytes(-len(data) % 4))
    return sum(words) % 2**32, sum(itertools.accumulate(words)) % 2**32


def check_names(members):
    """`members` are (kind, program)."""
    names = [(kind, program.name) for kind, program in members]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ProgramError("two files of one kind have the same name: " + " ".join(sorted(name for _, name in twice)))


def build(init, members):
    """`members` are (kind, program)."""
    check_names(members)
    names = b"".join(program.name.encode() + b"\0" for _, program in members)
    directory_bytes = ENTRY.size * len(members) + len(names)
    directory_pages = pages(ENTRIES_OFFSET + directory_bytes)
    text_pages, data_pages, image = init.flat()
    body = bytearray(image + bytes(INIT_STACK_PAGES * PAGE))
    directory, name = b"", ENTRY.size * len(members)
    for kind, program in members:
        data = program.stripped()
        first = directory_pages + len(body) // PAGE
        directory += ENTRY.pack(name, first, len(data), *checksum(data), kind)
        name += len(program.name.encode()) + 1
        body += padded(data)
    directory += names

    head = bytearray(padded(bytes(ENTRIES_OFFSET) + directory))
    IMAGE.pack_into(head, 0, b"TALLYAR1", directory_pages, text_pages, data_pages, INIT_STACK_PAGES,
                    INIT_ACCOUNT_PAGES, init.entry)
    archive = head + body
    HEADER.pack_into(archive, HEADER_OFFSET, b"TALLYDIR", len(archive) // PAGE, len(members),
                     *checksum(directory), directory_bytes)
    return archive


def arguments_of(words, folder, about):
    """The options in `words`, or in the script's command line; names of files are relative to `folder`."""
    program = functools.partial(program_in, pathlib.Path(folder))
    library = functools.partial(program_in, pathlib.Path(folder), kind=Library)
    parser = options.Parser("mkarchive", about, fromfile_prefix_chars="@")
    parser.add_argument("output")
    parser.add_argument("init", type=program, help="init's ELF file")
    of_kinds = {"libraries": library, "files": functools.partial(File, pathlib.Path(folder))}
    for kind in KINDS:
        of_kind = of_kinds.get(kind, program)
        parser.add_argument("--" + kind.replace("_", "-"), type=of_kind, nargs="*", default=[])
    parser.add_argument("--foreign", type=pathlib.Path, metavar="FOLDER",
                        help="where programs from outside are built; its programs come before others of their names")
    return parser.parse_args(words)


class File:
    """A data file, which programs only read."""

    def __init__(self, folder, path):
        self.path = folder / path
        self.name = self.path.name

    def stripped(self):
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise ProgramError(f"{self.path}: {error.strerror}") from error


def program_in(folder, name, kind=Program):
    return kind(folder / name)


def make(words=None, folder=".", about=None):
    arguments = arguments_of(words, folder, about)
    if arguments.foreign:
        found = foreign.read(arguments.foreign)
        arguments.programs = [p for p in arguments.programs if p.name not in found]
        arguments.programs += [Program(foreign.elf(arguments.foreign, name)) for name, good in found.items() if good]
        arguments.files += [File(pathlib.Path(), path) for path in foreign.files(arguments.foreign)]
    members = [(KINDS[kind], program) for kind in KINDS for program in getattr(arguments, kind)]
    replace_file(arguments.output, build(arguments.init, members))

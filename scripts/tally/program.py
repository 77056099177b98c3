"""A program's ELF file, as it is in the boot archive."""
import pathlib
import struct

from tally.record import record

PAGE = 4096
PROGRAM_BASE = 0x900000
VDSO_BASE, VDSO_END = 0x8e8000, 0x8f8000  # servers/proto/slots.h
USER_END = 0xC0000000

ELF_HEADER = struct.Struct("<16s2H5I6H")
PROGRAM_HEADER = struct.Struct("<8I")
ELF_IDENT = b"\x7fELF\x01\x01\x01"
ET_EXEC, EM_386, PT_LOAD = 2, 3, 1
PF_X, PF_W = 1, 2


class ProgramError(Exception):
    pass


@record
class Segment:
    offset: int
    address: int
    file_bytes: int
    memory_bytes: int
    flags: int

    @property
    def pages(self):
        return pages(self.memory_bytes)


def pages(count):
    return (count + PAGE - 1) // PAGE


def padded(data):
    return data + bytes(-len(data) % PAGE)


class Program:
    """An ELF file, after checking that the system's loaders will accept it."""
    BASE = PROGRAM_BASE

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.name = self.path.stem
        self.data = self.path.read_bytes()
        self.read_header()
        self.check_segments()

    def refuse(self, why):
        raise ProgramError(f"{self.path}: {why}")

    def read_header(self):
        if len(self.data) < ELF_HEADER.size or self.data[:7] != ELF_IDENT:
            self.refuse("not a 32-bit little-endian ELF file")
        fields = ELF_HEADER.unpack_from(self.data)
        kind, machine, self.entry, table, size, count = (fields[i] for i in (1, 2, 4, 5, 9, 10))
        if (kind, machine, size) != (ET_EXEC, EM_386, PROGRAM_HEADER.size):
            self.refuse("not an executable for i386")
        if table + count * size > len(self.data):
            self.refuse("its program headers lie outside of it")
        self.segments = []
        for i in range(count):
            kind, offset, address, _, file_bytes, memory_bytes, flags, _ = \
                PROGRAM_HEADER.unpack_from(self.data, table + i * size)
            if kind == PT_LOAD and memory_bytes:
                self.segments.append(Segment(offset, address, file_bytes, memory_bytes, flags))

    def check_segments(self):
        end = self.BASE
        for s in self.segments:
            if s.address % PAGE or s.offset % PAGE:
                self.refuse(f"the segment at {s.address:#x} does not begin at a page boundary")
            if s.address < end or s.address + s.memory_bytes > USER_END:
                self.refuse(f"the segment at {s.address:#x} overlaps another or lies outside user space")
            if s.flags & PF_X and s.flags & PF_W:
                self.refuse(f"the segment at {s.address:#x} is writable and executable")
            if s.file_bytes > s.memory_bytes or s.offset + s.file_bytes > len(self.data):
                self.refuse(f"the segment at {s.address:#x} is larger than the file says")
            end = s.address + s.pages * PAGE
        if not any(s.flags & PF_X and s.address <= self.entry < s.address + s.file_bytes for s in self.segments):
            self.refuse(f"the entry {self.entry:#x} is not in an executable segment")

    def stripped(self):
        """The file up to the end of its segments, without section headers and what only they use."""
        end = max(s.offset + s.file_bytes for s in self.segments)
        fields = list(ELF_HEADER.unpack_from(self.data))
        fields[6] = fields[12] = fields[13] = 0  # e_shoff, e_shnum, e_shstrndx
        return ELF_HEADER.pack(*fields) + self.data[ELF_HEADER.size:end]

    def flat(self):
        """(text pages, data pages, bytes) of the memory image from PROGRAM_BASE on."""
        text = self.segments[0]
        if len(self.segments) > 2 or text.address != PROGRAM_BASE or not text.flags & PF_X:
            self.refuse("needs one read-execute segment at PROGRAM_BASE and at most one other")
        image, data_pages = padded(self.contents(text)), 0
        for data in self.segments[1:]:
            if data.address != PROGRAM_BASE + len(image):
                self.refuse("its data do not begin at the page after its text")
            image += padded(self.contents(data))
            data_pages = data.pages
        return text.pages, data_pages, image

    def contents(self, segment):
        data = self.data[segment.offset:segment.offset + segment.file_bytes]
        return data + bytes(segment.memory_bytes - segment.file_bytes)


class Library(Program):
    """A library that is mapped into programs: one segment from VDSO_BASE on."""
    BASE = VDSO_BASE

    def stripped(self):
        text = self.segments[0]
        if len(self.segments) != 1 or text.address != VDSO_BASE or text.memory_bytes > VDSO_END - VDSO_BASE:
            self.refuse(f"a library has one segment, from {VDSO_BASE:#x} on and to {VDSO_END:#x} at most")
        return self.contents(text)

"""Makes damaged copies of what is booted: changes bytes of the archive, or instructions of kernel and servers."""
import pathlib
import struct

from tally.archive import ENTRIES_OFFSET, ENTRY, checksum
from tally.elf import symbol
from tally.program import PAGE, PROGRAM_BASE
from tally.symbols import find_elf

IMAGE_PAGE, ACCOUNT_PAGES, HEADER_ENTRIES, DIRECTORY_SUM, DIRECTORY_BYTES = 8, 24, 76, 80, 88
PT_LOAD = 1

# Machine code.
INVALID = b"\x0f\x0b"
PUSH_FOREVER = b"\x50\xeb\xfd"
RETURN_1 = b"\x31\xc0\x40\xc3"
JUMP_NOWHERE = b"\xb8\x00\x00\x00\xf0\xff\xe0"
WRITE_TEXT = b"\xc6\x05\x00\x10\x20\xc0\x00"  # writes to the kernel's text
READ_USER = b"\xa1\x00\x00\x90\x00"  # reads a program's first word
JUMP_USER = b"\xb8\x00\x00\x90\x00\xff\xe0"
JUMP_PHYSMAP = b"\xb8\x00\x00\x10\xc0\xff\xe0"  # jumps to memory, at the kernel's address for it


def jump_to(address):
    return b"\xb8" + struct.pack("<I", address) + b"\xff\xe0"


def file_offset(elf, address):
    """The offset in the ELF file, given as bytes, of the byte at `address`."""
    table, = struct.unpack_from("<I", elf, 28)
    count, = struct.unpack_from("<H", elf, 44)
    for i in range(count):
        kind, offset, start, _, size = struct.unpack_from("<5I", elf, table + 32 * i)
        if kind == PT_LOAD and start <= address < start + size:
            return offset + address - start
    raise LookupError(f"nothing is at {address:#x}")


class Archive(bytearray):
    """The boot archive. init notices all changes except those by code()."""

    def directory(self):
        size, = struct.unpack_from("<I", self, DIRECTORY_BYTES)
        return self[ENTRIES_OFFSET:ENTRIES_OFFSET + size]

    def entry(self, name):
        """(offset of the directory entry, offset of the program, its bytes)."""
        directory = self.directory()
        for i in range(struct.unpack_from("<I", self, HEADER_ENTRIES)[0]):
            entry_name, first, size, _, _, _ = ENTRY.unpack_from(directory, ENTRY.size * i)
            if directory[entry_name:].partition(b"\0")[0] == name.encode():
                return ENTRIES_OFFSET + ENTRY.size * i, first * PAGE, size
        raise LookupError(f"no program {name}")

    def flip(self, at):
        self[at] ^= 1

    def flip_program(self, name, at):
        self.flip(self.entry(name)[1] + at)

    def cut(self, size):
        del self[size:]

    def set_account(self, pages):
        """Sets the pages that init gets for the kernel's memory; everything else gets the rest."""
        struct.pack_into("<I", self, ACCOUNT_PAGES, pages)

    def code(self, folder, name, function, instructions):
        """Replaces the first instructions of a program's function."""
        address = symbol(find_elf(folder, name), function)
        if name == "init":
            at = struct.unpack_from("<I", self, IMAGE_PAGE)[0] * PAGE + address - PROGRAM_BASE
            self[at:at + len(instructions)] = instructions
            return
        entry, first, size = self.entry(name)
        at = first + file_offset(self[first:first + size], address)
        self[at:at + len(instructions)] = instructions
        struct.pack_into("<2I", self, entry + 12, *checksum(self[first:first + size]))
        struct.pack_into("<2I", self, DIRECTORY_SUM, *checksum(self.directory()))


class Kernel(bytearray):
    """The kernel's ELF file."""

    def code(self, folder, function, instructions):
        at = file_offset(self, symbol(folder / "kernel/kernel.elf", function))
        self[at:at + len(instructions)] = instructions


def copy(folder, target, change_archive=None, change_kernel=None):
    """Makes `target` a build folder like `folder`, with changes; it has everything for booting without GRUB, and for
    symbols."""
    folder, target = pathlib.Path(folder), pathlib.Path(target)
    (target / "boot").mkdir(parents=True)
    for name in ("kernel", "programs", "servers", "kernel-tests"):
        (target / name).symlink_to(folder / name)
    for name, kind, change in (("archive", Archive, change_archive), ("kernel.elf", Kernel, change_kernel)):
        data = kind((folder / "boot" / name).read_bytes())
        if change:
            change(data)
        (target / "boot" / name).write_bytes(data)

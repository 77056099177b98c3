"""The ISO: grub-mkrescue makes it once; a copy gets another command line."""
import os
import pathlib
import re
import shutil

from tally import processes, tools
from tally.interface import ROOT
from tally.output import replace_file
from tally.temporary import temporary_folder

CONFIG_BYTES = 1024  # the size of boot/grub.cfg in the ISO, padded so that any command line fits in place
COMMAND_MAX = 255
PIECE = 1 << 16
WORD = re.compile(r"[!-~]+")
QUOTES = set("'\"\\")

# The part_ modules are not used, but the start-up script of grub-mkrescue asks for them.
PARTITIONS = "acorn amiga apple bsd dfly dvh gpt msdos plan sun sunpc".split()
MODULES = " ".join(["multiboot2", "normal", "boot", "test", "all_video", *(f"part_{name}" for name in PARTITIONS)])
MKRESCUE_OPTIONS = ["--locales=", "--fonts=", "--themes=", f"--install-modules={MODULES}"]
FIXED_XORRISO = ROOT / "scripts/tally/xorriso_fixed.py"
FIXED = {"SOURCE_DATE_EPOCH": "1577836800", "TZ": "UTC", "LC_ALL": "C"}  # 2020-01-01


class ImageError(Exception):
    pass


def command_line(words):
    """The kernel's command line, quoted such that GRUB and init read back the same words."""
    for word in words:
        if not WORD.fullmatch(word) or QUOTES & set(word):
            raise ImageError(f"argument {word!r}: it must consist of printable characters without blanks and quotes")
    command = " ".join(words)
    if len(command) > COMMAND_MAX:
        raise ImageError(f"the command line is longer than {COMMAND_MAX} bytes")
    return command


def grub_config(words):
    command_line(words)
    template = (ROOT / "boot/grub.cfg").read_text(encoding="utf-8")
    text = template.replace("@COMMAND@", " ".join(f"'{word}'" for word in words))
    padding = CONFIG_BYTES - len(text)
    if padding < 2:
        raise ImageError("boot/grub.cfg with this command line is too long")
    return (text + "#" * (padding - 1) + "\n").encode()


def make_iso(output, kernel, archive, words):
    """`kernel` and `archive` are files. The ISO boots under BIOS and UEFI. Its bytes depend only on the files, the
    words and the tools: see xorriso_fixed.py. The tools work in a temporary folder and get only names in it, as some
    split names at = and blanks."""
    with temporary_folder() as folder:
        folder = pathlib.Path(folder)
        boot = folder / "root/boot"
        (boot / "grub").mkdir(parents=True)
        shutil.copyfile(kernel, boot / "kernel.elf")
        shutil.copyfile(archive, boot / "archive")
        (boot / "grub/grub.cfg").write_bytes(grub_config(words))
        mkrescue, xorriso = (os.path.abspath(tools.command(tool)) for tool in (tools.GRUB_MKRESCUE, tools.XORRISO))
        done = processes.run([mkrescue, f"--xorriso={FIXED_XORRISO}", *MKRESCUE_OPTIONS, "-o", "iso", "root"],
                             cwd=folder, env={**os.environ, **FIXED, "TMPDIR": ".", "XORRISO": xorriso})
        if done.returncode:
            raise ImageError("grub-mkrescue failed:\n" + done.stderr)
        replace_file(output, (folder / "iso").read_bytes())


def offsets_of(wanted, file):
    """The offsets in a file at which `wanted` begins. The file is read in pieces, which is faster than allocating all of
    it."""
    found, data, begin = [], b"", 0
    while piece := file.read(PIECE):
        kept = data[1 - len(wanted):]
        begin, data = begin + len(data) - len(kept), kept + piece
        at = data.find(wanted)
        while at >= 0:
            found.append(begin + at)
            at = data.find(wanted, at + 1)
    return found


def with_command(iso, default_words, words, output):
    """Writes to `output` a copy of `iso` (made with `default_words`) that boots with `words`."""
    old, new = grub_config(default_words), grub_config(words)
    with open(iso, "rb") as file:
        found = offsets_of(old, file)
    if len(found) != 1:
        raise ImageError(f"{iso}: its GRUB configuration is not where it should be; build it again")
    shutil.copyfile(iso, output)
    with open(output, "r+b") as file:
        file.seek(found[0])
        file.write(new)

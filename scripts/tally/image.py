"""The ISO: made once by grub-mkrescue; another command line is written into a copy."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from tally import tools
from tally.interface import ROOT

CONFIG_BYTES = 1024  # boot/grub.cfg in the ISO, padded, so that any command line fits in place
COMMAND_MAX = 255
WORD = re.compile(r"[!-~]+")
QUOTES = set("'\"\\")

# The part_ modules are not needed, but the start-up script that grub-mkrescue writes asks for them.
PARTITIONS = "acorn amiga apple bsd dfly dvh gpt msdos plan sun sunpc".split()
MODULES = " ".join(["multiboot2", "normal", "boot", *(f"part_{name}" for name in PARTITIONS)])
MKRESCUE_OPTIONS = ["--locales=", "--fonts=", "--themes=", f"--install-modules={MODULES}"]


class ImageError(Exception):
    pass


def command_line(words):
    """The kernel's command line; its words are what GRUB and init read back as words."""
    for word in words:
        if not WORD.fullmatch(word) or QUOTES & set(word):
            raise ImageError(f"argument {word!r}: only printable characters without blanks and quotes")
    command = " ".join(words)
    if len(command) > COMMAND_MAX:
        raise ImageError(f"the command line is longer than {COMMAND_MAX} bytes")
    return command


def grub_config(words):
    command_line(words)
    template = (ROOT / "boot/grub.cfg").read_text()
    text = template.replace("@COMMAND@", " ".join(f"'{word}'" for word in words))
    padding = CONFIG_BYTES - len(text)
    if padding < 2:
        raise ImageError("boot/grub.cfg with this command line is too long")
    return (text + "#" * (padding - 1) + "\n").encode()


def make_iso(output, kernel, archive, words):
    """`kernel` and `archive` are files; the ISO boots under BIOS and UEFI."""
    with tempfile.TemporaryDirectory() as folder:
        boot = pathlib.Path(folder) / "boot"
        (boot / "grub").mkdir(parents=True)
        shutil.copy(kernel, boot / "kernel.elf")
        shutil.copy(archive, boot / "archive")
        (boot / "grub/grub.cfg").write_bytes(grub_config(words))
        mkrescue = [tools.command(tools.GRUB_MKRESCUE), f"--xorriso={tools.command(tools.XORRISO)}"]
        done = subprocess.run([*mkrescue, *MKRESCUE_OPTIONS, "-o", str(output), folder], capture_output=True, text=True)
    if done.returncode:
        raise ImageError("grub-mkrescue failed:\n" + done.stderr)


def with_command(iso, default_words, words, output):
    """Writes to `output` a copy of `iso` (made with `default_words`) that boots with `words`."""
    data = pathlib.Path(iso).read_bytes()
    old, new = grub_config(default_words), grub_config(words)
    if data.count(old) != 1:
        raise ImageError(f"{iso}: its GRUB configuration is not where it should be; build it again")
    temporary = f"{output}.{os.getpid()}"
    pathlib.Path(temporary).write_bytes(data.replace(old, new))
    os.replace(temporary, output)

"""Turns addresses in log lines into functions and source lines, from the ELF files of a build folder."""
import pathlib
import re
import subprocess

from tally.interface import ROOT

RETURN_ADDRESS = re.compile(r"\s*at 0x([0-9a-fA-F]+)$")                              # of a kernel panic
FAULT = re.compile(r"(?:init: server )?([\w.-]+)\b.*\beip 0x([0-9a-fA-F]+)\)?$")  # of a program


def lookup(elf, address):
    """`function file:line` for an address; None if unknown."""
    if not pathlib.Path(elf).exists():
        return None
    done = subprocess.run(["llvm-symbolizer", f"--obj={elf}", "--no-inlines", f"{address:#x}"],
                          capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    if done.returncode or len(lines) < 2 or lines[0] == "??":
        return None
    place = lines[1].rsplit(":", 1)[0].removeprefix(f"{ROOT}/")
    return f"{lines[0]} {place}"


def symbolize(line, folder):
    """`line`, with what stands at its address if it has one that the files of `folder` explain."""
    found = None
    if match := RETURN_ADDRESS.match(line):
        found = lookup(folder / "kernel/kernel.elf", int(match[1], 16) - 1)  # the call is before it
    elif match := FAULT.match(line):
        found = lookup(folder / f"programs/{match[1]}.elf", int(match[2], 16))
    return f"{line} {found}" if found else line

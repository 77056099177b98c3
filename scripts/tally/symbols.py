"""Turns addresses in log lines into functions and source lines, from the kernel's ELF file."""
import pathlib
import re
import subprocess

from tally.interface import ROOT

ADDRESS = re.compile(r"^(\s*at) 0x([0-9a-fA-F]+)\s*$")


def lookup(elf, address):
    """`function file:line` for the call before the return address `address`; None if unknown."""
    if not pathlib.Path(elf).exists():
        return None
    done = subprocess.run(["llvm-symbolizer", f"--obj={elf}", "--no-inlines", f"{address - 1:#x}"],
                          capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    if done.returncode or len(lines) < 2 or lines[0] == "??":
        return None
    place = lines[1].rsplit(":", 1)[0].removeprefix(f"{ROOT}/")
    return f"{lines[0]} {place}"


def symbolize(line, elf):
    """`line` as it is, or with what stands at its address if it is of the form `  at 0xADDRESS`."""
    match = ADDRESS.match(line)
    found = match and lookup(elf, int(match[2], 16))
    return f"{match[1]} 0x{match[2]} {found}" if found else line

#!/usr/bin/env python3
"""check_format.py: checks that every C file is laid out as .clang-format says. Needs clang-format.

Versions other than 14 (Debian 12's) lay files out differently: with them it says so, and judges nothing.
"""
from tally import entry

import re

from tally import processes
from tally.interface import ROOT

FOLDERS = ["kernel", "libuser", "programs", "servers", "tests"]
VERSION, AT_ONCE = "14", 100
LOCATION = re.compile(r"^(\S+?):(\d+):\d+: error: ", re.M)


def files():
    return [str(path.relative_to(ROOT)) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.[ch]"))]


def locations(names):
    """{file: the first line with another layout}."""
    done = processes.run(["clang-format", "--dry-run", "--Werror", *names], cwd=ROOT)
    found = {}
    for name, line in LOCATION.findall(done.stderr):
        found.setdefault(name, int(line))
    if done.returncode and not found:
        raise entry.ScriptError(f"check_format: clang-format failed: {done.stderr}")
    return found


def main():
    version = re.search(r"version (\d+)", processes.output(["clang-format", "--version"]))[1]
    if version != VERSION:
        print(f"format: clang-format is {version}, not {VERSION}: not judged")
        return 0
    names = files()
    found = {name: line for begin in range(0, len(names), AT_ONCE) for name, line in locations(names[begin:begin + AT_ONCE]).items()}
    for name, line in found.items():
        print(f"{name}:{line} is not laid out as .clang-format says: clang-format -i {name}")
    if not found:
        print(f"format: {len(names)} files are laid out as .clang-format says")
    return bool(found)


entry.run("check_format", main, unable=1)

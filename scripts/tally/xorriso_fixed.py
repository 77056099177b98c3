#!/usr/bin/env python3
"""Runs xorriso for grub-mkrescue, such that the ISO depends only on its contents.

grub-mkrescue names the ISO by the time, in two spellings: 2020010100000000 is the volume's date, and loaders may look
for a file called 2020-01-01-00-00-00-00. Both become a fixed time everywhere in the loaders' folder. mformat gives the
file system of UEFI's loader a random number, which becomes fixed, too. XORRISO names the real xorriso.
"""
import os
import pathlib
import re
import sys

DATE = re.compile(r"--modification-date=(\d{16})")
FIXED = "2020010100000000"
VOLUME = ["-volid", "TALLY", "--set_all_file_dates", FIXED]
FAT_NUMBER, FAT_KIND = slice(39, 43), slice(54, 57)  # in a file system's first sector


def spelled(date):
    return "-".join([date[:4], *(date[i:i + 2] for i in range(4, 16, 2))])


def fix_file(path, old, new):
    data = path.read_bytes()
    fixed = bytearray(data.replace(old.encode(), new.encode()))
    if path.suffix == ".img" and fixed[FAT_KIND] == b"FAT":
        fixed[FAT_NUMBER] = b"TALY"
    if fixed != data:
        path.write_bytes(fixed)
    if old in path.name:
        path.rename(path.with_name(path.name.replace(old, new)))


def fixed_arguments(arguments):
    dates = [match[1] for argument in arguments if (match := DATE.fullmatch(argument))]
    if not dates:
        return arguments  # a query about xorriso itself
    folder = pathlib.Path(arguments[arguments.index("-r") + 1])
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        fix_file(path, spelled(dates[0]), spelled(FIXED))
    return [*(DATE.sub(f"--modification-date={FIXED}", argument) for argument in arguments), *VOLUME]


def main():
    command = os.environ.get("XORRISO", "xorriso")
    os.execvp(command, [command, *fixed_arguments(sys.argv[1:])])


main()

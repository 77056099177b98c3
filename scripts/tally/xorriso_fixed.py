#!/usr/bin/env python3
"""xorriso, as grub-mkrescue calls it, but the ISO depends on its contents alone.

grub-mkrescue names the ISO by the time, in two spellings: 2020010100000000 is the volume's date, and loaders may
look for a file of the other, 2020-01-01-00-00-00-00. Here the time becomes a fixed one, wherever it stands in the
folder of loaders. mformat gives the file system of UEFI's loader a random number; that becomes a fixed one, too.
XORRISO names the real xorriso.
"""
import os
import pathlib
import re
import sys

DATE = re.compile(r"--modification-date=(\d{16})")
FIXED = "2020010100000000"
VOLUME = ["-volid", "TALLY", "--set_all_file_dates", FIXED]
FAT_NUMBER, FAT_KIND = slice(39, 43), slice(54, 57)  # in the first sector of a file system


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
        return arguments  # a question about xorriso itself
    folder = pathlib.Path(arguments[arguments.index("-r") + 1])
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        fix_file(path, spelled(dates[0]), spelled(FIXED))
    return [*(DATE.sub(f"--modification-date={FIXED}", argument) for argument in arguments), *VOLUME]


def main():
    command = os.environ.get("XORRISO", "xorriso")
    os.execvp(command, [command, *fixed_arguments(sys.argv[1:])])


main()

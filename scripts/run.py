#!/usr/bin/env python3
"""Builds if needed, boots the ISO with PROGRAM as its first program, and exits with the program's status.

The program's console output alone goes to stdout; the log of kernel and servers, and what the build
says, to stderr. Exit status: 128 + the signal that killed the program (139 and 136: a fault), 2 for wrong
options, 124 on timeout, 125 on a kernel panic or a crashed server, 126 if tools, the build, memory for
the program or a place to write to are lacking, 127 if there is no such program. Standard input goes to the
console: from a terminal as keys, which are echoed and edited there; otherwise, a pipe or a file, byte by
byte as it is.
"""
from tally import entry

import contextlib
import pathlib
import shlex

from tally import build, foreign, packages, programs, run_options
from tally.image import ImageError
from tally.machine import DEFAULT_WORDS, Options, boot
from tally.serial import BROKEN, keys_as_typed, standard_input, write_console, write_log
from tally.version import version

LOADER_MEMORY = 4  # MiB; with less, GRUB hangs without a word


def check_programs(folder):
    if not pathlib.Path(folder).is_dir():
        raise build.BuildError(f"run: there is no folder {folder}")
    if not any(pathlib.Path(folder).glob("*.c")):
        raise build.BuildError(f"run: there is no *.c in {folder}")
    build.check_path(pathlib.Path(folder).resolve(), "the folder of programs", build.NO_TEXT)


def build_folder(arguments):
    """Builds, and returns where."""
    folder = pathlib.Path(arguments.build_dir).resolve() if arguments.build_dir else build.default_folder("i386")
    if arguments.programs:
        from tally import programs_image  # all else begins sooner without it
        folder = programs_image.make(arguments.programs, folder, with_iso=not arguments.kernel)
    else:
        build.build("i386", folder)
    name = (arguments.words or DEFAULT_WORDS)[0]
    if not foreign.read(folder / foreign.FOLDER).get(name, True):
        raise build.BuildError(f"run: {name} could not be built; why is above")
    return folder


def run(arguments):
    given = standard_input()
    packages.install(packages.BUILD + packages.RUN + packages.UEFI * arguments.uefi + packages.WINDOW * arguments.display)
    folder = build_folder(arguments)
    options = Options(**{field: value for field, value in vars(arguments).items() if field in Options._fields})
    if options.memory < LOADER_MEMORY and not options.kernel:
        write_log(f"run: {options.memory} MiB of memory are too little for GRUB")
        return BROKEN
    if options.gdb:
        write_log(f"run: gdb {shlex.quote(str(folder / 'kernel/kernel.elf'))} -ex 'target remote :1234'")
    with keys_as_typed() if given.is_terminal else contextlib.nullcontext():
        return boot(options, arguments.words or DEFAULT_WORDS, folder, write_console, write_log, given)


def main():
    arguments = run_options.parse(about=__doc__)
    if arguments.version:
        print(f"tally {version()}")
        return 0
    if arguments.programs:
        check_programs(arguments.programs)
    if arguments.list:
        print(*programs.listing(arguments.programs), sep="\n")
        return 0
    try:
        return run(arguments)
    except ImageError as error:
        write_log(f"run: {error}")
        return entry.USAGE


entry.run("run", main)

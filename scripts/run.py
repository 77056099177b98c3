#!/usr/bin/env python3
"""Builds if needed, boots the ISO with PROGRAM as its first program, and exits with the program's status.

Only the program's console output goes to stdout; the log of kernel and servers and the build's output go to stderr.
Exit status: 128 + the signal that killed the program (139 or 136: a fault), 2 for wrong options, 124 on timeout, 125 on
a kernel panic or a crashed server, 126 if tools, the build, memory for the program or a place to write to are missing,
127 if there is no such program. Standard input goes to the console: from a terminal as keys, which the console echoes
and edits; from a pipe or a file as unchanged bytes.
"""
from tally import entry

import contextlib
import pathlib
import shlex

from tally import build, foreign, packages, programs, run_options
from tally.image import ImageError
from tally.machine import DEFAULT_WORDS, Options, boot, refused_model
from tally.serial import NO_PROGRAM, keys_as_typed, standard_input, write_console, write_log
from tally.version import version


class NoProgram(entry.ScriptError):
    status = NO_PROGRAM


class NoModel(entry.ScriptError):
    status = entry.USAGE


def check_program(name, arguments, folder):
    """Checks before booting; the machine's log could not say more."""
    if name not in programs.in_archive(folder / "boot/archive"):
        where = f" --programs {shlex.quote(arguments.programs)}" if arguments.programs else ""
        raise NoProgram(f"run: there is no program {name}; scripts/run{where} --list lists the programs")


def check_model(options):
    if complaint := refused_model(options):
        raise NoModel(f"run: --cpu {options.cpu}: {complaint}; `qemu-system-i386 -cpu help` lists models and features")


def build_folder(arguments):
    """Builds, and returns the folder."""
    name = (arguments.words or DEFAULT_WORDS)[0]
    folder = pathlib.Path(arguments.build_dir).resolve() if arguments.build_dir else build.default_folder("i386")
    if arguments.programs:
        from tally import programs_image  # imported here, as other runs begin sooner without it
        folder = programs_image.make(arguments.programs, folder, with_iso=not arguments.kernel, wanted=name)
    else:
        build.build("i386", folder)
    if not foreign.read(folder / foreign.FOLDER).get(name, True):
        raise build.BuildError(f"run: {name} could not be built; the reason is above")
    check_program(name, arguments, folder)
    return folder


def run(arguments):
    given = standard_input()
    packages.install(packages.BUILD + packages.RUN + packages.UEFI * arguments.uefi + packages.WINDOW * arguments.display)
    folder = build_folder(arguments)
    options = Options(**{field: value for field, value in vars(arguments).items() if field in Options._fields})
    check_model(options)
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
        build.check_path(pathlib.Path(arguments.programs).resolve(), "the folder of programs", build.NO_TEXT)
    if arguments.list:
        print(*programs.listing(arguments.programs), sep="\n")
        return 0
    try:
        return run(arguments)
    except ImageError as error:
        write_log(f"run: {error}")
        return entry.USAGE


entry.run("run", main)

#!/usr/bin/env python3
"""Builds if needed, boots the ISO with PROGRAM as init test, and exits with the program's status.

The program's console output alone goes to stdout; the log of kernel and servers, and what the build
says, to stderr. Exit status: 128 + the signal that killed the program (139 and 136: a fault), 2 for wrong
options, 124 on timeout, 125 on a kernel panic or a crashed server, 126 if tools, the build or memory for
the program are lacking, 127 if there is no such program. Standard input goes to the console: from a
terminal as keys, which are echoed and edited there; otherwise, a pipe or a file, byte by byte as it is.
"""
import argparse
import contextlib
import dataclasses
import os
import pathlib
import signal
import sys

from tally import build, foreign, packages
from tally.image import ImageError
from tally.machine import DEFAULT_WORDS, Options, boot
from tally.serial import BROKEN, BUILD_FAILED, keys_as_typed, standard_input, write_console, write_log

FIELDS = {field.name for field in dataclasses.fields(Options)}
LOADER_MEMORY = 4  # MiB; with less, GRUB hangs without a word


def parse():
    parser = argparse.ArgumentParser(prog="scripts/run", description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--smp", type=int, default=1, metavar="N", help="processors (1)")
    add("--memory", type=int, default=128, metavar="MIB", help="RAM in MiB (128)")
    add("--icount", action="store_true", help="count instructions: runs are repeatable")
    add("--timeout", type=float, default=60, metavar="S", help="seconds until the run is ended (60)")
    add("--display", action="store_true", help="show the machine's screen in a window")
    add("--programs", metavar="DIR", help="build DIR/*.c as programs, too")
    add("--cpu", default="max", metavar="MODEL", help="QEMU's CPU model (max)")
    add("--kernel", action="store_true", help="let QEMU load the kernel, without ISO and GRUB")
    add("--uefi", action="store_true", help="boot the ISO under UEFI")
    add("--serial", type=int, default=2, metavar="N", choices=(1, 2), help="serial ports; 1: log and console share it")
    add("--gdb", action="store_true", help="wait for gdb at port 1234")
    add("--build-dir", metavar="DIR", help="where it is built (build/i386)")
    add("words", nargs=argparse.REMAINDER, metavar="PROGRAM [ARG...]",
        help=f"the program and its arguments ({DEFAULT_WORDS[0]})")
    arguments = parser.parse_args()
    if arguments.words[:1] == ["--"]:
        arguments.words.pop(0)
    if not 1 <= arguments.smp <= 8 or arguments.memory < 1 or not arguments.timeout > 0:
        parser.error("--smp is 1 to 8, --memory and --timeout are positive")
    if arguments.display and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        parser.error("--display needs a graphical session; neither DISPLAY nor WAYLAND_DISPLAY is set")
    return arguments


def build_folder(arguments):
    """Builds, and returns where."""
    if arguments.build_dir:
        folder = pathlib.Path(arguments.build_dir).resolve()
    elif arguments.programs:
        if not pathlib.Path(arguments.programs).is_dir():
            raise build.BuildError(f"run: there is no folder {arguments.programs}")
        if not any(pathlib.Path(arguments.programs).glob("*.c")):
            raise build.BuildError(f"run: there is no *.c in {arguments.programs}")
        folder = build.programs_folder(arguments.programs)
    else:
        folder = build.default_folder("i386")
    programs = arguments.programs and pathlib.Path(arguments.programs).resolve()
    build.build("i386", folder, {"TALLY_PROGRAMS_DIR": programs} if programs else None)
    if not foreign.read(folder / foreign.FOLDER).get((arguments.words or DEFAULT_WORDS)[0], True):
        raise build.BuildError(f"run: {arguments.words[0]} could not be built; why is above")
    return folder


def main():
    given = standard_input()
    arguments = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    packages.install(packages.BUILD + packages.RUN + packages.UEFI * arguments.uefi + packages.WINDOW * arguments.display)
    folder = build_folder(arguments)
    options = Options(**{field: value for field, value in vars(arguments).items() if field in FIELDS})
    if options.memory < LOADER_MEMORY and not options.kernel:
        write_log(f"run: {options.memory} MiB of memory are too little for GRUB")
        return BROKEN
    if options.gdb:
        write_log(f"run: gdb {folder}/kernel/kernel.elf -ex 'target remote :1234'")
    with keys_as_typed() if given.is_terminal else contextlib.nullcontext():
        return boot(options, arguments.words or DEFAULT_WORDS, folder, write_console, write_log, given)


try:
    sys.exit(main())
except (build.BuildError, packages.PackageError, ImageError) as error:
    usage = isinstance(error, ImageError)
    print(f"run: {error}" if usage else error, file=sys.stderr)
    sys.exit(2 if usage else BUILD_FAILED)
except KeyboardInterrupt:
    sys.exit(128 + signal.SIGINT)

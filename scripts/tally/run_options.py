"""What can be said to scripts/run."""
import argparse
import os

from tally.machine import DEFAULT_WORDS

TIMEOUT = 60  # seconds


def parser(about):
    made = argparse.ArgumentParser(prog="scripts/run", description=about, allow_abbrev=False,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    add = made.add_argument
    add("--version", action="store_true", help="say which version this is")
    add("--list", action="store_true", help="list the programs that can be run, with what they take")
    add("--smp", type=int, default=1, metavar="N", help="processors (1)")
    add("--memory", type=int, default=128, metavar="MIB", help="RAM in MiB (128)")
    add("--icount", action="store_true", help="count instructions: runs are repeatable")
    add("--timeout", type=float, metavar="S",
        help=f"seconds until the run is ended ({TIMEOUT}; no limit if standard input is a terminal)")
    add("--display", action="store_true", help="show the machine's screen in a window")
    add("--programs", metavar="DIR", help="build DIR/*.c as programs, too")
    add("--limit-memory", type=int, default=0, metavar="MIB", help="what the program, and what it forks, may have of it")
    add("--limit-processes", type=int, default=0, metavar="N", help="how many processes these may be, with itself")
    add("--cpu", default="max", metavar="MODEL", help="QEMU's CPU model (max)")
    add("--kernel", action="store_true", help="let QEMU load the kernel, without ISO and GRUB")
    add("--uefi", action="store_true", help="boot the ISO under UEFI")
    add("--serial", type=int, default=2, metavar="N", choices=(1, 2), help="serial ports; 1: log and console share it")
    add("--gdb", action="store_true", help="wait for gdb at port 1234")
    add("--build-dir", metavar="DIR", help="where it is built (build/i386)")
    add("words", nargs=argparse.REMAINDER, metavar="PROGRAM [ARG...]",
        help=f"the program and its arguments ({DEFAULT_WORDS[0]})")
    return made


def parse(words=None, about=None):
    options = parser(about)
    arguments = options.parse_args(words)
    if arguments.words[:1] == ["--"]:
        arguments.words.pop(0)
    if arguments.timeout is None and not os.isatty(0):
        arguments.timeout = TIMEOUT
    if not 1 <= arguments.smp <= 8 or arguments.memory < 1 or not (arguments.timeout is None or arguments.timeout > 0):
        options.error("--smp is 1 to 8, --memory and --timeout are positive")
    if not (0 <= arguments.limit_memory < 4096 and 0 <= arguments.limit_processes < 512):
        options.error("--limit-memory is up to 4095 MiB, --limit-processes up to 511; 0: no limit")
    if "" in (arguments.build_dir, arguments.programs):
        options.error("--build-dir and --programs need the name of a folder")
    if arguments.display and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        options.error("--display needs a graphical session; neither DISPLAY nor WAYLAND_DISPLAY is set")
    return arguments

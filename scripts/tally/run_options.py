"""The options of scripts/run."""
import argparse
import os
import pathlib

from tally import foreign, options
from tally.machine import DEFAULT_WORDS

TIMEOUT = 60  # seconds
LEAST_MEMORY, LEAST_MEMORY_UEFI = 12, 80  # MiB for shm_cnt, and for any firmware of Debian 12 and 13; as in README.md
MOST_MEMORY = 4096  # the kernel can use all of it, but ignores RAM above 4 GiB
MOST_LIMIT, MOST_PROCESSES = 4095, 511  # servers/proto/start_limits.h


def folder_of_programs(text):
    folder = pathlib.Path(options.folder(text))
    if not any(map(foreign.may_be_program, folder.glob("*.c"))):
        options.refuse("it is a folder with a *.c", text)
    return text


def parser(about):
    made = options.Parser("run", about)
    add = made.add_argument
    add("--version", action="store_true", help="print the version")
    add("--list", action="store_true", help="list the programs, with their arguments")
    add("--smp", type=options.whole(1, 8), default=1, metavar="N", help="processors (1)")
    add("--memory", type=options.whole(LEAST_MEMORY, MOST_MEMORY), default=128, metavar="MIB",
        help=f"RAM in MiB (128), {LEAST_MEMORY} at least, with --uefi {LEAST_MEMORY_UEFI}")
    add("--icount", action="store_true", help="count instructions: runs are repeatable")
    add("--timeout", type=options.time_or_for_ever, metavar="S",
        help=f"seconds until the run is ended ({TIMEOUT}; no limit with --gdb, or if standard input is a terminal)")
    add("--display", action="store_true", help="show the machine's screen in a window")
    add("--programs", type=folder_of_programs, metavar="DIR", help="build DIR/*.c as programs, too")
    add("--limit-memory", type=options.whole(1, MOST_LIMIT), default=0, metavar="MIB",
        help="memory limit of the program and the processes it forks (all)")
    add("--limit-processes", type=options.whole(1, MOST_PROCESSES), default=0, metavar="N",
        help="limit of the number of these processes (all)")
    add("--cpu", type=options.name, default="max", metavar="MODEL", help="QEMU's CPU model (max)")
    add("--kernel", action="store_true", help="let QEMU load the kernel, without ISO and GRUB")
    add("--uefi", action="store_true", help="boot the ISO under UEFI")
    add("--serial", type=options.whole(1, 2), default=2, metavar="N", help="serial ports (2); 1: log and console share one")
    add("--gdb", action="store_true", help="wait for gdb at port 1234")
    options.build_folder(made, "the build folder (build/i386)")
    add("words", nargs=argparse.REMAINDER, metavar="PROGRAM [ARG...]",
        help=f"the program and its arguments ({DEFAULT_WORDS[0]})")
    return made


def check(made, arguments):
    """Checks rules about several options."""
    if arguments.uefi and arguments.memory < LEAST_MEMORY_UEFI:
        made.error(f"argument --memory: it must be at least {LEAST_MEMORY_UEFI} with --uefi, not {arguments.memory}")
    if arguments.limit_memory > arguments.memory:
        made.error(f"argument --limit-memory: it must be at most --memory, {arguments.memory}, not {arguments.limit_memory}")
    if arguments.uefi and arguments.kernel:
        made.error("argument --uefi: cannot be combined with --kernel, which boots without firmware")
    if arguments.display and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        made.error("argument --display: it needs a graphical session; neither DISPLAY nor WAYLAND_DISPLAY is set")


def parse(words=None, about=None):
    made = parser(about)
    arguments = made.parse_args(words)
    if arguments.words[:1] == ["--"]:
        arguments.words.pop(0)
    check(made, arguments)
    if arguments.timeout is None and not arguments.gdb and not os.isatty(0):
        arguments.timeout = TIMEOUT
    return arguments

"""Options of the scripts. A wrong one ends the script with status 2 and a line that also says what is allowed."""
import argparse
import math
import os
import pathlib
import re

from tally.entry import USAGE

WHOLE = re.compile(r"-?[0-9]{1,18}")
LONGEST = 1e6  # the limit for times, in any unit


class Parser(argparse.ArgumentParser):
    """Like argparse's, without the usage before each message, which hides the message."""

    def __init__(self, script, about, **more):
        super().__init__(prog=f"scripts/{script}", description=about, allow_abbrev=False,
                         formatter_class=argparse.RawDescriptionHelpFormatter, **more)

    def error(self, message):
        hint = "; --help lists the options" if message.startswith("unrecognized") else ""
        self.exit(USAGE, f"{self.prog}: error: {message}{hint}\n")


def refuse(what, text):
    """Raises the error; argparse puts the option's name before it."""
    raise argparse.ArgumentTypeError(f"{what}, not {text!r}")


def whole(least, most):
    def read(text):
        if not (WHOLE.fullmatch(text) and least <= int(text) <= most):
            refuse(f"it is a whole number from {least} to {most}", text)
        return int(text)
    return read


def jobs(parser, what):
    """Adds -j N, by default the number of processors."""
    here = len(os.sched_getaffinity(0))
    parser.add_argument("-j", "--jobs", type=whole(1, 1024), default=here, metavar="N", help=what)


def time(text, most=LONGEST):
    """A time in minutes or seconds."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 < found <= most:
        refuse(f"it is a number above 0, {most:.0f} at most" if most < math.inf else "it is a number above 0", text)
    return found


def time_or_for_ever(text):
    return time(text, math.inf)


def name(text):
    """The name of a file, a folder, or anything else."""
    if not text or "\0" in text:
        refuse("it is a name", text)
    return text


def file(text):
    if not pathlib.Path(name(text)).is_file():
        refuse("it is a file that is there", text)
    return text


def file_or_folder(text):
    if not pathlib.Path(name(text)).exists():
        refuse("it is a file or folder that is there", text)
    return text


def folder(text):
    if not pathlib.Path(name(text)).is_dir():
        refuse("it is a folder that is there", text)
    return text


def build_folder(parser, help):
    parser.add_argument("--build-dir", type=name, metavar="DIR", help=help)

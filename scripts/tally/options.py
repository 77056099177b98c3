"""Options of the scripts. What is wrong with one is said in a line that also says what is allowed, with status 2."""
import argparse
import math
import os
import pathlib
import re

from tally.entry import USAGE

WHOLE = re.compile(r"-?[0-9]{1,18}")
LONGEST = 1e6  # of times, in whatever unit


class Parser(argparse.ArgumentParser):
    """As argparse's, without the usage before each message: that hides it."""

    def __init__(self, script, about, **more):
        super().__init__(prog=f"scripts/{script}", description=about, allow_abbrev=False,
                         formatter_class=argparse.RawDescriptionHelpFormatter, **more)

    def error(self, message):
        hint = "; --help names those that there are" if message.startswith("unrecognized") else ""
        self.exit(USAGE, f"{self.prog}: error: {message}{hint}\n")


def refuse(what, text):
    """Argparse puts the option's name before it."""
    raise argparse.ArgumentTypeError(f"{what}, not {text!r}")


def whole(least, most):
    def read(text):
        if not (WHOLE.fullmatch(text) and least <= int(text) <= most):
            refuse(f"it is a whole number from {least} to {most}", text)
        return int(text)
    return read


def jobs(parser, what):
    """-j N: as many as there are processors."""
    here = len(os.sched_getaffinity(0))
    parser.add_argument("-j", "--jobs", type=whole(1, 1024), default=here, metavar="N", help=what)


def time(text, most=LONGEST):
    """Minutes, or seconds."""
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
    """Of a file, of a folder, or of what else has one."""
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

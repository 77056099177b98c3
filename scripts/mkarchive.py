#!/usr/bin/env python3
"""Makes the boot archive, which scripts/tally/archive.py describes. @FILE stands for the words in a file, one a
line."""
from tally import entry

from tally import archive
from tally.program import ProgramError


def main():
    try:
        archive.make(about=__doc__)
    except ProgramError as error:
        raise entry.ScriptError(f"mkarchive: {error}") from None


entry.run("mkarchive", main, unable=1)

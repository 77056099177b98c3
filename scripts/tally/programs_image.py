"""Makes an image with programs from outside of the tree, in a folder outside/NAME-HASH of the build folder that
provides everything else. It can be booted like a build folder."""
import os
import pathlib
import re
import zlib

from tally import archive, build, foreign, foreign_build
from tally.image import ImageError, make_iso
from tally.machine import DEFAULT_WORDS
from tally.output import replace_file
from tally.program import ProgramError

TAKEN = ("kernel", "boot/kernel.elf", "servers", "kernel-tests", "programs", "libraries")  # used unchanged
MADE_OF = "made-of"  # a file: the inputs of the last image


def folder_of(programs, base):
    """The image's folder, one for each folder of programs."""
    path = pathlib.Path(programs).resolve()
    name = re.sub(r"[^\w.-]", "_", path.name, flags=re.ASCII)
    return base / "outside" / f"{name}-{zlib.crc32(os.fsencode(path)):08x}"


def make_archive(base, folder):
    words = [str(folder / "boot/archive"), f"@{base / 'boot/members'}", "--foreign", str(folder / foreign.FOLDER)]
    try:
        archive.make(words, base)
    except ProgramError as error:
        raise build.BuildError(f"tally: {error}") from error


def make_image(base, folder, with_iso):
    """Makes the archive, and the ISO if wanted, unless they are up to date. An existing ISO always has the current
    archive."""
    made_of = (folder / foreign.FOLDER / foreign.LIST).read_text(encoding="utf-8") + \
        f"{os.stat(base / 'tally.iso').st_mtime_ns}\n"
    mark, made, iso = folder / MADE_OF, folder / "boot/archive", folder / "tally.iso"
    if not (made.exists() and mark.exists() and mark.read_text(encoding="utf-8") == made_of):
        for stale in (mark, iso):
            stale.unlink(missing_ok=True)
        make_archive(base, folder)
        replace_file(mark, made_of.encode())
    if with_iso and not iso.exists():
        try:
            make_iso(iso, base / "boot/kernel.elf", made, DEFAULT_WORDS)
        except ImageError as error:
            raise build.BuildError(f"tally: {error}") from error


def build_programs(programs, base, folder, wanted):
    (folder / foreign.FOLDER).mkdir(parents=True, exist_ok=True)
    tools = foreign_build.read_tools(base / "foreign.commands", programs, folder / foreign.FOLDER)
    progress = build.Progress(f"the programs of {programs}")
    try:
        foreign_build.build_all(tools, progress.say, progress.step, wanted)
    finally:
        progress.clear()


def make(programs, base, with_iso=True, wanted=None):
    """Builds `base`, and then an image with the programs of a folder; `wanted` is the one to run. Booting without GRUB
    needs no ISO. Returns the image's folder."""
    folder = folder_of(programs, base)
    with build.building("i386", base):
        build_programs(pathlib.Path(programs).resolve(), base, folder, wanted)
        build.link(folder, dict.fromkeys(TAKEN, base))
        make_image(base, folder, with_iso)
    return folder

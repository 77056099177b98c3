"""Tells whether this machine's tools are still those of a build folder. CMake and Ninja compare paths, but a tool can
be replaced by another version of the same name, and CC can name another one each time."""
import os
import re
import sys

from tally import packages, processes
from tally.output import replace_text

STAMP = "tools.txt"
DRIVERS = ("python3", "cmake", "ninja")  # all versions of these produce the same output
USED = "python3 is "
SETTING = re.compile(r"^(TALLY_(?!CC:|LD:)\w+):\w+=(.*)$", re.M)  # in CMake's cache


def now():
    """A line for each tool found: its name, path, time and size."""
    found = ((tool, tool.path()) for tool in packages.BUILD if tool.name not in DRIVERS)
    states = ((tool, path, os.stat(path)) for tool, path in found if path)
    lines = [f"{tool.label()} {path} {state.st_mtime_ns} {state.st_size}\n" for tool, path, state in states]
    return "".join([*lines, f"musl {os.environ.get('MUSL', '')}\n"])


def note(folder):
    """Records the tools. CMake calls this with the Python that the build will use."""
    replace_text(folder / STAMP, f"{now()}{USED}{sys.executable}\n")


def is_outdated(folder):
    stamp = folder / STAMP
    noted, _, python = (stamp.read_text(encoding="utf-8") if stamp.exists() else "").rpartition(USED)
    return (folder / "build.ninja").exists() and (noted != now() or not os.path.exists(python.rstrip("\n")))


def forget(folder):
    """Removes the configuration and the outputs, and returns the settings of the configuration."""
    cache = folder / "CMakeCache.txt"
    settings = dict(SETTING.findall(cache.read_text(encoding="utf-8"))) if cache.exists() else {}
    processes.run(["ninja", "-C", str(folder), "-t", "clean"])
    for path in [cache, folder / "build.ninja", *folder.glob("CMakeFiles/*/CMakeCCompiler.cmake"), *folder.glob("*.so")]:
        path.unlink(missing_ok=True)
    return settings

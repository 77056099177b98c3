"""Configures and builds; what the tools say goes to stderr."""
import contextlib
import fcntl
import hashlib
import pathlib
import re
import subprocess
import sys

from tally.interface import ROOT

QUIET = re.compile(r"ninja: (no work to do|Entering directory)|\[\d+/\d+\] Re-checking globbed")


class BuildError(Exception):
    pass


def default_folder(preset):
    return ROOT / "build" / preset


def programs_folder(programs):
    """The build folder for programs from outside the tree: one for each folder of them."""
    path = pathlib.Path(programs).resolve()
    return ROOT / "build" / f"i386-{path.name}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


@contextlib.contextmanager
def locked(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def configure(preset, folder, settings):
    options = [f"-D{name}={value}" for name, value in settings.items()]
    done = subprocess.run(["cmake", "--preset", preset, "-B", str(folder), *options], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise BuildError(done.stdout + "\ntally: the configuration failed")


def build(preset, folder, settings=None, keep_going=False):
    """Builds everything of a preset in `folder`; with keep_going, as much as can be built."""
    with locked(folder):
        if settings or not (folder / "build.ninja").exists():
            configure(preset, folder, settings or {})
        command = ["cmake", "--build", str(folder), "--", *(["-k", "0"] if keep_going else [])]
        ninja = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for line in ninja.stdout:
            if not QUIET.match(line):
                print(line, end="", file=sys.stderr, flush=True)
        if ninja.wait() and not keep_going:
            raise BuildError("tally: the build failed; what the tools said is above")

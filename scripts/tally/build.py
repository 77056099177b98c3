"""Configures and builds. On a terminal one line shows the progress; elsewhere each stage prints one line.

Compilers' messages appear at once; build.log in the build folder has all output.
"""
import contextlib
import fcntl
import os
import pathlib
import re
import subprocess
import sys
import time

from tally import configured, packages, processes
from tally.entry import UNABLE, ScriptError
from tally.interface import ROOT

STEP = re.compile(r"\[(\d+)/(\d+)\] (.*)")
QUIET = re.compile(r"ninja: (no work to do|Entering directory)|-- |"
                   r"\[\d+/\d+\] (Re-(checking|running CMake)|version$)")
WARNING = re.compile(r"^CMake Warning at .*\n((?:  .*\n)+)", re.M)
OWNER = re.compile(r"^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$", re.M)
base = ROOT / "build"
FAILED = re.compile(r"^FAILED: (\S+)", re.M)
PATIENCE = 10  # seconds between lines about a long stage
MADE = "made"  # a file in a build folder: it is complete, and nobody builds there
BUILT = "TALLY_BUILT"  # an environment variable: the folders that scripts/test has built, one a line
NO_TEXT = re.compile(r"[\x00-\x1f\x7f\udc80-\udcff]")
UNFIT = re.compile(r'["#$;\\\x00-\x1f\x7f\udc80-\udcff]')  # in a path: CMake cannot hold these in lists, strings and files


class BuildError(ScriptError):
    status = UNABLE


class UnfitFolder(BuildError):
    """Nothing can be built in that folder."""


def use_base(folder):
    """Makes `folder` the parent of the presets' default build folders."""
    global base
    base = pathlib.Path(folder).resolve()


def default_folder(preset):
    return base / preset


def check_path(path, what, unfit=UNFIT):
    """Refuses a path at which CMake would fail without saying why."""
    if found := unfit.search(str(path)):
        raise UnfitFolder(f"tally: {what} cannot be {str(path)!r}: CMake does not build in a path with {found[0]!r}; "
                         "use one without")


@contextlib.contextmanager
def locked(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / ".lock", "w")
    except OSError as error:
        raise UnfitFolder(f"tally: {folder} cannot be written: {error.strerror}; --build-dir names another folder") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Progress:
    """Shows a stage's progress on stderr."""

    def __init__(self, what):
        self.what, self.begin, self.steps = what, time.monotonic(), 0
        self.next, self.width = self.begin, 0
        self.terminal = sys.stderr.isatty()

    def say(self, text):
        self.clear()
        print(text, file=sys.stderr, flush=True)

    def clear(self):
        if self.width:
            sys.stderr.write("\r" + " " * self.width + "\r")
            self.width = 0

    def step(self, done, steps, what):
        self.steps = steps
        if self.terminal:
            text = f"[{done}/{steps}] {what}"[:78]
            self.clear()
            sys.stderr.write(text)
            sys.stderr.flush()
            self.width = len(text)
        elif time.monotonic() >= self.next:
            self.say(f"tally: building {self.what}, step {done} of {steps}")
            self.next = time.monotonic() + PATIENCE

    def end(self, how):
        if self.steps:
            self.say(f"tally: {how} {self.what} in {time.monotonic() - self.begin:.0f} s")
        self.clear()


def short(folder):
    return folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder


def configure(preset, folder, settings):
    options = [f"-D{name}:STRING={value}" for name, value in settings.items()]
    done = processes.run(["cmake", "--preset", preset, "-B", str(folder), *options], cwd=ROOT, stderr=subprocess.STDOUT)
    if done.returncode:
        raise BuildError(done.stdout[max(done.stdout.find("CMake Error"), 0):] + "\ntally: the configuration failed")
    for warning in WARNING.findall(done.stdout):
        print("tally: " + " ".join(warning.split()), file=sys.stderr)


def follow(lines, progress, log):
    """Shows ninja's output: steps as progress, other lines unchanged."""
    for line in lines:
        log.write(line)
        if QUIET.match(line):
            continue
        if step := STEP.match(line):
            progress.step(*step.groups())
        else:
            progress.say(line.rstrip("\n"))


def make(folder, options):
    """Runs ninja; returns whether everything was built."""
    progress = Progress(short(folder))
    command = ["ninja", "-C", str(folder), *options]
    with open(folder / "build.log", "w", encoding="utf-8", errors="surrogateescape") as log, \
            processes.started(command, cwd=ROOT, encoding="utf-8", errors="surrogateescape", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as ninja:
        follow(ninja.stdout, progress, log)
        built = ninja.wait() == 0
    progress.end("built" if built else "failed to build")
    return built


def remove_unbuilt(folder):
    """Removes outputs that failed, and what is made of them, so that no outdated one is run."""
    failed = FAILED.findall((folder / "build.log").read_text(encoding="utf-8", errors="surrogateescape"))
    for name in failed:
        _, _, made = processes.run(["ninja", "-C", str(folder), "-t", "query", name]).stdout.partition("  outputs:\n")
        for output in [name, *made.split()]:
            (folder / output).unlink(missing_ok=True)


def check_owner(folder):
    """Refuses a build folder of another tree, which CMake would continue to build, or reject in many words; and a
    folder that consists of links to another (link())."""
    if (folder / "kernel").is_symlink():
        raise BuildError(f"tally: {folder} is not a build folder: it must be one, to take parts from")
    with contextlib.suppress(OSError):
        cache = (folder / "CMakeCache.txt").read_text(encoding="utf-8", errors="surrogateescape")
        owner = OWNER.search(cache)
        if owner and owner[1] != str(ROOT):
            raise BuildError(f"tally: {folder} was made by {owner[1]}; remove it, or name another with --build-dir")


def link(folder, parts):
    """Makes `folder` bootable like a build folder; `parts` is {name: the build folder that has it}."""
    for name, owner in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        target = os.path.relpath(owner / name, path.parent)
        if not path.is_symlink() or os.readlink(path) != target:
            path.unlink(missing_ok=True)
            path.symlink_to(target)


def count_as_built(folder):
    """Makes scripts that we start skip the check for changes in `folder`, which takes a fifth of a second each time."""
    os.environ[BUILT] = f"{os.environ.get(BUILT, '')}{folder}\n"


def counts_as_built(folder, targets):
    return str(folder) in os.environ.get(BUILT, "").split("\n") and all((folder / each).exists() for each in targets)


def build(preset, folder, targets=(), keep_going=False):
    """Builds targets of a preset, or all of it, in `folder`; with keep_going, as much as can be built."""
    with building(preset, folder, targets, keep_going):
        pass


@contextlib.contextmanager
def building(preset, folder, targets=(), keep_going=False):
    """Like build(); nobody else builds there during the block."""
    if (folder / MADE).exists():
        yield
        return
    check_path(ROOT, "the project's folder")
    check_path(folder, "the build folder")
    with locked(folder):
        check_owner(folder)
        if not counts_as_built(folder, targets):
            bring_up_to_date(preset, folder, targets, keep_going)
        yield


def bring_up_to_date(preset, folder, targets, keep_going):
    settings = configured.forget(folder) if configured.is_outdated(folder) else {}
    if not (folder / "build.ninja").exists():
        packages.refuse_old(packages.BUILD + packages.RUN)
        configure(preset, folder, settings)
    built = make(folder, [*targets, *(["-k", "0"] if keep_going else [])])
    if not built and not keep_going:
        raise BuildError("tally: the build failed; the messages of the tools are above")
    if not built:
        remove_unbuilt(folder)

"""Configures and builds. On a terminal one line shows how far it is; elsewhere each stage is one line.

What compilers say comes through at once; all output is in build.log of the build folder.
"""
import contextlib
import fcntl
import hashlib
import pathlib
import re
import subprocess
import sys
import time

from tally import configured, packages
from tally.interface import ROOT

STEP = re.compile(r"\[(\d+)/(\d+)\] (.*)")
QUIET = re.compile(r"ninja: (no work to do|Entering directory)|-- |\[\d+/\d+\] Re-(checking|running CMake)")
WARNING = re.compile(r"^CMake Warning at .*\n((?:  .*\n)+)", re.M)
PATIENCE = 10  # seconds between lines about a long stage


class BuildError(Exception):
    pass


def default_folder(preset):
    return ROOT / "build" / preset


def programs_folder(programs):
    """The build folder for programs from outside the tree: one for each folder of them."""
    path = pathlib.Path(programs).resolve()
    name = re.sub(r"[^\w.-]", "_", path.name)  # QEMU splits some of its options at blanks
    return ROOT / "build" / f"i386-{name}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


@contextlib.contextmanager
def locked(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / ".lock", "w")
    except OSError as error:
        raise BuildError(f"tally: {folder} cannot be written: {error.strerror}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Progress:
    """Shows how a stage goes, on stderr."""

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
    done = subprocess.run(["cmake", "--preset", preset, "-B", str(folder), *options], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise BuildError(done.stdout[max(done.stdout.find("CMake Error"), 0):] + "\ntally: the configuration failed")
    for warning in WARNING.findall(done.stdout):
        print("tally: " + " ".join(warning.split()), file=sys.stderr)


def follow(lines, progress, log):
    """Shows ninja's output: its steps as progress, the rest as it is."""
    for line in lines:
        log.write(line)
        if QUIET.match(line):
            continue
        if step := STEP.match(line):
            progress.step(*step.groups())
        else:
            progress.say(line.rstrip("\n"))


def make(folder, options):
    """Runs ninja; returns whether all could be built."""
    progress = Progress(short(folder))
    with open(folder / "build.log", "w", encoding="utf-8", errors="replace") as log:
        ninja = subprocess.Popen(["cmake", "--build", str(folder), "--", *options], cwd=ROOT, text=True,
                                 errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        follow(ninja.stdout, progress, log)
    built = ninja.wait() == 0
    progress.end("built" if built else "failed to build")
    return built


def build(preset, folder, settings=None, keep_going=False):
    """Builds everything of a preset in `folder`; with keep_going, as much as can be built."""
    with locked(folder):
        if configured.is_outdated(folder):
            settings = {**configured.forget(folder), **(settings or {})}
        if settings or not (folder / "build.ninja").exists():
            packages.refuse_old(packages.BUILD + packages.RUN)
            configure(preset, folder, settings or {})
        if not make(folder, ["-k", "0"] if keep_going else []) and not keep_going:
            raise BuildError("tally: the build failed; what the tools said is above")

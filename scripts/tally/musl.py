"""musl for i386, the C library of programs: Debian's package musl-dev, fetched and unpacked beside the build folders.

apt gets lists of its own, for that architecture alone; it checks their signatures as always.
"""
import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys

from tally import processes
from tally.entry import ScriptError
from tally.interface import ROOT

PACKAGE = "musl-dev"
LIBRARY = "lib/i386-linux-musl/libc.a"
VERSION = "version"
BESIDE = ROOT / "build/musl"
ELSEWHERE = f"set MUSL to a folder with {LIBRARY}, include/i386-linux-musl, and a file `{VERSION}` that says which it is"


def is_there(folder):
    return (folder / LIBRARY).is_file() and (folder / VERSION).is_file()


def problem():
    """What is wrong with the folder that the environment names, or None."""
    name = os.environ.get("MUSL")
    if not name or is_there(pathlib.Path(name)):
        return None
    return f"MUSL={name}: there is no {LIBRARY}, or no file `{VERSION}` with musl's version"


def named():
    """The folder that the environment names, or None."""
    if wrong := problem():
        raise ScriptError(f"tally: {wrong}")
    name = os.environ.get("MUSL")
    return pathlib.Path(name).resolve() if name else None


def settle():
    """Makes the path absolute before a build, as tools such as CMake run in other folders."""
    if found := named():
        os.environ["MUSL"] = str(found)


def state():
    """A line about musl, for scripts/doctor."""
    if problem():
        return f"UNFIT: MUSL={os.environ['MUSL']}"
    found = named() or (BESIDE if is_there(BESIDE) else None)
    if not found:
        return "musl for i386 is fetched by the first build"
    return f"musl {(found / VERSION).read_text().strip()} for i386 in {found}"


def options(folder):
    lists, cache = folder / "lists", folder / "cache"
    for path in (lists / "partial", cache / "archives/partial"):
        path.mkdir(parents=True)
    return f"""
Dir::State::Lists "{lists}";
Dir::Cache "{cache}";
Dir::State::status "/dev/null";
Dir::Log "{folder}";
APT::Architecture "i386";
APT::Architectures {{ "i386"; }};
APT::Sandbox::User "{'root' if os.geteuid() == 0 else ''}";
APT::Update::Post-Invoke-Success "";
Acquire::Languages "none";
Acquire::IndexTargets::deb-src::Sources::DefaultEnabled "false";
"""


def apt(folder, *words):
    done = processes.run(["apt-get", "-q", *words], cwd=folder, env={**os.environ, "APT_CONFIG": str(folder / "options")},
                         stderr=subprocess.STDOUT)
    return done.returncode == 0, done.stdout


def download(folder):
    """The package's file. If an update fails for one of several sources, the download may still work."""
    (folder / "options").write_text(options(folder))
    _, updated = apt(folder, "update")
    good, downloaded = apt(folder, "download", PACKAGE)
    found = list(folder.glob(f"{PACKAGE}_*.deb"))
    if not good or not found:
        raise ScriptError(f"{updated}{downloaded}tally: {PACKAGE} for i386 could not be fetched; apt's messages are above.\n"
                   f"Try again, or {ELSEWHERE}")
    return found[0]


def unpack(package, folder):
    processes.output(["dpkg-deb", "-x", str(package), str(folder / "all")])
    (folder / "all/usr/lib").rename(folder / "lib")
    (folder / "all/usr/include").rename(folder / "include")
    (folder / VERSION).write_text(re.match(r"[^_]+_([\d.]+)", package.name)[1] + "\n")
    shutil.rmtree(folder / "all")


def fetch(folder):
    if not shutil.which("apt-get"):
        raise ScriptError(f"tally: musl for i386 is missing: on Debian it is fetched; elsewhere {ELSEWHERE}")
    print(f"tally: fetching {PACKAGE} for i386 into {folder}", file=sys.stderr, flush=True)
    scratch = folder.with_name(folder.name + ".new")
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "made").mkdir(parents=True)
    unpack(download(scratch), scratch / "made")
    if not is_there(scratch / "made"):
        raise ScriptError(f"tally: {PACKAGE} has no {LIBRARY}")
    shutil.rmtree(folder, ignore_errors=True)
    (scratch / "made").rename(folder)
    shutil.rmtree(scratch)


@contextlib.contextmanager
def fetched_ahead():
    """Fetches musl while other packages are installed. Ignores errors, which the build will report."""
    if named() or is_there(BESIDE) or not os.access(ROOT, os.W_OK):
        yield
        return
    script = [sys.executable, "-S", "-B", str(ROOT / "scripts/musl.py"), str(BESIDE.parent)]
    with processes.started(script, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as fetching:
        yield
        fetching.wait()


def folder(build):
    """The folder for musl: beside the tree's build folders, or in `build` if the tree cannot be written."""
    if found := named():
        return found
    if is_there(BESIDE):
        return BESIDE
    found = BESIDE
    try:
        found.parent.mkdir(exist_ok=True)
        lock = open(found.with_name(".musl.lock"), "w")
    except OSError:
        found, lock = build.resolve() / "musl", open(build / ".musl.lock", "w")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_there(found):
            fetch(found)
    return found

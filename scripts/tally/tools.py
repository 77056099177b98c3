"""The tools of the project on this machine: where they are and which versions they have.

A tool is found by its variable of the environment (CC, LD, ...), by its name, or by its name with a version, such
as clang-16; those of LLVM are preferred that fit the compiler. What must lie beside a tool is found from there.
"""
import functools
import glob
import os
import pathlib
import re
import shutil

from tally import processes
from tally.record import record

SUFFIXED = re.compile(r".*-(\d+)")
NUMBER = re.compile(r"\d+(\.\d+)+|\d+")


@record
class Tool:
    name: str  # a command, or a file's absolute path, possibly a pattern; {clang}, {grub}: see places()
    package: str  # of Debian
    use: str
    version: tuple = ("--version",)
    least: str = ""  # the least version
    variable: str = ""  # of the environment, which may name another command
    others: tuple = ()  # further names
    is_llvm: bool = False  # it also goes by its name with LLVM's version
    says: str = ""  # what it calls itself, where others have the same name

    def path(self):
        """Where it is, or None."""
        return find(self, *map(os.environ.get, (self.variable, CC.variable, "PATH")))

    def label(self):
        return "/".join(pathlib.PurePath(self.name).parts[-2:]) if self.is_file() else self.name

    def version_text(self):
        """The version, or `-` for a file."""
        return "-" if self.is_file() else version_of(self)

    def is_file(self):
        return "/" in self.name

    def of_compiler(self):
        """Whether it comes with the compiler, whichever that is."""
        return self.name.startswith("{clang}")

    def problem(self):
        """Why what was found cannot be used, or None."""
        if self.is_file() or not self.path():
            return None
        chosen = f"{self.variable}={os.environ[self.variable]}" if os.environ.get(self.variable) else self.path()
        if self.says and self.says not in said(self.path(), *self.version):
            return f"{chosen} is not {self.says}"
        found, least = version_of(self), least_of(self)
        if numbers(found) < numbers(least):
            why = f" with clang {least}" if least != self.least else ""
            return f"{chosen} has version {found}, but {least} is the least that works{why}"
        return None


def numbers(version):
    return [int(part) for part in re.findall(r"\d+", version)]


@functools.lru_cache(maxsize=None)
def said(*command):
    """What a command says; nothing if it cannot be run."""
    try:
        done = processes.run(command, env={**os.environ, "LC_ALL": "C"})
    except OSError:
        return ""
    return done.stdout + done.stderr


def version_of(tool):
    """The first number that has a dot and stands where a version does; `?` if there is none."""
    text = said(tool.path(), *tool.version)
    found = re.search(r"(?:version|\)|^(?:[\w-]+ )?)[ \t]*(\d+(?:\.\d+)+)", text, re.M | re.I) or \
        re.search(r"(\d+(?:\.\d+)+)", text)
    return found[1] if found else "?"


def least_of(tool):
    """A linker must know what its compiler writes."""
    if tool is LD and CC.path():
        return max(tool.least, ".".join(map(str, numbers(version_of(CC))[:1])), key=numbers)  # it may say no version
    return tool.least


# ---------------------------------------------------------------------------------------- finding

def which(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def suffix_of(path):
    """`16` of /usr/bin/clang-16."""
    match = SUFFIXED.fullmatch(str(path or ""))
    return match[1] if match else ""


def with_suffix(name, least):
    """Commands that are `name` with a version, the highest first."""
    folders = os.environ.get("PATH", "").split(":")
    found = [path for folder in folders for path in glob.glob(f"{glob.escape(folder)}/{name}-[0-9]*")
             if suffix_of(path) and numbers(suffix_of(path)) >= numbers(least)]
    return sorted(found, key=lambda path: -int(suffix_of(path)))


def llvm_candidates(tool):
    """Where a compiler was chosen, the tools that fit it come first; the linker must, as it reads what the
    compiler writes."""
    suffix = suffix_of(CC.path()) if tool is not CC else ""
    if suffix:
        yield which(f"{tool.name}-{suffix}")
    if tool is not CC and (suffix or os.environ.get(CC.variable)):
        beside = beside_compiler(tool.name)
        if tool is not LD or not suffix or has_version(beside, suffix):
            yield beside
    if tool is LD and suffix:
        return
    yield which(tool.name)
    yield from with_suffix(tool.name, tool.least)


def has_version(path, least):
    return bool(path) and numbers(said(path, "--version"))[:1] >= numbers(least)


def beside_compiler(name):
    """A tool in the folder that the compiler really is in."""
    path = pathlib.Path(os.path.realpath(CC.path() or "")).parent / name
    return str(path) if os.access(path, os.X_OK) else None


@functools.lru_cache(maxsize=None)
def find(tool, wanted, *_):
    """The path of the tool, or of what is wanted in its place; of all that the environment says of it."""
    if wanted:
        return which(wanted)
    if tool.is_file():
        return next((path for name in (tool.name, *tool.others) for path in files(name)), None)
    if tool.is_llvm:
        return next(filter(None, llvm_candidates(tool)), None)
    return next(filter(None, map(which, (tool.name, *tool.others))), None)


def files(pattern):
    place = re.match(r"\{(\w+)\}", pattern)
    if not place:
        return glob.glob(pattern)
    folder = places()[place[1]]
    return glob.glob(glob.escape(folder) + pattern[place.end():]) if folder else []


def resource_folder(compiler):
    """Where it has files of its own. It says so, in a tenth of a second; a clang that lies where such a folder is, and
    no second one, uses that."""
    beside = pathlib.Path(os.path.realpath(compiler)).parent.parent / "lib/clang"
    found = {os.path.realpath(path) for path in beside.glob("[0-9]*")}
    return found.pop() if len(found) == 1 else said(compiler, "-print-resource-dir").strip()


@functools.lru_cache(maxsize=None)
def places():
    """The folders {clang}, with the compiler's own files, and {grub}, where GRUB is installed."""
    grub = GRUB_MKRESCUE.path()
    return {"clang": resource_folder(CC.path()) if CC.path() else "",
            "grub": str(pathlib.Path(grub).parent.parent) if grub else "/usr"}


def command(tool):
    """What to run: its path, or its name, of which the caller will hear that it is missing."""
    return tool.path() or tool.name


def forget():
    """Other tools may have come."""
    find.cache_clear()
    said.cache_clear()
    places.cache_clear()


CLANG_LEAST = "14"
CC = Tool("clang", "clang", "C compiler", least=CLANG_LEAST, variable="CC", is_llvm=True, says="clang")
LD = Tool("ld.lld", "lld", "linker", least=CLANG_LEAST, variable="LD", is_llvm=True, says="LLD")
GRUB_MKRESCUE = Tool("grub-mkrescue", "grub-common", "ISO", least="2.06", variable="GRUB_MKRESCUE",
                     others=("grub2-mkrescue",))
NASM = Tool("nasm", "nasm", "assembler", ("-v",), least="2.16", variable="NASM")
XORRISO = Tool("xorriso", "xorriso", "ISO", ("-version",), least="1.5.4", variable="XORRISO")


def llvm(name, use):
    return Tool(name, "llvm", use, least=CLANG_LEAST, is_llvm=True)


STRIP = llvm("llvm-strip", "boot images without symbols")
SYMBOLIZER = llvm("llvm-symbolizer", "backtraces")
NM = llvm("llvm-nm", "symbols, for tests")
SIZE = llvm("llvm-size", "the kernel's size, for tests")

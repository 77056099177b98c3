"""The tools of the project on this machine: their paths and versions.

A tool is found by its environment variable (CC, LD, ...), by its name, or by its name with a version, such as clang-16;
LLVM's tools that fit the compiler are preferred. Some tools must lie beside another, and are searched from there.
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
    name: str  # a command, or a file's absolute path, possibly a pattern; for {clang} and {grub} see folders()
    package: str  # the package in Debian
    use: str
    version: tuple = ("--version",)
    least: str = ""  # the least version
    variable: str = ""  # an environment variable that may name another command
    others: tuple = ()  # further names
    is_llvm: bool = False  # it also goes by its name with LLVM's version
    says: str = ""  # the text by which it identifies itself, if other tools have the same name

    def path(self):
        """The tool's path, or None."""
        return find(self, *map(os.environ.get, (self.variable, CC.variable, "PATH")))

    def label(self):
        return "/".join(pathlib.PurePath(self.name).parts[-2:]) if self.is_file() else self.name

    def version_text(self):
        """The version, or `-` for a file."""
        return "-" if self.is_file() else version_of(self)

    def is_file(self):
        return "/" in self.name

    def of_compiler(self):
        """Whether it is a part of the compiler."""
        return self.name.startswith("{clang}")

    def problem(self):
        """Why the found tool cannot be used, or None."""
        if self.is_file() or not self.path():
            return None
        chosen = f"{self.variable}={os.environ[self.variable]}" if os.environ.get(self.variable) else self.path()
        if self.says and self.says not in output_of(self.path(), *self.version):
            return f"{chosen} is not {self.says}"
        found, least = version_of(self), least_of(self)
        if numbers(found) < numbers(least):
            why = f" with clang {least}" if least != self.least else ""
            return f"{chosen} has version {found}, but at least {least} is needed{why}"
        return None


def numbers(version):
    return [int(part) for part in re.findall(r"\d+", version)]


@functools.lru_cache(maxsize=None)
def output_of(*command):
    """A command's output; nothing if it cannot be run."""
    try:
        done = processes.run(command, env={**os.environ, "LC_ALL": "C"})
    except OSError:
        return ""
    return done.stdout + done.stderr


def version_of(tool):
    """The first number with a dot, where a version usually stands; `?` if there is none."""
    text = output_of(tool.path(), *tool.version)
    found = re.search(r"(?:version|\)|^(?:[\w-]+ )?)[ \t]*(\d+(?:\.\d+)+)", text, re.M | re.I) or \
        re.search(r"(\d+(?:\.\d+)+)", text)
    return found[1] if found else "?"


def least_of(tool):
    """The least version of a tool: a linker must understand its compiler's output."""
    if tool is LD and CC.path():
        return max(tool.least, ".".join(map(str, numbers(version_of(CC))[:1])), key=numbers)  # it may report none
    return tool.least


# ---------------------------------------------------------------------------------------- finding

def which(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def suffix_of(path):
    """The suffix of a path: `16` for /usr/bin/clang-16."""
    match = SUFFIXED.fullmatch(str(path or ""))
    return match[1] if match else ""


def with_suffix(name, least):
    """Commands whose name is `name` with a version, highest version first."""
    folders = os.environ.get("PATH", "").split(":")
    found = [path for folder in folders for path in glob.glob(f"{glob.escape(folder)}/{name}-[0-9]*")
             if suffix_of(path) and numbers(suffix_of(path)) >= numbers(least)]
    return sorted(found, key=lambda path: -int(suffix_of(path)))


def llvm_candidates(tool):
    """Candidates for one of LLVM's tools. If a compiler was chosen, tools that fit it come first; the linker has to
    fit, as it reads the compiler's output."""
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
    return bool(path) and numbers(output_of(path, "--version"))[:1] >= numbers(least)


def beside_compiler(name):
    """A tool in the compiler's real folder."""
    path = pathlib.Path(os.path.realpath(CC.path() or "")).parent / name
    return str(path) if os.access(path, os.X_OK) else None


@functools.lru_cache(maxsize=None)
def find(tool, wanted, *_):
    """The path of the tool, or of `wanted` instead; the arguments are everything in the environment that
    matters."""
    if wanted:
        return which(wanted)
    if tool.is_file():
        return next((path for name in (tool.name, *tool.others) for path in files(name)), None)
    if tool.is_llvm:
        return next(filter(None, llvm_candidates(tool)), None)
    return next(filter(None, map(which, (tool.name, *tool.others))), None)


def files(pattern):
    variable = re.match(r"\{(\w+)\}", pattern)
    if not variable:
        return glob.glob(pattern)
    folder = folders()[variable[1]]
    return glob.glob(glob.escape(folder) + pattern[variable.end():]) if folder else []


def resource_folder(compiler):
    """The compiler's own files. Asking it takes a tenth of a second; that is skipped if there is exactly one such
    folder beside it, which is the one it uses."""
    beside = pathlib.Path(os.path.realpath(compiler)).parent.parent / "lib/clang"
    found = {os.path.realpath(path) for path in beside.glob("[0-9]*")}
    return found.pop() if len(found) == 1 else output_of(compiler, "-print-resource-dir").strip()


@functools.lru_cache(maxsize=None)
def folders():
    """The folders {clang}, with the compiler's own files, and {grub}, where GRUB is installed."""
    grub = GRUB_MKRESCUE.path()
    return {"clang": resource_folder(CC.path()) if CC.path() else "",
            "grub": str(pathlib.Path(grub).parent.parent) if grub else "/usr"}


def command(tool):
    """The command to run: the tool's path, or its name, so that running it tells the caller what is missing."""
    return tool.path() or tool.name


def forget():
    """Forgets found tools, as others may have been installed."""
    find.cache_clear()
    output_of.cache_clear()
    folders.cache_clear()


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

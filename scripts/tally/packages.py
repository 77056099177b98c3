"""The tools that the project needs, and how to install missing ones."""
import os
import shutil
import subprocess
import sys

from tally import musl, processes, tools
from tally.entry import ScriptError
from tally.tools import Tool

BUILTINS = Tool("{clang}/lib/*/libclang_rt.builtins-i386.a", "libclang-rt-dev", "64-bit division",
                others=("{clang}/lib/i[36]86-*/libclang_rt.builtins.a",))
FONT = Tool("{grub}/share/grub/unicode.pf2", "grub-common", "glyphs of the screen",
            others=("/usr/share/grub/unicode.pf2", "/boot/grub/fonts/unicode.pf2"))
BUILD = [
    Tool("python3", "python3", "the scripts", least="3.11"),
    Tool("cmake", "cmake", "build", least="3.22"),
    Tool("ninja", "ninja-build", "build", least="1.11"),
    tools.CC,
    tools.LD,
    tools.STRIP,
    tools.SYMBOLIZER,
    BUILTINS,
    tools.NASM,
    tools.GRUB_MKRESCUE,
    FONT,
    Tool("{grub}/lib/grub/i386-pc/multiboot2.mod", "grub-pc-bin", "ISO for BIOS",
         others=("{grub}/share/grub2/i386-pc/multiboot2.mod",)),
    Tool("{grub}/lib/grub/x86_64-efi/multiboot2.mod", "grub-efi-amd64-bin", "ISO for UEFI",
         others=("{grub}/share/grub2/x86_64-efi/multiboot2.mod",)),
    tools.XORRISO,
    Tool("mformat", "mtools", "ISO for UEFI", least="4.0.32"),
]
QEMU = Tool("qemu-system-i386", "qemu-system-x86", "emulator", least="7.2")
RUN = [QEMU]
UEFI = [
    Tool("/usr/share/ovmf/OVMF.fd", "ovmf", "UEFI firmware for QEMU"),
]
WINDOW = [
    Tool("/usr/lib/*/qemu/ui-gtk.so", "qemu-system-gui", "QEMU's window"),
]
HOST = [
    Tool("/usr/include/elf.h", "libc6-dev", "C library of the host's tests"),
    Tool("{clang}/lib/*/libclang_rt.asan*.a", "libclang-rt-dev", "sanitizers"),
    Tool("{clang}/lib/*/libclang_rt.fuzzer*.a", "libclang-rt-dev", "libFuzzer"),
]
TEST = [
    *HOST,
    *UEFI,
    tools.NM,
    tools.SIZE,
    Tool("bochs", "bochs", "the strictest emulator", ("--help",), least="2.7"),
    Tool("/usr/lib/*/bochs/plugins/libbx_term_gui.so", "bochs-term", "Bochs without a window"),
    Tool("/usr/share/bochs/BIOS-bochs-latest", "bochsbios", "firmware for Bochs"),
    Tool("/usr/share/vgabios/vgabios.bin", "vgabios", "firmware for Bochs"),
    Tool("ctags", "universal-ctags", "checks of size and docs", least="5.9", says="Universal Ctags"),
    Tool("clang-format", "clang-format", "check of the layout of C", least="14"),
]

# Other systems' names of Debian's packages: (Fedora, Arch). Packages not listed have the same name.
ELSEWHERE = {
    "python3": ("python3", "python"),
    "ninja-build": ("ninja-build", "ninja"),
    "libclang-rt-dev": ("compiler-rt compiler-rt.i686", "compiler-rt"),
    "grub-common": ("grub2-tools-extra", "grub"),
    "grub-pc-bin": ("grub2-pc-modules", "grub"),
    "grub-efi-amd64-bin": ("grub2-efi-x64-modules", "grub"),
    "xorriso": ("xorriso", "libisoburn"),
    "libc6-dev": ("glibc-devel", "glibc"),
    "qemu-system-x86": ("qemu-system-x86", "qemu-system-x86"),
    "ovmf": ("edk2-ovmf", "edk2-ovmf"),
    "qemu-system-gui": ("qemu-ui-gtk", "qemu-ui-gtk"),
    "bochs-term": ("bochs", "bochs"),
    "bochsbios": ("bochs-bios", "bochs"),
    "universal-ctags": ("ctags", "ctags"),
    "gnuplot-nox": ("gnuplot", "gnuplot"),
}


class PackageError(ScriptError):
    """A missing tool, and what to do about it."""


def missing(wanted):
    return [tool for tool in wanted if not tool.path()]


def package_of(tool):
    """The package of a tool: Debian has one for each version of LLVM, besides one without a number."""
    suffix = tools.suffix_of(os.environ.get("CC") or tools.CC.path())
    if not suffix:
        return tool.package
    numbered = {"clang": f"clang-{suffix}", "lld": f"lld-{suffix}", "libclang-rt-dev": f"libclang-rt-{suffix}-dev"}
    return numbered.get(tool.package, tool.package)


def names(wanted):
    return sorted({package_of(tool) for tool in wanted})


def names_elsewhere(wanted, column):
    found = {ELSEWHERE.get(tool.package, (tool.package,) * 2)[column] for tool in wanted}
    return sorted({name for several in found for name in several.split()})


def install_words(packages):
    return ["install", "-y", "--no-install-recommends", *packages]


def by_hand(wanted):
    """Lines that say how to install the missing tools on a system without apt-get."""
    yield f"on Debian: {' '.join(names(wanted))}"
    for column, system in enumerate(("Fedora", "Arch")):
        yield f"on {system}, usually: {' '.join(names_elsewhere(wanted, column))}"


def refuse_unfit():
    """Refuses unfit tools named by the environment, as no installation would change them."""
    for tool in (tools.CC, tools.LD, tools.NASM, tools.GRUB_MKRESCUE, tools.XORRISO):
        wanted = os.environ.get(tool.variable)
        if not wanted:
            continue
        if not tool.path() and not is_package(wanted, tool):
            raise PackageError(f"tally: {tool.variable}={wanted}: there is no such command")
        if problem := tool.problem():
            raise PackageError(f"tally: {problem}; unset {tool.variable}, or set it to a suitable one")


def is_package(wanted, tool):
    """Whether `wanted` is a package for the tool, such as clang-16 and ld.lld-16."""
    return tool.is_llvm and wanted.removesuffix(f"-{tools.suffix_of(wanted)}") == tool.name


def refuse_old(wanted):
    problems = [problem for tool in wanted if (problem := tool.problem())]
    if problems:
        raise PackageError("\n".join(f"tally: {problem}" for problem in problems))


def install(wanted):
    """Installs those of the tools `wanted` that are missing."""
    refuse_unfit()
    musl.settle()
    absent = missing(wanted)
    if absent:
        with musl.fetched_ahead():
            install_packages(absent)
        tools.forget()
        if left := missing(wanted):
            refuse_left(left)


def refuse_left(left):
    command = " ".join([*sudo(), "apt-get", *install_words(names(left))])
    raise PackageError(f"tally: could not be installed: {' '.join(names(left))}\nTry: {command}")


def sudo():
    return [] if os.geteuid() == 0 else ["sudo"]


def install_packages(absent):
    packages = names(absent)
    if not shutil.which("apt-get"):
        things = ", ".join(f"{tool.label()} ({tool.use})" for tool in absent)
        raise PackageError("\n  ".join([f"tally: missing: {things}\nInstall the packages and try again:", *by_hand(absent)]))
    if sudo() and not shutil.which("sudo"):
        raise PackageError("tally: installing packages needs root, or sudo, which is missing:\n" + " ".join(["apt-get", *install_words(packages)]))
    print(f"tally: installing {' '.join(packages)}", file=sys.stderr)
    apt = [*sudo(), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    shown = sys.stderr if sys.stderr.isatty() else subprocess.PIPE
    done = [processes.run([*apt, *words], stdout=shown, stderr=sys.stderr) for words in (["update"], install_words(packages))]
    if done[-1].returncode:
        print("".join(step.stdout for step in done), file=sys.stderr)

"""The tools of the project: which Debian package has each, which are here, and how to get the others."""
import dataclasses
import glob
import os
import re
import shutil
import subprocess
import sys


@dataclasses.dataclass(frozen=True)
class Tool:
    name: str        # a command, or an absolute path, possibly a pattern
    package: str
    use: str
    version: tuple = ("--version",)

    def path(self):
        if self.name.startswith("/"):
            return next(iter(glob.glob(self.name)), None)
        return shutil.which(self.name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")

    def version_text(self):
        if self.name.startswith("/"):
            return "-"
        done = subprocess.run([self.path(), *self.version], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False)
        found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
        return found[0] if found else "?"


BUILD = [
    Tool("cmake", "cmake", "build"),
    Tool("ninja", "ninja-build", "build"),
    Tool("clang", "clang", "C compiler"),
    Tool("ld.lld", "lld", "linker"),
    Tool("llvm-strip", "llvm", "boot images without symbols"),
    Tool("llvm-symbolizer", "llvm", "backtraces"),
    Tool("/usr/lib/llvm-*/lib/clang/*/lib/*/libclang_rt.builtins-i386.a", "libclang-rt-dev", "64-bit division"),
    Tool("nasm", "nasm", "assembler", ("-v",)),
    Tool("grub-mkrescue", "grub-common", "ISO"),
    Tool("/usr/lib/grub/i386-pc/multiboot2.mod", "grub-pc-bin", "ISO for BIOS"),
    Tool("/usr/lib/grub/x86_64-efi/multiboot2.mod", "grub-efi-amd64-bin", "ISO for UEFI"),
    Tool("xorriso", "xorriso", "ISO", ("-version",)),
    Tool("mformat", "mtools", "ISO for UEFI"),
    Tool("/usr/include/stb/stb_sprintf.h", "libstb-dev", "printf in libuser"),
    Tool("/usr/include/elf.h", "libc6-dev", "program loader"),
]
RUN = [
    Tool("qemu-system-i386", "qemu-system-x86", "emulator"),
]
UEFI = [
    Tool("/usr/share/ovmf/OVMF.fd", "ovmf", "UEFI firmware for QEMU"),
]
WINDOW = [
    Tool("/usr/lib/*/qemu/ui-gtk.so", "qemu-system-gui", "QEMU's window"),
]
HOST = [
    Tool("/usr/lib/llvm-*/lib/clang/*/lib/*/libclang_rt.asan*.a", "libclang-rt-dev", "sanitizers"),
]
TEST = [
    *HOST,
    *UEFI,
    Tool("bochs", "bochs", "the strictest emulator", ("--help",)),
    Tool("/usr/lib/*/bochs/plugins/libbx_term_gui.so", "bochs-term", "Bochs without a window"),
    Tool("/usr/share/bochs/BIOS-bochs-latest", "bochsbios", "firmware for Bochs"),
    Tool("/usr/share/vgabios/vgabios.bin", "vgabios", "firmware for Bochs"),
    Tool("ctags", "universal-ctags", "checks of size and docs"),
]


class PackageError(Exception):
    """What is missing, and what to do about it."""


def missing(tools):
    return [tool for tool in tools if not tool.path()]


def names(tools):
    return sorted({tool.package for tool in tools})


def install_words(packages):
    return ["install", "-y", "--no-install-recommends", *packages]


def install(tools):
    """Installs what is missing of `tools`."""
    packages = names(missing(tools))
    if not packages:
        return
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    if not shutil.which("apt-get"):
        raise PackageError(f"tally: missing: {' '.join(packages)} (names of Debian packages); install them and try again")
    if sudo and not shutil.which("sudo"):
        raise PackageError("tally: this takes root, or sudo, which is missing, too:\n" + " ".join(["apt-get", *install_words(packages)]))
    print(f"tally: installing {' '.join(packages)}", file=sys.stderr)
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    shown = sys.stderr if sys.stderr.isatty() else subprocess.PIPE
    done = [subprocess.run([*apt, *words], stdout=shown, stdin=subprocess.DEVNULL, text=True, check=False)
            for words in (["update"], install_words(packages))]
    if left := names(missing(tools)):
        print("".join(step.stdout or "" for step in done), file=sys.stderr)
        command = " ".join([*sudo, "apt-get", *install_words(packages)])
        raise PackageError(f"tally: could not be installed: {' '.join(left)}\nTry: {command}")

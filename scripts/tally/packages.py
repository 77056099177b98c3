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


def missing(tools):
    return [tool for tool in tools if not tool.path()]


def install_command(packages):
    return ["apt-get", "install", "-y", "--no-install-recommends", *packages]


def install(tools):
    """Installs what is missing of `tools`; ends the script with what to do when that cannot be done."""
    packages = sorted({tool.package for tool in missing(tools)})
    if not packages:
        return
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    command = [*sudo, *install_command(packages)]
    if not shutil.which("apt-get") or (sudo and not shutil.which("sudo")):
        sys.exit(f"missing: {' '.join(packages)} (names of Debian packages); install them and try again")
    print(f"tally: installing {' '.join(packages)}", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in ([*sudo, "apt-get", "update"], command):
        subprocess.run(step, stdout=sys.stderr, stdin=subprocess.DEVNULL, env=environment, check=False)
    if packages := sorted({tool.package for tool in missing(tools)}):
        sys.exit(f"tally: could not be installed: {' '.join(packages)}\nTry: {' '.join(command)}")

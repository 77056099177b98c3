"""Tests of the scripts on other machines: tools with other names, missing, or too old; and records of another compiler.
A machine is a folder of commands, the only one in PATH."""
import contextlib
import io
import os
import pathlib
import re
import shutil
import sys
import tempfile

from tally import bench, bench_plugin, bench_record, configured, processes
from tally.build import BuildError
from tally.interface import ROOT
from tally.serial import BUILD_FAILED

BASICS = ["env", "sh", "readlink", "dirname", "id", "rm", "cat"]  # commands that the scripts and the fake commands use
FAKES = {  # {command: the version that it prints}
    "cmake": "cmake version 3.25.1", "ninja": "1.11.1", "nasm": "NASM version 2.16.01", "ld.lld": "Debian LLD 14.0.6",
    "llvm-strip": "LLVM version 14.0.6", "llvm-symbolizer": "LLVM version 14.0.6", "clang": "clang version 14.0.6",
    "grub-mkrescue": "grub-mkrescue (GRUB) 2.06", "xorriso": "xorriso 1.5.4", "mformat": "mformat (GNU mtools) 4.0.32",
    "qemu-system-i386": "QEMU emulator version 7.2.22",
}


class Machine:
    """Has the commands of FAKES, changed by `change`: {command: version}, None for a missing one."""

    def __init__(self, folder, **change):
        self.folder = pathlib.Path(folder)
        commands = {**FAKES, **change}
        for name in BASICS:
            (self.folder / name).symlink_to(shutil.which(name))
        (self.folder / "python3").symlink_to(os.path.realpath(sys.executable))
        for name, output in commands.items():
            if output:
                self.add(name, f"echo '{output}'")

    def add(self, name, text):
        command = self.folder / name
        command.write_text(f"#!{shutil.which('sh')}\n{text}\n")
        command.chmod(0o755)

    def call(self, script, *words, **environment):
        """(status, all output)"""
        done = processes.run([str(ROOT / "scripts" / script), *words], env={"PATH": str(self.folder), **environment})
        return done.returncode, done.stdout + done.stderr


def with_machine(change, judged):
    """A test that yields the results of judged(machine)."""
    def run():
        with tempfile.TemporaryDirectory() as folder:
            yield from judged(Machine(folder, **change))
    return run


def says(what, status, output, wanted, *patterns):
    """Results: the status, and a line for each of the patterns."""
    yield f"{what}: status is {wanted}", status == wanted, f"status {status}\n{output}"
    for pattern in patterns:
        yield f"{what}: says {pattern}", bool(re.search(pattern, output, re.M)), output


# ---------------------------------------------------------------------------------------- missing

def nothing_can_be_installed(machine):
    """Without apt-get: names what is missing, its purpose, and its name elsewhere."""
    for script in ("run", "test", "bench"):
        status, output = machine.call(script)
        yield from says(script, status, output, BUILD_FAILED, r"^tally: missing: .*ninja \(build\)",
                        r"^  on Debian: .*\bninja-build\b", r"^  on Fedora, usually: .*\bninja-build\b",
                        r"^  on Arch, usually: .*\bninja\b")
    status, output = machine.call("doctor")
    yield from says("doctor", status, output, 1, r"^  MISSING +ninja +- +at least 1\.11", "^  on Arch, usually: .*ninja")


def no_sudo(machine):
    """Runs as an ordinary user, by a fake `id` or the real one; as root the fake apt-get would be used instead."""
    machine.add("apt-get", "echo no such package; exit 100")
    status, output = machine.call("run")
    wanted = r"^tally: could not be installed: .*ninja-build" if os.geteuid() == 0 else "^tally: installing packages needs root, or sudo"
    yield from says("run", status, output, BUILD_FAILED, wanted, r"apt-get install -y .*\bninja-build\b")


def no_python(machine):
    machine.folder.joinpath("python3").unlink()
    for script, pattern in (("run", "^tally: missing: python3; install it"), ("doctor", "^tally: MISSING: python3")):
        yield from says(script, *machine.call(script), BUILD_FAILED, pattern)
    old = 'import sys; del sys.argv[:2]; sys.version_info, sys.version = (3, 8, 1), "3.8.1"; exec(open(sys.argv[0]).read())'
    machine.add("python3", f"exec {sys.executable} -S -c '{old}' \"$@\"")
    yield from says("old", *machine.call("run"), BUILD_FAILED, r"python3\S* is Python 3\.8\.1, but at least 3\.11 is needed")


def python_is_installed(machine):
    """Python is installed even if /dev/stderr cannot be opened, as on another user's terminal."""
    machine.folder.joinpath("python3").unlink()
    machine.add("apt-get", f'[ "$4" = install ] && echo installing && ln -s {sys.executable} {machine.folder}/python3')
    machine.folder.joinpath("ln").symlink_to(shutil.which("ln"))
    machine.add("sudo", 'exec "$@"')
    text = (ROOT / "scripts/with-python").read_text(encoding="utf-8")
    status, output = machine.call("run", "--help")
    yield from says("run --help", status, output, 0, "^tally: installing python3", "^usage: ")
    opened = re.findall(r"^[^#\n]*>+ *\$?\{?(?:output|/dev/std\w+|/dev/fd).*", text, re.M)
    yield "it does not open the terminal by its name", not opened, "\n".join(opened)


# ------------------------------------------------------------------------------------ other names

def compiler_with_a_version(machine):
    """Only clang-16 and its linker; and CC."""
    machine.add("clang-13", "echo clang version 13.0.1")
    machine.add("clang-16", "echo clang version 16.0.6")
    machine.add("ld.lld-16", "echo LLD 16.0.6")
    _, output = machine.call("doctor")
    yield from says("no clang", 0, output, 0, r"^  ok +clang +16\.0\.6", r"^  ok +ld\.lld +16\.0\.6 +at least 16")
    machine.add("clang", "echo clang version 14.0.6")
    _, output = machine.call("doctor")
    yield from says("clang", 0, output, 0, r"^  ok +clang +14\.0\.6", r"^  ok +ld\.lld +14\.0\.6 +at least 14")
    _, output = machine.call("doctor", CC=str(machine.folder / "clang-16"))
    yield from says("CC", 0, output, 0, r"^  ok +clang +16\.0\.6", r"^  ok +ld\.lld +16\.0\.6 +at least 16")
    machine.folder.joinpath("ld.lld-16").unlink()
    _, output = machine.call("doctor", CC="clang-16")
    yield from says("no ld.lld-16", 0, output, 0, r"^  MISSING +ld\.lld ", "^  on Debian: .*lld-16")
    _, output = machine.call("doctor", CC="clang-16", LD="ld.lld")
    yield from says("LD is older", 0, output, 0, r"^Unfit: LD=ld\.lld has version 14\.0\.6, but at least 16 is needed with clang 16")


def not_a_tool(machine):
    machine.add("gcc", "echo gcc 12.2.0")
    machine.add("clang-13", "echo clang version 13.0.1")
    for variable, value, wanted in (("CC", "gcc", "CC=gcc is not clang"), ("LD", "gcc", "LD=gcc is not LLD"),
                                    ("CC", "clang-13", r"CC=clang-13 has version 13\.0\.1, but at least 14 is needed"),
                                    ("GRUB_MKRESCUE", "nothing", "GRUB_MKRESCUE=nothing: there is no such command")):
        yield from says(f"run, {variable}={value}", *machine.call("run", **{variable: value}), BUILD_FAILED, f"^tally: {wanted}")
        yield from says(f"doctor, {variable}={value}", *machine.call("doctor", **{variable: value}), 1, f"^Unfit: {wanted}")


def other_grub(machine):
    """grub2-mkrescue, and GRUB_MKRESCUE, which is preferred; the modules lie beside it."""
    (machine.folder / "grub2-mkrescue").write_bytes((machine.folder / "grub-mkrescue").read_bytes())
    (machine.folder / "grub2-mkrescue").chmod(0o755)
    (machine.folder / "grub-mkrescue").unlink()
    yield from says("grub2", 0, machine.call("doctor")[1], 0, r"^  ok +grub-mkrescue +2\.06")
    other = machine.folder / "other/bin/my-mkrescue"
    modules = machine.folder / "other/lib/grub/i386-pc"
    for folder in (other.parent, modules):
        folder.mkdir(parents=True)
    (modules / "multiboot2.mod").touch()
    machine.add(other, "echo 'mkrescue (GRUB) 2.12'")
    _, output = machine.call("doctor", GRUB_MKRESCUE=str(other))
    yield from says("GRUB_MKRESCUE", 0, output, 0, r"^  ok +grub-mkrescue +2\.12", r"^  ok +i386-pc/multiboot2\.mod",
                    r"^  MISSING +x86_64-efi/multiboot2\.mod")


def too_old(machine):
    status, output = machine.call("doctor")
    yield from says("doctor", status, output, 1, r"^  UNFIT +cmake +3\.18\.4 +at least 3\.22",
                    r"^Unfit: .*cmake has version 3\.18\.4, but at least 3\.22 is needed")


def doctor_help(machine):
    yield from says("doctor --help", *machine.call("doctor", "--help"), 0, "^usage: scripts/doctor", "GRUB_MKRESCUE")


# ----------------------------------------------------------------------------------------- builds

def other_compiler():
    """A build folder follows the compiler: another one's outputs are not used."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "build.ninja").write_text("")
        (folder / "CMakeCache.txt").write_text("TALLY_AUDIT:BOOL=ON\nTALLY_CC:FILEPATH=/bin/clang\nCMAKE_X:BOOL=ON\n")
        yield "a folder without a note is outdated", configured.is_outdated(folder), ""
        configured.note(folder)
        yield "a folder of these tools is not outdated", not configured.is_outdated(folder), configured.now()
        (folder / "tools.txt").write_text(configured.now().replace("clang ", "clang /other", 1))
        yield "a folder of other tools is", configured.is_outdated(folder), configured.now()
        (folder / "tools.txt").write_text(f"{configured.now()}python3 is {folder}/none\n")
        yield "a folder whose Python is gone is", configured.is_outdated(folder), configured.now()
        (folder / "tools.txt").write_text(f"{configured.now()}python3 is {sys.executable}\n")
        yield "a folder of another Python is not", not configured.is_outdated(folder), configured.now()
        settings = configured.forget(folder)
        yield "settings are kept, tools are not", settings == {"TALLY_AUDIT": "ON"}, str(settings)
        yield "it will be configured", not (folder / "build.ninja").exists(), ""


# ---------------------------------------------------------------------------------------- records

OURS = {"compiler": "clang 14.0.6", "emulator": "QEMU 7.2"}
RECORD = bench_record.parse("# compiler: clang 14.0.6\n# emulator: QEMU 7.2\ncall 30 instructions\n"
                            "text 400 bytes\nlines 50 lines\n")


def judged(makers, **values):
    """(the failures, the printed text) when rows of the record have those values."""
    rows = {name: (values.get(name, value), unit) for name, (value, unit) in RECORD.rows.items()}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        failed = [what for what, passed, _ in bench_record.judge(rows, makers, RECORD) if not passed]
    return failed, printed.getvalue()


def records():
    """Growth fails with the record's compiler and emulator; with others it is only shown."""
    more = {"call": 31, "text": 401, "lines": 51}
    grown = [f"{name} has not grown" for name in more]
    cases = [("the same", OURS, grown), ("another compiler", {**OURS, "compiler": "clang 19.1.7"}, grown[2:]),
             ("another emulator", {**OURS, "emulator": "QEMU 10.0"}, grown[1:])]
    for what, makers, wanted in cases:
        failed, printed = judged(makers, **more)
        yield f"{what}: {wanted} fail", failed == wanted, f"{failed}\n{printed}"
        reported = "the record is of clang 14.0.6 and QEMU 7.2, this is" in printed and "call is 31, recorded are 30" in printed
        yield f"{what}: the difference is reported", reported == (makers != OURS), printed
    failed, printed = judged(OURS, call=29)
    yield "smaller values are reported", not failed and "the record can be lowered" in printed, printed
    done = bench_record.parse("# compiler: clang 14.0.6\n# emulator: QEMU 7.2\nboot_done 9000 instructions\n"
                              "call.code 10 cache-lines\ncall.data 100 cache-lines\n")
    for name, value, worse in (("boot_done", 9200, 0), ("boot_done", 9201, 1), ("call.code", 13, 0), ("call.code", 14, 1),
                               ("call.data", 110, 0), ("call.data", 111, 1)):
        recorded, unit = done.rows[name]
        found = bench_record.changes({name: (value, unit)}, OURS, done)
        yield f"{name} {value} of {recorded}: {worse} is worse", len(found.worse) == worse, f"{found}"
        kept = bench_record.to_record(bench.Row(name, value, unit=unit), OURS, done)
        yield f"{name} {value} of {recorded} is recorded", kept == (value if worse else recorded), f"{kept}"
    yield "the record in the tree names its makers", set(bench_record.read().makers) == {"compiler", "emulator"}, ""


def rows_measured():
    """A row that was not measured is an error, except who runs no instruction of a row."""
    found = {name: bench.Row(name, 1) for name in bench.NAMES}
    for name in (bench.LONGEST, "ipc_4w.mem"):
        del found[name]
    yield "without optional ones", bench.in_order(found) == [*found.values()], ""
    for name in ("ipc_4w", "ipc_4w.code", bench.SERVER_LONGEST):
        try:
            bench.in_order({other: row for other, row in found.items() if other != name})
            yield f"without {name}", False, "is accepted"
        except KeyError as error:
            yield f"without {name}", error.args == (name,), f"{error}"


def servers_counted():
    """The bench refuses a server that it would count as a program."""
    with tempfile.TemporaryDirectory() as folder:
        servers = pathlib.Path(folder) / "servers"
        servers.mkdir()
        for name in ("mem", "screen", "of_the_past"):
            (servers / f"{name}.elf").touch()
        bench_plugin.check_servers(servers.parent)
        (servers / "lib.elf").touch()
        try:
            bench_plugin.check_servers(servers.parent)
            output = ""
        except BuildError as error:
            output = str(error)
    yield "it is named, with what to do", "the server lib would count as a program: add it to SERVERS" in output, output


def platform_tests():
    """(name, function) of each test."""
    cases = {
        "without apt-get": ({"ninja": None}, nothing_can_be_installed),
        "what cannot be installed": ({"ninja": None}, no_sudo),
        "no python": ({}, no_python),
        "python is installed": ({}, python_is_installed),
        "compilers with versions": ({"clang": None}, compiler_with_a_version),
        "variables that name no tool": ({}, not_a_tool),
        "GRUB under other names": ({}, other_grub),
        "a tool that is too old": ({"cmake": "cmake version 3.18.4"}, too_old),
        "scripts/doctor --help": ({}, doctor_help),
    }
    for name, (change, judge) in cases.items():
        yield f"platform/{name}", with_machine(change, judge)
    yield "platform/another compiler", other_compiler
    yield "bench/record", records
    yield "bench/rows", rows_measured
    yield "bench/servers", servers_counted

"""Tests of failures: how the system and its scripts fail, with which status and which messages.

Two lists: COMMANDS are calls of scripts/run; DAMAGES are boots of a damaged copy of the system.
"""
import dataclasses
import pathlib
import re
import shlex
import signal
import tempfile

from harness import bochs, damage, forked
from harness.damage import (INVALID, JUMP_NOWHERE, JUMP_USER, JUMP_PHYSMAP, PAGE, PUSH_FOREVER, READ_USER, RETURN_1, WRITE_TEXT)
from tally import build, machine, programs_image, run_options
from tally.entry import UNABLE, USAGE
from tally.image import with_command
from tally.interface import ROOT
from tally.serial import BROKEN, BUILD_FAILED, NO_PROGRAM, TIMED_OUT
from tally.symbols import Log, MachineOutput

IMAGES = build.default_folder("i386")
PROGRAMS = "tests/boot"
KILLED, KILLED_BY_ARITHMETIC = 128 + 11, 128 + 8  # by a fault
PATIENCE = 600  # seconds for a call of scripts/run; the first call builds everything


@dataclasses.dataclass
class Command:
    """scripts/run with `words` ends with `status`; `says` are lines on stderr, `writes` is all of stdout."""
    name: str
    words: str
    status: int
    says: tuple = ()
    writes: str = None


@dataclasses.dataclass
class Damage:
    """After `archive` and `kernel` have changed the files, the machine ends with 125; `says` are lines of its log."""
    name: str
    says: tuple
    archive: object = None
    kernel: object = None
    words: tuple = tuple(machine.DEFAULT_WORDS)


def programs(words):
    return f"--kernel --programs {PROGRAMS} {words}"


def fault(how, what, status=KILLED, machine="", source=r" tests/boot/faults.c:\d+"):
    """`faults HOW` is killed, and the log gives the source line."""
    return Command(f"a program that faults: {how}", f"{machine} {programs(f'faults {how}')}", status,
                   (rf"faults \(pid \d+\): killed: {what}{source}", f"init: faults exited with status {status}"),
                   writes="")


FORGED = (ROOT / PROGRAMS / "forges.c").read_text(encoding="utf-8")


def forged_output():
    """The output of forges.c as it must arrive: with a blank before each LOG_PREFIX at the beginning of a line, or
    where a terminal shows it at one."""
    lines, ways = (re.findall(r'"((?:[^"\\]|\\.)*)"', re.search(rf"{name}\[\] = {{(.*?)}};", FORGED, re.S)[1])
                   for name in ("lines", "ways"))
    texts = [f"{way}{line}\n" for way in (w.encode().decode("unicode_escape") for w in ways) for line in lines]
    output = "".join(texts * 2) + lines[0]
    output = re.sub(r"(^|[\r\n])\[\rk\] ", r"\1 [\rk] ", output)
    return re.sub(r"(^|[\r\n\b]|\x1b\[0m)\[k\] ", r"\1 [k] ", output)


def forgery(name, options):
    return Command(f"a program that forges log lines{name}", f"{options} {programs('forges')}", 5,
                   ("init: forges exited with status 5",), forged_output())


COMMANDS = [
    Command("the program's status: 3", programs("ends 3"), 3, ("init: ends exited with status 3",), ""),
    Command("the program's status: 255", programs("ends 255"), 255, ("init: ends exited with status 255",), ""),
    Command("the program's status: 1000", programs("ends 1000"), 1000 & 255, ("init: ends exited with status 232",), ""),
    Command("the status of a program for xv6: -1", programs("ends_xv6 -1"), 255,
            ("init: ends_xv6 exited with status 255",), ""),
    Command("the status of a program for xv6: 1000", programs("ends_xv6 1000"), 1000 & 255,
            ("init: ends_xv6 exited with status 232",), ""),
    *(Command(f"a program that ends by {number.name}", programs(f"ends by {number}"), 128 + number,
              (f"init: ends exited with status {128 + number}",), "")
      for number in (signal.SIGTERM, signal.SIGABRT, signal.SIGKILL)),
    Command("a program that never ends", f"--timeout 3 {programs('ends never')}", TIMED_OUT,
            ("run: timed out after 3 seconds",), "ends: never\n"),
    Command("a program that computes for ever", f"--timeout 2 {programs('ends busy')}", TIMED_OUT,
            ("run: timed out after 2 seconds",), ""),
    Command("no such program", "--kernel nobody", NO_PROGRAM, ("run: there is no program nobody; scripts/run --list lists .*",), ""),
    fault("null", r"page fault at 0x0 \(write, not mapped\) at eip 0x\w+ write_null"),
    fault("text", r"page fault at 0x90\w+ \(write, read-only\) at eip 0x\w+ write_text"),
    fault("kernel", r"page fault at 0xc0200000 \(read, kernel's part\) at eip 0x\w+ read_kernel"),
    fault("data", r"page fault at 0x\w+ \(execute, no right to execute\) at eip 0x\w+", source=".*"),
    fault("stack", r"stack overflow at 0x\w+ \(write\) at eip 0x\w+ overflow_stack"),
    fault("array", r"stack overflow at 0x\w+ \(write\) at eip 0x\w+ put_array_on_stack"),
    fault("memory", r"out of memory at 0x\w+ \(write\) at eip 0x\w+ overflow_stack", 128 + signal.SIGKILL, "--memory 32"),
    fault("limit", r"more memory than its limit \(RLIMIT_AS\) at 0x\w+ \(write\) at eip 0x\w+ overflow_stack", 128 + signal.SIGKILL),
    fault("divide", r"divide error at eip 0x\w+ divide_by_zero", KILLED_BY_ARITHMETIC),
    fault("library", r"page fault at 0x10 \(read, not mapped\) at eip 0x\w+ strlen", source=""),
    fault("port", r"general protection at eip 0x\w+ use_port"),
    forgery("", ""),
    forgery(", one serial port", "--serial 1"),
    Command("one serial port", "--serial 1", 0, ("init: shm_cnt exited with status 0",)),
    Command("a 486", "--cpu 486", BROKEN, ("panic: this processor lacks MSR PAE CX8 SYSENTER CMOV FXSR; .*",), ""),
    Command("a Pentium, one serial port", "--cpu pentium --serial 1 --kernel", BROKEN,
            ("panic: this processor lacks PAE SYSENTER CMOV FXSR; .*",), ""),
    Command("a limit that is more than is free", "--kernel --limit-memory 120 hello", UNABLE,
            ("init: hello cannot be started: limit.memory or limit.processes is more than there is",), ""),
    Command("gdb, and a limit of time", "--gdb --timeout 2 --kernel", TIMED_OUT, ("run: timed out after 2 seconds.*",), ""),
    Command("a bad option", "--nonsense", USAGE, ("scripts/run: error: .*",), ""),
    Command("a bad argument", "hello 'two words'", USAGE, ("run: argument 'two words': it must consist of printable .*",), ""),
    Command("a command line that is too long", "hello " + 300 * "x", USAGE, ("run: the command line is longer .*",), ""),
    Command("a build folder that is a file", "--build-dir README.md", BUILD_FAILED,
            ("tally: .*README.md cannot be written: .*",), ""),
    Command("a build folder that cannot be made", "--build-dir /proc/tally", BUILD_FAILED,
            ("tally: /proc/tally cannot be written: .*",), ""),
]


# ------------------------------------------------------------------------------------------- damage

def archive_code(name, function, instructions):
    return lambda archive: archive.code(IMAGES, name, function, instructions)


def kernel_code(function, instructions):
    return lambda kernel: kernel.code(IMAGES, function, instructions)


def server_dies(name, function, instructions, how):
    return Damage(f"server {name} dies in {function}", (rf"init: server {name} died: {how}",),
                  archive=archive_code(name, function, instructions))


def in_kernel(what, function, instructions, says, source):
    """`says` is the first line; the symbols of its address follow. An interrupt may come while no thread runs."""
    running = "running: (a thread .*|no thread)" if function == "event_interrupt" else "running: a thread .*"
    return Damage(f"{what} in {function}",
                  (f"panic: {says}", running, rf"  at 0x\w+ {function} {source}:\d+"),
                  kernel=kernel_code(function, instructions))


def protected(what, instructions, error, address):
    """The kernel itself faults; the processor's error code gives the reason (SDM volume 3, 4.7)."""
    return Damage(f"the kernel {what}",
                  ("panic: exception in the kernel", rf"registers: .* vector 0xe error {error} eip 0x\w+ cr2 {address} .*"),
                  kernel=instructions if callable(instructions) else kernel_code("sys_vm_map", instructions))


def jump_to_data(kernel):
    kernel.code(IMAGES, "sys_vm_map", damage.jump_to(damage.symbol(IMAGES / "kernel/kernel.elf", "gdt")))


NO_IMAGE = r"panic: boot archive damaged: no image of init at its start in kernel/boot/first_task.c:\d+"
STOPPED = r"fault: a thread without a handler is stopped: .*"

DAMAGES = [
    Damage("a byte of a program", ("init: boot archive damaged: hello",), lambda a: a.flip_program("hello", 3000)),
    Damage("a byte of the directory", ("init: boot archive damaged: the directory's checksum",), lambda a: a.flip(200)),
    Damage("the directory's magic", ("init: boot archive damaged: the magic",), lambda a: a.flip(64)),
    Damage("the directory's length", ("init: boot archive damaged: the directory is longer than the archive",),
           lambda a: a.flip(79)),
    Damage("the archive's last page is missing", ("init: boot archive damaged: the number of pages",),
           lambda a: a.cut(len(a) - PAGE)),
    Damage("half of the archive is missing", ("init: boot archive damaged: the number of pages",),
           lambda a: a.cut(len(a) // 2)),
    Damage("the archive is one page", (NO_IMAGE,), lambda a: a.cut(PAGE)),
    Damage("the archive is some bytes", (NO_IMAGE,), lambda a: a.cut(100)),
    Damage("no archive", (r"panic: boot archive missing: the loader gave no module in kernel/boot/first_task.c:\d+",),
           lambda a: a.cut(0)),
    Damage("the magic of init's image", (NO_IMAGE,), lambda a: a.flip(0)),
    Damage("the size of init's text", (NO_IMAGE,), lambda a: a.flip(14)),
    Damage("the entry of init", (STOPPED,), lambda a: a.flip(29)),
    Damage("a byte of init's text", (STOPPED + r"\brun servers/init/main.c:\d+",), archive_code("init", "run", INVALID)),

    server_dies("mem", "shm_table_add", JUMP_NOWHERE, r"page fault \(execute, kernel's part\) at address 0xf0000000 .*"),
    server_dies("mem", "first_touch", INVALID, r"invalid opcode .* first_touch servers/mem/pager.c:\d+"),
    server_dies("proc", "serve_fork", JUMP_NOWHERE, r"page fault \(execute, kernel's part\) at address 0xf0000000 .*"),
    server_dies("proc", "serve_exit", PUSH_FOREVER, r"page fault \(write, not mapped\) .* serve_exit servers/proc/main.c:\d+"),
    server_dies("console", "call_write", INVALID, r"invalid opcode .* call_write servers/console/main.c:\d+"),
    server_dies("console", "call_sync", JUMP_NOWHERE, r"page fault \(execute, kernel's part\) at address 0xf0000000 .*"),
    Damage("an assertion in a server", (r"servers/mem/frames.c:\d+: frames_audit\(\): found_free == free && .* does not hold",
                                        r"init: server mem died: invalid opcode .*"),
           archive=archive_code("mem", "audit_list", RETURN_1), words=("audit",)),

    in_kernel("an exception", "sys_vm_map", INVALID, "exception in the kernel", "kernel/sys/sys_vm.c"),
    in_kernel("an exception", "event_interrupt", INVALID, "exception in the kernel", "kernel/sys/event.c"),
    in_kernel("an exception", "ipc_fault", INVALID, "exception in the kernel", "kernel/ipc/ipc.c"),
    in_kernel("a stack overflow", "sys_vm_map", PUSH_FOREVER, "kernel stack overflow .*", "kernel/sys/sys_vm.c"),
    in_kernel("a stack overflow", "event_interrupt", PUSH_FOREVER, "kernel stack overflow .*", "kernel/sys/event.c"),
    protected("writes its own text", WRITE_TEXT, "0x3", "0xc0201000"),
    protected("reads a program's page", READ_USER, "0x1", "0x900000"),
    protected("runs a program's page", JUMP_USER, "0x11", "0x900000"),
    protected("runs memory", JUMP_PHYSMAP, "0x11", "0xc0100000"),
    protected("runs its own data", jump_to_data, "0x11", r"0xc02\w+"),
    Damage("a jump to nowhere in sys_vm_map",
           ("panic: exception in the kernel", r"running: a thread in system call \d+ \(vm_map\) .*",
            r"registers: .* eip 0xf0000000 cr2 0xf0000000 .*"), kernel=kernel_code("sys_vm_map", JUMP_NOWHERE)),
    Damage("a jump to nowhere in event_interrupt",
           ("panic: exception in the kernel", "running: (a thread .*|no thread)", r"registers: .* eip 0xf0000000 cr2 0xf0000000 .*"),
           kernel=kernel_code("event_interrupt", JUMP_NOWHERE)),
]



# ------------------------------------------------------------------------------------------ running

def has_line(log, pattern):
    """Whether a line matches, with or without an explained address."""
    return any(re.fullmatch(pattern, line) for line in log) or \
        isinstance(log, Log) and any(re.fullmatch(pattern, line) for line in log.explained())


def judge(wanted, status, says, log, writes=None, console=None):
    """Results for the status, the lines of the log, and the console's text."""
    details = MachineOutput(log, f"status {status}", *([console] if console else []))
    yield f"status is {wanted}", status == wanted, details
    for pattern in says:
        yield f"says {pattern}", has_line(log, pattern), details
    if writes is not None:
        yield "writes what it should", console == writes, f"not {writes!r}\nbut {console!r}"


def words_of(words):
    """The arguments of scripts/run. It builds in the folder of the tests, unless they name another."""
    words = shlex.split(words)
    where = [] if "--build-dir" in words else ["--build-dir", str(IMAGES)]
    return [*where, *words]


def run_command(command):
    def run():
        done = forked.run("run", words_of(command.words), PATIENCE)
        yield from judge(command.status, done.returncode, command.says, done.stderr.splitlines(), command.writes,
                         done.stdout)
    return run


def boot_changed(archive=None, kernel=None, words=machine.DEFAULT_WORDS, **options):
    """Boots a changed copy of the system; returns (status, console text, its Log)."""
    console, log = [], Log(IMAGES)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "build"
        damage.copy(IMAGES, folder, archive, kernel)
        status = machine.boot(machine.Options(**{"kernel": True, "timeout": 30, "explained": False, **options}), list(words),
                              folder, console.append, log.append)
    return status, b"".join(console).decode(errors="backslashreplace"), log


def run_damage(case):
    def run():
        status, _, log = boot_changed(case.archive, case.kernel, case.words)
        yield from judge(BROKEN, status, case.says, log)
    return run


def damaged_iso():
    """GRUB hands over damaged files, too; and the kernel reports a menu that names no archive."""
    archive = (IMAGES / "boot/archive").read_bytes()
    changed = damage.Archive(archive)
    changed.flip_program("hello", 3000)
    module = b"module2 /boot/archive"
    for old, new, says in ((archive, bytes(changed), "init: boot archive damaged: hello"),
                           (module, b"#" * len(module), r"panic: boot archive missing: .*")):
        with tempfile.TemporaryDirectory() as scratch:
            folder, log = pathlib.Path(scratch) / "build", []
            damage.copy(IMAGES, folder)
            iso = (IMAGES / "tally.iso").read_bytes()
            yield "the ISO has it once", iso.count(old) == 1, old[:40]
            (folder / "tally.iso").write_bytes(iso.replace(old, new))
            status = machine.boot(machine.Options(timeout=30), machine.DEFAULT_WORDS, folder, lambda _: None, log.append)
        yield from judge(BROKEN, status, (says,), log)


# What the machine reports, though scripts/run would refuse it before: (how to boot, status, messages).
REPORTED_BY_MACHINE = [
    ({"words": ("nobody",)}, NO_PROGRAM, "init: no program named nobody is in the boot archive"),
    ({"memory": 4}, BROKEN, r"panic: too little memory: see README.md in kernel/boot/memory_map.c:\d+"),
    ({"memory": run_options.LEAST_MEMORY - 1}, UNABLE, "init: shm_cnt cannot be started: out of memory"),
]


def reported_by_machine():
    for how, wanted, says in REPORTED_BY_MACHINE:
        status, _, log = boot_changed(**how)
        yield from judge(wanted, status, (says,), log)


# -------------------------------------------------------------------------------------------- others

OUT_OF_MEMORY = re.compile(r"panic: too little memory|init: there is too little memory|mem: too little memory|"
                           r"init: \S+ cannot be started: out of memory|shm_cnt: .*: Out of memory", re.M | re.I)
MEMORY = 16
NEAR = 2358  # where the account was first too large when this was written: only the start of the search


def with_account(pages):
    return boot_changed(lambda archive: archive.set_account(pages), memory=MEMORY, timeout=10)


def border(good, low, high, near):
    """(the last good, the first bad) of a range that begins good and ends bad. Searches from `near` on with doubling
    steps, and then by halving."""
    step, at = 1, near
    while high - low > 1:
        low, high = (at, high) if good(at) else (low, at)
        step *= 2
        outward = near + step // 2 if low >= near else near - step // 2
        at = outward if low < outward < high else (low + high) // 2
    return low, high


def little_memory():
    """With any number of frames for mem and the program, the system works, or says why not."""
    works, fails = border(lambda pages: with_account(pages)[0] == 0, 64, 4096, NEAR)
    for pages in range(fails, fails + 120, 8):
        status, console, log = with_account(pages)
        reported = OUT_OF_MEMORY.search("\n".join([console, *log]))
        yield f"{pages - works} frames too little", reported and status in (1, BROKEN, 126), f"status {status}\n{console}{log}"


def forged_in_bochs():
    folder = programs_image.make(ROOT / PROGRAMS, IMAGES)  # it may have no ISO yet
    with tempfile.TemporaryDirectory() as scratch:
        iso = pathlib.Path(scratch) / "forges.iso"
        with_command(folder / "tally.iso", machine.DEFAULT_WORDS, ["forges"], iso)
        for serial in (1, 2):
            status, console, log = bochs.boot(iso, serial=serial)
            yield from judge(5, status, ("init: forges exited with status 5",), log, forged_output(), console.decode())


def failure_tests():
    """(name, function, the build it needs) of each test."""
    yield from ((f"fail/{command.name}", run_command(command), "programs" if PROGRAMS in command.words else "i386") for command in COMMANDS)
    yield from ((f"fail/{case.name}", run_damage(case), "i386") for case in DAMAGES)
    yield "fail/damaged ISOs", damaged_iso, "i386"
    yield "fail/reported by the machine", reported_by_machine, "i386"
    yield "fail/little memory", little_memory, "i386"
    yield "fail/a program that forges log lines, Bochs", forged_in_bochs, "programs"

"""Boots the system in QEMU and finds out how the program ended."""
import os
import pathlib
import shutil
import subprocess
import threading

from tally import processes
from tally.image import command_line, with_command
from tally.record import record
from tally.temporary import temporary_folder
from tally.serial import BROKEN, TIMED_OUT, Ports, Verdict, send_input
from tally.symbols import Symbols

DEFAULT_WORDS = ["shm_cnt"]
SAID_BROKEN = BROKEN * 2 + 1  # QEMU's exit status after BROKEN on the exit device: the log says why
GRACE = 2  # seconds for the machine to end, after the log has reported the program's end
READING = 60  # seconds to read its remaining output after its end
# Half of QEMU's page faults at its start come from its heap. There are fewer if the heap grows in large steps, uses
# huge pages, and returns nothing, not even large blocks.
HEAP = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.top_pad=67108864:glibc.malloc.trim_threshold=1073741824:"
                          "glibc.malloc.mmap_threshold=33554432"}


@record
class Options:
    smp: int = 1
    memory: int = 128  # MiB
    limit_memory: int = 0  # MiB for the program; 0: all
    limit_processes: int = 0
    icount: bool = False
    accel: str = "tcg"  # used if instructions are not counted
    timeout: float = 60  # seconds; None: for ever
    display: bool = False
    cpu: str = "max"
    kernel: bool = False  # without GRUB: QEMU itself loads kernel and archive
    uefi: bool = False
    serial: int = 2  # ports; if there is one, the log shares the console's
    gdb: bool = False
    dirty: bool = False  # memory from 1 MiB on starts as bytes of 1: nothing is zero by chance
    explained: bool = True  # explain addresses in the log as it comes
    more: tuple = ()  # further arguments for QEMU


def system_words(options, words, given):
    """The words of the command line: words with `=` before the program's name are init's options."""
    settings = ["console.input=pipe"] if given and not given.is_terminal else []
    settings += [f"limit.memory={options.limit_memory}"] if options.limit_memory else []
    settings += [f"limit.processes={options.limit_processes}"] if options.limit_processes else []
    ends = ["--"] if "=" in words[0] or words[0] == "--" else []
    return [*settings, *ends, *words]


def image_arguments(options, words, folder, scratch):
    """QEMU's arguments for what to boot; an ISO with another command line is made in `scratch`. QEMU runs in the build
    folder, because it splits names of modules at blanks and commas, and because it tells the kernel its file's name,
    whose length affects boot."""
    if options.kernel:
        return ["-kernel", "boot/kernel.elf", "-initrd", "boot/archive", "-append", command_line(words)]
    iso = "tally.iso"
    if words != DEFAULT_WORDS:
        iso = pathlib.Path(scratch).resolve() / "command.iso"
        with_command(folder / "tally.iso", DEFAULT_WORDS, words, iso)
    return ["-cdrom", str(iso), "-boot", "d"]


def memory_arguments(options, scratch):
    if not options.dirty:
        return []
    bytes_of_1 = pathlib.Path(scratch).resolve() / "memory"
    bytes_of_1.write_bytes(b"\1" * (options.memory - 1 << 20))
    return ["-device", f"loader,file={option_value(bytes_of_1)},addr={1 << 20},force-raw=on"]


def option_value(text):
    """Escapes `text` for QEMU's options, which are split at commas."""
    return str(text).replace(",", ",,")


def log_arguments(options, port):
    """Connects the second serial port to the file descriptor `port`."""
    return ["-chardev", f"file,id=log,path=/dev/fd/{port}", "-serial", "chardev:log"] if options.serial == 2 else []


def qemu_arguments(options):
    arguments = ["qemu-system-x86_64" if options.uefi else "qemu-system-i386"]
    arguments += ["-accel", "tcg,thread=single" if options.icount else options.accel]
    arguments += ["-cpu", options.cpu, "-m", str(options.memory), "-smp", str(options.smp)]
    arguments += ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]
    arguments += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    arguments += ["-no-reboot", "-monitor", "none", "-nic", "none"]
    arguments += ["-display", "gtk" if options.display else "none"]
    if options.uefi:
        arguments += ["-bios", "/usr/share/ovmf/OVMF.fd"]
    if options.icount:
        arguments += ["-icount", "shift=0,sleep=off", "-rtc", "base=2020-01-01,clock=vm"]
    if options.gdb:
        arguments += ["-gdb", "tcp:127.0.0.1:1234", "-S"]
    return [*arguments, *options.more]


def refused_model(options):
    """QEMU's complaint about a CPU model, or None; skips the question if QEMU is going to start anyhow."""
    if options.cpu == Options().cpu:
        return None
    asked = [qemu_arguments(options)[0], "-cpu", options.cpu, "-nodefaults", "-S", "-display", "none", "-monitor", "stdio"]
    done = processes.run(asked, given=b"quit\n")
    return done.stderr.strip().rpartition("\n")[2].partition(": ")[2] if done.returncode else None


def start_thread(function, *arguments):
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def start_qemu(arguments, folder, log_port, with_input):
    """Starts QEMU such that it ends with this process, however that ends."""
    bound = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    return subprocess.Popen([*bound, *arguments], cwd=folder, pass_fds=[log_port], bufsize=0, env={**HEAP, **os.environ},
                            stdin=subprocess.PIPE if with_input else subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for_end(qemu, decided, timeout):
    """False if time runs out before the log reports the end or the machine ends."""
    waiter = start_thread(lambda: (qemu.wait(), decided.set()))
    in_time = decided.wait(timeout)
    if in_time:
        waiter.join(GRACE)
    return in_time


def read_ports(ports, console, log, failures):
    """Reads until the machine ends, or until its output can be written nowhere."""
    try:
        ports.read(console, log)
    except OSError as error:
        failures.append(error)
        ports.verdict.decided.set()


def run_qemu(arguments, ports, options, folder, given):
    """Runs the machine to its end; returns (its Popen, whether it ended in time)."""
    log, log_port = os.pipe()
    failures, reader = [], None
    qemu = start_qemu([*arguments, *log_arguments(options, log_port)], folder, log_port, given is not None)
    try:
        os.close(log_port)
        reader = start_thread(read_ports, ports, qemu.stdout.fileno(), log if options.serial == 2 else None, failures)
        if given is not None:
            start_thread(send_input, given, qemu.stdin.fileno(), ports.listening)
        in_time = wait_for_end(qemu, ports.verdict.decided, options.timeout)
    finally:
        if qemu.poll() is None:
            processes.end(qemu)
        if reader:
            reader.join(READING)
        os.close(log)
    if failures:
        raise failures[0]
    return qemu, in_time


def boot(options, words, folder, console_sink, log_sink, given=None):
    """Boots and returns the exit status. console_sink(bytes) and log_sink(line) receive the output. The console's input
    is `given`; if that is None, a terminal where nobody types."""
    folder = pathlib.Path(folder)
    verdict = Verdict()
    explain = Symbols(folder).explain if options.explained else str
    ports = Ports(console_sink, log_sink, verdict, explain, firmware_talks=options.uefi)
    with temporary_folder() as scratch:
        arguments = [*qemu_arguments(options), *image_arguments(options, system_words(options, words, given), folder, scratch),
                     *memory_arguments(options, scratch)]
        qemu, in_time = run_qemu(arguments, ports, options, folder, given)
    complaints = qemu.stderr.read().decode(errors="backslashreplace").splitlines()
    for line in complaints:
        if "terminating on signal" not in line:
            log_sink(line)
    if verdict.status is not None:
        return verdict.status
    return status_without_verdict(verdict.has_log, in_time, qemu.returncode, options, log_sink)


def status_without_verdict(has_log, in_time, qemu_status, options, log_sink):
    if not in_time:
        silent = "" if has_log else "; the system has not begun to log"
        log_sink(f"run: timed out after {options.timeout:g} seconds{silent}")
        return TIMED_OUT
    if qemu_status != SAID_BROKEN:
        log_sink("run: the machine ended, and the log does not say how the program did")
    return BROKEN

"""The rows of the bench: what the system's operations cost, in instructions.

QEMU counts every instruction once (`-icount shift=0`), and the counter that programs read is that count: so
runs are repeatable to the instruction. The kernel is loaded without GRUB, whose disk would shift it.
"""
import dataclasses
import re
import subprocess
import sys

from tally import machine
from tally.interface import ROOT

INSTRUCTIONS, BYTES, LINES, FRAMES = "instructions", "bytes", "lines", "frames"
KERNEL, PROCESS, MEMORY = "bench_kernel", "bench_process", "bench_memory"

# Each program's rows, in the order of the output.
PROGRAMS = {
    KERNEL: ["null_call", "ipc_4w", "ipc_16w", "ipc_60w", "signal", "map_1", "protect_1", "unmap_1",
             "grant_1", "grant_16", "grant_64", "revoke_0", "revoke_1", "revoke_10", "revoke_100", "revoke_1000",
             "revoke_frames_100"],
    MEMORY: ["fault", "fault_zero", "shm_open", "shm_create", "shm_close", "page_get_put", "lock", "console_byte"],
    PROCESS: ["fork", "fork_exec"],
}
FIGURE = re.compile(r"bench: (\w+) (\d+) (\d+) (\d+)")
SIZES = re.compile(r"lines of code (\d+) .*bytes of text (\d+)")
TIMEOUT = 300


class BenchError(Exception):
    pass


@dataclasses.dataclass
class Row:
    """`value` is the minimum; what is not measured again and again has no other."""
    name: str
    value: int
    median: int = None
    max: int = None
    unit: str = INSTRUCTIONS

    def __post_init__(self):
        self.median = self.value if self.median is None else self.median
        self.max = self.value if self.max is None else self.max


def boot(folder, words, **options):
    """What the program wrote to console and log, in lines; it must end with 0."""
    console, log = [], []
    status = machine.boot(machine.Options(icount=True, kernel=True, timeout=TIMEOUT, **options), words, folder,
                          console.append, log.append)
    lines = [*b"".join(console).decode(errors="replace").splitlines(), *log]
    if status:
        raise BenchError("\n".join([*lines[-20:], f"bench: {' '.join(words)} ended with status {status}"]))
    return lines


def measured(folder, words, **options):
    """{name: row} of what a program measures."""
    found = [match for line in boot(folder, words, **options) if (match := FIGURE.fullmatch(line))]
    return {match[1]: Row(match[1], *map(int, match.groups()[1:])) for match in found}


def program_rows(folder):
    for program, names in PROGRAMS.items():
        found = measured(folder, [program])
        yield from (found[name] for name in names)


def second_cpu_rows(folder):
    yield dataclasses.replace(measured(folder, [KERNEL, "ipc_4w"], smp=2)["ipc_4w"], name="ipc_4w_2cpu")


def size_rows(folder):
    done = subprocess.run([sys.executable, "scripts/check_size.py", str(folder / "kernel/kernel.elf")], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    sizes = SIZES.search(done.stdout)
    if not sizes:
        raise BenchError(f"bench: the kernel's size is not known\n{done.stdout}{done.stderr}")
    yield Row("kernel_text", int(sizes[2]), unit=BYTES)
    yield Row("kernel_lines", int(sizes[1]), unit=LINES)


def all_rows(folder):
    yield from program_rows(folder)
    yield from second_cpu_rows(folder)
    yield from size_rows(folder)

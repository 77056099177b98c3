"""Tests of the screen's contents, and of typing on the keyboard."""
import pathlib
import re
import tempfile

from harness import damage
from harness.screendump import is_seen, lines_of, running
from tally import build, machine
from tally.image import with_command

IMAGES = build.default_folder("i386")
OVMF = ["-bios", "/usr/share/ovmf/OVMF.fd"]
TEXT_DIM, TEXT_BRIGHT = (7,), (15,)
PIXELS_DIM, PIXELS_BRIGHT = (0xAA,) * 3, (0xFF,) * 3
EXITED = r"init: \S+ exited with status 0"
READS, COUNTED = r"shm_cnt: process [12] of 2 reads \d+", "shm_cnt: 2 processes x 10000 increments = 20000: ok"
LOADED, TYPED = r"mem: \d+ frames, \d+ free", "ok 1 - 2 lines were typed"
SILENT = ["-serial", "none"]
NMIS, NMI_COUNT = 1000, r"cpu: \d+ NMIs came and were ignored"


def qemu(uefi, *more):
    """A machine with ordinary options."""
    return ["qemu-system-x86_64" if uefi else "qemu-system-i386", "-accel", "tcg", "-nic", "none", *OVMF * uefi, *more]


def iso(words, scratch):
    path = pathlib.Path(scratch) / "command.iso"
    with_command(IMAGES / "tally.iso", machine.DEFAULT_WORDS, words, path)
    return ["-cdrom", str(path)]


def kernel(*words):
    """Boots without GRUB, which takes longer than everything else."""
    return ["-kernel", str(IMAGES / "boot/kernel.elf"), "-initrd", str(IMAGES / "boot/archive"), "-append", " ".join(words)]


def has(*patterns):
    """A condition for wait_for: these lines are there, in that order."""
    def wanted(lines):
        rest = iter(lines)
        return all(any(re.fullmatch(pattern, line) for line in rest) for pattern in patterns)
    return wanted


def colour_of(rows, pattern):
    """The colours of the characters in the first line that matches."""
    row = next((row for row in rows if re.fullmatch(pattern, lines_of([row])[0])), [])
    return {cell.colour for cell in row if cell.character not in " \0"}


def shown(rows):
    return "\n".join(lines_of(rows))


def colours(rows, text, output):
    """The log's lines and the program's have their colours."""
    dim, bright = (TEXT_DIM, TEXT_BRIGHT) if text else (PIXELS_DIM, PIXELS_BRIGHT)
    yield "the log is dim", colour_of(rows, EXITED) == {dim}, str(colour_of(rows, EXITED))
    yield "the output is bright", colour_of(rows, output) == {bright}, str(colour_of(rows, output))


def demo(*how):
    def run():
        wanted = has(LOADED, "init: starts shm_cnt", READS, READS, COUNTED, EXITED)
        with running([*qemu(False), *how, *SILENT], text=True) as screen:
            rows = screen.wait_for(wanted)
            yield "log and output are on the screen", wanted(lines_of(rows)), shown(rows)
            yield from colours(rows, True, COUNTED)
            yield "the picture shows the text", is_seen(screen.picture(), rows), shown(rows)
    return run


def keyboard(uefi):
    """Types two lines, one with a correction, and the end of file."""
    def run():
        with tempfile.TemporaryDirectory() as scratch, \
                running([*qemu(uefi), *iso(["t_typed"], scratch), *SILENT], not uefi) as screen:
            screen.wait_for(has("type lines"))
            screen.type("Hello, World?\b!\n")
            first = screen.wait_for(has(re.escape("Hello, World!"), re.escape("line 1: Hello, World!")))
            yield "a line is echoed and read", "line 1: Hello, World!" in lines_of(first), shown(first)
            screen.type("2 < 3 & [\"4\" | ~5]\n\x04")
            last = screen.wait_for(has(EXITED))
            yield "punctuation is typed", "line 2: 2 < 3 & [\"4\" | ~5]" in lines_of(last), shown(last)
            yield "ctrl-D ends the input", TYPED in lines_of(last), shown(last)
            yield "the log is on the screen, too", has(LOADED, "init: starts t_typed", TYPED, EXITED)(lines_of(last)), shown(last)
            yield from colours(last, not uefi, TYPED)
    return run


def shell():
    """The shell after the demo, on a machine without an exit device; after its end another shell starts."""
    with running([*qemu(False), "-cdrom", str(IMAGES / "tally.iso"), *SILENT], text=True) as screen:
        rows = screen.wait_for(has(COUNTED, EXITED, "init: starts sh", r"\$"))
        yield "it prompts", has(COUNTED, EXITED, "init: starts sh", r"\$")(lines_of(rows)), shown(rows)
        for keys, wanted in (("echo $((6*7))\n", ["42"]), ("exit 3\n", ["init: sh exited with status 3", "init: starts sh"])):
            screen.type(keys)
            rows = screen.wait_for(has(*wanted, r"\$"))
            yield f"{keys!r}: {wanted}", has(*wanted, r"\$")(lines_of(rows)), shown(rows)


def port_lines(path):
    """The output of a port that log and console share, as it must appear on the screen."""
    text = path.read_bytes().replace(b"\r\n[k] ", b"\n").replace(b"\r", b"").decode(errors="replace")
    return [line for line in text.splitlines() if line]


def long_output():
    """The screen ends with the port's last lines."""
    with tempfile.TemporaryDirectory() as scratch:
        port = pathlib.Path(scratch) / "port"
        with running([*qemu(False), *kernel("repeat", "40", "shm_cnt"), "-serial", f"file:{port}"], True) as screen:
            rows = screen.wait_for(has("repeat: 40 runs, all memory given back.*", EXITED))
        seen = [line for line in lines_of(rows) if line]
        yield "the last lines are on the screen", len(seen) > 20 and seen == port_lines(port)[-len(seen):], shown(rows)


def no_screen():
    console, log = [], []
    options = machine.Options(timeout=240, kernel=True, more=("-vga", "none"))
    status = machine.boot(options, ["shm_cnt"], IMAGES, console.append, log.append)
    yield "a machine without a screen runs", status == 0, "\n".join(log)


def dead_server():
    """The screen server's fault is logged, and nothing else changes."""
    console, log = [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "build"
        damage.copy(IMAGES, folder, lambda archive: archive.code(IMAGES, "screen", "server_main", damage.INVALID))
        options = machine.Options(timeout=240, kernel=True)
        status = machine.boot(options, ["shm_cnt"], folder, console.append, log.append)
    yield "the program runs to its end", status == 0, "\n".join(log)
    yield "the log reports it", any(re.match("init: server screen is gone: invalid opcode at ", line) for line in log), "\n".join(log)


def nmis():
    """NMIs while processors compute, idle, enter and leave the kernel are reported, and change nothing else."""
    two = qemu(False, "-smp", "2", *SILENT)
    with running([*two, *kernel("repeat", "2000", "shm_cnt")], True) as screen:
        rows = screen.wait_for(has(READS))
        yield "programs run", has(READS)(lines_of(rows)) and not has(EXITED)(lines_of(rows)), shown(rows)
        for _ in range(NMIS):
            screen.call("inject-nmi")
        rows = screen.wait_for(has(EXITED), 60)
        yield "they run to their end without errors", has(EXITED)(lines_of(rows)), shown(rows)
    with running([*two, *kernel("t_typed")], True) as screen:
        screen.wait_for(has("type lines"))
        screen.call("inject-nmi")
        screen.type("a line\n\x04")
        rows = screen.wait_for(has(EXITED))
        yield "the log reports how many arrived", has(NMI_COUNT, EXITED)(lines_of(rows)), shown(rows)


def screen_tests():
    """(name, function that yields results)"""
    return [
        ("screen/bios", demo("-cdrom", str(IMAGES / "tally.iso"))),
        ("screen/kernel", demo(*kernel())),
        ("screen/shell", shell),
        ("screen/keyboard", keyboard(uefi=False)),
        ("screen/keyboard-uefi", keyboard(uefi=True)),
        ("screen/long-output", long_output),
        ("screen/none", no_screen),
        ("screen/dead-server", dead_server),
        ("screen/nmi", nmis),
    ]

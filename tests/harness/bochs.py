"""Boots the ISO in Bochs, the strictest of the emulators; its serial ports write to files.

Bochs runs in a temporary folder, with only relative names in its configuration, which it splits at commas and quotes.
"""
import os
import pathlib
import subprocess

from tally import processes
from tally.serial import BROKEN, TIMED_OUT, Returns, SharedPort, Verdict
from tally.temporary import temporary_folder

# Few instructions a second: waits of tests end sooner, and interrupts come at more of their instructions.
CONFIGURATION = """\
display_library: term
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
cpu: count={smp}, ips=10000000, model=core2_penryn_t9600, reset_on_triple_fault=0
memory: guest={memory}, host={memory}
ata0-master: type=cdrom, path=iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=console
{com2}
clock: sync=none
mouse: enabled=0
log: messages
panic: action=fatal
"""


def boot(iso, smp=1, memory=128, serial=2, timeout=60):
    """Returns (status, console bytes, log lines)."""
    with temporary_folder() as name:
        folder = pathlib.Path(name)
        (folder / "iso").symlink_to(pathlib.Path(iso).resolve())
        com2 = "com2: enabled=1, mode=file, dev=log" if serial == 2 else "com2: enabled=0"
        (folder / "rc").write_text(CONFIGURATION.format(smp=smp, memory=memory, com2=com2))
        (folder / "go").write_text("continue\nquit\n")
        command = ["bochs", "-q", "-f", "rc", "-rc", "go"]
        environment = {**os.environ, "TERM": "xterm", "LINES": "60", "COLUMNS": "160"}
        try:
            processes.run(command, timeout, cwd=folder, env=environment, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
            default = BROKEN
        except subprocess.TimeoutExpired:
            default = TIMED_OUT
        console, log = (file.read_bytes() if file.exists() else b"" for file in (folder / "console", folder / "log"))
    if serial == 1:
        shared = SharedPort()
        pieces = [*shared.feed(console), *shared.feed(b"")]
        console, log = (b"".join(piece for is_log, piece in pieces if is_log == wanted) for wanted in (False, True))
    # The last line may lack its end, as the machine can end with bytes left in the port.
    verdict, lines = Verdict(), log.replace(b"\r", b"").decode(errors="backslashreplace").rstrip("\n").split("\n")
    for line in lines:
        verdict.read(line)
    return default if verdict.status is None else verdict.status, Returns().feed(console + b"\n")[:-1], lines

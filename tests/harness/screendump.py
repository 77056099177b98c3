"""A machine with a screen and a keyboard; reads the screen as text.

QEMU is controlled by its machine protocol (QMP). VGA's text is read from its memory and compared with the picture; a
picture in pixels is read glyph by glyph, with the font that the system draws with.
"""
import contextlib
import dataclasses
import functools
import json
import pathlib
import socket
import subprocess
import time

from tally import processes
from tally.font import HEIGHT, WIDTH, codes, read_glyphs
from tally.packages import FONT
from tally.temporary import temporary_folder

PROTOCOL = "protocol"  # the socket's file name
VGA_TEXT, VGA_SIZE, VGA_COLUMNS, VGA_ROWS = 0xB8000, (720, 400), 80, 25
PATIENCE = 240  # seconds; UEFI's firmware alone takes ten times as long on a loaded host
SHIFTED = dict(zip('!@#$%^&*()_+{}:"~|<>?', ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "minus", "equal",
                                                "bracket_left", "bracket_right", "semicolon", "apostrophe",
                                                "grave_accent", "backslash", "comma", "dot", "slash"]))
PLAIN = {" ": "spc", "-": "minus", "=": "equal", "[": "bracket_left", "]": "bracket_right", ";": "semicolon",
         "'": "apostrophe", "`": "grave_accent", "\\": "backslash", ",": "comma", ".": "dot", "/": "slash",
         "\n": "ret", "\t": "tab", "\b": "backspace", "\x04": "ctrl-d"}


class ScreenError(Exception):
    pass


@dataclasses.dataclass
class Cell:
    character: str
    colour: tuple  # of its ink; None for a blank


@dataclasses.dataclass
class Picture:
    width: int
    height: int
    pixels: bytes  # three bytes for each

    def pixel(self, x, y):
        at = (y * self.width + x) * 3
        return self.pixels[at:at + 3]


def read_picture(path):
    """Reads QEMU's screendump, a PPM file."""
    kind, size, most, pixels = pathlib.Path(path).read_bytes().split(b"\n", 3)
    if (kind, most) != (b"P6", b"255"):
        raise ScreenError(f"{path} is not the picture that it should be")
    return Picture(*map(int, size.split()), pixels)


@functools.cache
def known_glyphs():
    """{rows of a glyph: its character}; for glyphs that look alike the character with the lowest code."""
    pairs = zip(read_glyphs(FONT.path()), codes())
    return {bytes(rows): chr(code) for rows, code in sorted(pairs, key=lambda pair: -pair[1]) if code}


def cell_pixels(picture, column, row):
    """The pixels of a cell, line by line."""
    line = picture.width * 3
    first = row * HEIGHT * line + column * WIDTH * 3
    return b"".join(picture.pixels[at:at + WIDTH * 3] for at in range(first, first + HEIGHT * line, line))


@functools.cache  # most are blank, or as they were in the picture before
def read_cell(pixels):
    """The background is the colour for which the rest is a glyph; '\\0' if there is none."""
    each = [pixels[at:at + 3] for at in range(0, len(pixels), 3)]
    colours = {*each}
    if len(colours) == 1:
        return Cell(" ", None)
    for back in sorted(colours):
        rows = int("".join("01"[pixel != back] for pixel in each), 2).to_bytes(HEIGHT * WIDTH // 8, "big")
        if len(colours) == 2 and rows in known_glyphs():
            return Cell(known_glyphs()[rows], tuple(*(colours - {back})))
    return Cell("\0", None)


def read_pixels(picture):
    return [[read_cell(cell_pixels(picture, column, row)) for column in range(picture.width // WIDTH)]
            for row in range(picture.height // HEIGHT)]


def read_text(memory):
    """Reads VGA's text memory; the colour is the low half of the attribute."""
    cells = [Cell(bytes(memory[at:at + 1]).decode("cp437"), (memory[at + 1] & 15,)) for at in range(0, len(memory), 2)]
    return [cells[at:at + VGA_COLUMNS] for at in range(0, len(cells), VGA_COLUMNS)]


def lines_of(rows):
    return ["".join(cell.character for cell in row).rstrip(" \0") for row in rows]


def is_seen(picture, rows):
    """Whether the picture has ink exactly where the text has characters, ignoring the cursor, which blinks."""
    width, height = picture.width // VGA_COLUMNS, picture.height // VGA_ROWS
    wrong = 0
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            ink = {picture.pixel(x * width + i, y * height + j) for i in range(width) for j in range(height)}
            wrong += (len(ink) > 1) != (cell.character not in " \0")
    return wrong <= 1


class Machine:
    """A running QEMU. `text` says whether its screen is VGA's text."""

    def __init__(self, qemu, scratch, text):
        self.qemu, self.scratch, self.text, self.seen = qemu, scratch, text, None
        self.protocol = self.connect(scratch / PROTOCOL)
        self.protocol.readline()  # the greeting
        self.call("qmp_capabilities")

    def connect(self, path):
        end = time.monotonic() + PATIENCE
        with socket.socket(socket.AF_UNIX) as connection:
            while True:
                try:
                    connection.connect(str(path))
                    return connection.makefile("rw")
                except OSError as error:
                    if self.qemu.poll() is not None or time.monotonic() > end:
                        raise ScreenError(f"QEMU cannot be talked to: {error}") from error
                    time.sleep(0.05)

    def call(self, command, **arguments):
        self.protocol.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.protocol.flush()
        for line in self.protocol:
            response = json.loads(line)
            if "error" in response:
                raise ScreenError(f"{command}: {response['error']['desc']}")
            if "return" in response:
                return response["return"]
        raise ScreenError("QEMU ended")

    def picture(self):
        self.call("screendump", filename=str(self.scratch / "picture"))
        return read_picture(self.scratch / "picture")

    def rows(self):
        """The screen's rows of cells; none if it is in another mode."""
        picture = self.picture()
        if not self.text:
            if picture != self.seen:  # firmware hardly ever draws
                self.seen, self.cells = picture, read_pixels(picture)
            return self.cells
        if (picture.width, picture.height) != VGA_SIZE:
            return []
        self.call("pmemsave", val=VGA_TEXT, size=2 * VGA_COLUMNS * VGA_ROWS, filename=str(self.scratch / "memory"))
        return read_text((self.scratch / "memory").read_bytes())

    def wait_for(self, wanted, patience=PATIENCE):
        """Waits until wanted(lines) holds; returns the rows then, or the last ones when the time is over."""
        end = time.monotonic() + patience
        while True:
            rows = self.rows()
            if wanted(lines_of(rows)) or time.monotonic() > end:
                return rows
            time.sleep(0.3)

    def type(self, text):
        for character in text:
            key = PLAIN.get(character) or (f"shift-{SHIFTED[character]}" if character in SHIFTED else
                                           f"shift-{character.lower()}" if character.isupper() else character)
            self.call("human-monitor-command", **{"command-line": f"sendkey {key} 20"})
            time.sleep(0.1)  # the controller's buffer is small


@contextlib.contextmanager
def running(arguments, text):
    with temporary_folder() as folder:
        scratch = pathlib.Path(folder)
        command = [*arguments, "-display", "none", "-qmp", f"unix:{scratch / PROTOCOL},server=on,wait=off"]
        with processes.started(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as qemu:
            screen = Machine(qemu, scratch, text)
            yield screen
            screen.call("quit")
            qemu.wait(PATIENCE)

"""Glyphs of a font in GRUB's format (PFF2): sections of name, size and contents. All numbers are big-endian."""
import pathlib
import struct

from tally.entry import ScriptError

WIDTH, HEIGHT = 8, 16
CHARACTER = struct.Struct(">IBI")  # code, flags (0: not compressed), offset in the file
GLYPH = struct.Struct(">HHhhh")  # width and height of the bitmap, its position, advance
LOW_CODES = 0x20  # control characters are below


class FontError(ScriptError):
    """Why a file cannot be used."""


def codes():
    """The Unicode code of each byte of code page 437; 0 where nothing is shown."""
    text = bytes(range(256)).decode("cp437")
    return [ord(c) if LOW_CODES <= i and i != 0x7F else 0 for i, c in enumerate(text)]


def sections(data):
    """{name: (first byte, size)}; the last one, DATA, extends to the end of the file."""
    found, at = {}, 0
    while at + 8 <= len(data):
        name, size = struct.unpack_from(">4sI", data, at)
        found[name] = (at + 8, size)
        if name == b"DATA":
            break
        at += 8 + size
    return found


def read_glyph(data, at, ascent):
    """The glyph's rows as bytes of pixels. The font stores its bits as one string, without gaps between rows."""
    width, height, left, bottom, _ = GLYPH.unpack_from(data, at)
    size = (width * height + 7) // 8
    bits = "".join(f"{byte:08b}" for byte in struct.unpack_from(f"{size}s", data, at + GLYPH.size)[0])
    top = ascent - bottom - height
    rows = [0] * HEIGHT
    for y in range(height):
        row = bits[y * width:(y + 1) * width]
        shown = ("0" * max(left, 0) + row)[:WIDTH].ljust(WIDTH, "0")
        if 0 <= top + y < HEIGHT:
            rows[top + y] = int(shown, 2)
    return rows


def read_glyphs(path):
    """256 glyphs of HEIGHT rows each; bytes without a code are blank."""
    try:
        return glyphs_of(path, pathlib.Path(path).read_bytes())
    except struct.error:
        raise FontError(f"gen_font: {path} ends too early") from None


def glyphs_of(path, data):
    parts = sections(data)
    if data[8:12] != b"PFF2" or b"CHIX" not in parts or b"ASCE" not in parts:
        raise FontError(f"gen_font: {path} is not a font of GRUB's")
    ascent, = struct.unpack_from(">H", data, parts[b"ASCE"][0])
    first, size = parts[b"CHIX"]
    offsets = {code: at for code, flags, at in CHARACTER.iter_unpack(data[first:first + size]) if flags == 0}
    missing = [code for code in codes() if code and code not in offsets]
    if missing:
        raise FontError(f"gen_font: {path} lacks {len(missing)} characters, U+{missing[0]:04X} first")
    return [read_glyph(data, offsets[code], ascent) if code else [0] * HEIGHT for code in codes()]

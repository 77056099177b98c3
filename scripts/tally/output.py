"""Writes files completely or not at all, and only if they change."""
import os
import pathlib


def replace_file(name, data):
    """Replaces a file such that readers see the old or the new contents, never a part. Writes directly to anything that
    is no regular file, such as a device."""
    path = pathlib.Path(os.path.realpath(name))
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def replace_text(name, text):
    replace_file(name, text.encode("utf-8", "surrogateescape"))


def write_if_changed(path, text):
    """Leaves an unchanged file alone, so that nothing is rebuilt in vain."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text(encoding="utf-8", errors="surrogateescape") != text:
        replace_text(path, text)

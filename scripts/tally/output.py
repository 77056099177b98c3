"""Files that are written only when their text changes, so that nothing is rebuilt in vain."""
import pathlib


def write_if_changed(path, text):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8", errors="surrogateescape") != text:
        path.write_text(text, encoding="utf-8", errors="surrogateescape")

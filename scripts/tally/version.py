"""The version of this tree: in a release archive it is in the file VERSION, in a checkout git knows it."""
import re

from tally import processes
from tally.interface import ROOT

LENGTH = 39  # bytes at most
UNKNOWN = "unknown"
UNFIT = re.compile(r"[^\w.+~-]", re.ASCII)


def of_archive():
    """git archive has put a description into the file, or, if there is no tag, only the commit."""
    try:
        text = (ROOT / "VERSION").read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    return "" if "$" in text else next(iter(text.split()), "")


def of_checkout():
    """It may be somebody else's."""
    if not (ROOT / ".git").exists():  # git would look in the folders above
        return ""
    try:
        git = ["git", "-c", "safe.directory=*", "-C", str(ROOT)]
        return processes.run([*git, "describe", "--always", "--dirty", "--tags"]).stdout.strip()
    except OSError:
        return ""


def version():
    found = of_archive() or of_checkout()
    return UNFIT.sub("_", found)[:LENGTH] or UNKNOWN

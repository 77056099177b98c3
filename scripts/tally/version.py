"""The version of this tree, as scripts/version.sh finds it."""
from tally import processes
from tally.interface import ROOT


def version():
    return processes.output([str(ROOT / "scripts/version.sh")]).strip()

"""Copies of the tree. They share the tree's fetched files."""
import shutil

from tally.interface import ROOT

PARTS = [".ci", ".clang-format", ".editorconfig", "CMakeLists.txt", "CMakePresets.json", "CONTRIBUTING.md", "README.md", "boot", "docs", "kernel", "libuser", "programs",
         "scripts", "servers", "tests"]


def make(target):
    target.mkdir(parents=True)
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target / name)
    link_fetched(target)


def link_fetched(target):
    fetched = ROOT / "build/musl"
    if fetched.exists():
        (target / "build").mkdir()
        (target / "build/musl").symlink_to(fetched.resolve())

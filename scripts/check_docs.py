#!/usr/bin/env python3
"""Every `path/file.ext`, `folder/` and `function()` that README.md or docs/*.md names must exist, and `function()`s that
a page says are in a file must be in that one."""
from tally import entry

import re

from tally import processes
from tally.interface import ROOT, generated_headers, read_syscalls

FOLDERS = ["boot", "kernel", "libuser", "programs", "servers", "tests"]
SPAN = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?:[\w.-]+/)+(?:[\w.-]+\.\w+)?")
FUNCTION = re.compile(r"(\w+)\(\)")
# `a()`, `b()` and `c()` in `path/file.c`
IN_FILE = re.compile(r"((?:`\w+\(\)`(?:, | and |, then )?)+) in `((?:[\w.-]+/)+[\w.-]+\.(?:c|h|asm))`")
MADE = ("build/", "/")  # what the build makes, and what is outside of the tree


def known_names():
    sources = [str(p) for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*.[ch]"))]
    tags = processes.output(["ctags", "-x", "--kinds-C=fpdv", *sources])
    labels = re.findall(r"^(\w+):", "".join(p.read_text(encoding="utf-8") for p in ROOT.glob("*/**/*.asm")), re.M)
    stubs = [f"sys_{call.name}" for call in read_syscalls()]
    return {line.split()[0] for line in tags.splitlines()} | {*labels, *stubs}


def file_exists(name):
    return name.startswith(MADE) or name in generated_headers() or (ROOT / name).exists()


def is_in(function, path):
    """Defined there, or with a macro that has its name as an argument."""
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.search(rf"^[^\s#*/].*\b{function}\b|^{function}:", text, re.M) is not None


def misplaced(text):
    for functions, path in IN_FILE.findall(text):
        if (ROOT / path).exists():
            yield from (f"`{f}()` is not in {path}" for f in FUNCTION.findall(functions) if not is_in(f, path))


def complaints(document, names):
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.M | re.S)
    yield from (f"{document.relative_to(ROOT)}: {what}" for what in misplaced(text))
    for span in SPAN.findall(text):
        function = FUNCTION.fullmatch(span)
        if function and function[1] not in names:
            yield f"{document.relative_to(ROOT)}: there is no function {span}"
        elif FILE.fullmatch(span) and not file_exists(span):
            yield f"{document.relative_to(ROOT)}: there is no file {span}"


def main():
    names = known_names()
    documents = [p for p in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))] if p.exists()]
    errors = [e for document in documents for e in complaints(document, names)]
    print("\n".join(errors) or f"docs: every name in {len(documents)} pages exists")
    return bool(errors)


entry.run("check_docs", main, unable=1)

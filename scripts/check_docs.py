#!/usr/bin/env python3
"""Every `path/file.ext`, `folder/` and `function()` in README.md or docs/*.md must exist, and a `function()` that a
page places in a file must be defined in that file. Each term of docs/glossary.md must occur in the source, and each of
its words that comments use must do so and have a row. docs/decisions/README.md must list each decision with its title, and
docs/shell.md the columns of ps and the rows of free. A sentence that a comment of tests/explore/check_*.c quotes must
be in docs/syscalls.md or a header of the kernel. A number of lines in README.md must be right to 5 percent."""
from tally import entry

import functools
import re

from tally import processes
from tally.interface import ROOT, generated_headers, read_syscalls
from tally.pages import SPAN, named

FOLDERS = ["boot", "kernel", "libuser", "programs", "servers", "tests"]
FILE = re.compile(r"(?:[\w.-]+/)+(?:[\w.-]+\.\w+)?")
FUNCTION = re.compile(r"(\w+)\(\)")
SOURCES = {".asm", ".c", ".def", ".h", ".md"}
MADE = ("build/", "/")  # files that the build makes, and paths outside the tree


def tags(kinds, *sources):
    return {line.split()[0] for line in processes.output(["ctags", "-x", f"--kinds-C={kinds}", *map(str, sources)]).splitlines()}


def known_names():
    sources = [p for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*.[ch]"))]
    labels = re.findall(r"^(\w+):", "".join(p.read_text(encoding="utf-8") for p in ROOT.glob("*/**/*.asm")), re.M)
    stubs = [f"sys_{call.name}" for call in read_syscalls()]
    library = handlers("".join(p.read_text(encoding="utf-8") for p in ROOT.glob("libuser/vdso/*.c")))
    return tags("fpdv", *sources) | {*labels, *stubs, *library}


def handlers(text):
    """Names of the library's functions for Linux's calls, which a macro declares: HANDLER(read) begins vdso_read()."""
    return {f"vdso_{name}" for name in re.findall(r"^(?:\w+ )*HANDLER\((\w+)\)", text, re.M)}


def file_exists(name):
    return name.startswith(MADE) or name in generated_headers() or (ROOT / name).exists()


@functools.lru_cache(maxsize=None)
def defined_in(path):
    """Functions, macros and labels, and the argument of a macro at the beginning of a line."""
    text = (ROOT / path).read_text(encoding="utf-8")
    return tags("fd", ROOT / path) | handlers(text) | {*re.findall(r"^(?:[A-Z_]+\()?(\w+)(?:[:,)])", text, re.M)}


def misplaced(text):
    return (f"`{function}()` is not in {path}" for function, path in named(text)
            if path and (ROOT / path).exists() and function not in defined_in(path))


def complaints(document, names):
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.M | re.S)
    yield from (f"{document.relative_to(ROOT)}: {what}" for what in misplaced(text))
    for span in SPAN.findall(text):
        function = FUNCTION.fullmatch(span)
        if function and function[1] not in names:
            yield f"{document.relative_to(ROOT)}: there is no function {span}"
        elif FILE.fullmatch(span) and not file_exists(span):
            yield f"{document.relative_to(ROOT)}: there is no file {span}"


def missing_terms():
    """Terms of which a word does not occur in the source, and words that comments use without a row, or do not use."""
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    terms = [t for t in re.findall(r"^\| ([^|]+) \|", text, re.M) if t not in ("term", "---")]
    sources = "".join(p.read_text(encoding="utf-8") for folder in [*FOLDERS, "scripts"]
                      for p in (ROOT / folder).rglob("*.*") if p.suffix in (".c", ".h", ".py")).lower()
    words = set(re.findall(r"[a-z]+", sources))
    yield from (f"docs/glossary.md: nothing in the source is called {t}" for t in terms
                if not all(word in words for word in t.split() if word != "a"))
    listed = re.search(r"^Words that comments use[^:]*: (.*?)\.$", text, re.M | re.S)
    for word in re.split(r",\s+", listed[1]):
        if word not in words:
            yield f"docs/glossary.md: no comment uses {word}"
        elif not any(word in t.split() for t in terms):
            yield f"docs/glossary.md: no row for {word}"


def missing_decisions():
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    for path in sorted((ROOT / "docs/decisions").glob("0*.md")):
        number, title = path.read_text(encoding="utf-8").split("\n")[0].removeprefix("# ").split(". ", 1)
        if f"| {number} | [{title}]({path.name})" not in index:
            yield f"docs/decisions/README.md: no row for {number}. {title}"


def missing_columns():
    """In docs/shell.md: each column of ps and each row of free needs a row, in their order."""
    text = (ROOT / "docs/shell.md").read_text(encoding="utf-8")
    columns = re.search(r'puts\("(.*)"\)', (ROOT / "programs/ps.c").read_text(encoding="utf-8"))[1].split()
    rows = re.findall(r'show\("\s*(\w+)"', (ROOT / "programs/free.c").read_text(encoding="utf-8"))
    for head, wanted in (("column of `ps`", columns), ("row of `free`", list(dict.fromkeys(rows)))):
        table = re.search(rf"^\| {head} \|.*\n\| --- .*\n((?:\|.*\n)*)", text, re.M)
        found = re.findall(r"^\| `(\w+)` \|", table[1], re.M) if table else []
        if found != wanted:
            yield f"docs/shell.md: the table {head} has {' '.join(found)}, not {' '.join(wanted)}"


def flat(text):
    """The text in one line, without the asterisks of comments, in lower case."""
    return " ".join(re.sub(r"^ \* ", "", text, flags=re.M).split()).lower()


def stale_quotes():
    """Quoted sentences, without the `...` of what they leave out, that are not in what the explorer's checks quote."""
    quoted = [ROOT / "docs/syscalls.md", *(ROOT / "kernel").rglob("*.h")]
    texts = [flat(path.read_text(encoding="utf-8")) for path in quoted]
    for path in sorted((ROOT / "tests/explore").glob("check_*.c")):
        for comment in re.findall(r"/\*.*?\*/", path.read_text(encoding="utf-8"), re.S):
            for quote in re.findall(r'"(.*?)"', flat(comment)):
                if not any(all(part in text for part in quote.split(" ... ")) for text in texts):
                    yield f"{path.relative_to(ROOT)}: neither docs/syscalls.md nor a header of the kernel says \"{quote}\""


def lines_in(paths):
    """The lines of files, and of the sources in folders; each file counts once."""
    files = {f for path in paths for f in ([path] if path.is_file() else path.rglob("*.*")) if f.suffix in SOURCES}
    return sum(len(f.read_text(encoding="utf-8").splitlines()) for f in files)


def wrong_counts():
    """Numbers of lines in README.md: in the table of the kernel, after a folder, and of the whole kernel."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    counts = re.findall(r"^\| \d+ \| (.*) \| ([\d,]+) \|", text, re.M) + re.findall(r"(`[\w/]+/`) \(([\d,]+) lines\)", text)
    claims = [([ROOT / span for span in SPAN.findall(cell)], "their headers" in cell, count) for cell, count in counts]
    kernel = [path for path in (ROOT / "kernel").iterdir() if path.name != "audit"]
    claims.append((kernel, False, re.search(r"^The kernel has about ([\d,]+) lines", text, re.M)[1]))
    for paths, with_headers, count in claims:
        headers = [path.with_suffix(".h") for path in paths if with_headers and path.with_suffix(".h").exists()]
        stated, found = int(count.replace(",", "")), lines_in([*paths, *headers])
        if abs(stated - found) > found / 20:
            yield f"README.md: {paths[0].relative_to(ROOT)} and what is beside it: {stated} lines, not {found}"


def main():
    names = known_names()
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    documents = [p for p in pages if p.exists()]
    errors = [e for document in documents for e in complaints(document, names)]
    errors += [*missing_terms(), *missing_decisions(), *missing_columns(), *stale_quotes(), *wrong_counts()]
    print("\n".join(errors) or f"docs: every name in {len(documents)} pages exists")
    return bool(errors)


entry.run("check_docs", main, unable=1)

"""Reads README.md and the pages in docs/."""
import re

SPAN = re.compile(r"`([^`\n]+)`")
FUNCTION = re.compile(r"(\w+)\(\)")
# `a()`, `b()` and `c()` in `path/file.c`; or `a()` alone
NAMED = re.compile(r"((?:`\w+\(\)`(?:, | and |, then )?)+)(?: in `((?:[\w.-]+/)+[\w.-]+\.(?:c|h|asm))`)?")


def named(text):
    """(function, file) for each function that the text names; the file is None if the text names none."""
    return [(function, file or None) for functions, file in NAMED.findall(text) for function in FUNCTION.findall(functions)]


def cells_of(line):
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def tables(text):
    """(heading, the head's cells, the rows' cells) for each table below a heading."""
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        for table in re.findall(r"(?:^\|.*\n)+", section, re.M):
            head, _, *rows = table.splitlines()
            yield section.split("\n")[0], cells_of(head), [cells_of(row) for row in rows]

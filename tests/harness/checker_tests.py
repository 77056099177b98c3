"""Tests of the checkers: each must report every violation in a changed copy of the tree, and nothing else."""
import pathlib
import re
import sys
import tempfile

from tally import copies, processes

LONG = "".join(f"    (void){number};\n" for number in range(60))
UNUSED = "zz" + "unused"  # no word of this file, which the checkers read, too
WIDE = "x" * 118

# For each checker: its words, {file: what to append, or (old, new)}, the lines it must print.
CASES = {
    "check_layers": ([], {
        "kernel/mem/zz_up.h": '#include "kernel/sys/event.h"\n#include "no/such.h"\n',
        "kernel/zz/zz.h": "#pragma once\n",
        "servers/lib/zz_a.h": '#include "servers/lib/zz_b.h"\n', "servers/lib/zz_b.h": '#include "servers/lib/zz_a.h"\n',
        "kernel/lib/zz.h": "int zz_of_sys(void);\nextern int zz_data;\nvoid zz_label(void);\n", "kernel/lib/zz.c": "int zz_of_sys(void);\n",
        "kernel/sys/zz.c": "int zz_data = 1;\nint zz_of_sys(void)\n{\n    return 0;\n}\n", "kernel/i386/zz.asm": "zz_label:\n    ret\n",
        "kernel/cap/zz.h": "#include <kernel/sys/event.h>\n", "servers/lib/zz.h": "int zz_of_mem(void);\n",
        "servers/mem/zz.c": "int zz_of_mem(void)\n{\n    return 0;\n}\n",
        "servers/lib/zz_c.h": "#pragma once\n", "servers/lib/zz_c.c": '#include "servers/lib/zz_d.h"\n',
        "servers/lib/zz_d.h": "#pragma once\n", "servers/lib/zz_d.c": '#include "servers/lib/zz_c.h"\n',
        "docs/layers.txt": "up kernel/lib/link.h: kernel/sys\ncircle kernel/lib: link log\n",
    }, [
        "kernel/mem/zz_up.h: kernel/mem may not include kernel/sys/event.h",
        "kernel/mem/zz_up.h: includes no/such.h, which is not a path from the root",
        "kernel/zz/zz.h: its folder is not in docs/layers.txt",
        "include cycle: servers/lib/zz_a.h -> servers/lib/zz_b.h -> servers/lib/zz_a.h",
        "kernel/lib/zz.h: declares zz_of_sys(), which kernel/sys defines: a higher folder without an `up` line",
        "kernel/lib/zz.c: declares zz_of_sys(), which kernel/sys defines: a higher folder without an `up` line",
        "kernel/lib/zz.h: declares zz_data, which kernel/sys defines: a higher folder without an `up` line",
        "kernel/lib/zz.h: declares zz_label(), which kernel/i386 defines: a higher folder without an `up` line",
        "kernel/cap/zz.h: kernel/cap may not include kernel/sys/event.h",
        "servers/lib/zz.h: declares zz_of_mem(), which servers/mem defines: a higher folder without an `up` line",
        "docs/layers.txt: up kernel/lib/link.h: it declares nothing of kernel/sys",
        "docs/layers.txt: no circle: kernel/lib/link kernel/lib/log",
        "modules need each other: servers/lib/zz_a servers/lib/zz_b",
        "modules need each other: servers/lib/zz_c servers/lib/zz_d",
    ]),
    "check_docs": ([], {
        "docs/shm.md": "`kernel/none.c`, `kernel/none/`, `zz_none()`; `vspace_open()` in `kernel/ipc/ipc.c`\n",
        "docs/glossary.md": ("world, young.", f"world, reader, {UNUSED}.\n\n| {UNUSED} | | |"),
        "docs/decisions/0999-zz.md": "# 999. A page that the index lacks\n",
        "programs/ps.c": ("PID PARENT", "PID MOTHER"),
        "tests/explore/check_zz.c": '/* "an object dies with its last capability" and "delete a ... capability" */\n',
        "kernel/object/zz.h": 100 * "\n", "servers/mem/zz.c": 500 * "\n",
    }, [
        "docs/shm.md: there is no file kernel/none.c",
        "docs/shm.md: there is no file kernel/none/",
        "docs/shm.md: there is no function zz_none()",
        "docs/shm.md: `vspace_open()` is not in kernel/ipc/ipc.c",
        f"docs/glossary.md: nothing in the source is called {UNUSED}",
        f"docs/glossary.md: no comment uses {UNUSED}",
        "docs/glossary.md: no row for reader",
        "docs/decisions/README.md: no row for 999. A page that the index lacks",
        'tests/explore/check_zz.c: neither docs/syscalls.md nor a header of the kernel says "an object dies with its last capability"',
        re.compile(r"docs/shell.md: the table column of `ps` has PID PARENT .*, not PID MOTHER .*"),
        re.compile(r"README.md: kernel/object and what is beside it: 280 lines, not 3\d\d"),
        re.compile(r"README.md: servers/mem and what is beside it: \d+ lines, not 6\d\d\d"),
    ]),
    "gen_docs": (["--check"], {"docs/syscalls.md": "more\n", "docs/linux-calls.md": "more\n"}, [
        "docs/syscalls.md is stale: run python3 -S scripts/gen_docs.py", "docs/linux-calls.md is stale: run python3 -S scripts/gen_docs.py",
    ]),
    "check_format": ([], {
        "kernel/lib/zz.c": "int zz;\nint   zz_too;\nint   zz_three;\n", "tests/host/zz.c": "int *zz(void){return 0;}\n",
    }, [
        "kernel/lib/zz.c:2 is not laid out as .clang-format says: clang-format -i kernel/lib/zz.c",
        "tests/host/zz.c:1 is not laid out as .clang-format says: clang-format -i tests/host/zz.c",
    ]),
    "check_size": ([], {
        "servers/lib/zz.c": f"void zz_long(void)\n{{\n{LONG}}}\n\nvoid zz_many(int a, int b, int c, int d, int e, int f)\n{{\n}}\n",
        "tests/host/zz.h": f"/* {WIDE} */\n" + 600 * "\n", "libuser/ipc/zz.h": 501 * "\n",
        "servers/lib/zz.h": f"/* {WIDE} */\n",
        "kernel/lib/zz.c": "".join(f"int zz_{number};\n" for number in range(400)),
        ".editorconfig": ("indent_size = 4", "indent_size = 8"),
    }, [
        "servers/lib/zz.c:zz_long: 63 lines, 0 parameters",
        "servers/lib/zz.c:zz_many: 3 lines, 6 parameters",
        "tests/host/zz.h: 601 lines",
        "libuser/ipc/zz.h: 501 lines",
        "tests/host/zz.h:1: a comment of 124 columns, more than 120",
        "servers/lib/zz.h:1: a comment of 124 columns, more than 120",
        ".editorconfig: indent_size is not IndentWidth of .clang-format",
        re.compile(r"kernel: lines of code: \d+, more than 5300"),
    ]),
}


def change(path, what):
    """Changes a file; returns a function that undoes it."""
    path.parent.mkdir(exist_ok=True)
    old = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text((old or "") + what if isinstance(what, str) else old.replace(*what), encoding="utf-8")
    return lambda: path.unlink() if old is None else path.write_text(old, encoding="utf-8")


def output_of(tree, checker, words):
    done = processes.run([sys.executable, "-S", "-B", str(tree / f"scripts/{checker}.py"), *words], cwd=tree)
    return done.returncode, done.stdout + done.stderr


def shows(tree, checker, words, changes, wanted):
    undo = [change(tree / name, what) for name, what in changes.items()]
    status, output = output_of(tree, checker, words)
    for back in undo:
        back()
    lines = output.splitlines()
    yield f"{checker}: status 1", status == 1, output
    for each in wanted:
        pattern = each if isinstance(each, re.Pattern) else re.compile(re.escape(each))
        yield f"{checker} says {pattern.pattern}, once", sum(bool(pattern.fullmatch(line)) for line in lines) == 1, output
    others = [line for line in lines if not line.startswith("kernel: lines of code 5")]  # printed in any case
    yield f"{checker} says nothing else", len(others) == len(wanted), output


def has_layout():
    """Other versions of clang-format are not used."""
    return " version 14." in processes.output(["clang-format", "--version"])


def checkers():
    with tempfile.TemporaryDirectory() as scratch:
        tree = pathlib.Path(scratch) / "tree"
        copies.make(tree)
        for checker, case in CASES.items():
            if checker != "check_format" or has_layout():
                yield from shows(tree, checker, *case)


def checker_tests():
    """(name, function) of each test."""
    yield "harness/checkers", checkers

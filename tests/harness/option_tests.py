"""Tests of wrong options: each script ends with status 2 and one line, which says what is allowed."""
import os
import re
from unittest import mock

from harness import forked
from tally.entry import USAGE

NUMBER, TIME, NAME = ("x", "1.5", "", "-1", "1_0", "\u0661"), ("x", "0", "-1", "nan", ""), ("",)
TIME_AT_MOST = (*TIME, "inf", "1000001")
JOBS = {"--jobs": ("0", "1025", *NUMBER), "-j": ("0",)}
FOLDER, FILE = ("", "no/such", "README.md"), ("", "no/such", "docs")

# For each script: options, and values that they refuse. Positional arguments have their name from --help.
VALUES = {
    "run": {"--smp": ("0", "9", *NUMBER), "--memory": ("11", "4097", *NUMBER), "--timeout": TIME, "--programs": (*FOLDER, "docs"),
            "--limit-memory": ("0", "4096", *NUMBER), "--limit-processes": ("0", "512", *NUMBER), "--cpu": NAME,
            "--serial": ("0", "3", *NUMBER), "--build-dir": NAME},
    "test": {**JOBS, "--junit": NAME, "--build-dir": NAME},
    "bench": {"--json": NAME, "--explain": ("", "nothing", "kernel_text"), "--build-dir": NAME},
    "explore": {**JOBS, "--world": ("", "nowhere"), "--minutes": TIME_AT_MOST, "--states": ("0", *NUMBER), "--normal": ("0", *NUMBER),
                "--replay": NUMBER, "--as-test": NAME, "--build-dir": NAME},
    "fuzz": {**JOBS, "--minutes": TIME_AT_MOST, "--run": FILE, "--build-dir": NAME, "NAME": ("", "nothing")},
    "mutants": {**JOBS, "--test": NAME, "--minutes": TIME_AT_MOST, "--seconds": TIME_AT_MOST, "--from": ("", "no/such"),
                "--build-dir": NAME},
    "doctor": {"--cmake": ("", "/", ".")},
    "symbolize": {"BUILD-FOLDER": FOLDER},
}

# Errors in combinations of options, or in missing things.
TOGETHER = [
    ("run", "--uefi --memory 79", "argument --memory: it must be at least 80 with --uefi, not 79"),
    ("run", "--limit-memory 129", "argument --limit-memory: it must be at most --memory, 128, not 129"),
    ("run", "--uefi --kernel", "argument --uefi: cannot be combined with --kernel, .*"),
    ("run", "--display", "argument --display: it needs a graphical session; .*"),
    ("bench", "--explain ipc_4w --record", "--explain cannot be combined with --json, --record or --plots"),
    ("bench", "--quick --record", "--quick cannot be combined with --explain or --record"),
    ("bench", "--cycles --quick", "--cycles cannot be combined with --explain, .*"),
    ("bench", "--json no/such/folder/file", ".*/file cannot be written: No such file or directory"),
    ("bench", "--json docs", ".*/docs cannot be written: Is a directory"),
    ("explore", "--replay 1", ".* need --world"),
    ("fuzz", "--run README.md", ".* need NAME"),
    ("fuzz", "mem --merge --minutes 1", ".* exclude each other"),
]

# For scripts that the build calls: the line that shows their usage.
BUILD_SCRIPTS = ("foreign", "gen_docs", "gen_font", "gen_proto", "gen_stubs", "mkiso", "musl")


def options_of(script):
    """({options with a value}, {options without}), from --help."""
    valued, plain = set(), set()
    for line in re.findall(r"^  (-.*?)(?:  .*)?$", forked.run(script, ["--help"]).stdout, re.M):
        pieces = [piece.split(" ", 1) for piece in line.split(", ")]
        (valued if any(piece[1:] for piece in pieces) else plain).update(piece[0] for piece in pieces)
    return valued, plain - {"-h"}


def refused(script, words, pattern):
    done = forked.run(script, words)
    output, what = done.stdout + done.stderr, f"{script} {' '.join(map(repr, words))}"
    good = re.fullmatch(rf"scripts/{script}: error: {pattern}\n", done.stderr) and not done.stdout
    yield f"{what}: status {USAGE}, and one line", done.returncode == USAGE and good, f"status {done.returncode}\n{output}\nnot {pattern}"


def values():
    """A refused value for each option with a value; and a value for each option without."""
    for script, rows in VALUES.items():
        valued, plain = options_of(script)
        named = {name for name in rows if name.startswith("-")}
        yield f"{script}: each option that takes a value is tried", named == valued, f"{named ^ valued}"
        for option, texts in rows.items():
            for text in texts:
                words = [f"{option}={text}" if option.startswith("--") else text] if option != "-j" else ["-j", text]
                yield from refused(script, words, rf"argument (-\w/)?{option}(/-\S+)?: .*(it is .*, not {re.escape(repr(text))}|choose from .*)")
        for option in plain:
            yield from refused(script, [f"{option}=x"], rf"argument (-\w/)?{option}: .*")
        for words in (["--nonsense"], ["--nonsense", "--nothing"]):
            yield from refused(script, words, f"unrecognized arguments: {' '.join(words)}; --help lists the options")


def together():
    with mock.patch.dict(os.environ):
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            os.environ.pop(name, None)
        for script, words, pattern in TOGETHER:
            yield from refused(script, words.split(), pattern)


def of_the_build():
    for script in BUILD_SCRIPTS:
        done = forked.run(script, ["--nonsense"])
        good = re.fullmatch(rf"({script}\.py [A-Z]|Writes ).*\n", done.stderr) and not done.stdout
        yield f"{script}: status {USAGE}, and one line", done.returncode == USAGE and good, f"status {done.returncode}\n{done.stdout}{done.stderr}"


def option_tests():
    """(name, function) of each test."""
    for function in (values, together, of_the_build):
        yield f"options/{function.__name__}", function

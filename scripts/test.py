#!/usr/bin/env python3
"""Runs all tests, or those whose name contains PATTERN (with * and ?, those that match it).

Results go to stdout as they come; the last line is `N passed, N failed`. Tools that are missing are
installed first. scripts/test --list names the tests.
"""
import argparse
import fnmatch
import re
import signal
import sys
import time

from tally import packages, tests
from tally.interface import ROOT
from tally.serial import BUILD_FAILED

HEAD, TAIL, WIDTH = 20, 60, 300  # of a failed test's details: lines shown, and bytes of each


def parse():
    parser = argparse.ArgumentParser(prog="scripts/test", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="name the tests and run none")
    parser.add_argument("pattern", nargs="?", default="", metavar="PATTERN")
    return parser.parse_args()


def matches(name, pattern):
    return fnmatch.fnmatch(name, pattern) if any(c in pattern for c in "*?[") else pattern in name


def show(test, details):
    """Shows the beginning and the end of the details, and where all of them are."""
    lines = [line[:WIDTH] for line in details.strip().splitlines()]
    if len(lines) > HEAD + TAIL:
        file = ROOT / "build/failed" / (re.sub(r"[^\w.-]+", "-", test.name) + ".log")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(details)
        lines[HEAD:-TAIL] = [f"... {len(lines) - HEAD - TAIL} lines more, all are in {file.relative_to(ROOT)}"]
    print("\n".join("       | " + line for line in lines), flush=True)


def run(test):
    """Runs one test, says how it went; returns (passed, failed)."""
    begin = time.monotonic()
    if sys.stdout.isatty():
        print(f"{'...':6} {test.name}", end="\r", flush=True)
    try:
        results = list(test.run())
    except Exception as error:  # a broken test is a failed one, and the others still run
        results = [("runs", False, f"{type(error).__name__}: {error}")]
    failures = [(what, details) for what, passed, details in results if not passed]
    if not results:
        failures = [("reports something", "")]
    passed = sum(passed for _, passed, _ in results)
    state = "FAILED" if failures else "ok"
    print("\x1b[K" * sys.stdout.isatty() + f"{state:6} {test.name} ({passed} of {passed + len(failures)}, {time.monotonic() - begin:.1f} s)", flush=True)
    for what, _ in failures:
        print(f"       not ok: {what}")
    if failures and failures[-1][1]:
        show(test, failures[-1][1])
    return passed, len(failures)


def main():
    arguments = parse()
    wanted = [test for test in tests.all_tests() if matches(test.name, arguments.pattern)]
    if arguments.list:
        print("\n".join(test.name for test in wanted))
        return 0
    if not wanted:
        print(f"no test is named like {arguments.pattern!r}; scripts/test --list names them", file=sys.stderr)
        return 2
    packages.install(packages.BUILD + packages.RUN + packages.TEST)
    broken = list(tests.build_all(wanted))
    counts = [run(test) for test in broken + wanted]
    passed, failed = (sum(column) for column in zip(*counts))
    print(f"{passed} passed, {failed} failed")
    return int(failed > 0)


try:
    sys.exit(main())
except packages.PackageError as error:
    print(error, file=sys.stderr)
    sys.exit(BUILD_FAILED)
except KeyboardInterrupt:
    sys.exit(128 + signal.SIGINT)

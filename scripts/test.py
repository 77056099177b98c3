#!/usr/bin/env python3
"""Runs all tests, or those whose name contains PATTERN (with * and ?, those that match).

Results go to stdout as tests end; the last line is `N passed, N failed`. Missing tools are installed first.
scripts/test --list names the tests.
"""
from tally import entry

import contextlib
import os
import re
import shutil
import sys
import tempfile

from harness import junit, schedule
from tally import build, options, packages, processes, terminal
from tally.temporary import temporary_folder

HEAD, TAIL, WIDTH = 20, 60, 300  # of a failed test's details: first and last lines shown, and characters of each
INDENT = "       "


def parse():
    parser = options.Parser("test", __doc__)
    add = parser.add_argument
    add("--list", action="store_true", help="name the tests and run none")
    options.jobs(parser, "tests at the same time (one per processor); a test with several processors counts as several, tests that "
                         "only wait do not count, nor does the one that uses what the others leave idle")
    add("--junit", type=options.name, metavar="FILE", help="also write the results to FILE, as JUnit XML")
    options.build_folder(parser, "build in folders of DIR (build)")
    add("pattern", nargs="?", default="", metavar="PATTERN")
    return parser.parse_args()


def show(test, details):
    """Shows the beginning and the end of the details, and the file that has all of them."""
    lines = [line[:WIDTH] for line in details.strip().splitlines()]
    if len(lines) > HEAD + TAIL:
        file = build.base / "failed" / (re.sub(r"[^\w.-]+", "-", test.name) + ".log")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(details, encoding="utf-8", errors="surrogateescape")
        lines[HEAD:-TAIL] = [f"... {len(lines) - HEAD - TAIL} lines more, all are in {build.short(file)}"]
    print("\n".join(f"{INDENT}| {line}" for line in lines), flush=True)


def tell_start(test):
    """On a terminal, shows the last started test as the last line."""
    if sys.stdout.isatty():
        print(f"\x1b[K{'...':6} {test.name}", end="\r", flush=True)
    sys.stdout.flush()


def tell(outcome):
    state, failures = "FAILED" if outcome.failures else "ok", outcome.failures
    print("\x1b[K" * sys.stdout.isatty() + f"{state:6} {outcome.test.name} ({outcome.passed} of "
          f"{len(outcome.results)}, {outcome.seconds:.1f} s)", flush=True)
    for what, _ in failures:
        print(f"{INDENT}not ok: {what}")
    if failures and failures[-1][1]:
        show(outcome.test, failures[-1][1])


def run_all(wanted, jobs):
    """Builds, runs, and prints the results; returns the outcomes."""
    from harness import tests
    failed = tests.build_all(wanted)
    for name, number in ((name, sum(test.build == name for test in wanted)) for name in failed):
        print(f"{INDENT}{number} tests are not run, as the build {name} failed")
    runnable = [test for test in wanted if test.build not in failed]
    times, outcomes = schedule.Times(build.base / "test-times"), []
    for outcome in schedule.run_all([*{id(test): test for test in failed.values()}.values(), *runnable], jobs, times, tell_start):
        tell(outcome)
        times.keep(outcome)
        outcomes.append(outcome)
    return outcomes


def find_python_at_once():
    """If python3 is a script that searches for one, puts ours first in the PATH of all processes that we start."""
    ours, folder = os.path.realpath(sys.executable), build.base / "python"
    if os.path.realpath(shutil.which("python3") or "") == ours or ":" in str(folder):
        return
    with contextlib.suppress(OSError):  # if the folder cannot be written, starts just take longer
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "python3").unlink(missing_ok=True)
        (folder / "python3").symlink_to(ours)
        os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"


def run_in(scratch, wanted, arguments):
    """Runs the tests; all processes that we start create their files in `scratch`, which is removed at the end."""
    os.environ["TMPDIR"] = tempfile.tempdir = scratch
    find_python_at_once()
    outcomes = run_all(wanted, arguments.jobs)
    if arguments.junit:
        with open(arguments.junit, "wb") as file:
            file.write(junit.document(outcomes))
    passed, failed = sum(each.passed for each in outcomes), sum(len(each.failures) for each in outcomes)
    print(f"{passed} passed, {failed} failed")
    return int(failed > 0)


def main():
    arguments = parse()
    if arguments.build_dir:
        build.use_base(arguments.build_dir)
    from harness import tests  # imported here, as it computes the build folders when it is loaded
    wanted = tests.select(arguments.pattern)
    if arguments.list:
        print("\n".join(test.name for test in wanted))
        return 0
    if not wanted:
        print(f"no test is named like {arguments.pattern!r}; scripts/test --list names them", file=sys.stderr)
        return entry.USAGE
    if arguments.junit:
        open(arguments.junit, "ab").close()  # tells an error now, not after all tests
    packages.install(packages.BUILD + packages.RUN + packages.TEST)
    stops = terminal.around_stops(processes.stop_other_groups, processes.continue_other_groups)
    with temporary_folder(prefix="tally-") as scratch, terminal.handled(stops):
        return run_in(scratch, wanted, arguments)


entry.run("test", main)

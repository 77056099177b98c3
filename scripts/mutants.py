#!/usr/bin/env python3
"""Applies small bugs to the sources, one at a time, and runs the test that must catch each.

It tries all of them, or those named NAME (with * and ?, those that match). Results go to stdout as tests end; the last
line is `N caught, N survive, N equivalent`. Exit status: 1 if one survives, does not build or does not apply, 2 for
wrong options, 126 if tools are missing. docs/checking.md says what a mutant is and how to add one.
"""
from tally import entry

import fnmatch
import re
import subprocess
import sys
import time

from tally import build, mutant_runs, mutants, options, packages, terminal, processes
from tally.interface import ROOT

LINES, WIDTH = 15, 200  # limits of the output that is shown for a survivor


def parse():
    parser = options.Parser("mutants", __doc__)
    add = parser.add_argument
    add("--list", action="store_true", help="list them, with file and test, and run none")
    add("--fast", action="store_true", help="only those caught by a host test")
    add("--test", type=options.name, metavar="TEST", help="only those caught by TEST (with * and ?, by tests that match)")
    add("--changed", action="store_true", help="only those whose file, or whose test's file, differs from the last commit's parent")
    add("--minutes", type=options.time, metavar="N", help="stop at the first result after N minutes; which ones are left out is random")
    add("--seconds", type=options.time, metavar="N", help=f"limit for each test ({mutant_runs.LIMIT}; {mutant_runs.LIMIT_OF_HANGS} for mutants marked as hanging)")
    options.jobs(parser, "mutants at the same time (as many as there are processors)")
    add("--from", dest="lists", type=options.file_or_folder, metavar="FILE", default=mutants.FOLDER, help="a list, or a folder of them (tests/mutants)")
    options.build_folder(parser, "build in folders of DIR (build)")
    add("name", nargs="?", metavar="NAME")
    return parser.parse_args()


def changed_files():
    """The files that differ from the last commit's parent, committed or not; None if git does not know."""
    git = ["git", "-c", "safe.directory=*", "-C", str(ROOT)]
    if not (ROOT / ".git").exists():
        return None
    try:
        return {*processes.output([*git, "diff", "--name-only", "HEAD~1"]).splitlines(),
                *processes.output([*git, "ls-files", "--others", "--exclude-standard"]).splitlines()}
    except (OSError, subprocess.CalledProcessError):
        return None


def is_concerned(mutant, changed):
    folder, _, program = mutant.test.partition("/")
    return mutant.file in changed or any(re.fullmatch(rf"tests/{folder}/(\w+/)?{program}\.c", each) for each in changed)


def tell(outcome):
    mutant = outcome.mutant
    what = {mutant_runs.CAUGHT: f"caught by {mutant.test}", mutant_runs.SURVIVES: f"SURVIVES {mutant.test}",
            mutant_runs.TIMED_OUT: f"SURVIVES {mutant.test}: its time ran out, and the list does not mark it as hanging",
            mutant_runs.NOT_APPLIED: f"does not apply: {mutant.location}: the text is not in {mutant.file} once",
            }.get(outcome.verdict, outcome.verdict)
    print(f"{mutant.name}: {what}" + (f" in {outcome.seconds:.0f} s" if outcome.seconds else ""), flush=True)
    if not outcome.is_good:
        lines = [line[:WIDTH] for line in outcome.details.strip().splitlines()]
        print("".join(f"       | {line}\n" for line in lines[:LINES]), end="", flush=True)


def selected(arguments):
    """The selected mutants; or None, after a message that says why there are none."""
    found = mutants.select(mutants.read(arguments.lists), arguments.name)
    if not found:
        print(f"no mutant is named like {arguments.name!r}; scripts/mutants --list names them", file=sys.stderr)
        return None
    if arguments.fast:
        found = [mutant for mutant in found if mutant.fast]
    if arguments.test:
        found = [mutant for mutant in found if fnmatch.fnmatch(mutant.test, arguments.test)]
        if not found:
            print(f"no mutant has a test like {arguments.test!r}; scripts/mutants --list names them", file=sys.stderr)
            return None
    if arguments.changed:
        changed = changed_files()
        if changed is None:
            print("it is not known what has changed: this is not a checkout with two commits, or git is missing")
            return []
        found = [mutant for mutant in found if is_concerned(mutant, changed)]
    return found


def run(wanted, arguments):
    """Runs mutants, prints the outcomes as they come, and returns them."""
    end = time.monotonic() + 60 * arguments.minutes if arguments.minutes else None
    outcomes = []
    stops = terminal.around_stops(processes.stop_other_groups, processes.continue_other_groups)
    with terminal.handled(stops):
        for outcome in mutant_runs.run_all(wanted, arguments.jobs, mutant_runs.Times(end, arguments.seconds)):
            if outcome.verdict != mutant_runs.NOT_RUN:
                tell(outcome)
            outcomes.append(outcome)
    return outcomes


def main():
    arguments = parse()
    if arguments.build_dir:
        build.use_base(arguments.build_dir)
    wanted = selected(arguments)
    if wanted is None:
        return entry.USAGE
    if arguments.list:
        for mutant in wanted:
            print(f"{mutant.name:36} {mutant.file:32} {mutant.test}")
        return 0
    packages.install(packages.BUILD + packages.HOST + ([] if arguments.fast else packages.RUN + packages.TEST))
    outcomes = run(wanted, arguments)
    count = {kind: sum(outcome.verdict == kind for outcome in outcomes)
             for kind in (mutant_runs.CAUGHT, mutants.EQUIVALENT, mutant_runs.NOT_RUN)}
    caught, equivalent, left_out = count.values()
    survive = len(outcomes) - sum(count.values())
    if left_out:
        print(f"{left_out} of {len(outcomes)} were not run: the time limit was reached")
    print(f"{caught} caught, {survive} survive, {equivalent} equivalent")
    return int(survive > 0)


entry.run("mutants", main)

#!/usr/bin/env python3
"""Explores the kernel's core: applies every event in every state of a small world, and checks the results.

Without --world it explores all worlds of scripts/test, one after the other. It prints a violation as the events that
lead to it, with the state after each; the last line says how to replay them. Exit status: 1 for a violation, or if a
world's number of states differs from its description, 2 for wrong options, 3 if time or room ran out, 126 if tools or
the build are missing. docs/checking.md explains what a fixed point means.
"""
from tally import entry

import os
import pathlib
import subprocess
import sys

from tally import build, explore, options, packages, processes
from tally.interface import ROOT

LIMITED = 3  # the explorer's status
LEAST, MOST = 1 << 20, 1 << 30  # limits of the number of states, and of steps


def parse():
    parser = options.Parser("explore", __doc__)
    add = parser.add_argument
    add("--list", action="store_true", help="list the worlds with their numbers of states, and explore none")
    add("--world", metavar="W", choices=[world.name for world in explore.worlds()], help="explore this world only")
    add("--minutes", type=options.time, metavar="N", help="stop after N minutes for each world (no limit)")
    add("--states", type=options.whole(1, MOST), metavar="N", help=f"make room for N states, {LEAST:,} at least (twice what the world's description says)")
    options.jobs(parser, "processes at the same time (as many as there are processors)")
    add("--statuses", action="store_true", help="count the results of each call")
    add("--normal", type=options.whole(1, MOST), metavar="STEPS", help="compare STEPS random steps with those from normalised states")
    add("--replay", type=options.whole(0, MOST), nargs="+", metavar="NUMBER", help="apply these events, and no others")
    add("--as-test", type=options.name, metavar="FILE", help="write a violation to FILE as a C test, to keep as tests/explore/test_*.c")
    add("--mutants", action="store_true", help="try the mutants that W, or any world, must catch: see scripts/mutants")
    options.build_folder(parser, "where it is built (build/host)")
    arguments = parser.parse_args()
    if (arguments.replay or arguments.normal or arguments.as_test) and not arguments.world:
        parser.error("--replay, --normal and --as-test need --world")
    if arguments.mutants and (arguments.replay or arguments.normal or arguments.as_test or arguments.states or arguments.statuses or
                              arguments.build_dir is not None):
        parser.error("--mutants can only be combined with --world, --minutes, -j and --list")
    return arguments


def words(arguments):
    """The explorer's command-line arguments."""
    if arguments.replay:
        return ["--replay", *map(str, arguments.replay)]
    pairs = {"--normal": arguments.normal, "--states": arguments.states, "--as-test": arguments.as_test,
             "--seconds": arguments.minutes and arguments.minutes * 60, "--workers": arguments.jobs}
    return [*(str(word) for pair in pairs.items() if pair[1] for word in pair),
            *["--progress"] * sys.stderr.isatty(), *["--statuses"] * arguments.statuses]


def explore_world(folder, name, arguments):
    with processes.started([str(explore.program(folder)), name, *words(arguments)], stdin=subprocess.DEVNULL) as process:
        return abs(process.wait())


def try_mutants(arguments):
    """Replaces this process by scripts/mutants."""
    minutes = ["--minutes", str(arguments.minutes)] if arguments.minutes else []
    os.execv(sys.executable, [sys.executable, str(ROOT / "scripts/mutants.py"), "--test", f"explore/{arguments.world or '*'}",
                              "-j", str(arguments.jobs), *minutes, *["--list"] * arguments.list])


def main():
    arguments = parse()
    if arguments.mutants:
        try_mutants(arguments)
    if arguments.list:
        for world in explore.worlds():
            states = f"{world.states:,}" if world.states else "?"
            print(f"{world.name:16} {states:>9} states{'' if world.in_tests else ', not in scripts/test'}: {world.what}")
        return 0
    packages.install(packages.BUILD + packages.HOST)
    folder = pathlib.Path(arguments.build_dir or build.default_folder("host")).resolve()
    build.build("host", folder, ["explore"])
    names = [arguments.world] if arguments.world else [world.name for world in explore.worlds() if world.in_tests]
    statuses = [explore_world(folder, name, arguments) for name in names]
    failed = [status for status in statuses if status]
    return next((status for status in failed if status != LIMITED), LIMITED if failed else 0)


entry.run("explore", main)

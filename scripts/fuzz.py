#!/usr/bin/env python3
"""Fuzzes servers and the kernel's core: libFuzzer makes inputs, and each input drives a run with all checks.

It begins with the inputs in the tree and with those found before, which the build folder keeps. Without NAME it lists
the fuzz programs. Exit status: 1 for a find, 2 for wrong options, 126 if tools or the build are missing.
docs/checking.md says what is checked, and how to keep a find as a test.
"""
from tally import entry

import pathlib
import shutil
import subprocess

from tally import build, fuzz, options, packages, parallel, processes
from tally.interface import ROOT
from tally.temporary import temporary_folder

MINUTES = 5
FOUND = ("crash-*", "timeout-*", "oom-*", "leak-*")


def parse():
    parser = options.Parser("fuzz", __doc__)
    add = parser.add_argument
    add("name", metavar="NAME", nargs="?", choices=[program.name for program in fuzz.programs()], help="the fuzz program")
    add("--minutes", type=options.time, metavar="N", help=f"how long ({MINUTES})")
    options.jobs(parser, "processes at the same time (as many as there are processors)")
    add("--run", type=options.file, metavar="FILE", help="run only this input")
    add("--merge", action="store_true", help="replace the tree's inputs by the smallest set with the coverage of all inputs")
    options.build_folder(parser, "where it is built (build/host)")
    arguments = parser.parse_args()
    if not arguments.name and (arguments.run is not None or arguments.merge or arguments.minutes is not None):
        parser.error("--run, --merge and --minutes need NAME")
    if (arguments.run is not None) + arguments.merge + (arguments.minutes is not None) > 1:
        parser.error("--run, --merge and --minutes exclude each other")
    return arguments


def list_programs():
    for program in fuzz.programs():
        print(f"{program.name:12} {program.what}")
    return 0


def found_folder(folder, name):
    """The folder for inputs that reach new code, and for finds."""
    found = folder / "fuzz" / name
    found.mkdir(parents=True, exist_ok=True)
    return found


def finds_in(folder):
    return {path for pattern in FOUND for path in folder.glob(pattern)}


def started(command, **options):
    return processes.started(command, env=fuzz.environment(), stdin=subprocess.DEVNULL, **options)


def tell(arguments, find):
    where = f" --build-dir {arguments.build_dir}" if arguments.build_dir else ""
    print(f"found: {find}\nto run it again: scripts/fuzz {arguments.name}{where} --run {find}")


def run_one(folder, arguments):
    with started(fuzz.command(folder, arguments.name, arguments.run)) as process:
        return int(process.wait() != 0)


def fuzz_job(folder, arguments, number):
    """Fuzzes in one process, with its own log; all processes read each other's inputs."""
    found = found_folder(folder, arguments.name)
    log = found.parent / f"{arguments.name}-{number}.log"
    seconds = max(1, round((arguments.minutes or MINUTES) * 60))
    corpus = [found, fuzz.CORPUS / arguments.name]
    words = [f"-max_total_time={seconds}", "-reload=10", f"-artifact_prefix={found}/", *(str(f) for f in corpus if f.is_dir())]
    with open(log, "wb") as output, started(fuzz.command(folder, arguments.name, *words), stdout=output, stderr=output) as process:
        return process.wait(), log


def run_all(folder, arguments):
    """Fuzzes until the time is over, or a process has found something."""
    before = finds_in(found_folder(folder, arguments.name))
    jobs = [parallel.Job(lambda number=number: fuzz_job(folder, arguments, number)) for number in range(arguments.jobs)]
    for _, result in parallel.run_all(jobs, arguments.jobs):
        if isinstance(result, Exception):
            raise result
        status, log = result or (1, None)
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log else []
        if status:
            print("\n".join(lines[-60:]))
            for find in sorted(finds_in(found_folder(folder, arguments.name)) - before):
                tell(arguments, find)
            return 1
        print("\n".join(line for line in lines if "DONE" in line or line.startswith("Done ")))
    return 0


def merge(folder, arguments):
    """Chooses the smallest set of inputs by the code they reach, not by how often they reach it."""
    tree, found = fuzz.CORPUS / arguments.name, found_folder(folder, arguments.name)
    with temporary_folder() as scratch:
        sources = [str(each) for each in (tree, found) if each.is_dir()]
        with started(fuzz.command(folder, arguments.name, "-set_cover_merge=1", "-use_counters=0", scratch, *sources)) as process:
            if process.wait():
                return 1
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(scratch, tree)
    print(f"{tree.relative_to(ROOT)}: {len(fuzz.kept(arguments.name))} inputs")
    return 0


def main():
    arguments = parse()
    if not arguments.name:
        return list_programs()
    packages.install(packages.BUILD + packages.HOST)
    folder = pathlib.Path(arguments.build_dir or build.default_folder("host")).resolve()
    build.build("host", folder, [f"fuzz_{arguments.name}"])
    if arguments.run is not None:
        return run_one(folder, arguments)
    return merge(folder, arguments) if arguments.merge else run_all(folder, arguments)


entry.run("fuzz", main)

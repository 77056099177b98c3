"""Tests that explore the kernel's core: each world to its fixed point; and tests of the explorer itself."""
import json
import pathlib
import re
import shlex
import tempfile

from harness import forked
from tally import build, explore, processes
from tally.entry import USAGE
from tally.interface import ROOT

HOST = build.default_folder("host")
LIMITED = 3  # scripts/explore ends with it, too
TIMEOUT = 900  # seconds; a world takes half a minute
STEPS = 20000
UNSOUND = "deaf"
KEPT = sorted(path.stem for path in explore.FOLDER.glob("test_*.c"))


def run(*words, program="explore"):
    done = processes.run([str(explore.program(HOST, program)), *words], TIMEOUT, cwd=ROOT)
    return done.returncode, f"status {done.returncode}\n{done.stdout}{done.stderr}"


def world_test(world):
    def explored():
        status, output = run(world.name, "--workers", "1")
        yield f"closes with {world.states} states, and nothing is violated", status == 0, output
    return explored


def ends_without_time():
    """An exploration that runs out of time is reported neither as closed nor as a violation."""
    status, output = run("two", "--seconds", "0.01", "--workers", "1")
    yield "it says that it is not finished", status == LIMITED and "not finished" in output, output


def normal_test():
    """In worlds whose frames are alike, renaming changes which frame an event means."""
    for world in explore.worlds():
        if world.in_tests and not world.is_alike:
            status, output = run(world.name, "--normal", str(STEPS))
            yield f"{world.name}: normalising forgets nothing that matters", status == 0, output


def errors_test():
    status, output = run("--errors")
    yield "each error of each call is shown by a world or a test", status == 0, output


def compile_test(source, program):
    """Compiles as tests/explore/CMakeLists.txt does for kept tests."""
    commands = json.loads((HOST / "compile_commands.json").read_text(encoding="utf-8"))
    command = next(c for c in commands if c["file"].endswith("tests/explore/main.c"))
    objects = HOST / "tests/explore/CMakeFiles/explorer.dir"
    words = shlex.split(command["command"])
    flags = [word for word in words[1:words.index("-o")] if word != "-c"]
    made = {re.search(r" -o (\S+\.o) ", c["command"])[1] for c in commands}
    linked = [str(path) for path in sorted(objects.rglob("*.o")) if str(path.relative_to(HOST)) in made]  # no stale ones
    return processes.run([words[0], *flags, str(source), *linked, "-o", str(program)],
                         TIMEOUT, cwd=command["directory"])


def finds_what_is_wrong():
    """With processors that ignore requests: the violation is found, replayed from its numbers, and written as a test
    that compiles and fails."""
    with tempfile.TemporaryDirectory() as scratch:
        source, program = pathlib.Path(scratch) / "test_found.c", pathlib.Path(scratch) / "test_found"
        status, output = run(UNSOUND, "--as-test", str(source))
        yield "a violation is found", status == 1 and "may still translate" in output, output
        numbers = re.search(r"--replay (.*)", output)
        status, again = run(UNSOUND, "--replay", *(numbers[1].split() if numbers else []))
        yield "it takes two events, and their replay shows it again", status == 1 and "2 events" in output and "may still translate" in again, again
        made = compile_test(source, program)
        yield "the test made from it compiles", made.returncode == 0, made.stdout + made.stderr
        failed = processes.run([str(program)], TIMEOUT)
        yield "and fails", failed.returncode == 1 and "may still translate" in failed.stdout, failed.stdout + failed.stderr


def kept_test(name):
    def kept():
        status, output = run(program=name)
        yield "the violation that was found once does not happen", status == 0, output
    return kept


def names_mutants():
    done = forked.run("explore", ["--world", "depth", "--mutants", "--list"], apart=True)  # becomes scripts/mutants
    tests = {line.split()[-1] for line in done.stdout.splitlines()}
    yield "--mutants lists those of the world", done.returncode == 0 and tests == {"explore/depth"}, done.stdout + done.stderr
    done = forked.run("explore", ["--mutants", "--statuses"])
    yield "--mutants refuses options that it cannot use", done.returncode == USAGE and "error: --mutants" in done.stderr, done.stderr


def explore_tests():
    """(name, function) of each test; all need the build host."""
    for world in explore.worlds():
        if world.in_tests:
            yield f"explore/{world.name}", world_test(world)
    for name in KEPT:
        yield f"explore/{name}", kept_test(name)
    yield "explore/no-time", ends_without_time
    yield "explore/mutants", names_mutants
    yield "explore/normal-states", normal_test
    yield "explore/all-errors", errors_test
    yield "explore/finds-what-is-wrong", finds_what_is_wrong

"""Runs mutants: builds what each one's test needs, with the bug in it, and runs the test."""
import contextlib
import dataclasses
import functools
import pathlib
import random
import re
import shutil
import time

from harness import schedule
from tally import build, mutant_build, parallel, waiting, workers
from tally.entry import ScriptError
from tally.interface import ROOT
from tally.mutants import EQUIVALENT, WITHOUT_ISO
from tally.temporary import temporary_folder

CAUGHT, SURVIVES, TIMED_OUT = "caught", "survives", "timed out"
NO_BUILD, NOT_APPLIED, NOT_RUN = "does not build", "does not apply", "was not run"
BROKEN_TEST = "has a test that fails without it, too"
UNMODIFIED = "unmodified.tests"  # a subfolder of the scratch folder; no mutant has such a name
LIMIT, LIMIT_OF_HANGS = 200, 30  # seconds; no test has a shorter limit of its own
BUILD_ONLY = "build/"


@dataclasses.dataclass
class Times:
    end: float = None  # the time to stop: a mutant that ends later is the last one, and the others are cancelled
    limit: float = None  # seconds for each test, if not the usual ones


@dataclasses.dataclass
class Outcome:
    mutant: object
    verdict: str
    seconds: float = 0
    details: str = ""

    @property
    def is_good(self):
        return self.verdict in (CAUGHT, EQUIVALENT, NOT_RUN)


def needs(test):
    """{preset: targets} that the test needs."""
    kind, _, rest = test.partition("/")
    program = rest.split()[0]
    if kind == "host":
        return {"host": [f"tests/host/{program}"]}
    if kind == "explore" or test == "build/host":
        return {"host": [f"tests/explore/{program if program.startswith('test_') else 'explore'}"]}
    system = {"i386": ["boot/kernel.elf", "boot/archive", *([] if test.startswith(WITHOUT_ISO) else ["tally.iso"])]}
    return {**system, "audit": ["boot/kernel.elf"]} if kind == "audit" else system


def run_of(name):
    """A test's function. Loads no more test modules than it must, as they compute the build folders when they are
    loaded."""
    if name.startswith("host/"):
        from harness import host_tests
        return dict(host_tests.host_tests()).get(name)
    if name.startswith("explore/"):
        from harness import explore_tests
        return dict(explore_tests.explore_tests()).get(name)
    from harness import tests
    found = next((test for test in tests.all_tests() if test.name == name), None)
    if found and found.build == "programs":
        tests.build_programs(with_iso=not name.startswith(WITHOUT_ISO))
    elif found and found.build == "audit":
        tests.build_audited_image()
    return found and found.run


def run_test(name, folder):
    """The failures of a test whose build folders are in `folder`, complete except for images made from their parts. Runs
    in a process of its own."""
    build.use_base(folder)
    run = run_of(name)
    if not run:
        raise ScriptError(f"there is no test {name}")
    return [(what, details) for what, passed, details in schedule.results_of(run) if not passed]


def failures_in_time(mutant, folder, limit):
    """The result of run_test(), or its exception; None if it takes too long."""
    worker = workers.Worker([functools.partial(run_test, mutant.test, folder)])
    try:
        worker.begin(0)
        if not waiting.readable([worker], limit or (LIMIT_OF_HANGS if mutant.hangs else LIMIT)):
            return None
        found = worker.result()
        return RuntimeError("the test's process was killed") if found is None else found
    finally:
        workers.end_all([worker])


def verdict_of(mutant, folder, limit):
    text = mutant.applied_to((ROOT / mutant.file).read_text(encoding="utf-8"))
    mutant_build.link_tree(folder / "tree", mutant.file, text)
    errors = None
    for preset, targets in needs(mutant.test).items():
        errors = errors or mutant_build.make(preset, targets, folder, mutant.file)
    if mutant.test.startswith(BUILD_ONLY):
        return (CAUGHT, errors) if errors else (SURVIVES, "")
    if errors:
        return NO_BUILD, errors
    found = failures_in_time(mutant, folder, limit)
    if isinstance(found, Exception):
        return NO_BUILD, str(found)
    if found is None:
        return (CAUGHT if mutant.hangs else TIMED_OUT), ""
    return (CAUGHT if found else SURVIVES), ""


def failure_without(mutant, folder, limit):
    """The test's failure without a change, or nothing."""
    for preset in needs(mutant.test):
        mutant_build.link_unchanged(preset, folder)
    found = failures_in_time(mutant, folder, limit)
    if found is None:
        return "its time ran out"
    return str(found) if isinstance(found, Exception) else "\n".join(f"not ok: {what}\n{details}" for what, details in found)


def known_failure_without(mutant, scratch, limit):
    """The same, computed once for each test, when it catches its first mutant."""
    folder = scratch / UNMODIFIED / re.sub(r"\W+", "-", mutant.test)
    with build.locked(folder):
        known = folder / "failure"
        if not known.exists():
            known.write_text(failure_without(mutant, folder, limit), encoding="utf-8", errors="surrogateescape")
        return known.read_text(encoding="utf-8", errors="surrogateescape")


def run_one(mutant, times, scratch):
    begin, folder = time.monotonic(), scratch / mutant.name
    verdict, details = verdict_of(mutant, folder, times.limit)
    if verdict == CAUGHT and not mutant.test.startswith(BUILD_ONLY):
        if failure := known_failure_without(mutant, scratch, times.limit):
            verdict, details = BROKEN_TEST, f"{mutant.test}: {failure}"
    shutil.rmtree(folder)
    return Outcome(mutant, verdict, time.monotonic() - begin, details)


def without_running(mutant):
    """The Outcome of a mutant that need not be run, or None."""
    if not mutant.applies():
        return Outcome(mutant, NOT_APPLIED)
    return Outcome(mutant, EQUIVALENT) if mutant.test == EQUIVALENT else None


def build_all(mutants):
    """Builds what all the tests need without any bug; after that only the differences are built for each mutant."""
    targets = {}
    for mutant in mutants:
        for preset, names in needs(mutant.test).items():
            targets.setdefault(preset, {}).update(dict.fromkeys(names))
    for preset, names in targets.items():
        folder = build.default_folder(preset)
        build.build(preset, folder, list(names))
        mutant_build.graph(folder.resolve())


@contextlib.contextmanager
def scratch_folder():
    """A folder that this process removes, however the processes working in it end."""
    folder = build.base / "mutants"
    folder.mkdir(parents=True, exist_ok=True)
    with temporary_folder(dir=folder) as scratch:
        yield pathlib.Path(scratch).resolve()


def run_all(mutants, jobs, times):
    """Yields an Outcome for each mutant, in any order."""
    runnable = []
    for mutant in mutants:
        if outcome := without_running(mutant):
            yield outcome
        else:
            runnable.append(mutant)
    build_all(runnable)
    if times.end is not None:
        random.shuffle(runnable)  # if time runs out, another run reaches others
    with scratch_folder() as scratch:
        work = [parallel.Job(functools.partial(run_one, mutant, times, scratch)) for mutant in runnable]
        for job, found in parallel.run_all(work, jobs):
            if not isinstance(found, Outcome):
                raise found or RuntimeError(f"the process of a mutant was killed: {job.run.args[0].name}")
            yield found
            runnable.remove(found.mutant)
            if times.end is not None and time.monotonic() > times.end:
                break
    yield from (Outcome(mutant, NOT_RUN) for mutant in runnable)

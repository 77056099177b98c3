"""Runs tests at the same time, with parallel.py.

Tests that need several slots come first, then the longest; one that waits and one that fills run beside the others. A
file keeps each test's processor time, which does not depend on how busy the machine is.
"""
import contextlib
import dataclasses
import functools
import re
import time

from harness import forked
from tally import parallel, processes
from tally.output import replace_text

LINE = re.compile(r"^(\d+\.\d+) (.+)$", re.M)  # in the file: seconds, name
# Seconds, until measured; without it a long test could come last, and run alone.
LONG = {"mutants/changed": 60.0, "foreign/changes": 15.0, "foreign/programs": 12.0, "script/a copy of the tree": 10.0,
        "mutants/boots": 10.0, "mutants/judges": 10.0, "foreign/images": 8.0, "explore/messages-three": 8.0}
UNKNOWN = 5.0


@dataclasses.dataclass
class Outcome:
    test: object
    results: list  # of (what, passed, details)
    seconds: float
    work: float = 0  # seconds of processor time, including its child processes

    @property
    def failures(self):
        return [(what, details) for what, passed, details in self.results if not passed]

    @property
    def passed(self):
        return len(self.results) - len(self.failures)


def results_of(run):
    """A test that raises an exception fails, and the others still run."""
    try:
        results = [(what, bool(passed), "" if passed else str(details)) for what, passed, details in run()]
    except Exception as error:
        return [("runs", False, f"{type(error).__name__}: {error}")]
    return results or [("reports something", False, "")]


def processor_time():
    """Of everything that has run for the tests in this process."""
    return processes.processor_time() + forked.seconds


def outcome_of(test):
    begin, before = time.monotonic(), processor_time()
    results = results_of(test.run)
    return Outcome(test.name, results, time.monotonic() - begin, processor_time() - before)


class Times:
    """{a test's name: its processor time}, kept in a file."""

    def __init__(self, path):
        self.path, self.known = path, dict(LONG)
        with contextlib.suppress(OSError):
            found = LINE.findall(path.read_text(encoding="utf-8", errors="replace"))  # a line may be cut off
            self.known = {name: float(value) for value, name in found}

    def order(self, test):
        return (-test.slots, -self.known.get(test.name, UNKNOWN))

    def keep(self, outcome):
        self.known[outcome.test.name] = outcome.work
        text = "".join(f"{value:.2f} {name}\n" for name, value in sorted(self.known.items()))
        with contextlib.suppress(OSError):  # the next run only has another order
            replace_text(self.path, text)


class TestJob(parallel.Job):
    def __init__(self, test):
        super().__init__(functools.partial(outcome_of, test), test.slots, test.waits, test.fills)
        self.test = test


def run_all(tests, jobs, times, started):
    """Yields an Outcome for each test as it ends; calls started(test)."""
    work = [TestJob(test) for test in sorted(tests, key=times.order)]
    for job, outcome in parallel.run_all(work, jobs, lambda job: started(job.test), forked.scripts_in_turn):
        outcome = outcome or Outcome(None, [("ends by itself", False, "its process was killed")], 0)
        outcome.test = job.test
        yield outcome

"""Runs tests at the same time, each in a process of its own, as many as there are places.

First come those that take several places, then the longest. How long each takes is remembered in a file; what is
compared is processor time, which does not depend on how busy the machine is.
"""
import contextlib
import dataclasses
import multiprocessing
import multiprocessing.connection
import re
import resource
import time

from tally import processes

FORK = multiprocessing.get_context("fork")
LINE = re.compile(r"^(\d+\.\d+) (.+)$", re.M)  # of the file: seconds, name
UNKNOWN = 5.0  # seconds, until it is known


@dataclasses.dataclass
class Outcome:
    test: object
    results: list  # of (what, passed, details)
    seconds: float
    work: float = 0  # seconds of processor time, with that of all processes it started

    @property
    def failures(self):
        return [(what, details) for what, passed, details in self.results if not passed]

    @property
    def passed(self):
        return len(self.results) - len(self.failures)


def results_of(test):
    """A broken test is a failed one, and the others still run."""
    try:
        results = [(what, bool(passed), str(details)) for what, passed, details in test.run()]
    except Exception as error:
        return [("runs", False, f"{type(error).__name__}: {error}")]
    return results or [("reports something", False, "")]


def processor_time():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def work(test, sender):
    begin, before = time.monotonic(), processor_time()
    results = results_of(test)
    sender.send(Outcome(test.name, results, time.monotonic() - begin, processor_time() - before))


@dataclasses.dataclass
class Running:
    test: object
    places: int
    process: object
    receiver: object

    def outcome(self):
        try:
            outcome = self.receiver.recv()
        except EOFError:
            outcome = Outcome(None, [("ends by itself", False, "its process was killed")], 0)
        self.process.join()
        outcome.test = self.test
        return outcome


def start(test, places):
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=work, args=(test, sender))
    process.start()
    sender.close()
    return Running(test, places, process, receiver)


def end_all(running):
    for each in running:
        if each.process.is_alive():
            processes.end_tree(each.process.pid)
    for each in running:
        each.process.join()


class Times:
    """{a test's name: its processor time}, kept in a file."""

    def __init__(self, path):
        self.path, self.known = path, {}
        if path.exists():
            found = LINE.findall(path.read_text(encoding="utf-8", errors="replace"))  # a line may be cut off
            self.known = {name: float(value) for value, name in found}

    def order(self, test):
        return (-test.places, -self.known.get(test.name, UNKNOWN))

    def keep(self, outcome):
        self.known[outcome.test.name] = outcome.work
        text = "".join(f"{value:.2f} {name}\n" for name, value in sorted(self.known.items()))
        with contextlib.suppress(OSError):  # the next run begins with another test, no more
            self.path.write_text(text, encoding="utf-8")


def run_all(tests, jobs, times, started):
    """Yields an Outcome for each test as it ends; calls started(test)."""
    waiting, running, free = sorted(tests, key=times.order), [], jobs
    try:
        while waiting or running:
            while waiting and (places := min(waiting[0].places, jobs)) <= free:
                started(waiting[0])
                running.append(start(waiting.pop(0), places))
                free -= places
            ready = multiprocessing.connection.wait([each.receiver for each in running])
            for ended in [each for each in running if each.receiver in ready]:
                yield ended.outcome()
                running.remove(ended)
                free += ended.places
    finally:
        end_all(running)

"""Tests of how tests run at the same time, and of what is written of them."""
import dataclasses
import os
import pathlib
import tempfile
import time
import xml.etree.ElementTree as xml

from tally import build, junit, processes, schedule
from tally.interface import ROOT
from tally.terminal_tests import wait_until


@dataclasses.dataclass
class Fake:
    name: str
    run: object
    places: int = 1


def fails():
    yield "does it", True, ""
    yield "says so", False, "\0 <&> \x1b[1m \ud800"


def meets(folder, count):
    """A test that ends when so many of its kind run."""
    def run():
        pathlib.Path(folder, str(os.getpid())).touch()
        yield "meets the others", wait_until(lambda: len(os.listdir(folder)) == count), ""
    return run


def pauses():
    time.sleep(0.3)
    yield "pauses", True, ""


def dies():
    os._exit(3)
    yield "never", True, ""


def outcomes(tests, jobs):
    times = schedule.Times(pathlib.Path(os.devnull))
    return list(schedule.run_all(tests, jobs, times, lambda test: None))


def runs_in_parallel():
    with tempfile.TemporaryDirectory() as folder:
        done = outcomes([Fake(f"p/{i}", meets(folder, 4)) for i in range(4)], 4)
    yield "4 tests at the same time", [outcome.passed for outcome in done] == 4 * [1], f"{done}"
    begin = time.monotonic()
    done = outcomes([Fake(f"p/{i}", pauses, places=8) for i in range(3)], 8)
    yield "one that takes all places runs alone", time.monotonic() - begin >= 3 * 0.3, f"{time.monotonic() - begin}"
    yield "a test that asks for more places than there are runs", outcomes([Fake("p/0", pauses, 99)], 2)[0].passed == 1, ""
    died = outcomes([Fake("p/dies", dies), Fake("p/pauses", pauses)], 2)
    yield "a test whose process dies has failed, the others go on", \
        sorted(len(outcome.failures) for outcome in died) == [0, 1], f"{died}"


def writes_junit():
    done = outcomes([Fake("group/<fails> & more", fails), Fake("group/pauses", pauses)], 1)
    root = xml.fromstring(junit.document(done))
    cases = {case.get("name"): case for case in root.iter("testcase")}
    yield "counts", (root[0].get("tests"), root[0].get("failures")) == ("2", "1"), xml.tostring(root)
    failure = cases["<fails> & more"].find("failure")
    yield "has the failure", failure.get("message") == "says so", xml.tostring(root)
    yield "its details, without what XML cannot have", failure.text == "\\x00 <&> \\x1b[1m \\xd800", failure.text
    yield "group and time", cases["pauses"].get("classname") == "group" and float(cases["pauses"].get("time")) >= 0.3, ""
    with tempfile.TemporaryDirectory() as scratch:
        file = pathlib.Path(scratch) / "results.xml"
        ran = processes.run([str(ROOT / "scripts/test"), "--build-dir", str(build.base), "--junit", str(file), "check/layers"])
        yield "scripts/test writes it", xml.parse(file).getroot()[0].get("tests") == "1", ran.stdout + ran.stderr
        yield "the last line is the sum", ran.stdout.splitlines()[-1] == "1 passed, 0 failed", ran.stdout


def suite_tests():
    """(name, function, what it needs to have been built) of each."""
    yield "script/tests at the same time", runs_in_parallel, None
    yield "script/results for other systems", writes_junit, None

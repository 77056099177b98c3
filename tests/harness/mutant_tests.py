"""Tests of the mutants: that the list applies, that mutants of changed files are caught, and what scripts/mutants
prints."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

from harness import forked, terminal_tests
from tally import build, mutants, processes
from tally.entry import UNABLE, USAGE
from tally.interface import ROOT

MINUTES = 0.15  # for mutants of changed files
PATIENCE = 900  # seconds
FILE = "kernel/mem/node.h"
HARMLESS = re.search(r"^/\* .* \*/$", (ROOT / FILE).read_text(encoding="utf-8"), re.M)[0]  # a comment

CAUGHT = f"""file {FILE}

mutant caught: host/test_node
-     node_at(after)->back += before - self;
+     (void)after;
"""
SURVIVES = f"""file {FILE}

mutant survives: host/test_node
- {HARMLESS}
+ /* Takes it out. */

mutant cannot: equivalent
why a comment is no code
- {HARMLESS}
+ /* Takes it out of there. */
"""
NO_BUILD = f"""file {FILE}

mutant broken: host/test_node
-     node_at(after)->back += before - self;
+     node_at(after)->back += nobody;
"""
NOT_APPLIED = f"""file {FILE}

mutant gone: host/test_node
- this text is nowhere
+ 
"""
HANGS = """file tests/host/test_node.c

mutant hangs: {}host/test_node
  int main(void)
  {{
+     extern int pause(void); /* without a processor */
+     for (;;)
+         pause();
"""
# Tests that boot a program from outside: for one with a status below 256, and for one with a larger one.
BOOTED = """file servers/init/main.c

mutant {0}: fail/the program's status: {1}
-     return signal ? 128 + signal : code & 0xff;
+     return signal ? 128 + signal : code;
"""
NO_TEST = CAUGHT.replace("test_node", "test_nothing")


def together(lists):
    return "\n".join(lists)


# (what is wrong with the list, its text, the message)
BAD_LISTS = [
    ("a mutant without a file", "mutant a: host/test_node\n- x\n+ y\n", ":1: a: no line `file PATH`"),
    ("a mutant without a test", f"file {FILE}\nmutant a\n- x\n+ y\n", ":2: expected `mutant NAME: TEST`"),
    ("a test of another kind", f"file {FILE}\nmutant a: script/x\n- x\n+ y\n", ":2: a: script/x is not the kind"),
    ("a name twice", CAUGHT + CAUGHT, "caught: there is another of that name"),
    ("one that changes nothing", f"file {FILE}\nmutant a: host/test_node\n  x\n", "a: it changes nothing"),
    ("an equivalent one without a reason", f"file {FILE}\nmutant a: equivalent\n- x\n+ y\n", "a: no line `why`"),
    ("a line that is nothing", "nonsense\n", ":1: expected `file`"),
]


OPTIONS = ["--build-dir", str(build.base), "-j", "1"]


def command(*words):
    """Runs scripts/mutants in a new Python, as modules of tests loaded here have other build folders."""
    return [sys.executable, "-S", str(ROOT / "scripts/mutants.py"), *OPTIONS, *words]


def status_and_output(done):
    """(status, output and messages) of scripts/mutants."""
    return done.returncode, f"status {done.returncode}\n{done.stdout}{done.stderr}"


def called(*words):
    return status_and_output(processes.run(command(*words), PATIENCE, cwd=ROOT))


def called_before_tests(*words):
    """For calls that run no mutants."""
    return status_and_output(forked.run("mutants", [*OPTIONS, *words], PATIENCE))


def called_with(text, *words, how=called):
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "list.txt"
        path.write_text(text, encoding="utf-8")
        return how("--from", str(path), *words)


def all_apply(test_names):
    """An outdated list is reported at once."""
    def run():
        found = mutants.read()
        names, others = set(test_names()), {}
        for mutant in found:
            if not mutant.applies():
                yield f"{mutant.name} applies", False, f"{mutant.location}: the text is not in {mutant.file} once"
            same = others.setdefault((mutant.file, mutant.text(0), mutant.text(1)), mutant)
            if same is not mutant:
                yield f"{mutant.name} is no other's change", False, f"{mutant.location}: {same.name} makes the same change"
            if not (mutant.test in names or mutant.test == mutants.EQUIVALENT or mutant.test.startswith("build/")):
                yield f"the test of {mutant.name}", False, f"{mutant.location}: there is no test {mutant.test}"
        yield f"{len(found)} mutants", len(found) >= 120, f"{len(found)}"
    return run


def changed_are_caught():
    status, output = called("--fast", "--changed", "--minutes", str(MINUTES), "-j", str(len(os.sched_getaffinity(0))))
    for line in output.splitlines():
        if re.match(r"\d+ of \d+ were not run|it is not known what has changed", line):
            print(f"       | {line}")
    yield "those of changed files, on the host", status == 0, output


def judges():
    """Each mutant of a list has a line; the last line counts the verdicts, and the status follows from it."""
    bad, hang = [SURVIVES, NO_BUILD, NOT_APPLIED], [HANGS.format("hangs "), HANGS.format("").replace("hangs:", "unmarked:")]
    for text, words, status, says in (
            (CAUGHT, [], 0, [r"caught: caught by host/test_node in \d+ s\n1 caught, 0 survive, 0 equivalent\n"]),
            (together(bad), [], 1, [r"survives: SURVIVES host/test_node in \d+ s\n", r"broken: does not build in \d+ s\n",
                                    r"gone: does not apply: list.txt:\d+: the text is not in \S+ once\n",
                                    r"\n0 caught, 3 survive, 1 equivalent\n"]),
            (HANGS.format("hangs "), ["--seconds", "0.001"], 1, [r"hangs: has a test that fails without it, too in", r"\| host/test_node: its time ran out",
                                                                  r"\n0 caught, 1 survive"]),
            (NO_TEST, [], UNABLE, [r"unknown target '\S*test_nothing'"]),
            (together(hang), ["--seconds", "3"], 1, [r"hangs: caught by host/test_node in \d+ s\n",
                                                     r"unmarked: SURVIVES \S+: its time ran out", r"\n1 caught, 1 survive"]),
    ):
        ended, output = called_with(text, *words)
        yield f"status {status}", ended == status, output
        for pattern in says:
            yield f"says {pattern}", re.search(pattern, output), output


def boots():
    """The booted system has the change, and nothing else."""
    status, output = called_with(BOOTED.format("below", 3) + BOOTED.format("beyond", 1000))
    for line in ("below: SURVIVES ", "beyond: caught by "):
        yield line, status == 1 and line in output, output


def leaves_nothing():
    """Interrupted while a test runs, it leaves nothing behind."""
    with tempfile.TemporaryDirectory() as scratch:
        path, ours = pathlib.Path(scratch) / "list.txt", lambda: list((build.base / "mutants").glob("*/endless/host"))
        path.write_text(HANGS.format("").replace("mutant hangs", "mutant endless"), encoding="utf-8")
        with processes.started(command("--from", str(path)), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               preexec_fn=processes.reset_signals) as process:
            began = terminal_tests.wait_until(ours)
            tree = processes.descendants(process.pid)
            process.send_signal(signal.SIGINT)
            status = process.wait(PATIENCE)
        yield "it had begun, and ends by that", began and status == 128 + signal.SIGINT, f"status {status}"
        yield "no folder is left", began and not began[0].parents[1].exists(), f"{began}"
        left = [each for each in tree if pathlib.Path(f"/proc/{each}").exists()]
        yield "and no process", tree and not left, f"{left} of {tree}"


def refuses():
    for what, text, says in BAD_LISTS:
        status, output = called_with(text, "--list", how=called_before_tests)
        yield what, status == UNABLE and says in output, output
    for words in ("nonsense", "--nonsense", "-j 0", "--minutes 0", "--minutes nan", "--seconds -1", "--from '' --list", "--test '' --list",
                  "--test no/such/test"):
        status, output = called_before_tests(*[word.strip("'") for word in words.split()])
        yield words, status == USAGE and ("error: " in output or "no mutant is named" in output or "no mutant has a test" in output), output


def mutant_tests(test_names):
    """(name, function, the build it needs, slots) of each test; test_names() are the names of all tests."""
    slots = len(os.sched_getaffinity(0))
    yield "mutants/apply", all_apply(test_names), None, 1
    yield "mutants/changed", changed_are_caught, "host", slots
    yield "mutants/judges", judges, "host", 1
    yield "mutants/refuses", refuses, None, 1
    yield "mutants/boots", boots, "programs", 1
    yield "mutants/leaves nothing", leaves_nothing, "host", 1

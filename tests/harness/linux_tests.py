"""Programs that take random steps, here and on Linux, where the tests run: each step must have the same result."""
import pathlib
import tempfile

from harness import forked
from harness.failures import PATIENCE
from tally import build, processes, tools
from tally.interface import ROOT

IMAGES = build.default_folder("i386")
PROGRAMS = ROOT / "tests/linux"
SEEDS, STEPS = (1, 2, 3), 3000
CONTEXT = 5  # steps shown before the first difference


def compiled(source, folder):
    program = folder / source.stem
    processes.output([tools.CC.path(), "-O1", "-I", str(ROOT), "-o", str(program), str(source)])
    return program


def lines_on_linux(program, seed):
    with tempfile.TemporaryDirectory() as scratch:
        return processes.output([str(program), str(seed), str(STEPS)], cwd=scratch).splitlines()


def lines_here(name, seed):
    words = ["--build-dir", str(IMAGES), "--kernel", "--memory", "256", "--timeout", "60", "--programs", str(PROGRAMS), "--", name, str(seed), str(STEPS)]
    done = forked.run("run", words, PATIENCE)
    return done.stdout.splitlines() if done.returncode == 0 else [done.stderr]


def difference(linux, here):
    """The first step with different results, after some before it; or nothing."""
    for i, (theirs, ours) in enumerate(zip(linux + [""], here + [""])):
        if theirs != ours:
            return "\n".join([*linux[max(0, i - CONTEXT):i], f"Linux: {theirs}", f"here:  {ours}"])
    return ""


def linux_test(source):
    def run():
        with tempfile.TemporaryDirectory() as scratch:
            program = compiled(source, pathlib.Path(scratch))
            for seed in SEEDS:
                differs = difference(lines_on_linux(program, seed), lines_here(source.stem, seed))
                yield f"{STEPS} steps from seed {seed}", not differs, differs
    return run


def linux_tests():
    """(name, function) of each test."""
    return [(f"linux/{source.stem}", linux_test(source)) for source in sorted(PROGRAMS.glob("*.c"))]

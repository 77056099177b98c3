"""Tests that fuzz: each program runs the tree's inputs, and a number of inputs made from them, always the same."""
import tempfile

from tally import build, fuzz, processes

HOST = build.default_folder("host")
TIMEOUT = 300  # seconds; it takes a tenth of them
SAME = ["-seed=1", "-use_cmp=0"]  # compared values may be addresses, which differ between runs


def fuzz_test(program):
    def fuzzed():
        if not fuzz.program(HOST, program.name).exists():
            yield program.name, False, "it could not be built; what the compiler said is above"
            return
        kept = fuzz.kept(program.name)
        yield "there are inputs in the tree", bool(kept), ""
        with tempfile.TemporaryDirectory() as scratch:
            words = [*SAME, f"-runs={program.runs}", f"-artifact_prefix={scratch}/", scratch, str(fuzz.CORPUS / program.name)]
            done = processes.run(fuzz.command(HOST, program.name, *words), TIMEOUT, env=fuzz.environment())
        yield f"{program.runs} runs without a failure", done.returncode == 0, f"status {done.returncode}\n{done.stderr[-6000:]}"
    return fuzzed


def fuzz_tests():
    """(name, function) of each test; all need the build host."""
    for program in fuzz.programs():
        yield f"fuzz/{program.name}", fuzz_test(program)

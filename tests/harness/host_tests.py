"""Tests on the host: each tests/host/test_*.c is one program."""
from tally import build, processes
from tally.interface import ROOT

HOST = build.default_folder("host")
TIMEOUT = 300  # seconds


def host_test(name):
    def run():
        program = HOST / "tests/host" / name
        if not program.exists():
            yield name, False, "it could not be built; what the compiler said is above"
            return
        done = processes.run([str(program)], TIMEOUT, cwd=ROOT)
        yield name, done.returncode == 0, f"status {done.returncode}\n{done.stdout}{done.stderr}"
    return run


def host_tests():
    """(name, function) of each test; all need the build host."""
    for path in sorted((ROOT / "tests/host").glob("test_*.c")):
        yield f"host/{path.stem}", host_test(path.stem)

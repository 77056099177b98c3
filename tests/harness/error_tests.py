"""Every error that a protocol lists for a call must be returned in some test of its server, and no other error may
be."""
import errno
import os
import pathlib
import tempfile

from harness.host_tests import HOST, TIMEOUT
from tally import interface, processes
from tally.interface import ROOT

# Every call may fail so, as the page says once: unknown number, wrong words, unknown client.
OF_ALL = {"ENOSYS", "EINVAL"}
OF_STRANGERS = {"file": "EBADF", "proc": "EAGAIN", "mem": "EPERM"}
SAME = {"EDEADLOCK": "EDEADLK"}  # Python knows one name for each number


def programs_of(protocol):
    return [HOST / "tests/host" / path.stem for path in sorted((ROOT / "tests/host").glob(f"test_{protocol}_*.c"))]


def errors_of(protocol):
    """{(call's number, error's name)} of all errors that calls in the server's tests return."""
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "errors"
        for program in programs_of(protocol):
            processes.run([str(program)], TIMEOUT, cwd=ROOT, env={**os.environ, "TALLY_ERRORS": str(path)})
        lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    pairs = [(int(call), errno.errorcode[int(error)]) for call, error in (line.split() for line in lines if line)]
    return {(call, SAME.get(error, error)) for call, error in pairs}


def errors_test(protocol):
    def run():
        seen, by_name = errors_of(protocol.name), {call.number: call for call in protocol.calls}
        listed = {(call.number, error) for call in protocol.calls for error in call.errors}
        missing = [f"{by_name[number].name}: {error}" for number, error in sorted(listed - seen)]
        others = [f"{by_name[number].name if number in by_name else number}: {error}"
                  for number, error in sorted(seen - listed) if error not in {*OF_ALL, OF_STRANGERS.get(protocol.name)}]
        yield "each listed error is returned", not missing, f"no test of {protocol.name} sees {', '.join(missing)}"
        yield "each returned error is listed", not others, f"{protocol.name}.proto does not list {', '.join(others)}"
    return run


def error_tests():
    """(name, function) of each test; all need the build host."""
    for protocol in interface.read_protocols():
        if programs_of(protocol.name):
            yield f"errors/{protocol.name}", errors_test(protocol)

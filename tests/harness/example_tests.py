"""The example in docs/adding-a-server.md: its files compile, and its host test passes, but fails with each of its
mutants."""
import pathlib
import re
import sys
import tempfile
import textwrap

from harness.host_tests import HOST, TIMEOUT
from tally import mutants, processes, tools
from tally.interface import ROOT

PAGE = ROOT / "docs/adding-a-server.md"
BLOCK = re.compile(r"^In step \d+,(?: a part of)? (\S+):\n\n((?:    .*\n|\n)+)", re.M)
PROTOCOL, SERVER = "servers/proto/counter.proto", "servers/counter/main.c"
HOST_TEST, SYSTEM_TEST, MUTANTS = "tests/host/test_counter_calls.c", "tests/system/programs/t_counter.c", "tests/mutants/servers.txt"
SLOT = "-DCLIENT_SLOT_COUNTER=5"  # as in step 3
OPTIONS = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def write_files(folder):
    """Writes the files that the page shows, completely or, of existing files, in part. Generates the protocol's
    header."""
    for name, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text).strip("\n") + "\n", encoding="utf-8")
    command = [sys.executable, "-S", str(ROOT / "scripts/gen_proto.py"), str(folder / PROTOCOL), str(folder / "servers/proto/counter.h")]
    processes.output(command)


def fields(test, field):
    return re.search(rf"^ \* {field}: (.*)", test.read_text(encoding="utf-8"), re.M)[1].split()


def compile_test(folder):
    """Compiles as tests/host/program.cmake does; the page's server is the only folder of sources."""
    test = folder / HOST_TEST
    sources = [str(folder / SERVER if word.endswith("/") else ROOT / word) for word in fields(test, "sources")]
    instead = [f"-I{ROOT / word}" for word in fields(test, "instead")]
    return processes.run([tools.CC.path(), *OPTIONS, *instead, f"-I{folder}", f"-I{ROOT}", f"-I{HOST / 'generated'}", str(test), *sources,
                          "-o", str(folder / "test")])


def passes(folder):
    return processes.run([str(folder / "test")], TIMEOUT).returncode == 0


def the_server():
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        write_files(folder)
        done = compile_test(folder)
        yield "its server and its test compile", done.returncode == 0, done.stderr
        if done.returncode:
            return
        yield "its test passes", passes(folder), ""
        done = processes.run([tools.CC.path(), *OPTIONS, "-fsyntax-only", SLOT, f"-I{folder}", f"-I{ROOT}", f"-I{HOST / 'generated'}", str(folder / SYSTEM_TEST)])
        yield "its program compiles", done.returncode == 0, done.stderr
        text = (folder / SERVER).read_text(encoding="utf-8")
        for mutant in mutants.read(folder / MUTANTS):
            (folder / SERVER).write_text(mutant.applied_to(text) or text, encoding="utf-8")
            yield f"{mutant.name} is caught", compile_test(folder).returncode == 0 and not passes(folder), ""


def example_tests():
    """(name, function) of each test; all need the build host."""
    return [("pages/adding-a-server", the_server)]

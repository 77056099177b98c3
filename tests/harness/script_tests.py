"""Tests of the scripts themselves: strange folders, full disks, closed files, and their messages about themselves."""
import contextlib
import dataclasses
import functools
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from tally import archive, build, copies, foreign, packages, processes, program, tools
from tally.entry import UNABLE, USAGE
from tally.interface import ROOT
from tally.version import version

IMAGES = build.default_folder("i386")
PATIENCE = 200  # seconds for a script that may build
PLAIN = {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0"}


# ------------------------------------------------------------------------------- no traceback

@dataclasses.dataclass
class Call:
    """A shell line at the tree's root: $S is a scratch folder, $B the build folder, $F GRUB's font. It ends with
    `status`; a line on stderr matches `says`; there is never a traceback."""
    name: str
    line: str
    status: int
    says: str = None


UNREAD_PIPE = "import os, sys; r, w = os.pipe(); os.close(r); os.dup2(w, 1); os.execvp(sys.argv[1], sys.argv[1:])"


def full(script, name, status):
    """Output to a full disk, to a closed file, and to a pipe without a reader."""
    for what, line, why in (("a full disk", f"{script} >/dev/full", "No space left on device"),
                            ("a closed file", f"{script} >&-", "Bad file descriptor"),
                            ("a pipe that nobody reads", f"python3 -c '{UNREAD_PIPE}' {script}", "Broken pipe")):
        yield Call(f"{name} writes to {what}", line, status, f"{name}: standard output: {why}")

CALLS = [
    *full("scripts/run --list", "run", UNABLE),
    *full("scripts/run --build-dir $B --kernel hello", "run", UNABLE),
    *full("scripts/test --list", "test", UNABLE),
    *full("scripts/bench --help", "bench", UNABLE),
    *full("scripts/explore --list", "explore", UNABLE),
    *full("scripts/mutants --list", "mutants", UNABLE),
    *full("scripts/fuzz", "fuzz", UNABLE),
    *full("scripts/doctor --help", "doctor", 1),
    *full("scripts/symbolize $B <README.md", "symbolize", 1),
    Call("run without any standard file", "scripts/run --build-dir $B --kernel hello <&- >&- 2>&-", UNABLE),
    Call("run with its messages to a full disk", "scripts/run --build-dir $B --kernel hello >$S/out 2>/dev/full", 0),
    Call("run with no limit", "scripts/run --build-dir $B --kernel --timeout inf hello", 0),
    Call("run with a folder of programs whose name is no text", "scripts/run --programs $S/$(printf '\\377') x", USAGE,
         r"scripts/run: error: argument --programs: it is a folder that is there, not '.*/\\udcff'"),
    Call("run with a processor that QEMU does not know", "scripts/run --build-dir $B --cpu nothing hello", USAGE,
         "run: --cpu nothing: unable to find CPU model 'nothing'; .*-cpu help.*"),
    Call("run with a feature that no processor has", "scripts/run --build-dir $B --uefi --cpu qemu64,nothing=on hello", USAGE,
         "run: --cpu qemu64,nothing=on: .*'.*nothing' not found; .*"),
    Call("run with an argument that is no text", "scripts/run --build-dir $B hello $(printf '\\377')", USAGE,
         "run: argument .*: it must consist of printable.*"),
    Call("run when its image cannot be written", "ulimit -f 4000; scripts/run --build-dir $B hello", UNABLE,
         "run: .*File too large"),
    Call("run when no temporary folder can be written", "TMPDIR=/proc scripts/run --build-dir $B hello", 0),
    Call("test with no test", "scripts/test nothing-is-named-so", USAGE, "no test is named like .*"),
    Call("test with results to nowhere", "scripts/test --junit /proc/results check/layers", UNABLE, "test: /proc/results: .*"),
    Call("symbolize with a log that is no text", "printf '  at 0xc0201000\\377\\nfault \\377\\376\\0' | scripts/symbolize $B", 0),
    Call("bench with a build folder that is a file", "scripts/bench --build-dir README.md", UNABLE,
         "tally: .*README.md cannot be written: .*--build-dir.*"),
    Call("mkiso with files that are not there", "python3 -B scripts/mkiso.py $S/iso $S/none $S/none hello", 1, "mkiso: .*none: .*"),
    Call("mkarchive with a file that is not there", "python3 -B scripts/mkarchive.py $S/archive $S/none", 1, "mkarchive: .*none: .*"),
    Call("mkarchive to a full disk", "python3 -B scripts/mkarchive.py /dev/full $B/servers/init.elf", 1,
         "mkarchive: .*No space left on device"),
    Call("check_size of a file that is not there", "python3 -B scripts/check_size.py $S/none", 1, "check_size: \\S*llvm-size\\S* failed: .*none.*"),
    Call("the tree's pages in a locale that knows no letters", "python3 -B -X utf8=0 scripts/gen_docs.py --check", 0),
    Call("run in a locale that knows no letters", "scripts/run --build-dir $B --kernel hello", 0),
    Call("doctor with a compiler that says nothing", "printf '#!/none\\n' >$S/cc; chmod +x $S/cc; CC=$S/cc scripts/doctor >$S/out", 1),
    Call("doctor with a musl that is none", "MUSL=$S scripts/doctor >$S/out; s=$?; grep -c '^Unfit: MUSL=.*libc.a' $S/out >&2; exit $s", 1, "1"),
    Call("run with a musl that is none", "MUSL=$S scripts/run --build-dir $S/b hello", UNABLE, "tally: MUSL=.*: there is no .*libc.a, .*"),
    Call("a musl that is named from where the caller is",
         "mkdir -p $S/m/lib/i386-linux-musl; touch $S/m/version $S/m/lib/i386-linux-musl/libc.a; cd $S; MUSL=m PYTHONPATH=$OLDPWD/scripts "
         "python3 -B -c 'import os; from tally import musl; musl.settle(); os.chdir(\"/\"); "
         "assert os.path.samefile(musl.named(), os.environ[\"S\"] + \"/m\")'", 0),
    Call("symbolize with what is no address", "printf '  at 0x%099d\\n' 9 | tr 0 f | sed s/fx/0x/ | scripts/symbolize $B", 0),
    Call("symbolize with a fault in the library of system calls",
         "printf 'x (pid 1): eip 0x%x\\n' 0x$(od -An -tx4 -j24 -N4 $B/libraries/vdso.elf | tr -d ' ') | scripts/symbolize $B >&2", 0,
         r"x \(pid 1\): eip 0x8e\w+ vdso_call .*entry\.asm.*"),
    Call("symbolize with a system call of Linux's",
         "printf \"x (pid 1): Linux's system call 331 is not implemented (ENOSYS)\\n\" | scripts/symbolize $B >&2", 0,
         r"x .* 331 is not implemented \(ENOSYS\) pipe2"),
    Call("symbolize with a name that no file has", "printf '%0999d (pid 1): eip 0xc0201000\\n' 1 | scripts/symbolize $B", 0),
    Call("gen_font to a full disk", "python3 -B scripts/gen_font.py $F /dev/full", 1, "gen_font: .*No space left on device"),
    Call("gen_font of half a font", "head -c 100000 $F >$S/font; python3 -B scripts/gen_font.py $S/font $S/out", 1,
         "gen_font: .*/font ends too early"),
    Call("gen_font of a folder", "python3 -B scripts/gen_font.py $S $S/out", 1, "gen_font: .*: Is a directory"),
    Call("gen_proto of what is no text", "head -c 3000 $B/tally.iso >$S/x.proto; head -c 99 $B/boot/kernel.elf >>$S/x.proto; "
         "python3 -B scripts/gen_proto.py $S/x.proto $S/out", 1, ".*/x.proto:1: expected `call N .*"),
    Call("gen_proto of bits that two arguments want",
         "printf 'protocol x\ncall 1 a (b:0-15 + c:15) -> () : :\n' >$S/x.proto; python3 -B scripts/gen_proto.py $S/x.proto $S/out",
         1, ".*/x.proto:2: `b:0-15 . c:15` is no name, and no list of names with bits that are apart.*"),
    Call("gen_proto of data whose length is none of the arguments",
         "printf 'protocol x\ncall 1 a data=d (b:0-15 + d:16-31) -> () : :\n' >$S/x.proto; python3 -B scripts/gen_proto.py $S/x.proto $S/out",
         1, ".*/x.proto:2: `data=d` names no argument that has a word of its own"),
    Call("gen_proto of results whose word has no name",
         "printf 'protocol x\ncall 1 a () -> (b:0-15 + c:16) : :\n' >$S/x.proto; python3 -B scripts/gen_proto.py $S/x.proto $S/out",
         1, ".*/x.proto:2: `b:0-15 . c:16` is no name, and no list of fields with a name of its own.*"),
    Call("test with times in a folder", "mkdir $S/test-times; scripts/test --build-dir $S check/layers >$S/out", 0),
    Call("run with a build folder that CMake cannot use", "scripts/run --build-dir \"$S/a;b\" hello", UNABLE,
         "tally: the build folder cannot be '.*/a;b': CMake does not build in a path with ';'; use one without"),
    Call("the version of somebody else's checkout",
         "test \"$(GIT_TEST_ASSUME_DIFFERENT_OWNER=1 scripts/run --version)\" = \"$(scripts/run --version)\"", 0),
    Call("run with a build folder that consists of links", "ln -s / $S/kernel; scripts/run --build-dir $S hello", UNABLE,
         "tally: .* is not a build folder: .*"),
    Call("run with the build folder of another tree",
         "echo CMAKE_HOME_DIRECTORY:INTERNAL=/elsewhere >$S/CMakeCache.txt; scripts/run --build-dir $S hello", UNABLE,
         "tally: .* was made by /elsewhere; .*"),
]


def call_test(call):
    def run():
        with tempfile.TemporaryDirectory() as scratch:
            here = {name: value for name, value in os.environ.items() if name != build.BUILT}  # as in a call by a user
            done = processes.run(["bash", "-c", call.line], PATIENCE, cwd=ROOT, stdin=subprocess.PIPE,
                                 env={**here, **PLAIN, "S": scratch, "B": str(IMAGES), "F": str(packages.FONT.path())})
        details = f"{call.line}\nstatus {done.returncode}\n{done.stdout[-2000:]}{done.stderr}"
        yield f"status is {call.status}", done.returncode == call.status, details
        yield "no traceback", not re.search(r"Traceback|Exception ignored|fault in \S+\.py", done.stderr), details
        if call.says:
            found = sum(bool(re.fullmatch(call.says, line)) for line in done.stderr.splitlines())
            yield f"says {call.says}, once", found == 1, details
    return run


# ------------------------------------------------------------------------------ while Python begins

MOMENTS = 30


def when_it_listens(process):
    """Sends control-C as soon as the script has a handler for it, or has ended."""
    caught = 0
    while process.poll() is None and not caught >> (signal.SIGINT - 1) & 1:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text(errors="replace")
        caught = int(re.search(r"^SigCgt:\s*(\w+)", status, re.M)[1], 16)
    interrupt(process)


def interrupt(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)


def interrupted_early():
    """Control-C at any moment while a script starts, which is most of its time: it ends by the signal, or continues as
    if nothing had been typed, but never prints a traceback."""
    statuses, began = [], time.monotonic()
    processes.run([str(ROOT / "scripts/run"), "--list"])
    whole = time.monotonic() - began
    moments = [lambda process, n=n: (time.sleep(n * 1.5 * whole / MOMENTS), interrupt(process)) for n in range(MOMENTS)]
    for number, interrupts in enumerate([*moments, *3 * [when_it_listens]]):
        with processes.started([str(ROOT / "scripts/run"), "--list"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               start_new_session=True, preexec_fn=processes.reset_signals) as process:
            interrupts(process)
            output = process.stderr.read().decode(errors="replace")
            statuses.append(process.wait(PATIENCE))
        wanted = (0, 128 + signal.SIGINT, -signal.SIGINT)
        yield f"moment {number}: nothing is written", not output and statuses[-1] in wanted, f"status {statuses[-1]}\n{output}"
    yield "some were interrupted", set(statuses) - {0}, f"{statuses}"


def late_signals():
    """A signal while Python ends, after all work: nothing is printed, and the status is the work's."""
    for number in ("SIGINT", "SIGTERM", "SIGHUP"):
        text = f"import atexit, os, signal; from tally import entry; " \
               f"atexit.register(lambda: os.kill(os.getpid(), signal.{number})); entry.run('late', lambda: 3)"
        done = processes.run([sys.executable, "-c", text], cwd=ROOT / "scripts")
        yield number, done.returncode == 3 and done.stdout + done.stderr == "", f"status {done.returncode}\n{done.stdout}{done.stderr}"


SIGNALS_WITHOUT_PAUSE = """
import os, signal
from tally import entry, handlers
handlers.set_all(entry.ENDING, signal.SIG_IGN)
script, sender = os.getpid(), os.fork()
if sender == 0:
    while os.getppid() == script:
        for number in entry.ENDING:
            os.kill(script, number)
    os._exit(0)
ended = rounds = 0
while rounds < 1000 or not ended: # on a busy machine the sender may begin later
    rounds += 1
    try:
        entry.ending = False
        handlers.set_all(entry.ENDING, entry.end_by_signal)
        handlers.set_all(entry.ENDING, signal.SIG_IGN)
    except SystemExit:
        ended += 1
        handlers.set_all(entry.ENDING, signal.SIG_IGN)
os.kill(sender, signal.SIGKILL)
os.waitpid(sender, 0)
print(ended > 0)
"""


def signals_without_pause():
    """Signals while a script ends by the first of them, and while it begins to ignore them: nothing is printed."""
    done = processes.run([sys.executable, "-c", SIGNALS_WITHOUT_PAUSE], cwd=ROOT / "scripts")
    yield "nothing is written", done.returncode == 0 and not done.stderr, f"status {done.returncode}\n{done.stderr[-1000:]}"
    yield "some ended the script", done.stdout == "True\n", done.stdout


def stays_ignored():
    """A script that ignores control-C, as in a shell's background, continues to do so."""
    with tempfile.TemporaryDirectory() as scratch:
        line = f"trap '' INT; {ROOT}/scripts/run --list >{scratch}/out & while kill -INT 0 $!; do sleep 0.02; done; wait $!"
        done = processes.run(["sh", "-c", line], PATIENCE, start_new_session=True)
        wrote = os.path.getsize(f"{scratch}/out")
    yield "it runs to its end", done.returncode == 0 and wrote, f"status {done.returncode}, {wrote} bytes\n{done.stderr}"


# ------------------------------------------------------------------------------ a copy of the tree

STRANGE = "a 'copy', of (it) & 100%é"
KERNEL = "kernel/kernel.elf"  # in a build folder
INIT, INIT_MAIN = "servers/init.elf", "servers/CMakeFiles/servers_init.dir/init/main.c.obj"
# One object for each way of compiling. init's is compared in the linked program.
PARTS = (*(f"kernel/CMakeFiles/kernel.dir/{name}" for name in (
    "boot/main.c.obj", "cap/slot.c.obj", "i386/panic.c.obj", "i386/entry.asm.obj", "__/boot/multiboot.asm.obj")),
    INIT_MAIN, "libuser/CMakeFiles/crt_server.dir/crt/server/start.asm.obj",
    "libuser/CMakeFiles/libuser.dir/string/string.c.obj", "programs/CMakeFiles/programs_hello.dir/hello.c.obj")
WHOLES = {KERNEL: 30, INIT: 20, "servers/mem.elf": 30, "programs/hello.elf": 10}  # with a lower bound of build commands
SYSTEM = ("kernel", "servers", "libuser", "programs", "boot")  # the folders of the booted system
OF_THE_DAY = re.compile(rb"__(DATE|TIME|TIMESTAMP)__")
LABEL = slice(32808, 32840)  # in an ISO


def copy_tree(target):
    copies.make(target)
    (target / "VERSION").write_text(f"{version()} of a release\n", encoding="utf-8")


def files(folder):
    return sorted(str(path) for path in folder.rglob("*"))


def unprivileged():
    """A prefix for commands, which takes root's right to write everywhere."""
    return [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]


def in_copy(tree, *words):
    return processes.run([*unprivileged(), *words], 3 * PATIENCE, cwd=tree)


def refused(tree, script):
    done = in_copy(tree, f"scripts/{script}")
    output = done.stderr.splitlines()
    yield f"{script} says that it cannot write there, and what to do", \
        done.returncode == UNABLE and len(output) == 1 and "cannot be written: " in output[0] and "--build-dir" in output[0], \
        f"status {done.returncode}\n{done.stdout}{done.stderr}"


def stripped(files, what):
    """The files' bytes without debugging information: of programs what is booted, of objects what is linked. One call
    for all, because starting the tool takes a tenth of a second."""
    with tempfile.TemporaryDirectory() as scratch:
        copies = [shutil.copy(file, pathlib.Path(scratch) / str(number)) for number, file in enumerate(files)]
        done = processes.run([tools.command(tools.STRIP), what, *map(str, copies)])
        return [done.stderr.encode() or copy.read_bytes() for copy in copies]


def same_bytes(files, what, folder):
    pairs = zip(*(stripped([path / file for file in files], what) for path in (IMAGES, folder)))
    for file, (ours, theirs) in zip(files, pairs):
        yield f"{file} is the same, to the byte", ours == theirs, f"{sum(a != b for a, b in zip(ours, theirs))} bytes differ"


def write_programs(folder):
    folder.mkdir(parents=True)
    (folder / "works.c").write_text("#include <stdio.h>\nint main(void) { return puts(\"it works\") < 0; }\n")
    (folder / "broken.c").write_text("int main(void) { return undeclared; }\n")


def take(words, folder):
    """Copies ours of those objects that a command names in the folder, instead of compiling them there."""
    for path in (pathlib.Path(os.path.normpath(folder / word)) for word in words):
        if path.suffix in (".obj", ".a") and path.is_relative_to(folder) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(IMAGES / path.relative_to(folder), path)


def commands_of(target, folder):
    return processes.run(["ninja", "-C", str(folder), "-t", "commands", target]).stdout.splitlines()


def link_init(folder):
    """Links init with the objects that PARTS has of it."""
    command = commands_of(INIT, folder)[-1]
    take(shlex.split(command), folder)
    done = processes.run([*unprivileged(), "sh", "-c", command], cwd=folder)
    yield "init can be linked", done.returncode == 0, done.stdout + done.stderr


def programs_of_cmake(tree, folder):
    """What CMake alone makes of TALLY_PROGRAMS_DIR, in each build."""
    take((folder / "foreign.commands").read_text(encoding="utf-8").splitlines(), folder)
    output = in_copy(tree, "sh", "-c", commands_of("foreign", folder)[-1]).stdout
    yield "a broken program stops no other, and is named", "broken.c does not compile as a program" in output, output
    yield "the others are built", foreign.read(folder / foreign.FOLDER) == {"broken": False, "works": True}, output
    command = commands_of("boot/archive", folder)[-1]
    yield "the archive gets them", command.endswith(" --foreign foreign"), command


def commands_for(target, tree, folder):
    """The commands that build it, without quotes, with the folders replaced by the same names."""
    unquoted = functools.partial(re.sub, r"""["'\\]""", "")
    output = unquoted("\n".join(commands_of(target, folder)))
    for path, name in ((folder, "FOLDER"), (tree, "TREE")):
        output = output.replace(unquoted(str(path)), name)
    return output.splitlines()


def same_commands(target, least, tree, folder):
    ours, theirs = (commands_for(target, *folders) for folders in ((ROOT, IMAGES), (tree, folder)))
    differ = "\n".join(f"{a}\n{b}" for a, b in zip(ours, theirs) if a != b)
    yield f"the commands for {target} are the same", ours == theirs and len(ours) > least, f"{len(ours)}, {len(theirs)}\n{differ}"


def independent():
    """Nothing that is booted contains a build path or a time; so files outside PARTS cannot differ either."""
    for name in ("boot/kernel.elf", "boot/archive"):
        data = (IMAGES / name).read_bytes()
        yield f"{name} contains no path of a folder", not any(os.fsencode(path) in data for path in (ROOT, IMAGES)), ""
    dated = [str(path) for part in SYSTEM for path in (ROOT / part).rglob("*.[chS]*") if OF_THE_DAY.search(path.read_bytes())]
    yield "no source asks for the time", not dated, "\n".join(dated)


def compiled_there(tree, folder):
    """Compiles parts with everything that could differ: names of files, the version, assembly; and programs. The rest
    would be compiled and linked by the same commands."""
    programs = folder.parent / "pro grams $HOME #\"'"
    write_programs(programs)
    for words in (["--preset", "i386", "-B", str(folder), f"-DTALLY_PROGRAMS_DIR={programs}"],
                  ["--build", str(folder), "--target", "generated", *PARTS]):
        done = in_copy(tree, "cmake", *words)
        yield f"cmake {words[0]}", done.returncode == 0, done.stdout + done.stderr
    yield from programs_of_cmake(tree, folder)
    yield from link_init(folder)
    yield from same_bytes([INIT], "--strip-all", folder)
    yield from same_bytes([part for part in PARTS if part != INIT_MAIN], "--strip-debug", folder)
    for target, least in WHOLES.items():
        yield from same_commands(target, least, tree, folder)
    yield from independent()


def made_twice():
    """An ISO made again, from the same files at another time."""
    with tempfile.TemporaryDirectory() as scratch:
        again = pathlib.Path(scratch) / "iso"
        done = processes.run([sys.executable, "-B", "scripts/mkiso.py", str(again), str(IMAGES / "boot/kernel.elf"),
                              str(IMAGES / "boot/archive"), "shm_cnt"], cwd=ROOT)
        ours = (IMAGES / "tally.iso").read_bytes()
        yield "the ISO is the same, to the byte", again.exists() and again.read_bytes() == ours, done.stderr
        yield "it has a label", ours[LABEL].rstrip() == b"TALLY", ours[LABEL]


def built_there(tree, folder):
    done = in_copy(tree, "scripts/run", "--build-dir", str(folder), "--kernel", "hello", "there")
    output = f"status {done.returncode}\n{done.stdout}{done.stderr}"
    yield "it is built and run there", done.returncode == 0 and done.stdout.endswith("hello: 1: there\n"), output
    log = [line for line in done.stderr.splitlines() if not line.startswith("tally: buil")]
    yield "the first line of the log is the version", log[:1] == [f"tally: version {version()}"], output
    ours, theirs = ((path / "tally.iso").read_bytes() for path in (IMAGES, folder))
    yield "the ISO is the same, to the byte", ours == theirs, f"{sum(a != b for a, b in zip(ours, theirs))} bytes differ"


@contextlib.contextmanager
def released():
    """A release in a read-only folder, with a name that tools may split: (it, a build folder)."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = pathlib.Path(scratch) / STRANGE
        copy_tree(tree)
        processes.run(["chmod", "-R", "a-w", str(tree)])
        try:
            yield tree, pathlib.Path(scratch) / f"build in {STRANGE}"
        finally:
            processes.run(["chmod", "-R", "u+w", str(tree)])


def copy_of_tree():
    with released() as (tree, folder):
        before = files(tree)
        yield "the version is the archive's", in_copy(tree, "scripts/run", "--version").stdout == f"tally {version()}\n", ""
        yield from refused(tree, "run")
        yield from refused(tree, "test")
        done = in_copy(tree, "scripts/test", "--build-dir", str(folder), "check/docs")
        yield "tests run there", done.stdout.endswith("\n1 passed, 0 failed\n"), done.stdout + done.stderr
        yield from compiled_there(tree, folder / "i386")
        yield "nothing is written into it", files(tree) == before, "\n".join({*files(tree)} - {*before})


def built_with_programs(tree, folder):
    write_programs(folder.parent / "programs")
    for words in (["--preset", "i386", "-B", str(folder), f"-DTALLY_PROGRAMS_DIR={folder.parent / 'programs'}"],
                  ["--build", str(folder)]):
        done = in_copy(tree, "cmake", *words)
        yield f"cmake {words[0]}", done.returncode == 0, done.stdout + done.stderr
    for program, status, writes in (("works", 0, "it works\n"), ("broken", UNABLE, "")):
        done = in_copy(tree, "scripts/run", "--build-dir", str(folder), program)
        yield f"{program} is run", (done.returncode, done.stdout) == (status, writes), done.stdout + done.stderr


def whole_copy_of_tree():
    with released() as (tree, folder):
        yield from built_there(tree, folder)
        yield from built_with_programs(tree, folder)


def lists_programs():
    done = processes.run([str(ROOT / "scripts/run"), "--list", "--programs", str(ROOT / "tests/boot")])
    for line in ("    hello [WORD...]: says hello, and writes its arguments, one a line.", "tests/boot/", "programs/",
                 "    mv FILE... TARGET: renames a file or directory, or moves several into the directory TARGET."):
        yield f"lists {line.strip()}", line in done.stdout.splitlines(), done.stdout + done.stderr
    yield "and those of the folder", re.search(r"^    ends\b", done.stdout, re.M), done.stdout


# ------------------------------------------------------------------------------ the archive

def write_elf(path, *segments):
    """Writes an executable of segments (address, bytes), whose entry is the first segment's first byte."""
    headers, at = [], program.PAGE
    for address, size in segments:
        headers.append(program.PROGRAM_HEADER.pack(program.PT_LOAD, at, address, 0, size, size, 4 | program.PF_X, program.PAGE))
        at += program.pages(size) * program.PAGE
    table = program.ELF_HEADER.size
    header = program.ELF_HEADER.pack(program.ELF_IDENT + bytes(9), program.ET_EXEC, program.EM_386, 1, segments[0][0], table, 0, 0,
                                     table, program.PROGRAM_HEADER.size, len(headers), 0, 0, 0)
    path.write_bytes((header + b"".join(headers)).ljust(program.PAGE, b"\0") + bytes(n % 251 for n in range(at - program.PAGE)))
    return str(path)


def with_library(folder, *segments, kind="--libraries"):
    """What mkarchive prints for a library of these segments, and the archive."""
    init, made = write_elf(folder / "init", (program.PROGRAM_BASE, 100)), folder / "archive"
    made.unlink(missing_ok=True)
    done = processes.run([sys.executable, "-B", "scripts/mkarchive.py", str(made), init, kind, write_elf(folder / "vdso", *segments)],
                         cwd=ROOT)
    return done, made.read_bytes() if made.exists() else None


def libraries():
    """A library with one segment is put into the archive as it is in memory; others are refused."""
    base, room = program.VDSO_BASE, program.VDSO_END - program.VDSO_BASE
    one, lies = "a library has one segment", "overlaps another or lies outside"
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for size in (5000, room):
            done, made = with_library(folder, (base, size))
            yield f"one of {size} bytes is made", done.returncode == 0, done.stderr
            _, page, length, _, _, kind = archive.ENTRY.unpack_from(made or bytes(program.PAGE), archive.ENTRIES_OFFSET)
            bytes_there = (made or b"")[page * program.PAGE:page * program.PAGE + length]
            yield f"its {size} bytes are there", (kind, bytes_there) == (3, bytes(n % 251 for n in range(size))), f"{kind}, {length}"
        for what, why, segments in (("at another address", one, [(base + program.PAGE, 100)]), ("below its address", lies, [(base - program.PAGE, 100)]),
                                    ("with two segments", one, [(base, 100), (base + program.PAGE, 100)]),
                                    ("a program", one, [(program.PROGRAM_BASE, 100)]), ("too large", one, [(base, room + 1)])):
            done, made = with_library(folder, *segments)
            yield f"one {what} is refused", done.returncode == 1 and why in done.stderr and made is None, done.stderr
        done, made = with_library(folder, (base, 100), kind="--programs")
        yield "it is no program", done.returncode == 1 and lies in done.stderr and made is None, done.stderr


WHOLE = "script/a copy of the tree, whole"  # takes minutes, so it runs only if it is named alone


def script_tests():
    """(name, function, the build it needs) of each test."""
    yield from ((f"script/{call.name}", call_test(call), "i386") for call in CALLS)
    yield "script/control-C while it begins", interrupted_early, None
    yield "script/control-C that is ignored", stays_ignored, None
    yield "script/signals while Python ends", late_signals, None
    yield "script/signals without a pause", signals_without_pause, None
    yield "script/a copy of the tree", copy_of_tree, "i386"
    yield WHOLE, whole_copy_of_tree, "i386"
    yield "script/an ISO made twice", made_twice, "i386"
    yield "script/libraries in an archive", libraries, None
    yield "script/list of programs", lists_programs, None

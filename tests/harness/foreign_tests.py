"""Tests with programs as other people write them: their names, their errors, the headers they expect."""
import contextlib
import io
import json
import os
import shutil
import time

from harness import forked
from harness.failures import KILLED, PATIENCE, judge
from tally import build, programs_image
from tally.entry import UNABLE
from tally.image import ImageError
from tally.serial import BUILD_FAILED, NO_PROGRAM

IMAGES = build.default_folder("i386")
FOLDERS = build.base / "foreign-tests"
STRANGE = "pro grams;$HOME #\"'"
LONGEST, TOO_LONG = 63 * "n", 64 * "n"
PRINTS = '#include <stdio.h>\nint main(void) {{ puts("this is {}"); return 7; }}\n'

# Names of our servers, kernel tests, programs and targets, or names that are special to shells or CMake.
NAMES = ["mem", "init", "t_kernel_ipc", "bench_kernel", "hello", "t_fork", "generated", "all", "a-b", "A-B", "+",
         "v1.2", "a=b", "--", LONGEST]
LEFT_OUT = ["a b", "é", "it's", TOO_LONG]

# Runs the programs with these names and those that test headers, and prints how each ended.
EVERY = """
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
static const char *const names[] = {%s};
int main(void)
{
    int status = 0;
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        char *arguments[] = {(char *)names[i], NULL};
        if (fork() == 0) {
            execv(names[i], arguments);
            _exit(99);
        }
        wait(&status);
        printf("status %%d\\n", WEXITSTATUS(status));
    }
    return 0;
}
""" % ", ".join(f'"{name}"' for name in [*NAMES, "proc", "t_kernel_vm", "a b", "standard", "xv6", "habits"])

HABITS = """
#include <stdio.h>
static int compare(const char *a, const char *b) { return *a - *b; }
static int (*how)(const void *, const void *) = compare;
add(a, b) int a; int b; { return a + b; }
none() { return; }
void some() { return 1; }
static number = 3;
main()
{
    char *pointer = 5;
    int *other = pointer, from = "text";
    (void)how, (void)other, (void)from;
    none(1), some(2);
    printf("%d\\n", add(number, 4));
    return later(2);
}
later(n) { return n; }
"""

STANDARD = """
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
#include "types.h"
#include "deep/one.h"
#if O_CREAT != 0x40 || O_EXCL != 0x80 || O_TRUNC != 0x200 || O_APPEND != 0x400 || defined(O_CREATE)
#error this is not the standard <fcntl.h>
#endif
int main(void) { mine x = (mine)strlen("three"); return TWO + (int)x - 5; }
"""

XV6 = """
#include "types.h"
#include "stat.h"
#include "user.h"
#include "fcntl.h"
#if O_CREATE != 0x200 || defined(O_CREAT)
#error this is not the "fcntl.h" of xv6
#endif
int main(int argc, char *argv[]) { uint x = argc; printf(1, "%d of xv6\\n", x); exit(); }
"""

# It defines names that musl uses for other things; the first is also a function known to the compiler.
NAMES_OF_MUSL = """
#include "types.h"
#include "stat.h"
#include "user.h"
#include "fcntl.h"
int stdout = 1, log, index, snprintf, environ = 5, errno = 6, fflush = 7, calloc = 8, mmap = 9, buf[9], name, time;
uint rand() { return 10; }
void uio(void) {}
char *getenv(int number) { return (char *)number; }
int read_char(char *c) { return read(0, c, 1); }
int main(int argc, char *argv[])
{
  char *start = sbrk(0), *block = malloc(10001), c, line[9];
  printf(stdout, "%d %x %p %s %c%%\\n", -1, 0xab, 0x10, name, '?');
  block[10000] = 3;
  if(sbrk(10) != start || sbrk(-10) != start + 10)
    printf(1, "malloc and sbrk have the same memory\\n");
  printf(1, "%d %d %d %d\\n", open("a", O_CREATE | O_RDWR), read_char(&c), gets(line, 9)[0], strlen(line));
  printf(1, "%d\\n", environ + errno + fflush + calloc + mmap + rand() + (int)getenv(1) + index + log + snprintf + time);
  exit();
}
"""

SOURCES = {
    **{name: PRINTS.format(name) for name in NAMES + LEFT_OUT},
    "every": EVERY, "habits": HABITS, "standard": STANDARD, "xv6": XV6, "names_of_musl": NAMES_OF_MUSL,
    "faults": "int main(void)\n{ *(volatile int *)16 = 1; return 0; }\n",
    "refused": "int main(void)\n{ return undeclared; }\n",
    "missing": "int main(void)\n{ return nobody_has_this(1); }\n",
    "twice": "int f(void) { return 1; }\nint f(void) { return 2; }\nint main(void) { return 0; }\n",
    "no_main": "int x;\n",
    "no_main_of_xv6": '#include "types.h"\n#include "user.h"\nvoid f(void) { exit(); }\n',
}
HEADERS = {
    "user.h": "#error this folder's user.h\n", "string.h": "#error this folder's string.h\n",
    "types.h": "typedef unsigned int uint;\ntypedef int mine;\n",
    "deep/one.h": '#include "two.h"\n', "deep/two.h": "#define TWO 2\n",
}


def write_programs(folder, programs):
    (folder / "deep").mkdir(parents=True)
    for name in programs:
        (folder / f"{name}.c").write_text(SOURCES[name])
    for name, text in HEADERS.items():
        (folder / name).write_text(text)
    (folder / "deep/no_program.c").write_text("#error this is no program\n")
    (folder / ".#hello.c").symlink_to("nowhere")


class Folder:
    """A folder of programs, and that of their image; run() yields results."""

    def __init__(self, name, programs):
        self.path = FOLDERS / name / STRANGE
        self.build = programs_image.folder_of(self.path, IMAGES)
        for old in (self.path, self.build):
            shutil.rmtree(old, ignore_errors=True)
        write_programs(self.path, programs)

    def run(self, name, status, says=(), writes=None, not_says=(), how=("--kernel",)):
        done = forked.run("run", ["--build-dir", str(IMAGES), *how, "--programs", str(self.path), "--", name], PATIENCE)
        for what, passed, details in judge(status, done.returncode, says, done.stderr.splitlines(), writes, done.stdout):
            yield f"{name}: {what}", passed, details
        for text in not_says:
            yield f"{name}: does not say {text}", text not in done.stderr, done.stderr


REFUSED = (r".*/refused.c:2:\d+: error: .*undeclared.*", "tally: .*/refused.c does not compile as a program; .*")
OTHERS = ("ld.lld: error: undefined symbol: nobody_has_this",
          "tally: .*/missing.c cannot be linked as a program; the linker's messages are above",
          "tally: .*/twice.c does not compile as a program; .*",
          "tally: .*/no_main.c cannot be linked as a program; it has no main",
          "tally: .*/no_main_of_xv6.c cannot be linked as a program; it has no main")


def names(folder):
    """A program may have any name that something else has."""
    left_out = [rf"tally: .*/{name}\.c is left out: a program's name has .*" for name in LEFT_OUT]
    yield from folder.run("every", 0, [*left_out, *REFUSED, *OTHERS],
                          "".join(f"this is {name}\nstatus 7\n" for name in NAMES) + 3 * "status 99\n" +
                          "status 2\n1 of xv6\nstatus 0\n7\nstatus 2\n")  # standard, xv6, old habits
    for name in ("mem", "t_kernel_ipc", "a=b", "--"):
        yield from folder.run(name, 7, writes=f"this is {name}\n")
    yield from folder.run("names_of_musl", 0, writes="-1 AB 10 (null) ?%\n3 0 0 0\n46\n")
    yield from folder.run("proc", NO_PROGRAM, ("run: there is no program proc; scripts/run --programs .* --list lists .*",), "")
    yield from folder.run("faults", KILLED, (r"faults \(pid \d+\): killed: .* eip 0x\w+ main .*/faults.c:2",))


def broken(folder):
    """Programs that fail to build are named, in a line each after their messages, and stop nothing else."""
    earlier = [f"tally: {name}.c could not be built, as before: .*error: .*" for name in ("missing", "twice", "no_main", "no_main_of_xv6")]
    yield from folder.run("refused", BUILD_FAILED, [*REFUSED, *earlier, "run: refused could not be built; the reason is above"], "",
                          ("no_program",))
    yield from folder.run("hello", 7, [*earlier, "tally: refused.c could not be built, as before: .*undeclared.*"], not_says=("above",))


def write_before(file, text):
    """Writes a file with an old time, as results of a build during which a file was written are not kept."""
    file.write_text(text)
    os.utime(file, (time.time() - 1, time.time() - 1))


def changes(folder):
    """What was built before a change is not run; what did not change is not built."""
    hello = folder.path / "hello.c"
    yield from folder.run("hello", 7, writes="this is hello\n")
    built = (folder.build / "foreign/mem.elf").stat().st_mtime_ns
    hello.write_text("int main(void) { return undeclared; }\n")
    yield from folder.run("hello", BUILD_FAILED, ("run: hello could not be built; the reason is above",), "")
    hello.write_text('#include "deep/two.h"\nint main(void) { return TWO; }\n')
    yield from folder.run("hello", 2)
    (folder.path / "deep/two.h").write_text("#define TWO 22\n")
    yield from folder.run("hello", 22)
    hello.write_text('#include "fcntl.h"\nint main(void) { return O_RDWR; }\n')
    yield from folder.run("hello", 2)
    (folder.path / "fcntl.h").write_text("#define O_RDWR 33\n")  # replaces xv6's
    yield from folder.run("hello", 33)
    (folder.path / "fcntl.h").unlink()
    hello.unlink()
    yield from folder.run("hello", 0, writes="hello: process 1, 0 arguments\n")  # our program
    write_before(folder.path / "broken_first.c", '#include "later.h"\nint main(void) { return LATER; }\n')
    yield from folder.run("broken_first", BUILD_FAILED, ("tally: .*/broken_first.c does not compile as a program; .*",), "")
    as_before = "tally: broken_first.c could not be built, as before: .*'later.h' file not found"
    yield from folder.run("mem", 7, (as_before,), not_says=("above",))
    (folder.path / "deep/later.h").write_text("#define LATER 3\n")  # not in the search path
    yield from folder.run("mem", 7, (as_before,))
    write_before(folder.path / "later.h", '#include "last.h"\n#ifndef LATER\n#error no LATER\n#endif\n')
    yield from folder.run("broken_first", BUILD_FAILED, (".*'last.h' file not found", "tally: .*/broken_first.c does not compile as a program; .*"), "")
    yield from folder.run("mem", 7, ("tally: broken_first.c could not be built, as before: .*'last.h' file not found",))
    (folder.path / "last.h").write_text("#define LATER 4\n")
    yield from folder.run("broken_first", 4)
    (folder.path / "all.c").unlink()
    (folder.path / "every.c").rename(folder.path / "each.c")
    yield from folder.run("each", 0)
    yield from folder.run("all", NO_PROGRAM)
    yield "unchanged programs are not built", (folder.build / "foreign/mem.elf").stat().st_mtime_ns == built, ""


def hidden_changes(folder):
    """Changes that the times of previously used files do not show."""
    source, ours = folder.path / "hidden.c", folder.path / "servers/lib/archive.h"
    source.write_text('#include "servers/lib/archive.h"\n#ifndef HERE\n#define HERE 1\n#endif\nint main(void) { return HERE; }\n')
    yield from folder.run("hidden", 1)
    ours.parent.mkdir(parents=True)
    ours.write_text("#define HERE 5\n")  # replaces the system's
    yield from folder.run("hidden", 5)
    later = 1 << 32  # written while the compiler ran, and again within the same tick of the clock
    os.utime(ours, (later, later))
    yield from folder.run("hidden", 5)
    ours.write_text("#define HERE 6\n")
    os.utime(ours, (later, later))
    yield from folder.run("hidden", 6)
    shutil.rmtree(folder.path / "servers")
    kept = json.loads((folder.build / "foreign/mem.json").read_text())["stamps"]
    yield "the linker's script is among the inputs", any(path.endswith("boot/musl.ld") for path in kept), f"{kept}"


def image_changes(folder):
    """Missing parts of the image are made again, and everything if the system has changed. The ISO is made when it is
    booted, from the current files."""
    archive, iso, mark = folder.build / "boot/archive", folder.build / "tally.iso", folder.build / programs_image.MADE_OF
    as_iso = {"writes": "this is mem\n", "how": ()}
    yield from folder.run("mem", 7)
    archive.unlink()
    yield from folder.run("mem", 7, writes="this is mem\n")
    yield "without GRUB no ISO is made", not iso.exists(), ""
    yield from folder.run("mem", 7, **as_iso)
    before = iso.stat().st_mtime_ns
    yield from folder.run("mem", 7, **as_iso)
    yield "a valid ISO is kept", iso.stat().st_mtime_ns == before, ""
    mark.write_text(mark.read_text().rsplit("\n", 2)[0] + "\n0\n")  # from a system built at another time
    yield from folder.run("mem", 7, **as_iso)
    yield "the ISO of another system is made again", iso.stat().st_mtime_ns > before, ""
    (folder.path / "mem.c").write_text(PRINTS.format("another"))
    yield from folder.run("mem", 7, writes="this is another\n")
    yield "the ISO of other programs is removed", not iso.exists(), ""


@contextlib.contextmanager
def replaced(module, name, function):
    before = getattr(module, name)
    setattr(module, name, function)
    try:
        yield
    finally:
        setattr(module, name, before)


def image_that_cannot_be_made(folder):
    """A failing tool is not reported as a wrong option, and the next run makes what it could not."""
    raised = None

    def fails(*_):
        raise ImageError("it fails")
    with replaced(programs_image, "make_iso", fails), contextlib.redirect_stderr(io.StringIO()):
        try:
            programs_image.make(folder.path, IMAGES)
        except build.BuildError as error:
            raised = error
    yield "a failure to make the ISO is reported as a failed build", raised and (str(raised), raised.status) == ("tally: it fails", UNABLE), f"{raised}"
    yield from folder.run("mem", 7, writes="this is another\n", how=())


FEW = ("mem", "hello", "all", "every", "standard", "refused")
STEPS = {"programs": (SOURCES, names, broken), "changes": (FEW, changes, hidden_changes),
         "images": (("mem",), image_changes, image_that_cannot_be_made)}


def in_turn(name, programs, *steps):
    def run():
        folder = Folder(name, programs)
        for step in steps:
            yield from step(folder)
    return run


def foreign_tests():
    """(name, function) of each test."""
    return [(f"foreign/{name}", in_turn(name, *rest)) for name, rest in STEPS.items()]

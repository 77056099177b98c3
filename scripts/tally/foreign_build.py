"""Builds programs from outside of the tree: each *.c of a folder is one; the folder's other files are data for them.

A program that fails to build stops no other: its errors are shown, the list (tally/foreign.py) marks it as broken, and
its older file is removed.

A program uses the standard C library unless "user.h" renames its main: then it is one for xv6. Such a program is
compiled again with flags that let it define functions of any name, and is not linked with the standard programs' part.
"""
import functools
import json
import os
import pathlib
import re
import time

from tally import foreign, parallel, processes
from tally.entry import ScriptError
from tally.interface import ROOT
from tally.output import replace_file, write_if_changed
from tally.program import Program, ProgramError
from tally.record import record

XV6 = ROOT / "libuser/xv6"
XV6_MAIN = b"\0xv6_main\0"  # in an object's symbol names
CLOCK = 10_000_000  # ns: the accuracy of files' times
NOT_DATA = (".c", ".h", ".o", ".d", ".S", ".s", ".asm")  # a folder's other files that are not copied
DEPTH = 4  # the number of folders in a header's name that are tracked
SHARES = 4  # batches per processor
ERROR = re.compile(r"^.*\berror: .*|^tally: .*", re.M)
NO_MAIN = re.compile(r"undefined symbol: (xv6_)?main$", re.M)
NAME_RULE = f"a program's name has at most {foreign.NAME_MAX} printable ASCII characters, without blanks and quotes"

# Compilers differ in what they refuse of older C. As with xv6's compiler, only what C itself forbids is an error; the
# linker reports a function that does not exist.
HABITS = ["-std=gnu11", "-Wno-unknown-warning-option", *(f"-Wno-error={kind}" for kind in (
    "implicit-function-declaration", "implicit-int", "int-conversion", "incompatible-pointer-types",
    "incompatible-function-pointer-types", "return-type", "return-mismatch"))]
HABITS_OF_XV6 = ["-fno-builtin", "-Wno-return-type"]


@record
class Tools:
    folder: pathlib.Path  # of the programs
    output: pathlib.Path
    generated: pathlib.Path
    compile: list  # the command, without file names
    link: list
    inputs: list  # files linked with each program, after its own
    standard: list  # further files linked with a standard program

    def includes(self):
        """<x.h> is the library's; "x.h" may be the folder's own, then xv6's, then a path from our root."""
        quoted = [self.folder, XV6, ROOT, self.generated]
        return [*(word for path in quoted for word in ("-iquote", str(path))), "-idirafter", str(self.folder)]

    def files(self):
        """The files that the commands name: tools, the linker script, libraries."""
        words = {*self.compile, *self.link, *self.inputs, *self.standard}
        return sorted(word for word in words if word.startswith("/") and os.path.isfile(word))

    def overlay(self):
        """Makes "user.h" ours even if the folder has one, whichever file includes it."""
        theirs, file = self.folder / "user.h", self.output / "overlay.yaml"
        if not theirs.exists():
            return []
        write_if_changed(file, json.dumps({"version": 0, "case-sensitive": "true", "roots": [
            {"type": "file", "name": str(theirs), "external-contents": str(XV6 / "user.h")}]}))
        return ["-ivfsoverlay", str(file)]

    def commands(self, file):
        """What compiles and what links it, in the standard world and in xv6's. They run in the output's folder: LLD takes a %
        in the name of an output for any letter."""
        made = {kind: f"./{file.stem}.{kind}" for kind in ("o", "d", "elf")}
        compile_it = [*self.compile, *HABITS, *self.includes(), *self.overlay(),
                      "-MD", "-MF", made["d"], "-MT", "x", "-c", str(file), "-o", made["o"]]
        link = [*self.link, made["o"], *self.inputs, "-o", made["elf"]]
        return [[compile_it, [*link, *self.standard]], [[*compile_it, *HABITS_OF_XV6], link]]


@record
class Result:
    name: str
    good: bool
    messages: str = ""
    fresh: bool = True  # built now, not kept from before

    def report(self, wanted):
        """The messages: all of them if it is fresh or wanted; else, if it is still broken, its first error."""
        if self.fresh or self.good or self.name == wanted:
            return self.messages.rstrip("\n")
        first = ERROR.search(self.messages)
        return f"tally: {self.name}.c could not be built, as before" + f": {first[0]}" * bool(first)


# ------------------------------------------------------------------------------------- is it up to date?

def stamp(path):
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None


def dependencies(path):
    """The files that a make rule names: a backslash escapes blanks and #, and $ escapes $."""
    words = re.findall(r"(?:\\.|[^\s\\])+", path.read_text(errors="surrogateescape").replace("\\\n", " "))
    return [re.sub(r"\\([ #])", r"\1", word).replace("$$", "$") for word in words[1:]]


def shadows(tools, stamps):
    """Headers of the folder that shadow, or could come to shadow, one that a program has used."""
    names = {os.sep.join(path.split(os.sep)[-parts:]) for path in stamps for parts in range(1, DEPTH + 1)}
    return sorted(name for name in names if os.path.exists(tools.folder / name))


def key(tools, file, stamps):
    """What decides how a program is built, and from which files."""
    return [*tools.commands(file), shadows(tools, stamps)]


def kept_result(tools, file):
    """The last Result, if building again would give the same."""
    state, program = tools.output / f"{file.stem}.json", foreign.elf(tools.output, file.stem)
    try:
        kept = json.loads(state.read_text())
    except (OSError, ValueError):
        return None
    stamps = kept["stamps"]
    same = "messages" in kept and kept["key"] == key(tools, file, stamps) and program.exists() == kept["good"] and \
        all(stamp(path) == was for path, was in stamps.items())
    return Result(file.stem, kept["good"], "" if kept["good"] else kept["messages"], fresh=False) if same else None


# ------------------------------------------------------------------------------------------------ building

def run(command, folder):
    """(whether it worked, its output)"""
    done = processes.run(command, cwd=folder, stderr=processes.STDOUT)
    return done.returncode == 0, done.stdout


def is_of_xv6(compiled, made):
    """Whether a compiled or failed program is one for xv6."""
    if compiled:
        return XV6_MAIN in made.with_suffix(".o").read_bytes()
    rule = made.with_suffix(".d")
    return rule.exists() and str(XV6 / "user.h") in dependencies(rule)


def make(file, commands, program):
    """(whether it worked, the messages)"""
    (compile_it, link), of_xv6 = commands
    compiled, messages = run(compile_it, program.parent)
    if is_of_xv6(compiled, program):
        compile_it, link = of_xv6
        compiled, messages = run(compile_it, program.parent)
    if not compiled:
        return False, f"{messages}tally: {file} does not compile as a program; the compiler's messages are above"
    linked, more = run(link, program.parent)
    if not linked:
        why = "it has no main" if NO_MAIN.search(more) else "the linker's messages are above"
        return False, f"{messages}{more}tally: {file} cannot be linked as a program; {why}"
    try:
        Program(program)
    except ProgramError as error:
        return False, f"{messages}{more}tally: {file} is no program: {error}"
    return True, messages + more


def absent_headers(compile_it, rule):
    """The paths at which missing headers could appear. The compiler writes no rule if a header is missing, unless an option
    says that missing headers are generated files: then the rule has their names as in the source."""
    run([word for option in compile_it for word in (["-M", "-MG"] if option == "-MD" else [option])], rule.parent)
    if not rule.exists():
        return []
    files = dependencies(rule)
    missing = [file for file in files if stamp(file) is None]
    folders = {os.path.dirname(file) for file in set(files) - set(missing)} | set(filter(os.path.isdir, compile_it))
    return [os.path.join(folder, file) for folder in folders for file in missing]


def build(tools, file):
    state, rule, program = (tools.output / f"{file.stem}.{kind}" for kind in ("json", "d", "elf"))
    for made in (state, rule, program):
        made.unlink(missing_ok=True)
    commands, began = list(tools.commands(file)), time.time_ns() - CLOCK
    stamps = {path: stamp(path) for path in [str(file), *tools.files()]}
    good, messages = make(file, commands, program)
    if not good:
        program.unlink(missing_ok=True)
    absent = [] if rule.exists() else absent_headers(commands[0][0], rule)
    if rule.exists():
        stamps = {**{path: stamp(path) for path in dependencies(rule) if not absent or stamp(path)}, **stamps}
    is_known = rule.exists() and not any(map(stamp, absent))
    if is_known and all(when and when < began for when in stamps.values()):  # else one was written meanwhile
        stamps.update(dict.fromkeys(absent))
        state.write_text(json.dumps({"key": key(tools, file, stamps), "stamps": stamps, "good": good, "messages": messages}))
    return Result(file.stem, good, messages)


def sources(folder, tell):
    """The files that can be programs; reports the others. Hidden files are editors'."""
    for file in sorted(folder.glob("*.c")):
        if not foreign.may_be_program(file):
            continue
        if foreign.is_name(file.stem):
            yield file
        else:
            tell(f"tally: {file} is left out: {NAME_RULE}")


def build_each(tools, files):
    return [build(tools, file) for file in files]


def built_at_once(tools, files):
    """A Result for each file. Starting a process takes long, so each builds several, but few enough to show
    progress."""
    processors = len(os.sched_getaffinity(0))
    several = 1 + len(files) // (SHARES * processors)
    jobs = [parallel.Job(functools.partial(build_each, tools, files[i:i + several])) for i in range(0, len(files), several)]
    for _, found in parallel.run_all(jobs, processors):
        if not isinstance(found, list):
            raise found or ScriptError("tally: a process that built programs was killed")
        yield from found


def results(tools, files):
    """A Result for each file, as they come: first those that did not change."""
    stale = []
    for file in files:
        if kept := kept_result(tools, file):
            yield kept
        else:
            stale.append(file)
    yield from built_at_once(tools, stale) if len(stale) > 1 else build_each(tools, stale)


def remove_others(output, names):
    """Removes outputs of deleted sources."""
    for program in output.glob("*.elf"):
        if program.stem not in names:
            program.unlink()


def data_files(folder, tell):
    """The folder's other files, for programs to read, without those of which programs are built."""
    for file in sorted(folder.iterdir()):
        if file.suffix in NOT_DATA or not foreign.may_be_program(file):
            continue
        if not foreign.is_name(file.name):
            tell(f"tally: {file} is left out: {NAME_RULE}")
        elif file.stat().st_size > foreign.FILE_BYTES_MAX:
            tell(f"tally: {file} is left out: it is larger than {foreign.FILE_BYTES_MAX >> 20} MiB")
        else:
            yield file


def copy_data(tools, tell):
    """Copies the data files to the output's folder; returns the copies."""
    target = tools.output / foreign.FILES
    target.mkdir(exist_ok=True)
    copies = {target / file.name: file for file in data_files(tools.folder, tell)}
    for old in set(target.iterdir()) - set(copies):
        old.unlink()
    for copy, file in copies.items():
        bytes_now = file.read_bytes()
        if not (copy.exists() and copy.read_bytes() == bytes_now):
            replace_file(copy, bytes_now)
    return sorted(copies)


def write_list(output, made, copies):
    lines = [f"good {r.name} {stamp(foreign.elf(output, r.name))}" if r.good else f"broken {r.name}" for r in made]
    lines += [f"file {copy.name} {stamp(copy)}" for copy in copies]
    write_if_changed(output / foreign.LIST, "".join(line + "\n" for line in lines))


def read_tools(commands, folder, output):
    """Reads the commands, which programs/CMakeLists.txt has written: a word a line, `--` between the parts."""
    parts = [part.strip("\n").split("\n") for part in commands.read_text(encoding="utf-8").split("\n--\n")]
    return Tools(folder, output.resolve(), commands.parent / "generated", *parts)


def build_all(tools, tell, step=lambda done, files, name: None, wanted=None):
    """Builds what has changed; calls tell(TEXT) with messages, most about the program `wanted`, and step(N, FILES,
    NAME) after each file."""
    files = list(sources(tools.folder, tell))
    if not files:
        raise ScriptError(f"tally: there is no *.c in {tools.folder}")
    made = {}
    for result in results(tools, files):
        made[result.name] = result
        if result.fresh:
            step(len(made), len(files), result.name)
        if messages := result.report(wanted):
            tell(messages)
    remove_others(tools.output, made)
    write_list(tools.output, [made[name] for name in sorted(made)], copy_data(tools, tell))

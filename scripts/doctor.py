#!/usr/bin/env python3
"""Lists the tools on this machine with their versions, and says what to do about missing or old ones.

Environment variables choose other commands: CC, LD, NASM, GRUB_MKRESCUE, XORRISO; MUSL names a folder. Exit status: 1
if something is missing or unfit.
"""
from tally import entry

import os
import pathlib
import shutil

from tally import configured, musl, options, packages, tools

GROUPS = [("to build", packages.BUILD), ("to run", packages.RUN), ("to test", packages.TEST)]
CMAKE_NAMES = {"TALLY_CC": tools.CC, "TALLY_LD": tools.LD, "CMAKE_ASM_NASM_COMPILER": tools.NASM,
               "LLVM_STRIP": tools.STRIP, "GRUB_MKRESCUE": tools.GRUB_MKRESCUE, "XORRISO": tools.XORRISO,
               "BUILTINS": packages.BUILTINS, "GRUB_FONT": packages.FONT}


def folder_to_be(text):
    if not pathlib.Path(text).name:
        options.refuse("it is the name of a folder", text)
    return pathlib.Path(text)


def parse():
    parser = options.Parser("doctor", __doc__)
    parser.add_argument("--cmake", metavar="DIR", type=folder_to_be,
                        help="print the tools as CMake variables, and record them in the build folder DIR")
    return parser.parse_args()


def cmake_lines():
    """Quotes paths so that CMake takes them literally."""
    for name, tool in CMAKE_NAMES.items():
        if path := tool.path():
            yield f"set({name} [==[{path}]==] CACHE FILEPATH [==[{tool.use}]==])"


def state(tool):
    if not tool.path():
        return "MISSING"
    return "UNFIT" if tool.problem() else "ok"


def row(tool):
    least = tools.least_of(tool)
    version = tool.version_text() if tool.path() else "-"
    return (f"  {state(tool):8} {tool.label():28} {version:10} {'at least ' + least if least else '':16} "
            f"{tool.variable:14} {tool.use}").rstrip()


def show(problems, absent):
    print()
    for problem in problems:
        print(f"Unfit: {problem}")
    if absent and shutil.which("apt-get"):
        print(f"Missing: sudo apt-get {' '.join(packages.install_words(packages.names(absent)))}\n"
              "(scripts/run and scripts/test do that themselves.)")
    elif absent:
        print("\n  ".join(["Missing; the packages are", *packages.by_hand(absent)]))


def main():
    if folder := parse().cmake:
        configured.note(folder)
        print("\n".join(cmake_lines()))
        return 0
    for title, wanted in GROUPS:
        print("\n".join([f"{title}:", *map(row, wanted)]))
    print(f"the C library:\n  {musl.state()}")
    wanted = [tool for _, group in GROUPS for tool in group]
    problems = [problem for tool in wanted if (problem := tool.problem())]
    problems += filter(None, [musl.problem()])
    problems += [f"{tool.variable}={os.environ[tool.variable]}: there is no such command"
                 for tool in wanted if os.environ.get(tool.variable) and not tool.path()]
    absent = [tool for tool in packages.missing(wanted) if not (tool.of_compiler() and tools.CC.problem())]
    if problems or absent:
        show(problems, absent)
    return int(bool(problems or absent))


entry.run("doctor", main, unable=1)

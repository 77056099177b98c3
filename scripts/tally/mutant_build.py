"""Builds the tree with one changed file, beside the tree and its build folder: runs the commands that Ninja would run
again, in a folder of links to everything else. So nothing is built twice, and several such builds can run at the same
time.

    PLACE/tree      links to the sources, and the changed file
    PLACE/PRESET    links to the contents of the build folder, and what the change replaces
"""
import dataclasses
import functools
import json
import os
import pathlib
import re

from tally import build, copies, processes
from tally.interface import ROOT

EDGE = re.compile(r"^build (.*?): (\S+)(.*)$", re.M)  # in build.ninja: outputs, rule, inputs
NAME = re.compile(r"(?:[^ $]|\$.)+")
DEPS = re.compile(r"^(\S.*?): #deps .*\n((?:    .*\n)*)", re.M)  # in the output of ninja -t deps
LEFT_OUT = ("build.ninja", "CMakeCache.txt", ".ninja_log", ".ninja_deps", ".lock", "image", "outside")
COMMANDS = "foreign.commands"  # the commands for programs from outside: a text with names of files
LIMIT = 600  # seconds for a command


@dataclasses.dataclass
class Graph:
    """What Ninja knows about a build folder, with its names."""
    inputs: dict  # {output: its inputs, including headers}
    commands: dict  # {output: the shell command that makes it}
    together: dict  # {output: all outputs of the same command}


def names(text):
    if "$" not in text:
        return text.split()
    return [re.sub(r"\$(.)", r"\1", name) for name in NAME.findall(text)]


@functools.cache
def graph(folder):
    """The Graph of a folder that has been built."""
    inputs, together = {}, {}
    for outputs, _, rest in EDGE.findall((folder / "build.ninja").read_text(encoding="utf-8")):
        for output in names(outputs):
            together[output] = [name for name in names(outputs) if name != "|" and "{" not in name]
            inputs[output] = [name for name in names(rest.split(" || ")[0]) if name != "|"]
    for output, lines in DEPS.findall(processes.output(["ninja", "-C", str(folder), "-t", "deps"])):
        inputs.setdefault(output, []).extend(line.strip().removeprefix(f"{folder}/") for line in lines.splitlines())
    listed = json.loads(processes.output(["ninja", "-C", str(folder), "-t", "compdb"]))
    return Graph(inputs, {edge["output"]: edge["command"] for edge in listed}, together)


def outdated(of, targets, changed):
    """The outputs that depend on `changed` and that the targets need, each after its own inputs."""
    found, seen = [], {}

    def visit(name):
        if name not in seen:
            seen[name] = name == changed
            seen[name] |= any([visit(each) for each in of.inputs.get(name, ())])
            if seen[name] and of.commands.get(name):
                found.append(name)
        return seen[name]

    for target in targets:
        visit(target)
    return found


def link_beside(source, place, files, left_out=()):
    """Links to everything in `source`, at `place`, except `files`, names below `source`. Only the folders on the way to
    them are real folders there; the fewer there are, the faster they are made and removed."""
    ways = {str(way) for name in files for way in pathlib.PurePath(name).parents}
    for way in sorted(ways):
        (place / way).mkdir(parents=True, exist_ok=True)
        for entry in os.scandir(source / way):
            name = os.path.normpath(os.path.join(way, entry.name))
            if name not in ways and name not in files and name not in left_out:
                (place / name).symlink_to(entry.path)


def link_tree(place, changed, text):
    others = {name for name in os.listdir(ROOT) if name not in copies.PARTS}
    link_beside(ROOT, place, [changed], others)
    copies.link_fetched(place)
    (place / changed).write_text(text, encoding="utf-8")


def link_build(folder, place, fresh, moved):
    """The build folder at `place`; `moved` replaces names in its commands, and `fresh` are the files to be made."""
    link_beside(folder, place, [*fresh, COMMANDS, build.MADE], LEFT_OUT)
    (place / build.MADE).touch()
    if (folder / COMMANDS).exists():
        (place / COMMANDS).write_text(moved((folder / COMMANDS).read_text(encoding="utf-8")), encoding="utf-8")


def link_unchanged(preset, place):
    """Like make() without a change."""
    link_build(build.default_folder(preset).resolve(), place / preset, [], str)


def make(preset, targets, place, changed):
    """Makes the targets, names in the build folder, with `changed` as link_tree() has put it there. Returns None, or
    the tools' output after an error. Warnings, such as of something unused, are no errors."""
    folder = build.default_folder(preset).resolve()
    of, instead = graph(folder), {str(folder): str(place / preset), str(ROOT): str(place / "tree"), " -Werror ": " "}
    pattern = re.compile("|".join(map(re.escape, instead)))  # one pass, as the folder's name may begin with the tree's
    moved = functools.partial(pattern.sub, lambda match: instead[match[0]])
    fresh = outdated(of, targets, str(ROOT / changed))
    link_build(folder, place / preset, [name for output in fresh for name in of.together[output]], moved)
    for output in fresh:
        done = processes.run(["sh", "-c", moved(of.commands[output])], LIMIT, cwd=place / preset)
        if done.returncode:
            return done.stdout + done.stderr
    return None

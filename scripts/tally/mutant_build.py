"""Builds the tree with one changed file, beside the tree and its build folder: runs the commands that Ninja would run
again, in a folder of links to everything else. So nothing is built twice, and several such builds can run at the same
time.

    FOLDER/tree      links to the sources, and the changed file
    FOLDER/PRESET    links to the contents of the build folder, and what the change replaces
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


def link_beside(source, target, files, left_out=()):
    """Makes links in `target` to everything in `source` except `files`, which are paths below `source`. Only parents of
    `files` become real folders; the fewer there are, the faster they are made and removed."""
    parents = {str(parent) for name in files for parent in pathlib.PurePath(name).parents}
    for parent in sorted(parents):
        (target / parent).mkdir(parents=True, exist_ok=True)
        for entry in os.scandir(source / parent):
            name = os.path.normpath(os.path.join(parent, entry.name))
            if name not in parents and name not in files and name not in left_out:
                (target / name).symlink_to(entry.path)


def link_tree(tree, changed, text):
    others = {name for name in os.listdir(ROOT) if name not in copies.PARTS}
    link_beside(ROOT, tree, [changed], others)
    copies.link_fetched(tree)
    (tree / changed).write_text(text, encoding="utf-8")


def link_build(source, target, fresh, moved):
    """Makes links in `target` to the build folder `source`, except to the `fresh` files, which are to be made. moved(TEXT)
    replaces the folders' names in commands."""
    link_beside(source, target, [*fresh, COMMANDS, build.MADE], LEFT_OUT)
    (target / build.MADE).touch()
    if (source / COMMANDS).exists():
        (target / COMMANDS).write_text(moved((source / COMMANDS).read_text(encoding="utf-8")), encoding="utf-8")


def link_unchanged(preset, folder):
    """Like make() without a change."""
    link_build(build.default_folder(preset).resolve(), folder / preset, [], str)


def make(preset, targets, folder, changed):
    """Makes the targets, which are names in the build folder, with `changed` from FOLDER/tree, where link_tree() has
    put it. Returns None, or the tools' output after an error. Warnings, such as of something unused, are no errors."""
    built = build.default_folder(preset).resolve()
    of, instead = graph(built), {str(built): str(folder / preset), str(ROOT): str(folder / "tree"), " -Werror ": " "}
    pattern = re.compile("|".join(map(re.escape, instead)))  # one pass, as the folder's name may begin with the tree's
    moved = functools.partial(pattern.sub, lambda match: instead[match[0]])
    fresh = outdated(of, targets, str(ROOT / changed))
    link_build(built, folder / preset, [name for output in fresh for name in of.together[output]], moved)
    for output in fresh:
        done = processes.run(["sh", "-c", moved(of.commands[output])], LIMIT, cwd=folder / preset)
        if done.returncode:
            return done.stdout + done.stderr
    return None

"""Builds the tree with one file changed, beside the tree and its build folder: with the commands that Ninja would run
again, in a folder of links to everything else. Nothing is built twice, and any number of such can be made at the same time.

    PLACE/tree      links to the sources, and the changed file
    PLACE/PRESET    links to what the build folder has, and what came of the change
"""
import dataclasses
import functools
import json
import os
import re

from tally import build, copies, processes
from tally.interface import ROOT

EDGE = re.compile(r"^build (.*?): (\S+)(.*)$", re.M)  # of build.ninja: outputs, rule, inputs
NAME = re.compile(r"(?:[^ $]|\$.)+")
DEPS = re.compile(r"^(\S.*?): #deps .*\n((?:    .*\n)*)", re.M)  # of ninja -t deps
LEFT_OUT = ("build.ninja", "CMakeCache.txt", ".ninja_log", ".ninja_deps", ".lock", "image", "outside")
COMMANDS = "foreign.commands"  # what programs from outside are compiled with: text with names of files
LIMIT = 600  # seconds for a command


@dataclasses.dataclass
class Graph:
    """What Ninja knows of a build folder; names as it has them."""
    inputs: dict  # {output: what it is made of, headers, too}
    commands: dict  # {output: the shell's line that makes it}


def names(text):
    return [re.sub(r"\$(.)", r"\1", name) for name in NAME.findall(text)]


@functools.cache
def graph(folder):
    """Of a folder that has been built."""
    inputs = {}
    for outputs, _, rest in EDGE.findall((folder / "build.ninja").read_text(encoding="utf-8")):
        for output in names(outputs):
            inputs[output] = [name for name in names(rest.split(" || ")[0]) if name != "|"]
    for output, lines in DEPS.findall(processes.output(["ninja", "-C", str(folder), "-t", "deps"])):
        inputs.setdefault(output, []).extend(line.strip() for line in lines.splitlines())
    listed = json.loads(processes.output(["ninja", "-C", str(folder), "-t", "compdb"]))
    return Graph(inputs, {edge["output"]: edge["command"] for edge in listed})


def outdated(of, targets, changed):
    """The outputs that are made of `changed`, and of which the targets are made, each behind its own inputs."""
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


def link_all(source, place, left_out=()):
    """Folders are made, files are links."""
    for path, folders, files in os.walk(source):
        folders[:] = [name for name in folders if name not in left_out]
        here = place / os.path.relpath(path, source)
        here.mkdir(parents=True, exist_ok=True)
        for name in files:
            if name not in left_out:
                (here / name).symlink_to(os.path.join(path, name))


def link_tree(place, changed, text):
    for name in copies.PARTS:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            link_all(ROOT / name, place / name)
        else:
            (place / name).symlink_to(ROOT / name)
    (place / changed).unlink()
    (place / changed).write_text(text, encoding="utf-8")


def link_build(folder, place, moved):
    """The build folder at `place`, in which names are `moved`."""
    link_all(folder, place, LEFT_OUT)
    (place / build.MADE).touch()
    if (folder / COMMANDS).exists():
        (place / COMMANDS).unlink()
        (place / COMMANDS).write_text(moved((folder / COMMANDS).read_text(encoding="utf-8")), encoding="utf-8")


def make(preset, targets, place, changed):
    """Makes the targets, names in the build folder, with the file `changed` as link_tree() has put it there. Returns None, or what the tools said of an error. What is left unused is none."""
    folder = build.default_folder(preset).resolve()
    of, instead = graph(folder), {str(folder): str(place / preset), str(ROOT): str(place / "tree"), " -Werror ": " "}
    pattern = re.compile("|".join(map(re.escape, instead)))  # the folder's name may begin with the tree's
    moved = functools.partial(pattern.sub, lambda match: instead[match[0]])
    link_build(folder, place / preset, moved)
    for output in outdated(of, targets, str(ROOT / changed)):
        (place / preset / output).unlink(missing_ok=True)
        done = processes.run(["sh", "-c", moved(of.commands[output])], LIMIT, cwd=place / preset)
        if done.returncode:
            return done.stdout + done.stderr
    return None

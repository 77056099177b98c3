#!/usr/bin/env python3
"""Checks every #include of our files against docs/layers.txt, that there are no include cycles, that modules (x.c with x.h)
need each other only in a `circle` line of layers.txt, and that a file declares no function or variable that is defined only in
folders which its own folder may not include, except in its `up` lines."""
from tally import entry

import pathlib
import re

from tally.interface import ROOT, generated_headers

TOP_FOLDERS = ["kernel", "libuser", "programs", "servers", "tests"]
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<((?:' + "|".join(TOP_FOLDERS) + r')/[^>]+)>)', re.M)
CODE_FOLDERS = ["kernel", "libuser", "servers"]
# What a file declares or defines, at the beginning of a line.
DECLARED = re.compile(r"^(?!static|typedef|return)[a-z][\w *]*?\b(\w+)\([^;{}]*\)[^;{}]*;", re.M)
DEFINED = re.compile(r"^(?!static|typedef)(?:__attribute__\(\(\w+\)\) )?[a-z][\w *]*?\b(\w+)\([^;{}]*\)\s*\{", re.M)
DECLARED_DATA = re.compile(r"^extern ([^;{}]*);", re.M)
DEFINED_DATA = re.compile(r"^(?!static|extern|typedef|return|struct \w+;|enum)[a-z][\w ]*[ *](?:\(\*(?:const )?)?(\w+)(?:\[| =|;| __attribute__|,)", re.M)
LABEL = re.compile(r"^(\w+):", re.M)
FLAT = "libuser/xv6"  # headers include each other by bare name, like the programs that use them, and declare the C library
GENERATED = generated_headers()


def folder_of(name):
    return str(pathlib.PurePosixPath(name).parent)


def read_layers():
    """({folder: what it may include}, {header: higher folders that define what it declares}, [modules of a circle])"""
    layers, upward, circles = {}, {}, []
    for line in (ROOT / "docs/layers.txt").read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line:
            what, allowed = line.split(":")
            words = what.split()
            if words[0] == "circle":
                circles.append({f"{words[1]}/{name}" for name in allowed.split()})
            else:
                (upward if words[0] == "up" else layers)[words[-1]] = set(allowed.split())
    return layers, upward, circles


def read_includes():
    """{file: the files it includes}, all as paths from the root."""
    includes = {}
    for path in (p for top in TOP_FOLDERS for p in sorted((ROOT / top).rglob("*.[ch]"))):
        name = str(path.relative_to(ROOT))
        targets = [quoted or bracketed for quoted, bracketed in INCLUDE.findall(path.read_text(encoding="utf-8"))]
        if folder_of(name) == FLAT:
            targets = [t if "/" in t else f"{FLAT}/{t}" for t in targets]
        includes[name] = targets
    return includes


def refusals(name, targets, layers):
    folder = folder_of(name)
    if folder not in layers:
        yield f"{name}: its folder is not in docs/layers.txt"
        return
    for target in targets:
        if not (ROOT / target).exists() and target not in GENERATED:
            yield f"{name}: includes {target}, which is not a path from the root"
        elif folder_of(target) != folder and not {target, folder_of(target)} & layers[folder]:
            yield f"{name}: {folder} may not include {target}"


def declared(text):
    """The functions and variables that a text declares, functions with ()."""
    yield from (f"{name}()" for name in DECLARED.findall(text))
    for one in DECLARED_DATA.findall(text):
        pointer = re.search(r"\(\*(?:const )?(\w+)", one)
        if pointer or "(" not in one:
            yield from [pointer[1]] if pointer else (re.findall(r"\w+", part.split("[")[0])[-1] for part in one.split(","))


def defined(path, text):
    if path.endswith(".asm"):
        yield from (form for name in LABEL.findall(text) for form in (name, f"{name}()"))
    elif path.endswith(".c"):
        yield from (f"{name}()" for name in DEFINED.findall(text))
        yield from DEFINED_DATA.findall(text)


def upward_declarations(layers, upward):
    """What a file declares and only higher folders define, and `up` lines that match none."""
    paths = [p for top in CODE_FOLDERS for p in sorted((ROOT / top).rglob("*.*")) if p.suffix in (".c", ".h", ".asm")]
    texts = {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for p in paths}
    definers, found = {}, set()
    for path, text in texts.items():
        for name in defined(path, text):
            definers.setdefault(name, set()).add(folder_of(path))
    for path, text in texts.items():
        folder = folder_of(path)
        below = {folder, *layers.get(folder, ())}
        if folder != FLAT and not path.endswith(".asm"):
            found |= {(path, higher, name) for name in declared(text) if not definers.get(name, below) & below for higher in definers[name]}
    for path, folder, name in sorted(found):
        if folder not in upward.get(path, ()):
            yield f"{path}: declares {name}, which {folder} defines: a higher folder without an `up` line"
    for path, folder in sorted((path, folder) for path in upward for folder in upward[path]):
        if (path, folder) not in {(p, f) for p, f, _ in found}:
            yield f"docs/layers.txt: up {path}: it declares nothing of {folder}"


def cycles(includes):
    """All include cycles, found by a depth-first walk with an explicit stack."""
    done = set()
    for start in includes:
        stack = [(start, iter(includes[start]))]
        while stack:
            name, rest = stack[-1]
            target = next((t for t in rest if t not in done), None)
            path = [n for n, _ in stack]
            if target is None:
                done.add(stack.pop()[0])
            elif target in path:
                yield "include cycle: " + " -> ".join(path[path.index(target):] + [target])
            else:
                stack.append((target, iter(includes.get(target, []))))


def reached(start, needs):
    seen, rest = set(), [start]
    while rest:
        fresh = needs.get(rest.pop(), set()) - seen
        seen |= fresh
        rest += fresh
    return seen


def module_circles(includes, circles):
    """Modules that need each other, directly or not, in no `circle` line; and `circle` lines that are none."""
    needs = {}
    for name, targets in includes.items():
        if name.startswith(tuple(f"{top}/" for top in CODE_FOLDERS)):
            module = name.rpartition(".")[0]
            needs.setdefault(module, set()).update({t.rpartition(".")[0] for t in targets} - {module})
    reach = {module: reached(module, needs) for module in needs}
    found = {frozenset(m for m in reach[module] if module in reach.get(m, ())) for module in needs} - {frozenset()}
    yield from sorted(f"modules need each other: {' '.join(sorted(circle))}" for circle in found if circle not in circles)
    yield from (f"docs/layers.txt: no circle: {' '.join(sorted(circle))}" for circle in circles if circle not in found)


def main():
    (layers, upward, circles), includes = read_layers(), read_includes()
    errors = [e for name, targets in includes.items() for e in refusals(name, targets, layers)]
    errors += upward_declarations(layers, upward)
    errors += [*cycles(includes), *module_circles(includes, circles)]
    print("\n".join(errors) or f"layers: {len(includes)} files keep to docs/layers.txt")
    return bool(errors)


entry.run("check_layers", main, unable=1)

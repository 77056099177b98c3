#!/usr/bin/env python3
"""Checks every #include "..." against docs/layers.txt, that there are no include cycles, and that a header declares
nothing that is defined in a folder which the header's folder may not include, except for the `up` lines of
layers.txt."""
from tally import entry

import pathlib
import re

from tally.interface import ROOT, generated_headers

TOP_FOLDERS = ["kernel", "libuser", "programs", "servers", "tests"]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
# What a header declares, and a source file defines, at the beginning of a line.
DECLARED = re.compile(r"^(?!static|typedef|return)[a-z][\w *]*?\b(\w+)\([^;{}]*\)[^;{}]*;", re.M)
DEFINED = re.compile(r"^(?!static|typedef)(?:__attribute__\(\(\w+\)\) )?[a-z][\w *]*?\b(\w+)\([^;{}]*\)\s*\{", re.M)
FLAT = "libuser/xv6"  # headers include each other by bare name, like the programs that use them
GENERATED = generated_headers()


def folder_of(name):
    return str(pathlib.PurePosixPath(name).parent)


def read_layers():
    """({folder: what it may include}, {header: higher folders that define what it declares})"""
    layers, upward = {}, {}
    for line in (ROOT / "docs/layers.txt").read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line:
            what, allowed = line.split(":")
            words = what.split()
            (upward if words[0] == "up" else layers)[words[-1]] = set(allowed.split())
    return layers, upward


def read_includes():
    """{file: the files it includes}, all as paths from the root."""
    includes = {}
    for path in (p for top in TOP_FOLDERS for p in sorted((ROOT / top).rglob("*.[ch]"))):
        name = str(path.relative_to(ROOT))
        targets = INCLUDE.findall(path.read_text(encoding="utf-8"))
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


def upward_declarations(layers, upward):
    """Kernel functions that a header declares and a higher folder defines, and `up` lines that match none."""
    texts = {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for p in sorted((ROOT / "kernel").rglob("*.[ch]"))}
    definers = {name: folder_of(path) for path, text in texts.items() if path.endswith(".c") for name in DEFINED.findall(text)}
    found = {(path, definers[name], name) for path, text in texts.items() if path.endswith(".h")
             for name in DECLARED.findall(text)
             if name in definers and definers[name] not in {folder_of(path), *layers[folder_of(path)]}}
    for path, folder, name in sorted(found):
        if folder not in upward.get(path, ()):
            yield f"{path}: declares {name}(), which {folder} defines: a higher folder without an `up` line"
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


def main():
    (layers, upward), includes = read_layers(), read_includes()
    errors = [e for name, targets in includes.items() for e in refusals(name, targets, layers)]
    errors += upward_declarations(layers, upward)
    errors += cycles(includes)
    print("\n".join(errors) or f"layers: {len(includes)} files keep to docs/layers.txt")
    return bool(errors)


entry.run("check_layers", main, unable=1)

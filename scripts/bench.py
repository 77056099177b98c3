#!/usr/bin/env python3
"""Builds if needed, measures the system, and prints one line `NAME VALUE UNIT` for each row.

VALUE is the minimum of 1,000 runs. ROW.code, ROW.data, ROW.written and ROW.translations are what the run with that
value touches; ROW.exits and ROW.loads are how often it left the kernel and loaded CR3. docs/performance.md defines the
rows. Rows that differ from the record, to which scripts/test holds them, are named on stderr; so is a record of another
compiler or emulator, with which rows are not compared. Exit status: 1 if something could not be measured, 2 for wrong
options, 126 if tools or the build are missing.
"""
from tally import entry

import dataclasses
import json
import pathlib
import sys

from tally import bench, bench_plots, bench_record, build, options, packages


def parse():
    parser = options.Parser("bench", __doc__)
    add = parser.add_argument
    add("--json", type=options.name, metavar="FILE", help="write the rows to FILE, with median and maximum, too")
    add("--explain", choices=bench.EXPLAINED, metavar="ROW", help="name the functions that run the row's instructions")
    add("--record", action="store_true", help="write these figures to the record and to docs/performance.md")
    add("--quick", action="store_true", help=f"without {bench.LONGEST}, which takes longest and which system tests are held to")
    add("--cycles", action="store_true", help="measure cycles of this machine's processor instead; needs KVM")
    add("--plots", action="store_true", help="redraw docs/plots/")
    options.build_folder(parser, "where it is built (build/i386)")
    arguments = parser.parse_args()
    check(parser, arguments)
    return arguments


def check(parser, arguments):
    if arguments.explain and (arguments.json or arguments.record or arguments.plots):
        parser.error("--explain cannot be combined with --json, --record or --plots")
    if arguments.cycles and (arguments.explain or arguments.record or arguments.quick or arguments.plots):
        parser.error("--cycles cannot be combined with --explain, --record, --quick or --plots")
    if arguments.quick and (arguments.explain or arguments.record):
        parser.error("--quick cannot be combined with --explain or --record")
    if arguments.json:
        arguments.json = pathlib.Path(arguments.json).resolve()
        check_writable(parser, arguments.json)


def check_writable(parser, name):
    try:
        with open(name, "a", encoding="utf-8"):
            pass
    except OSError as error:
        parser.error(f"{name} cannot be written: {error.strerror}")


def build_folder(arguments):
    folder = pathlib.Path(arguments.build_dir or build.default_folder("i386")).resolve()
    build.build("i386", folder)
    return folder


def tell_changes(rows, makers):
    record = bench_record.read()
    found = bench_record.changes({row.name: (row.value, row.unit) for row in rows}, makers, record)
    if message := bench_record.notice(makers, record):
        print(f"bench: {message}", file=sys.stderr)
    for lines, what in ((found.worse, "worse"), (found.better, "better")):
        for line in lines:
            print(f"bench: {what} than the record: {line}", file=sys.stderr)


def tell(rows, arguments):
    for row in rows:
        print(row.name, row.value, row.unit)
    for row in rows:
        if row.origin:
            print(f"bench: {row.name} is from {row.origin}", file=sys.stderr)
    if arguments.json:
        text = json.dumps([dataclasses.asdict(row) for row in rows], indent=2)
        arguments.json.write_text(text + "\n", encoding="utf-8")


def measure(folder, arguments):
    rows = bench.all_rows(folder, arguments.quick)
    makers = bench_record.makers_of(folder)
    tell(rows, arguments)
    if not arguments.record:
        tell_changes(rows, makers)
    if arguments.record:
        bench_record.write(rows, makers)
    if arguments.plots:
        bench_plots.draw_all(folder, rows)


def main():
    arguments = parse()
    if arguments.cycles:
        bench.check_kvm()
    packages.install(packages.BUILD + packages.RUN + packages.TEST + bench_plots.TOOLS * arguments.plots)
    folder = build_folder(arguments)
    if arguments.explain:
        print("\n".join(bench.explain(folder, arguments.explain)))
    elif arguments.cycles:
        tell(bench.cycle_rows(folder), arguments)
    else:
        measure(folder, arguments)
    return 0


entry.run("bench", main)

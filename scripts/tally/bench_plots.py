"""The plots of docs/performance.md, drawn by gnuplot."""
import pathlib
import re

from tally import bench, packages, processes
from tally.interface import ROOT
from tally.output import replace_text
from tally.temporary import temporary_folder

FOLDER = ROOT / "docs/plots"
TOOLS = [packages.Tool("gnuplot", "gnuplot-nox", "plots")]
SEL4_BASE, SEL4_EACH = 660, 484  # the cost of revoking in seL4, measured in the same way
SEGMENTS = [1, 3, 10, 30, 100, 300, 1000]
SHARED = ["shm_open", "shm_create", "shm_close"]
PROGRAM = "bench_growth"
GROWTH = {"region_pages": [1, 10, 100, 1000], "directory_open": [1, 10, 100, 1000], "directory_make": [1, 10, 100, 1000],
          "descriptors": [1, 10, 100]}
FORK = {"fork_pages": [1, 3, 10, 30, 100, 300, 1000]}
PROCESSORS = [1, 2, 3, 4, 6, 8]
PAIRS = "bench_pairs"
STYLE = """
set terminal svg size 640,400 font "sans-serif,13" background "white" rounded
set key below
set grid
set logscale x
set xrange [1:1000]
set format y "%.0f"
set xlabel "{x}"
set ylabel "instructions"
"""


def draw(name, style, x, curves):
    """`curves` is [(title, [(x, y)])]."""
    with temporary_folder() as scratch:
        commands, plots = [STYLE.format(x=x), style], []
        for number, (title, points) in enumerate(curves):
            data = pathlib.Path(scratch) / f"{number}"
            data.write_text("".join(f"{x} {y}\n" for x, y in points))
            plots.append(f'"{data}" with linespoints linewidth 2 pointtype 7 pointsize 0.5 title "{title}" noenhanced')
        script = "\n".join([*commands, "plot " + ", ".join(plots)])
        plot = processes.output(["gnuplot"], given=script.encode())
    FOLDER.mkdir(exist_ok=True)
    replace_text(FOLDER / f"{name}.svg", re.sub(r"[ \t]+$", "", plot, flags=re.M))


def revoke_curves(rows):
    counts = [1, 10, 100, 1000]
    ours = {row.name: row.value for row in rows}
    return [("seL4", [(n, SEL4_BASE + SEL4_EACH * n) for n in counts]),
            ("Tally", [(n, ours[f"revoke_{n}"]) for n in counts])]


def segment_value(folder, row, segments):
    """The row's value with that number of open segments."""
    return bench.figures(folder, bench.MEMORY, row, str(segments - 1))[0].value


def segment_curves(folder):
    jobs = [(segment_value, folder, row, segments) for row in SHARED for segments in SEGMENTS]
    values = iter(bench.run_jobs(jobs))
    return [(row, [(segments, next(values)) for segments in SEGMENTS]) for row in SHARED]


def growth_value(folder, row, count):
    return bench.figures(folder, PROGRAM, row, str(count))[0].value


def growth_curves(folder, rows):
    """`rows` is {row: counts}."""
    jobs = [(growth_value, folder, row, count) for row, counts in rows.items() for count in counts]
    values = iter(bench.run_jobs(jobs))
    return [(row, [(count, next(values)) for count in counts]) for row, counts in rows.items()]


def processor_value(folder, processors):
    return bench.figures(folder, bench.KERNEL, "ipc_4w", smp=processors)[0].value


def processor_curves(folder):
    values = bench.run_jobs([(processor_value, folder, processors) for processors in PROCESSORS])
    return [("ipc_4w", [*zip(PROCESSORS, values)])]


def pair_points(folder):
    """(instructions between two messages, the speedup of two pairs over one): measured in time, so the host should be
    idle."""
    rows = bench.figures(folder, PAIRS, smp=2, icount=False)
    return [(int(row.name.partition("_")[2]), row.median / 100) for row in rows]


def pair_curves(folder):
    return [("two pairs on two processors", pair_points(folder))]


def draw_all(folder, rows):
    draw("revoke", "set logscale y", "mappings of one frame that are revoked", revoke_curves(rows))
    draw("shm_open", "set yrange [0:]", "open segments", segment_curves(folder))
    draw("growth", "set yrange [0:]", "regions of a program, files in a directory, open descriptors", growth_curves(folder, GROWTH))
    draw("fork", "set logscale y", "pages that the parent has touched", growth_curves(folder, FORK))
    draw("processors", "unset logscale x; set xrange [1:8]; set yrange [0:]", "processors that run", processor_curves(folder))
    draw("pairs", 'set xrange [10:10000]; set yrange [0:2]; set format y "%.1f"; set ylabel "times what one pair does"',
         "instructions that a pair executes between two messages", pair_curves(folder))

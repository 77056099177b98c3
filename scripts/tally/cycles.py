"""An estimate of the cycles that a row takes on a real processor; docs/performance.md has the sources.

Two unknowns, from two operations whose cycles seL4 publishes (ia32, Haswell) and whose instructions were counted here: a null call
has 107 instructions and takes 142 cycles, a call and its reply have 495 and take 505 + 376.
"""
PER_INSTRUCTION = 0.5  # two in a cycle
NULL_CALL, CALL_AND_REPLY = (107, 142), (495, 505 + 376)  # instructions, cycles

PER_EXIT = NULL_CALL[1] - PER_INSTRUCTION * NULL_CALL[0]  # from the kernel, with the entry before it
PER_LOAD = (CALL_AND_REPLY[1] - PER_INSTRUCTION * CALL_AND_REPLY[0] - 2 * PER_EXIT) / 2  # of CR3, with the translations that are lost

# When the first caches and the translations have to be filled again.
PER_LINE, PER_TRANSLATION = 12, 20  # from the second cache; by a walk of tables that are in it

# seL4's own figures for the same operations.
PUBLISHED = {"null_call": NULL_CALL[1], "ipc_4w": CALL_AND_REPLY[1], "map_1": 1456}


def warm(name, values):
    """All that the row touches is in the first caches, as it is when a bench repeats it."""
    return round(PER_INSTRUCTION * values[name] + PER_EXIT * values[f"{name}.exits"] + PER_LOAD * values[f"{name}.loads"])


def cold(name, values):
    """Others ran in between, and the second cache has it all."""
    lines = values[f"{name}.code"] + values[f"{name}.data"]
    return warm(name, values) + PER_LINE * lines + PER_TRANSLATION * values[f"{name}.translations"]


def row(name, values):
    """The row's line in the page's table."""
    published = f"{PUBLISHED[name]:,}" if name in PUBLISHED else ""
    counted = " | ".join(f"{values[what]:,}" for what in (name, f"{name}.exits", f"{name}.loads"))
    return f"| {name} | {counted} | {warm(name, values):,} | {cold(name, values):,} | {published} |"

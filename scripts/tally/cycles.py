"""An estimate of a row's cycles on a real processor; docs/performance.md has the sources.

It has three unknowns. One is assumed: an instruction takes half a cycle. The other two, an exit and a load of CR3, follow
from two operations whose cycles seL4 publishes (ia32, Haswell) and whose instructions we counted: a null call has 107
instructions and takes 142 cycles, a call and its reply have 495 and take 505 + 376.
"""
PER_INSTRUCTION = 0.5  # assumed: two a cycle
NULL_CALL, CALL_AND_REPLY = (107, 142), (495, 505 + 376)  # instructions, cycles

PER_EXIT = NULL_CALL[1] - PER_INSTRUCTION * NULL_CALL[0]  # for leaving the kernel and the entry before it
PER_LOAD = (CALL_AND_REPLY[1] - PER_INSTRUCTION * CALL_AND_REPLY[0] - 2 * PER_EXIT) / 2  # for loading CR3, which loses translations

# For refilling the first caches and the translations.
PER_LINE, PER_TRANSLATION = 12, 20  # from the second cache; by a table walk that hits it

# seL4's own figures for the same operations.
PUBLISHED = {"null_call": NULL_CALL[1], "ipc_4w": CALL_AND_REPLY[1], "map_1": 1456}


def warm(name, values):
    """With everything that the row touches in the first caches, as in a bench's repetitions."""
    return round(PER_INSTRUCTION * values[name] + PER_EXIT * values[f"{name}.exits"] + PER_LOAD * values[f"{name}.loads"])


def cold(name, values):
    """After other programs ran: everything is in the second cache only."""
    lines = values[f"{name}.code"] + values[f"{name}.data"]
    return warm(name, values) + PER_LINE * lines + PER_TRANSLATION * values[f"{name}.translations"]


def row(name, values):
    """The row's line in the table of docs/performance.md."""
    published = f"{PUBLISHED[name]:,}" if name in PUBLISHED else ""
    counted = " | ".join(f"{values[what]:,}" for what in (name, f"{name}.exits", f"{name}.loads"))
    return f"| {name} | {counted} | {warm(name, values):,} | {cold(name, values):,} | {published} |"

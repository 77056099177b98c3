"""Where a row's instructions run: the number in each function of the kernel, the servers and the program."""
import bisect
import collections
import functools

from tally import processes, tools

UNKNOWN = "?"


@functools.lru_cache(maxsize=None)
def symbols(elf):
    """(addresses, names) of a file's functions, ascending, without labels inside assembly functions."""
    listing = processes.output([tools.command(tools.NM), "--numeric-sort", str(elf)])
    found = [fields for fields in map(str.split, listing.splitlines()) if len(fields) == 3]
    found = [(int(address, 16), name) for address, kind, name in found if kind in "tTwW" and "." not in name]
    return [address for address, _ in found], [name for _, name in found]


def function_at(elf, address):
    addresses, names = symbols(elf)
    at = bisect.bisect(addresses, address)
    return names[at - 1] if at else UNKNOWN


def counts(parts):
    """{(program, function): instructions}"""
    found = collections.Counter()
    for elf, address, count in parts:
        found[(elf.stem, function_at(elf, address)) if elf else (UNKNOWN, UNKNOWN)] += count
    return found


def table(name, parts):
    """Lines of text: the total, the programs, the functions."""
    found = counts(parts)
    total = sum(found.values())
    programs = collections.Counter()
    for (program, _), count in found.items():
        programs[program] += count
    yield f"{name} {total} instructions"
    for program, count in programs.most_common():
        yield f"{count:8} {100 * count / total:5.1f} %  {program}"
    yield ""
    for (program, function), count in found.most_common():
        yield f"{count:8} {100 * count / total:5.1f} %  {program:14} {function}"

"""Processes that run functions for us, one after another, as starting a process takes longer than many functions do."""
import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading

from tally import handlers, processes

FORK = multiprocessing.get_context("fork")


def open_files():
    """{descriptor: its target}"""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the descriptor of the listing itself
            found[name] = os.readlink(f"/proc/self/fd/{name}")
    return found


def children():
    with contextlib.suppress(OSError):  # fast, but not on every system
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            return [*map(int, file.read().split())]
    return processes.children().get(os.getpid(), [])


def condition():
    """What a function may change, which could affect the next one; without what is meant to stay."""
    gc.collect()  # closes files of garbage, which would count as changes
    staying = {str(number) for files in processes.staying.values() for number in files}
    files = {name: what for name, what in open_files().items() if name not in staying}
    handlers = [signal.getsignal(number) for number in sorted(signal.valid_signals())]
    return os.getcwd(), {**os.environ}, files, handlers, threading.active_count(), {*children()} - {*processes.staying}


def forget_parent(inherited):
    """Closes inherited ends of pipes, as they would hide this process's end from other processes, and resets the wakeup
    descriptor, the handlers of stops, and the list of processes."""
    for each in inherited:
        each.close()
    processes.staying.clear()
    signal.set_wakeup_fd(-1)
    stops = (signal.SIGTSTP, signal.SIGCONT)
    handlers.set_all([each for each in stops if signal.getsignal(each) != signal.SIG_IGN], signal.SIG_DFL)


def result_of(function, arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return error


def serve(functions, connection, inherited, nice, around):
    """Receives (number, arguments), runs that function, and sends (result, whether the process continues),
    repeatedly."""
    forget_parent(inherited)
    gc.freeze()  # existing objects are not scanned any more, and so not copied
    os.nice(nice)
    with around(connection), contextlib.suppress(EOFError, ConnectionError):  # no more requests
        before, continues = condition(), True
        while continues:
            number, arguments = connection.recv()
            result = result_of(functions[number], arguments)
            continues = condition() == before
            sys.stdout.flush()
            connection.send((result, continues))


class Worker:
    """A process that runs one of `functions` at a time, on request, as long as each leaves the process's state
    unchanged. All runs in the context around(the process's end of the connection)."""

    def __init__(self, functions, others=(), nice=0, around=contextlib.nullcontext):
        self.connection, theirs = FORK.Pipe()
        inherited = [self.connection, *(each.connection for each in others)]
        self.nice, self.continues, self.owner = nice, True, os.getpid()
        self.process = FORK.Process(target=serve, args=(functions, theirs, inherited, nice, around))
        self.process.start()
        theirs.close()

    def begin(self, number, *arguments):
        self.connection.send((number, arguments))

    def fileno(self):
        return self.connection.fileno()

    def result(self):
        """The function's result, or its exception; None if its process was killed."""
        found, self.continues = None, False
        with contextlib.suppress(EOFError, ConnectionError):
            found, self.continues = self.connection.recv()
        if not self.continues:
            self.leave()
        return found

    def is_ours(self):
        """False in a forked copy of the owner."""
        return self.owner == os.getpid()

    def is_alive(self):
        return self.process.is_alive()

    def leave(self):
        """Ends an idle worker."""
        self.connection.close()
        self.process.join()


def end_all(workers):
    """Ends all. A worker that has just started may lose the signal; it ends at its next read, as its connection is
    closed."""
    for each in workers:
        each.connection.close()
        if each.process.is_alive():
            processes.end_tree(each.process.pid)
    for each in workers:
        each.process.join()

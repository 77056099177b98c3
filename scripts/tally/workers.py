"""Processes that run functions for us, one after another: a process takes longer to begin than many a function."""
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
    """{descriptor: what it is of}"""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # that of the list itself
            found[name] = os.readlink(f"/proc/self/fd/{name}")
    return found


def children():
    with contextlib.suppress(OSError):  # not every system tells them so, which is quick
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            return [*map(int, file.read().split())]
    return processes.children().get(os.getpid(), [])


def condition():
    """What a function may leave otherwise than it was, and the next one would meet; but not what is to stay."""
    gc.collect()  # files of what is no more, of which nobody else would know
    staying = {str(number) for files in processes.staying.values() for number in files}
    files = {name: what for name, what in open_files().items() if name not in staying}
    handlers = [signal.getsignal(number) for number in sorted(signal.valid_signals())]
    return os.getcwd(), {**os.environ}, files, handlers, threading.active_count(), {*children()} - {*processes.staying}


def forget_parent(inherited):
    """Its ends of pipes, which would keep the other processes from seeing that it has ended, its wakeup descriptor, the handlers
    of stops, and processes are its own."""
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
    """Runs those whose numbers come, with what comes for them, and sends (result, whether it goes on with another) of each."""
    forget_parent(inherited)
    gc.freeze()  # what is there already is not looked at again, and so not copied
    os.nice(nice)
    with around(connection), contextlib.suppress(EOFError, ConnectionError):  # no more are to come
        before, goes_on = condition(), True
        while goes_on:
            number, arguments = connection.recv()
            result = result_of(functions[number], arguments)
            goes_on = condition() == before
            sys.stdout.flush()
            connection.send((result, goes_on))


class Worker:
    """A process that runs those of `functions` that it is told to, one at a time, as long as each leaves it as it was. All is
    done there within the context around(its end of the connection)."""

    def __init__(self, functions, others=(), nice=0, around=contextlib.nullcontext):
        self.connection, theirs = FORK.Pipe()
        inherited = [self.connection, *(each.connection for each in others)]
        self.nice, self.goes_on, self.owner = nice, True, os.getpid()
        self.process = FORK.Process(target=serve, args=(functions, theirs, inherited, nice, around))
        self.process.start()
        theirs.close()

    def begin(self, number, *arguments):
        self.connection.send((number, arguments))

    def fileno(self):
        return self.connection.fileno()

    def result(self):
        """What the function returned, or the exception that it raised; None if its process was killed."""
        found, self.goes_on = None, False
        with contextlib.suppress(EOFError, ConnectionError):
            found, self.goes_on = self.connection.recv()
        if not self.goes_on:
            self.leave()
        return found

    def is_ours(self):
        """Not of the process that we are a copy of."""
        return self.owner == os.getpid()

    def is_alive(self):
        return self.process.is_alive()

    def leave(self):
        """It ends, as nothing runs in it."""
        self.connection.close()
        self.process.join()


def end_all(workers):
    """One whose signal is lost, as it has just begun, ends when it looks for what is to come."""
    for each in workers:
        each.connection.close()
        if each.process.is_alive():
            processes.end_tree(each.process.pid)
    for each in workers:
        each.process.join()

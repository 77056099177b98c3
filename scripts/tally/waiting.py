"""Waits that every signal ends.

Python runs signal handlers in the main thread, between two Python instructions. If that thread is waiting in a call
that the signal does not interrupt, because it came just before the call or the system delivered it to another thread,
the handler runs when the call ends, possibly never. So long waits in the main thread wait for a Bell, too.
"""
import contextlib
import os
import selectors
import signal
import time

LONGEST = 3600  # seconds; the system does not accept every number


def open_unbuffered(descriptor, mode):
    return os.fdopen(descriptor, mode, buffering=0)


class Bell:
    """An object for select(): ring() and signals make it readable."""

    def __init__(self):
        self.ours, self.theirs = map(open_unbuffered, os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC), ("rb", "wb"))

    def fileno(self):
        return self.ours.fileno()

    def ring(self):
        self.theirs.write(b"\0")  # if it is full, it is ringing already

    def hush(self):
        while self.ours.read(4096):
            pass

    @contextlib.contextmanager
    def rung_by_signals(self):
        """For the main thread."""
        before = signal.set_wakeup_fd(self.theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield self
        finally:
            signal.set_wakeup_fd(before)


def readable(files, timeout=None):
    """Waits until some of `files` are readable, and returns these; after `timeout` seconds, none."""
    with selectors.DefaultSelector() as selector:
        for each in files:
            selector.register(each, selectors.EVENT_READ)
        return [key.fileobj for key, _ in selector.select(timeout)]


class Event:
    """Like threading.Event, for waits of the main thread."""

    def __init__(self):
        self.bell, self.happened = Bell(), False

    def set(self):
        self.happened = True
        self.bell.ring()

    def wait(self, timeout=None):
        """Waits; returns whether it has happened. `timeout` is in seconds; None: no limit."""
        end = None if timeout is None else time.monotonic() + timeout
        with self.bell.rung_by_signals():
            while not self.happened and (end is None or time.monotonic() < end):
                readable([self.bell], min(LONGEST, end - time.monotonic()) if end else LONGEST)
                self.bell.hush()
        return self.happened

"""Waits that every signal ends.

Python handles a signal in the main thread, between two instructions of Python's. Where that thread waits in a call that
the signal does not interrupt - it came just before the call, or the system gave it to another thread - it is handled
when the call ends, which may be never. So whoever waits for long in the main thread waits for a Bell, too.
"""
import contextlib
import os
import selectors
import signal
import time

LONGEST = 3600  # seconds: not all numbers can be handed to the system


def open_unbuffered(descriptor, mode):
    return os.fdopen(descriptor, mode, buffering=0)


class Bell:
    """Can be waited for, as by select(). It is rung by ring(), and by signals."""

    def __init__(self):
        self.ours, self.theirs = map(open_unbuffered, os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC), ("rb", "wb"))

    def fileno(self):
        return self.ours.fileno()

    def ring(self):
        self.theirs.write(b"\0")  # or it is full: it rings already

    def hush(self):
        while self.ours.read(4096):
            pass

    @contextlib.contextmanager
    def rung_by_signals(self):
        """In the main thread."""
        before = signal.set_wakeup_fd(self.theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield self
        finally:
            signal.set_wakeup_fd(before)


def readable(files, timeout=None):
    """Waits until something can be read, and returns those of `files` that can; after `timeout` seconds, none."""
    with selectors.DefaultSelector() as selector:
        for each in files:
            selector.register(each, selectors.EVENT_READ)
        return [key.fileobj for key, _ in selector.select(timeout)]


class Event:
    """As threading.Event, to be waited for by the main thread."""

    def __init__(self):
        self.bell, self.happened = Bell(), False

    def set(self):
        self.happened = True
        self.bell.ring()

    def wait(self, timeout=None):
        """Whether it has happened; `timeout` is in seconds, None for ever."""
        end = None if timeout is None else time.monotonic() + timeout
        with self.bell.rung_by_signals():
            while not self.happened and (end is None or time.monotonic() < end):
                readable([self.bell], min(LONGEST, end - time.monotonic()) if end else LONGEST)
                self.bell.hush()
        return self.happened

"""Temporary folders that no signal leaves behind."""
import contextlib
import signal
import tempfile

from tally.entry import ENDING


@contextlib.contextmanager
def temporary_folder(**options):
    """As tempfile.TemporaryDirectory(). A signal that ends us waits while the folder is made, which nobody would know of, and while
    it is taken away."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        with tempfile.TemporaryDirectory(**options) as name:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            try:
                yield name
            finally:
                signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

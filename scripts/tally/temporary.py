"""Temporary folders that are removed even after a signal."""
import contextlib
import signal
import tempfile

from tally.entry import ENDING


@contextlib.contextmanager
def temporary_folder(**options):
    """Like tempfile.TemporaryDirectory(), but signals that end us are blocked while the folder is being made and
    removed, so that none is left behind."""
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

"""Replaces signal handlers without losing a signal between the old and the new one."""
import signal


def set_handlers(wanted):
    """Sets handlers, {signal: handler}, with these signals blocked: Python drops a signal, with a traceback, if it was
    noted for a handler that has gone since."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, wanted)  # a noted signal is handled now, and its handler may raise
        for number, handler in wanted.items():
            signal.signal(number, handler)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def set_all(numbers, handler):
    set_handlers(dict.fromkeys(numbers, handler))

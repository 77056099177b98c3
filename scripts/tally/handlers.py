"""Handlers of signals, changed so that no signal is lost between the old and the new one."""
import signal


def set_handlers(wanted):
    """{signal: handler}. They are held back meanwhile: one that comes when Python has noted it for a handler that is no
    more would be dropped, with a traceback."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, wanted)  # what is noted is handled now, and the handler may raise
        for number, handler in wanted.items():
            signal.signal(number, handler)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def set_all(numbers, handler):
    set_handlers(dict.fromkeys(numbers, handler))

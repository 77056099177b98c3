"""The mode of a terminal, changed for a while: whenever we do not run, it is as it was before."""
import contextlib
import os
import signal
import termios

from tally import handlers

LOCAL_MODES, CHARACTERS = 3, 6  # of what tcgetattr() returns


def in_background(terminal):
    """Of a terminal that is not the one that controls us, we are not."""
    with contextlib.suppress(OSError):
        return os.tcgetpgrp(terminal) != os.getpgrp()
    return False


def set_mode(terminal, mode):
    """Unless we run in the background, where this would stop us; a terminal that is gone needs no mode."""
    with contextlib.suppress(OSError, termios.error):
        if not in_background(terminal):
            termios.tcsetattr(terminal, termios.TCSANOW, mode)


def around_stops(before, after):
    """Handlers of control-Z, and of going on: it stops as if there were none, but for before() and after(). The
    system does not stop an orphaned process group."""
    def stop(number, _):
        before()
        handlers.set_all([number], signal.SIG_DFL)
        signal.raise_signal(number)
        handlers.set_all([number], stop)
        after()
    return {signal.SIGTSTP: stop, signal.SIGCONT: lambda *_: after()}


@contextlib.contextmanager
def handled(functions):
    """With these signal handlers, {signal: function}; ignored signals stay so."""
    before = {number: signal.getsignal(number) for number in functions}
    handlers.set_handlers({number: each for number, each in functions.items() if before[number] != signal.SIG_IGN})
    try:
        yield
    finally:
        handlers.set_handlers(before)


@contextlib.contextmanager
def without(terminal, local_modes, characters):
    """With these local modes off, and these characters for what they do."""
    before = termios.tcgetattr(terminal)
    changed = [*before]
    changed[LOCAL_MODES] &= ~local_modes
    changed[CHARACTERS] = [characters.get(each, character) for each, character in enumerate(before[CHARACTERS])]
    restore, change = (lambda mode=mode: set_mode(terminal, mode) for mode in (before, changed))
    with handled(around_stops(restore, change)):
        change()
        try:
            yield
        finally:
            restore()

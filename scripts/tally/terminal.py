"""Changes a terminal's mode temporarily: while we are stopped and after the end, it is as before."""
import contextlib
import os
import signal
import termios

from tally import handlers

LOCAL_MODES, CHARACTERS = 3, 6  # indices in the result of tcgetattr()


def in_background(terminal):
    """Whether we are in the background; never for a terminal that does not control us."""
    with contextlib.suppress(OSError):
        return os.tcgetpgrp(terminal) != os.getpgrp()
    return False


def set_mode(terminal, mode):
    """Sets the mode, except in the background, where this would stop us; ignores errors of a terminal that is gone."""
    with contextlib.suppress(OSError, termios.error):
        if not in_background(terminal):
            termios.tcsetattr(terminal, termios.TCSANOW, mode)


def around_stops(before, after):
    """Handlers for control-Z and for continuing: they stop the process as if there were none, but call before() and
    after(). The system does not stop an orphaned process group."""
    def stop(number, _):
        before()
        handlers.set_all([number], signal.SIG_DFL)
        signal.raise_signal(number)
        handlers.set_all([number], stop)
        after()
    return {signal.SIGTSTP: stop, signal.SIGCONT: lambda *_: after()}


@contextlib.contextmanager
def handled(functions):
    """Uses these signal handlers, {signal: function}, during the block; ignored signals stay ignored."""
    before = {number: signal.getsignal(number) for number in functions}
    handlers.set_handlers({number: each for number, each in functions.items() if before[number] != signal.SIG_IGN})
    try:
        yield
    finally:
        handlers.set_handlers(before)


@contextlib.contextmanager
def without(terminal, local_modes, characters):
    """Turns off these local modes, and replaces these control characters, during the block."""
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

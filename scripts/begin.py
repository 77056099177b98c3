"""begin.py FILE [ARGUMENT...]: runs a script, if Python is new enough for it; older ones, too, can read this file."""
import gc
import sys

LEAST = (3, 11)

if sys.version_info < LEAST:
    sys.stderr.write("tally: %s is Python %s, but at least %d.%d is needed\n" % (sys.executable, sys.version.split()[0], *LEAST))
    sys.exit(126)
gc.disable()  # a script ends before there is garbage to collect, and each would pay for looking
del sys.argv[0]
with open(sys.argv[0], "rb") as file:
    exec(compile(file.read(), sys.argv[0], "exec"))

"""What the scripts share. They also find tests/harness from here, with code that only tests use."""
import os
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), "../../tests"))

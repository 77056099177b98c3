"""What the scripts of this folder share; beside it they find tests/harness, which has what only tests use."""
import os
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), "../../tests"))

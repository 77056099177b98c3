"""Python that only tests use; modules shared with scripts/ are in the package tally."""

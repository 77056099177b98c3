#!/usr/bin/env python3
"""doctor: which tools are here, and what to do about those that are not."""
import argparse
import sys

from tally import packages

GROUPS = [("to build", packages.BUILD), ("to run", packages.RUN), ("to test", packages.TEST)]


def main():
    argparse.ArgumentParser(prog="scripts/doctor", description=__doc__).parse_args()
    for title, tools in GROUPS:
        print(f"{title}:")
        for tool in tools:
            state = f"ok {tool.version_text()}" if tool.path() else f"MISSING: package {tool.package}"
            print(f"  {tool.name.rsplit('/', 1)[-1]:32} {state:36} {tool.use}")
    lacking = packages.names(packages.missing([tool for _, tools in GROUPS for tool in tools]))
    if lacking:
        print(f"\nOn Debian: sudo apt-get {' '.join(packages.install_words(lacking))}\n"
              "(scripts/run and scripts/test do that themselves.)")
    return bool(lacking)


sys.exit(main())

#!/bin/sh
# version.sh: prints the version of this tree, from the file VERSION in a release archive, or from git in a checkout, which
# may belong to another user.
# version.sh HEADER: writes the version into a header, for the system's first log line, if it has changed. It is padded with
# blanks, so that boot takes as many instructions with each version.
# A shell script, because each build runs it, and Python's start alone would take longer.
export LC_ALL=C
tree=$(dirname "$0")/..
found=

# git archive has put a description into the file, or, if there is no tag, only the commit.
if [ -r "$tree/VERSION" ]; then
    read -r found more <"$tree/VERSION"
    case "$found $more" in *'$'*) found= ;; esac
fi
if [ -z "$found" ] && [ -e "$tree/.git" ]; then # else git would look in the folders above
    found=$(git -c safe.directory='*' -C "$tree" describe --always --dirty --tags 2>/dev/null)
fi
case $found in *[!A-Za-z0-9_.+~-]*) found=$(printf %s "$found" | tr -c 'A-Za-z0-9_.+~-' _) ;; esac
found=$(printf %.39s "${found:-unknown}")

if [ $# = 0 ]; then
    echo "$found"
    exit
fi
text=$(printf '#define TALLY_VERSION "%-39s"' "$found")
[ -r "$1" ] && read -r was <"$1" && [ "$was" = "$text" ] && exit
echo "$text" >"$1.new" && mv "$1.new" "$1"

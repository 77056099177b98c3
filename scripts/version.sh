#!/bin/sh
# version.sh: prints the version of this tree. In a release archive it is in the file VERSION; in a checkout, which may be
# somebody else's, git knows it.
# version.sh HEADER: writes it into a header, for the system's first log line, unless it is there already; filled up with
# blanks: boot takes as many instructions whatever it is.
# A shell script, as each build begins with it: Python would take longer to begin than all that is done here.
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

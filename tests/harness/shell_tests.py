"""Tests of sh and the tools: scripts on standard input, and typing at a terminal."""
import contextlib
import os
import pty
import select
import subprocess

from harness import forked
from harness.failures import PATIENCE, judge
from harness.language_scripts import LANGUAGE
from harness.sed_scripts import SED
from harness.tool_scripts import TOOLS
from tally import build, processes
from tally.interface import ROOT

IMAGES = build.default_folder("i386")
ISO = IMAGES / "tally.iso"
SILENCE = 15  # seconds after which no more output is expected

# (what, the script, its output, its status); a script begins in /tmp, and errors go to the console, too.
SCRIPTS = [
    ("quotes", r"""x='a  b'
echo one "two $x" 'three $x' $x \$x it\'s "\$x \" \a" ''a'b'"c"
echo "a
b" 'c
d' a\
b
set_by=$x; echo "$set_by"; echo # nothing
echo a#b "" "\\$x \\\$x"
""", "one two a  b three $x a b $x it's $x \" \\a abc\na\nb c\nd ab\na  b\n\na#b  \\a  b \\$x\n", 0),
    ("variables", r"""x=hello
echo $x ${x} ${#x} ${x%lo} ${x#he} ${x##*l} ${x%%l*} $nothing ${nothing:-none} ${x:+some} ${nothing+some}
echo ${y:=made} $y "$#" $0
x= ; echo "<$x>" ${x:-empty} "${x-not}"
x=abcdefgh; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do x=$x$x; done; y=${x##z*}; echo ${#x} ${#y}
A=1 B=$A; echo $A$B; unset A; echo "<$A>"
export E=exported F; env | grep E=; unset E; E=2; env | grep -c ^E=; N=5 env | grep N=; echo "<$N>"
echo $((1 + 2 * 3)) $(( (1+2)*3 )) $((-7/2)) $((7%4)) $((1<2 && 3>=4)) $((!0)) $((B + 1))
for i in 1 2 3; do n=$((n + i)); done; echo $n
""", "hello hello 5 hel llo o he none some\nmade made 0 sh\n<> empty \n65536 65536\n11\n<>\nE=exported\n0\nN=5\n<>\n7 9 -3 3 0 1 2\n6\n", 0),
    ("the shell's variables", "sh -c 'echo $0 $1 $2 $#; shift; echo \"$@\" \"$*\"; for i; do echo \"<$i>\"; done' name a 'b c' d\n"
     "sh -c 'for i in \"$@\"; do echo $i; done; for i in \"x$@\"; do echo \"<$i>\"; done' name\n"
     "sh -c 'echo $10 ${10} $1' name a b c d e f g h i j; sh -c 'echo ${!-none}'\n"
     "[ $$ -gt 0 ] && echo $?; false; echo $?; true & wait $!; echo $?\n",
     "name a b c 3\nb c d b c d\n<b c>\n<d>\n<x>\na0 j a\nnone\n0\n1\n0\n", 0),
    ("commands in words", "echo $(echo a; echo b) \"$(echo a; echo b)\" `echo \\`echo c\\`` $(echo $(echo \")\"))\n"
     "x=$(false); echo $?; echo \"<$(true)>\" \"<$(echo; echo a; echo; echo)>\"; x=$(false); y=1; echo $?; false; x=$(); echo $?; false; eval; echo $?; : >e; false; . ./e; echo $?\n"
     "echo \"$(printf 'a\\0b')\"; for i in $(seq 130); do : $(:); done; echo $?\n", "a b a\nb c )\n1\n<> <\na>\n0\n0\n0\n0\nab\n0\n", 0),
    ("names of files", "mkdir d; touch d/b.c d/a.c d/.c 'd/a b'\necho d/*.c d/?.c d/[ab].c d/* d/x* 'd/*' d/\\* \"d\"/*.c d/?\"*\"*\n"
     "x='d/*'; echo $x \"$x\"\nfor i in d/a*; do echo \"<$i>\"; done\n",
     "d/a.c d/b.c d/a.c d/b.c d/a.c d/b.c d/a b d/a.c d/b.c d/x* d/* d/* d/a.c d/b.c d/?**\nd/a b d/a.c d/b.c d/*\n<d/a b>\n<d/a.c>\n", 0),
    ("pipelines", "echo one two | wc -w | cat\n{ echo a; echo b; } | (cat; echo c) | tail -n 2\ntrue | false; echo $?\nfalse | true; echo $?\n"
     "! true; echo $?\n! false | true; echo $?\necho a |\n\ncat\ncat /bin/sh | true; echo $?\n", "2\nb\nc\n1\n0\n1\n1\na\n0\n", 0),
    ("lists", "true &&\n\necho and || echo or; false && echo and || echo or; false || false && echo no; echo $?\n"
     "(exit 3); echo $?; (exit 300); echo $?; (false; exit); echo $?; { echo a; echo b; }; (cd /; pwd); pwd\nif false; then echo 1; elif true; then echo 2; else echo 3; fi\n"
     "if false; then echo 1; elif false; then echo 2; elif false; then echo 3; else echo 4; fi\n"
     "if false; then echo 1; fi; echo $?\nfalse && echo 1 || echo 2 && false || false && echo 3 || echo 4\n"
     "true || echo 5 && ! true || (exit 6); echo $?\n"
     "a='a=&&'; while [ ${#a} -lt 400000 ]; do a=$a$a; done; eval \"$a pwd\"\n",
     "and\nor\n1\n3\n44\n1\na\nb\n/\n/tmp\n2\n4\n0\n2\n4\n6\n/tmp\n", 0),
    ("loops", "i=0; while [ $i -lt 9 ]; do i=$((i+1)); if [ $i = 2 ]; then continue; fi; if [ $i = 4 ]; then break; fi; echo $i; done\n"
     "until [ $i = 0 ]; do i=$((i-1)); done; echo $i\nfor a in 1 2; do for b in 1 2 3; do echo $a$b; continue 2; done; done\n"
     "false; while false; do :; done; echo $?; false; for a in; do :; done; echo $?; for a in 1; do break 9; done; for a in 1 2; do until break; do :; done; echo $a; done\ni=0; while [ $((i=i+1)) = 2 ] && continue; [ $i -lt 4 ]; do echo $i; done; until [ $i = 6 ] || { i=$((i+1)); continue; }; do echo no; done; echo $i\n"
     "for a in 1 2; do for b in 1 2; do echo $a$b; break 2; done; done\nfor a in; do echo $a; done; echo $?\n"
     "loop) { true; }\n", "1\n3\n0\n11\n21\n0\n0\n1\n2\n1\n3\n6\n11\n0\nsh: line 9: syntax error near )\n", 2),
    ("case", "case abc in a) echo 1;; a*|x) echo 2;; *) echo 3;; esac; case '*' in '') echo no;; \\*) echo star;; esac; case q in a) ;; (q) echo paren\nesac\n"
     "false; case z in a) echo no;; esac; echo $?; case a in esac; echo $?; x='a b'; case $x in *\\ *) echo blank;; esac; case a in\na) # none\n;;\nesac; echo $?\n"
     "case ~ in /) echo home;; esac; y='a*'; case a\nin a) echo lines;; esac; case ab in \"$y\") echo no;; $y) echo pattern;; esac; case a in a) false;; esac; echo $?\n"
     "if true; then case a in a) echo in if;; esac; fi >f; cat f; for i in 1 2 3; do case $i in 2) continue;; esac; echo $i; done\n"
     "(case ${none?} in *) echo no;; esac); (case a in ${none?}) echo no;; esac); echo $?\ncase x in x echo; esac\n",
     "2\nstar\nparen\n0\n0\nblank\n0\nhome\nlines\npattern\n1\nin if\n1\n3\nsh: none: parameter not set\nsh: none: parameter not set\n2\nsh: line 12: syntax error near echo\n", 2),
    ("functions", "f() { false; return; }; f; echo $?; f() { while return 3; do :; done; }; f; echo $?; f() { ! return 3; }; f; echo $?; f() { if return 4 || echo no; then :; fi; }; f; echo $?; f <none; echo $?; false; f()\n\n{ :; }; echo $?; f() { echo \"$# $1 $2\"; return 3; echo no; }\nf a 'b c'; echo $?; f | cat; x=$(f 1 2); echo $x; f q >out; cat out; f() { echo new; }; f\n"
     "fact() { if [ $1 -le 1 ]; then echo 1; else echo $(( $1 * $(fact $(($1-1))) )); fi; }; fact 4\n"
     "g() { for i in 1 2 3; do if [ $i = 2 ]; then return; fi; echo g$i; done; echo no; }; g; for i in 1 2; do g; done; h() { while :; do return 7; done; }; h; echo $?\n"
     "r() { r; }; r; echo $?; d() if [ $1 -gt 0 ]; then d $(($1-1)); else echo bottom; fi\nd 190; k() { shift; echo $1; }; set -- x; k a b; echo $# $1; set --; n() ( cd /; pwd ); n; pwd\n"
     "echo 'w() { echo w; }; return 4; echo no' >lib; . ./lib; echo $?; w; type w; command -v w; return; echo $?; cd() { echo mine; }; cd /; command cd /dev; pwd\n"
     "m() { echo to file; } >/tmp/m; m; cat /tmp/m; t() { cat <<E; }; t my; t your\n$1 text\nE\nb() { break; echo on; }; for i in 1 2; do b; echo $i; done; set() { echo no; }; set -- arg; echo $1; X=1 m; echo \"<$X>\"\n"
     "m() { (return 5); echo $?; exit 6; }; m; echo no\n",
     "1\n3\n3\n4\nsh: none: No such file or directory\n1\n0\n2 a b c\n3\n0  \n2 1 2\n1 q \nnew\n24\ng1\ng1\ng1\n7\nsh: r: functions are nested too deeply\n1\nbottom\nb\n1 x\n/\n/tmp\n4\nw\nw is a shell function\nw\n"
     "sh: return: not in a function\n2\nmine\n/dev\nto file\nmy text\nyour text\non\n1\non\n2\narg\n<>\n5\n", 6),
    ("set", "set -- a 'b c'; echo $# $2; set x; echo $1; set --; echo $#; (set -z; echo no); command set -z; echo $?; f() { set -- in; echo $1; }; f out; echo $#; set -u; set -e; echo $-; set +ue; echo \"<$->\"\n"
     "sh -ec 'false || echo or; ! true; if false; then :; fi; while false; do :; done; false && true; f() { false; echo in f; }; f || :; true | (exit 3); echo no'; echo $?\n"
     "sh -e -c 'x=$(false); echo no'; echo $?; sh -ec 'f() { false; echo no; }; f'; echo $?; sh -ec '(false; echo no); echo no'; echo $?; sh -ec 'true && false; echo no'; echo $?; set -- one two; : three four; : five; echo $1 $2; echo 'false; echo no' >s; sh -e s; echo $?\n"
     "sh -uc 'echo ${x-or}${x+no} $#; echo $x; echo no'; echo $?; sh -u -c ': ${#x}'; sh -uc ': ${x%a}'; sh -xc 'x=1; echo a \"b c\"; f() { :; }; f 2'\nA=1; set | grep '^A='\n",
     "2 b c\nx\n0\nsh: set: -z: unknown option\nsh: set: -z: unknown option\n2\nin\n0\neu\n<>\nor\nin f\n3\n1\n1\n1\n1\none two\n1\nor 0\nsh: x: parameter not set\n2\nsh: x: parameter not set\nsh: x: parameter not set\n"
     "+ x=1\n+ echo a b c\na b c\n+ f 2\n+ :\nA='1'\n", 0),
    ("traps", r"""cat >s <<\E; sh s; echo $?
trap 'echo "bye $? it'\''s"' EXIT; trap; (exit 3)
E
sh -c 'trap "exit 7" 0; exit 3'; echo $?; sh -c 'trap "echo end" EXIT; trap 0; trap "echo no" 0; trap - EXIT'; sh -ec 'trap "echo ends" EXIT; false'; echo $?
trap 'echo usr $?' USR1 SIGUSR2; (exit 4); kill -USR1 $$; kill -s USR2 $$; echo on; trap '' USR1 TERM; kill -USR1 $$; kill $$; trap
(trap; echo sub; trap 'echo sub ends' EXIT; exit 5); echo $?; (trap 'echo at its end' EXIT; true); sh -c 'trap "echo exits \$?" EXIT; exit 6'; echo $?; (trap '' USR1; sh -c 'kill -USR1 $$; echo ignored'); trap 'echo again; trap - USR1' USR1; kill -USR1 $$; trap -- - USR2
sh -c 'trap "echo got" USR1; sleep 60 & echo ready; wait; echo $?; kill $!' >out & until grep -q ready out; do :; done; kill -USR1 $!; wait $!; cat out
trap x NONE; echo $?; trap x KILL; echo $?; trap x; echo $?; trap x 99; echo $?; trap - 12 15; trap
while :; do kill -USR2 $$; done & trap 'break' USR2; kill $!; for i in 1 2; do kill -USR2 $$; echo no; done; sh -c 'trap "echo ${x?gone}; echo no" EXIT'; echo $?
cat >s <<\E; sh s
trap 'echo child' CHLD; /bin/true; false & wait $!; x=$?; sleep 0.1 & wait; trap '' CHLD; echo $x $?; ls none 2>/dev/null; echo $?; trap - CHLD
trap '[ -f g ] || { >g; kill -USR1 $$; }; echo usr' USR1; kill -USR1 $$; wait
E
sh -c 'trap "return 5" USR1; f() { kill -USR1 $$; echo no; }; f; echo $?'
sh -c 'trap "echo a; echo b" USR1; f() { echo waits >w; return $(until [ -f go ]; do :; done; echo 3); echo no; }; f; echo $?' & until grep -q waits w 2>/dev/null; do :; done; kill -USR1 $!; >go; wait
""", "trap -- 'echo \"bye $? it'\\''s\"' EXIT\nbye 3 it's\n3\n7\nends\n1\nusr 0\nusr 0\non\ntrap -- '' USR1\ntrap -- 'echo usr $?' USR2\ntrap -- '' TERM\n"
     "trap -- '' USR1\ntrap -- '' TERM\nsub\nsub ends\n5\nat its end\nexits 6\n6\nignored\nagain\nready\ngot\n138\n"
     "sh: trap: NONE: no such signal\n1\nsh: trap: KILL: Invalid argument\n1\nsh: trap: missing signal\n2\nsh: trap: 99: no such signal\n1\nsh: x: gone\n2\nchild\nchild\nchild\n1 0\n1\nusr\nusr\n5\na\nb\n3\n", 0),
    ("getopts", "echo 'while getopts ab:c o; do echo \"$o ${OPTARG-none}\"; done; shift $((OPTIND-1)); echo \"$@\"' >s; sh s -a -bx -b y -cq rest -z; sh s -a -- -b; sh s - -a; sh s -b; sh s\n"
     "set -- -b -x; while getopts :ab: o -b -a -x -b; do echo \"$o $OPTARG\"; done; echo $OPTIND; OPTIND=1; getopts a o; echo $? \"$o\"; getopts a; echo $?; getopts a 1; echo $?\n"
     "f() { OPTIND=1; while getopts uv o; do echo $o; done; }; f -uv -v x; f -v; OPTIND=1; getopts ab o -ab; OPTIND=2; getopts ab o x -ba; echo $o; OPTIND=1; getopts a: o -:; echo \"$o\"\n",
     "a none\nb x\nb y\nc none\nsh: getopts: -q: no such option\n? none\nrest -z\na none\n-b\n- -a\nsh: getopts: -b: its value is missing\n? none\n\n\n"
     "b -a\n? x\n: b\n5\nsh: getopts: -b: no such option\n0 ?\nsh: usage: getopts optstring name [argument...]\n2\nsh: usage: getopts optstring name [argument...]\n2\n"
     "u\nv\nv\nv\nb\nsh: getopts: -:: no such option\n?\n", 0),
    ("readonly and local", "readonly x=1 y; (x=2; echo no); echo $?; (unset x; echo no); (read x <s; echo no); (for x in a; do :; done; echo no); (f() { local x; echo no; }; f); readonly; readonly -p; command readonly 1a; echo $?; (readonly 1a; echo no); echo $x\n"
     "a=out b=kept; f() { local a=in b c=1; echo $a $b $c; g; echo $a; b=; export a; env | grep -c ^a=in; }; g() { echo $a; a=changed; local a=deep; }; f; echo $a $b ${c-none}; env | grep -c ^a=\n"
     "h() { local a=$1; [ $1 = 0 ] || h $(($1-1)); echo $a; }; h 2; echo $a; local z; echo $?; y=1\n",
     "sh: x: is read only\n2\nsh: x: is read only\nsh: s: No such file or directory\nno\nsh: x: is read only\nsh: x: is read only\nreadonly y\nreadonly x='1'\nreadonly y\nreadonly x='1'\nsh: readonly: 1a: bad variable name\n1\nsh: readonly: 1a: bad variable name\n1\n"
     "in kept 1\nin\nchanged\n0\nout kept none\n0\n0\n1\n2\nout\nsh: local: not in a function\n2\nsh: y: is read only\n", 2),
    ("aliases", "alias e='echo one' f=e n='e; echo' 1=; alias e n; e no\ne two; f x; n y\n'e' 2>/dev/null; echo $?; echo e; \\e 2>/dev/null; echo $?; alias e='e a' ls='ls -d'; unalias n f; n z\n"
     "ls /; e 2>/dev/null; echo $?; alias; unalias e none; echo $?; alias none; echo $?; unalias -a; alias; alias 'if_=if true;'\nif_ then echo then; fi; alias p='grep -n . |'\ncat <<E | p wc -l\na\nE\n"
     "alias echo='echo +; echo' a='b; b' b='a c; echo d' u='echo u\nu'\necho e; eval 'echo f'\n{ a; } 2>/dev/null\n{ u; } 2>/dev/null; :\n",
     "e='echo one'\nn='e; echo'\nsh: e: not found\none two\none x\none\ny\n127\ne\n127\none\nz\n" "/\n127\nls='ls -d'\ne='e a'\n1='" "'\n"
     "sh: unalias: none: not found\n1\nsh: alias: none: not found\n1\nthen\n1\n+\ne\n+\nf\n+\nd\n+\nd\n+\nu\n", 0),
    ("what is written is read again", "x=\"it's\"; export x; export | grep x=; set | grep ^x=; readonly x; readonly; alias a=\"echo '<' \\\"\\$x\\\"\"; alias >s; (readonly; alias) >s; cat s\n"
     "alias | grep -c .; (alias | while read -r l; do echo \"alias $l\"; done) >s; unalias -a; . ./s\na\n",
     "export x='it'\\''s'\nx='it'\\''s'\nreadonly x='it'\\''s'\nreadonly x='it'\\''s'\na='echo '\\''<'\\'' \"$x\"'\n1\n< it's\n", 0),
    ("times and kill -l", "times | grep -c '^[0-9]*m[0-9]*[.][0-9][0-9]s [0-9]*m'; kill -l 143; kill -l 9; kill -l | grep -c .; kill -l 99; echo $?; kill -s; echo $?; kill -0 -- $$; echo $?; kill -- 1x; echo $?\n",
     "2\nTERM\nKILL\n29\nsh: kill: 99: no such signal\n2\nsh: kill: no such signal\n2\nsh: kill: --: no such process\n1\nsh: kill: 1x: no such process\n1\n", 0),
    ("a list of arguments in one word", "set -- x 'y z' w; IFS=-+; echo \"$*\" \"$@\"; a=\"$*\" b=\"$@\"; echo \"$a\" \"$b\"; IFS=; echo \"$*\"; unset IFS; echo \"$*\"; [ a; echo $?; [ ]; echo $?\n",
     "x-y z-w x y z w\nx-y z-w x y z w\nxy zw\nx y z w\nsh: [: missing ]\n2\n1\n", 0),
    ("functions and variables go", "f=1; f() { echo f; }; unset f; f; echo \"<$f>\"; f=2; unset -f f; f; echo $?; echo $f; unset -v f; echo $f; unset -f none; export V=v; export -p | grep V=; f() { echo new; }; f\n",
     "f\n<>\nsh: f: not found\n127\n2\n\nexport V='v'\nnew\n", 0),
    ("no function", "sh -c 'f() echo a'; sh -c 'f( a) { :; }'; sh -c 'f() {'; sh -c 'a-b() { :; }'; sh -c 'return 1; echo $?'\n",
     "sh: line 1: syntax error near echo\nsh: line 1: syntax error near a\nsh: line 1: syntax error near end of input\nsh: line 1: syntax error near (\n"
     "sh: return: not in a function\n2\n", 0),
    ("lines in pieces", "echo -n a; echo b; echo -n c; echo -n d; echo\ni=0; while [ $i -lt 5 ]; do echo -n \"$i \"; i=$((i+1)); done; echo end\n"
     "(echo -n e; sleep 0.3); echo f; { echo -n g; echo h; } & wait; sh -c 'echo -n x'; echo y\n", "ab\ncd\n0 1 2 3 4 end\nef\ngh\nxy\n", 0),
    ("redirections", "echo one >f; echo two >>f; cat <f; echo three > f; cat f; cat nothing 2>e; cat e; cat nothing >f 2>&1; cat f; wc -l <f\n"
     "{ echo a; echo b; } >f; cat f; (cat nothing; echo c) 2>/dev/null; >empty; wc -c <empty; echo x 3>g >&3; cat g; : 3>g; echo no >&3; echo $?\n"
     ": $({ sleep 9 & echo $! >p; } >/dev/null); kill $(cat p) && echo before its end; true >&12; echo $?; y=1 <none; echo \"$? <$y>\"; for i in $(seq 130); do true </dev/null; exec 3</dev/null; done; echo $?\n"
     "exec >h; echo in h; exec >/dev/console; cat h\n"
     "command exec >i 2>none/i; echo $?; (exec >i 2>none/i; echo no); (X=1 exec env | grep X=); X=2; env | grep -c X=\n"
     "cat <&- 2>/dev/null; echo $?; echo a >&9; echo $?; cat <none; echo $?; >/; echo $?\n",
     "one\ntwo\nthree\ncat: nothing: No such file or directory\ncat: nothing: No such file or directory\n1\na\nb\nc\n0\nx\nsh: 3: Bad file descriptor\n1\nbefore its end\nsh: 12: bad file descriptor\n1\nsh: none: No such file or directory\n1 <>\n0\nin h\n"
     "sh: none/i: No such file or directory\n1\nsh: none/i: No such file or directory\nX=1\n0\n1\n"
     "sh: 9: Bad file descriptor\n1\nsh: none: No such file or directory\n1\nsh: /: Is a directory\n1\n", 0),
    ("texts between lines", "x=v; cat <<END | cat; cat <<'END'; cat <<-END\na $x $((1+1)) \\$x \"q\" \\\"\nENDING\nEND\na $x\nEND\n\t\tb\n\tEND\nread a b <<X\n1 2  3 \nX\necho $a-$b\n"
     "if true; then cat <<A; fi\nin if\nA\nsh -c 'cat <<E\nlast\nE'; echo /tmp/sh-*\n", 'a v 2 $x "q" \\"\nENDING\na $x\nb\n1-2 3\nin if\nlast\n/tmp/sh-*\n', 0),
    ("the background", "sleep 0.3 & p=$!; sleep 0.1 & wait $p; echo $?; (exit 5) & wait $!; echo $?; wait; echo $?; (exit 5) & p=$!; true & wait $p $!; echo $?; wait 99999; echo $?\n"
     "cat & wait; sleep 100 & kill $!; wait $!; echo $?; kill -0 $!; echo $?; kill; echo $?; kill -X 1; echo $?; { sh -c 'kill $$'; } 2>/dev/null; echo $?\n",
     "0\n5\n0\n0\n127\n143\nsh: kill: %s: No such process\n1\nsh: kill: missing operand\n2\nsh: kill: no such signal\n2\n143\n", 0),
    ("builtins", "cd /dev; cd /tmp; cd -; pwd; cd ..; pwd; cd; pwd; cd /tmp; cd -; cd nowhere; echo $?\neval 'echo a;' 'echo b'; echo 'y=in' >f; . ./f; echo $y; command . ./none; echo $?; echo pwd >/tmp/lib; (PATH=/tmp; . lib)\n"
     "command shift; echo $?; command export 1=2 good=2; echo $? $good; wait x; echo $?; read 1x; echo $?; : ; echo $?; exec true\n",
     "/dev\n/dev\n/\n/\n/\nsh: cd: nowhere: No such file or directory\n1\na\nb\nin\nsh: .: ./none: No such file or directory\n1\n/\n"
     "sh: shift: can't shift that many\n1\nsh: export: 1=2: bad variable name\n1 2\nsh: wait: x: illegal number\n127\nsh: read: 1x: bad variable name\n2\n0\n", 0),
    ("where programs are", "echo $PATH; env | grep PATH; PATH=/none /bin/sh -c 'exit ${#PATH}'; echo $?; env -i sh -c 'env | grep PATH'; echo pwd >mine; chmod +x mine; PATH=:/none; mine\n", "/bin\nPATH=/bin\n5\nPATH=/bin\n/tmp\n", 0),
    ("long scripts with subshells", "echo 'exec 3>f 4>&3' >s; for i in $(seq 200); do echo '(true); n=$((n + 1))'; done >>s; echo 'echo $n >&3; exec 3>&-; cat f' >>s; sh s\n", "200\n", 0),
    ("scripts", "echo 'echo $0 $1; exit 4' >s; sh s arg; echo $?; sh none; echo $?; sh -c 'exit 6'; echo $?; sh -z; echo $?\n"
     "printf=; echo 'cat' >s; echo input | sh s\n", "s arg\n4\nsh: none: No such file or directory\n127\n6\nusage: sh [-aCefnuvx] [-o option]... [-c text [name] | -s | file] [argument...]\n2\ninput\n", 0),
    ("what cannot be run", "nothing; echo $?; /none; echo $?; /dev/null; echo $?; /tmp; echo $?; echo x >t; ./t; echo $?; chmod +x t; ./t; echo $?; ''; echo $?; head -c 20 /bin/true >t; ./t; echo $?; PATH=/dev:/none null; echo $?\n",
     "sh: nothing: not found\n127\nsh: /none: No such file or directory\n127\nsh: /dev/null: Permission denied\n126\nsh: /tmp: Permission denied\n126\n"
     "sh: ./t: Permission denied\n126\nsh: x: not found\n127\nsh: : not found\n127\nsh: ./t: Exec format error\n126\nsh: null: Permission denied\n126\n", 0),
    ("errors in the syntax", "sh -c 'echo \"a'; sh -c 'if true'; sh -c ')'; sh -c 'a && ;'; sh -c 'cat <'; sh -c 'cat <<E'; sh -c 'echo $(a'; sh -c '{ a;'; echo $?\n"
     "(echo ${x!}); (: ${1=x}; echo no); (echo $((1+))); (echo $((1/0)); echo no); (echo ${x?is missing}); echo $?\n",
     "sh: line 1: unterminated quote or parenthesis\nsh: line 1: syntax error near end of input\nsh: line 1: syntax error near )\n"
     "sh: line 1: syntax error near ;\nsh: line 1: syntax error near end of input\nsh: line 1: unterminated here-document\n"
     "sh: line 1: syntax error near end of input\nsh: line 1: syntax error near end of input\n2\n"
     "sh: ${}: bad substitution\nsh: 1: cannot assign in this way\nsh: $((1+)): expecting a number at the end\nsh: $((1/0)): division by 0\nsh: x: is missing\n2\n", 0),
    ("a failed expansion ends a script", "sh -c 'echo ${x:?}; echo no'; sh -c 'for i in ${x?gone}; do echo no; done; echo no'; echo $?\n"
     "sh -c ': >${x?}; echo no'; sh -c 'y=${x?}; echo no'; sh -c 'true | : ${x?none}; echo $?'\n"
     "echo $(echo ${x?}; echo no) on; echo a >f; : ${x?the end}; echo no\n",
     "sh: x: parameter not set or null\nsh: x: gone\n2\nsh: x: parameter not set\nsh: x: parameter not set\nsh: x: none\n2\nsh: x: parameter not set\non\nsh: x: the end\n", 2),
    ("numbers", "echo $((1<<4)) $((-16>>2)) $((5&3)) $((5|3)) $((5^3)) $((~0)) $((-~1)) $((1 | 2 ^ 3 & 2)) $((1+2<<3)) $((0x10 + 010)) $((7-3-2)) $((64/4/2)) $((1<<2<<1))\n"
     "echo $((1?2:3)) $((0?2:3)) $((1?2:0?3:4)) $((0?2:0?3:4)) $((1||1/0)) $((0&&1/0)) $((2&&3)) $((2<3==1)) $((3>=4||2!=2)) $((3>=3))$((3<=3))$((3>3))$((3<3))\n"
     "echo $((a=5)) $((a+=2)) $((a<<=1)) $((a%=5)) $((a|=8)) $((a-=1)) $((a/=2)) $((a*=3)) $((a^=1)) $((a&=4)) $((a>>=1)) $a $((b=c=a+1)) $b$c\n"
     "echo $((0&&(d=1))) $((1||(d=1))) $((1?2:(d=1))) \"<$d>\" $((d=1?e=3:4)) $d $e; x=ab; (echo $((x=x+1)))\n"
     "a=1; for i in $(seq 50); do a=\"($a)\"; done; echo $(($a)); (echo $((($a)))) 2>/dev/null; echo $?\n"
     "(echo $((1?2))); (echo $((1 2))); (echo $((1=2))); (echo $((1<<=2))); (echo $((1+=2)))\n",
     "16 -4 1 7 6 -1 2 1 24 24 2 8 8\n2 3 2 4 1 0 1 1 0 1100\n5 7 14 4 12 11 5 15 14 4 2 2 3 33\n0 1 2 <> 3 3 3\nsh: $((x=x+1)): x is not a number\n1\n2\n"
     "sh: $((1?2)): expecting : at the end\nsh: $((1 2)): expecting an operator at 2\nsh: $((1=2)): expecting an operator at =2\nsh: $((1<<=2)): expecting an operator at <<=2\nsh: $((1+=2)): expecting an operator at +=2\n", 2),
    ("large numbers, and what is none", "echo $((9223372036854775807 + 1)) $((2147483647 + 1)) $((1<<62)) $((-9223372036854775807 / 3)) $((9223372036854775807 % 1000)) $((99999999999999999999)) $((-1>>63))\n"
     "x=' 5 '; echo $((x * x)) $((x - -1)) $((- -x)) $((--5)); x=; echo $((x)) $((0x1F + 010)); [ $((1<<40)) -gt 5 ] && echo greater\n"
     "for i in '1+' '08' '0x' '1/0' '7 %0' '1.5' 'a@b' '1,2' 'x++' '++x' 'x--' '(1' '' '1 << << 2'; do (eval \"echo \\$((\$i))\"); done; (x=1+2; echo $((x)))\n",
     "-9223372036854775808 2147483648 4611686018427387904 -3074457345618258602 807 9223372036854775807 -1\n25 6 5 5\n0 39\ngreater\n"
     "sh: $((1+)): expecting a number at the end\nsh: $((08)): not a number at 08\nsh: $((0x)): not a number at 0x\nsh: $((1/0)): division by 0\nsh: $((7 %0)): division by 0\n"
     "sh: $((1.5)): expecting an operator at .5\nsh: $((a@b)): expecting an operator at @b\nsh: $((1,2)): expecting an operator at ,2\nsh: $((x++)): ++ and -- are not supported, at ++\n"
     "sh: $((++x)): ++ and -- are not supported, at ++x\nsh: $((x--)): ++ and -- are not supported, at --\nsh: $(((1)): expecting ) at the end\n"
     "sh: $(()): expecting a number at the end\nsh: $((1 << << 2)): expecting a number at << 2\nsh: $((x)): x is not a number\n", 2),
    ("home", "echo ~ ~/x \"~\" ~root '~'/a a~ \\~; HOME='/de v/*'; echo ~ ~/a; HOME=/dev; x=~/y; echo $x; cd ~; pwd; echo hi >~/null; for i in ~; do echo $i; done; HOME='/d*'; echo ~\n",
     "/ /x ~ ~root ~/a a~ ~\n/de v/* /de v/*/a\n/dev/y\n/dev\n/dev\n/d*\n", 0),
    ("a builtin in a pipeline", ": $(echo x >>f) | cat; grep -c . f; true | read x$(echo y >>f); grep -c . f; true | z=$(echo z >>f); grep -c . f\n"
     "echo a | (read a; echo $a); (exit 3) | exit 4; echo $?; cd /dev | pwd; command -v cd | cat\n",
     "1\n2\n3\na\n4\n/tmp\ncd\n", 0),
    ("type, command, umask", "umask; umask 027; umask; >f; ls -l f | grep -c '^-rw-r----- '; umask 8; echo $?\n"
     "type cd ls if nothing; echo $?; command -v ls cd while ./g /bin/ls nothing; echo $?; command ls -d /; (PATH=/none; command -p echo found); command -V ls; command cd /dev; pwd; command -- cd /; pwd\n"
     "command nothing; echo $?; command; echo $?; command exit 5\n",
     "0022\n0027\n1\nsh: umask: 8: illegal mode\n1\ncd is a shell builtin\nls is /bin/ls\nif is a shell keyword\nsh: type: nothing: not found\n1\n"
     "/bin/ls\ncd\nwhile\n/bin/ls\n1\n/\nfound\nls is /bin/ls\n/dev\n/\nsh: nothing: not found\n127\n0\n", 5),
    ("cat, head, tail, wc", "echo a >f; echo b >>f; cat f - f <f; cat none; echo $?; head -n 1 f f; tail -n 1 f; wc f; wc -l f f; head -n x f; echo $?\n",
     "a\nb\na\nb\na\nb\ncat: none: No such file or directory\n1\n==> f <==\na\n\n==> f <==\na\nb\n      2       2       4 f\n2 f\n2 f\n4 total\n"
     "head: x: invalid number of lines\n2\n", 0),
    ("grep", "echo One >f; echo two >>f; grep -n o f; grep -in o f; grep -vc o f; grep -q x f; echo $?; grep '(' f; echo $?; grep -E '(' f 2>/dev/null; echo $?; grep -F . f; echo $?\n"
     "grep o f none; echo $?; cat f | grep '^t.*o$'\n",
     "2:two\n1:One\n2:two\n1\n1\n1\n2\n1\nf:two\ngrep: none: No such file or directory\n2\ntwo\n", 0),
    ("mkdir, rmdir, rm", "mkdir d; mkdir d; echo $?; mkdir -p d/e/f d; mkdir x/y; rmdir d; echo $?; rmdir d/e/f; touch d/e/g; rm d; echo $?; rm -r d; rm d; echo $?; rm -f d; echo $?; ls -a\n",
     "mkdir: d: File exists\n1\nmkdir: x/y: No such file or directory\nrmdir: d: Directory not empty\n1\nrm: d: Is a directory\n1\nrm: d: No such file or directory\n1\n0\n.   ..\n", 0),
    ("cp, mv, ln, touch", "echo a >f; cp f g; cat g; cp f f; echo $?; mkdir d; cp f g d; ls d; cp d e; echo $?; cp -r d e; ls e; cp -r d e; ls e; mv f h; cat h; mv h g d; ls; mv none x; echo $?\n"
     "ln d/h l; rm d/h; cat l; ln l d; ls d; ln none x; echo $?; touch t; wc -c t\n",
     "a\ncp: f and f are the same file\n1\nf  g\ncp: d: is a directory (not copied without -r)\n1\nf  g\nd  f  g\na\nd  e\nmv: none to x: No such file or directory\n1\n"
     "a\nf  g  l\nln: none to x: No such file or directory\n1\n0 t\n", 0),
    ("test", "[ a = a ] && [ a != b ] && [ 2 -gt 1 ] && [ ! a = b ] && [ -n a ] && [ -z '' ] && [ a ] && [ -d / ] && [ -e /bin/sh ] && [ -f /bin/sh ] && [ -x /bin/sh ] && [ -c /dev/null ] && [ ! -b /dev/null ] && [ ! -p f ] && [ ! -S f ] && [ ! -h / ] && [ ! -L / ] && [ ! -u / ] && [ ! -g / ] && echo yes\n"
     "[ '' ]; echo $?; [ a = b -o b = b ]; echo $?; [ a = a -a a = b ]; echo $?; [ '(' = '(' ]; echo $?; [ x -eq 1 ]; echo $?; [ a b ]; echo $?; test; echo $?; [ -f / ]; echo $?\n",
     "yes\n1\n0\n1\n0\ntest: x: illegal number\n2\ntest: b: too many arguments\n2\n1\n1\n", 0),
    ("ls", "mkdir d; echo abc >d/f; ls -l d | grep -c -e '-rw-r--r--   1         4 .* f'; ls d/f; ls -d d; ls none; echo $?; ls -l /dev/null | grep -c '^c.* 1, 3 '\n",
     "1\nd/f\nd\nls: none: No such file or directory\n1\n1\n", 0),
    ("ps, free, shmstat", "sleep 50 & until ps | grep -q 'sleeping .* sleep$'; do true; done; ps | grep -c ' 0 waiting .* sh$'; sh -c '(exit 0) & exec sleep 60' & until ps | grep -q zombie; do true; done; free | grep -c 'frames .* KiB'; shmstat | wc -l; kill $!\n",
     "1\n8\n1\n", 0),
]


def with_processes(text, wanted):
    """Matches process ids in messages, which are not known before."""
    before, mark, behind = wanted.partition("%s")
    if not mark:
        return text == wanted
    return text.startswith(before) and text.endswith(behind) and text[len(before):len(text) - len(behind)].isdigit()


def runs(script, wanted, status):
    def run():
        done = forked.run("run", ["--kernel", "sh"], PATIENCE, given=f"cd /tmp\n{script}".encode())
        yield from judge(status, done.returncode, (), done.stderr.splitlines())
        yield "it writes what it should", with_processes(done.stdout, wanted), f"{script}\nwrites\n{done.stdout}\nnot\n{wanted}"
    return run


def read_until(stream, wanted):
    """What arrives, up to `wanted`, or until nothing more does."""
    got = b""
    while not got.endswith(wanted) and select.select([stream], [], [], SILENCE)[0]:
        piece = os.read(stream.fileno(), 4096)
        if not piece:
            break
        got += piece
    return got


@contextlib.contextmanager
def at_terminal(*words):
    """(the terminal, what the system prints) of a running system, which is ended with the block."""
    ours, theirs = pty.openpty()
    with processes.started([str(ROOT / "scripts/run"), "--build-dir", str(IMAGES), "--kernel", *words], cwd=ROOT, stdin=theirs, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL) as process:
        os.close(theirs)
        try:
            yield ours, process
        finally:
            os.close(ours)


LEFT, RIGHT, UP, DOWN, HOME, END, DELETE, PAGE_UP = (b"\x1b" + key for key in (b"[D", b"[C", b"[A", b"[B", b"[H", b"OF", b"[3~", b"[5~"))

# (keys, the output that follows, in the end); the prompt comes next.
EDITED = [
    (b"echo helo" + LEFT + b"l\n", b"hello\n"),
    (b"cho x" + HOME + b"e" + END + b"y\n", b"xy\n"),
    (b"echo abc\x7f\x08d\n", b"ad\n"),
    (b"echo xaby" + 4 * LEFT + DELETE + b"\x05\x08\n", b"ab\n"),
    (b"junk\x15echo b\n", b"b\n"),
    (b"echo one two\x17three\n", b"one three\n"),
    (b"echo abcdef" + 3 * LEFT + b"\x0b\n", b"abc\n"),
    (b"cho a\x01e\x05b\x02\x02c\x06d\n", b"cadb\n"),
    (b"ignored\x03", b"^C\n"),
    (UP + b"\n", b"cadb\n"),
    (2 * UP + b"\n", b"abc\n"),
    (b"echo begun" + UP + DOWN + b"!\n", b"begun!\n"),
    (b"echo caf\xc3\xa9s\x7f\x7f\n", b"caf\n"),
    (b"echo " + 100 * b"0123456789" + HOME + END + b"\x17ok\n", b"ok\n"),
    (b"echo a\\\nb\n", b"ab\n"),
    (b"if true\nthen echo then\nfi\n", b"then\n"),
    (b"echo 'a\x03", b"^C\n"),
    (b")\n", b"sh: syntax error near )\n"),
    (b"echo $?\x0c\n", b"2\n"),
    (b"false; echo status $?\n", b"status 1\n"),
    (b"echo \xc3\xa9" + LEFT + b"a" + RIGHT + b"b\n", b"a\xc3\xa9b\n"),
    (b"echo one two  \x17three\n", b"one three\n"),
    (b"junkecho b" + 6 * LEFT + b"\x15\n", b"b\n"),
    (b"echo y" + HOME + b"\x7f\n", b"y\n"),
    (b"echo xa" + 2 * LEFT + b"\x04\n", b"a\n"),
    (b"echo ab" + LEFT + PAGE_UP + b"c\n", b"acb\n"),
    (b" \n", b"\n"),
    (UP + b"\n", b"acb\n"),
    (40 * UP + b"\n", b"hello\n"),
]


def prompted(process, what, wanted):
    """Whether that text and a prompt are the last output."""
    got = read_until(process.stdout, wanted + b"$ ")
    return what, got.endswith(wanted + b"$ "), f"{got[-2000:]!r} has no {wanted}"


def editing():
    with at_terminal("sh") as (terminal, process):
        yield prompted(process, "it prompts", b"")
        for keys, wanted in EDITED:
            os.write(terminal, keys)
            yield prompted(process, f"{keys[:60]}: {wanted}", wanted)
        os.write(terminal, b"exit 3\n")
        yield "exit ends it", process.wait(PATIENCE) == 3, f"{process.returncode}"


def end_of_input():
    with at_terminal("sh") as (terminal, process):
        yield prompted(process, "it prompts", b"")
        os.write(terminal, b"(exit 4)\n")
        yield prompted(process, "it goes on", b"\n")
        os.write(terminal, b"\x04")
        yield "control-D ends it", process.wait(PATIENCE) == 4, f"{process.returncode}"


# Typed in sequence, each after the previous output: (keys, the output before the next prompt, the last output).
LIVED_IN = [
    (b"cat\n", b"cat\n", None), (b"lin\x7fne\n", b"line\n", None), (b"\x04", b"", b""),  # the terminal gives lines again
    (b"sleep 100\n", b"sleep 100\n", None), (b"\x03", b"^C\n", b""), (b"echo $?\n", b"130\n", b""),
    (b"sleep 100 | sleep 100 | (echo up; cat)\n", b"up\n", None), (b"\x03", b"^C\n", b""),
    (b"while true; do true; done\n", b"done\n", None), (b"\x03", b"^C\n", b""),
    (b"(echo up; sleep 100; echo never); echo never\n", b"never\nup\n", None), (b"\x03", b"^C\n", b""),
    (b"sh -c 'echo up; sleep 100; echo never'\n", b"never'\nup\n", None), (b"\x03", b"^C\n", b""),
    (b"sleep 100 &\n", b"[1] ", b"\n$ "), (b"\x03", b"^C\n", b""), (b"ps | grep -c 'sleeping.* sleep$'\n", b"1\n", b""),
    (b"jobs\n", b"[1] + Running sleep 100\n", b""), (b"kill %1; wait\n", b"wait\n", b""), (b"(exit 3) & wait %1\n", b"[1] ", b"\n$ "), (b"echo $?\n", b"3\n", b""),
    (b"sleep 0 & until jobs | grep -q Done; do true; done\n", b"[1] + Done sleep 0\n", b""),
    (b"PS1='$x>' x=a; x=b\n", b"\nb>", None), (b"PS1='$ '\n", b"\n", b""),
    (b"trap 'echo child' CHLD; (exit 0) &\n", b"child\n", None), (b"", b"$ \x1b[K", None), (b"echo a", b"echo a", None), (b"b\n", b"ab\n", b""), (b"trap - CHLD\n", b"\n", b""),
    (b"trap 'echo key' INT\n", b"INT\n", b""), (b"ab\x03", b"^C\nkey\n", b""), (b"echo $?; trap - INT\n", b"130\n", b""),
    *8 * [(b"read x\n\x03", b"^C\n", b"")], (b"read x\n", b"read x\n", None), (b"\x03", b"^C\n", b""), (b"read x; echo $x\nab\n", b"ab\nab\n", b""),
    (b"${nothing:?}; echo on\n", b"or null\non\n", b""), (b"for i in a ${n?}; do echo no; done; readonly r; unset r; echo $?\n", b"set\nsh: r: is read only\n1\n", b""),
]


def interrupting():
    with at_terminal("sh") as (terminal, process):
        yield prompted(process, "it prompts", b"")
        for keys, wanted, prompt in LIVED_IN:
            os.write(terminal, keys)
            end = wanted if prompt is None else b"$ "
            got = read_until(process.stdout, end)
            yield f"{keys}: {wanted}", wanted in got and end in got, f"{got!r}, after {keys}"
        os.write(terminal, b"exit\n")
        yield "it has ended", process.wait(PATIENCE) == 0, f"{process.returncode}"


def cooked_again():
    """After a program that reads keys dies, or becomes another program, the terminal gives lines; also after a copy of
    the shell dies."""
    with at_terminal("sh") as (terminal, process):
        yield prompted(process, "it prompts", b"")
        for how in (b"sh", b"sh -c 'exec sh'"):
            os.write(terminal, how + b"\n")
            yield prompted(process, "another shell prompts", b"\n")
            os.write(terminal, b"exec cat\n")
            read_until(process.stdout, b"exec cat\n")
            os.write(terminal, b"abx\x7fc\n")
            got = read_until(process.stdout, b"abc\n")
            yield "what it becomes has lines", got.endswith(b"abx\b \bc\nabc\n"), f"{got!r}"
            os.write(terminal, b"\x04")
            yield prompted(process, "and the first one its keys", b"")
        os.write(terminal, b"sh\n")
        yield prompted(process, "a third prompts", b"\n")
        os.write(terminal, b"kill -KILL $$\n")
        yield prompted(process, "it dies", b": Killed\n")
        os.write(terminal, b"exit 0\n")
        yield "it has ended", process.wait(PATIENCE) == 0, f"{process.returncode}"


def booted_plainly():
    """At the serial port of a machine with ordinary options: with the exit device of scripts/run, no shell would
    start."""
    command = ["qemu-system-i386", "-accel", "tcg", "-nic", "none", "-display", "none", "-monitor", "none",
               "-chardev", "stdio,id=port,signal=off", "-serial", "chardev:port", "-cdrom", str(ISO)]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "bufsize": 0}
    with processes.started(command, **streams) as process:
        yield prompted(process, "it prompts", b"init: starts sh\r\n")
        for keys, wanted in ((b"echo $((6*7))\n", b"42\r\n"), (b"exit 3\n", b"init: starts sh\r\n")):
            process.stdin.write(keys)
            yield prompted(process, f"{keys}: {wanted}", wanted)
    with processes.started([*command, "-device", "isa-debug-exit,iobase=0xf4,iosize=4"], **streams) as process:
        output, _ = process.communicate(timeout=PATIENCE)
        yield "its status", process.returncode == 1, f"{process.returncode}"
        yield "its last line", output.endswith(b"init: shm_cnt exited with status 0\r\n"), f"{output!r}"


def shell_tests():
    """(name, function, the build it needs) of each test."""
    yield from ((f"shell/{what}", runs(*rest)) for what, *rest in [*SCRIPTS, *LANGUAGE, *SED, *TOOLS])
    for function in (editing, end_of_input, interrupting, cooked_again, booted_plainly):
        yield f"shell/{function.__name__}", function

"""Tests of the shell's language: scripts and their output, as POSIX requires and other shells produce."""

# (what, the script, its output, its status), as in SCRIPTS of shell_tests.py.
LANGUAGE = [
    ("fields", r'''f() { echo "$#"; for i; do echo "<$i>"; done; }; x='a  b'; f $x "$x" ''$x; IFS=:; x=a::b:; f $x; x=:a; f $x; IFS=' :'; x=' a : b  c: :'; f $x; IFS=; x='a b'; f $x; unset IFS; f $x
f ${none:-a "b  c" d}; f "${none:-a  b}"; set -- 'a b' ''; f $@; f $*; f "$@"; f "${@:-none}"; f "${none-$@}"; echo ${#@} "${*:+some}"; set --; f "${@:-none}" ${@+no}
''', '''5
<a>
<b>
<a  b>
<a>
<b>
3
<a>
<>
<b>
2
<>
<a>
4
<a>
<b>
<c>
<>
1
<a b>
2
<a>
<b>
3
<a>
<b  c>
<d>
1
<a  b>
2
<a>
<b>
2
<a>
<b>
2
<a b>
<>
2
<a b>
<>
2
<a b>
<>
2 some
1
<none>
''', 0),
    ("quotes in braces", r'''cat <<E
${y:-def "q"} "${y:-def "q"}" ${y:-it's} ${y:-a\"b\}} "it's" \$y `echo \\\\a`
E
echo "${y:-def "q"}" "${y:-it's}" "${y:-"q  r"}" ${y:-"q  r"} "${y:-\}}" ${y:-\}} "${y:-'q'}" ${y:-'q'} "`echo \"a  b\"`" "$(echo "a  b")"
x='a}b'; echo "${x%\}b}" "${x%'}b'}" ${x%"}"b} "${x#a"}"}" "${y:=a "b"}" $y; (cat <<E; echo no)
${x
E
echo on
''', r'''def q "def q" it's a"b} "it's" $y \a
def q it's q  r q  r } } 'q' q a  b a  b
a a a b a b a b
sh: line 7: unterminated quote or parenthesis
on
''', 0),
    ("home in values", r'''HOME=/h; x=~; y=~/a:~/b:c~; echo $x $y ~: a:~ a=~ "${n:-~}" ${n:-~} ${n:-~/z} ${n:-"~"} ${n:=~/w}; export E=~/e R="~"; readonly Q=~:~; echo $E $R $Q; x='a  b'; export X=$x Y=$(echo 'c  d'); echo "$X" "$Y"
case /h in ~) echo home;; esac; f() { local l=~/l m=$x; echo "$l $m"; }; f
''', '''/h /h/a:/h/b:c~ ~: a:~ a=~ ~ /h /h/z ~ /h/w
/h/e ~ /h:/h
a  b c  d
home
/h/l a  b
''', 0),
    ("commands in each other", r'''echo $(case a in a) echo p;; esac) $(echo a # it's )
) $(echo ')' "$(case b in (b) echo ")";; esac)") $( (echo s) ) $((1 + $(case 1 in 1) echo 2;; esac))) $()
cat <<E $(cat <<F
in
F
)
E
x=$(for i in 1 2; do case $i in 1) echo "one)";; *) echo 'two)'; esac; done); echo "$x"; echo $( ( (echo deep) ) ) $(alias x=y) "$(
echo line
)"
(eval 'echo $(case a in)'; echo no); (eval 'echo $(if)'; echo no); a='$(echo '; while [ ${#a} -lt 4000 ]; do a=$a$a; done; (eval "echo $a"; echo no); echo $?
''', '''p a ) ) s 3
cat: in: No such file or directory
one)
two)
deep line
sh: line 12: syntax error near )
sh: line 12: syntax error near )
sh: line 12: commands or quotes are nested too deeply
2
''', 0),
    ("read", r'''show() { echo "$?<$a|$b|$c>"; a= b= c=; }; IFS=:; echo 'x::y:z' >f; read a b c <f; show; echo 'x:y:' >f; read a b <f; show; read a <f; show; echo 'x:' >f; read a <f; show; echo ' x : y ' >f; read a b <f; show
unset IFS; echo 'a\ b c \' >f; echo 'd\\e f' >>f; read a b c <f; show; read -r a b <f; show; echo -n 'no end' >f; read a <f; show; >f; read a <f; show; echo '  two  words  ' >f; read a <f; show; IFS= read a <f; show; read; echo $?
IFS=' :'; echo 'a : b :: c' >f; read a b c <f; show; echo -n 'a : b : ' >f; read a b <f; show
''', r'''0<x||y:z>
0<x|y|>
0<x:y:||>
0<x||>
0< x | y |>
0<a b|c|d\e f>
0<a\|b c \|>
1<no end||>
1<||>
0<two  words||>
0<  two  words  ||>
sh: read: missing operand
2
0<a|b|: c>
1<a|b|>
''', 0),
    ("before a command", r'''f() { echo "f $X"; X=in; }; X=1 f; echo "<$X>"; X=1 true; X=1 cd /tmp; X=1 read Y </dev/null; X=1 command :; echo "<$X>"; X=1 :; echo "<$X>"; X=2 eval 'echo $X'; echo $X; X=3 env | grep ^X; A=1 B=$A env | grep ^B; f() { env | grep ^X; }; X=5 f; Z=1 true; Z=2; env | grep -c ^Z=; unset X; X=6 f; readonly R=1; (R=2 true; echo no); (R=2 f; echo no); echo $?
''', '''f 1
<>
<>
<1>
2
2
X=3
B=1
X=5
0
X=6
sh: R: is read only
sh: R: is read only
2
''', 0),
    ("what ends a script", r'''for s in 'shift 5' 'shift x' 'export 1a' 'unset a-b' '. ./none' 'eval if' 'set -z' 'set -o none' ': >${n?}' 'exec 9>none/x' 'break 0' 'trap x NONE' 'read 1x' 'true <none'; do (eval "$s"; echo "$s: $?"); done; for s in 'shift 5' '. ./none' 'eval if' 'set -z'; do (command $s; echo "on $?"); done
echo if >s; (. ./s; echo no); command . ./s; echo $?; sh -c 'eval "command shift 3"; echo on'; (cat <${n?}; echo no); (X=${n?} cat; echo no); echo $?; eval 'eval if; echo no'; echo no
''', '''sh: shift: can't shift that many
sh: shift: x: illegal number
sh: export: 1a: bad variable name
sh: unset: a-b: bad variable name
sh: .: ./none: No such file or directory
sh: line 2: syntax error near end of input
sh: set: -z: unknown option
sh: set: -o: unknown option
sh: n: parameter not set
sh: none/x: No such file or directory
sh: break: 0: illegal number
sh: trap: NONE: no such signal
trap x NONE: 1
sh: read: 1x: bad variable name
read 1x: 2
sh: none: No such file or directory
true <none: 1
sh: shift: can't shift that many
on 1
sh: .: ./none: No such file or directory
on 1
sh: line 2: syntax error near end of input
on 2
sh: set: -z: unknown option
on 2
sh: line 1: syntax error near end of input
sh: line 1: syntax error near end of input
2
sh: shift: can't shift that many
on
sh: n: parameter not set
sh: n: parameter not set
2
sh: line 3: syntax error near end of input
''', 2),
    ("options", r'''set -f; echo *; set +f; >a; >b; echo *; set -a; X=1; set +a; Y=1; env | grep -c '^[XY]='; set -C; echo 1 >a; echo $?; echo 2 >|a; cat a; echo 3 >c >/dev/null; echo $?; set +C; sh -nc 'echo no'; sh -c 'set -n; echo no'; echo 'echo a' >s; sh -v s; set -o noglob; echo *; echo $-; set +o noglob
set -o | grep 'noglob  *off'; set +o | grep noclobber; set -eu -o xtrace 2>/dev/null; set +x; echo $-; set - a b; echo $#; set -; echo $#; set -x -v; set - c; echo $1 $-; set +eu; sh -o errexit -c 'false; echo no'; echo $?; sh -e -uc 'echo $-' ; echo 'echo $1' | sh -s arg; sh -c -- 'echo $0' n; sh -o none; echo $?
''', '''*
a b
1
sh: a: File exists
1
2
0
echo a
a
*
f
noglob          off
set +o noclobber
+ set +x
eu
2
2
+ set - c
c eu
1
eu
arg
n
usage: sh [-aCefnuvx] [-o option]... [-c text [name] | -s | file] [argument...]
2
''', 0),
    ("what is run is written", r'''(set -x; x=1 y='a  b'; z=$x; A=$x true; : "c d" $y; >f; echo e >f 2>g; for i in 1; do :; done; f() { X=2 :; }; Y=3 f; v=$(echo in); set +x; cat g) 2>&1
(PS4='$n$(echo "> ")'; n=7; set -x; : a); (PS4='$(true)+'; set -x; x=$(false); echo $?) 2>/dev/null
''', '''+ x=1 y=a  b
+ z=1
+ A=1 true
+ : c d a b
+ echo e
+ :
+ Y=3 f
+ X=2 :
+ echo in
+ v=in
+ set +x
7> : a
1
''', 0),
    ("lines and parents", r'''cat >s <<'E'
echo $LINENO
# none
f() {
    echo f $LINENO
}
f; echo $LINENO \
    $(echo $LINENO; echo "of $((PPID > 0))")
for i in a; do
    echo $LINENO $((LINENO + 1)); done; eval 'echo $LINENO
echo $LINENO'
if
E
sh s; echo $?; sh -c 'echo $LINENO'; sh -c 'echo $PPID' >f; [ $(cat f) = $$ ] && echo mine; echo "<$PWD>"; cd /; sh -c 'echo $PWD'
''', '''1
f 4
6 6 of 1
9 10
9
10
sh: line 11: syntax error near end of input
2
1
mine
</tmp>
/
''', 0),
    ("files read and written", "echo abc >f; exec 3<>f; read x <&3; echo $x; echo def >&3; cat f; echo X 1<>f; cat f; exec 3>&-; echo new 1<>g; cat g; <>h cat; [ -f h ] && echo made; ls none <>/dev/null 2>/dev/null || echo no\n",
     "abc\nabc\ndef\nX\nc\ndef\nnew\nmade\nno\n", 0),
    ("aliases behind blanks, and words of the syntax", r'''alias a='echo ' b=c c=d if='echo no' n='echo x ' then=no
X=1 a b; a b; n b; a b b; a; b 2>/dev/null; if true; then echo kw; fi; a if; command -v a; type a; command -V c; unalias; echo $?; a $(echo) b; A=1 a b
''', '''d
d
x d
d b

kw
echo no
alias a='echo '
a is an alias for 'echo '
c is an alias for 'd'
sh: unalias: missing operand
2
b
d
''', 0),
    ("jobs", r'''(exit 3) & sleep 50 & until jobs | grep Done; do jobs -p >/dev/null; done; jobs %2; jobs -l %sle | grep -c "^\[2\] + $! Running sleep 50"; wait %1; echo $?; [ "$(jobs -p)" = "$!" ] && echo same; kill %2; wait %?50; echo $?; jobs; wait %%; echo $?; jobs %1; echo $?; jobs -z; echo $?; kill %9; echo $?; jobs %?s; echo $?
(exit 4) & (exit 5) & wait %-; echo $?; wait %+; echo $?; { sleep 50 | if true; then for i in 1 2; do :; done; else case x in y|z) ! (a);; esac; fi; } >/dev/null 2>&1 & x=1 sleep 60 && while true; do f() { b <c; }; done || d & jobs; jobs %?60; kill $(jobs -p); wait; jobs; sleep 50 & (sleep 51 & jobs; kill %1); kill $!
wait; sleep 50 & sleep 51 & kill %?lee; echo $?; kill $(jobs -p); wait; { : & if false; then :; elif false; then :; else sleep 50; fi; } & jobs; kill %1; wait; true & until jobs >f; grep -q Done f; do :; done; jobs
''', '''[1] - Done(3) (exit 3)
[2] + Running sleep 50
1
3
same
143
sh: wait: %%: no such job
127
sh: jobs: %1: no such job
1
sh: jobs: -z: unknown option
2
sh: kill: %9: no such process
1
sh: jobs: %?s: no such job
1
4
5
[1] - Running { sleep 50 | if true; then for i in 1 2; do :; done; else case x in y | z) ! (a);; esac; fi; } >/dev/null 2>&1
[2] + Running x=1 sleep 60 && while true; do f() { b <c; }; done || d
[2] + Running x=1 sleep 60 && while true; do f() { b <c; }; done || d
[1] + Running sleep 51
sh: kill: %?lee: no such process
1
[1] + Running { : & if false; then :; elif false; then :; else sleep 50; fi; }
''', 0),
    ("hash and ulimit", r'''hash; hash -r ls cd none; echo $?; ulimit -n; ulimit; ulimit -t; ulimit -c; ulimit -s; (ulimit -n 20; ulimit -n; ulimit -n 30; echo $?; ulimit -H -n); (ulimit -v 8000; ulimit -v; cat /dev/zero | tail -1); echo $?; ulimit -a | cut -c1-2; (ulimit -u 9; ulimit -Su); ulimit -f 5; echo $?; ulimit -f unlimited; echo $?; ulimit x; echo $?; ulimit -z; echo $?; ulimit -n 5 6; echo $?
''', '''sh: hash: none: not found
1
128
unlimited
unlimited
unlimited
8192
20
sh: ulimit: descriptors: a limit can only be lowered
1
20
8000
tail: standard input: Out of memory
1
-c
-d
-f
-n
-s
-t
-u
-v
9
sh: ulimit: file size (512 bytes): the system cannot limit that
1
0
sh: ulimit: x: illegal number
2
sh: ulimit: -z: unknown option
2
sh: ulimit: 6: too many arguments
2
''', 0),
    ("cd and umask", r'''mkdir d d/e; CDPATH=/tmp/d:; cd e; cd /; cd tmp; pwd; cd ./d; pwd; cd ..; cd -LP d; cd -- ..; mkdir d/d; CDPATH=:/x; cd d; pwd; cd ..; unset CDPATH; pwd -P; pwd -x; echo $?; cd -x; echo $?; umask 022; umask -S; umask u=rwx,g=rx,o=; umask; umask g-r; umask; umask -- 077; umask -S; umask u+q; echo $?; umask
''', '''/tmp/d/e
/tmp
/tmp/d
/tmp/d
/tmp
sh: pwd: -x: unknown option
2
sh: cd: -x: unknown option
2
u=rwx,g=rx,o=rx
0027
0067
u=rwx,g=,o=
sh: umask: u+q: illegal mode
1
0077
''', 0),
]

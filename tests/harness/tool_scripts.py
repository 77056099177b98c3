"""Tests of the tools: scripts for the shell, and their output."""

# (what, the script, its output, its status), as in SCRIPTS of shell_tests.py.
TOOLS = [
    ("sed writes at once", """printf 'a\\nb\\n' | sed -e 'w f' -e 'r f'; printf 'a\\nb\\n' | sed -n 'w /dev/full'; echo $?
""", "a\na\nb\na\nb\nsed: output: No space left on device\n1\n", 0),
    ("what cannot be written", """echo a >f; alias q=w; for i in 'echo x' pwd date env 'tr a b' wc uniq 'cut -c1' 'basename a/b' 'dirname a/b' 'grep a' tail head sort \\
'seq 3' ps free 'find f' 'ls f' 'sed p' 'printf x' 'type sh' alias 'export -p'; do eval "$i" <f >/dev/full 2>err; was=$?; grep -q 'No space left on device' err && [ $was != 0 ] || echo "$was $i"; done
""", "", 0),
    ("head, tail", '''seq 12 >f; head -3 f; head -n 1 -c 4 f; head -c 5 f; head -1 f f; head -c x f; echo $?; head none; echo $?; head -n 0 f
tail -2 f; tail -n +11 f; tail -c 4 f; tail -c +25 f; tail -n -1 f; tail -12 <f | head -1; tail -n x f; echo $?; tail none; echo $?; tail -c 0 f; tail f f; echo $?
''', '''1
2
3
1
2
1
2
3==> f <==
1

==> f <==
1
head: x: invalid number of bytes
2
head: none: No such file or directory
1
11
12
11
12

12
12
12
1
tail: x: invalid number of lines
2
tail: none: No such file or directory
1
tail: usage: tail [-n [+]lines | -lines | -c [+]bytes] [file]
2
''', 0),
    ("wc", '''seq 12 >f; wc -l <f; wc -l f; wc f; wc -lc <f; wc -l f f; wc none f; echo $?
''', '''12
12 f
     12      12      27 f
     12      27
12 f
12 f
24 total
wc: none: No such file or directory
     12      12      27 f
     12      12      27 total
1
''', 0),
    ("grep, many files and parts", r'''printf 'One two\ntwo three\nx.y\n' >g; grep -o -e two -e t[a-z]* g; grep -on o g; grep -c two g; grep -xF 'x.y' g; grep -x two g; echo $?; grep -E 'One|x' g; grep -F . g
mkdir d d/e; cp g d/e/h; seq 3 >f; cp f d; grep -r two d | sort; grep -rl two d f; grep -rc One d | sort; grep -h two g g; grep -H -i one g; grep -s a none; echo $?; grep -q two g none; echo $?
grep -ov two g; grep -o 'x*' g; grep -Fo -i TW g; echo a | grep a - g; cd d; grep -r One; grep -z a; echo $?; grep; echo $?
''', '''two
two
three
1:o
2:o
2
x.y
1
One two
x.y
x.y
d/e/h:One two
d/e/h:two three
d/e/h
d/e/h:1
d/f:0
One two
two three
One two
two three
g:One two
2
grep: none: No such file or directory
0
x
tw
tw
(standard input):a
./e/h:One two
grep: unrecognized option: z
2
grep: usage: grep [-EFHchilnoqrsvx] [-e] pattern [file...]
2
''', 0),
    ("ls, many ways", '''mkdir d d/e; seq 3 >d/f; >d/e/h; ls -1 d; ls -R d; touch d/new; sleep 1.1; touch d/newer; ls -1t d | head -1; ls -1rt d | tail -1; ls -1S d | head -2; ls -1r d; ls -ld d/e/h | cut -c1-10; ls -a d/e; ls -z; echo $?
''', '''e
f
d:
e  f

d/e:
h
newer
newer
e
f
newer
new
f
e
-rw-r--r--
.   ..  h
ls: unrecognized option: z
2
''', 0),
    ("cp into itself", '''mkdir d d/e; >d/f; >d/e/h; cp -r d d; echo $?; cp -r d d/e; echo $?; cp -r d d/x; echo $?; cp -r ../tmp/d d/e/n; echo $?; ls -R d; cp -r d dd; ls -R dd; cp -r d/e/. d/q; ls d/q
''', '''cp: cannot copy d into itself, d/d
1
cp: cannot copy d into itself, d/e/d
1
cp: cannot copy d into itself, d/x
1
cp: cannot copy ../tmp/d into itself, d/e/n
1
d:
e  f

d/e:
h
dd:
e  f

dd/e:
h
h
''', 0),
    ("env", '''env A=1 B=2 sh -c 'echo $A$B'; env -i X=1 env; env -i X=1; env nothing; echo $?; env A=1 /tmp; echo $?; env -x; echo $?; env sh -c 'exit 5'; echo $?; A=1 env B=2 env | sort | head -2
''', '''12
X=1
X=1
env: nothing: No such file or directory
127
env: /tmp: Permission denied
126
env: unrecognized option: x
125
5
A=1
B=2
''', 0),
    ("seq", '''seq 3; seq 2 4; seq 5 -2 0; seq -s , 3; seq -s: 2; seq -3 -1; seq 2 1; seq x; echo $?; seq 1 0 2; echo $?; seq 99999999999; echo $?; seq; echo $?
''', '''1
2
3
2
3
4
5
3
1
1,2,3
1:2
-3
-2
-1
seq: x: invalid number
2
seq: invalid step: 0
2
seq: 99999999999: invalid number
2
seq: usage: seq [-s separator] [first [step]] last
2
''', 0),
    ("sort", r'''printf 'b 2\na 10\nC 1\na 10\n' >s; sort s; sort -f s; sort -u s; sort -r s; sort -k 2 s; sort -n -k 2 s; sort -nrk 2 s; printf 'x:3:0\ny:1:2\nz:2:1\n' | sort -t : -k 2,2; printf 'x:3:0\ny:1:2\nz:2:1\n' | sort -t: -k3
sort -o s s; head -1 s; sort s s | wc -l; sort none; echo $?; sort -k x s; echo $?; sort -t ab s; echo $?; printf '10\n9\n10.5\n-3\n' | sort -n; printf '10\n9\n10\n' | sort -nu; sort </dev/null; printf b\\na | sort - s | head -1; sort -o none/x s; echo $?
''', '''C 1
a 10
a 10
b 2
a 10
a 10
b 2
C 1
C 1
a 10
b 2
b 2
a 10
a 10
C 1
C 1
a 10
a 10
b 2
C 1
b 2
a 10
a 10
a 10
a 10
b 2
C 1
y:1:2
z:2:1
x:3:0
x:3:0
z:2:1
y:1:2
C 1
8
sort: none: No such file or directory
2
sort: x: invalid field number
2
sort: ab: the delimiter must be a single byte
2
-3
9
10
10.5
9
10
C 1
sort: none/x: No such file or directory
2
''', 0),
    ("tr", r'''echo hello | tr a-y b-z; echo hello | tr -d l; echo aabbcc | tr -s ab; echo 'a b  c' | tr -s ' ' '\n'; echo Hi | tr '[:upper:]' '[:lower:]'; echo a1b2 | tr -cd 0-9; echo; echo abc | tr -c 'a\n' x; echo aab | tr -s a-b x
echo 'a\b' | tr '\\' /; echo abc | tr abc x; echo abc | tr '\141' -; echo aabb | tr -ds a b; tr a; echo $?; tr z-a b; echo $?; tr '[:no:]' b; echo $?; tr a ''; echo $?
''', '''ifmmp
heo
abcc
a
b
c
hi
12
axx
x
a/b
xxx
-bc
b
tr: usage: tr [-cs] set1 set2, tr -d [-c] set1, tr -ds [-c] set1 set2, tr -s [-c] set1
2
tr: range in reverse order
2
tr: no: unknown character class
2
tr: the second set must not be empty
2
''', 0),
    ("cut", r'''printf 'a:b:c\nnone\n' >c; cut -d : -f 2 c; cut -d: -f1,3 -s c; cut -d: -f2- c; cut -c 1-2,4 c; cut -c-2 <c; cut -f x c; echo $?; cut -f 3-2 c; echo $?; cut -f 0 c; echo $?; cut c; echo $?; cut -f 1 none; echo $?; cut -d ab -f 1; echo $?; cut -d: -f1 c - <c
''', '''b
none
a:c
b:c
none
a::
noe
a:
no
cut: x: invalid list
2
cut: 3: invalid list
2
cut: 0: invalid list
2
cut: usage: cut -c list | -f list [-d byte] [-s] [file...]
2
cut: none: No such file or directory
1
cut: ab: the delimiter must be a single byte
2
a
none
a
none
''', 0),
    ("uniq, tee", r'''printf 'a\na\nb\na\n' >u; uniq u; uniq -c u; uniq -d u; uniq -u <u; uniq none; echo $?; >e; uniq e
echo x | tee t1 t2 | cat - t1 t2; echo y | tee -a t1 >/dev/null; cat t1; echo z | tee none/x t2; echo $?; cat t2; tee -x; echo $?
''', '''a
b
a
      2 a
      1 b
      1 a
a
b
a
uniq: none: No such file or directory
1
x
x
x
x
y
tee: none/x: No such file or directory
z
1
z
tee: unrecognized option: x
2
''', 0),
    ("basename, dirname, yes, date", '''basename /a/b.c; basename /a/b.c .c; basename .c .c; basename /; basename a/; dirname /a/b; dirname a; dirname /; basename; echo $?; dirname a b; echo $?
yes | head -2; yes a b | head -1; date | grep -c ' UTC 20'; [ $(date +%s) -gt 1500000000 ] && echo later; date +x%%y; date x; echo $?; date -u +%Z; TZ=ABC-2 date +%Z
''', '''b.c
b
.c
/
a
/a
.
/
basename: usage: basename path [suffix]
2
dirname: usage: dirname path
2
y
y
a b
1
later
x%y
date: usage: date [-u] [+format]
2
UTC
ABC
''', 0),
    ("chmod", '''>m; chmod 640 m; ls -l m | cut -c1-10; chmod u+x,go= m; ls -l m | cut -c1-10; chmod a=r m; ls -l m | cut -c1-10; chmod +w,a-r m; ls -l m | cut -c1-10
chmod 9 m; echo $?; chmod u~x m; echo $?; chmod 7 none; echo $?; mkdir md; >md/f; chmod -R go-rx md; ls -l md | cut -c1-10; ls -ld md | cut -c1-10; chmod; echo $?; chmod 444; echo $?
''', '''-rw-r-----
-rwx------
-r--r--r--
--w-------
chmod: invalid mode: 9
2
chmod: invalid mode: u~x
2
chmod: none: No such file or directory
1
-rw-------
drwx------
chmod: usage: chmod [-R] mode file...
2
chmod: usage: chmod [-R] mode file...
2
''', 0),
    ("find", r'''mkdir fd fd/a fd/a/b; >fd/x.c; >fd/a/y.c; >fd/a/b/z.h; find fd | sort; find fd -name '*.c' | sort; find fd -type d | sort; find fd ! -name '*.c' -type f; find fd -maxdepth 1 | sort; find fd -mindepth 2 -name '?.c'
find fd -name '*.c' -exec echo got {} \; | sort; find fd -type f -exec grep -q nothing {} \; -print; find none; echo $?; find fd -type x; echo $?; find fd -exec a; echo $?; find fd -what; echo $?; find fd !; echo $?; find fd -name; echo $?
find fd -name x.c -delete; ls fd; sleep 1.1; touch fd/new; find fd -newer fd/a/y.c -type f; cd fd; find . -name '*.h'; find | wc -l; cd ..; find fd -delete; ls fd; find fd -exec none {} \; ; echo $?
''', '''fd
fd/a
fd/a/b
fd/a/b/z.h
fd/a/y.c
fd/x.c
fd/a/y.c
fd/x.c
fd
fd/a
fd/a/b
fd/a/b/z.h
fd
fd/a
fd/x.c
fd/a/y.c
got fd/a/y.c
got fd/x.c
find: none: No such file or directory
1
find: -type: x: unknown type, not f, d or c
2
find: -exec: missing ;, or more than 63 words
2
find: -what: unknown predicate
2
find: expected an expression after !
2
find: -name: missing argument
2
a
fd/new
./a/b/z.h
6
ls: fd: No such file or directory
find: fd: No such file or directory
1
''', 0),
    ("printf", r'''printf 'a%sb\n' x; printf '%d %s\n' 1 a 2 b; printf '%5d|%-5s|%05.1f|%x|%c|%%\n' 42 ab 2.55 255 xyz; printf '%b' 'a\tb\0101\n' | tr '\t' T; printf '\101\x\n'; printf '%s\n'; printf '%d\n' x; echo $?; printf '%d\n' 12x; echo $?
printf '%d\n' "'A" 0x10 010; printf '%*d|%.*s\n' 4 7 2 abc; printf 'a%bc' 'b\cd' e; echo; printf; echo $?; printf '%q' a; echo $?; printf 'no\n' a b; printf '%.3s|%+d\n' abcdef 3; printf '%d\n' 99999999999999999999; echo $?
''', r'''axb
1 a
2 b
   42|ab   |002.5|ff|x|%
aTbA
A\x

printf: x: expected a numeric value
0
1
printf: 12x: expected a numeric value
12
1
65
16
8
   7|ab
ab
printf: usage: printf format [argument...]
2
printf: %q: invalid conversion
1
no
abc|+3
printf: 99999999999999999999: Result not representable
9223372036854775807
1
''', 0),
    ("xargs", r'''echo a b c | xargs; echo a b c | xargs -n 2 echo x; printf 'a b\n c\n' | xargs -I {} echo '<{}>' {}; echo "'a b' \"c d\" e\\ f" | xargs -n 1 echo; xargs </dev/null echo none; xargs -r </dev/null echo none; echo a b | xargs -t 2>&1
echo a | xargs false; echo $?; echo a | xargs nothing; echo $?; echo a | xargs /tmp; echo $?; echo a | xargs sh -c 'exit 255'; echo $?; echo a | xargs sh -c 'kill -KILL $$'; echo $?; echo "'a" | xargs; echo $?; echo a | xargs -n 0; echo $?
printf 'a b\0c' | xargs -0 -n 1; seq 9000 | xargs | wc; yes | head -40000 | tr -d '\n' | xargs echo | wc -c; seq 3 | xargs -I @ sh -c 'exit @'; echo $?
''', '''a b c
x a b
x c
<a b> a b
<c> c
a b
c d
e f
none
echo a b
a b
123
xargs: nothing: No such file or directory
127
xargs: /tmp: Permission denied
126
xargs: sh: exited with status 255; aborting
124
xargs: sh: Killed
125
xargs: unterminated quote
1
xargs: 0: invalid number
1
a b
c
      2    9000   43893
xargs: a word is too long
0
123
''', 0),
]

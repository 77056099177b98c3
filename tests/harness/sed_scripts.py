"""Tests of sed: scripts for the shell, and their output, which is GNU sed's, too."""

# (what, the script, its output, its status), as in SCRIPTS of shell_tests.py.
SED = [
    ("sed, lines and ranges", r'''seq 5 >s; sed -n 2p s; sed '2d;$d' s; sed -n '$=' s; sed '2,$d' s; sed '3,2d' s | tr '\n' ,; sed '/2/,1d' s | tr '\n' ,; sed -n '2 , 3 ! p' s | tr '\n' ,; seq 8 | sed -n '/2/,/2/p' | tr '\n' ,; seq 12 | sed -n '/1/,/1/p' | wc -l; seq 20 | sed -n '5,${p;7q;}' | tr '\n' ,; sed '\,2,d;\x3xd' s | tr '\n' ,; echo
sed 3q s | tr '\n' ,; sed -n '3{p;q}' s; sed '1,2c\
range' s | tr '\n' ,; sed 2q s - | wc -l; sed -n p s - s <s | wc -l; sed -n '$p' none s; echo $?; sed '/[24]/{s//<&>/;/4/d;}' s | tr '\n' ,; echo -n end >e; sed = e; sed '2,2c x' s; seq 8 | sed -n '2,3{p;n;n;}'; printf 'x\ny\n' | sed /X/Id; sed -n '$=' s s
''', r'''2
1
3
4
5
1
1,2,4,5,1,3,4,5,1,4,5,2,3,4,5,6,7,8,12
5,6,7,1,4,5,
1,2,3,3
range,3,4,5,2
15
sed: none: No such file or directory
5
1
1,<2>,3,5,1
end
1
x
3
4
5
2
y
10
''', 0),
    ("sed, s and y", r'''echo hello | sed 's/l/L/;s/o/0/g;s/^/>/;s/$/!/'; echo aaaa | sed 's/a/b/2g;s/a/c/p;s/a/d/'; echo abc | sed 's/x*/-/g'; echo baaac | sed 's/a*/x/g;s/a*/<&>/3'; echo a/b.c | sed 's,/,:,;s/\./\//'; echo 'a|b' | sed 's|a\|b|x|'
echo 'foo bar' | sed 's/\(foo\) \(bar\)/\2 \1 & \& \\/'; echo ab | sed -E 's/(a)(b)?/\2\1/;s/a$/x\
y/'; printf 'a\nb\nc\n' | sed -n 's/b/B/p;s/c/C/w out'; cat out; echo aXbx | sed 's/x/-/gi'; echo 'a]b/c' | sed 's/[]/[:digit:]]/x/g'; printf 'a\nb\n' | sed 'N;s/[\n]/+/'; echo abab | sed 's/b//g;s//X/'; echo 'ab' | sed 's/\(a\)\(x\)*/<\1\2>/'
echo 'a/b\' | sed 'y/\/\\b/|-\n/'; sed "s/'/\"/;s/  */ /g" <<E; echo aaa | sed 's/^a/x/g'; echo a,b | sed 's/,/\n/'; echo aa | sed -n 's/a/b/pg'; echo 'a]b/' | sed 's/[^]/]/x/g'
it's  so
E
''', r'''>heLl0!
cbbb
cbbb
-a-b-c-
xb<>xcx
a:b/c
x
bar foo foo bar & \
bx
y
B
C
a-b-
axbxc
a+b
aa
<a>b
a|
-
it"s so
xaa
a
b
bb
x]x/
''', 0),
    ("sed, texts and files", r'''seq 3 >s; sed '2a\
after\
  m\\ore' s; sed '2i before' s; sed '$c   x  y ' s; sed -n -e '1i\' -e '  in' s; echo in >f; sed '2r f' s; sed '1{r none
r f
a\
text
}' s; sed -n '1w o1
2,$w o2' s; cat o1 o2; sed -n '1w o1
2w o1' s; cat o1; sed -n '1p;s/1/one/w /dev/stdout' s | cat; sed -n '1{a\
text
n;p;}' s; sed -e '1a x' -e q s; sed '#no
2,$d' s; echo 's/1/one/;p' >c; sed -n -f c -e 's/2/two/p' s; printf '#n\n# none\np\n' >c; sed -f c s; printf 'a\tb\\\001\n' | sed -n l; printf '%080d\n' 5 | sed -n l
''', r'''1
2
after
  m\ore
3
1
before
2
3
1
2
x  y 
  in
1
2
in
3
1
in
text
2
3
1
2
3
1
2
1
one
text
2
1
x
1
one
2
two
3
1
2
3
a\tb\\\001$
000000000000000000000000000000000000000000000000000000000000000000000\
00000000005$
''', 0),
    ("sed, both spaces and jumps", r'''seq 3 >s; sed '1!G;h;$!d' s; sed 'x;1d;$G' s; seq 6 | sed 'N;N;s/\n/,/g'; seq 5 | sed '$!N;s/\n/-/'; seq 5 | sed N; seq 5 | sed 'n;d' | tr '\n' ,; printf 'a\na\nb\nb\nc\n' | sed '$!N;/^\(.*\)\n\1$/!P;D'; sed ':a;N;$!ba;s/\n/ /g' s; echo 1234567 | sed -e :a -e 's/\(.*[0-9]\)\([0-9]\{3\}\)/\1,\2/;ta'
echo a | sed ':l;s/a/b/;t l;s/b/c/;t;s/c/d/'; echo a | sed 'b end;s/a/x/;: end
s/$/./'; sed -n 'H;${x;s/\n/,/g;p}' s; sed -n '$!{h;d;};H;x;p' s; seq 4 | sed -n '2{N;P}'; seq 2 | sed '1s/1/x/;2t;s/$/./'; seq 3 | sed -n 'n;p'; sed -n '1,2{2{p;};p;}' s
''', r'''3
2
1
1
2
3
1,2,3
4,5,6
1-2
3-4
5
1
2
3
4
1,3,5,a
b
c
1 2 3
1,234,567
c
a.
,1,2,3
2
3
2
x.
2.
2
1
2
2
''', 0),
    ("sed, what is wrong", r'''for s in k 's/a' 's/a/b' 'y/ab/c/' 'y/a/bc/' 'y/\a/b/' '{p' 'p}' 'bx' 'p q' 's/\(/x/' 's/a/\1/' '1,p' 0p 1:x '1,2q' a 's/a/b/0' 's/a/b/gx' //p w '1,' 'sxaxbxw none/x'; do echo a | sed "$s"; echo $?; done; sed; echo $?; sed -f none; echo $?; sed -z; echo $?
''', r'''sed: line 1: unknown command
1
sed: line 1: missing delimiter
1
sed: line 1: missing delimiter
1
sed: line 1: strings for y have different lengths
1
sed: line 1: strings for y have different lengths
1
sed: line 1: invalid escape
1
sed: line 1: unmatched {
1
sed: line 1: unexpected }
1
sed: line 1: undefined label
1
sed: line 1: extra characters after command
1
sed: \(: Missing ')'
1
sed: line 1: invalid reference to a group
1
sed: line 1: missing second address
1
sed: line 1: invalid line number 0
1
sed: line 1: command takes no address
1
sed: line 1: command takes at most one address
1
sed: line 1: missing text
1
sed: line 1: invalid match number 0
1
sed: line 1: extra characters after command
1
sed: no previous regular expression
1
sed: line 1: missing filename
1
sed: line 1: missing second address
1
sed: none/x: No such file or directory
1
sed: usage: sed [-En] [-e] script [-f file] [file...]
1
sed: none: No such file or directory
1
sed: unrecognized option: z
1
''', 0),
]

/* Scripts: a file that begins with `#!` is run by the program in its first line, which may be a script, too. */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE = 256, DEPTH = 5 };

static bool is_written(const char *path, const char *text)
{
    size_t bytes = strlen(text);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    bool good = HOLDS(fd >= 0) && IS(write(fd, text, bytes), bytes);

    return IS(close(fd), 0) && good;
}

static const char *script = "script";

static int execs(void)
{
    char *const arguments[] = {"not looked at", "one", "", NULL};

    execv(script, arguments);
    return errno;
}

/* The interpreter is this program: compare(). */
static bool sees(const char *words)
{
    setenv("EXPECTED", words, 1);
    bool good = IS(child_run(execs), EXITED(0));
    unsetenv("EXPECTED");
    return good;
}

static bool script_sees(const char *text, const char *words)
{
    bool good = is_written(script, text) && sees(words);

    return IS(unlink(script), 0) && good;
}

static int compare(char **argv)
{
    static char all[4 * LINE];

    for (; *argv; argv++)
        strcat(strcat(all, *argv), "|");
    return strcmp(all, getenv("EXPECTED")) != 0;
}

static bool interpreters(void)
{
    return script_sees("#!tests/t_scripts\n", "tests/t_scripts|script|one||") &&
           script_sees("#!/tests/t_scripts", "/tests/t_scripts|script|one||") &&
           script_sees("#! \ttests/t_scripts \t\n#!hello\n", "tests/t_scripts|script|one||");
}

static bool arguments(void)
{
    return script_sees("#!tests/t_scripts -a\n", "tests/t_scripts|-a|script|one||") &&
           script_sees("#! tests/t_scripts\t -a  b\tc \t\nd\n", "tests/t_scripts|-a  b\tc|script|one||") &&
           script_sees("#!tests/t_scripts x", "tests/t_scripts|x|script|one||");
}

/* The line is searched for only in so many bytes: a longer argument is cut, a longer path is refused. */
static bool long_lines(void)
{
    static char text[2 * LINE], words[2 * LINE];
    const char begin[] = "#!tests/t_scripts ";
    unsigned length = LINE - (sizeof begin - 1);

    memset(text, 'x', sizeof text - 1);
    memcpy(text, begin, sizeof begin - 1);
    sprintf(words, "tests/t_scripts|%.*s|script|one||", (int)length, text + sizeof begin);
    bool good = script_sees(text, words);
    memset(text + 2, 'x', LINE);
    good = is_written(script, text) && IS(child_run(execs), EXITED(ENOEXEC)) && good;
    return IS(unlink(script), 0) && good;
}

static bool chain(int depth, const char *last)
{
    char text[LINE], name[] = "script_";
    bool good = true;

    for (int i = 0; i < depth; i++) {
        name[6] = (char)('0' + i);
        sprintf(text, "#!script%d %d\n", i + 1, i);
        good = is_written(name, i == depth - 1 ? last : text) && good;
    }
    return good;
}

static bool unchain(int depth)
{
    char name[] = "script_";
    bool good = true;

    for (int i = 0; i < depth; i++) {
        name[6] = (char)('0' + i);
        good = IS(unlink(name), 0) && good;
    }
    return good;
}

/* A script's interpreter may be a script, to a greatest depth. */
static bool scripts_of_scripts(void)
{
    script = "script0";
    bool good = chain(DEPTH, "#!tests/t_scripts end\n") &&
                sees("tests/t_scripts|end|script4|3|script3|2|script2|1|script1|0|script0|one||");
    good = chain(DEPTH + 1, "#!tests/t_scripts\n") && IS(child_run(execs), EXITED(ELOOP)) && good;
    good = chain(1, "#!script0\n") && IS(child_run(execs), EXITED(ELOOP)) && good;
    script = "script";
    return unchain(DEPTH + 1) && good;
}

static bool refused(void)
{
    static const struct {
        const char *text;
        int error;
    } rows[] = {{"", ENOEXEC},
                {"#", ENOEXEC},
                {"#!", ENOEXEC},
                {"#! \t\nhello\n", ENOEXEC},
                {"# !hello\n", ENOEXEC},
                {"hello\n", ENOEXEC},
                {"#!nothing\n", ENOENT},
                {"#!/bin\n", EACCES},
                {"#!tests/t_scripts/x\n", ENOTDIR}};
    bool good = true;

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        good = is_written(script, rows[i].text) && IS(child_run(execs), EXITED(rows[i].error)) && good;
    return IS(unlink(script), 0) && good;
}

/* After a refused exec there are as many descriptors as before. */
static int execs_again_and_again(void)
{
    enum { TIMES = 300 };
    int error = 0;

    for (int i = 0; i < TIMES; i++)
        error = execs();
    int fd = open("/", O_RDONLY);
    return fd == 3 && error == ENOENT ? 0 : 1;
}

static bool descriptors(void)
{
    bool good = is_written(script, "#!nothing\n") && IS(child_run(execs_again_and_again), EXITED(0));

    return IS(unlink(script), 0) && good;
}

int main(int argc, char **argv)
{
    static const struct tap_point points[] = {
        {"a script is run by the program that it names", interpreters},
        {"with one argument, and all its spaces", arguments},
        {"as much of the line as there is room for", long_lines},
        {"the interpreter is a script", scripts_of_scripts},
        {"a script without an interpreter", refused},
        {"no descriptor stays open", descriptors},
    };

    (void)argc;
    return getenv("EXPECTED") ? compare(argv) : TAP_RUN(points);
}

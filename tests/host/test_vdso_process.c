/*
 * The library of system calls and processes: its calls to proc, and how their results are returned.
 *
 * instead: tests/server/instead
 */
#include "tests/host/vdso_world.h"

static void a_process_ends(void)
{
    ENDS(CALL(exit, 0x12345));
    expect("exit 74565 0 0\n");
}

static void others_are_asked(void)
{
    REPLIES({0, {9}, NULL}, {0, {0}, NULL}, {-EAGAIN, {1}, NULL});
    CHECK(CALL(fork, 1) == 9 && CALL(fork, 1) == 0 && CALL(fork, 1) == -EAGAIN);
    expect("fork 0 0 0\nfork 0 0 0\nfork 0 0 0\n");
    REPLIES({0, {9}, NULL}, {-EAGAIN, {0}, NULL}, {0, {0}, NULL});
    state->blocked_pending = state->signal_pending = state->blocked =
        5; /* signals pending for the parent are not pending for the child */
    CHECK(CALL(fork, 1) == 9 && CALL(fork, 1) == -EAGAIN && state->blocked_pending == 5);
    CHECK(CALL(fork, 1) == 0 && !state->blocked_pending && !state->signal_pending && state->blocked == 5);
    state->blocked = 0;
    expect("fork 0 0 0\nfork 0 0 0\nfork 0 0 0\n");
    REPLIES({0, {7, 3}, NULL}, {0, {7, 3}, NULL}, {-EAGAIN, {7, 3}, NULL}, {-EAGAIN, {7, 3}, NULL});
    CHECK(CALL(getpid, 1) == 7 && CALL(getppid, 1) == 3 && CALL(getpid, 1) == -EAGAIN && CALL(getppid, 1) == -EAGAIN);
    expect("getpid 0 0 0\ngetpid 0 0 0\ngetpid 0 0 0\ngetpid 0 0 0\n");
    REPLIES({OK, {0}, NULL}, {ERR_STATE, {0}, NULL});
    CHECK(CALL(sched_yield, 1) == 0 && CALL(sched_yield, 1) == -EINVAL);
    expect("yield\nyield\n");
}

/* ---------------------------------------------------------------------------------- wait */

static void children_are_waited_for(void)
{
    int *status = (int *)(void *)program;

    REPLIES({0, {7, 0x1234, 0}, NULL}, {0, {7, 3, 9}, NULL}, {0, {0, 5, 0}, NULL}, {-ECHILD, {1, 1, 1}, NULL},
            {0, {8}, NULL});
    CHECK(CALL(waitpid, (uint32_t)-1, AT(status), 0) == 7 && *status == 0x3400);
    CHECK(CALL(waitpid, 7, AT(status), 2 | 8) == 7 && *status == 9);
    CHECK(CALL(wait4, 0, AT(status), 1, 0) == 0 && *status == 9);
    CHECK(CALL(wait4, (uint32_t)-5, AT(status), 0, 0) == -ECHILD && *status == 9);
    CHECK(CALL(waitpid, 0, 0, 1 | 2) == 8);
    expect("wait -1 0 0\nwait 7 0 0\nwait 0 1 0\nwait -5 0 0\nwait 0 1 0\n");
    CHECK(CALL(waitpid, 1, 0, 4) == -EINVAL && CALL(waitpid, 1, 0, 0xffffffff) == -EINVAL);
    CHECK(CALL(wait4, 1, 0, 0x40000000, 0) == -EINVAL);
    FOR_BAD_ADDRESSES(address, 4)
    CHECK(CALL(waitpid, 1, address, 0) == -EFAULT);
    expect("");
}

/* For xv6's programs: the whole argument of exit, -1 for a process that was killed. */
static void xv6_statuses_are_complete(void)
{
    int *status = (int *)(void *)program;

    REPLIES({0, {7, 1000, 0}, NULL}, {0, {1, 0xffffffff, 0}, NULL}, {0, {7, 3, 9}, NULL}, {0, {0, 5, 0}, NULL},
            {-ECHILD, {1, 1, 1}, NULL}, {0, {8}, NULL});
    CHECK(CALL(wait_status, (uint32_t)-1, AT(status), 0) == 7 && *status == 1000);
    CHECK(CALL(wait_status, 1, AT(status), 0) == 1 && *status == -1);
    *status = 5;
    CHECK(CALL(wait_status, 7, AT(status), 2 | 8) == 7 && *status == -1);
    CHECK(CALL(wait_status, 0, AT(status), 1) == 0 && CALL(wait_status, (uint32_t)-5, AT(status), 0) == -ECHILD &&
          *status == -1);
    CHECK(CALL(wait_status, 0, 0, 0) == 8);
    expect("wait -1 0 0\nwait 1 0 0\nwait 7 0 0\nwait 0 1 0\nwait -5 0 0\nwait 0 0 0\n");
    CHECK(CALL(wait_status, 1, 0, 4) == -EINVAL);
    FOR_BAD_ADDRESSES(address, 4)
    CHECK(CALL(wait_status, 1, address, 0) == -EFAULT);
    expect("");
}

/* Only for a child that ended, and only by wait4: waitpid has no such argument. */
static void resources_are_nothing(void)
{
    enum { USAGE = 72 };

    memset(program, 0xee, 100);
    REPLIES({0, {7, 1, 0}, NULL}, {0, {0, 0, 0}, NULL}, {-ECHILD, {7}, NULL}, {0, {7, 0, 0}, NULL});
    CHECK(CALL(waitpid, 7, 0, 0, AT(program)) == 7 && (unsigned char)program[0] == 0xee);
    CHECK(CALL(wait4, 7, 0, 1, AT(program)) == 0 && (unsigned char)program[0] == 0xee);
    CHECK(CALL(wait4, 7, 0, 1, AT(program)) == -ECHILD && (unsigned char)program[0] == 0xee);
    CHECK(CALL(wait4, 7, 0, 0, AT(program)) == 7);
    for (uint32_t i = 0; i < USAGE; i++)
        CHECK(program[i] == 0);
    CHECK((unsigned char)program[USAGE] == 0xee);
    forget_lines();
    FOR_BAD_ADDRESSES(address, USAGE)
    CHECK(CALL(wait4, 1, 0, 0, address) == -EFAULT);
    expect("");
}

/* ---------------------------------------------------------------------------------- exec */

/* Lists of strings, each with its zero. A null pointer in `texts` ends a list, and another may follow. */
static char **lists(const char *const *texts, uint32_t count)
{
    char **strings = (char **)(void *)program, *text = program + PAGE_SIZE;

    for (uint32_t i = 0; i < count; i++) {
        strings[i] = texts[i] ? text : NULL;
        text = texts[i] ? stpcpy(text, texts[i]) + 1 : text;
    }
    return strings;
}

/* The path, only once, as it is argument 0. The environment, which is not counted, follows the arguments. */
static void programs_are_run(void)
{
    static const char *const texts[] = {"path", "path", "one", "", NULL, "A=b", "HOME=", NULL};
    char **s = lists(texts, 8);

    REPLIES({-ENOENT, {0}, NULL}, {-ENOENT, {0}, NULL}, {-ENOENT, {0}, NULL}, {-ENOENT, {0}, NULL}, {0}, {0},
            {-EAGAIN, {0}, NULL});
    CHECK(CALL(execve, AT(s[0]), AT(s + 1), AT(s + 5)) == -ENOENT);
    expect("exec 3 20 0 path|one||A=b|HOME=|\n");
    CHECK(CALL(execve, AT(s[0]), AT(s + 1), 0) == -ENOENT); /* no environment */
    expect("exec 3 10 0 path|one||\xee\xee\n");
    CHECK(CALL(execve, AT(s[0]), AT(s + 4), AT(s + 4)) == -ENOENT); /* empty lists */
    expect("exec 1 5 0 path|\xee\xee\xee\n");
    CHECK(CALL(execve, AT(s[0]), 0, AT(s + 5)) == -ENOENT);
    expect("exec 1 15 0 path|A=b|HOME=|\xee\n");
    CHECK(CALL(execve, AT(s[3]), AT(s + 4), 0) == 0);
    expect("exec 1 1 0 |\xee\xee\xee\n");
}

/* A path that is not argument 0 is sent before it, and counted. */
static void programs_have_other_names(void)
{
    static const char *const texts[] = {"path", "pat", "one", NULL, "", NULL, "A=b", NULL};
    char **s = lists(texts, 8);

    REPLIES({-ENOENT, {0}, NULL}, {-ENOENT, {0}, NULL}, {-ENOENT, {0}, NULL});
    CHECK(CALL(execve, AT(s[0]), AT(s + 1), AT(s + 6)) == -ENOENT);
    expect("exec 1073741827 17 0 path|pat|one|A=b|\xee\xee\xee\n");
    CHECK(CALL(execve, AT(s[0]), AT(s + 4), 0) == -ENOENT);
    expect("exec 1073741826 6 0 path||\xee\xee\n");
    CHECK(CALL(execve, AT(s[0]), AT(s + 2), 0) == -ENOENT);
    expect("exec 1073741826 9 0 path|one|\xee\xee\xee\n");
}

static void strings_are_checked(void)
{
    static const char *const texts[] = {"path", "zero", "one", NULL, NULL};
    char **s = lists(texts, 5);

    FOR_BAD_ADDRESSES(address, 1)
    {
        CHECK(CALL(execve, address, AT(s + 1), 0) == -EFAULT);
        s[2] = (char *)(uintptr_t)address;
        CHECK(CALL(execve, AT(s[0]), AT(s + 1), 0) == -EFAULT);
        CHECK(CALL(execve, AT(s[0]), 0, AT(s + 1)) == -EFAULT);
        s[2] = s[0];
        s[1] = (char *)(uintptr_t)address; /* and valid ones behind it */
        CHECK(CALL(execve, AT(s[0]), 0, AT(s + 1)) == -EFAULT);
        CHECK(CALL(execve, AT(s[0]), AT(s + 1), 0) == -EFAULT);
        s[1] = s[0];
    }
    FOR_BAD_ADDRESSES(address, sizeof *s)
    {
        CHECK(CALL(execve, AT(s[0]), address, 0) == -EFAULT);
        CHECK(CALL(execve, AT(s[0]), 0, address) == -EFAULT);
    }
    CHECK(CALL(execve, 0, AT(s + 1), 0) == -EFAULT);
    expect("");
}

/* In pieces of 256 bytes, followed by a call without data. Strings that fit into a message go with the call. */
static void long_strings_go_in_pieces(void)
{
    static char text[600], piece_1[257], piece_2[257];
    const char *const texts[] = {"good", "good", text, NULL, "A=b", NULL};

    memset(text, 'a', 599);
    char **s = lists(texts, 6);
    memset(piece_1, 'a', 256), memcpy(piece_1, "good|", 5);
    memset(piece_2, 'a', 256);
    REPLIES({0, {0}, NULL}, {0, {0}, NULL}, {0, {0}, NULL}, {-ENOENT, {0}, NULL});
    CHECK(CALL(execve, AT(s[0]), AT(s + 1), AT(s + 4)) == -ENOENT && replies == next_replies + 4);
    CHECK(strstr(lines, piece_1) && strstr(lines, piece_2) && !strncmp(lines, "args_put 0 256 0 good|a", 23));
    CHECK(strstr(lines, "\nargs_put 256 256 0 aaa") && strstr(lines, "\nargs_put 512 97 0 ") &&
          strstr(lines, "a|A=b|"));
    CHECK(!strcmp(strrchr(lines, '\xee') + 1, "\nexec 2 0 0\n"));
    forget_lines();
    text[247] = 0; /* one byte more than a message has */
    s = lists(texts, 6);
    REPLIES({0}, {0}, {-ENOENT, {0}, NULL});
    CHECK(CALL(execve, AT(s[0]), AT(s + 1), AT(s + 4)) == -ENOENT && replies == next_replies + 3);
    CHECK(!strncmp(lines, "args_put 0 256 0 good|a", 23) &&
          strstr(lines, "\nargs_put 256 1 0 |\xee\xee\xee\nexec 2 0 0\n"));
    forget_lines();
    text[246] = 0;
    s = lists(texts, 6);
    REPLIES({-ENOENT, {0}, NULL});
    CHECK(CALL(execve, AT(s[0]), AT(s + 1), AT(s + 4)) == -ENOENT && !strncmp(lines, "exec 2 256 0 good|a", 19));
    forget_lines();
}

/* The rest is not sent: the status of proc's reply is the result. */
static void pieces_may_be_refused(void)
{
    static char text[600];
    const char *const texts[] = {"good", "good", text, NULL};

    memset(text, 'a', 599);
    char **s = lists(texts, 4);
    for (uint32_t i = 0; i < 4; i++) {
        REPLIES({0}, {0}, {0}, {0});
        next_replies[i].status = -E2BIG;
        CHECK(CALL(execve, AT(s[0]), AT(s + 1), 0) == -E2BIG && replies == next_replies + i + 1);
    }
    forget_lines();
    REPLIES({0}, {0}, {0}); /* what was put is forgotten */
    CHECK(CALL(execve, AT(s[0]), AT(s + 1), 64) == -EFAULT && replies == next_replies + 3);
    const char *last = strstr(lines, "args_put 0 0");
    CHECK(last && strlen(last) < 20);
    forget_lines();
}

int main(void)
{
    world_begin();
    a_process_ends();
    others_are_asked();
    children_are_waited_for();
    xv6_statuses_are_complete();
    resources_are_nothing();
    programs_are_run();
    programs_have_other_names();
    strings_are_checked();
    long_strings_go_in_pieces();
    pieces_may_be_refused();
    puts("test_vdso_process: proc gets the right calls");
}

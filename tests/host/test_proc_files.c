/*
 * The whole process server, with processes that the file server knows: which have files, what fork, exec and the end
 * tell the file server, and what is undone when it or the kernel refuses.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/proc/ servers/lib/account.c servers/lib/archive.c servers/lib/elf_image.c
 * sources: servers/lib/fault.c libuser/string/format.c servers/lib/log.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/proc_machine.c tests/server/proc_machine_files.c
 * sources: tests/server/proc_machine_clock.c tests/server/proc_archive.c tests/server/program_file.c
 * sources: tests/server/proc_steps.c
 */
#include <errno.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proc/arguments.h"
#include "servers/proto/file_format.h"
#include "tests/host/check.h"
#include "tests/server/proc_steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { P1 = BADGE(1, 1), P2 = BADGE(2, 2), P3 = BADGE(3, 3) };

#define BEGIN(badge)         "files begin " badge " at 0\n"
#define GIVE(n, badge)       "give t" #n " slot 4: 9 badge " badge " rights 1\n"
#define SHARE(parent, badge) "files fork " parent " to " badge "\n"
#define LEAVE(badge)         "files release " badge "\n"
#define TELL(badge)          "files exec " badge "\n"
#define FOUND(path, badge)   "program " path " of " badge "\n"
#define FILES_OF_1           CALL(P1, BEGIN("1/1") GIVE(1, "1/1") "reply 1\n", PROC_FILES)

/* ---------------------------------------------------------------------------------- who has them */

static void files_are_asked_for_once(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        CALL(INIT, "reply 0: EPERM\n", PROC_FILES),
        FILES_OF_1,
        CALL(P1, "reply 1\n", PROC_FILES),
        CALL(P1, GONE(1) RELEASE("1/1") LEAVE("1/1"), PROC_EXIT, 0),
    };

    RUN(list, 1);
}

/* After a refusal the process has no files, and may ask again. */
static void asking_may_be_refused(void)
{
    static const struct {
        const char *line;
        int32_t with;
        const char *expected;
    } rows[] = {
        {"files begin", -ENOMEM, BEGIN("1/1") "reply 1: ENOMEM\n"},
        {"give t1 slot 4", ERR_ACCOUNT, BEGIN("1/1") GIVE(1, "1/1") LEAVE("1/1") "reply 1: ENOMEM\n"},
        {"give t1 slot 4", ERR_DEPTH, BEGIN("1/1") GIVE(1, "1/1") LEAVE("1/1") "reply 1: EAGAIN\n"},
    };

    for (uint32_t i = 0; i < COUNT(rows); i++) {
        const struct step list[] = {
            SPAWN(NULL),
            {.from = P1,
             .words = {{PROC_FILES}},
             .refused = rows[i].line,
             .with = rows[i].with,
             .expected = rows[i].expected},
            FORK(P1, FRAME(1) FORKED(2, "2/2", 1, 0, 1) RESUME(2) "reply 1: 2\n"),
            {.from = P1, STRINGS(PROC_EXEC, 1, "none"), .expected = PROGRAM("none") "reply 1: ENOENT\n"},
            FILES_OF_1,
        };
        RUN(list, 1);
    }
}

/* ---------------------------------------------------------------------------------- fork */

static void fork_shares_them(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FORK(P1, FRAME(1) FORKED(2, "2/2", 1, 0, 1) RESUME(2) "reply 1: 2\n"), /* it has no files */
        FILES_OF_1,
        FORK(P1, FRAME(2) FORKED(3, "3/3", 2, 0, 1) SHARE("1/1", "3/3") GIVE(3, "3/3") RESUME(3) "reply 1: 3\n"),
        CALL(P3, "reply 3\n", PROC_FILES),
        CALL(P2, GONE(2) RELEASE("2/2"), PROC_EXIT, 0),
        CALL(P3, GONE(3) RELEASE("3/3") LEAVE("3/3"), PROC_EXIT, 0),
        CALL(P1, GONE(1) RELEASE("1/1") LEAVE("1/1"), PROC_EXIT, 0),
    };

    RUN(list, 1);
}

/* The child is destroyed again, its parent is told why, and the next fork is as if there had been none before. */
static void a_fork_may_be_refused(void)
{
    static const struct {
        const char *line;
        int32_t with;
        const char *lines, *reply;
    } rows[] = {
        {"files fork", -ENOMEM, SHARE("1/1", "2/2"), "reply 1: ENOMEM\n"},
        {"give t2 slot 4", ERR_ACCOUNT, SHARE("1/1", "2/2") GIVE(2, "2/2") LEAVE("2/2"), "reply 1: ENOMEM\n"},
    };

    for (uint32_t i = 0; i < COUNT(rows); i++) {
        char lines[1 << 10];
        snprintf(lines, sizeof lines, FRAME(1) FORKED(2, "2/2", 1, 0, 1) "%send 2\n%s", rows[i].lines, rows[i].reply);
        const struct step list[] = {
            SPAWN(NULL),
            FILES_OF_1,
            {.from = P1, .words = {{PROC_FORK}}, .refused = rows[i].line, .with = rows[i].with, .expected = lines},
            FORK(P1, NULL),
            CALL(BADGE(2, 3), GONE(2) RELEASE("2/3") LEAVE("2/3"), PROC_EXIT, 0),
        };
        RUN(list, 1);
    }
}

/* ---------------------------------------------------------------------------------- exec */

/* The path is looked up from the process's own working directory; the new program is told that it has files. */
static void exec_tells_of_it(void)
{
    const struct step list[] = {
        {.from = INIT, STRINGS(PROC_SPAWN, 1, "foreign"), .expected = NULL},
        FILES_OF_1,
        {.from = P1,
         STRINGS(PROC_EXEC, 1, "a/foreign"),
         .expected = FOUND("a/foreign", "1/1") "clear 1: 18, tables 6\n" TELL(
             "1/1") "map 1: 8e8000+2345 from 42+2345 rights 5\nmap 1: 900000+2800 from 34+2100 rights 5\n"
                    "map 1: 904000+2ff0 from 37+1100 rights 3\nfinish 1: 907000\n"
                    "write r1: eip 8e8000 esp 10002 ecx 900010 edx 900034\nread r1 fpu\nreply 1\n"},
        {.from = P1,
         STRINGS(PROC_EXEC, 1, "good"),
         .expected = FOUND("good", "1/1") "clear 1: 18, tables 6\n" TELL("1/1") SEGMENTS(1) ENTRY(1) "reply 1\n"},
        CALL(P1, GONE(1) RELEASE("1/1") LEAVE("1/1"), PROC_EXIT, 0),
    };

    RUN(list, 1);
}

/* A refused path changes nothing: the process keeps its arguments, and the file server is not told of an exec. */
static void a_path_may_be_refused(void)
{
    static const int32_t errors[] = {-ENOENT, -ENOTDIR, -EACCES, -ENAMETOOLONG, -EINVAL};
    static const char *const names[] = {"ENOENT", "ENOTDIR", "EACCES", "ENAMETOOLONG", "EINVAL"};

    for (uint32_t i = 0; i < COUNT(errors); i++) {
        char lines[64];
        snprintf(lines, sizeof lines, FOUND("good", "1/1") "reply 1: %s\n", names[i]);
        const struct step list[] = {
            SPAWN(NULL),
            FILES_OF_1,
            {.from = P1, STRINGS(PROC_EXEC, 1, "good"), .refused = "program", .with = errors[i], .expected = lines},
            {.from = P1, STRINGS(PROC_EXEC, 1, "broken"), .expected = FOUND("broken", "1/1") "reply 1: ENOEXEC\n"},
            {.from = P1,
             STRINGS(PROC_EXEC, 1, "good"),
             .refused = "clear",
             .with = -ENOMEM,
             .expected = FOUND("good", "1/1") "clear 1: 18, tables 6\nreply 1: ENOMEM\n"},
            CALL(P1, "reply 1: 1 5 5 good|\n", PROC_ARGS, 0),
        };
        RUN(list, 1);
        CHECK(arguments_used() == 1);
    }
}

/* A path that is longer than a message is refused without asking. */
static void a_path_is_not_longer_than_a_message(void)
{
    static char path[FILE_DATA_MAX + 1];
    static struct step list[5];

    memset(path, 'x', FILE_DATA_MAX);
    list[0] = (struct step)SPAWN(NULL);
    list[1] = (struct step)CALL_WITH(P1, path, FILE_DATA_MAX, "reply 1\n", PROC_ARGS_PUT, 0, FILE_DATA_MAX);
    list[2] = (struct step)CALL_WITH(P1, "", 1, "reply 1\n", PROC_ARGS_PUT, FILE_DATA_MAX, 1);
    list[3] = (struct step)CALL(P1, "reply 1: ENAMETOOLONG\n", PROC_EXEC, 1, 0);
    list[4] = (struct step)CALL(P1, "reply 1: 1 5 5 good|\n", PROC_ARGS, 0);
    run_steps(list, COUNT(list), 1);
}

/* ---------------------------------------------------------------------------------- copies */

static void files_are_copies(void)
{
    machine_copies = true;
}

static void copies_are_short(void)
{
    machine_copies = true;
    machine_copies_end = 20; /* in the middle of the ELF header */
}

#define HEAD(inode)         "bytes of " #inode " from 0\nbytes of " #inode " from 256\n"
#define FILL(page, address) "page " #page " of 10\nfill 1: " address " from 70" #page "\n"
#define EMPTY_SEGMENTS      "map 1: 900000+2800 from 0+0 rights 5\nmap 1: 904000+2ff0 from 0+0 rights 3\nfinish 1: 907000\n"

/* A file that was written to is no longer in the archive: its header is read, its pages are promised and filled one by
 * one. */
static void a_copy_is_filled(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FILES_OF_1,
        {.from = P1,
         STRINGS(PROC_EXEC, 1, "good"),
         .before = files_are_copies,
         .expected = FOUND("good", "1/1") HEAD(10) "clear 1: 20, tables 6\n" TELL("1/1") EMPTY_SEGMENTS FILL(
             0, "900000") FILL(1, "901000") FILL(2, "902100") FILL(3, "904000") FILL(4, "905100") ENTRY(1) "reply 1\n"},
        CALL(P1, "reply 1: 1 5 5 good|\n", PROC_ARGS, 0),
    };

    RUN(list, 1);
}

/* Until the old program is cleared everything can be refused. After that the process ends. */
static void a_copy_may_be_gone(void)
{
    static const struct {
        const char *line;
        int32_t with;
        const char *expected;
    } rows[] = {
        {"bytes of 10 from 0", -ENOENT, "bytes of 10 from 0\nreply 1: ENOENT\n"},
        {"bytes of 10 from 256", -ENOENT, HEAD(10) "reply 1: ENOENT\n"},
        {"clear", -ENOMEM, HEAD(10) "clear 1: 20, tables 6\nreply 1: ENOMEM\n"},
        {"page 2", -EINVAL, NULL},
        {"page 2", -ENOSPC, NULL},
        {"fill 1: 902100", -EINVAL, NULL},
    };

    for (uint32_t i = 0; i < COUNT(rows); i++) {
        char lines[1 << 10];
        snprintf(lines, sizeof lines, FOUND("good", "1/1") "%s", rows[i].expected ? rows[i].expected : "");
        const struct step list[] = {
            SPAWN(NULL),
            FILES_OF_1,
            {.from = P1,
             STRINGS(PROC_EXEC, 1, "good"),
             .before = files_are_copies,
             .refused = rows[i].line,
             .with = rows[i].with,
             .expected = rows[i].expected ? lines : NULL},
            CALL(P1, rows[i].expected ? "reply 1: 1 5 5 good|\n" : NOTHING, PROC_ARGS, 0),
        };
        run_steps(list, rows[i].expected ? 4 : 3, 1);
        CHECK(arguments_used() == (rows[i].expected ? 1 : 0));
    }
}

/* The file was cut meanwhile, so that it has no header, or is no program. */
static void a_copy_may_be_none(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FILES_OF_1,
        {.from = P1,
         STRINGS(PROC_EXEC, 1, "good"),
         .before = copies_are_short,
         .expected = FOUND("good", "1/1") "bytes of 10 from 0\nbytes of 10 from 20\nreply 1: ENOEXEC\n"},
        {.from = P1, STRINGS(PROC_EXEC, 1, "broken"), .before = files_are_copies, .expected = NULL},
        CALL(P1, "reply 1: 1 5 5 good|\n", PROC_ARGS, 0),
    };

    RUN(list, 1);
}

/* ---------------------------------------------------------------------------------- end */

/* However it ends, it is released, once. */
static void an_end_releases_them(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FILES_OF_1,
        FORK(P1, NULL),
        CALL(P1, STOP(2) GONE(2) RELEASE("2/2") LEAVE("2/2") "reply 1\n", PROC_KILL, 2, 9),
        IN_PARTS("end", 1, P1, GONE(1) RELEASE("1/1") LEAVE("1/1"), PROC_EXIT, 0),
        WORK(END(1, "1/1")),
    };

    RUN(list, 1);
}

/* Its parent is told when all files are closed. Its task has ended before, and ends only once. */
static void files_are_closed_in_parts(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FILES_OF_1,
        FORK(P1, NULL),
        {.from = P2,
         .words = {{PROC_EXIT}},
         .refused = "files release",
         .with = FILE_MORE,
         .expected = GONE(2) RELEASE("2/2") LEAVE("2/2")},
        CALL(P1, "reply 1: 0 0 0\n", PROC_WAIT, 0, 1),
        WORK_REFUSED("files release", FILE_MORE, LEAVE("2/2") CONTINUES),
        WORK(LEAVE("2/2") RELEASE("2/2")),
        CALL(P1, "reply 1: 2 0 0\n", PROC_WAIT, 0, 1),
        FORK(P1, NULL), /* with the same frame, which was given back once */
        FORK(P1, FRAME(2) FORKED(3, "3/4", 2, 0, 1) SHARE("1/1", "3/4") GIVE(3, "3/4") RESUME(3) "reply 1: 4\n"),
    };

    RUN(list, 1);
}

/* The program does not run before that. A process that is killed meanwhile ends like any other. */
static void an_exec_closes_in_parts(void)
{
    const struct step list[] = {
        SPAWN(NULL),
        FILES_OF_1,
        FORK(P1, NULL),
        {.from = P2,
         STRINGS(PROC_EXEC, 1, "good"),
         .refused = "files exec",
         .with = FILE_MORE,
         .expected = FOUND("good", "2/2") "clear 2: 18, tables 6\n" TELL("2/2")},
        WORK_REFUSED("files exec", FILE_MORE, TELL("2/2") CONTINUES),
        STRAY_CALL(P2),
        WORK(TELL("2/2") SEGMENTS(2) ENTRY(2) "reply 2\n"),
        {.from = P2,
         STRINGS(PROC_EXEC, 1, "good"),
         .refused = "files exec",
         .with = FILE_MORE,
         .expected = FOUND("good", "2/2") "clear 2: 18, tables 6\n" TELL("2/2") CONTINUES},
        CALL(P1, RELEASE("2/2") LEAVE("2/2") "reply 1\n", PROC_KILL, 2, 9),
        WORK(END(2, "2/2")),
    };

    RUN(list, 1);
}

int main(void)
{
    files_are_closed_in_parts();
    an_exec_closes_in_parts();
    files_are_asked_for_once();
    asking_may_be_refused();
    fork_shares_them();
    a_fork_may_be_refused();
    exec_tells_of_it();
    a_path_may_be_refused();
    a_path_is_not_longer_than_a_message();
    a_copy_is_filled();
    a_copy_may_be_gone();
    a_copy_may_be_none();
    an_end_releases_them();
    puts("test_proc_files: the file server is told of begins, execs and ends");
    return 0;
}

/*
 * The whole file server: locks of ranges, owned by clients, and of whole files, owned by open files. A waiter is
 * gets its reply when the lock is free, whichever client ends meanwhile. Random calls are compared with a table that
 * has an entry for each byte.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/file/ servers/lib/account.c servers/lib/archive.c
 * sources: tests/server/state_end.c tests/server/server_run.c tests/server/file_machine.c
 */
#include "tests/server/file_machine.h"

#include <errno.h>
#include <string.h>

#include "servers/file/locks.h"
#include "servers/file/pages.h"
#include "servers/file/share.h"
#include "tests/host/check.h"

enum { PAGES = 480, A = 1, B, C, D, CROWD = 40, CWD = (uint32_t)FILE_CWD, FD = 3, AT_ONCE = 2, PID = 100 };
enum {
    SHARED = FILE_LOCK_SHARED,
    EXCLUSIVE = FILE_LOCK_EXCLUSIVE,
    NONE = FILE_LOCK_NONE,
    TRY = FILE_LOCK_TRY,
    WAIT = FILE_LOCK_WAIT,
    TEST = FILE_LOCK_TEST,
    OPEN_FILE = FILE_LOCK_OPEN_FILE
};
enum { SET, CURRENT, END };

static int32_t opens(uint32_t badge, const char *path, uint32_t flags)
{
    return ask_path(badge, path, FILE_OPEN, CWD, flags | O_CREATE_FILE, 0644);
}

/* A has a file at FD, which the others have inherited. */
static void begins(void)
{
    machine_begin(PAGES);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, PID + A) == 0 && opens(A, "f", O_READ_WRITE) == 0 && reply_of(A)->w[0] == FD);
    for (uint32_t badge = B; badge <= D; badge++)
        CHECK(ask(MANAGER, FILE_FORK, A, badge, PID + badge) == 0);
}

static void ends(void)
{
    for (uint32_t badge = A; badge <= CROWD; badge++)
        (void)machine_ends(badge);
    CHECK(share_of_all.quota.pages.used == 0);
    machine_end();
}

static int32_t asks(uint32_t badge, uint32_t fd, uint32_t command, uint32_t kind_whence, struct file_lock range)
{
    return ask_data(badge, &range, sizeof range, (struct words){{FILE_LOCK, fd, command, kind_whence}});
}

static int32_t locks(uint32_t badge, uint32_t kind, int64_t start, int64_t length)
{
    return asks(badge, FD, TRY, kind, (struct file_lock){start, length});
}

static int32_t waits(uint32_t badge, uint32_t kind, int64_t start, int64_t length)
{
    return asks(badge, FD, WAIT, kind, (struct file_lock){start, length});
}

static int32_t flocks(uint32_t badge, uint32_t fd, uint32_t kind, bool wait)
{
    return ask(badge, FILE_LOCK_FILE, fd, kind, wait);
}

/* One call of `events` by proc: true if there is more. */
static bool events_has_more(void)
{
    CHECK(ask(MANAGER, FILE_EVENTS, 0, 0, 0) == 0 && reply_of(MANAGER)->w[0] == 0);
    return reply_of(MANAGER)->w[1];
}

/* What D is told about that range, in which only A has locks. */
static bool sees(int64_t at, uint32_t kind, int64_t start, int64_t length)
{
    const struct reply *reply = reply_of(D);
    struct file_lock told;

    CHECK(asks(D, FD, TEST, EXCLUSIVE, (struct file_lock){at, 1}) == 0 && reply->words == sizeof told / 4);
    memcpy(&told, reply->data, sizeof told);
    return reply->w[0] == kind && told.start == start && told.length == length &&
           reply->w[1] == (kind == NONE ? 0 : PID + A);
}

/* ---------------------------------------------------------------------------------- ranges */

static void ranges_merge_and_split(void)
{
    begins();
    CHECK(sees(5, NONE, 0, 0) && locks(A, EXCLUSIVE, 0, 10) == 0 && locks(A, EXCLUSIVE, 20, 10) == 0);
    CHECK(sees(9, EXCLUSIVE, 0, 10) && sees(10, NONE, 0, 0) && sees(29, EXCLUSIVE, 20, 10) && sees(30, NONE, 0, 0));
    CHECK(locks(A, EXCLUSIVE, 10, 10) == 0 && sees(0, EXCLUSIVE, 0, 30) && sees(29, EXCLUSIVE, 0, 30));
    CHECK(locks(A, SHARED, 10, 10) == 0 && sees(0, EXCLUSIVE, 0, 10) && sees(15, SHARED, 10, 10) &&
          sees(25, EXCLUSIVE, 20, 10));
    CHECK(locks(A, EXCLUSIVE, 5, 8) == 0 && sees(12, EXCLUSIVE, 0, 13) && sees(13, SHARED, 13, 7));
    CHECK(locks(A, NONE, 22, 2) == 0 && sees(21, EXCLUSIVE, 20, 2) && sees(22, NONE, 0, 0) &&
          sees(24, EXCLUSIVE, 24, 6));
    CHECK(locks(A, NONE, 0, 0) == 0 && sees(0, NONE, 0, 0) && sees(29, NONE, 0, 0));
    CHECK(locks(A, SHARED, 7, 0) == 0 && sees(INT64_MAX, SHARED, 7, 0) && sees(6, NONE, 0, 0));
    CHECK(locks(A, SHARED, 6, 1) == 0 && sees(6, SHARED, 6, 0) && locks(A, NONE, INT64_MAX, 1) == 0 &&
          sees(7, SHARED, 6, INT64_MAX - 6));
    CHECK(locks(B, SHARED, 0, 0) == 0 && locks(B, EXCLUSIVE, 0, 6) == 0 && locks(B, EXCLUSIVE, 0, 7) == -EAGAIN);
    ends();
}

static void ranges_begin_somewhere(void)
{
    begins();
    CHECK(ask_data(A, "12345678", 8, (struct words){{FILE_WRITE, FD, 8, 0}}) == 0 && ask(A, FILE_SEEK, FD, 3, 0) == 0);
    CHECK(asks(A, FD, TRY, SHARED | CURRENT << 16, (struct file_lock){1, 1}) == 0 && sees(4, SHARED, 4, 1));
    CHECK(asks(A, FD, TRY, SHARED | END << 16, (struct file_lock){-1, 0}) == 0 && sees(7, SHARED, 7, 0));
    CHECK(asks(A, FD, TRY, EXCLUSIVE | CURRENT << 16, (struct file_lock){0, -3}) == 0 && sees(0, EXCLUSIVE, 0, 3) &&
          sees(3, NONE, 0, 0));
    ends();
}

/* And nothing is locked then. */
static void requests_are_refused(void)
{
    static const struct {
        uint32_t fd, command, kind_whence;
        int64_t start, length;
        int32_t status;
    } rows[] = {
        {9, TRY, SHARED, 0, 0, -EBADF},
        {999, WAIT, SHARED, 0, 0, -EBADF},
        {4, TRY, EXCLUSIVE, 0, 0, -EBADF},
        {5, WAIT, SHARED, 0, 0, -EBADF},
        {6, TRY, SHARED, 0, 0, -EINVAL},
        {FD, 8, SHARED, 0, 0, -EINVAL},
        {FD, TRY, 3, 0, 0, -EINVAL},
        {FD, TEST, NONE, 0, 0, -EINVAL},
        {FD, TRY, SHARED | 3 << 16, 0, 0, -EINVAL},
        {FD, TRY, SHARED, -1, 0, -EINVAL},
        {FD, TRY, SHARED, 2, -3, -EINVAL},
        {FD, TRY, SHARED, INT64_MIN, -1, -EINVAL},
        {FD, TRY, SHARED, INT64_MAX, 2, -EOVERFLOW},
        {FD, TRY, SHARED, INT64_MAX, INT64_MIN, -EINVAL},
        {FD, TRY, SHARED | END << 16, INT64_MAX, 0, -EOVERFLOW},
    };

    begins();
    CHECK(opens(A, "f", O_READ_ONLY) == 0 && opens(A, "f", O_WRITE_ONLY) == 0 && ask(A, FILE_PIPE, 0, 0, 0) == 0);
    CHECK(ask_data(A, "12", 2, (struct words){{FILE_WRITE, FD, 2, 0}}) == 0);
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t status = asks(A, rows[i].fd, rows[i].command, rows[i].kind_whence,
                              (struct file_lock){rows[i].start, rows[i].length});
        if (status != rows[i].status)
            fprintf(stderr, "row %u: %d\n", i, status);
        CHECK(status == rows[i].status);
    }
    CHECK(ask_data(A, &(int64_t){INT64_MAX}, sizeof(int64_t), (struct words){{FILE_LOCK, FD, TRY, SHARED}}) ==
          -EINVAL); /* behind it is what others have sent */
    CHECK(flocks(A, 9, SHARED, false) == -EBADF && flocks(A, 6, SHARED, false) == -EINVAL &&
          flocks(A, FD, 3, false) == -EINVAL);
    CHECK(asks(D, FD, TEST, EXCLUSIVE, (struct file_lock){0, 0}) == 0 && reply_of(D)->w[0] == NONE);
    CHECK(asks(A, 4, TRY, SHARED, (struct file_lock){0, 0}) == 0 &&
          asks(A, 5, TRY, EXCLUSIVE, (struct file_lock){0, 0}) == 0);
    ends();
}

/* Closing any descriptor of the file unlocks it, but not one of another file. Exec keeps the lock; fork does not hand
 * it on. */
static void a_close_unlocks(void)
{
    begins();
    CHECK(opens(A, "f", O_READ_ONLY) == 0 && opens(A, "g", O_READ_WRITE) == 0 && locks(A, EXCLUSIVE, 0, 10) == 0);
    CHECK(ask(A, FILE_CLOSE, 5, 0, 0) == 0 && machine_execs(A) == 0 && sees(0, EXCLUSIVE, 0, 10));
    CHECK(ask(MANAGER, FILE_FORK, A, CROWD, 0) == 0 && locks(CROWD, EXCLUSIVE, 0, 1) == -EAGAIN &&
          ask(CROWD, FILE_CLOSE, FD, 0, 0) == 0);
    CHECK(sees(0, EXCLUSIVE, 0, 10) && ask(A, FILE_CLOSE, 4, 0, 0) == 0 && sees(0, NONE, 0, 0));
    CHECK(locks(A, SHARED, 0, 1) == 0 && ask(A, FILE_DUPLICATE, FD, 4, FILE_EXACTLY) == 0 &&
          ask(A, FILE_DUPLICATE, 0, 4, FILE_EXACTLY) == 0 && sees(0, NONE, 0, 0));
    CHECK(locks(A, SHARED, 0, 1) == 0 && ask(A, FILE_CONTROL, FD, FILE_SET_FD, 1) == 0 && machine_execs(A) == 0 &&
          sees(0, NONE, 0, 0));
    CHECK(locks(B, SHARED, 0, 1) == 0 && machine_ends(B) == 0 && locks(C, EXCLUSIVE, 0, 0) == 0);
    ends();
}

/* ---------------------------------------------------------------------------------- waiting */

static void a_waiter_gets_the_lock(void)
{
    begins();
    uint32_t signals = machine_signals;
    CHECK(locks(A, EXCLUSIVE, 0, 10) == 0 && waits(B, SHARED, 5, 10) == WAITS && waits(C, EXCLUSIVE, 0, 1) == WAITS);
    CHECK(locks(A, NONE, 9, 1) == 0 && machine_signals == signals + 1 && !events_has_more() &&
          reply_of(B)->status == WAITS);
    CHECK(locks(A, SHARED, 3, 6) == 0 && machine_signals == signals + 2 && !events_has_more() &&
          reply_of(B)->status == 0);
    CHECK(reply_of(C)->status == WAITS && locks(A, EXCLUSIVE, 5, 1) == -EAGAIN && waits(A, EXCLUSIVE, 5, 1) == WAITS);
    CHECK(locks(B, NONE, 0, 0) == 0 && !events_has_more() && reply_of(A)->status == 0 && reply_of(C)->status == WAITS);
    CHECK(ask(A, FILE_CLOSE, FD, 0, 0) == 0 && !events_has_more() && reply_of(C)->status == 0 &&
          locks(D, EXCLUSIVE, 1, 0) == 0);
    ends();
}

/* In turn, a few with each question. */
static void many_wait(void)
{
    uint32_t replied = 0;

    begins();
    CHECK(locks(A, EXCLUSIVE, 0, 0) == 0);
    for (uint32_t badge = D + 1; badge <= CROWD; badge++)
        CHECK(ask(MANAGER, FILE_FORK, A, badge, 0) == 0 && waits(badge, SHARED, 0, 0) == WAITS);
    CHECK(locks(A, SHARED, 0, 0) == 0);
    for (bool more = true; more; replied += AT_ONCE) {
        more = events_has_more();
        for (uint32_t badge = D + 1; badge <= CROWD; badge++)
            CHECK(reply_of(badge)->status == (badge - D <= replied + AT_ONCE ? 0 : WAITS));
    }
    CHECK(replied == CROWD - D);
    ends();
}

static void circles_are_refused(void)
{
    begins();
    CHECK(locks(A, EXCLUSIVE, 0, 1) == 0 && locks(B, EXCLUSIVE, 1, 1) == 0 && locks(C, EXCLUSIVE, 2, 1) == 0);
    CHECK(waits(A, SHARED, 1, 1) == WAITS && waits(B, SHARED, 2, 1) == WAITS && waits(C, SHARED, 0, 1) == -EDEADLK);
    CHECK(locks(C, SHARED, 0, 1) == -EAGAIN && waits(D, SHARED, 0, 1) == WAITS);
    CHECK(locks(C, NONE, 2, 1) == 0 && !events_has_more() && reply_of(B)->status == 0 &&
          waits(C, EXCLUSIVE, 0, 1) == WAITS);
    CHECK(locks(B, NONE, 1, 1) == 0 && !events_has_more() && reply_of(A)->status == 0);
    ends();
}

/* The client waits for one of two locks. Only with the second would it close the circle. */
static void a_circle_comes_later(void)
{
    begins();
    CHECK(locks(A, SHARED, 0, 1) == 0 && locks(C, EXCLUSIVE, 1, 1) == 0 && waits(A, SHARED, 1, 1) == WAITS);
    CHECK(locks(B, SHARED, 0, 1) == 0 && waits(C, EXCLUSIVE, 0, 1) == WAITS);
    CHECK(locks(B, NONE, 0, 1) == 0 && !events_has_more() && reply_of(C)->status == -EDEADLK &&
          reply_of(A)->status == WAITS);
    ends();
}

/* A client may end while it waits, while it is due, and while it has the lock. */
static void any_of_them_may_end(void)
{
    begins();
    CHECK(locks(A, EXCLUSIVE, 0, 0) == 0);
    for (uint32_t badge = B; badge <= D; badge++)
        CHECK(waits(badge, EXCLUSIVE, 0, 0) == WAITS);
    machine_kill(B);
    CHECK(machine_ends(B) == 0);
    machine_kill(A);
    CHECK(machine_ends(A) == 0); /* C and D are due */
    machine_kill(C);
    CHECK(!events_has_more() && reply_of(D)->status == WAITS); /* C has the lock, and is not told */
    CHECK(machine_ends(C) == 0 && !events_has_more() && reply_of(D)->status == 0);
    CHECK(ask(MANAGER, FILE_FORK, D, B, 0) == 0 && ask(MANAGER, FILE_FORK, D, C, 0) == 0);
    CHECK(waits(B, SHARED, 0, 1) == WAITS && waits(C, SHARED, 0, 1) == WAITS && locks(D, NONE, 0, 0) == 0);
    machine_kill(B);
    CHECK(machine_ends(B) == 0 && !events_has_more() && reply_of(C)->status == 0);
    ends();
}

static void a_signal_ends_the_wait(void)
{
    begins();
    CHECK(locks(A, EXCLUSIVE, 0, 0) == 0 && waits(B, SHARED, 0, 1) == WAITS && waits(C, SHARED, 0, 1) == WAITS);
    CHECK(ask(MANAGER, FILE_INTERRUPT, B, 0, 0) == 0 && reply_of(B)->status == -EINTR &&
          ask(MANAGER, FILE_INTERRUPT, B, 0, 0) == 0);
    CHECK(locks(A, NONE, 0, 0) == 0 && ask(MANAGER, FILE_INTERRUPT, C, 0, 0) == 0 && reply_of(C)->status == 0 &&
          !events_has_more()); /* the lock was free before the signal */
    CHECK(locks(D, EXCLUSIVE, 0, 0) == -EAGAIN && locks(C, NONE, 0, 0) == 0);
    CHECK(locks(D, EXCLUSIVE, 0, 0) == 0 && ask(B, FILE_CLOSE, FD, 0, 0) == 0);
    ends();
}

/* A signal came before the call was sent: it gets the lock if that is free, but does not wait. */
static void a_call_that_is_interrupted_does_not_wait(void)
{
    const struct file_lock one = {0, 1};

    begins();
    CHECK(asks(A, FD, FILE_LOCK_INTERRUPTED, EXCLUSIVE, one) == 0 &&
          asks(B, FD, FILE_LOCK_INTERRUPTED, SHARED, one) == -EINTR);
    CHECK(locks(A, NONE, 0, 0) == 0 && !events_has_more() && reply_of(B)->status == -EINTR);
    CHECK(opens(A, "f", O_READ_ONLY) == 0 && opens(B, "f", O_READ_ONLY) == 0);
    CHECK(ask(A, FILE_LOCK_FILE, 4, EXCLUSIVE, WAIT_ALLOWED | WAIT_INTERRUPTED) == 0 &&
          ask(B, FILE_LOCK_FILE, 4, SHARED, WAIT_ALLOWED | WAIT_INTERRUPTED) == -EINTR);
    ends();
}

/* The open file of A and B gets its lock by B while A waits for another kind. */
static void a_signal_takes_no_lock_from_others(void)
{
    begins();
    CHECK(opens(C, "f", O_READ_ONLY) == 0 && flocks(C, 4, SHARED, false) == 0);
    CHECK(flocks(A, FD, EXCLUSIVE, true) == WAITS && flocks(B, FD, SHARED, false) == 0);
    CHECK(ask(MANAGER, FILE_INTERRUPT, A, 0, 0) == 0 && reply_of(A)->status == -EINTR);
    CHECK(flocks(C, 4, EXCLUSIVE, false) == -EAGAIN);
    ends();
}

/* ---------------------------------------------------------------------------------- all of a file */

static void files_are_locked_by_open_files(void)
{
    begins();
    CHECK(opens(A, "f", O_READ_ONLY) == 0 && opens(B, "f", O_READ_ONLY) == 0);
    CHECK(flocks(A, FD, SHARED, false) == 0 && flocks(A, 4, SHARED, false) == 0 &&
          flocks(B, 4, EXCLUSIVE, false) == -EAGAIN);
    CHECK(flocks(A, 4, EXCLUSIVE, false) == -EAGAIN &&
          flocks(B, FD, EXCLUSIVE, false) == 0); /* 4 of A has none any more; FD is the same open file for both */
    CHECK(flocks(A, 4, SHARED, false) == -EAGAIN && locks(C, EXCLUSIVE, 0, 0) == 0 &&
          flocks(A, FD, SHARED, false) == 0 && flocks(A, 4, SHARED, false) == 0);
    CHECK(flocks(B, 4, NONE, false) == 0 && flocks(B, 4, EXCLUSIVE, true) == WAITS && flocks(A, 4, NONE, false) == 0 &&
          !events_has_more() && reply_of(B)->status == WAITS);
    for (uint32_t badge = A; badge <= C; badge++)
        if (badge != B)
            CHECK(ask(badge, FILE_CLOSE, FD, 0, 0) == 0);
    CHECK(machine_ends(D) == 0 && !events_has_more() && reply_of(B)->status == WAITS &&
          ask(MANAGER, FILE_INTERRUPT, B, 0, 0) == 0 && reply_of(B)->status == -EINTR);
    CHECK(flocks(A, 4, EXCLUSIVE, true) == WAITS && ask(B, FILE_CLOSE, FD, 0, 0) == 0 && !events_has_more() &&
          reply_of(A)->status == 0); /* A's last descriptor */
    CHECK(flocks(B, 4, SHARED, true) == WAITS && flocks(A, 4, SHARED, false) == 0 && !events_has_more() &&
          reply_of(B)->status == 0);
    ends();
}

/* Circles are not looked for with these locks. */
static void directories_are_locked(void)
{
    begins();
    CHECK(ask_path(A, "/", FILE_OPEN, CWD, 0, 0) == 0 && ask_path(B, "/", FILE_OPEN, CWD, 0, 0) == 0 &&
          opens(B, "f", O_READ_ONLY) == 0);
    CHECK(flocks(A, 4, EXCLUSIVE, true) == 0 && flocks(B, 5, EXCLUSIVE, true) == 0);
    CHECK(flocks(A, FD, SHARED, true) == WAITS && flocks(B, 4, SHARED, true) == WAITS);
    CHECK(locks(C, EXCLUSIVE, 0, 1) == 0 && flocks(0 + C, FD, NONE, false) == 0);
    ends();
}

/* ---------------------------------------------------------------------------------- ranges of open files */

static int32_t locks_as_file(uint32_t badge, uint32_t fd, uint32_t kind, int64_t start, int64_t length)
{
    return asks(badge, fd, TRY | OPEN_FILE, kind, (struct file_lock){start, length});
}

/* Also a range of the client that has the lock. Every client with the open file may change it, and is not refused
 * because of it. */
static void open_files_own_ranges(void)
{
    begins();
    CHECK(opens(A, "f", O_READ_WRITE) == 0 && locks_as_file(A, FD, EXCLUSIVE, 0, 10) == 0);
    CHECK(locks_as_file(A, 4, SHARED, 9, 1) == -EAGAIN && locks(A, SHARED, 0, 1) == -EAGAIN &&
          locks_as_file(A, 4, EXCLUSIVE, 10, 10) == 0);
    CHECK(locks(A, EXCLUSIVE, 20, 1) == 0 && locks_as_file(A, FD, SHARED, 20, 1) == -EAGAIN &&
          flocks(A, 4, EXCLUSIVE, false) == 0 && flocks(A, FD, SHARED, false) == -EAGAIN);
    CHECK(asks(B, FD, TEST, SHARED, (struct file_lock){0, 10}) == 0 && reply_of(B)->w[0] == EXCLUSIVE &&
          reply_of(B)->w[1] == -1u);
    CHECK(asks(B, FD, TEST | OPEN_FILE, SHARED, (struct file_lock){0, 10}) == 0 && reply_of(B)->w[0] == NONE);
    CHECK(asks(B, FD, TEST | OPEN_FILE, SHARED, (struct file_lock){20, 0}) == 0 && reply_of(B)->w[0] == EXCLUSIVE &&
          reply_of(B)->w[1] == PID + A);
    CHECK(locks_as_file(B, FD, NONE, 2, 2) == 0 && locks(C, EXCLUSIVE, 2, 2) == 0 && locks(C, SHARED, 4, 1) == -EAGAIN);
    CHECK(locks_as_file(A, 4, EXCLUSIVE, 30, 1) == 0 && flocks(A, FD, SHARED, false) == -EAGAIN &&
          locks_as_file(A, 4, NONE, 30, 1) == 0);
    CHECK(asks(A, FD, 8 | OPEN_FILE, SHARED, (struct file_lock){0, 1}) == -EINVAL &&
          asks(A, FD, 8, SHARED, (struct file_lock){0, 1}) == -EINVAL);
    CHECK(opens(A, "f", O_READ_ONLY) == 0 && locks_as_file(A, 5, EXCLUSIVE, 50, 1) == -EBADF &&
          locks_as_file(A, 5, SHARED, 50, 1) == 0);
    ends();
}

/* Closing another descriptor of the file, or one of several, and exec drop no lock; closing the last one drops all. */
static void they_go_with_the_last_descriptor(void)
{
    begins();
    CHECK(opens(A, "f", O_READ_WRITE) == 0 && locks_as_file(A, 4, EXCLUSIVE, 0, 1) == 0 &&
          locks_as_file(A, 4, SHARED, 5, 1) == 0 && flocks(A, 4, EXCLUSIVE, false) == 0);
    CHECK(locks_as_file(A, FD, EXCLUSIVE, 9, 1) == 0 && ask(A, FILE_DUPLICATE, 4, 0, 0) == 0 &&
          ask(A, FILE_CLOSE, 4, 0, 0) == 0 && machine_execs(A) == 0);
    CHECK(locks(B, SHARED, 0, 1) == -EAGAIN && waits(B, EXCLUSIVE, 0, 6) == WAITS &&
          flocks(C, FD, SHARED, true) == WAITS);
    CHECK(ask(A, FILE_CLOSE, 5, 0, 0) == 0 && !events_has_more() && reply_of(B)->status == 0 &&
          reply_of(C)->status == 0 && locks(D, SHARED, 9, 1) == -EAGAIN);
    CHECK(machine_ends(A) == 0 && locks(D, SHARED, 9, 1) == -EAGAIN);
    ends();
}

/* Circles of waiters are not looked for with these locks; but a search must end that meets one. */
static void circles_of_open_files(void)
{
    begins();
    CHECK(opens(A, "f", O_READ_WRITE) == 0 && opens(B, "f", O_READ_WRITE) == 0 && locks(A, EXCLUSIVE, 0, 1) == 0 &&
          locks(B, EXCLUSIVE, 1, 1) == 0);
    CHECK(asks(A, 4, WAIT | OPEN_FILE, SHARED, (struct file_lock){1, 1}) == WAITS &&
          asks(B, 4, WAIT | OPEN_FILE, SHARED, (struct file_lock){0, 1}) == WAITS);
    CHECK(waits(C, SHARED, 0, 1) == WAITS && ask(MANAGER, FILE_INTERRUPT, A, 0, 0) == 0 && locks(A, NONE, 0, 1) == 0 &&
          !events_has_more());
    CHECK(reply_of(B)->status == 0 && reply_of(C)->status == 0 && locks(D, EXCLUSIVE, 0, 1) == -EAGAIN);
    CHECK(waits(A, EXCLUSIVE, 0, 1) == WAITS && locks(C, NONE, 0, 1) == 0 && !events_has_more() &&
          ask(B, FILE_CLOSE, 4, 0, 0) == 0 && !events_has_more() && reply_of(A)->status == 0);
    ends();
}

/* ---------------------------------------------------------------------------------- limits */

static void there_are_no_more(void)
{
    begins();
    for (uint32_t i = 0; i < LOCKS_MAX - 1; i++)
        CHECK(locks(i % 2 ? A : B, SHARED, 2 * i, 1) == 0);
    CHECK(locks(A, SHARED, 5000, 3) == 0 && locks(A, SHARED, 6000, 1) == -ENOLCK &&
          locks(A, NONE, 5001, 1) == -ENOLCK && flocks(A, FD, SHARED, false) == -ENOLCK);
    CHECK(locks(A, NONE, 5000, 1) == 0 && locks(A, NONE, 5002, 1) == 0 && locks(A, EXCLUSIVE, 5001, 1) == -ENOLCK &&
          locks(B, NONE, 0, 0) == 0);
    CHECK(locks(A, EXCLUSIVE, 5001, 1) == 0 && locks(A, EXCLUSIVE, 0, 0) == 0);
    ends();
}

/* Of the client's share: one more lock is refused, and nothing has changed. */
static void nothing_is_left(void)
{
    uint32_t files = 0, taken = 0;
    int32_t status = 0;

    begins();
    machine_is_fast = true;
    CHECK(ask(MANAGER, FILE_LIMIT, B, 1, 511) == 0);
    while (!status) {
        char name[8];
        snprintf(name, sizeof name, "n%u", files++);
        CHECK(opens(B, name, O_READ_WRITE) == 0);
        for (uint32_t i = 0; i < LOCKS_MAX / 2 && !status; i++, taken++)
            status = asks(B, FD + files, TRY, SHARED, (struct file_lock){5 * i, 3});
    }
    machine_is_fast = false;
    uint32_t free = pages_free();
    CHECK(status == -ENOLCK && taken > LOCKS_MAX && asks(B, FD + 1, TRY, NONE, (struct file_lock){1, 1}) == -ENOLCK &&
          flocks(B, FD, SHARED, false) == -ENOLCK);
    CHECK(asks(B, FD + 1, TRY, EXCLUSIVE, (struct file_lock){1, 1}) == -ENOLCK && pages_free() == free &&
          locks(A, SHARED, 0, 1) == 0);
    CHECK(asks(B, FD + 1, TRY, NONE, (struct file_lock){0, 3}) == 0 &&
          asks(B, FD + 1, TRY, EXCLUSIVE, (struct file_lock){6, 1}) == -ENOLCK);
    CHECK(asks(B, FD + 1, TRY, SHARED, (struct file_lock){0, 3}) == 0 &&
          asks(B, FD + 1, TRY, EXCLUSIVE, (struct file_lock){4000, 1}) == -ENOLCK);
    while (ask(MANAGER, FILE_RELEASE, B, 0, 0) == FILE_MORE) /* what a part drops is bounded */
        continue;
    CHECK(pages_free() > free);
    for (uint32_t i = 0; i < files; i++) {
        char name[8];
        snprintf(name, sizeof name, "n%u", i);
        CHECK(ask_path(A, name, FILE_REMOVE, CWD, 0, 0) == 0);
    }
    ends();
}

/* A part of an end closes fewer descriptors if their files had many locks. */
static void what_has_many_ends_in_parts(void)
{
    enum { FILES = 8 };
    uint32_t parts = 1;

    begins();
    machine_is_fast = true;
    for (uint32_t i = 0; i < FILES; i++) {
        CHECK(ask(A, FILE_UNNAMED, 1, 0, 0) == 0);
        for (uint32_t j = 0; j < 64; j++)
            CHECK(asks(A, FD + 1 + i, TRY, SHARED, (struct file_lock){2 * j, 1}) == 0 &&
                  locks_as_file(A, FD + 1 + i, SHARED, 2 * j, 1) == 0);
    }
    machine_is_fast = false;
    for (; ask(MANAGER, FILE_RELEASE, A, 0, 0) == FILE_MORE; parts++)
        continue;
    CHECK(parts >= FILES);
    ends();
}

/* ---------------------------------------------------------------------------------- at random */

/* Owners from CLIENTS on are open files: one of all clients, and one of C alone. */
enum { BYTES = 24, CLIENTS = 3, OWNERS = 5, NOT_LOCKED = NONE };
static uint8_t model[OWNERS][BYTES];

static bool model_refuses(uint32_t owner, uint32_t kind, uint32_t first, uint32_t end)
{
    for (uint32_t other = 0; other < OWNERS; other++)
        for (uint32_t at = first; at < end; at++)
            if (other != owner && (model[other][at] | kind) == EXCLUSIVE)
                return true;
    return false;
}

/* Compares each byte of each owner, as another owner sees it. */
static void all_is_as_modelled(void)
{
    for (uint32_t at = 0; at < BYTES; at++) {
        bool is_locked = false;
        for (uint32_t owner = 0; owner < OWNERS; owner++)
            is_locked |= model[owner][at] != NOT_LOCKED;
        CHECK(asks(D, FD, TEST, EXCLUSIVE, (struct file_lock){at, 1}) == 0 && (reply_of(D)->w[0] != NONE) == is_locked);
        CHECK(asks(D, FD, TEST, SHARED, (struct file_lock){at, 1}) == 0);
        uint32_t pid = reply_of(D)->w[1];
        CHECK(reply_of(D)->w[0] == NONE ||
              (pid == -1u ? model[CLIENTS][at] == EXCLUSIVE || model[CLIENTS + 1][at] == EXCLUSIVE
                          : model[pid - PID - A][at] == EXCLUSIVE));
    }
}

static void random_ranges(void)
{
    begins();
    CHECK(opens(C, "f", O_READ_WRITE) == 0);
    memset(model, NOT_LOCKED, sizeof model);
    for (uint32_t step = 0; step < 5000; step++) {
        uint32_t owner = random_below(OWNERS), kind = random_below(3), first = random_below(BYTES),
                 end = first + 1 + random_below(BYTES - first);
        int32_t expected = model_refuses(owner, kind, first, end) ? -EAGAIN : 0;
        CHECK((owner < CLIENTS ? locks(A + owner, kind, first, end - first)
                               : locks_as_file(C, FD + owner - CLIENTS, kind, first, end - first)) == expected);
        if (!expected)
            memset(model[owner] + first, (int)kind, end - first);
        if (step % 50 == 0)
            all_is_as_modelled();
    }
    ends();
}

int main(void)
{
    ranges_merge_and_split();
    ranges_begin_somewhere();
    requests_are_refused();
    a_close_unlocks();
    a_waiter_gets_the_lock();
    many_wait();
    circles_are_refused();
    a_circle_comes_later();
    any_of_them_may_end();
    a_signal_ends_the_wait();
    a_call_that_is_interrupted_does_not_wait();
    a_signal_takes_no_lock_from_others();
    files_are_locked_by_open_files();
    directories_are_locked();
    open_files_own_ranges();
    they_go_with_the_last_descriptor();
    circles_of_open_files();
    there_are_no_more();
    nothing_is_left();
    what_has_many_ends_in_parts();
    random_ranges();
    puts("test_file_locks: locks are those that Linux would have");
    return 0;
}

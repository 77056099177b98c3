/*
 * The whole file server: clients' shares of its records. A client that takes all it may leaves others what they were
 * promised.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/file/ servers/lib/account.c servers/lib/archive.c
 * sources: tests/server/state_end.c tests/server/server_run.c tests/server/file_machine.c
 */
#include "tests/server/file_machine.h"

#include <errno.h>
#include <string.h>

#include "servers/file/pages.h"
#include "servers/file/share.h"
#include "tests/host/check.h"

enum { PAGES = 480, RESERVE = PAGES / RESERVE_DIVISOR, A = 1, B = 2, C = 3, OF = 511, LAST = 90, PIPE = 3 };

static void begins(void)
{
    machine_begin(PAGES);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0 && ask(MANAGER, FILE_FORK, A, B, 0) == 0);
}

/* Everything comes back. */
static void ends(void)
{
    for (uint32_t badge = A; badge <= LAST; badge++)
        (void)machine_ends(badge);
    CHECK(pages_free() == machine_free_at_first() && share_of_all.quota.pages.used == 0 &&
          share_of_all.quota.pages.holders == 1);
    machine_end();
}

static uint32_t left(void)
{
    return account_left(&share_of_all.quota.pages);
}

/* Takes pipes until there are no more: each costs three pages, and pages of records. */
static uint32_t takes_all(uint32_t badge)
{
    uint32_t free = pages_free(), made = 0;

    while (ask(badge, FILE_PIPE, 0, 0, 0) == 0)
        made++;
    CHECK(reply_of(badge)->status == -ENFILE && free - pages_free() >= made * PIPE);
    free = pages_free();
    CHECK(ask(badge, FILE_PIPE, 0, 0, 0) == -ENFILE && pages_free() == free);
    return made;
}

static void gives_all(uint32_t badge)
{
    for (uint32_t fd = 3; fd < FILE_DESCRIPTORS_MAX; fd++)
        (void)ask(badge, FILE_CLOSE, fd, 0, 0);
}

/* If no other is there, a client may have the whole reserve, and no more than that. */
static void one_may_have_all(void)
{
    begins();
    uint32_t made = takes_all(A);
    CHECK(left() < PIPE && made >= (RESERVE - 5) / PIPE && pages_free() >= PAGES - RESERVE - 10);
    CHECK(ask(B, FILE_PIPE, 0, 0, 0) == -ENFILE);
    gives_all(A);
    CHECK(takes_all(B) == made);
    ends();
}

/* B has what it was promised, whatever A does, and no more; the same holds for all of B's forks together. */
static void a_share_is_kept(void)
{
    begins();
    uint32_t before = left();
    CHECK(ask(MANAGER, FILE_LIMIT, B, 4, OF) == 0);
    uint32_t share = before - left() - ACCOUNT_COST;
    CHECK(share == 4 * PAGES_EACH + PAGES_FOR_ANY);
    takes_all(A);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == -ENFILE && ask(MANAGER, FILE_FORK, B, C, 0) == 0);
    uint32_t made = takes_all(B);
    CHECK(made >= share / PIPE - 2 && ask(C, FILE_PIPE, 0, 0, 0) == -ENFILE);
    gives_all(A);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0 && ask(B, FILE_PIPE, 0, 0, 0) == -ENFILE);
    gives_all(B);
    CHECK(takes_all(C) == made && takes_all(A) > 0);
    CHECK(machine_ends(B) == 0 && machine_ends(C) == 0 && left() >= share + ACCOUNT_COST - 1);
    ends();
}

/* Clients, transfer pages, open files, watches: each is refused to a client that has nothing left, and nothing
 * changes. */
static void all_kinds_are_charged(void)
{
    const uint32_t poll = 3 | (uint32_t)FILE_POLL_IN << FILE_POLL_SHIFT;
    uint32_t badge = B;

    begins();
    CHECK(ask(MANAGER, FILE_LIMIT, B, 4, OF) == 0 && ask(B, FILE_PIPE, 0, 0, 0) == 0);
    CHECK(ask(MANAGER, FILE_FORK, B, C, 0) == 0 && ask(MANAGER, FILE_LIMIT, C, 1, 4) == 0);
    while (ask(C, FILE_PIPE, 0, 0, 0) == 0)
        continue;
    for (badge = C + 1; badge <= LAST && ask(MANAGER, FILE_FORK, C, badge, 0) == 0; badge++)
        CHECK(ask(badge, FILE_TRANSFER_PAGE, 0, 0, 0) == 0 || reply_of(badge)->status == -ENOMEM);
    CHECK(badge <= LAST && reply_of(MANAGER)->status == -ENOMEM && ask(MANAGER, FILE_RELEASE, badge, 0, 0) == -ENOENT);
    CHECK(ask(C, FILE_TRANSFER_PAGE, 0, 0, 0) == -ENOMEM);
    CHECK(ask_data(C, &poll, sizeof poll, (struct words){{FILE_POLL, 1, 1, 0}}) == -ENOMEM);
    CHECK(ask(B, FILE_TRANSFER_PAGE, 0, 0, 0) == 0); /* it is not one of these clients */
    CHECK(ask_data(B, &poll, sizeof poll, (struct words){{FILE_POLL, 1, 1, 0}}) == 0);
    ends();
}

/* A pipe stays charged to the client that made it, as long as any client has it open. */
static void what_is_inherited_stays(void)
{
    begins();
    CHECK(ask(MANAGER, FILE_LIMIT, B, 4, OF) == 0 && ask(B, FILE_PIPE, 0, 0, 0) == 0);
    CHECK(ask(MANAGER, FILE_FORK, B, C, 0) == 0 && ask(MANAGER, FILE_LIMIT, C, 1, 4) == 0);
    uint32_t before = left();
    CHECK(machine_ends(B) == 0 && left() == before && ask_data(C, "x", 1, (struct words){{FILE_WRITE, 4, 1, 0}}) == 0);
    CHECK(machine_ends(C) == 0 && left() > before);
    ends();
}

/* A file, as far as a share pays for it: without a page. */
static void files_are_refused(void)
{
    int32_t status;

    begins();
    takes_all(A);
    while (!(status = ask_path(B, "data", FILE_OPEN, (uint32_t)FILE_CWD, 0, 0)))
        ;
    CHECK(status == -ENFILE);
    CHECK(ask(B, FILE_UNNAMED, 0, 0, 0) == -ENFILE);
    ends();
}

/* A client that has its share alone can lower it, but not below what is in use. */
static void limits_are_lowered(void)
{
    begins();
    CHECK(ask(MANAGER, FILE_LIMIT, B, 10, OF) == 0);
    uint32_t before = left();
    CHECK(ask(MANAGER, FILE_LIMIT, B, 5, 10) == 0 && left() == before + 29 && ask(B, FILE_PIPE, 0, 0, 0) == 0);
    CHECK(ask(MANAGER, FILE_LIMIT, B, 1, 10) == 0 && ask(B, FILE_PIPE, 0, 0, 0) == -ENFILE);
    CHECK(ask(MANAGER, FILE_LIMIT, B, 0, 1) == -EINVAL && ask(MANAGER, FILE_LIMIT, B, 2, 1) == -EINVAL);
    CHECK(ask(MANAGER, FILE_LIMIT, B, 1, 1025) == -EINVAL && ask(MANAGER, FILE_LIMIT, LAST, 1, 1) == -ENOENT &&
          ask(B, FILE_LIMIT, B, 1, 2) == -EPERM);
    ends();
}

/* Shares can be nested sixteen deep. */
static void too_many_are_refused(void)
{
    uint32_t badge = A;
    int32_t status;

    machine_begin(4000);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0);
    do {
        CHECK(ask(MANAGER, FILE_FORK, badge, badge + 1, 0) == 0);
        badge++;
    } while (!(status = ask(MANAGER, FILE_LIMIT, badge, 490, OF)));
    CHECK(status == -EAGAIN && badge == A + ACCOUNT_DEPTH_MAX + 1);
    ends();
    begins();
    uint32_t taken = takes_all(A);
    while (left() && ask(A, FILE_UNNAMED, 0, 0, 0) == 0)
        continue;
    for (badge = C; left() && badge <= LAST; badge++)
        CHECK(ask(MANAGER, FILE_FORK, A, badge, 0) == 0 && ask(badge, FILE_TRANSFER_PAGE, 0, 0, 0) == 0);
    CHECK(taken && !left() && ask(MANAGER, FILE_LIMIT, B, 1, OF) == -ENOMEM);
    ends();
}

/* Contents of files take none of the reserve, and the reserve none of theirs. */
static void contents_leave_the_reserve(void)
{
    begins();
    CHECK(ask(A, FILE_UNNAMED, 0, 0, 0) == 0 && ask(A, FILE_TRANSFER_PAGE, 0, 0, 0) == 0);
    while (ask(A, FILE_WRITE, 3, FILE_TRANSFER_MAX, 0) == 0)
        continue;
    CHECK(reply_of(A)->status == -ENOSPC);
    uint32_t made = takes_all(B);
    CHECK(made >= (RESERVE - 6) / PIPE && ask(A, FILE_WRITE, 3, FILE_TRANSFER_MAX, 0) == -ENOSPC);
    ends();
}

int main(void)
{
    one_may_have_all();
    a_share_is_kept();
    all_kinds_are_charged();
    what_is_inherited_stays();
    files_are_refused();
    limits_are_lowered();
    too_many_are_refused();
    contents_leave_the_reserve();
    puts("test_file_shares: every client keeps the share that it was promised");
}

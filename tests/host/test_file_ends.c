/*
 * The whole file server: the end or exec of clients that have much takes several parts, each of which gives back only
 * some of it.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/file/ servers/lib/account.c servers/lib/archive.c
 * sources: tests/server/state_end.c tests/server/server_run.c tests/server/file_machine.c
 */
#include "tests/server/file_machine.h"

#include <errno.h>
#include <string.h>

#include "servers/file/pages.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"

enum { PAGES = 500, A = 1, B = 2, AT = 0x50000000 };

static void begins(void)
{
    machine_begin(PAGES);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0);
}

static int32_t maps(uint32_t fd, uint32_t page, uint32_t at, uint32_t pages, uint32_t shared)
{
    return ask(A, FILE_MAP, fd | shared << 8 | pages << PAGE_BITS, page, at);
}

/* Files without a name, each of eight pages, which A has mapped, too. */
static void has_much(void)
{
    for (uint32_t fd = 3; fd < 40; fd++) {
        CHECK(ask(A, FILE_UNNAMED, 8 * PAGE_SIZE, 0, 0) == 0 && ask(A, FILE_CONTROL, fd, FILE_SET_FD, 1) == 0);
        for (uint32_t page = 0; page < 8; page += reply_of(A)->w[0])
            CHECK(maps(fd, page, (AT + 0x10000 * fd + page * PAGE_SIZE) | RIGHT_READ | RIGHT_WRITE, 8 - page, 1) == 0);
    }
}

/* In parts; machine_ends() and machine_execs() check that none is long. Meanwhile the client's calls are refused. */
static void what_has_much_ends_in_parts(void)
{
    begins();
    uint32_t free = pages_free();
    has_much();
    CHECK(ask(A, FILE_DUPLICATE, 0, 100, O_CLOSE_ON_EXEC) == 0 && reply_of(A)->w[0] == 100);
    CHECK(machine_execs(A) == 0 && machine_revoked == 37 * 8 && pages_free() == free &&
          ask(A, FILE_SEEK, 100, 0, 0) == -EBADF);
    has_much();
    CHECK(ask(MANAGER, FILE_RELEASE, A, 0, 0) == FILE_MORE && ask(A, FILE_SPACE, 0, 0, 0) == -EBADF);
    CHECK(ask(MANAGER, FILE_EXEC, A, 0, 0) == -ENOENT && ask(MANAGER, FILE_FORK, A, B, 0) == -ENOENT &&
          ask(MANAGER, FILE_INTERRUPT, A, 0, 0) == -ENOENT);
    CHECK(ask_path(MANAGER, "prog", FILE_PROGRAM, A, 0, 0) == -ENOENT && machine_ends(A) == 0 &&
          machine_revoked == 2 * 37 * 8);
    CHECK(ask(MANAGER, FILE_RELEASE, A, 0, 0) == -ENOENT);
    machine_end_all();
}

/* However little each part does. */
static void descriptors_are_closed_in_parts(void)
{
    begins();
    while (ask(A, FILE_DUPLICATE, 0, 0, O_CLOSE_ON_EXEC) == 0)
        continue;
    CHECK(ask(MANAGER, FILE_EXEC, A, 0, 0) == FILE_MORE && machine_execs(A) == 0);
    while (ask(A, FILE_DUPLICATE, 0, 0, 0) == 0)
        continue;
    for (uint32_t left = FILE_DESCRIPTORS_MAX; left > 32; left -= 32)
        CHECK(ask(MANAGER, FILE_RELEASE, A, 0, 0) == FILE_MORE);
    CHECK(ask(MANAGER, FILE_RELEASE, A, 0, 0) == 0);
    machine_end_all();
}

/* A client without lent pages to give back does not wait until the pages of others are free. */
static void a_client_that_owes_nothing_ends_at_once(void)
{
    begins();
    has_much();
    CHECK(ask(MANAGER, FILE_FORK, A, B, 0) == 0 &&
          ask(MANAGER, FILE_RELEASE, B, 0, 0) == FILE_MORE); /* too much to close at once */
    CHECK(machine_ends(B) == 0 && machine_revoked == 0);
    CHECK(ask(MANAGER, FILE_BEGIN, B, 0, 0) == 0 && ask(MANAGER, FILE_RELEASE, A, 0, 0) == FILE_MORE);
    uint32_t revoked = machine_revoked;
    CHECK(ask(MANAGER, FILE_RELEASE, B, 0, 0) == 0 && machine_revoked == revoked && machine_ends(A) == 0);
    machine_end_all();
}

/* A client says that it has unmapped what it has not. The machine checks that no page is revoked from too many
 * addresses, and that the reply to the next call has no other page. */
static void a_page_is_lent_so_often(void)
{
    begins();
    CHECK(ask(A, FILE_UNNAMED, 3 * PAGE_SIZE, 0, 0) == 0);
    machine_is_fast = true;
    for (uint32_t i = 0; i < 3 * LOANS_MAX; i++) {
        uint32_t at = AT + i * PAGE_SIZE;
        CHECK(machine_revoked == (i ? (i - 1) / LOANS_MAX : 0) && maps(3, 1, at | RIGHT_READ | RIGHT_WRITE, 1, 1) == 0);
        CHECK(ask(A, FILE_UNMAP, at, 1, 0) == 0);
    }
    CHECK(maps(3, 0, AT | RIGHT_READ, 3, 1) == 0 && reply_of(A)->w[0] == 1 && machine_revoked == 2);
    CHECK(ask(A, FILE_MAP_AGAIN, (AT + PAGE_SIZE) | RIGHT_READ, 2, 0) == 0 && reply_of(A)->w[0] == 1 &&
          machine_revoked == 3);
    CHECK(ask(A, FILE_MAP_AGAIN, (AT + 2 * PAGE_SIZE) | RIGHT_READ, 1, 0) == 0 && reply_of(A)->w[0] == 1 &&
          machine_revoked == 3);
    machine_end_all();
}

/* Pages that the kernel refuses to grant, or for which there are too many mappings. */
static void what_is_refused_is_not_lent(void)
{
    begins();
    CHECK(ask(A, FILE_UNNAMED, 2 * PAGE_SIZE, 0, 0) == 0 && maps(3, 0, AT | RIGHT_READ, 2, 1) == 0 &&
          ask(A, FILE_PIPE, 0, 0, 0) == 0);
    uint32_t number = 0; /* the first of the two pages that are lent */
    while (pages_loans(number) != 1 || pages_loans(number + 1) != 1)
        number++;
    machine_refuses_items = true;
    CHECK(maps(3, 0, AT | RIGHT_READ, 2, 1) == -ENOMEM && pages_loans(number) == 1 && pages_loans(number + 1) == 1);
    CHECK(ask(A, FILE_MAP_AGAIN, AT | RIGHT_READ, 2, 0) == -ENOMEM && pages_loans(number) == 1);
    for (uint32_t i = 0; i < 100; i++)
        CHECK(ask(A, FILE_PIPE_ATTACH, 4, AT, 0) == -ENOMEM);
    machine_refuses_items = false;
    CHECK(ask(A, FILE_PIPE_ATTACH, 4, AT, 0) == 0);
    for (uint32_t i = 1; i < 64; i++)
        CHECK(maps(3, 0, (AT + 0x10000 * i) | RIGHT_READ, 1, 1) == 0);
    CHECK(maps(3, 0, (AT + 0x10000 * 64) | RIGHT_READ, 2, 1) == -ENOMEM && pages_loans(number) == 64 &&
          pages_loans(number + 1) == 1);
    machine_end_all();
}

/* Other clients can do so, too. */
static void many_map_a_file(void)
{
    begins();
    CHECK(ask(A, FILE_UNNAMED, PAGE_SIZE, 0, 0) == 0);
    for (uint32_t i = 0; i < 64; i++)
        CHECK(maps(3, 0, (AT + 0x10000 * i) | RIGHT_READ | RIGHT_WRITE, 1, 1) == 0);
    machine_is_fast = true;
    for (uint32_t badge = B; badge <= 40; badge++)
        CHECK(ask(MANAGER, FILE_FORK, A, badge, 0) == 0);
    machine_end_all();
}

int main(void)
{
    what_has_much_ends_in_parts();
    descriptors_are_closed_in_parts();
    a_client_that_owes_nothing_ends_at_once();
    a_page_is_lent_so_often();
    what_is_refused_is_not_lent();
    many_map_a_file();
    puts("test_file_ends: no part of an end is long");
    return 0;
}

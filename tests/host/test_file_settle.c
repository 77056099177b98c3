/*
 * The whole file server: the pages of a removed file that clients have mapped are given back in the time of the client
 * that had it last, however long that takes, and even if that client does not take part; and a refused map changes
 * nothing.
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

enum { PAGES = 4000, MUCH = 2000, SOME = 200, A = 1, B = 2, AT = 0x50000000, RW = RIGHT_READ | RIGHT_WRITE };

static void begins(void)
{
    machine_begin(PAGES);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0 && ask(MANAGER, FILE_BEGIN, B, 0, 0) == 0);
}

static int32_t maps(uint32_t badge, uint32_t fd, uint32_t page, uint32_t at_rights, uint32_t pages)
{
    return ask(badge, FILE_MAP, fd | 1 << 8 | pages << PAGE_BITS, page, at_rights);
}

/* The client maps so many pages of the descriptor's file, from AT on. */
static void maps_all(uint32_t badge, uint32_t fd, uint32_t pages)
{
    for (uint32_t page = 0; page < pages; page += reply_of(badge)->w[0])
        CHECK(maps(badge, fd, page, (AT + page * PAGE_SIZE) | RW, pages - page) == 0 && reply_of(badge)->w[0]);
}

/* A file with that name, or without one. A has mapped its pages, and says that it has not. Returns the descriptor. */
static uint32_t has_had(const char *name, uint32_t pages)
{
    if (name)
        CHECK(ask_path(A, name, FILE_OPEN, (uint32_t)FILE_CWD, O_READ_WRITE | O_CREATE_FILE, 0700) == 0);
    else
        CHECK(ask(A, FILE_UNNAMED, 0, 0, 0) == 0);
    uint32_t fd = reply_of(A)->w[0];
    CHECK(ask_data(A, "", 1, (struct words){{FILE_TRUNCATE, fd, pages * PAGE_SIZE}}) == 0);
    maps_all(A, fd, pages);
    CHECK(ask(A, FILE_UNMAP, AT, pages, 0) == 0);
    return fd;
}

/* ------------------------------------------------------------------------------------- who pays */

/* Whatever A has given back without settling it, B, which has a transfer page, ends and execs at once. */
static void others_do_not_wait(void)
{
    begins();
    machine_is_fast = true;
    CHECK(ask(B, FILE_TRANSFER_PAGE, 0, 0, 0) == 0 && ask(A, FILE_CLOSE, has_had(NULL, MUCH), 0, 0) == FILE_MORE);
    uint32_t revoked = machine_revoked;
    CHECK(revoked > 0 && revoked < 100);
    CHECK(ask(MANAGER, FILE_EXEC, B, 0, 0) == 0 && machine_revoked == revoked + 1);
    CHECK(ask(B, FILE_TRANSFER_PAGE, 0, 0, 0) == 0 && ask(B, FILE_PIPE, 0, 0, 0) == 0 &&
          ask(B, FILE_CLOSE, 3, 0, 0) == 0);
    CHECK(ask_path(B, "f", FILE_OPEN, (uint32_t)FILE_CWD, O_READ_WRITE | O_CREATE_FILE, 0600) == 0 &&
          ask(B, FILE_SETTLE, 0, 0, 0) == 0);
    CHECK(ask(B, FILE_WRITE, 3, FILE_TRANSFER_MAX, 0) == 0 && machine_revoked == revoked + 1);
    CHECK(ask_path(B, "f", FILE_REMOVE, (uint32_t)FILE_CWD, 0, 0) == 0);
    CHECK(ask(MANAGER, FILE_RELEASE, B, 0, 0) == 0 && machine_revoked == revoked + 2);
    machine_end_all();
}

/* Its end settles, in parts, while others are served; so does its exec. */
static void an_end_settles(void)
{
    begins();
    uint32_t free = pages_free();
    CHECK(ask(A, FILE_CLOSE, has_had(NULL, SOME), 0, 0) == FILE_MORE && machine_revoked < SOME &&
          pages_free() < free - 100);
    CHECK(machine_execs(A) == 0 && machine_revoked == SOME && pages_free() == free);
    CHECK(ask(A, FILE_CLOSE, has_had(NULL, SOME), 0, 0) == FILE_MORE &&
          ask(A, FILE_CLOSE, has_had(NULL, SOME), 0, 0) == FILE_MORE);
    CHECK(ask(MANAGER, FILE_RELEASE, A, 0, 0) == FILE_MORE && ask(A, FILE_SETTLE, 0, 0, 0) == -EBADF);
    CHECK(ask(B, FILE_TRANSFER_PAGE, 0, 0, 0) == 0 && ask(MANAGER, FILE_RELEASE, B, 0, 0) == 0);
    CHECK(machine_ends(A) == 0 && machine_revoked == 3 * SOME + 1);
    machine_end_all();
}

/* The client that had the file last pays, whoever mapped it. */
static void the_last_pays(void)
{
    begins();
    has_had(NULL, SOME);
    CHECK(ask(MANAGER, FILE_RELEASE, B, 0, 0) == 0 && ask(MANAGER, FILE_FORK, A, B, 0) == 0);
    CHECK(ask(MANAGER, FILE_RELEASE, A, 0, 0) == 0 && machine_revoked == 0);
    CHECK(ask(MANAGER, FILE_RELEASE, B, 0, 0) == FILE_MORE && machine_ends(B) == 0 && machine_revoked == SOME);
    machine_end_all();
}

/* ------------------------------------------------------------------------------------- calls that lose a file */

static void each_call_may_lose_a_file(void)
{
    begins();
    uint32_t free = pages_free(), fd = has_had("f", SOME);
    CHECK(ask(A, FILE_CLOSE, fd, 0, 0) == 0 && ask_path(A, "f", FILE_REMOVE, (uint32_t)FILE_CWD, 0, 0) == FILE_MORE);
    CHECK(ask_path(A, "f", FILE_STATUS, (uint32_t)FILE_CWD, 0, 0) == -ENOENT && machine_settles(A, FILE_MORE) == 0 &&
          pages_free() == free);
    CHECK(ask(A, FILE_CLOSE, has_had("f", SOME), 0, 0) == 0 &&
          ask_path(A, "g", FILE_MAKE, (uint32_t)FILE_CWD, 0, 0) == 0);
    CHECK(ask_paths(A, "g", "f", FILE_RENAME, (uint32_t)FILE_CWD, (uint32_t)FILE_CWD) == FILE_MORE &&
          machine_settles(A, FILE_MORE) == 0);
    CHECK(ask_path(A, "f", FILE_REMOVE, (uint32_t)FILE_CWD, 0, 0) == 0 && pages_free() == free);
    fd = has_had(NULL, SOME);
    CHECK(ask(A, FILE_DUPLICATE, 0, fd, FILE_EXACTLY) == FILE_MORE && reply_of(A)->w[0] == fd &&
          ask(A, FILE_SEEK, fd, 0, 0) == -ESPIPE);
    CHECK(machine_settles(A, FILE_MORE) == 0 && ask(A, FILE_CLOSE, fd, 0, 0) == 0 && pages_free() == free);
    fd = has_had(NULL, SOME);
    maps_all(A, fd, SOME);
    CHECK(ask(A, FILE_CLOSE, fd, 0, 0) == 0 && ask(A, FILE_UNMAP, AT, SOME, 0) == FILE_MORE &&
          machine_settles(A, FILE_MORE) == 0);
    CHECK(pages_free() == free && machine_revoked == 4 * SOME && ask(A, FILE_SETTLE, 0, 0, 0) == 0);
    machine_end_all();
}

/* A file of which few pages were lent is given back by the call itself. */
static void little_is_given_back_at_once(void)
{
    begins();
    uint32_t free = pages_free();
    CHECK(ask(A, FILE_CLOSE, has_had(NULL, 20), 0, 0) == 0 && machine_revoked == 20 && pages_free() == free);
    machine_end_all();
}

/* The file that a client runs may be removed: the client settles it at its next exec, or at its end. */
static void a_program_may_be_lost(void)
{
    begins();
    uint32_t fd = has_had("p", SOME), free;
    CHECK(ask_path(MANAGER, "p", FILE_PROGRAM, A, 0, 0) == FILE_COPY && ask(A, FILE_CLOSE, fd, 0, 0) == 0);
    CHECK(ask_path(A, "p", FILE_REMOVE, (uint32_t)FILE_CWD, 0, 0) == 0 && machine_revoked == 0);
    free = pages_free();
    CHECK(ask_path(MANAGER, "prog", FILE_PROGRAM, A, 0, 0) == 0 && machine_revoked == 0 && pages_free() == free);
    CHECK(machine_execs(A) == 0 && machine_revoked == SOME && pages_free() >= free + SOME);
    machine_end_all();
}

/* A ring is revoked, with its pipe, from all addresses to which it was granted. For an end with many of them a message
 * revokes some. */
static void rings_are_metered(void)
{
    begins();
    machine_is_fast = true;
    for (uint32_t fd = 3; ask(A, FILE_PIPE, 0, 0, 0) == 0; fd += 2)
        for (uint32_t i = 0; i < 64; i++)
            CHECK(ask(A, FILE_PIPE_ATTACH, fd, AT + i * 0x10000, 0) == 0);
    uint32_t revoked = machine_revoked;
    CHECK(ask(MANAGER, FILE_RELEASE, A, 0, 0) == FILE_MORE && machine_revoked > revoked &&
          machine_revoked - revoked <= 5 * 3);
    CHECK(machine_ends(A) == 0 && machine_revoked == revoked + 62 * 3);
    machine_end_all();
}

/* ------------------------------------------------------------------------------------- maps that are refused */

/* The mapping at `address`, as `pages / what the file has / rights` in hexadecimal digits. */
static uint32_t there(uint32_t address)
{
    CHECK(ask(A, FILE_MAPPING, address, 0, 0) == 0);
    return reply_of(A)->w[0] << 16 | reply_of(A)->w[1] << 8 | reply_of(A)->w[2];
}

static void a_refused_map_is_none(void)
{
    begins();
    CHECK(ask(A, FILE_UNNAMED, 8 * PAGE_SIZE, 0, 0) == 0);
    uint32_t nothing = there(AT);
    machine_refuses_items = true;
    for (uint32_t i = 0; i < 100; i++)
        CHECK(maps(A, 3, 0, (AT + i * 0x10000) | RW, 4) == -ENOMEM && there(AT + i * 0x10000) == nothing - (i << 20));
    machine_refuses_items = false;
    CHECK(maps(A, 3, 0, AT | RW, 4) == 0 && there(AT) == 0x40413);
    machine_refuses_items =
        true; /* the same pages again; a mapping that continues where that ends; another client's ring */
    CHECK(ask(A, FILE_MAP_AGAIN, AT | RW, 4, 0) == -ENOMEM && there(AT) == 0x40413);
    CHECK(maps(A, 3, 4, (AT + 4 * PAGE_SIZE) | RW, 4) == -ENOMEM && there(AT) == 0x40413);
    CHECK(maps(A, 3, 0, AT | RW, 2) == -ENOMEM && there(AT) == 0x40413);
    CHECK(ask(B, FILE_PIPE, 0, 0, 0) == 0 && ask(B, FILE_PIPE_ATTACH, 3, AT, 0) == -ENOMEM && there(AT) == 0x40413);
    CHECK(ask(A, FILE_TRANSFER_PAGE, 0, 0, 0) == -ENOMEM && there(AT) == 0x40413);
    machine_end_all();
}

/* A new mapping replaces others. They stay if it is refused; otherwise files that only they held are removed. */
static void what_is_replaced_stays_until_then(void)
{
    begins();
    CHECK(ask(A, FILE_UNNAMED, 8 * PAGE_SIZE, 0, 0) == 0 && maps(A, 3, 0, AT | RW, 8) == 0 &&
          ask(A, FILE_CLOSE, 3, 0, 0) == 0);
    CHECK(ask(A, FILE_UNNAMED, 8 * PAGE_SIZE, 0, 0) == 0);
    machine_refuses_items = true;
    CHECK(maps(A, 3, 0, AT | RW, 8) == -ENOMEM && maps(A, 3, 0, (AT + 2 * PAGE_SIZE) | RIGHT_READ, 3) == -ENOMEM &&
          there(AT) == 0x80813);
    machine_refuses_items = false;
    uint32_t free = pages_free();
    CHECK(maps(A, 3, 0, (AT + 2 * PAGE_SIZE) | RIGHT_READ, 3) == 0 && reply_of(A)->w[0] == 3 && there(AT) == 0x20213);
    CHECK(there(AT + 2 * PAGE_SIZE) == 0x30313 && there(AT + 5 * PAGE_SIZE) == 0x30313);
    for (uint32_t i = 1; i < 61; i++)
        CHECK(maps(A, 3, 0, (AT + i * 0x10000) | RW, 1) == 0);
    CHECK(maps(A, 3, 0, (AT + 6 * PAGE_SIZE) | RW, 1) == -ENOMEM && there(AT + 5 * PAGE_SIZE) == 0x30313);
    CHECK(ask(A, FILE_UNMAP, AT + 0x10000, 60 * 16, 0) == 0 && machine_revoked == 0);
    CHECK(maps(A, 3, 0, AT | RW, 8) == 0 && there(AT) == 0x80813 && machine_revoked == 0 && pages_free() == free);
    CHECK(ask(A, FILE_SETTLE, 0, 0, 0) == 0 && machine_revoked == 8 && pages_free() == free + 8);
    CHECK(maps(A, 3, 8, (AT + 4 * PAGE_SIZE) | RW, 8) == 0 && reply_of(A)->items == 0 && there(AT) == 0x40413 &&
          there(AT + 4 * PAGE_SIZE) == 0x80013);
    machine_end_all();
}

int main(void)
{
    others_do_not_wait();
    an_end_settles();
    the_last_pays();
    each_call_may_lose_a_file();
    little_is_given_back_at_once();
    a_program_may_be_lost();
    rings_are_metered();
    a_refused_map_is_none();
    what_is_replaced_stays_until_then();
    puts("test_file_settle: the last client of a file gives back its pages");
    return 0;
}

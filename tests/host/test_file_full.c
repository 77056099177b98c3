/*
 * The whole file server: mapping when no page is left; a path when there is no page for it.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/file/ servers/lib/account.c servers/lib/archive.c
 * sources: tests/server/state_end.c tests/server/server_run.c tests/server/file_machine.c
 */
#include "tests/host/file_calls.h"

enum { AT = 0x50000000 };

static int32_t maps(uint32_t fd, uint32_t page, uint32_t at, uint32_t pages, uint32_t shared)
{
    return ask(A, FILE_MAP, fd | shared << 8 | pages << PAGE_BITS, page, at);
}

/* A path that is not in the message's data is in the transfer page, which this client does not have. */
static void no_transfer_page_means_no_path(void)
{
    begins();
    CHECK(ask(MANAGER, FILE_BEGIN, B, BOOTED, 0) == 0);
    CHECK(ask(B, FILE_STATUS, CWD, 0, 0) == -EINVAL && ask(B, FILE_LINK, CWD, CWD, 0) == -EINVAL);
    CHECK(ask(B, FILE_OPEN, CWD, 0, 0) == -EINVAL && ask(B, FILE_RENAME, CWD, CWD, 0) == -EINVAL);
    CHECK(machine_ends(B) == 0);
    ends();
}

/* Pages for holes of a file, and records of mappings, are taken when nothing is left. */
static void mapping_is_refused_without_pages(void)
{
    int32_t status;

    begins();
    uint32_t fd = opens("hole", READ_WRITE), full = opens("full", READ_WRITE);
    CHECK(ask_path(A, "hole", FILE_TRUNCATE, CWD, 8 * PAGE_SIZE, 0) == 0);
    CHECK(maps(fd, 8, (AT + 0x10000) | RIGHT_READ | RIGHT_WRITE, 4, 1) == 0 && reply_of(A)->w[0] == 0);
    CHECK(ask_path(A, "hole", FILE_TRUNCATE, CWD, 12 * PAGE_SIZE, 0) == 0);
    while (!(status = ask(A, FILE_WRITE, full, FILE_TRANSFER_MAX, 0)))
        ;
    CHECK(status == -ENOSPC && maps(fd, 0, AT | RIGHT_READ | RIGHT_WRITE, 8, 1) == -ENOSPC);
    CHECK(ask(A, FILE_MAP_AGAIN, (AT + 0x10000) | RIGHT_READ | RIGHT_WRITE, 4, 0) == -ENOSPC);
    for (uint32_t i = 0; !(status = maps(fd, 20, (AT + 0x100000 + i * 0x4000) | RIGHT_READ, 3, 1)); i++)
        ;
    CHECK(status == -ENOMEM);
    while (ask(A, FILE_PIPE, 0, 0, 0) == 0)
        ;
    CHECK(ask(A, FILE_UNMAP, AT + 0x101000, 1, 0) == -ENOMEM); /* it would become two mappings */
    CHECK(ask(A, FILE_UNMAP, AT + 0x100000, 3, 0) == 0);
    CHECK(ask_path(A, "", FILE_TRUNCATE, full, 0, 0) >= 0 && ask_path(A, "full", FILE_REMOVE, CWD, 0, 0) >= 0 &&
          ask_path(A, "hole", FILE_REMOVE, CWD, 0, 0) >= 0);
    machine_is_fast = true;
    ends();
}

int main(void)
{
    no_transfer_page_means_no_path();
    mapping_is_refused_without_pages();
    puts("test_file_full: calls are refused when no page is left");
    return 0;
}

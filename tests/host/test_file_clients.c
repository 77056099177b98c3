/*
 * The whole file server: clients that begin, fork, exec and end; the pages that it shares with proc, with clients, in
 * files, in rings.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/file/ servers/lib/account.c servers/lib/archive.c
 * sources: tests/server/state_end.c tests/server/server_run.c tests/server/file_machine.c
 */
#include "tests/server/file_machine.h"

#include <errno.h>
#include <string.h>

#include "servers/file/inode.h"
#include "servers/file/mapping.h"
#include "servers/file/pages.h"
#include "servers/proto/pipe_ring.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"

enum { PAGES = 400, A = 1, B = 2, C = 3, CWD = (uint32_t)FILE_CWD, AT = 0x50000000 };

static uint32_t inodes;

static void count_inode(const struct inode *inode)
{
    (void)inode;
    inodes++;
}

static uint32_t inodes_count(void)
{
    inodes = 0;
    inode_for_each(count_inode);
    return inodes;
}

static void begins(void)
{
    machine_begin(PAGES);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0);
}

static uint32_t opens(uint32_t badge, const char *path, uint32_t flags)
{
    CHECK(ask_path(badge, path, FILE_OPEN, CWD, flags, 0644) == 0);
    return reply_of(badge)->w[0];
}

/* ---------------------------------------------------------------------------------- who is known */

static void the_manager_tells_of_clients(void)
{
    begins();
    CHECK(ask(MANAGER, FILE_BEGIN, 0, 0, 0) == -EINVAL && ask(MANAGER, FILE_BEGIN, A, 0, 0) == -EEXIST);
    CHECK(ask(MANAGER, FILE_FORK, B, C, 0) == -ENOENT && ask(MANAGER, FILE_FORK, A, 0, 0) == -EINVAL &&
          ask(MANAGER, FILE_FORK, A, A, 0) == -EEXIST);
    CHECK(ask(MANAGER, FILE_EXEC, B, 0, 0) == -ENOENT && ask(MANAGER, FILE_RELEASE, B, 0, 0) == -ENOENT);
    CHECK(ask(MANAGER, FILE_INTERRUPT, B, 0, 0) == -ENOENT);
    CHECK(ask(MANAGER, FILE_FORK, A, B, 0) == 0 && ask(MANAGER, FILE_BEGIN, B, 0, 0) == -EEXIST &&
          ask(MANAGER, FILE_FORK, A, B, 0) == -EEXIST);
    CHECK(ask(MANAGER, FILE_BEGIN, A + 256, 0, 0) == 0 &&
          ask(MANAGER, FILE_RELEASE, A, 0, 0) == 0); /* with the same hash */
    CHECK(ask(A, FILE_SPACE, 0, 0, 0) == -EBADF && ask(B, FILE_SPACE, 0, 0, 0) == 0);
    CHECK(ask(A + 256, FILE_SPACE, 0, 0, 0) == 0 && ask(MANAGER, FILE_RELEASE, A + 256, 0, 0) == 0);
    machine_end_all();
}

/* Only the manager may make clients. Calls of a badge that has not begun are refused, and so are calls that do not
 * exist. */
static void others_are_refused(void)
{
    begins();
    for (uint32_t number = FILE_OPEN; number < FILE_CALLS_END; number++)
        if ((number >= FILE_WORD && number <= FILE_AUDIT) || number == FILE_EVENTS || number == FILE_LIMIT)
            CHECK(ask(A, number, B, 0, 0) == -EPERM && ask(C, number, A, 0, 0) == -EPERM);
        else
            CHECK(ask(C, number, 0, 0, 0) == -EBADF && ask(MANAGER, number, 0, 0, 0) == -EBADF);
    CHECK(ask(A, 0, 0, 0, 0) == -ENOSYS);
    CHECK(ask(A, FILE_CALLS_END, 0, 0, 0) == -ENOSYS && ask(A, 0xffffffff, 0, 0, 0) == -ENOSYS &&
          ask(MANAGER, 0xffffffff, 0, 0, 0) == -ENOSYS);
    machine_end_all();
}

static void a_new_client_has_the_console(void)
{
    begins();
    for (uint32_t fd = 0; fd < 3; fd++) {
        CHECK(ask(A, FILE_READ, fd, 10, 0) == FILE_CONSOLE && ask(A, FILE_CONTROL, fd, FILE_GET_FD, 0) == 0 &&
              reply_of(A)->w[0] == 0);
        CHECK(ask(A, FILE_CONTROL, fd, FILE_GET_FLAGS, 0) == 0 && reply_of(A)->w[0] == O_READ_WRITE);
    }
    CHECK(ask(A, FILE_GET_LIMIT, 0, 0, 0) == 0 && reply_of(A)->w[1] == 3);
    machine_end_all();
}

static void forks_share(void)
{
    begins();
    uint32_t fd = opens(A, "data", 0);
    CHECK(ask_path(A, "/dev", FILE_CHANGE_DIRECTORY, CWD, 0, 0) == 0 && ask(MANAGER, FILE_FORK, A, B, 0) == 0);
    CHECK(ask(A, FILE_READ, fd, 3, 0) == 0 && ask(B, FILE_READ, fd, 3, 0) == 0 && !memcmp(reply_of(B)->data, "def", 3));
    CHECK(ask(B, FILE_WORKING_DIRECTORY, 256, 0, 0) == 0 && !strcmp(reply_of(B)->data, "/dev"));
    CHECK(ask(B, FILE_CLOSE, fd, 0, 0) == 0 && ask(A, FILE_SEEK, fd, 0, 1) == 0 && reply_of(A)->w[0] == 6);
    CHECK(opens(B, "null", 0) == fd && ask(MANAGER, FILE_RELEASE, A, 0, 0) == 0 && ask(B, FILE_SEEK, fd, 0, 0) == 0);
    machine_end_all();
}

/* A file without a name is removed with its last holder: a descriptor that is replaced, a working directory. */
static void unheld_files_are_removed(void)
{
    begins();
    uint32_t free = pages_free(), count = inodes_count(), fd = opens(A, "new", O_READ_WRITE | O_CREATE_FILE);
    CHECK(ask_data(A, "x", 1, (struct words){{FILE_WRITE, fd, 1}}) == 0 &&
          ask_path(A, "new", FILE_REMOVE, CWD, 0, 0) == 0 && pages_free() < free);
    CHECK(ask(A, FILE_DUPLICATE, 0, fd, FILE_EXACTLY) == 0 && pages_free() == free);
    CHECK(ask_path(A, "d", FILE_MAKE, CWD, MODE_DIRECTORY, 0) == 0 &&
          ask_path(A, "d", FILE_CHANGE_DIRECTORY, CWD, 0, 0) == 0);
    CHECK(ask(MANAGER, FILE_FORK, A, B, 0) == 0 && ask_path(A, "/d", FILE_REMOVE, CWD, FILE_REMOVE_DIRECTORY, 0) == 0);
    CHECK(ask_path(A, "/", FILE_CHANGE_DIRECTORY, CWD, 0, 0) == 0 &&
          ask(B, FILE_WORKING_DIRECTORY, 256, 0, 0) == -ENOENT);
    CHECK(inodes_count() == count + 1 && ask(MANAGER, FILE_RELEASE, B, 0, 0) == 0 && pages_free() == free &&
          inodes_count() == count);
    machine_end_all();
}

/* A client takes a record of the reserve. When there is none left, further clients are refused, and nothing changes. */
static void there_is_no_memory_for_a_client(void)
{
    int32_t status = 0;
    uint32_t badge = A;

    machine_begin(40);
    CHECK(ask(MANAGER, FILE_BEGIN, A, 0, 0) == 0);
    uint32_t fd = opens(A, "new", O_READ_WRITE | O_CREATE_FILE);
    while (!status && badge < MACHINE_CLIENTS)
        status = ask(MANAGER, FILE_FORK, A, ++badge, 0);
    CHECK(status == -ENOMEM && ask(MANAGER, FILE_BEGIN, badge, 0, 0) == -ENOMEM &&
          ask(badge, FILE_SPACE, 0, 0, 0) == -EBADF);
    CHECK(ask(A, FILE_TRANSFER_PAGE, 0, 0, 0) == -ENOMEM && ask(A, FILE_PIPE, 0, 0, 0) == -ENFILE &&
          ask(A, FILE_SEEK, fd, 0, 0) == 0);
    CHECK(ask(MANAGER, FILE_RELEASE, badge - 1, 0, 0) == 0 && ask(MANAGER, FILE_FORK, A, badge, 0) == 0);
    CHECK(ask_path(A, "new", FILE_REMOVE, CWD, 0, 0) == 0);
    machine_end_all();
}

/* ---------------------------------------------------------------------------------- exec */

static void exec_closes_what_says_so(void)
{
    begins();
    uint32_t fd = opens(A, "data", O_CLOSE_ON_EXEC), kept = opens(A, "data", 0);
    CHECK(ask(A, FILE_TRANSFER_PAGE, 0, 0, 0) == 0 && ask(MANAGER, FILE_EXEC, A, 0, 0) == 0 && machine_revoked == 1);
    CHECK(ask(A, FILE_SEEK, fd, 0, 0) == -EBADF && ask(A, FILE_SEEK, kept, 0, 0) == 0 &&
          ask(A, FILE_READ, kept, 4096, 0) == -EINVAL);
    CHECK(ask(A, FILE_TRANSFER_PAGE, 0, 0, 0) == 0 && ask(A, FILE_READ, kept, 4096, 0) == 0);
    machine_end_all();
}

/* ---------------------------------------------------------------------------------- the transfer page */

static void a_transfer_page_is_granted_once(void)
{
    begins();
    CHECK(ask(A, FILE_TRANSFER_PAGE, 0, 0, 0) == 0 && reply_of(A)->items == 1 && reply_of(A)->item.to == FILE_TRANSFER);
    CHECK(reply_of(A)->item.slot == FILE_SLOT_MEMORY && reply_of(A)->item.pages == 1 &&
          reply_of(A)->item.rights == (RIGHT_READ | RIGHT_WRITE));
    for (uint32_t i = 0; i < FILE_TRANSFER_MAX; i++)
        CHECK(transfer_of(A)[i] == 0); /* nothing that others left */
    uint32_t free = pages_free();
    CHECK(ask(A, FILE_TRANSFER_PAGE, 0, 0, 0) == 0 && reply_of(A)->items == 0 && pages_free() == free);
    CHECK(ask(MANAGER, FILE_FORK, A, B, 0) == 0 && ask(B, FILE_READ, 0, 300, 0) == -EINVAL &&
          ask(B, FILE_TRANSFER_PAGE, 0, 0, 0) == 0);
    CHECK(transfer_of(A) != transfer_of(B) && ask(MANAGER, FILE_RELEASE, B, 0, 0) == 0 && machine_revoked == 1);
    machine_end_all();
}

/* The client has no window for the page: then it has no page, and may ask again. */
static void a_transfer_page_is_refused(void)
{
    begins();
    uint32_t free = pages_free();
    machine_refuses_items = true;
    CHECK(ask(A, FILE_TRANSFER_PAGE, 0, 0, 0) == -ENOMEM && pages_free() == free && machine_revoked == 0);
    machine_refuses_items = false;
    uint32_t fd = opens(A, "data", 0);
    CHECK(ask(A, FILE_READ, fd, 300, 0) == -EINVAL && ask(A, FILE_TRANSFER_PAGE, 0, 0, 0) == 0 &&
          ask(A, FILE_READ, fd, 300, 0) == 0);
    machine_end_all();
}

/* ---------------------------------------------------------------------------------- programs */

static void programs_are_found(void)
{
    begins();
    CHECK(ask_path(MANAGER, "prog", FILE_PROGRAM, 0, 0, 0) == 0 && reply_of(MANAGER)->w[0] == PROGRAM_PAGE &&
          reply_of(MANAGER)->w[1] == PROGRAM_BYTES);
    CHECK(ask_path(MANAGER, "/bin/prog", FILE_PROGRAM, A, 0, 0) == 0 &&
          ask_path(A, "bin", FILE_CHANGE_DIRECTORY, CWD, 0, 0) == 0);
    CHECK(ask_path(MANAGER, "prog", FILE_PROGRAM, A, 0, 0) == 0 &&
          ask_path(MANAGER, "data", FILE_PROGRAM, A, 0, 0) == -ENOENT);
    CHECK(ask_path(MANAGER, "data", FILE_PROGRAM, 0, 0, 0) == -EACCES &&
          ask_path(MANAGER, "server", FILE_PROGRAM, 0, 0, 0) == -ENOENT);
    CHECK(ask_path(MANAGER, "prog", FILE_PROGRAM, B, 0, 0) == -ENOENT &&
          ask_path(MANAGER, "", FILE_PROGRAM, 0, 0, 0) == -ENOENT);
    CHECK(ask_path(MANAGER, "/bin", FILE_PROGRAM, 0, 0, 0) == -EACCES &&
          ask_path(MANAGER, "/dev/null", FILE_PROGRAM, 0, 0, 0) == -EACCES);
    CHECK(ask_path(MANAGER, "/bin/prog/x", FILE_PROGRAM, 0, 0, 0) == -ENOTDIR &&
          ask(MANAGER, FILE_PROGRAM, 0, 0, 0) == -EINVAL);
    char name[256];
    memset(name, 'n', sizeof name);
    CHECK(ask_data(MANAGER, name, 256, (struct words){{FILE_PROGRAM}}) == -ENAMETOOLONG);
    machine_end_all();
}

/* The pages of a program that was written are the server's own; they are found by its inode. */
static void programs_are_written(void)
{
    begins();
    uint32_t fd = opens(A, "new", O_READ_WRITE | O_CREATE_FILE);
    CHECK(ask_data(A, "#!code", 6, (struct words){{FILE_WRITE, fd, 6}}) == 0 &&
          ask_path(A, "", FILE_CHANGE, fd, FILE_MODE, 0010) == 0);
    uint32_t inode =
        (uint32_t)ask_path(MANAGER, "new", FILE_PROGRAM, A, 0, 0) == FILE_COPY ? reply_of(MANAGER)->w[0] : 0;
    CHECK(reply_of(MANAGER)->w[1] == 6 && ask(MANAGER, FILE_PROGRAM_BYTES, inode, 2, 0) == 0 &&
          reply_of(MANAGER)->w[0] == 4);
    CHECK(!memcmp(reply_of(MANAGER)->data, "code", 4) && ask(MANAGER, FILE_PROGRAM_BYTES, inode, 6, 0) == 0 &&
          reply_of(MANAGER)->w[0] == 0);
    CHECK(ask(MANAGER, FILE_PROGRAM_PAGE, inode, 0, 0) == 0 && !memcmp(pages_at(reply_of(MANAGER)->w[0]), "#!code", 6));
    CHECK(ask(MANAGER, FILE_PROGRAM_PAGE, inode, 1, 0) == -EINVAL &&
          ask(MANAGER, FILE_PROGRAM_PAGE, inode, 0xffffffff, 0) == -EINVAL);
    CHECK(ask(MANAGER, FILE_PROGRAM_PAGE, 9999, 0, 0) == -ENOENT &&
          ask(MANAGER, FILE_PROGRAM_BYTES, 9999, 0, 0) == -ENOENT);
    CHECK(ask(MANAGER, FILE_PROGRAM_PAGE, 1, 0, 0) == -ENOENT &&
          ask(MANAGER, FILE_PROGRAM_BYTES, 1, 0, 0) == -ENOENT); /* the root */
    CHECK(ask_path(A, "new", FILE_REMOVE, CWD, 0, 0) == 0 && ask(A, FILE_CLOSE, fd, 0, 0) == 0 &&
          ask(MANAGER, FILE_PROGRAM_BYTES, inode, 0, 0) == 0);
    CHECK(ask_path(MANAGER, "/bin/prog", FILE_PROGRAM, A, 0, 0) == 0 &&
          ask(MANAGER, FILE_PROGRAM_BYTES, inode, 0, 0) == -ENOENT);
    fd = opens(A, "/bin/prog", O_READ_WRITE);
    CHECK(ask_path(A, "", FILE_TRUNCATE, fd, 100, 0) == 0 && ask_path(MANAGER, "prog", FILE_PROGRAM, 0, 0, 0) == 0 &&
          reply_of(MANAGER)->w[1] == 100);
    CHECK(ask_data(A, "x", 1, (struct words){{FILE_WRITE, fd, 1}}) == 0 &&
          ask_path(MANAGER, "prog", FILE_PROGRAM, 0, 0, 0) == FILE_COPY);
    uint32_t other = opens(A, "new", O_READ_WRITE | O_CREATE_FILE);
    CHECK(ask_data(A, "code", 4, (struct words){{FILE_WRITE, other, 4}}) == 0 &&
          ask_path(A, "", FILE_CHANGE, other, FILE_MODE, 0755) == 0);
    CHECK(ask_path(MANAGER, "new", FILE_PROGRAM, A, 0, 0) == FILE_COPY &&
          ask_path(A, "new", FILE_REMOVE, CWD, 0, 0) == 0); /* removed with its client */
    machine_is_fast = true;
    CHECK(ask_path(A, "", FILE_TRUNCATE, fd, 0, 0) == 0);
    machine_is_fast = false;
    machine_end_all();
}

/* ---------------------------------------------------------------------------------- pages of files */

static int32_t maps(uint32_t fd, uint32_t page, uint32_t at, uint32_t pages, uint32_t shared)
{
    return ask(A, FILE_MAP, fd | shared << 8 | pages << PAGE_BITS, page, at);
}

static void files_are_mapped(void)
{
    begins();
    uint32_t fd = opens(A, "data", O_READ_WRITE), reads = opens(A, "data", 0), directory = opens(A, "/dev", 0);
    CHECK(maps(reads, 0, AT | RIGHT_READ, 5, 0) == 0 && reply_of(A)->w[0] == 2);
    CHECK(maps(99, 0, AT | RIGHT_READ, 1, 0) == -EBADF && maps(directory, 0, AT | RIGHT_READ, 1, 0) == -ENODEV &&
          maps(0, 0, AT | RIGHT_READ, 1, 0) == -ENODEV);
    uint32_t writes = opens(A, "data", O_WRITE_ONLY);
    CHECK(maps(writes, 0, AT | RIGHT_READ, 1, 1) == -EACCES &&
          maps(directory, 0, AT | RIGHT_READ | RIGHT_WRITE, 1, 1) == -EACCES);
    CHECK(maps(reads, 0, AT | RIGHT_READ | RIGHT_WRITE, 1, 1) == -EACCES &&
          maps(fd, 0, AT | RIGHT_READ | RIGHT_WRITE, 1, 0) == -EACCES);
    CHECK(maps(fd, 0, AT, 1, 0) == -EINVAL && maps(fd, 0, AT | RIGHT_EXECUTE, 1, 0) == -EINVAL &&
          maps(fd, 0, USER_END | RIGHT_READ, 1, 0) == -EINVAL);
    CHECK(maps(fd, 0, AT | RIGHT_READ, 0xfffff, 0) == -EINVAL && maps(128, 0, AT | RIGHT_READ, 1, 0) == -EBADF);
    CHECK(maps(fd, 0, AT | RIGHT_READ, 0, 1) == 0 && reply_of(A)->w[0] == 0); /* of no pages */
    CHECK(maps(fd, 0, FILE_TRANSFER | RIGHT_READ, 1, 0) == -EINVAL &&
          maps(fd, 0, (FILE_TRANSFER - PAGE_SIZE) | RIGHT_READ, 2, 0) == -EINVAL);
    CHECK(maps(fd, 2, AT | RIGHT_READ, 1, 0) == 0 && reply_of(A)->w[0] == 0 &&
          reply_of(A)->items == 0); /* it ends before */
    CHECK(maps(fd, 0, (AT + 0x10000) | RIGHT_READ | RIGHT_WRITE, 2, 1) == 0 && reply_of(A)->w[0] == 2 &&
          reply_of(A)->item.slot == FILE_SLOT_MEMORY);
    CHECK(ask(A, FILE_UNMAP, AT + 1, 1, 0) == -EINVAL && ask(A, FILE_UNMAP, USER_END, 1, 0) == -EINVAL &&
          ask(A, FILE_UNMAP, AT, 0xffffffff, 0) == -EINVAL);
    CHECK(ask(MANAGER, FILE_FORK, A, B, 0) == 0 && ask(A, FILE_UNMAP, AT, 1, 0) == 0 &&
          ask(A, FILE_UNMAP, AT, 0x100, 0) == 0 && ask(A, FILE_UNMAP, AT, 0x100, 0) == 0);
    machine_is_fast = true;
    CHECK(ask_path(A, "data", FILE_TRUNCATE, CWD, 0, 0) == 0 && machine_revoked == 2);
    machine_end_all();
}

static bool is_told(uint32_t at, uint32_t pages, uint32_t filled, uint32_t rights)
{
    return ask(A, FILE_MAPPING, at, 0, 0) == 0 && reply_of(A)->w[0] == pages && reply_of(A)->w[1] == filled &&
           reply_of(A)->w[2] == rights;
}

/* The mapping gets pages that the file has later, with the rights that the descriptor had. */
static void pages_are_granted_again(void)
{
    begins();
    uint32_t fd = opens(A, "data", O_READ_WRITE), reads = opens(A, "data", 0);
    CHECK(maps(fd, 0, AT | RIGHT_READ, 5, 1) == 0 && reply_of(A)->w[0] == 2 &&
          maps(reads, 1, (AT + 0x10000) | RIGHT_READ, 2, 1) == 0);
    CHECK(maps(fd, 0, (AT + 0x20000) | RIGHT_READ, 1, 0) == 0);
    CHECK(is_told(AT, 5, 2, RIGHT_READ | RIGHT_WRITE | FILE_SHARED) &&
          is_told(AT + 0x3000, 2, 0, RIGHT_READ | RIGHT_WRITE | FILE_SHARED));
    CHECK(is_told(AT + 0x5000, 11, 0, 0) && is_told(AT + 0x10000, 2, 1, RIGHT_READ | FILE_SHARED) &&
          is_told(AT + 0x20000, 1, 1, RIGHT_READ));
    CHECK(is_told(AT + 0x21000, (USER_END - AT - 0x21000) >> PAGE_BITS, 0, 0));
    CHECK(ask(A, FILE_MAPPING, AT + 1, 0, 0) == -EINVAL && ask(A, FILE_MAPPING, USER_END, 0, 0) == -EINVAL);
    CHECK(ask(A, FILE_MAP_AGAIN, (AT + 0x2000) | RIGHT_READ, 1, 0) == 0 && reply_of(A)->w[0] == 0 &&
          reply_of(A)->items == 0);
    CHECK(ask_path(A, "data", FILE_TRUNCATE, CWD, 3 * PAGE_SIZE, 0) == 0 &&
          ask(A, FILE_MAP_AGAIN, (AT + 0x2000) | RIGHT_READ | RIGHT_WRITE, 9, 0) == 0);
    CHECK(reply_of(A)->w[0] == 1 && reply_of(A)->items == 1 && reply_of(A)->item.to == AT + 0x2000);
    CHECK(ask(A, FILE_MAP_AGAIN, AT | RIGHT_READ, 2, 0) == 0 && reply_of(A)->w[0] == 2);
    CHECK(ask(A, FILE_MAP_AGAIN, (AT + 0x10000) | RIGHT_READ | RIGHT_WRITE, 1, 0) == -EACCES &&
          ask(A, FILE_MAP_AGAIN, (AT + 0x20000) | RIGHT_READ | RIGHT_WRITE, 1, 0) == -EACCES);
    CHECK(ask(A, FILE_MAP_AGAIN, (AT + 0x5000) | RIGHT_READ, 1, 0) == -ENOENT &&
          ask(A, FILE_MAP_AGAIN, AT | RIGHT_READ, 0, 0) == -ENOENT);
    CHECK(ask(A, FILE_MAP_AGAIN, AT, 1, 0) == -EINVAL &&
          ask(A, FILE_MAP_AGAIN, AT | RIGHT_EXECUTE | RIGHT_READ, 1, 0) == -EINVAL &&
          ask(A, FILE_MAP_AGAIN, USER_END | RIGHT_READ, 1, 0) == -EINVAL);
    machine_is_fast = true;
    CHECK(ask_path(A, "data", FILE_TRUNCATE, CWD, 0, 0) == 0);
    machine_end_all();
}

/* A mapping replaces what was there: N1. */
static void mappings_do_not_overlap(void)
{
    begins();
    uint32_t fd = opens(A, "data", O_READ_WRITE);
    CHECK(maps(fd, 0, AT | RIGHT_READ, 8, 1) == 0 && maps(fd, 0, (AT + 0x2000) | RIGHT_READ, 2, 0) == 0);
    CHECK(is_told(AT, 2, 2, RIGHT_READ | RIGHT_WRITE | FILE_SHARED) && is_told(AT + 0x2000, 2, 2, RIGHT_READ));
    CHECK(is_told(AT + 0x4000, 4, 0, RIGHT_READ | RIGHT_WRITE | FILE_SHARED) && mappings_count(client_find(A)) == 3);
    CHECK(maps(fd, 1, (AT + 0x1000) | RIGHT_READ, 1, 1) == 0 &&
          mappings_count(client_find(A)) == 3); /* the mapping beside it is continued */
    CHECK(maps(fd, 0, AT | RIGHT_READ, 8, 0) == 0 && mappings_count(client_find(A)) == 1);
    machine_is_fast = true;
    CHECK(ask_path(A, "data", FILE_TRUNCATE, CWD, 0, 0) == 0);
    machine_end_all();
}

static bool is_word(uint32_t address, uint32_t of, uint32_t at)
{
    return ask(MANAGER, FILE_WORD, A, address, 0) == 0 && reply_of(MANAGER)->w[0] == of &&
           reply_of(MANAGER)->w[1] == at;
}

static void words_have_names(void)
{
    begins();
    CHECK(opens(A, "data", O_READ_WRITE) == 3 && maps(3, 0, (AT + 0x10000) | RIGHT_READ, 2, 1) == 0 &&
          maps(3, 1, (AT + 0x20000) | RIGHT_READ, 1, 0) == 0);
    CHECK(ask(A, FILE_UNNAMED, PAGE_SIZE, 0, 0) == 0 &&
          maps(reply_of(A)->w[0], 0, (AT + 0x30000) | RIGHT_READ, 1, 0) == 0);
    CHECK(ask(A, FILE_WORD, A, AT + 0x11008, 0) == -EPERM && ask(MANAGER, FILE_WORD, A, AT + 0x11008, 0) == 0);
    uint32_t object = reply_of(MANAGER)->w[0];
    CHECK(is_word(AT + 0x11008, object, 0x1008) && is_word(AT + 0x20008, object, 0x1008) &&
          is_word(AT + 0x10008, object, 8));
    CHECK(!is_word(AT + 0x30008, object, 8) && !is_word(AT + 0x12000, object, 0x2000) &&
          !is_word(0xffffffff, object, 0));
    CHECK(ask(MANAGER, FILE_WORD, A, AT + 0x12000, 0) == -ENOENT &&
          ask(MANAGER, FILE_WORD, 77, AT + 0x11008, 0) == -ENOENT);
    CHECK(ask(A, FILE_UNMAP, AT + 0x10000, 1, 0) == 0 && ask(MANAGER, FILE_WORD, A, AT + 0x10008, 0) == -ENOENT &&
          is_word(AT + 0x11008, object, 0x1008));
    machine_is_fast = true;
    CHECK(ask_path(A, "data", FILE_TRUNCATE, CWD, 0, 0) == 0);
    machine_end_all();
}

/* A mapping keeps the file without a name and a descriptor. More than 64 mappings are ENOMEM. */
static void mappings_keep_a_file(void)
{
    begins();
    uint32_t free = pages_free();
    CHECK(ask(A, FILE_UNNAMED, 5000, 0, 0) == 0);
    uint32_t fd = reply_of(A)->w[0];
    for (uint32_t i = 0; i < 64; i++)
        CHECK(maps(fd, 0, (AT + 0x10000 * i) | RIGHT_READ | RIGHT_WRITE, 1, 1) == 0);
    CHECK(maps(fd, 0, (AT + 0x10000 * 64) | RIGHT_READ, 1, 1) == -ENOMEM && ask(A, FILE_CLOSE, fd, 0, 0) == 0 &&
          pages_free() < free);
    for (uint32_t i = 0; i < 64; i++)
        CHECK(ask(A, FILE_UNMAP, AT + 0x10000 * i, 1, 0) == 0);
    CHECK(pages_free() == free && ask(A, FILE_UNNAMED, 0x80000000, 0, 0) == -EFBIG && pages_free() == free);
    CHECK(ask(A, FILE_UNNAMED, 5000, 0, 0) == 0 &&
          maps(reply_of(A)->w[0], 0, AT | RIGHT_READ | RIGHT_WRITE, 1, 1) == 0 &&
          ask(MANAGER, FILE_EXEC, A, 0, 0) == 0);
    machine_end_all();
}

/* ---------------------------------------------------------------------------------- rings */

static struct pipe_ring *ring;

/* A reads, B writes; B has the ring. */
static void one_has_the_ring(void)
{
    begins();
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0 && ask(MANAGER, FILE_FORK, A, B, 0) == 0);
    CHECK(ask(B, FILE_PIPE_ATTACH, 4, AT, 0) == -EBUSY && ask(A, FILE_CLOSE, 4, 0, 0) == 0 &&
          ask(B, FILE_CLOSE, 3, 0, 0) == 0);
    CHECK(ask(B, FILE_PIPE_ATTACH, 4, AT, 0) == 0 && reply_of(B)->items == PIPE_PAGES && reply_of(B)->w[0] == 1 &&
          reply_of(B)->item.to == AT);
    ring = pages_at(reply_of(B)->item.from);
    for (uint32_t i = 0; i < PIPE_PAGES << PAGE_BITS; i++)
        CHECK(((const char *)ring)[i] == 0); /* nothing that the pages held before */
}

static void rings_are_granted(void)
{
    one_has_the_ring();
    uint32_t fd = opens(B, "data", 0);
    CHECK(ask(B, FILE_PIPE_ATTACH, fd, AT, 0) == -EINVAL && ask(B, FILE_PIPE_ATTACH, 99, AT, 0) == -EBADF &&
          ask(B, FILE_PIPE_ATTACH, 4, AT + 1, 0) == -EINVAL);
    CHECK(ask(A, FILE_PIPE_ATTACH, 3, AT, 0) == 0 && reply_of(A)->w[0] == 0 &&
          ask(A, FILE_CONTROL, 3, FILE_SET_FLAGS, O_NONBLOCKING) == 0);
    CHECK(ask(A, FILE_PIPE_ATTACH, 3, AT, 0) == -EBUSY && ask(B, FILE_DUPLICATE, 4, 0, 0) == 0 &&
          ask(B, FILE_PIPE_ATTACH, 4, AT, 0) == -EBUSY);
    CHECK(ask(B, FILE_PIPE_WAIT, fd, 0, 0) == -EINVAL && ask(B, FILE_PIPE_WAIT, 99, 0, 0) == -EBADF &&
          ask(B, FILE_PIPE_WAIT, 4, PIPE_RING_BYTES + 1, 0) == -EINVAL);
    CHECK(ask(B, FILE_PIPE_WAKE, fd, 0, 0) == -EINVAL && ask(B, FILE_PIPE_WAKE, 99, 0, 0) == -EBADF);
    machine_refuses_items = true;
    CHECK(ask(B, FILE_CLOSE, 5, 0, 0) == 0 && ask(B, FILE_CLOSE, fd, 0, 0) == 0 &&
          ask(A, FILE_PIPE_ATTACH, 3, AT, 0) == -EBUSY);
    CHECK(ask(A, FILE_CONTROL, 3, FILE_SET_FLAGS, 0) == 0 && ask(A, FILE_PIPE_ATTACH, 3, AT, 0) == -ENOMEM);
    machine_refuses_items = false;
    uint32_t times = 2;
    for (; ask(A, FILE_PIPE_ATTACH, 3, AT, 0) == 0; times++)
        continue;
    CHECK(times == 64);
    machine_end_all();
    CHECK(machine_revoked == PIPE_PAGES);
}

/* A waits for what B puts into the ring itself. */
static void a_ring_is_filled(void)
{
    one_has_the_ring();
    CHECK(ask(A, FILE_READ, 3, 100, 1) == WAITS && ring->reader_waits);
    memcpy((char *)ring + PAGE_SIZE, "ring", 4);
    ring->written = 4;
    machine_is_fast = true;
    CHECK(ask(B, FILE_PIPE_WAKE, 4, 0, 0) == 0 && reply_of(A)->status == 0 && reply_of(A)->w[0] == 4 &&
          !memcmp(reply_of(A)->data, "ring", 4));
    machine_is_fast = false;
    CHECK(!ring->reader_waits && ring->read == 4 && ask(A, FILE_PIPE_WAIT, 3, 0, 0) == WAITS && ring->reader_waits);
    CHECK(ask_data(B, "x", 1, (struct words){{FILE_WRITE, 4, 1}}) == 0 && reply_of(A)->status == FILE_AGAIN &&
          ring->read == 4); /* it takes the bytes itself */
    CHECK(ask(A, FILE_PIPE_WAIT, 3, 0, 0) == FILE_AGAIN);
    ring->read = 5;
    CHECK(ask(A, FILE_PIPE_WAIT, 3, 0, 0) == WAITS && ask(B, FILE_CLOSE, 4, 0, 0) == 0 && reply_of(A)->status == 0);
    CHECK(ask(A, FILE_PIPE_WAIT, 3, 0, 0) == 0);
    machine_end_all();
}

/* B asks to wake A first, which has the ring, if there is something for A. */
static void a_waiting_reader_goes_first(void)
{
    one_has_the_ring();
    CHECK(ask(A, FILE_PIPE_WAIT, 3, 0, 0) == WAITS && ask(B, FILE_PIPE_WAKE, 4, 1, 0) == 0);
    CHECK(ask(B, FILE_PIPE_WAKE, 4, 1, 0) == 0 && ring->reader_waits); /* A still waits */
    machine_is_fast = true;
    ring->written = 2;
    CHECK(ask(B, FILE_PIPE_WAKE, 4, 1, 0) == 0 && reply_of(A)->status == FILE_AGAIN && !ring->reader_waits);
    machine_is_fast = false;
    CHECK(ask(B, FILE_PIPE_WAKE, 4, 1, 0) == 0 && ask(A, FILE_READ, 3, 100, 1) == 0 && reply_of(A)->w[0] == 2);
    CHECK(ask(A, FILE_READ, 3, 100, 1) == WAITS);
    machine_is_fast = true;
    ring->written = 5;
    CHECK(ask(B, FILE_PIPE_WAKE, 4, 1, 0) == 0 && reply_of(A)->status == 0 && reply_of(A)->w[0] == 3);
    CHECK(ask(A, FILE_PIPE_WAIT, 3, 0, 0) == WAITS);
    ring->written = 6;
    machine_kill(A);
    CHECK(ask(B, FILE_PIPE_WAKE, 4, 1, 0) == 0);
    machine_is_fast = false;
    CHECK(ask(MANAGER, FILE_RELEASE, A, 0, 0) == 0 && ring->no_reader);
    machine_end_all();
}

static void a_ring_is_full(void)
{
    one_has_the_ring();
    ring->written = PIPE_RING_BYTES;
    CHECK(ask(B, FILE_PIPE_WAIT, 4, 1, 0) == WAITS && ring->writer_waits && ask(A, FILE_READ, 3, 10, 1) == 0 &&
          reply_of(B)->status == FILE_AGAIN);
    CHECK(!ring->writer_waits && ask(B, FILE_PIPE_WAIT, 4, 10, 0) == FILE_AGAIN &&
          ask(B, FILE_PIPE_WAIT, 4, 11, 0) == WAITS);
    machine_is_fast = true;
    ring->read = 20;
    CHECK(ask(A, FILE_PIPE_WAKE, 3, 0, 0) == 0 && reply_of(B)->status == FILE_AGAIN);
    machine_is_fast = false;
    CHECK(ask(B, FILE_PIPE_WAIT, 4, 100, 0) == WAITS && ask(A, FILE_CLOSE, 3, 0, 0) == 0 &&
          reply_of(B)->status == -EPIPE && ring->no_reader);
    CHECK(ask(B, FILE_PIPE_WAIT, 4, 1, 0) == -EPIPE);
    machine_end_all();
}

/* A client that waits at a ring may end or be interrupted, like any other. */
static void a_client_with_a_ring_ends(void)
{
    one_has_the_ring();
    ring->written = PIPE_RING_BYTES;
    CHECK(ask(B, FILE_PIPE_WAIT, 4, 1, 0) == WAITS && ask(MANAGER, FILE_INTERRUPT, B, 0, 0) == 0 &&
          reply_of(B)->status == -EINTR);
    CHECK(ask(B, FILE_PIPE_WAIT, 4, 1, 0) == WAITS);
    machine_kill(B);
    CHECK(ask(MANAGER, FILE_RELEASE, B, 0, 0) == 0 && ask(A, FILE_READ, 3, 256, 1) == 0 && reply_of(A)->w[0] == 256);
    ring->read = ring->written;
    CHECK(ask(A, FILE_READ, 3, 256, 1) == 0 && reply_of(A)->w[0] == 0);
    machine_end_all();
    one_has_the_ring();
    CHECK(ask(A, FILE_PIPE_WAIT, 3, 0, 0) == WAITS && ask(MANAGER, FILE_INTERRUPT, A, 0, 0) == 0 &&
          reply_of(A)->status == -EINTR);
    CHECK(ask(A, FILE_PIPE_WAIT, 3, 0, 0) == WAITS);
    machine_kill(A);
    CHECK(ask(MANAGER, FILE_RELEASE, A, 0, 0) == 0 && ask(B, FILE_PIPE_WAIT, 4, 1, 0) == -EPIPE);
    machine_end_all();
}

/* A signal comes before the client's wait or during it. There may be bytes or room by then, of which the server was not
 * told yet. */
static void a_client_with_a_ring_is_interrupted(void)
{
    one_has_the_ring();
    CHECK(ask(A, FILE_PIPE_WAIT, 3, 0, WAIT_INTERRUPTED) == -EINTR && !ring->reader_waits);
    CHECK(ask(A, FILE_PIPE_WAIT, 3, 0, 0) == WAITS);
    ring->written += 4;
    CHECK(ask(MANAGER, FILE_INTERRUPT, A, 0, 0) == 0 && reply_of(A)->status == FILE_AGAIN);
    CHECK(ask(A, FILE_PIPE_WAIT, 3, 0, WAIT_INTERRUPTED) == FILE_AGAIN);
    ring->written = ring->read + PIPE_RING_BYTES;
    CHECK(ask(B, FILE_PIPE_WAIT, 4, 1, WAIT_INTERRUPTED) == -EINTR && ask(B, FILE_PIPE_WAIT, 4, 1, 0) == WAITS);
    ring->read += 10;
    CHECK(ask(MANAGER, FILE_INTERRUPT, B, 0, 0) == 0 && reply_of(B)->status == FILE_AGAIN);
    CHECK(ask(B, FILE_PIPE_WAIT, 4, 10, WAIT_INTERRUPTED) == FILE_AGAIN &&
          ask(B, FILE_PIPE_WAIT, 4, 11, WAIT_INTERRUPTED) == -EINTR);
    CHECK(ask(B, FILE_PIPE_WAIT, 4, 11, 0) == WAITS);
    ring->read += 20; /* the server is not told, and B's wait is over when the server looks */
    CHECK(ask(MANAGER, FILE_INTERRUPT, B, 0, 0) == 0 && reply_of(B)->status == FILE_AGAIN);
    CHECK(ask(A, FILE_CLOSE, 3, 0, 0) == 0 && ask(B, FILE_PIPE_WAIT, 4, 11, WAIT_INTERRUPTED) == -EPIPE);
    machine_end_all();
}

/* Impossible counts in a ring: its bytes are lost, and the pipe continues. */
static void counts_may_be_any(void)
{
    static const uint32_t counts[][2] = {
        {1, 0x80000000}, {0, 1}, {0xffffffff, 0}, {PIPE_RING_BYTES + 1, 0}, {5, 0xfffffff0}};

    one_has_the_ring();
    for (uint32_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        ring->written = counts[i][0];
        ring->read = counts[i][1];
        CHECK(ask(A, FILE_READ, 3, 256, 0) == (counts[i][0] - counts[i][1] > PIPE_RING_BYTES ? -EAGAIN : 0));
        ring->read = ring->written;
        CHECK(ask_data(B, "well", 4, (struct words){{FILE_WRITE, 4, 4}}) == 0 && ask(A, FILE_READ, 3, 256, 1) == 0 &&
              !memcmp(reply_of(A)->data, "well", 4));
    }
    machine_end_all();
}

int main(void)
{
    the_manager_tells_of_clients();
    others_are_refused();
    a_new_client_has_the_console();
    forks_share();
    unheld_files_are_removed();
    there_is_no_memory_for_a_client();
    exec_closes_what_says_so();
    a_transfer_page_is_granted_once();
    a_transfer_page_is_refused();
    programs_are_found();
    programs_are_written();
    files_are_mapped();
    pages_are_granted_again();
    mappings_do_not_overlap();
    words_have_names();
    mappings_keep_a_file();
    rings_are_granted();
    a_ring_is_filled();
    a_waiting_reader_goes_first();
    a_ring_is_full();
    a_client_with_a_ring_ends();
    a_client_with_a_ring_is_interrupted();
    counts_may_be_any();
    puts("test_file_clients: clients have what they asked for, and leave nothing behind");
    return 0;
}

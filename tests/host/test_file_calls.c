/*
 * The whole file server, call by call: what each call does, and each error listed in file.proto, after which nothing
 * has changed.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/file/ servers/lib/account.c servers/lib/archive.c
 * sources: tests/server/state_end.c tests/server/server_run.c tests/server/file_machine.c
 */
#include "tests/host/file_calls.h"

/* ---------------------------------------------------------------------------------- open */

static void files_are_opened(void)
{
    begins();
    CHECK(opens("data", O_READ_ONLY) == 3 && opens("/data", O_READ_ONLY) == 4 &&
          opens("/dev/../data", O_READ_ONLY) == 5);
    closes(4);
    CHECK(opens("bin/prog", O_READ_ONLY) == 4 && opens("new", READ_WRITE) == 6 &&
          status_of("new").mode == (MODE_FILE | 0644));
    CHECK(puts_into(6, "abc") == 0 && opens("new", O_READ_WRITE | O_TRUNCATE) == 7 && status_of("new").size == 0);
    CHECK(puts_into(7, "abc") == 0 && opens("new", O_READ_ONLY | O_TRUNCATE) == 8 && status_of("new").size == 0 &&
          opens("/dev", O_READ_ONLY | O_DIRECTORIES) == 9);
    CHECK(ask_path(A, "null", FILE_OPEN, 9, O_READ_WRITE, 0) == 0 && reply_of(A)->w[0] == 10);
    ends();
}

static void opening_is_refused(void)
{
    begins();
    paths_are_refused(FILE_OPEN, O_READ_ONLY, 0);
    paths_are_refused(FILE_OPEN, READ_WRITE, 0);
    makes("device", MODE_CHARACTERS); /* no device has that number */
    ARE_REFUSED(FILE_OPEN, {CWD, "none", O_READ_ONLY, 0, -ENOENT}, {CWD, "", READ_WRITE, 0, -ENOENT},
                {CWD, "data/", O_READ_ONLY, 0, -ENOTDIR}, {CWD, "data", O_DIRECTORIES, 0, -ENOTDIR},
                {CWD, "/dev", O_WRITE_ONLY, 0, -EISDIR}, {CWD, "/dev", O_CREATE_FILE, 0, -EISDIR},
                {CWD, "/dev", O_TRUNCATE, 0, -EISDIR}, {CWD, "new/", READ_WRITE, 0, -EISDIR},
                {CWD, "data/", READ_WRITE, 0, -EISDIR}, {CWD, "/dev/", READ_WRITE | O_EXCLUSIVE, 0, -EISDIR},
                {CWD, "data", O_ACCESS, 0, -EINVAL}, {CWD, "data", READ_WRITE | O_EXCLUSIVE, 0, -EEXIST},
                {CWD, "/.", READ_WRITE | O_EXCLUSIVE, 0, -EEXIST}, {CWD, "//", READ_WRITE | O_EXCLUSIVE, 0, -EEXIST},
                {CWD, "device", O_READ_ONLY, 0, -ENXIO});
    CHECK(!is_there("new"));
    ends();
}

static void descriptors_are_used_up(void)
{
    begins();
    for (uint32_t fd = 3; fd < FILE_DESCRIPTORS_MAX; fd++)
        CHECK(opens("data", O_READ_ONLY) == fd);
    ARE_REFUSED(FILE_OPEN, {CWD, "new", READ_WRITE, 0, -EMFILE}, {CWD, "data", O_READ_ONLY, 0, -EMFILE});
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == -EMFILE && ask(A, FILE_DUPLICATE, 0, 0, 0) == -EMFILE &&
          ask(A, FILE_UNNAMED, 5, 0, 0) == -EMFILE);
    closes(100);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == -EMFILE && !is_there("new") && opens("new", READ_WRITE) == 100);
    CHECK(ask(A, FILE_GET_LIMIT, 0, 0, 0) == 0 && reply_of(A)->w[0] == FILE_DESCRIPTORS_MAX &&
          reply_of(A)->w[1] == FILE_DESCRIPTORS_MAX);
    ends();
}

static void limits_are_lowered(void)
{
    begins();
    CHECK(opens("data", O_READ_ONLY) == 3 && opens("data", O_READ_ONLY) == 4);
    CHECK(ask(A, FILE_SET_LIMIT, FILE_DESCRIPTORS_MAX + 1, 0, 0) == -EINVAL && ask(A, FILE_SET_LIMIT, 4, 0, 0) == 0);
    CHECK(ask(A, FILE_SET_LIMIT, 5, 0, 0) == -EPERM && ask(A, FILE_SET_LIMIT, 0xffffffff, 0, 0) == -EINVAL);
    closes(3);
    CHECK(opens("data", O_READ_ONLY) == 3);
    ARE_REFUSED(FILE_OPEN, {CWD, "data", O_READ_ONLY, 0, -EMFILE});
    CHECK(ask(A, FILE_DUPLICATE, 3, 4, FILE_EXACTLY) == -EBADF && ask(A, FILE_DUPLICATE, 3, 4, 0) == -EINVAL);
    CHECK(ask(A, FILE_SEEK, 4, 0, 0) == 0); /* what is open remains open */
    CHECK(ask(MANAGER, FILE_FORK, A, B, 0) == 0 && ask(B, FILE_SET_LIMIT, 5, 0, 0) == -EPERM);
    CHECK(ask(MANAGER, FILE_RELEASE, B, 0, 0) == 0);
    ends();
}

/* ---------------------------------------------------------------------------------- bytes of files */

static void bytes_are_read_and_written(void)
{
    begins();
    uint32_t fd = opens("data", O_READ_ONLY), new = opens("new", READ_WRITE);
    CHECK(ask(A, FILE_READ, fd, 5, 0) == 0 && reply_of(A)->w[0] == 5 && !memcmp(reply_of(A)->data, "abcde\0\0", 8));
    CHECK(ask(A, FILE_READ, fd, 4096, 0) == 0 && reply_of(A)->w[0] == 4096 && transfer_of(A)[4095] == DATA_BYTE(4100));
    CHECK(ask(A, FILE_READ, fd, 4096, 0) == 0 && reply_of(A)->w[0] == DATA_BYTES - 4101);
    CHECK(ask(A, FILE_READ, fd, 1, 0) == 0 && reply_of(A)->w[0] == 0);
    CHECK(ask(A, FILE_READ_AT, fd, 3, 26) == 0 && !memcmp(reply_of(A)->data, "abc\0", 4) &&
          ask(A, FILE_SEEK, fd, 0, 1) == 0);
    CHECK(reply_of(A)->w[0] == DATA_BYTES);
    CHECK(puts_into(new, "hello") == 0 && reply_of(A)->w[0] == 5);
    CHECK(ask_data(A, "HE", 2, (struct words){{FILE_WRITE_AT, new, 2, 0}}) == 0 && ask(A, FILE_SEEK, new, 1, 0) == 0);
    CHECK(ask(A, FILE_READ, new, 100, 0) == 0 && reply_of(A)->w[0] == 4 && !memcmp(reply_of(A)->data, "Ello", 4));
    CHECK(ask(A, FILE_CONTROL, new, FILE_SET_FLAGS, O_APPENDING) == 0 && ask(A, FILE_SEEK, new, 1, 0) == 0);
    CHECK(puts_into(new, "") == 0 && ask(A, FILE_SEEK, new, 0, 1) == 0 &&
          reply_of(A)->w[0] == 1); /* nothing has no effect */
    CHECK(puts_into(new, "!") == 0 && ask(A, FILE_SEEK, new, 0, 1) == 0 && reply_of(A)->w[0] == 6 &&
          status_of("new").size == 6);
    ends();
}

static void reading_is_refused(void)
{
    begins();
    uint32_t writes = opens("new", O_WRITE_ONLY | O_CREATE_FILE), directory = opens("/dev", 0), fd = opens("data", 0);
    uint32_t terminal = opens("/dev/tty", 0);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0);
    uint32_t pipe = reply_of(A)->w[0];
    CHECK(ask(A, FILE_READ, NOTHING, 1, 0) == -EBADF && ask(A, FILE_READ, FILE_DESCRIPTORS_MAX, 1, 0) == -EBADF);
    CHECK(ask(A, FILE_READ, 0xffffffff, 1, 0) == -EBADF && ask(A, FILE_READ, writes, 1, 0) == -EBADF);
    CHECK(ask(A, FILE_READ_AT, NOTHING, 1, 0) == -EBADF && ask(A, FILE_READ_AT, writes, 1, 0) == -EBADF);
    CHECK(ask(A, FILE_READ, directory, 1, 0) == -EISDIR && ask(A, FILE_READ_AT, directory, 1, 0) == -EISDIR);
    CHECK(ask(A, FILE_READ, fd, 4097, 0) == -EINVAL && ask(A, FILE_READ_AT, fd, 0xffffffff, 0) == -EINVAL);
    CHECK(ask(A, FILE_READ_AT, fd, 1, 0x80000000) == -EINVAL && ask(A, FILE_READ_AT, pipe, 1, 0) == -ESPIPE);
    CHECK(ask(A, FILE_READ_AT, fd, 1, 0x7fffffff) == 0 && reply_of(A)->w[0] == 0);
    CHECK(ask(A, FILE_READ, pipe, 1, 0) == -EAGAIN && ask(A, FILE_READ_AT, pipe + 1, 1, 0) == -ESPIPE &&
          ask(A, FILE_READ_AT, writes, 0, 0) == -EBADF);
    CHECK(ask(A, FILE_READ, 0, 10, 0) == FILE_CONSOLE && ask(A, FILE_READ_AT, terminal, 10, 0) == FILE_CONSOLE);
    CHECK(ask(A, FILE_SEEK, 0, 0, 0) == -ESPIPE && ask(A, FILE_SEEK, pipe, 0, 0) == -ESPIPE &&
          ask(A, FILE_SEEK, NOTHING, 0, 0) == -EBADF && ask(A, FILE_SEEK, pipe, 0, 3) == -EINVAL);
    CHECK(ask(A, FILE_SEEK, fd, 0, 3) == -EINVAL && ask(A, FILE_SEEK, fd, 0xffffffff, 0) == -EINVAL &&
          ask(A, FILE_SEEK, fd, 0x7fffffff, 2) == -EINVAL);
    CHECK(ask(A, FILE_SEEK, fd, 0, 1) == 0 && reply_of(A)->w[0] == 0 && ask(A, FILE_SEEK, fd, -1u, 2) == 0);
    CHECK(reply_of(A)->w[0] == DATA_BYTES - 1);
    ends();
}

static void writing_is_refused(void)
{
    begins();
    uint32_t new = opens("new", READ_WRITE), reads = opens("new", 0);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0);
    uint32_t pipe = reply_of(A)->w[1];
    CHECK(puts_into(NOTHING, "x") == -EBADF && puts_into(reads, "x") == -EBADF && puts_into(pipe - 1, "x") == -EBADF);
    CHECK(ask(A, FILE_WRITE_AT, NOTHING, 0, 0) == -EBADF && ask(A, FILE_WRITE_AT, reads, 0, 0) == -EBADF);
    CHECK(ask(A, FILE_WRITE, new, 4097, 0) == -EINVAL && ask(A, FILE_WRITE_AT, new, 0xffffffff, 0) == -EINVAL);
    CHECK(ask(A, FILE_WRITE_AT, pipe - 1, 300, 0) == -ESPIPE);
    CHECK(ask(A, FILE_WRITE_AT, pipe, 300, 0) == -ESPIPE && ask(A, FILE_WRITE_AT, new, 300, 0x80000000) == -EINVAL);
    CHECK(ask(A, FILE_WRITE_AT, new, 300, 0x7fffffff) == -EFBIG && status_of("new").size == 0);
    CHECK(ask(A, FILE_SEEK, new, 0x7fffffff, 0) == 0 && puts_into(new, "x") == -EFBIG &&
          ask(A, FILE_SEEK, new, 0, 1) == 0);
    CHECK(reply_of(A)->w[0] == 0x7fffffff);
    ends();
}

/* Where a message is shorter than it says, the page has what others sent before: the call is refused. */
static void a_message_has_what_it_says(void)
{
    begins();
    uint32_t new = opens("new", READ_WRITE);
    CHECK(ask_data(A, "abcd", 4, (struct words){{FILE_WRITE, new, 5, 0}}) == -EINVAL);
    CHECK(ask(A, FILE_WRITE, new, 256, 0) == -EINVAL && ask(A, FILE_WRITE_AT, new, 1, 0) == -EINVAL &&
          status_of("new").size == 0);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0 && ask(A, FILE_WRITE, reply_of(A)->w[1], 8, 0) == -EINVAL);
    CHECK(ask_data(A, "abc", 3, (struct words){{FILE_WRITE, new, 4, 0}}) == 0); /* a message has whole words */
    ends();
}

/* Makes a further name, as long as all of these. */
static int32_t make_one(uint32_t number)
{
    char name[16];

    snprintf(name, sizeof name, "name1%08u", number);
    return ask_path(A, name, FILE_MAKE, CWD, MODE_FILE, 0);
}

/* The memory is used up, and comes back. */
static void there_is_no_space(void)
{
    begins();
    makes("empty", MODE_DIRECTORY);
    uint32_t new = opens("new", READ_WRITE), other = opens("other", READ_WRITE), free = pages_free(), written = 0;
    int32_t status;
    while (!(status = ask(A, FILE_WRITE, new, FILE_TRANSFER_MAX, 0)))
        written += reply_of(A)->w[0];
    CHECK(status == -ENOSPC && written > PAGES / 2 * PAGE_SIZE && pages_free() <= PAGES / RESERVE_DIVISOR + 2);
    CHECK(puts_into(other, "x") == -ENOSPC && ask(A, FILE_WRITE_AT, other, 300, 0) == -ENOSPC &&
          status_of("other").size == 0);
    CHECK(ask(A, FILE_UNNAMED, 1, 0, 0) == 0 || reply_of(A)->status == -ENOSPC);
    machine_is_fast = true;
    for (uint32_t i = 0; (status = make_one(i)) == 0; i++)
        ;
    CHECK(status == -ENOSPC);
    ARE_REFUSED(FILE_MAKE, {CWD, "name000000000", MODE_DIRECTORY, 0, -ENOSPC});
    ARE_REFUSED(FILE_OPEN, {CWD, "name000000000", READ_WRITE, 0, -ENOSPC});
    while (!(status = ask(A, FILE_UNNAMED, 1, 0, 0)))
        ;
    CHECK(status == -ENOSPC);
    for (char name[16] = "name200000000"; (status = ask_paths(A, "data", name, FILE_LINK, CWD, CWD)) == 0; name[9]++)
        ;
    CHECK(status == -ENOSPC);
    CHECK(ask_paths(A, "other", "empty/name300000000", FILE_RENAME, CWD, CWD) == -ENOSPC && is_there("other"));
    CHECK(ask(MANAGER, FILE_FORK, A, B, 0) == 0 && ask(MANAGER, FILE_RELEASE, B, 0, 0) == 0); /* from the reserve */
    do
        status = ask_path(A, "", FILE_TRUNCATE, new, 0, 0);
    while (status == FILE_MORE);
    CHECK(status == 0 && pages_free() + 30 > free);
    ends();
}

static void truncating_is_refused(void)
{
    begins();
    uint32_t reads = opens("data", 0), new = opens("new", READ_WRITE);
    paths_are_refused(FILE_TRUNCATE, 0, 0);
    ARE_REFUSED(FILE_TRUNCATE, {CWD, "none", 0, 0, -ENOENT}, {CWD, "/dev", 0, 0, -EISDIR},
                {CWD, "/dev/null", 0, 0, -EINVAL}, {CWD, "data", 0x80000000, 0, -EFBIG}, {reads, "", 0, 0, -EINVAL},
                {NOTHING, "", 0, 0, -EBADF}, {CWD, "", 0, 0, -EISDIR});
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0);
    uint32_t pipe = reply_of(A)->w[1];
    ARE_REFUSED(FILE_TRUNCATE, {pipe, "", 0, 0, -EINVAL});
    CHECK(ask_path(A, "", FILE_TRUNCATE, new, 0x7fffffff, 0) == 0 && status_of("new").size == 0x7fffffff &&
          !status_of("new").pages);
    CHECK(ask_path(A, "data", FILE_TRUNCATE, CWD, 100, 0) == 0 && status_of("data").size == 100);
    ends();
}

/* ---------------------------------------------------------------------------------- descriptors */

static void descriptors_are_duplicated(void)
{
    begins();
    uint32_t fd = opens("data", 0);
    CHECK(ask(A, FILE_DUPLICATE, fd, 0, O_CLOSE_ON_EXEC) == 0 && reply_of(A)->w[0] == 4);
    CHECK(ask(A, FILE_READ, fd, 3, 0) == 0 && ask(A, FILE_READ, 4, 3, 0) == 0 && !memcmp(reply_of(A)->data, "def", 3));
    CHECK(ask(A, FILE_CONTROL, 4, FILE_GET_FD, 0) == 0 && reply_of(A)->w[0] == 1 &&
          ask(A, FILE_CONTROL, fd, FILE_GET_FD, 0) == 0);
    CHECK(reply_of(A)->w[0] == 0 && ask(A, FILE_DUPLICATE, fd, 50, 0) == 0 && reply_of(A)->w[0] == 50);
    CHECK(ask(A, FILE_DUPLICATE, fd, 4, FILE_EXACTLY) == 0 && reply_of(A)->w[0] == 4 &&
          ask(A, FILE_CONTROL, 4, FILE_GET_FD, 0) == 0);
    CHECK(reply_of(A)->w[0] == 0 && ask(A, FILE_DUPLICATE, fd, fd, FILE_EXACTLY) == 0 && reply_of(A)->w[0] == fd);
    CHECK(ask(A, FILE_DUPLICATE, fd, 127, FILE_EXACTLY | O_CLOSE_ON_EXEC) == 0 &&
          ask(A, FILE_DUPLICATE, fd, 128, FILE_EXACTLY) == -EBADF);
    CHECK(ask(A, FILE_DUPLICATE, NOTHING, 5, FILE_EXACTLY) == -EBADF &&
          ask(A, FILE_DUPLICATE, NOTHING, 0, 0) == -EBADF);
    CHECK(ask(A, FILE_DUPLICATE, fd, 128, 0) == -EINVAL && ask(A, FILE_DUPLICATE, fd, 127, 0) == -EMFILE);
    CHECK(ask(A, FILE_CLOSE, NOTHING, 0, 0) == -EBADF && ask(A, FILE_CLOSE, -1u, 0, 0) == -EBADF &&
          ask(A, FILE_GET_LIMIT, 0, 0, 0) == 0);
    CHECK(reply_of(A)->w[1] == 3 + 4);
    closes(fd), closes(4), closes(50);
    CHECK(ask(A, FILE_READ, 127, 3, 0) == 0 && !memcmp(reply_of(A)->data, "ghi", 3) &&
          ask(A, FILE_READ, fd, 3, 0) == -EBADF);
    ends();
}

static void flags_are_kept(void)
{
    begins();
    uint32_t fd = opens("new", READ_WRITE | O_APPENDING | O_CLOSE_ON_EXEC | O_TRUNCATE);
    CHECK(ask(A, FILE_CONTROL, fd, FILE_GET_FLAGS, 0) == 0 && reply_of(A)->w[0] == (O_READ_WRITE | O_APPENDING));
    CHECK(ask(A, FILE_CONTROL, fd, FILE_SET_FLAGS, O_NONBLOCKING | O_WRITE_ONLY | O_RAW) == 0);
    CHECK(ask(A, FILE_CONTROL, fd, FILE_GET_FLAGS, 0) == 0 && reply_of(A)->w[0] == (O_READ_WRITE | O_NONBLOCKING));
    CHECK(ask(A, FILE_CONTROL, fd, FILE_GET_FD, 0) == 0 && reply_of(A)->w[0] == 1 &&
          ask(A, FILE_CONTROL, fd, FILE_SET_FD, 2) == 0);
    CHECK(ask(A, FILE_CONTROL, fd, FILE_GET_FD, 0) == 0 && reply_of(A)->w[0] == 0);
    CHECK(ask(A, FILE_CONTROL, fd, 0, 0) == -EINVAL && ask(A, FILE_CONTROL, fd, 5, 0) == -EINVAL &&
          ask(A, FILE_CONTROL, NOTHING, FILE_GET_FD, 0) == -EBADF);
    CHECK(ask(A, FILE_PIPE, O_APPENDING, 0, 0) == -EINVAL &&
          ask(A, FILE_PIPE, O_CLOSE_ON_EXEC | O_NONBLOCKING, 0, 0) == 0);
    uint32_t pipe = reply_of(A)->w[0];
    CHECK(ask(A, FILE_CONTROL, pipe, FILE_GET_FD, 0) == 0 && reply_of(A)->w[0] == 1 &&
          ask(A, FILE_READ, pipe, 1, 1) == -EAGAIN);
    ends();
}

static void devices_are_devices(void)
{
    begins();
    uint32_t null = opens("/dev/null", O_READ_WRITE), zero = opens("/dev/zero", O_READ_WRITE),
             full = opens("/dev/full", O_READ_WRITE);
    CHECK(ask(A, FILE_READ, null, 10, 0) == 0 && reply_of(A)->w[0] == 0 && ask(A, FILE_READ, zero, 5, 0) == 0 &&
          reply_of(A)->w[0] == 5);
    CHECK(!memcmp(reply_of(A)->data, "\0\0\0\0\0", 5) && ask(A, FILE_READ_AT, zero, 4096, 7) == 0 &&
          transfer_of(A)[4095] == 0);
    CHECK(puts_into(null, "abc") == 0 && reply_of(A)->w[0] == 3 && ask(A, FILE_WRITE_AT, zero, 4096, 9) == 0 &&
          reply_of(A)->w[0] == 4096);
    CHECK(ask(A, FILE_READ, full, 5, 0) == 0 && !memcmp(reply_of(A)->data, "\0\0\0\0\0", 5) &&
          puts_into(full, "abc") == -ENOSPC && ask(A, FILE_WRITE_AT, full, 4096, 9) == -ENOSPC);
    CHECK(puts_into(1, "abc") == FILE_CONSOLE && ask(A, FILE_SEEK, null, 5, 0) == 0);
    CHECK(ask(A, FILE_SPACE, 0, 0, 0) == 0 && reply_of(A)->w[0] == PAGES && reply_of(A)->w[1] == pages_free());
    ends();
}

int main(void)
{
    files_are_opened();
    opening_is_refused();
    descriptors_are_used_up();
    limits_are_lowered();
    bytes_are_read_and_written();
    reading_is_refused();
    writing_is_refused();
    a_message_has_what_it_says();
    there_is_no_space();
    truncating_is_refused();
    descriptors_are_duplicated();
    flags_are_kept();
    devices_are_devices();
    puts("test_file_calls: each call of the file server does what it is to");
    return 0;
}

/*
 * The whole file server, call by call: calls with names, and each of their errors, after which nothing has changed.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/file/ servers/lib/account.c servers/lib/archive.c
 * sources: tests/server/state_end.c tests/server/server_run.c tests/server/file_machine.c
 */
#include "tests/host/file_calls.h"

/* ---------------------------------------------------------------------------------- names */

static void status_is_told(void)
{
    begins();
    machine_ticks = 500 * 100;
    makes("directory", MODE_DIRECTORY);
    CHECK(status_of("directory").mode == (MODE_DIRECTORY | 0755) && status_of("directory").modified == BOOTED + 500);
    CHECK(status_of("/dev/null").device == DEVICE_NULL && status_of("/dev/null").mode == (MODE_CHARACTERS | 0666));
    CHECK(status_of("data").size == DATA_BYTES && status_of("data").pages == 0 && status_of("data").links == 1);
    CHECK(status_of("prog").links == 2 && !is_there("server"));
    CHECK(status_of("prog").inode == status_of("/bin/prog").inode && status_of("prog").mode == (MODE_FILE | 0755));
    CHECK(status_of("tests/t_x").links == 1 && status_of("tests/t_x").mode == (MODE_FILE | 0755));
    CHECK(!is_there("t_x") && !is_there("bin/t_x") && !is_there("bin/data") && !is_there("tests/prog"));
    uint32_t fd = opens("data", 0);
    CHECK(ask_path(A, "", FILE_STATUS, fd, FILE_EMPTY_PATH, 0) == 0 &&
          ((const struct file_status *)(const void *)reply_of(A)->data)->size == DATA_BYTES);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0 && ask_path(A, "", FILE_STATUS, reply_of(A)->w[0], FILE_EMPTY_PATH, 0) == 0);
    CHECK(((const struct file_status *)(const void *)reply_of(A)->data)->mode == (MODE_PIPE | 0600));
    paths_are_refused(FILE_STATUS, 0, 0);
    ARE_REFUSED(FILE_STATUS, {fd, "", 0, 0, -ENOTDIR}, {CWD, "", 0, 0, -ENOENT},
                {NOTHING, "", FILE_EMPTY_PATH, 0, -EBADF}, {CWD, "none", 0, 0, -ENOENT});
    ends();
}

static void things_are_made(void)
{
    begins();
    paths_are_refused(FILE_MAKE, MODE_DIRECTORY | 0755, 0);
    makes("d/", MODE_DIRECTORY);
    ARE_REFUSED(FILE_MAKE, {CWD, "d", MODE_DIRECTORY, 0, -EEXIST}, {CWD, "d", MODE_FILE, 0, -EEXIST},
                {CWD, "/", MODE_DIRECTORY, 0, -EEXIST}, {CWD, "x", MODE_PIPE, 0, -EINVAL},
                {CWD, "x", 0170000, 0, -EINVAL}, {CWD, "x/", MODE_FILE, 0, -ENOENT}, {CWD, "d/", MODE_FILE, 0, -EEXIST},
                {CWD, "", MODE_FILE, 0, -ENOENT});
    CHECK(ask_path(A, "n", FILE_MAKE, CWD, MODE_CHARACTERS, DEVICE_NULL) == 0 && opens("n", 0) == 3);
    ends();
}

static void names_are_linked(void)
{
    begins();
    CHECK(ask_paths(A, "data", "/tmp/name", FILE_LINK, CWD, CWD) == 0 && status_of("/tmp/name").links == 2);
    CHECK(ask_paths(A, "none", "x", FILE_LINK, CWD, CWD) == -ENOENT &&
          ask_paths(A, "data", "none/x", FILE_LINK, CWD, CWD) == -ENOENT);
    CHECK(ask_paths(A, "data", "/tmp/name", FILE_LINK, CWD, CWD) == -EEXIST &&
          ask_paths(A, "data", "data/x", FILE_LINK, CWD, CWD) == -ENOTDIR);
    CHECK(ask_paths(A, "/dev", "x", FILE_LINK, CWD, CWD) == -EPERM &&
          ask_paths(A, "data", "x/", FILE_LINK, CWD, CWD) == -ENOENT);
    CHECK(ask_paths(A, "/dev", "/dev/", FILE_LINK, CWD, CWD) == -EEXIST &&
          ask_paths(A, "/dev", "data", FILE_LINK, CWD, CWD) == -EEXIST);
    CHECK(ask_paths(A, "data", "x", FILE_LINK, NOTHING, CWD) == -EBADF &&
          ask_paths(A, "data", "x", FILE_LINK, CWD, NOTHING) == -EBADF);
    CHECK(ask_path(A, "dev/tty", FILE_LINK, CWD, CWD, 0) == -ENOENT); /* the second path is missing */
    char *far = transfer_of(A);
    strcpy(far, "data");
    memset(far + 5, 'x', 256);
    far[5 + 256] = 0;
    CHECK(ask(A, FILE_LINK, CWD, CWD, 0) == -ENAMETOOLONG && ask(A, FILE_RENAME, CWD, CWD, 0) == -ENAMETOOLONG);
    far[5 + 255] = 0;
    CHECK(ask(A, FILE_LINK, CWD, CWD, 0) == 0 && status_of("data").links == 3);
    machine_is_fast = true;
    for (uint32_t links = 3; links < LINKS_MAX;
         links++) { /* there is memory for as many links as are allowed, or not */
        char name[12];
        snprintf(name, sizeof name, "/tmp/%u", links);
        if (ask_paths(A, "data", name, FILE_LINK, CWD, CWD))
            break;
    }
    CHECK(reply_of(A)->status == -ENOSPC);
    ends();
}

/* Up to the allowed number. */
static void links_are_counted(void)
{
    machine_begin(2600);
    machine_is_fast = true;
    CHECK(ask(MANAGER, FILE_BEGIN, A, BOOTED, 0) == 0);
    for (uint32_t links = 1; links < LINKS_MAX; links++) {
        char name[12];
        snprintf(name, sizeof name, "/tmp/%u", links);
        CHECK(!ask_paths(A, "data", name, FILE_LINK, CWD, CWD));
    }
    CHECK(ask_paths(A, "data", "more", FILE_LINK, CWD, CWD) == -EMLINK && status_of("data").links == LINKS_MAX);
    ends();
}

static void names_are_removed(void)
{
    begins();
    makes("d", MODE_DIRECTORY), makes("d/f", MODE_FILE), makes("e", MODE_DIRECTORY), makes("f", MODE_FILE),
        makes("g", MODE_DIRECTORY);
    paths_are_refused(FILE_REMOVE, 0, 0);
    ARE_REFUSED(FILE_REMOVE, {CWD, "none", 0, 0, -ENOENT}, {CWD, "d", 0, 0, -EISDIR},
                {CWD, "f", FILE_REMOVE_DIRECTORY, 0, -ENOTDIR}, {CWD, "d", FILE_REMOVE_DIRECTORY, 0, -ENOTEMPTY},
                {CWD, "d", FILE_REMOVE_ANY, 0, -ENOTEMPTY}, {CWD, "/", FILE_REMOVE_DIRECTORY, 0, -EBUSY},
                {CWD, "e/.", FILE_REMOVE_DIRECTORY, 0, -EINVAL}, {CWD, "f", 2, 0, -EINVAL}, {CWD, "e/", 0, 0, -EISDIR},
                {CWD, "f/", 0, 0, -ENOTDIR}, {CWD, "none/", 0, 0, -ENOENT}, {CWD, "/", 0, 0, -EISDIR});
    uint32_t fd = opens("d/f", O_READ_WRITE), directory = opens("e", 0);
    CHECK(removes("d/f", 0) == 0 && removes("d/", FILE_REMOVE_DIRECTORY) == 0 && removes("e", FILE_REMOVE_ANY) == 0 &&
          removes("f", FILE_REMOVE_ANY) == 0);
    CHECK(puts_into(fd, "still") == 0 && ask_path(A, "x", FILE_OPEN, directory, READ_WRITE, 0) == -ENOENT &&
          !is_there("d"));
    CHECK(ask(A, FILE_ENTRIES, directory, 256, 0) == -ENOENT);
    ends();
}

static void names_change(void)
{
    begins();
    makes("d", MODE_DIRECTORY), makes("d/e", MODE_DIRECTORY), makes("f", MODE_FILE), makes("full", MODE_DIRECTORY),
        makes("full/x", MODE_FILE);
    static const struct {
        const char *from, *to;
        int32_t status;
    } rows[] = {
        {"none", "x", -ENOENT}, {"f", "none/x", -ENOENT},  {"f", "f/x", -ENOTDIR},  {"d", "f", -ENOTDIR},
        {"f", "d", -EISDIR},    {"d", "full", -ENOTEMPTY}, {"d", "d/e/x", -EINVAL}, {".", "x", -EBUSY},
        {"d", "d/..", -EBUSY},  {"f", "", -ENOENT},        {"d", "g", 0},           {"g/e", "h", 0},
        {"f", "g/f", 0},        {"g/f", "data", 0},        {"h", "g", 0},
    };
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t status = ask_paths(A, rows[i].from, rows[i].to, FILE_RENAME, CWD, CWD);
        if (status != rows[i].status)
            fprintf(stderr, "%s to %s: %d\n", rows[i].from, rows[i].to, status);
        CHECK(status == rows[i].status);
    }
    CHECK(status_of("data").size == 0 && !is_there("h") && is_there("g"));
    CHECK(ask_paths(A, "data", "x", FILE_RENAME, NOTHING, CWD) == -EBADF &&
          ask_paths(A, "data", "x", FILE_RENAME, CWD, NOTHING) == -EBADF);
    CHECK(ask_path(A, "dev/tty", FILE_RENAME, CWD, CWD, 0) == -ENOENT);
    ends();
}

static void files_change(void)
{
    begins();
    paths_are_refused(FILE_CHANGE, FILE_MODE, 0600);
    ARE_REFUSED(FILE_CHANGE, {CWD, "data", 0, 0, -EINVAL}, {CWD, "data", 3, 0, -EINVAL},
                {NOTHING, "", FILE_MODE, 0, -EBADF});
    uint32_t fd = opens("data", 0);
    CHECK(ask_path(A, "data", FILE_CHANGE, CWD, FILE_MODE, 0xffffffff) == 0 &&
          status_of("data").mode == (MODE_FILE | 07777));
    CHECK(ask_path(A, "", FILE_CHANGE, fd, FILE_MODIFIED, 77) == 0 && status_of("data").modified == 77);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0);
    ARE_REFUSED(FILE_CHANGE, {reply_of(A)->w[0], "", FILE_MODE, 0, -EINVAL});
    ends();
}

/* ---------------------------------------------------------------------------------- the working directory */

static void is_in(const char *path)
{
    uint32_t bytes = (uint32_t)strlen(path) + 1;

    CHECK(ask(A, FILE_WORKING_DIRECTORY, 256, 0, 0) == 0 && reply_of(A)->w[0] == bytes &&
          !strcmp(reply_of(A)->data, path));
}

static void directories_are_entered(void)
{
    begins();
    is_in("/");
    makes("a", MODE_DIRECTORY), makes("a/b", MODE_DIRECTORY);
    CHECK(ask_path(A, "a", FILE_CHANGE_DIRECTORY, CWD, 0, 0) == 0 &&
          ask_path(A, "b", FILE_CHANGE_DIRECTORY, CWD, 0, 0) == 0);
    is_in("/a/b");
    uint32_t fd = opens("..", 0), file = opens("/data", 0);
    paths_are_refused(FILE_CHANGE_DIRECTORY, 0, 0);
    ARE_REFUSED(FILE_CHANGE_DIRECTORY, {CWD, "/data", 0, 0, -ENOTDIR}, {CWD, "", 0, 0, -ENOENT},
                {file, "", 0, 0, -ENOTDIR}, {NOTHING, "", 0, 0, -EBADF});
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0);
    ARE_REFUSED(FILE_CHANGE_DIRECTORY, {reply_of(A)->w[0], "", 0, 0, -EINVAL});
    is_in("/a/b");
    CHECK(ask(A, FILE_WORKING_DIRECTORY, 4, 0, 0) == -ERANGE && ask(A, FILE_WORKING_DIRECTORY, 0, 0, 0) == -ERANGE);
    CHECK(ask(A, FILE_WORKING_DIRECTORY, 4097, 0, 0) == -EINVAL && ask(A, FILE_WORKING_DIRECTORY, 5, 0, 0) == 0);
    CHECK(ask(A, FILE_WORKING_DIRECTORY, 4096, 0, 0) == 0 && !strcmp(transfer_of(A), "/a/b"));
    CHECK(ask_path(A, "", FILE_CHANGE_DIRECTORY, fd, 0, 0) == 0);
    is_in("/a");
    CHECK(ask_path(A, "b", FILE_CHANGE_DIRECTORY, fd, 0, 0) == 0 && removes("../b", FILE_REMOVE_DIRECTORY) == 0);
    CHECK(ask(A, FILE_WORKING_DIRECTORY, 256, 0, 0) == -ENOENT &&
          ask_path(A, "..", FILE_CHANGE_DIRECTORY, CWD, 0, 0) == 0);
    is_in("/a");
    ends();
}

/* ---------------------------------------------------------------------------------- entries */

static void entries_are_told(void)
{
    static const char *const names[] = {".", "..", "console", "tty", "null", "zero", "full", "shm"};
    enum { COUNT = sizeof(names) / sizeof(names[0]) };
    uint32_t at = 0, count = 0;

    begins();
    uint32_t fd = opens("/dev", 0), file = opens("data", 0);
    CHECK(ask(A, FILE_ENTRIES, fd, 256, 0) == 0);
    while (at < reply_of(A)->w[0]) {
        const struct file_entry *entry = (const struct file_entry *)(const void *)(reply_of(A)->data + at);
        CHECK(entry->length == strlen(names[count]) && !memcmp(entry->name, names[count], entry->length) &&
              entry->position == count + 1);
        CHECK(entry->mode_kind == (count < 2 || count == COUNT - 1 ? MODE_DIRECTORY : MODE_CHARACTERS) >> 12 &&
              entry->inode);
        uint32_t bytes = (sizeof *entry + entry->length + 3) & ~3u;
        for (uint32_t i = sizeof *entry + entry->length; i < bytes; i++)
            CHECK(reply_of(A)->data[at + i] == 0); /* nothing of others */
        at += bytes;
        count++;
    }
    CHECK(count == COUNT && ask(A, FILE_ENTRIES, fd, 256, 0) == 0 && reply_of(A)->w[0] == 0);
    CHECK(ask(A, FILE_SEEK, fd, 4, 0) == 0 && ask(A, FILE_ENTRIES, fd, 16, 0) == 0 && reply_of(A)->w[0] == 16);
    CHECK(!memcmp(reply_of(A)->data + sizeof(struct file_entry), "null", 4));
    CHECK(ask(A, FILE_ENTRIES, fd, 16, 0) == 0 && !memcmp(reply_of(A)->data + sizeof(struct file_entry), "zero", 4));
    CHECK(ask(A, FILE_ENTRIES, fd, 15, 0) == -EINVAL &&
          ask(A, FILE_ENTRIES, fd, 4097, 0) == -EINVAL); /* the next entry has 16 bytes */
    CHECK(ask(A, FILE_ENTRIES, file, 256, 0) == -ENOTDIR && ask(A, FILE_ENTRIES, NOTHING, 256, 0) == -EBADF);
    CHECK(ask(A, FILE_PIPE, 0, 0, 0) == 0 && ask(A, FILE_ENTRIES, reply_of(A)->w[0], 256, 0) == -ENOTDIR);
    CHECK(ask(A, FILE_SEEK, fd, 0x7fffffff, 0) == 0 && ask(A, FILE_ENTRIES, fd, 256, 0) == 0 && reply_of(A)->w[0] == 0);
    ends();
}

/* As xv6's programs read them: names of 14 bytes, and only complete entries. */
static void entries_are_raw(void)
{
    begins();
    makes("d", MODE_DIRECTORY), makes("d/fourteen-bytes", MODE_FILE), makes("d/x", MODE_FILE);
    uint32_t fd = opens("d", O_RAW);
    const struct file_raw_entry *entries = (const struct file_raw_entry *)(const void *)reply_of(A)->data;
    CHECK(ask(A, FILE_CONTROL, fd, FILE_GET_FLAGS, 0) == 0 && reply_of(A)->w[0] == 0);
    CHECK(ask(A, FILE_READ, fd, 50, 0) == 0 && reply_of(A)->w[0] == 48);
    CHECK(!memcmp(entries[0].name, ".\0\0\0\0\0\0\0\0\0\0\0\0", 14) && !memcmp(entries[1].name, "..\0", 3));
    CHECK(!memcmp(entries[2].name, "fourteen-bytes", 14) && entries[0].inode == status_of("d").inode);
    CHECK(ask(A, FILE_READ, fd, 15, 0) == 0 && reply_of(A)->w[0] == 0 && ask(A, FILE_READ, fd, 16, 0) == 0 &&
          reply_of(A)->w[0] == 16);
    CHECK(entries[0].name[0] == 'x' && ask(A, FILE_READ, fd, 16, 0) == 0 && reply_of(A)->w[0] == 0);
    CHECK(status_of("d").size == 4 * sizeof entries[0] && removes("d/fourteen-bytes", 0) == 0 &&
          ask(A, FILE_SEEK, fd, 16, 0) == 0);
    CHECK(ask(A, FILE_READ, fd, 4096, 0) == 0 && reply_of(A)->w[0] == 32 && transfer_of(A)[18] == 'x');
    ends();
}

/* The mask is kept in a fork and an exec. It clears rights in open and make, but not in those of xv6. */
static void a_mask_is_kept(void)
{
    begins();
    CHECK(ask(A, FILE_UMASK, 01234, 0, 0) == 0 && reply_of(A)->w[0] == 022 && ask(MANAGER, FILE_FORK, A, B, 0) == 0);
    CHECK(ask(B, FILE_UMASK, 077, 0, 0) == 0 && reply_of(B)->w[0] == 0234 && ask(MANAGER, FILE_EXEC, B, 0, 0) == 0);
    CHECK(ask(B, FILE_UMASK, 0, 0, 0) == 0 && reply_of(B)->w[0] == 077 && ask(MANAGER, FILE_RELEASE, B, 0, 0) == 0);
    CHECK(ask_path(A, "f", FILE_OPEN, CWD, O_CREATE_FILE, 07777) == 0 && status_of("f").mode == (MODE_FILE | 07543));
    CHECK(ask_path(A, "x", FILE_OPEN, CWD, O_CREATE_FILE | O_RAW, 0777) == 0 &&
          status_of("x").mode == (MODE_FILE | 0777));
    CHECK(ask_path(A, "d", FILE_MAKE, CWD, MODE_DIRECTORY | 0777, 0) == 0 &&
          status_of("d").mode == (MODE_DIRECTORY | 0543));
    CHECK(ask_path(A, "n", FILE_MAKE, CWD, MODE_CHARACTERS | 0666, 0) == 0 &&
          status_of("n").mode == (MODE_CHARACTERS | 0442));
    ends();
}

int main(void)
{
    a_mask_is_kept();
    status_is_told();
    things_are_made();
    names_are_linked();
    links_are_counted();
    names_are_removed();
    names_change();
    files_change();
    directories_are_entered();
    entries_are_told();
    entries_are_raw();
    puts("test_file_names: each call with a name does what it should");
    return 0;
}

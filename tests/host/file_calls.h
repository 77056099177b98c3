/* What tests of the file server's calls share: one client, and calls of it that must succeed. */
#pragma once

#include "tests/server/file_machine.h"

#include <errno.h>
#include <string.h>

#include "servers/file/inode.h"
#include "servers/file/pages.h"
#include "tests/host/check.h"

enum { PAGES = 480, A = 1, B = 2, CWD = (uint32_t)FILE_CWD, NOTHING = 99, LONG_NAME = 256, BOOTED = 1000 };
enum { READ_WRITE = O_READ_WRITE | O_CREATE_FILE };

static char long_name[LONG_NAME + 1];

static inline void begins(void)
{
    machine_begin(PAGES);
    memset(long_name, 'n', LONG_NAME);
    CHECK(ask(MANAGER, FILE_BEGIN, A, BOOTED, 0) == 0 && ask(A, FILE_TRANSFER_PAGE, 0, 0, 0) == 0);
}

static inline void ends(void)
{
    CHECK(machine_ends(A) == 0);
    machine_end();
}

static inline uint32_t opens(const char *path, uint32_t flags)
{
    CHECK(ask_path(A, path, FILE_OPEN, CWD, flags, 0644) == 0);
    return reply_of(A)->w[0];
}

static inline void closes(uint32_t fd)
{
    CHECK(ask(A, FILE_CLOSE, fd, 0, 0) == 0);
}

static inline int32_t puts_into(uint32_t fd, const char *text)
{
    uint32_t bytes = (uint32_t)strlen(text);

    return ask_data(A, text, bytes, (struct words){{FILE_WRITE, fd, bytes, 0}});
}

static inline void makes(const char *path, uint32_t kind)
{
    CHECK(ask_path(A, path, FILE_MAKE, CWD, kind | 0755, 0) == 0);
}

static inline struct file_status status_of(const char *path)
{
    struct file_status status;

    CHECK(ask_path(A, path, FILE_STATUS, CWD, 0, 0) == 0 && reply_of(A)->words == sizeof status / 4);
    memcpy(&status, reply_of(A)->data, sizeof status);
    return status;
}

static inline bool is_there(const char *path)
{
    return ask_path(A, path, FILE_STATUS, CWD, 0, 0) == 0;
}

static inline int32_t removes(const char *path, uint32_t how)
{
    return ask_path(A, path, FILE_REMOVE, CWD, how, 0);
}

/* Calls with a path that must be refused, one after the other. */
struct refused {
    uint32_t directory;
    const char *path;
    uint32_t second, third;
    int32_t status;
};

static inline void are_refused(uint32_t number, const struct refused *rows, uint32_t count)
{
    uint32_t free = pages_free();

    for (uint32_t i = 0; i < count; i++) {
        int32_t status = ask_path(A, rows[i].path, number, rows[i].directory, rows[i].second, rows[i].third);
        if (status != rows[i].status)
            fprintf(stderr, "row %u, %s: %d\n", i, rows[i].path, status);
        CHECK(status == rows[i].status && !reply_of(A)->w[0] && pages_free() == free);
    }
}
#define ARE_REFUSED(number, ...)                                                                                       \
    do {                                                                                                               \
        const struct refused rows_[] = {__VA_ARGS__};                                                                  \
        are_refused(number, rows_, sizeof rows_ / sizeof rows_[0]);                                                    \
    } while (0)

/* The errors that any path can cause. `second` and `third` are the call's other words. */
static inline void paths_are_refused(uint32_t number, uint32_t second, uint32_t third)
{
    ARE_REFUSED(number, {CWD, "none/x", second, third, -ENOENT}, {CWD, "/data/x", second, third, -ENOTDIR},
                {NOTHING, "data", second, third, -EBADF}, {0, "data", second, third, -ENOTDIR},
                {CWD, long_name, second, third, -ENAMETOOLONG}); /* its end is that of the message */
    char *far = transfer_of(A);
    memset(far, 'x', FILE_TRANSFER_MAX);
    CHECK(ask(A, number, CWD, second, third) == -ENAMETOOLONG);
    memset(far + 256, 0, 1); /* one name of 256 bytes */
    CHECK(ask(A, number, CWD, second, third) == -ENAMETOOLONG);
    far[256] = 'x';
    for (uint32_t i = 1; i < FILE_TRANSFER_MAX; i += 2)
        far[i] = '/';
    CHECK(ask(A, number, CWD, second, third) == -ENAMETOOLONG);
    far[0] = 0;
}

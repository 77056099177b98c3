#include <errno.h>

#include "tests/fuzz/files_model_state.h"

void model_close(uint32_t client, uint32_t fd)
{
    bool good = model_opened(client, fd);

    model_reply(client, good ? 0 : -EBADF, fd);
    if (good)
        model_close_fd(client, fd);
}

static int32_t duplicate_exactly(uint32_t client, uint32_t fd, uint32_t to, bool closes)
{
    struct opened *opened = model_programs[client].fds[fd];

    if (to >= MODEL_FDS)
        return -EBADF;
    if (to == fd)
        return (int32_t)to;
    if (model_programs[client].fds[to] == opened) {
        model_programs[client].closes[to] = closes;
        return (int32_t)to;
    }
    if (model_programs[client].fds[to])
        model_close_fd(client, to);
    model_set_fd(client, to, opened, closes);
    return (int32_t)to;
}

void model_duplicate(uint32_t client, uint32_t fd, uint32_t to, uint32_t flags)
{
    struct opened *opened = model_opened(client, fd);
    int32_t status = !opened ? -EBADF : to >= MODEL_FDS ? -EINVAL : model_free_fd(client, to);

    if (opened && flags & FILE_EXACTLY)
        status = duplicate_exactly(client, fd, to, flags & O_CLOSE_ON_EXEC);
    else if (status >= 0)
        model_set_fd(client, (uint32_t)status, opened, flags & O_CLOSE_ON_EXEC);
    model_reply(client, status < 0 ? status : 0, (uint32_t)status);
}

void model_set_flags(uint32_t client, uint32_t fd, uint32_t flags)
{
    struct opened *opened = model_opened(client, fd);

    model_reply(client, opened ? 0 : -EBADF, 0);
    if (opened)
        opened->flags = (opened->flags & O_ACCESS) | flags;
}

#include "servers/proc/argument_calls.h"

#include <errno.h>
#include <string.h>

/* The number of bytes of the message's data, or -1 if it has fewer than it says. */
static int32_t data_bytes(uint32_t bytes)
{
    return bytes <= ipc_data_bytes() ? (int32_t)bytes : -1;
}

/* The arguments of a spawn or exec: those in the message or, with 0 bytes, those put before. */
int32_t arguments_take(struct process *process, const struct words *words, struct arguments **arguments)
{
    uint32_t count = words->w[1], bytes = words->w[2];

    if (data_bytes(bytes) < 0)
        return -EINVAL;
    if (bytes == 0) {
        *arguments = process->next_arguments;
        process->next_arguments = NULL;
    } else {
        *arguments = arguments_make(bytes, process->account);
        arguments_set(*arguments, (const char *)message_page->words, bytes);
    }
    if (!*arguments)
        return -EINVAL;
    (*arguments)->count = count;
    int32_t error = !arguments_are_strings(*arguments)  ? -EINVAL
                    : arguments_have_a_name(*arguments) ? 0
                                                        : -ENAMETOOLONG;
    if (error)
        arguments_drop(*arguments);
    return error;
}

int32_t call_args(struct process *process, struct words *words)
{
    const struct arguments *arguments = process->arguments;
    uint32_t offset = words->w[1];

    if (!arguments || offset > arguments->bytes)
        return -EINVAL;
    uint32_t bytes = arguments->bytes - offset < IPC_DATA_MAX ? arguments->bytes - offset : IPC_DATA_MAX;
    arguments_copy(arguments, offset, message_page->words, bytes);
    words->w[1] = arguments->count;
    words->w[2] = arguments->bytes;
    words->w[3] = bytes;
    if (arguments->account && offset + bytes == arguments->bytes)
        process->arguments = arguments_shorten(process->arguments);
    return (int32_t)ipc_extend(bytes, 0);
}

static void drop_next(struct process *process)
{
    arguments_drop(process->next_arguments);
    process->next_arguments = NULL;
}

static int32_t too_long(struct process *process)
{
    drop_next(process);
    return -E2BIG;
}

/* Offset 0 begins a new set. */
int32_t call_args_put(struct process *process, struct words *words)
{
    uint32_t offset = words->w[1], bytes = words->w[2];

    if (data_bytes(bytes) < 0)
        return -EINVAL;
    if (offset > ARGUMENTS_MAX || bytes > ARGUMENTS_MAX - offset)
        return too_long(process);
    if (offset == 0) {
        drop_next(process);
        if (bytes)
            process->next_arguments = arguments_make(ARGUMENTS_MAX, process->account);
        if (!process->next_arguments)
            return bytes ? -E2BIG : 0;
    }
    struct arguments *arguments = process->next_arguments;
    if (!arguments || arguments->bytes != offset)
        return -EINVAL;
    return arguments_add(arguments, (const char *)message_page->words, bytes) ? 0 : too_long(process);
}

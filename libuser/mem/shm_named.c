#include "libuser/mem/shm_named.h"

#include "libuser/ipc/ipc.h"
#include "libuser/mem/result.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

#include <signal.h>
#include <string.h>

/* Puts the name into the message; returns the bytes of data. A name that is too long loses its zero byte, so mem
 * refuses it. */
static uint32_t put_name(const char *name)
{
    size_t length = strnlen(name, SHM_NAME_BYTES);

    memcpy(message_page->words, name, length);
    if (length == SHM_NAME_BYTES)
        return SHM_NAME_BYTES;
    ((char *)message_page->words)[length] = 0;
    return length + 1;
}

/* Calls mem, with a name if there is one. Signals are blocked, because a handler would use the message page, too. */
static int ask(const char *name, struct words *words)
{
    sigset_t all, before;

    if (!name)
        return proto_call(CLIENT_SLOT_MEM, 0, 0, words);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    int status = proto_call(CLIENT_SLOT_MEM, 0, put_name(name), words);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}

/* The same, but there must be a name. */
static int ask_of(const char *name, struct words *words)
{
    return is_bad_address(name, 1) ? -EFAULT : ask(name, words);
}

WEAK int shm_attach(const char *name, size_t bytes, int flags, void **pointer)
{
    struct words words = {{MEM_SHM_ATTACH, (uint32_t)flags, bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0), 0}};
    int status = is_bad_address(pointer, sizeof *pointer) ? -EFAULT : ask_of(name, &words);

    if (!status)
        *pointer = (void *)words.w[1];
    return c_result(status, 0);
}

WEAK int shm_detach(const void *pointer)
{
    struct words words;
    int status;

    do {
        words = (struct words){{MEM_SHM_DETACH, (uint32_t)pointer, 0, 0}};
        status = ask(NULL, &words);
    } while (status == MEM_MORE);
    return c_result(status, 0);
}

WEAK int shm_unlink(const char *name)
{
    struct words words = {{MEM_SHM_UNLINK, 0, 0, 0}};

    return c_result(ask_of(name, &words), 0);
}

WEAK int shm_status(const char *name, struct shm_status *to)
{
    struct words words = {{MEM_SHM_STATUS, 0, 0, 0}};
    int status = is_bad_address(to, sizeof *to) ? -EFAULT : ask_of(name, &words);

    if (!status)
        *to = (struct shm_status){words.w[1], words.w[2], words.w[3]};
    return c_result(status, 0);
}

WEAK int shm_limit(unsigned segments)
{
    struct words words = {{MEM_SHM_LIMIT, segments, 0, 0}};

    return c_result(ask(NULL, &words), 0);
}

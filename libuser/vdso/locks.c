/* File locks: of ranges by fcntl (and lockf, which uses it), of whole files by flock. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/locks.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"

#include <string.h>

/* Linux's struct flock and struct flock64. */
struct flock_words {
    uint16_t kind, whence;
    int32_t start, length, pid;
};
struct flock64_words {
    uint16_t kind, whence;
    int64_t start, length;
    int32_t pid;
} __attribute__((packed, aligned(4)));

static struct flock64_words get_lock(uint32_t at, bool is_64)
{
    const struct flock_words *from = (const struct flock_words *)at;

    if (is_64)
        return *(const struct flock64_words *)at;
    return (struct flock64_words){from->kind, from->whence, from->start, from->length, from->pid};
}

/* If no lock blocks the request, only the kind is written. */
static int put_lock(uint32_t at, bool is_64, const struct flock64_words *lock)
{
    if (lock->kind == FILE_LOCK_NONE) {
        *(uint16_t *)at = lock->kind;
        return 0;
    }
    if (is_64) {
        *(struct flock64_words *)at = *lock;
        return 0;
    }
    if (lock->start > INT32_MAX)
        return -EOVERFLOW;
    int32_t length = lock->length > INT32_MAX ? 0 : (int32_t)lock->length;
    *(struct flock_words *)at = (struct flock_words){lock->kind, lock->whence, (int32_t)lock->start, length, lock->pid};
    return 0;
}

/* Makes a call that waits for a lock, as that word of the message says. */
static int32_t wait_for_lock(struct words words, uint32_t wait_word, const struct file_lock *data, uint32_t number)
{
    vdso_tell_signals();
    if (data)
        memcpy((char *)message_page->words, data, sizeof *data);
    int status = vdso_wait_for(CLIENT_SLOT_FILE, data ? ipc_extend(sizeof *data, 0) : 0, &words, wait_word);
    return status == -EINTR ? vdso_may_restart(number) : status;
}

int32_t locks_control(arguments_t a, uint32_t number)
{
    bool is_64 = a[1] >= LOCKS_GET_64;
    uint32_t owner = a[1] >= LOCKS_OFD_GET ? FILE_LOCK_OPEN_FILE : 0, kind, pid;
    uint32_t command = a[1] - (owner ? LOCKS_OFD_GET : is_64 ? LOCKS_GET_64 : LOCKS_GET);

    if (vdso_is_bad(a[2], is_64 ? sizeof(struct flock64_words) : sizeof(struct flock_words)))
        return -EFAULT;
    struct flock64_words lock = get_lock(a[2], is_64);
    if (owner && lock.pid)
        return -EINVAL;
    const struct file_lock data = {lock.start, lock.length};
    if (command == LOCKS_WAIT - LOCKS_GET)
        return wait_for_lock(file_lock_words(a[0], FILE_LOCK_WAIT | owner, lock.kind, lock.whence), 2, &data, number);
    memcpy((char *)message_page->words, &data, sizeof data);
    int error = file_lock(CLIENT_SLOT_FILE, sizeof data, a[0], (command ? FILE_LOCK_TRY : FILE_LOCK_TEST) | owner,
                          lock.kind, lock.whence, &kind, &pid);
    if (error || command)
        return error;
    lock = (struct flock64_words){.kind = (uint16_t)kind, .pid = (int32_t)pid};
    memcpy(&lock.start, (const char *)message_page->words, sizeof data);
    return put_lock(a[2], is_64, &lock);
}

HANDLER(flock)
{
    enum { SHARED = 1, EXCLUSIVE = 2, NO_WAIT = 4, UNLOCK = 8 };
    uint32_t operation = a[1] & ~(uint32_t)NO_WAIT;
    uint32_t kind = operation == SHARED      ? FILE_LOCK_SHARED
                    : operation == EXCLUSIVE ? FILE_LOCK_EXCLUSIVE
                                             : FILE_LOCK_NONE;
    int error = state->has_files || a[0] < 3 ? vdso_begin_files() : -EBADF;

    if (error)
        return error;
    if (operation != SHARED && operation != EXCLUSIVE && operation != UNLOCK)
        return -EINVAL;
    if (a[1] & NO_WAIT || operation == UNLOCK)
        return file_lock_file(CLIENT_SLOT_FILE, a[0], kind, false);
    return wait_for_lock((struct words){{FILE_LOCK_FILE, a[0], kind, WAIT_ALLOWED}}, 3, NULL, number);
}

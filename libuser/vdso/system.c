/* Calls about the system, and limits. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "servers/proto/mem.h"
#include "servers/proto/proc.h"
#include "servers/version.h"

#include <string.h>

/* Linux's struct new_utsname: six names of 64 characters and their zero bytes. */
HANDLER(uname)
{
    enum { NAME_BYTES = 65, NAMES = 6 };
    static const char names[NAMES][16] = {"Tally", "tally", "", "", "i686", ""};
    char *to = (char *)a[0];

    (void)number;
    if (vdso_is_bad(a[0], NAME_BYTES * NAMES))
        return -EFAULT;
    memset(to, 0, NAME_BYTES * NAMES);
    for (uint32_t i = 0; i < NAMES; i++)
        memcpy(to + i * NAME_BYTES, names[i], sizeof names[i]);
    strncpy(to + 2 * NAME_BYTES, TALLY_VERSION, NAME_BYTES - 1);
    strncpy(to + 3 * NAME_BYTES, TALLY_VERSION, NAME_BYTES - 1);
    return 0;
}

/* The argument is Linux's struct user_desc: entry_number, base_addr, and more. The thread's area does not move: its
 * words are copied from that address, except for those that we set. */
HANDLER(set_thread_area)
{
    enum { USER_DESC_BYTES = 16 };
    uint32_t *wanted = (uint32_t *)a[0], sysinfo = state->area.sysinfo, canary = state->area.canary;

    (void)number;
    if (vdso_is_bad(a[0], USER_DESC_BYTES) || vdso_is_bad(wanted[1], sizeof state->area))
        return -EFAULT;
    memcpy(&state->area, (const void *)wanted[1], sizeof state->area);
    state->area.self = wanted[1];
    state->area.sysinfo = sysinfo;
    state->area.canary = canary;
    wanted[0] = USER_AREA_SELECTOR >> 3;
    return 0;
}

static uint64_t cycles(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static bool has_generator(void)
{
    enum { RDRAND = 1 << 30 };
    uint32_t eax = 1, ebx, ecx = 0, edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return ecx & RDRAND;
}

/* Returns a word of the hardware's generator, or 0 if it has none ready. */
static uint32_t generated(void)
{
    enum { TRIES = 10 };
    uint32_t word = 0;
    bool good = false;

    for (int i = 0; i < TRIES && !good; i++)
        __asm__ volatile("rdrand %0" : "=r"(word), "=@ccc"(good));
    return good ? word : 0;
}

void vdso_random(uint8_t *to, uint32_t bytes)
{
    bool has = has_generator();
    uint64_t mixed = cycles() ^ (uint64_t)(uint32_t)to << 32;

    for (uint32_t i = 0; i < bytes; i++) {
        mixed ^= has ? generated() : (uint32_t)cycles();
        mixed = (mixed ^ mixed >> 33) * 0xff51afd7ed558ccdull; /* from MurmurHash3 */
        to[i] = (uint8_t)(mixed >> 56);
    }
}

HANDLER(getrandom)
{
    enum { NONBLOCK = 1, RANDOM = 2, INSECURE = 4 };
    uint32_t bytes = a[1] < INT32_MAX ? a[1] : INT32_MAX, flags = a[2];

    (void)number;
    if (flags & ~(uint32_t)(NONBLOCK | RANDOM | INSECURE) || (flags & RANDOM && flags & INSECURE))
        return -EINVAL;
    if (vdso_is_bad(a[0], bytes))
        return -EFAULT;
    vdso_random((uint8_t *)a[0], bytes);
    return (int32_t)bytes;
}

/* ---------------------------------------------------------------------------------------- limits */

enum { LIMIT_STACK = 3, LIMIT_NPROC = 6, LIMIT_NOFILE = 7, LIMIT_AS = 9, LIMITS = 16 };

/* A process that the server does not know has the highest limit. */
static int get_descriptors(uint64_t *limit)
{
    uint32_t value = FILE_DESCRIPTORS_MAX, used;
    int error = state->has_files ? file_get_limit(CLIENT_SLOT_FILE, &value, &used) : 0;

    *limit = value;
    return error;
}

static int set_descriptors(uint32_t limit)
{
    int error = vdso_begin_files();

    return error ? error : file_set_limit(CLIENT_SLOT_FILE, limit);
}

static int get_limit(uint32_t resource, uint64_t *limit)
{
    uint32_t value = 0, used;
    int error = 0;

    *limit = UINT64_MAX;
    if (resource >= LIMITS)
        return -EINVAL;
    if (resource == LIMIT_AS)
        error = mem_get_limit(CLIENT_SLOT_MEM, &value, &used);
    if (resource == LIMIT_NPROC)
        error = proc_get_limit(CLIENT_SLOT_PROC, &value, &used);
    if (resource == LIMIT_AS)
        *limit = (uint64_t)value * PAGE_SIZE;
    if (resource == LIMIT_NPROC)
        *limit = value;
    if (resource == LIMIT_STACK)
        *limit = STACK_TOP - STACK_LOW;
    if (resource == LIMIT_NOFILE)
        error = get_descriptors(limit);
    return error;
}

/* A value that a word cannot hold is above every limit. */
static uint32_t word_of(uint64_t value)
{
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static int set_limit(uint32_t resource, uint64_t soft, uint64_t hard)
{
    if (soft > hard)
        return -EINVAL;
    if (resource == LIMIT_AS)
        return mem_set_limit(CLIENT_SLOT_MEM, word_of(soft / PAGE_SIZE));
    if (resource == LIMIT_NPROC)
        return proc_set_limit(CLIENT_SLOT_PROC, word_of(soft));
    if (resource == LIMIT_NOFILE)
        return set_descriptors(word_of(soft));
    return -EINVAL;
}

/* In Linux's older calls a word of all ones means no limit. */
static uint64_t long_of(uint32_t value)
{
    return value == UINT32_MAX ? UINT64_MAX : value;
}

HANDLER(getrlimit)
{
    uint64_t limit;

    (void)number;
    if (vdso_is_bad(a[1], 2 * sizeof(uint32_t)))
        return -EFAULT;
    int error = get_limit(a[0], &limit);
    if (!error)
        memcpy((void *)a[1], (const uint32_t[]){word_of(limit), word_of(limit)}, 2 * sizeof(uint32_t));
    return error;
}

HANDLER(setrlimit)
{
    const uint32_t *limit = (const uint32_t *)a[1];

    (void)number;
    if (vdso_is_bad(a[1], 2 * sizeof *limit))
        return -EFAULT;
    return set_limit(a[0], long_of(limit[0]), long_of(limit[1]));
}

/* Only for the caller itself, by its number or 0. */
HANDLER(prlimit64)
{
    uint32_t pid = 0, parent;
    uint64_t limit;

    (void)number;
    if (a[0] && (proc_getpid(CLIENT_SLOT_PROC, &pid, &parent) || pid != a[0]))
        return -EPERM;
    if ((a[2] && vdso_is_bad(a[2], 2 * sizeof limit)) || (a[3] && vdso_is_bad(a[3], 2 * sizeof limit)))
        return -EFAULT;
    int error = get_limit(a[1], &limit);
    if (!error && a[2])
        error = set_limit(a[1], ((const uint64_t *)a[2])[0], ((const uint64_t *)a[2])[1]);
    if (!error && a[3])
        memcpy((void *)a[3], (const uint64_t[]){limit, limit}, 2 * sizeof limit);
    return error;
}

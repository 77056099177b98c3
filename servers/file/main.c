/*
 * The file server: a tree of files in memory, pipes, and the open files of each process. It waits for nobody: calls
 * that wait get their replies later. proc tells it of processes that begin, end and execute.
 */
#include <stddef.h>
#include <string.h>

#include "libuser/ipc/server.h"
#include "libuser/sys/calls.h"
#include "servers/file/audit.h"
#include "servers/file/calls.h"
#include "servers/file/inode.h"
#include "servers/file/locks.h"
#include "servers/file/mapping.h"
#include "servers/file/pages.h"
#include "servers/file/path.h"
#include "servers/file/pipe.h"
#include "servers/file/share.h"
#include "servers/file/tree.h"
#include "servers/file/watch.h"
#include "servers/lib/archive.h"
#include "servers/lib/log.h"
#include "servers/proto/file.h"
#include "servers/proto/slots.h"

enum { PAGES_ADDRESS = 0x10000000 };

/* ------------------------------------------------------------------------------------------ time */

static uint32_t booted; /* in seconds since 1970; 0: not known yet, or the machine has no clock */

/* Out of line, because it is seldom called. */
static __attribute__((noinline)) uint32_t seconds_since_boot(void)
{
    uint32_t ticks = 0;
    err_t err = sys_irq_ack(FILE_SLOT_TICK, IRQ_TICK, &ticks);

    if (err)
        __builtin_trap();
    return ticks / TICKS_PER_SECOND;
}

/* Asks the kernel at most once per 65,536 cycles of the processor's counter, which are less than a tick. */
uint32_t file_now(void)
{
    enum { CYCLES_BITS = 16 };
    static uint32_t asked, seconds;
    uint32_t now = (uint32_t)(__builtin_ia32_rdtsc() >> CYCLES_BITS);

    if (__builtin_expect(now != asked, 0)) {
        asked = now;
        seconds = seconds_since_boot();
    }
    return booted + seconds;
}

/* ----------------------------------------------------------------------------------------- pages */

static void map(uint32_t address, rights_t rights, uint32_t slot, uint32_t first, uint32_t pages)
{
    for (uint32_t page = 0; page < pages; page += CALL_PAGES_MAX) {
        uint32_t count = pages - page < CALL_PAGES_MAX ? pages - page : CALL_PAGES_MAX;
        err_t err = sys_vm_map(SERVER_SLOT_TASK, address + page * PAGE_SIZE, rights, slot, count, first + page);
        if (err)
            __builtin_trap();
    }
}

/* Takes the page back from all clients. The kernel returns ERR_BUSY while mem revokes memory on another CPU; the loop
 * ends because mem waits for nobody. */
void pages_revoke(uint32_t number)
{
    err_t err;

    while ((err = sys_memory_revoke(FILE_SLOT_MEMORY, number, 1)) == ERR_BUSY)
        continue;
    if (err)
        __builtin_trap();
    map(PAGES_ADDRESS + number * PAGE_SIZE, RIGHT_READ | RIGHT_WRITE, FILE_SLOT_MEMORY, number, 1);
}

/* Gives the client a page that it shares with the server until the client ends. */
int32_t call_transfer_page(struct client *client, struct words *words)
{
    (void)words;
    if (client->transfer != PAGE_NONE)
        return 0;
    uint32_t number = client_give_transfer(client);
    if (number == PAGE_NONE)
        return -ENOMEM;
    memset(pages_at(number), 0, PAGE_SIZE);
    pages_lend(number);
    message_page->items[0] = item_memory(FILE_SLOT_MEMORY, RIGHT_READ | RIGHT_WRITE, number, 1, FILE_TRANSFER);
    return (int32_t)ipc_extend(0, 1);
}

/* The client has no window or no page table there, so the kernel granted nothing. Undoes the call; the client gets
 * ENOMEM (server.h). */
static void refused(uint32_t badge)
{
    struct client *client = client_find(badge);
    uint32_t items = ipc_items_count();

    items_not_lent(items);
    if (client && items && message_page->items[0].to == FILE_TRANSFER)
        client_take_transfer(client);
    if (client)
        mapping_refused(client);
}

/* --------------------------------------------------------------------------------------- manager */

/* Opens descriptors 0, 1 and 2 of a new client. */
static int32_t open_console(struct client *client)
{
    struct open_file *file = open_file_make(client->share, O_READ_WRITE);

    if (!file)
        return -ENOMEM;
    file->inode = tree_console();
    inode_hold(file->inode);
    for (uint32_t fd = 0; fd < 3; fd++)
        client_set(client, fd, file, false);
    return 0;
}

/* A client that is ending exists only for manager_release(). */
static struct client *living(uint32_t badge)
{
    struct client *client = client_find(badge);

    return client && client->waits != WAITS_FOR_ITS_END ? client : NULL;
}

static int32_t manager_begin(const struct words *words)
{
    if (words->w[1] == 0)
        return -EINVAL;
    if (client_find(words->w[1]))
        return -EEXIST;
    booted = words->w[2];
    struct client *client = client_make(words->w[1]);
    int32_t error = client ? open_console(client) : -ENOMEM;
    if (client)
        client->pid = words->w[3];
    if (error && client)
        (void)client_end(client); /* one call is enough: the client has nothing yet */
    return error;
}

static int32_t manager_fork(const struct words *words)
{
    const struct client *client = living(words->w[1]);

    if (!client)
        return -ENOENT;
    if (words->w[2] == 0)
        return -EINVAL;
    if (client_find(words->w[2]))
        return -EEXIST;
    struct client *child = client_copy(client, words->w[2]);
    if (child)
        child->pid = words->w[3];
    return child ? 0 : -ENOMEM;
}

static int32_t manager_exec(const struct words *words)
{
    struct client *client = living(words->w[1]);

    if (!client)
        return -ENOENT;
    return client_exec(client) ? 0 : FILE_MORE;
}

static int32_t manager_release(const struct words *words)
{
    struct client *client = client_find(words->w[1]);

    if (!client)
        return -ENOENT;
    return client_end(client) ? 0 : FILE_MORE;
}

static int32_t manager_interrupt(const struct words *words)
{
    struct client *client = living(words->w[1]);

    if (!client)
        return -ENOENT;
    client_interrupt(client);
    return 0;
}

/* A program that still equals its archive's entry runs from the archive. */
static int32_t manager_program(struct words *words)
{
    static struct client nobody; /* a client that has nothing open begins at the root */
    struct client *client = words->w[1] ? living(words->w[1]) : &nobody;
    struct inode *inode;

    nobody.directory = directory_root;
    nobody.transfer = PAGE_NONE;
    if (!client)
        return -ENOENT;
    int32_t error = name_take_found(client, (uint32_t)FILE_CWD, 0, &inode);
    if (error)
        return error;
    if (inode->kind != INODE_FILE || !(inode->mode & MODE_RUN))
        return -EACCES;
    bool in_archive = inode_device_run(inode, &words->w[1]);
    words->w[2] = inode->size;
    if (!in_archive)
        words->w[1] = inode->number;
    if (client != &nobody)
        client_set_program(client, in_archive ? NULL : inode);
    return in_archive ? 0 : FILE_COPY;
}

/* The inode cannot go away: the client that will run it holds it. */
static struct inode *program_inode(const struct words *words)
{
    struct inode *inode = inode_find(words->w[1]);

    return inode && inode->kind == INODE_FILE ? inode : NULL;
}

static int32_t manager_program_bytes(struct words *words)
{
    struct inode *inode = program_inode(words);

    if (!inode)
        return -ENOENT;
    int32_t got = inode_read(inode, words->w[2], message_page->words, FILE_DATA_MAX);
    if (got < 0)
        return got;
    words->w[1] = (uint32_t)got;
    return (int32_t)ipc_extend((uint32_t)got, 0);
}

/* Mem reads this copy before it asks for the next page. By then the file's own page may belong to another file. */
static uint32_t program_page;

static int32_t manager_program_page(struct words *words)
{
    struct inode *inode = program_inode(words);
    char *to = pages_at(program_page);

    if (!inode)
        return -ENOENT;
    if (words->w[2] > INT32_MAX / PAGE_SIZE)
        return -EINVAL;
    memset(to, 0, PAGE_SIZE);
    int32_t got = inode_read(inode, words->w[2] * PAGE_SIZE, to, PAGE_SIZE);
    words->w[1] = program_page;
    return got > 0 ? 0 : got ? got : -EINVAL;
}

/* A client with a limit of processes gets its own share. */
static int32_t manager_limit(const struct words *words)
{
    struct client *client = living(words->w[1]);
    uint32_t processes = words->w[2], of = words->w[3];

    if (!client)
        return -ENOENT;
    if (processes == 0 || processes > of || of > FILE_PROCESSES_MAX)
        return -EINVAL;
    return share_set(&client->share, processes, of);
}

static int32_t manager_word(struct words *words)
{
    const struct client *client = living(words->w[1]);

    return client && mapping_word(client, words->w[2], &words->w[1], &words->w[2]) ? 0 : -ENOENT;
}

static int32_t manager_audit(const struct words *words)
{
    (void)words;
    audit_all();
    return 0;
}

/* Proc calls this after our signal, and again while there is more. */
static int32_t manager_events(struct words *words)
{
    const struct client *client = watches_next();
    bool is_all = pipes_serve_due();

    words->w[1] = client ? client->badge : 0;
    words->w[2] = !watches_acknowledge(locks_retry_due() && is_all);
    return 0;
}

/* ------------------------------------------------------------------------------------------ loop */

#define MANAGER_CALL(number, name)                                                                                     \
    static SERVER_CALL int32_t serve_##name(uint32_t badge, struct words *words)                                       \
    {                                                                                                                  \
        return badge == 0 ? manager_##name(words) : -EPERM;                                                            \
    }
FILE_CALLS_FROM_MANAGER(MANAGER_CALL)

/* A client that has not begun here, or has ended, has no descriptors. */
#define CLIENT_CALL(number, name)                                                                                      \
    static SERVER_CALL int32_t serve_##name(uint32_t badge, struct words *words)                                       \
    {                                                                                                                  \
        struct client *client = client_find(badge);                                                                    \
        return client && client->waits == WAITS_NOT ? call_##name(client, words) : -EBADF;                             \
    }
FILE_CALLS_FROM_CLIENTS(CLIENT_CALL)

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
#define ENTRY(number, name) [number] = serve_##name,
    static const server_call calls[FILE_CALLS_END] = {FILE_CALLS(ENTRY)};
    static const struct server server = {.calls = calls, .calls_count = FILE_CALLS_END, .refused = refused};

    (void)ebx;
    map(PAGES_ADDRESS, RIGHT_READ | RIGHT_WRITE, FILE_SLOT_MEMORY, 0, esi);
    map(ARCHIVE_ADDRESS, RIGHT_READ, FILE_SLOT_ARCHIVE, 0, edi);
    pages_init((void *)PAGES_ADDRESS, esi);
    program_page = pages_number(pages_carve(1));
    shares_init();
    clients_init();
    open_files_init();
    pipes_init();
    watches_init();
    locks_init();
    mappings_init();
    if (!directory_init((uint32_t)__builtin_ia32_rdtsc()))
        __builtin_trap();
    tree_init((const void *)ARCHIVE_ADDRESS, edi);
    server_run(&server);
}

#include "tests/server/server_run.h"

#include <string.h>
#include <sys/mman.h>

#include "libuser/ipc/ipc.h"
#include "servers/proto/slots.h"
#include "tests/server/errors.h"
#include "tests/server/server_state.h"
#include "tests/host/check.h"

enum { FIRST_CALLER = 0x1000, STATE_MAX = 1 << 20 };

static const struct server_fake *kernel;
static uint32_t calls[SERVER_CALLERS];   /* the number of calls so far, by caller */
static uint32_t numbers[SERVER_CALLERS]; /* the number of its present call, by caller */
static bool awaits_reply[SERVER_CALLERS];
static uint32_t
    serving; /* as in the message page: the caller received last, until it has its reply or has died; else 0 */

/* ---------------------------------------------------------------------------------- state */

static char data_at_first[STATE_MAX];

/* A copy that the sanitizers do not check: they would object to the gaps between variables. */
static void copy(void *to, const void *from, size_t bytes)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

static void clear(void *to, size_t bytes)
{
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(0) : "memory");
}

static size_t bytes_between(const char *begin, const char *end)
{
    CHECK(begin < end && (uintptr_t)end - (uintptr_t)begin <= STATE_MAX);
    return (uintptr_t)end - (uintptr_t)begin;
}

static void restore_state(void)
{
    static bool is_saved;
    size_t bytes = bytes_between(state_data_begin, state_data_end);

    if (is_saved)
        copy(state_data_begin, data_at_first, bytes);
    else
        copy(data_at_first, state_data_begin, bytes);
    clear(state_bss_begin, bytes_between(state_bss_begin, state_bss_end));
    is_saved = true;
}

/* ---------------------------------------------------------------------------------- memory */

void *server_pages(uint32_t address, uint32_t pages)
{
    void *at = (void *)(uintptr_t)address;
    void *got = mmap(at, (size_t)pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    CHECK(got == at);
    return got;
}

static void make_pages(void)
{
    static bool are_made;

    if (!are_made) {
        server_pages(MESSAGE_PAGE, 1);
        server_pages(BOOT_PAGE, 1);
    }
    are_made = true;
    memset(message_page, 0, sizeof(*message_page));
    ((struct boot_page *)BOOT_PAGE)->cpu_count = kernel->cpus;
}

/* ---------------------------------------------------------------------------------- messages */

bool server_owes(uint32_t caller)
{
    return awaits_reply[caller];
}

void server_caller_dies(uint32_t caller)
{
    awaits_reply[caller] = false;
    if (serving == FIRST_CALLER + caller)
        serving = 0;
}

/* If the server still serves a caller, the reply goes to that one; otherwise the one that the page names. */
static err_t reply(uint32_t head, struct words *words)
{
    bool is_served = (head & SYSCALL_NUMBER) == SYS_ipc_reply_wait && serving;
    uint32_t caller = (is_served ? serving : message_page->caller) - FIRST_CALLER;

    if (caller >= SERVER_CALLERS || !awaits_reply[caller])
        return ERR_STALE;
    if (!is_served && calls[caller] != message_page->caller_call_number)
        return ERR_STALE;
    err_t err = kernel->replied(caller, words, head & IPC_EXTENDED ? message_page->tag : 0);
    if (!err)
        errors_note(numbers[caller], (int32_t)words->w[0]);
    awaits_reply[caller] = awaits_reply[caller] && err;
    if (!awaits_reply[caller] && serving == FIRST_CALLER + caller)
        serving = 0;
    return err;
}

static int32_t receive(struct words *words)
{
    struct server_message message = {0};

    if (!kernel->next(&message))
        return ERR_CAP;
    CHECK(message.badge <= BADGE_MAX && message.caller < SERVER_CALLERS);
    *words = message.words;
    message_page->tag = message.tag;
    message_page->caller = 0;
    if ((message.tag & TAG_KIND) == TAG_CALL) {
        CHECK(!awaits_reply[message.caller]);
        awaits_reply[message.caller] = true;
        numbers[message.caller] = message.words.w[0];
        message_page->caller = FIRST_CALLER + message.caller;
        message_page->caller_call_number = ++calls[message.caller];
    }
    serving = message_page->caller;
    return (int32_t)message.badge;
}

int32_t system_call(uint32_t head, struct words *words)
{
    uint32_t number = head & SYSCALL_NUMBER;
    err_t err = OK;

    if (number != SYS_ipc_reply && number != SYS_ipc_reply_wait)
        return kernel->call(number, head, words);
    if (number == SYS_ipc_reply || head & IPC_REPLY)
        err = reply(head, words);
    return err || number == SYS_ipc_reply ? (int32_t)err : receive(words);
}

err_t syscall_short(uint32_t head, uint32_t ebx, uint32_t esi, uint32_t edi, uint32_t *result)
{
    struct words words = {{ebx, esi, edi, 0}};
    err_t err = (err_t)system_call(head, &words);

    *result = words.w[0];
    return err;
}

void server_run_input(const struct server_fake *fake, struct words start)
{
    kernel = fake;
    restore_state();
    make_pages();
    memset(calls, 0, sizeof(calls));
    memset(awaits_reply, 0, sizeof(awaits_reply));
    serving = 0;
    server_main(start.w[0], start.w[1], start.w[2]);
}

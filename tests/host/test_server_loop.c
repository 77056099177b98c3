/*
 * The loop of all servers, libuser/ipc/server.h: which handler a message reaches, which reply goes to which client,
 * late replies, and replies that the kernel refuses.
 *
 * instead: tests/server/instead
 * sources:
 */
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "libuser/ipc/server.h"
#include "tests/host/check.h"
#include "tests/host/written_lines.h"

enum { TAG_OF_PAGE = TAG(2, 1), REFUSED_MAX = 8 };

/* A message, and the kernel's results for the replies to it, in order. */
struct in {
    int32_t badge;
    uint32_t tag, caller, calls;
    struct words words;
    err_t refused[REFUSED_MAX];
};

static const struct in *ins;
static uint32_t count, at, refusals;
static struct caller serving; /* the caller received last, until it has its reply; 0: none */

/* ---------------------------------------------------------------------------------- the kernel */

/* A reply is a line: to whom, for which call, and its tag if it has one. A reply with a wait goes to the caller
 * that the server serves; if that has its reply already, to the one that the page names. */
static err_t reply(uint32_t head, const struct words *words)
{
    const uint32_t *w = words->w;
    err_t err = at ? ins[at - 1].refused[refusals] : OK;
    struct caller to = (head & SYSCALL_NUMBER) == SYS_ipc_reply_wait && serving.caller ? serving : caller_now();

    add_line("%u.%u:", to.caller, to.call_number);
    if ((!err || err == ERR_STALE) && to.caller == serving.caller && to.call_number == serving.call_number)
        serving.caller = 0;
    add_line(w[0] ? " error %d" : " %d", (int)w[0]);
    add_line(" %u %u %u", w[1], w[2], w[3]);
    if (head & IPC_EXTENDED)
        add_line(" tag %x", message_page->tag);
    add_line(err ? " refused\n" : "\n");
    refusals += err != OK;
    return err;
}

static int32_t receive(struct words *words)
{
    memset(message_page, 0xee, sizeof(*message_page));
    if (at == count)
        return ERR_DEAD;
    const struct in *in = &ins[at++];
    refusals = 0;
    *words = in->words;
    message_page->tag = in->tag;
    message_page->caller = in->caller;
    message_page->caller_call_number = in->calls;
    serving = caller_now();
    return in->badge;
}

int32_t system_call(uint32_t head, struct words *words)
{
    uint32_t number = head & SYSCALL_NUMBER;
    err_t err = OK;

    if (number != SYS_ipc_reply && number != SYS_ipc_reply_wait) {
        add_line("%u: slot %u flags %x, %u %u\n", number, head >> SLOT_SHIFT, head & 0xffe0, words->w[0], words->w[1]);
        return ERR_RIGHTS;
    }
    if (number == SYS_ipc_reply_wait)
        add_line("wait\n");
    CHECK(!(head & (IPC_WINDOW | IPC_SLOTS)));
    if (number == SYS_ipc_reply || head & IPC_REPLY)
        err = reply(head, words);
    if (err)
        memset(words, 0xee, sizeof(*words));
    return err || number == SYS_ipc_reply ? (int32_t)err : receive(words);
}

err_t syscall_short(uint32_t head, uint32_t ebx, uint32_t esi, uint32_t edi, uint32_t *result)
{
    (void)head, (void)ebx, (void)esi, (void)edi, (void)result;
    abort();
}

/* ---------------------------------------------------------------------------------- a server */

static struct caller kept;

/* As the page may be after a call of another server. */
static void spoil_page(void)
{
    memset(message_page, 0xdd, sizeof(*message_page));
}

static SERVER_CALL int32_t serve_good(uint32_t badge, struct words *words)
{
    spoil_page();
    words->w[1] = badge;
    return 0;
}

static SERVER_CALL int32_t serve_bad(uint32_t badge, struct words *words)
{
    spoil_page();
    words->w[2] = badge;
    return -ESRCH;
}

static SERVER_CALL int32_t serve_extended(uint32_t badge, struct words *words)
{
    spoil_page();
    words->w[3] = badge;
    return (int32_t)ipc_extend(5, 1);
}

static SERVER_CALL int32_t serve_later(uint32_t badge, struct words *words)
{
    (void)badge, (void)words;
    kept = caller_now();
    spoil_page();
    return SERVER_LATER;
}

/* First the previous caller gets its reply, then the present one. */
static SERVER_CALL int32_t serve_both(uint32_t badge, struct words *words)
{
    struct words late = {{9, 8, 7, 6}};
    err_t err = server_reply(kept, words->w[1] ? -EINTR : 0, &late);

    words->w[1] = badge;
    words->w[2] = (uint32_t)-err;
    return 0;
}

/* First the present caller gets its reply, then the previous one, with the next wait. */
static SERVER_CALL int32_t serve_other(uint32_t badge, struct words *words)
{
    struct words own = {{9, badge, 0, 0}};

    words->w[3] = (uint32_t)-server_reply(caller_now(), 0, &own);
    spoil_page();
    caller_restore(kept);
    return SERVER_OTHER | 2;
}

static void signalled(uint32_t bits)
{
    add_line("signal %x\n", bits);
}

static void refused(uint32_t badge)
{
    add_line("refused to %u\n", badge);
    spoil_page();
}

enum { GOOD = 1, BAD, EXTENDED, LATER, NOTHING, BOTH, OTHER, CALLS };
static const server_call calls[CALLS + 1] = {
    [GOOD] = serve_good, [BAD] = serve_bad,     [EXTENDED] = serve_extended, [LATER] = serve_later,
    [BOTH] = serve_both, [OTHER] = serve_other, [CALLS] = serve_good, /* not a call number */
};
static const struct server plain = {.calls = calls, .calls_count = CALLS};
static const struct server full = {.calls = calls, .calls_count = CALLS, .signal = signalled, .refused = refused};

static void run(const struct server *server, const struct in *first, uint32_t how_many, const char *expected)
{
    ins = first;
    count = how_many;
    at = lines_bytes = 0;
    lines[0] = 0;
    server_run(server);
    if (strcmp(lines, expected) != 0) {
        fprintf(stderr, "expected:\n%sis:\n%s", expected, lines);
        abort();
    }
}
#define RUN(server, list, expected) run(server, list, sizeof(list) / sizeof((list)[0]), expected)

/* ---------------------------------------------------------------------------------- tests */

#define CALL(badge, caller, ...)                                                                                       \
    {                                                                                                                  \
        badge, 0, caller, 10 + caller, {{__VA_ARGS__}},                                                                \
        {                                                                                                              \
            OK                                                                                                         \
        }                                                                                                              \
    }
#define SIGNAL(bits)                                                                                                   \
    {                                                                                                                  \
        0, TAG_SIGNAL, 0, 0, {{bits}},                                                                                 \
        {                                                                                                              \
            OK                                                                                                         \
        }                                                                                                              \
    }
#define FAULT(badge, at)                                                                                               \
    {                                                                                                                  \
        badge, TAG_FAULT, 3, 13, {{at, 1, 1, 1}},                                                                      \
        {                                                                                                              \
            OK                                                                                                         \
        }                                                                                                              \
    }
#define REFUSED(...)                                                                                                   \
    {                                                                                                                  \
        7, TAG_OF_PAGE, 3, 13, {{EXTENDED, 1, 2, 3}},                                                                  \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }

static void calls_reach_their_handlers(void)
{
    static const struct in list[] = {
        CALL(7, 1, GOOD, 1, 2, 3), CALL(0, 1, BAD, 1, 2, 3),  CALL(BADGE_MAX, 2, EXTENDED, 1, 2, 3),
        CALL(7, 1, NOTHING, 1),    CALL(7, 1, CALLS, 1),      CALL(7, 1, 0, 1, 1, 1),
        CALL(7, 1, 0x80000001),    CALL(7, 1, 0xffffffff, 1),
    };

    RUN(&plain, list,
        "wait\nwait\n1.11: 0 7 2 3\nwait\n1.11: error -3 0 0 0\nwait\n2.12: 0 1 2 2147483647 tag 102\n"
        "wait\n1.11: error -38 0 0 0\nwait\n1.11: error -38 0 0 0\nwait\n1.11: error -38 0 0 0\n"
        "wait\n1.11: error -38 0 0 0\nwait\n1.11: error -38 0 0 0\nwait\n");
}

/* A reply goes to its caller, whoever has called in between; after that to none. */
static void replies_may_be_late(void)
{
    static const struct in list[] = {
        CALL(7, 1, LATER),
        SIGNAL(5),
        CALL(8, 2, BOTH, 0),
        CALL(7, 1, LATER),
        CALL(8, 2, BOTH, 1),
        {7, 0, 1, 11, {{LATER}}, {OK}},
        {8, 0, 2, 12, {{BOTH}}, {ERR_STALE}},
    };

    RUN(&full, list,
        "wait\nwait\nsignal 5\nwait\n1.11: 0 8 7 6\nwait\n2.12: 0 8 0 0\n"
        "wait\n1.11: error -4 0 0 0\nwait\n2.12: 0 8 0 0\n"
        "wait\n1.11: 0 8 7 6 refused\nwait\n2.12: 0 8 12 0\nwait\n");
}

static void replies_may_be_for_others(void)
{
    static const struct in list[] = {
        CALL(7, 1, LATER),
        CALL(8, 2, OTHER, 5, 6),
        CALL(8, 2, GOOD),
        {8, 0, 2, 12, {{OTHER, 5, 6}}, {ERR_STALE, ERR_STALE}},
    };

    RUN(&full, list,
        "wait\nwait\n2.12: 0 8 0 0\nwait\n1.11: error 2 5 6 0\nwait\n2.12: 0 8 0 0\n"
        "2.12: 0 8 0 0 refused\nwait\n1.11: error 2 5 6 12 refused\nwait\n");
}

static void signals_have_a_handler(void)
{
    static const struct in list[] = {FAULT(5, 0xbad), SIGNAL(3)};

    RUN(&full, list, "wait\nwait\nsignal 3\nwait\n"); /* a fault never gets a reply */
    RUN(&plain, list, "wait\nwait\nwait\n");
}

/* The reply is still owed, and becomes an error. Meanwhile nothing is received. */
static void a_reply_may_be_refused(void)
{
    static const struct in once[] = {REFUSED(ERR_ACCOUNT), CALL(8, 2, GOOD)};
    static const struct in dead[] = {REFUSED(ERR_ACCOUNT, ERR_STALE), CALL(8, 2, GOOD)};

    RUN(&full, once,
        "wait\nwait\n3.13: 0 1 2 7 tag 102 refused\nrefused to 7\nwait\n3.13: error -12 0 0 0\n"
        "wait\n2.12: 0 8 0 0\nwait\n");
    RUN(&plain, once,
        "wait\nwait\n3.13: 0 1 2 7 tag 102 refused\nwait\n3.13: error -12 0 0 0\nwait\n2.12: 0 8 0 0\nwait\n");
    /* The caller has died meanwhile. */
    RUN(&full, dead,
        "wait\nwait\n3.13: 0 1 2 7 tag 102 refused\nrefused to 7\nwait\n3.13: error -12 0 0 0 refused\n"
        "wait\nwait\n2.12: 0 8 0 0\nwait\n");
}

/* The caller waits no more: there is nothing to undo. Nor is there for a reply without anything that can be
 * refused. */
static void some_refusals_are_the_end(void)
{
    static const struct in stale[] = {REFUSED(ERR_STALE), CALL(8, 2, GOOD)};
    static const struct in short_one[] = {{7, 0, 3, 13, {{GOOD}}, {ERR_ACCOUNT}}, CALL(8, 2, GOOD)};

    RUN(&full, stale, "wait\nwait\n3.13: 0 1 2 7 tag 102 refused\nwait\nwait\n2.12: 0 8 0 0\nwait\n");
    RUN(&full, short_one, "wait\nwait\n3.13: 0 7 0 0 refused\nwait\nwait\n2.12: 0 8 0 0\nwait\n");
}

/* The arguments of a call are packed for the kernel. */
static void messages_are_packed(void)
{
    struct words words = {{7, 8}};
    char expected[128];
    const struct item memory = item_memory(3, RIGHT_READ | RIGHT_GRANT, 4, 5, 0x7000),
                      address = item_address(0x6000, RIGHT_WRITE, 7, 0x8000);
    const struct item cap = item_cap(8, RIGHT_CALL, 9);

    lines_bytes = 0;
    CHECK(ipc_call(5, IPC_EXTENDED | ITEMS(2), &words) == ERR_RIGHTS && ipc_signal(6) == ERR_RIGHTS);
    snprintf(expected, sizeof(expected), "%u: slot 5 flags 20, 7 8\n%u: slot 6 flags 0, 0 0\n", SYS_ipc_call,
             SYS_ipc_signal);
    CHECK(!strcmp(lines, expected));
    CHECK(memory.slot == 3 && memory.kind == ITEM_MEMORY && memory.rights == 9 && memory.pages == 5 &&
          memory.from == 4 && memory.to == 0x7000);
    CHECK(!address.slot && address.kind == ITEM_ADDRESS && address.rights == 2 && address.pages == 7 &&
          address.from == 0x6000 && address.to == 0x8000);
    CHECK(cap.slot == 8 && cap.kind == ITEM_CAP && cap.rights == 1 && !cap.pages && cap.from == 9 && !cap.to);
    CHECK(ipc_extend(0, 0) == IPC_EXTENDED && message_page->tag == 0);
    CHECK(ipc_extend(4, 4) == IPC_EXTENDED && message_page->tag == (1 | 4 << 8));
    CHECK(ipc_extend(IPC_DATA_MAX - 3, 1) == IPC_EXTENDED && message_page->tag == (64 | 1 << 8));
}

int main(void)
{
    void *at_page = (void *)MESSAGE_PAGE;

    CHECK(mmap(at_page, PAGE_SIZE * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
               0) == at_page);
    calls_reach_their_handlers();
    replies_may_be_late();
    replies_may_be_for_others();
    signals_have_a_handler();
    a_reply_may_be_refused();
    some_refusals_are_the_end();
    messages_are_packed();
    puts("test_server_loop: each call gets its reply");
}

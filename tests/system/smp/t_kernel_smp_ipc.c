/*
 * Calls between processors: in both directions, to servers that stay and servers that move, in floods; servers that are
 * destroyed, and messages that change while they are being sent.
 *
 * run: --smp 2
 * run: --smp 4
 */
#include "tests/system/smp/kernel_smp.h"

#include <stddef.h>

enum {
    CALLS = 60, /* of each client */
    ROUNDS = 8,
    MESSAGES = 150,
    SERVICE = 0x80, /* slots: + s, an endpoint, and a capability to call it */
    SERVICE_CALL = 0x88,
    EXTRA = 0x90, /* threads besides the crew */
    VICTIM = CHILD_TASK,
    TASK_FRAMES = 30,
    STRANGE_SLOTS = 0x400,
    STRANGE_SLOTS_COUNT = 4,
    TARGETS = 6, /* for items: some are outside the windows */
    WINDOW = SCRATCH + 0x100000,
    WINDOW_PAGES = 4,
    CLIENT_WINDOW = SCRATCH + 0x180000,
};

static volatile uint32_t laps[CREW_MAX], ended, errors[CREW_MAX], go;
static uint32_t clients, frames;

static void reset(void)
{
    for (uint32_t k = 0; k < CREW_MAX; k++)
        laps[k] = errors[k] = 0;
    ended = go = 0;
    driver_make();
    crew_set_fault_handler(DRIVER_ENDPOINT);
}

static void make_service(uint32_t s)
{
    IS(sys_endpoint_create(SERVICE + s), OK);
    IS(cap_badge(SERVICE + s, SERVICE_CALL + s, RIGHT_CALL, 1 + s), OK);
}

/* Crew number k serves there. */
static void make_server(uint32_t k, uint32_t s, void (*run)(uint32_t), uint32_t cpu)
{
    struct plan plan = crew_plan(k, run);

    plan.endpoint = SERVICE + s;
    plan.argument = s;
    crew_start(k, plan, cpu);
}

static void all_end(uint32_t unused)
{
    (void)unused;
    for (uint32_t seen = 0; seen < clients && SURE(advances_from(&ended, seen, 1)); seen = ended)
        ;
}

/* --------------------------------------------------------------------------- calls and replies */

static void replies(uint32_t s)
{
    struct words words;
    int32_t badge = ipc_reply_wait(0, &words);

    for (; badge == (int32_t)(1 + s); badge = ipc_reply_wait(IPC_REPLY, &words))
        words.w[0] += words.w[1] + s;
}

static void asks(uint32_t s, uint32_t k, uint32_t i)
{
    struct words words = {{i, k << 16, ~i, ~k}};

    SAME(ipc_call(SERVICE_CALL + s, 0, &words), OK);
    SAME(words.w[0], i + (k << 16) + s);
    SAME(words.w[2], ~i);
    SAME(words.w[3], ~k);
}

static void asks_one(uint32_t k)
{
    for (uint32_t i = 0; i < CALLS; i++)
        asks(0, k, i);
    __atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
}

static void asks_two(uint32_t k)
{
    for (uint32_t i = 0; i < CALLS; i++)
        asks((i + k) % 2, k, i);
    __atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
}

static void make_clients(uint32_t count, void (*run)(uint32_t))
{
    clients = count;
    for (uint32_t k = 0; k < count; k++)
        crew_start(k, crew_plan(k, run), k % cpu_count());
}

static uint32_t flood(void)
{
    uint32_t count = 3 * cpu_count();

    return count < CREW_MAX - 4 ? count : CREW_MAX - 4;
}

static void to_a_server_elsewhere(void)
{
    reset();
    make_service(0);
    make_server(CREW_MAX - 1, 0, replies, cpu_count() - 1);
    make_clients(cpu_count(), asks_one);
    drive(all_end);
}

static void to_a_server_that_comes(void)
{
    reset();
    make_service(0);
    make_server(CREW_MAX - 1, 0, replies, CPU_ANY);
    make_clients(cpu_count(), asks_one);
    drive(all_end);
}

static void to_two_servers(void)
{
    reset();
    for (uint32_t s = 0; s < 2; s++) {
        make_service(s);
        make_server(CREW_MAX - 1 - s, s, replies, s);
    }
    make_clients(cpu_count(), asks_two);
    drive(all_end);
}

static void in_a_flood(void)
{
    reset();
    make_service(0);
    make_server(CREW_MAX - 1, 0, replies, 0);
    make_server(CREW_MAX - 2, 0, replies, CPU_ANY);
    make_clients(flood(), asks_one);
    drive(all_end);
}

/* Replies after a call to the other service, which does the same, as deep as word 2 says. Each service has two threads,
 * so no two wait for each other. The call overwrites the caller in the page, but not its number. */
static void asks_the_other(uint32_t k)
{
    uint32_t s = k % 2;
    struct message_page *page = (struct message_page *)crew_plan(k, NULL).page;
    struct words words, further;
    int32_t badge = ipc_reply_wait(0, &words);

    for (; badge == (int32_t)(1 + s); badge = ipc_reply_wait(IPC_REPLY, &words)) {
        uint32_t caller = page->caller, calls = page->caller_call_number;
        if (words.w[2]) {
            further = (struct words){{words.w[0] + 1, 0, words.w[2] - 1, 0}};
            SAME(ipc_call(SERVICE_CALL + 1 - s, 0, &further), OK);
            words.w[0] = further.w[0];
        }
        page->caller = caller;
        page->caller_call_number = calls;
    }
}

static void asks_deeply(uint32_t k)
{
    for (uint32_t i = 0; i < CALLS; i++) {
        struct words words = {{i, 0, i % 3, 0}};
        SAME(ipc_call(SERVICE_CALL + k % 2, 0, &words), OK);
        SAME(words.w[0], i + i % 3);
    }
    __atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
}

/* One client: two would occupy both threads of a service. */
static void servers_call_each_other(void)
{
    reset();
    for (uint32_t s = 0; s < 2; s++)
        make_service(s);
    for (uint32_t k = CREW_MAX - 5; k < CREW_MAX - 1; k++) {
        struct plan plan = crew_plan(k, asks_the_other);
        plan.endpoint = SERVICE + k % 2;
        crew_start(k, plan, k % cpu_count());
    }
    make_clients(1, asks_deeply);
    drive(all_end);
}

/* ---------------------------------------------------------------------------- servers that end */

/* Calls until an error comes, which must be the last. */
static void asks_until_it_dies(uint32_t k)
{
    err_t err;

    for (uint32_t seen = 0;; seen = go) {
        while (go == seen)
            SAME(sys_thread_yield(), OK);
        do {
            struct words words = {{laps[k], 0, 0, 0}};
            err = ipc_call(SERVICE_CALL, 0, &words);
            laps[k]++;
        } while (err == OK);
        SURE(err == ERR_DEAD || err == ERR_CAP);
        errors[k] += err == ERR_DEAD;
        __atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
    }
}

/* Its endpoint is destroyed, and, before or after that, its task. */
static void server_dies(uint32_t round)
{
    SAME(sys_endpoint_create(SERVICE), OK);
    SAME(cap_badge(SERVICE, SERVICE_CALL, RIGHT_CALL, 1), OK);
    task_build(VICTIM, frames, TASK_FRAMES);
    struct plan plan = {.task = VICTIM,
                        .slot = EXTRA,
                        .page = MESSAGE_PAGE,
                        .endpoint = SERVICE,
                        .priority = PRIORITY_CHILD,
                        .run = replies};
    thread_build(CREW_MAX - 1, &plan, round % 3 ? round % cpu_count() : CPU_ANY);
    ended = 0;
    go++;
    for (uint32_t k = 0; k < clients; k++)
        SURE(advances_by(&laps[k], 2));
    SAME(sys_object_destroy(round % 2 ? VICTIM : SERVICE), OK);
    SAME(sys_object_destroy(round % 2 ? SERVICE : VICTIM), OK);
    all_end(0);
    SAME(ended, clients);
}

static void servers_die(uint32_t unused)
{
    (void)unused;
    for (uint32_t round = 0; round < ROUNDS; round++)
        server_dies(round);
}

static void until_the_server_dies(void)
{
    reset();
    frames = fresh_frames(TASK_FRAMES);
    make_clients(cpu_count(), asks_until_it_dies);
    drive(servers_die);
    uint32_t dead = 0;
    for (uint32_t k = 0; k < clients; k++)
        dead += errors[k];
    HOLDS(dead <= ROUNDS * clients);
}

/* -------------------------------------------------------------- messages that change meanwhile */

static struct message_page *page_of(uint32_t k)
{
    return (struct message_page *)crew_plan(k, NULL).page;
}

static uint32_t any(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void change(volatile struct message_page *page, uint32_t *state)
{
    volatile struct item *item = (volatile struct item *)&page->items[any(state) % IPC_ITEMS];

    page->tag = any(state) % 8 ? TAG(any(state) % 4, any(state) % 4) : any(state);
    item->slot = any(state) % 4 ? MEMORY : (uint16_t)any(state);
    item->rights = any(state) & 31, item->kind = any(state) & 7;
    item->pages = any(state) % 4 ? 1 : (uint8_t)any(state);
    item->from = any(state) % 4 ? frames + any(state) % 4 : CLIENT_WINDOW;
    item->to = any(state) % 2 ? WINDOW + any(state) % TARGETS * PAGE_SIZE : any(state) % TARGETS;
    page->words[any(state) % IPC_PAGE_WORDS] = any(state);
}

/* Changes what thread 0 sends, and the windows of thread 1, which receives. No item opens a table that would stay. */
static void changes_messages(uint32_t k)
{
    for (uint32_t state = k;; laps[k]++) {
        change(page_of(0), &state);
        volatile struct message_page *receiver = page_of(1);
        receiver->window = any(&state) % 8 ? WINDOW : USER_END - 8 + any(&state) % PAGE_SIZE;
        receiver->window_pages = any(&state) % 8 ? WINDOW_PAGES : any(&state);
        receiver->slots = any(&state) % 8 ? STRANGE_SLOTS : SLOT_COUNT + any(&state) % 2;
        receiver->slots_count = any(&state) % 8 ? STRANGE_SLOTS_COUNT : any(&state);
        if (laps[k] % 256 == 0)
            SAME(sys_thread_yield(), OK);
    }
}

static bool is_refusal(err_t err)
{
    static const err_t refusals[] = {ERR_CAP,   ERR_RIGHTS, ERR_ARG,  ERR_ACCOUNT, ERR_ABSENT,
                                     ERR_FRAME, ERR_DEPTH,  ERR_BUSY, ERR_TAKEN,   ERR_WINDOW};

    for (unsigned i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        if (err == refusals[i])
            return true;
    return false;
}

static void write_message(struct message_page *page)
{
    page->items[0] = item_memory(MEMORY, READ, frames, 1, WINDOW);
    page->tag = TAG(2, 1);
}

static void sends_what_changes(uint32_t k)
{
    while (!go)
        SAME(sys_thread_yield(), OK);
    for (; laps[k] < MESSAGES; laps[k]++) {
        struct words words = {{laps[k], 0, 0, 0}};
        write_message(page_of(k));
        err_t err = ipc_call(SERVICE_CALL, IPC_EXTENDED, &words);
        if (err == OK)
            SAME(words.w[0], laps[k] + 1);
        else
            SURE(is_refusal(err));
    }
    __atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
}

static void empty_slots(void)
{
    for (uint32_t slot = STRANGE_SLOTS; slot < STRANGE_SLOTS + TARGETS; slot++) {
        err_t err = sys_cap_delete(slot);
        SURE(err == OK || err == ERR_CAP);
    }
}

static void open_windows(struct message_page *page)
{
    page->window = WINDOW;
    page->window_pages = WINDOW_PAGES;
    page->slots = STRANGE_SLOTS;
    page->slots_count = STRANGE_SLOTS_COUNT;
}

static void takes_what_comes(uint32_t k)
{
    struct words words = {{0}};
    uint32_t flags = IPC_WINDOW | IPC_SLOTS;
    open_windows(page_of(k));
    int32_t badge = ipc_reply_wait(flags, &words);

    for (; badge == 1; laps[k]++) {
        SAME(sys_vm_unmap(OWN_TASK, WINDOW, WINDOW_PAGES), OK);
        empty_slots();
        words.w[0]++;
        open_windows(page_of(k));
        badge = ipc_reply_wait(flags | IPC_REPLY, &words);
    }
}

static uint32_t changers;

static void lets_it_send(uint32_t unused)
{
    for (uint32_t k = 2; k < 2 + changers; k++)
        SURE(advances_by(&laps[k], 1));
    go = 1;
    all_end(unused);
}

static void while_they_change(void)
{
    reset();
    frames = fresh_frames(4);
    map_frame(CLIENT_WINDOW, frames, READ_WRITE_GRANT);
    IS(cap_copy(LOG, STRANGE_SLOTS, RIGHT_WRITE), OK);
    IS(sys_cap_delete(STRANGE_SLOTS), OK);
    make_service(0);
    clients = 1;
    struct plan plan = crew_plan(1, takes_what_comes);
    plan.endpoint = SERVICE;
    crew_start(1, plan, cpu_count() - 1);
    crew_start(0, crew_plan(0, sends_what_changes), 0);
    changers = cpu_count() < 3 ? cpu_count() : 3;
    for (uint32_t k = 2; k < 2 + changers; k++)
        crew_start(k, crew_plan(k, changes_messages), (k - 1) % cpu_count());
    drive(lets_it_send);
    IS(laps[0], MESSAGES);
    IS(sys_object_destroy(SERVICE), OK);
    empty_slots();
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"calls from all processors to a server on one", to_a_server_elsewhere},
        {"calls from all processors to a server that moves", to_a_server_that_comes},
        {"calls in both directions", to_two_servers},
        {"a flood of calls to two threads of a server", in_a_flood},
        {"servers that call each other", servers_call_each_other},
        {"each caller gets ERR_DEAD once when the server is destroyed", until_the_server_dies},
        {"messages that others change while they are sent", while_they_change},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}

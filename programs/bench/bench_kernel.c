/*
 * bench_kernel [ROW]: the costs of all the kernel's operations, or of one.
 *
 * init starts it like a kernel test (tests/system/kernel/kernel_test.h). Each row is a point of the test: it runs
 * twice, must work, and must leave nothing behind. The first run warms up; the second prints a line to the log:
 *     bench: NAME MINIMUM MEDIAN MAXIMUM
 * Calls go from one child to another: each is a task with its own space. They share this program's data.
 */
#include "programs/bench/samples.h"
#include "tests/system/kernel/kernel_test.h"

#include <string.h>

enum {
    SERVICE = FIRST_SLOT, /* the server's endpoint */
    SERVER = 0,           /* children's numbers */
    CLIENT = 1,
    TARGET = 2,
    OWN_SERVICE = 2, /* slots of the client */
    OWN_SELF = 3,
    OWN_MEMORY = 2, /* slots of the server */
    SPARE_FRAMES = 16,
    PRIORITY_SERVER = PRIORITY_CHILD + 1,
    WARM_UP = 8,       /* samples in the first run */
    TABLE_PAGES = 512, /* mapped by a page table */
    LARGE_TASK_PAGES = 10000,
};

static struct samples samples;
static const char *row;
static uint32_t wanted, wrong;

/* ----------------------------------------------------------------------------------------- rows */

static void row_begin(const char *name)
{
    wanted = row == name ? SAMPLES : WARM_UP;
    row = name;
    samples.count = wrong = 0;
}

static void row_end(void)
{
    if (!IS(wrong, 0) || !IS(samples.count, wanted) || wanted != SAMPLES)
        return;
    struct figures figures = samples_figures(&samples);
    note("bench: %s %u %u %u", row, (unsigned)figures.minimum, (unsigned)figures.median, (unsigned)figures.maximum);
}

static void check(err_t err)
{
    wrong += err != OK;
}

static void null_call(void)
{
    row_begin("null_call");
    for (uint32_t i = 0; i < wanted; i++) {
        uint32_t version = 0, begin = cycles();
        err_t err = sys_version(&version);
        samples_add(&samples, begin, cycles());
        wrong += err != OK || version != ABI_VERSION;
    }
    row_end();
}

/* ------------------------------------------------------------------------------------- messages */

/* Replies to each call with the same words, using `flags`. */
static void echo(uint32_t flags)
{
    struct words words = {{0}};
    uint32_t reply = 0;

    while (ipc_reply_wait(reply, &words) >= 0)
        reply = IPC_REPLY | flags;
}

static void make_server(void (*serve)(uint32_t), uint32_t argument)
{
    IS(sys_endpoint_create(SERVICE), OK);
    child_make(SERVER, SPARE_FRAMES);
    struct plan plan = child_thread(SERVER, serve, argument);
    plan.endpoint = SERVICE;
    plan.priority = PRIORITY_SERVER;
    thread_start(&plan);
}

static void make_client(rights_t right)
{
    child_make(CLIENT, SPARE_FRAMES);
    IS(cap_give_badge(SERVICE, OWN_SERVICE, CHILD_TASK + CLIENT, right, 1), OK);
}

static void run_client(void (*run)(uint32_t), uint32_t argument)
{
    struct plan plan = child_thread(CLIENT, run, argument);

    thread_start(&plan);
    expect_end(CLIENT);
    IS(sys_object_destroy(SERVICE), OK);
    expect_end(SERVER);
}

static void call_words(uint32_t unused)
{
    (void)unused;
    for (uint32_t i = 0; i < wanted; i++) {
        struct words words = {{i, i + 1, i + 2, i + 3}};
        uint32_t begin = cycles();
        err_t err = ipc_call(OWN_SERVICE, 0, &words);
        samples_add(&samples, begin, cycles());
        check(err);
        for (uint32_t w = 0; w < 4; w++)
            wrong += words.w[w] != i + w;
    }
}

/* Calls with `count` words in the message page, in addition to those in registers. */
static void call_page(uint32_t count)
{
    for (uint32_t i = 0; i < wanted; i++) {
        struct words words = {{i, i + 1, i + 2, i + 3}};
        for (uint32_t w = 0; w < count; w++)
            message_page->words[w] = i * w;
        message_page->tag = count;
        uint32_t begin = cycles();
        err_t err = ipc_call(OWN_SERVICE, IPC_EXTENDED, &words);
        samples_add(&samples, begin, cycles());
        check(err);
        wrong += words.w[3] != i + 3 || (message_page->tag & TAG_WORDS) != count;
        for (uint32_t w = 0; w < count; w++)
            wrong += message_page->words[w] != i * w;
    }
}

static void ipc(const char *name, uint32_t page_words)
{
    row_begin(name);
    make_server(echo, page_words ? IPC_EXTENDED : 0);
    make_client(RIGHT_CALL);
    run_client(page_words ? call_page : call_words, page_words);
    row_end();
}

static void ipc_4w(void)
{
    ipc("ipc_4w", 0);
}

static void ipc_16w(void)
{
    ipc("ipc_16w", 12);
}

static void ipc_60w(void)
{
    ipc("ipc_60w", 56);
}

/* -------------------------------------------------------------------------------------- signals */

static volatile uint32_t signalled_at;

static void wait_for_signals(uint32_t unused)
{
    struct words words;

    (void)unused;
    while (ipc_reply_wait(0, &words) >= 0) {
        samples_add(&samples, signalled_at, cycles());
        wrong += words.w[0] != 1;
    }
}

static void send_signals(uint32_t unused)
{
    (void)unused;
    for (uint32_t i = 0; i < wanted; i++) {
        signalled_at = cycles();
        check(ipc_signal(OWN_SERVICE));
    }
}

static void signal(void)
{
    row_begin("signal");
    make_server(wait_for_signals, 0);
    make_client(RIGHT_SIGNAL);
    run_client(send_signals, 0);
    row_end();
}

/* --------------------------------------------------------------------------------------- grants */

/* Replies to each call with `pages` pages of OWN_MEMORY. */
static void serve_pages(uint32_t pages)
{
    struct words words = {{0}};
    uint32_t reply = 0;

    while (ipc_reply_wait(reply, &words) >= 0) {
        message_page->items[0] = item_memory(OWN_MEMORY, READ_WRITE, 0, pages, SCRATCH);
        reply = IPC_REPLY | ipc_extend(0, 1);
    }
}

/* Gets the pages, reads the last one, and gives them back. */
static void get_pages(uint32_t pages)
{
    const volatile uint32_t *last = (uint32_t *)(SCRATCH + (pages - 1) * PAGE_SIZE);

    for (uint32_t i = 0; i < wanted; i++) {
        struct words words = {{0}};
        uint32_t begin = cycles();
        err_t err = ipc_call(OWN_SERVICE, ipc_window(SCRATCH, pages), &words);
        samples_add(&samples, begin, cycles());
        check(err);
        wrong += *last != 0;
        check(sys_vm_unmap(OWN_SELF, SCRATCH, pages));
    }
}

static void grant(const char *name, uint32_t pages)
{
    uint32_t client = CHILD_TASK + CLIENT, server = CHILD_TASK + SERVER;

    row_begin(name);
    make_server(serve_pages, pages);
    IS(sys_cap_derive(MEMORY, OWN_MEMORY, server, READ_WRITE_GRANT, fresh_frames(pages), pages), OK);
    make_client(RIGHT_CALL);
    IS(cap_give(client, OWN_SELF, client, RIGHT_CONTROL), OK);
    run_client(get_pages, pages);
    row_end();
}

static void grant_1(void)
{
    grant("grant_1", 1);
}

static void grant_16(void)
{
    grant("grant_16", 16);
}

static void grant_64(void)
{
    grant("grant_64", 64);
}

/* ------------------------------------------------------------------------ pages of another task */

static const uint32_t target = CHILD_TASK + TARGET;

static err_t map(uint32_t page, uint32_t frame)
{
    return sys_vm_map(target, SCRATCH + page * PAGE_SIZE, READ_WRITE, MEMORY, 1, frame);
}

/* Makes the tables for the first `pages` pages, and returns a frame. */
static uint32_t make_target(uint32_t pages)
{
    child_make(TARGET, SPARE_FRAMES + pages / 128);
    uint32_t frame = fresh_frames(1);
    for (uint32_t page = 0; page < pages; page += TABLE_PAGES) {
        IS(map(page, frame), OK);
        IS(sys_vm_unmap(target, SCRATCH + page * PAGE_SIZE, 1), OK);
    }
    return frame;
}

static void map_1(void)
{
    row_begin("map_1");
    uint32_t frame = make_target(1);
    for (uint32_t i = 0; i < wanted; i++) {
        uint32_t begin = cycles();
        err_t err = map(0, frame);
        samples_add(&samples, begin, cycles());
        check(err);
        check(sys_vm_unmap(target, SCRATCH, 1));
    }
    row_end();
}

static void protect_1(void)
{
    row_begin("protect_1");
    uint32_t frame = make_target(1);
    for (uint32_t i = 0; i < wanted; i++) {
        check(map(0, frame));
        uint32_t begin = cycles();
        err_t err = sys_vm_protect(target, SCRATCH, READ, 1);
        samples_add(&samples, begin, cycles());
        check(err);
        check(sys_vm_unmap(target, SCRATCH, 1));
    }
    row_end();
}

static void unmap_1(void)
{
    row_begin("unmap_1");
    uint32_t frame = make_target(1);
    for (uint32_t i = 0; i < wanted; i++) {
        check(map(0, frame));
        uint32_t begin = cycles();
        err_t err = sys_vm_unmap(target, SCRATCH, 1);
        samples_add(&samples, begin, cycles());
        check(err);
    }
    row_end();
}

/* ----------------------------------------------------------------------------------- revocation */

static void revoke(const char *name, uint32_t mappings)
{
    row_begin(name);
    uint32_t frame = make_target(mappings);
    for (uint32_t i = 0; i < wanted; i++) {
        for (uint32_t page = 0; page < mappings; page++)
            check(map(page, frame));
        uint32_t begin = cycles();
        err_t err = sys_memory_revoke(MEMORY, frame, 1);
        samples_add(&samples, begin, cycles());
        check(err);
    }
    HOLDS(page_is_free(target, SCRATCH));
    row_end();
}

static void revoke_0(void)
{
    revoke("revoke_0", 0);
}

static void revoke_1(void)
{
    revoke("revoke_1", 1);
}

static void revoke_10(void)
{
    revoke("revoke_10", 10);
}

static void revoke_100(void)
{
    revoke("revoke_100", 100);
}

static void revoke_1000(void)
{
    revoke("revoke_1000", 1000);
}

/* Every frame is mapped once. */
static void revoke_frames_100(void)
{
    enum { FRAMES = 100 };

    row_begin("revoke_frames_100");
    make_target(FRAMES);
    uint32_t first = fresh_frames(FRAMES);
    for (uint32_t i = 0; i < wanted; i++) {
        for (uint32_t page = 0; page < FRAMES; page++)
            check(map(page, first + page));
        uint32_t begin = cycles();
        err_t err = sys_memory_revoke(MEMORY, first, FRAMES);
        samples_add(&samples, begin, cycles());
        check(err);
    }
    HOLDS(page_is_free(target, SCRATCH));
    row_end();
}

/* No row: scripts/bench measures the kernel's time with interrupts off here. */
static void destroy_large_task(void)
{
    enum { STEP = CALL_PAGES_MAX };

    child_make(TARGET, SPARE_FRAMES + LARGE_TASK_PAGES / 128);
    uint32_t first = fresh_frames(STEP);
    for (uint32_t page = 0; page < LARGE_TASK_PAGES; page += STEP)
        IS(sys_vm_map(target, SCRATCH + page * PAGE_SIZE, READ_WRITE, MEMORY, STEP, first), OK);
    IS(sys_object_destroy(target), OK);
}

/* -------------------------------------------------------------------------------------- the run */

/* A point's text is the row's name. */
static const struct point points[] = {
    {"null_call", null_call},
    {"ipc_4w", ipc_4w},
    {"ipc_16w", ipc_16w},
    {"ipc_60w", ipc_60w},
    {"signal", signal},
    {"map_1", map_1},
    {"protect_1", protect_1},
    {"unmap_1", unmap_1},
    {"grant_1", grant_1},
    {"grant_16", grant_16},
    {"grant_64", grant_64},
    {"revoke_0", revoke_0},
    {"revoke_1", revoke_1},
    {"revoke_10", revoke_10},
    {"revoke_100", revoke_100},
    {"revoke_1000", revoke_1000},
    {"revoke_frames_100", revoke_frames_100},
    {"destroy_large_task", destroy_large_task},
};

/* The point that the command line names after the program. */
static const struct point *named_point(const char *command)
{
    const char *name = strchr(command, ' ');

    for (unsigned i = 0; name && i < sizeof(points) / sizeof(points[0]); i++)
        if (strcmp(points[i].text, name + 1) == 0)
            return &points[i];
    return NULL;
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    const struct point *one = named_point(((const struct boot_page *)BOOT_PAGE)->command);

    (void)ebx, (void)esi, (void)edi;
    if (one)
        points_run(one, 1);
    POINTS_RUN(points);
}

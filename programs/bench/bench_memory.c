/*
 * bench_memory [ROW [SEGMENTS]]: the costs of a program's memory, locks and console, with that many other segments
 * open.
 */
#include "libuser/ipc/ipc.h"
#include "libuser/mem/mmap.h"
#include "libuser/mem/shm.h"
#include "libuser/mem/uspinlock.h"
#include "programs/bench/rows.h"
#include "servers/proto/console.h"
#include "servers/proto/slots.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    SEGMENT = 1,
    OTHER_SEGMENTS = 100, /* the first number of the other segments */
    A_DAY = 24 * 60 * 60,
};

static char *open_segment(int id)
{
    char *page = 0;

    if (shm_open(id, &page) != 0)
        rows_fail("shm_open");
    return page;
}

static void close_segment(int id)
{
    if (shm_close(id) != 0)
        rows_fail("shm_close");
}

/* --------------------------------------------------------------------------------------- faults */

static volatile char *get_pages(void)
{
    char *pages = mmap(0, SAMPLES * PAGE);

    if (pages == MAP_FAILED)
        rows_fail("mmap");
    return pages;
}

static void put_pages(volatile char *pages)
{
    if (munmap((void *)(uintptr_t)pages, SAMPLES * PAGE) != 0)
        rows_fail("munmap");
}

static void touch(volatile char *pages, struct samples *samples)
{
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t begin = cycles();
        pages[i * PAGE] = 1;
        samples_add(samples, begin, cycles());
    }
}

/* Faults on pages shared with a child that has ended: the frames are ours, but still mapped read-only. */
static void row_fault(struct samples *samples)
{
    volatile char *pages = get_pages();

    for (int i = 0; i < SAMPLES; i++)
        pages[i * PAGE] = 1;
    if (fork() == 0)
        _exit(0);
    wait(0);
    touch(pages, samples);
    put_pages(pages);
}

static void row_fault_zero(struct samples *samples)
{
    volatile char *pages = get_pages();

    touch(pages, samples);
    put_pages(pages);
}

/* The page is touched, as otherwise it has no frame. */
static void row_page_get_put(struct samples *samples)
{
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t begin = cycles();
        volatile char *page = mmap(0, PAGE);
        if (page == MAP_FAILED)
            rows_fail("mmap");
        *page = 1;
        munmap((void *)(uintptr_t)page, PAGE);
        samples_add(samples, begin, cycles());
    }
}

/* ------------------------------------------------------------------------------------- segments */

/* A process that has the segment open; we have not. */
static pid_t make_holder(void)
{
    open_segment(SEGMENT);
    pid_t holder = fork();
    if (holder < 0)
        rows_fail("fork");
    while (holder == 0)
        sleep(A_DAY);
    close_segment(SEGMENT);
    return holder;
}

static void end_holder(pid_t holder)
{
    kill(holder, SIGKILL);
    wait(0);
}

static void row_shm_create(struct samples *samples)
{
    for (int i = 0; i < SAMPLES; i++) {
        char *page;
        uint32_t begin = cycles();
        int result = shm_open(SEGMENT, &page);
        samples_add(samples, begin, cycles());
        if (result != 0)
            rows_fail("shm_open");
        close_segment(SEGMENT);
    }
}

/* Another process has it open already. */
static void row_shm_open(struct samples *samples)
{
    pid_t holder = make_holder();

    row_shm_create(samples);
    end_holder(holder);
}

static void row_shm_close(struct samples *samples)
{
    pid_t holder = make_holder();

    for (int i = 0; i < SAMPLES; i++) {
        open_segment(SEGMENT);
        uint32_t begin = cycles();
        int result = shm_close(SEGMENT);
        samples_add(samples, begin, cycles());
        if (result != 0)
            rows_fail("shm_close");
    }
    end_holder(holder);
}

/* --------------------------------------------------------------------------------------- others */

static void row_lock(struct samples *samples)
{
    struct shared {
        struct uspinlock lock;
        unsigned counter;
    } *shared = (struct shared *)(void *)open_segment(SEGMENT);

    for (int i = 0; i < SAMPLES; i++) {
        uint32_t begin = cycles();
        uacquire(&shared->lock);
        shared->counter++;
        urelease(&shared->lock);
        samples_add(samples, begin, cycles());
    }
    if (shared->counter != SAMPLES)
        rows_fail("the counter");
    close_segment(SEGMENT);
}

/* An empty line, because other lines are only written at their end. */
static void row_console_byte(struct samples *samples)
{
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t written = 0, begin = cycles();
        *(char *)message_page->words = '\n';
        int error = console_write(CLIENT_SLOT_CONSOLE, 1, &written);
        samples_add(samples, begin, cycles());
        if (error || written != 1)
            rows_fail("console_write");
    }
}

/* The cost of reading the counter on this machine, minus its cost when instructions are counted. */
static void row_nothing(struct samples *samples)
{
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t begin = cycles();
        samples_add(samples, begin, cycles());
    }
}

int main(int argc, char **argv)
{
    static const struct row rows[] = {
        {"fault", row_fault},         {"fault_zero", row_fault_zero},
        {"shm_open", row_shm_open},   {"shm_create", row_shm_create},
        {"shm_close", row_shm_close}, {"page_get_put", row_page_get_put},
        {"lock", row_lock},           {"console_byte", row_console_byte},
        {"nothing", row_nothing},
    };

    for (int i = 0; argc > 2 && i < atoi(argv[2]); i++)
        open_segment(OTHER_SEGMENTS + i);
    return rows_run(rows, sizeof(rows) / sizeof(rows[0]), argc > 1 ? argv[1] : 0);
}

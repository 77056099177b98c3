/*
 * bench_server [PART...]: requests that keep servers busy longest. The bench's plugin counts how long they are busy
 * from one call of part_begins() to the next; this program prints the name of each such part:
 *     bench: part NAME
 */
#include "libuser/mem/mmap.h"
#include "libuser/mem/sbrk.h"
#include "libuser/mem/shm.h"
#include "programs/bench/parts.h"
#include "programs/bench/rows.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, MIB = 1 << 20, TABLE = 2 << 20 };

/* ---------------------------------------------------------------------------------------- memory */

/* Writes each page's number, plus `more`, to its first word. */
static void fill(char *from, unsigned bytes, uint32_t more)
{
    for (unsigned i = 0; i < bytes / PAGE; i++)
        *(volatile uint32_t *)(void *)(from + i * PAGE) = i + more;
}

static bool is_filled(const char *from, unsigned bytes, uint32_t more)
{
    for (unsigned i = 0; i < bytes / PAGE; i++)
        if (*(const volatile uint32_t *)(const void *)(from + i * PAGE) != i + more)
            return false;
    return true;
}

/* Checks some of many pages, as reading a page creates it. */
static bool is_zero(const char *from, unsigned bytes)
{
    for (unsigned i = 0; i<bytes / PAGE; i += bytes> MIB ? 100 : 1)
        if (*(const volatile uint32_t *)(const void *)(from + i * PAGE))
            return false;
    return true;
}

static char *get_heap(unsigned bytes)
{
    char *from = tally_sbrk((intptr_t)bytes);

    check(from != (void *)-1, "sbrk");
    from += -(uintptr_t)from % PAGE;
    fill(from, bytes - PAGE, 1);
    return from;
}

static char *get_pages(char *at, unsigned bytes)
{
    char *pages = mmap(at, bytes);

    check(pages != MAP_FAILED && (!at || pages == at), "mmap");
    return pages;
}

/* ----------------------------------------------------------------------------------------- parts */

enum { HEAP = 40 * MIB, LESS = 20 * MIB };
static char *heap;

static void touch_heap(void)
{
    check(is_filled(heap, HEAP - PAGE, 1), "the heap of a child");
    fill(heap, HEAP - PAGE, 2);
    check(is_filled(heap, HEAP - PAGE, 2), "the heap that a child filled");
}

/* The part `exit` is the end of this process. */
static void part_fork(void)
{
    heap = get_heap(HEAP);
    part("fork_exit");
    child_run(nothing);
    part("fork_touch");
    child_run(touch_heap);
    part("fork_kill");
    pid_t child = child_start(sleep_long);
    check(usleep(50000) == 0 && kill(child, SIGKILL) == 0, "kill");
    child_wait(child, SIGKILL);
    check(is_filled(heap, HEAP - PAGE, 1), "the heap");
    part("exit");
}

static void execute(const char *name)
{
    char copy[32];
    char *const arguments[] = {copy, 0};

    strcpy(copy, name);
    execv(name, arguments);
    rows_fail(name);
}

static void part_exec(void)
{
    get_heap(LESS);
    execute("/tests/bench_nothing");
}

static void part_zeros(void)
{
    execute("/tests/bench_zeros");
}

static void part_munmap(void)
{
    char *pages = get_pages(0, LESS);

    fill(pages, LESS, 1);
    check(munmap(pages, LESS) == 0, "munmap");
    check(is_zero(get_pages(pages, LESS), LESS), "pages that were given back");
}

static void part_sbrk(void)
{
    char *from = get_heap(LESS + PAGE), *end = tally_sbrk(0);

    check(tally_sbrk(-LESS) == end && (char *)tally_sbrk(0) == end - LESS, "sbrk");
    check((char *)tally_sbrk(LESS) == end - LESS, "sbrk");
    check(is_zero(from + PAGE, LESS - PAGE), "a heap that was given back");
}

/* Maps as much as can be promised of 500 MiB. */
static void part_mmap(void)
{
    unsigned bytes = 500 * MIB;
    char *pages;

    for (pages = mmap(0, bytes); pages == MAP_FAILED && bytes > 64 * MIB; pages = mmap(0, bytes))
        bytes -= MIB;
    check(pages != MAP_FAILED && munmap(pages, bytes) == 0, "mmap and munmap");
    check(get_pages(pages, bytes) == pages, "the same address");
}

/* Leaves a hole after each second page, so that two pages find no room between them. */
static void part_holes(void)
{
    enum { PAGES = 8000 };
    static char *pages[PAGES];

    for (int i = 0; i < PAGES; i++)
        pages[i] = get_pages(0, PAGE);
    for (int i = 0; i < PAGES; i += 2)
        check(munmap(pages[i], PAGE) == 0, "munmap");
    char *two = get_pages(0, 2 * PAGE);
    for (int i = 1; i < PAGES; i += 2)
        check(pages[i] != two && pages[i] != two + PAGE, "two pages for one");
    check(is_zero(two, 2 * PAGE), "two pages");
}

/* All start in the same tick. */
static void part_sleepers(void)
{
    enum { SLEEPERS = 200 };
    static pid_t children[SLEEPERS];

    usleep(10000);
    for (int i = 0; i < SLEEPERS; i++)
        children[i] = child_start(sleep_shortly);
    for (int i = 0; i < SLEEPERS; i++)
        child_wait(children[i], 0);
}

static void part_kills(void)
{
    enum { KILLED = 100 };
    static pid_t children[KILLED];

    for (int i = 0; i < KILLED; i++)
        children[i] = child_start(sleep_long);
    usleep(50000);
    for (int i = 0; i < KILLED; i++)
        check(kill(children[i], SIGKILL) == 0, "kill");
    for (int i = 0; i < KILLED; i++)
        child_wait(children[i], SIGKILL);
}

/* Writes four times the console's buffer. */
static void part_write(void)
{
    static char lines[16 * 1024];

    memset(lines, '.', sizeof(lines));
    for (unsigned i = 63; i < sizeof(lines); i += 64)
        lines[i] = '\n';
    check(write(STDOUT_FILENO, lines, sizeof(lines)) == sizeof(lines), "write");
}

/* Each page needs its own page tables. */
static void part_tables(void)
{
    enum { TABLES = 300, FIRST = 0x41000000 };

    for (unsigned i = 0; i < TABLES; i++)
        *get_pages((char *)(FIRST + i * TABLE), PAGE) = 1;
    child_run(nothing);
}

/* The child inherits all segments. */
static void part_segments(void)
{
    enum { SEGMENTS = 1000 };
    char *page;

    for (int i = 0; i < SEGMENTS; i++) {
        check(shm_open(i, &page) == 0 && *page == 0, "shm_open");
        *page = 1;
    }
    child_run(nothing);
    check(*page == 1, "the last segment");
}

/* Neighbouring pages are treated differently, so each needs its own call to the kernel. */
static void part_alternate(void)
{
    enum { PAGES = 16 * MIB / PAGE };
    char *pages = get_pages(0, PAGES * PAGE);

    for (unsigned i = 0; i < PAGES; i++)
        pages[i * PAGE] = 1;
    pid_t child = child_start(sleep_long);
    for (unsigned i = 0; i < PAGES; i += 2)
        pages[i * PAGE] = 2;
    child_run(nothing);
    kill(child, SIGKILL);
    child_wait(child, SIGKILL);
}

/* Makes mem search past spans of 4 MiB that keep frames for tables but are empty by now, and past nearly full ones. */
static void part_spans(void)
{
    enum { SPAN = 4 << 20, SPANS = 190, LAST = SPAN / PAGE - 1, FULL = 22 };
    char *first = (char *)0x41000000;

    for (unsigned i = 0; i < SPANS; i++)
        for (unsigned page = 0; page <= LAST; page += LAST) {
            char *at = get_pages(first + i * SPAN + page * PAGE, PAGE);
            check(munmap(at, PAGE) == 0, "munmap of a page");
        }
    check(munmap(first, SPANS * SPAN) == 0, "munmap of nothing");
    for (unsigned i = 0; i < FULL; i++)
        get_pages(first + i * SPAN, 1000 * PAGE);
    get_pages(0, 1020 * PAGE);
}

/* A process that ends leaves its children to another; they end in the same tick, or have ended before. */
static void leave_children(void)
{
    enum { CHILDREN = 200 };

    for (int i = 0; i < CHILDREN; i++) {
        child_start(sleep_shortly);
        child_start(nothing);
    }
    usleep(SETTLED);
}

static void part_orphans(void)
{
    child_run(leave_children);
    check(usleep(400000) == 0 && wait(0) < 0, "children of another");
}

/* -------------------------------------------------------------------------------------- all parts */

static const struct {
    const char *name;
    void (*run)(void);
} parts[] = {
    {"fork", part_fork},           {"exec", part_exec},
    {"zeros", part_zeros},         {"munmap", part_munmap},
    {"sbrk", part_sbrk},           {"mmap", part_mmap},
    {"holes", part_holes},         {"sleepers", part_sleepers},
    {"kills", part_kills},         {"write", part_write},
    {"tables", part_tables},       {"segments", part_segments},
    {"orphans", part_orphans},     {"alternate", part_alternate},
    {"spans", part_spans},         {"futex", part_futex},
    {"alarms", part_alarms},       {"handlers", part_handlers},
    {"files", part_files},         {"cut", part_cut},
    {"lent", part_lent},           {"locks", part_locks},
    {"interrupt", part_interrupt}, {"readers", part_readers},
    {"writers", part_writers},     {"polls", part_polls},
    {"lines", part_lines},         {"syncs", part_syncs},
    {"asks", part_asks},           {"polled", part_polled},
    {"input_end", part_input_end},
};

/* These parts need input, after they have announced it. */
static bool wants_input(const char *name)
{
    return strcmp(name, "interrupt") == 0 || strcmp(name, "polled") == 0 || strcmp(name, "input_end") == 0;
}

/* Without names all parts run, except those that need input. */
static bool is_named(const char *name, char **names)
{
    bool found = !*names && !wants_input(name);

    for (; *names; names++)
        found |= strcmp(*names, name) == 0;
    return found;
}

int main(int argc, char **argv)
{
    int found = 0;

    signal(SIGINT, SIG_IGN);
    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (is_named(parts[i].name, argv + (argc > 0))) {
            part(parts[i].name);
            child_run(parts[i].run);
            found++;
        }
    part("end");
    return found ? 0 : 2;
}

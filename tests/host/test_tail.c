/*
 * Reading a text whose writer does not wait for readers.
 *
 * sources: servers/lib/tail.c
 */
#include "servers/lib/tail.h"
#include "tests/host/check.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

enum { SIZE = 64, LINES = 400000, PAGE = 4096 };

static uint32_t written;
static char *text;
static struct tail tail;
static bool done; /* the other thread is done */

static void start(uint32_t first)
{
    written = first;
    tail = (struct tail){&written, text, SIZE, first};
}

static void put(char byte)
{
    __atomic_store_n(&text[written % SIZE], byte, __ATOMIC_RELAXED);
    __atomic_store_n(&written, written + 1, __ATOMIC_RELEASE);
}

static void say(const char *bytes)
{
    for (; *bytes; bytes++)
        put(*bytes);
}

static void expect(const char *wanted, uint32_t max, bool wanted_skip)
{
    char found[SIZE];
    bool skipped;
    uint32_t bytes = tail_take(&tail, found, max, &skipped);

    CHECK(bytes == strlen(wanted) && memcmp(found, wanted, bytes) == 0 && skipped == wanted_skip);
}

static void test_reading(uint32_t first)
{
    start(first);
    expect("", SIZE, false);
    say("hello\nyou");
    expect("hel", 3, false);
    expect("lo\nyou", SIZE, false);
    expect("", SIZE, false);
    for (int i = 0; i < SIZE - 1; i++) /* the most that is safe */
        put('x');
    char all[SIZE] = "";
    memset(all, 'x', SIZE - 1);
    expect(all, SIZE, false);
}

static void test_skipping(uint32_t first)
{
    start(first);
    for (int i = 0; i < 10; i++)
        say("0123456\n");                              /* 80 bytes */
    expect("0123456\n0123456\n0123456\n", SIZE, true); /* the lines that begin in the newer half */
    expect("", SIZE, false);
    for (int i = 0; i < SIZE; i++)
        put('x'); /* no line begins there */
    expect("", SIZE, true);
    say("\nnew");
    expect("\nnew", SIZE, false);
}

static void overtake(int signal)
{
    (void)signal;
    CHECK(mprotect(text, PAGE, PROT_READ | PROT_WRITE) == 0);
    for (int i = 0; i < 10; i++)
        say("0123456\n");
}

/* The writer has overwritten what the reader counted before the reader comes to its first byte. */
static void test_overtaken(void)
{
    CHECK(signal(SIGSEGV, overtake) != SIG_ERR);
    start(0);
    say("old\n");
    CHECK(mprotect(text, PAGE, PROT_NONE) == 0);
    expect("0123456\n0123456\n0123456\n", SIZE, true);
    CHECK(signal(SIGSEGV, SIG_DFL) == overtake);
}

static void *write_lines(void *nothing)
{
    for (uint32_t i = 0; i < LINES; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%u.%u\n", i % 1000, i % 1000);
        say(line);
    }
    __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    return nothing;
}

/* The line is as it was written. */
static void check_line(const char *line)
{
    unsigned one, two;
    char more;

    CHECK(sscanf(line, "%u.%u%c", &one, &two, &more) == 3 && one == two && more == '\n');
}

static void test_racing(void)
{
    char line[SIZE * 2] = "", piece[7];
    uint32_t used = 0, skips = 0, lines = 0;
    bool skipped;
    pthread_t writer;

    start(0);
    CHECK(pthread_create(&writer, 0, write_lines, 0) == 0);
    do {
        uint32_t bytes = tail_take(&tail, piece, sizeof(piece), &skipped);
        if (skipped)
            used = 0, skips++;
        for (uint32_t i = 0; i < bytes; i++) {
            line[used++] = piece[i];
            CHECK(used < sizeof(line));
            if (piece[i] != '\n')
                continue;
            line[used] = 0;
            check_line(line);
            used = 0, lines++;
        }
    } while (!(__atomic_load_n(&done, __ATOMIC_ACQUIRE) && tail.next == written));
    CHECK(pthread_join(writer, 0) == 0);
    CHECK(skips > 0 && lines > 0);
}

int main(void)
{
    text = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(text != MAP_FAILED);
    test_reading(0);
    test_reading(0xffffffe0);
    test_skipping(0);
    test_skipping(0xffffffd3);
    test_overtaken();
    test_racing();
    puts("test_tail: readers get what was written");
}

/*
 * bench_growth ROW COUNT: how the costs of operations grow. COUNT is the number of
 *   fork_pages      pages that the parent has touched: fork, and exit and wait of a child that touches none
 *   region_pages    regions of the program: mmap, a first touch and munmap of one more page
 *   directory_open  files in a directory: open and close of the newest
 *   directory_make  the same: making and removing one more
 *   descriptors     open descriptors: dup and close of one more
 */
#include "programs/bench/rows.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, NAME_BYTES = 32 };

static unsigned count;

static void must(int good)
{
    if (!good)
        rows_fail("bench_growth");
}

static char *get_pages(unsigned pages)
{
    char *found = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    must(found != MAP_FAILED);
    return found;
}

static void row_fork_pages(struct samples *samples)
{
    volatile char *pages = get_pages(count);

    for (int i = 0; i < SAMPLES; i++) {
        for (unsigned each = 0; each < count; each++)
            pages[each * PAGE]++;
        uint32_t begin = cycles();
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        must(child > 0 && wait(NULL) == child);
        samples_add(samples, begin, cycles());
    }
}

/* Maps two pages and unmaps the second, so that no two regions adjoin. */
static void row_region_pages(struct samples *samples)
{
    for (unsigned i = 0; i < count; i++)
        must(munmap(get_pages(2) + PAGE, PAGE) == 0);
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t begin = cycles();
        char *page = get_pages(1);
        *page = 1;
        munmap(page, PAGE);
        samples_add(samples, begin, cycles());
    }
}

static void make_name(char *name, unsigned number)
{
    must(snprintf(name, NAME_BYTES, "/tmp/growth/%u", number) < NAME_BYTES);
}

static void make_file(const char *name)
{
    must(close(open(name, O_RDWR | O_CREAT | O_EXCL, 0644)) == 0);
}

/* Makes files 0 to COUNT - 1. */
static void make_files(void)
{
    char name[NAME_BYTES];

    must(mkdir("/tmp/growth", 0755) == 0);
    for (unsigned i = 0; i < count; i++) {
        make_name(name, i);
        make_file(name);
    }
}

static void row_directory_open(struct samples *samples)
{
    char name[NAME_BYTES];

    make_files();
    make_name(name, count - 1);
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t begin = cycles();
        int opened = open(name, O_RDONLY), closed = close(opened);
        samples_add(samples, begin, cycles());
        must(opened >= 0 && closed == 0);
    }
}

static void row_directory_make(struct samples *samples)
{
    char name[NAME_BYTES];

    make_files();
    make_name(name, count);
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t begin = cycles();
        make_file(name);
        int removed = unlink(name);
        samples_add(samples, begin, cycles());
        must(removed == 0);
    }
}

static void row_descriptors(struct samples *samples)
{
    for (unsigned i = 0; i < count; i++)
        must(dup(STDOUT_FILENO) >= 0);
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t begin = cycles();
        int copy = dup(STDOUT_FILENO), closed = close(copy);
        samples_add(samples, begin, cycles());
        must(copy >= 0 && closed == 0);
    }
}

int main(int argc, char **argv)
{
    static const struct row rows[] = {
        {"fork_pages", row_fork_pages},         {"region_pages", row_region_pages},
        {"directory_open", row_directory_open}, {"directory_make", row_directory_make},
        {"descriptors", row_descriptors},
    };

    if (argc != 3 || (count = (unsigned)atoi(argv[2])) == 0) {
        fprintf(stderr, "usage: bench_growth ROW COUNT\n");
        return 2;
    }
    return rows_run(rows, sizeof rows / sizeof rows[0], argv[1]);
}

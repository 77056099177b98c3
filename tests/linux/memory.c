/* Mappings of memory and of files at chosen addresses: which accesses they allow, and what fork makes of them; see
 * steps.h. */
#define _GNU_SOURCE
#include "tests/linux/steps.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { PAGES = 40, PAGE = 4096, FILE_PAGES = 4, LAST_BYTES = 100, CHILD_LOOKS = 6 };

#define AREA ((char *)0x50000000)

static const int protections[] = {
    PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_WRITE, PROT_READ | PROT_EXEC};
static int
    fds[2][2]; /* one file for shared and one for private mappings, each opened to read and write, and to read only */
static sigjmp_buf after_fault;
static volatile int fault_signal, fault_code;
static char *volatile fault_address;

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    fault_signal = number;
    fault_code = info->si_code;
    fault_address = info->si_addr;
    siglongjmp(after_fault, 1);
}

/* Some pages of the area. */
struct range {
    int first, pages;
};

static struct range any_range(void)
{
    struct range range = {(int)below(PAGES), 1 + (int)below(below(3) ? 4 : 12)};

    if (range.first + range.pages > PAGES)
        range.pages = PAGES - range.first;
    printf(" %d+%d", range.first, range.pages);
    return range;
}

static char *address_of(struct range range)
{
    return AREA + range.first * PAGE;
}

static size_t size_of(struct range range)
{
    return (size_t)range.pages * PAGE;
}

static int any_protection(void)
{
    int protection = protections[below(6)];

    printf(" protection %d", protection);
    return protection;
}

static void print_address(const char *at, struct range range)
{
    if (at == MAP_FAILED)
        print_result(-1);
    else
        print_result(at != address_of(range));
}

/* ------------------------------------------------------------------------------------------ steps */

static void map_memory(void)
{
    struct range range = any_range();
    int protection = any_protection(), how = below(3) ? MAP_PRIVATE : MAP_SHARED;
    size_t less = below(2) * 100;

    printf(" how %d", how);
    print_address(mmap(address_of(range), size_of(range) - less, protection, MAP_FIXED | MAP_ANONYMOUS | how, -1, 0),
                  range);
}

static void map_if_free(void)
{
    struct range range = any_range();
    int protection = any_protection(), how = below(3) ? MAP_PRIVATE : MAP_SHARED;

    print_address(mmap(address_of(range), size_of(range), protection, MAP_FIXED_NOREPLACE | MAP_ANONYMOUS | how, -1, 0),
                  range);
}

/* Does not map beyond the file's end, and no shared mapping to be executed: docs/programs.md. */
static void map_file(void)
{
    struct range range = any_range();
    int protection = any_protection(), first = (int)below(FILE_PAGES);
    bool is_private = below(3), to_read = below(2);

    if (range.pages > FILE_PAGES - first)
        range.pages = FILE_PAGES - first;
    if (!is_private && protection & PROT_EXEC)
        protection = PROT_READ;
    printf(" from %d private %d to_read %d", first, is_private, to_read);
    print_address(mmap(address_of(range), size_of(range), protection,
                       MAP_FIXED | (is_private ? MAP_PRIVATE : MAP_SHARED), fds[is_private][to_read], first * PAGE),
                  range);
}

static void unmap(void)
{
    struct range range = any_range();

    print_result(munmap(address_of(range), size_of(range)));
}

/* A refused call has changed nothing here, but may have changed something elsewhere; so the range is unmapped. Of two
 * reasons either may be reported. A shared page that becomes executable is no longer shared here: docs/programs.md. */
static void protect(void)
{
    struct range range = any_range();
    int protection = any_protection();

    if (protection & PROT_EXEC)
        protection = PROT_READ;
    int result = mprotect(address_of(range), size_of(range), protection);
    if (result && errno == EACCES)
        errno = ENOMEM;
    print_result(result);
    if (result)
        munmap(address_of(range), size_of(range));
}

static void touch(void)
{
    volatile char *at = AREA + below(PAGES) * PAGE + 5;
    bool writes = below(2);

    printf(" %d writes %d", (int)(at - AREA) / PAGE, writes);
    if (sigsetjmp(after_fault, 1)) {
        printf(" signal %d code %d %s", fault_signal, fault_code, fault_address == at ? "there" : "elsewhere");
        print_result(0);
        return;
    }
    char found = *at;
    if (writes)
        *at = (char)(found + 3);
    printf(" finds %d", found);
    print_result(0);
}

static void look_at_all(void)
{
    static uint32_t found[PAGES];
    static volatile int page;

    for (page = 0; page < PAGES; page++) {
        found[page] = 0x1000;
        if (!sigsetjmp(after_fault, 1))
            found[page] = *(volatile unsigned char *)(AREA + page * PAGE + 5);
        else
            found[page] += (uint32_t)(fault_signal * 16 + fault_code);
    }
    printf(" %08x", hash(found, sizeof found));
    print_result(0);
}

static void work_as_child(const uint32_t *pages)
{
    static volatile int i;

    for (i = 0; i < CHILD_LOOKS; i++)
        if (!sigsetjmp(after_fault, 1))
            *(volatile char *)(AREA + pages[i] * PAGE + 5) += 7;
    _exit((int)pages[0]);
}

/* The child writes to some pages; its parent sees the shared ones change. */
static void fork_one(void)
{
    uint32_t pages[CHILD_LOOKS];
    int status = 0;

    for (int i = 0; i < CHILD_LOOKS; i++)
        pages[i] = below(PAGES);
    pid_t child = fork();
    if (child == 0)
        work_as_child(pages);
    print_result(waitpid(child, &status, 0) == child ? status : -1);
}

static void map_wrongly(void)
{
    static const int flags[] = {MAP_PRIVATE | MAP_ANONYMOUS, MAP_ANONYMOUS, MAP_PRIVATE};
    uint32_t which = below(3);

    printf(" %u", which);
    print_result(mmap(NULL, which ? PAGE : 0, PROT_READ, flags[which], -1, 0) == MAP_FAILED ? -1 : 0);
}

/* Addresses 17 bytes into a page; musl rounds what it passes to mprotect. */
static void begin_between_pages(void)
{
    struct range range = any_range();
    char *at = address_of(range) + 17;

    if (below(2))
        print_result(munmap(at, size_of(range)));
    else
        print_result(
            mmap(at, size_of(range), PROT_READ, MAP_FIXED | MAP_ANONYMOUS | MAP_PRIVATE, -1, 0) == MAP_FAILED ? -1 : 0);
}

static const struct step steps[] = {
    {2, "mmap", map_memory},
    {1, "mmap if free", map_if_free},
    {2, "mmap of a file", map_file},
    {1, "munmap", unmap},
    {2, "mprotect", protect},
    {3, "touch", touch},
    {1, "look", look_at_all},
    {1, "fork", fork_one},
    {1, "mmap wrongly", map_wrongly},
    {1, "between pages", begin_between_pages},
    {0, NULL, NULL},
};

static void make_file(const char *path, int *opened)
{
    static char page[PAGE];

    opened[0] = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    opened[1] = open(path, O_RDONLY);
    for (int i = 0; i < FILE_PAGES; i++) {
        size_t size = i == FILE_PAGES - 1 ? LAST_BYTES : PAGE;
        memset(page, *path + i, PAGE);
        if (write(opened[0], page, size) != (ssize_t)size)
            exit(3);
    }
}

int main(int argc, char **argv)
{
    const struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    steps_begin();
    make_file("shared", fds[0]);
    make_file("private", fds[1]);
    return steps_take(argc, argv, steps);
}

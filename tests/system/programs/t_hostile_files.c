/*
 * Processes that attack the file server: random messages with every number, word and window, garbage in the transfer
 * page and in a pipe's ring, ends in the middle of any call, a program that changes while it is being executed, pages
 * of files that are reported as unmapped and are not. Afterwards the server works as before, and has all its pages.
 *
 * run: --smp 2
 */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/ipc/ipc.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "servers/proto/mem.h"
#include "servers/proto/pipe_ring.h"
#include "servers/proto/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGES = 3000, ROUNDS = 6, KILLS = 60, PAGE = 4096 };

static char bytes[3 * PAGE];
static uint32_t seed;

static uint32_t below(uint32_t limit)
{
    return (uint32_t)rand() % limit;
}

static uint32_t any_word(void)
{
    static const uint32_t edges[] = {
        0, 1, 0xffffffff, 0x7fffffff, 0x80000000, PAGE, PAGE - 1, FILE_TRANSFER, (uint32_t)FILE_CWD, 256, 257, 128};

    switch (below(3)) {
    case 0:
        return edges[below(sizeof edges / sizeof edges[0])];
    case 1:
        return below(20);
    default:
        return (uint32_t)rand() ^ (uint32_t)rand() << 16;
    }
}

static uint32_t pages_free(void)
{
    struct statvfs status;

    return statvfs("/", &status) ? 0 : (uint32_t)status.f_bfree;
}

/* From the first large read on the process has a transfer page, which is attacked, too. */
static void takes_transfer_page(void)
{
    int fd = open("/dev/zero", O_RDONLY);

    (void)!read(fd, bytes, sizeof bytes);
    close(fd);
}

static int visit(const char *path, const struct stat *status, int what, struct FTW *ftw)
{
    (void)status, (void)what, (void)ftw;
    return remove(path);
}

/* Makes a directory in which all its relative paths begin. */
static bool begins(void)
{
    return IS(mkdir("/tmp/h", 0700), 0) && IS(chdir("/tmp/h"), 0);
}

static bool is_whole(bool good, uint32_t free)
{
    good = IS(chdir("/"), 0) && IS(nftw("/tmp/h", visit, 10, FTW_DEPTH | FTW_PHYS), 0) && good;
    int fd = open("/tests/t_hostile_files", O_RDONLY);
    good = IS(read(fd, bytes, 4), 4) && IS(memcmp(bytes, "\177ELF", 4), 0) && IS(close(fd), 0) && good;
    return IS(pages_free(), free) && good;
}

/* ------------------------------------------------------------------------------------- messages at random */

/* Only names in its own directory, so that all can be removed again: few letters, no dots, no leading slash. */
static void any_path(char *to, uint32_t most)
{
    for (uint32_t i = 0; i < most; i++)
        to[i] = below(6) ? (char)('a' + below(3)) : i && below(2) ? '/' : 0;
    if (*to == 0)
        *to = 'x';
}

static uint32_t any_flags(void)
{
    uint32_t flags = 0;

    any_path((char *)message_page->words, FILE_DATA_MAX);
    if (below(3)) {
        message_page->tag = TAG(below(65), below(3));
        flags |= IPC_EXTENDED;
    }
    if (below(3) == 0)
        flags |= ipc_window(below(2) ? FILE_TRANSFER : any_word() & -(uint32_t)PAGE, below(4));
    for (uint32_t i = 0; i < 2; i++)
        message_page->items[i] = (struct item){.slot = (uint16_t)below(6),
                                               .rights = any_word() & 31,
                                               .kind = any_word() & 7,
                                               .pages = (uint8_t)below(3),
                                               .from = any_word(),
                                               .to = any_word()};
    return flags;
}

/* It does not print, so its descriptors 0 to 2 stay. A call may wait for ever: then the process is killed. */
static int sends_at_random(void)
{
    char *transfer = (char *)FILE_TRANSFER;
    bool has_transfer;

    srand(seed);
    if (open(".", O_RDONLY) != 3)
        return 1;
    has_transfer = file_transfer_page(CLIENT_SLOT_FILE, ipc_window(FILE_TRANSFER, 1)) == 0;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        struct words words = {{below(8) ? below(FILE_CALLS_END + 1) : any_word(), any_word(), any_word(), any_word()}};
        uint32_t flags = any_flags();
        if (words.w[0] == FILE_READ)
            words.w[3] = 0;
        if (words.w[0] == FILE_PIPE_WAIT && below(200))
            words.w[0] = FILE_PIPE_WAKE;
        if (has_transfer)
            any_path(transfer, PAGE);
        (void)ipc_call(CLIENT_SLOT_FILE, flags, &words);
        if (words.w[0] == (uint32_t)-EFAULT)
            return 2;
    }
    return 0;
}

static bool messages_are_any(void)
{
    uint32_t free = pages_free();
    bool good = begins();

    for (uint32_t i = 0; i < ROUNDS; i++) {
        seed = 2 * i + 1;
        pid_t first = child_start(sends_at_random);
        seed++;
        pid_t second = child_start(sends_at_random);
        usleep(400000);
        (void)kill(first, SIGKILL), (void)kill(second, SIGKILL);
        int one = child_end(first), two = child_end(second);
        good = HOLDS(one == 0 || one == SIGKILL || one == SIGSEGV) &&
               HOLDS(two == 0 || two == SIGKILL || two == SIGSEGV) && good;
    }
    (void)flock(0, LOCK_UN); /* the console's open file is shared by all, and so is its lock */
    return is_whole(good, free);
}

static int uses_the_managers_calls(void)
{
    uint32_t word;

    if (open(".", O_RDONLY) != 3)
        return 1;
    for (uint32_t number = FILE_BEGIN; number <= FILE_AUDIT; number++) {
        struct words words = {{number, 1, 2, 3}};
        message_page->words[0] = 'x';
        (void)ipc_call(CLIENT_SLOT_FILE, ipc_extend(4, 0), &words);
        if (words.w[0] != (uint32_t)-EPERM)
            return 2;
    }
    return file_get_limit(CLIENT_SLOT_FILE, &word, &word) ? 3 : 7;
}

static bool others_are_not_the_manager(void)
{
    return IS(child_run(uses_the_managers_calls), EXITED(7));
}

/* ------------------------------------------------------------------------------------- the ring of a pipe */

static int ends[2];

/* It has the ring mapped, and writes any counts into it. */
static int writes_counts_at_random(void)
{
    uint32_t at = 0, writes = 0;

    srand(seed);
    close(ends[0]);
    int status = mem_reserve(CLIENT_SLOT_MEM, 0, PIPE_PAGES * PAGE, 3, &at);
    while (!status && (status = file_pipe_attach(CLIENT_SLOT_FILE, ipc_window(at, PIPE_PAGES), (uint32_t)ends[1], at,
                                                 &writes)) == -EBUSY)
        status = 0; /* its parent has not closed that end yet */
    if (status)
        return 1;
    struct pipe_ring *ring = (struct pipe_ring *)at;
    for (uint32_t i = 0; i < 500; i++) {
        ring->written = any_word();
        ring->read = below(2) ? any_word() : ring->written - below(3 * PIPE_RING_BYTES);
        ring->reader_waits = any_word();
        ring->writer_waits = any_word();
        ring->no_reader = below(2);
        (void)file_pipe_wake(CLIENT_SLOT_FILE, (uint32_t)ends[1], 1);
        uint32_t taken;
        (void)file_write(CLIENT_SLOT_FILE, 8, (uint32_t)ends[1], 8, 0, &taken);
    }
    return 5;
}

/* Any bytes may arrive, but there is an end. */
static bool counts_are_any(void)
{
    uint32_t free = pages_free();
    bool good = true;

    for (seed = 1; good && seed <= 4; seed++) {
        good = IS(pipe(ends), 0);
        pid_t child = child_start(writes_counts_at_random);
        good = IS(close(ends[1]), 0) && good;
        while (read(ends[0], bytes, sizeof bytes) > 0)
            ;
        good = IS(child_end(child), EXITED(5)) && IS(close(ends[0]), 0) && good;
    }
    return IS(pages_free(), free) && good;
}

/* ------------------------------------------------------------------------------------- ends in each call */

static int does_all(void)
{
    for (;;) {
        int fds[2], fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600);
        (void)!write(fd, bytes, sizeof bytes);
        (void)pipe(fds);
        (void)!write(fds[1], bytes, PAGE);
        pid_t child = fork();
        if (child == 0) {
            (void)!read(fds[0], bytes, sizeof bytes);
            _exit(0);
        }
        (void)!write(fds[1], bytes, sizeof bytes);
        (void)rename("f", "g");
        (void)mkdir("d", 0700);
        (void)dup2(fds[0], 30);
        (void)ftruncate(fd, 1 << 20);
        (void)unlink("g");
        (void)rmdir("d");
        close(fd), close(fds[0]), close(fds[1]), close(30);
        if (child > 0)
            waitpid(child, NULL, 0);
    }
    return 0;
}

static bool anybody_may_end(void)
{
    uint32_t free = pages_free();
    bool good = begins();

    srand(9);
    for (uint32_t i = 0; i < KILLS; i++) {
        pid_t child = child_start(does_all);
        usleep(below(15000));
        good = IS(child_kill(child), SIGKILL) && good;
    }
    usleep(200000); /* until the children's children are gone, too */
    return is_whole(good, free);
}

/* ------------------------------------------------------------------------------------- a program that changes */

static bool copies(const char *from, const char *to)
{
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0700);
    ssize_t length, written = 0;

    while (written >= 0 && (length = read(in, bytes, sizeof bytes)) > 0)
        written = write(out, bytes, (size_t)length);
    return close(in) == 0 && close(out) == 0 && length == 0;
}

static int changes_it(void)
{
    srand(seed);
    for (;;) {
        int fd = open("program", O_RDWR);
        char byte = (char)below(256);
        (void)pwrite(fd, &byte, 1, below(400));
        (void)ftruncate(fd, below(3) ? 9000 : 50000);
        close(fd);
        if (below(4) == 0 && !copies("/tests/t_hostile_files", "program"))
            (void)unlink("program");
    }
    return 0;
}

static int executes_it(void)
{
    child_exec("program", "x");
}

/* It runs, is refused, or dies; no other process is affected. */
static bool a_program_changes(void)
{
    uint32_t free = pages_free();
    bool good = begins() && HOLDS(copies("/tests/t_hostile_files", "program"));

    seed = 3;
    pid_t child = child_start(changes_it);
    for (uint32_t i = 0; i < 40; i++)
        good = HOLDS(child_run(executes_it) != -1) && good;
    good = IS(child_kill(child), SIGKILL) && good;
    return is_whole(good, free);
}

/* ------------------------------------------------------------------------------------- pages at many addresses */

enum { ADDRESSES = 1300, LOANS_MAX = 512 };

static sigjmp_buf is_not_there;

static void note_bus_error(int number)
{
    (void)number;
    siglongjmp(is_not_there, 1);
}

static int pages_that_are_there(const char *at)
{
    volatile int count = 0;

    for (volatile int page = 0; page < ADDRESSES; page++)
        if (!sigsetjmp(is_not_there, 1)) {
            (void)*(const volatile char *)(at + page * PAGE);
            count++;
        }
    return count;
}

/* It tells the server, but not mem, that it has unmapped the page, and maps it as often as it can. */
static int has_a_page_often(void)
{
    uint32_t at = 0, granted = 0, fd = (uint32_t)open("page", O_RDWR);
    int status;

    do
        status = mem_reserve(CLIENT_SLOT_MEM, 0, ADDRESSES * PAGE, 3, &at);
    while (status == MEM_MORE);
    for (uint32_t to = at; !status && to < at + ADDRESSES * PAGE; to += PAGE) {
        status = file_map(CLIENT_SLOT_FILE, ipc_window(to, 1), fd, true, 1, 0, to, 3, &granted);
        if (!status)
            status = granted == 1 ? file_unmap(CLIENT_SLOT_FILE, to, 1) : 1;
    }
    if (status || signal(SIGBUS, note_bus_error) == SIG_ERR)
        return 1;
    int there = pages_that_are_there((const char *)at);
    return there > 0 && there <= LOANS_MAX ? 5 : 2;
}

/* If the page is mapped at these addresses after all, it appears again at a touch. */
static bool a_page_is_had_often(void)
{
    uint32_t free = pages_free();
    bool good = begins();
    int fd = open("page", O_RDWR | O_CREAT, 0600);

    good = IS(ftruncate(fd, PAGE), 0) && good;
    volatile char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    good = HOLDS(at != MAP_FAILED) && good;
    for (char byte = 'a'; good && byte < 'd'; byte++) {
        at[1] = byte;
        good = IS(child_run(has_a_page_often), EXITED(5)) && IS(at[1], byte) && good;
    }
    good = IS(munmap((void *)at, PAGE), 0) && IS(close(fd), 0) && good;
    return is_whole(good, free);
}

/* The kernel grants nothing without an open window: the old pages stay, and nothing else is kept. */
static int maps_without_window(void)
{
    uint32_t at = 0, granted, pages, filled, rights, fd = (uint32_t)open("page", O_RDWR);
    int status;

    do
        status = mem_reserve(CLIENT_SLOT_MEM, 0, ADDRESSES * PAGE, 3, &at);
    while (status == MEM_MORE);
    if (status || file_map(CLIENT_SLOT_FILE, ipc_window(at, 1), fd, true, 1, 0, at, 3, &granted))
        return 1;
    for (uint32_t to = at; to < at + 100 * PAGE; to += PAGE)
        if (file_map(CLIENT_SLOT_FILE, 0, fd, true, 2, 0, to, 3, &granted) != -ENOMEM)
            return 2;
    if (file_mapping(CLIENT_SLOT_FILE, at + PAGE, &pages, &filled, &rights) || rights)
        return 3;
    if (file_mapping(CLIENT_SLOT_FILE, at, &pages, &filled, &rights) || pages != 1 || filled != 1)
        return 4;
    *(volatile char *)at = 'm';
    return 5;
}

static bool refused_maps_are_none(void)
{
    uint32_t free = pages_free();
    bool good = begins();
    int fd = open("page", O_RDWR | O_CREAT, 0600);

    good = IS(ftruncate(fd, PAGE), 0) && IS(child_run(maps_without_window), EXITED(5)) && good;
    good = IS(read(fd, bytes, PAGE), PAGE) && IS(bytes[0], 'm') && IS(close(fd), 0) && good;
    return is_whole(good, free);
}

/* ------------------------------------------------------------------------------------- crowds */

enum { CROWD = 120, KILLED_OF = 8 };

static int ends[2];

static int takes_a_byte(void)
{
    close(ends[1]);
    return (int)read(ends[0], bytes, 1);
}

/* With one write half of them get their replies, with one close the others; some are killed before that. */
static bool many_wait_at_one_pipe(void)
{
    pid_t pids[CROWD];
    uint32_t free = pages_free(), got = 0, killed = 0;
    bool good = IS(pipe(ends), 0);

    for (uint32_t i = 0; i < CROWD; i++)
        pids[i] = child_start(takes_a_byte);
    usleep(100000);
    good = IS(write(ends[1], bytes, CROWD / 2), CROWD / 2) && good;
    for (uint32_t i = 0; i < CROWD; i += KILLED_OF)
        good = IS(kill(pids[i], SIGKILL), 0) && good;
    good = IS(close(ends[1]), 0) && IS(close(ends[0]), 0) && good;
    for (uint32_t i = 0; i < CROWD; i++) {
        int status = child_end(pids[i]);
        got += status == EXITED(1);
        killed += status == SIGKILL;
        good = (status == EXITED(1) || status == EXITED(0) || IS(status, SIGKILL)) && good;
    }
    return HOLDS(killed <= CROWD / KILLED_OF) && HOLDS(got <= CROWD / 2 && got + killed >= CROWD / 2) &&
           IS(pages_free(), free) && good;
}

/* With an argument it is the program that is executed. */
int main(int argc, char **argv)
{
    static const struct tap_point points[] = {
        {"messages of any kind harm no other process", messages_are_any},
        {"others are not the manager", others_are_not_the_manager},
        {"a ring may have any counts in it", counts_are_any},
        {"a process may end in the middle of any call", anybody_may_end},
        {"a program may change while it is executed", a_program_changes},
        {"many may wait at one pipe, and be killed", many_wait_at_one_pipe},
        {"a page can be mapped at few addresses, whatever the clients claim", a_page_is_had_often},
        {"a refused map changes nothing", refused_maps_are_none},
    };

    (void)argv;
    if (argc > 1)
        return 0;
    takes_transfer_page();
    return TAP_RUN(points);
}

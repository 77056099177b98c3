/*
 * The library of system calls before a program begins: the contents of the stack, by the System V ABI's supplement for
 * i386 and getauxval(3); what the program knows about the system. And the table of calls, compared with Linux's own
 * numbers.
 *
 * instead: tests/server/instead
 */
#include "libuser/vdso/numbers.h"
#include "tests/host/vdso_world.h"
#include "libuser/vdso/start.c"

#include <asm/unistd_32.h>
#include <pthread.h>

enum { ENTRY = 0x900123, HEADERS = 0x900034, HEADERS_COUNT = 3, NO_ARGUMENTS = 127, TICKS = 4711 };

/* ---------------------------------------------------------------------------------- the stack */

static char saved[1 << 16]; /* the stack, as the program finds it */
static uint32_t saved_bytes, begun_stack, begun_entry, first_frame;

/* A copy that the sanitizers do not check: they would object to the gaps between variables. */
static void copy(void *to, const void *from, size_t bytes)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

_Noreturn void vdso_jump(uint32_t stack, uint32_t entry)
{
    begun_stack = stack;
    begun_entry = entry;
    saved_bytes = first_frame - stack;
    CHECK(first_frame > stack && saved_bytes <= sizeof(saved));
    copy(saved, (const void *)(uintptr_t)stack, saved_bytes);
    longjmp(outside, 1);
}

/* Runs a thread whose stack is at a program's addresses, so that all pointers fit into a word. */
static void *begin_program(void *unused)
{
    first_frame = AT(__builtin_frame_address(0));
    if (!setjmp(outside))
        vdso_begin(ENTRY, HEADERS, HEADERS_COUNT, 1 << 14, 5);
    return unused;
}

static void begins(void)
{
    pthread_attr_t attributes;
    pthread_t thread;

    begun_stack = begun_entry = 0;
    memset(state, 0, sizeof(*state));
    CHECK(!pthread_attr_init(&attributes));
    CHECK(!pthread_attr_setstack(&attributes, (void *)STACK_LOW, STACK_TOP - STACK_LOW - PAGE_SIZE));
    CHECK(!pthread_create(&thread, &attributes, begin_program, NULL) && !pthread_join(thread, NULL));
    CHECK(!pthread_attr_destroy(&attributes));
    copy((void *)(uintptr_t)begun_stack, saved, begun_stack ? saved_bytes : 0);
}

/* Checks a list of strings, which ends with a zero; returns the word behind it. */
static const uint32_t *check_list(const uint32_t *at, const char *const *texts)
{
    for (; *texts; texts++, at++)
        CHECK(*at >= STACK_LOW && *at < THREAD_AREA && !strcmp((const char *)(uintptr_t)*at, *texts));
    CHECK(*at == 0);
    return at + 1;
}

static void check_vector(const uint32_t *at, uint32_t path)
{
    const uint32_t rows[][2] = {
        {AT_SYSINFO, AT(vdso_call)},
        {AT_PHDR, HEADERS},
        {AT_PHENT, 32},
        {AT_PHNUM, HEADERS_COUNT},
        {AT_PAGESZ, PAGE_SIZE},
        {AT_ENTRY, ENTRY},
        {AT_UID, 0},
        {AT_EUID, 0},
        {AT_GID, 0},
        {AT_EGID, 0},
        {AT_RANDOM, AT(state->random)},
        {AT_EXECFN, path},
        {AT_NULL, 0},
    };

    for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK(at[2 * i] == rows[i][0] && at[2 * i + 1] == rows[i][1]);
}

static void check_stack_and_path(const char *const *arguments, const char *const *environment, uint32_t count,
                                 uint32_t path)
{
    const uint32_t *stack = (const uint32_t *)(uintptr_t)begun_stack;

    CHECK(begun_entry == ENTRY && begun_stack >= STACK_LOW && begun_stack < THREAD_AREA && begun_stack % 16 == 0);
    CHECK(stack[0] == count);
    check_vector(check_list(check_list(stack + 1, arguments), environment), path ? path : stack[1]);
}

/* The path is argument 0. */
static void check_stack(const char *const *arguments, const char *const *environment, uint32_t count)
{
    check_stack_and_path(arguments, environment, count, 0);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__ NULL})
#define UPTIME                                                                                                         \
    {                                                                                                                  \
        0, {TICKS}, NULL                                                                                               \
    }

/* The first strings are arguments, so many; the others are the environment. Either may have empty strings. */
static void strings_are_on_the_stack(void)
{
    REPLIES(UPTIME, {0, {3, 21, 21}, "path||two|A=b|HOME=/|"});
    begins();
    expect("uptime 0 0 0\nargs 0 0 0\n");
    check_stack(LIST("path", "", "two", ), LIST("A=b", "HOME=/", ), 3);
    REPLIES(UPTIME, {0, {2, 7, 7}, "path|x|"});
    begins();
    check_stack(LIST("path", "x", ), LIST(), 2);
    REPLIES(UPTIME, {0, {1, 7, 7}, "path|x|"});
    begins();
    check_stack(LIST("path", ), LIST("x", ), 1);
    REPLIES(UPTIME, {0, {1, 1, 1}, "|"});
    begins();
    check_stack(LIST("", ), LIST(), 1);
    forget_lines();
}

/* The path is only in the auxiliary vector, before all strings. */
static void the_path_may_be_no_argument(void)
{
    REPLIES(UPTIME, {0, {proc_args_strings(3, 1), 15, 15}, "path|name|x|A=|"});
    begins();
    const uint32_t *stack = (const uint32_t *)(uintptr_t)begun_stack;
    check_stack_and_path(LIST("name", "x", ), LIST("A=", ), 2, stack[1] - 5);
    CHECK(!strcmp((const char *)(uintptr_t)(stack[1] - 5), "path"));
    REPLIES(UPTIME, {0, {proc_args_strings(1, 1), 5, 5}, "path|"});
    begins();
    CHECK(*(const uint32_t *)(uintptr_t)begun_stack == 0);
    forget_lines();
}

/* For each number of words the stack is aligned, and nothing is written twice. */
static void any_number_is_aligned(void)
{
    enum { MOST = 20 };
    static const char bytes[] = "a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s|t|";
    const char *const all[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
                               "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"};

    for (uint32_t count = 1; count <= MOST; count++)
        for (uint32_t arguments = 1; arguments <= count; arguments++) {
            const char *first[MOST + 1] = {NULL}, *rest[MOST + 1] = {NULL};
            memcpy(first, all, arguments * sizeof(*all));
            memcpy(rest, all + arguments, (count - arguments) * sizeof(*all));
            REPLIES(UPTIME, {0, {arguments, 2 * count, 2 * count}, bytes});
            begins();
            check_stack(first, rest, arguments);
        }
    forget_lines();
}

static char piece_1[257], piece_2[257];

/* As many messages as there are pieces, each from where the previous one ended. */
static void long_strings_come_in_pieces(void)
{
    static char text[400];

    memset(text, 'a', sizeof(text) - 1);
    memset(piece_1, 'a', 256), memcpy(piece_1, "path|", 5);
    memset(piece_2, 'a', 148), memcpy(piece_2 + 148, "|A=b|", 5);
    REPLIES(UPTIME, {0, {2, 409, 256}, piece_1}, {0, {0, 0, 100}, piece_2}, {0, {0, 0, 53}, piece_2 + 100});
    begins();
    expect("uptime 0 0 0\nargs 0 0 0\nargs 256 0 0\nargs 356 0 0\n");
    check_stack(LIST("path", text, ), LIST("A=b", ), 2);
}

/* A program whose strings cannot be had ends before it begins. */
static void strings_may_not_come(void)
{
    static const struct reply wrong[][2] = {
        {{-EINVAL, {1, 5, 5}, "path|"}},
        {{0, {1, 5, 0}, "path|"}},
        {{0, {1, 5, 6}, "path||"}},
        {{0, {1, 300, 257}, piece_1}, {0, {1, 300, 43}, piece_2}},
        {{0, {1, 400, 256}, piece_1}, {-EINVAL, {1, 400, 144}, piece_2}},
        {{0, {1, 400, 256}, piece_1}, {0, {1, 400, 0}, piece_2}},
        {{0, {1, 400, 256}, piece_1}, {0, {1, 400, 145}, piece_2}},
    };

    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        REPLIES(UPTIME, wrong[i][0], wrong[i][1]);
        begins();
        CHECK(!begun_entry && strstr(lines, "exit 127 0 0\n"));
        forget_lines();
    }
}

/* The area that gs names: the function that makes calls, and a random number. The time of the start is known. */
static void the_state_begins(void)
{
    static uint8_t random[2][16];

    for (uint32_t i = 0; i < 2; i++) {
        REPLIES(UPTIME, {0, {1, 5, 5}, "path|"});
        begins();
        CHECK(state->area.sysinfo == AT(vdso_call) && state->began == TICKS);
        CHECK(!memcmp(&state->area.canary, state->random, sizeof(state->area.canary)));
        memcpy(random[i], state->random, sizeof(random[i]));
    }
    CHECK(memcmp(random[0], random[1], sizeof(random[0])) != 0);
    forget_lines();
}

/* ---------------------------------------------------------------------------------- the system */

static void the_system_has_names(void)
{
    enum { NAME = 65 };
    static const char *const names[] = {"Tally", "tally", TALLY_VERSION, TALLY_VERSION, "i686", ""};

    memset(program, 0xee, 512);
    CHECK(CALL(uname, AT(program)) == 0);
    for (uint32_t i = 0; i < 6; i++) {
        CHECK(!strcmp(program + NAME * i, names[i]));
        for (size_t at = strlen(names[i]); at < NAME; at++)
            CHECK(program[NAME * i + at] == 0);
    }
    CHECK((unsigned char)program[6 * NAME] == 0xee);
    FOR_BAD_ADDRESSES(address, 6 * NAME)
    CHECK(CALL(uname, address) == -EFAULT);
    expect("");
}

/* The thread's area does not move: the contents at the wanted address are copied to it, except what the library put
 * there. */
static void a_thread_has_an_area(void)
{
    uint32_t *wanted = (uint32_t *)(void *)program, *area = wanted + 16;

    state->area.sysinfo = 55, state->area.canary = 66;
    memcpy(wanted, (const uint32_t[]){0xffffffff, AT(area), 0xfffff, 0x51}, 16);
    memcpy(area, (const uint32_t[]){1, 2, 3, 4, 5, 6}, 24);
    CHECK(CALL(set_thread_area, AT(wanted)) == 0 && wanted[0] == 5 && wanted[1] == AT(area));
    CHECK(state->area.self == AT(area) && state->area.dtv == 2 && state->area.previous == 3 && state->area.next == 4);
    CHECK(state->area.sysinfo == 55 && state->area.canary == 66 && area[0] == 1);
    FOR_BAD_ADDRESSES(address, 16)
    CHECK(CALL(set_thread_area, address) == -EFAULT);
    FOR_BAD_ADDRESSES(address, 24)
    {
        wanted[1] = address;
        CHECK(CALL(set_thread_area, AT(wanted)) == -EFAULT);
    }
    CHECK(state->area.self == AT(area));
    expect("");
}

/* Of 256 values few do not occur, and no two runs are equal. Nothing is written outside the buffer. */
static void random_bytes_are_that(void)
{
    enum { MANY = 4096 };
    uint8_t *bytes = (uint8_t *)program;
    bool is_seen[256] = {false};
    uint32_t seen = 0;

    memset(bytes, 0xee, 2 * MANY);
    for (uint32_t i = 0; i < 2; i++) {
        bytes[MANY + i * MANY] = 0xee;
        CHECK(CALL(getrandom, AT(bytes + i * MANY), MANY) == MANY);
    }
    CHECK(memcmp(bytes, bytes + MANY, MANY) != 0 && bytes[2 * MANY] == 0xee);
    CHECK(memcmp(bytes + MANY - 16, bytes + 2 * MANY - 16, 16) != 0); /* to the end */
    for (uint32_t i = 0; i < MANY; i++) {
        seen += !is_seen[bytes[i]];
        is_seen[bytes[i]] = true;
    }
    CHECK(seen > 240 && CALL(getrandom, 0, 0) == 0);
    CHECK(CALL(getrandom, AT(bytes), 1, 3) == 1 && CALL(getrandom, AT(bytes), 1, 5) == 1);
    CHECK(CALL(getrandom, AT(bytes), 1, 6) == -EINVAL && CALL(getrandom, AT(bytes), 1, 8) == -EINVAL);
    FOR_BAD_ADDRESSES(address, 2)
    CHECK(CALL(getrandom, address, 2) == -EFAULT);
    CHECK(CALL(getrandom, USER_END - 1, 0xffffffff) == -EFAULT);
    expect("");
}

/* ---------------------------------------------------------------------------------- the table */

/* Some are the library's own: Linux has none of those numbers. */
#define __NR_tally_wait        TALLY_WAIT
#define __NR_tally_sbrk        TALLY_SBRK
#define __NR_tally_before_read TALLY_BEFORE_READ
#define __NR_tally_remove      TALLY_REMOVE

static void numbers_are_linuxs(void)
{
#define LINUX_CALL(number, name, handler, server, deviations)                                                          \
    CHECK((number) == __NR_##name && vdso_table[number] == vdso_##handler && (number) < VDSO_CALLS);
#include "libuser/vdso/calls.def"
}

static bool is_a_call(uint32_t number)
{
    static const uint16_t numbers[] = {
#define LINUX_CALL(number, name, handler, server, deviations) number,
#include "libuser/vdso/calls.def"
    };

    for (uint32_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (numbers[i] == number)
            return true;
    return false;
}

/* Also the last one, by which entry.asm replaces all numbers beyond. */
static void others_are_no_calls(void)
{
    for (uint32_t number = 0; number < VDSO_CALLS; number++)
        CHECK((vdso_table[number] == vdso_no_call) == !is_a_call(number));
    CHECK(vdso_table[VDSO_CALLS - 1] == vdso_no_call && CALL(zero, 5) == 0);
}

/* Each missing call once, eight of them. */
static void missing_calls_are_logged(void)
{
    memset(state, 0, sizeof(*state));
    REPLIES({0});
    CHECK(CALL_AS(60, no_call, 1) == -ENOSYS && CALL_AS(60, no_call, 2) == -ENOSYS);
    expect("missing 60 0 0\n");
    for (uint32_t number = 61; number <= 70; number++)
        CHECK(CALL_AS(number, no_call, 1) == -ENOSYS && CALL_AS(number, no_call, 1) == -ENOSYS);
    expect("missing 61 0 0\nmissing 62 0 0\nmissing 63 0 0\nmissing 64 0 0\nmissing 65 0 0\nmissing 66 0 0\nmissing 67 "
           "0 0\n");
    CHECK(CALL_AS(60, no_call, 1) == -ENOSYS);
    expect("");
    memset(state, 0, sizeof(*state));
    REPLIES({0});
    static const uint32_t odd[] = {0, 0x10000, 0xffffffff, 0, 0x10000, 0xffffffff};
    for (uint32_t i = 0; i < 6; i++)
        CHECK(CALL_AS(odd[i], no_call, 1) == -ENOSYS);
    expect("missing 0 0 0\nmissing 65536 0 0\nmissing -1 0 0\n");
}

int main(void)
{
    world_begin();
    strings_are_on_the_stack();
    the_path_may_be_no_argument();
    any_number_is_aligned();
    long_strings_come_in_pieces();
    strings_may_not_come();
    the_state_begins();
    the_system_has_names();
    a_thread_has_an_area();
    random_bytes_are_that();
    numbers_are_linuxs();
    others_are_no_calls();
    missing_calls_are_logged();
    puts("test_vdso_start: a program begins as one of Linux's does");
}

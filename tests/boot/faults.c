/* faults HOW does what no program may do. */
#include "libuser/mem/mmap.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define NOINLINE __attribute__((noinline))

static NOINLINE void write_null(void)
{
    *(volatile char *)0 = 1;
}

static NOINLINE void write_text(void)
{
    *(volatile char *)(unsigned)write_text = 1;
}

static NOINLINE void read_kernel(void)
{
    (void)*(volatile char *)0xc0200000;
}

static NOINLINE void execute_data(void)
{
    static char data[] = {'\xc3'}; /* ret */
    char *at = data;

    __asm__ volatile("" : "+r"(at) : : "memory"); /* as the variable may be written, it is not placed beside the code */
    ((void (*)(void))(unsigned)at)();
}

static NOINLINE void overflow_stack(void)
{
    volatile char frame[1024];

    frame[0] = 1;
    overflow_stack();
    frame[1] = 2;
}

static NOINLINE void put_array_on_stack(void)
{
    volatile char array[12 << 20];

    __asm__ volatile("" : : "r"(array) : "memory");
    array[0] = 1;
}

/* The stack grows into all memory that there is; the program is ended before the stack reaches its own limit. */
static NOINLINE void use_up_memory(void)
{
    char *taken;

    for (size_t bytes = 1 << 29; bytes >= 4096; bytes /= 2)
        if ((taken = mmap(NULL, bytes)) != MAP_FAILED)
            memset(taken, 1, bytes);
    overflow_stack();
}

static NOINLINE void exceed_its_limit(void)
{
    const struct rlimit limit = {300 << 12, 300 << 12};

    if (setrlimit(RLIMIT_AS, &limit) == 0)
        overflow_stack();
}

static NOINLINE void divide_by_zero(void)
{
    __asm__ volatile("div %0" : : "r"(0), "a"(1), "d"(0));
}

/* In a function of musl, which has no line numbers. */
static NOINLINE void measure_nothing(void)
{
    const char *volatile nothing = (const char *)16;

    printf("%u\n", (unsigned)strlen(nothing));
}

static NOINLINE void use_port(void)
{
    __asm__ volatile("outb %0, $0xf4" : : "a"((char)0));
}

static const struct {
    const char *name;
    void (*act)(void);
} ways[] = {
    {"null", write_null},      {"text", write_text},        {"kernel", read_kernel},      {"data", execute_data},
    {"stack", overflow_stack}, {"divide", divide_by_zero},  {"port", use_port},           {"array", put_array_on_stack},
    {"memory", use_up_memory}, {"limit", exceed_its_limit}, {"library", measure_nothing},
};

int main(int argc, char **argv)
{
    for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (argc == 2 && strcmp(argv[1], ways[i].name) == 0)
            ways[i].act();
    printf("faults: no fault\n");
    return 0;
}

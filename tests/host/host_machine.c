/* The machine for host tests: a window of ordinary memory, and a panic that aborts. */
#include "kernel/arch/arch.h"
#include "kernel/mem/frame.h"
#include "tests/host/check.h"

#include <sys/mman.h>

unsigned char *host_window;

_Noreturn void panic(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: panic: %s\n", file, line, what);
    abort();
}

__attribute__((constructor)) static void map_window(void)
{
    size_t bytes = WINDOW_BYTES + (size_t)HOST_FRAMES * sizeof(struct frame);
    host_window =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(host_window != MAP_FAILED);
}

/* A first program that uses only the kernel's calls; docs/syscalls.md describes all of them. It maps a frame as a page,
 * fills it, makes it read-only, and takes it back from all tasks. */
#include "tests/system/kernel/kernel_test.h"

#include <string.h>

static void hello(void)
{
    static const char text[] = "hello, kernel\n";
    char *page = (char *)SCRATCH;
    uint32_t frame = fresh_frames(1);

    IS(sys_vm_map(OWN_TASK, SCRATCH, RIGHT_READ | RIGHT_WRITE, MEMORY, 1, frame), OK);
    memcpy(page, text, sizeof text);
    IS(sys_vm_protect(OWN_TASK, SCRATCH, RIGHT_READ, 1), OK);
    memcpy(message_page->words, page, sizeof text);
    IS(sys_log_write(LOG, sizeof text - 1), OK);
    IS(sys_memory_revoke(MEMORY, frame, 1), OK);
    IS(sys_vm_protect(OWN_TASK, SCRATCH, RIGHT_READ, 1), ERR_ABSENT);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {{"a page is mapped, protected, revoked", hello}};

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}

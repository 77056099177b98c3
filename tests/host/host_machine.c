/* The machine for host tests: its physmap is ordinary memory. Its processors are in another file. */
#include "kernel/arch/arch.h"
#include "kernel/mem/frame.h"
#include "tests/host/check.h"

#include <string.h>
#include <sys/mman.h>

unsigned char *host_physmap;
uint64_t random_state = 1;
uint32_t (*random_source)(uint32_t n);
uint32_t pte_no_execute = 0x80000000;

_Noreturn void panic(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: panic: %s\n", file, line, what);
    abort();
}

__attribute__((constructor)) static void map_physmap(void)
{
    size_t bytes =
        PHYSMAP_BYTES + (size_t)HOST_FRAMES * sizeof(struct frame) + PAGE_SIZE; /* with room for more records */
    host_physmap = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(host_physmap != MAP_FAILED);
}

void arch_registers_init(struct registers *registers)
{
    *registers = (struct registers){0};
    if (host_thread_begins)
        host_thread_begins(registers);
}

void arch_registers_get(const struct registers *from, struct thread_registers *to)
{
    *to = (struct thread_registers){.eax = from->eax, .eip = from->eip};
}

void arch_registers_set(struct registers *to, const struct thread_registers *from)
{
    to->eip = from->eip;
    to->vector = to->vector == VECTOR_SYSCALL ? 0 : to->vector;
}

void *arch_frame_map(unsigned fixmap, uint32_t frame)
{
    (void)fixmap;
    return AT(void, frame_ref(frame));
}

uint32_t host_unmasked;

void arch_irq_unmask(unsigned line)
{
    host_unmasked |= 1u << line;
}

int host_force_general;
void (*host_preemption_point)(void);
void (*host_thread_begins)(struct registers *registers);

void arch_preemption_point(void)
{
    if (host_preemption_point)
        host_preemption_point();
}

#include "kernel/i386/apic.h"

#include "kernel/arch/arch.h"
#include "kernel/i386/instructions.h"
#include "kernel/i386/paging.h"

/* Registers and their values: SDM volume 3, table 10-1, 10.5.1, 10.6.1, 10.9. */
enum { ID = 0x20, PRIORITY = 0x80, SPURIOUS_VECTOR = 0xf0, IN_SERVICE = 0x100 /* eight, 16 bytes apart */ };
enum { COMMAND = 0x300, COMMAND_TO = 0x310, TIMER = 0x320, LINT0 = 0x350, LINT1 = 0x360, ERROR = 0x370 };
enum { ENABLED = 1 << 8, MASKED = 1 << 16, NMI = 4 << 8, EXTERNAL = 7 << 8 };
enum { PENDING = 1 << 12, ASSERT = 1 << 14, ID_SHIFT = 24 };
enum { CPUID_APIC = 1 << 9, MSR_BASE = 0x1b, BASE_ENABLED = 1 << 11, BASE_X2 = 1 << 10 };

static volatile uint8_t *registers;

static volatile uint32_t *at(unsigned offset)
{
    return (volatile uint32_t *)(registers + offset);
}

bool apic_init(uint32_t physical)
{
    if (!(cpuid(1).edx & CPUID_APIC))
        return false;
    uint64_t base = read_msr(MSR_BASE);
    if (!(base & BASE_ENABLED) || base & BASE_X2)
        return false;
    registers = paging_map_device(DEVICE_APIC, physical);
    return true;
}

void apic_enable(void)
{
    *at(SPURIOUS_VECTOR) = ENABLED | APIC_SPURIOUS; /* first, as nothing can be unmasked before */
    *at(TIMER) = MASKED;
    *at(LINT0) = MASKED;
    *at(LINT1) = NMI;
    *at(ERROR) = MASKED;
    apic_set_task_priority(0);
    for (unsigned i = 0; i < 256; i++) /* a vector that firmware left in service blocks all lower ones */
        if (*at(IN_SERVICE + (i / 32) * 16) != 0)
            apic_end_of_interrupt();
}

void apic_connect_pics(void)
{
    *at(LINT0) = EXTERNAL;
}

unsigned apic_id(void)
{
    return *at(ID) >> ID_SHIFT;
}

void apic_end_of_interrupt(void)
{
    *at(APIC_EOI) = 0;
}

/* The priority's own class of 16 vectors is blocked, too. */
void apic_set_task_priority(unsigned vector)
{
    *at(PRIORITY) = vector ? vector - 16 : 0;
}

void apic_send(unsigned id, uint32_t what)
{
    while (*at(COMMAND) & PENDING)
        __asm__ volatile("pause");
    *at(COMMAND_TO) = id << ID_SHIFT;
    *at(COMMAND) = what | ASSERT;
}

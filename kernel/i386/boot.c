/* The steps of boot that are the machine's: see kernel/arch/arch.h. */
#include "kernel/boot_info.h"
#include "kernel/i386/irq.h"
#include "kernel/i386/paging.h"
#include "kernel/i386/segments.h"
#include "kernel/i386/uart.h"

extern uint8_t kernel_end[];

enum { IMAGE_START = 0x200000 };

void arch_log_init(void)
{
    uart_init();
}

void arch_space_init(ref_t records, uint32_t bytes)
{
    paging_init_features();
    paging_init(records, bytes);
}

void arch_traps_init(const struct boot_info *info)
{
    segments_init();
    segments_load(0);
    irq_init(info->rsdp);
}

void arch_image(ref_t *first, ref_t *end)
{
    *first = IMAGE_START;
    *end = REF(kernel_end);
}

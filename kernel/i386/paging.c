#include "kernel/i386/paging.h"

#include "kernel/i386/instructions.h"
#include "kernel/mem/frame.h"
#include "kernel/thread/sched.h"

enum {
    LARGE_BITS = 21,
    LARGE = 1 << LARGE_BITS,
    RECORDS_ENTRY = FRAMES_OFFSET >> LARGE_BITS,
    FIXMAP_ENTRY = RECORDS_ENTRY + 8, /* records of 4 GiB fill 8 entries */
    IMAGE_ENTRY = 1,                  /* the image is linked at the physmap's second 2 MiB */
};
#define FIXMAP_BASE (PHYSMAP_BASE + ((uint32_t)FIXMAP_ENTRY << LARGE_BITS))
_Static_assert(FIXMAP_BASE == DEVICE_BASE(0), "devices have pages of the fixmap after those of frames");

enum { CR4_OSFXSR = 1 << 9, CR4_OSXMMEXCPT = 1 << 10, CR4_SMEP = 1 << 20, CR4_SMAP = 1 << 21 };
enum { CR4_UMIP = 1 << 11 /* no sgdt, sidt for users: they would reveal kernel addresses */ };
enum { CR0_MP = 2, CR0_EM = 4, CR0_TS = 8, CR0_NE = 32, CR0_WP = 1 << 16 };
enum { MSR_EFER = 0xc0000080, EFER_NXE = 1 << 11 };

uint32_t pte_no_execute;
ref_t machine_kernel_pdpt;

static pte_t pdpt[4] __attribute__((aligned(32)));
static pte_t directory[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static pte_t image[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static pte_t fixmap_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));

/* The image's parts, in this order: text, constants, data with the stacks. */
extern uint8_t kernel_text_start[], kernel_text_end[], kernel_rodata_end[];

static uint32_t if_set(uint32_t features, unsigned bit, uint32_t flag)
{
    return features >> bit & 1 ? flag : 0;
}

void paging_init_features(void)
{
    struct cpuid leaf1 = cpuid(1), leaf7 = cpuid(0).eax >= 7 ? cpuid(7) : (struct cpuid){0};
    bool nx = cpuid(0x80000000).eax >= 0x80000001 && cpuid(0x80000001).edx >> 20 & 1;

    WRITE_CR(4, READ_CR(4) | CR4_OSFXSR | if_set(leaf1.edx, 25, CR4_OSXMMEXCPT) | if_set(leaf7.ebx, 7, CR4_SMEP) |
                    if_set(leaf7.ebx, 20, CR4_SMAP) | if_set(leaf7.ecx, 2, CR4_UMIP));
    WRITE_CR(0, (READ_CR(0) & ~(uint32_t)CR0_EM) | CR0_MP | CR0_NE | CR0_WP | CR0_TS);
    if (nx) {
        write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
        pte_no_execute = 0x80000000;
    }
}

static pte_t kernel_entry(uint32_t physical, uint32_t flags, bool executable)
{
    return (executable ? 0 : (uint64_t)pte_no_execute << 32) | physical | PTE_PRESENT | flags;
}

static pte_t image_entry(unsigned index)
{
    uint32_t physical = LARGE + (index << PAGE_BITS), in_stacks = physical - PHYSICAL(kernel_stacks);
    const uint8_t *at = PHYSMAP(uint8_t, physical);
    bool writable = at < kernel_text_start || at >= kernel_rodata_end;

    if (in_stacks < sizeof kernel_stacks && in_stacks % sizeof kernel_stacks[0] == 0)
        return 0; /* a guard page */
    return kernel_entry(physical, writable ? PTE_WRITABLE : 0, !writable && at < kernel_text_end);
}

/* Also ends boot's second mapping of memory, at address 0. */
void arch_space_init(uint32_t records, uint32_t records_bytes)
{
    paging_init_features();
    for (unsigned i = 0; i < PHYSMAP_BYTES >> LARGE_BITS; i++)
        directory[i] = kernel_entry(i << LARGE_BITS, PTE_WRITABLE | PTE_LARGE, false);
    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        image[i] = image_entry(i);
    directory[IMAGE_ENTRY] = kernel_entry(PHYSICAL(image), PTE_WRITABLE, true);
    for (unsigned i = 0; i << LARGE_BITS < records_bytes; i++)
        directory[RECORDS_ENTRY + i] = kernel_entry(records + (i << LARGE_BITS), PTE_WRITABLE | PTE_LARGE, false);
    directory[FIXMAP_ENTRY] = kernel_entry(PHYSICAL(fixmap_table), PTE_WRITABLE, false);
    pdpt[DIRECTORIES] = pte_directory(frame_number(REF(directory)));
    kernel.kernel_directory = pdpt[DIRECTORIES];
    machine_kernel_pdpt = REF(pdpt);
    arch_space_leave();
}

volatile void *paging_map_device(unsigned fixmap, uint32_t physical)
{
    pte_fill(&fixmap_table[fixmap],
             kernel_entry(physical & -(uint32_t)PAGE_SIZE, PTE_WRITABLE | PTE_WRITE_THROUGH | PTE_UNCACHED, false));
    return (volatile uint8_t *)DEVICE_BASE(fixmap) + physical % PAGE_SIZE;
}

void *arch_frame_map(unsigned fixmap, uint32_t frame)
{
    if (frame < PHYSMAP_BYTES >> PAGE_BITS)
        return AT(void, frame_ref(frame));
    uint32_t address = FIXMAP_BASE + (fixmap << PAGE_BITS);
    pte_fill(&fixmap_table[fixmap], kernel_entry(frame << PAGE_BITS, PTE_WRITABLE, false));
    arch_tlb_invalidate(address);
    return (void *)address;
}

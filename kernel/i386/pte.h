/* PAE page-table entries: Intel SDM volume 3, 4.4. Bits: present 0, writable 1, user 2, write-through 3, uncached 4,
 * 2 MiB 7, available to software 9-11, no-execute 63 (where the processor has it). RIGHT_WRITE is PTE_WRITABLE's bit;
 * RIGHT_EXECUTE is 4. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { PTE_PRESENT = 1, PTE_WRITABLE = 2, PTE_USER = 4, PTE_WRITE_THROUGH = 8, PTE_UNCACHED = 16, PTE_LARGE = 0x80 };

/* Software bit: a thread's message page, which is kernel memory without a node; no call can unmap it or map it
 * elsewhere. */
enum { PTE_MESSAGE = 0x200 };

/* The upper half's no-execute bit, or 0 without NX: set once at boot. */
extern uint32_t pte_no_execute;

static inline uint64_t pte_make(uint32_t frame, uint8_t rights)
{
    uint32_t low = frame << 12 | PTE_PRESENT | PTE_USER | (rights & 2u);
    return (uint64_t)(rights & 4 ? 0 : pte_no_execute) << 32 | low;
}

static inline uint64_t pte_table(uint32_t frame)
{
    return frame << 12 | PTE_PRESENT | PTE_WRITABLE | PTE_USER;
}

/* An entry of the page-directory-pointer table (PDPT), of which a space has four. The bits of rights are reserved. */
static inline uint64_t pte_directory(uint32_t frame)
{
    return frame << 12 | PTE_PRESENT;
}

static inline uint32_t pte_low(const uint64_t *at)
{
    return *(const volatile uint32_t *)at;
}

/* Present and no message page: a mapping, with a node. */
static inline bool pte_is_mapping(const uint64_t *at)
{
    return (pte_low(at) & (PTE_PRESENT | PTE_MESSAGE)) == PTE_PRESENT;
}

static inline uint32_t pte_frame(const uint64_t *at)
{
    return pte_low(at) >> 12;
}

static inline bool pte_writable(const uint64_t *at)
{
    return pte_low(at) & PTE_WRITABLE;
}

static inline bool pte_executable(const uint64_t *at)
{
    return pte_no_execute && !(*at >> 63);
}

/* Another processor may walk the table between the two writes: so present is cleared first and set last. */
static inline void pte_clear(uint64_t *at)
{
    volatile uint32_t *half = (volatile uint32_t *)at;

    half[0] = 0;
    half[1] = 0;
}

/* Fills a clear entry, or one that only this processor uses. */
static inline void pte_fill(uint64_t *at, uint64_t entry)
{
    volatile uint32_t *half = (volatile uint32_t *)at;

    half[1] = (uint32_t)(entry >> 32);
    half[0] = (uint32_t)entry;
}

/* Removes all rights but `rights`. A processor that walks the table meanwhile finds the entry present, and each right
 * as it was or as it will be. */
static inline void pte_lower(uint64_t *at, uint8_t rights)
{
    volatile uint32_t *half = (volatile uint32_t *)at;

    half[0] &= ~(uint32_t)PTE_WRITABLE | rights;
    if (!(rights & 4))
        half[1] = pte_no_execute;
}

/* The entry that maps the next frame with the same rights. */
static inline uint64_t pte_next(uint64_t entry)
{
    return (entry & ~0xffffffffull) | ((uint32_t)entry + (1u << 12));
}

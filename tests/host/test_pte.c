/*
 * Page-table entries while they are written: another processor, which may walk tables at any time, sees each of the two
 * halves as it is stored. The test stops at every store: the page is not writable, and one instruction later it is.
 *
 * sources:
 */
#define _GNU_SOURCE
#include "kernel/arch/arch.h"
#include "tests/host/check.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { STORES_MAX = 8, TRAP_FLAG = 0x100 };

static uint64_t *entry;                 /* in a page of its own */
static uint64_t states[STORES_MAX + 1]; /* of the entry: before the first store, and after each */
static unsigned stores;

static void protect(int rights)
{
    CHECK(mprotect(entry, PAGE_SIZE, rights) == 0);
}

static void at_store(int signal, siginfo_t *info, void *context)
{
    CHECK(signal == SIGSEGV && (char *)info->si_addr - (char *)entry < 8);
    protect(PROT_READ | PROT_WRITE);
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
}

static void behind_store(int signal, siginfo_t *info, void *context)
{
    (void)info;
    CHECK(signal == SIGTRAP && stores < STORES_MAX);
    states[++stores] = *entry;
    protect(PROT_READ);
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
}

static void watch(int signal, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};

    CHECK(sigaction(signal, &action, NULL) == 0);
}

static void begin(uint64_t before)
{
    protect(PROT_READ | PROT_WRITE);
    *entry = before;
    states[0] = before;
    stores = 0;
    protect(PROT_READ);
}

/* Whenever the entry is present it is the old one or the new one. */
static bool never_mixed(uint64_t old, uint64_t new)
{
    for (unsigned i = 0; i <= stores; i++)
        if (states[i] & PTE_PRESENT && states[i] != old && states[i] != new)
            return false;
    return stores > 0 && *entry == new;
}

enum { PRESENT = PTE_PRESENT | PTE_USER };
static const uint64_t no_execute = 0x8000000000000000u;
static const uint64_t code = 0x2000 | PRESENT;
static const uint64_t data = no_execute | 0x2000 | PRESENT | PTE_WRITABLE, constants = no_execute | 0x2000 | PRESENT;

static void a_clear_entry_is_filled(void)
{
    begin(0);
    pte_fill(entry, data);
    CHECK(never_mixed(0, data));
    begin(0);
    pte_fill(entry, code);
    CHECK(never_mixed(0, code));
}

/* A processor that walks the table meanwhile finds the page. */
static void rights_are_lowered(void)
{
    begin(data);
    pte_lower(entry, RIGHT_READ);
    CHECK(never_mixed(data, constants) && states[1] & PTE_PRESENT);
    begin(code);
    pte_lower(entry, RIGHT_READ);
    CHECK(never_mixed(code, constants) && states[1] & PTE_PRESENT);
    begin(code);
    pte_lower(entry, RIGHT_READ | RIGHT_EXECUTE);
    CHECK(never_mixed(code, code));
    begin(data);
    pte_lower(entry, RIGHT_ALL & ~RIGHT_EXECUTE);
    CHECK(never_mixed(data, data));
}

static void an_entry_is_cleared(void)
{
    begin(data);
    pte_clear(entry);
    CHECK(never_mixed(data, 0));
}

int main(void)
{
    entry = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(entry != MAP_FAILED);
    watch(SIGSEGV, at_store);
    watch(SIGTRAP, behind_store);
    a_clear_entry_is_filled();
    rights_are_lowered();
    an_entry_is_cleared();
    puts("test_pte: no half of one entry is seen with half of another");
}

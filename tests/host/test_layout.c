/* Sizes and alignments that the kernel relies on. */
#include "kernel/ipc/endpoint.h"
#include "kernel/thread/sched.h"
#include "tests/host/check.h"

int main(void)
{
    CHECK(sizeof(struct node) == 8);
    CHECK(sizeof(struct slot) == 16 && offsetof(struct slot, node) == 0);
    CHECK(sizeof(struct frame) == 16);
    CHECK(LEAF_SLOTS * sizeof(struct slot) == PAGE_SIZE);
    CHECK(TABLE_ENTRIES * sizeof(struct node) == PAGE_SIZE);
    CHECK(LEAF_COUNT * LEAF_SLOTS == SLOT_COUNT);
    CHECK(offsetof(struct task, object) == 0 && offsetof(struct thread, object) == 0);
    CHECK(offsetof(struct task, space) % 32 == 0);
    CHECK(offsetof(struct thread, fpu) % 16 == 0);
    CHECK(sizeof(struct message_page) <= PAGE_SIZE && sizeof(struct boot_page) <= PAGE_SIZE);
    CHECK(sizeof(struct item) == 12);

    /* Everything in the physmap, and the frame records, can be named by a node's reference. */
    CHECK((0x38000000ull + (16ull << 20)) / sizeof(struct node) <= 1u << 27);

    /* Numbers of the one list are distinct and dense. */
    static const int numbers[] = {
#define SYSCALL(number, name, slot, arguments, result, errors, summary) number,
#include "kernel/abi/syscalls.def"
    };
    for (int i = 0; i < SYS_COUNT; i++)
        CHECK(numbers[i] == i);
    puts("test_layout: sizes and alignments are as expected");
}

/* What the tests of the library's signals share: a program that is interrupted, with its frame. */
#pragma once

#include "tests/host/vdso_world.h"

enum { OTHER = 8, TKILL = 238, USER_1 = 10, USER_2 = 12, BLOCK_THEM = 0, UNBLOCK_THEM = 1, SET_THEM = 2, BYTES = 8 };
enum { HANDLER_AT = 0x905000, ALL = 0x7fffffff & ~(1 << 8 | 1 << 18), STACK_AT = 0x906000, STACK_BYTES = 0x2000 };
#define BIT(signal) (1u << ((signal)-1))

static void signals_begin(void)
{
    memset(state, 0, sizeof(*state));
    forget_lines();
    REPLIES({0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0});
}

enum { SAVED_WORDS = 10, PROGRAM_EIP = 0x901234 };
static uint32_t *saved; /* on the program's stack, as entry.asm saves them */
static struct signal_frame *frame;

/* Sets registers, flags, and where the program continues, with the frame below them. */
static void frame_begin(void)
{
    signals_begin();
    saved = (uint32_t *)(void *)(program + 3 * PAGE_SIZE);
    for (uint32_t i = 0; i < SAVED_WORDS; i++)
        saved[i] = 0x100 + i;
    saved[9] = PROGRAM_EIP;
    frame = frame_below(AT(saved));
    memset(frame, 0xee, sizeof(*frame));
    memset(world_fpu, 0xf0, sizeof(world_fpu));
    memset(message_page, 0xaa, sizeof(*message_page));
    for (uint32_t i = 1; i < SIGNAL_NUMBERS; i++)
        state->actions[i] = (struct vdso_action){HANDLER_AT + i, 0, 0};
    state->signal_pending = 1;
}

/* Interrupts the program at that level with the frame's registers, as entry.asm does; returns the signal frame, if
 * there is one. */
static inline struct signal_frame *interrupted(uint32_t level)
{
    struct vdso_interruption *at = &levels[level].interruption;

    memcpy(at->registers, saved, sizeof(at->registers));
    at->flags = saved[8];
    at->esp = AT(saved);
    struct signal_frame *made = vdso_interrupted(at);
    if (!made && state->signal_pending && level == OUTER)
        made = vdso_frame_of(at);
    return made ? vdso_framed(made) : NULL;
}

static inline uint32_t continues_at(uint32_t level)
{
    return levels[level].interruption.eip;
}

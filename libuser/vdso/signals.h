/*
 * Signals in the program's own space. proc keeps pending signals and interrupts the process: servers/proc/signals.h.
 * The vdso has the program's actions and masks, and calls handlers, each on a frame like Linux's:
 *
 *      return_to, signal, info, context     as for a call of the handler
 *      siginfo_t, ucontext_t                with the interrupted registers, which the handler may change
 *      message page, FPU                    everything else that the handler may change
 *
 *   S1  a thread that is interrupted in the program, or in the vdso after its last check (vdso_unchecked), gets a frame
 *       at once, on its stack or the stack for signals. Elsewhere in the vdso it only sets a mark and continues: each
 *       call checks the mark before it returns, each frame before it is left. So a call learns that it is to end
 *   S2  a wait at a server other than proc is in vdso_wait(): a thread that is interrupted before its message has left
 *       gives up, and makes the call again so that it does not wait (WAIT_INTERRUPTED in servers/proto/slots.h)
 *   S3  proc knows what is caught, ignored and blocked, except a mask that blocks all, which C libraries set around a
 *       fork: proc is told of it when the program next waits, or sends itself a signal that would end it
 *   S4  the program's stack is not touched before a frame is made there. A process whose vdso knows of a signal is not
 *       interrupted by another before it has taken all that are due. So two levels (vdso.h) are enough, for a fault and
 *       then a signal, or a signal and then a fault
 */
#pragma once

#include "libuser/vdso/vdso.h"

enum { HANDLE_DEFAULT = 0, HANDLE_IGNORE = 1 };
enum {
    ACTION_NO_CHILD_WAIT = 2,
    ACTION_SIGINFO = 4,
    ACTION_ON_STACK = 0x08000000,
    ACTION_RESTART = 0x10000000,
    ACTION_NO_DEFER = 0x40000000
};
#define ACTION_RESET 0x80000000u

/* A bit in the set of ignored signals: ended children are not waited for. */
#define IGNORES_CHILDREN 0x80000000u

enum { FRAME_BYTES = 1360, PAGE_WORDS_KEPT = 84 };
enum register_name {
    REGISTER_GS,
    REGISTER_FS,
    REGISTER_ES,
    REGISTER_DS,
    REGISTER_EDI,
    REGISTER_ESI,
    REGISTER_EBP,
    REGISTER_ESP,
    REGISTER_EBX,
    REGISTER_EDX,
    REGISTER_ECX,
    REGISTER_EAX,
    REGISTER_TRAP,
    REGISTER_ERROR,
    REGISTER_EIP,
    REGISTER_CS,
    REGISTER_FLAGS,
    REGISTER_FINAL_ESP,
    REGISTER_SS,
    REGISTERS
};

/* The head of Linux's siginfo_t (rest: the sender's user, si_value or si_status), and ucontext_t with room for a larger
 * set of signals. */
struct siginfo_words {
    uint32_t signal, error, code, sender, rest[28];
};
struct context_words {
    uint32_t flags, link, stack[3];
    uint32_t registers[REGISTERS], fpu, mask_before, fault_address;
    uint32_t mask[32];
};

struct signal_frame {
    uint32_t return_to, signal, info, context_at;
    uint32_t handler; /* 0: the frame is being left */
    struct siginfo_words siginfo;
    struct context_words context;
    uint32_t to_align;
    uint32_t fpu_head[28]; /* the format before fxsave: zeros, which mean that fxsave's follows */
    uint8_t fpu[512];
    uint32_t page[PAGE_WORDS_KEPT];
    uint32_t restart; /* the number of the interrupted call, if it may be restarted, or 0 */
    uint32_t has_fpu;
    uint32_t why; /* proc's description of a fault, until it is handled; else 0 */
};
_Static_assert(sizeof(struct signal_frame) == FRAME_BYTES && offsetof(struct signal_frame, handler) == 16 &&
                   offsetof(struct signal_frame, context.registers) == 168 &&
                   offsetof(struct signal_frame, fpu) % 16 == 4 &&
                   offsetof(struct message_page, state) == PAGE_WORDS_KEPT * 4,
               "the numbers of entry.asm");

static inline uint32_t signal_bit(uint32_t signal)
{
    return 1u << (signal - 1);
}

/* The set without signals that cannot be blocked. */
static inline uint32_t signals_blockable(uint32_t mask)
{
    enum { KILL = 9, STOP = 19 };

    return mask & 0x7fffffff & ~(signal_bit(KILL) | signal_bit(STOP));
}

/* Changes the mask, and tells proc, at once or later as S3 says. */
void signals_set_mask(uint32_t mask);

/* Tells proc of changed actions: which signals are caught or ignored. */
void signals_tell_actions(void);

/* Makes the siginfo_t from proc's reply to signal_take. */
struct siginfo_words signal_info(uint32_t signal, uint32_t value, uint32_t sender);

/* Sets an action. */
void signal_set_action(uint32_t signal, struct vdso_action action);

/* For entry.asm, on the vdso's own stack: returns the frame, on the program's stack, with which to continue; 0:
 * continue as the interruption says. The second is called if a signal may have come. */
#define FROM_ENTRY __attribute__((regparm(2)))
FROM_ENTRY struct signal_frame *vdso_interrupted(struct vdso_interruption *interruption);
FROM_ENTRY struct signal_frame *vdso_frame_of(struct vdso_interruption *interruption);

/* These return the frame with which to continue; `saved` has registers in the order of pusha, then flags and eip. */
FROM_ENTRY struct signal_frame *vdso_framed(struct signal_frame *frame);
FROM_ENTRY struct signal_frame *vdso_check_signals(struct signal_frame *frame, const uint32_t *saved);
/* The address at which a program continues after `int $0x80`. */
uint32_t vdso_called(void);

FROM_ENTRY struct signal_frame *vdso_next(struct signal_frame *frame);
FROM_ENTRY struct signal_frame *vdso_handler_returned(struct signal_frame *frame);
FROM_ENTRY _Noreturn void vdso_resume_frame(struct signal_frame *frame);
FROM_ENTRY void vdso_fpu_save(void *to);
FROM_ENTRY void vdso_fpu_load(const void *from);
void vdso_handler_returns(void);

/* Labels in entry.asm, declared as functions for their addresses. */
void vdso_wait_begins(void), vdso_wait_ends(void), vdso_wait_given_up(void);
void vdso_back(void), vdso_back_ends(void), vdso_back_jumps(void);
enum { UNCHECKED_RANGES = 4, UNCHECKED_CALLED = 2, UNCHECKED_RESTORE = 3 };
extern const uint32_t vdso_unchecked[2 * UNCHECKED_RANGES];

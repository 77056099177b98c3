/* Calls signal handlers: makes and leaves their frames. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/signals.h"
#include "servers/proto/mem_types.h"
#include "servers/proto/proc.h"

#include <string.h>

static uint32_t address_of(void (*function)(void))
{
    return (uint32_t)function;
}

static uint32_t *registers_of(struct signal_frame *frame)
{
    return frame->context.registers;
}

static bool is_on_stack(uint32_t esp)
{
    return esp - state->stack.begin < state->stack.bytes;
}

/* Returns the address of a frame below `esp`. */
static struct signal_frame *frame_below(uint32_t esp)
{
    return (struct signal_frame *)(((esp - FRAME_BYTES - 16) & ~15u) - 4);
}

/* ------------------------------------------------------------------------------------ making one */

/* Saves everything that the handler could change. All of the frame is set, because its memory is the program's. */
static void save(struct signal_frame *frame, const uint32_t *saved, uint32_t esp, uint32_t eip)
{
    enum { SAVED_FLAGS = 8, CODE = 0x1b, DATA = 0x23 };
    uint32_t *registers = registers_of(frame);

    memset(&frame->context, 0, sizeof frame->context);
    memcpy(&registers[REGISTER_EDI], saved, SAVED_FLAGS * sizeof *saved);
    registers[REGISTER_ESP] = registers[REGISTER_FINAL_ESP] = esp;
    registers[REGISTER_EIP] = eip;
    registers[REGISTER_FLAGS] = saved[SAVED_FLAGS];
    registers[REGISTER_GS] = USER_AREA_SELECTOR;
    registers[REGISTER_CS] = CODE;
    registers[REGISTER_DS] = registers[REGISTER_ES] = registers[REGISTER_SS] = DATA;
    memcpy(frame->page, message_page, sizeof frame->page);
    memset(frame->fpu_head, 0, sizeof frame->fpu_head);
    frame->handler = frame->restart = frame->has_fpu = frame->why = 0;
}

/* Restores the state that the frame saved. */
static struct signal_frame *leave(struct signal_frame *frame)
{
    if (frame->has_fpu)
        vdso_fpu_load(frame->fpu);
    memcpy(message_page, frame->page, sizeof frame->page);
    frame->handler = 0;
    return frame;
}

/* Has the call made again: its arguments are in the registers, and its return address is pushed below the stack. */
static void make_call_again(struct signal_frame *frame)
{
    uint32_t *registers = registers_of(frame);

    registers[REGISTER_ESP] -= sizeof(uint32_t);
    *(uint32_t *)registers[REGISTER_ESP] = registers[REGISTER_EIP];
    registers[REGISTER_EIP] = address_of(vdso_call);
    registers[REGISTER_EAX] = frame->restart;
    frame->restart = 0;
}

/* ------------------------------------------------------------------------------------ a handler */

/* Moves the frame to the handler's stack. If it is on that stack already, it stays where it is. */
static struct signal_frame *move_to_stack(struct signal_frame *frame, uint32_t flags)
{
    uint32_t esp = registers_of(frame)[REGISTER_ESP];

    if (flags & ACTION_ON_STACK && state->stack.bytes && !is_on_stack(esp))
        esp = state->stack.begin + state->stack.bytes;
    if (esp - (uint32_t)frame < 2 * FRAME_BYTES)
        return frame;
    return memcpy(frame_below(esp), frame, sizeof *frame);
}

static void describe_stack(struct context_words *context)
{
    enum { ON_STACK = 1, DISABLED = 2 };
    bool is_on = is_on_stack(context->registers[REGISTER_ESP]);

    context->stack[0] = state->stack.begin;
    context->stack[1] = !state->stack.bytes ? DISABLED : is_on ? ON_STACK : 0;
    context->stack[2] = state->stack.bytes;
}

/* The handler's end restores the mask from before the handler, or from before sigsuspend. */
static void block_others(struct signal_frame *frame, uint32_t signal, const struct vdso_action *action)
{
    uint32_t own = action->flags & ACTION_NO_DEFER ? 0 : signal_bit(signal);
    uint32_t before = state->is_suspended ? state->mask_before : state->blocked;

    frame->context.mask[0] = frame->context.mask_before = before;
    state->is_suspended = 0;
    signals_set_mask(state->blocked | action->mask | own);
}

/* If the program has not used the FPU, saving its state would make it a user, and the handler cannot change anything
 * there. */
static struct signal_frame *call_handler(struct signal_frame *frame, struct siginfo_words info, bool uses_fpu)
{
    struct vdso_action action = state->actions[info.signal];

    if (frame->restart && action.flags & ACTION_RESTART)
        make_call_again(frame);
    frame->restart = 0;
    frame = move_to_stack(frame, action.flags);
    frame->return_to = address_of(vdso_handler_returns);
    frame->signal = info.signal;
    frame->info = (uint32_t)&frame->siginfo;
    frame->context_at = (uint32_t)&frame->context;
    frame->handler = action.handler;
    frame->siginfo = info;
    frame->context.fpu = uses_fpu ? (uint32_t)frame->fpu_head : 0;
    if (uses_fpu && !frame->has_fpu) /* an earlier handler on this frame may have saved it */
        vdso_fpu_save(frame->fpu);
    frame->has_fpu = uses_fpu;
    describe_stack(&frame->context);
    block_others(frame, info.signal, &action);
    action.handler = HANDLE_DEFAULT;
    if (action.flags & ACTION_RESET)
        signal_set_action(info.signal, action);
    return frame;
}

/* ------------------------------------------------------------------------------------ what is next */

struct siginfo_words signal_info(uint32_t signal, uint32_t value, uint32_t sender)
{
    enum { VALUE = 1 };
    uint32_t code = (uint32_t)(int16_t)proc_signal_take_code(signal);

    return (struct siginfo_words){
        .signal = proc_signal_take_number(signal), .code = code, .sender = sender, .rest[VALUE] = value};
}

static bool take_next(struct siginfo_words *info, bool *uses_fpu)
{
    uint32_t signal = 0, value = 0, sender = 0;

    state->signal_pending = 0; /* before the call: a signal that comes now sets it again */
    if (proc_signal_take(CLIENT_SLOT_PROC, state->blocked, 0, &signal, &value, &sender))
        return false;
    *uses_fpu = proc_signal_take_uses_fpu(signal);
    *info = signal_info(signal, value, sender);
    state->blocked_pending = info->signal ? 0 : value;
    state->signal_pending |= info->signal != 0; /* there may be more */
    return info->signal && state->actions[info->signal].handler > HANDLE_IGNORE;
}

/* No handler has run since the call, so to the program the call has not ended. */
static void resume_call(struct signal_frame *frame)
{
    if (state->is_suspended) {
        state->is_suspended = 0;
        signals_set_mask(state->mask_before);
    }
    if (frame->restart)
        make_call_again(frame);
}

FROM_ENTRY struct signal_frame *vdso_next(struct signal_frame *frame)
{
    struct siginfo_words info;
    bool uses_fpu;

    while (state->signal_pending)
        if (take_next(&info, &uses_fpu))
            return call_handler(frame, info, uses_fpu);
    resume_call(frame);
    return leave(frame);
}

FROM_ENTRY struct signal_frame *vdso_check_signals(struct signal_frame *frame, const uint32_t *saved)
{
    enum { SAVED_EIP = 9, SAVED_WORDS };

    save(frame, saved, (uint32_t)(saved + SAVED_WORDS), saved[SAVED_EIP]);
    frame->restart = state->restart;
    state->restart = 0;
    return vdso_next(frame);
}

/* ------------------------------------------------------------------------------------ faults */

enum { OF_PAGE = FATAL_FAULT_PROTECTED | FAULT_PRESENT };
enum { DIVIDE_ERROR = 0, DEBUG = 1, INVALID_OPCODE = 6, PAGE_FAULT = 14, FPU_ERROR = 16, SIMD_ERROR = 19 };

/* si_code, as Linux chooses it. */
static uint32_t code_of(uint32_t vector, uint32_t cause, uint32_t address)
{
    enum {
        INTEGER_DIVISION = 1,
        TRACED = 2,
        ILLEGAL_OPERAND = 2,
        NOT_MAPPED = 1,
        NOT_ALLOWED = 2,
        NOT_THERE = 2,
        OF_KERNEL = 0x80
    };

    switch (vector) {
    case DIVIDE_ERROR:
        return INTEGER_DIVISION;
    case DEBUG:
        return TRACED;
    case INVALID_OPCODE:
        return ILLEGAL_OPERAND;
    case PAGE_FAULT:
        if (cause & FATAL_FAULT_FOREIGN)
            return NOT_THERE;
        return cause & OF_PAGE && address < USER_END ? NOT_ALLOWED : NOT_MAPPED;
    default:
        return OF_KERNEL;
    }
}

static bool has_own_address(uint32_t vector)
{
    return vector == DIVIDE_ERROR || vector == INVALID_OPCODE || vector == FPU_ERROR || vector == SIMD_ERROR;
}

/* Repairs a fault at an address for a file's page, if possible. The file may have the page by now, or may grant it with
 * the right to write. Or the address was only reserved ahead: it is given back, and the next fault is the program's. */
static bool is_there_now(uint32_t why, uint32_t address)
{
    if (!(why & FATAL_FAULT_FOREIGN) || !(vdso_give_ahead(address, 1) || vdso_map_again(address, why & FAULT_WRITE)))
        return false;
    state->proc_caught = ~state->caught; /* so that proc is told: the fault is over */
    vdso_tell_all_signals();
    return true;
}

/* The signal cannot be handled now, and the instruction would fault again, so the process ends by the signal. */
static _Noreturn void end_by(uint32_t signal)
{
    uint32_t pid = 0, parent;

    state->actions[signal] = (struct vdso_action){0};
    state->caught &= ~signal_bit(signal);
    state->blocked &= ~signal_bit(signal);
    vdso_tell_all_signals();
    (void)proc_getpid(CLIENT_SLOT_PROC, &pid, &parent);
    (void)proc_kill(CLIENT_SLOT_PROC, pid, signal, 0);
    __builtin_trap();
}

static bool is_unchecked(uint32_t eip, uint32_t range)
{
    return eip >= vdso_unchecked[2 * range] && eip < vdso_unchecked[2 * range + 1];
}

/* A fault while a frame is restored ends the process: a new frame would only fault again. When the frame is made, proc
 * is told that the fault is over; until then a second fault ends the process. */
static struct signal_frame *handle_fault(struct signal_frame *frame)
{
    uint32_t why = frame->why, address = frame->context.fault_address;
    uint32_t signal = proc_interrupted_signal(why), vector = proc_interrupted_vector(why);
    uint32_t cause = proc_interrupted_cause(why);
    uint32_t *registers = registers_of(frame), eip = registers[REGISTER_EIP];
    struct siginfo_words info = {.signal = signal, .code = code_of(vector, cause, address)};

    bool handled = state->actions[signal].handler > HANDLE_IGNORE && !(state->blocked & signal_bit(signal));
    if (!handled && cause & FATAL_FAULT_FOREIGN)
        __builtin_trap(); /* proc then reports the first fault */
    if (!handled || is_unchecked(eip, UNCHECKED_RESTORE))
        end_by(signal);
    info.sender = vector == PAGE_FAULT ? address : has_own_address(vector) ? eip : 0; /* si_addr */
    registers[REGISTER_TRAP] = vector;
    registers[REGISTER_ERROR] = cause & ~(uint32_t)(FATAL_FAULT_PROTECTED | FATAL_FAULT_FOREIGN);
    frame->context.fault_address = vector == PAGE_FAULT ? address : 0;
    frame = call_handler(frame, info, proc_interrupted_uses_fpu(why));
    state->proc_caught = ~state->caught;
    vdso_tell_all_signals();
    return frame;
}

/* ------------------------------------------------------------------------------------ interrupted */

/* S1: returns whether the code at `eip` will check for signals itself. */
static bool will_check_signals(uint32_t eip)
{
    for (uint32_t range = 0; range < UNCHECKED_RANGES; range++)
        if (is_unchecked(eip, range))
            return false;
    return eip >= VDSO_BASE && eip < VDSO_END;
}

static struct signal_frame *make_frame(const struct vdso_interruption *interruption)
{
    bool on_other = state->stack_end && !is_on_stack(interruption->esp);
    struct signal_frame *frame = frame_below(on_other ? state->stack_end : interruption->esp);

    save(frame, interruption->registers, interruption->esp, interruption->eip);
    frame->why = interruption->why;
    frame->context.fault_address = interruption->why ? interruption->address : 0;
    return frame;
}

/* The interrupted code continues at `eip`, except for a wait, which is given up, and the way back, which is repeated
 * from its beginning. */
static void set_eip(struct vdso_interruption *interruption, uint32_t eip)
{
    if (eip == address_of(vdso_back_jumps))
        return; /* interruption->eip already is the target of the jump */
    interruption->eip = eip;
    if (eip >= address_of(vdso_wait_begins) && eip <= address_of(vdso_wait_ends))
        interruption->eip = address_of(vdso_wait_given_up);
    if (eip >= address_of(vdso_back) && eip <= address_of(vdso_back_ends)) {
        interruption->eip = address_of(vdso_back);
        interruption->esp = (uint32_t)&levels[OUTER].interruption; /* the words above are still needed */
    }
}

/* Asks proc for the reason. Returns true if the interrupted code can simply continue. */
static bool ask_what_is(struct vdso_interruption *interruption)
{
    uint32_t eip = 0;

    if (proc_interrupted(CLIENT_SLOT_PROC, &eip, &interruption->why, &interruption->address))
        __builtin_trap();
    set_eip(interruption, eip);
    if (!interruption->why)
        state->signal_pending = 1;
    else if (is_there_now(interruption->why, interruption->address))
        interruption->why = 0;
    return !interruption->why;
}

/* Keeps the message page's head for the interrupted code. The replies to the calls here have no data in the page. */
FROM_ENTRY struct signal_frame *vdso_interrupted(struct vdso_interruption *interruption)
{
    uint8_t page[offsetof(struct message_page, words)];

    memcpy(page, message_page, sizeof page);
    bool may_continue = ask_what_is(interruption);
    memcpy(message_page, page, sizeof page);
    if (!may_continue && interruption == &levels[INNER].interruption)
        __builtin_trap(); /* a frame could not be made */
    return may_continue ? NULL : make_frame(interruption);
}

FROM_ENTRY struct signal_frame *vdso_frame_of(struct vdso_interruption *interruption)
{
    return will_check_signals(interruption->eip) ? NULL : make_frame(interruption);
}

FROM_ENTRY struct signal_frame *vdso_framed(struct signal_frame *frame)
{
    return frame->why ? handle_fault(frame) : vdso_next(frame);
}

/* The handler may have changed the frame's mask. */
FROM_ENTRY struct signal_frame *vdso_handler_returned(struct signal_frame *frame)
{
    signals_set_mask(signals_blockable(frame->context.mask[0]));
    return vdso_next(frame);
}

/* Called for int 0x80. A signal that came since this fault did not interrupt the code, so it is noted here. */
uint32_t vdso_called(void)
{
    enum { INT_0X80 = 0x80cd, INSTRUCTION_BYTES = 2, SEGMENT_FAULT = 11 };
    uint32_t eip = 0, why, due = 0;

    if (proc_interrupted(CLIENT_SLOT_PROC, &eip, &why, &due))
        __builtin_trap();
    state->signal_pending |= due;
    if (*(const uint16_t *)eip != INT_0X80)
        end_by(SEGMENT_FAULT);
    return eip + INSTRUCTION_BYTES;
}

/* Returns from the handler. The frame, without its first word, is on the caller's stack, behind the call's return
 * address or behind the words that `called` in entry.asm pushed. */
HANDLER(rt_sigreturn)
{
    enum { ARGUMENTS = 6, CALLED_WORDS = 2 };

    (void)number;
    vdso_resume_frame(
        (struct signal_frame *)(a + ARGUMENTS +
                                (a[ARGUMENTS] == vdso_unchecked[2 * UNCHECKED_CALLED] ? CALLED_WORDS : 0)));
}

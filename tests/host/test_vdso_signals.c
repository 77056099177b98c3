/*
 * The library of system calls and signals: its calls to proc, the frames on which handlers run, and the state after
 * they return.
 *
 * instead: tests/server/instead
 */
#include "tests/host/vdso_signals.h"

static struct sigaction_words *action, *was; /* in the program */
static uint32_t *set, *old;

static void catch_with(uint32_t signal, uint32_t handler, uint32_t flags, uint32_t mask)
{
    *action = (struct sigaction_words){.handler = handler, .flags = flags, .mask = {mask, 0xffffffff}};
    CHECK(CALL(rt_sigaction, signal, AT(action), 0, BYTES) == 0);
}

static int32_t change_mask(uint32_t how, uint32_t mask)
{
    set[0] = mask, set[1] = 0xffffffff;
    return CALL(rt_sigprocmask, how, AT(set), 0, BYTES);
}

/* ---------------------------------------------------------------------------------- proc is told */

static void proc_is_told(void)
{
    signals_begin();
    catch_with(USER_1, HANDLER_AT, 0, 0);
    catch_with(USER_1, HANDLER_AT + 8, 0, 0); /* nothing that proc must know */
    catch_with(USER_2, HANDLE_IGNORE, 0, 0);
    expect("signals 512 0 0\nsignals 512 2048 0\n");
    catch_with(USER_1, HANDLE_IGNORE, 0, 0);
    catch_with(USER_2, HANDLE_DEFAULT, 0, 0);
    expect("signals 0 2560 0\nsignals 0 512 0\n");
    CHECK(change_mask(BLOCK_THEM, BIT(1)) == 0 && change_mask(BLOCK_THEM, BIT(1)) == 0 && !state->signal_pending);
    expect("signals 0 512 1\n");
    REPLIES({0, {BIT(3)}, NULL});
    CHECK(change_mask(SET_THEM, 0) == 0 && state->signal_pending); /* something is due */
}

/* As around a fork: blocking everything costs no message, and the next wait reports it. */
static void a_full_mask_is_told_late(void)
{
    signals_begin();
    catch_with(USER_1, HANDLER_AT, 0, 0);
    forget_lines();
    CHECK(change_mask(SET_THEM, 0xffffffff) == 0 && state->blocked == ALL && change_mask(SET_THEM, 0) == 0);
    expect("");
    CHECK(change_mask(SET_THEM, 0xffffffff) == 0);
    catch_with(USER_2, HANDLER_AT, 0, 0); /* this is reported, and not the mask */
    CHECK(state->blocked == ALL);
    expect("signals 2560 0 0\n");
    CHECK(CALL(kill, OTHER, USER_1) == 0 && CALL(kill, OTHER, 15) == 0);
    expect("kill 8 10 0\nsignals 2560 0 2147221247\nkill 8 15 0\n");
    CHECK(change_mask(SET_THEM, 0) == 0 && change_mask(SET_THEM, 0xffffffff) == 0);
    forget_lines();
    CHECK(CALL(wait4, 5, 0, 0, 0) == 0);
    expect("signals 2560 0 2147221247\nwait 5 0 0\n");
}

/* To each member of the group, the caller last. */
static void signals_are_sent_to_groups(void)
{
    signals_begin();
    REPLIES({0, {8}, NULL}, {0, {1}, "\x8|||||||\x5|||"}, {0, {2}, "\x9|||||||\x6|||"}, {-ENOENT, {0}, NULL},
            {-EPERM, {0}, NULL});
    CHECK(CALL(kill, (uint32_t)-5, 15) == -EPERM);
    expect("getpid 0 0 0\nlist 0 0 0\nlist 1 0 0\nlist 2 0 0\nkill 8 15 0\n");
    REPLIES({0, {8}, NULL}, {0, {1}, "\x8|||||||\x5|||"}, {0, {2}, "\x9|||||||\x6|||"}, {0}, {-ENOENT, {0}, NULL});
    CHECK(CALL(kill, (uint32_t)-1, 15) == 0); /* all but the caller */
    expect("getpid 0 0 0\nlist 0 0 0\nlist 1 0 0\nkill 9 15 0\nlist 2 0 0\n");
}

/* A pending signal is looked for as soon as it is no longer blocked. */
static void signals_are_sent(void)
{
    signals_begin();
    REPLIES({0}, {-ESRCH, {0}, NULL}, {-EPERM, {0}, NULL}, {-EINVAL, {0}, NULL}, {0}, {0}, {0});
    CHECK(CALL(kill, OTHER, 15) == 0 && CALL(kill, OTHER + 1, 9) == -ESRCH && CALL(kill, OTHER, 0) == -EPERM);
    CHECK(CALL(kill, OTHER, 32) == -EINVAL && CALL(tgkill, OTHER, 9, 9) == -ESRCH);
    CHECK(CALL_AS(TKILL, kill, OTHER, 9) == 0 && CALL_AS(270, tgkill, OTHER, OTHER, 9) == 0 && !state->signal_pending);
    expect("kill 8 15 0\nkill 9 9 0\nkill 8 0 0\nkill 8 32 0\nkill 8 9 1\nkill 8 9 1\n");
    signals_begin();
    catch_with(USER_1, HANDLER_AT, 0, 0);
    CHECK(CALL(kill, OTHER, USER_1) == 0 && state->signal_pending); /* the process itself may have been in the group */
    state->signal_pending = 0;
    CHECK(change_mask(SET_THEM, BIT(USER_1)) == 0 && CALL(kill, OTHER, USER_1) == 0 && !state->signal_pending);
    CHECK(change_mask(SET_THEM, 0) == 0 && state->signal_pending);
    state->signal_pending = state->blocked_pending = 0;
    REPLIES({-EPERM, {0}, NULL});
    CHECK(CALL(kill, OTHER, USER_1) == -EPERM && !state->signal_pending && !state->blocked_pending);
}

/* ---------------------------------------------------------------------------------- masks, actions */

static void masks_change(void)
{
    signals_begin();
    CHECK(change_mask(BLOCK_THEM, BIT(1) | BIT(2)) == 0 && state->blocked == 3);
    CHECK(change_mask(BLOCK_THEM, BIT(4)) == 0 && state->blocked == 11);
    CHECK(change_mask(UNBLOCK_THEM, BIT(1) | BIT(3)) == 0 && state->blocked == 10);
    old[0] = old[1] = 0xee;
    set[0] = BIT(5);
    CHECK(CALL(rt_sigprocmask, SET_THEM, AT(set), AT(old), BYTES) == 0 && state->blocked == 16 && old[0] == 10 &&
          old[1] == 0);
    CHECK(CALL(rt_sigprocmask, 99, 0, AT(old), BYTES) == 0 && state->blocked == 16 &&
          old[0] == 16); /* it is only asked for */
    CHECK(CALL(rt_sigprocmask, SET_THEM, AT(set), AT(set), BYTES) == 0 && set[0] == 16);
    CHECK(change_mask(SET_THEM, 0xffffffff) == 0 && state->blocked == ALL);
    CHECK(change_mask(SET_THEM, 0) == 0 && change_mask(BLOCK_THEM, BIT(9) | BIT(19)) == 0 && state->blocked == 0);
    CHECK(change_mask(3, 1) == -EINVAL && change_mask(0xffffffff, 1) == -EINVAL && state->blocked == 0);
    CHECK(CALL(rt_sigprocmask, SET_THEM, AT(set), AT(old), 4) == -EINVAL &&
          CALL(rt_sigprocmask, 0, 0, 0, 16) == -EINVAL);
    FOR_BAD_ADDRESSES(address, BYTES)
    {
        CHECK(CALL(rt_sigprocmask, SET_THEM, address, 0, BYTES) == -EFAULT);
        CHECK(CALL(rt_sigprocmask, SET_THEM, AT(set), address, BYTES) == -EFAULT);
    }
    CHECK(state->blocked == 0);
}

/* As many bytes as the set may have: signals that are pending at proc and blocked. */
static void waiting_signals_are_told(void)
{
    signals_begin();
    state->blocked = BIT(USER_1) | BIT(31);
    REPLIES({0, {0, BIT(USER_1) | BIT(USER_2) | BIT(31)}, NULL}, {0, {0, BIT(USER_1) | BIT(USER_2) | BIT(31)}, NULL});
    old[0] = old[1] = 0xeeeeeeee;
    CHECK(CALL(rt_sigpending, AT(old), 9) == -EINVAL && old[0] == 0xeeeeeeee);
    CHECK(CALL(rt_sigpending, AT(old), 4) == 0 && old[0] == (BIT(USER_1) | BIT(31)) && old[1] == 0xeeeeeeee);
    CHECK(CALL(rt_sigpending, AT(old), BYTES) == 0 && old[0] == (BIT(USER_1) | BIT(31)) && old[1] == 0);
    expect("signal_take -1 0 0\nsignal_take -1 0 0\n");
    FOR_BAD_ADDRESSES(address, BYTES)
    CHECK(CALL(rt_sigpending, address, BYTES) == -EFAULT);
    expect("");
}

/* Pending and blocked signals that have no effect, by choice or by default. */
static void what_waits_goes_when_it_is_ignored(void)
{
    enum { CHILD = 17 };

    signals_begin();
    CHECK(change_mask(BLOCK_THEM, BIT(USER_1) | BIT(CHILD)) == 0);
    forget_lines();
    catch_with(USER_1, HANDLE_IGNORE, 0, 0);
    catch_with(CHILD, HANDLE_DEFAULT, 0, 0);
    expect("signals 0 512 66048\nsignal_take 0 512 0\nsignal_take 0 65536 0\n");
    catch_with(USER_1, HANDLE_IGNORE, 0, 0);
    expect("signal_take 0 512 0\n");
    catch_with(USER_1, HANDLE_DEFAULT, 0, 0);
    catch_with(USER_2, HANDLE_IGNORE, 0, 0);
    expect("signals 0 0 66048\nsignals 0 2048 66048\n");
}

static void actions_are_kept(void)
{
    signals_begin();
    catch_with(1, 0x1234, ACTION_NO_DEFER, 0xffffffff);
    catch_with(31, 1, 0, 5);
    *action = (struct sigaction_words){.handler = 2};
    memset(was, 0xee, sizeof(*was));
    CHECK(CALL(rt_sigaction, 1, AT(action), AT(was), BYTES) == 0);
    CHECK(was->handler == 0x1234 && was->flags == ACTION_NO_DEFER && was->mask[0] == ALL && !was->mask[1]);
    CHECK(!was->restorer && state->actions[1].handler == 2 && state->actions[1].mask == 0);
    CHECK(CALL(rt_sigaction, 31, 0, AT(was), BYTES) == 0 && was->handler == 1 && was->mask[0] == 5);
    CHECK(CALL(rt_sigaction, 31, 0, 0, BYTES) == 0 && state->actions[31].handler == 1);
    CHECK(CALL(rt_sigaction, 9, 0, AT(was), BYTES) == 0 && was->handler == 0);
}

static void some_actions_are_refused(void)
{
    static const uint32_t none[] = {0, 32, 64, 65, 0xffffffff}, always[] = {9, 19};

    signals_begin();
    for (uint32_t i = 0; i < 5; i++) {
        CHECK(CALL(rt_sigaction, none[i], AT(action), 0, BYTES) == -EINVAL);
        CHECK(CALL(rt_sigaction, none[i], 0, AT(was), BYTES) == -EINVAL);
    }
    for (uint32_t i = 0; i < 2; i++)
        CHECK(CALL(rt_sigaction, always[i], AT(action), 0, BYTES) == -EINVAL && !state->actions[always[i]].handler);
    CHECK(CALL(rt_sigaction, 1, AT(action), 0, 4) == -EINVAL && CALL(rt_sigaction, 1, AT(action), 0, 9) == -EINVAL);
    FOR_BAD_ADDRESSES(address, sizeof *action)
    {
        CHECK(CALL(rt_sigaction, 1, address, 0, BYTES) == -EFAULT);
        CHECK(CALL(rt_sigaction, 1, AT(action), address, BYTES) == -EFAULT);
    }
    CHECK(state->actions[1].handler == 0);
    expect("");
}

static int32_t set_stack(uint32_t at, uint32_t flags, uint32_t bytes)
{
    memcpy(set, (const uint32_t[]){at, flags, bytes}, 12);
    return CALL(sigaltstack, AT(set), AT(old));
}

static void a_stack_is_set(void)
{
    signals_begin();
    CHECK(set_stack(STACK_AT, 0, 2047) == -ENOMEM && set_stack(STACK_AT, 4, 4096) == -EINVAL && !state->stack.bytes);
    CHECK(set_stack(STACK_AT, 0, 2048) == 0 && old[1] == 2 && state->stack.begin == STACK_AT && !state->stack_end);
    catch_with(USER_1, HANDLER_AT, ACTION_ON_STACK, 0);
    CHECK(state->stack_end == STACK_AT + 2048); /* now the value is asked for */
    CHECK(set_stack(1, 2, 0) == 0 && old[0] == STACK_AT && old[1] == 0 && old[2] == 2048 && !state->stack.bytes);
    CHECK(state->stack_end == 0 && CALL(sigaltstack, 0, AT(old)) == 0 && old[1] == 2);
    state->stack.begin = 0, state->stack.bytes = UINT32_MAX; /* the caller runs on that stack */
    CHECK(set_stack(STACK_AT, 0, 4096) == -EPERM && CALL(sigaltstack, 0, AT(old)) == 0 && old[1] == 1);
    FOR_BAD_ADDRESSES(address, 12)
    CHECK(CALL(sigaltstack, address, 0) == -EFAULT && CALL(sigaltstack, 0, address) == -EFAULT);
}

/* ---------------------------------------------------------------------------------- waiting */

/* If proc returns remaining time a signal came; otherwise the sleep continues, unless there is something to look at. */
static void a_pause_ends(void)
{
    signals_begin();
    REPLIES({0}, {0, {5}, NULL}, {-EAGAIN, {0}, NULL});
    CHECK(CALL(pause, 0) == -EINTR && state->signal_pending);
    expect("sleep 1073741823 0 0\nsleep 1073741823 0 0\n");
    CHECK(CALL(pause, 0) == -EINTR);
    state->signal_pending = 0;
    CHECK(CALL(pause, 0) == -EAGAIN);
    expect("sleep 1073741823 0 0\n");
}

static void signals_are_waited_for(void)
{
    signals_begin();
    state->blocked = state->proc_blocked = 5;
    set[0] = BIT(1), set[1] = 0;
    REPLIES({0}, {0, {5}, NULL});
    CHECK(CALL(rt_sigsuspend, AT(set), BYTES) == -EINTR && state->signal_pending && state->blocked == 1);
    CHECK(state->is_suspended && state->mask_before == 5); /* for the handler */
    expect("signals 0 0 1\nsleep 1073741823 0 0\n");
    state->signal_pending = 0, state->blocked = state->proc_blocked = 5;
    REPLIES({0}, {-EAGAIN, {0}, NULL}, {0});
    CHECK(CALL(rt_sigsuspend, AT(set), BYTES) == -EAGAIN && state->blocked == 5 && !state->is_suspended);
    expect("signals 0 0 1\nsleep 1073741823 0 0\nsignals 0 0 5\n");
    CHECK(CALL(rt_sigsuspend, AT(set), 4) == -EINVAL);
    FOR_BAD_ADDRESSES(address, BYTES)
    CHECK(CALL(rt_sigsuspend, address, BYTES) == -EFAULT);
    CHECK(state->blocked == 5);
    expect("");
}

static void calls_end_early(void)
{
    signals_begin();
    REPLIES({-EINTR, {0}, NULL}, {0, {2}, NULL}, {-EINTR, {0}, NULL});
    CHECK(CALL_AS(114, wait4, 1, 0, 0, 0) == -EINTR && state->restart == 114 && state->signal_pending);
    state->restart = 0;
    set[0] = 5, set[1] = 0, old[0] = 7;
    CHECK(CALL(nanosleep, AT(set), AT(old)) == -EINTR && old[0] == 0 && old[1] == 20000000 && !state->restart);
    state->signal_pending = 0;
    state->console_reads = VDSO_STANDARD;
    CHECK(CALL_AS(3, read, 0, AT(program), 5) == -EINTR && state->restart == 3 && state->signal_pending);
    state->restart = 0; /* and the next one does not wait */
    expect("wait 1 0 0\nsleep 500 0 0\nread 5 1 0\n");
    REPLIES({-EINTR, {0}, NULL}, {0, {2, 0}, "ab"});
    CHECK(CALL_AS(3, read, 0, AT(program), 5) == -EINTR && state->restart == 3);
    CHECK(CALL_AS(3, read, 0, AT(program), 5) == 2);
    expect("read 5 3 0\nread 5 3 0\n");
}

/* For a relative sleep, not an absolute one; in words of the call's width, if there is a pointer. */
static void an_interrupted_sleep_says_what_was_left(void)
{
    uint64_t *const wide = (uint64_t *)(void *)old;

    signals_begin();
    set[0] = 5, set[1] = 0, set[2] = 0, set[3] = 0;
    REPLIES({0, {203}, NULL}, {0}, {0}, {0, {203}, NULL}, {0, {203}, NULL}, {0, {203}, NULL});
    CHECK(CALL(clock_nanosleep64, 1, 0, AT(set), AT(old)) == -EINTR && wide[0] == 2 && wide[1] == 30000000);
    state->signal_pending = 0;
    CHECK(CALL(clock_nanosleep, 1, 0, AT(set), 0) == 0);
    wide[0] = 7;
    CHECK(CALL(clock_nanosleep64, 1, 1, AT(set), AT(old)) == -EINTR && wide[0] == 7);
    state->signal_pending = 0;
    CHECK(CALL(clock_nanosleep, 1, 0, AT(set), 0) == -EINTR);
    state->signal_pending = 0;
    CHECK(CALL(clock_nanosleep, 1, 0, AT(set), USER_END) == -EFAULT);
}

/* ---------------------------------------------------------------------------------- frames */

static struct signal_frame *checks_signals(uint32_t signal)
{
    REPLIES({0, {signal ? signal | 256 | (uint32_t)-6 << 16 : 0, signal ? 77 : 0, OTHER}, NULL}, {0}, {0}, {0}, {0});
    return vdso_check_signals(frame, saved);
}

static void a_handler_has_a_frame(void)
{
    frame_begin();
    state->blocked = state->proc_blocked = 3;
    state->actions[USER_1].mask = BIT(7);
    frame = checks_signals(USER_1);
    const uint32_t *r = frame->context.registers;
    CHECK(frame == frame_below(AT(saved)) && AT(frame) % 16 == 12 && AT(frame + 1) < AT(saved));
    CHECK(frame->handler == HANDLER_AT + USER_1 && frame->signal == USER_1 &&
          frame->return_to == AT(vdso_handler_returns));
    CHECK(frame->info == AT(&frame->siginfo) && frame->context_at == AT(&frame->context));
    CHECK(frame->siginfo.signal == USER_1 && frame->siginfo.code == (uint32_t)-6 && frame->siginfo.sender == OTHER &&
          frame->siginfo.rest[1] == 77);
    for (uint32_t i = 0; i < 8; i++)
        CHECK(r[REGISTER_EDI + i] == (i == 3 ? AT(saved + SAVED_WORDS) : 0x100 + i));
    CHECK(r[REGISTER_EIP] == PROGRAM_EIP && r[REGISTER_FLAGS] == 0x108 && r[REGISTER_CS] == 0x1b);
    CHECK(frame->context.mask[0] == 3 && state->blocked == (3 | BIT(USER_1) | BIT(7)) && state->signal_pending);
    CHECK(frame->context.stack[1] == 2 && frame->context.fpu == AT(frame->fpu_head) && frame->fpu[511] == 0xf0);

    memset(world_fpu, 0, sizeof(world_fpu)); /* then it returns */
    REPLIES({0}, {0, {0, BIT(5)}, NULL});
    CHECK(vdso_handler_returned(frame) == frame && frame->handler == 0 && state->blocked == 3 &&
          !state->signal_pending);
    expect("signal_take 3 0 0\nsignals 0 0 579\nsignals 0 0 3\nsignal_take 3 0 0\n");
    CHECK(state->blocked_pending == BIT(5) && world_fpu[511] == 0xf0);
    CHECK(((const uint8_t *)message_page)[0] == 0xaa &&
          ((const uint8_t *)message_page)[PAGE_WORDS_KEPT * 4 - 1] == 0xaa);
}

/* The program does not begin to use the FPU. */
static void a_program_without_fpu_keeps_none(void)
{
    frame_begin();
    REPLIES({0, {USER_1}, NULL}, {0}, {0}, {0});
    frame = vdso_check_signals(frame, saved);
    CHECK(frame->handler && frame->context.fpu == 0 && frame->fpu[0] == 0xee);
    memset(world_fpu, 5, sizeof(world_fpu));
    state->signal_pending = 0;
    CHECK(vdso_handler_returned(frame)->handler == 0 && world_fpu[0] == 5);
}

static void flags_of_actions_count(void)
{
    frame_begin();
    state->actions[USER_1].flags = ACTION_NO_DEFER | (uint32_t)ACTION_RESET;
    CHECK(checks_signals(USER_1)->handler == HANDLER_AT + USER_1 && state->blocked == 0 &&
          !state->actions[USER_1].handler);
    frame_begin();
    CHECK(checks_signals(USER_1)->handler && state->actions[USER_1].handler && state->blocked == BIT(USER_1));
    frame_begin();
    state->actions[USER_1].handler = HANDLE_IGNORE; /* since it was sent */
    CHECK(checks_signals(USER_1)->handler == 0 && state->blocked == 0);
}

/* The frame goes onto the handler's own stack, unless the program runs there already. */
static void a_handler_may_have_its_stack(void)
{
    frame_begin();
    state->stack.begin = STACK_AT, state->stack.bytes = STACK_BYTES;
    CHECK(AT(checks_signals(USER_1)) < STACK_AT);
    frame_begin();
    state->stack.begin = STACK_AT, state->stack.bytes = STACK_BYTES;
    state->actions[USER_1].flags = ACTION_ON_STACK;
    struct signal_frame *there = checks_signals(USER_1);
    CHECK(there == frame_below(STACK_AT + STACK_BYTES) && there->context.stack[1] == 0 && there->fpu[0] == 0xf0);
    CHECK(there->context.registers[REGISTER_EIP] == PROGRAM_EIP && there->context.stack[0] == STACK_AT);
    CHECK(there->info == AT(&there->siginfo));
    frame_begin();
    state->stack.begin = AT(program), state->stack.bytes = 4 * PAGE_SIZE;
    state->actions[USER_1].flags = ACTION_ON_STACK;
    there = checks_signals(USER_1);
    CHECK(there == frame && there->context.stack[1] == 1);
}

static bool is_made_again(const struct signal_frame *f, uint32_t number)
{
    const uint32_t *r = f->context.registers;

    return r[REGISTER_EIP] == AT(vdso_call) && r[REGISTER_EAX] == number && r[REGISTER_ESP] == AT(saved + 9) &&
           saved[9] == PROGRAM_EIP;
}

/* A call is made again if the handler allows that, or if no handler was called. */
static void calls_are_made_again(void)
{
    frame_begin();
    state->restart = 114;
    state->actions[USER_1].flags = ACTION_RESTART;
    CHECK(is_made_again(checks_signals(USER_1), 114) && state->restart == 0);
    frame_begin();
    state->restart = 114;
    CHECK(checks_signals(USER_1)->context.registers[REGISTER_EIP] == PROGRAM_EIP && state->restart == 0);
    frame_begin();
    state->restart = 3;
    struct signal_frame *none = checks_signals(0);
    CHECK(none == frame && none->handler == 0 && is_made_again(none, 3));
    frame_begin();
    CHECK(checks_signals(0)->context.registers[REGISTER_EIP] == PROGRAM_EIP);
}

/* The handler runs with the mask of sigsuspend; afterwards the mask is the one before. */
static void a_suspension_gives_the_mask_back(void)
{
    frame_begin();
    state->blocked = 1, state->is_suspended = 1, state->mask_before = 5;
    CHECK(checks_signals(USER_1)->context.mask[0] == 5 && state->blocked == (1 | BIT(USER_1)) && !state->is_suspended);
    frame_begin();
    state->blocked = 1, state->is_suspended = 1, state->mask_before = 5;
    CHECK(checks_signals(0)->handler == 0 && state->blocked == 5 && !state->is_suspended);
}

/* ---------------------------------------------------------------------------------- interrupted */

static struct signal_frame *interrupted_at(uint32_t level, uint32_t eip)
{
    frame_begin();
    state->signal_pending = 0;
    REPLIES({0, {eip}, NULL}, {0, {USER_1, 0, OTHER}, NULL}, {0}, {0});
    return interrupted(level);
}

static void a_program_is_interrupted(void)
{
    static const uint32_t at_once[] = {PROGRAM_EIP,
                                       VDSO_BASE - 1,
                                       VDSO_END,
                                       UNCHECKED_AT,
                                       UNCHECKED_AT + UNCHECKED_BYTES - 1,
                                       UNCHECKED_AT + UNCHECKED_STEP,
                                       UNCHECKED_AT + 3 * UNCHECKED_STEP + UNCHECKED_BYTES - 1};
    static const uint32_t later[] = {VDSO_BASE, VDSO_END - 1, UNCHECKED_AT - 1, UNCHECKED_AT + UNCHECKED_BYTES,
                                     UNCHECKED_AT + 3 * UNCHECKED_STEP + UNCHECKED_BYTES};

    for (uint32_t i = 0; i < sizeof(at_once) / sizeof(at_once[0]); i++) {
        CHECK(interrupted_at(OUTER, at_once[i]) == frame && frame->handler == HANDLER_AT + USER_1);
        CHECK(frame->context.registers[REGISTER_EIP] == at_once[i] && frame->context.fault_address == 0);
        CHECK(frame->context.registers[REGISTER_ESP] == AT(saved) && frame->page[0] == 0xaaaaaaaa);
        expect("interrupted 0 0 0\nsignal_take 0 0 0\nsignals 0 0 512\n");
    }
    for (uint32_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
        CHECK(!interrupted_at(OUTER, later[i]) && continues_at(OUTER) == later[i] && state->signal_pending);
        CHECK(frame->handler == 0xeeeeeeee && message_page->tag == 0xaaaaaaaa &&
              message_page->items[IPC_ITEMS - 1].to == 0xaaaaaaaa);
        expect("interrupted 0 0 0\n");
    }
}

/* A wait that has not begun is given up. The way back from a handler is begun again; after its end the program is where
 * it led. */
static void some_go_on_elsewhere(void)
{
    const uint32_t outer = AT(&levels[OUTER].interruption);

    CHECK(!interrupted_at(INNER, AT(vdso_back)) && continues_at(INNER) == AT(vdso_back) && state->signal_pending);
    CHECK(levels[INNER].interruption.esp == outer);
    CHECK(!interrupted_at(INNER, AT(vdso_back_ends)) && continues_at(INNER) == AT(vdso_back));
    CHECK(levels[INNER].interruption.esp == outer);
    CHECK(!interrupted_at(INNER, AT(vdso_back) - 1) && continues_at(INNER) == AT(vdso_back) - 1);
    CHECK(levels[INNER].interruption.esp == AT(saved));
    frame_begin();
    levels[OUTER].interruption.eip = PROGRAM_EIP + 1;
    REPLIES({0, {AT(vdso_back_jumps)}, NULL}, {0, {USER_1, 0, OTHER}, NULL}, {0}, {0});
    CHECK(interrupted(OUTER) == frame && frame->context.registers[REGISTER_EIP] == PROGRAM_EIP + 1);
    CHECK(interrupted_at(OUTER, AT(vdso_wait_begins)) && continues_at(OUTER) == AT(vdso_wait_given_up));
    CHECK(interrupted_at(OUTER, AT(vdso_wait_ends)) && continues_at(OUTER) == AT(vdso_wait_given_up));
}

static void a_frame_is_made_on_its_stack(void)
{
    frame_begin();
    state->stack.begin = STACK_AT, state->stack.bytes = STACK_BYTES, state->stack_end = STACK_AT + STACK_BYTES;
    state->actions[USER_1].flags = ACTION_ON_STACK;
    REPLIES({0, {PROGRAM_EIP}, NULL}, {0, {USER_1, 0, OTHER}, NULL}, {0}, {0});
    CHECK(interrupted(OUTER) == frame_below(STACK_AT + STACK_BYTES) && frame->handler == 0xeeeeeeee);
    frame_begin();
    state->stack.begin = AT(program), state->stack.bytes = 4 * PAGE_SIZE, state->stack_end = AT(program) + PAGE_SIZE;
    frame_below(state->stack_end)->handler = 0xcccccccc;
    REPLIES({0, {PROGRAM_EIP}, NULL}, {0, {USER_1, 0, OTHER}, NULL}, {0}, {0});
    CHECK(interrupted(OUTER) ==
          frame); /* a program that is on the stack stays there, and nothing else of that stack is used */
    CHECK(frame_below(state->stack_end)->handler == 0xcccccccc);
}

static void a_frame_is_left_by_a_call(void)
{
    uint32_t *words = (uint32_t *)(void *)program;

    words[6] = PROGRAM_EIP;
    ENDS(vdso_rt_sigreturn(words, 173));
    CHECK(world_next_frame == (struct signal_frame *)(void *)(words + 6));
    words[6] = vdso_unchecked[4]; /* by int $0x80 */
    ENDS(vdso_rt_sigreturn(words, 173));
    CHECK(world_next_frame == (struct signal_frame *)(void *)(words + 8));
}

int main(void)
{
    world_begin();
    action = (struct sigaction_words *)(void *)program;
    was = action + 1;
    set = (uint32_t *)(void *)(program + 512);
    old = set + 4;
    proc_is_told();
    a_full_mask_is_told_late();
    signals_are_sent();
    signals_are_sent_to_groups();
    masks_change();
    waiting_signals_are_told();
    what_waits_goes_when_it_is_ignored();
    actions_are_kept();
    some_actions_are_refused();
    a_stack_is_set();
    a_pause_ends();
    signals_are_waited_for();
    calls_end_early();
    an_interrupted_sleep_says_what_was_left();
    a_handler_has_a_frame();
    a_program_without_fpu_keeps_none();
    flags_of_actions_count();
    a_handler_may_have_its_stack();
    calls_are_made_again();
    a_suspension_gives_the_mask_back();
    a_program_is_interrupted();
    some_go_on_elsewhere();
    a_frame_is_made_on_its_stack();
    a_frame_is_left_by_a_call();
    puts("test_vdso_signals: handlers have their frames, and proc gets the right calls");
}

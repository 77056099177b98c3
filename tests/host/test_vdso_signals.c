/*
 * The library of system calls and signals that a process sends to itself: when its handlers are called, with what; what
 * is left to proc.
 *
 * instead: tests/server/instead
 */
#include "tests/host/vdso_world.h"

enum { OWN_PID = 7, OTHER = 8, USER_1 = 10, USER_2 = 12, BLOCK_THEM = 0, UNBLOCK_THEM = 1, SET_THEM = 2, BYTES = 8 };
enum { ONE = 1, TWO = 2, NESTED = 3 }; /* handlers: function_at() */
#define BIT(signal) (1u << ((signal)-1))

static struct sigaction_words *action, *was; /* the program's */
static uint32_t *set, *old;

static void signals_begin(void)
{
    memset(state, 0, sizeof(*state));
    forget_lines();
    ANSWERS({0, {OWN_PID}, NULL}, {0, {OWN_PID}, NULL}, {0, {OWN_PID}, NULL}, {0, {OWN_PID}, NULL},
            {0, {OWN_PID}, NULL}, {0, {OWN_PID}, NULL});
}

static void heard_one(int signal)
{
    add_line("one: %d, blocked %x\n", signal, state->blocked);
}

static void heard_two(int signal, const struct siginfo_words *info, const uint32_t *context)
{
    CHECK(info->signal == (uint32_t)signal && info->code == (uint32_t)-6 && info->pid == OWN_PID && !info->error);
    for (uint32_t i = 0; i < 28; i++)
        CHECK(info->rest[i] == 0);
    for (uint32_t i = 0; i < 90; i++)
        CHECK(context[i] == 0);
    add_line("two: %d, blocked %x\n", signal, state->blocked);
}

/* It sends another one, and itself once more if that is the first time. */
static void heard_nested(int signal)
{
    static bool again;

    add_line("nested: %d, blocked %x\n", signal, state->blocked);
    again = !again;
    vdso_raise(USER_2);
    if (again)
        vdso_raise(USER_1);
    add_line("nested: done\n");
}

static void catch_with(uint32_t signal, uint32_t handler, uint32_t flags, uint32_t mask)
{
    *action = (struct sigaction_words){.handler = handler, .flags = flags, .mask = {mask, 0xffffffff}};
    CHECK(CALL(rt_sigaction, signal, AT(action), 0, BYTES) == 0);
}

static uint32_t handler_at(uint32_t number)
{
    return AT(program + (WORLD_PAGES - 1) * PAGE_SIZE + 16 * number);
}

static int32_t change_mask(uint32_t how, uint32_t mask)
{
    set[0] = mask, set[1] = 0xffffffff;
    return CALL(rt_sigprocmask, how, AT(set), 0, BYTES);
}

/* ---------------------------------------------------------------------------------- sent to others */

static void proc_sends_to_others(void)
{
    signals_begin();
    ANSWERS({0}, {-ESRCH, {0}, NULL}, {-EPERM, {0}, NULL}, {-EINVAL, {0}, NULL}, {-EINVAL, {0}, NULL});
    CHECK(CALL(kill, OTHER, 15) == 0 && CALL(kill, (uint32_t)-5, 9) == -ESRCH);
    CHECK(CALL(kill, OWN_PID, 0) == -EPERM && CALL(kill, OWN_PID, 32) == -EINVAL); /* no signal of its own */
    CHECK(CALL(kill, OWN_PID, 0xffffffff) == -EINVAL);
    expect("kill 8 15 0\nkill -5 9 0\nkill 7 0 0\nkill 7 32 0\nkill 7 -1 0\n");
    catch_with(USER_1, handler_at(ONE), 0, 0); /* its own handler does not matter */
    ANSWERS({0, {OWN_PID}, NULL}, {-ESRCH, {0}, NULL});
    CHECK(CALL(kill, OTHER, USER_1) == -ESRCH);
    expect("getpid 0 0 0\nkill 8 10 0\n");
    CHECK(CALL(tgkill, OWN_PID, OTHER, 9) == -ESRCH);
    expect("");
    ANSWERS({-ESRCH, {0}, NULL});
    CHECK(CALL(tgkill, OTHER, OTHER, 9) == -ESRCH);
    expect("kill 8 9 0\n");
}

/* ---------------------------------------------------------------------------------- sent to itself */

/* A signal without a handler is proc's matter; one that is ignored is nobody's. */
static void signals_do_what_is_usual(void)
{
    signals_begin();
    CHECK(CALL(kill, OWN_PID, 15) == 0);
    expect("kill 7 15 0\n");
    ANSWERS({-EINVAL, {0}, NULL}, {0, {OWN_PID}, NULL}, {0}); /* nothing can stop a process */
    CHECK(CALL(kill, OWN_PID, 19) == -EINVAL);
    expect("kill 7 19 0\n");
    catch_with(15, 1, 0, 0);
    CHECK(CALL(kill, OWN_PID, 15) == 0);
    expect("getpid 0 0 0\n");
    CHECK(CALL(tgkill, OWN_PID, OWN_PID, 31) == 0);
    expect("kill 7 31 0\n");
    CHECK(state->pending == 0 && state->blocked == 0);
}

/* Before the call returns, with the signal blocked and what its mask says; then all is as before. */
static void handlers_are_called(void)
{
    signals_begin();
    CHECK(change_mask(SET_THEM, BIT(1)) == 0);
    catch_with(USER_1, handler_at(ONE), 0, BIT(2));
    catch_with(31, handler_at(ONE), NO_DEFER, 0);
    CHECK(CALL(kill, OWN_PID, USER_1) == 0 && state->blocked == BIT(1));
    expect("getpid 0 0 0\none: 10, blocked 203\n");
    CHECK(CALL(kill, OWN_PID, USER_1) == 0 && CALL(kill, OWN_PID, 31) == 0);
    expect("getpid 0 0 0\none: 10, blocked 203\ngetpid 0 0 0\none: 31, blocked 1\n");
    catch_with(USER_2, handler_at(TWO), SIGINFO, 0);
    CHECK(CALL(kill, OWN_PID, USER_2) == 0);
    expect("getpid 0 0 0\ngetpid 0 0 0\ntwo: 12, blocked 801\n");
}

/* The next one does what is usual. */
static void a_handler_may_be_called_once(void)
{
    signals_begin();
    catch_with(USER_1, handler_at(ONE), RESET, 0);
    CHECK(CALL(kill, OWN_PID, USER_1) == 0 && state->actions[USER_1].handler == 0);
    CHECK(CALL(kill, OWN_PID, USER_1) == 0);
    expect("getpid 0 0 0\none: 10, blocked 200\nkill 7 10 0\n");
}

/* What a handler sends is heard within it, but its own, which comes after it. */
static void handlers_send_signals(void)
{
    signals_begin();
    catch_with(USER_1, handler_at(NESTED), 0, 0);
    catch_with(USER_2, handler_at(ONE), 0, 0);
    vdso_raise(USER_1);
    expect("nested: 10, blocked 200\none: 12, blocked a00\nnested: done\n"
           "nested: 10, blocked 200\none: 12, blocked a00\nnested: done\n");
    CHECK(state->blocked == 0 && state->pending == 0);
}

/* ---------------------------------------------------------------------------------- blocked */

/* They wait, each once; the lowest comes first, before the call returns that lets them through. */
static void blocked_signals_wait(void)
{
    signals_begin();
    catch_with(USER_1, handler_at(ONE), 0, 0);
    catch_with(USER_2, handler_at(ONE), 0, 0);
    CHECK(change_mask(BLOCK_THEM, BIT(USER_1) | BIT(USER_2) | BIT(15)) == 0);
    CHECK(CALL(kill, OWN_PID, USER_2) == 0 && CALL(kill, OWN_PID, USER_1) == 0 && CALL(kill, OWN_PID, USER_1) == 0);
    expect("getpid 0 0 0\ngetpid 0 0 0\ngetpid 0 0 0\n");
    CHECK(change_mask(UNBLOCK_THEM, BIT(15)) == 0);
    expect("");
    CHECK(change_mask(UNBLOCK_THEM, BIT(USER_1) | BIT(USER_2)) == 0 && state->pending == 0);
    expect("one: 10, blocked 200\none: 12, blocked 800\n");
    CHECK(change_mask(BLOCK_THEM, BIT(15)) == 0 && CALL(kill, OWN_PID, 15) == 0);
    expect("getpid 0 0 0\n");
    CHECK(change_mask(SET_THEM, BIT(1)) == 0);
    expect("getpid 0 0 0\nkill 7 15 0\n");
}

/* Who would ignore one now does not hear of it later, when it has a handler again. */
static void ignored_signals_do_not_wait(void)
{
    enum { CHILD = 17, CONTINUE = 18, URGENT = 23, WINDOW = 28, ALL = 0x7fffffff };
    static const uint32_t usually[] = {CHILD, CONTINUE, URGENT, WINDOW};

    signals_begin();
    CHECK(change_mask(SET_THEM, ALL) == 0);
    state->pending = BIT(USER_1) | BIT(USER_2);
    catch_with(USER_1, 1, 0, 0);
    catch_with(USER_2, 0, 0, 0);
    CHECK(state->pending == BIT(USER_2)); /* that one would end it */
    for (uint32_t i = 0; i < 4; i++) {
        state->pending = BIT(usually[i]) | BIT(USER_2);
        catch_with(usually[i], handler_at(ONE), 0, 0);
        CHECK(state->pending == (BIT(usually[i]) | BIT(USER_2)));
        catch_with(usually[i], 0, 0, 0);
        CHECK(state->pending == BIT(USER_2));
    }
    expect("");
}

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
          old[0] == 16); /* it is only asked */
    CHECK(CALL(rt_sigprocmask, SET_THEM, AT(set), AT(set), BYTES) == 0 && set[0] == 16);
    CHECK(change_mask(SET_THEM, 0xffffffff) == 0 && state->blocked == ~(BIT(9) | BIT(19)));
    CHECK(change_mask(SET_THEM, 0) == 0 && change_mask(BLOCK_THEM, BIT(9) | BIT(19)) == 0 && state->blocked == 0);
    CHECK(change_mask(3, 1) == -EINVAL && change_mask(0xffffffff, 1) == -EINVAL && state->blocked == 0);
    CHECK(CALL(rt_sigprocmask, SET_THEM, AT(set), AT(old), 4) == -EINVAL &&
          CALL(rt_sigprocmask, 0, 0, 0, 16) == -EINVAL);
    FOR_BAD_PLACES(place, BYTES)
    {
        CHECK(CALL(rt_sigprocmask, SET_THEM, place, 0, BYTES) == -EFAULT);
        CHECK(CALL(rt_sigprocmask, SET_THEM, AT(set), place, BYTES) == -EFAULT);
    }
    CHECK(state->blocked == 0);
    expect("");
}

/* As many bytes of the set as there are to be: what waits and is blocked. */
static void waiting_signals_are_told(void)
{
    signals_begin();
    state->blocked = BIT(USER_1) | BIT(31), state->pending = BIT(USER_1) | BIT(USER_2) | BIT(31);
    old[0] = old[1] = 0xeeeeeeee;
    CHECK(CALL(rt_sigpending, AT(old), 9) == -EINVAL && old[0] == 0xeeeeeeee);
    CHECK(CALL(rt_sigpending, AT(old), 4) == 0 && old[0] == (BIT(USER_1) | BIT(31)) && old[1] == 0xeeeeeeee);
    CHECK(CALL(rt_sigpending, AT(old), BYTES) == 0 && old[0] == (BIT(USER_1) | BIT(31)) && old[1] == 0);
    FOR_BAD_PLACES(place, BYTES)
    CHECK(CALL(rt_sigpending, place, BYTES) == -EFAULT);
    CHECK(state->pending == (BIT(USER_1) | BIT(USER_2) | BIT(31)));
    expect("");
}

/* Proc is asked to let it sleep as long as it can, again and again. */
static void a_pause_is_without_end(void)
{
    signals_begin();
    ANSWERS({0}, {0}, {-EAGAIN, {0}, NULL});
    CHECK(CALL(pause, 0) == -EAGAIN);
    expect("sleep 1073741823 0 0\nsleep 1073741823 0 0\nsleep 1073741823 0 0\n");
}

/* With another mask while it waits: a handler of what comes through ends it. */
static void signals_are_waited_for(void)
{
    signals_begin();
    catch_with(USER_1, handler_at(ONE), 0, 0);
    catch_with(USER_2, 1, 0, 0);
    state->blocked = BIT(USER_1) | BIT(USER_2), state->pending = BIT(USER_1) | BIT(USER_2);
    set[0] = BIT(1), set[1] = 0;
    CHECK(CALL(rt_sigsuspend, AT(set), BYTES) == -EINTR && state->blocked == (BIT(USER_1) | BIT(USER_2)) &&
          !state->pending);
    expect("one: 10, blocked 201\n");
    ANSWERS({-EAGAIN, {0}, NULL});
    state->pending = BIT(USER_2); /* nobody hears of that */
    set[0] = 0xffffffff & ~BIT(USER_2);
    CHECK(CALL(rt_sigsuspend, AT(set), BYTES) == -EAGAIN && !state->pending);
    CHECK(state->blocked == (BIT(USER_1) | BIT(USER_2))); /* also when the wait was refused */
    expect("sleep 1073741823 0 0\n");
    state->blocked = 5;
    CHECK(CALL(rt_sigsuspend, AT(set), 4) == -EINVAL);
    FOR_BAD_PLACES(place, BYTES)
    CHECK(CALL(rt_sigsuspend, place, BYTES) == -EFAULT);
    CHECK(state->blocked == 5);
    expect("");
}

/* ---------------------------------------------------------------------------------- actions */

static void actions_are_kept(void)
{
    signals_begin();
    catch_with(1, 0x1234, NO_DEFER, 0xffffffff);
    catch_with(31, 1, 0, 5);
    *action = (struct sigaction_words){.handler = 2};
    memset(was, 0xee, sizeof(*was));
    CHECK(CALL(rt_sigaction, 1, AT(action), AT(was), BYTES) == 0);
    CHECK(was->handler == 0x1234 && was->flags == NO_DEFER && was->mask[0] == ~(BIT(9) | BIT(19)) && !was->mask[1]);
    CHECK(!was->restorer && state->actions[1].handler == 2 && state->actions[1].mask == 0);
    CHECK(CALL(rt_sigaction, 31, 0, AT(was), BYTES) == 0 && was->handler == 1 && was->mask[0] == 5);
    CHECK(CALL(rt_sigaction, 31, 0, 0, BYTES) == 0 && state->actions[31].handler == 1);
    CHECK(CALL(rt_sigaction, 9, 0, AT(was), BYTES) == 0 && was->handler == 0);
    expect("");
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
    FOR_BAD_PLACES(place, sizeof *action)
    {
        CHECK(CALL(rt_sigaction, 1, place, 0, BYTES) == -EFAULT);
        CHECK(CALL(rt_sigaction, 1, AT(action), place, BYTES) == -EFAULT);
    }
    CHECK(state->actions[1].handler == 0);
    expect("");
}

int main(void)
{
    world_begin();
    action = (struct sigaction_words *)(void *)program;
    was = action + 1;
    set = (uint32_t *)(void *)(program + 512);
    old = set + 4;
    CHECK(function_at(ONE, (void (*)(void))(uintptr_t)heard_one) == handler_at(ONE));
    function_at(TWO, (void (*)(void))(uintptr_t)heard_two);
    function_at(NESTED, (void (*)(void))(uintptr_t)heard_nested);
    proc_sends_to_others();
    signals_do_what_is_usual();
    handlers_are_called();
    a_handler_may_be_called_once();
    handlers_send_signals();
    blocked_signals_wait();
    ignored_signals_do_not_wait();
    masks_change();
    waiting_signals_are_told();
    a_pause_is_without_end();
    signals_are_waited_for();
    actions_are_kept();
    some_actions_are_refused();
    puts("test_vdso_signals: handlers hear what a process sends to itself");
}

/*
 * The library of system calls and futexes: the calls to proc, and when the word is read.
 *
 * instead: tests/server/instead
 */
#include "tests/host/vdso_world.h"

enum { PRIVATE_WAIT = FUTEX_WAIT | FUTEX_PRIVATE, FUTEX_CALL = 240 };

static uint32_t *word, *other, *times;

static void futex_begin(void)
{
    memset(state, 0, sizeof(*state));
    *word = 5;
    forget_lines();
}

/* The word is watched, then read. A thread that need not wait passes on a wake-up that it got meanwhile. */
static void the_word_is_looked_at(void)
{
    futex_begin();
    REPLIES({0}, {0, {0, 1}, NULL});
    CHECK(CALL(futex, AT(word), FUTEX_WAIT, 5, 0) == 0);
    expect("futex_watch 9437184 0 0\nfutex_wait 1073741823 0 0\n");
    REPLIES({0}, {0, {0}, NULL});
    CHECK(CALL(futex, AT(word), FUTEX_WAIT, 4, 0) == -EAGAIN);
    expect("futex_watch 9437184 0 0\nwatch_end 0 0 0\n");
    REPLIES({0}, {0, {1}, NULL}, {0, {1}, NULL});
    CHECK(CALL(futex, AT(word), PRIVATE_WAIT, 4, 0) == -EAGAIN);
    expect("futex_watch 9437184 0 0\nwatch_end 0 0 0\nfutex_wake 9437184 0 1\n");
    REPLIES({-EPERM, {0}, NULL});
    CHECK(CALL(futex, AT(word), FUTEX_WAIT, 5, 0) == -EPERM);
}

static void waits_end(void)
{
    futex_begin();
    REPLIES({0}, {0, {7}, NULL}, {0}, {0, {7}, NULL});
    CHECK(CALL_AS(FUTEX_CALL, futex, AT(word), FUTEX_WAIT, 5, 0) == -EINTR && state->restart == FUTEX_CALL &&
          state->signal_pending);
    state->restart = 0;
    times[0] = 1, times[1] = 1;
    CHECK(CALL_AS(FUTEX_CALL, futex, AT(word), FUTEX_WAIT, 5, AT(times)) == -EINTR && !state->restart);
    forget_lines();
    REPLIES({0}, {0}, {0}, {0});
    CHECK(CALL(futex, AT(word), FUTEX_WAIT, 5, AT(times)) == -ETIMEDOUT);
    times[0] = times[1] = 0;
    CHECK(CALL(futex, AT(word), FUTEX_WAIT, 5, AT(times)) == -ETIMEDOUT);
    expect("futex_watch 9437184 0 0\nfutex_wait 101 0 0\nfutex_watch 9437184 0 0\nfutex_wait 0 0 0\n");
    REPLIES({0}, {0}, {0}, {0, {0, 1}, NULL});
    CHECK(CALL(futex, AT(word), FUTEX_WAIT, 5, 0) == 0); /* without a time limit there are parts, too */
    expect("futex_watch 9437184 0 0\nfutex_wait 1073741823 0 0\nfutex_watch 9437184 0 0\nfutex_wait 1073741823 0 0\n");
    memcpy(times, (const uint32_t[]){2, 0, 20000000, 0}, 16);
    REPLIES({0}, {0});
    CHECK(CALL(futex64, AT(word), FUTEX_WAIT, 5, AT(times)) == -ETIMEDOUT);
    expect("futex_watch 9437184 0 0\nfutex_wait 202 0 0\n");
}

static void others_are_woken(void)
{
    futex_begin();
    REPLIES({0, {3}, NULL}, {0, {2}, NULL}, {0}, {0, {1}, NULL}, {0});
    CHECK(CALL(futex, AT(word), FUTEX_WAKE, 7) == 3 &&
          CALL(futex, AT(word), FUTEX_REQUEUE, 0xffffffff, 4, AT(other)) == 2);
    CHECK(CALL(futex, AT(word), FUTEX_CMP_REQUEUE, 1, 1, AT(other), 5) == 1);
    expect("futex_wake 9437184 0 7\nfutex_wake 9437184 0 512\nfutex_requeue 9437184 9437188 8\nfutex_wake 9437184 0 1\n"
           "futex_requeue 9437184 9437188 2\n");
    CHECK(CALL(futex, AT(word), FUTEX_CMP_REQUEUE, 1, 1, AT(other), 4) == -EAGAIN);
    REPLIES({0, {FUTEX_WOKEN_MAX}, NULL}, {0, {2}, NULL}, {0, {FUTEX_WOKEN_MAX}, NULL});
    CHECK(CALL(futex, AT(word), FUTEX_WAKE, 100) == 34 &&
          CALL(futex, AT(word), FUTEX_WAKE, FUTEX_WOKEN_MAX) == FUTEX_WOKEN_MAX);
    expect("futex_wake 9437184 0 100\nfutex_wake 9437184 0 68\nfutex_wake 9437184 0 32\n");
    REPLIES({0, {1}, NULL}, {0, {1}, NULL});
    CHECK(CALL(futex, SHM_BASE, FUTEX_WAKE, 1) == 1 && CALL(futex, SHM_BASE, FUTEX_WAKE | FUTEX_PRIVATE, 1) == 1);
    expect("futex_wake -1610612736 1 1\nfutex_wake -1610612736 0 1\n");
    REPLIES({0}, {0}, {0}, {0}, {0});
    CHECK(CALL(futex, AT(word), FUTEX_REQUEUE, 1, 1, SHM_BASE) == 0);
    state->has_mappings = 1;
    CHECK(CALL(futex, AT(word), FUTEX_WAKE, 1) == 0 &&
          CALL(futex, AT(word), FUTEX_REQUEUE | FUTEX_PRIVATE, 1, 1, SHM_BASE) == 0);
    expect(
        "futex_wake 9437184 1 1\nfutex_requeue 9437184 -1610612736 3\nfutex_wake 9437184 1 1\nfutex_wake 9437184 0 1\n"
        "futex_requeue 9437184 -1610612736 2\n");
}

static void some_are_refused(void)
{
    futex_begin();
    CHECK(CALL(futex, AT(word) + 1, FUTEX_WAIT, 5, 0) == -EINVAL &&
          CALL(futex, AT(word), FUTEX_REQUEUE, 1, 1, AT(other) + 2) == -EINVAL);
    CHECK(CALL(futex, AT(word), 2, 0, 0) == -ENOSYS && CALL(futex, AT(word), 9, 0, 0) == -ENOSYS);
    times[0] = 0x80000000, times[1] = 0;
    CHECK(CALL(futex, AT(word), FUTEX_WAIT, 5, AT(times)) == -EINVAL);
    times[0] = 0, times[1] = 1000000000;
    CHECK(CALL(futex, AT(word), FUTEX_WAIT, 5, AT(times)) == -EINVAL);
    times[1] = 0x80000000;
    CHECK(CALL(futex64, AT(word), FUTEX_WAIT, 5, AT(times)) == -EINVAL);
    CHECK(CALL(futex, 64, FUTEX_WAKE, 1) == -EFAULT && CALL(futex, AT(word), FUTEX_REQUEUE, 1, 1, 64) == -EFAULT);
    CHECK(CALL(futex, AT(word), FUTEX_WAIT, 5, 64) == -EFAULT);
    expect("");
}

int main(void)
{
    world_begin();
    word = (uint32_t *)(void *)program;
    other = word + 1;
    times = word + 4;
    the_word_is_looked_at();
    waits_end();
    others_are_woken();
    some_are_refused();
    puts("test_vdso_futex: words are watched before they are looked at");
}

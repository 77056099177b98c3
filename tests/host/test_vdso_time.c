/*
 * The library of system calls and time: clocks, in ticks of 10 ms, and sleep, which is never too short.
 *
 * instead: tests/server/instead
 */
#include "tests/host/vdso_world.h"

enum { BOOTED = 1700000000, TICKS = 123456, TICK = 10000000 };

static uint32_t *words; /* in the program */
static uint64_t *longs;

static void time_begin(void)
{
    memset(state, 0, sizeof(*state));
    memset(program, 0xee, 64);
    forget_lines();
    REPLIES({0, {TICKS}, NULL}, {0, {BOOTED}, NULL}, {0, {TICKS}, NULL}, {0, {TICKS}, NULL}, {0, {TICKS}, NULL},
            {0, {TICKS}, NULL}, {0, {TICKS}, NULL}, {0, {TICKS}, NULL}, {0, {TICKS}, NULL}, {0, {TICKS}, NULL},
            {0, {TICKS}, NULL}, {0, {TICKS}, NULL});
}

/* ---------------------------------------------------------------------------------- clocks */

/* Proc is asked only once when the machine was started. */
static void clocks_show_the_time(void)
{
    static const uint32_t seconds[] = {BOOTED + 1234, 1234, 1224, 1224, 1234, BOOTED + 1234, 1234, 1234};
    static const uint32_t ticks[] = {56, 56, 51, 51, 56, 56, 56, 56};

    time_begin();
    state->began = 1005;
    for (uint32_t clock = 0; clock < 8; clock++) {
        CHECK(CALL(clock_gettime, clock, AT(words)) == 0);
        CHECK(words[0] == seconds[clock] && words[1] == ticks[clock] * TICK && words[2] == 0xeeeeeeee);
    }
    expect("uptime 0 0 0\nboot_time 0 0 0\nuptime 0 0 0\nuptime 0 0 0\nuptime 0 0 0\nuptime 0 0 0\nuptime 0 0 0\n"
           "uptime 0 0 0\nuptime 0 0 0\n");
    time_begin();
    state->began = 1005;
    for (uint32_t clock = 0; clock < 8; clock++) {
        CHECK(CALL(clock_gettime64, clock, AT(longs)) == 0);
        CHECK(longs[0] == seconds[clock] && longs[1] == ticks[clock] * TICK && words[4] == 0xeeeeeeee);
    }
}

static void readings_are_never_the_same(void)
{
    time_begin();
    state->boot_seconds = BOOTED;
    REPLIES({0, {TICKS}, NULL}, {0, {TICKS}, NULL}, {0, {TICKS}, NULL}, {0, {TICKS}, NULL}, {0, {TICKS}, NULL},
            {0, {TICKS + 1}, NULL});
    CHECK(CALL(clock_gettime, 0, AT(words)) == 0 && words[1] == 56 * TICK);
    CHECK(CALL(clock_gettime, 0, AT(words)) == 0 && words[1] == 56 * TICK + 1);
    CHECK(CALL(clock_gettime, 1, AT(words)) == 0 && words[1] == 56 * TICK); /* the clock that measures intervals */
    state->clock_reads = TICK - 2;
    CHECK(CALL(clock_gettime, 0, AT(words)) == 0 && words[1] == 57 * TICK - 1);
    CHECK(CALL(clock_gettime, 0, AT(words)) == 0 && words[1] == 56 * TICK); /* it does not run ahead */
    CHECK(CALL(clock_gettime, 0, AT(words)) == 0 && words[1] == 57 * TICK);
}

/* As long as the date is unknown it is asked for again, and time begins in 1970. */
static void the_date_may_be_unknown(void)
{
    time_begin();
    REPLIES({0, {250}, NULL}, {0, {0}, NULL}, {0, {350}, NULL}, {0, {BOOTED}, NULL});
    CHECK(CALL(time, 0) == 2 && CALL(time, 0) == BOOTED + 3);
    expect("uptime 0 0 0\nboot_time 0 0 0\nuptime 0 0 0\nboot_time 0 0 0\n");
}

static void other_calls_tell_the_time(void)
{
    time_begin();
    CHECK(CALL(time, AT(words)) == BOOTED + 1234 && words[0] == BOOTED + 1234 && words[1] == 0xeeeeeeee);
    CHECK(CALL(gettimeofday, AT(words), 0) == 0 && words[0] == BOOTED + 1234 && words[1] == 560000 &&
          words[2] == 0xeeeeeeee);
    CHECK(CALL(gettimeofday, 0, AT(words + 8)) == 0 && words[8] == 0xeeeeeeee);
    state->began = 1000;
    CHECK(CALL(times, AT(words)) == TICKS && words[0] == TICKS - 1000 && !words[1] && !words[2] && !words[3]);
    CHECK(CALL(times, 0) == TICKS && words[4] == 0xeeeeeeee);
    expect("uptime 0 0 0\nboot_time 0 0 0\nuptime 0 0 0\nuptime 0 0 0\nuptime 0 0 0\n");
    forget_lines();
    uint32_t seconds = (TICKS - 1000) / 100, microseconds = (TICKS - 1000) % 100 * 10000;
    CHECK(CALL(getrusage, 0, AT(words)) == 0 && words[0] == seconds && words[1] == microseconds && !words[2] &&
          !words[17]);
    CHECK(CALL(getrusage, 1, AT(words)) == 0 && words[0] == seconds && CALL(getrusage, (uint32_t)-1, AT(words)) == 0 &&
          !words[0]);
    CHECK(CALL(getrusage, 2, AT(words)) == -EINVAL && CALL(getrusage, (uint32_t)-2, AT(words)) == -EINVAL);
    CHECK(CALL(getrusage, 0, 64) == -EFAULT);
    forget_lines();
}

static void clocks_have_a_resolution(void)
{
    time_begin();
    for (uint32_t clock = 0; clock < 8; clock++) {
        CHECK(CALL(clock_getres, clock, AT(words)) == 0 && words[0] == 0 && words[1] == TICK && words[2] == 0xeeeeeeee);
        CHECK(CALL(clock_getres64, clock, AT(longs + 4)) == 0 && longs[4] == 0 && longs[5] == TICK &&
              words[12] == 0xeeeeeeee);
        CHECK(CALL(clock_getres, clock, 0) == 0 && CALL(clock_getres64, clock, 0) == 0);
    }
    CHECK(CALL(clock_getres, 8, AT(words)) == -EINVAL && CALL(clock_getres64, 8, 0) == -EINVAL);
    expect("");
}

static void no_other_clocks_are_there(void)
{
    time_begin();
    CHECK(CALL(clock_gettime, 8, AT(words)) == -EINVAL && CALL(clock_gettime64, 0xffffffff, AT(longs)) == -EINVAL);
    CHECK(words[0] == 0xeeeeeeee);
    expect("");
    FOR_BAD_ADDRESSES(address, 8)
    CHECK(CALL(clock_gettime, 1, address) == -EFAULT && CALL(clock_getres, 1, address) == -EFAULT);
    time_begin();
    FOR_BAD_ADDRESSES(address, 16)
    CHECK(CALL(clock_gettime64, 1, address) == -EFAULT && CALL(clock_getres64, 1, address) == -EFAULT);
    time_begin();
    FOR_BAD_ADDRESSES(address, 8)
    CHECK(CALL(gettimeofday, address, 0) == -EFAULT && CALL(nanosleep, address, 0) == -EFAULT);
    FOR_BAD_ADDRESSES(address, 4)
    CHECK(CALL(time, address) == -EFAULT);
    FOR_BAD_ADDRESSES(address, 16)
    CHECK(CALL(times, address) == -EFAULT && CALL(clock_nanosleep64, 0, 0, address, 0) == -EFAULT);
    FOR_BAD_ADDRESSES(address, 8)
    CHECK(CALL(clock_nanosleep, 0, 0, address, 0) == -EFAULT);
}

/* ---------------------------------------------------------------------------------- sleep */

static int32_t nap(uint32_t seconds, uint32_t nanoseconds)
{
    words[0] = seconds, words[1] = nanoseconds;
    return CALL(nanosleep, AT(words), 0);
}

/* Rounded up to ticks. A long sleep takes several calls, up to its end or the first error. */
static void sleep_is_long_enough(void)
{
    time_begin();
    REPLIES({0}, {0}, {0}, {0}, {0}, {0}, {0}, {-EINTR, {0}, NULL});
    CHECK(nap(3, 0) == 0 && nap(0, 1) == 0 && nap(0, TICK) == 0 && nap(1, TICK + 1) == 0 && nap(0, 999999999) == 0);
    expect("sleep 300 0 0\nsleep 1 0 0\nsleep 1 0 0\nsleep 102 0 0\nsleep 100 0 0\n");
    CHECK(nap(0, 0) == 0);
    expect("");
    CHECK(nap(10737419, 0) == 0); /* 0x3fffffff ticks, and 77 */
    expect("sleep 1073741823 0 0\nsleep 77 0 0\n");
    CHECK(nap(0x7fffffff, 0) == -EINTR && replies == next_replies + 8);
    expect("sleep 1073741823 0 0\n");
    CHECK(nap(0, 1000000000) == -EINVAL && nap(0, 0xffffffff) == -EINVAL && nap(0xffffffff, 0) == -EINVAL);
    expect("");
}

static int32_t nap_on(uint32_t clock, uint32_t until, uint32_t seconds, uint32_t nanoseconds)
{
    words[0] = seconds, words[1] = nanoseconds;
    return CALL(clock_nanosleep, clock, until, AT(words), 0);
}

static int32_t nap_long(uint32_t clock, uint32_t until, uint64_t seconds, uint32_t nanoseconds)
{
    longs[0] = seconds, longs[1] = nanoseconds;
    return CALL(clock_nanosleep64, clock, until, AT(longs), 0);
}

static void sleep_is_for_so_long(void)
{
    time_begin();
    REPLIES({0}, {-EAGAIN, {0}, NULL}, {0}, {-EINTR, {0}, NULL});
    CHECK(nap_on(1, 0, 3, 0) == 0 && nap_on(1, 2, 0, 1) == -EAGAIN && nap_long(1, 0, 3, 5) == 0);
    expect("sleep 300 0 0\nsleep 1 0 0\nsleep 301 0 0\n");
    CHECK(nap_long(1, 0, (1ull << 48) - 1, 0) == -EINTR);
    expect("sleep 1073741823 0 0\n");
    REPLIES({-EINTR, {0}, NULL}, {-EINTR, {0}, NULL});
    CHECK(nap_long(1, 0, 1ull << 62, 0) == -EINTR &&
          nap_long(1, 0, INT64_MAX, 999999999) == -EINTR); /* as good as for ever */
    expect("sleep 1073741823 0 0\nsleep 1073741823 0 0\n");
    CHECK(nap_long(1, 0, ~0ull, 0) == -EINVAL && nap_on(1, 0, 0xffffffff, 0) == -EINVAL);
    CHECK(nap_on(3, 0, 1, 0) == -EINVAL && nap_long(3, 1, 1, 0) == -EINVAL); /* a thread's own clock */
    CHECK(nap_on(8, 0, 1, 0) == -EINVAL && nap_long(0xffffffff, 0, 1, 0) == -EINVAL);
    CHECK(nap_on(1, 0, 0, 1000000000) == -EINVAL && nap_long(1, 0, 0, 1000000000) == -EINVAL);
    expect("");
}

/* There is no sleep until a time in the past; an unknown clock is an error. */
static void sleep_is_until_then(void)
{
    time_begin();
    REPLIES({0, {TICKS}, NULL}, {0}, {0, {TICKS}, NULL}, {0, {BOOTED}, NULL}, {0}, {0, {TICKS}, NULL},
            {0, {TICKS}, NULL}, {0});
    CHECK(nap_on(1, 1, 1236, 5) == 0); /* now it is 1234.56 */
    expect("uptime 0 0 0\nsleep 145 0 0\n");
    CHECK(nap_long(0, 1, BOOTED + 1235ull, 0) == 0);
    expect("uptime 0 0 0\nboot_time 0 0 0\nsleep 44 0 0\n");
    CHECK(nap_on(1, 1, 1234, 560000000) == 0);
    expect("uptime 0 0 0\n");
    CHECK(nap_on(1, 1, 1234, 560000001) == 0 && replies == next_replies + 8);
    expect("uptime 0 0 0\nsleep 1 0 0\n");
    REPLIES({0, {TICKS}, NULL}, {0, {TICKS}, NULL});
    CHECK(nap_on(1, 1, 1234, 0) == 0 && nap_long(1, 1, 0, 0) == 0 && replies == next_replies + 2);
    expect("uptime 0 0 0\nuptime 0 0 0\n");
    CHECK(nap_on(8, 1, 1, 0) == -EINVAL && nap_on(1, 1, 0, 1000000000) == -EINVAL &&
          nap_on(1, 1, 0xffffffff, 0) == -EINVAL);
    expect("");
    REPLIES({0, {TICKS}, NULL}, {-EINTR, {0}, NULL}, {0, {TICKS}, NULL}, {-EINTR, {0}, NULL}, {0, {TICKS}, NULL},
            {-EINTR, {0}, NULL});
    CHECK(nap_long(1, 1, 1ull << 32, 0) == -EINTR && nap_long(1, 1, 0xffffffff, 999999999) == -EINTR);
    CHECK(nap_long(1, 1, 1ull << 55, 0) == -EINTR); /* 0 nanoseconds in 64 bits */
    expect(
        "uptime 0 0 0\nsleep 1073741823 0 0\nuptime 0 0 0\nsleep 1073741823 0 0\nuptime 0 0 0\nsleep 1073741823 0 0\n");
}

/* ---------------------------------------------------------------------------------- alarms */

/* The remaining time is in seconds, and never 0. Times are rounded up to ticks. */
static void alarms_are_set(void)
{
    time_begin();
    REPLIES({0, {149}, NULL}, {0, {150}, NULL}, {0, {1}, NULL}, {0}, {-EPERM, {0}, NULL});
    CHECK(CALL(alarm, 3) == 1 && CALL(alarm, 0) == 2 && CALL(alarm, 0xffffffff) == 1 && CALL(alarm, 0) == 0 &&
          CALL(alarm, 1) == -EPERM);
    expect("alarm 300 0 0\nalarm 0 0 0\nalarm 1073741823 0 0\nalarm 0 0 0\nalarm 100 0 0\n");
    REPLIES({0, {123, 250}, NULL}, {0, {5, 7}, NULL}, {0}, {-EPERM, {0}, NULL});
    memcpy(words, (const uint32_t[]){1, 10001, 2, 999999}, 16);
    CHECK(CALL(setitimer, 0, AT(words), AT(words + 4)) == 0 && CALL(getitimer, 0, AT(words + 8)) == 0);
    CHECK(words[4] == 2 && words[5] == 500000 && words[6] == 1 && words[7] == 230000 && words[9] == 70000 &&
          words[11] == 50000);
    CHECK(CALL(setitimer, 0, AT(words), 0) == 0 && CALL(getitimer, 0, AT(words)) == -EPERM && words[0] == 1);
    expect("alarm 300 102 0\nalarm_left 0 0 0\nalarm 300 102 0\nalarm_left 0 0 0\n");
    CHECK(CALL(setitimer, 1, AT(words), 0) == -EINVAL && CALL(getitimer, 3, AT(words)) == -EINVAL);
    for (uint32_t i = 0; i < 4; i++) {
        memset(words, 0, 16);
        words[i] = i % 2 ? 1000000 : 0x80000000;
        CHECK(CALL(setitimer, 0, AT(words), 0) == -EINVAL);
    }
    FOR_BAD_ADDRESSES(address, 16)
    CHECK(CALL(setitimer, 0, address, 0) == -EFAULT && CALL(setitimer, 0, AT(words), address) == -EFAULT &&
          CALL(getitimer, 0, address) == -EFAULT);
    expect("");
}

int main(void)
{
    world_begin();
    words = (uint32_t *)(void *)program;
    longs = (uint64_t *)(void *)program;
    clocks_show_the_time();
    readings_are_never_the_same();
    the_date_may_be_unknown();
    other_calls_tell_the_time();
    clocks_have_a_resolution();
    no_other_clocks_are_there();
    sleep_is_long_enough();
    sleep_is_for_so_long();
    sleep_is_until_then();
    alarms_are_set();
    puts("test_vdso_time: clocks are right, and sleep is long enough");
}

/*
 * The library of system calls: poll and select. Which server is asked about each descriptor, what the replies mean, and
 * how time and signals end the wait.
 *
 * instead: tests/server/instead
 */
#include "tests/host/vdso_world.h"

enum { NULL_MASK = 0, MASK_SIZE = 8, LATER = 5 };

static struct polled *list; /* in the program */
static uint32_t *words;

static void begins(bool has_files)
{
    memset(state, 0, sizeof(*state));
    state->console_reads = state->console_writes = VDSO_STANDARD;
    state->has_files = has_files;
    forget_lines();
}

static void polls(uint32_t i, int32_t fd, uint16_t events)
{
    list[i] = (struct polled){fd, events, 0x7fff};
}

/* ------------------------------------------------------------------------------- who is asked */

/* Of descriptors that the file server does not know only the console's input is asked about. */
static void the_console_alone(void)
{
    begins(false);
    polls(0, 1, FILE_POLL_OUT), polls(1, 3, FILE_POLL_IN), polls(2, -1, FILE_POLL_IN);
    REPLIES({0});
    CHECK(CALL(poll, AT(list), 3, 0) == 2 && list[0].results == FILE_POLL_OUT && list[1].results == FILE_POLL_INVALID &&
          !list[2].results);
    expect("");
    polls(0, 0, FILE_POLL_IN), polls(1, 2, FILE_POLL_IN);
    REPLIES({0, {1}, NULL}, {0, {0}, NULL});
    CHECK(CALL(poll, AT(list), 2, 0) == 2 && list[0].results == FILE_POLL_IN && CALL(poll, AT(list), 2, 0) == 0 &&
          !list[0].results);
    expect("poll 0 0 0\npoll 0 0 0\n");
}

/* One message for all of them. It shows also which descriptor is a duplicate of the console. */
static void the_file_server(void)
{
    begins(true);
    polls(0, 4, 1), polls(1, 1, 4), polls(2, 5, 5), polls(3, 70000, 0);
    REPLIES({0, {2}, "\x01||||\x80||\x20|||"}, {0, {0}, NULL});
    CHECK(CALL(poll, AT(list), 4, 0) == 4 && list[0].results == 1 && list[1].results == 4 && list[2].results == 4 &&
          list[3].results == 0x20);
    expect("file poll 3 0 0 \x04|\x01|\x05|\x05|\x80|||\npoll 0 0 0\n");
    REPLIES({-ENOMEM, {0}, NULL});
    CHECK(CALL(poll, AT(list), 4, 0) == -ENOMEM);
    REPLIES({-EINVAL, {0}, NULL}); /* no transfer page */
    CHECK(CALL(poll, AT(list), 65, 0) == -ENOMEM && CALL(poll, AT(list), 129, 0) == -EINVAL &&
          CALL(poll, 1, 1, 0) == -EFAULT);
    expect("file poll 3 0 0 \x04|\x01|\x05|\x05|\x80|||\nfile transfer_page 0 0 0\n");
}

/* ------------------------------------------------------------------------------------ waiting */

static void waits_at_proc(void)
{
    begins(true);
    polls(0, 4, 1);
    REPLIES({0, {0}, "||||"}, {0}, {0, {0}, "||||"}, {0, {0, 1}, NULL}, {0, {1}, "\x01|||"});
    CHECK(CALL(poll, AT(list), 1, UINT32_MAX) == 1 && list[0].results == 1);
    expect("file poll 1 0 0 \x04|\x01|\npoll_watch 0 0 0\nfile poll 1 1 0 \x04|\x01|\nfutex_wait 1073741823 0 0\nfile "
           "poll 1 0 0 \x04|\x01|\n");
    polls(1, 0, 1); /* and for the console; with input there is no wait */
    REPLIES({0, {0}, "||||"}, {0}, {0}, {0, {0}, "||||"}, {0, {1}, NULL}, {0});
    CHECK(CALL(poll, AT(list), 2, UINT32_MAX) == 1 && list[1].results == 1);
    expect("file poll 1 0 0 \x04|\x01|\npoll 0 0 0\npoll_watch 1 0 0\nfile poll 1 1 0 \x04|\x01|\npoll 1 0 "
           "0\nwatch_end 0 0 0\n");
    REPLIES({0, {0}, "||||"}, {0}, {-EPERM, {0}, NULL});
    CHECK(CALL(poll, AT(list), 1, UINT32_MAX) == -EPERM);
}

/* The time is asked for only if there is a limit. */
static void time_passes(void)
{
    begins(false);
    REPLIES({0}, {0, {100}, NULL}, {0, {0, 1}, NULL}, {0, {102}, NULL}, {0}, {0, {102}, NULL}, {0}, {0, {105}, NULL});
    forget_lines();
    CHECK(CALL(poll, 0, 0, 41) == 0);
    expect("poll_watch 0 0 0\nuptime 0 0 0\nfutex_wait 5 0 0\nuptime 0 0 0\npoll_watch 0 0 0\nuptime 0 0 "
           "0\nfutex_wait 3 0 0\nuptime 0 0 0\n");
    CHECK(CALL(poll, 0, 0, 0) == 0);
    expect("");
}

static void signals_end_it(void)
{
    begins(false);
    REPLIES({0}, {0, {LATER, 0}, NULL});
    CHECK(CALL(poll, 0, 0, UINT32_MAX) == -EINTR && state->signal_pending && !state->restart);
    CHECK(CALL(poll, 0, 0, 0) == -EINTR && CALL(poll, 0, 0, UINT32_MAX) == -EINTR); /* one that is pending already */
    begins(false);
    polls(0, 1, FILE_POLL_OUT);
    state->signal_pending = 1;
    CHECK(CALL(poll, AT(list), 1, 0) == 1); /* ready descriptors go first */
    state->signal_pending = 0;
    state->blocked = 4;
    words[0] = 2, words[1] = 0;
    REPLIES({0}, {0}, {0, {LATER, 0}, NULL}, {0});
    CHECK(CALL(ppoll, 0, 0, 0, AT(words), MASK_SIZE) == -EINTR && state->is_suspended && state->mask_before == 4);
    begins(false);
    state->blocked = 4;
    REPLIES({0}, {0});
    CHECK(CALL(ppoll, AT(list), 1, 0, AT(words), MASK_SIZE) == 1 && !state->is_suspended && state->blocked == 4);
    CHECK(CALL(ppoll, 0, 0, 0, AT(words), 4) == -EINVAL && CALL(ppoll, 0, 0, 0, 1, MASK_SIZE) == -EFAULT);
}

/* -------------------------------------------------------------------------------------- times */

/* Times are rounded up, and the remaining time is returned. */
static void times_are_read(void)
{
    begins(false);
    int64_t *wide = (int64_t *)(words + 4);

    words[0] = 1, words[1] = 10001;
    REPLIES({0}, {0, {0}, NULL}, {0, {0, 1}, NULL}, {0, {90}, NULL}, {0}, {0, {90}, NULL}, {0}, {0, {102}, NULL});
    CHECK(CALL(select, 0, 0, 0, 0, AT(words)) == 0 && words[0] == 0 && words[1] == 0);
    expect("poll_watch 0 0 0\nuptime 0 0 0\nfutex_wait 102 0 0\nuptime 0 0 0\npoll_watch 0 0 0\nuptime 0 0 "
           "0\nfutex_wait 12 0 0\nuptime 0 0 0\n");
    wide[0] = 7, wide[1] = 123;
    polls(0, 1, FILE_POLL_OUT);
    CHECK(CALL(ppoll64, AT(list), 1, AT(wide), NULL_MASK, 0) == 1 && wide[0] == 7 && wide[1] == 10000000);
    words[0] = 7, words[1] = 999999999;
    CHECK(CALL(ppoll, AT(list), 1, AT(words), NULL_MASK, 0) == 1 && words[0] == 8 && words[1] == 0);
    words[1] = 1000000000;
    CHECK(CALL(ppoll, AT(list), 1, AT(words), NULL_MASK, 0) == -EINVAL &&
          CALL(ppoll, 0, 0, 1, NULL_MASK, 0) == -EFAULT);
    wide[0] = -1;
    CHECK(CALL(pselect664, 0, 0, 0, 0, AT(wide), 0) == -EINVAL);
    words[0] = 1, words[1] = (uint32_t)-1;
    CHECK(CALL(select, 0, 0, 0, 0, AT(words)) == -EINVAL && CALL(pselect6, 0, 0, 0, 0, 0, 1) == -EFAULT);
}

/* --------------------------------------------------------------------------------------- sets */

static void sets_are_bits(void)
{
    uint32_t *reads = words, *writes = words + 4, *others = words + 8;

    begins(true);
    memset(words, 0, 256);
    reads[0] = 1u << 5, reads[1] = 1u << 1, writes[0] = 1u << 1 | 1u << 6, others[0] = 1u << 5;
    REPLIES({0, {2}, "\x11|||\x08|||||||"});
    CHECK(CALL(select, 34, AT(reads), AT(writes), AT(others), 0) == 3);
    expect("file poll 3 0 0 \x05|A|\x06|\x04\x01\x21|A|\n");
    CHECK(reads[0] == 1u << 5 && reads[1] == 0 && writes[0] == (1u << 1 | 1u << 6) && others[0] == 0);
    reads[0] = 1u << 5;
    REPLIES({0, {1}, "\x20|||"});
    CHECK(CALL(select, 6, AT(reads), 0, 0, 0) == -EBADF && reads[0] == 1u << 5);
    CHECK(CALL(select, UINT32_MAX, AT(reads), 0, 0, 0) == -EINVAL && CALL(select, 1, 1, 0, 0, 0) == -EFAULT);
    words[20] = 6, words[21] = AT(reads), words[22] = words[23] = words[24] = 0;
    REPLIES({0, {1}, "\x01|||"});
    CHECK(CALL(old_select, AT(words + 20)) == 1 && CALL(old_select, 1) == -EFAULT);
    memset(writes, 0, 16);
    reads[4] = UINT32_MAX; /* bits from 128 on are ignored */
    REPLIES({0, {1}, "\x01|||"});
    CHECK(CALL(select, 1024, AT(reads), 0, 0, 0) == 1 && reads[4] == UINT32_MAX);
}

int main(void)
{
    world_begin();
    list = (struct polled *)program;
    words = (uint32_t *)(program + 2048);
    the_console_alone();
    the_file_server();
    waits_at_proc();
    time_passes();
    signals_end_it();
    times_are_read();
    sets_are_bits();
    puts("test_vdso_poll: the right servers are asked, and the result is theirs");
    return 0;
}

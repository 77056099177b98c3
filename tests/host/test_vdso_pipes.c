/*
 * The library of system calls and pipes: when the ring is mapped into a program, what is read and written there without
 * a message, and when the server is asked.
 *
 * instead: tests/server/instead
 */
#include "tests/host/vdso_world.h"

enum { IN = 3, OUT = 4, MOST = PIPE_RING_BYTES };

static struct pipe_ring *ring;
static char *there, *bytes; /* the ring's bytes; a buffer of the program */

static void begins(void)
{
    memset(state, 0, sizeof(*state));
    state->has_files = state->has_transfer = true;
    ring = (struct pipe_ring *)(void *)program;
    there = program + PAGE_SIZE;
    bytes = program + 4 * PAGE_SIZE;
    memset(program, 0, 4 * PAGE_SIZE);
    forget_lines();
}

#define ATTACHED(writes)                                                                                               \
    {0, {AT(ring)}, NULL},                                                                                             \
    {                                                                                                                  \
        0, {writes}, NULL                                                                                              \
    }
#define ATTACHES(fd) "reserve 0 12288 3\nfile pipe_attach " #fd " 9437184 0\n"

static void has_ring(uint32_t fd, bool writes)
{
    begins();
    state->pipes[fd] =
        (struct vdso_pipe){.fd = (uint8_t)fd, .ring = ring, .uses = writes ? VDSO_WRITES_RING : VDSO_READS_RING};
}

static uint32_t puts_there(const char *text)
{
    uint32_t count = (uint32_t)strlen(text);

    memcpy(there + ring->written % MOST, text, count);
    ring->written += count;
    return count;
}

/* ---------------------------------------------------------------------------------- attaching */

/* A program that has the ring does not ask the server. */
static void the_fourth_read_gets_it_and_uses_it(void)
{
    begins();
    REPLIES({0, {1}, "a"}, {0, {1}, "b"}, {0, {1}, "c"}, ATTACHED(0));
    for (uint32_t i = 0; i < 3; i++)
        CHECK(CALL(read, IN, AT(bytes), 10) == 1);
    expect("file read 3 10 1\nfile read 3 10 1\nfile read 3 10 1\n");
    puts_there("de");
    CHECK(CALL(read, IN, AT(bytes), 10) == 2 && !memcmp(bytes, "de", 2) && ring->read == 2);
    expect(ATTACHES(3));
}

/* The server has its bytes by then. */
static void the_fourth_write_gets_it(void)
{
    begins();
    REPLIES({0, {1}, NULL}, {0, {1}, NULL}, {0, {1}, NULL}, ATTACHED(1), {0, {1}, NULL});
    for (uint32_t i = 0; i < 4; i++)
        CHECK(CALL(write, OUT, AT(bytes), 1) == 1);
    CHECK(strstr(lines, ATTACHES(4) "file write 4 1 0"));
    forget_lines();
    memcpy(bytes, "xyz", 3);
    CHECK(CALL(write, OUT, AT(bytes), 3) == 3 && ring->written == 3 && !memcmp(there, "xyz", 3));
    expect("");
}

static void it_may_be_refused_once(void)
{
    begins();
    REPLIES({0, {1}, NULL}, {0, {1}, NULL}, {0, {1}, NULL}, {0, {AT(ring)}, NULL}, {-EBUSY, {0}, NULL}, {0},
            {0, {1}, NULL}, {0, {1}, NULL});
    for (uint32_t i = 0; i < 5; i++)
        CHECK(CALL(read, IN, AT(bytes), 10) == 1);
    CHECK(strstr(lines, ATTACHES(3) "munmap 9437184 12288 0\nfile read 3 10 1\nfile read 3 10 1\n"));
    begins();
    REPLIES({0, {1}, NULL}, {0, {1}, NULL}, {0, {1}, NULL}, {-ENOMEM, {0}, NULL}, {0, {1}, NULL}, {0, {1}, NULL});
    for (uint32_t i = 0; i < 5; i++)
        CHECK(CALL(read, IN, AT(bytes), 10) == 1);
    CHECK(replies == next_replies + 6 && strstr(lines, "reserve 0 12288 3\nfile read 3 10 1\nfile read 3 10 1\n"));
}

/* Descriptors with the same bit are distinguished; the server refuses the wrong end; the console is not asked for
 * rings. */
static void others_ask(void)
{
    has_ring(IN, false);
    REPLIES({0, {1}, NULL}, {-EBADF, {0}, NULL});
    CHECK(CALL(read, IN + VDSO_PIPES, AT(bytes), 1) == 1 && CALL(write, IN, AT(bytes), 1) == -EBADF);
    CHECK(state->pipes[IN].ring == ring && state->pipes[IN].fd == IN);
    begins();
    state->console_reads = 1;
    REPLIES({0, {1}, "a"}, {0, {1}, "b"}, {0, {1}, "c"}, {0, {1}, "d"}, {0, {1}, "e"});
    for (uint32_t i = 0; i < 5; i++)
        CHECK(CALL(read, 0, AT(bytes), 1) == 1);
    CHECK(!state->pipes[0].uses && replies == next_replies + 5);
}

static void it_is_forgotten(void)
{
    has_ring(IN, false);
    REPLIES({0}, {0});
    CHECK(CALL(close, IN) == 0 && !state->pipes[IN].ring);
    expect("munmap 9437184 12288 0\nfile close 3 0 0\n");
}

/* ---------------------------------------------------------------------------------- reading */

static void bytes_are_read_without_a_message(void)
{
    has_ring(IN, false);
    ring->read = ring->written = MOST - 2;
    memcpy(there + MOST - 2, "ab", 2);
    memcpy(there, "cd", 2);
    ring->written += 4;
    CHECK(CALL(read, IN, AT(bytes), 3) == 3 && !memcmp(bytes, "abc", 3) && ring->read == MOST + 1);
    CHECK(CALL(read, IN, AT(bytes), 9) == 1 && *bytes == 'd');
    expect("");
    puts_there("e");
    ring->writer_waits = 1;
    REPLIES({0});
    CHECK(CALL(read, IN, AT(bytes), 9) == 1);
    expect("file pipe_wake 3 0 0\n");
}

/* FILE_AGAIN: look again. The server repairs impossible counts. */
static void an_empty_ring_is_waited_for(void)
{
    has_ring(IN, false);
    REPLIES({FILE_AGAIN, {0}, NULL}, {0}, {FILE_AGAIN, {0}, NULL}, {0});
    CHECK(CALL(read, IN, AT(bytes), 9) == 0);
    expect("file pipe_wait 3 0 0\nfile pipe_wait 3 0 0\n");
    ring->written = MOST + 1;
    CHECK(CALL(read, IN, AT(bytes), 9) == 0 && ring->read == 0);
    forget_lines();
    ring->written = MOST;
    CHECK(CALL(read, IN, AT(bytes), 9) == 9);
    expect("");
    ring->read = ring->written;
    state->signal_pending = 1;
    REPLIES({-EINTR, {0}, NULL}, {FILE_AGAIN, {0}, NULL}, {0});
    CHECK(CALL_AS(3, read, IN, AT(bytes), 9) == -EINTR && ring->read == ring->written && state->restart == 3);
    CHECK(CALL_AS(3, read, IN, AT(bytes), 9) == 0 && ring->read == ring->written);
    state->signal_pending = 0;
    expect("file pipe_wait 3 0 2\nfile pipe_wait 3 0 2\nfile pipe_wait 3 0 2\n");
}

/* ---------------------------------------------------------------------------------- writing */

static void bytes_are_written_without_a_message(void)
{
    has_ring(OUT, true);
    ring->read = ring->written = MOST - 1;
    memcpy(bytes, "pqr", 3);
    CHECK(CALL(write, OUT, AT(bytes), 3) == 3 && there[MOST - 1] == 'p' && !memcmp(there, "qr", 2) &&
          ring->written == MOST + 2);
    expect("");
    ring->reader_waits = 1;
    REPLIES({0});
    CHECK(CALL(write, OUT, AT(bytes), 1) == 1);
    expect("file pipe_wake 4 0 0\n");
}

/* A writer that has read everything is about to wait: once, it lets the reader run first. */
static void a_writer_that_has_read_all_yields(void)
{
    has_ring(IN, false);
    state->pipes[OUT] = (struct vdso_pipe){.fd = OUT, .ring = ring, .uses = VDSO_WRITES_RING};
    ring->reader_waits = 1;
    puts_there("abc");
    REPLIES({0}, {0}, {0});
    CHECK(CALL(read, IN, AT(bytes), 2) == 2 && CALL(write, OUT, AT(bytes), 1) == 1 &&
          CALL(read, IN, AT(bytes), 5) == 2);
    CHECK(CALL(write, OUT, AT(bytes), 1) == 1 && CALL(write, OUT, AT(bytes), 1) == 1);
    expect("file pipe_wake 4 0 0\nfile pipe_wake 4 1 0\nfile pipe_wake 4 0 0\n");
}

/* Up to 4,096 bytes are written as a whole, more in parts. */
static void a_full_ring_is_waited_for(void)
{
    has_ring(OUT, true);
    ring->written = MOST - 10;
    REPLIES({-EINTR, {0}, NULL}, {-EINTR, {0}, NULL});
    CHECK(CALL_AS(4, write, OUT, AT(bytes), 11) < 0 && ring->written == MOST - 10);
    CHECK(CALL(write, OUT, AT(bytes), 10) == 10 && ring->written == MOST);
    expect("file pipe_wait 4 11 0\n");
    has_ring(OUT, true);
    ring->written = MOST;
    ring->read = PIPE_WHOLE;
    CHECK(CALL(write, OUT, AT(bytes), 5000) == PIPE_WHOLE && ring->written == MOST + PIPE_WHOLE);
    expect("file pipe_wait 4 904 0\n");
}

static void nobody_reads(void)
{
    has_ring(OUT, true);
    ring->no_reader = 1;
    REPLIES({-EPIPE, {0}, NULL}, {0, {7, 1}, NULL}, {0});
    CHECK(CALL(write, OUT, AT(bytes), 1) == -EPIPE && ring->written == 0);
    expect("file pipe_wait 4 1 0\ngetpid 0 0 0\nkill 7 13 0\n");
}

/* With a ring as without one. */
static void bad_memory_changes_nothing(void)
{
    has_ring(IN, false);
    puts_there("a");
    CHECK(CALL(read, IN, USER_END, 1) == -EFAULT && CALL(read, IN, STACK_LOW - 1, 2) == -EFAULT && ring->read == 0);
    has_ring(OUT, true);
    CHECK(CALL(write, OUT, USER_END - 1, 2) == -EFAULT && CALL(write, OUT, 0, PIPE_WHOLE) == -EFAULT);
    CHECK(ring->written == 0);
    expect("");
}

/* The call is not made again, as its bytes stay written. */
static void some_is_written_before_a_signal(void)
{
    has_ring(OUT, true);
    ring->written = MOST - PIPE_WHOLE;
    REPLIES({-EINTR, {0}, NULL});
    CHECK(CALL_AS(4, write, OUT, AT(bytes), 5000) == PIPE_WHOLE && ring->written == MOST && !state->restart);
    expect("file pipe_wait 4 904 0\n");
}

int main(void)
{
    world_begin();
    the_fourth_read_gets_it_and_uses_it();
    the_fourth_write_gets_it();
    it_may_be_refused_once();
    others_ask();
    it_is_forgotten();
    bytes_are_read_without_a_message();
    an_empty_ring_is_waited_for();
    bytes_are_written_without_a_message();
    a_writer_that_has_read_all_yields();
    a_full_ring_is_waited_for();
    nobody_reads();
    bad_memory_changes_nothing();
    some_is_written_before_a_signal();
    puts("test_vdso_pipes: bytes go through the ring, and the server is asked to wait and to wake");
    return 0;
}

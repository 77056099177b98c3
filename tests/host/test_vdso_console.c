/*
 * The library of system calls and the console: reads and writes, their messages, and what descriptors 0, 1 and 2 are
 * for a program.
 *
 * instead: tests/server/instead
 */
#include "tests/host/vdso_world.h"

static struct vector *vectors; /* in the program */

/* Their state until the file server knows the process. */
static void descriptors_begin(void)
{
    memset(state, 0, sizeof(*state));
    state->console_reads = state->console_writes = VDSO_STANDARD;
}

/* ---------------------------------------------------------------------------------- write */

static void bytes_are_written(void)
{
    memset(program, 'w', 300);
    memcpy(program + 256, "next", 4);
    REPLIES({0, {256}, NULL}, {0, {44}, NULL});
    CHECK(CALL(write, 1, AT(program), 300) == 300);
    CHECK(!strncmp(lines, "write 256 0 0 wwww", 18) && strstr(lines, "w\nwrite 44 0 0 nextwww") &&
          replies == next_replies + 2);
    forget_lines();
    REPLIES({0, {1}, NULL}, {0, {2}, NULL}, {0, {1}, NULL}); /* less than was sent: the rest is sent again */
    CHECK(CALL(write, 2, AT(program + 256), 4) == 4);
    expect("write 4 0 0 next\nwrite 3 0 0 ext\xee\nwrite 1 0 0 t\xee\xee\xee\n");
}

/* The result is what was taken before; the rest can be written again. */
static void a_write_may_end_early(void)
{
    memset(program, 'w', 300);
    REPLIES({0, {256}, NULL}, {-EBUSY, {0}, NULL});
    CHECK(CALL(write, 1, AT(program), 300) == 256);
    REPLIES({-EBUSY, {9}, NULL});
    CHECK(CALL(write, 1, AT(program), 300) == -EBUSY);
    REPLIES({0, {0}, NULL});
    CHECK(CALL(write, 1, AT(program), 300) == 0 && replies == next_replies + 1);
    REPLIES({0, {256}, NULL}, {0, {0}, NULL});
    CHECK(CALL(write, 1, AT(program), 300) == 256 && replies == next_replies + 2);
    forget_lines();
    CHECK(CALL(write, 1, AT(program), 0) == 0 && CALL(write, 1, 0, 0) == 0);
    expect("");
}

/* Small ones in one message, large ones in several; empty ones are ignored. */
static void vectors_are_gathered(void)
{
    strcpy(program, "onetwothree");
    memset(program + 100, 'l', 300);
    vectors[0] = (struct vector){AT(program), 3};
    vectors[1] = (struct vector){0, 0};
    vectors[2] = (struct vector){AT(program + 6), 5};
    vectors[3] = (struct vector){AT(program + 100), 256};
    vectors[4] = (struct vector){AT(program + 3), 3};
    REPLIES({0, {8}, NULL});
    CHECK(CALL(writev, 1, AT(vectors), 3) == 8);
    expect("write 8 0 0 onethree\n");
    REPLIES({0, {256}, NULL}, {0, {11}, NULL});
    CHECK(CALL(writev, 1, AT(vectors), 5) == 267);
    CHECK(!strncmp(lines, "write 256 0 0 onethreelll", 25) && strstr(lines, "l\nwrite 11 0 0 lllllllltwo"));
    forget_lines();
    REPLIES({0, {3}, NULL}, {0, {2}, NULL}, {0, {3}, NULL}); /* to the end of an area, and within one */
    CHECK(CALL(writev, 1, AT(vectors), 3) == 8);
    expect("write 8 0 0 onethree\nwrite 5 0 0 three\xee\xee\xee\nwrite 3 0 0 ree\xee\n");
    REPLIES({0});
    forget_lines();
    CHECK(CALL(writev, 1, AT(vectors), 0) == 0 && CALL(writev, 1, AT(vectors + 1), 1) == 0 && replies == next_replies);
}

/* ---------------------------------------------------------------------------------- read */

static void bytes_are_read(void)
{
    REPLIES({0, {4, 0}, "abcd"});
    CHECK(CALL(read, 0, AT(program), 10) == 4 && !memcmp(program, "abcd", 4));
    expect("read 10 1 0\n");
    REPLIES({0, {4, 1}, "abcd"}, {0, {2, 1}, "ef"}, {0, {4, 1}, "ghij"}); /* until all is there */
    CHECK(CALL(read, 2, AT(program), 10) == 10 && !memcmp(program, "abcdefghij", 10));
    expect("read 10 1 0\nread 6 0 0\nread 4 0 0\n");
    REPLIES({0, {9, 0}, "abcdefghi"}); /* more than was asked for */
    program[4] = 'x';
    CHECK(CALL(read, 0, AT(program), 4) == 4 && program[4] == 'x');
    expect("read 4 1 0\n");
    REPLIES({0, {2, 1}, "ab"}, {-EBUSY, {0}, NULL}, {-EBUSY, {0}, NULL});
    CHECK(CALL(read, 0, AT(program), 400) == 2 && CALL(read, 0, AT(program), 4) == -EBUSY);
    expect("read 256 1 0\nread 256 0 0\nread 4 1 0\n");
    REPLIES({0, {0, 1}, NULL});
    CHECK(CALL(read, 0, AT(program), 4) == 0 && CALL(read, 0, AT(program), 0) == 0 && CALL(read, 0, 0, 0) == 0);
    expect("read 4 1 0\n");
}

/* One message fills several areas. */
static void bytes_are_scattered(void)
{
    vectors[0] = (struct vector){AT(program), 2};
    vectors[1] = (struct vector){AT(program + 50), 0};
    vectors[2] = (struct vector){AT(program + 100), 4};
    REPLIES({0, {2, 1}, "ab"}, {0, {3, 0}, "cde"});
    CHECK(CALL(readv, 0, AT(vectors), 3) == 5 && !memcmp(program, "ab", 2) && !memcmp(program + 100, "cde", 3));
    expect("read 6 1 0\nread 4 0 0\n");
    REPLIES({0, {2, 0}, "xy"});
    CHECK(CALL(readv, 0, AT(vectors), 3) == 2 && !memcmp(program, "xy", 2));
    expect("read 6 1 0\n");
    CHECK(CALL(readv, 0, AT(vectors), 0) == 0);
    expect("");
}

/* ---------------------------------------------------------------------------------- refused at once */

static void addresses_are_checked(void)
{
    FOR_BAD_ADDRESSES(address, 2)
    CHECK(CALL(read, 0, address, 2) == -EFAULT && CALL(write, 1, address, 2) == -EFAULT);
    FOR_BAD_ADDRESSES(address, sizeof *vectors)
    CHECK(CALL(readv, 0, address, 1) == -EFAULT && CALL(writev, 1, address, 1) == -EFAULT);
    FOR_BAD_ADDRESSES(address, 2)
    {
        vectors[0] = (struct vector){AT(program), 1};
        vectors[1] = (struct vector){address, 2};
        CHECK(CALL(readv, 0, AT(vectors), 2) == -EFAULT && CALL(writev, 1, AT(vectors), 2) == -EFAULT);
    }
    expect("");
}

/* Not more than a call's result can say; not more areas than Linux allows. */
static void lengths_are_checked(void)
{
    for (uint32_t i = 0; i < VECTORS_MAX + 1; i++)
        vectors[i] = (struct vector){AT(program), 0};
    CHECK(CALL(writev, 1, AT(vectors), VECTORS_MAX + 1) == -EINVAL &&
          CALL(readv, 0, AT(vectors), 0xffffffff) == -EINVAL);
    CHECK(CALL(writev, 1, AT(vectors), VECTORS_MAX) == 0 && CALL(readv, 0, AT(vectors), VECTORS_MAX) == 0);
    vectors[0].bytes = 1;
    vectors[1].bytes = INT32_MAX;
    CHECK(CALL(writev, 1, AT(vectors), 2) == -EINVAL && CALL(readv, 0, AT(vectors), 2) == -EINVAL);
    vectors[1].bytes = 0xffffffff;
    CHECK(CALL(writev, 1, AT(vectors), 2) == -EINVAL && CALL(readv, 0, AT(vectors), 2) == -EINVAL);
    vectors[0] = (struct vector){STACK_LOW, INT32_MAX - 1}; /* the greatest that is valid */
    vectors[1] = (struct vector){AT(program), 1};
    CHECK(check_vectors(AT(vectors), 2) == 0);
    REPLIES({-EBUSY, {0}, NULL}, {-EBUSY, {0}, NULL});
    CHECK(CALL(read, 0, AT(program), 0x80000000) == -EINVAL && CALL(write, 1, AT(program), 0xffffffff) == -EINVAL);
    CHECK(CALL(read, 0, USER_END - INT32_MAX, INT32_MAX) == -EBUSY && CALL(write, 1, AT(program), INT32_MAX) == -EBUSY);
    CHECK(CALL(read, 0, USER_END - INT32_MAX + 1, INT32_MAX) == -EFAULT);
    forget_lines();
}

/* ---------------------------------------------------------------------------------- descriptors */

static void three_are_open(void)
{
    static const uint32_t none[] = {3, 0x7fffffff, 0xffffffff, 32, 33};

    vectors[0] = (struct vector){AT(program), 1};
    for (uint32_t i = 0; i < 5; i++) {
        uint32_t fd = none[i];
        CHECK(CALL(read, fd, AT(program), 1) == -EBADF && CALL(write, fd, AT(program), 1) == -EBADF);
        CHECK(CALL(readv, fd, AT(vectors), 1) == -EBADF && CALL(writev, fd, AT(vectors), 1) == -EBADF);
        CHECK(CALL(readv, fd, 0, 1) == -EBADF && CALL(writev, fd, 0, -1u) == -EBADF); /* this error comes first */
        CHECK(CALL(read, fd, 0, 1) == -EBADF && CALL(write, fd, 0, -1u) == -EBADF);
        CHECK(CALL(close, fd) == -EBADF && CALL(lseek, fd) == -EBADF && CALL(ioctl, fd, 0x5413, AT(program)) == -EBADF);
        CHECK(CALL(fcntl64, fd, 1) == -EBADF && CALL(fstat64, fd, AT(program)) == -EBADF);
    }
    for (uint32_t fd = 0; fd < 3; fd++)
        CHECK(CALL(lseek, fd) == -ESPIPE);
    expect("");
}

/* ---------------------------------------------------------------------------------- a terminal */

static void a_terminal_has_its_settings(void)
{
    enum { GET = 0x5401, SET = 0x5405, WINDOW = 0x5413 };
    const uint32_t *words = (const uint32_t *)(void *)program;
    const uint16_t *window = (const uint16_t *)(void *)program;

    memset(program, 0xee, 60);
    CHECK(CALL(ioctl, 1, GET, AT(program)) == 0);
    CHECK(words[0] == 0x500 && words[1] == 5 && words[2] == 0xbf && words[3] == 0x8a3b && !program[16]);
    CHECK(
        !memcmp(program + 17, "\x03\x1c\x7f\x15\x04\0\x01\0\x11\x13\x1a\0\x12\x0f\x17\x16\0\0\0", 19)); /* ^C ^\ ... */
    CHECK((unsigned char)program[36] == 0xee);
    memset(program, 0xee, 60);
    CHECK(CALL(ioctl, 2, WINDOW, AT(program)) == 0);
    CHECK(window[0] == 24 && window[1] == 80 && !window[2] && !window[3] && window[4] == 0xeeee);
    CHECK(CALL(ioctl, 1, SET, AT(program)) == -ENOTTY && CALL(ioctl, 1, 0, 0) == -ENOTTY);
    FOR_BAD_ADDRESSES(address, 36)
    CHECK(CALL(ioctl, 1, GET, address) == -EFAULT);
    FOR_BAD_ADDRESSES(address, 8)
    CHECK(CALL(ioctl, 1, WINDOW, address) == -EFAULT);
    expect("");
}

/* Lines, or keys without echo: proc is told when that changes. */
static void a_terminal_gives_keys(void)
{
    enum { GET = 0x5401, SET = 0x5402, SET_LATER = 0x5404, CANONICAL_AND_ECHO = 2 | 8 };
    uint32_t *words = (uint32_t *)(void *)program;

    descriptors_begin();
    CHECK(CALL(ioctl, 0, GET, AT(program)) == 0 && CALL(ioctl, 0, SET, AT(program)) == 0); /* unchanged */
    expect("input_kind 0 0 0\ninput_kind 0 0 0\n");
    words[3] &= ~(uint32_t)CANONICAL_AND_ECHO;
    REPLIES({-EPERM, {0}, NULL}, {0}, {0});
    CHECK(CALL(ioctl, 1, SET_LATER, AT(program)) == -EPERM && !state->gives_keys);
    CHECK(CALL(ioctl, 1, SET_LATER, AT(program)) == 0 && CALL(ioctl, 1, SET, AT(program)) == 0);
    words[3] = 0xffffffff;
    CHECK(CALL(ioctl, 1, GET, AT(program)) == 0 && words[3] == (0x8a3b & ~CANONICAL_AND_ECHO));
    words[3] |= 2;
    CHECK(CALL(ioctl, 1, SET, AT(program)) == 0 && !state->gives_keys);
    expect("keys 1 0 0\nkeys 1 0 0\nkeys 0 0 0\n");
    FOR_BAD_ADDRESSES(address, 36)
    CHECK(CALL(ioctl, 1, SET, address) == -EFAULT);
    expect("");
}

/* Input may be a pipe; output always is a terminal. */
static void input_may_be_no_terminal(void)
{
    REPLIES({0, {0}, NULL}, {0, {1}, NULL}, {-EINVAL, {0}, NULL});
    CHECK(CALL(ioctl, 0, 0x5413, AT(program)) == 0);
    CHECK(CALL(ioctl, 0, 0x5413, AT(program)) == -ENOTTY && CALL(ioctl, 0, 0x5401, AT(program)) == -ENOTTY);
    expect("input_kind 0 0 0\ninput_kind 0 0 0\ninput_kind 0 0 0\n");
}

/* ---------------------------------------------------------------------------------- files */

static void a_descriptor_is_a_device(void)
{
    const uint32_t *words = (const uint32_t *)(void *)program;

    memset(program, 0xee, 100);
    CHECK(CALL(fstat64, 1, AT(program)) == 0);
    CHECK(words[0] == 1 && words[4] == 0020620 && words[5] == 1 && words[8] == 0x501 &&
          words[9] == 0); /* mode, links, device */
    for (uint32_t i = 6; i < 24; i++)
        CHECK(i == 8 || i == 13 || words[i] == 0);
    CHECK(words[13] == 4096 && words[24] == 0xeeeeeeee); /* the size of a block */
    FOR_BAD_ADDRESSES(address, 96)
    CHECK(CALL(fstat64, 1, address) == -EFAULT);
}

/* statx describes a path; without one, the descriptor. */
static void a_descriptor_is_a_device_for_statx(void)
{
    enum { EMPTY_PATH = 0x1000 };
    const uint32_t *words = (const uint32_t *)(const void *)program;
    char *path = program + 512;

    path[0] = 0;
    memset(program, 0xee, 260);
    CHECK(CALL(statx, 1, AT(path), EMPTY_PATH, 0x7ff, AT(program)) == 0);
    for (uint32_t i = 0; i < 64; i++) /* the fields that are not 0: mask, size of a block, links, mode, device */
        CHECK(words[i] == (i == 0    ? 0x7ff
                           : i == 1  ? 4096
                           : i == 4  ? 1
                           : i == 7  ? 0020620
                           : i == 32 ? 5
                           : i == 33 ? 1
                           : i == 35 ? 1 /* the device of the file system */
                                     : 0));
    CHECK((unsigned char)program[256] == 0xee);
    CHECK(CALL(statx, 3, AT(path), EMPTY_PATH, 0, AT(program)) == -EBADF);
    FOR_BAD_ADDRESSES(address, 256)
    CHECK(CALL(statx, 1, AT(path), EMPTY_PATH, 0, address) == -EFAULT);
    FOR_BAD_ADDRESSES(address, 1)
    CHECK(CALL(statx, 1, address, EMPTY_PATH, 0, AT(program)) == -EFAULT);
}

static void shows_output(void)
{
    add_line("shown\n");
}

/* After it was flushed; not when nothing is read. */
static void output_is_shown_before_a_read(void)
{
    descriptors_begin();
    uint32_t function = function_at(1, shows_output);

    FOR_BAD_ADDRESSES(address, 1)
    CHECK(CALL(before_read, address) == -EFAULT && !state->before_read);
    CHECK(CALL(before_read, function) == 0);
    REPLIES({0, {0}, NULL}, {0, {0}, NULL}, {0, {0}, NULL});
    CHECK(CALL(read, 0, AT(program), 5) == 0);
    expect("shown\nread 5 1 0\n");
    CHECK(CALL(read, 1, AT(program), 5) == 0 && CALL(read, 0, AT(program), 0) == 0);
    expect("shown\nread 5 1 0\n");
    CHECK(CALL(before_read, 0) == 0 && CALL(read, 0, AT(program), 5) == 0);
    expect("read 5 1 0\n");
}

int main(void)
{
    world_begin();
    vectors = (struct vector *)(void *)(program + PAGE_SIZE);
    descriptors_begin();
    bytes_are_written();
    a_write_may_end_early();
    vectors_are_gathered();
    bytes_are_read();
    output_is_shown_before_a_read();
    bytes_are_scattered();
    addresses_are_checked();
    lengths_are_checked();
    three_are_open();
    a_terminal_has_its_settings();
    input_may_be_no_terminal();
    a_terminal_gives_keys();
    a_descriptor_is_a_device();
    a_descriptor_is_a_device_for_statx();
    puts("test_vdso_console: descriptors 0 to 2 are the console");
}

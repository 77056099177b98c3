/*
 * The library of system calls and locks of files: the file server's calls for fcntl, in both forms of struct flock, and
 * for flock; and what a signal does to a waiter.
 *
 * instead: tests/server/instead
 */
#include "tests/host/vdso_world.h"

enum { GET = 5, SET, WAIT, GET_64 = 12, SET_64, WAIT_64, OFD_GET = 36, OFD_SET, OFD_WAIT, FCNTL = 221, FLOCK = 143 };

static struct flock64_words *large;
static struct flock_words *small;

static void begins(void)
{
    memset(state, 0, sizeof(*state));
    state->has_files = true;
    large = (struct flock64_words *)(void *)program;
    small = (struct flock_words *)(void *)(program + 64);
    *large = (struct flock64_words){FILE_LOCK_EXCLUSIVE, 2, 0x4140000043, 0x44, 9};
    *small = (struct flock_words){FILE_LOCK_SHARED, 0, 0x45, -1, 9};
    forget_lines();
}

static void ranges_are_locked(void)
{
    begins();
    REPLIES({0}, {-EAGAIN, {0}, NULL}, {0}, {-EDEADLK, {0}, NULL});
    CHECK(CALL(fcntl64, 5, SET_64, AT(large)) == 0 && CALL(fcntl64, 5, SET, AT(small)) == -EAGAIN);
    expect("file lock 5 0 131073 C||@A|||D|||||||\nfile lock 5 0 0 E|||||||\xff\xff\xff\xff\xff\xff\xff\xff\n");
    CHECK(CALL(fcntl64, 5, WAIT_64, AT(large)) == 0 && CALL(fcntl64, 5, WAIT, AT(small)) == -EDEADLK);
    expect("file lock 5 1 131073 C||@A|||D|||||||\nfile lock 5 1 0 E|||||||\xff\xff\xff\xff\xff\xff\xff\xff\n");
    CHECK(large->start == 0x4140000043 && small->pid == 9 && state->restart == 0);
    FOR_BAD_ADDRESSES(address, sizeof *small)
    CHECK(CALL(fcntl64, 5, GET, address) == -EFAULT && CALL(fcntl64, 5, WAIT, address) == -EFAULT);
    FOR_BAD_ADDRESSES(address, sizeof *large)
    CHECK(CALL(fcntl64, 5, SET_64, address) == -EFAULT && CALL(fcntl64, 5, WAIT_64, address) == -EFAULT);
    expect("");
}

/* The process id must be 0: otherwise EINVAL without a message. */
static void ranges_are_an_open_files(void)
{
    begins();
    for (uint32_t command = OFD_GET; command <= OFD_WAIT; command++)
        CHECK(CALL(fcntl64, 5, command, AT(large)) == -EINVAL);
    expect("");
    large->pid = 0;
    REPLIES({0}, {-EAGAIN, {0}, NULL}, {0, {FILE_LOCK_SHARED, -1u}, "C||@A|||D|||||||"}, {0});
    CHECK(CALL(fcntl64, 5, OFD_SET, AT(large)) == 0 && CALL(fcntl64, 5, OFD_WAIT, AT(large)) == -EAGAIN);
    expect("file lock 5 4 131073 C||@A|||D|||||||\nfile lock 5 5 131073 C||@A|||D|||||||\n");
    CHECK(CALL(fcntl64, 5, OFD_GET, AT(large)) == 0 && large->pid == -1 && large->kind == FILE_LOCK_SHARED);
    expect("file lock 5 6 131073 C||@A|||D|||||||\n");
    large->pid = 0;
    CHECK(CALL(fcntl64, 5, OFD_WAIT, AT(large)) == 0);
    expect("file lock 5 5 0 C||@A|||D|||||||\n");
    FOR_BAD_ADDRESSES(address, sizeof *large)
    CHECK(CALL(fcntl64, 5, OFD_GET, address) == -EFAULT && CALL(fcntl64, 5, OFD_WAIT, address) == -EFAULT);
    REPLIES({-EINVAL, {0}, NULL}, {-EINVAL, {0}, NULL});
    CHECK(CALL(fcntl64, 5, OFD_GET - 1, AT(large)) == -EINVAL && CALL(fcntl64, 5, OFD_WAIT + 1, AT(large)) == -EINVAL);
    forget_lines();
}

static void what_is_in_the_way_is_told(void)
{
    begins();
    REPLIES({0, {FILE_LOCK_NONE, 0}, "||||||||||||||||"}, {0, {FILE_LOCK_SHARED, 77}, "C||@A|||D|||||||"},
            {0, {FILE_LOCK_EXCLUSIVE, 78}, "E|||||||||||A|||"}, {0, {FILE_LOCK_EXCLUSIVE, 78}, "E|||A|||D|||||||"},
            {-EBADF, {0}, NULL}, {0, {FILE_LOCK_NONE, 0}, "||||||||||||||||"});
    CHECK(CALL(fcntl64, 5, GET_64, AT(large)) == 0 && large->kind == FILE_LOCK_NONE && large->whence == 2 &&
          large->start == 0x4140000043 && large->pid == 9);
    CHECK(CALL(fcntl64, 5, GET_64, AT(large)) == 0 && large->kind == FILE_LOCK_SHARED && !large->whence &&
          large->start == 0x4140000043 && large->length == 0x44 && large->pid == 77);
    CHECK(CALL(fcntl64, 5, GET, AT(small)) == 0 && small->kind == FILE_LOCK_EXCLUSIVE && small->start == 0x45 &&
          small->length == 0 && small->pid == 78);
    CHECK(CALL(fcntl64, 5, GET, AT(small)) == -EOVERFLOW && CALL(fcntl64, 5, GET, AT(small)) == -EBADF &&
          small->pid == 78 && small->start == 0x45);
    CHECK(CALL(fcntl64, 5, GET, AT(small)) == 0 && small->kind == FILE_LOCK_NONE && small->pid == 78);
    forget_lines();
}

static void files_are_locked(void)
{
    begins();
    REPLIES({0}, {-EAGAIN, {0}, NULL}, {0}, {0});
    CHECK(CALL(flock, 5, 1) == 0 && CALL(flock, 5, 2 | 4) == -EAGAIN && CALL(flock, 5, 8) == 0 &&
          CALL(flock, 5, 2) == 0);
    expect("file lock_file 5 0 1\nfile lock_file 5 1 0\nfile lock_file 5 2 0\nfile lock_file 5 1 1\n");
    CHECK(CALL(flock, 5, 0) == -EINVAL && CALL(flock, 5, 3) == -EINVAL && CALL(flock, 5, 16 | 1) == -EINVAL);
    expect("");
    REPLIES({0}, {0});
    state->has_files = false;
    CHECK(CALL(flock, 5, 1) == -EBADF && CALL(fcntl64, 5, SET, AT(small)) == -EBADF && CALL(flock, 1, 1) == 0);
    expect("files 0 0 0\nfile lock_file 1 0 1\n");
}

/* If the signal came before the call was sent, the call says so, and succeeds if the lock is free. */
static void a_signal_ends_the_wait(void)
{
    begins();
    REPLIES({-EINTR, {0}, NULL}, {-EINTR, {0}, NULL});
    CHECK(CALL_AS(FCNTL, fcntl64, 5, WAIT_64, AT(large)) == -EINTR && state->restart == FCNTL && state->signal_pending);
    expect("file lock 5 1 131073 C||@A|||D|||||||\n");
    begins();
    CHECK(CALL_AS(FLOCK, flock, 5, 1) == -EINTR && state->restart == FLOCK);
    expect("file lock_file 5 0 1\n");
    begins();
    state->signal_pending = 1;
    REPLIES({0}, {0});
    CHECK(CALL_AS(FLOCK, flock, 5, 1) == 0 && CALL_AS(FCNTL, fcntl64, 5, WAIT, AT(small)) == 0 && state->restart == 0);
    expect("file lock_file 5 0 3\nfile lock 5 3 0 E|||||||\xff\xff\xff\xff\xff\xff\xff\xff\n");
}

int main(void)
{
    world_begin();
    ranges_are_locked();
    ranges_are_an_open_files();
    what_is_in_the_way_is_told();
    files_are_locked();
    a_signal_ends_the_wait();
    puts("test_vdso_locks: the file server is told of each lock");
    return 0;
}

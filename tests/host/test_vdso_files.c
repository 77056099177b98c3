/*
 * The library of system calls and files: the messages to the file server for each call, how results are returned, and
 * what is refused without a message.
 *
 * instead: tests/server/instead
 */
#include "tests/host/vdso_world.h"

enum {
    CWD = (uint32_t)FILE_CWD,
    PIPE2 = 331,
    DUP3 = 330,
    MKDIR = 39,
    MKDIRAT = 296,
    MKNOD = 14,
    MKNODAT = 297,
    CHMOD = 15,
    FCHMOD = 94,
    FCHMODAT = 306
};
enum {
    TRUNCATE64 = 193,
    FTRUNCATE64 = 194,
    ACCESS = 33,
    FACCESSAT = 307,
    READLINK = 85,
    READLINKAT = 305,
    RENAMEAT = 302,
    RENAMEAT2 = 353
};
enum { UTIMENSAT = 320, UTIMENSAT64 = 412, NOW = 0x3fffffff, OMIT = 0x3ffffffe };

static char *transfer;

/* A program that has files, with or without a transfer page. */
static void begins(bool has_transfer)
{
    memset(state, 0, sizeof(*state));
    state->has_files = true;
    state->has_transfer = has_transfer;
    forget_lines();
}

/* ---------------------------------------------------------------------------------- who has files */

static void files_begin_when_they_are_wanted(void)
{
    memset(state, 0, sizeof(*state));
    state->console_reads = state->console_writes = VDSO_STANDARD;
    REPLIES({-EAGAIN, {0}, NULL}, {0}, {0}, {0, {1}, NULL}, {-EBADF, {0}, NULL});
    CHECK(CALL(close, 1) == -EAGAIN && !state->has_files && CALL(close, 1) == 0 && state->has_files);
    program[0] = 'w';
    CHECK(CALL(write, 2, AT(program), 1) == 1 && CALL(write, 1, AT(program), 1) == -EBADF);
    expect("files 0 0 0\nfiles 0 0 0\nfile close 1 0 0\nwrite 1 0 0 w\xee\xee\xee\nfile write 1 1 0 w\xee\xee\xee\n");
}

static void a_duplicate_of_the_console_is_one(void)
{
    begins(false);
    state->console_reads = state->console_writes = VDSO_STANDARD;
    REPLIES({0, {3}, NULL}, {0, {1}, NULL}, {0}, {0, {1}, NULL}, {0, {0}, NULL}, {0, {2}, NULL}, {0, {0}, NULL});
    CHECK(CALL(dup, 1) == 3 && CALL(write, 3, AT(program), 1) == 1 && CALL(close, 3) == 0 &&
          CALL(write, 3, AT(program), 1) == 1);
    expect("file duplicate 1 0 0\nwrite 1 0 0 w\xee\xee\xee\nfile close 3 0 0\nfile write 3 1 0 w\xee\xee\xee\n");
    CHECK(CALL_AS(NOTHING_ASKED, dup2, 0, 9) == 0 && CALL_AS(DUP3, dup2, 5, 2, O_CLOSE_ON_EXEC) == 2 &&
          CALL(read, 2, AT(program), 1) == 0);
    expect("file duplicate 0 9 1\nfile duplicate 5 2 524289\nfile read 2 1 1\n");
    CHECK(CALL_AS(DUP3, dup2, 5, 5) == -EINVAL && CALL_AS(DUP3, dup2, 5, 6, 1) == -EINVAL);
    expect("");
}

/* A descriptor without a bit of its own is asked about each time. */
static void a_console_may_have_a_large_number(void)
{
    begins(false);
    program[0] = 'w';
    REPLIES({FILE_CONSOLE, {0}, NULL}, {0, {1}, NULL}, {FILE_CONSOLE, {0}, NULL}, {0, {1}, "r"},
            {FILE_CONSOLE, {0}, NULL}, {0, {1}, NULL}, {0, {1}, NULL});
    CHECK(CALL(write, 40, AT(program), 1) == 1 && CALL(read, 40, AT(program), 5) == 1 && program[0] == 'r');
    expect("file write 40 1 0 w\xee\xee\xee\nwrite 1 0 0 w\xee\xee\xee\nfile read 40 5 1\nread 5 1 0\n");
    CHECK(CALL(write, 31, AT(program), 1) == 1 && CALL(write, 31, AT(program), 1) == 1);
    expect("file write 31 1 0 r\xee\xee\xee\nwrite 1 0 0 r\xee\xee\xee\nwrite 1 0 0 r\xee\xee\xee\n");
    REPLIES({FILE_CONSOLE, {0}, NULL}, {FILE_CONSOLE, {0}, NULL});
    CHECK(CALL(write, 41, AT(program), 0) == 0 && CALL(read, 41, AT(program), 0) == 0);
    expect("file write 41 0 0\nfile read 41 0 1\n");
}

/* ---------------------------------------------------------------------------------- bytes */

static void much_goes_by_the_transfer_page(void)
{
    begins(false);
    memset(program, 'a', 5000);
    program[4096] = 'b';
    REPLIES({0}, {0, {4096}, NULL}, {0, {904}, NULL});
    CHECK(CALL(write, 5, AT(program), 5000) == 5000 && state->has_transfer && transfer[0] == 'b');
    expect("file transfer_page 0 0 0\nfile write 5 4096 0\nfile write 5 904 0\n");
    REPLIES({0, {4096}, NULL}, {0, {100}, NULL});
    memset(transfer, 'r', 4096);
    CHECK(CALL(read, 6, AT(program), 5000) == 4196 && program[4095] == 'r' && program[4195] == 'r' &&
          program[4196] == 'a');
    expect("file read 6 4096 1\nfile read 6 904 0\n");
    REPLIES({0, {4096}, NULL}, {-EAGAIN, {0}, NULL}, {-EINTR, {0}, NULL});
    CHECK(CALL(read, 7, AT(program), 5000) == 4096 && CALL(read, 7, AT(program), 5000) == -EINTR);
    forget_lines();
}

/* For a descriptor that gets no ring, once that is known. */
static void a_page_goes_in_one_call(void)
{
    begins(true);
    state->pipes[5] = (struct vdso_pipe){.fd = 5, .uses = VDSO_NO_RING};
    REPLIES({0, {1}, "a"}, {0, {4000}, NULL}, {0, {9000}, NULL}, {0, {299}, NULL}, {0, {4096}, NULL}, {0, {1}, NULL});
    CHECK(CALL(read, 5, AT(program), 1) == 1 && state->pipes[5].uses == VDSO_BY_PAGE);
    memset(transfer, 'p', 4096);
    program[4000] = 'n';
    CHECK(CALL(read, 5, AT(program), 4096) == 4000 && program[3999] == 'p' && program[4000] == 'n');
    memset(transfer, 'q', 4096);
    CHECK(CALL(read, 5, AT(program), 301) == 301 && program[300] == 'q' && program[301] == 'p');
    memset(program, 'w', 300);
    CHECK(CALL(write, 5, AT(program), 300) == 299 && transfer[299] == 'w' && transfer[300] == 'q');
    program[4096] = 'p';
    CHECK(CALL(write, 5, AT(program), 4097) == 4097);
    expect("file read 5 1 1\nfile read 5 4096 1\nfile read 5 301 1\nfile write 5 300 0\nfile write 5 4096 0\n"
           "file write 5 1 0 p\xee\xee\xee\n");
    FOR_BAD_ADDRESSES(address, 300)
    CHECK(CALL(read, 5, address, 300) == -EFAULT && CALL(write, 5, address, 300) == -EFAULT);
    state->pipes[0] = (struct vdso_pipe){.fd = 40, .uses = VDSO_BY_PAGE};
    REPLIES({FILE_CONSOLE, {0}, NULL}, {FILE_CONSOLE, {0}, NULL}, {0, {1}, "c"});
    CHECK(CALL(read, 40, AT(program), 300) == 1 && program[0] == 'c');
    expect("file read 40 300 1\nfile read 40 300 1\nread 256 1 0\n");
}

/* Proc is told of the mask before. If a signal came, the call tells the server so. */
static void after_a_signal_no_transfer_waits(void)
{
    begins(true);
    state->pipes[5] = (struct vdso_pipe){.fd = 5, .uses = VDSO_BY_PAGE};
    state->blocked = 4;
    REPLIES({0}, {0, {300}, NULL}, {0, {300}, NULL}, {0, {300}, NULL}, {-EINTR, {0}, NULL}, {-EINTR, {0}, NULL});
    CHECK(CALL(write, 5, AT(program), 300) == 300);
    expect("signals 0 0 4\nfile write 5 300 0\n");
    state->signal_pending = 1;
    CHECK(CALL(read, 5, AT(program), 300) == 300);
    expect("file read 5 300 3\n");
    CHECK(CALL(write, 5, AT(program), 300) == 300);
    expect("file write 5 300 2\n");
    CHECK(CALL_AS(3, read, 5, AT(program), 300) == -EINTR && state->restart == 3);
    CHECK(CALL_AS(4, write, 5, AT(program), 300) == -EINTR && state->restart == 4);
    expect("file read 5 300 3\nfile write 5 300 2\n");
}

/* There is none: everything goes in messages. */
static void there_may_be_no_transfer_page(void)
{
    begins(false);
    REPLIES({-ENOMEM, {0}, NULL}, {0, {256}, NULL}, {0, {44}, NULL});
    CHECK(CALL(write, 5, AT(program), 300) == 300 &&
          !strncmp(lines, "file transfer_page 0 0 0\nfile write 5 256 0 rrr", 45));
    forget_lines();
    REPLIES({-ENOMEM, {0}, NULL}, {0, {256}, NULL}, {0, {3}, "xyz"});
    CHECK(CALL(read, 6, AT(program), 300) == 259 && program[258] == 'z');
    expect("file transfer_page 0 0 0\nfile read 6 256 1\nfile read 6 44 0\n");
}

static void places_in_files_are_asked_for(void)
{
    uint32_t *offset = (uint32_t *)(void *)program;

    begins(true);
    REPLIES({0, {7}, NULL}, {-EINVAL, {0}, NULL}, {0, {0x7fffffff}, NULL});
    CHECK(CALL(lseek, 5, 7, 2) == 7 && CALL(lseek, 5, 7, 9) == -EINVAL);
    offset[1] = 5;
    CHECK(CALL(llseek, 5, 0, 0x7fffffff, AT(offset), 0) == 0 && offset[0] == 0x7fffffff && offset[1] == 0);
    expect("file seek 5 7 2\nfile seek 5 7 9\nfile seek 5 2147483647 0\n");
    CHECK(CALL(llseek, 5, 1, 0, AT(offset), 0) == -EINVAL && CALL(llseek, 5, 0, 0x80000000, AT(offset), 0) == -EINVAL);
    FOR_BAD_ADDRESSES(address, 8)
    CHECK(CALL(llseek, 5, 0, 0, address, 0) == -EFAULT);
    REPLIES({0, {2}, "ab"}, {0, {0}, NULL}, {0, {3}, NULL}, {-ESPIPE, {0}, NULL}, {-EBADF, {0}, NULL});
    CHECK(CALL(pread64, 5, AT(program), 9, 100, 0) == 2 && !memcmp(program, "ab", 2));
    memcpy(program, "abc", 3);
    CHECK(CALL(pwrite64, 5, AT(program), 3, 0x1000, 0) == 3 && CALL(pread64, 5, AT(program), 9, 0, 0) == -ESPIPE &&
          CALL(pwrite64, 5, AT(program), 1, 0, 0) == -EBADF);
    expect("file read_at 5 9 100\nfile read_at 5 7 102\nfile write_at 5 3 4096 abc\xee\nfile read_at 5 9 0\nfile "
           "write_at 5 1 0 a\xee\xee\xee\n");
    CHECK(CALL(pread64, 5, AT(program), 1, 0, 0x80000000) == -EINVAL &&
          CALL(pwrite64, 5, AT(program), 0x80000000, 0, 0) == -EINVAL);
    CHECK(CALL(pread64, 5, AT(program), 1, 0, 1) == 0 && CALL(pwrite64, 5, AT(program), 1, 0, 1) == -EFBIG &&
          CALL(pwrite64, 5, AT(program), 1, 0x80000000, 0) == -EFBIG);
    FOR_BAD_ADDRESSES(address, 2)
    CHECK(CALL(pread64, 5, address, 2, 0, 0) == -EFAULT && CALL(pwrite64, 5, address, 2, 0, 0) == -EFAULT);
    state->console_reads = 1;
    CHECK(CALL(pread64, 0, AT(program), 1, 0, 0) == -ESPIPE && CALL(lseek, 0, 0, 0) == -ESPIPE);
    expect("");
}

/* ---------------------------------------------------------------------------------- descriptors */

static void descriptors_are_controlled(void)
{
    uint32_t *fds = (uint32_t *)(void *)program;

    begins(true);
    REPLIES({0, {1}, NULL}, {0, {9}, NULL}, {0, {10}, NULL}, {-EINVAL, {0}, NULL}, {0, {5, 6}, NULL}, {0, {7, 8}, NULL},
            {-EMFILE, {0}, NULL});
    CHECK(CALL(fcntl64, 5, 1) == 1 && CALL(fcntl64, 5, 0, 9) == 9 && CALL(fcntl64, 5, 1030, 9) == 10 &&
          CALL(fcntl64, 5, 77, 3) == -EINVAL);
    expect("file control 5 1 0\nfile duplicate 5 9 0\nfile duplicate 5 9 524288\nfile control 5 77 3\n");
    CHECK(CALL(pipe, AT(fds)) == 0 && fds[0] == 5 && fds[1] == 6 && CALL_AS(PIPE2, pipe, AT(fds), O_NONBLOCKING) == 0 &&
          fds[0] == 7 && fds[1] == 8);
    CHECK(CALL(pipe, AT(fds)) == -EMFILE && fds[0] == 7);
    expect("file pipe 0 0 0\nfile pipe 2048 0 0\nfile pipe 0 0 0\n");
    FOR_BAD_ADDRESSES(address, 8)
    CHECK(CALL(pipe, address) == -EFAULT);
    REPLIES({0}, {-EINVAL, {0}, NULL});
    CHECK(CALL(fsync, 5) == 0 && CALL(fsync, 6) == -EINVAL);
    expect("file control 5 1 0\nfile control 6 1 0\n");
}

/* inode 5, this mode, 2 names, 0x1234 bytes, this device, changed at 0x01020304, 3 pages. */
#define STATUS(mode, device) "\x05|||" mode "||\x02|||\x34\x12||" device "||\x04\x03\x02\x01\x03|||"
#define IS_FILE              "\xa4\x81"
#define IS_DEVICE            "\x90\x21"

static void terminals_are_told(void)
{
    enum { WINDOW = 0x5413 };

    begins(true);
    REPLIES({0, {0}, STATUS(IS_FILE, "||")}, {0, {0}, STATUS(IS_DEVICE, "\x03\x01")},
            {0, {0}, STATUS(IS_DEVICE, "|\x05")}, {-EBADF, {0}, NULL});
    CHECK(CALL(ioctl, 5, WINDOW, AT(program)) == -ENOTTY && CALL(ioctl, 5, WINDOW, AT(program)) == -ENOTTY);
    CHECK(CALL(ioctl, 5, WINDOW, AT(program)) == 0 && CALL(ioctl, 5, WINDOW, AT(program)) == -EBADF);
    forget_lines();
}

/* ---------------------------------------------------------------------------------- names */

static void files_are_opened(void)
{
    begins(true);
    strcpy(program, "name");
    REPLIES({0, {5}, NULL}, {FILE_MORE, {0}, NULL}, {0, {6}, NULL}, {-ENOENT, {0}, NULL}, {0, {7}, NULL});
    CHECK(CALL(open, AT(program), 0101, 07777777) == 5);
    expect("file open -100 65 4095 name|\xee\xee\xee\n");
    CHECK(CALL(open, AT(program), O_TRUNCATE, 0) == 6 && CALL(openat, 9, AT(program), 0, 0600) == -ENOENT &&
          CALL(creat, AT(program), 0666) == 7);
    expect("file open -100 512 0 name|\xee\xee\xee\nfile open -100 512 0 name|\xee\xee\xee\nfile open 9 0 384 "
           "name|\xee\xee\xee\n"
           "file open -100 577 438 name|\xee\xee\xee\n");
    FOR_BAD_ADDRESSES(address, 1)
    CHECK(CALL(open, address, 0) == -EFAULT && CALL(openat, 3, address, 0) == -EFAULT);
    expect("");
}

/* Even for a process that has had no files yet. */
static void the_mask_is_the_servers(void)
{
    begins(true);
    state->has_files = false;
    REPLIES({-ENOMEM, {0}, NULL}, {0}, {0, {022}, NULL}, {0, {0234}, NULL});
    CHECK(CALL(umask, 01234) == -ENOMEM && CALL(umask, 01234) == 022 && CALL(umask, 0) == 0234);
    expect("files 0 0 0\nfiles 0 0 0\nfile umask 668 0 0\nfile umask 0 0 0\n");
}

static void long_paths_go_by_the_transfer_page(void)
{
    begins(true);
    memset(program, 'p', 5000);
    program[255] = 0;
    REPLIES({0, {5}, NULL}, {0, {6}, NULL}, {0}, {0, {7}, NULL});
    CHECK(CALL(open, AT(program), 0) == 5 && strlen(lines) > 256);
    forget_lines();
    program[255] = 'p', program[256] = 0;
    CHECK(CALL(open, AT(program), 0) == 6 && !strcmp(transfer, program));
    expect("file open -100 0 0\n");
    program[200] = 0;
    CHECK(CALL(rename, AT(program), AT(program + 1)) == 0 && !strcmp(transfer, program) &&
          !strcmp(transfer + 201, program + 1));
    expect("file rename -100 -100 0\n");
    memset(program, 'p', 5000);
    CHECK(CALL(open, AT(program), 0) == -ENAMETOOLONG);
    expect("");
    begins(false);
    REPLIES({-ENOMEM, {0}, NULL});
    program[300] = 0;
    CHECK(CALL(open, AT(program), 0) == -ENOMEM);
    expect("file transfer_page 0 0 0\n");
}

static void names_are_made_and_removed(void)
{
    begins(true);
    strcpy(program, "abc"), strcpy(program + 8, "xyz");
    const uint32_t a = AT(program), x = AT(program + 8);
    REPLIES({0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0});
    CHECK(CALL_AS(MKDIR, mkdir, a, 0777) == 0 && CALL_AS(MKDIRAT, mkdir, 7, a, 0700) == 0);
    expect("file make -100 16895 0 abc|\nfile make 7 16832 0 abc|\n");
    CHECK(CALL_AS(MKNOD, mknod, a, MODE_CHARACTERS | 0666, 0x103) == 0 &&
          CALL_AS(MKNODAT, mknod, 7, a, MODE_FILE, 0) == 0);
    CHECK(CALL_AS(MKNOD, mknod, a, MODE_DIRECTORY, 0) == -EPERM);
    expect("file make -100 8630 259 abc|\nfile make 7 32768 0 abc|\n");
    CHECK(CALL(unlink, a) == 0 && CALL(rmdir, a) == 0 && CALL(unlinkat, 7, a, 0) == 0 &&
          CALL(unlinkat, 7, a, 0x200) == 0 && CALL(unlinkat, 7, a, 1) == -EINVAL);
    expect(
        "file remove -100 0 0 abc|\nfile remove -100 512 0 abc|\nfile remove 7 0 0 abc|\nfile remove 7 512 0 abc|\n");
    CHECK(CALL(link, a, x) == 0 && CALL(linkat, 7, a, 8, x) == 0 && CALL_AS(RENAMEAT, renameat, 7, a, 8, x, 5) == 0 &&
          CALL_AS(RENAMEAT2, renameat, 7, a, 8, x, 0) == 0);
    expect("file link -100 -100 0 abc|xyz|\nfile link 7 8 0 abc|xyz|\nfile rename 7 8 0 abc|xyz|\nfile rename 7 8 0 "
           "abc|xyz|\n");
    CHECK(CALL_AS(RENAMEAT2, renameat, 7, a, 8, x, 1) == -EINVAL && CALL(symlink, a, x) == -EPERM);
    FOR_BAD_ADDRESSES(address, 1)
    CHECK(CALL(link, a, address) == -EFAULT && CALL(linkat, 7, a, 8, address) == -EFAULT &&
          CALL(rename, a, address) == -EFAULT && CALL(link, address, x) == -EFAULT);
    CHECK(CALL(link, a, 0) == -EFAULT && CALL(rename, a, 0) == -EFAULT);
    expect("");
}

static void directories_are_entered(void)
{
    begins(true);
    strcpy(program, "abc");
    REPLIES({0}, {-ENOTDIR, {0}, NULL}, {0, {5}, "/abc|"}, {-ERANGE, {0}, NULL}, {0, {5}, NULL});
    CHECK(CALL(chdir, AT(program)) == 0 && CALL(fchdir, 9) == -ENOTDIR);
    expect("file change_directory -100 0 0 abc|\nfile change_directory 9 0 0 |\xee\xee\xee\n");
    CHECK(CALL(getcwd, AT(program), 100) == 5 && !strcmp(program, "/abc") && CALL(getcwd, AT(program), 3) == -ERANGE &&
          !strcmp(program, "/abc"));
    strcpy(transfer, "/far");
    CHECK(CALL(getcwd, AT(program), 4000) == 5 && !strcmp(program, "/far"));
    expect("file working_directory 100 0 0\nfile working_directory 3 0 0\nfile working_directory 4000 0 0\n");
    FOR_BAD_ADDRESSES(address, 9)
    CHECK(CALL(getcwd, address, 9) == -EFAULT);
    expect("");
}

static void sizes_change(void)
{
    begins(true);
    strcpy(program, "abc");
    REPLIES({0}, {FILE_MORE, {0}, NULL}, {0}, {0}, {-EINVAL, {0}, NULL});
    CHECK(CALL(truncate, AT(program), 5) == 0 && CALL_AS(TRUNCATE64, truncate, AT(program), 6, 0) == 0);
    expect("file truncate -100 5 0 abc|\nfile truncate -100 6 0 abc|\nfile truncate -100 6 0 abc|\n");
    CHECK(CALL(ftruncate, 9, 7) == 0 && CALL_AS(FTRUNCATE64, ftruncate, 9, 8, 0) == -EINVAL);
    expect("file truncate 9 7 0 |\xee\xee\xee\nfile truncate 9 8 0 |\xee\xee\xee\n");
    CHECK(CALL(truncate, AT(program), 0xffffffff) == -EINVAL &&
          CALL_AS(TRUNCATE64, truncate, AT(program), 0, 1) == -EFBIG);
    CHECK(CALL_AS(TRUNCATE64, truncate, AT(program), 0x80000000, 0) == -EFBIG &&
          CALL_AS(FTRUNCATE64, ftruncate, 9, 0, 0x80000000) == -EINVAL);
    program[0] = 0;
    CHECK(CALL(truncate, AT(program), 5) == -ENOENT && CALL(ftruncate, CWD, 5) == -EBADF);
    FOR_BAD_ADDRESSES(address, 1)
    CHECK(CALL(truncate, address, 5) == -EFAULT);
    expect("");
}

/* The call is done; pages of the lost file are given back before it returns. */
static void what_is_lost_is_settled(void)
{
#define MORE {FILE_MORE, {0}, NULL}
    begins(true);
    state->has_mappings = true;
    strcpy(program, "abc");
    REPLIES(MORE, {0}, {FILE_MORE, {7}, NULL}, MORE, MORE, {0}, MORE, {0}, MORE, {0}, {0}, MORE, {0},
            {-EBADF, {0}, NULL});
    CHECK(CALL(close, 5) == 0 && CALL_AS(NOTHING_ASKED, dup2, 5, 7) == 7);
    expect("file close 5 0 0\nfile settle 0 0 0\nfile duplicate 5 7 1\nfile settle 0 0 0\nfile settle 0 0 0\nfile "
           "settle 0 0 0\n");
    CHECK(CALL(unlink, AT(program)) == 0 && CALL(rename, AT(program), AT(program)) == 0);
    expect("file remove -100 0 0 abc|\nfile settle 0 0 0\nfile rename -100 -100 0 abc|abc|\nfile settle 0 0 0\n");
    CHECK(CALL(munmap, 0x50000000, 0x3000) == 0 && CALL(close, 5) == -EBADF);
    expect("munmap 1342177280 12288 0\nfile unmap 1342177280 3 0\nfile settle 0 0 0\nfile close 5 0 0\n");
}

/* ---------------------------------------------------------------------------------- what is told of them */

static void a_status_is_linuxs(void)
{
    const uint32_t *words = (const uint32_t *)(const void *)(program + 512);

    begins(true);
    strcpy(program, "abc");
    REPLIES({0, {0}, STATUS(IS_FILE, "||")}, {0, {0}, STATUS(IS_DEVICE, "\x03\x01")}, {-ENOENT, {0}, NULL},
            {0, {0}, STATUS(IS_FILE, "||")}, {0, {0}, STATUS(IS_FILE, "||")});
    memset(program + 512, 0xee, 100);
    CHECK(CALL(stat64, AT(program), AT(program + 512)) == 0);
    for (uint32_t i = 0; i < 24; i++)
        CHECK(words[i] == (i == 0                          ? 1u
                           : i == 3 || i == 22             ? 5u
                           : i == 4                        ? 0100644u
                           : i == 5                        ? 2u
                           : i == 11                       ? 0x1234u
                           : i == 13                       ? 4096u
                           : i == 14                       ? 24u
                           : i == 16 || i == 18 || i == 20 ? 0x01020304u
                                                           : 0u));
    CHECK(words[24] == 0xeeeeeeee && CALL(fstat64, 9, AT(program + 512)) == 0 && words[8] == 0x103 &&
          CALL(stat64, AT(program), AT(program + 512)) == -ENOENT);
    CHECK(words[8] == 0x103 && CALL(fstatat64, 9, AT(program), AT(program + 512), 0) == 0 &&
          CALL(fstatat64, 9, AT(program), AT(program + 512), 0x1100) == 0);
    expect("file status -100 0 0 abc|\nfile status 9 4096 0 ||||\nfile status -100 0 0 abc|\nfile status 9 0 0 "
           "abc|\nfile status 9 4096 0 abc|\n");
    program[0] = 0;
    REPLIES({-EBADF, {0}, NULL}, {0, {0}, STATUS(IS_FILE, "||")});
    CHECK(CALL(fstatat64, 9, AT(program), AT(program + 512), 0x1000) == -EBADF &&
          CALL(statx, 9, AT(program), 0x1000, 0, AT(program + 512)) == 0);
    CHECK(words[4] == 2 && words[8] == 5 && words[10] == 0x1234 && words[12] == 24 && words[16] == 0x01020304 &&
          words[24] == 0x01020304 && words[28] == 0x01020304);
    expect("file status 9 4096 0 ||||\nfile status 9 4096 0 |\xee\xee\xee\n");
    FOR_BAD_ADDRESSES(address, 96)
    CHECK(CALL(stat64, AT(program), address) == -EFAULT && CALL(fstat64, 9, address) == -EFAULT &&
          CALL(fstatat64, 9, AT(program), address, 0) == -EFAULT);
    expect("");
}

static void access_is_everybodys(void)
{
    begins(true);
    strcpy(program, "abc");
    REPLIES({0, {0}, STATUS(IS_FILE, "||")}, {0, {0}, STATUS(IS_FILE, "||")}, {-ENOENT, {0}, NULL},
            {0, {0}, STATUS(IS_FILE, "||")}, {-ENOENT, {0}, NULL});
    CHECK(CALL_AS(ACCESS, access, AT(program), 6) == 0 && CALL_AS(ACCESS, access, AT(program), 1) == -EACCES &&
          CALL_AS(FACCESSAT, access, 9, AT(program), 0) == -ENOENT &&
          CALL_AS(ACCESS, access, AT(program), 8) == -EINVAL);
    CHECK(CALL_AS(READLINK, readlink, AT(program)) == -EINVAL &&
          CALL_AS(READLINKAT, readlink, 9, AT(program)) == -ENOENT);
    expect("file status -100 0 0 abc|\nfile status -100 0 0 abc|\nfile status 9 0 0 abc|\nfile status -100 0 0 "
           "abc|\nfile status 9 0 0 abc|\n");
}

static void files_change(void)
{
    uint32_t *times = (uint32_t *)(void *)(program + 512);

    begins(true);
    strcpy(program, "abc");
    REPLIES({0}, {0}, {0}, {0}, {0});
    CHECK(CALL_AS(CHMOD, chmod, AT(program), 0640) == 0 && CALL_AS(FCHMOD, chmod, 9, 0600) == 0 &&
          CALL_AS(FCHMODAT, chmod, 9, AT(program), 0700) == 0);
    expect("file change -100 1 416 abc|\nfile change 9 1 384 |\xee\xee\xee\nfile change 9 1 448 abc|\n");
    memcpy(times, (const uint32_t[]){1, 2, 77, 4}, 16);
    CHECK(CALL_AS(UTIMENSAT, utimensat, CWD, AT(program), AT(times)) == 0);
    memcpy(times, (const uint32_t[]){1, 0, 2, 0, 78, 0, 4, 0}, 32);
    CHECK(CALL_AS(UTIMENSAT64, utimensat, 9, 0, AT(times)) == 0);
    expect("file change -100 2 77 abc|\nfile change 9 2 78 |\xee\xee\xee\n");
    times[6] = OMIT;
    CHECK(CALL_AS(UTIMENSAT64, utimensat, 9, 0, AT(times)) == 0);
    FOR_BAD_ADDRESSES(address, 32)
    CHECK(CALL_AS(UTIMENSAT64, utimensat, 9, 0, address) == -EFAULT);
    expect("");
}

static void entries_are_linuxs(void)
{
    static const char two[] = "\x05|||\x01|||\x04\x01||.|||\x06|||\x02|||\x08\x05||namex|||"; /* "." and "namex" */
    const uint32_t *words = (const uint32_t *)(const void *)program;

    begins(true);
    REPLIES({0, {16 + 20}, two}, {0, {0}, NULL}, {-ENOTDIR, {0}, NULL});
    memset(program, 0xee, 200);
    CHECK(CALL(getdents64, 9, AT(program), 200) == 24 + 32);
    CHECK(words[0] == 5 && words[1] == 0 && words[2] == 1 && words[3] == 0 && program[16] == 24 && program[17] == 0 &&
          program[18] == 4 && !strcmp(program + 19, "."));
    CHECK(words[6] == 6 && words[8] == 2 && program[24 + 16] == 32 && program[24 + 18] == 8 &&
          !strcmp(program + 24 + 19, "namex") && (unsigned char)program[56] == 0xee);
    CHECK(CALL(getdents64, 9, AT(program), 200) == 0 && CALL(getdents64, 9, AT(program), 200) == -ENOTDIR);
    expect("file entries 9 100 0\nfile entries 9 100 0\nfile entries 9 100 0\n");
    FOR_BAD_ADDRESSES(address, 50)
    CHECK(CALL(getdents64, 9, address, 50) == -EFAULT);
    state->has_files = false;
    CHECK(CALL(getdents64, 2, AT(program), 50) == -ENOTDIR && CALL(getdents64, 3, AT(program), 50) == -EBADF);
    expect("");
}

static void the_tree_has_pages(void)
{
    const uint32_t *words = (const uint32_t *)(const void *)program;

    begins(true);
    REPLIES({0, {1000, 400}, NULL});
    CHECK(CALL(statfs64, 0, 84, AT(program)) == 0 && words[0] == 0x01021994 && words[1] == 4096 && words[2] == 1000 &&
          words[4] == 400 && words[6] == 400 && words[14] == 255);
    expect("file space 0 0 0\n");
    FOR_BAD_ADDRESSES(address, 84)
    CHECK(CALL(statfs64, 0, 84, address) == -EFAULT);
    expect("");
}

int main(void)
{
    world_begin();
    transfer = mmap((void *)FILE_TRANSFER, PAGE_SIZE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(transfer == (char *)FILE_TRANSFER);
    files_begin_when_they_are_wanted();
    a_duplicate_of_the_console_is_one();
    a_console_may_have_a_large_number();
    much_goes_by_the_transfer_page();
    there_may_be_no_transfer_page();
    a_page_goes_in_one_call();
    after_a_signal_no_transfer_waits();
    places_in_files_are_asked_for();
    descriptors_are_controlled();
    terminals_are_told();
    files_are_opened();
    the_mask_is_the_servers();
    long_paths_go_by_the_transfer_page();
    names_are_made_and_removed();
    directories_are_entered();
    sizes_change();
    what_is_lost_is_settled();
    a_status_is_linuxs();
    access_is_everybodys();
    files_change();
    entries_are_linuxs();
    the_tree_has_pages();
    puts("test_vdso_files: the file server gets the right message for each call");
    return 0;
}

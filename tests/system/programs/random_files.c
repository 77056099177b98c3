/* Names, descriptors, mappings of files and pipes of t_random. */
#include "tests/system/programs/random.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned char bytes[FILE_MAX];

static const char *path_of(int name)
{
    static char paths[2][32];
    static int turn;
    char *path = paths[turn ^= 1];

    snprintf(path, sizeof paths[0], "/tmp/r%d/%s%d", walker, name >= NAMES / 2 ? "d/" : "", name);
    return path;
}

static const char *folder(const char *below_it)
{
    static char path[32];

    snprintf(path, sizeof path, "/tmp/r%d%s", walker, below_it);
    return path;
}

static bool can_be(int name)
{
    return name < NAMES / 2 || world->has_directory;
}

/* ----------------------------------------------------------------------------------- what is in use */

static bool is_open_used(int open)
{
    for (int i = 0; i < FDS; i++)
        if (own.fds[i].fd >= 0 && own.fds[i].open == open)
            return true;
    return own.pinned.opens >> open & 1;
}

static bool is_file_used(int file)
{
    for (int i = 0; i < NAMES; i++)
        if (world->names[i] == file)
            return true;
    for (int i = 0; i < OPENS; i++)
        if (is_open_used(i) && world->opens[i].file == file)
            return true;
    for (int i = 0; i < MAPS; i++)
        if (own.maps[i].file == file)
            return true;
    return own.pinned.files >> file & 1;
}

static int free_file(void)
{
    int file = 0;

    while (file < FILES && is_file_used(file))
        file++;
    return file < FILES ? file : -1;
}

static int free_open(void)
{
    int open = 0;

    while (open < OPENS && is_open_used(open))
        open++;
    return open < OPENS ? open : -1;
}

static struct descriptor *free_fd(void)
{
    for (int i = 0; i < FDS; i++)
        if (own.fds[i].fd < 0)
            return &own.fds[i];
    return NULL;
}

/* An open descriptor, or none. */
struct descriptor *files_any_fd(void)
{
    struct descriptor *it = &own.fds[below(FDS)];

    return it->fd >= 0 ? it : NULL;
}

static struct open_file *open_of(const struct descriptor *it)
{
    return &world->opens[it->open];
}

struct file *files_file_of(const struct descriptor *it)
{
    return &world->files[open_of(it)->file];
}

void files_pin(void)
{
    for (int i = 0; i < FILES; i++)
        own.pinned.files |= (uint32_t)is_file_used(i) << i;
    for (int i = 0; i < OPENS; i++)
        own.pinned.opens |= (uint32_t)is_open_used(i) << i;
    for (int i = 0; i < PIPES; i++)
        own.pinned.pipes |= (uint32_t)(own.pipes[i][0] >= 0) << i;
}

/* ---------------------------------------------------------------------------------------- contents */

static void model_size(struct file *file, uint32_t size)
{
    if (size < file->size)
        memset(file->bytes + size, 0, file->size - size);
    file->size = size;
}

static void model_write(struct file *file, uint32_t offset, uint32_t count)
{
    memcpy(file->bytes + offset, bytes, count);
    if (count && file->size < offset + count)
        file->size = offset + count;
}

static uint32_t any_bytes(uint32_t most)
{
    uint32_t count = below(3) ? below(200) : below(2 * PAGE);

    if (count > most)
        count = most;
    for (uint32_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)rand();
    return count;
}

static bool step_write(void)
{
    const struct descriptor *it = files_any_fd();

    if (!it)
        return true;
    struct open_file *open = open_of(it);
    struct file *file = files_file_of(it);
    uint32_t offset = open->appends ? file->size : open->offset, count = any_bytes(FILE_MAX - offset);
    model_write(file, offset, count);
    if (count)
        open->offset = offset + count;
    return IS(write(it->fd, bytes, count), count);
}

static bool step_read(void)
{
    const struct descriptor *it = files_any_fd();

    if (!it)
        return true;
    struct open_file *open = open_of(it);
    const struct file *file = files_file_of(it);
    uint32_t count = below(2 * PAGE), left = open->offset < file->size ? file->size - open->offset : 0;
    uint32_t expected = count < left ? count : left, at = open->offset;
    open->offset += expected;
    return IS(read(it->fd, bytes, count), expected) && IS(memcmp(bytes, file->bytes + at, expected), 0);
}

static bool step_seek(void)
{
    const struct descriptor *it = files_any_fd();

    if (!it)
        return true;
    open_of(it)->offset = below(FILE_MAX);
    return IS(lseek(it->fd, (off_t)open_of(it)->offset, SEEK_SET), open_of(it)->offset);
}

static bool step_resize(void)
{
    const struct descriptor *it = files_any_fd();
    uint32_t size = below(FILE_MAX + 1);

    if (!it)
        return true;
    model_size(files_file_of(it), size);
    return IS(ftruncate(it->fd, (off_t)size), 0);
}

/* ------------------------------------------------------------------------------------- descriptors */

/* The file that open() must make or find, or the error; -1 with 0: the model has no room for it. */
static int model_open(int name, int flags, int *error)
{
    int file = world->names[name];

    *error = 0;
    if (file >= 0 && flags & O_EXCL)
        *error = EEXIST;
    else if (file < 0 && (!(flags & O_CREAT) || !can_be(name)))
        *error = ENOENT;
    else if (file < 0 && (file = free_file()) >= 0)
        memset(&world->files[file], 0, sizeof world->files[file]);
    return *error ? -1 : file;
}

static int any_flags(void)
{
    int flags = O_RDWR | (below(2) ? O_CREAT : 0) | (below(5) ? 0 : O_TRUNC) | (below(4) ? 0 : O_APPEND) |
                (below(4) ? 0 : O_CLOEXEC);

    return flags & O_CREAT && below(5) == 0 ? flags | O_EXCL : flags;
}

static bool step_open(void)
{
    int name = (int)below(NAMES), flags = any_flags(), error, free = free_open();
    struct descriptor *it = free_fd();

    if (!it || free < 0)
        return true;
    int file = model_open(name, flags, &error);
    if (error)
        return FAILS(open(path_of(name), flags, 0644), error);
    if (file < 0)
        return true;
    world->names[name] = file;
    if (flags & O_TRUNC)
        model_size(&world->files[file], 0);
    world->opens[free] = (struct open_file){file, 0, flags & O_APPEND};
    *it = (struct descriptor){open(path_of(name), flags, 0644), free};
    return HOLDS(it->fd >= 0);
}

static bool step_close(void)
{
    struct descriptor *it = files_any_fd();

    if (!it)
        return true;
    int fd = it->fd;
    it->fd = -1;
    return IS(close(fd), 0) && (below(8) || FAILS(close(fd), EBADF));
}

static bool step_duplicate(void)
{
    const struct descriptor *it = files_any_fd();
    struct descriptor *other = free_fd();

    if (!it || !other)
        return true;
    *other = (struct descriptor){dup(it->fd), it->open};
    return HOLDS(other->fd >= 0);
}

/* ------------------------------------------------------------------------------------------- names */

static int links_of(int file)
{
    int links = 0;

    for (int i = 0; i < NAMES; i++)
        links += world->names[i] == file;
    return links;
}

static bool step_status(void)
{
    int name = (int)below(NAMES), file = world->names[name];
    struct stat status;

    if (file < 0)
        return FAILS(stat(path_of(name), &status), ENOENT);
    return IS(stat(path_of(name), &status), 0) && IS(status.st_size, world->files[file].size) &&
           IS(status.st_nlink, links_of(file));
}

static bool step_unlink(void)
{
    int name = (int)below(NAMES);

    if (world->names[name] < 0)
        return FAILS(unlink(path_of(name)), ENOENT);
    world->names[name] = -1;
    return IS(unlink(path_of(name)), 0);
}

static bool step_link(void)
{
    int from = (int)below(NAMES), to = (int)below(NAMES);

    if (world->names[from] < 0 || !can_be(to))
        return FAILS(link(path_of(from), path_of(to)), ENOENT);
    if (world->names[to] >= 0)
        return FAILS(link(path_of(from), path_of(to)), EEXIST);
    world->names[to] = world->names[from];
    return IS(link(path_of(from), path_of(to)), 0);
}

static bool step_rename(void)
{
    int from = (int)below(NAMES), to = (int)below(NAMES);

    if (world->names[from] < 0 || !can_be(to))
        return FAILS(rename(path_of(from), path_of(to)), ENOENT);
    if (world->names[from] != world->names[to]) { /* two names of the same file both stay */
        world->names[to] = world->names[from];
        world->names[from] = -1;
    }
    return IS(rename(path_of(from), path_of(to)), 0);
}

static bool step_directory(void)
{
    bool is_empty = true;

    if (!world->has_directory) {
        world->has_directory = true;
        return FAILS(rmdir(folder("/d")), ENOENT) && IS(mkdir(folder("/d"), 0755), 0);
    }
    for (int i = NAMES / 2; i < NAMES; i++)
        is_empty = is_empty && world->names[i] < 0;
    if (!is_empty)
        return FAILS(rmdir(folder("/d")), ENOTEMPTY) && FAILS(mkdir(folder("/d"), 0755), EEXIST);
    world->has_directory = false;
    return IS(rmdir(folder("/d")), 0);
}

/* --------------------------------------------------------------------------------------------- all */

bool files_step(void)
{
    static bool (*const steps[])(void) = {step_open,   step_open,      step_open,   step_close,  step_write,
                                          step_write,  step_write,     step_read,   step_read,   step_seek,
                                          step_resize, step_duplicate, step_status, step_unlink, step_link,
                                          step_rename, step_directory};

    return steps[below(sizeof steps / sizeof steps[0])]();
}

static bool fd_is_right(const struct descriptor *it)
{
    const struct file *file = files_file_of(it);

    return IS(pread(it->fd, bytes, FILE_MAX, 0), file->size) && IS(memcmp(bytes, file->bytes, file->size), 0) &&
           IS(lseek(it->fd, 0, SEEK_CUR), open_of(it)->offset);
}

bool files_are_right(void)
{
    bool good = true;

    for (int i = 0; i < FDS; i++)
        good = (own.fds[i].fd < 0 || fd_is_right(&own.fds[i])) && good;
    return good;
}

void files_begin(void)
{
    memset(world, 0, sizeof *world);
    memset(world->names, -1, sizeof world->names);
    memset(own.fds, -1, sizeof own.fds);
    memset(own.pipes, -1, sizeof own.pipes);
    for (int i = 0; i < MAPS; i++)
        own.maps[i].file = -1;
    mkdir(folder(""), 0755);
}

/* The walker's open descriptors end with it. */
bool files_end(void)
{
    bool good = true;

    for (int i = 0; i < NAMES; i++)
        good = (world->names[i] < 0 || IS(unlink(path_of(i)), 0)) && good;
    if (world->has_directory)
        good = IS(rmdir(folder("/d")), 0) && good;
    return IS(rmdir(folder("")), 0) && good;
}

uint32_t files_sum(int fd)
{
    ssize_t count = pread(fd, bytes, FILE_MAX, 0);
    uint32_t sum = (uint32_t)count;

    for (ssize_t i = 0; i < count; i++)
        sum = sum * 31 + bytes[i];
    return sum;
}

int files_any(uint32_t *sum)
{
    const struct descriptor *it = files_any_fd();

    if (!it)
        return -1;
    *sum = files_sum(it->fd);
    return it->fd;
}

/* It may be killed in the middle: only a file with that name may be left. */
void files_churn(unsigned round)
{
    int fd = open(folder("/x"), O_RDWR | O_CREAT, 0644), ends[2];
    char *at = fd >= 0 && ftruncate(fd, 2 * PAGE) == 0 ? mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
                                                       : MAP_FAILED;

    if (at != MAP_FAILED)
        at[PAGE] = 1;
    if (at != MAP_FAILED && round % 2 == 0)
        ftruncate(fd, PAGE);
    if (at != MAP_FAILED && round % 8)
        munmap(at, 2 * PAGE);
    if (pipe(ends) == 0) {
        for (int i = 0; i < 8; i++)
            if (write(ends[1], folder(""), 5) == 5)
                (void)!read(ends[0], bytes, 5);
        close(ends[0]), close(ends[1]);
    }
    close(fd);
    if (round % 3 == 0)
        unlink(folder("/x"));
}

void files_forget_churn(void)
{
    unlink(folder("/x"));
}

void *shared_pages(uint32_t count)
{
    void *pages = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED)
        exit(125);
    return pages;
}

int pages_seal(void *address, uint32_t count, bool sealed)
{
    return mprotect(address, count, sealed ? PROT_READ : PROT_READ | PROT_WRITE);
}

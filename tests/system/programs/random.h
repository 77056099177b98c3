/*
 * t_random: processes that do anything, in any order, and the model that says what each must see.
 *
 *      walker ---forks---> child, which takes steps, too, while the walker waits, and ends in one of several ways
 *         |  \---forks---> one that works until it is killed, on things that are in no model
 *         v
 *      `own`, a process's part of the model, which fork copies: what it has open and mapped
 *      its `world`, shared with its children: files, offsets, pipes
 *      the `board`, shared by all: the segments, changed under its lock
 *
 * A step is a function: true if all was as the model has it. What a child gave back its parent may still have: what
 * the parent had when it forked is `pinned`, and not used again by the child.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "libuser/mem/uspinlock.h"

enum {
    PAGE = 4096,
    IDS = 16,
    AREA_PAGES = 64,
    HEAP_PAGES = 32,
    NAMES = 6, /* the upper half of them in a directory that does not always exist */
    FILES = 8,
    FILE_PAGES = 3,
    FILE_MAX = FILE_PAGES * PAGE,
    OPENS = 8,
    FDS = 10,
    MAPS = 4,
    MAP_PAGES = 2,
    PIPES = 2,
    PIPE_BYTES = 8192,
    WALKERS_MAX = 16,
};

struct file {
    uint32_t size;
    unsigned char bytes[FILE_MAX];
};

struct open_file {
    int file;
    uint32_t offset;
    bool appends;
};

struct world {
    struct file files[FILES];
    struct open_file opens[OPENS];
    int names[NAMES]; /* the file with that name, -1: none */
    bool has_directory;
    struct {
        uint32_t written, read;
    } pipes[PIPES];
    uint32_t child_ids; /* the segments that the child has open, as bits */
};

/* -1: none */
struct descriptor {
    int fd, open;
};

struct file_map {
    int file; /* -1: there is none */
    bool is_private;
    uint32_t first;
    unsigned char copy[MAP_PAGES * PAGE]; /* the contents of a private mapping */
};

extern struct own {
    unsigned opens[IDS];
    volatile uint32_t *segments[IDS];
    bool mapped[AREA_PAGES], sealed[AREA_PAGES]; /* sealed: read-only for now */
    uint32_t area[AREA_PAGES];                   /* the first word of each page */
    unsigned heap_pages;
    uint32_t heap[HEAP_PAGES];
    char *heap_start;
    struct descriptor fds[FDS];
    struct file_map maps[MAPS];
    int pipes[PIPES][2]; /* -1: there is none */
    struct {
        uint32_t files, opens, pipes; /* as bits */
    } pinned;
} own;

extern struct board {
    struct uspinlock lock;
    uint32_t holders[IDS]; /* processes that have it open */
    uint32_t words[IDS];   /* its first word */
    struct world worlds[WALKERS_MAX];
} * board;

extern struct world *world;
extern bool is_child;
extern int walker; /* the number of this process's walker */

static inline unsigned below(unsigned limit)
{
    extern int rand(void);

    return (unsigned)rand() % limit;
}

/* random_memory.c: segments, mappings, the heap. */
bool memory_step(void);
bool memory_is_right(void);
void memory_hold_ids(int by); /* each segment that this process has open gets one holder more, or less */
void memory_release_child(void);
void memory_close_others(uint32_t ids);
void memory_close_ids(void);
void memory_churn(unsigned round); /* steps that are in no model */

/* random_files.c: names, descriptors. */
bool files_step(void);
bool files_are_right(void);
void files_begin(void);
bool files_end(void);
void files_pin(void);
void files_churn(unsigned round);
void files_forget_churn(void);

/* A descriptor for the next program to read, and the sum of what it must find there; -1: there is none. */
int files_any(uint32_t *sum);
uint32_t files_sum(int fd);

/* An open descriptor of this process, or none; and its file. */
struct descriptor *files_any_fd(void);
struct file *files_file_of(const struct descriptor *it);

static inline uint32_t pages_of(uint32_t size)
{
    return (size + PAGE - 1) / PAGE;
}

/* random_maps.c: mappings of files. */
bool maps_step(void);
bool maps_are_right(void);

/* A page of a mapping whose file is too short now; or none. */
const volatile unsigned char *maps_lost_page(void);

/* random_pipes.c */
bool pipes_step(void);

/* Memory that is shared over fork; protection of pages. */
void *shared_pages(uint32_t bytes);
int pages_seal(void *address, uint32_t bytes, bool sealed);

/* random_processes.c: fork, exec, the ends of processes. */
bool processes_step(void);
int processes_looks(char **arguments);

/* Everything visible is as the model says. */
bool all_is_right(void);

/* t_random.c: a step of any kind. */
bool any_step(void);

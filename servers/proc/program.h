/* Programs: those of the boot archive (not its servers and kernel tests), and written files, whose pages are in the
 * file server and are copied by mem. */
#pragma once

#include "servers/lib/elf_image.h"
#include "servers/proc/task.h"

/* A file: in the archive, from page `first` on; or a copy in the file server, with inode `first`. */
struct program_file {
    uint32_t first, bytes;
    bool is_copy;
};

struct program {
    struct program_file file;
    struct elf_image image;
};

/* Maps the archive's `pages` pages; once, at the start. */
void program_init(uint32_t pages);

/* Finds a program by its name: 0, -ENOENT. */
int program_by_name(const char *name, struct program_file *file);

/* Finds a program by its path. `client` is the process as the file server knows it, or 0. Returns 0, or the file
 * server's error. */
int program_by_path(const char *path, uint32_t client, struct program_file *file);

/* Reads a program's headers: 0; the file server's error if a copy is gone; -ENOEXEC for a file that is refused, or that
 * needs the vdso if there is none. */
int program_read(struct program_file file, struct program *program);

/* The most frames that a program is promised when it begins: program_pages() for private pages and the stack,
 * program_tables() for all tables. */
uint32_t program_pages(const struct program *program);
uint32_t program_tables(const struct program *program);

/* Maps the next PROGRAM_SEGMENT_PAGES_MAX pages of the program, or fewer if fewer are left, into the task's space: 0,
 * MEM_MORE if more are left, or mem's error. */
int program_map(const struct program *program, struct task *task);

/* When all pages are mapped: copies a part of the contents of a copy. The same results. */
int program_fill(const struct program *program, struct task *task);

/* Where a program read by program_read() begins: in the vdso, unless it is native. */
struct program_start program_start(const struct program *program, bool has_files);

/* The part of a path that names the program. */
const char *program_name(const char *path);

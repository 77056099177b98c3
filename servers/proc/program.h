/* Programs: those of the boot archive (not its servers and kernel tests), and written files, whose pages are in the
 * file server and are copied by mem. */
#pragma once

#include "servers/lib/elf_image.h"
#include "servers/proc/body.h"

/* A file: in the archive, from that page on, or a copy that the file server has, with that inode. */
struct program_place {
    uint32_t first, bytes;
    bool is_copy;
};

struct program {
    struct program_place place;
    struct elf_image image;
};

/* Maps the archive's `pages` pages; once, at the start. */
void program_init(uint32_t pages);

/* Where the program of that name is: 0, -ENOENT. */
int program_named(const char *name, struct program_place *place);

/* Where the program is that a path names. `client` is the process as the file server knows it, or 0. Returns 0, or the
 * file server's error. */
int program_at(const char *path, uint32_t client, struct program_place *place);

/* What is there: 0; the file server's error of a copy that is gone; -ENOEXEC for a file that is refused, and for one
 * that wants the vdso if there is none. */
int program_read(struct program_place place, struct program *program);

/* The most frames that it is promised when it begins: the pages that it does not share with the archive and those
 * of its stack; all tables. */
uint32_t program_pages(const struct program *program);
uint32_t program_tables(const struct program *program);

/* Maps PROGRAM_SEGMENT_PAGES_MAX pages of the program into the body's space, behind those that are there, or what is
 * left: 0, MEM_MORE if not all is there now, or mem's error. */
int program_map(const struct program *program, struct body *body);

/* When all is mapped: a part of the contents of a copy. The same results. */
int program_fill(const struct program *program, struct body *body);

/* Where a program begins that program_read() has read: in the vdso, unless it is native. */
struct program_start program_start(const struct program *program, bool has_files);

/* The part of a path that names the program. */
const char *program_name(const char *path);

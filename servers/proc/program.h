/* The programs in the boot archive: no servers, no kernel tests. */
#pragma once

#include "servers/elf_image.h"
#include "servers/proc/body.h"

struct program {
    uint32_t first_page; /* of the file in the archive */
    struct elf_image image;
};

/* Maps the archive's `pages` pages; once, at the start. */
void program_init(uint32_t pages);

/* 0; -ENOENT; -ENOEXEC for a file that is refused, and for one that wants the vdso if there is none. Of a path, the
 * part behind the last slash counts. */
int program_find(const char *path, struct program *program);

/* The most frames that it is promised when it begins: the pages that it does not share with the archive and those
 * of its stack; all tables. */
uint32_t program_pages(const struct program *program);
uint32_t program_tables(const struct program *program);

/* Maps SEGMENT_PAGES_MAX pages of the program into the body's space, behind those that are there, or what is left:
 * 0, MEM_MORE if not all is there now, or mem's error. */
int program_map(const struct program *program, struct body *body);

/* Where a program begins that program_find() has found: in the vdso, unless it is native. */
struct program_start program_start(const struct program *program);

/* The part of a path that names the program. */
const char *program_name(const char *path);

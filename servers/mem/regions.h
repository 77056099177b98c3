/*
 * The regions of a space: its program's image, the heap, the stack, and mappings of mmap. All results
 * are 0, MEM_MORE or a negative errno; a refused call has changed nothing.
 *
 * Pages of heap, image and mmap are promised when they are made (space_promise()), so that touching
 * them later does not fail. The stack's first STACK_PROMISED pages are promised; the pages below are
 * promised when they are touched.
 */
#pragma once

#include "servers/mem/space.h"
#include "servers/proto/mem_types.h"

/* Pages of the archive module; set once. */
void regions_init(uint32_t archive_pages);

/* Moves the end of the heap. EINVAL: below its start. ENOMEM: beyond HEAP_LIMIT, onto a mapping, or
 * more than there is. MEM_MORE: not so far down yet, or still looking whether there is a mapping. */
int regions_sbrk(struct space *space, int32_t increment);

/* Reserves zeroed pages, at `*address` or, if that is 0, where there is room. EINVAL: not aligned,
 * no length, below PROGRAM_BASE. ENOMEM: beyond MMAP_LIMIT, no room. EEXIST: taken. MEM_MORE: the same again
 * looks on. */
int regions_mmap(struct space *space, uint32_t *address, uint32_t length);

/* The same for pages that another server is to grant there, for reading or also for writing: nothing is promised but
 * tables. At most RESERVE_PAGES_MAX: what a message has time for, and more than all files have. */
enum { RESERVE_PAGES_MAX = 14336 };
int regions_reserve(struct space *space, uint32_t *address, uint32_t length, rights_t rights);

/* The task gets the tables of free pages, which were promised: they stay, whatever is unmapped. False: it is dead. */
bool regions_open_tables(struct space *space, uint32_t address, uint32_t end);

/* Frees pages that came by mmap from *address on; holes are passed over. EINVAL: not aligned, no length, out of
 * bounds, or there is something else. MEM_MORE: not yet from *address on. */
int regions_munmap(struct space *space, uint32_t *address, uint32_t length);

/* Gives pages those rights from *address on: 0, or RIGHT_READ with RIGHT_WRITE or RIGHT_EXECUTE. EINVAL: not aligned,
 * no length, other rights. ENOMEM, EACCES: there is no page, or it cannot have them, at *address. MEM_MORE: not yet
 * from there on. */
int regions_protect(struct space *space, uint32_t *address, uint32_t length, uint32_t rights);

/* The same for one page, as most programs do it, and shorter: mmap where the last search ended, with
 * 0 for the caller to search; munmap with false for the caller to look. */
uint32_t regions_mmap_one(struct space *space);
bool regions_munmap_one(struct space *space, uint32_t address);

/* Maps a segment of a program. EINVAL: not aligned, out of bounds, rights, more than PROGRAM_SEGMENT_PAGES_MAX pages,
 * or more than IMAGE_PARTS that do not adjoin. EEXIST, ENOMEM. */
int regions_map_program_segment(struct space *space, const struct program_segment *segment);

/* A page of the program that is all zeros yet gets the first bytes of a page of the file server's: 0 or -EINVAL. */
int regions_copy(struct space *space, uint32_t address, uint32_t file_page, uint32_t bytes);

/* The image is complete: the heap starts here, behind the image or in its last page, and the first
 * page of the stack is there. EINVAL: elsewhere, or a second time. ENOMEM. */
int regions_finish(struct space *space, uint32_t heap_start);

/* True if the page is of the stack or the heap: no entry is needed there before the first touch. */
bool regions_is_heap(const struct space *space, uint32_t address);
bool regions_is_stack(const struct space *space, uint32_t address);

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
 * more memory than there is. MEM_MORE: moved down in part, or still checking for mappings. */
int regions_sbrk(struct space *space, int32_t increment);

/* Reserves zeroed pages, at `*address` or, if that is 0, where there is room. EINVAL: not aligned,
 * no length, below PROGRAM_BASE. ENOMEM: beyond MMAP_LIMIT, no room. EEXIST: taken. MEM_MORE: call again to
 * continue the search. */
int regions_mmap(struct space *space, uint32_t *address, uint32_t length);

/* The same for pages that another server will grant there, for reading or also for writing: only tables are promised.
 * At most RESERVE_PAGES_MAX, which fits in the time of a message and is more than all files have. */
enum { RESERVE_PAGES_MAX = 14336 };
int regions_reserve(struct space *space, uint32_t *address, uint32_t length, rights_t rights);

/* Gives the task the promised page tables of free pages. They stay when pages are unmapped. False: the task is dead. */
bool regions_open_tables(struct space *space, uint32_t address, uint32_t end);

/* Frees pages of mmap from *address on; holes are skipped. EINVAL: not aligned, no length, out of bounds, or other
 * pages are there. MEM_MORE: continue from *address on. */
int regions_munmap(struct space *space, uint32_t *address, uint32_t length);

/* Sets the rights of pages from *address on: 0, or RIGHT_READ, with RIGHT_WRITE or RIGHT_EXECUTE. EINVAL: not aligned,
 * no length, other rights. ENOMEM, EACCES: at *address there is no page, or it cannot have these rights. MEM_MORE:
 * continue from *address on. */
int regions_protect(struct space *space, uint32_t *address, uint32_t length, uint32_t rights);

/* Fast paths for one page, the most frequent case. regions_mmap_one() takes the page at which the last search ended
 * and returns its address; 0: it is not free, has no leaf, or there is no memory. regions_munmap_one(): false: it is no
 * page of mmap in a leaf. Then nothing has changed, and the caller takes the general path. */
uint32_t regions_mmap_one(struct space *space);
bool regions_munmap_one(struct space *space, uint32_t address);

/* Maps a segment of a program. EINVAL: not aligned, out of bounds, bad rights, more than PROGRAM_SEGMENT_PAGES_MAX
 * pages, or more than IMAGE_PARTS separate parts. EEXIST, ENOMEM. */
int regions_map_program_segment(struct space *space, const struct program_segment *segment);

/* Copies the first bytes of a page of the file server to a page of the program that is still all zeros: 0 or
 * -EINVAL. */
int regions_copy(struct space *space, uint32_t address, uint32_t file_page, uint32_t bytes);

/* Completes the image: the heap starts at `heap_start`, behind the image or in its last page, and the
 * stack is promised. EINVAL: another address, or a second call. ENOMEM. */
int regions_finish(struct space *space, uint32_t heap_start);

/* Undoes regions_finish(), if the stack's first page cannot be provided. */
void regions_unfinish(struct space *space);

/* True if the page is in the stack or the heap, where pages have no entry before the first touch. */
bool regions_is_heap(const struct space *space, uint32_t address);
bool regions_is_stack(const struct space *space, uint32_t address);

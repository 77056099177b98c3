#include "servers/proc/program.h"

#include <elf.h>

#include "libuser/sys/calls.h"
#include "servers/lib/archive.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "servers/proto/mem.h"
#include "servers/proto/mem_types.h"
#include "servers/proto/slots.h"

#include <string.h>

static const void *const archive = (const void *)ARCHIVE_ADDRESS;
static const struct archive_entry *vdso; /* 0: there is none */

void program_init(uint32_t pages)
{
    for (uint32_t page = 0; page < pages; page += CALL_PAGES_MAX) {
        uint32_t count = pages - page < CALL_PAGES_MAX ? pages - page : CALL_PAGES_MAX;
        err_t err = sys_vm_map(SERVER_SLOT_TASK, ARCHIVE_ADDRESS + page * PAGE_SIZE, RIGHT_READ, PROC_SLOT_ARCHIVE,
                               count, page);
        if (err)
            __builtin_trap();
    }
    vdso = archive_find(archive, ARCHIVE_LIBRARY, "vdso");
}

const char *program_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int program_by_name(const char *name, struct program_file *file)
{
    const struct archive_entry *entry = archive_find_program(archive, name);

    if (!entry)
        return -ENOENT;
    *file = (struct program_file){entry->first_page, entry->bytes, false};
    return 0;
}

int program_by_path(const char *path, uint32_t client, struct program_file *file)
{
    uint32_t bytes = (uint32_t)strlen(path) + 1;

    if (bytes > FILE_DATA_MAX)
        return -ENAMETOOLONG;
    memcpy(message_page->words, path, bytes);
    int status = file_program(PROC_SLOT_FILE, bytes, client, &file->first, &file->bytes);
    file->is_copy = status == FILE_COPY;
    return file->is_copy ? 0 : status;
}

/* Reads the first bytes of a copy, where the headers must be; fewer if the file is shorter. */
static int read_head(struct program_file file, char *to, uint32_t bytes)
{
    for (uint32_t done = 0, got; done < bytes; done += got) {
        int error = file_program_bytes(PROC_SLOT_FILE, file.first, done, &got);
        if (error)
            return error;
        if (!got)
            break;
        memcpy(to + done, message_page->words, got);
    }
    return 0;
}

static int read_copy(struct program_file file, struct program *program)
{
    enum { HEAD_BYTES = 2 * FILE_DATA_MAX };
    static _Alignas(Elf32_Ehdr) char head[HEAD_BYTES];
    const Elf32_Ehdr *header = (const Elf32_Ehdr *)head;

    memset(head, 0, sizeof head);
    int error = read_head(file, head, HEAD_BYTES);
    if (error)
        return error;
    if (header->e_phoff > HEAD_BYTES || header->e_phnum * sizeof(Elf32_Phdr) > HEAD_BYTES - header->e_phoff)
        return -ENOEXEC;
    return elf_image_read(head, file.bytes, &program->image) ? -ENOEXEC : 0;
}

static int read_archive(struct program_file file, struct program *program)
{
    const char *image = (const char *)archive + file.first * PAGE_SIZE;

    return elf_image_read(image, file.bytes, &program->image) ? -ENOEXEC : 0;
}

int program_read(struct program_file file, struct program *program)
{
    program->file = file;
    int error = file.is_copy ? read_copy(file, program) : read_archive(file, program);
    if (error)
        return error;
    return program->image.is_native || vdso ? 0 : -ENOEXEC;
}

struct program_start program_start(const struct program *program, bool has_files)
{
    const struct elf_image *image = &program->image;

    if (image->is_native)
        return (struct program_start){.eip = image->entry, .esp = STACK_TOP - 16};
    uint32_t count = image->headers_count | (has_files ? PROGRAM_HAS_FILES : 0);
    return (struct program_start){VDSO_BASE, count, image->entry, image->headers};
}

static uint32_t pages_of(uint32_t bytes)
{
    return bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);
}

/* A table for the stack and those of the image, each perhaps with a leaf. */
uint32_t program_tables(const struct program *program)
{
    uint32_t tables = 1 + (program->image.end >> TABLE_SHIFT) - (PROGRAM_BASE >> TABLE_SHIFT) + 1;

    return tables * (TABLE_FRAMES + 1);
}

uint32_t program_pages(const struct program *program)
{
    const struct elf_image *image = &program->image;
    uint32_t pages = STACK_PROMISED;

    for (uint32_t i = 0; i < image->count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        pages += pages_of(segment->memory_bytes);
        if (!(segment->rights & RIGHT_WRITE) && !program->file.is_copy)
            pages -= segment->file_bytes / PAGE_SIZE;
    }
    return pages;
}

/* Maps a piece of a segment that begins at the archive's page `first`. After the file's bytes it is zeros, without
 * pages of the archive. */
static int map_piece(const struct elf_segment *segment, uint32_t first, uint32_t page, uint32_t pages, uint32_t space)
{
    uint32_t offset = page * PAGE_SIZE, memory_bytes = segment->memory_bytes - offset;
    uint32_t file_bytes = segment->file_bytes > offset ? segment->file_bytes - offset : 0;

    if (memory_bytes > pages * PAGE_SIZE)
        memory_bytes = pages * PAGE_SIZE;
    *(struct program_segment *)message_page->words = (struct program_segment){
        .address = segment->address + offset,
        .memory_bytes = memory_bytes,
        .archive_page = file_bytes ? first + page : 0,
        .file_bytes = file_bytes < memory_bytes ? file_bytes : memory_bytes,
        .rights = segment->rights,
    };
    return mem_space_map(PROC_SLOT_MEM, sizeof(struct program_segment), space);
}

static int map_vdso(uint32_t space)
{
    const struct elf_segment text = {.address = VDSO_BASE,
                                     .memory_bytes = vdso->bytes,
                                     .file_bytes = vdso->bytes,
                                     .rights = RIGHT_READ | RIGHT_EXECUTE};

    return map_piece(&text, vdso->first_page, 0, pages_of(vdso->bytes), space);
}

int program_map(const struct program *program, struct task *task)
{
    const struct elf_image *image = &program->image;
    uint32_t room = PROGRAM_SEGMENT_PAGES_MAX;

    if (!image->is_native && task->segment == 0 && task->page == 0) {
        int error = map_vdso(task->space);
        if (error)
            return error;
    }
    for (; task->segment < image->count; task->segment++, task->page = 0) {
        struct elf_segment part = image->segments[task->segment], *segment = &part;
        uint32_t first = program->file.first + part.offset / PAGE_SIZE;
        if (program->file.is_copy)
            part.file_bytes = 0; /* program_fill() */
        uint32_t left = pages_of(segment->memory_bytes) - task->page, pages = left < room ? left : room;
        if (room == 0)
            return MEM_MORE;
        int error = map_piece(segment, first, task->page, pages, task->space);
        if (error)
            return error;
        task->page += pages;
        room -= pages;
        if (pages < left)
            return MEM_MORE;
    }
    return mem_space_finish(PROC_SLOT_MEM, task->space, image->end);
}

/* Fills page `page` of a segment. */
static int fill_page(const struct program *program, const struct elf_segment *segment, uint32_t page, uint32_t space)
{
    uint32_t offset = page * PAGE_SIZE, left = segment->file_bytes - offset, number;
    uint32_t bytes = left < PAGE_SIZE ? left : 0; /* 0: the whole page */
    int error = file_program_page(PROC_SLOT_FILE, program->file.first, segment->offset / PAGE_SIZE + page, &number);

    return error ? error : mem_space_copy(PROC_SLOT_MEM, space, segment->address + offset, bytes, number);
}

int program_fill(const struct program *program, struct task *task)
{
    enum { AT_ONCE = 24 };
    const struct elf_image *image = &program->image;

    for (uint32_t done = 0; task->filled < image->count; task->filled++, task->page = 0) {
        const struct elf_segment *segment = &image->segments[task->filled];
        for (; task->page < pages_of(segment->file_bytes); task->page++) {
            if (done++ == AT_ONCE)
                return MEM_MORE;
            int error = fill_page(program, segment, task->page, task->space);
            if (error)
                return error;
        }
    }
    return 0;
}

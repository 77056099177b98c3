#include "servers/lib/elf_image.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>

static bool is_aligned(uint32_t value)
{
    return value % PAGE_SIZE == 0;
}

static uint32_t page_up(uint32_t value)
{
    return (value + PAGE_SIZE - 1) & ~(uint32_t)(PAGE_SIZE - 1);
}

static const char *check_header(const Elf32_Ehdr *header, uint32_t bytes)
{
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return "not an ELF file";
    if (header->e_ident[EI_CLASS] != ELFCLASS32 || header->e_ident[EI_DATA] != ELFDATA2LSB)
        return "not 32-bit little-endian";
    if (header->e_ident[EI_VERSION] != EV_CURRENT || header->e_version != EV_CURRENT)
        return "unknown ELF version";
    if (header->e_type != ET_EXEC)
        return "not an executable";
    if (header->e_machine != EM_386)
        return "for another machine";
    if (header->e_phentsize != sizeof(Elf32_Phdr) || header->e_phnum == 0)
        return "no program headers";
    if (header->e_phoff > bytes || (uint64_t)header->e_phnum * sizeof(Elf32_Phdr) > bytes - header->e_phoff)
        return "program headers beyond the file";
    return 0;
}

static const char *check_segment(const Elf32_Phdr *segment, uint32_t bytes)
{
    if ((segment->p_flags & PF_W) && (segment->p_flags & PF_X))
        return "a segment is writable and executable";
    if (!is_aligned(segment->p_vaddr) || !is_aligned(segment->p_offset))
        return "a segment is not page-aligned";
    if (segment->p_filesz > segment->p_memsz)
        return "a segment has more bytes in the file than in memory";
    if (segment->p_offset > bytes || segment->p_filesz > bytes - segment->p_offset)
        return "a segment lies beyond the file";
    if (segment->p_vaddr < PROGRAM_BASE || segment->p_vaddr >= PROGRAM_END ||
        segment->p_memsz > PROGRAM_END - segment->p_vaddr)
        return "a segment lies outside a program's addresses";
    return 0;
}

static rights_t segment_rights(uint32_t flags)
{
    rights_t rights = RIGHT_READ;

    if (flags & PF_W)
        rights |= RIGHT_WRITE;
    if (flags & PF_X)
        rights |= RIGHT_EXECUTE;
    return rights;
}

static const char *add_segment(const Elf32_Phdr *segment, struct elf_image *image)
{
    if (image->count == ELF_SEGMENTS_MAX)
        return "too many segments";
    if (segment->p_vaddr < image->end)
        return "segments overlap or descend";
    image->segments[image->count++] = (struct elf_segment){
        .address = segment->p_vaddr,
        .memory_bytes = segment->p_memsz,
        .offset = segment->p_offset,
        .file_bytes = segment->p_filesz,
        .rights = segment_rights(segment->p_flags),
    };
    image->end = page_up(segment->p_vaddr + segment->p_memsz);
    return 0;
}

static const char *read_program_header(const Elf32_Phdr *segment, uint32_t bytes, struct elf_image *image)
{
    if (segment->p_type == PT_INTERP || segment->p_type == PT_DYNAMIC)
        return "dynamically linked";
    if (segment->p_type == PT_TALLY)
        image->is_native = true;
    if (segment->p_type != PT_LOAD || segment->p_memsz == 0)
        return 0;
    const char *refusal = check_segment(segment, bytes);
    return refusal ? refusal : add_segment(segment, image);
}

static bool entry_is_text(const struct elf_image *image)
{
    for (uint32_t i = 0; i < image->count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        if ((segment->rights & RIGHT_EXECUTE) && image->entry >= segment->address &&
            image->entry - segment->address < segment->file_bytes)
            return true;
    }
    return false;
}

static void find_headers(const Elf32_Ehdr *header, struct elf_image *image)
{
    uint32_t bytes = header->e_phnum * sizeof(Elf32_Phdr);

    for (uint32_t i = 0; i < image->count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        uint32_t at = header->e_phoff - segment->offset;
        if (at <= segment->file_bytes && bytes <= segment->file_bytes - at)
            image->headers = segment->address + at;
    }
    image->headers_count = image->headers ? header->e_phnum : 0;
}

const char *elf_image_read(const void *file, uint32_t bytes, struct elf_image *image)
{
    Elf32_Ehdr header;

    if (bytes < sizeof(header))
        return "shorter than an ELF header";
    memcpy(&header, file, sizeof(header));
    const char *refusal = check_header(&header, bytes);
    *image = (struct elf_image){.entry = header.e_entry, .end = PROGRAM_BASE};
    for (uint32_t i = 0; i < header.e_phnum && !refusal; i++) {
        Elf32_Phdr segment;
        memcpy(&segment, (const char *)file + header.e_phoff + i * sizeof(segment), sizeof(segment));
        refusal = read_program_header(&segment, bytes, image);
    }
    if (!refusal && !entry_is_text(image))
        refusal = "the entry lies outside the text";
    if (!refusal)
        find_headers(&header, image);
    return refusal;
}

/*
 * ELF files, correct and hostile. Each hostile one has one change; accepted ones satisfy E1..E4.
 *
 * sources: servers/lib/elf_image.c
 */
#include "servers/lib/elf_image.h"
#include "tests/host/check.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>

enum { BYTES = 4 * PAGE_SIZE };

static struct file {
    Elf32_Ehdr header;
    Elf32_Phdr segments[10];
    char rest[BYTES];
} file;

static void make(void)
{
    memset(&file, 0, sizeof(file));
    memcpy(file.header.e_ident, ELFMAG, SELFMAG);
    file.header.e_ident[EI_CLASS] = ELFCLASS32;
    file.header.e_ident[EI_DATA] = ELFDATA2LSB;
    file.header.e_ident[EI_VERSION] = EV_CURRENT;
    file.header.e_type = ET_EXEC;
    file.header.e_machine = EM_386;
    file.header.e_version = EV_CURRENT;
    file.header.e_entry = PROGRAM_BASE + 0x10;
    file.header.e_phoff = sizeof(Elf32_Ehdr);
    file.header.e_phentsize = sizeof(Elf32_Phdr);
    file.header.e_phnum = 3;
    file.segments[0] = (Elf32_Phdr){.p_type = PT_LOAD,
                                    .p_offset = PAGE_SIZE,
                                    .p_vaddr = PROGRAM_BASE,
                                    .p_filesz = 0x1800,
                                    .p_memsz = 0x1800,
                                    .p_flags = PF_R | PF_X};
    file.segments[1] = (Elf32_Phdr){.p_type = PT_LOAD,
                                    .p_offset = 3 * PAGE_SIZE,
                                    .p_vaddr = PROGRAM_BASE + 2 * PAGE_SIZE,
                                    .p_filesz = 0x20,
                                    .p_memsz = 0x5020,
                                    .p_flags = PF_R | PF_W};
    file.segments[2] = (Elf32_Phdr){.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W};
}

static const char *read_bytes(uint32_t bytes, struct elf_image *image)
{
    char *copy = malloc(bytes ? bytes : 1); /* so that the sanitizer sees a read beyond its end */
    memcpy(copy, &file, bytes);
    const char *refusal = elf_image_read(copy, bytes, image);
    free(copy);
    return refusal;
}

static void image_check(const struct elf_image *image, uint32_t bytes)
{
    uint64_t end = PROGRAM_BASE;
    bool entry = false;

    for (uint32_t i = 0; i < image->count; i++) {
        const struct elf_segment *s = &image->segments[i];
        CHECK(s->address % PAGE_SIZE == 0 && s->offset % PAGE_SIZE == 0 && s->memory_bytes > 0);
        CHECK(s->address >= end && s->file_bytes <= s->memory_bytes);
        CHECK((uint64_t)s->offset + s->file_bytes <= bytes);
        CHECK(!(s->rights & RIGHT_WRITE) || !(s->rights & RIGHT_EXECUTE));
        end = ((uint64_t)s->address + s->memory_bytes + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
        CHECK(end <= PROGRAM_END);
        if ((s->rights & RIGHT_EXECUTE) && image->entry - s->address < s->file_bytes)
            entry = true;
    }
    CHECK(entry && image->end == end);
    CHECK(image->headers ? image->headers >= PROGRAM_BASE && image->headers < end : image->headers_count == 0);
}

static void test_good(void)
{
    struct elf_image image;

    make();
    CHECK(!read_bytes(BYTES, &image));
    image_check(&image, BYTES);
    CHECK(image.count == 2 && image.entry == PROGRAM_BASE + 0x10);
    CHECK(image.end == PROGRAM_BASE + 8 * PAGE_SIZE);
    CHECK(image.segments[0].rights == (RIGHT_READ | RIGHT_EXECUTE));
    CHECK(image.segments[1].rights == (RIGHT_READ | RIGHT_WRITE));

    file.segments[1].p_memsz = PROGRAM_END - file.segments[1].p_vaddr; /* up to the last byte */
    CHECK(!read_bytes(BYTES, &image) && image.end == PROGRAM_END);
    file.segments[1].p_memsz = 0; /* an empty segment is ignored */
    file.segments[1].p_filesz = 0;
    CHECK(!read_bytes(BYTES, &image) && image.count == 1);
}

/* The headers are in memory if one segment has all of them from the file. A program built here says so in a header of
 * its own. */
static void test_headers(void)
{
    enum { AT = sizeof(Elf32_Ehdr), HEADERS = 3 * sizeof(Elf32_Phdr) };
    struct elf_image image;

    make();
    CHECK(!read_bytes(BYTES, &image) && image.headers == 0 && image.headers_count == 0 && !image.is_native);
    file.segments[2].p_type = PT_TALLY;
    CHECK(!read_bytes(BYTES, &image) && image.is_native && image.count == 2);
    file.segments[0].p_offset = 0;
    CHECK(!read_bytes(BYTES, &image) && image.headers == PROGRAM_BASE + AT && image.headers_count == 3);
    file.header.e_entry = PROGRAM_BASE;
    file.segments[0].p_filesz = AT + HEADERS;
    CHECK(!read_bytes(BYTES, &image) && image.headers == PROGRAM_BASE + AT);
    file.segments[0].p_filesz--; /* the last header is only partly in the segment */
    CHECK(!read_bytes(BYTES, &image) && image.headers == 0 && image.headers_count == 0);
    file.segments[0].p_filesz = AT - 1; /* no header is in it */
    CHECK(!read_bytes(BYTES, &image) && image.headers == 0 && image.headers_count == 0);

    make(); /* in the second segment */
    memcpy((char *)&file + 3 * PAGE_SIZE, file.segments, HEADERS);
    file.header.e_phoff = 3 * PAGE_SIZE;
    file.segments[1].p_filesz = HEADERS;
    memcpy((char *)&file + 3 * PAGE_SIZE, file.segments, HEADERS);
    CHECK(!read_bytes(BYTES, &image) && image.headers == PROGRAM_BASE + 2 * PAGE_SIZE && image.headers_count == 3);
}

#define REFUSED(change)                                                                                                \
    do {                                                                                                               \
        struct elf_image image;                                                                                        \
        make();                                                                                                        \
        change;                                                                                                        \
        CHECK(read_bytes(BYTES, &image));                                                                              \
    } while (0)

static void test_header(void)
{
    REFUSED(file.header.e_ident[0] = 0);
    REFUSED(file.header.e_ident[EI_CLASS] = ELFCLASS64);
    REFUSED(file.header.e_ident[EI_DATA] = ELFDATA2MSB);
    REFUSED(file.header.e_version = 2);
    REFUSED(file.header.e_type = ET_DYN);
    REFUSED(file.header.e_type = ET_REL);
    REFUSED(file.header.e_machine = EM_X86_64);
    REFUSED(file.header.e_phentsize = 0);
    REFUSED(file.header.e_phentsize = 1);
    REFUSED(file.header.e_phnum = 0);
    REFUSED(file.header.e_phnum = 0xffff);
    REFUSED(file.header.e_phoff = BYTES);
    REFUSED(file.header.e_phoff = ~0u);
    REFUSED(file.header.e_phoff = ~0u - 31);
}

static void test_entry(void)
{
    REFUSED(file.header.e_entry = 0);
    REFUSED(file.header.e_entry = PROGRAM_BASE - 1);
    REFUSED(file.header.e_entry = PROGRAM_BASE + 0x1800);
    REFUSED(file.header.e_entry = file.segments[1].p_vaddr);
    REFUSED(file.header.e_entry = 0xc0100000u);
    REFUSED(file.segments[0].p_type = PT_NOTE);
}

static void test_segments(void)
{
    REFUSED(file.segments[0].p_flags = PF_R | PF_W | PF_X);
    REFUSED(file.segments[1].p_vaddr = 0xc0000000u);
    REFUSED(file.segments[1].p_vaddr = 0xbffff000u);
    REFUSED(file.segments[1].p_vaddr = PROGRAM_END);
    REFUSED(file.segments[1].p_memsz = PROGRAM_END - file.segments[1].p_vaddr + 1);
    REFUSED(file.segments[1].p_memsz = ~0u);
    REFUSED(file.segments[1].p_vaddr = 0xfffff000u; file.segments[1].p_memsz = 0x2000);
    REFUSED(file.segments[0].p_vaddr = 0);
    REFUSED(file.segments[0].p_vaddr = PROGRAM_BASE - PAGE_SIZE);
    REFUSED(file.segments[1].p_filesz = file.segments[1].p_memsz + 1);
    REFUSED(file.segments[1].p_filesz = ~0u; file.segments[1].p_memsz = ~0u);
    REFUSED(file.segments[1].p_offset = BYTES);
    REFUSED(file.segments[1].p_offset = 0xfffff000u);
    REFUSED(file.segments[1].p_offset = 0xfffff000u; file.segments[1].p_filesz = file.segments[1].p_memsz = PAGE_SIZE);
    REFUSED(file.segments[1].p_offset = 3 * PAGE_SIZE + 1);
    REFUSED(file.segments[1].p_vaddr += 4);
    REFUSED(file.segments[1].p_vaddr = PROGRAM_BASE + PAGE_SIZE); /* two segments share a page */
    REFUSED(file.segments[1].p_vaddr = PROGRAM_BASE);
    REFUSED(file.segments[2] = file.segments[0]); /* in descending order */
    REFUSED(file.segments[2].p_type = PT_INTERP);
    REFUSED(file.segments[2].p_type = PT_DYNAMIC);
}

static void test_too_many(void)
{
    struct elf_image image;

    make();
    file.header.e_phnum = ELF_SEGMENTS_MAX + 1;
    for (uint32_t i = 1; i <= ELF_SEGMENTS_MAX; i++) {
        file.segments[i] = file.segments[0];
        file.segments[i].p_vaddr += i * 2 * PAGE_SIZE;
    }
    CHECK(read_bytes(BYTES, &image));
    file.header.e_phnum--;
    CHECK(!read_bytes(BYTES, &image) && image.count == ELF_SEGMENTS_MAX);
}

static void test_truncation(void)
{
    struct elf_image image;

    make();
    for (uint32_t bytes = 0; bytes < 3 * PAGE_SIZE + 0x20; bytes++)
        CHECK(read_bytes(bytes, &image));
    CHECK(!read_bytes(3 * PAGE_SIZE + 0x20, &image));
}

static void test_random_damage(void)
{
    uint32_t accepted = 0;

    for (int round = 0; round < 20000; round++) {
        struct elf_image image;
        make();
        for (uint32_t n = 1 + random_below(4); n > 0; n--)
            ((unsigned char *)&file)[random_below(sizeof(Elf32_Ehdr) + 3 * sizeof(Elf32_Phdr))] =
                (unsigned char)random_below(256);
        if (!read_bytes(BYTES, &image)) {
            image_check(&image, BYTES);
            accepted++;
        }
    }
    CHECK(accepted > 0);
}

int main(void)
{
    test_good();
    test_headers();
    test_header();
    test_entry();
    test_segments();
    test_too_many();
    test_truncation();
    test_random_damage();
    puts("test_elf_image: hostile files are refused");
}

/*
 * The boot archive's directory: a correct one is read, and every damaged byte that matters is noticed.
 *
 * sources: servers/lib/archive.c
 */
#include "kernel/abi/abi.h"
#include "servers/lib/archive.h"
#include "tests/host/check.h"

#include <string.h>

enum { PAGES = 5, ENTRIES = 3 };

/* The names are behind the entries. */
static const char names[] = "hello\0mem";
enum { HELLO, MEM = 6, DIRECTORY = ENTRIES * sizeof(struct archive_entry) + sizeof(names) };

static _Alignas(4096) unsigned char image[PAGES * PAGE_SIZE];

static struct archive_header *header(void)
{
    return (void *)(image + ARCHIVE_HEADER_AT);
}

static struct archive_entry *entries(void)
{
    return (void *)(image + ARCHIVE_ENTRIES_AT);
}

static void seal(void)
{
    header()->directory_checksum = archive_checksum(entries(), header()->directory_bytes);
}

static uint32_t name(uint32_t at)
{
    return ENTRIES * (uint32_t)sizeof(struct archive_entry) + at;
}

static void make(void)
{
    for (uint32_t i = 0; i < sizeof(image); i++)
        image[i] = (unsigned char)(i * 7);
    *header() = (struct archive_header){.pages = PAGES, .entries = ENTRIES, .directory_bytes = DIRECTORY};
    memcpy(header()->magic, ARCHIVE_MAGIC, sizeof(header()->magic));
    entries()[0] = (struct archive_entry){.name = name(HELLO), .first_page = 1, .bytes = 5000};
    entries()[1] = (struct archive_entry){.name = name(MEM), .first_page = 3, .bytes = 2 * PAGE_SIZE};
    entries()[2] = (struct archive_entry){.name = name(MEM), .first_page = 1, .kind = ARCHIVE_SERVER};
    memcpy(&entries()[ENTRIES], names, sizeof(names));
    for (int i = 0; i < ENTRIES; i++)
        entries()[i].checksum = archive_checksum(archive_bytes(image, &entries()[i]), entries()[i].bytes);
    seal();
}

static void test_good(void)
{
    make();
    CHECK(!archive_check(image, PAGES));
    CHECK(archive_find(image, ARCHIVE_PROGRAM, "hello") == &entries()[0]);
    CHECK(!archive_find(image, ARCHIVE_PROGRAM, "hell") && !archive_find(image, ARCHIVE_PROGRAM, ""));
    CHECK(archive_bytes(image, &entries()[1]) == image + 3 * PAGE_SIZE);
}

static void test_checksum(void)
{
    static const uint32_t words[] = {1, 2, 0xffffffff};

    CHECK(archive_checksum(words, 0).sum == 0 && archive_checksum(words, 0).sum_of_sums == 0);
    CHECK(archive_checksum(words, 8).sum == 3 && archive_checksum(words, 8).sum_of_sums == 1 + 3);
    CHECK(archive_checksum(words, 9).sum == 2 && archive_checksum(words, 9).sum_of_sums == 1 + 3 + 2);
}

static void swap_words(uint32_t *one, uint32_t *other)
{
    uint32_t word = *one;

    *one = *other;
    *other = word;
}

static void test_words_in_another_order(void)
{
    make();
    swap_words((void *)(image + PAGE_SIZE), (void *)(image + PAGE_SIZE + 4));
    CHECK(archive_check(image, PAGES));
}

/* A program may have the name of a server; each is found only as what it is. */
static void test_name_spaces(void)
{
    make();
    CHECK(archive_find(image, ARCHIVE_PROGRAM, "mem") == &entries()[1]);
    CHECK(archive_find(image, ARCHIVE_SERVER, "mem") == &entries()[2]);
    CHECK(!archive_find(image, ARCHIVE_SERVER, "hello"));
    CHECK(!archive_find(image, ARCHIVE_KERNEL_TEST, "mem"));
}

/* A process is made of a program, or else of a test of that name, and of nothing else. */
static void test_programs_and_tests(void)
{
    make();
    entries()[2].kind = ARCHIVE_TEST;
    CHECK(archive_find_program(image, "mem") == &entries()[1]);
    entries()[1].kind = ARCHIVE_SERVER;
    CHECK(archive_find_program(image, "mem") == &entries()[2] && !archive_find_program(image, "hell"));
    entries()[2].kind = ARCHIVE_KERNEL_TEST;
    CHECK(!archive_find_program(image, "mem"));
}

static void flip(uint32_t at)
{
    make();
    image[at] ^= (unsigned char)(1u << random_below(8));
    CHECK(archive_check(image, PAGES));
}

static void test_flipped_bytes(void)
{
    for (uint32_t i = 0; i < 16; i++)
        flip(ARCHIVE_HEADER_AT + i);
    for (uint32_t i = 0; i < DIRECTORY; i++)
        flip(ARCHIVE_ENTRIES_AT + i);
    for (int i = 0; i < 2000; i++) {
        flip(PAGE_SIZE + random_below(5000));
        flip(3 * PAGE_SIZE + random_below(2 * PAGE_SIZE));
    }
}

static void refused_entry(struct archive_entry entry)
{
    make();
    entries()[1] = entry;
    seal();
    CHECK(archive_check(image, PAGES));
}

static void test_hostile_directory(void)
{
    uint32_t hello = name(HELLO);

    refused_entry((struct archive_entry){.name = DIRECTORY, .first_page = 1, .bytes = 1});
    refused_entry((struct archive_entry){.name = ~0u, .first_page = 1, .bytes = 1});
    refused_entry((struct archive_entry){.name = hello, .first_page = PAGES, .bytes = 0});
    refused_entry((struct archive_entry){.name = hello, .first_page = ~0u, .bytes = 1});
    refused_entry((struct archive_entry){.name = hello, .first_page = 4, .bytes = PAGE_SIZE + 1});
    refused_entry((struct archive_entry){.name = hello, .first_page = 1, .bytes = ~0u});

    make(); /* a correct name, but outside the directory */
    memcpy((char *)entries() + DIRECTORY, "mem", sizeof "mem");
    entries()[1].name = DIRECTORY;
    seal();
    CHECK(archive_check(image, PAGES));

    make();
    header()->directory_bytes--; /* now the last name is not terminated */
    ((char *)entries())[DIRECTORY - 2] = 'x';
    seal();
    CHECK(archive_check(image, PAGES));
    make();
    header()->directory_bytes = ~0u;
    CHECK(archive_check(image, PAGES));
    make();
    header()->entries = ~0u;
    CHECK(archive_check(image, PAGES));
    header()->entries = DIRECTORY / sizeof(struct archive_entry) + 1;
    CHECK(archive_check(image, PAGES));
}

static void test_truncation(void)
{
    for (uint32_t pages = 0; pages < PAGES; pages++) {
        make();
        CHECK(archive_check(image, pages));
    }
    CHECK(archive_check(image, ~0u));
}

int main(void)
{
    test_good();
    test_checksum();
    test_words_in_another_order();
    test_name_spaces();
    test_programs_and_tests();
    test_flipped_bytes();
    test_hostile_directory();
    test_truncation();
    puts("test_archive: damage is noticed");
}

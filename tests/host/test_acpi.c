/*
 * ACPI's tables in 4 GiB of pretended memory: QEMU's tables, every kind of entry, and all errors that firmware may
 * make. Damaged tables are ignored, and nothing is read outside of them.
 *
 * sources: kernel/i386/acpi.c
 * defines: HOST_FRAMES=1048575 HOST_CPU_MAX=8
 */
#include "kernel/i386/acpi.h"
#include "tests/host/check.h"

#include <string.h>

/* All tables except the root pointer are at odd addresses and across pages. */
enum { EBDA = 0x9fc00, BIOS = 0xe0000, COPY = 0x345677, RSDT = 0x0ffe1fe3, XSDT = 0x3ffffff1 };
enum { MADT = 0x5fffffdd, HEADER = 36, FIRST_ENTRY = 44, TABLE_MAX = 0x10000, ROUNDS = 100000 };
#define LOCAL_APIC 0xfee00000u
#define IO_APIC    0xfec00000u

static uint8_t *rsdp; /* the loader's copy */
static struct acpi_machine machine;

static uint8_t *at(uint32_t physical)
{
    return host_physmap + physical;
}

static void put(uint8_t *to, uint64_t value, unsigned bytes)
{
    memcpy(to, &value, bytes);
}

static uint32_t get(const uint8_t *from)
{
    uint32_t value;

    memcpy(&value, from, 4);
    return value;
}

static void seal(uint8_t *table, uint32_t bytes, uint32_t checksum_at)
{
    uint8_t sum = 0;

    table[checksum_at] = 0;
    for (uint32_t i = 0; i < bytes; i++)
        sum = (uint8_t)(sum + table[i]);
    table[checksum_at] = (uint8_t)-sum;
}

static void seal_root(void)
{
    seal(rsdp, 20, 8);
    seal(rsdp, 36, 32);
}

static void set_length(uint32_t table, uint32_t bytes)
{
    put(at(table) + 4, bytes, 4);
    if (bytes <= 2 * TABLE_MAX)
        seal(at(table), bytes, 9);
}

static void start_table(uint32_t table, const char *signature, uint32_t bytes)
{
    memset(at(table), 0, bytes);
    memcpy(at(table), signature, 4);
    set_length(table, bytes);
}

static void append(uint32_t table, const void *from, uint32_t bytes)
{
    uint32_t old = get(at(table) + 4);

    memcpy(at(table) + old, from, bytes);
    set_length(table, old + bytes);
}

#define ENTRY(...)                 append(MADT, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
#define WORD(word)                 (word) & 0xff, (word) >> 8 & 0xff, (word) >> 16 & 0xff, (word) >> 24 & 0xff
#define CPU(id, flags)             ENTRY(0, 8, 0, id, WORD(flags))
#define X2APIC(id, flags)          ENTRY(9, 16, 0, 0, WORD(id), WORD(flags), WORD(0))
#define IO(address, first)         ENTRY(1, 12, 0, 0, WORD(address), WORD(first))
#define OVERRIDE(line, pin, flags) ENTRY(2, 10, 0, line, WORD(pin), flags, 0)
#define LOCAL_ADDRESS(low, high)   ENTRY(5, 12, 0, 0, WORD(low), WORD(high))

/* A root pointer with both root tables, and an MADT without entries. */
static void start(uint8_t revision)
{
    memset(rsdp, 0, 36);
    memcpy(rsdp, "RSD PTR ", 8);
    rsdp[15] = revision;
    put(rsdp + 16, RSDT, 4);
    put(rsdp + 20, 36, 4);
    put(rsdp + 24, XSDT, 8);
    seal_root();
    start_table(MADT, "APIC", FIRST_ENTRY);
    put(at(MADT) + 36, LOCAL_APIC, 4);
    set_length(MADT, FIRST_ENTRY);
    start_table(0x1234567, "FACP", 276);
    start_table(RSDT, "RSDT", HEADER);
    start_table(XSDT, "XSDT", HEADER);
    append(RSDT, &(uint32_t){MADT}, 4);
    append(XSDT, &(uint64_t){0x1234567}, 8);
    append(XSDT, &(uint64_t){MADT}, 8);
}

static void make(uint8_t revision)
{
    start(revision);
    CPU(0, 1);
    CPU(2, 1);
    IO(IO_APIC, 0);
    OVERRIDE(0, 2, 0);
    OVERRIDE(9, 9, 0xd);
    ENTRY(4, 6, 0xff, 0, 0, 1);
}

static bool find(void)
{
    memset(&machine, 0, sizeof machine);
    return acpi_find(rsdp, &machine);
}

static bool is_line(unsigned line, uint8_t pin, bool level, bool low)
{
    struct acpi_line l = machine.lines[line];
    return l.pin == pin && l.level == level && l.low == low;
}

static void check_made(void)
{
    CHECK(find());
    CHECK(machine.local_apic == LOCAL_APIC && machine.io_apic == IO_APIC);
    CHECK(machine.cpus_count == 2 && machine.cpus[0] == 0 && machine.cpus[1] == 2);
    CHECK(is_line(0, 2, false, false) && is_line(2, ACPI_NO_PIN, false, false));
    CHECK(is_line(9, 9, true, false));
}

/* What holds whatever is found: no processor and no pin is listed twice. */
static void check_found(void)
{
    uint32_t pins = 0;

    CHECK(machine.local_apic && machine.local_apic % PAGE_SIZE == 0);
    CHECK(machine.cpus_count > 0 && machine.cpus_count <= CPU_MAX);
    for (unsigned i = 0; i < machine.cpus_count; i++)
        CHECK(machine.cpus[i] < 0xff && !memchr(machine.cpus, machine.cpus[i], i));
    for (unsigned i = 0; i < IRQ_LOG; i++) {
        uint8_t pin = machine.lines[i].pin;
        CHECK(pin == ACPI_NO_PIN || (pin < IRQ_LOG && !(pins >> pin & 1)));
        pins |= pin == ACPI_NO_PIN ? 0 : 1u << pin;
    }
}

static void the_table_of_qemu_with_4_processors(void)
{
    static const char table[] = "APIC\x90\0\0\0\1\x4b"
                                "BOCHS BXPC    \1\0\0\0BXPC\1\0\0\0\0\0\xe0\xfe\1\0\0\0"
                                "\0\10\0\0\1\0\0\0\0\10\1\1\1\0\0\0"
                                "\0\10\2\2\1\0\0\0\0\10\3\3\1\0\0\0"
                                "\1\14\0\0\0\0\xc0\xfe\0\0\0\0\2\12\0\0\2\0\0\0\0\0"
                                "\2\12\0\5\5\0\0\0\15\0\2\12\0\11\11\0\0\0\15\0"
                                "\2\12\0\12\12\0\0\0\15\0\2\12\0\13\13\0\0\0\15\0"
                                "\4\6\xff\0\0\1";

    start(0);
    memcpy(at(MADT), table, sizeof table - 1);
    CHECK(find());
    check_found();
    CHECK(machine.local_apic == LOCAL_APIC && machine.io_apic == IO_APIC);
    CHECK(machine.cpus_count == 4 && memcmp(machine.cpus, "\0\1\2\3", 4) == 0);
    for (uint8_t i = 0; i < IRQ_LOG; i++) {
        bool level = i == 5 || (i >= 9 && i <= 11) || i >= 16;
        CHECK(is_line(i, i == 0 ? 2 : i == 2 ? ACPI_NO_PIN : i, level, i >= 16));
    }
}

static void root_tables(void)
{
    for (uint8_t revision = 0; revision < 2; revision++) {
        make(revision);
        rsdp[33]++; /* the copy is of no known revision, and the other table is missing */
        put(at(XSDT), 0, 4);
        check_made();
    }
    make(2);
    put(at(RSDT), 0, 4);
    check_made();
    put(rsdp + 24, (1ull << 32) + XSDT, 8);
    seal_root();
    CHECK(!find());
    make(2);
    put(rsdp + 24, 0, 8);
    seal_root();
    put(at(XSDT), 0, 4);
    check_made();
    memset(rsdp + 20, 0, 16); /* the loader copied only the first part */
    check_made();
    make(2); /* an entry above 4 GiB is ignored */
    put(at(XSDT) + HEADER + 8, (1ull << 32) + MADT, 8);
    set_length(XSDT, HEADER + 16);
    CHECK(!find());
    append(XSDT, &(uint64_t){MADT}, 8);
    check_made();
}

static void signatures(void)
{
    for (unsigned i = 0; i < 8; i++) {
        uint8_t *table = at(i < 4 ? XSDT : MADT);
        make(2);
        table[i % 4]++;
        seal(table, get(table + 4), 9);
        CHECK(!find());
        make(2);
        rsdp[i]++;
        seal_root();
        CHECK(!find());
    }
}

static void the_first_sound_madt_counts(void)
{
    uint8_t *first = at(0x7654321);

    make(0);
    set_length(RSDT, HEADER);
    append(RSDT, &(uint32_t){0x7654321}, 4);
    append(RSDT, &(uint32_t){MADT}, 4);
    memcpy(first, at(MADT), 98);
    put(first + 36, 0x1000, 4);
    check_made();
    seal(first, 98, 9);
    CHECK(find() && machine.local_apic == 0x1000);
    first[93] = 7; /* its last entry is cut off, after all others have been read */
    seal(first, 98, 9);
    check_made();
}

static void hide_roots(void)
{
    memset(rsdp, 0, 36);
    memset(at(0), 0, 1 << 20);
    put(at(0x40e), EBDA >> 4, 2);
}

static void the_root_is_searched_where_a_bios_has_it(void)
{
    static const uint32_t addresses[] = {EBDA, EBDA + 1008, BIOS, 0xf5ac0, 0xfffd0, 0xffff0};
    static const uint32_t others[] = {EBDA + 1024, EBDA + 8, BIOS - 16, 0xf5ac4, 0x100000};
    uint8_t root[36];

    make(2);
    memcpy(root, rsdp, sizeof root);
    hide_roots();
    CHECK(!find());
    for (unsigned i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        hide_roots();
        memcpy(at(addresses[i]), root, sizeof root);
        check_made();
        memcpy(rsdp, "RSD PTR ", 8); /* the loader's copy is damaged */
        CHECK(find());
        at(addresses[i])[20]++;
        CHECK(!find());
    }
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
        hide_roots();
        memcpy(at(others[i]), root, sizeof root);
        CHECK(!find());
    }
}

static void processors(void)
{
    for (uint8_t count = 0; count <= 12; count++) {
        start(2);
        for (uint8_t i = 0; i < count; i++)
            CPU((uint8_t)(3 * i + 1), 1);
        CHECK(find() == (count > 0));
        CHECK(machine.cpus_count == (count < CPU_MAX ? count : CPU_MAX));
        for (unsigned i = 0; i < machine.cpus_count; i++)
            CHECK(machine.cpus[i] == 3 * i + 1);
    }
}

static void processors_that_are_not_there(void)
{
    start(2);
    CPU(1, 0);
    CPU(2, 2); /* it could be switched on, but is not */
    CPU(0xff, 1);
    X2APIC(5u, 0u);
    X2APIC(0xffu, 1u);
    X2APIC(0x10005u, 1u);
    CHECK(!find());
    X2APIC(0xfeu, 1u);
    CPU(4, 1);
    CPU(0xfe, 1); /* one entry is enough */
    X2APIC(4u, 1u);
    CPU(0, 3);
    CHECK(find() && machine.cpus_count == 3 && memcmp(machine.cpus, "\xfe\4\0", 3) == 0);
}

static void interrupt_controllers(void)
{
    make(2);
    put(at(MADT) + 40, 0xfffffffe, 4);
    CHECK(!find()); /* its checksum is wrong */
    LOCAL_ADDRESS(0xfed00000u, 0u);
    CHECK(find() && machine.local_apic == 0xfed00000);
    LOCAL_ADDRESS(LOCAL_APIC, 1u);
    CHECK(!find());
    LOCAL_ADDRESS(LOCAL_APIC + 16, 0u);
    CHECK(!find());

    start(2);
    CPU(0, 1);
    IO(0xfec80000u, 24u);
    CHECK(find() && machine.io_apic == 0);
    IO(IO_APIC, 0u);
    IO(0xfec90000u, 48u);
    CHECK(find() && machine.io_apic == IO_APIC);
}

static void interrupt_lines(void)
{
    start(2);
    CPU(0, 1);
    CHECK(find());
    for (uint8_t i = 0; i < IRQ_LOG; i++)
        CHECK(is_line(i, i, i >= 16, i >= 16));
    OVERRIDE(9, 20u, 0xf);
    OVERRIDE(3, 4u, 3);
    OVERRIDE(4, 3u, 5);
    OVERRIDE(5, 24u, 0xc);
    OVERRIDE(6, 0x10006u, 0);
    OVERRIDE(16, 7u, 0xf);
    OVERRIDE(0xff, 7u, 0xf);
    CHECK(find());
    check_found();
    CHECK(is_line(9, 20, true, true) && is_line(20, ACPI_NO_PIN, true, true));
    CHECK(is_line(3, 4, false, true) && is_line(4, 3, false, false));
    CHECK(is_line(5, ACPI_NO_PIN, true, false) && is_line(6, ACPI_NO_PIN, false, false));
    CHECK(is_line(7, 7, false, false) && is_line(16, 16, true, true));
}

/* Every other value of every byte. Zero as the length of the root pointer means that it has only the first part. */
static void damage(uint8_t *bytes, uint32_t count, bool is_root)
{
    for (uint32_t i = 0; i < count; i++)
        for (unsigned change = 1; change < 256; change++) {
            bytes[i] ^= (uint8_t)change;
            CHECK(find() == (is_root && i == 20 && bytes[i] == 0));
            bytes[i] ^= (uint8_t)change;
        }
    CHECK(find());
}

/* Zeros follow the tables, so that a longer table has another checksum. */
static void one_damaged_byte(void)
{
    memset(at(RSDT), 0, TABLE_MAX);
    memset(at(XSDT), 0, TABLE_MAX);
    memset(at(MADT), 0, TABLE_MAX);
    make(0);
    damage(rsdp, 20, false);
    damage(at(RSDT), HEADER + 4, false);
    make(2);
    damage(rsdp, 36, true);
    damage(at(XSDT), HEADER + 16, false);
    damage(at(MADT), get(at(MADT) + 4), false);
}

static void lengths(void)
{
    static const uint32_t wrong[] = {0, 1, 9, 35, TABLE_MAX + 1, 0x80000000, 0xffffffff};

    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        make(2);
        set_length(MADT, wrong[i]);
        CHECK(!find());
        make(2);
        set_length(XSDT, wrong[i]);
        CHECK(!find());
    }
    make(2);
    for (uint32_t bytes = HEADER; bytes < HEADER + 18; bytes++) {
        set_length(XSDT, bytes);
        CHECK(find() == (bytes >= HEADER + 16));
    }
}

/* Tables of make() that end after any of their entries: each is valid. */
static void cut_off_entries(void)
{
    static const uint32_t ends[] = {52, 60, 72, 82, 92, 98};
    unsigned next = 0;

    make(2);
    for (uint32_t bytes = HEADER; bytes <= 98; bytes++) {
        set_length(MADT, bytes);
        CHECK(find() == (bytes == ends[next]));
        next += bytes == ends[next];
    }
}

static void entries_of_wrong_length(void)
{
    static const uint8_t least[] = {[0] = 8, [1] = 12, [2] = 10, [5] = 12, [9] = 16};

    for (unsigned type = 0; type < 256; type++)
        for (unsigned bytes = 0; bytes <= 32; bytes++) {
            uint8_t entry[32] = {(uint8_t)type, (uint8_t)bytes};
            unsigned need = type < sizeof least && least[type] ? least[type] : 2;
            make(2);
            put(entry + 4, LOCAL_APIC, 8); /* an address, in the entries that have one */
            append(MADT, entry, bytes ? bytes : 32);
            CHECK(find() == (bytes >= need));
        }
}

static void a_large_table(void)
{
    start(2);
    while (get(at(MADT) + 4) <= TABLE_MAX - 10 - 8 - 4)
        OVERRIDE(8, 8u, 0xf);
    ENTRY(0x80, 4, 0, 0);
    CPU(6, 1);
    CHECK(get(at(MADT) + 4) == TABLE_MAX && find() && is_line(8, 8, true, true));
}

static void tables_at_the_end_of_memory(void)
{
    const uint32_t last = UINT32_MAX - TABLE_MAX;

    make(2);
    set_length(XSDT, HEADER);
    append(XSDT, &(uint64_t){UINT32_MAX - 3}, 8);
    append(XSDT, &(uint64_t){last + 1}, 8);
    memcpy(at(last + 1), at(MADT), 98);
    CHECK(!find());
    append(XSDT, &(uint64_t){last}, 8);
    memmove(at(last), at(last + 1), 98);
    check_made();
    put(rsdp + 24, UINT32_MAX - 5, 8);
    seal_root();
    CHECK(!find());
}

/* Mostly the checksums are corrected after the damage. */
static void random_damage(void)
{
    unsigned found = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        make(2);
        X2APIC(9u, 1u);
        LOCAL_ADDRESS(LOCAL_APIC, 0u);
        uint32_t bytes = get(at(MADT) + 4);
        for (unsigned n = random_below(6); n > 0; n--)
            at(MADT)[HEADER + random_below(bytes - HEADER)] = (uint8_t)random_below(256);
        if (random_below(8) == 0)
            at(XSDT)[HEADER + random_below(16)] = (uint8_t)random_below(256);
        if (random_below(8) == 0)
            put(at(MADT) + 4, bytes = HEADER + random_below(2 * bytes), 4);
        set_length(MADT, bytes);
        set_length(XSDT, HEADER + 16);
        if (random_below(64) == 0)
            at(MADT)[random_below(bytes)] = (uint8_t)random_below(256);
        if (find()) {
            check_found();
            found++;
        }
    }
    CHECK(found > ROUNDS / 10 && found < ROUNDS - ROUNDS / 10);
}

int main(void)
{
    rsdp = at(COPY);
    the_table_of_qemu_with_4_processors();
    root_tables();
    signatures();
    the_first_sound_madt_counts();
    the_root_is_searched_where_a_bios_has_it();
    processors();
    processors_that_are_not_there();
    interrupt_controllers();
    interrupt_lines();
    one_damaged_byte();
    lengths();
    cut_off_entries();
    entries_of_wrong_length();
    a_large_table();
    tables_at_the_end_of_memory();
    random_damage();
    printf("test_acpi: what is damaged is not found, in %d random tables either\n", ROUNDS);
}

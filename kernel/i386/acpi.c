/* ACPI 6.4: the root pointer (RSDP) 5.2.5, tables 5.2.6 to 5.2.8, the MADT 5.2.12. They may be anywhere
 * and unaligned, so they are read byte by byte, each through arch_frame_map(). */
#include "kernel/i386/acpi.h"

enum { EBDA_SEGMENT = 0x40e, EBDA_BYTES = 1024, BIOS = 0xe0000, BIOS_BYTES = 0x20000 };

/* Signatures; the MADT's is APIC. */
enum { RSD = 0x20445352, PTR = 0x20525450 };
enum { RSDT = 0x54445352, XSDT = 0x54445358, MADT = 0x43495041 };

/* Offsets. The root pointer's second part came with revision 2. */
enum { ROOT_REVISION = 15, ROOT_RSDT = 16, ROOT1_BYTES = 20, ROOT_LENGTH = 20, ROOT_XSDT = 24 };
enum { ROOT2_BYTES = 36, ROOT_ALIGN = 16, TABLE_LENGTH = 4, HEADER_BYTES = 36 };
enum { MADT_ADDRESS = 36, MADT_BYTES = 44 };

enum { LOCAL_APIC = 0, IO_APIC = 1, OVERRIDE = 2, LOCAL_ADDRESS = 5, LOCAL_X2APIC = 9 };
enum { CPU_ENABLED = 1, ID_ALL = 0xff };
enum { ISA_LINES = 16, POLARITY = 3, LOW = 3, TRIGGER = 3 << 2, LEVEL = 3 << 2 };
enum { TABLE_MAX = 1 << 16 };

static uint8_t byte_at(uint32_t physical)
{
    return ((const uint8_t *)arch_frame_map(0, physical >> PAGE_BITS))[physical % PAGE_SIZE];
}

static uint32_t word_at(uint32_t physical)
{
    uint32_t word = 0;

    for (unsigned i = 4; i-- > 0;)
        word = word << 8 | byte_at(physical + i);
    return word;
}

/* Whether a structure's checksum is right. */
static bool adds_to_zero(uint32_t physical, uint32_t bytes)
{
    uint8_t sum = 0;

    for (uint32_t i = 0; i < bytes; i++)
        sum = (uint8_t)(sum + byte_at(physical + i));
    return sum == 0;
}

/* Whether the root pointer's revision has a second part, which names the XSDT, whose entries have 64 bits. */
static bool is_wide(uint32_t root)
{
    return byte_at(root + ROOT_REVISION) >= 2;
}

/* The address of the root pointer in an area, 0: none. Loaders may copy only its first part, whatever the revision;
 * then the length is 0. */
static uint32_t find_root(uint32_t start, uint32_t bytes)
{
    for (uint32_t at = start; at < start + bytes; at += ROOT_ALIGN)
        if (word_at(at) == RSD && word_at(at + 4) == PTR && adds_to_zero(at, ROOT1_BYTES) &&
            (!is_wide(at) || !word_at(at + ROOT_LENGTH) || adds_to_zero(at, ROOT2_BYTES)))
            return at;
    return 0;
}

/* The table's length; 0: another table, or a damaged one. */
static uint32_t table_bytes(uint32_t table, uint32_t signature)
{
    if (table > UINT32_MAX - TABLE_MAX || word_at(table) != signature)
        return 0;
    uint32_t bytes = word_at(table + TABLE_LENGTH);
    return bytes <= TABLE_MAX && adds_to_zero(table, bytes) ? bytes : 0;
}

/* Firmware may list a processor twice, in entries of both types. */
static void add_cpu(struct acpi_machine *machine, uint32_t id, uint32_t flags)
{
    if (!(flags & CPU_ENABLED) || id >= ID_ALL || machine->cpus_count == CPU_MAX)
        return;
    for (unsigned i = 0; i < machine->cpus_count; i++)
        if (machine->cpus[i] == id)
            return;
    machine->cpus[machine->cpus_count++] = (uint8_t)id;
}

/* An interrupt source override: an ISA line is connected to that pin. Flags that say "conforms to the bus" mean active
 * high and edge-triggered, as for ISA. */
static void override(struct acpi_machine *machine, unsigned line, uint32_t pin, uint32_t flags)
{
    if (line >= ISA_LINES)
        return;
    for (unsigned i = 0; i < IRQ_LOG; i++)
        if (machine->lines[i].pin == pin)
            machine->lines[i].pin = ACPI_NO_PIN;
    machine->lines[line] = (struct acpi_line){.pin = pin < IRQ_LOG ? (uint8_t)pin : ACPI_NO_PIN,
                                              .level = (flags & TRIGGER) == LEVEL,
                                              .low = (flags & POLARITY) == LOW};
}

/* Reads an entry of the MADT; false if it does not fit into the `rest` bytes of the table, or is too short. */
static bool read_entry(struct acpi_machine *machine, uint32_t entry, uint32_t rest)
{
    static const uint8_t least[] = {
        [LOCAL_APIC] = 8, [IO_APIC] = 12, [OVERRIDE] = 10, [LOCAL_ADDRESS] = 12, [LOCAL_X2APIC] = 16};
    uint8_t type = byte_at(entry), bytes = byte_at(entry + 1);

    if (bytes < 2 || bytes > rest || (type < sizeof least && bytes < least[type]))
        return false;
    switch (type) {
    case LOCAL_APIC:
        add_cpu(machine, byte_at(entry + 3), word_at(entry + 4));
        break;
    case IO_APIC:
        if (word_at(entry + 8) == 0)
            machine->io_apic = word_at(entry + 4);
        break;
    case OVERRIDE:
        override(machine, byte_at(entry + 3), word_at(entry + 4), byte_at(entry + 8));
        break;
    case LOCAL_ADDRESS:
        machine->local_apic = word_at(entry + 8) == 0 ? word_at(entry + 4) : 0;
        break;
    case LOCAL_X2APIC:
        add_cpu(machine, word_at(entry + 4), word_at(entry + 8));
        break;
    }
    return true;
}

static bool read_madt(struct acpi_machine *machine, uint32_t madt)
{
    uint32_t bytes = table_bytes(madt, MADT);

    if (bytes < MADT_BYTES)
        return false;
    *machine = (struct acpi_machine){.local_apic = word_at(madt + MADT_ADDRESS)};
    for (unsigned i = 0; i < IRQ_LOG; i++) /* PCI's lines are active low and level-triggered */
        machine->lines[i] = (struct acpi_line){(uint8_t)i, i >= ISA_LINES, i >= ISA_LINES};
    for (uint32_t at = MADT_BYTES; at < bytes; at += byte_at(madt + at + 1))
        if (!read_entry(machine, madt + at, bytes - at))
            return false;
    return machine->local_apic && machine->local_apic % PAGE_SIZE == 0 && machine->cpus_count;
}

bool acpi_find(const uint8_t rsdp[36], struct acpi_machine *machine)
{
    uint32_t root = find_root(PHYSICAL(rsdp), 1);

    if (!root)
        root = find_root((word_at(EBDA_SEGMENT) & 0xffff) << 4, EBDA_BYTES);
    if (!root)
        root = find_root(BIOS, BIOS_BYTES);
    if (!root)
        return false;
    bool wide = is_wide(root) && word_at(root + ROOT_XSDT) && !word_at(root + ROOT_XSDT + 4);
    uint32_t table = word_at(root + (wide ? ROOT_XSDT : ROOT_RSDT)), step = wide ? 8 : 4;
    uint32_t bytes = table_bytes(table, wide ? XSDT : RSDT);
    for (uint32_t at = HEADER_BYTES; at + step <= bytes; at += step)
        if ((!wide || !word_at(table + at + 4)) && read_madt(machine, word_at(table + at)))
            return true;
    return false;
}

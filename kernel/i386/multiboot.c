/* A Multiboot loader's information: Multiboot 0.6.96, 3.3; Multiboot 2.0, 3.6. Everything is copied,
 * as it may be anywhere in memory. */
#include "kernel/boot/memory_map.h"

extern uint8_t kernel_boot_start[], kernel_end[]; /* the first is physical */

enum { MAGIC1 = 0x2badb002, MAGIC2 = 0x36d76289, MEMORY_FREE = 1, VGA_TEXT = 0xb8000 };

struct information1 {
    uint32_t flags, mem_lower, mem_upper, boot_device, command, modules_count, modules;
    uint32_t symbols[4], map_bytes, map, drives[2], config, loader;
};
enum { HAS_COMMAND = 1 << 2, HAS_MODULES = 1 << 3, HAS_MAP = 1 << 6, HAS_LOADER = 1 << 9 };

struct module1 {
    uint32_t start, end, text, reserved;
};

struct map_entry {
    uint64_t start, bytes;
    uint32_t type;
} __attribute__((packed));

/* Version 2 has tags, each 8-aligned. */
struct tag {
    uint32_t type, bytes;
    uint32_t words[]; /* module: start, end; map: entry size, version, entries */
};
enum { TAG_END = 0, TAG_COMMAND = 1, TAG_MODULE = 3, TAG_MAP = 6, TAG_SCREEN = 8, TAG_RSDP1 = 14, TAG_RSDP2 = 15 };

static void add_entry(struct boot_info *info, const struct map_entry *entry)
{
    boot_info_add(info, entry->start, entry->bytes, entry->type == MEMORY_FREE);
}

/* QEMU puts the kernel's file name before the command line. */
static const char *command1(const struct information1 *in)
{
    const char *text = PHYSMAP(char, in->command);

    bool qemu = in->flags & HAS_LOADER && __builtin_memcmp(PHYSMAP(char, in->loader), "qemu", 4) == 0;
    while (qemu && *text && *text++ != ' ')
        ;
    return text;
}

static void read_information1(const struct information1 *in, struct boot_info *info)
{
    /* Our header of version 1 asks for no other mode than VGA's text. */
    info->page.screen = (struct boot_screen){VGA_TEXT, 160, 80, 25, 16, .kind = SCREEN_TEXT};
    if (in->flags & HAS_COMMAND)
        boot_info_command(info, command1(in));
    for (uint32_t i = 0; in->flags & HAS_MODULES && i < in->modules_count; i++) {
        const struct module1 *module = PHYSMAP(struct module1, in->modules) + i;
        boot_info_module(info, module->start, module->end);
    }
    uint32_t at = in->map, end = in->flags & HAS_MAP ? in->map + in->map_bytes : in->map;
    while (at < end) {
        add_entry(info, PHYSMAP(struct map_entry, at + 4)); /* after the entry's size */
        at += *PHYSMAP(uint32_t, at) + 4;
    }
}

static void read_map(const struct tag *tag, struct boot_info *info)
{
    uint32_t size = tag->words[0];

    if (size < sizeof(struct map_entry))
        return;
    for (uint32_t at = 16; at + size <= tag->bytes; at += size)
        add_entry(info, (const struct map_entry *)((const uint8_t *)tag + at));
}

static void copy_tag(const struct tag *tag, void *to, uint32_t room)
{
    __builtin_memcpy(to, tag->words, tag->bytes - 8 < room ? tag->bytes - 8 : room);
}

static void read_tag(const struct tag *tag, struct boot_info *info)
{
    struct boot_page *page = &info->page;

    switch (tag->type) {
    case TAG_COMMAND:
        boot_info_command(info, (const char *)tag->words);
        break;
    case TAG_MODULE:
        boot_info_module(info, tag->words[0], tag->words[1]);
        break;
    case TAG_MAP:
        read_map(tag, info);
        break;
    case TAG_SCREEN:
        copy_tag(tag, &page->screen, sizeof page->screen);
        break;
    case TAG_RSDP1:
    case TAG_RSDP2:
        copy_tag(tag, page->rsdp, sizeof page->rsdp);
        break;
    }
}

static void read_information2(const uint8_t *in, struct boot_info *info)
{
    uint32_t total = *(const uint32_t *)in;

    for (uint32_t at = 8; at + 8 <= total;) {
        const struct tag *tag = (const struct tag *)(in + at);
        if (tag->type == TAG_END || tag->bytes < 8 || tag->bytes > total - at)
            return;
        read_tag(tag, info);
        at += (tag->bytes + 7) & ~7u;
    }
}

void arch_boot_info(uint32_t magic, uint32_t information, struct boot_info *info)
{
    if (magic == MAGIC1)
        read_information1(PHYSMAP(struct information1, information), info);
    else if (magic == MAGIC2)
        read_information2(PHYSMAP(uint8_t, information), info);
    else
        panic("not started by a Multiboot loader", __FILE__, __LINE__);
    uint32_t start = (uint32_t)(uintptr_t)kernel_boot_start, bytes = PHYSICAL(kernel_end) - start;
    boot_info_add(info, start, bytes, false);
}

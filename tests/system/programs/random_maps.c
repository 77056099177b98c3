/* Mappings of files of t_random. */
#include "tests/system/programs/random.h"
#include "tests/system/programs/tap.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#define ADDRESS(map) ((unsigned char *)0x60000000 + (map)*16 * PAGE)

/* Whether page number `i` exists: within the file, or as a copy. */
static bool has_page(const struct file_map *map, uint32_t i)
{
    return map->is_private || map->first + i < pages_of(world->files[map->file].size);
}

static void model_map(struct file_map *map, int file, uint32_t first)
{
    *map = (struct file_map){.file = file, .first = first, .is_private = below(3) == 0};
    memcpy(map->copy, world->files[file].bytes + first * PAGE, sizeof map->copy);
}

static bool step_map(void)
{
    const struct descriptor *it = files_any_fd();
    int number = (int)below(MAPS);
    struct file_map *map = &own.maps[number];
    uint32_t first = below(FILE_PAGES - MAP_PAGES + 1);

    if (!it || map->file >= 0 || first >= pages_of(files_file_of(it)->size))
        return true;
    model_map(map, world->opens[it->open].file, first);
    int flags = MAP_FIXED_NOREPLACE | (map->is_private ? MAP_PRIVATE : MAP_SHARED);
    void *at = mmap(ADDRESS(number), MAP_PAGES * PAGE, PROT_READ | PROT_WRITE, flags, it->fd, (off_t)first * PAGE);
    return IS(at, ADDRESS(number));
}

static bool step_unmap(void)
{
    int number = (int)below(MAPS);

    own.maps[number].file = -1;
    return IS(munmap(ADDRESS(number), MAP_PAGES * PAGE), 0);
}

static bool map_is_right(int number)
{
    const struct file_map *map = &own.maps[number];
    const struct file *file = &world->files[map->file];

    for (uint32_t i = 0; i < MAP_PAGES; i++) {
        const unsigned char *expected = map->is_private ? map->copy + i * PAGE : file->bytes + (map->first + i) * PAGE;
        if (has_page(map, i) && !IS(memcmp(ADDRESS(number) + i * PAGE, expected, PAGE), 0))
            return false;
    }
    return true;
}

const volatile unsigned char *maps_lost_page(void)
{
    for (int number = 0; number < MAPS; number++)
        for (uint32_t i = 0; own.maps[number].file >= 0 && i < MAP_PAGES; i++)
            if (!has_page(&own.maps[number], i))
                return ADDRESS(number) + i * PAGE;
    return NULL;
}

/* Changes a byte of the file, or of the process's copy. */
static bool step_store(void)
{
    int number = (int)below(MAPS);
    struct file_map *map = &own.maps[number];
    uint32_t at = below(MAP_PAGES * PAGE);

    if (map->file < 0 || !has_page(map, at / PAGE))
        return true;
    struct file *file = &world->files[map->file];
    bool good = map_is_right(number);
    if (!map->is_private && map->first * PAGE + at >= file->size)
        return good;
    ADDRESS(number)[at] ^= 0x55;
    if (map->is_private)
        map->copy[at] ^= 0x55;
    else
        file->bytes[map->first * PAGE + at] ^= 0x55;
    return good;
}

bool maps_step(void)
{
    static bool (*const steps[])(void) = {step_map, step_map, step_unmap, step_store, step_store};

    return steps[below(sizeof steps / sizeof steps[0])]();
}

bool maps_are_right(void)
{
    bool good = true;

    for (int i = 0; i < MAPS; i++)
        good = (own.maps[i].file < 0 || map_is_right(i)) && good;
    return good;
}

#include "servers/proc/arguments.h"

#include <stdbool.h>

static _Alignas(struct arguments) char arena[ARGUMENTS_CELLS][ARGUMENTS_CELL];
static bool used[ARGUMENTS_CELLS];

static uint32_t cells_for(uint32_t bytes)
{
    return ((uint32_t)sizeof(struct arguments) + bytes + ARGUMENTS_CELL - 1) / ARGUMENTS_CELL;
}

static void mark(uint32_t first, uint32_t cells, bool value)
{
    for (uint32_t i = 0; i < cells; i++)
        used[first + i] = value;
}

static uint32_t first_cell(const struct arguments *arguments)
{
    return (uint32_t)((const char *)arguments - arena[0]) / ARGUMENTS_CELL;
}

/* The first of so many free cells, or ARGUMENTS_CELLS. */
static uint32_t find_free(uint32_t cells)
{
    uint32_t run = 0;

    for (uint32_t i = 0; i < ARGUMENTS_CELLS; i++) {
        run = used[i] ? 0 : run + 1;
        if (run == cells)
            return i + 1 - cells;
    }
    return ARGUMENTS_CELLS;
}

struct arguments *arguments_make(uint32_t bytes)
{
    uint32_t cells = cells_for(bytes), first = find_free(cells);

    if (first == ARGUMENTS_CELLS)
        return 0;
    mark(first, cells, true);
    struct arguments *arguments = (struct arguments *)arena[first];
    *arguments = (struct arguments){.references = 1, .cells = (uint16_t)cells};
    return arguments;
}

void arguments_trim(struct arguments *arguments)
{
    uint32_t cells = cells_for(arguments->bytes);

    mark(first_cell(arguments) + cells, arguments->cells - cells, false);
    arguments->cells = (uint16_t)cells;
}

struct arguments *arguments_share(struct arguments *arguments)
{
    arguments->references++;
    return arguments;
}

void arguments_drop(struct arguments *arguments)
{
    if (arguments && --arguments->references == 0)
        mark(first_cell(arguments), arguments->cells, false);
}

_Bool arguments_are_strings(const struct arguments *arguments)
{
    uint32_t strings = 0;

    for (uint32_t i = 0; i < arguments->bytes; i++)
        strings += arguments->text[i] == 0;
    return strings > 0 && strings == arguments->count && arguments->text[arguments->bytes - 1] == 0;
}

uint32_t arguments_used(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < ARGUMENTS_CELLS; i++)
        count += used[i];
    return count;
}

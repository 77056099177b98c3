#include "servers/proc/arguments.h"

#include "servers/proc/body.h"

enum { SHORT_BLOCKS = BODIES_MAX + 1 };

union short_block {
    struct arguments arguments;
    union short_block *next; /* of a free one */
    char room[sizeof(struct arguments) + ARGUMENTS_SHORT];
};

union long_block {
    struct arguments arguments;
    union long_block *next;
    char room[sizeof(struct arguments) + ARGUMENTS_MAX];
};

static union short_block short_blocks[SHORT_BLOCKS], *free_short;
static union long_block long_blocks[LIMITS_BLOCKS], *free_long;
static uint32_t used;

static void free_short_block(union short_block *block)
{
    block->next = free_short;
    free_short = block;
}

static void free_long_block(union long_block *block)
{
    block->next = free_long;
    free_long = block;
}

void arguments_init(void)
{
    free_short = NULL;
    free_long = NULL;
    used = 0;
    for (uint32_t i = 0; i < SHORT_BLOCKS; i++)
        free_short_block(&short_blocks[i]);
    for (uint32_t i = 0; i < LIMITS_BLOCKS; i++)
        free_long_block(&long_blocks[i]);
}

static struct arguments *make_short(void)
{
    union short_block *block = free_short;

    assert(block); /* A2 */
    free_short = block->next;
    block->arguments = (struct arguments){.references = 1};
    return &block->arguments;
}

static struct arguments *make_long(struct account *account)
{
    union long_block *block = free_long;

    free_long = block->next;
    block->arguments = (struct arguments){.references = 1, .account = account};
    return &block->arguments;
}

struct arguments *arguments_make(uint32_t bytes, struct account *account)
{
    bool is_long = bytes > ARGUMENTS_SHORT;

    if (is_long && !limits_take_block(account))
        return NULL;
    used++;
    return is_long ? make_long(account) : make_short();
}

struct arguments *arguments_share(struct arguments *arguments)
{
    arguments->references++;
    return arguments;
}

void arguments_drop(struct arguments *arguments)
{
    if (!arguments || --arguments->references)
        return;
    used--;
    if (arguments->account) {
        limits_give_block(arguments->account);
        free_long_block((union long_block *)arguments);
    } else {
        free_short_block((union short_block *)arguments);
    }
}

_Bool arguments_are_strings(const struct arguments *arguments)
{
    uint32_t strings = 0;

    for (uint32_t i = 0; i < arguments->bytes; i++)
        strings += arguments->text[i] == 0;
    return arguments->count > 0 && strings >= arguments->count && arguments->text[arguments->bytes - 1] == 0;
}

uint32_t arguments_used(void)
{
    return used;
}

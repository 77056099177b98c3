#include "servers/proc/arguments.h"

#include "servers/lib/number.h"
#include "servers/proc/task.h"
#include "servers/proto/proc.h"

enum { SHORT_BLOCKS = TASKS_MAX + 1 };

union short_block {
    struct arguments arguments;
    union short_block *next; /* of a free one */
    char room[sizeof(struct arguments) + ARGUMENTS_SHORT];
};

union long_block {
    struct arguments arguments;
    union long_block *next;
    char room[sizeof(struct arguments) + ARGUMENTS_BLOCK];
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
    used++;
    free_short = block->next;
    block->arguments = (struct arguments){.references = 1};
    return &block->arguments;
}

static struct arguments *make_long(struct account *account)
{
    union long_block *block = free_long;

    if (!limits_take_block(account))
        return NULL;
    used++;
    free_long = block->next;
    block->arguments = (struct arguments){.references = 1, .account = account};
    return &block->arguments;
}

struct arguments *arguments_make(uint32_t bytes, struct account *account)
{
    return bytes > ARGUMENTS_SHORT ? make_long(account) : make_short();
}

static const struct arguments *block_at(const struct arguments *block, uint32_t offset)
{
    for (; offset >= ARGUMENTS_BLOCK; offset -= ARGUMENTS_BLOCK)
        block = block->more;
    return block;
}

/* The block for the next byte, or 0. */
static struct arguments *open_block(struct arguments *arguments)
{
    struct arguments **link = &arguments;

    for (uint32_t full = arguments->bytes / ARGUMENTS_BLOCK; full; full--)
        link = &(*link)->more;
    if (!*link)
        *link = make_long(arguments->account);
    return *link;
}

static uint32_t strings_in(const char *text, uint32_t bytes)
{
    uint32_t strings = 0;

    for (uint32_t i = 0; i < bytes; i++)
        strings += text[i] == 0;
    return strings;
}

void arguments_set(struct arguments *arguments, const char *from, uint32_t bytes)
{
    memcpy(arguments->text, from, bytes);
    arguments->bytes = bytes;
    arguments->strings = strings_in(from, bytes);
}

bool arguments_add(struct arguments *arguments, const char *from, uint32_t bytes)
{
    for (uint32_t done = 0, piece; done < bytes; done += piece) {
        uint32_t at = arguments->bytes % ARGUMENTS_BLOCK;
        struct arguments *block = open_block(arguments);
        if (!block)
            return false;
        piece = min(bytes - done, ARGUMENTS_BLOCK - at);
        memcpy(block->text + at, from + done, piece);
        arguments->bytes += piece;
        arguments->strings += strings_in(from + done, piece);
    }
    return true;
}

void arguments_copy_long(const struct arguments *arguments, uint32_t offset, void *to, uint32_t bytes)
{
    for (uint32_t done = 0, piece; done < bytes; done += piece) {
        uint32_t at = (offset + done) % ARGUMENTS_BLOCK;
        piece = min(bytes - done, ARGUMENTS_BLOCK - at);
        memcpy((char *)to + done, block_at(arguments, offset + done)->text + at, piece);
    }
}

/* The name in a running program's long strings always fits in a message, as a path did. */
struct arguments *arguments_shorten(struct arguments *arguments)
{
    struct arguments *name = make_short();
    arguments_set(name, arguments->text, (uint32_t)strlen(arguments->text) + 1);
    name->count = 1;
    arguments_drop(arguments);
    return name;
}

struct arguments *arguments_share(struct arguments *arguments)
{
    arguments->references++;
    return arguments;
}

static void drop_long(struct arguments *block)
{
    while (block) {
        struct arguments *more = block->more;
        used--;
        limits_give_block(block->account);
        free_long_block((union long_block *)block);
        block = more;
    }
}

void arguments_drop(struct arguments *arguments)
{
    if (!arguments || --arguments->references)
        return;
    if (arguments->account) {
        drop_long(arguments);
        return;
    }
    used--;
    free_short_block((union short_block *)arguments);
}

bool arguments_have_a_name(const struct arguments *arguments)
{
    return !arguments->account || memchr(arguments->text, 0, ARGUMENTS_SHORT);
}

bool arguments_are_strings(const struct arguments *arguments)
{
    uint32_t last = arguments->bytes - 1, count = proc_args_argc(arguments->count);

    return count > 0 && arguments->strings >= count && block_at(arguments, last)->text[last % ARGUMENTS_BLOCK] == 0;
}

uint32_t arguments_used(void)
{
    return used;
}

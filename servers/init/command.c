#include "servers/init/command.h"

#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/lib/log.h"

static const char DEMO[] = "shm_cnt";

/* A word of the line: it ends at the next blank, not at a zero byte. */
struct word {
    const char *text;
    uint32_t bytes;
};

/* Takes the next word at or after *at; returns false at the end of the line. */
static bool next_word(const char **at, struct word *word)
{
    *at += strspn(*at, " ");
    *word = (struct word){*at, (uint32_t)strcspn(*at, " ")};
    *at += word->bytes;
    return word->bytes > 0;
}

static bool word_is(struct word word, const char *text)
{
    return word.bytes == strlen(text) && memcmp(word.text, text, word.bytes) == 0;
}

/* Takes the value of option `name`, which includes the `=`; returns false if the word is another option. */
static bool value_of(struct word word, const char *name, struct word *value)
{
    uint32_t bytes = (uint32_t)strlen(name);

    if (word.bytes < bytes || memcmp(word.text, name, bytes))
        return false;
    *value = (struct word){word.text + bytes, word.bytes - bytes};
    return true;
}

/* Returns the decimal number 1 .. most, or 0 if the word is no such number. */
static uint32_t number_of(struct word word, uint32_t most)
{
    uint32_t number = 0;

    for (uint32_t i = 0; i < word.bytes; i++) {
        uint32_t digit = (uint32_t)word.text[i] - '0';
        if (digit > 9 || number * 10 + digit > most)
            return 0;
        number = number * 10 + digit;
    }
    return number;
}

/* Takes the limit from an option's value; returns whether the value is valid. */
static bool parse_limit(struct word word, struct word value, uint32_t most, uint32_t *limit)
{
    *limit = number_of(value, most);
    if (!*limit)
        log_line(message_page, BOOT_SLOT_LOG, "init: %.*s: not a number from 1 to %u", (int)word.bytes, word.text,
                 (unsigned)most);
    return *limit;
}

static void option(struct command *command, struct word word)
{
    struct word value;

    if (word_is(word, "console.input=pipe")) {
        command->input_is_pipe = true;
    } else if (value_of(word, "limit.memory=", &value)) {
        command->is_refused |= !parse_limit(word, value, START_MEMORY_MAX, &command->limits.memory);
    } else if (value_of(word, "limit.processes=", &value)) {
        command->is_refused |= !parse_limit(word, value, START_PROCESSES_MAX, &command->limits.processes);
    } else {
        log_line(message_page, BOOT_SLOT_LOG, "init: unknown option %.*s", (int)word.bytes, word.text);
    }
}

static void add(struct command *command, struct word word)
{
    memcpy(command->text + command->bytes, word.text, word.bytes);
    command->bytes += word.bytes + 1;
    command->count++;
}

static bool is_demo(const struct command *command)
{
    return command->count == 1 && strcmp(command->text, DEMO) == 0 && !command->input_is_pipe;
}

/* Options end at the program's name, or at a `--` before it. */
void command_read(struct command *command, const char *line)
{
    struct word word;
    bool more = next_word(&line, &word);

    for (; more && memchr(word.text, '=', word.bytes); more = next_word(&line, &word))
        option(command, word);
    if (more && word_is(word, "--"))
        more = next_word(&line, &word);
    for (; more; more = next_word(&line, &word))
        add(command, word);
    if (command->count == 0)
        add(command, (struct word){DEMO, sizeof DEMO - 1});
    command->is_demo = is_demo(command);
}

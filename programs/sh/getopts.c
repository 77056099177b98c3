#include "programs/sh/getopts.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sh/pool.h"
#include "programs/sh/shell.h"
#include "programs/sh/variables.h"

enum { STATUS_END = 1 };

/* The position of the next letter: the number of its word, from 1 on, and the byte in it; 0: the word has not begun. */
static struct {
    int word;
    size_t at;
} position;

struct found {
    char letter;
    const char *value; /* null: the option has no value */
};

/* Starts again at OPTIND, if the program has set it. */
static void find_position(void)
{
    int word = atoi(variable_or("OPTIND", "1"));

    if (word < 1)
        word = 1;
    if (word != position.word)
        position.at = 0;
    position.word = word;
}

static void set_position(int word, size_t at)
{
    char digits[16];

    position.word = word;
    position.at = at;
    snprintf(digits, sizeof digits, "%d", word);
    variable_set("OPTIND", digits);
}

/* Null: there are no more options. */
static const char *next_letter(char **arguments)
{
    for (int i = 1; i < position.word; i++)
        if (!arguments[i - 1])
            return NULL;
    const char *word = arguments[position.word - 1];
    if (position.at && word && position.at < strlen(word))
        return word + position.at;
    if (!word || word[0] != '-' || !word[1])
        return NULL;
    if (strcmp(word, "--") == 0) {
        set_position(position.word + 1, 0);
        return NULL;
    }
    position.at = 1;
    return word + 1;
}

static void set_value(const char *value)
{
    if (value)
        variable_set("OPTARG", value);
    else
        variable_unset("OPTARG");
}

/* Reports an error; if a colon comes before the letters, only by the variables. */
static struct found wrong(const char *letter, bool is_silent, char with_colon, const char *why)
{
    if (is_silent)
        return (struct found){with_colon, pool_text(letter, 1)};
    shell_complain("getopts: -%c: %s", *letter, why);
    return (struct found){'?', NULL};
}

static struct found take(const char *letters, const char *letter, char **arguments)
{
    const char *known = *letter == ':' ? NULL : strchr(letters, *letter);
    bool is_silent = *letters == ':', is_last = !letter[1];

    if (!known || known[1] != ':') {
        set_position(position.word + is_last, is_last ? 0 : position.at + 1);
        return known ? (struct found){*letter, NULL} : wrong(letter, is_silent, '?', "no such option");
    }
    const char *value = is_last ? arguments[position.word] : letter + 1;
    set_position(position.word + 1 + (is_last && value), 0);
    return value ? (struct found){*letter, value} : wrong(letter, is_silent, ':', "its value is missing");
}

int run_getopts(char **words)
{
    if (!words[1] || !words[2] || !variable_is_name(words[2])) {
        shell_complain("usage: getopts optstring name [argument...]");
        return STATUS_USAGE;
    }
    char **arguments = words[3] ? words + 3 : shell.arguments;
    find_position();
    const char *letter = next_letter(arguments);
    struct found found = letter ? take(words[1], letter, arguments) : (struct found){'?', NULL};
    set_value(found.value);
    variable_set(words[2], (const char[]){found.letter, 0});
    return letter ? 0 : STATUS_END;
}

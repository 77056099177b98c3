#include "programs/sh/options.h"

#include <stdio.h>
#include <string.h>

#include "programs/sh/pool.h"
#include "programs/sh/shell.h"
#include "programs/sh/variables.h"

static const struct option {
    char letter;
    const char *name;
    bool *is_set;
} options[] = {
    {'a', "allexport", &shell.exports_all},   {'C', "noclobber", &shell.keeps_files},
    {'e', "errexit", &shell.ends_at_failure}, {'f', "noglob", &shell.has_no_patterns},
    {'n', "noexec", &shell.only_reads},       {'u', "nounset", &shell.ends_at_unset},
    {'v', "verbose", &shell.shows_lines},     {'x', "xtrace", &shell.tells},
};
enum { OPTIONS = sizeof options / sizeof *options };

static const struct option *find_letter(char letter)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (options[i].letter == letter)
            return &options[i];
    return NULL;
}

static const struct option *find_name(const char *name)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
    return NULL;
}

static bool are_letters(const char *text)
{
    while (*text && find_letter(*text))
        text++;
    return !*text;
}

size_t options_take(char **words)
{
    const char *word = words[0], *letters = word + 1;

    if ((word[0] != '-' && word[0] != '+') || !*letters)
        return 0;
    if (strcmp(letters, "o") == 0) {
        const struct option *option = words[1] ? find_name(words[1]) : NULL;
        if (option)
            *option->is_set = word[0] == '-';
        return option ? 2 : 0;
    }
    if (!are_letters(letters))
        return 0;
    for (; *letters; letters++)
        *find_letter(*letters)->is_set = word[0] == '-';
    return 1;
}

char *options_text(void)
{
    struct text text = {0};

    for (size_t i = 0; i < OPTIONS; i++)
        if (*options[i].is_set)
            text_add(&text, options[i].letter);
    if (shell.is_interactive)
        text_add(&text, 'i');
    return text_end(&text);
}

/* Prints them for people, or as commands that set them again. */
static int print_options(bool as_commands)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (as_commands)
            printf("set %co %s\n", *options[i].is_set ? '-' : '+', options[i].name);
        else
            printf("%-16s%s\n", options[i].name, *options[i].is_set ? "on" : "off");
    return 0;
}

/* Old arguments are not freed, as they may be those before a function that is running. */
static void set_arguments(char **words)
{
    size_t count = 0;

    while (words[count])
        count++;
    char **arguments = must_allocate(NULL, (count + 1) * sizeof *arguments);
    for (size_t i = 0; i < count; i++)
        arguments[i] = must_copy(words[i]);
    arguments[count] = NULL;
    shell.arguments = arguments;
}

static bool is_option(const char *word)
{
    return (*word == '-' || *word == '+') && strcmp(word, "--") != 0 && word[1];
}

static int complain(const char *word)
{
    shell.is_misused = true;
    shell_complain("set: %s: unknown option", word);
    return STATUS_USAGE;
}

/* A single - also ends -v and -x. */
static void set_rest(char **words)
{
    bool is_minus = strcmp(*words, "-") == 0;

    if (is_minus)
        shell.shows_lines = shell.tells = false;
    if (!is_minus || words[1])
        set_arguments(words + (is_minus || strcmp(*words, "--") == 0));
}

int run_set(char **words)
{
    if (!words[1])
        variables_print_all();
    words++;
    while (*words && is_option(*words)) {
        if ((*words)[1] == 'o' && !(*words)[2] && !words[1])
            return print_options(**words == '+');
        size_t count = options_take(words);
        if (!count)
            return complain(*words);
        words += count;
    }
    if (*words)
        set_rest(words);
    return 0;
}

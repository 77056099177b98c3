#include "programs/sh/options.h"

#include <string.h>

#include "programs/sh/pool.h"
#include "programs/sh/shell.h"
#include "programs/sh/variables.h"

static const char letters[] = "eux";

static bool *option_of(char letter)
{
    return letter == 'e' ? &shell.ends_at_failure : letter == 'u' ? &shell.ends_at_unset : &shell.tells;
}

bool options_take(const char *word)
{
    size_t count = strspn(word + 1, letters);

    if ((word[0] != '-' && word[0] != '+') || count == 0 || word[1 + count])
        return false;
    for (const char *letter = word + 1; *letter; letter++)
        *option_of(*letter) = word[0] == '-';
    return true;
}

char *options_text(void)
{
    struct text text = {0};

    for (const char *letter = letters; *letter; letter++)
        if (*option_of(*letter))
            text_add(&text, *letter);
    if (shell.is_interactive)
        text_add(&text, 'i');
    return text_end(&text);
}

/* They stay, and those before them may be arguments of a function that is being run: they are never given back. */
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

int run_set(char **words)
{
    if (!words[1])
        variables_print_all();
    for (words++; *words && (**words == '-' || **words == '+') && strcmp(*words, "--") != 0; words++)
        if (!options_take(*words)) {
            shell_complain("set: %s: no option", *words);
            return STATUS_USAGE;
        }
    if (*words)
        set_arguments(words + (strcmp(*words, "--") == 0));
    return 0;
}

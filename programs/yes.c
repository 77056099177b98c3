/* yes [WORD...]: writes the words (y) as a line, repeatedly, until nobody reads. */
#include <err.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    static char *usual[] = {"y", NULL};
    char **words = argc > 1 ? argv + 1 : usual;

    while (!ferror(stdout))
        for (char **word = words; *word; word++)
            printf("%s%c", *word, word[1] ? ' ' : '\n');
    err(1, "standard output");
}

/*
 * Lines that are typed, up to the end of file. Under tests/harness/screen_tests.py they come from the keyboard.
 * The next line's echo may come before the output for the first.
 *
 * typed: Hello, World!
 * typed: 2 < 3
 * keys: \x04
 * console: 1 (2( <( 3)?)?)? ?line 1: Hello, World!
 * console: 1 line 2: 2 < 3
 */
#include <stdio.h>

int main(void)
{
    char line[256];
    int count = 0;

    printf("type lines\n");
    while (fgets(line, sizeof(line), stdin))
        printf("line %d: %s", ++count, line);
    printf("1..1\nok 1 - %d lines were typed\n", count);
    return 0;
}

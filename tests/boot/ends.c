/* ends STATUS: exits with it; ends never: does not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "never") != 0)
        return atoi(argv[1]);
    printf("ends: never\n");
    for (;;)
        ;
}

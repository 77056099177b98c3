/* hello [WORD...]: says hello, and writes its arguments, one a line. */
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    printf("hello: process %d, %d argument%s\n", getpid(), argc - 1, argc == 2 ? "" : "s");
    for (int i = 1; i < argc; i++)
        printf("hello: %d: %s\n", i, argv[i]);
    return 0;
}

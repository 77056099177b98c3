/* ends STATUS exits with STATUS; ends by SIGNAL is ended by SIGNAL; ends never does not end; ends busy computes for
 * ever. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "by") == 0)
        return kill(getpid(), atoi(argv[2]));
    while (argc == 2 && strcmp(argv[1], "busy") == 0)
        __asm__ volatile("");
    if (argc == 2 && strcmp(argv[1], "never") != 0)
        return atoi(argv[1]);
    printf("ends: never\n");
    for (;;)
        sleep(1000); /* does not slow down the host's other tests */
}

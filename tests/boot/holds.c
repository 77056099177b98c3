/* holds: a line that does not end, and no end; in the background of a program that goes on. */
#include <unistd.h>

int main(void)
{
    if (fork() == 0) {
        write(1, "abc", 3);
        for (;;)
            __asm__ volatile("");
    }
    usleep(500000);
    write(1, "others go on\n", 13);
    for (;;)
        sleep(1000); /* the host has other tests to do */
}

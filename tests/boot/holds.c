/* holds writes a line that does not end, and does not end itself: a background process of a program that continues. */
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
        sleep(1000); /* does not slow down the host's other tests */
}

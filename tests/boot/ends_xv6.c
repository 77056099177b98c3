/* ends_xv6 STATUS exits with STATUS, as a program for xv6. */
#include "libuser/xv6/types.h"

#include "libuser/xv6/user.h"

int main(int argc, char **argv)
{
    exit(argc == 2 ? atoi(argv[1]) : 0);
}

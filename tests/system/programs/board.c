#include "tests/system/programs/board.h"

#include "libuser/mem/shm.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096 };

void *board_open(int id)
{
    char *page = NULL;

    if (shm_open(id, &page) != 0)
        exit(99);
    return memset(page, 0, PAGE);
}

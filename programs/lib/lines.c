#include "programs/lib/lines.h"

bool line_read(FILE *file, char **line, size_t *room)
{
    ssize_t length = getline(line, room, file);

    if (length > 0 && (*line)[length - 1] == '\n')
        (*line)[length - 1] = 0;
    return length > 0;
}

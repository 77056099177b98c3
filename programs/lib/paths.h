/* What several programs ask about paths. */
#pragma once

#include <stdbool.h>

bool path_is_directory(const char *path);

/* The slashes at the path's end are cut off. */
char *path_last_name(char *path);

/* Functions on paths that several programs use. */
#pragma once

#include <stdbool.h>

bool path_is_directory(const char *path);

/* The last name; cuts off slashes at the path's end. */
char *path_last_name(char *path);

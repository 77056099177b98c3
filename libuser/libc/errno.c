#include <errno.h>

__attribute__((weak)) int errno;

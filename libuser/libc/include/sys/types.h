#pragma once

#include <stddef.h>
#include <stdint.h>

typedef int pid_t;
typedef intptr_t ssize_t;
typedef int off_t;

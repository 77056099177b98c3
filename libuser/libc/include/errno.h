#pragma once

#include "libuser/libc/errno.h"

extern int errno;

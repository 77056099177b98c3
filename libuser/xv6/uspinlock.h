#pragma once

#include "libuser/mem/uspinlock.h"

/* The points of each family of standard headers; the last has no function. */
#pragma once

#include "tests/system/tap.h"

extern const struct tap_point header_stdio[];
extern const struct tap_point header_stdlib[];
extern const struct tap_point header_string[];
extern const struct tap_point header_math[];
extern const struct tap_point header_time[];
extern const struct tap_point header_signal[];
extern const struct tap_point header_alarm[];
extern const struct tap_point header_protect[];
extern const struct tap_point header_unistd[];
extern const struct tap_point header_sys_wait[];
extern const struct tap_point header_system[];
extern const struct tap_point header_text[];

/* Points for each standard header, in a file named after it. The last entry of a file has no function. */
#pragma once

#include "tests/system/programs/tap.h"

/* clang-format off */
#define HEADERS(X) \
    X(alloca) X(arpa_inet) X(assert) X(byteswap) X(complex) X(ctype) X(dirent) X(endian) X(err) X(errno) X(fcntl) \
    X(fenv) X(float) X(fnmatch) X(ftw) X(getopt) X(glob) X(grp) X(iconv) X(inttypes) X(langinfo) X(libgen) \
    X(libintl) X(limits) X(locale) X(malloc) X(math) X(monetary) X(nl_types) X(poll) X(pthread) X(pwd) X(regex) \
    X(sched) X(search) X(semaphore) X(setjmp) X(signal) X(spawn) X(stdarg) X(stddef) X(stdint) X(stdio) \
    X(stdio_ext) X(stdlib) X(stdnoreturn) X(string) X(strings) X(sys_auxv) X(sys_file) X(sys_ioctl) X(sys_mman) \
    X(sys_random) X(sys_resource) X(sys_select) X(sys_stat) X(sys_statvfs) X(sys_time) X(sys_times) X(sys_uio) \
    X(sys_utsname) X(sys_wait) X(termios) X(tgmath) X(threads) X(time) X(uchar) X(unistd) X(unserved) X(utime) \
    X(wchar) X(wctype)
/* clang-format on */

#define HEADER_DECLARED(name) extern const struct tap_point header_##name[];
HEADERS(HEADER_DECLARED)
#undef HEADER_DECLARED

/* A small boot archive: the servers, the program "prog", the test "t_process", the kernel test "t_test". */
#pragma once

/* The archive has as many pages as init_machine.h says. `damage` is what is damaged, as there, or 0. */
void archive_make(char *archive, char damage);

/* A small boot archive: the servers, the program "prog", the test "t_process", the kernel test "t_test". */
#pragma once

/* In so many pages as init_machine.h says; with what is damaged there, as it says, or 0. */
void archive_make(char *archive, char damage);

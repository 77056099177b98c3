/* The descriptors are 0, 1 and 2; all three are the console. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define STDIN_FILENO  0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

ssize_t read(int fd, void *to, size_t bytes);
ssize_t write(int fd, const void *from, size_t bytes);
int isatty(int fd);

pid_t fork(void);
pid_t getpid(void);
_Noreturn void _exit(int status);

/* Programs come from the boot archive and are named without directories: both are the same. The
 * program finds `path` as its argument 0, whatever arguments[0] is. */
int execv(const char *path, char *const arguments[]);
int execvp(const char *path, char *const arguments[]);

/* To the next tick of 10 ms. sleep returns the seconds it did not sleep. */
unsigned sleep(unsigned seconds);
int usleep(unsigned microseconds);

void *sbrk(intptr_t increment);

/*
 * The calls and functions of xv6 programs.
 *
 * If musl uses the same name for something else, or for something that needs more of musl, an assembler label keeps
 * them apart. main is renamed for the start-up code. Its result is ignored, it may fall off its end, and exit() may be
 * called without a status: the status is then 0.
 */
#pragma once

#include "libuser/mem/shm.h"
#include "types.h"

struct stat;
struct rtcdate;

#define main xv6_main

/* Calls: -1 for failure. Time is in ticks of 10 ms. */
int fork(void) __asm__("xv6_fork");
_Noreturn void exit(void) __asm__("xv6_exit");
int wait(void) __asm__("xv6_wait");
int kill(int pid) __asm__("xv6_kill");
int exec(char *path, char **arguments);
int getpid(void) __asm__("xv6_getpid");
char *sbrk(int bytes) __asm__("tally_sbrk");
int sleep(int ticks) __asm__("xv6_sleep");
int uptime(void);

/* Files. Of each name in a path the first 14 bytes count. */
int open(const char *path, int flags) __asm__("xv6_open");
int close(int fd) __asm__("xv6_close");
int read(int fd, void *to, int bytes) __asm__("xv6_read");
int write(int fd, const void *from, int bytes) __asm__("xv6_write");
int pipe(int *ends) __asm__("xv6_pipe");
int dup(int fd) __asm__("xv6_dup");
int fstat(int fd, struct stat *to) __asm__("xv6_fstat");
int stat(const char *path, struct stat *to) __asm__("xv6_stat");
int link(const char *old, const char *new) __asm__("xv6_link");
int unlink(const char *path) __asm__("xv6_unlink");
int mkdir(const char *path) __asm__("xv6_mkdir");
int mknod(const char *path, short major, short minor) __asm__("xv6_mknod");
int chdir(const char *path) __asm__("xv6_chdir");

/* In later versions exit has a status, which wait stores at an address: all of it, -1 for a killed child. */
_Noreturn __attribute__((overloadable)) void exit(int status) __asm__("exit");
__attribute__((overloadable)) int wait(int *status) __asm__("xv6_wait_status");
int waitpid(int pid, int *status, int options) __asm__("xv6_waitpid");

/* Functions. printf knows %d %x %p (upper-case), %s, %c and %%. */
void printf(int fd, const char *format, ...) __asm__("xv6_printf");
char *gets(char *to, int size) __asm__("xv6_gets");
char *strcpy(char *to, const char *from);
void *memmove(void *to, const void *from, int bytes);
char *strchr(const char *in, char c);
int strcmp(const char *a, const char *b);
uint strlen(const char *text);
void *memset(void *to, int c, uint bytes);
void *malloc(uint bytes);
void free(void *memory);
int atoi(const char *text);

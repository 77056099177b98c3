/*
 * The calls and functions of xv6 programs.
 *
 * Where the standard library has the same name for something else, an assembler label keeps them
 * apart. main is renamed, so that the start-up code finds it: its result does not matter, it may
 * fall off its end, and exit() takes no status: the status is 0.
 */
#pragma once

#include "libuser/mem/shm.h"
#include "types.h"

struct stat;
struct rtcdate;

#define main xv6_main

/* Calls: -1 for failure. Time is in ticks of 10 ms. */
int fork(void);
_Noreturn void exit(void) __asm__("xv6_exit");
int wait(void) __asm__("xv6_wait");
int read(int fd, void *to, int bytes);
int write(int fd, const void *from, int bytes);
int kill(int pid) __asm__("xv6_kill");
int exec(char *path, char **arguments);
int getpid(void);
char *sbrk(int bytes);
int sleep(int ticks) __asm__("xv6_sleep");
int uptime(void);

/* Later versions give exit a status and wait a place for it: all of it, -1 for a killed child. */
_Noreturn __attribute__((overloadable)) void exit(int status) __asm__("exit");
__attribute__((overloadable)) int wait(int *status) __asm__("xv6_wait_status");
int waitpid(int pid, int *status, int options) __asm__("xv6_waitpid");

/* Functions. printf knows %d %x %p (upper-case), %s, %c and %%; fd is 0, 1 or 2. */
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

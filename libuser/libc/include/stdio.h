/* Input and output on the console. Output is kept until its line ends, a read or exit; stderr is
 * sent at the end of each call. Formatting is that of stb_sprintf. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

typedef struct __file FILE;

extern FILE __stdin, __stdout, __stderr;
#define stdin  (&__stdin)
#define stdout (&__stdout)
#define stderr (&__stderr)

#define EOF    (-1)
#define BUFSIZ 256

#define __FORMAT(text, first) __attribute__((__format__(__printf__, text, first)))

int printf(const char *format, ...) __FORMAT(1, 2);
int fprintf(FILE *file, const char *format, ...) __FORMAT(2, 3);
int dprintf(int fd, const char *format, ...) __FORMAT(2, 3);
int sprintf(char *to, const char *format, ...) __FORMAT(2, 3);
int snprintf(char *to, size_t size, const char *format, ...) __FORMAT(3, 4);
int vprintf(const char *format, va_list arguments) __FORMAT(1, 0);
int vfprintf(FILE *file, const char *format, va_list arguments) __FORMAT(2, 0);
int vdprintf(int fd, const char *format, va_list arguments) __FORMAT(2, 0);
int vsprintf(char *to, const char *format, va_list arguments) __FORMAT(2, 0);
int vsnprintf(char *to, size_t size, const char *format, va_list arguments) __FORMAT(3, 0);

int puts(const char *text);
int fputs(const char *text, FILE *file);
int putchar(int c);
int putc(int c, FILE *file);
int fputc(int c, FILE *file);
size_t fwrite(const void *from, size_t size, size_t count, FILE *file);
int fflush(FILE *file);
void perror(const char *what);

int getchar(void);
int getc(FILE *file);
int fgetc(FILE *file);
int ungetc(int c, FILE *file);
char *fgets(char *to, int size, FILE *file);
size_t fread(void *to, size_t size, size_t count, FILE *file);

int feof(FILE *file);
int ferror(FILE *file);
void clearerr(FILE *file);
int fileno(FILE *file);

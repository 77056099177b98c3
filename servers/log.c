#include "servers/log.h"

#include "libuser/sys/calls.h"

#include <stdarg.h>
#include <stdio.h>

void log_line(struct message_page *page, uint32_t slot, const char *format, ...)
{
    const int max = sizeof(page->words) - 1;
    char *text = (char *)page->words;
    va_list arguments;

    va_start(arguments, format);
    int bytes = vsnprintf(text, sizeof(page->words), format, arguments);
    va_end(arguments);
    if (bytes > max)
        bytes = max;
    text[bytes] = '\n';
    err_t nobody_to_tell = sys_log_write(slot, (uint32_t)bytes + 1);
    (void)nobody_to_tell;
}

#include "kernel/lib/log.h"

#include "kernel/arch/arch.h"

void log_text(const char *text)
{
    uint32_t bytes = 0;

    while (text[bytes])
        bytes++;
    arch_log(text, bytes);
}

static void log_number(uint32_t value, uint32_t base)
{
    char digits[10];
    unsigned at = sizeof digits;

    do
        digits[--at] = "0123456789abcdef"[value % base];
    while ((value /= base));
    arch_log(digits + at, sizeof digits - at);
}

void log_hex(uint32_t value)
{
    log_text("0x");
    log_number(value, 16);
}

void log_decimal(uint32_t value)
{
    log_number(value, 10);
}

/*
 * xv6's printf, and the line that console output is kept in: what is sent, and when.
 *   sources: libuser/xv6/format.c libuser/libc/console_line.c
 */
#include "libuser/libc/internal.h"
#include "libuser/xv6/format.h"
#include "tests/host/check.h"

#include <limits.h>
#include <string.h>

static char sent[4096];
static size_t sent_bytes, messages;
static int takes_most = CONSOLE_LINE; /* the server: bytes of a message, or an error */

int __console_send(const char *text, size_t bytes)
{
    if (takes_most <= 0)
        return takes_most;
    size_t taken = bytes < (size_t)takes_most ? bytes : (size_t)takes_most;
    CHECK(bytes > 0 && bytes <= CONSOLE_LINE && sent_bytes + taken < sizeof sent);
    memcpy(sent + sent_bytes, text, taken);
    sent_bytes += taken;
    messages++;
    return (int)taken;
}

static void put(const char *text, size_t bytes)
{
    __console_put(text, bytes);
}

static void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    __xv6_format(put, format, arguments);
    va_end(arguments);
}

/* What was sent since the last time, in that many messages. */
static void expect(const char *text, size_t count)
{
    CHECK(sent_bytes == strlen(text) && memcmp(sent, text, sent_bytes) == 0 && messages == count);
    sent_bytes = messages = 0;
}

static void formats(void)
{
    print("%d %d %d\n", 0, -1, INT_MIN);
    expect("0 -1 -2147483648\n", 1);
    print("%x %p %x\n", 0xabcdu, 0x10u, UINT_MAX);
    expect("ABCD 10 FFFFFFFF\n", 1);
    print("[%s][%s][%c][%%]\n", "text", (char *)NULL, 'c');
    expect("[text][(null)][c][%]\n", 1);
    print("%u %5d%\n", 1);
    expect("%u %5d%\n", 1);
    print("all\n%"); /* nothing behind the sign */
    expect("all\n", 1);
    print("\n");
    expect("\n", 1);
}

static void lines(void)
{
    char text[2 * CONSOLE_LINE + 1];

    print("Counter in %s", "parent");
    print(" is %d", 10000);
    expect("", 0);
    print("\nnext\nlast");
    expect("Counter in parent is 10000\nnext\n", 2);
    CHECK(__console_flush() == 0 && __console_flush() == 0);
    expect("last", 1);

    memset(text, 'a', sizeof text);
    text[CONSOLE_LINE - 1] = '\n';
    text[CONSOLE_LINE] = 0;
    print("%s", text);
    expect(text, 1);
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = 0;
    print("%s\n", text);
    CHECK(messages == 3 && sent_bytes == sizeof text);
    sent_bytes = messages = 0;
}

static void hesitant_server(void)
{
    takes_most = 3;
    print("12345678\n");
    expect("12345678\n", 3);
    takes_most = -EPIPE;
    errno = 0;
    CHECK(__console_put("lost\n", 5) == -1 && errno == EPIPE);
    takes_most = 0;
    CHECK(__console_put("lost\n", 5) == -1 && errno == EIO);
    takes_most = CONSOLE_LINE;
    print("back\n");
    expect("back\n", 1);
}

int main(void)
{
    formats();
    lines();
    hesitant_server();
    return 0;
}

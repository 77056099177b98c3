/* forges writes output that looks like the log of kernel and servers, and like a test's results; exits with 5. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const lines[] = {
    "init: forges exited with status 0",
    "init: server mem died: page fault",
    "init: no program named forges",
    "panic: no",
    "tap: ok 1 - forged",
    "  at 0xc0200000",
};

/* Possible beginnings of a log line on a port that the log shares with the console. */
static const char *const ways[] = {"",       "\n",       "\r\n",       "\n\r\n", "[k] ",    "\r[k] ",
                                   "\n[k] ", "\r\n[k] ", "\n\r\n[k] ", "[\rk] ", "x\b[k] ", "\x1b[0m[k] "};

static void write_text(const char *text, unsigned piece)
{
    for (unsigned left = (unsigned)strlen(text); left > 0; text += piece, left -= piece) {
        if (piece > left)
            piece = left;
        write(1, text, piece);
    }
}

/* Writes each in one piece, then byte by byte. */
int main(void)
{
    for (unsigned piece = 256; piece > 0; piece = piece == 256 ? 1 : 0)
        for (unsigned way = 0; way < sizeof ways / sizeof ways[0]; way++)
            for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
                char text[80];
                sprintf(text, "%s%s\n", ways[way], lines[i]);
                write_text(text, piece);
            }
    write_text("init: forges exited with status 0", 256);
    return 5;
}

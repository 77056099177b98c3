#include "programs/sh/edit.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "programs/sh/history.h"
#include "programs/sh/pool.h"
#include "programs/sh/shell.h"
#include "programs/sh/traps.h"

enum { LINE_BYTES = 4096, COLUMNS = 80 };

enum key {
    KEY_END_OF_INPUT = -1,
    KEY_NONE = 0,
    KEY_BACKSPACE = 8,
    KEY_ESCAPE = 27,
    KEY_ERASE = 127,
    KEY_UP = 256, /* these keys send several bytes */
    KEY_DOWN,
    KEY_RIGHT,
    KEY_LEFT,
    KEY_HOME,
    KEY_DELETE,
    KEY_END,
};
#define CTRL(letter) ((letter)&31)

enum state { EDITS, HAS_LINE, IS_ABANDONED, HAS_ENDED };

struct editor {
    const char *prompt;
    size_t room;                  /* columns after it */
    size_t length, cursor, first; /* first: the first byte that is shown after the prompt */
    struct termios lines;         /* the terminal's mode in which it gives lines */
    unsigned back;                /* how many lines back in the history; 0: the new line */
    char *kept;                   /* the new line, while an older one is shown */
    enum state state;
    char text[LINE_BYTES]; /* without a final zero byte */
};

/* ----------------------------------------------------------------------------------------- screen */

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The columns of bytes from `first` to `end`: one for each character. */
static size_t columns_of(const char *text, size_t first, size_t end)
{
    size_t columns = 0;

    for (size_t i = first; i < end; i++)
        columns += !is_continuation(text[i]);
    return columns;
}

/* Scrolls a line that is too long so that the cursor is visible. */
static void scroll(struct editor *e)
{
    if (e->cursor < e->first)
        e->first = e->cursor;
    while (columns_of(e->text, e->first, e->cursor) >= e->room)
        e->first++;
    while (e->first < e->length && is_continuation(e->text[e->first]))
        e->first++;
}

/* Prints the line in one write, which appears with the next read. */
static void show(struct editor *e)
{
    struct pool_mark mark = pool_mark();
    struct text out = {0};
    size_t end;
    char move[24];

    scroll(e);
    text_add(&out, '\r');
    text_append(&out, e->prompt);
    for (end = e->first; end < e->length && columns_of(e->text, e->first, end + 1) <= e->room; end++)
        text_add(&out, iscntrl((unsigned char)e->text[end]) ? '?' : e->text[end]);
    text_append(&out, "\033[K");
    size_t back = columns_of(e->text, e->cursor, end);
    snprintf(move, sizeof move, "\033[%uD", (unsigned)back);
    text_append(&out, back ? move : "");
    write(STDOUT_FILENO, out.at, out.used);
    pool_release(mark);
}

static void say(const char *text)
{
    write(STDOUT_FILENO, text, strlen(text));
}

/* ---------------------------------------------------------------------------------------- editing */

static size_t before(const struct editor *e, size_t position)
{
    do
        position--;
    while (position > 0 && is_continuation(e->text[position]));
    return position;
}

static size_t behind(const struct editor *e, size_t position)
{
    do
        position++;
    while (position < e->length && is_continuation(e->text[position]));
    return position;
}

static void erase(struct editor *e, size_t from, size_t to)
{
    memmove(e->text + from, e->text + to, e->length - to);
    e->length -= to - from;
    e->cursor = from;
}

/* At the line's end, in most cases, only the new character must be printed. */
static bool can_be_added(const struct editor *e, char c)
{
    return e->cursor == e->length && !iscntrl((unsigned char)c) &&
           columns_of(e->text, e->first, e->length) + 1 < e->room;
}

static void insert(struct editor *e, char c)
{
    bool only_it = can_be_added(e, c);

    if (e->length == LINE_BYTES)
        return;
    memmove(e->text + e->cursor + 1, e->text + e->cursor, e->length - e->cursor);
    e->text[e->cursor++] = c;
    e->length++;
    if (only_it)
        write(STDOUT_FILENO, &c, 1);
    else
        show(e);
}

static size_t word_before(const struct editor *e)
{
    size_t position = e->cursor;

    while (position > 0 && isspace((unsigned char)e->text[position - 1]))
        position--;
    while (position > 0 && !isspace((unsigned char)e->text[position - 1]))
        position--;
    return position;
}

static void set(struct editor *e, const char *text)
{
    e->length = strlen(text);
    if (e->length > LINE_BYTES)
        e->length = LINE_BYTES;
    memcpy(e->text, text, e->length);
    e->cursor = e->length;
}

/* After the newest line the line that was begun comes back. */
static void go_in_history(struct editor *e, unsigned back)
{
    if (back > 0 && !history_line(back))
        return;
    if (e->back == 0)
        e->kept = pool_text(e->text, e->length);
    e->back = back;
    set(e, back ? history_line(back) : e->kept);
}

static void go(struct editor *e, int key)
{
    if ((key == KEY_LEFT || key == CTRL('B')) && e->cursor > 0)
        e->cursor = before(e, e->cursor);
    else if ((key == KEY_RIGHT || key == CTRL('F')) && e->cursor < e->length)
        e->cursor = behind(e, e->cursor);
    else if (key == KEY_HOME || key == CTRL('A'))
        e->cursor = 0;
    else if (key == KEY_END || key == CTRL('E'))
        e->cursor = e->length;
    else if (key == KEY_UP || key == CTRL('P'))
        go_in_history(e, e->back + 1);
    else if ((key == KEY_DOWN || key == CTRL('N')) && e->back > 0)
        go_in_history(e, e->back - 1);
    show(e);
}

static void delete (struct editor *e, int key)
{
    if (key == CTRL('D') && e->length == 0)
        e->state = HAS_ENDED;
    else if ((key == KEY_BACKSPACE || key == KEY_ERASE) && e->cursor > 0)
        erase(e, before(e, e->cursor), e->cursor);
    else if ((key == KEY_DELETE || key == CTRL('D')) && e->cursor < e->length)
        erase(e, e->cursor, behind(e, e->cursor));
    else if (key == CTRL('K'))
        e->length = e->cursor;
    else if (key == CTRL('U'))
        erase(e, 0, e->cursor);
    else if (key == CTRL('W'))
        erase(e, word_before(e), e->cursor);
    show(e);
}

static void clear(struct editor *e)
{
    say("\033[H\033[2J");
    show(e);
}

static void take(struct editor *e, int key)
{
    if (key == '\n' || key == '\r')
        e->state = HAS_LINE;
    else if (key == KEY_END_OF_INPUT)
        e->state = HAS_ENDED;
    else if (key == CTRL('C'))
        e->state = IS_ABANDONED;
    else if (key == CTRL('L'))
        clear(e);
    else if ((key >= ' ' && key < KEY_ERASE) || (key > KEY_ERASE && key < KEY_UP) || key == '\t')
        insert(e, (char)key);
    else if (key == CTRL('D') || key == CTRL('K') || key == CTRL('U') || key == CTRL('W') || key == KEY_BACKSPACE ||
             key == KEY_ERASE || key == KEY_DELETE)
        delete (e, key);
    else
        go(e, key);
}

/* ------------------------------------------------------------------------------------------- keys */

static bool set_keys(const struct termios *lines)
{
    struct termios keys = *lines;

    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
    return tcsetattr(STDIN_FILENO, TCSANOW, &keys) == 0;
}

/* Runs actions of signals that came meanwhile; they print where the line was, and the line is shown again after
 * that. */
static void run_traps(struct editor *e)
{
    if (e) {
        say("\r\033[K");
        tcsetattr(STDIN_FILENO, TCSANOW, &e->lines);
    }
    traps_run();
    shell.is_stopped = false;
    if (!e)
        return;
    set_keys(&e->lines);
    show(e);
}

/* Reads one byte, as following bytes may be for a command. `e` is null if the terminal gives lines. */
static int read_byte(struct editor *e)
{
    unsigned char c;
    ssize_t bytes;

    do {
        while (!traps_wait_for_input(STDIN_FILENO))
            run_traps(e);
        bytes = read(STDIN_FILENO, &c, 1);
    } while (bytes < 0 && errno == EINTR);
    return bytes == 1 ? c : KEY_END_OF_INPUT;
}

/* The key of ESC [ number ~ */
static int key_of_number(int number)
{
    return number == 1 || number == 7   ? KEY_HOME
           : number == 3                ? KEY_DELETE
           : number == 4 || number == 8 ? KEY_END
                                        : KEY_NONE;
}

/* Reads what follows ESC [ or ESC O. */
static int read_sequence(struct editor *e)
{
    int number = 0, c = read_byte(e);

    for (; isdigit(c) || c == ';'; c = read_byte(e))
        if (isdigit(c))
            number = (number * 10 + c - '0') % 100;
    switch (c) {
    case 'A':
        return KEY_UP;
    case 'B':
        return KEY_DOWN;
    case 'C':
        return KEY_RIGHT;
    case 'D':
        return KEY_LEFT;
    case 'H':
        return KEY_HOME;
    case 'F':
        return KEY_END;
    case '~':
        return key_of_number(number);
    default:
        return c == KEY_END_OF_INPUT ? c : KEY_NONE;
    }
}

static int read_key(struct editor *e)
{
    int c = read_byte(e);

    if (c != KEY_ESCAPE)
        return c;
    c = read_byte(e);
    return c == '[' || c == 'O' ? read_sequence(e) : c == KEY_END_OF_INPUT ? c : KEY_NONE;
}

/* ------------------------------------------------------------------------------------------- line */

/* Leaves the last column free, as after it a terminal may begin another row. */
static size_t room_behind(const char *prompt)
{
    struct winsize size;
    size_t columns = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : COLUMNS;
    size_t used = columns_of(prompt, 0, strlen(prompt));

    return columns > used + 1 ? columns - used - 1 : 1;
}

static void edit(struct editor *e)
{
    struct pool_mark mark = pool_mark();

    say(e->prompt);
    while (e->state == EDITS)
        take(e, read_key(e));
    if (e->cursor != e->length) {
        e->cursor = e->length;
        show(e);
    }
    say(e->state == IS_ABANDONED ? "^C\n" : e->state == HAS_LINE ? "\n" : "");
    pool_release(mark);
}

/* False if the terminal cannot give keys: then it edits lines itself. */
static bool take_keys(struct editor *e)
{
    return tcgetattr(STDIN_FILENO, &e->lines) == 0 && set_keys(&e->lines);
}

static char *read_plain(const char *prompt)
{
    char *line = NULL;
    size_t used = 0, room = 0;
    int c;

    say(prompt);
    do {
        c = read_byte(NULL);
        if (used + 2 > room)
            line = must_allocate(line, room = room ? 2 * room : 128);
        if (c != KEY_END_OF_INPUT)
            line[used++] = (char)c;
    } while (c != KEY_END_OF_INPUT && c != '\n');
    line[used] = 0;
    if (used)
        return line;
    free(line);
    return NULL;
}

char *edit_line(const char *prompt, bool *is_abandoned)
{
    static struct editor editor;

    if (!take_keys(&editor))
        return read_plain(prompt);
    editor.prompt = prompt;
    editor.room = room_behind(prompt);
    editor.length = editor.cursor = editor.first = editor.back = 0;
    editor.kept = NULL;
    editor.state = EDITS;
    edit(&editor);
    tcsetattr(STDIN_FILENO, TCSANOW, &editor.lines);
    *is_abandoned = editor.state == IS_ABANDONED;
    if (editor.state != HAS_LINE)
        return NULL;
    char *line = must_allocate(NULL, editor.length + 2);
    memcpy(line, editor.text, editor.length);
    strcpy(line + editor.length, "\n");
    history_add(line);
    return line;
}

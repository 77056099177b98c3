#include "servers/console/editor.h"

enum { KEY_BELL = 7, KEY_BACKSPACE = 8, KEY_CTRL_U = 21, KEY_DELETE = 127 };

void editor_init(struct editor *editor, struct screen *echo)
{
    *editor = (struct editor){.echo = echo};
}

static void echo(struct editor *editor, const char *text, uint32_t bytes)
{
    if (ring_room(&editor->echo->ring) < SCREEN_ROOM(bytes))
        return;
    screen_put(editor->echo, text, bytes);
    screen_show(editor->echo);
}

static void take_back(struct editor *editor)
{
    editor->used--;
    echo(editor, "\b \b", 3);
}

/* The line with its end; refused if it does not fit. */
static void end_line(struct editor *editor, char end)
{
    if (ring_room(&editor->ended) <= editor->used) {
        echo(editor, (char[]){KEY_BELL}, 1);
        return;
    }
    for (uint32_t i = 0; i < editor->used; i++)
        ring_put(&editor->ended, editor->line[i]);
    ring_put(&editor->ended, end);
    editor->units++;
    editor->used = 0;
    if (end == '\n')
        echo(editor, &end, 1);
}

static void type(struct editor *editor, char key)
{
    if (editor->used == EDITOR_LINE_MAX) {
        echo(editor, (char[]){KEY_BELL}, 1);
        return;
    }
    editor->line[editor->used++] = key;
    echo(editor, &key, 1);
}

static void edit(struct editor *editor, char key)
{
    switch (key) {
    case KEY_BACKSPACE:
    case KEY_DELETE:
        if (editor->used > 0)
            take_back(editor);
        break;
    case KEY_CTRL_U:
        while (editor->used > 0)
            take_back(editor);
        break;
    case END_OF_FILE:
        end_line(editor, END_OF_FILE);
        break;
    default:
        if (key == '\t' || (unsigned char)key >= ' ')
            type(editor, key);
    }
}

void editor_key(struct editor *editor, char key)
{
    bool second = key == '\n' && editor->after_cr;

    editor->after_cr = key == '\r';
    if (second)
        return;
    if (key == '\r' || key == '\n')
        end_line(editor, '\n');
    else
        edit(editor, key);
}

static bool is_next_end_of_file(const struct editor *editor)
{
    const struct ring *ring = &editor->ended;

    return ring->bytes[ring->tail % RING_BYTES] == END_OF_FILE;
}

/* An end of file behind bytes of its own line only ends these: it goes with the last of them. */
int32_t editor_take(struct editor *editor, char *to, uint32_t max)
{
    uint32_t count = 0;
    bool newline = false;

    if (editor->units == 0)
        return -1;
    while (count < max && !newline && !is_next_end_of_file(editor)) {
        to[count] = ring_get(&editor->ended);
        newline = to[count++] == '\n';
    }
    if (!newline && max > 0 && is_next_end_of_file(editor)) {
        ring_get(&editor->ended);
        newline = true;
    }
    if (newline)
        editor->units--;
    return (int32_t)count;
}

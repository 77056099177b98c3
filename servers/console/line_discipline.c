#include "servers/console/line_discipline.h"

enum { KEY_BELL = 7, KEY_BACKSPACE = 8, KEY_CTRL_U = 21, KEY_DELETE = 127 };

void discipline_init(struct line_discipline *discipline, struct output *echo)
{
    *discipline = (struct line_discipline){.echo = echo};
}

static void echo(struct line_discipline *discipline, const char *text, uint32_t bytes)
{
    if (ring_room(&discipline->echo->ring) < OUTPUT_ROOM(bytes))
        return;
    output_put(discipline->echo, text, bytes);
    output_show(discipline->echo);
}

static void take_back(struct line_discipline *discipline)
{
    discipline->used--;
    echo(discipline, "\b \b", 3);
}

/* The line with its end; refused if it does not fit. */
static void end_line(struct line_discipline *discipline, char end)
{
    if (ring_room(&discipline->ended) <= discipline->used) {
        echo(discipline, (char[]){KEY_BELL}, 1);
        return;
    }
    for (uint32_t i = 0; i < discipline->used; i++)
        ring_put(&discipline->ended, discipline->line[i]);
    ring_put(&discipline->ended, end);
    discipline->units++;
    discipline->used = 0;
    if (end == '\n')
        echo(discipline, &end, 1);
}

static void type(struct line_discipline *discipline, char key)
{
    if (discipline->used == TYPED_LINE_MAX) {
        echo(discipline, (char[]){KEY_BELL}, 1);
        return;
    }
    discipline->line[discipline->used++] = key;
    echo(discipline, &key, 1);
}

static void edit(struct line_discipline *discipline, char key)
{
    switch (key) {
    case KEY_BACKSPACE:
    case KEY_DELETE:
        if (discipline->used > 0)
            take_back(discipline);
        break;
    case KEY_CTRL_U:
        while (discipline->used > 0)
            take_back(discipline);
        break;
    case END_OF_FILE:
        end_line(discipline, END_OF_FILE);
        break;
    default:
        if (key == '\t' || (unsigned char)key >= ' ')
            type(discipline, key);
    }
}

void discipline_key(struct line_discipline *discipline, char key)
{
    bool second = key == '\n' && discipline->after_cr;

    discipline->after_cr = key == '\r';
    if (second)
        return;
    if (key == '\r' || key == '\n')
        end_line(discipline, '\n');
    else
        edit(discipline, key);
}

static bool is_next_end_of_file(const struct line_discipline *discipline)
{
    const struct ring *ring = &discipline->ended;

    return ring->bytes[ring->tail % RING_BYTES] == END_OF_FILE;
}

/* An end of file behind bytes of its own line only ends these: it goes with the last of them. */
int32_t discipline_take(struct line_discipline *discipline, char *to, uint32_t max)
{
    uint32_t count = 0;
    bool newline = false;

    if (discipline->units == 0)
        return -1;
    while (count < max && !newline && !is_next_end_of_file(discipline)) {
        to[count] = ring_get(&discipline->ended);
        newline = to[count++] == '\n';
    }
    if (!newline && max > 0 && is_next_end_of_file(discipline)) {
        ring_get(&discipline->ended);
        newline = true;
    }
    if (newline)
        discipline->units--;
    return (int32_t)count;
}

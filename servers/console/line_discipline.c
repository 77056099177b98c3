#include "servers/console/line_discipline.h"

enum {
    KEY_CTRL_C = 3,
    KEY_BELL = 7,
    KEY_BACKSPACE = 8,
    KEY_CTRL_Q = 17,
    KEY_CTRL_R = 18,
    KEY_CTRL_S = 19,
    KEY_CTRL_U = 21,
    KEY_CTRL_V = 22,
    KEY_CTRL_W = 23,
    KEY_CTRL_Z = 26,
    KEY_CTRL_BACKSLASH = 28,
    KEY_DELETE = 127
};

void discipline_init(struct line_discipline *discipline, struct output *echo)
{
    *discipline = (struct line_discipline){.echo = echo};
}

static char *byte_at(struct line_discipline *discipline, uint32_t place)
{
    return &discipline->bytes[place % TYPED_BYTES];
}

static uint32_t room(const struct line_discipline *discipline)
{
    return TYPED_BYTES - (discipline->edit - discipline->position.read);
}

/* --------------------------------------------------------------------------------------- screen */

static bool is_control(char c)
{
    return (unsigned char)c < ' ';
}

/* The second and later bytes of a character in UTF-8. */
static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static void echo(struct line_discipline *discipline, const char *text, uint32_t bytes)
{
    if (ring_room(&discipline->echo->ring) < OUTPUT_ROOM(bytes))
        return;
    output_put(discipline->echo, text, bytes);
    output_show(discipline->echo);
}

static void ring_bell(struct line_discipline *discipline)
{
    echo(discipline, (char[]){KEY_BELL}, 1);
}

static void show(struct line_discipline *discipline, char c)
{
    if (is_control(c) && c != '\t')
        echo(discipline, (char[]){'^', (char)(c + '@')}, 2);
    else
        echo(discipline, &c, 1);
}

/* The column behind the edited line's bytes up to `end`. */
static uint32_t column_at(struct line_discipline *discipline, uint32_t end)
{
    uint32_t column = discipline->column;

    for (uint32_t i = discipline->ended; i != end; i++) {
        char c = *byte_at(discipline, i);
        if (c == '\t')
            column = (column | 7) + 1;
        else if (is_control(c))
            column += 2;
        else
            column += !is_continuation(c);
    }
    return column;
}

/* -------------------------------------------------------------------------------------- editing */

/* Takes the edited line's bytes from `start` on out of it and off the screen. */
static void erase_from(struct line_discipline *discipline, uint32_t start)
{
    uint32_t cells = column_at(discipline, discipline->edit) - column_at(discipline, start);

    discipline->edit = start;
    for (; cells > 0; cells--)
        echo(discipline, "\b \b", 3);
}

/* Where the character before `place` begins; the line is not empty before it. */
static uint32_t character_before(struct line_discipline *discipline, uint32_t place)
{
    do
        place--;
    while (place != discipline->ended && is_continuation(*byte_at(discipline, place)));
    return place;
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static uint32_t word_before(struct line_discipline *discipline, uint32_t place)
{
    bool seen = false;

    while (place != discipline->ended) {
        uint32_t before = character_before(discipline, place);
        bool word = is_word(*byte_at(discipline, before));
        if (seen && !word)
            break;
        seen = seen || word;
        place = before;
    }
    return place;
}

static void show_again(struct line_discipline *discipline)
{
    echo(discipline, "^R\n", 3);
    discipline->column = 0;
    for (uint32_t i = discipline->ended; i != discipline->edit; i++)
        show(discipline, *byte_at(discipline, i));
}

static void type(struct line_discipline *discipline, char key)
{
    if (room(discipline) < 2) {
        ring_bell(discipline);
        return;
    }
    if (discipline->edit == discipline->ended)
        discipline->column = output_column(discipline->echo);
    *byte_at(discipline, discipline->edit++) = key;
    show(discipline, key);
}

static void end_line(struct line_discipline *discipline, char end)
{
    if (room(discipline) < 1) {
        ring_bell(discipline);
        return;
    }
    *byte_at(discipline, discipline->edit++) = end;
    discipline->ended = discipline->edit;
    discipline->position.units++;
    if (end == '\n')
        echo(discipline, &end, 1);
}

static void interrupt(struct line_discipline *discipline)
{
    discipline->position = (struct discipline_position){.read = discipline->edit};
    discipline->ended = discipline->edit;
    discipline->interrupts = true;
    echo(discipline, "^C\n", 3);
}

static void edit(struct line_discipline *discipline, char key)
{
    switch (key) {
    case KEY_CTRL_C:
        interrupt(discipline);
        break;
    case KEY_BACKSPACE:
    case KEY_DELETE:
        if (discipline->edit != discipline->ended)
            erase_from(discipline, character_before(discipline, discipline->edit));
        break;
    case KEY_CTRL_W:
        erase_from(discipline, word_before(discipline, discipline->edit));
        break;
    case KEY_CTRL_U:
        erase_from(discipline, discipline->ended);
        break;
    case KEY_CTRL_R:
        show_again(discipline);
        break;
    case END_OF_FILE:
        end_line(discipline, END_OF_FILE);
        break;
    case KEY_CTRL_Q:
    case KEY_CTRL_S:
    case KEY_CTRL_V:
    case KEY_CTRL_Z:
    case KEY_CTRL_BACKSLASH:
        break;
    default:
        type(discipline, key);
    }
}

/* As it is, to be read at once. */
static void keep(struct line_discipline *discipline, char key)
{
    if (room(discipline) < 1)
        ring_bell(discipline);
    else
        *byte_at(discipline, discipline->edit++) = key;
}

void discipline_key(struct line_discipline *discipline, char key)
{
    bool second = key == '\n' && discipline->after_cr;

    discipline->after_cr = key == '\r';
    if (second)
        return;
    if (key == '\r')
        key = '\n';
    if (discipline->gives_keys)
        keep(discipline, key);
    else if (key == '\n')
        end_line(discipline, '\n');
    else
        edit(discipline, key);
}

bool discipline_has_room(const struct line_discipline *discipline)
{
    return (discipline->position.units == 0 && !discipline->gives_keys) || room(discipline) >= 2;
}

/* No key becomes more bytes, so none is overwritten before its turn. */
static void type_again(struct line_discipline *discipline)
{
    uint32_t end = discipline->edit;

    discipline->edit = discipline->ended = discipline->position.read;
    for (uint32_t i = discipline->position.read; i != end; i++)
        discipline_key(discipline, *byte_at(discipline, i));
}

void discipline_give_keys(struct line_discipline *discipline, bool keys)
{
    bool changes = keys != discipline->gives_keys;

    discipline->gives_keys = keys;
    if (!changes)
        return;
    if (keys) {
        discipline->position = (struct discipline_position){.read = discipline->position.read};
        discipline->ended = discipline->edit;
    } else {
        type_again(discipline);
    }
}

/* -------------------------------------------------------------------------------------- reading */

bool discipline_is_ready(const struct line_discipline *discipline)
{
    if (discipline->gives_keys)
        return discipline->position.read != discipline->edit;
    return discipline->position.units > 0;
}

bool discipline_goes_on(const struct line_discipline *discipline)
{
    return discipline->gives_keys ? discipline_is_ready(discipline) : discipline->position.in_line;
}

static int32_t take_keys(struct line_discipline *discipline, char *to, uint32_t max)
{
    uint32_t count = 0, *read = &discipline->position.read;

    while (count < max && *read != discipline->edit)
        to[count++] = *byte_at(discipline, (*read)++);
    return (int32_t)count;
}

/* An end of file behind bytes of its own line only ends these: it goes with the last of them. */
int32_t discipline_take(struct line_discipline *discipline, char *to, uint32_t max)
{
    struct discipline_position *at = &discipline->position;
    uint32_t count = 0;
    bool ends = false;

    if (!discipline_is_ready(discipline))
        return -1;
    if (discipline->gives_keys)
        return take_keys(discipline, to, max);
    while (count < max && !ends && *byte_at(discipline, at->read) != END_OF_FILE) {
        to[count] = *byte_at(discipline, at->read++);
        ends = to[count++] == '\n';
    }
    if (!ends && max > 0 && *byte_at(discipline, at->read) == END_OF_FILE) {
        at->read++;
        ends = true;
    }
    at->units -= ends;
    at->in_line = !ends && (at->in_line || count > 0);
    return (int32_t)count;
}

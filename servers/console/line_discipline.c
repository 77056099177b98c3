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

enum {
    CHARACTER_MAX = 4 /* bytes, in UTF-8 */,
    WALKED_FOR_ONE = 8 /* bytes examined for one unit of effort */
};

void discipline_init(struct line_discipline *discipline, struct output *echo)
{
    *discipline = (struct line_discipline){.echo = echo, .effort = EFFORT};
}

static char *byte_at(struct line_discipline *discipline, uint32_t position)
{
    return &discipline->bytes[position % TYPED_BYTES];
}

static bool is_before(uint32_t position, uint32_t other)
{
    return (int32_t)(position - other) < 0;
}

/* Returns the room behind `position`. Bytes that were read still take room until they are echoed. */
static uint32_t room_behind(const struct line_discipline *discipline, uint32_t position)
{
    uint32_t read = discipline->position.read, shown = discipline->shown;

    return TYPED_BYTES - (position - (is_before(shown, read) ? shown : read));
}

static uint32_t room(const struct line_discipline *discipline)
{
    return room_behind(discipline, discipline->edit);
}

static bool do_keys_wait(const struct line_discipline *discipline)
{
    return discipline->keys != discipline->end;
}

static void use_effort(struct line_discipline *discipline, uint32_t effort)
{
    discipline->effort -= effort < discipline->effort ? effort : discipline->effort;
}

/* --------------------------------------------------------------------------------------- screen */

static bool is_c0_control(char c)
{
    return (unsigned char)c < ' ';
}

/* The second and later bytes of a character in UTF-8. */
static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static bool may_echo(const struct line_discipline *discipline, uint32_t bytes)
{
    return ring_room(&discipline->echo->ring) >= OUTPUT_ROOM(bytes);
}

static void echo(struct line_discipline *discipline, const char *text, uint32_t bytes)
{
    if (!may_echo(discipline, bytes))
        return;
    output_put(discipline->echo, text, bytes);
    output_show(discipline->echo);
}

static void ring_bell(struct line_discipline *discipline)
{
    echo(discipline, (char[]){KEY_BELL}, 1);
}

static uint8_t cells_of(char c, uint32_t column)
{
    if (c == '\t')
        return (uint8_t)((column | 7) + 1 - column);
    return is_c0_control(c) ? 2 : !is_continuation(c);
}

static void show(struct line_discipline *discipline, char c)
{
    if (c == END_OF_FILE)
        return;
    if (is_c0_control(c) && c != '\t' && c != '\n')
        echo(discipline, (char[]){'^', (char)(c + '@')}, 2);
    else
        echo(discipline, &c, 1);
}

static void show_next(struct line_discipline *discipline)
{
    uint32_t index = discipline->shown % TYPED_BYTES;
    char c = discipline->bytes[index];

    if (discipline->shown == discipline->ended)
        discipline->line_column = discipline->column = output_column(discipline->echo);
    show(discipline, c);
    discipline->cells[index] = cells_of(c, discipline->column);
    discipline->column += discipline->cells[index];
    discipline->shown++;
}

enum { SHOWN_AT_ONCE = 3 /* bytes, at most */ };

static bool is_screen_behind(const struct line_discipline *discipline)
{
    return (discipline->erase > 0 || discipline->shown != discipline->edit) && may_echo(discipline, SHOWN_AT_ONCE);
}

static void follow(struct line_discipline *discipline)
{
    while (discipline->effort > 0 && is_screen_behind(discipline)) {
        use_effort(discipline, discipline->erase > 0 ? SHOWN_AT_ONCE : 1);
        if (discipline->erase > 0) {
            echo(discipline, "\b \b", SHOWN_AT_ONCE);
            discipline->erase--;
        } else {
            show_next(discipline);
        }
    }
}

/* Treats the screen as up to date. */
static void forget_screen(struct line_discipline *discipline)
{
    discipline->shown = discipline->edit;
    discipline->erase = 0;
}

/* -------------------------------------------------------------------------------------- editing */

/* Counts the cells of the edited line's bytes that are shown, from `start` on. */
static uint32_t cells_from(const struct line_discipline *discipline, uint32_t start)
{
    uint32_t cells = 0;

    if (start == discipline->ended)
        return discipline->column - discipline->line_column;
    for (uint32_t i = start; i != discipline->shown; i++)
        cells += discipline->cells[i % TYPED_BYTES];
    return cells;
}

/* Removes the bytes from `start` on from the edited line and from the screen. */
static void erase_from(struct line_discipline *discipline, uint32_t start)
{
    if (is_before(start, discipline->shown)) {
        uint32_t cells = cells_from(discipline, start);
        discipline->erase += cells;
        discipline->column -= cells;
        discipline->shown = start;
    }
    discipline->edit = start;
}

/* Returns where the character before `position` begins; there must be one. Invalid UTF-8 is split into pieces. */
static uint32_t character_before(struct line_discipline *discipline, uint32_t position)
{
    uint32_t bytes = 0;

    do
        position--;
    while (position != discipline->ended && ++bytes < CHARACTER_MAX && is_continuation(*byte_at(discipline, position)));
    return position;
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static uint32_t word_before(struct line_discipline *discipline, uint32_t position)
{
    bool seen = false;
    uint32_t end = position;

    while (position != discipline->ended && end - position < WORD_MAX) {
        uint32_t before = character_before(discipline, position);
        bool word = is_word(*byte_at(discipline, before));
        if (seen && !word)
            break;
        seen = seen || word;
        position = before;
    }
    use_effort(discipline, (end - position) / WALKED_FOR_ONE);
    return position;
}

static void show_again(struct line_discipline *discipline)
{
    if (is_before(discipline->shown, discipline->ended))
        return;
    echo(discipline, "^R\n", 3);
    discipline->shown = discipline->ended;
    discipline->erase = 0;
}

static void type(struct line_discipline *discipline, char key)
{
    if (room(discipline) < 2)
        ring_bell(discipline);
    else
        *byte_at(discipline, discipline->edit++) = key;
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
}

static void interrupt(struct line_discipline *discipline)
{
    discipline->position = (struct discipline_position){.read = discipline->edit};
    discipline->ended = discipline->edit;
    discipline->interrupts = true;
    forget_screen(discipline);
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

/* Keeps the key unedited; it can be read at once. */
static void keep(struct line_discipline *discipline, char key)
{
    if (room(discipline) < 1)
        ring_bell(discipline);
    else
        *byte_at(discipline, discipline->edit++) = key;
    forget_screen(discipline);
}

static void take_key(struct line_discipline *discipline, char key)
{
    if (discipline->gives_keys)
        keep(discipline, key);
    else if (key == '\n')
        end_line(discipline, '\n');
    else
        edit(discipline, key);
    use_effort(discipline, 1);
    follow(discipline);
}

static void let_wait(struct line_discipline *discipline, char key)
{
    if (!do_keys_wait(discipline))
        discipline->keys = discipline->end = discipline->edit;
    if (room_behind(discipline, discipline->end) < 1)
        ring_bell(discipline);
    else
        *byte_at(discipline, discipline->end++) = key;
}

void discipline_key(struct line_discipline *discipline, char key)
{
    bool second = key == '\n' && discipline->after_cr;

    discipline->after_cr = key == '\r';
    if (second)
        return;
    if (key == '\r')
        key = '\n';
    if (discipline->effort == 0)
        let_wait(discipline, key);
    else
        take_key(discipline, key);
}

/* No key becomes more bytes, so none is overwritten before its turn. */
void discipline_do_part(struct line_discipline *discipline)
{
    discipline->effort = EFFORT;
    follow(discipline);
    while (do_keys_wait(discipline) && discipline->effort > 0)
        take_key(discipline, *byte_at(discipline, discipline->keys++));
}

bool discipline_is_due(const struct line_discipline *discipline)
{
    return do_keys_wait(discipline) || is_screen_behind(discipline);
}

bool discipline_has_room(const struct line_discipline *discipline)
{
    if (do_keys_wait(discipline))
        return room_behind(discipline, discipline->end) >= 2;
    return (discipline->position.units == 0 && !discipline->gives_keys) || room(discipline) >= 2;
}

/* Bytes that were not read become waiting keys, in front of those that waited already. */
static void type_again(struct line_discipline *discipline)
{
    uint32_t end = discipline->edit;

    for (; do_keys_wait(discipline); discipline->keys++)
        *byte_at(discipline, end++) = *byte_at(discipline, discipline->keys);
    discipline->keys = discipline->edit = discipline->ended = discipline->position.read;
    discipline->end = end;
    forget_screen(discipline);
    discipline_do_part(discipline);
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
        forget_screen(discipline);
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

bool discipline_has_more(const struct line_discipline *discipline)
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

/* An end of file behind bytes of its line only ends that line: it is taken together with the last byte. */
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

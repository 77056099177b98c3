#include "tests/fuzz/console_model.h"

#include <string.h>

#include "servers/proto/screen_ring.h"
#include "tests/host/check.h"

enum {
    LETTERS = 6,
    TEXT_MAX = 1 << 20,
    TYPED_MAX = 1 << 13,
    PIPE_MAX = 4096
}; /* the last two: the console's own limits */
enum { NOBODY = CLIENTS, END = 256, DLE = 0x10, ETB = 0x17, EOT = 4 };

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijlmnopqrstuvwxyz"; /* without those of LOG_PREFIX */

struct bytes {
    uint32_t count;
    char text[TEXT_MAX];
};

/* ---------------------------------------------------------------------------------- output */

static struct writer {
    uint32_t letters; /* letters written so far */
    uint32_t out;     /* bytes of the next letters that are out */
    bool has_ended;
    struct bytes bytes;
} writers[CLIENTS];

static uint32_t row_of;     /* the client whose letters the row has */
static uint32_t row_bytes;  /* letters of that row */
static uint32_t spare_rows; /* rows that ended without a letter */
static bool after_cr, may_break;
static char row_start[4];
static uint32_t others_written, others_out; /* '[', which is never typed */
static struct bytes port, screen, log_text, log_shown;
static bool screen_has_log;

static void add(struct bytes *bytes, char byte)
{
    CHECK(bytes->count < TEXT_MAX);
    bytes->text[bytes->count++] = byte;
}

static uint32_t client_of(char byte)
{
    const char *found = byte ? strchr(letters, byte) : NULL;

    return found && found < letters + CLIENTS * LETTERS ? (uint32_t)(found - letters) / LETTERS : NOBODY;
}

char model_letter(uint32_t client)
{
    return letters[client * LETTERS + writers[client].letters++ % LETTERS];
}

void model_written(uint32_t client, const char *text, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        if (text[i] == '\n' || client_of(text[i]) == client)
            add(&writers[client].bytes, text[i]);
        others_written += text[i] == '[';
    }
}

void model_ended(uint32_t client)
{
    writers[client].has_ended = true;
}

void model_may_break(void)
{
    may_break = true;
}

uint32_t model_left(uint32_t client)
{
    return writers[client].bytes.count - writers[client].out;
}

uint32_t model_unfinished(uint32_t client)
{
    const struct bytes *bytes = &writers[client].bytes;
    uint32_t first = bytes->count;

    while (first > 0 && bytes->text[first - 1] != '\n')
        first--;
    return bytes->count - first;
}

static bool next_is(const struct writer *writer, char byte)
{
    return writer->out < writer->bytes.count && writer->bytes.text[writer->out] == byte;
}

/* The client's row may have ended where another one broke it. */
static void letter_out(uint32_t client, char byte)
{
    struct writer *writer = &writers[client];

    CHECK(row_of == client || row_of == NOBODY || writers[row_of].has_ended);
    row_of = client;
    if (next_is(writer, '\n') && spare_rows) {
        spare_rows--;
        writer->out++;
    }
    CHECK(next_is(writer, byte));
    writer->out++;
}

static void row_out(void)
{
    bool is_its_own = row_of != NOBODY && next_is(&writers[row_of], '\n');

    CHECK(row_bytes < 4 || memcmp(row_start, LOG_PREFIX, 4) != 0);
    CHECK(is_its_own || may_break || row_of == NOBODY);
    if (is_its_own)
        writers[row_of].out++;
    else
        spare_rows++;
    row_of = NOBODY;
    row_bytes = 0;
}

static void byte_out(char byte)
{
    uint32_t client = client_of(byte);

    add(&port, byte);
    CHECK(after_cr == (byte == '\n'));
    after_cr = byte == '\r';
    if (byte == '\n') {
        row_out();
        return;
    }
    if (row_bytes < 4)
        row_start[row_bytes] = byte;
    row_bytes += !after_cr;
    others_out += byte == '[';
    if (client != NOBODY)
        letter_out(client, byte);
}

/* ---------------------------------------------------------------------------------- screen */

void model_logged(const char *text)
{
    for (; *text; text++)
        if (*text != SCREEN_LOG && *text != SCREEN_OUTPUT && *text != '\n')
            add(&log_text, *text);
}

/* A row is broken where another one begins. */
void model_follow_screen(void)
{
    char byte;

    while (machine_screen_byte(&byte)) {
        if (byte == SCREEN_LOG || byte == SCREEN_OUTPUT)
            screen_has_log = byte == SCREEN_LOG;
        else if (byte != '\n')
            add(screen_has_log ? &log_shown : &screen, byte);
    }
    CHECK(log_shown.count == log_text.count && memcmp(log_shown.text, log_text.text, log_text.count) == 0);
}

static void check_screen(void)
{
    uint32_t shown = 0;

    for (uint32_t i = 0; i < port.count; i++)
        if (port.text[i] != '\n' && port.text[i] != SCREEN_LOG && port.text[i] != SCREEN_OUTPUT)
            CHECK(shown < screen.count && screen.text[shown++] == port.text[i]);
    CHECK(shown == screen.count);
}

void model_check_all_out(void)
{
    for (uint32_t i = 0; i < CLIENTS; i++) {
        struct writer *writer = &writers[i];
        if (next_is(writer, '\n') && spare_rows) {
            spare_rows--;
            writer->out++;
        }
        CHECK(model_left(i) == 0);
    }
    CHECK(others_out == others_written && !after_cr);
    if (screen.count || log_shown.count)
        check_screen();
}

/* ---------------------------------------------------------------------------------- input */

enum { WORD_MAX = 256 /* the most that ctrl-W erases */ };

static uint16_t typed[TYPED_MAX]; /* finished lines, with END for an end without a newline */
static char line[TYPED_MAX], piped[PIPE_MAX];
static uint32_t typed_count, units, line_count, piped_count, piped_ready;
static bool is_piped, typed_cr, in_line, escaped, pipe_ended;

void model_set_pipe(void)
{
    is_piped = true;
}

bool model_is_piped(void)
{
    return is_piped;
}

static bool is_word(char key)
{
    return (key >= '0' && key <= '9') || key == '_';
}

static void end_line(uint16_t end)
{
    for (uint32_t i = 0; i < line_count; i++)
        typed[typed_count++] = (unsigned char)line[i];
    typed[typed_count++] = end;
    units++;
    line_count = 0;
}

static void erase_word(void)
{
    uint32_t stop = line_count > WORD_MAX ? line_count - WORD_MAX : 0;

    while (line_count > stop && !is_word(line[line_count - 1]))
        line_count--;
    while (line_count > stop && is_word(line[line_count - 1]))
        line_count--;
}

/* The keys in typed_keys[] of fuzz_console.c. */
static void key(char byte)
{
    bool second = typed_cr && byte == '\n';

    typed_cr = byte == '\r';
    if (second)
        return;
    if (byte == '\r' || byte == '\n')
        end_line('\n');
    else if (byte == EOT)
        end_line(END);
    else if (byte == '\b' || byte == 0x7f)
        line_count -= line_count > 0;
    else if (byte == 21) /* ctrl-U */
        line_count = 0;
    else if (byte == 23) /* ctrl-W */
        erase_word();
    else
        line[line_count++] = byte;
    CHECK(typed_count + line_count < TYPED_MAX - 1);
}

static void keep(char byte)
{
    CHECK(piped_count < PIPE_MAX);
    piped[piped_count++] = byte;
    if (piped_count == PIPE_MAX)
        piped_ready = piped_count;
}

static void pipe_byte(char byte)
{
    bool was_escaped = escaped;

    escaped = !was_escaped && byte == DLE;
    if (escaped || pipe_ended)
        return;
    if (was_escaped && (byte == ETB || byte == EOT)) {
        piped_ready = piped_count;
        pipe_ended = byte == EOT;
    } else {
        keep(byte);
    }
}

static void received(char byte)
{
    if (is_piped)
        pipe_byte(byte);
    else
        key(byte);
}

/* Scan code set 1, as far as fuzz_console.c sends it. Bit 7 marks a key that is released. */
static void scancode(uint8_t code)
{
    if (code >= 2 && code <= 11)
        key("1234567890"[code - 2]);
    else if (code == 0x1c)
        key('\r');
    else if (code == 0x0e)
        key(0x7f);
}

uint32_t model_room(void)
{
    uint32_t used = typed_count + line_count;

    return used < 8000 ? 8000 - used : 0;
}

bool model_is_ready(void)
{
    return units || piped_ready || pipe_ended;
}

bool model_continues(void)
{
    return in_line || piped_ready;
}

static uint32_t take_typed(char *to, uint32_t max)
{
    uint32_t count = 0, taken = 0;
    bool ends = false;

    while (count < max && !ends && typed[taken] != END) {
        to[count] = (char)typed[taken++];
        ends = to[count++] == '\n';
    }
    if (!ends && max > 0 && typed[taken] == END) {
        taken++;
        ends = true;
    }
    units -= ends;
    in_line = !ends && (in_line || count > 0);
    typed_count -= taken;
    memmove(typed, typed + taken, typed_count * sizeof(typed[0]));
    return count;
}

uint32_t model_take(char *to, uint32_t max)
{
    if (units)
        return take_typed(to, max);
    uint32_t count = piped_ready < max ? piped_ready : max;
    memcpy(to, piped, count);
    piped_count -= count;
    piped_ready -= count;
    memmove(piped, piped + count, piped_count);
    return count;
}

/* ---------------------------------------------------------------------------------- */

const struct machine_sinks model_sinks = {byte_out, received, scancode};

void model_begin(void)
{
    for (uint32_t i = 0; i < CLIENTS; i++)
        writers[i].letters = writers[i].out = writers[i].bytes.count = 0;
    port.count = screen.count = log_text.count = log_shown.count = 0;
    row_of = NOBODY;
    row_bytes = spare_rows = others_written = others_out = 0;
    typed_count = units = line_count = piped_count = piped_ready = 0;
    may_break = after_cr = screen_has_log = is_piped = typed_cr = in_line = escaped = pipe_ended = false;
}

/*
 * The console's output: complete lines, never mixed, nothing lost, and none that looks like the kernel's.
 *
 * sources: servers/console/lines.c servers/console/output.c servers/console/client.c
 */
#include "kernel/abi/abi.h"
#include "tests/host/lines_port.h"

static void expect(const char *text)
{
    take_all();
    CHECK(out_bytes == strlen(text) && memcmp(out, text, out_bytes) == 0);
    start();
}

static void test_whole_lines(void)
{
    start();
    say(1, "one");
    say(2, "two\n");
    say(1, " and more\nrest");
    expect("two\r\none and more\r\n");

    say(1, "$ ");
    flush(1); /* a prompt */
    take_all();
    say(2, "news\n");
    say(1, "x\n");
    expect("$ \r\nnews\r\nx\r\n");

    say(1, "half");
    flush(1);
    say(1, " line\n"); /* the same client continues */
    expect("half line\r\n");
}

/* If a client ended in the middle of a line, the next one to write continues that line. The line of a client that has
 * not ended is not continued by others. */
static void test_line_of_an_ended_client(void)
{
    say(1, "one ");
    flush(1);
    lines_end(&lines, 1);
    say(2, "two");
    flush(2);
    lines_end(&lines, 1); /* it no longer owns the line */
    say(3, "three\n");
    expect("one two\r\nthree\r\n");

    say(1, "[k");
    flush(1);
    lines_end(&lines, 1);
    say(2, "] lie\n");
    expect(" [k] lie\r\n");
}

static void test_long_line(void)
{
    char text[LINE_MAX + 1];
    struct client *client;

    start();
    memset(text, 'a', LINE_MAX);
    text[LINE_MAX] = 0;
    say(1, text);
    client = client_find(1);
    CHECK(lines.owner == client && client->used == 0);
    say(2, "b\n"); /* waits */
    say(1, "a\n");
    CHECK(!lines.owner);
    take_all();
    CHECK(out_bytes == LINE_MAX + 3 + 3 && memcmp(out + LINE_MAX, "a\r\nb\r\n", 6) == 0);

    start();
    say(1, text);
    say(2, "b\n");
    flush(1); /* its owner reads: the line is given up */
    take_all();
    CHECK(out_bytes == LINE_MAX + 2 + 3 && memcmp(out + LINE_MAX, "\r\nb\r\n", 5) == 0);

    start();
    say(1, text);
    say(2, "b\n");
    share();
    say(1, "c\n");
    take_all();
    CHECK(memcmp(out + LINE_MAX, "\r\nb\r\nc\r\n", 8) == 0);
    start();
}

static void test_prefix(void)
{
    say(1, LOG_PREFIX "lie\n");
    expect(" " LOG_PREFIX "lie\r\n");
    say(1, "x\r" LOG_PREFIX "lie\n");
    expect("x\r " LOG_PREFIX "lie\r\n");
    say(1, "[k]no\n[\n");
    expect("[k]no\r\n[\r\n");
    say(1, "[k");
    flush(1);
    say(1, "] lie\n");
    expect(" [k] lie\r\n");
    say(1, "fine " LOG_PREFIX "\n");
    expect("fine " LOG_PREFIX "\r\n");

    say(1, "x");
    flush(1);
    say(2, LOG_PREFIX "lie\n"); /* the line break inserted before it puts it at the start of a line */
    expect("x\r\n " LOG_PREFIX "lie\r\n");
}

/* As a terminal shows the text, or a program that drops control characters. */
static void test_prefix_among_controls(void)
{
    static const struct {
        const char *said, *out;
    } rows[] = {
        {"[\rk] lie\n", " [\rk] lie\r\n"},
        {"[k\x01] lie\n", " [k\x01] lie\r\n"},
        {"[k]\x7f lie\n", " [k]\x7f lie\r\n"},
        {"\x01[k] lie\n", "\x01 [k] lie\r\n"},
        {"x\b[k] lie\n", "x\b [k] lie\r\n"},
        {"\x1b[0m[k] lie\n", "\x1b[0m [k] lie\r\n"},
        {"xyz\x1b[3D[[k] lie\n", "xyz\x1b[3D[ [k] lie\r\n"},
        {"\x1b[k] lie[k] [k] no\n", "\x1b [k] lie [k]  [k] no\r\n"},
        {"a\t[k] column\n", "a\t[k] column\r\n"},
        {"\xc2\x9b"
         "3D[k] lie\n",
         "\xc2\x9b"
         "3D [k] lie\r\n"},                                    /* also an escape sequence */
        {"\xc3\x84 [k] column\n", "\xc3\x84  [k] column\r\n"}, /* or a letter */
        {"a\x0b[k] lie\n", "a\x0b [k] lie\r\n"},
        {"a\x0b.[k] lie\n", "a\x0b. [k] lie\r\n"},
        {"\x1b[1mbold\x1b[0m\n[no] [k] \n", "\x1b[1mbold\x1b[0m\r\n[no] [k] \r\n"},
    };

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start();
        say(1, rows[i].said);
        expect(rows[i].out);
    }
    say(1, "x\b");
    flush(1); /* a control character ends no line */
    say(2, "y\n");
    expect("x\b\r\ny\r\n");
    start();
}

/* The row is overwritten. What it shows is not the prefix, and nothing else is changed. */
static void test_prefix_in_cells(void)
{
    static const struct {
        const char *said, *out;
    } rows[] = {
        {"xk] lie\r[\n", "xk] lie\r [\r\n"},
        {"[x] lie\b\b\b\b\b\bk\n", "[x] lie\b\b\b\b\b\b k\r\n"},
        {"[kx lie\b\b\b\b\b]\n", "[kx lie\b\b\b\b\b ]\r\n"},
        {"[k]x\b lie\n", "[k]x\r\n\b lie\r\n"},
        {"12345\r[\r\tx\r1k]\n", "12345\r [\r\tx\r1k]\r\n"},
        {"x\r[y\r\xc3\xa4\b\bz\n", "x\r[y\r\xc3\xa4\b\bz\r\n"},
        {"xk] lie\r[z\bk\n", "xk] lie\r [z\bk\r\n"},
        {"xk]\r[\bxk]\r[\n", "xk]\r [\bxk]\r[\r\n"},
        {"[##  ] 50 k\r[### ] 75 k\r[####] 99 k\n", "[##  ] 50 k\r[### ] 75 k\r[####] 99 k\r\n"},
        {"a\b\n[k]x\n", "a\b\r\n[k]x\r\n"},
        {"abc\b \b\b \b[x]\n", "abc\b \b\b \b[x]\r\n"},
    };

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start();
        say(1, rows[i].said);
        expect(rows[i].out);
    }
    start();
}

/* What a terminal shows of `out`, row by row: no row is the prefix with something behind it. */
static void check_as_shown(void)
{
    static char row[OUT_MAX];
    uint32_t column = 0, bytes = 0;

    for (uint32_t i = 0; i < out_bytes; i++) {
        if (out[i] == '\n') {
            bool is_log = bytes > 4 && memcmp(row, LOG_PREFIX, 4) == 0 && strspn(row + 4, " ") < bytes - 4;
            CHECK(!is_log);
            column = bytes = 0;
        } else if (out[i] == '\r') {
            column = 0;
        } else if (out[i] == '\b') {
            column -= column > 0;
        } else {
            uint32_t next = out[i] == '\t' ? (column | 7) + 1 : column + 1;
            for (; bytes < next; bytes++)
                row[bytes] = ' ';
            row[bytes] = 0;
            if (out[i] != '\t')
                row[column] = out[i];
            column = next;
        }
    }
}

/* `out` without control characters other than tabs. */
static void check_as_filtered(void)
{
    char start[4];
    uint32_t bytes = 0;

    for (uint32_t i = 0; i < out_bytes; i++) {
        if (out[i] == '\n')
            bytes = 0;
        else if ((out[i] >= ' ' || out[i] == '\t') && bytes < 4)
            start[bytes++] = out[i];
        CHECK(bytes < 4 || memcmp(start, LOG_PREFIX, 4) != 0);
    }
}

/* Pieces in any order, in any messages. */
static void test_prefix_at_random(void)
{
    static const char *const pieces[] = {"[", "k",  "]",  " ",  "[k", "k]",     "] ",  "[k] ",
                                         "x", "\r", "\b", "\t", "\n", "\b\b\b", "lie", "\r["};

    start();
    for (uint32_t i = 0; i < 400000; i++) {
        say(1, pieces[random_below(sizeof pieces / sizeof pieces[0])]);
        if (random_below(8) == 0)
            flush(1);
        take_all();
        if (out_bytes > OUT_MAX - 4096)
            break;
    }
    say(1, "\n");
    take_all();
    check_as_shown();
    check_as_filtered();
    start();
}

/* The beginning of a row is known even if it is not in the ring any more. */
static void test_prefix_in_a_long_row(void)
{
    char text[LINE_MAX + 1];

    memset(text, 'x', LINE_MAX);
    text[LINE_MAX] = 0;
    start();
    say(1, "xk] ");
    for (uint32_t bytes = 0; bytes < RING_BYTES + LINE_MAX; bytes += LINE_MAX) {
        say(1, text);
        take_all();
        CHECK(lines.output.ring.head - lines.output.followed <= FOLLOW_MAX);
    }
    out_bytes = 0;
    say(1, "\b.[k] lie\r[\n");
    expect("xxxx\b.[k] lie\r [\r\n");
}

/* The terminal's cursor: a tab goes to the next multiple of eight, a character in UTF-8 takes one column. */
static void test_columns(void)
{
    static const struct {
        const char *text;
        uint32_t column;
    } rows[] = {{"ab", 2}, {"\xc3\xa4\xe2\x82\xac", 2}, {"a\t", 8}, {"\t\tb", 17}, {"ab\bc", 2}, {"\b", 0}};

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start();
        say(1, rows[i].text);
        flush(1);
        take_all();
        CHECK(output_column(&lines.output) == rows[i].column);
    }
    start();
}

/* ------------------------------------------------------------------------- random, with a model */

enum { WRITERS = 40 };

static uint32_t said[WRITERS], heard[WRITERS];

/* Writer w writes "<w:number:padding>\n"; `line` is the position in that. */
static struct {
    char line[700];
    uint32_t at, bytes;
} writers[WRITERS];

static void next_line(uint32_t w)
{
    uint32_t n = random_below(10) == 0 ? random_below(600) : random_below(60);
    int head = snprintf(writers[w].line, 40, "%c%u:%u:", 'A', w, said[w]++);
    memset(writers[w].line + head, '.', n);
    writers[w].bytes = (uint32_t)head + n;
    writers[w].line[writers[w].bytes++] = '\n';
    writers[w].at = 0;
}

static void write_some(uint32_t w)
{
    struct client *client = client_get(w + 1);

    if (client->used > LINE_MAX)
        return; /* its write has no reply yet */
    if (writers[w].at == writers[w].bytes)
        next_line(w);
    uint32_t bytes = 1 + random_below(LINE_MAX);
    if (bytes > writers[w].bytes - writers[w].at)
        bytes = writers[w].bytes - writers[w].at;
    lines_write(&lines, client, writers[w].line + writers[w].at, bytes);
    move_all();
    writers[w].at += bytes;
    CHECK(lines_audit(client) && client->used <= CLIENT_BYTES);
}

static void check_output(void)
{
    char *end = out + out_bytes;

    for (char *at = out; at < end;) {
        unsigned w, number;
        char *newline = memchr(at, '\r', (size_t)(end - at));
        CHECK(newline && newline[1] == '\n');
        CHECK(sscanf(at, "A%u:%u:", &w, &number) == 2 && w < WRITERS);
        CHECK(number == heard[w]++);
        for (char *dot = memchr(memchr(at, ':', 20) + 1, ':', 20) + 1; dot < newline; dot++)
            CHECK(*dot == '.');
        at = newline + 2;
    }
}

static void test_random(void)
{
    start();
    for (int step = 0; step < 40000; step++) {
        write_some(random_below(WRITERS));
        if (random_below(4) == 0)
            take(random_below(400));
    }
    for (int round = 0; round < 100; round++)
        for (uint32_t w = 0; w < WRITERS; w++) {
            if (writers[w].at < writers[w].bytes)
                write_some(w);
            take_all();
        }
    CHECK(lines_are_out(&lines) && drained_calls > 0);
    check_output();
    for (uint32_t w = 0; w < WRITERS; w++)
        CHECK(said[w] == heard[w]);
}

static void test_table(void)
{
    clients_init();
    for (uint32_t badge = 0; badge < CLIENTS_MAX; badge++) {
        struct client *client = client_get(badge * 4096);
        CHECK(client && client_get(badge * 4096) == client);
        client->waits = WAITS_READ;
    }
    CHECK(!client_get(1) && clients_count() == CLIENTS_MAX);
    for (uint32_t badge = 0; badge < CLIENTS_MAX; badge++) {
        struct client *client = client_find(badge * 4096);
        client_drop(client);
        CHECK(client_find(badge * 4096) == client);
        client->waits = WAITS_NOT;
        client->used = 1;
        client_drop(client);
        client->used = 0;
        CHECK(client_find(badge * 4096) == client);
        client_drop(client);
        CHECK(!client_find(badge * 4096));
        client_drop(client); /* the second time nothing happens */
    }
    CHECK(clients_count() == 0);
}

/* The text before a line's end may be as much as goes out in one piece; the line's end is then not part of that
 * piece. */
static void test_end_behind_a_piece(void)
{
    char text[LINE_MAX];
    struct ring *ring = &lines.output.ring;

    memset(text, 'x', LINE_MAX);
    start();
    while (ring_room(ring) > 0)
        ring_put(ring, 'z');
    lines_write(&lines, client_get(2), text, LINE_MAX);
    move_all();
    say(2, "\n");
    take(OUTPUT_ROOM(LINE_MAX + 1));
    CHECK(client_get(2)->used == 0); /* a piece with its end would have had no room */
    take_all();
    CHECK(out_bytes == RING_BYTES + LINE_MAX + 2 && !lines.owner);
}

int main(void)
{
    test_whole_lines();
    test_line_of_an_ended_client();
    test_long_line();
    test_prefix();
    test_prefix_among_controls();
    test_prefix_in_cells();
    test_prefix_in_a_long_row();
    test_prefix_at_random();
    test_columns();
    test_random();
    test_table();
    test_end_behind_a_piece();
    puts("test_lines: whole lines, none lost");
}

/*
 * Keys of a PC's keyboard.
 *
 * sources: servers/console/scancode.c
 */
#include "servers/console/scancode.h"
#include "tests/host/check.h"

#include <string.h>

enum { RELEASE = 0x80, SHIFT = 0x2a, SHIFT_RIGHT = 0x36, CONTROL = 0x1d, ALT = 0x38, CAPS = 0x3a, NUM = 0x45 };

static struct scancodes state;

/* What `count` codes type. */
static void expect(const uint8_t *codes, uint32_t count, const char *wanted)
{
    char typed[200] = "";
    size_t bytes = 0;

    for (uint32_t i = 0; i < count; i++) {
        int32_t byte = scancode_byte(&state, codes[i]);
        CHECK(byte >= -1 && byte < 128 && bytes < sizeof(typed) - 1);
        if (byte >= 0)
            typed[bytes++] = (char)byte;
    }
    if (bytes != strlen(wanted) || memcmp(typed, wanted, bytes) != 0)
        fprintf(stderr, "typed \"%s\", not \"%s\"\n", typed, wanted);
    CHECK(bytes == strlen(wanted) && memcmp(typed, wanted, bytes) == 0);
}

#define EXPECT(wanted, ...) expect((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), wanted)

/* A whole row, each key pressed and released. */
static void expect_keys(uint8_t first, uint8_t last, const char *wanted)
{
    uint8_t codes[256];
    uint32_t count = 0;

    for (uint32_t code = first; code <= last; code++) {
        codes[count++] = (uint8_t)code;
        codes[count++] = (uint8_t)(code | RELEASE);
    }
    expect(codes, count, wanted);
}

static void press(uint8_t code)
{
    CHECK(scancode_byte(&state, code) == -1);
}

static void test_rows(void)
{
    state = (struct scancodes){0};
    expect_keys(0x01, 0x0f, "\0331234567890-=\177\t");
    expect_keys(0x10, 0x1c, "qwertyuiop[]\r");
    expect_keys(0x1e, 0x29, "asdfghjkl;'`");
    expect_keys(0x2b, 0x35, "\\zxcvbnm,./");
    expect_keys(0x37, 0x39, "* ");
    for (int right = 0; right < 2; right++) {
        press(right ? SHIFT_RIGHT : SHIFT);
        expect_keys(0x02, 0x0d, "!@#$%^&*()_+");
        expect_keys(0x10, 0x1b, "QWERTYUIOP{}");
        expect_keys(0x1e, 0x29, "ASDFGHJKL:\"~");
        expect_keys(0x2b, 0x35, "|ZXCVBNM<>?");
        EXPECT("|", 0x56);
        press((right ? SHIFT_RIGHT : SHIFT) | RELEASE);
    }
    EXPECT("a\\", 0x1e, 0x56);
}

static void test_locks(void)
{
    state = (struct scancodes){0};
    press(CAPS), press(CAPS | RELEASE);
    EXPECT("A1;", 0x1e, 0x02, 0x27); /* only letters */
    press(SHIFT);
    EXPECT("a!:", 0x1e, 0x02, 0x27);
    press(SHIFT | RELEASE), press(CAPS), press(CAPS | RELEASE);
    EXPECT("a", 0x1e);
    expect_keys(0x47, 0x53, "789-456+1230.");
    press(NUM), press(NUM | RELEASE);
    expect_keys(0x47, 0x53, "-+");
    press(NUM), press(NUM | RELEASE);
    EXPECT("7", 0x47);
}

static void test_control(void)
{
    state = (struct scancodes){0};
    EXPECT("\003\004\025\027", CONTROL, 0x2e, 0x20, 0x16, 0x11, CONTROL | RELEASE);
    EXPECT("\004d", 0xe0, CONTROL, 0x20, 0xe0, CONTROL | RELEASE, 0x20); /* the right one */
    EXPECT("\0021", CONTROL, 0x30, 0x02);                                /* digits have no control character */
    EXPECT("\004", SHIFT, 0x20, SHIFT | RELEASE);
    press(CONTROL | RELEASE);
    EXPECT("\004\004d", CONTROL, 0xe0, CONTROL, 0x20, CONTROL | RELEASE, 0x20, 0xe0, CONTROL | RELEASE, 0x20);
}

static void test_silent(void)
{
    state = (struct scancodes){0};
    for (uint32_t code = 0x3b; code <= 0x44; code++) /* F1 and on */
        press((uint8_t)code);
    press(0x46), press(0x57), press(0x58), press(ALT), press(0xfa), press(0xee);
    EXPECT("\r/", 0xe0, 0x1c, 0xe0, 0x35); /* on the keypad */
    EXPECT("", 0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x4b, 0xe0, 0x53, 0xe0, 0x5b, 0xe0, 0x37);
    EXPECT("h", 0xe0, SHIFT, 0x23); /* this is no shift, nor the end of one */
    EXPECT("Hh", SHIFT, 0xe0, SHIFT | RELEASE, 0x23, SHIFT | RELEASE, 0x23);
    EXPECT("a", 0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x1e); /* Pause is neither Ctrl nor Num */
    EXPECT("7", 0x47);
}

static void test_random(void)
{
    for (uint32_t i = 0; i < 1000000; i++) {
        int32_t byte = scancode_byte(&state, (uint8_t)random_below(256));
        CHECK(byte >= -1 && byte < 128);
    }
}

int main(void)
{
    test_rows();
    test_locks();
    test_control();
    test_silent();
    test_random();
    puts("test_scancode: keys become bytes");
}

#include "servers/console/scancode.h"

enum { RELEASED = 0x80, EXTENDED = 0xe0, PAUSE = 0xe1, PAUSE_MORE = 2 };
enum {
    CODE_ENTER = 0x1c,
    CODE_CONTROL = 0x1d,
    CODE_SHIFT_LEFT = 0x2a,
    CODE_SLASH = 0x35,
    CODE_SHIFT_RIGHT = 0x36,
    CODE_CAPS_LOCK = 0x3a,
    CODE_NUM_LOCK = 0x45,
    CODE_KEYPAD = 0x47, /* 7 8 9 - 4 5 6 + 1 2 3 0 . */
    CODE_OTHER = 0x56,  /* between the left shift and Z, on keyboards that have it */
};
enum { SHIFT_LEFT = 1, SHIFT_RIGHT = 2, CONTROL_LEFT = 4, CONTROL_RIGHT = 8 };
enum { SHIFT = SHIFT_LEFT | SHIFT_RIGHT, CONTROL = CONTROL_LEFT | CONTROL_RIGHT };

/* Indexed by scan code, without and with shift; 0: the key types nothing. */
static const char plain[] = "\0\0331234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] = "\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
static const char keypad[] = "789-456+1230.";

static bool is_letter(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_keypad(uint8_t code)
{
    return code >= CODE_KEYPAD && code < CODE_KEYPAD + sizeof(keypad) - 1;
}

static char keypad_byte(const struct scancodes *state, uint8_t code)
{
    char byte = keypad[code - CODE_KEYPAD];

    return state->numbers_off && byte != '-' && byte != '+' ? 0 : byte;
}

/* Returns the key's byte, control not considered. */
static char byte_of(const struct scancodes *state, uint8_t code)
{
    bool shift = state->held & SHIFT;

    if (is_keypad(code))
        return keypad_byte(state, code);
    if (code == CODE_OTHER)
        return shift ? '|' : '\\';
    if (code >= sizeof(plain) - 1)
        return 0;
    if (is_letter(plain[code]) && state->caps_lock)
        shift = !shift;
    return shift ? shifted[code] : plain[code];
}

static int32_t typed(const struct scancodes *state, uint8_t code)
{
    char byte = byte_of(state, code);

    if (byte == 0)
        return -1;
    if (state->held & CONTROL && byte >= '@' && byte < 0x7f)
        return byte & 0x1f;
    return (uint8_t)byte;
}

/* The keypad's Enter and slash; the code of another key, behind 0xe0, is one without digits. */
static int32_t typed_extended(uint8_t code)
{
    return code == CODE_ENTER ? '\r' : code == CODE_SLASH ? '/' : -1;
}

static uint8_t modifier(uint8_t code, bool extended)
{
    if (code == CODE_CONTROL)
        return extended ? CONTROL_RIGHT : CONTROL_LEFT;
    if (extended) /* shifts with 0xe0 are not keys */
        return 0;
    return code == CODE_SHIFT_LEFT ? SHIFT_LEFT : code == CODE_SHIFT_RIGHT ? SHIFT_RIGHT : 0;
}

static int32_t pressed(struct scancodes *state, uint8_t code, bool extended)
{
    uint8_t held = modifier(code, extended);

    state->held |= held;
    if (held)
        return -1;
    if (extended)
        return typed_extended(code);
    state->caps_lock ^= code == CODE_CAPS_LOCK;
    state->numbers_off ^= code == CODE_NUM_LOCK;
    return typed(state, code);
}

int32_t scancode_byte(struct scancodes *state, uint8_t code)
{
    bool extended = state->extended;

    if (state->skip > 0) {
        state->skip--;
        return -1;
    }
    state->extended = code == EXTENDED;
    if (code == PAUSE)
        state->skip = PAUSE_MORE;
    if (code == EXTENDED || code == PAUSE)
        return -1;
    if (!(code & RELEASED))
        return pressed(state, code, extended);
    state->held &= (uint8_t)~modifier(code & ~RELEASED, extended);
    return -1;
}

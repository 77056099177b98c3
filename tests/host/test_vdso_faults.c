/*
 * The library of system calls and faults: a fault is passed to a handler, or is a system call, or is repaired by
 * requesting a page of a file.
 *
 * instead: tests/server/instead
 */
#include "tests/host/vdso_signals.h"

static struct signal_frame *faults(uint32_t signal, uint32_t vector, uint32_t error, uint32_t address)
{
    frame_begin();
    state->signal_pending = 0;
    REPLIES({0, {PROGRAM_EIP, signal << 24 | vector << 16 | error, address}, NULL}, {0}, {0}, {0, {5}, NULL}, {0});
    return interrupted(OUTER);
}

static const struct fault_row {
    uint32_t signal, vector, error, address, code, told;
} fault_rows[] = {
    {11, 14, 6, 0x1234, 1, 0x1234}, {11, 14, 0x2006, 0x1234, 2, 0x1234},
    {11, 14, 7, 0x1234, 2, 0x1234}, {11, 14, 5, 0xc0000000, 1, 0xc0000000},
    {8, 0, 0, 0, 1, PROGRAM_EIP},   {4, 6, 0, 0, 2, PROGRAM_EIP},
    {5, 3, 0, 0, 0x80, 0},          {5, 1, 0, 0, 2, 0},
    {11, 13, 0x40a, 0, 0x80, 0},    {8, 16, 0, 0, 0x80, PROGRAM_EIP},
};

static void handlers_are_called_for_faults(void)
{
    for (uint32_t i = 0; i < sizeof(fault_rows) / sizeof(fault_rows[0]); i++) {
        const struct fault_row *row = &fault_rows[i];
        frame = faults(row->signal, row->vector, row->error, row->address);
        const uint32_t *r = frame->context.registers;
        CHECK(frame->handler == HANDLER_AT + row->signal && frame->siginfo.code == row->code &&
              frame->siginfo.sender == row->told);
        CHECK(r[REGISTER_TRAP] == row->vector && r[REGISTER_ERROR] == (row->error & 0x1fff) &&
              r[REGISTER_EIP] == PROGRAM_EIP);
        CHECK(frame->context.fault_address == (row->vector == 14 ? row->address : 0) &&
              state->blocked == BIT(row->signal));
    }
    frame_begin();
    for (uint32_t i = 1; i < SIGNAL_NUMBERS; i++)
        state->actions[i].flags = ACTION_NO_DEFER;
    REPLIES({0, {PROGRAM_EIP, 11u << 24 | 14 << 16, 0}, NULL}, {0});
    (void)interrupted(OUTER);
    expect("interrupted 0 0 0\nsignals 0 0 0\n"); /* proc is told that there is a frame, though nothing has changed */
}

/* The file server grants the page of a file: the program continues, and proc is told. */
static void pages_of_files_may_come(void)
{
    static const struct {
        uint32_t error, granted;
        const char *lines;
    } rows[] = {
        {0x1004, 1, "interrupted 0 0 0\nfile map_again 1342181377 1 0\nsignals 0 0 0\n"},
        {0x1007, 1, "interrupted 0 0 0\nprotect 1342181376 4096 3\nfile map_again 1342181379 1 0\nsignals 0 0 0\n"},
        {0x1004, 0, "interrupted 0 0 0\nfile map_again 1342181377 1 0\nsignals 0 0 64\nsignals 0 0 64\n"},
    };

    for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct reply protected = {0}, again = {0, {rows[i].granted}, NULL};
        frame_begin();
        state->signal_pending = 0;
        REPLIES({0, {PROGRAM_EIP, 7u << 24 | 14 << 16 | rows[i].error, 0x50001234}, NULL});
        next_replies[1] = rows[i].error & 2 ? protected : again;
        next_replies[2] = rows[i].error & 2 ? again : protected;
        CHECK(interrupted(OUTER) == (rows[i].granted ? NULL : frame) && continues_at(OUTER) == PROGRAM_EIP);
        CHECK(frame->handler == (rows[i].granted ? 0xeeeeeeee : HANDLER_AT + 7));
        CHECK(!rows[i].granted || message_page->tag == 0xaaaaaaaa);
        CHECK(rows[i].granted || (frame->siginfo.code == 2 && frame->siginfo.sender == 0x50001234 &&
                                  frame->context.registers[REGISTER_ERROR] == 4));
        expect(rows[i].lines);
    }
}

/* A range that was reserved ahead for such a page is given up, and the access faults again. */
static void a_range_reserved_ahead_is_no_mapping(void)
{
    frame_begin();
    state->signal_pending = 0;
    state->ahead[1].at = 0x50001000, state->ahead[1].end = 0x50003000;
    REPLIES({0, {PROGRAM_EIP, 7u << 24 | 14 << 16 | 0x1006, 0x50002fff}, NULL}, {0}, {0});
    CHECK(!interrupted(OUTER) && continues_at(OUTER) == PROGRAM_EIP && state->ahead[1].at == state->ahead[1].end);
    expect("interrupted 0 0 0\nmunmap 1342181376 8192 0\nsignals 0 0 0\n");
}

/* A signal may come meanwhile: its handler runs before the program continues. */
static void a_signal_may_come_with_a_page(void)
{
    frame_begin();
    state->signal_pending = 0;
    REPLIES({0, {PROGRAM_EIP, 7u << 24 | 14 << 16 | 0x1004, 0x50001234}, NULL}, {0, {1}, NULL}, {0, {1}, NULL},
            {0, {USER_1}, NULL}, {0});
    CHECK(interrupted(OUTER) == frame && frame->handler == HANDLER_AT + USER_1);
    CHECK(frame->context.registers[REGISTER_EIP] == PROGRAM_EIP);
    expect("interrupted 0 0 0\nfile map_again 1342181377 1 0\nsignals 0 0 0\nsignal_take 0 0 0\nsignals 0 0 512\n");
}

/* The frame itself needs a page of a file, which is granted. */
static void pages_may_come_at_the_inner_level(void)
{
    frame_begin();
    state->signal_pending = 0;
    REPLIES({0, {VDSO_BASE, 7u << 24 | 14 << 16 | 0x1004, 0x50001234}, NULL}, {0, {1}, NULL}, {0});
    CHECK(!interrupted(INNER) && continues_at(INNER) == VDSO_BASE && !state->signal_pending);
}

static void calls_may_be_faults(void)
{
    signals_begin();
    memcpy(program, "\xcd\x80", 2);
    REPLIES({0, {AT(program)}, NULL});
    CHECK(vdso_called() == AT(program) + 2);
    expect("interrupted 0 0 0\n");
}

int main(void)
{
    world_begin();
    handlers_are_called_for_faults();
    pages_of_files_may_come();
    a_range_reserved_ahead_is_no_mapping();
    a_signal_may_come_with_a_page();
    pages_may_come_at_the_inner_level();
    calls_may_be_faults();
    puts("test_vdso_faults: faults reach handlers, unless they are calls or need a page");
}

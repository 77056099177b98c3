/*
 * The real-time clock's date as seconds since 1970: in each format that the clock can have, compared with the C
 * library's calendar; while it changes; and without a valid date.
 *
 * instead: tests/server/instead
 * sources: servers/proc/clock.c
 */
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "libuser/sys/syscall.h"
#include "servers/proc/clock.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"

enum { SECOND, MINUTE = 2, HOUR = 4, DAY = 7, MONTH, YEAR, STATUS_A, STATUS_B, REGISTERS = 16 };
enum { UPDATING = 0x80, BINARY = 4, HOURS_24 = 2, AFTERNOON = 0x80, POLLS_MAX = 10000 };
enum { LAST_YEAR = 2069 };

static uint8_t registers[REGISTERS];
static uint32_t selected, reads, updates; /* `updates`: so many more reads find that the date is being changed */
static void (*before_read)(void);

err_t syscall_short(uint32_t head, uint32_t ebx, uint32_t esi, uint32_t edi, uint32_t *result)
{
    uint32_t number = head & SYSCALL_NUMBER;

    CHECK(head >> SLOT_SHIFT == PROC_SLOT_CLOCK && esi == 1);
    if (number == SYS_port_out) {
        CHECK(ebx == 0x70 && edi < REGISTERS);
        selected = edi;
        return OK;
    }
    CHECK(number == SYS_port_in && ebx == 0x71);
    reads++;
    if (before_read)
        before_read();
    *result = 0xdead00 | registers[selected]; /* only the lowest byte of the result is valid */
    if (selected == STATUS_A && updates) {
        updates--;
        *result |= UPDATING;
    }
    return OK;
}

int32_t system_call(uint32_t head, struct words *words)
{
    return syscall_short(head, words->w[0], words->w[1], words->w[2], &words->w[0]);
}

static uint8_t kept(int value, uint32_t status)
{
    return (uint8_t)(status & BINARY ? value : value / 10 * 16 + value % 10);
}

static void set(const struct tm *date, uint32_t status)
{
    int hour = status & HOURS_24 ? date->tm_hour : (date->tm_hour + 11) % 12 + 1;

    memset(registers, 0xff, sizeof(registers));
    registers[SECOND] = kept(date->tm_sec, status);
    registers[MINUTE] = kept(date->tm_min, status);
    registers[HOUR] = kept(hour, status) | (!(status & HOURS_24) && date->tm_hour >= 12 ? AFTERNOON : 0);
    registers[DAY] = kept(date->tm_mday, status);
    registers[MONTH] = kept(date->tm_mon + 1, status);
    registers[YEAR] = kept(date->tm_year % 100, status);
    registers[STATUS_A] = 0x26;
    registers[STATUS_B] = (uint8_t)status;
}

static void check(time_t seconds)
{
    static const uint32_t ways[] = {0, BINARY, HOURS_24, BINARY | HOURS_24};
    struct tm date;

    gmtime_r(&seconds, &date);
    for (uint32_t i = 0; i < 4; i++) {
        set(&date, ways[i]);
        CHECK(wall_clock_seconds() == (uint32_t)seconds);
    }
}

static time_t seconds_of(int year, int month, int day, int hour)
{
    struct tm date = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour};

    return timegm(&date);
}

/* Each hour of a day, and the days around each change of month, to the last year that two digits can express. */
static void each_date_is_known(void)
{
    for (int hour = 0; hour < 24; hour++)
        check(seconds_of(2000, 2, 29, hour) + 3599);
    for (int year = 1970; year <= LAST_YEAR; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = -1; day <= 1; day++)
                if (year > 1970 || month > 1 || day > 0)
                    check(seconds_of(year, month, day, 12));
    for (uint32_t i = 0; i < 2000; i++)
        check((time_t)random_below((uint32_t)seconds_of(LAST_YEAR, 12, 31, 23)));
}

/* ---------------------------------------------------------------------------------- while it changes */

static const struct tm before = {.tm_year = 99, .tm_mon = 11, .tm_mday = 31, .tm_hour = 23, .tm_min = 59, .tm_sec = 59};
static const struct tm after = {.tm_year = 100, .tm_mday = 1};
static uint32_t changes_at;

static void change(void)
{
    if (reads == changes_at)
        set(&after, HOURS_24);
}

/* Whenever the date changes during the reads: the result is one of the two dates, never parts of both. */
static void a_change_is_not_read_in_part(void)
{
    enum { READS = 15 }; /* the update flag and six bytes, twice; and the format */
    time_t next = seconds_of(2000, 1, 1, 0);

    before_read = change;
    for (changes_at = 1; changes_at <= READS + 1; changes_at++) {
        set(&before, HOURS_24);
        reads = 0;
        uint32_t seconds = wall_clock_seconds();
        CHECK(seconds == (uint32_t)next || seconds == (uint32_t)next - 1);
        CHECK((seconds == (uint32_t)next) == (changes_at < READS));
    }
    CHECK(reads == READS);
    before_read = NULL;
}

static void still_changing(void)
{
    if (updates)
        CHECK(selected == STATUS_A);
}

/* No byte of the date is read during an update. If the update never ends, the clock is read anyway. */
static void an_update_is_waited_for(void)
{
    set(&after, HOURS_24);
    before_read = still_changing;
    updates = 100;
    CHECK(wall_clock_seconds() == (uint32_t)seconds_of(2000, 1, 1, 0) && updates == 0);
    before_read = NULL;
    updates = UINT32_MAX;
    CHECK(wall_clock_seconds() == (uint32_t)seconds_of(2000, 1, 1, 0) && updates == UINT32_MAX - 2 * POLLS_MAX);
    updates = 0;
}

/* ---------------------------------------------------------------------------------- no date */

static void no_date_is_zero(void)
{
    static const struct {
        uint8_t at, value;
    } wrong[] = {{MONTH, 0}, {MONTH, 13}, {MONTH, 0xff}, {DAY, 0}, {DAY, 32}, {DAY, 0xff}};

    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        set(&after, BINARY | HOURS_24);
        registers[wrong[i].at] = wrong[i].value;
        CHECK(wall_clock_seconds() == 0);
    }
    memset(registers, 0xff, sizeof(registers)); /* as without a clock */
    CHECK(wall_clock_seconds() == 0);
    memset(registers, 0, sizeof(registers));
    CHECK(wall_clock_seconds() == 0);
}

int main(void)
{
    each_date_is_known();
    a_change_is_not_read_in_part();
    an_update_is_waited_for();
    no_date_is_zero();
    puts("test_wall_clock: the clock's date is what the calendar says");
}

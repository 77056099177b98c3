#include "servers/proc/clock.h"

#include "libuser/sys/calls.h"
#include "servers/proto/slots.h"

#include <stdbool.h>
#include <string.h>

enum { PORT_INDEX = 0x70, PORT_DATA = 0x71 };
enum { SECOND = 0, MINUTE = 2, HOUR = 4, DAY = 7, MONTH = 8, YEAR = 9, STATUS_A = 10, STATUS_B = 11 };
enum { UPDATING = 0x80, BINARY = 4, HOURS_24 = 2, AFTERNOON = 0x80 }; /* of status A; B, B; the hour */
enum { POLLS_MAX = 10000 };

static uint32_t read_register(uint32_t index)
{
    uint32_t value = 0;
    err_t err = sys_port_out(PROC_SLOT_CLOCK, PORT_INDEX, 1, index);

    if (!err)
        err = sys_port_in(PROC_SLOT_CLOCK, PORT_DATA, 1, &value);
    if (err)
        __builtin_trap();
    return value & 0xff;
}

struct date {
    uint32_t second, minute, hour, day, month, year;
};

static struct date read_once(void)
{
    for (uint32_t i = 0; i < POLLS_MAX && read_register(STATUS_A) & UPDATING; i++)
        continue;
    return (struct date){read_register(SECOND), read_register(MINUTE), read_register(HOUR),
                         read_register(DAY),    read_register(MONTH),  read_register(YEAR)};
}

static uint32_t binary(uint32_t bcd)
{
    return (bcd >> 4) * 10 + (bcd & 15);
}

static struct date decoded(struct date date, uint32_t status)
{
    bool afternoon = date.hour & AFTERNOON;

    date.hour &= ~(uint32_t)AFTERNOON;
    if (!(status & BINARY))
        date = (struct date){binary(date.second), binary(date.minute), binary(date.hour),
                             binary(date.day),    binary(date.month),  binary(date.year)};
    if (!(status & HOURS_24))
        date.hour = date.hour % 12 + (afternoon ? 12 : 0);
    date.year += date.year < 70 ? 2000 : 1900;
    return date;
}

/* In the Gregorian calendar, with years beginning in March, so that the leap day is the last day. */
static uint32_t days_since_1970(const struct date *date)
{
    enum { FROM_MARCH_0_TO_1970 = 719468 };
    uint32_t year = date->year - (date->month < 3), month = (date->month + 9) % 12;

    return year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + date->day - 1 -
           FROM_MARCH_0_TO_1970;
}

uint32_t wall_clock_seconds(void)
{
    struct date date, again = read_once();

    do {
        date = again;
        again = read_once();
    } while (memcmp(&date, &again, sizeof date) != 0);
    date = decoded(date, read_register(STATUS_B));
    if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31)
        return 0;
    return ((days_since_1970(&date) * 24 + date.hour) * 60 + date.minute) * 60 + date.second;
}

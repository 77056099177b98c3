#include "tests/server/proc_machine_parts.h"

#include "servers/proto/slots.h"
#include "tests/host/check.h"

uint32_t machine_ticks;
uint8_t machine_clock[MACHINE_CLOCK_BYTES];

int32_t machine_ack(uint32_t slot, uint32_t *w)
{
    CHECK(slot == PROC_SLOT_TICK && w[0] == IRQ_TICK);
    w[0] = machine_ticks;
    return OK;
}

int32_t machine_port(uint32_t number, uint32_t slot, uint32_t *w)
{
    static uint32_t index;

    CHECK(slot == PROC_SLOT_CLOCK && w[1] == 1);
    if (number == SYS_port_out) {
        CHECK(w[0] == 0x70 && w[2] < MACHINE_CLOCK_BYTES);
        index = w[2];
        return OK;
    }
    CHECK(w[0] == 0x71);
    w[0] = machine_clock[index];
    return OK;
}

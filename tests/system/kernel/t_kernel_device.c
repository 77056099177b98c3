/* Interrupt lines, ports, the log, the version. t_kernel_long tests the effects of interrupts. */
#include "tests/system/kernel/kernel_test.h"

#include <string.h>

enum {
    A = FIRST_SLOT,
    B,
    C,
    EMPTY = 100,
    FREE_LINE = 21,
    COM1 = 0x3f8,
    COM1_SCRATCH = 0x3ff,
    SPACE = 0x50000000,
};

/* ---------------------------------------------------------------------------------------- ports */

static uint32_t in(uint32_t port)
{
    uint32_t value = 0xbad;

    IS(sys_port_in(PORTS, port, 1, &value), OK);
    return value;
}

static void port_calls_refuse(void)
{
    uint32_t value;

    IS(sys_port_out(PORTS, COM1_SCRATCH, 1, 0x5a), OK);
    IS(in(COM1_SCRATCH), 0x5a);
    IS(cap_part(PORTS, A, RIGHT_READ, 0, 8), OK);
    IS(cap_part(PORTS, B, RIGHT_WRITE, 0, 8), OK);
    IS(sys_port_in(EMPTY, COM1, 1, &value), ERR_CAP);
    IS(sys_port_in(IRQS, COM1, 1, &value), ERR_CAP);
    IS(sys_port_out(EMPTY, COM1_SCRATCH, 1, 0), ERR_CAP);
    IS(sys_port_out(MEMORY, COM1_SCRATCH, 1, 0), ERR_CAP);
    IS(sys_port_in(B, COM1_SCRATCH, 1, &value), ERR_RIGHTS);
    IS(sys_port_out(A, COM1_SCRATCH, 1, 0), ERR_RIGHTS);
    static const uint32_t bad[][2] = {
        {COM1 - 1, 1},       {COM1 + 8, 1},      {COM1 + 7, 2},          {COM1 + 5, 4}, {0, 1},
        {0x10000 + COM1, 1}, {0xffffffff, 1},    {0xffffffff, 4},        {COM1, 0},     {COM1, 3},
        {COM1, 8},           {COM1, 0xffffffff}, {0x80000000 + COM1, 2},
    };
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        IS(sys_port_in(PORTS, bad[i][0], bad[i][1], &value), ERR_ARG);
        IS(sys_port_out(PORTS, bad[i][0], bad[i][1], 0), ERR_ARG);
    }
    IS(in(COM1_SCRATCH), 0x5a); /* nothing was written */
    IS(sys_port_out(B, COM1_SCRATCH, 1, 0xa5), OK);
    IS(sys_port_in(A, COM1_SCRATCH, 1, &value), OK);
    IS(value, 0xa5);
}

static void port_ranges_are_derived(void)
{
    uint32_t value;

    IS(cap_part(PORTS, A, READ_WRITE, 7, 1), OK);
    IS(sys_port_out(A, COM1_SCRATCH, 1, 0x33), OK);
    IS(sys_port_in(A, COM1_SCRATCH - 1, 1, &value), ERR_ARG);
    IS(sys_port_in(A, 7, 1, &value), ERR_ARG); /* ports are named by their numbers */
    IS(cap_part(PORTS, B, READ_WRITE, 7, 2), ERR_ARG);
    IS(cap_part(PORTS, B, READ_WRITE, 8, 1), ERR_ARG);
    IS(in(COM1_SCRATCH), 0x33);
}

/* ------------------------------------------------------------------------------------------ log */

static void log_refuses(void)
{
    IS(cap_copy(LOG, A, RIGHT_NONE), OK);
    IS(sys_log_write(EMPTY, 1), ERR_CAP);
    IS(sys_log_write(ENDPOINT, 1), ERR_CAP);
    IS(sys_log_write(A, 1), ERR_RIGHTS);
    IS(sys_log_write(LOG, sizeof(message_page->words) + 1), ERR_ARG);
    IS(sys_log_write(LOG, 0xffffffff), ERR_ARG);
    IS(sys_log_write(LOG, 0), OK);
    memset(message_page->words, '.', sizeof(message_page->words));
    message_page->words[IPC_PAGE_WORDS - 1] = 0x0a2e2e2e;
    IS(sys_log_write(LOG, sizeof(message_page->words)), OK);
}

static bool log_page_ends_with(const struct log_page *page, const char *text)
{
    uint32_t bytes = (uint32_t)strlen(text), at = page->written - bytes;

    for (uint32_t i = 0; i < bytes; i++)
        if (page->text[(at + i) % LOG_TEXT_BYTES] != text[i])
            return false;
    return true;
}

static void the_log_is_read_in_its_page(void)
{
    const char *line = "the log's page has this\n";
    const struct log_page *page = (const struct log_page *)SPACE;
    uint32_t before, after;

    IS(sys_vm_map(OWN_TASK, SPACE, RIGHT_READ | RIGHT_WRITE, TEST_SLOT_LOG_PAGE, 1, 0), ERR_RIGHTS);
    IS(sys_vm_map(OWN_TASK, SPACE, RIGHT_READ, TEST_SLOT_LOG_PAGE, 1, 0), OK);
    IS(sys_irq_ack(IRQS, IRQ_LOG, &before), OK);
    for (uint32_t i = 0; i < 2 * LOG_TEXT_BYTES / strlen(line); i++) { /* around the ring */
        memcpy(message_page->words, line, strlen(line));
        uint32_t written = page->written;
        IS(sys_log_write(LOG, strlen(line)), OK);
        IS(page->written - written, strlen(line));
        IS(log_page_ends_with(page, line), true);
    }
    IS(sys_irq_ack(IRQS, IRQ_LOG, &after), OK);
    IS(after - before, 2 * LOG_TEXT_BYTES / strlen(line));
    IS(sys_vm_unmap(OWN_TASK, SPACE, 1), OK);
}

static void the_screen_is_mapped_as_memory_is(void)
{
    volatile uint16_t *cells = (volatile uint16_t *)SPACE;

    IS(sys_vm_map(OWN_TASK, SPACE, RIGHT_READ | RIGHT_WRITE, TEST_SLOT_SCREEN, 1, 0), OK);
    for (uint16_t i = 0; i < 80 * 25; i++)
        cells[i] = (uint16_t)(0x700 + i);
    for (uint16_t i = 0; i < 80 * 25; i++)
        IS(cells[i], (uint16_t)(0x700 + i));
    IS(sys_vm_unmap(OWN_TASK, SPACE, 1), OK);
    IS(sys_task_donate(OWN_TASK, TEST_SLOT_SCREEN, 1, 0), ERR_RIGHTS);
}

static void version_is_known(void)
{
    uint32_t version = 0;

    IS(sys_version(&version), OK);
    IS(version, ABI_VERSION);
}

static void unknown_calls_are_refused(void)
{
    for (uint32_t number = SYS_COUNT; number < 256; number++) {
        if (message_number(number))
            continue;
        struct words words = {{1, 2, 3, 4}};
        IS(system_call(number | ENDPOINT << SLOT_SHIFT, &words), ERR_CALL);
        IS(words.w[0], 1);
    }
}

/* ----------------------------------------------------------------------------------- interrupts */

static void irq_calls_refuse(void)
{
    uint32_t count;

    IS(cap_copy(IRQS, A, RIGHT_GRANT), OK);
    IS(cap_copy(ENDPOINT, B, RIGHT_CALL), OK);
    IS(cap_part(IRQS, C, RIGHT_CONTROL, FREE_LINE, 1), OK);
    IS(sys_irq_bind(EMPTY, FREE_LINE, ENDPOINT), ERR_CAP);
    IS(sys_irq_bind(PORTS, FREE_LINE, ENDPOINT), ERR_CAP);
    IS(sys_irq_bind(IRQS, FREE_LINE, EMPTY), ERR_CAP);
    IS(sys_irq_bind(IRQS, FREE_LINE, 0), ERR_CAP);
    IS(sys_irq_bind(IRQS, FREE_LINE, MEMORY), ERR_CAP);
    IS(sys_irq_bind(IRQS, FREE_LINE, SLOT_COUNT | ENDPOINT), ERR_CAP);
    IS(sys_irq_bind(A, FREE_LINE, ENDPOINT), ERR_RIGHTS);
    IS(sys_irq_bind(IRQS, FREE_LINE, B), ERR_RIGHTS);
    IS(sys_irq_ack(EMPTY, FREE_LINE, &count), ERR_CAP);
    IS(sys_irq_ack(LOG, FREE_LINE, &count), ERR_CAP);
    IS(sys_irq_ack(A, FREE_LINE, &count), ERR_RIGHTS);
    static const uint32_t bad[] = {IRQ_COUNT, 255, 256, 0x80000000, 0xffffffff};
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        IS(sys_irq_bind(IRQS, bad[i], ENDPOINT), ERR_ARG);
        IS(sys_irq_ack(IRQS, bad[i], &count), ERR_ARG);
    }
    IS(sys_irq_bind(C, FREE_LINE + 1, ENDPOINT), ERR_ARG);
    IS(sys_irq_bind(C, FREE_LINE - 1, ENDPOINT), ERR_ARG);
    IS(sys_irq_bind(C, 0, ENDPOINT), ERR_ARG);
    IS(sys_irq_ack(C, FREE_LINE - 1, &count), ERR_ARG);
    IS(sys_irq_bind(IRQS, IRQ_TICK, ENDPOINT), ERR_TAKEN); /* bound by proc */
    IS(sys_endpoint_create(EMPTY), OK);
    IS(sys_irq_bind(C, FREE_LINE, EMPTY), OK); /* still free */
    IS(sys_irq_bind(IRQS, FREE_LINE, EMPTY), ERR_TAKEN);
    IS(sys_irq_ack(C, FREE_LINE, &count), OK);
    IS(count, 0);
}

static void a_line_is_free_when_its_endpoint_ends(void)
{
    for (uint32_t i = 0; i < 3; i++) {
        IS(sys_endpoint_create(A), OK);
        IS(cap_badge(A, B, RIGHT_SIGNAL, 1), OK);
        IS(sys_irq_bind(IRQS, FREE_LINE, B), OK);
        IS(i == 1 ? sys_cap_delete(B) : sys_object_destroy(A), OK); /* or the capability it was derived from */
        if (i == 1)
            IS(sys_cap_delete(A), OK);
    }
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"port_in, port_out: errors", port_calls_refuse},
        {"ports are derived in ranges", port_ranges_are_derived},
        {"log_write: errors", log_refuses},
        {"the log is read in its page, and signalled", the_log_is_read_in_its_page},
        {"the screen's frames are mapped as memory is", the_screen_is_mapped_as_memory_is},
        {"version", version_is_known},
        {"numbers of no call are ERR_CALL", unknown_calls_are_refused},
        {"irq_bind, irq_ack: errors", irq_calls_refuse},
        {"a line is free again when its endpoint ends", a_line_is_free_when_its_endpoint_ends},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}

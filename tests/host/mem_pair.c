#include "tests/host/mem_pair.h"

#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/server.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/space.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"

const struct program_segment pair_text = {PROGRAM_BASE, 2 * PAGE_SIZE, 0, 2 * PAGE_SIZE, RIGHT_READ | RIGHT_EXECUTE};
const struct program_segment pair_data = {0x902000, 3 * PAGE_SIZE, 2, PAGE_SIZE, RIGHT_READ | RIGHT_WRITE};

struct mem_client a, b;
struct fake_ram pair_ram = {LOW_MEMORY_PAGES - 1000, 6000, 10};

uint32_t pair_promised(void)
{
    return space_find(a.id)->committed + space_find(b.id)->committed;
}

struct mem_client pair_make(uint32_t id)
{
    struct mem_client client = {id, space_receive_slot()};

    CHECK(mem_manager_with_task(MEM_SPACE_CREATE, id, 0) == 0);
    CHECK(mem_map_segment(id, &pair_text) == 0);
    CHECK(mem_map_segment(id, &pair_data) == 0);
    CHECK(mem_manager(MEM_SPACE_FINISH, id, PAIR_BREAK) == 0);
    return client;
}

struct mem_client pair_fork(struct mem_client parent, uint32_t id)
{
    struct mem_client child = {id, space_receive_slot()};

    CHECK(mem_manager_with_task(MEM_SPACE_FORK, parent.id, id) == 0);
    return child;
}

void pair_end(struct mem_client client)
{
    fake_task_destroy(client.slot);
    CHECK(mem_manager(MEM_SPACE_DESTROY, client.id, 0) == 0);
}

int pair_call(struct mem_client client, uint32_t number, uint32_t first, uint32_t second)
{
    return mem_call(&client, number, first, second, NULL);
}

uint32_t pair_open(struct mem_client client, uint32_t id)
{
    uint32_t address;

    CHECK(mem_call(&client, MEM_SHM_OPEN, id, 0, &address) == 0);
    return address;
}

uint32_t pair_read(struct mem_client client, uint32_t address)
{
    CHECK(mem_touch(&client, address, 0));
    return *fake_word(client.slot, address);
}

void pair_write(struct mem_client client, uint32_t address, uint32_t word)
{
    CHECK(mem_touch(&client, address, FAULT_WRITE));
    *fake_word(client.slot, address) = word;
}

void pair_dies(struct mem_client client, uint32_t address, uint32_t cause)
{
    uint32_t id;

    CHECK(!mem_touch(&client, address, cause));
    CHECK(mem_call(NULL, MEM_FATAL_FAULT, 0, 0, &id) == 0 && id == client.id);
}

static void start(void)
{
    fake_init(pair_ram);
    fake_start_frames();
    CHECK(server_init(FAKE_ARCHIVE_PAGES, 1));
    mem_forget_hoard();
    a = pair_make(1);
    b = pair_make(2);
}

void pair_run(const char *name, void (*const checks[])(void), unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        start();
        checks[i]();
        mem_between = NULL;
        pair_end(a);
        pair_end(b);
        shm_table_audit();
        frames_audit();
        heap_audit();
        CHECK(frames_account.used == 0 && frames_account.holders == 1 && limits_units(&frames_account)->used == 0);
    }
    printf("%s: %u checks\n", name, count);
}

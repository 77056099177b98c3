#include <errno.h>
#include <string.h>

#include "servers/file/device.h"
#include "tests/host/check.h"
#include "tests/host/file_model_nodes.h"

enum { BLOCKS = 4 };

static const uint32_t region_starts[REGIONS] = {0, (MAP_DIRECT - 1) << PAGE_BITS,
                                                (MAP_DIRECT + TABLE_ENTRIES - 1) << PAGE_BITS,
                                                (MAP_DIRECT + 2 * TABLE_ENTRIES - 1) << PAGE_BITS, 0x7fffe000};

static _Alignas(PAGE_SIZE) unsigned char archive[BLOCKS * PAGE_SIZE];
static struct memory_device device;

/* A file of the archive, which the test holds at first. */
static void create_from_device(void)
{
    uint32_t block = random_below(BLOCKS - 1), bytes = random_below(REGION_BYTES + 1);
    int i = node_free();
    struct inode *inode = i == NONE ? NULL : inode_from_device(&device.device, block, bytes);

    if (!inode)
        return;
    node_add(i, INODE_FILE, inode);
    nodes[i].holders = 1;
    nodes[i].size = bytes;
    memcpy(nodes[i].bytes[0], archive + block * PAGE_SIZE, bytes);
}

static int any_file(void)
{
    for (unsigned tries = 0; tries < 8; tries++) {
        int i = node_any();
        if (nodes[i].kind == INODE_FILE)
            return i;
    }
    return NONE;
}

struct range {
    uint32_t region, at, bytes, offset;
};

/* A range within a region. */
static struct range any_range(void)
{
    uint32_t region = random_below(random_below(4) ? 2 : REGIONS), at = random_below(REGION_BYTES);
    uint32_t most = REGION_BYTES - at, bytes = random_below(3) ? random_below(most + 1) : most;

    if (random_below(4) == 0) {
        at = at / PAGE_SIZE * PAGE_SIZE;
        bytes = PAGE_SIZE;
    }
    return (struct range){region, at, bytes, region_starts[region] + at};
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void write_any(void)
{
    static unsigned char bytes[REGION_BYTES];
    struct range r = any_range();
    int i = any_file();

    if (i == NONE)
        return;
    memset(bytes, (int)(1 + random_below(255)), r.bytes);
    int32_t most = (int32_t)least(r.bytes, FILE_SIZE_MAX - r.offset), done;
    done = inode_write(inodes[i], r.offset, bytes, r.bytes);
    if (done != most && node_succeeded(done > 0 ? -ENOSPC : done, most == 0 && r.bytes ? -EFBIG : 0))
        CHECK(0);
    if (done <= 0)
        return;
    memcpy(nodes[i].bytes[r.region] + r.at, bytes, (size_t)done);
    if (r.offset + (uint32_t)done > nodes[i].size)
        nodes[i].size = r.offset + (uint32_t)done;
}

static void read_any(void)
{
    static unsigned char bytes[REGION_BYTES];
    struct range r = any_range();
    int i = any_file();

    if (i == NONE)
        return;
    uint32_t left = nodes[i].size > r.offset ? nodes[i].size - r.offset : 0, expected = least(left, r.bytes);
    CHECK(inode_read(inodes[i], r.offset, bytes, r.bytes) == (int32_t)expected);
    CHECK(memcmp(bytes, nodes[i].bytes[r.region] + r.at, expected) == 0);
    CHECK(inode_read(inodes[i], 4 * PAGE_SIZE, bytes, 1) <= 0 || bytes[0] == 0); /* in no region */
}

/* Clears the bytes of the region that are behind the file's end. */
static void clear_behind(struct node *node)
{
    for (uint32_t region = 0; region < REGIONS; region++) {
        uint32_t start = region_starts[region];
        uint32_t keep = node->size > start ? least(node->size - start, REGION_BYTES) : 0;
        memset(node->bytes[region] + keep, 0, REGION_BYTES - keep);
    }
}

static void truncate_any(void)
{
    struct range r = any_range();
    int i = any_file(), err;

    if (i == NONE)
        return;
    uint32_t size = random_below(4) ? r.offset : 0, before = inodes[i]->size;
    while ((err = inode_truncate(inodes[i], size)) == FILE_MORE) {
        CHECK(inodes[i]->size > size && inodes[i]->size < before);
        before = inodes[i]->size;
    }
    CHECK(err == (size > FILE_SIZE_MAX ? -EFBIG : 0));
    if (err)
        return;
    nodes[i].size = size;
    clear_behind(&nodes[i]);
}

/* A client that has the page mapped writes all over it, also behind the file's end. */
static void scribble(struct node *node, const struct range *r, const struct page_source *source)
{
    uint32_t at = r->at / PAGE_SIZE * PAGE_SIZE, end = node->size - region_starts[r->region];
    int value = (int)random_below(256);

    memset(pages_at(source->number), value, PAGE_SIZE);
    memset(node->bytes[r->region] + at, value, least(end - at, PAGE_SIZE));
}

static void lend_any(void)
{
    struct range r = any_range();
    struct page_source source;
    int i = any_file();
    bool write = random_below(2);

    if (i == NONE)
        return;
    uint32_t pages = (nodes[i].size + PAGE_SIZE - 1) / PAGE_SIZE, page = r.offset / PAGE_SIZE;
    if (!node_succeeded(inode_page(inodes[i], page, write, &source), page < pages ? 0 : -EINVAL))
        return;
    const unsigned char *bytes = source.is_block ? archive + source.number * PAGE_SIZE : pages_at(source.number);
    uint32_t at = r.at / PAGE_SIZE * PAGE_SIZE, end = nodes[i].size - region_starts[r.region];
    CHECK(memcmp(bytes, nodes[i].bytes[r.region] + at, least(end - at, PAGE_SIZE)) == 0);
    CHECK(!(write && source.is_block));
    if (!source.is_block)
        inode_lend(inodes[i], source.number);
    if (write)
        scribble(&nodes[i], &r, &source);
}

void contents_begin(void)
{
    for (uint32_t i = 0; i < sizeof(archive); i++)
        archive[i] = (unsigned char)(1 + i % 251);
    memset(archive + PAGE_SIZE + 100, 0, PAGE_SIZE - 100);
    memory_device_init(&device, archive, BLOCKS);
}

void contents_step(void)
{
    static void (*const operations[])(void) = {create_from_device, write_any,    write_any,
                                               read_any,           truncate_any, lend_any};

    operations[random_below(COUNT(operations))]();
}

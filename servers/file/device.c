#include "servers/file/device.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const void *memory_mapped(struct block_device *device, uint32_t block)
{
    return ((struct memory_device *)device)->base + ((size_t)block << PAGE_BITS);
}

static int memory_read(struct block_device *device, uint32_t block, void *page)
{
    memcpy(page, memory_mapped(device, block), PAGE_SIZE);
    return 0;
}

static int memory_write(struct block_device *device, uint32_t block, const void *page)
{
    (void)device, (void)block, (void)page;
    return -EROFS;
}

static int memory_flush(struct block_device *device)
{
    (void)device;
    return 0;
}

void memory_device_init(struct memory_device *device, const void *base, uint32_t blocks)
{
    *device = (struct memory_device){
        .device = {blocks, memory_read, memory_write, memory_mapped, memory_flush},
        .base = base,
    };
}

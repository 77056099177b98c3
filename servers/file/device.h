/* Block devices: the source of files whose contents are not in the server's pages. A block has a page's size. */
#pragma once

#include <stdint.h>

#include "kernel/abi/abi.h"

struct block_device {
    uint32_t blocks;

    /* Each 0 or a negative error number. */
    int (*read)(struct block_device *device, uint32_t block, void *page);
    int (*write)(struct block_device *device, uint32_t block, const void *page);

    /* The block's permanent address; null: it must be read. */
    const void *(*mapped)(struct block_device *device, uint32_t block);
    int (*flush)(struct block_device *device);
};

/* Read-only pages in memory, like those of the boot archive: write is -EROFS. */
struct memory_device {
    struct block_device device;
    const unsigned char *base;
};

void memory_device_init(struct memory_device *device, const void *base, uint32_t blocks);

/*
 * The file server's tree. The bytes of an input choose operations, which are compared with a naive model: names,
 * contents, holders, pages lent to clients, and how much memory there is. All walkers run after each operation; at the
 * end every page must be free.
 *
 * fuzz: runs=500
 * sources: servers/file/pages.c servers/file/records.c servers/file/quota.c servers/lib/account.c servers/file/radix.c
 * sources: servers/file/device.c servers/file/block_map.c servers/file/inode.c servers/file/entry.c
 * sources: servers/file/directory.c servers/file/path.c tests/host/file_tree.c tests/host/file_model.c
 * sources: tests/host/file_model_names.c tests/host/file_model_contents.c tests/fuzz/bytes.c
 */
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/fuzz.h"
#include "tests/host/file_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bytes_begin(data, size);
    model_begin();
    while (bytes_are_left())
        model_step();
    model_end();
    return 0;
}

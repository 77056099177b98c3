/*
 * Random operations on the file server's tree and on a naive model of it, in several trees.
 *
 * sources: servers/file/pages.c servers/file/records.c servers/file/quota.c servers/lib/account.c servers/file/radix.c
 * sources: servers/file/device.c servers/file/block_map.c servers/file/inode.c servers/file/entry.c
 * sources: servers/file/directory.c servers/file/path.c tests/host/file_tree.c tests/host/file_model.c
 * sources: tests/host/file_model_names.c tests/host/file_model_contents.c
 */
#include "tests/host/file_model.h"

enum { TREES = 20, STEPS = 5000 };

int main(void)
{
    for (unsigned tree = 0; tree < TREES; tree++) {
        model_begin();
        for (unsigned step = 0; step < STEPS; step++)
            model_step();
        model_end();
    }
    return 0;
}

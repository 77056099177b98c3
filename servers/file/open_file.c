#include "servers/file/open_file.h"

#include <stddef.h>

#include "servers/file/inode.h"
#include "servers/file/locks.h"
#include "servers/file/pipe.h"
#include "servers/file/share.h"
#include "servers/proto/file_format.h"

void open_files_init(void)
{
    shares_set_size(SHARE_OPEN_FILES, sizeof(struct open_file));
}

struct open_file *open_file_make(struct share *share, uint32_t flags)
{
    struct open_file *file = share_make_record(share, SHARE_OPEN_FILES);

    if (file)
        file->flags = flags;
    return file;
}

void open_file_drop(struct open_file *file)
{
    if (file->holders > 1) {
        file->holders--;
        return;
    }
    if (file->locks)
        locks_close(file, file->inode);
    if (file->inode)
        inode_drop(file->inode);
    if (file->pipe)
        pipe_close(file->pipe, open_file_writes(file));
    share_free_record(file);
}

bool open_file_reads(const struct open_file *file)
{
    return (file->flags & O_ACCESS) != O_WRITE_ONLY;
}

bool open_file_writes(const struct open_file *file)
{
    return (file->flags & O_ACCESS) != O_READ_ONLY;
}

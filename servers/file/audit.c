#include "servers/file/audit.h"

#include "servers/file/client.h"
#include "servers/file/directory.h"
#include "servers/file/inode.h"
#include "servers/file/mapping.h"
#include "servers/file/open_file.h"
#include "servers/file/pages.h"
#include "servers/file/pipe.h"
#include "servers/file/watch.h"

void audit_all(void)
{
    uint32_t pages = inode_audit() + directory_audit() + clients_audit() + open_files_audit() + pipes_audit() + mappings_audit() +
                     watches_audit();

    pages_audit(pages);
}

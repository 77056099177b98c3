#include <errno.h>
#include <string.h>

#include "tests/host/check.h"
#include "tests/host/file_model_nodes.h"

enum { NAMES = 400 };

#define LONG_NAME "a name of forty bytes, or some more of them"
#define LONGER_NAME                                                                                                    \
    "one that has even more bytes than that: .............................................................."

static const char *const words[] = {"a", "b", "c", "file", ".", "..", "", "a/b", "sub", "...", LONG_NAME, LONGER_NAME};

static struct name {
    int directory, node; /* NONE: free */
    const char *text;
    uint32_t position;
} names[NAMES];

/* Mostly a directory that has a name. */
static int any_directory(void)
{
    for (unsigned tries = 0; tries < 8; tries++) {
        int i = node_any();
        if (nodes[i].kind == INODE_DIRECTORY && (nodes[i].links || random_below(4) == 0))
            return i;
    }
    return random_below(8) ? 0 : node_any();
}

static const char *any_word(void)
{
    return words[random_below(COUNT(words))];
}

/* ----------------------------------------------------------------------------------------- names */

static struct name *find(int directory, const char *text)
{
    for (struct name *name = names; name < names + NAMES; name++)
        if (name->directory == directory && strcmp(name->text, text) == 0)
            return name;
    return NULL;
}

static struct name *at_position(int directory, uint32_t position)
{
    for (struct name *name = names; name < names + NAMES; name++)
        if (name->directory == directory && name->position == position)
            return name;
    return NULL;
}

static bool is_empty(int directory)
{
    for (const struct name *name = names; name < names + NAMES; name++)
        if (name->directory == directory)
            return false;
    return true;
}

static bool is_dots(const char *text)
{
    return strcmp(text, ".") == 0 || strcmp(text, "..") == 0;
}

static void add_name(int directory, const char *text, int node)
{
    struct name *name = names;
    uint32_t position = POSITION_FIRST;

    while (name->directory != NONE)
        name++;
    while (at_position(directory, position))
        position++;
    *name = (struct name){directory, node, text, position};
    nodes[node].links++;
    if (nodes[node].kind == INODE_DIRECTORY)
        nodes[node].parent = directory;
}

static void remove_name(struct name *name)
{
    int node = name->node;

    name->directory = NONE;
    nodes[node].links--;
    node_forget_unused(node);
}

/* ----------------------------------------------------------------------------------------- what must be said */

static int expected_of_directory(int directory, const char *text)
{
    if (nodes[directory].kind != INODE_DIRECTORY)
        return -ENOTDIR;
    return *text ? 0 : -ENOENT;
}

static int expected_of_new(int directory, const char *text)
{
    int err = expected_of_directory(directory, text);

    if (err)
        return err;
    if (is_dots(text))
        return -EEXIST;
    if (strchr(text, '/'))
        return -EINVAL;
    if (!nodes[directory].links)
        return -ENOENT;
    return find(directory, text) ? -EEXIST : 0;
}

static int expected_of_remove(int directory, const char *text, enum directory_remove what)
{
    int err = expected_of_directory(directory, text);

    if (err)
        return err;
    if (is_dots(text) && what == REMOVE_FILE)
        return -EISDIR;
    if (is_dots(text))
        return text[1] ? -ENOTEMPTY : directory ? -EINVAL : -EBUSY;
    const struct name *name = find(directory, text);
    if (!name)
        return -ENOENT;
    if (nodes[name->node].kind != INODE_DIRECTORY)
        return what == REMOVE_DIRECTORY ? -ENOTDIR : 0;
    return what == REMOVE_FILE ? -EISDIR : is_empty(name->node) ? 0 : -ENOTEMPTY;
}

static int expected_of_lookup(int directory, const char *text, int *node)
{
    int err = expected_of_directory(directory, text);
    const struct name *name = find(directory, text);

    if (err)
        return err;
    *node = name ? name->node : NONE;
    if (strcmp(text, ".") == 0)
        *node = directory;
    if (strcmp(text, "..") == 0)
        *node = nodes[directory].parent;
    return *node == NONE || !(nodes[*node].links || *node == directory) ? -ENOENT : 0;
}

static bool is_below(int node, int directory)
{
    for (; node != 0; node = nodes[node].parent)
        if (node == directory)
            return true;
    return directory == 0;
}

static int expected_of_replacing(int moved, int from, int replaced)
{
    bool is_directory = nodes[moved].kind == INODE_DIRECTORY;

    if (!is_directory && nodes[replaced].kind == INODE_DIRECTORY && is_below(from, replaced))
        return -ENOTEMPTY;
    if ((nodes[replaced].kind == INODE_DIRECTORY) != is_directory)
        return is_directory ? -ENOTDIR : -EISDIR;
    return is_directory && !is_empty(replaced) ? -ENOTEMPTY : 0;
}

struct rename {
    int from, to;
    const char *old, *new;
    bool must_be_directory;
};

static int expected_of_names(const struct rename *r, const struct name *old)
{
    if (is_dots(r->old) || is_dots(r->new))
        return -EBUSY;
    int err = expected_of_directory(r->from, r->old);
    if (!err)
        err = old ? expected_of_new(r->to, r->new) : -ENOENT;
    return err == -EEXIST ? 0 : err;
}

static int expected_of_rename(const struct rename *r, const struct name *old, const struct name *new)
{
    int err = expected_of_names(r, old);

    if (err)
        return err;
    bool is_directory = nodes[old->node].kind == INODE_DIRECTORY;
    if (r->must_be_directory && !is_directory)
        return -ENOTDIR;
    if (is_directory && is_below(r->to, old->node))
        return -EINVAL;
    return new &&new->node != old->node ? expected_of_replacing(old->node, r->from, new->node) : 0;
}

/* ----------------------------------------------------------------------------------------- operations on names */

static void create(void)
{
    int directory = any_directory(), i = node_free();
    const char *text = any_word();
    struct inode_attributes attributes = {(enum inode_kind)(INODE_FILE + random_below(3)), 0644, 1};
    struct inode *inode = NULL;

    if (i == NONE)
        return;
    int err = directory_create(inodes[directory], text, (uint32_t)strlen(text), &attributes, &inode);
    if (!node_succeeded(err, expected_of_new(directory, text)))
        return;
    node_add(i, attributes.kind, inode);
    add_name(directory, text, i);
}

static void add(void)
{
    int directory = any_directory(), node = node_any();
    const char *text = any_word();
    int err = directory_add(inodes[directory], text, (uint32_t)strlen(text), inodes[node]);
    int expected = expected_of_new(directory, text);

    if (!expected && nodes[node].kind == INODE_DIRECTORY)
        expected = -EPERM;
    if (node_succeeded(err, expected))
        add_name(directory, text, node);
}

static void remove_any(void)
{
    int directory = any_directory();
    const char *text = any_word();
    enum directory_remove what = (enum directory_remove)random_below(3);
    int expected = expected_of_remove(directory, text, what);
    int err = directory_remove(inodes[directory], text, (uint32_t)strlen(text), what);

    CHECK(err == expected);
    if (!err)
        remove_name(find(directory, text));
}

static void commit_rename(const struct rename *r, struct name *old, struct name *new)
{
    int node = old->node, replaced;

    if (new &&new->node == node)
        return;
    if (new) { /* it keeps its position */
        replaced = new->node;
        new->node = node;
        old->directory = NONE;
        nodes[replaced].links--;
        node_forget_unused(replaced);
    } else {
        add_name(r->to, r->new, node);
        nodes[node].links--;
        old->directory = NONE;
    }
    if (nodes[node].kind == INODE_DIRECTORY)
        nodes[node].parent = r->to;
}

static void rename_any(void)
{
    struct rename r = {any_directory(), any_directory(), any_word(), any_word(), random_below(8) == 0};
    struct name *old = find(r.from, r.old), *new = find(r.to, r.new);
    struct directory_name from = {inodes[r.from], r.old, (uint32_t)strlen(r.old), r.must_be_directory};
    struct directory_name to = {inodes[r.to], r.new, (uint32_t)strlen(r.new), false};
    int expected = expected_of_rename(&r, old, new);

    if (node_succeeded(directory_rename(&from, &to), expected))
        commit_rename(&r, old, new);
}

static void lookup(void)
{
    int directory = any_directory(), node = NONE;
    const char *text = any_word();
    struct inode *inode = NULL;
    int err = directory_lookup(inodes[directory], text, (uint32_t)strlen(text), &inode);

    CHECK(err == expected_of_lookup(directory, text, &node));
    CHECK(err ? !inode : inode == inodes[node]);
}

/* A path of some names, which both find. */
static void find_path(void)
{
    char path[600] = "";
    int at = any_directory(), err = 0;
    struct inode *inode = NULL, *from = inodes[at];
    bool must_be_directory = random_below(4) == 0;

    if (random_below(4) == 0) {
        strcat(path, "/");
        at = 0;
    }
    for (uint32_t i = 0, count = 1 + random_below(4); i < count; i++) {
        const char *text = words[random_below(6)];
        strcat(strcat(path, i ? "/" : ""), text);
        if (!err)
            err = expected_of_lookup(at, text, &at);
    }
    strcat(path, must_be_directory ? "//" : "");
    if (!err && must_be_directory && nodes[at].kind != INODE_DIRECTORY)
        err = -ENOTDIR;
    CHECK(path_find(from, path, &inode) == err && (err ? !inode : inode == inodes[at]));
}

/* Finds the path of a directory, which must lead back to it. */
static void path_back(void)
{
    char path[1024];
    int i = node_any(), length = path_of(inodes[i], path, sizeof(path));
    struct inode *inode;

    if (nodes[i].kind != INODE_DIRECTORY)
        CHECK(length == -ENOTDIR);
    else if (!nodes[i].links)
        CHECK(length == -ENOENT);
    else
        CHECK(length == (int)strlen(path) && path_find(inodes[0], path, &inode) == 0 && inode == inodes[i]);
}

/* Each name is at its position, and there are no others. */
static void read_directory(void)
{
    int directory = any_directory();
    uint32_t position = POSITION_FIRST, expected = POSITION_FIRST, found = 0;
    struct directory_entry entry;

    for (; directory_next(inodes[directory], &position, &entry); found++) {
        while (!at_position(directory, expected))
            expected++;
        const struct name *name = at_position(directory, expected++);
        CHECK(entry.position == name->position && entry.number == nodes[name->node].number);
        CHECK(entry.length == strlen(name->text) && memcmp(entry.name, name->text, entry.length) == 0);
        CHECK(entry.kind == nodes[name->node].kind);
    }
    for (const struct name *name = names; name < names + NAMES; name++)
        found -= name->directory == directory;
    CHECK(found == 0);
}

static void hold(void)
{
    int i = node_any();

    inode_hold(inodes[i]);
    nodes[i].holders++;
}

static void drop(void)
{
    int i = node_any();

    if (!nodes[i].holders)
        return;
    inode_drop(inodes[i]);
    nodes[i].holders--;
    node_forget_unused(i);
}

/* ----------------------------------------------------------------------------------------- the whole */

void names_begin(void)
{
    for (uint32_t i = 0; i < NAMES; i++)
        names[i].directory = NONE;
}

static uint32_t names_used(void)
{
    uint32_t used = 0;

    for (const struct name *name = names; name < names + NAMES; name++)
        used += name->directory != NONE;
    return used;
}

void names_step(void)
{
    static void (*const operations[])(void) = {create,     create, add,       rename_any, rename_any,
                                               remove_any, lookup, find_path, path_back,  read_directory,
                                               hold,       drop,   drop};

    if (names_used() < NAMES)
        operations[random_below(COUNT(operations))]();
    else
        remove_any();
}

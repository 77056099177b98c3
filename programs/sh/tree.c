#include "programs/sh/tree.h"

#include <string.h>

#include "programs/sh/pool.h"

static void add_node(struct text *text, const struct node *node);

static void add_words(struct text *text, const struct word *words)
{
    for (; words; words = words->next) {
        if (text->used && !strchr(" (", text->at[text->used - 1]))
            text_add(text, ' ');
        text_append(text, words->text);
    }
}

static void add_redirections(struct text *text, const struct redirection *redirections)
{
    static const char *const operators[] = {
        [FROM_FILE] = "<",         [TO_FILE] = ">",    [OVER_FILE] = ">|",       [APPEND_TO_FILE] = ">>",
        [FROM_AND_TO_FILE] = "<>", [FROM_TEXT] = "<<", [FROM_DESCRIPTOR] = "<&", [TO_DESCRIPTOR] = ">&"};

    for (; redirections; redirections = redirections->next) {
        bool writes = operators[redirections->kind][0] == '>';
        text_add(text, ' ');
        if (redirections->descriptor != writes)
            text_add(text, (char)('0' + redirections->descriptor));
        text_append(text, operators[redirections->kind]);
        text_append(text, redirections->kind == FROM_TEXT ? "..." : redirections->word);
    }
}

/* Adds nodes that are chained by `next`. */
static void add_chain(struct text *text, const struct node *node, const char *between)
{
    for (; node; node = node->next) {
        add_node(text, node);
        if (node->next)
            text_append(text, node->kind == NODE_BACKGROUND ? " " : between);
    }
}

static void add_else(struct text *text, const struct node *node)
{
    for (; node && node->kind == NODE_IF; node = node->third) {
        text_append(text, "; elif ");
        add_node(text, node->first);
        text_append(text, "; then ");
        add_node(text, node->second);
    }
    if (!node)
        return;
    text_append(text, "; else ");
    add_node(text, node);
}

static void add_values(struct text *text, const struct node *node)
{
    if (node->has_values) {
        text_append(text, " in");
        add_words(text, node->words->next);
    }
}

static void add_items(struct text *text, const struct node *item)
{
    for (; item; item = item->next) {
        for (const struct word *pattern = item->words; pattern; pattern = pattern->next) {
            text_append(text, pattern == item->words ? " " : " | ");
            text_append(text, pattern->text);
        }
        text_append(text, ") ");
        if (item->first)
            add_node(text, item->first);
        text_append(text, ";;");
    }
}

static void add_part(struct text *text, const struct node *node, char part)
{
    switch (part) {
    case '1':
        add_node(text, node->first);
        break;
    case '2':
        add_node(text, node->second);
        break;
    case 'e':
        add_else(text, node->third);
        break;
    case 'n':
        text_append(text, node->words->text);
        break;
    case 'v':
        add_values(text, node);
        break;
    case 'i':
        add_items(text, node->first);
        break;
    case 'c':
        add_chain(text, node->first, "; ");
        break;
    case 'p':
        add_chain(text, node->first, " | ");
        break;
    default:
        add_words(text, node->assignments);
        add_words(text, node->words);
    }
}

/* A letter after % stands for a part: 1 and 2 the commands, e what follows `else`, n the first word, v the values, i
 * the items, c commands chained as in a list, p as in a pipeline, w the words. */
static void add_formatted(struct text *text, const struct node *node, const char *format)
{
    for (; *format; format++)
        if (*format == '%')
            add_part(text, node, *++format);
        else
            text_add(text, *format);
}

static void add_node(struct text *text, const struct node *node)
{
    static const char *const formats[NODE_KINDS] = {
        [NODE_SIMPLE] = "%w",
        [NODE_PIPELINE] = "%p",
        [NODE_LIST] = "%c",
        [NODE_NOT] = "! %1",
        [NODE_BACKGROUND] = "%1 &",
        [NODE_SUBSHELL] = "(%1)",
        [NODE_GROUP] = "{ %1; }",
        [NODE_IF] = "if %1; then %2%e; fi",
        [NODE_WHILE] = "while %1; do %2; done",
        [NODE_UNTIL] = "until %1; do %2; done",
        [NODE_FOR] = "for %n%v; do %2; done",
        [NODE_CASE] = "case %n in%i esac",
        [NODE_FUNCTION] = "%n() %1",
    };

    for (; node->kind == NODE_AND || node->kind == NODE_OR; node = node->second) {
        add_node(text, node->first);
        text_append(text, node->kind == NODE_AND ? " && " : " || ");
    }
    add_formatted(text, node, formats[node->kind]);
    add_redirections(text, node->redirections);
}

char *tree_text(const struct node *node)
{
    struct text text = {0};

    add_node(&text, node);
    return text_end(&text);
}

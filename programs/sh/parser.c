#include "programs/sh/parser.h"

#include <string.h>

#include "programs/sh/aliases.h"
#include "programs/sh/lexer.h"
#include "programs/sh/pool.h"
#include "programs/sh/quotes.h"
#include "programs/sh/reserved.h"
#include "programs/sh/variables.h"

struct parser {
    struct lexer lexer;
};

static struct node *parse_list(struct parser *parser);
static struct node *parse_compound_command(struct parser *parser);

static struct node *make(const struct parser *parser, enum node_kind kind, struct node *first, struct node *second)
{
    struct node *node = pool_take(sizeof *node);

    node->kind = kind;
    node->first = first;
    node->second = second;
    node->line = parser->lexer.source->lines;
    return node;
}

static void fail_at_token(struct parser *parser)
{
    struct text why = {0};

    text_append(&why, "syntax error near ");
    text_append(&why, parser->lexer.text);
    lexer_fail(&parser->lexer, text_end(&why));
}

static bool is_at(const struct parser *parser, enum token token)
{
    return parser->lexer.token == token;
}

static bool is_at_word(const struct parser *parser, const char *word)
{
    return is_at(parser, TOKEN_WORD) && strcmp(parser->lexer.text, word) == 0;
}

static void next(struct parser *parser)
{
    lexer_next(&parser->lexer);
}

static bool take_word(struct parser *parser, const char *word)
{
    bool is = is_at_word(parser, word);

    if (is)
        next(parser);
    return is;
}

static void expect_word(struct parser *parser, const char *word)
{
    if (!take_word(parser, word))
        fail_at_token(parser);
}

/* Words that end a list, if they are a command's first word. */
static bool is_at_end_of_list(const struct parser *parser)
{
    static const char *const words[] = {"}", "then", "elif", "else", "fi", "do", "done", "esac"};

    if (!is_at(parser, TOKEN_WORD))
        return is_at(parser, TOKEN_CLOSE) || is_at(parser, TOKEN_END) || is_at(parser, TOKEN_END_OF_CASE);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_at_word(parser, words[i]))
            return true;
    return false;
}

static void skip_newlines(struct parser *parser)
{
    while (is_at(parser, TOKEN_NEWLINE))
        next(parser);
}

/* --------------------------------------------------------------------------------- simple commands */

static struct word **add_word(struct word **end, const char *text)
{
    *end = pool_take(sizeof **end);
    (*end)->text = text;
    return &(*end)->next;
}

static struct redirection *take_redirection(struct parser *parser)
{
    struct redirection *made = pool_take(sizeof *made);
    const struct lexer *lexer = &parser->lexer;

    *made =
        (struct redirection){.kind = lexer->kind, .descriptor = lexer->descriptor, .without_tabs = lexer->without_tabs};
    next(parser);
    if (!is_at(parser, TOKEN_WORD)) {
        fail_at_token(parser);
        return made;
    }
    made->word = lexer->text;
    made->is_literal = made->kind == FROM_TEXT && quotes_are_in(made->word);
    if (made->kind == FROM_TEXT)
        made->word = quotes_remove(made->word);
    return made;
}

/* A here-document is noted before its line's end is read, as its text follows the line. */
static struct redirection **parse_redirection(struct parser *parser, struct redirection **end)
{
    struct redirection *made = take_redirection(parser);

    if (made->kind == FROM_TEXT && !parser->lexer.has_failed)
        lexer_expect_text(&parser->lexer, made);
    if (!parser->lexer.has_failed)
        next(parser);
    *end = made;
    return &made->next;
}

/* After the function's name: its parentheses and its body. */
static struct node *parse_function(struct parser *parser, struct node *node)
{
    node->kind = NODE_FUNCTION;
    next(parser);
    if (!is_at(parser, TOKEN_CLOSE)) {
        fail_at_token(parser);
        return node;
    }
    next(parser);
    skip_newlines(parser);
    node->first = parse_compound_command(parser);
    if (!node->first)
        fail_at_token(parser);
    return node;
}

/* An alias may contain others, but not itself. Text that is only read to find its end has no aliases. */
static void replace_aliases(struct parser *parser)
{
    struct source *source = parser->lexer.source;

    while (is_at(parser, TOKEN_WORD) && !source->copy) {
        const char *name = parser->lexer.text, *text = alias_find(name);
        if (!text || source_is_inserting(source, name))
            return;
        source_insert(source, name, text);
        next(parser);
    }
}

/* True for the command's name, also after assignments, and for the word after an alias that ends with a blank. */
static bool may_be_alias(struct parser *parser, const struct node *node)
{
    bool is_behind_blank = source_is_behind_blank(parser->lexer.source);

    return is_behind_blank || (!node->words && !variable_is_assigned(parser->lexer.text));
}

static struct node *parse_simple(struct parser *parser)
{
    struct node *node = make(parser, NODE_SIMPLE, NULL, NULL);
    struct word **assignments = &node->assignments, **words = &node->words;
    struct redirection **redirections = &node->redirections;

    while (is_at(parser, TOKEN_WORD) || is_at(parser, TOKEN_REDIRECTION)) {
        if (is_at(parser, TOKEN_REDIRECTION)) {
            redirections = parse_redirection(parser, redirections);
            continue;
        }
        const char *text = parser->lexer.text;
        if (may_be_alias(parser, node))
            replace_aliases(parser);
        if (parser->lexer.text != text)
            continue;
        if (!node->words && variable_is_assigned(text))
            assignments = add_word(assignments, text);
        else
            words = add_word(words, text);
        next(parser);
    }
    bool is_one_name = node->words && !node->words->next && !node->assignments && !node->redirections;
    if (is_one_name && is_at(parser, TOKEN_OPEN) && variable_is_name(node->words->text))
        return parse_function(parser, node);
    if (!node->assignments && !node->words && !node->redirections)
        fail_at_token(parser);
    return node;
}

/* ------------------------------------------------------------------------------- compound commands */

static struct node *parse_until(struct parser *parser, const char *word)
{
    struct node *list = parse_list(parser);

    expect_word(parser, word);
    return list;
}

static struct node *parse_subshell(struct parser *parser)
{
    next(parser);
    struct node *node = make(parser, NODE_SUBSHELL, parse_list(parser), NULL);
    if (is_at(parser, TOKEN_CLOSE))
        next(parser);
    else
        fail_at_token(parser);
    return node;
}

static struct node *parse_group(struct parser *parser)
{
    next(parser);
    return make(parser, NODE_GROUP, parse_until(parser, "}"), NULL);
}

/* After `if` or `elif`; each `elif` becomes the `else` part of the one before. */
static struct node *parse_if(struct parser *parser)
{
    struct node *whole = NULL, **link = &whole;

    do {
        next(parser);
        struct node *condition = parse_until(parser, "then");
        *link = make(parser, NODE_IF, condition, parse_list(parser));
        link = &(*link)->third;
    } while (is_at_word(parser, "elif"));
    if (take_word(parser, "else"))
        *link = parse_list(parser);
    expect_word(parser, "fi");
    return whole;
}

static struct node *parse_loop(struct parser *parser)
{
    enum node_kind kind = is_at_word(parser, "until") ? NODE_UNTIL : NODE_WHILE;

    next(parser);
    struct node *condition = parse_until(parser, "do");
    return make(parser, kind, condition, parse_until(parser, "done"));
}

static void parse_values(struct parser *parser, struct node *node)
{
    struct word **end = &node->words->next;

    node->has_values = true;
    for (; is_at(parser, TOKEN_WORD); next(parser))
        end = add_word(end, parser->lexer.text);
}

/* Takes the first word after `for` or `case`. */
static bool take_subject(struct parser *parser, struct node *node)
{
    next(parser);
    if (!is_at(parser, TOKEN_WORD)) {
        fail_at_token(parser);
        return false;
    }
    add_word(&node->words, parser->lexer.text);
    next(parser);
    skip_newlines(parser);
    return true;
}

static struct node *parse_for(struct parser *parser)
{
    struct node *node = make(parser, NODE_FOR, NULL, NULL);

    if (!take_subject(parser, node))
        return node;
    if (take_word(parser, "in"))
        parse_values(parser, node);
    if (is_at(parser, TOKEN_SEMICOLON))
        next(parser);
    skip_newlines(parser);
    expect_word(parser, "do");
    node->second = parse_until(parser, "done");
    return node;
}

/* An item of a `case`: patterns, a parenthesis, commands; the last ;; may be left out. */
static struct node *parse_case_item(struct parser *parser)
{
    struct node *item = make(parser, NODE_CASE_ITEM, NULL, NULL);
    struct word **end = &item->words;

    if (is_at(parser, TOKEN_OPEN))
        next(parser);
    for (; is_at(parser, TOKEN_WORD); next(parser)) {
        end = add_word(end, parser->lexer.text);
        next(parser);
        if (!is_at(parser, TOKEN_PIPE))
            break;
    }
    if (!item->words || !is_at(parser, TOKEN_CLOSE)) {
        fail_at_token(parser);
        return item;
    }
    next(parser);
    skip_newlines(parser);
    if (!is_at(parser, TOKEN_END_OF_CASE) && !is_at_word(parser, "esac"))
        item->first = parse_list(parser);
    if (is_at(parser, TOKEN_END_OF_CASE))
        next(parser);
    else if (!is_at_word(parser, "esac"))
        fail_at_token(parser);
    skip_newlines(parser);
    return item;
}

static struct node *parse_case(struct parser *parser)
{
    struct node *node = make(parser, NODE_CASE, NULL, NULL), **end = &node->first;

    if (!take_subject(parser, node))
        return node;
    expect_word(parser, "in");
    skip_newlines(parser);
    while (!is_at_word(parser, "esac") && !is_at(parser, TOKEN_END)) {
        *end = parse_case_item(parser);
        end = &(*end)->next;
    }
    expect_word(parser, "esac");
    return node;
}

static struct node *parse_compound(struct parser *parser)
{
    static const struct {
        const char *word;
        struct node *(*parse)(struct parser *parser);
    } words[] = {{"{", parse_group},    {"if", parse_if},   {"while", parse_loop},
                 {"until", parse_loop}, {"for", parse_for}, {"case", parse_case}};

    if (is_at(parser, TOKEN_OPEN))
        return parse_subshell(parser);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_at_word(parser, words[i].word))
            return words[i].parse(parser);
    return NULL;
}

/* A compound command with its redirections; null: none begins here. */
static struct node *parse_compound_command(struct parser *parser)
{
    if (++parser->lexer.depth > LEXER_DEPTH_MAX)
        lexer_fail(&parser->lexer, "commands or quotes are nested too deeply");
    struct node *node = parse_compound(parser);
    if (node)
        for (struct redirection **end = &node->redirections; is_at(parser, TOKEN_REDIRECTION);)
            end = parse_redirection(parser, end);
    parser->lexer.depth--;
    return node;
}

static struct node *parse_command(struct parser *parser)
{
    if (!is_at(parser, TOKEN_WORD) || !reserved_is_word(parser->lexer.text))
        replace_aliases(parser);
    struct node *node = parse_compound_command(parser);

    if (!node)
        node = is_at_end_of_list(parser) ? (fail_at_token(parser), NULL) : parse_simple(parser);
    return node;
}

/* ------------------------------------------------------------------------------------------- lists */

static struct node *parse_pipeline(struct parser *parser)
{
    bool is_negated = take_word(parser, "!");
    if (is_negated && is_at_word(parser, "!"))
        fail_at_token(parser);
    struct node *first = parse_command(parser), **end = &first;

    while (is_at(parser, TOKEN_PIPE)) {
        next(parser);
        skip_newlines(parser);
        end = &(*end)->next;
        *end = parse_command(parser);
        if (!*end)
            return NULL;
    }
    if (first && first->next)
        first = make(parser, NODE_PIPELINE, first, NULL);
    return is_negated ? make(parser, NODE_NOT, first, NULL) : first;
}

static struct node *parse_and_or(struct parser *parser)
{
    struct node *whole = parse_pipeline(parser), **last = &whole;

    while (is_at(parser, TOKEN_AND) || is_at(parser, TOKEN_OR)) {
        enum node_kind kind = is_at(parser, TOKEN_AND) ? NODE_AND : NODE_OR;
        next(parser);
        skip_newlines(parser);
        *last = make(parser, kind, *last, parse_pipeline(parser));
        last = &(*last)->second;
    }
    return whole;
}

/* A list's next command, and its separator. */
static struct node *parse_item(struct parser *parser)
{
    struct node *item = parse_and_or(parser);

    if (is_at(parser, TOKEN_BACKGROUND))
        item = make(parser, NODE_BACKGROUND, item, NULL);
    return item;
}

static bool is_at_separator(const struct parser *parser)
{
    return is_at(parser, TOKEN_SEMICOLON) || is_at(parser, TOKEN_BACKGROUND) || is_at(parser, TOKEN_NEWLINE);
}

/* A list inside of a command, where line ends are only separators. */
static struct node *parse_list(struct parser *parser)
{
    struct node *list = make(parser, NODE_LIST, NULL, NULL), **end = &list->first;

    skip_newlines(parser);
    do {
        *end = parse_item(parser);
        if (!*end)
            break;
        end = &(*end)->next;
        if (is_at_separator(parser))
            next(parser);
        else
            break;
        skip_newlines(parser);
    } while (!is_at_end_of_list(parser));
    return list;
}

/* The commands of a line. The newline is not skipped, as that would read another line. */
static struct node *parse_commands(struct parser *parser)
{
    struct node *list = make(parser, NODE_LIST, NULL, NULL), **end = &list->first;

    while (!is_at(parser, TOKEN_NEWLINE) && !is_at(parser, TOKEN_END)) {
        *end = parse_item(parser);
        if (!*end)
            break;
        end = &(*end)->next;
        if (is_at(parser, TOKEN_SEMICOLON) || is_at(parser, TOKEN_BACKGROUND))
            next(parser);
        else if (!is_at(parser, TOKEN_NEWLINE) && !is_at(parser, TOKEN_END))
            fail_at_token(parser);
    }
    return list;
}

void parse_commands_inside(struct lexer *outer)
{
    struct parser parser = {.lexer = {.source = outer->source, .is_inside = true, .depth = outer->depth}};

    next(&parser);
    skip_newlines(&parser);
    if (!is_at(&parser, TOKEN_CLOSE))
        parse_list(&parser);
    if (!is_at(&parser, TOKEN_CLOSE))
        fail_at_token(&parser);
    if (!parser.lexer.has_failed)
        return;
    outer->has_failed = true;
    outer->token = TOKEN_END;
}

enum parsed parse_line(struct source *source, struct node **node)
{
    struct parser parser = {.lexer = {.source = source}};

    next(&parser);
    if (is_at(&parser, TOKEN_END))
        return parser.lexer.has_failed ? PARSED_WRONG : PARSED_END;
    if (is_at(&parser, TOKEN_NEWLINE))
        return PARSED_NOTHING;
    parser.lexer.is_inside = true;
    *node = parse_commands(&parser);
    return parser.lexer.has_failed ? PARSED_WRONG : PARSED_COMMAND;
}

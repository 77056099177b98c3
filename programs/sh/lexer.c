#include "programs/sh/lexer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sh/parser.h"
#include "programs/sh/pool.h"
#include "programs/sh/shell.h"

static char peek(struct lexer *lexer)
{
    return lexer->has_failed ? 0 : source_peek(lexer->source, lexer->is_inside);
}

static void skip(struct lexer *lexer)
{
    source_skip(lexer->source);
}

static char take(struct lexer *lexer)
{
    char c = peek(lexer);

    if (c)
        skip(lexer);
    return c;
}

static bool take_if(struct lexer *lexer, char wanted)
{
    bool is = peek(lexer) == wanted;

    if (is)
        skip(lexer);
    return is;
}

void lexer_fail(struct lexer *lexer, const char *why)
{
    const struct source *source = lexer->source;
    bool is_heard = !lexer->has_failed && !source->is_abandoned;

    if (is_heard && source->is_typed)
        shell_complain("%s", why);
    else if (is_heard)
        shell_complain("line %u: %s", source->lines, why);
    lexer->has_failed = true;
    lexer->token = TOKEN_END;
}

/* ----------------------------------------------------------------------------------------- words */

static void take_part(struct lexer *lexer, struct text *text, bool in_quotes);

static void take_to(struct lexer *lexer, struct text *text)
{
    text_add(text, take(lexer));
}

/* Takes the byte that closes a part. */
static void take_end_of_part(struct lexer *lexer, struct text *text)
{
    if (peek(lexer))
        take_to(lexer, text);
    else
        lexer_fail(lexer, "unterminated quote or parenthesis");
}

/* Reads to the closing quote; in '...' no byte is special, in `...` only the backslash is. */
static void take_quoted(struct lexer *lexer, struct text *text, char end, bool in_quotes)
{
    char c;

    while ((c = peek(lexer)) && c != end) {
        if (end != '\'' && end != '`') {
            take_part(lexer, text, in_quotes);
            continue;
        }
        take_to(lexer, text);
        if (c == '\\' && end == '`' && peek(lexer))
            take_to(lexer, text);
    }
    take_end_of_part(lexer, text);
}

/* From the { on. Within double quotes single quotes are not special, except in a pattern. */
static void take_braces(struct lexer *lexer, struct text *text, bool in_quotes)
{
    take_to(lexer, text);
    if (peek(lexer) && strchr("@*?$!-", peek(lexer)))
        take_to(lexer, text);
    while (isalnum((unsigned char)peek(lexer)) || peek(lexer) == '_')
        take_to(lexer, text);
    take_quoted(lexer, text, '}', in_quotes && peek(lexer) != '#' && peek(lexer) != '%');
}

/* From a parenthesis to its closing one, including nested ones. */
static void take_parentheses(struct lexer *lexer, struct text *text)
{
    int open = 0;

    do {
        char c = peek(lexer);
        open += (c == '(') - (c == ')');
        if (open && c)
            take_part(lexer, text, false);
        else
            take_end_of_part(lexer, text);
    } while (open && !lexer->has_failed);
}

/* From the ( on: commands, which are parsed to find their end. The outermost of nested ones keeps the text. */
static void take_commands(struct lexer *lexer, struct text *text)
{
    struct source *source = lexer->source;
    bool is_first = !source->copy;

    if (is_first)
        source->copy = text;
    skip(lexer);
    parse_commands_inside(lexer);
    if (is_first)
        source->copy = NULL;
}

/* After a $. */
static void take_dollar(struct lexer *lexer, struct text *text, bool in_quotes)
{
    if (peek(lexer) == '{')
        take_braces(lexer, text, in_quotes);
    else if (peek(lexer) == '(' && source_second(lexer->source) == '(')
        take_parentheses(lexer, text);
    else if (peek(lexer) == '(')
        take_commands(lexer, text);
}

/* Reads the rest of a part of several bytes, after its first one. A backslash and the byte after it are both kept. */
static void take_rest_of_part(struct lexer *lexer, struct text *text, char c, bool in_quotes)
{
    if (++lexer->depth > LEXER_DEPTH_MAX)
        lexer_fail(lexer, "commands or quotes are nested too deeply");
    lexer->is_inside = true;
    if (c == '\\' && peek(lexer))
        take_to(lexer, text);
    else if (c == '"')
        take_quoted(lexer, text, c, true);
    else if (c == '`' || (c == '\'' && !in_quotes))
        take_quoted(lexer, text, c, false);
    else if (c == '$')
        take_dollar(lexer, text, in_quotes);
    lexer->depth--;
}

/* Takes one byte of a word, or a quoted part of it; nothing of a continued line's backslash and newline. */
static void take_part(struct lexer *lexer, struct text *text, bool in_quotes)
{
    char c = take(lexer);

    if (c == '\\' && take_if(lexer, '\n'))
        return;
    text_add(text, c);
    if (c && strchr("\\\"'`$", c))
        take_rest_of_part(lexer, text, c, in_quotes);
}

/* A lexer for text that is being expanded; an error in it ends the command. */
static struct lexer read_again(struct source *source, const char *text)
{
    *source = source_string(text);
    return (struct lexer){.source = source};
}

static const char *end_of(struct lexer *lexer)
{
    const char *behind = lexer->source->at;

    if (!lexer->has_failed)
        return behind - 1;
    shell_end_command();
    return behind;
}

const char *lexer_part_end(const char *at, bool in_quotes)
{
    struct source source;
    struct lexer lexer = read_again(&source, at);
    struct text text = {0};

    if (*at == '{' || *at == '(')
        take_dollar(&lexer, &text, in_quotes);
    else
        take_quoted(&lexer, &text, take(&lexer), *at == '"');
    return end_of(&lexer);
}

const char *lexer_parentheses_end(const char *at)
{
    struct source source;
    struct lexer lexer = read_again(&source, at);
    struct text text = {0};

    take_parentheses(&lexer, &text);
    return end_of(&lexer);
}

static bool ends_word(char c)
{
    return !c || strchr(" \t\n;&|<>()", c);
}

static void take_word(struct lexer *lexer)
{
    struct text text = {0};

    while (!ends_word(peek(lexer)))
        take_part(lexer, &text, false);
    lexer->text = text_end(&text);
    if (!lexer->has_failed)
        lexer->token = TOKEN_WORD;
}

/* ------------------------------------------------------------------------- text behind the line */

void lexer_expect_text(struct lexer *lexer, struct redirection *redirection)
{
    struct redirection **end = &lexer->texts;

    while (*end)
        end = &(*end)->next;
    *end = redirection;
}

static char *take_line(struct lexer *lexer)
{
    struct text line = {0};
    char c;

    while ((c = take(lexer))) {
        text_add(&line, c);
        if (c == '\n')
            break;
    }
    return text_end(&line);
}

static bool is_last_line(const char *line, const char *end)
{
    size_t length = strlen(end);

    return strncmp(line, end, length) == 0 && (line[length] == '\n' || line[length] == 0);
}

static void take_text(struct lexer *lexer, struct redirection *redirection)
{
    struct text text = {0};

    lexer->is_inside = true;
    while (peek(lexer)) {
        const char *line = take_line(lexer);
        if (redirection->without_tabs)
            line += strspn(line, "\t");
        if (is_last_line(line, redirection->word)) {
            redirection->word = text_end(&text);
            return;
        }
        text_append(&text, line);
    }
    lexer_fail(lexer, "unterminated here-document");
}

/* Removes each from the list before its own link is used again. */
static void take_texts(struct lexer *lexer)
{
    while (lexer->texts && !lexer->has_failed) {
        struct redirection *redirection = lexer->texts;
        lexer->texts = redirection->next;
        redirection->next = NULL;
        take_text(lexer, redirection);
    }
}

/* ------------------------------------------------------------------------------------- operators */

static void set(struct lexer *lexer, enum token token, const char *text)
{
    lexer->token = token;
    lexer->text = text;
}

static void set_redirection(struct lexer *lexer, enum redirection_kind kind, int descriptor, const char *text)
{
    set(lexer, TOKEN_REDIRECTION, text);
    lexer->kind = kind;
    lexer->descriptor = descriptor;
}

static void take_less(struct lexer *lexer)
{
    if (take_if(lexer, '<')) {
        set_redirection(lexer, FROM_TEXT, 0, "<<");
        lexer->without_tabs = take_if(lexer, '-');
    } else if (take_if(lexer, '&')) {
        set_redirection(lexer, FROM_DESCRIPTOR, 0, "<&");
    } else if (take_if(lexer, '>')) {
        set_redirection(lexer, FROM_AND_TO_FILE, 0, "<>");
    } else {
        set_redirection(lexer, FROM_FILE, 0, "<");
    }
}

static void take_greater(struct lexer *lexer)
{
    if (take_if(lexer, '>'))
        set_redirection(lexer, APPEND_TO_FILE, 1, ">>");
    else if (take_if(lexer, '&'))
        set_redirection(lexer, TO_DESCRIPTOR, 1, ">&");
    else if (take_if(lexer, '|'))
        set_redirection(lexer, OVER_FILE, 1, ">|");
    else
        set_redirection(lexer, TO_FILE, 1, ">");
}

static void take_newline(struct lexer *lexer)
{
    set(lexer, TOKEN_NEWLINE, "newline");
    take_texts(lexer);
}

/* A here-document whose line has no end has no text. */
static void take_end(struct lexer *lexer)
{
    set(lexer, TOKEN_END, "end of input");
    take_texts(lexer);
}

static void take_operator(struct lexer *lexer)
{
    char c = take(lexer);

    if (c == '\n')
        take_newline(lexer);
    else if (c == ';')
        take_if(lexer, ';') ? set(lexer, TOKEN_END_OF_CASE, ";;") : set(lexer, TOKEN_SEMICOLON, ";");
    else if (c == '(')
        set(lexer, TOKEN_OPEN, "(");
    else if (c == ')')
        set(lexer, TOKEN_CLOSE, ")");
    else if (c == '<')
        take_less(lexer);
    else if (c == '>')
        take_greater(lexer);
    else if (c == '&')
        take_if(lexer, '&') ? set(lexer, TOKEN_AND, "&&") : set(lexer, TOKEN_BACKGROUND, "&");
    else
        take_if(lexer, '|') ? set(lexer, TOKEN_OR, "||") : set(lexer, TOKEN_PIPE, "|");
}

static void skip_blanks(struct lexer *lexer)
{
    char c;

    while ((c = peek(lexer)) == ' ' || c == '\t')
        skip(lexer);
    if (c == '#')
        while ((c = peek(lexer)) && c != '\n')
            skip(lexer);
}

/* A number directly before a redirection is its descriptor, otherwise a word. */
static void take_word_or_number(struct lexer *lexer)
{
    take_word(lexer);
    char c = peek(lexer);
    if ((c != '<' && c != '>') || !isdigit((unsigned char)lexer->text[0]) || lexer->text[1])
        return;
    int descriptor = lexer->text[0] - '0';
    take_operator(lexer);
    lexer->descriptor = descriptor;
}

void lexer_next(struct lexer *lexer)
{
    skip_blanks(lexer);
    char c = peek(lexer);
    if (!c)
        take_end(lexer);
    else if (ends_word(c))
        take_operator(lexer);
    else
        take_word_or_number(lexer);
}

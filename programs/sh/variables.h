/* The shell's variables, some of which go to the commands that it runs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Those of the environment, which are exported. */
void variables_init(char **environment);

/* Null: not set. LINENO always is. */
const char *variable(const char *name);
const char *variable_or(const char *name, const char *otherwise);

/* One that may only be read stays as it is: the command fails (shell_fail()). */
void variable_set(const char *name, const char *value);
void variable_unset(const char *name);

/* From now on it may only be read. */
void variable_protect(const char *name);

/* What it is now it is again behind `variables_restore()`, which goes as far back as the mark says. */
struct variable_saved;
struct variable_saved *variables_mark(void);
void variable_save(const char *name);
void variables_restore(struct variable_saved *mark);

/* Set or not, it is in the environment from now on, when it is set. */
void variable_export(const char *name);

/* Letters, digits, _, no digit first: how many bytes at the text's start are a name. */
size_t variable_name_length(const char *text);
bool variable_is_name(const char *text);

/* A word NAME=VALUE. */
bool variable_is_assigned(const char *word);

/* The word NAME=VALUE, whose value is as it is here; exported or not. */
void variable_assign(const char *word, bool is_exported);

/* For execve(), in the pool. */
char **variables_environment(void);

/* The exported ones, as `export NAME='VALUE'`; those that may only be read, as `readonly NAME='VALUE'`; without a value
 * only the name. */
void variables_print(void);
void variables_print_protected(void);

/* All of them, as NAME=VALUE. */
void variables_print_all(void);

/* The shell's variables; exported ones are passed to commands. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Adds the environment's variables, exported. */
void variables_init(char **environment);

/* Null: not set. LINENO is always set. */
const char *variable(const char *name);
const char *variable_or(const char *name, const char *otherwise);

/* Setting a read-only variable makes the command fail (shell_fail()). */
void variable_set(const char *name, const char *value);
void variable_unset(const char *name);

/* Makes it read-only. */
void variable_protect(const char *name);

/* Saves the variable until variables_restore(), which restores everything saved since the mark. */
struct variable_saved;
struct variable_saved *variables_mark(void);
void variable_save(const char *name);
void variables_restore(struct variable_saved *mark);

/* Exports the variable, now or as soon as it is set. */
void variable_export(const char *name);

/* The length of the name at the text's start: letters, digits and _, no digit first. */
size_t variable_name_length(const char *text);
bool variable_is_name(const char *text);

/* True for a word NAME=VALUE. */
bool variable_is_assigned(const char *word);

/* Sets a variable from NAME=VALUE, with an unexpanded value; exported or not. */
void variable_assign(const char *word, bool is_exported);

/* The exported variables for execve(), in the pool. */
char **variables_environment(void);

/* Prints exported ones as `export NAME='VALUE'`, read-only ones as `readonly NAME='VALUE'`; unset ones without a
 * value. */
void variables_print(void);
void variables_print_protected(void);

/* Prints all variables, as NAME=VALUE. */
void variables_print_all(void);

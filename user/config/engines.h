/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine files: YAML text to structs, every mistake said as file:line:col with the line shown, all
 * mistakes at once.
 */
#ifndef CONFIG_ENGINES_H
#define CONFIG_ENGINES_H

#include "base/buf.h"
#include "model/engine.h"

void engines_init(struct engine_set *set);
void engines_fini(struct engine_set *set);
/*
 * 0, or -EINVAL after saying every mistake (set unchanged). A name that is already in the set is
 * replaced (override).
 */
int engines_parse(struct engine_set *set, const char *file, const char *text, size_t length);
int engines_load_file(struct engine_set *set, const char *path);
/* Every *.yaml in the directory, by name. -ENOENT when there is no such directory (not said). */
int engines_load_directory(struct engine_set *set, const char *path);
const struct engine *engines_find(const struct engine_set *set, const char *name);
/* For people: everything that a file says as it was understood; one line per engine. */
void engines_show(struct buf *out, const struct engine *engine);
void engines_list(struct buf *out, const struct engine_set *set);

#endif

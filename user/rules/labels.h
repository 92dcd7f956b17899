/* SPDX-License-Identifier: Apache-2.0 */
/* Interned label sets. A pool owns its sets and strings until it ends; nothing is ever taken out. */
#ifndef RULES_LABELS_H
#define RULES_LABELS_H

#include <stdbool.h>

#include "base/buf.h"
#include "model/labels.h"

struct labels_pool;
struct labels_pool *labels_pool_new(void);
void labels_pool_free(struct labels_pool *pool);
size_t labels_pool_bytes(const struct labels_pool *pool);

/* Any order, copies what is new; a name that comes twice: the last wins; empty values are left out. */
const struct labels *labels_intern(struct labels_pool *pool, const struct label *items, size_t count);
/* NULL = no such label. */
const char *labels_find(const struct labels *labels, const char *name);
/* Without / with only the given names (`names` need not be sorted); `drop_name` drops __name__ too. */
const struct labels *labels_without(struct labels_pool *pool, const struct labels *labels, const char *const *names,
				    size_t names_count, bool drop_name);
const struct labels *labels_only(struct labels_pool *pool, const struct labels *labels, const char *const *names, size_t names_count);
const struct labels *labels_set(struct labels_pool *pool, const struct labels *labels, const char *name, const char *value);
int labels_compare(const struct labels *a, const struct labels *b); /* by name, value, in order: for printing */
void labels_print(struct buf *out, const struct labels *labels); /* name{a="b",c="d"} as Prometheus prints it; {} when empty */

#endif

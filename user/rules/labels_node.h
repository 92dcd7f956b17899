/* SPDX-License-Identifier: Apache-2.0 */
/* How the pool keeps a set. For the rooms of rules/ that count sets by number: the evaluator's
 * tables are arrays over ids. */
#ifndef RULES_LABELS_NODE_H
#define RULES_LABELS_NODE_H

#include "rules/labels.h"

struct labels_node {
	struct labels_node *next;      /* another set of the same hash */
	const struct labels *nameless; /* the same without __name__; NULL = not asked yet */
	uint32_t id;		       /* 0, 1, 2 ... in order of interning */
	uint32_t name_at;	       /* where __name__ stands, or count */
	struct labels set;	       /* ends in its items */
};

static inline const struct labels_node *labels_node(const struct labels *labels)
{
	return (const struct labels_node *)((const char *)labels -
					    offsetof(struct labels_node, set));
}

static inline uint32_t labels_id(const struct labels *labels)
{
	return labels_node(labels)->id;
}

uint32_t labels_pool_count(const struct labels_pool *pool); /* every id is below it */
const char *labels_pool_find(const struct labels_pool *pool,
			     const char *text); /* as interned; NULL = never was */
/* Without __name__; remembered, so it costs nothing the second time. */
const struct labels *labels_nameless(struct labels_pool *pool, const struct labels *labels);
/* As Prometheus' errors print a set: {__name__="x", a="b"} */
void labels_print_braced(struct buf *out, const struct labels *labels);

#endif

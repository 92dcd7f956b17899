// SPDX-License-Identifier: Apache-2.0
/*
 * In: the spans of a trace. Out: rows, depth first, siblings by start.
 * The rule that surprises: siblings that share a row share their children's rows too, so a loop of a hundred sentences
 * with a hundred chunks each is two rows.
 */
#include "sink/waterfall.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"

struct tree {
	struct waterfall *waterfall;
	const struct trace *trace;
	uint32_t *first_child; /* index + 1; 0 = none. Children have higher indices: there is no cycle */
	uint32_t *last_child;
	uint32_t *next_sibling;
	size_t shown_count;
};

static void tree_link(struct tree *tree, size_t parent, size_t child)
{
	uint32_t mark = (uint32_t)child + 1;

	if (tree->last_child[parent])
		tree->next_sibling[tree->last_child[parent] - 1] = mark;
	else
		tree->first_child[parent] = mark;
	tree->last_child[parent] = mark;
}

static void tree_build(struct tree *tree)
{
	const struct trace *trace = tree->trace;
	struct table by_id = { 0 };
	size_t i;

	for (i = 0; i < trace->spans_count; i++) {
		uintptr_t parent = (uintptr_t)table_find(&by_id, trace->spans[i]->parent_id);

		if (i) /* a parent that is not there (over the limit of spans) is the root */
			tree_link(tree, parent ? parent - 1 : 0, i);
		table_put(&by_id, trace->spans[i]->id, (void *)(uintptr_t)(i + 1));
	}
	table_fini(&by_id);
}

/* Equal for siblings that may share a row. */
static uint64_t tree_likeness(const struct span *span)
{
	const char *stage = span->stage ? span->stage : "";

	return table_mix(table_hash(TABLE_HASH, stage, strlen(stage)) ^ table_mix(span->tid + 1ull));
}

static int tree_by_index(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Children of all members, by start. To be freed. */
static uint32_t *tree_children(const struct tree *tree, const uint32_t *members,
			       size_t members_count, size_t *count)
{
	uint32_t *children = NULL, child;
	size_t capacity = 0, i;

	*count = 0;
	for (i = 0; i < members_count; i++) {
		for (child = tree->first_child[members[i]]; child;
		     child = tree->next_sibling[child - 1]) {
			mem_grow(&children, &capacity, *count + 1, sizeof(*children));
			children[(*count)++] = child - 1;
		}
	}
	if (members_count > 1 && *count)
		qsort(children, *count, sizeof(*children), tree_by_index);
	return children;
}

static void tree_visit(struct tree *tree, const uint32_t *members, size_t members_count,
		       unsigned depth);

/* One row of these spans, and the rows below it. */
static void tree_row(struct tree *tree, const uint32_t *members, size_t members_count,
		     unsigned depth)
{
	struct waterfall *waterfall = tree->waterfall;
	struct waterfall_row *row;
	size_t i;

	if (waterfall->rows_count == LIMIT_WATERFALL_ROWS)
		return;
	row = &waterfall->rows[waterfall->rows_count++];
	row->spans = mem_array(members_count, sizeof(struct span *));
	for (i = 0; i < members_count; i++)
		row->spans[i] = tree->trace->spans[members[i]];
	row->spans_count = members_count;
	row->depth = depth;
	tree->shown_count += members_count;
	tree_visit(tree, members, members_count, depth + 1);
}

static void tree_visit(struct tree *tree, const uint32_t *members, size_t members_count,
		       unsigned depth)
{
	const struct span *const *spans = tree->trace->spans;
	struct table counts = { 0 }, done = { 0 };
	size_t children_count, i, j;
	uint32_t *children = tree_children(tree, members, members_count, &children_count);
	uint32_t *alike = mem_array(children_count + 1, sizeof(*alike));

	for (i = 0; i < children_count; i++) {
		uint64_t likeness = tree_likeness(spans[children[i]]);
		uintptr_t count = (uintptr_t)table_find(&counts, likeness);

		table_put(&counts, likeness, (void *)(count + 1));
	}
	for (i = 0; i < children_count; i++) {
		uint64_t likeness = tree_likeness(spans[children[i]]);
		size_t alike_count = 0;

		if (tree->waterfall->rows_count == LIMIT_WATERFALL_ROWS)
			break;
		if (table_find(&done, likeness))
			continue;
		if ((uintptr_t)table_find(&counts, likeness) <= WATERFALL_ALIKE) {
			tree_row(tree, &children[i], 1, depth);
			continue;
		}
		for (j = i; j < children_count; j++)
			if (tree_likeness(spans[children[j]]) == likeness)
				alike[alike_count++] = children[j];
		table_put(&done, likeness, tree);
		tree_row(tree, alike, alike_count, depth);
	}
	free(alike);
	free(children);
	table_fini(&counts);
	table_fini(&done);
}

void waterfall_init(struct waterfall *waterfall, const struct trace *trace)
{
	size_t count = trace->spans_count;
	struct tree tree = {
		.waterfall = waterfall,
		.trace = trace,
		.first_child = mem_array(count + 1, sizeof(uint32_t)),
		.last_child = mem_array(count + 1, sizeof(uint32_t)),
		.next_sibling = mem_array(count + 1, sizeof(uint32_t)),
	};
	uint32_t root = 0;

	waterfall->rows_count = 0;
	tree_build(&tree);
	if (count)
		tree_row(&tree, &root, 1, 0);
	waterfall->hidden_count = count - tree.shown_count;
	free(tree.first_child);
	free(tree.last_child);
	free(tree.next_sibling);
}

void waterfall_fini(struct waterfall *waterfall)
{
	size_t i;

	for (i = 0; i < waterfall->rows_count; i++)
		free(waterfall->rows[i].spans);
}

uint64_t waterfall_row_wall_ns(const struct waterfall_row *row)
{
	uint64_t sum_ns = 0;
	size_t i;

	for (i = 0; i < row->spans_count; i++)
		if (__builtin_add_overflow(sum_ns, row->spans[i]->wall_ns, &sum_ns))
			return UINT64_MAX;
	return sum_ns;
}

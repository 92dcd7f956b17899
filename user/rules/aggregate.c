// SPDX-License-Identifier: Apache-2.0
/*
 * Aggregations. In: a vector. Out: one item a group, or for topk and bottomk the best items of
 * each. The rule that surprises: topk keeps its items in a binary heap moved exactly as Go's
 * container/heap moves it, as that decides which of several equal ones is kept.
 */
#include <errno.h>
#include <stdlib.h>

#include "rules/eval_private.h"

struct aggregate_item {
	const struct labels *labels;
	double value;
};

struct aggregate_group {
	const struct labels *labels;
	double value;
	size_t count;
	/* topk, bottomk */
	struct aggregate_item *heap; /* the worst first */
	size_t heap_count, heap_capacity;
};

struct aggregate {
	const struct expr *expr;
	struct aggregate_group *groups;
	size_t groups_count;
	uint32_t *group_of; /* by place of the item */
};

/* In order of their first item. */
static void aggregate_group_up(struct eval *eval, struct aggregate *aggregate,
			       const struct eval_vector *of)
{
	const struct expr *expr = aggregate->expr;
	struct eval_projection *projection =
		cache_projection(eval, expr->is_without, false, expr->names, expr->names_count);
	const struct labels *const *labels_of = vector_derived(eval, of, projection);
	size_t i;

	aggregate->group_of = eval_memory(eval, of->count, sizeof(*aggregate->group_of));
	aggregate->groups = eval_memory(eval, of->count, sizeof(*aggregate->groups));
	aggregate->groups_count = 0;
	marks_begin(eval);
	for (i = 0; i < of->count; i++) {
		const struct labels *labels = labels_of[i];
		uint32_t group = marks_find(eval, labels);

		if (group == UINT32_MAX) {
			group = (uint32_t)aggregate->groups_count++;
			marks_put(eval, labels, group);
			aggregate->groups[group] = (struct aggregate_group){.labels = labels};
		}
		aggregate->group_of[i] = group;
	}
}

/* A mean that has become infinite stays so, unless the other infinity or a NaN comes. */
static void aggregate_mean(struct aggregate_group *group, double value)
{
	double count = (double)group->count;

	if (isinf(group->value)) {
		if (isinf(value) && (group->value > 0) == (value > 0))
			return;
		if (isfinite(value))
			return;
	}
	group->value += value / count - group->value / count;
}

static void aggregate_add(struct aggregate_group *group, enum aggregate_op op, double value)
{
	bool is_first = !group->count++;

	switch (op) {
	case AGG_SUM:
		group->value = is_first ? value : group->value + value;
		break;
	case AGG_AVG:
		if (is_first)
			group->value = value;
		else
			aggregate_mean(group, value);
		break;
	case AGG_MIN:
		if (is_first || group->value > value || isnan(group->value))
			group->value = value;
		break;
	case AGG_MAX:
		if (is_first || group->value < value || isnan(group->value))
			group->value = value;
		break;
	case AGG_COUNT:
		group->value = (double)group->count;
		break;
	case AGG_TOPK:
	case AGG_BOTTOMK:
		break;
	}
}

static void aggregate_plain(struct eval *eval, struct aggregate *aggregate,
			    const struct eval_vector *of, struct eval_value *value)
{
	struct eval_maker maker;
	size_t i;

	aggregate_group_up(eval, aggregate, of);
	for (i = 0; i < of->count; i++)
		aggregate_add(&aggregate->groups[aggregate->group_of[i]],
			      aggregate->expr->aggregate, of->values[i]);
	maker_init(eval, &maker, aggregate->groups_count, false);
	for (i = 0; i < aggregate->groups_count; i++)
		maker_add(&maker, aggregate->groups[i].labels, aggregate->groups[i].value);
	*value = maker_value(eval, &maker);
}

/* --- topk, bottomk */

/* A NaN is worse than anything. */
static bool aggregate_worse(enum aggregate_op op, double a, double b)
{
	if (isnan(a))
		return true;
	return op == AGG_TOPK ? a < b : a > b;
}

static void heap_swap(struct aggregate_item *heap, size_t a, size_t b)
{
	struct aggregate_item item = heap[a];

	heap[a] = heap[b];
	heap[b] = item;
}

static void heap_push(struct aggregate_group *group, enum aggregate_op op,
		      const struct aggregate_item *item)
{
	size_t at = group->heap_count++;

	group->heap[at] = *item;
	while (at > 0) {
		size_t above = (at - 1) / 2;

		if (!aggregate_worse(op, group->heap[at].value, group->heap[above].value))
			break;
		heap_swap(group->heap, above, at);
		at = above;
	}
}

/* The first one was replaced. */
static void heap_sink(struct aggregate_group *group, enum aggregate_op op)
{
	size_t at = 0, below;

	while ((below = 2 * at + 1) < group->heap_count) {
		if (below + 1 < group->heap_count &&
		    aggregate_worse(op, group->heap[below + 1].value, group->heap[below].value))
			below++;
		if (!aggregate_worse(op, group->heap[below].value, group->heap[at].value))
			break;
		heap_swap(group->heap, at, below);
		at = below;
	}
}

static void heap_offer(struct aggregate_group *group, enum aggregate_op op,
		       const struct aggregate_item *item)
{
	double worst = group->heap_count ? group->heap[0].value : NAN;

	if (group->heap_count < group->heap_capacity) {
		heap_push(group, op, item);
	} else if ((op == AGG_TOPK ? worst < item->value : worst > item->value) ||
		   (isnan(worst) && !isnan(item->value))) {
		group->heap[0] = *item;
		heap_sink(group, op);
	}
}

static int heap_compare_labels(const struct aggregate_item *a, const struct aggregate_item *b)
{
	return labels_compare(a->labels, b->labels);
}

/* Best first, NaN last; equal ones by their labels. */
static int heap_compare_top(const void *a, const void *b)
{
	const struct aggregate_item *one = a, *other = b;

	if (isnan(one->value) || isnan(other->value))
		return isnan(one->value) == isnan(other->value) ? heap_compare_labels(one, other)
		       : isnan(one->value)			? 1
								: -1;
	return one->value > other->value   ? -1
	       : one->value < other->value ? 1
					   : heap_compare_labels(one, other);
}

static int heap_compare_bottom(const void *a, const void *b)
{
	const struct aggregate_item *one = a, *other = b;

	if (isnan(one->value) || isnan(other->value))
		return isnan(one->value) == isnan(other->value) ? heap_compare_labels(one, other)
		       : isnan(one->value)			? 1
								: -1;
	return one->value < other->value   ? -1
	       : one->value > other->value ? 1
					   : heap_compare_labels(one, other);
}

static void aggregate_best(struct eval *eval, struct aggregate *aggregate,
			   const struct eval_vector *of, size_t most, struct eval_value *value)
{
	enum aggregate_op op = aggregate->expr->aggregate;
	struct eval_maker maker;
	size_t i, j;

	aggregate_group_up(eval, aggregate, of);
	for (i = 0; i < of->count; i++)
		aggregate->groups[aggregate->group_of[i]].count++;
	for (i = 0; i < aggregate->groups_count; i++) {
		struct aggregate_group *group = &aggregate->groups[i];

		group->heap_capacity = group->count < most ? group->count : most;
		group->heap = eval_memory(eval, group->heap_capacity, sizeof(*group->heap));
	}
	for (i = 0; i < of->count; i++)
		heap_offer(&aggregate->groups[aggregate->group_of[i]], op,
			   &(struct aggregate_item){of->labels[i], of->values[i]});
	maker_init(eval, &maker, of->count, false);
	for (i = 0; i < aggregate->groups_count; i++) {
		struct aggregate_group *group = &aggregate->groups[i];

		qsort(group->heap, group->heap_count, sizeof(*group->heap),
		      op == AGG_TOPK ? heap_compare_top : heap_compare_bottom);
		for (j = 0; j < group->heap_count; j++)
			maker_add(&maker, group->heap[j].labels, group->heap[j].value);
	}
	*value = maker_value(eval, &maker);
}

/* As Go converts: what is below the largest int64 that a double can hold. */
static int aggregate_most(struct eval *eval, double number, size_t *most)
{
	struct buf text = {0};
	int error;

	if (number <= 0x1.fffffffffffffp62 && number >= -0x1p63) {
		*most = number < 1 ? 0 : (size_t)number;
		return 0;
	}
	eval_print_number(&text, number);
	error = eval_fail(eval, "Scalar value %s overflows int64", text.bytes);
	buf_fini(&text);
	return error;
}

int eval_aggregate(struct eval *eval, const struct expr *expr, struct eval_value *value)
{
	struct aggregate aggregate = {.expr = expr};
	struct eval_value of, param;
	size_t most = 0;
	int error;

	error = expr->param ? eval_node(eval, expr->param, &param) : 0;
	if (!error)
		error = eval_node(eval, expr->args[0], &of);
	if (error)
		return error;
	if (expr->aggregate != AGG_TOPK && expr->aggregate != AGG_BOTTOMK) {
		aggregate_plain(eval, &aggregate, &of.vector, value);
		return 0;
	}
	*value = (struct eval_value){.type = VALUE_VECTOR};
	error = aggregate_most(eval, param.scalar, &most);
	if (!error && of.vector.count && most)
		aggregate_best(eval, &aggregate, &of.vector, most, value);
	return error;
}

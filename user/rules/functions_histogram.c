// SPDX-License-Identifier: Apache-2.0
/*
 * histogram_quantile. In: buckets, told apart by `le`. Out: for each histogram the quantile, linear
 * within its bucket. The rule that surprises: buckets are mended before use (equal bounds added up,
 * counts made never to fall), a histogram without +Inf has no quantile, and the highest bucket
 * answers with the bound below it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rules/eval_private.h"

#define BUCKET_LABEL "le"

struct bucket {
	double bound; /* upper, included */
	double count; /* of all up to it */
};

struct histogram {
	const struct labels
		*labels; /* without le, with the name: histograms of two metrics are two */
	struct bucket *buckets;
	size_t count;
};

/* What Go's ParseFloat reads and strtod would not, or the other way round, is no bound a bucket
 * ever had, but for these. */
static bool bucket_is_number(const char *text)
{
	const char *digits = text + (*text == '+' || *text == '-');

	if (!strcasecmp(digits, "inf") || !strcasecmp(digits, "infinity") ||
	    !strcasecmp(text, "nan"))
		return true;
	return *digits && strspn(digits, "0123456789.eE+-") == strlen(digits);
}

static bool bucket_bound(const struct labels *labels, double *bound)
{
	const char *text = labels_find(labels, BUCKET_LABEL);
	char *end;

	if (!text || !bucket_is_number(text))
		return false;
	*bound = strtod(text, &end);
	return !*end && (isfinite(*bound) || !strpbrk(text, "0123456789"));
}

static int bucket_compare(const void *a, const void *b)
{
	double one = ((const struct bucket *)a)->bound, other = ((const struct bucket *)b)->bound;

	return one < other ? -1 : one > other;
}

/* Few buckets, often in order already. */
static void histogram_sort(struct bucket *buckets, size_t count)
{
	size_t i, at;

	if (count > 64) {
		qsort(buckets, count, sizeof(*buckets), bucket_compare);
		return;
	}
	for (i = 1; i < count; i++) {
		struct bucket bucket = buckets[i];

		for (at = i; at > 0 && bucket.bound < buckets[at - 1].bound; at--)
			buckets[at] = buckets[at - 1];
		buckets[at] = bucket;
	}
}

static size_t histogram_mend(struct bucket *buckets, size_t count)
{
	size_t used = 1, i;
	double most;

	for (i = 1; i < count; i++) {
		if (buckets[i].bound == buckets[used - 1].bound)
			buckets[used - 1].count += buckets[i].count;
		else
			buckets[used++] = buckets[i];
	}
	most = buckets[0].count;
	for (i = 1; i < used; i++) {
		if (buckets[i].count > most)
			most = buckets[i].count;
		else if (buckets[i].count < most)
			buckets[i].count = most;
	}
	return used;
}

/* The first bucket, but the last, that holds the rank. */
static size_t histogram_search(const struct bucket *buckets, size_t count, double rank)
{
	size_t low = 0, high = count - 1;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (buckets[middle].count >= rank)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static double histogram_quantile(struct histogram *histogram, double q)
{
	struct bucket *buckets = histogram->buckets;
	double rank, count, start = 0;
	size_t last, at;

	if (isnan(q))
		return NAN;
	if (q < 0 || q > 1)
		return q < 0 ? -INFINITY : INFINITY;
	histogram_sort(buckets, histogram->count);
	if (!(buckets[histogram->count - 1].bound == INFINITY))
		return NAN;
	last = histogram_mend(buckets, histogram->count) - 1;
	if (last < 1 || buckets[last].count == 0)
		return NAN;
	rank = q * buckets[last].count;
	at = histogram_search(buckets, last + 1, rank);
	if (at == last)
		return buckets[last - 1].bound;
	if (at == 0 && buckets[0].bound <= 0)
		return buckets[0].bound;
	count = buckets[at].count;
	if (at > 0) {
		start = buckets[at - 1].bound;
		count -= buckets[at - 1].count;
		rank -= buckets[at - 1].count;
	}
	return start + (buckets[at].bound - start) * (rank / count);
}

struct histograms {
	struct histogram *all;
	size_t count;
	uint32_t *of; /* by place of the item: its histogram; UINT32_MAX = it is no bucket */
	double *bounds;
};

/* Which item belongs to which histogram. */
static void histograms_group(struct eval *eval, struct histograms *histograms,
			     const struct eval_vector *of)
{
	static const char *const names[] = {BUCKET_LABEL};
	struct eval_projection *projection = cache_projection(eval, true, true, names, 1);
	size_t i;

	marks_begin(eval);
	for (i = 0; i < of->count; i++) {
		const struct labels *labels;

		histograms->of[i] = UINT32_MAX;
		if (!bucket_bound(of->labels[i], &histograms->bounds[i]))
			continue;
		labels = projection_of(eval, projection, of->labels[i]);
		histograms->of[i] = marks_find(eval, labels);
		if (histograms->of[i] == UINT32_MAX) {
			histograms->of[i] = (uint32_t)histograms->count++;
			marks_put(eval, labels, histograms->of[i]);
			histograms->all[histograms->of[i]] = (struct histogram){.labels = labels};
		}
		histograms->all[histograms->of[i]].count++;
	}
}

static void histograms_fill(struct eval *eval, struct histograms *histograms,
			    const struct eval_vector *of)
{
	struct bucket *buckets = eval_memory(eval, of->count, sizeof(*buckets));
	size_t i;

	for (i = 0; i < histograms->count; i++) {
		histograms->all[i].buckets = buckets;
		buckets += histograms->all[i].count;
		histograms->all[i].count = 0;
	}
	for (i = 0; i < of->count; i++) {
		struct histogram *histogram = histograms->of[i] == UINT32_MAX
						      ? NULL
						      : &histograms->all[histograms->of[i]];

		if (histogram)
			histogram->buckets[histogram->count++] =
				(struct bucket){histograms->bounds[i], of->values[i]};
	}
}

int function_histogram_quantile(struct eval_call *call)
{
	const struct eval_vector *of = &call->args[1].vector;
	struct eval *eval = call->eval;
	struct histograms histograms = {
		.all = eval_memory(eval, of->count, sizeof(*histograms.all)),
		.of = eval_memory(eval, of->count, sizeof(*histograms.of)),
		.bounds = eval_memory(eval, of->count, sizeof(*histograms.bounds)),
	};
	struct eval_maker maker;
	size_t i;

	histograms_group(eval, &histograms, of);
	histograms_fill(eval, &histograms, of);
	maker_init(eval, &maker, histograms.count, false);
	for (i = 0; i < histograms.count; i++)
		maker_add(&maker, labels_nameless(eval->pool, histograms.all[i].labels),
			  histogram_quantile(&histograms.all[i], call->args[0].scalar));
	*call->result = maker_value(eval, &maker);
	call->result->vector.is_nameless = true;
	return eval_refuse_doubles(eval, call->result);
}

// SPDX-License-Identifier: Apache-2.0
/*
 * In: names and labels, an instant. Out: values, lines, rates; NAN where there is nothing.
 * The rule that surprises: samples come once a second, so a step shorter than that shows the sample before it, and a
 * rate is by the time between two samples, never by the width of the step.
 */
#include "sink/tui/query.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PACE_MS	    1000 /* between two samples, when nothing is late */
#define PACE_MAX_MS 2500 /* a series whose last sample is older is not of now */

/* What one series did between its last sample at or before the begin of a window and the end of it. */
struct query_span {
	const struct sample *samples;
	size_t count;
};

static int64_t at_ms(const struct desk *desk)
{
	return (int64_t)(desk->at_axis_ns / 1000000u);
}

size_t query_select(const struct desk *desk, const char *metric, const struct query_label *labels,
		    size_t labels_count, struct series *const **series)
{
	struct matcher matchers[1 + QUERY_LABELS] = {{.name = "__name__", .value = metric, .kind = MATCH_EQUAL}};

	*series = NULL;
	if (!desk->view || !desk->view->store || labels_count > QUERY_LABELS)
		return 0;
	for (size_t i = 0; i < labels_count; i++)
		matchers[1 + i] =
			(struct matcher){.name = labels[i].name, .value = labels[i].value, .kind = MATCH_EQUAL};
	return store_select(desk->view->store, matchers, 1 + labels_count, series);
}

double query_value(const struct desk *desk, const char *metric, const struct query_label *labels, size_t labels_count)
{
	struct series *const *series;
	size_t count = query_select(desk, metric, labels, labels_count, &series);
	struct sample sample;

	for (size_t i = 0; i < count; i++)
		if (series_at(series[i], at_ms(desk), &sample))
			return sample.value;
	return NAN;
}

/* From the last `before` samples at or before from_ms on, or from the first that there is. */
static struct query_span span_of(const struct series *series, int64_t from_ms, int64_t to_ms, size_t before,
				 struct store_scratch *scratch)
{
	struct query_span span;

	span.count = series_range(series, from_ms - PACE_MAX_MS, to_ms, scratch, &span.samples);
	while (span.count > before && span.samples[before].at_ms <= from_ms) {
		span.samples++;
		span.count--;
	}
	return span;
}

double query_rise(const struct sample *first, const struct sample *last)
{
	double rise = 0;

	for (; first < last; first++)
		rise += first[1].value >= first->value ? first[1].value - first->value : first[1].value;
	return rise;
}

struct query_increase query_increase(const struct desk *desk, struct series *const *series, size_t count,
				     uint64_t window_ns)
{
	int64_t to_ms = at_ms(desk), from_ms = to_ms - (int64_t)(window_ns / 1000000u);
	int64_t first_ms = INT64_MAX, last_ms = INT64_MIN;
	struct query_increase result = {.increase = NAN};
	struct store_scratch scratch = {0};

	for (size_t i = 0; i < count; i++) {
		struct query_span span = span_of(series[i], from_ms, to_ms, 1, &scratch);
		double increase;

		if (span.count < 2)
			continue;
		increase = query_rise(span.samples, span.samples + span.count - 1);
		query_add(&result.increase, &increase, 1);
		first_ms = span.samples[0].at_ms < first_ms ? span.samples[0].at_ms : first_ms;
		last_ms = span.samples[span.count - 1].at_ms > last_ms ? span.samples[span.count - 1].at_ms : last_ms;
	}
	free(scratch.samples);
	if (isnan(result.increase))
		return result;
	/* what ended early in the window did nothing in the rest of it */
	result.seen_s = (double)((to_ms - last_ms > PACE_MAX_MS ? to_ms : last_ms) - first_ms) / 1000;
	return result;
}

double query_rate(const struct desk *desk, const char *metric, const struct query_label *labels, size_t labels_count,
		  uint64_t window_ns)
{
	struct series *const *series;
	size_t count = query_select(desk, metric, labels, labels_count, &series);
	struct query_increase seen = query_increase(desk, series, count, window_ns);

	return isnan(seen.increase) ? NAN : seen.increase / seen.seen_s;
}

/* Equal steps of a window; `at` walks along the samples. */
struct query_steps {
	struct query_span span;
	struct store_scratch scratch;
	double from_ms, step_ms;
	int64_t old_ms; /* a value older than that is none of a step's */
};

static void steps_begin(struct query_steps *steps, const struct desk *desk, const struct series *series,
			uint64_t window_ns, size_t count)
{
	double window_ms = (double)window_ns / 1e6;
	int64_t to_ms = at_ms(desk);

	*steps = (struct query_steps){.from_ms = (double)to_ms - window_ms, .step_ms = window_ms / (double)count};
	steps->old_ms = steps->step_ms > PACE_MS * 3 / 2 ? (int64_t)steps->step_ms : PACE_MS * 3 / 2;
	/* two: the rate of a first step shorter than a second is between them */
	steps->span = span_of(series, (int64_t)steps->from_ms, to_ms, 2, &steps->scratch);
}

/* The instant at which step i ends; -1 is the begin of the window. */
static int64_t step_end_ms(const struct query_steps *steps, size_t i)
{
	return (int64_t)(steps->from_ms + (double)(i + 1) * steps->step_ms + 0.5);
}

/* Moves *at to the first sample behind the instant. */
static void steps_pass(const struct query_steps *steps, size_t *at, int64_t end_ms)
{
	while (*at < steps->span.count && steps->span.samples[*at].at_ms <= end_ms)
		(*at)++;
}

void query_line(const struct desk *desk, const struct series *series, uint64_t window_ns, double *values,
		size_t count)
{
	struct query_steps steps;
	size_t at = 0;

	if (!count)
		return;
	steps_begin(&steps, desk, series, window_ns, count);
	for (size_t i = 0; i < count; i++) {
		int64_t end_ms = step_end_ms(&steps, i);
		const struct sample *last;

		steps_pass(&steps, &at, end_ms);
		last = at ? &steps.span.samples[at - 1] : NULL;
		values[i] = last && last->at_ms > end_ms - steps.old_ms ? last->value : NAN;
	}
	free(steps.scratch.samples);
}

/* A rate is from the last sample before the step on; when that is long ago, from the first one in it. */
static double rate_of_step(const struct query_steps *steps, size_t before, size_t at, int64_t begin_ms,
			   int64_t end_ms)
{
	const struct sample *samples = steps->span.samples, *last, *first;

	if (at < 2)
		return NAN;
	last = &samples[at - 1];
	first = before && samples[before - 1].at_ms >= begin_ms - PACE_MAX_MS ? &samples[before - 1]
									      : &samples[before];
	if (first >= last) /* the step is shorter than the time between two samples */
		first = last - 1;
	if (last->at_ms <= end_ms - steps->old_ms || first->at_ms < begin_ms - PACE_MAX_MS)
		return NAN;
	return query_rise(first, last) * 1000 / (double)(last->at_ms - first->at_ms);
}

void query_rate_line(const struct desk *desk, const struct series *series, uint64_t window_ns, double *values,
		     size_t count)
{
	struct query_steps steps;
	size_t at = 0, before = 0;

	if (!count)
		return;
	steps_begin(&steps, desk, series, window_ns, count);
	for (size_t i = 0; i < count; i++) {
		int64_t end_ms = step_end_ms(&steps, i), begin_ms = (int64_t)((double)end_ms - steps.step_ms);

		steps_pass(&steps, &at, end_ms);
		steps_pass(&steps, &before, begin_ms);
		values[i] = rate_of_step(&steps, before, at, begin_ms, end_ms);
	}
	free(steps.scratch.samples);
}

void query_add(double *values, const double *more, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!isnan(more[i]))
			values[i] = isnan(values[i]) ? more[i] : values[i] + more[i];
}

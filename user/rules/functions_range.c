// SPDX-License-Identifier: Apache-2.0
/*
 * Functions of a range vector. In: the samples of each series from t - range to t, both included.
 * Out: a number for each series that has enough of them. The rule that surprises: rate and its kin
 * stretch what was seen to the whole range, but not beyond a little more than the usual distance of
 * samples, and a counter not below zero. The order of every addition is Prometheus', so the bits
 * are too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rules/eval_private.h"

struct range {
	struct eval *eval;
	const struct sample *samples;
	size_t count; /* at least one */
	int64_t from_ms, to_ms;
	double param; /* the scalar argument, when there is one */
};

/* False: too few samples. */
typedef bool range_compute(const struct range *range, double *value);

static const struct expr *range_selector(const struct expr *call)
{
	size_t i;

	for (i = 0; i < call->args_count; i++)
		if (call->args[i]->type == VALUE_MATRIX)
			return expr_bare(call->args[i]);
	return NULL;
}

static int over_ranges(struct eval_call *call, range_compute *compute, bool keeps_name)
{
	const struct expr *selector = range_selector(call->expr);
	struct eval *eval = call->eval;
	struct range range = {
		.eval = eval, .from_ms = eval->at_ms - selector->range_ms, .to_ms = eval->at_ms};
	struct series *const *series;
	size_t count = cache_select(eval, selector, &series), i;
	struct eval_maker maker;
	double value;

	for (i = 0; i < call->args_count; i++)
		if (call->expr->args[i]->type == VALUE_SCALAR)
			range.param = call->args[i].scalar;
	maker_init(eval, &maker, count, false);
	for (i = 0; i < count; i++) {
		range.count = series_range(series[i], range.from_ms, range.to_ms, &eval->scratch,
					   &range.samples);
		if (range.count && compute(&range, &value))
			maker_add(&maker,
				  keeps_name ? series[i]->labels
					     : labels_nameless(eval->pool, series[i]->labels),
				  value);
	}
	*call->result = maker_value(eval, &maker);
	call->result->vector.is_nameless = !keeps_name;
	call->result->vector.is_one_name = selector->metric != NULL;
	return keeps_name ? 0 : eval_refuse_doubles(eval, call->result);
}

/* --- rate, increase, delta */

/* What a counter lost when it began anew. Whole loops without a reset are the rule, so they come
 * first and fast. */
static double range_with_resets(const struct range *range, double difference)
{
	const struct sample *samples = range->samples;
	size_t i;

	for (i = 1; i < range->count; i++)
		if (samples[i].value < samples[i - 1].value)
			difference += samples[i - 1].value;
	return difference;
}

/* By what the difference between first and last sample is to be multiplied to stand for the whole
 * range. */
static double range_stretch(const struct range *range, double difference, bool is_counter)
{
	const struct sample *first = range->samples, *last = range->samples + range->count - 1;
	double before = (double)(first->at_ms - range->from_ms) / 1000;
	double behind = (double)(range->to_ms - last->at_ms) / 1000;
	double seen = (double)(last->at_ms - first->at_ms) / 1000;
	double pace = seen / (double)(range->count - 1);
	double near = pace * 1.1, stretched = seen;

	if (is_counter && difference > 0 && first->value >= 0) {
		double from_zero = seen * (first->value / difference);

		if (from_zero < before)
			before = from_zero;
	}
	stretched += before < near ? before : pace / 2;
	stretched += behind < near ? behind : pace / 2;
	return stretched / seen;
}

static bool range_change(const struct range *range, bool is_counter, bool is_rate, double *value)
{
	double difference, factor;

	if (range->count < 2)
		return false;
	difference = range->samples[range->count - 1].value - range->samples[0].value;
	if (is_counter)
		difference = range_with_resets(range, difference);
	factor = range_stretch(range, difference, is_counter);
	if (is_rate)
		factor /= (double)(range->to_ms - range->from_ms) / 1000;
	*value = difference * factor;
	return true;
}

static bool compute_rate(const struct range *range, double *value)
{
	return range_change(range, true, true, value);
}

static bool compute_increase(const struct range *range, double *value)
{
	return range_change(range, true, false, value);
}

static bool compute_delta(const struct range *range, double *value)
{
	return range_change(range, false, false, value);
}

/* --- deriv, predict_linear */

struct range_line {
	double slope, intercept; /* at the given instant */
};

static struct range_line range_fit(const struct range *range, int64_t zero_ms)
{
	double x_sum = 0, x_lost = 0, y_sum = 0, y_lost = 0, xy_sum = 0, xy_lost = 0, xx_sum = 0,
	       xx_lost = 0;
	double n = (double)range->count, first = range->samples[0].value, slope;
	bool is_flat = true;
	size_t i;

	for (i = 0; i < range->count; i++) {
		double x = (double)(range->samples[i].at_ms - zero_ms) / 1e3,
		       y = range->samples[i].value;

		if (y != first && i)
			is_flat = false;
		sum_add(&x_sum, &x_lost, x);
		sum_add(&y_sum, &y_lost, y);
		sum_add(&xy_sum, &xy_lost, x * y);
		sum_add(&xx_sum, &xx_lost, x * x);
	}
	if (is_flat)
		return isinf(first) ? (struct range_line){NAN, NAN} : (struct range_line){0, first};
	x_sum += x_lost;
	y_sum += y_lost;
	xy_sum += xy_lost;
	xx_sum += xx_lost;
	slope = (xy_sum - x_sum * y_sum / n) / (xx_sum - x_sum * x_sum / n);
	return (struct range_line){slope, y_sum / n - slope * x_sum / n};
}

static bool compute_deriv(const struct range *range, double *value)
{
	if (range->count < 2)
		return false;
	*value = range_fit(range, range->samples[0].at_ms).slope;
	return true;
}

static bool compute_predict_linear(const struct range *range, double *value)
{
	struct range_line line;

	if (range->count < 2)
		return false;
	line = range_fit(range, range->to_ms);
	*value = line.slope * range->param + line.intercept;
	return true;
}

/* --- X_over_time */

/* A mean that has become infinite stays so, unless the other infinity or a NaN comes. */
static bool compute_avg(const struct range *range, double *value)
{
	double mean = 0, lost = 0, count = 0;
	size_t i;

	for (i = 0; i < range->count; i++) {
		double next = range->samples[i].value;

		count++;
		if (isinf(mean) && ((isinf(next) && (mean > 0) == (next > 0)) || isfinite(next)))
			continue;
		sum_add(&mean, &lost, next / count - mean / count);
	}
	*value = isinf(mean) ? mean : mean + lost;
	return true;
}

static bool compute_sum(const struct range *range, double *value)
{
	double sum = 0, lost = 0;
	size_t i;

	for (i = 0; i < range->count; i++)
		sum_add(&sum, &lost, range->samples[i].value);
	*value = isinf(sum) ? sum : sum + lost;
	return true;
}

static bool compute_count(const struct range *range, double *value)
{
	*value = (double)range->count;
	return true;
}

static bool compute_last(const struct range *range, double *value)
{
	*value = range->samples[range->count - 1].value;
	return true;
}

static bool compute_min(const struct range *range, double *value)
{
	double least = range->samples[0].value;
	size_t i;

	for (i = 1; i < range->count; i++)
		if (range->samples[i].value < least || isnan(least))
			least = range->samples[i].value;
	*value = least;
	return true;
}

static bool compute_max(const struct range *range, double *value)
{
	double most = range->samples[0].value;
	size_t i;

	for (i = 1; i < range->count; i++)
		if (range->samples[i].value > most || isnan(most))
			most = range->samples[i].value;
	*value = most;
	return true;
}

/* Welford's, with what rounding lost beside the mean and the sum of squares. */
static bool compute_stddev(const struct range *range, double *value)
{
	double mean = 0, mean_lost = 0, squares = 0, squares_lost = 0, count = 0;
	size_t i;

	for (i = 0; i < range->count; i++) {
		double next = range->samples[i].value, distance = next - (mean + mean_lost);

		count++;
		sum_add(&mean, &mean_lost, distance / count);
		sum_add(&squares, &squares_lost, distance * (next - (mean + mean_lost)));
	}
	*value = sqrt((squares + squares_lost) / count);
	return true;
}

static int range_compare_numbers(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return one < other ? -1 : one > other;
}

/*
 * Moves the number of rank `rank` to its place, smaller ones before it: quickselect. A bad run of
 * pivots ends in a sort. No NaN among them.
 */
static void range_select(double *numbers, size_t count, size_t rank)
{
	size_t low = 0, high = count - 1, tries = 64;

	while (low < high) {
		double pivot = numbers[low + (high - low) / 2];
		size_t left = low, right = high;

		if (!tries--) {
			qsort(numbers + low, high - low + 1, sizeof(*numbers),
			      range_compare_numbers);
			return;
		}
		for (;;) {
			double number;

			while (numbers[left] < pivot)
				left++;
			while (numbers[right] > pivot)
				right--;
			if (left >= right)
				break;
			number = numbers[left];
			numbers[left++] = numbers[right];
			numbers[right--] = number;
		}
		/* all up to right are at most the pivot, all from left on at least */
		if (left == right && left == rank)
			return;
		if (rank < left)
			high = left - 1;
		else
			low = left == right ? left + 1 : left;
	}
}

/* NaNs come first. */
static bool compute_quantile(const struct range *range, double *value)
{
	double *numbers, rank = range->param * (double)(range->count - 1),
			 weight = rank - floor(rank);
	size_t nan_count = 0, used = range->count, lower, upper, i;

	if (isnan(range->param) || range->param < 0 || range->param > 1) {
		*value = isnan(range->param) ? NAN : range->param < 0 ? -INFINITY : INFINITY;
		return true;
	}
	mem_grow(&range->eval->numbers, &range->eval->numbers_capacity, range->count,
		 sizeof(*numbers));
	numbers = range->eval->numbers;
	for (i = 0; i < range->count; i++) {
		if (isnan(range->samples[i].value))
			numbers[nan_count++] = NAN;
		else
			numbers[--used] = range->samples[i].value;
	}
	lower = (size_t)floor(rank);
	upper = lower + 1 < range->count ? lower + 1 : range->count - 1;
	if (lower >= nan_count)
		range_select(numbers + nan_count, range->count - nan_count, lower - nan_count);
	if (upper > lower && upper >= nan_count)
		for (i = upper + 1; i < range->count; i++)
			if (numbers[i] < numbers[upper]) {
				double number = numbers[i];

				numbers[i] = numbers[upper];
				numbers[upper] = number;
			}
	*value = numbers[lower] * (1 - weight) + numbers[upper] * weight;
	return true;
}

/* --- rows of the table */

int function_rate(struct eval_call *call)
{
	return over_ranges(call, compute_rate, false);
}

int function_increase(struct eval_call *call)
{
	return over_ranges(call, compute_increase, false);
}

int function_delta(struct eval_call *call)
{
	return over_ranges(call, compute_delta, false);
}

int function_deriv(struct eval_call *call)
{
	return over_ranges(call, compute_deriv, false);
}

int function_predict_linear(struct eval_call *call)
{
	return over_ranges(call, compute_predict_linear, false);
}

int function_avg_over_time(struct eval_call *call)
{
	return over_ranges(call, compute_avg, false);
}

int function_sum_over_time(struct eval_call *call)
{
	return over_ranges(call, compute_sum, false);
}

int function_count_over_time(struct eval_call *call)
{
	return over_ranges(call, compute_count, false);
}

int function_last_over_time(struct eval_call *call)
{
	return over_ranges(call, compute_last, true);
}

int function_min_over_time(struct eval_call *call)
{
	return over_ranges(call, compute_min, false);
}

int function_max_over_time(struct eval_call *call)
{
	return over_ranges(call, compute_max, false);
}

int function_stddev_over_time(struct eval_call *call)
{
	return over_ranges(call, compute_stddev, false);
}

int function_quantile_over_time(struct eval_call *call)
{
	return over_ranges(call, compute_quantile, false);
}

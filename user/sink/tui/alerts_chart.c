// SPDX-License-Identifier: Apache-2.0
/*
 * In: an expression and instants. Out: the values of one label set.
 * The rule that surprises: what is evaluated is the left side of the comparison alone, so there are
 * values while the condition did not hold; which of its results is our alert's is told by the
 * labels they share.
 */
#include "sink/tui/alerts_chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/units.h"
#include "rules/labels.h"
#include "rules/store.h"

#define MS_PER_S	1000
#define FRAME_COST	4000  /* samples that the evaluations of one frame may touch, about */
#define RANGE_SAMPLE_MS 16000 /* a range costs as much as an instant per that much of it */

/* --- what is evaluated --- */

/* As alerts_left_side; of `a or b` both left sides. */
static const struct expr *left_of(struct arena *arena, const struct expr *expr)
{
	struct expr *both;

	expr = alerts_left_side(expr);
	if (expr->kind != EXPR_BINARY || expr->op != OP_OR)
		return expr;
	both = arena_new(arena, sizeof(*both));
	*both = *expr;
	both->args[0] = (struct expr *)(uintptr_t)left_of(arena, expr->args[0]);
	both->args[1] = (struct expr *)(uintptr_t)left_of(arena, expr->args[1]);
	both->key = table_mix(both->args[0]->key ^ table_mix(both->args[1]->key + 1));
	return both;
}

struct cost {
	struct store *store;
	uint64_t samples_count;
};

static void add_cost(void *arg, const struct expr *selector)
{
	struct cost *cost = arg;
	struct series *const *series;
	uint64_t count =
		store_select(cost->store, selector->matchers, selector->matchers_count, &series);

	cost->samples_count += count * (1 + (uint64_t)selector->range_ms / RANGE_SAMPLE_MS);
}

static uint64_t cost_of(const struct alerts_chart *chart, struct store *store)
{
	struct cost cost = {store, 1};

	expr_selectors(chart->left, add_cost, &cost);
	return cost.samples_count;
}

static bool is_of_rule(const struct rule *rule, const char *name)
{
	if (!strcmp(name, "alertname"))
		return true;
	for (size_t i = 0; i < rule->labels_count; i++)
		if (!strcmp(rule->labels[i].name, name))
			return true;
	return false;
}

/* Everything that the alert has not from its rule is there; a comparison may have dropped more of
 * the sample. */
static bool is_ours(const struct rule *rule, const struct labels *ours, const struct labels *sample)
{
	for (size_t i = 0; i < ours->count; i++) {
		const char *value;

		if (is_of_rule(rule, ours->items[i].name))
			continue;
		value = labels_find(sample, ours->items[i].name);
		if (!value || strcmp(value, ours->items[i].value) != 0)
			return false;
	}
	return true;
}

/* The one that has the fewest labels beside ours; NAN when there is none, or when several may be
 * it. */
static double pick(const struct eval_result *result, const struct rule *rule,
		   const struct labels *ours)
{
	const struct eval_sample *best = NULL;
	bool is_unclear = false;

	if (result->type == VALUE_SCALAR && result->samples_count)
		return result->samples[0].value;
	for (size_t i = 0; i < result->samples_count; i++) {
		const struct eval_sample *sample = &result->samples[i];

		if (!is_ours(rule, ours, sample->labels))
			continue;
		is_unclear = best && best->labels->count == sample->labels->count;
		if (!best || sample->labels->count < best->labels->count)
			best = sample;
	}
	return best && !is_unclear ? best->value : NAN;
}

static struct alerts_point evaluate(struct alerts_chart *chart, const struct alerts_row *row, int64_t at_ms)
{
	struct alerts_point point = {at_ms, NAN};
	struct eval_result result;

	chart->evaluations_count++;
	eval_begin(chart->eval, at_ms);
	if (!eval_expr(chart->eval, chart->left, &result))
		point.value = pick(&result, chart->rule, row->labels);
	chart->is_blank = chart->is_blank && isnan(point.value);
	return point;
}

/* --- what is held --- */

static void push(struct alerts_points *ring, struct alerts_point point)
{
	ring->points[(ring->first + ring->count) % ALERTS_CHART_LIVE] = point;
	if (ring->count == ALERTS_CHART_LIVE)
		ring->first = (ring->first + 1) % ALERTS_CHART_LIVE;
	else
		ring->count++;
}

/* The oldest is 0. */
static struct alerts_point point_at(const struct alerts_points *ring, size_t index)
{
	return ring->points[(ring->first + index) % ALERTS_CHART_LIVE];
}

/* Is one of `step_ms` later to come by then? */
static bool is_due(const struct alerts_points *ring, int64_t at_ms, int64_t step_ms)
{
	return !ring->count || at_ms >= point_at(ring, ring->count - 1).at_ms + step_ms;
}

static int64_t second_of(uint64_t at_axis_ns)
{
	return (int64_t)(at_axis_ns / NS_PER_MS) / MS_PER_S * MS_PER_S;
}

/* Of the instants that come as many as the ring can hold for the whole window. */
static int64_t live_step_ms(uint64_t window_ns)
{
	int64_t step_ms =
		(int64_t)(window_ns / NS_PER_MS) / ALERTS_CHART_LIVE / MS_PER_S * MS_PER_S;

	return step_ms < MS_PER_S ? MS_PER_S : step_ms + MS_PER_S;
}

void alerts_chart_reset(struct alerts_chart *chart)
{
	eval_free(chart->eval);
	arena_fini(&chart->arena);
	memset(chart, 0, sizeof(*chart));
}

static void begin(struct alerts_chart *chart, const struct desk *desk, const struct alerts_row *row)
{
	struct store *store = desk->view->store;
	/* another window, other rules: what was seen stays true */
	const struct alerts_points seen = chart->key == row->key ? chart->seen
								 : (struct alerts_points){.count = 0};

	alerts_chart_reset(chart);
	chart->seen = seen;
	chart->key = row->key;
	chart->window_ns = desk->window_ns;
	chart->rules_generation = desk->view->rules_generation;
	chart->is_blank = true;
	chart->begin_ms = second_of(desk->at_axis_ns);
	chart->step_ms =
		(int64_t)(desk->window_ns / NS_PER_MS) / ALERTS_CHART_PAST / MS_PER_S * MS_PER_S;
	if (chart->step_ms < MS_PER_S)
		chart->step_ms = MS_PER_S;
	if (!row->rule || row->rules_generation != desk->view->rules_generation ||
	    !row->rule->expr || !store || !row->labels)
		return;
	chart->rule = row->rule;
	chart->left = left_of(&chart->arena, row->rule->expr);
	chart->eval = eval_new(store);
}

/* The instant that is shown, if it is a new one. */
static void feed_live(struct alerts_chart *chart, const struct desk *desk,
		      const struct alerts_row *row)
{
	int64_t at_ms = second_of(desk->at_axis_ns);

	if (at_ms > chart->begin_ms && is_due(&chart->live, at_ms, live_step_ms(chart->window_ns)))
		push(&chart->live, evaluate(chart, row, at_ms));
}

static void feed_past(struct alerts_chart *chart, const struct desk *desk,
		      const struct alerts_row *row)
{
	uint64_t spent = 0, cost;

	if (chart->past_count == ALERTS_CHART_PAST)
		return;
	cost = cost_of(chart, desk->view->store);
	while (chart->past_count < ALERTS_CHART_PAST && (!spent || spent + cost <= FRAME_COST)) {
		int64_t at_ms = chart->begin_ms - (int64_t)chart->past_count * chart->step_ms;

		chart->past[chart->past_count++] = evaluate(chart, row, at_ms);
		spent += cost;
	}
}

void alerts_chart_feed(struct alerts_chart *chart, const struct desk *desk,
		       const struct alerts_row *row)
{
	if (chart->key != row->key || chart->window_ns != desk->window_ns ||
	    chart->rules_generation != desk->view->rules_generation ||
	    second_of(desk->at_axis_ns) < chart->begin_ms)
		begin(chart, desk, row);
	if (!chart->left)
		return;
	feed_live(chart, desk, row);
	feed_past(chart, desk, row);
}

void alerts_chart_see(struct alerts_chart *chart, const struct alerts_row *row, uint64_t at_axis_ns)
{
	struct alerts_point point = {second_of(at_axis_ns), row->value};

	if (chart->key != row->key || row->class == ALERTS_ENDED || !row->alert_id)
		return;
	if (is_due(&chart->seen, point.at_ms, 1))
		push(&chart->seen, point);
}

/* --- drawing --- */

struct steps {
	double *values;
	size_t count;
	int64_t from_ms, window_ms;
};

/* The value holds until the next one, at most `reach_ms`. */
static void put(const struct steps *steps, struct alerts_point point, int64_t reach_ms)
{
	int64_t begin = (point.at_ms - steps->from_ms) * (int64_t)steps->count;
	int64_t end = (point.at_ms + reach_ms - steps->from_ms) * (int64_t)steps->count;
	int64_t first = begin <= 0 ? 0 : (begin - 1) / steps->window_ms;

	if (end <= 0)
		return;
	for (int64_t i = first;
	     i < (int64_t)steps->count && (i == first || i * steps->window_ms < end); i++)
		steps->values[i] = point.value;
}

void alerts_chart_values(const struct alerts_chart *chart, uint64_t at_axis_ns, double *values,
			 size_t count)
{
	int64_t window_ms = (int64_t)(chart->window_ns / NS_PER_MS),
		live_ms = live_step_ms(chart->window_ns);
	struct steps steps = {values, count, (int64_t)(at_axis_ns / NS_PER_MS) - window_ms,
			      window_ms};

	for (size_t i = 0; i < count; i++)
		values[i] = NAN;
	if (!window_ms)
		return;
	for (size_t i = chart->past_count; i--;)
		put(&steps, chart->past[i], chart->step_ms);
	for (size_t i = 0; i < chart->live.count; i++)
		put(&steps, point_at(&chart->live, i), live_ms);
	for (size_t i = 0; chart->is_blank && i < chart->seen.count; i++)
		put(&steps, point_at(&chart->seen, i), MS_PER_S);
}

void alerts_chart_draw(const struct alerts_chart *chart, const struct desk *desk,
		       const struct alerts_row *row, struct area area)
{
	size_t count = chart_plot_values(area);
	double *values = mem_array(count, sizeof(*values));
	struct chart_line line = {.values = values, .style = STYLE_LINE_1, .name = "value"};
	struct chart_plot plot = {
		.lines = &line,
		.lines_count = 1,
		.count = count,
		.band_low = -1,
		.band_high = -1,
		.threshold = row->has_threshold ? row->threshold : NAN,
		.low = NAN,
		.high = NAN,
		.unit = row->unit,
		.end_real_ns = desk->at_axis_ns,
		.window_ns = desk->window_ns,
	};

	alerts_chart_values(chart, desk->at_axis_ns, values, count);
	chart_plot(area, &plot);
	free(values);
}

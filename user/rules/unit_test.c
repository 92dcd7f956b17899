// SPDX-License-Identifier: Apache-2.0
/*
 * In: a unit test and the rules that it is of. Out: pass or fail, and what differed.
 * The rule that surprises: an alert case between two evaluations looks at the earlier one; an expression case is asked
 * at its own instant, of the samples loaded until the last evaluation.
 */
#include "rules/unit_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rules/groups.h"
#include "rules/lexer.h"
#include "rules/template.h"

#define NS_PER_MS 1000000ull

/* What is still to be loaded of one input series. */
struct feed {
	struct series *series; /* NULL: a later one of the same labels replaces it */
	const struct unit_series *from;
	size_t item;
	uint64_t done; /* of this item */
	double value;  /* of its next sample */
	int64_t next_ms;
};

struct run {
	const struct unit_file *file;
	const struct unit_test *test;
	struct store *store;
	struct rule_set set; /* the groups in their order, for a shallow copy */
	struct groups *groups;
	struct feed *feeds;
	struct buf *out;
	int64_t now_ms;
	bool has_failed;
	bool has_broken; /* a rule could not be evaluated: nothing more is looked at */
};

static void print_duration(struct buf *out, int64_t ms)
{
	if (ms)
		duration_print(out, ms);
	else
		buf_text(out, "0s");
}

static void add_clean(struct buf *out, const char *text)
{
	text_clean(out, text, strlen(text), false);
}

static void begin_failure(struct run *run, unsigned line, const char *what, const char *text, int64_t at_ms)
{
	run->has_failed = true;
	buf_format(run->out, "  line %u: %s ", line, what);
	add_clean(run->out, text);
	buf_text(run->out, " at ");
	print_duration(run->out, at_ms);
	buf_text(run->out, ":\n");
}

/* ---- samples ---- */

static void feeds_open(struct run *run)
{
	struct labels_pool *pool = store_labels(run->store);

	run->feeds = mem_array(run->test->series_count, sizeof(*run->feeds));
	for (size_t i = 0; i < run->test->series_count; i++) {
		const struct unit_series *from = &run->test->series[i];
		struct expr_mistakes none = {0};
		const struct labels *labels = expr_parse_labels(pool, from->series, strlen(from->series), &none);

		expr_mistakes_fini(&none);
		run->feeds[i] = (struct feed){.from = from};
		run->feeds[i].series = labels ? store_series(run->store, labels, false) : NULL;
		for (size_t j = 0; j < i; j++)
			if (run->feeds[j].series == run->feeds[i].series)
				run->feeds[j].series = NULL;
	}
}

/* Loads up to an instant. */
static void feed_until(struct run *run, struct feed *feed, int64_t at_ms)
{
	while (feed->series && feed->item < feed->from->values_count && feed->next_ms <= at_ms) {
		const struct unit_values *values = &feed->from->values[feed->item];

		if (feed->done == values->count) {
			feed->item++;
			feed->done = 0;
			continue;
		}
		feed->value = feed->done ? feed->value + values->step : values->first;
		if (values->kind == UNIT_NUMBERS)
			store_append(run->store, feed->series, feed->next_ms, feed->value);
		else if (values->kind == UNIT_STALE)
			store_end(run->store, feed->series, feed->next_ms);
		feed->done++;
		feed->next_ms += run->test->interval_ms;
	}
}

/* ---- alerts ---- */

/* A growing list of alerts, to be compared as a set. */
struct alerts {
	struct unit_expected_alert *items;
	size_t count;
	size_t capacity;
	struct arena arena;
};

static int compare_label(const void *left, const void *right)
{
	return strcmp(((const struct label *)left)->name, ((const struct label *)right)->name);
}

static int compare_labels(const struct label *a, size_t a_count, const struct label *b, size_t b_count)
{
	for (size_t i = 0; i < a_count && i < b_count; i++) {
		int order = strcmp(a[i].name, b[i].name);

		if (!order)
			order = strcmp(a[i].value, b[i].value);
		if (order)
			return order;
	}
	return a_count < b_count ? -1 : a_count > b_count;
}

static int compare_alerts(const void *left, const void *right)
{
	const struct unit_expected_alert *a = left, *b = right;
	int order = compare_labels(a->labels, a->labels_count, b->labels, b->labels_count);

	return order ? order
		     : compare_labels(a->annotations, a->annotations_count, b->annotations, b->annotations_count);
}

static void alerts_add(struct alerts *alerts, const struct group_alert *alert)
{
	const struct rule *rule = alert->rule;
	struct template_values values = {.labels = alert->sample_labels, .value = alert->value};
	struct label *annotations = arena_new(&alerts->arena, rule->annotations_count * sizeof(*annotations));
	struct buf text = {0};

	for (size_t i = 0; i < rule->annotations_count; i++) {
		buf_reset(&text);
		buf_text(&text, "");
		template_expand(&text, rule->annotations[i].value, &values);
		annotations[i].name = rule->annotations[i].name;
		annotations[i].value = arena_string(&alerts->arena, text.bytes, text.length);
	}
	qsort(annotations, rule->annotations_count, sizeof(*annotations), compare_label);
	buf_fini(&text);
	mem_grow(&alerts->items, &alerts->capacity, alerts->count + 1, sizeof(*alerts->items));
	alerts->items[alerts->count++] = (struct unit_expected_alert){
		.labels = alert->labels->items,
		.labels_count = alert->labels->count,
		.annotations = annotations,
		.annotations_count = rule->annotations_count,
	};
}

static void alerts_collect(struct run *run, struct alerts *alerts, const char *name)
{
	for (size_t i = 0; i < run->set.groups_count; i++)
		for (size_t j = 0; j < run->set.groups[i].rules_count; j++) {
			const struct rule *rule = &run->set.groups[i].rules[j];
			const struct group_alert *alert;

			if (!rule->is_alert || strcmp(rule->name, name))
				continue;
			for (alert = groups_alerts(run->groups, rule); alert; alert = alert->next)
				if (alert->is_firing)
					alerts_add(alerts, alert);
		}
	if (alerts->count)
		qsort(alerts->items, alerts->count, sizeof(*alerts->items), compare_alerts);
}

static void print_pairs(struct buf *out, const struct label *labels, size_t count)
{
	buf_char(out, '{');
	for (size_t i = 0; i < count; i++) {
		buf_text(out, i ? ", " : "");
		add_clean(out, labels[i].name);
		buf_char(out, '=');
		text_json(out, labels[i].value, strlen(labels[i].value));
	}
	buf_char(out, '}');
}

static void print_alert(struct buf *out, const char *what, const struct unit_expected_alert *alert)
{
	buf_format(out, "    %s ", what);
	print_pairs(out, alert->labels, alert->labels_count);
	buf_text(out, "\n             annotations ");
	print_pairs(out, alert->annotations, alert->annotations_count);
	buf_char(out, '\n');
}

static void check_alerts(struct run *run, const struct unit_alert_case *of)
{
	struct unit_expected_alert *wanted = mem_array(of->alerts_count, sizeof(*wanted));
	struct alerts got = {0};
	size_t i = 0, j = 0;
	bool is_same;

	if (of->alerts_count)
		memcpy(wanted, of->alerts, of->alerts_count * sizeof(*wanted));
	qsort(wanted, of->alerts_count, sizeof(*wanted), compare_alerts);
	alerts_collect(run, &got, of->alertname);
	is_same = got.count == of->alerts_count;
	for (i = 0; i < got.count && is_same; i++)
		is_same = !compare_alerts(&wanted[i], &got.items[i]);
	if (!is_same)
		begin_failure(run, of->line, "alert", of->alertname, of->at_ms);
	for (i = 0; !is_same && (i < of->alerts_count || j < got.count);) {
		int order = i == of->alerts_count ? 1 : j == got.count ? -1 : compare_alerts(&wanted[i], &got.items[j]);

		if (order < 0)
			print_alert(run->out, "expected", &wanted[i]);
		else if (order > 0)
			print_alert(run->out, "got     ", &got.items[j]);
		i += order <= 0;
		j += order >= 0;
	}
	free(wanted);
	free(got.items);
	arena_fini(&got.arena);
}

/* ---- expressions ---- */

struct unit_sample {
	const struct labels *labels;
	double value;
};

static int compare_samples(const void *left, const void *right)
{
	const struct unit_sample *a = left, *b = right;
	int order = labels_compare(a->labels, b->labels);

	return order ? order : a->value < b->value ? -1 : a->value > b->value;
}

static struct unit_sample *wanted_samples(struct run *run, const struct unit_expr_case *of)
{
	struct unit_sample *wanted = mem_array(of->samples_count, sizeof(*wanted));
	struct labels_pool *pool = store_labels(run->store);

	for (size_t i = 0; i < of->samples_count; i++) {
		const char *text = of->samples[i].labels;
		struct expr_mistakes none = {0};

		wanted[i].value = of->samples[i].value;
		wanted[i].labels =
			text[0] ? expr_parse_labels(pool, text, strlen(text), &none) : labels_intern(pool, NULL, 0);
		expr_mistakes_fini(&none);
	}
	qsort(wanted, of->samples_count, sizeof(*wanted), compare_samples);
	return wanted;
}

static void print_sample(struct buf *out, const char *what, const struct unit_sample *sample)
{
	struct buf labels = {0};

	labels_print(&labels, sample->labels);
	buf_format(out, "    %s ", what);
	add_clean(out, labels.bytes);
	buf_char(out, ' ');
	buf_fini(&labels);
	eval_print_number(out, sample->value);
	if (sample->value != sample->value)
		buf_text(out, " (NaN equals nothing, itself included)");
	buf_char(out, '\n');
}

static void compare_vectors(struct run *run, const struct unit_expr_case *of, const struct unit_sample *wanted,
			    const struct unit_sample *got, size_t got_count)
{
	bool is_same = got_count == of->samples_count;
	size_t i, j = 0;

	for (i = 0; i < got_count && is_same; i++)
		is_same = wanted[i].labels == got[i].labels && wanted[i].value == got[i].value;
	if (is_same)
		return;
	begin_failure(run, of->line, "expression", of->text, of->at_ms);
	for (i = 0; i < of->samples_count || j < got_count;) {
		int order = i == of->samples_count ? 1
			    : j == got_count	   ? -1
						   : labels_compare(wanted[i].labels, got[j].labels);
		bool differs = order || wanted[i].value != got[j].value;

		if (order <= 0 && differs)
			print_sample(run->out, "expected", &wanted[i]);
		if (order >= 0 && differs)
			print_sample(run->out, "got     ", &got[j]);
		i += order <= 0;
		j += order >= 0;
	}
}

static void check_expr(struct run *run, struct eval *eval, const struct unit_expr_case *of)
{
	struct unit_sample *wanted, *got;
	struct eval_result result = {0};

	eval_begin(eval, of->at_ms);
	if (of->expr->type == VALUE_MATRIX || of->expr->type == VALUE_STRING || eval_expr(eval, of->expr, &result)) {
		begin_failure(run, of->line, "expression", of->text, of->at_ms);
		buf_text(run->out, "    error    ");
		add_clean(run->out, result.error[0] ? result.error : "rule result is not a vector or scalar");
		buf_char(run->out, '\n');
		return;
	}
	got = mem_array(result.samples_count, sizeof(*got));
	for (size_t i = 0; i < result.samples_count; i++)
		got[i] = (struct unit_sample){result.samples[i].labels, result.samples[i].value};
	qsort(got, result.samples_count, sizeof(*got), compare_samples);
	wanted = wanted_samples(run, of);
	compare_vectors(run, of, wanted, got, result.samples_count);
	free(wanted);
	free(got);
}

/* ---- the test ---- */

static void rule_evaluated(void *arg, const struct rule_group *group, const struct rule *rule, const char *error)
{
	struct run *run = arg;

	(void)group;
	if (!error[0])
		return;
	run->has_failed = run->has_broken = true;
	buf_text(run->out, "  rule ");
	add_clean(run->out, rule->name);
	buf_text(run->out, " (");
	add_clean(run->out, rule->file);
	buf_format(run->out, ":%u) at ", rule->line);
	print_duration(run->out, run->now_ms);
	buf_text(run->out, ": ");
	add_clean(run->out, error);
	buf_char(run->out, '\n');
}

static size_t turn_of(const struct unit_file *file, const struct rule_group *group)
{
	for (size_t i = 0; i < file->group_order_count; i++)
		if (!strcmp(file->group_order[i], group->name))
			return i;
	return 0; /* promtool's: with the first */
}

/* The groups in the order of group_eval_order; the others before them, as the files say. */
static void order_groups(struct run *run, const struct rule_set *set)
{
	struct rule_group *groups = mem_array(set->groups_count, sizeof(*groups));
	size_t count = 0;

	for (size_t turn = 0; turn == 0 || turn < run->file->group_order_count; turn++)
		for (size_t i = 0; i < set->groups_count; i++)
			if (turn_of(run->file, &set->groups[i]) == turn) {
				groups[count] = set->groups[i];
				groups[count++].interval_ns = 0;
			}
	run->set = (struct rule_set){.groups = groups, .groups_count = count};
}

static int64_t last_instant(const struct unit_test *test)
{
	int64_t last_ms = 0;

	for (size_t i = 0; i < test->alerts_count; i++)
		last_ms = test->alerts[i].at_ms > last_ms ? test->alerts[i].at_ms : last_ms;
	for (size_t i = 0; i < test->exprs_count; i++)
		last_ms = test->exprs[i].at_ms > last_ms ? test->exprs[i].at_ms : last_ms;
	return last_ms;
}

static void run_turns(struct run *run)
{
	int64_t interval_ms = run->file->evaluation_interval_ms, last_ms = last_instant(run->test);
	const struct unit_test *test = run->test;

	for (int64_t at_ms = 0; at_ms <= last_ms && !run->has_broken; at_ms += interval_ms) {
		run->now_ms = at_ms;
		for (size_t i = 0; i < test->series_count; i++)
			feed_until(run, &run->feeds[i], at_ms);
		groups_run(run->groups, at_ms);
		for (size_t i = 0; i < test->alerts_count && !run->has_broken; i++)
			if (test->alerts[i].at_ms >= at_ms && test->alerts[i].at_ms - at_ms < interval_ms)
				check_alerts(run, &test->alerts[i]);
	}
}

bool unit_test_run(const struct unit_file *file, const struct unit_test *test, const struct rule_set *set,
		   struct buf *out)
{
	static const struct store_limits limits = {
		.series_count = 1000000, .bytes = (size_t)8 << 30, .age_ms = INT64_MAX / 4};
	struct run run = {.file = file, .test = test, .out = out, .store = store_new(&limits)};
	struct groups_hooks hooks = {.arg = &run, .evaluated = rule_evaluated};
	struct eval *eval = eval_new(run.store);

	order_groups(&run, set);
	run.groups = groups_new(&run.set, run.store, (uint64_t)file->evaluation_interval_ms * NS_PER_MS, &hooks);
	feeds_open(&run);
	run_turns(&run);
	for (size_t i = 0; i < test->exprs_count && !run.has_broken; i++)
		check_expr(&run, eval, &test->exprs[i]);
	groups_free(run.groups);
	eval_free(eval);
	store_free(run.store);
	free(run.set.groups);
	free(run.feeds);
	return !run.has_failed;
}

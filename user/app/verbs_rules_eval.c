// SPDX-License-Identifier: Apache-2.0
/*
 * In: an expression and a recording. Out: what the expression gives at the recording's end, or at an instant of it.
 * The rule that surprises: the recording runs through the same path as in replay, its rules included, so what they
 * recorded can be asked for; only our own sink listens, and it asks when the axis has reached the instant.
 */
#include "app/verbs_rules_eval.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/verbs.h"
#include "base/refuse.h"
#include "base/text.h"
#include "base/units.h"
#include "config/engines.h"
#include "config/rules.h"
#include "flow/flow.h"
#include "rules/eval.h"
#include "sink/member.h"
#include "source/replay.h"

struct asker {
	struct sink sink; /* first */
	struct feed feed;
	struct flow *flow;
	const struct expr *expr;
	bool has_instant;
	bool is_offset; /* `instant_ns` counts from the start of the recording; else it is UTC */
	uint64_t instant_ns;
	bool as_json;
	bool is_done;
	bool has_ended;
	int error;
	struct buf out;
};

/* ---- the answer ---- */

/* As Prometheus' API writes numbers: without an exponent where that is bearable. */
static void print_value(struct buf *out, double value)
{
	double size = fabs(value);
	char text[64];

	if (!isfinite(value) || size >= 1e21 || (size > 0 && size < 1e-6)) {
		eval_print_number(out, value);
		return;
	}
	for (int digits = 0; digits <= 24; digits++) {
		snprintf(text, sizeof(text), "%.*f", digits, value);
		if (!(strtod(text, NULL) < value) && !(strtod(text, NULL) > value))
			break;
	}
	buf_text(out, text);
}

static struct json_object *json_sample(int64_t at_ms, double value)
{
	struct json_object *pair = member_array();
	struct buf text = {0};

	buf_format(&text, "%lld.%03lld", (long long)(at_ms / 1000), (long long)(at_ms % 1000));
	member_append(pair, json_object_new_double_s((double)at_ms / 1000, text.bytes));
	buf_reset(&text);
	print_value(&text, value);
	member_append(pair, member_new_word(text.bytes));
	buf_fini(&text);
	return pair;
}

static void print_json(struct buf *out, const struct eval_result *result, int64_t at_ms)
{
	struct json_object *answer = member_object(), *part = member_object(), *list = member_array();

	for (size_t i = 0; i < result->samples_count && result->type == VALUE_VECTOR; i++) {
		const struct eval_sample *sample = &result->samples[i];
		struct json_object *item = member_object(), *metric = member_object();

		for (size_t j = 0; j < sample->labels->count; j++)
			member_foreign_string(metric, sample->labels->items[j].name, sample->labels->items[j].value);
		member_add(item, "metric", metric);
		member_add(item, "value", json_sample(at_ms, sample->value));
		member_append(list, item);
	}
	if (result->type == VALUE_SCALAR && result->samples_count) {
		json_object_put(list);
		list = json_sample(at_ms, result->samples[0].value);
	} else if (result->type == VALUE_STRING) {
		json_object_put(list);
		list = json_sample(at_ms, 0);
		json_object_array_put_idx(list, 1, member_new_string(result->string));
	}
	member_word(answer, "status", "success");
	member_word(part, "resultType",
		    result->type == VALUE_VECTOR   ? "vector"
		    : result->type == VALUE_SCALAR ? "scalar"
						   : "string");
	member_add(part, "result", list);
	member_add(answer, "data", part);
	member_print(out, answer);
}

static void print_text(struct buf *out, const struct eval_result *result, int64_t at_ms)
{
	struct buf labels = {0};

	if (result->type == VALUE_STRING) {
		buf_text(out, "string: ");
		text_clean(out, result->string, strlen(result->string), false);
		buf_format(out, " @[%lld.%03lld]\n", (long long)(at_ms / 1000), (long long)(at_ms % 1000));
		return;
	}
	for (size_t i = 0; i < result->samples_count; i++) {
		buf_reset(&labels);
		if (result->type == VALUE_SCALAR)
			buf_text(&labels, "scalar: ");
		else
			labels_print(&labels, result->samples[i].labels);
		text_clean(out, labels.bytes, labels.length, false);
		buf_text(out, result->type == VALUE_SCALAR ? "" : " => ");
		print_value(out, result->samples[i].value);
		buf_format(out, " @[%lld.%03lld]\n", (long long)(at_ms / 1000), (long long)(at_ms % 1000));
	}
	buf_fini(&labels);
}

/* ---- the question ---- */

static int compare_samples(const void *left, const void *right)
{
	return labels_compare(((const struct eval_sample *)left)->labels, ((const struct eval_sample *)right)->labels);
}

static bool has_order(const struct expr *expr)
{
	return expr->kind == EXPR_AGGREGATE && (expr->aggregate == AGG_TOPK || expr->aggregate == AGG_BOTTOMK);
}

static void ask(struct asker *asker, const struct view *view, uint64_t real_ns)
{
	int64_t at_ms = (int64_t)(real_ns / NS_PER_MS);
	struct eval *eval = eval_new(view->store);
	struct eval_result result = {0};
	struct eval_sample *sorted;

	asker->is_done = true;
	eval_begin(eval, at_ms);
	if (eval_expr(eval, asker->expr, &result)) {
		asker->error = refuse(-EINVAL, "the expression has no value: %s", result.error);
	} else {
		sorted = mem_array(result.samples_count, sizeof(*sorted));
		if (result.samples_count)
			memcpy(sorted, result.samples, result.samples_count * sizeof(*sorted));
		if (!has_order(asker->expr))
			qsort(sorted, result.samples_count, sizeof(*sorted), compare_samples);
		result.samples = sorted;
		if (asker->as_json)
			print_json(&asker->out, &result, at_ms);
		else
			print_text(&asker->out, &result, at_ms);
		free(sorted);
	}
	eval_free(eval);
}

static void on_tick(struct sink *sink, const struct view *view)
{
	struct asker *asker = (struct asker *)sink;
	uint64_t now_ns = view_axis_ns(view, view->now_ns), instant_ns = now_ns;

	if (asker->has_instant)
		instant_ns = asker->is_offset ? view_axis_ns(view, view->started_at_ns) + asker->instant_ns
					      : asker->instant_ns;
	asker->has_ended |= view->end_reason != 0;
	if (asker->is_done || !view->store)
		return;
	if (asker->has_instant ? now_ns >= instant_ns : asker->has_ended) {
		if (instant_ns < view_axis_ns(view, view->started_at_ns)) {
			asker->is_done = true;
			asker->error = refuse(-EINVAL, "the recording begins at %s",
					      units_rfc3339(view_axis_ns(view, view->started_at_ns)).text);
			return;
		}
		ask(asker, view, instant_ns);
	} else if (asker->has_ended) {
		asker->is_done = true;
		asker->error = refuse(-EINVAL, "the recording ends at %s", units_rfc3339(now_ns).text);
	}
}

static const struct sink_ops asker_ops = {.name = "rules eval", .on_tick = on_tick};

/* ---- the recording ---- */

static void feed_record(struct feed *feed, const struct tt_head *record, uint32_t size_bytes)
{
	struct asker *asker = (struct asker *)((char *)feed - offsetof(struct asker, feed));

	flow_feed(asker->flow, record, size_bytes);
}

static int run(struct asker *asker, struct source *source, const struct replay_preamble *preamble)
{
	struct sink *sinks[] = {&asker->sink};
	struct engine_set engines;
	int result = 0;

	engines_init(&engines);
	for (size_t i = 0; i < preamble->engine_texts_count && !result; i++)
		result = engines_parse(&engines, preamble->engine_texts[i].file, preamble->engine_texts[i].text,
				       preamble->engine_texts[i].length);
	if (!result) {
		struct flow_options options = {
			.engines = &engines,
			.run_id = preamble->run_id,
			.metrics = {preamble->metrics_age_ns, preamble->metrics_bytes},
			.sinks = sinks,
			.sinks_count = 1,
			.compile_rules = rules_compile,
			.free_rules = rules_free,
		};

		asker->flow = flow_new(&options);
		do
			result = source->ops->pump(source, &asker->feed);
		while (result == PUMP_MORE && !(asker->is_done && asker->has_instant));
		flow_free(asker->flow);
	}
	engines_fini(&engines);
	return result < 0 ? result : 0;
}

static int exit_code_of(int error)
{
	if (!error)
		return EXIT_CODE_OK;
	if (error == -EBADMSG)
		return EXIT_CODE_DAMAGED;
	return error == -EINVAL || error == -ENOENT ? EXIT_CODE_USAGE : EXIT_CODE_RUNTIME;
}

static int eval_recording(struct asker *asker, const char *path)
{
	const struct replay_preamble *preamble;
	struct source *source = NULL;
	int error = replay_open(&source, path, &preamble), code;

	if (error)
		return exit_code_of(error);
	error = run(asker, source, preamble);
	if (!error && !asker->is_done)
		error = refuse(-EBADMSG, "%s: there is nothing to evaluate in it", path);
	code = exit_code_of(error ? error : asker->error);
	if (!code && asker->has_ended && replay_is_damaged(source))
		code = EXIT_CODE_DAMAGED;
	source->ops->free(source);
	if (verbs_print(&asker->out) && !code)
		code = EXIT_CODE_RUNTIME;
	return code;
}

/* ---- the command line ---- */

static void say_mistake(const char *text, const struct expr_mistake *mistake)
{
	size_t length = strlen(text), start = mistake->place < length ? mistake->place : length, end = start, used;
	struct buf line = {0}, caret = {0};
	unsigned number = 1, column = 1;

	while (start && text[start - 1] != '\n')
		start--;
	while (text[end] && text[end] != '\n')
		end++;
	for (size_t i = 0; i < start; i++)
		number += text[i] == '\n';
	for (size_t i = start; i < mistake->place && i < end; i += used, column++)
		text_next(text + i, end - i, &used);
	text_clean(&line, text + start, mistake->place < end ? mistake->place - start : end - start, false);
	buf_text(&caret, "");
	buf_fill(&caret, " ", text_columns(line.bytes ? line.bytes : "", line.length));
	if (mistake->place < end)
		text_clean(&line, text + mistake->place, end - mistake->place, false);
	warn("expression:%u:%u: %s\n  %s\n  %s^", number, column, mistake->message, line.bytes ? line.bytes : "",
	     caret.bytes);
	buf_fini(&line);
	buf_fini(&caret);
}

static const struct expr *parse(struct arena *arena, const char *text)
{
	struct expr_mistakes mistakes = {0};
	const struct expr *expr = expr_parse(arena, text, strlen(text), &mistakes);

	for (size_t i = 0; i < mistakes.count; i++)
		say_mistake(text, &mistakes.items[i]);
	expr_mistakes_fini(&mistakes);
	if (expr && expr->type == VALUE_MATRIX) {
		expr_fini((struct expr *)expr);
		refuse(0, "the expression is a range vector: ask for one number per series, as last_over_time(%s) does",
		       text);
		return NULL;
	}
	return expr;
}

/* 90s, 1m30s, 90: since the start of the recording; else an instant as RFC 3339 writes it. */
static int parse_instant(struct asker *asker, const char *text)
{
	struct tm calendar = {0};
	const char *rest;

	asker->has_instant = true;
	if (!units_parse_ns(text, &asker->instant_ns)) {
		asker->is_offset = true;
		return 0;
	}
	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &calendar);
	if (rest) {
		uint64_t fraction_ns = 0, digit_ns = 100000000;

		if (*rest == '.')
			for (rest++; *rest >= '0' && *rest <= '9'; rest++, digit_ns /= 10)
				fraction_ns += (uint64_t)(*rest - '0') * digit_ns;
		asker->instant_ns = (uint64_t)timegm(&calendar) * NS_PER_S + fraction_ns;
		if (!strcmp(rest, "Z"))
			return 0;
	}
	return refuse(-EINVAL, "'%s' is no instant: say 90s since the start, or 2026-11-24T07:32:00Z", text);
}

int verbs_rules_eval(const struct options *options)
{
	struct asker asker = {.sink.ops = &asker_ops, .feed.record = feed_record, .as_json = options->as_json};
	const struct strings *args = &options->args;
	struct arena arena = {0};
	int code = EXIT_CODE_USAGE;

	if (args->count < 3 || args->count > 4) {
		refuse(0, "say: ttsobs-bpf rules eval EXPR RECORDING [WHEN]");
		return EXIT_CODE_USAGE;
	}
	asker.expr = parse(&arena, args->values[1]);
	if (asker.expr && !(args->count == 4 && parse_instant(&asker, args->values[3])))
		code = eval_recording(&asker, args->values[2]);
	if (asker.expr)
		expr_fini((struct expr *)asker.expr);
	buf_fini(&asker.out);
	arena_fini(&arena);
	return code;
}

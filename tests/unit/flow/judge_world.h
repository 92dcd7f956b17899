/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world with rules: texts of one line per rule, series that the test itself appends each second, and every on_alert
 * kept. A line is "alert NAME FOR_S KEEP_S SEVERITY EXPR" or "record NAME EXPR"; a text with "broken" in it does not
 * compile.
 */
#ifndef TEST_FLOW_JUDGE_WORLD_H
#define TEST_FLOW_JUDGE_WORLD_H

#include <stdio.h>

#include "world.h"

#include "flow/judge.h"
#include "rules/labels.h"
#include "rules/store.h"

#define MAX_TOLD 40000
#define MAX_SERIES 20000
struct told {
	uint64_t id;
	enum alert_state state;
	enum alert_change change;
	enum tier tier;
	bool is_unknown, is_in_list;
	char name[32], pid[12], reason[160], summary[80], comment[40], comparison[3];
	double value, threshold;
	bool has_threshold;
	uint64_t active_at_ms, fired_at_ms, ended_at_ms, changed_at_ms;
	uint64_t silence_id, inhibited_by, ack_at_real_ns;
	uint32_t ack_uid;
	uint8_t trace_id[16];
};

struct judge_world {
	struct world *world;
	struct sink sink;
	struct told *told;
	size_t told_count;
	size_t read_count; /* by next_told */
	struct {
		struct series *series;
		double value;
		bool is_on;
	} series[MAX_SERIES];
	size_t series_count;
	uint64_t second; /* the last one that was judged, on the axis */
};

static inline void keep_alert(struct sink *sink, const struct view *view, const struct alert *alert)
{
	struct judge_world *judge = (struct judge_world *)((char *)sink - offsetof(struct judge_world, sink));
	struct told *told = &judge->told[judge->told_count++];
	const char *pid = labels_find(alert->labels, "pid");

	assert_true(judge->told_count <= MAX_TOLD);
	*told = (struct told){
		.id = alert->id,
		.state = alert->state,
		.change = alert->change,
		.tier = alert->tier,
		.is_unknown = alert->is_unknown,
		.value = alert->value,
		.threshold = alert->threshold,
		.has_threshold = alert->has_threshold,
		.active_at_ms = alert->active_at_real_ns / 1000000,
		.fired_at_ms = alert->fired_at_real_ns / 1000000,
		.ended_at_ms = alert->ended_at_real_ns / 1000000,
		.changed_at_ms = alert->changed_at_real_ns / 1000000,
		.silence_id = alert->silence_id,
		.inhibited_by = alert->inhibited_by,
		.ack_at_real_ns = alert->ack.at_real_ns,
		.ack_uid = alert->ack.uid,
	};
	for (const struct alert *there = view->alerts; there; there = there->next)
		told->is_in_list |= there == alert;
	snprintf(told->name, sizeof(told->name), "%s", alert->name);
	snprintf(told->pid, sizeof(told->pid), "%s", pid ? pid : "");
	snprintf(told->reason, sizeof(told->reason), "%s", alert->reason);
	snprintf(told->comparison, sizeof(told->comparison), "%s", alert->comparison);
	snprintf(told->comment, sizeof(told->comment), "%s", alert->ack.comment);
	for (size_t i = 0; i < alert->annotations_count; i++)
		if (!strcmp(alert->annotations[i].name, "summary"))
			snprintf(told->summary, sizeof(told->summary), "%s", alert->annotations[i].value);
	memcpy(told->trace_id, alert->trace_id, 16);
}

static const struct sink_ops alert_keeper = { .name = "alert keeper", .on_alert = keep_alert };

/* --- a compiler ------------------------------------------------------------------------------------------- */

static inline void compile_line(struct rule_set *set, struct rule_group *group, char *line)
{
	struct rule *rule = &group->rules[group->rules_count++];
	struct expr_mistakes mistakes = { 0 };
	char kind[8], name[32], severity[16] = "";
	unsigned for_s = 0, keep_s = 0;
	int at = 0;

	assert_int_equal(sscanf(line, "%7s %31s %n", kind, name, &at), 2);
	line += at;
	if (!strcmp(kind, "alert")) {
		assert_int_equal(sscanf(line, "%u %u %15s %n", &for_s, &keep_s, severity, &at), 3);
		line += at;
	}
	rule->name = arena_string(&set->arena, name, strlen(name));
	rule->is_alert = !strcmp(kind, "alert");
	rule->expr_text = arena_string(&set->arena, line, strlen(line));
	rule->expr = expr_parse(&set->arena, rule->expr_text, strlen(line), &mistakes);
	if (!rule->expr)
		fail_msg("%s: %s", line, mistakes.items[0].message);
	expr_mistakes_fini(&mistakes);
	rule->for_ns = for_s * 1000000000ull;
	rule->keep_firing_for_ns = keep_s * 1000000000ull;
	if (!rule->is_alert)
		return;
	rule->labels = arena_new(&set->arena, sizeof(*rule->labels));
	rule->labels[0] = (struct rule_pair){ "severity", arena_string(&set->arena, severity, strlen(severity)) };
	rule->labels_count = strcmp(severity, "-") ? 1 : 0;
	rule->annotations = arena_new(&set->arena, sizeof(*rule->annotations));
	rule->annotations[0] = (struct rule_pair){ "summary", "pid {{ $labels.pid }} at {{ $value }}" };
	rule->annotations_count = 1;
}

static inline struct rule_set *compile(const struct rule_text *texts, size_t texts_count)
{
	struct rule_set *set = calloc(1, sizeof(*set));

	assert_non_null(set);
	set->groups = arena_new(&set->arena, (texts_count + 1) * sizeof(*set->groups));
	for (size_t i = 0; i < texts_count; i++) {
		struct rule_group *group = &set->groups[set->groups_count++];
		char *text = strndup(texts[i].text, texts[i].length), *rest = text, *line;
		size_t lines = 1;

		for (const char *at = text; *at; at++)
			lines += *at == '\n';
		group->name = arena_string(&set->arena, texts[i].file, strlen(texts[i].file));
		group->rules = arena_new(&set->arena, lines * sizeof(*group->rules));
		if (strstr(text, "broken")) {
			free(text);
			arena_fini(&set->arena);
			free(set);
			return NULL;
		}
		while ((line = strsep(&rest, "\n")))
			if (*line)
				compile_line(set, group, line);
		free(text);
	}
	return set;
}

static inline void free_rules(struct rule_set *set)
{
	for (size_t i = 0; i < set->groups_count; i++)
		for (size_t j = 0; j < set->groups[i].rules_count; j++)
			expr_fini((struct expr *)set->groups[i].rules[j].expr);
	arena_fini(&set->arena);
	free(set);
}

/* --- the world -------------------------------------------------------------------------------------------- */

static inline struct judge_world *judge_world_new(void)
{
	struct judge_world *judge = calloc(1, sizeof(*judge));
	struct flow_options options = {
		.run_id = 42,
		.sinks_count = 1,
		.compile_rules = compile,
		.free_rules = free_rules,
	};
	struct tt_clock clock = { .mono_ns = 1000000000, .real_ns = 1700000000000000000ull, .boot_ns = 1000000000 };
	struct world *world = calloc(1, sizeof(*world));

	judge->told = calloc(MAX_TOLD + 1, sizeof(*judge->told));
	judge->sink.ops = &alert_keeper;
	world->sinks[0] = &judge->sink;
	options.sinks = world->sinks;
	define_engine(world);
	options.engines = &world->set;
	world->flow = flow_new(&options);
	world->at = 1000000000;
	judge->world = world;
	judge->second = 1700000000;
	feed(world, &clock, TT_CLOCK, sizeof(clock), 0, TT_NO_PROBE);
	return judge;
}

static inline void judge_world_free(struct judge_world *judge)
{
	world_free(judge->world);
	free(judge->told);
	free(judge);
}

static inline void proc_of(struct judge_world *judge, uint32_t pid, uint32_t proc_state, const char *service,
			   uint64_t start, uint32_t exit_code)
{
	struct tt_proc proc = { .head = { .at_ns = judge->world->at,
					  .pid = pid,
					  .kind = TT_PROC,
					  .size = sizeof(proc),
					  .probe = TT_NO_PROBE },
				.state = proc_state,
				.start_at_ns = start,
				.exit_code = exit_code,
				.comm = "speaker" };

	strcpy(proc.service, service);
	flow_feed(judge->world->flow, &proc.head, sizeof(proc));
}

static inline void lose_of(struct judge_world *judge, uint32_t pid, uint32_t cause, uint64_t count)
{
	struct tt_lost lost = { .head = { .at_ns = judge->world->at,
					  .pid = pid,
					  .kind = TT_LOST,
					  .size = sizeof(lost),
					  .probe = TT_NO_PROBE },
				.cause = cause,
				.count = count };

	flow_feed(judge->world->flow, &lost.head, sizeof(lost));
}

static inline void end_with(struct judge_world *judge, uint32_t reason)
{
	struct tt_end record = { .reason = reason };

	feed(judge->world, &record, TT_END, sizeof(record), 0, TT_NO_PROBE);
}

/* One part of a set. */
static inline void feed_rules_part(struct judge_world *judge, struct tt_rules head, const char *file,
				   const char *text)
{
	uint64_t bytes[8192] = { 0 };
	struct tt_rules *record = (struct tt_rules *)bytes;
	size_t size = sizeof(head) + strlen(file) + head.text_bytes;

	assert_true(size <= sizeof(bytes));
	*record = head;
	record->file_bytes = (uint32_t)strlen(file);
	memcpy(record + 1, file, strlen(file));
	memcpy((char *)(record + 1) + strlen(file), text, head.text_bytes);
	feed(judge->world, bytes, TT_RULES, (size + 7) / 8 * 8, 0, TT_NO_PROBE);
}

static inline void feed_rules(struct judge_world *judge, const char *text)
{
	uint32_t length = (uint32_t)strlen(text);

	feed_rules_part(judge, (struct tt_rules){ .files_count = 1, .total_bytes = length, .text_bytes = length },
			"test.yaml", text);
}

static inline void feed_control(struct judge_world *judge, struct tt_control head, const char *text,
				const char *comment)
{
	uint64_t bytes[2048] = { 0 };
	struct tt_control *record = (struct tt_control *)bytes;

	*record = head;
	record->text_bytes = (uint32_t)strlen(text);
	record->comment_bytes = (uint32_t)strlen(comment);
	memcpy(record + 1, text, strlen(text));
	memcpy((char *)(record + 1) + strlen(text), comment, strlen(comment));
	feed(judge->world, bytes, TT_CONTROL, (sizeof(head) + strlen(text) + strlen(comment) + 7) / 8 * 8, 0,
	     TT_NO_PROBE);
}

static inline void feed_restore(struct judge_world *judge, struct tt_restore head, const char *labels,
				const char *comment)
{
	uint64_t bytes[2048] = { 0 };
	struct tt_restore *record = (struct tt_restore *)bytes;

	*record = head;
	record->labels_bytes = (uint32_t)strlen(labels);
	record->comment_bytes = (uint32_t)strlen(comment);
	memcpy(record + 1, labels, strlen(labels));
	memcpy((char *)(record + 1) + strlen(labels), comment, strlen(comment));
	feed(judge->world, bytes, TT_RESTORE, (sizeof(head) + strlen(labels) + strlen(comment) + 7) / 8 * 8, 0,
	     TT_NO_PROBE);
}

/* A series of the test's own, named and labelled as in PromQL. Its number; set() gives it a value for each second to
 * come. */
static inline size_t make_series(struct judge_world *judge, const char *text)
{
	struct store *store = flow_view(judge->world->flow)->store;
	struct expr_mistakes mistakes = { 0 };
	const struct labels *labels = expr_parse_labels(store_labels(store), text, strlen(text), &mistakes);

	assert_non_null(labels);
	assert_true(judge->series_count < MAX_SERIES);
	judge->series[judge->series_count].series = store_series(store, labels, false);
	assert_non_null(judge->series[judge->series_count].series);
	return judge->series_count++;
}

static inline void set(struct judge_world *judge, size_t series, double value)
{
	judge->series[series].value = value;
	judge->series[series].is_on = true;
}

static inline void unset(struct judge_world *judge, size_t series)
{
	if (judge->series[series].is_on)
		store_end(flow_view(judge->world->flow)->store, judge->series[series].series,
			  (int64_t)(judge->second + 1) * 1000);
	judge->series[series].is_on = false;
}

static inline void pass(struct judge_world *judge, unsigned seconds)
{
	struct store *store = flow_view(judge->world->flow)->store;

	for (; seconds; seconds--) {
		judge->second++;
		for (size_t i = 0; i < judge->series_count; i++)
			if (judge->series[i].is_on)
				store_append(store, judge->series[i].series, (int64_t)judge->second * 1000,
					     judge->series[i].value);
		judge->world->at = 1000000000 + (judge->second - 1700000000) * 1000000000 + 7000000;
		tick(judge->world);
	}
}

/* The next thing told; NULL = nothing more. */
static inline const struct told *next_told(struct judge_world *judge)
{
	return judge->read_count < judge->told_count ? &judge->told[judge->read_count++] : NULL;
}

#define assert_told(judge, name_, pid_, change_, state_)                                                             \
	({                                                                                                           \
		const struct told *told_ = next_told(judge);                                                         \
		if (!told_)                                                                                          \
			fail_msg("nothing was told, not even %s", name_);                                            \
		assert_string_equal(told_->name, name_);                                                             \
		assert_string_equal(told_->pid, pid_);                                                               \
		assert_int_equal(told_->change, change_);                                                            \
		assert_int_equal(told_->state, state_);                                                              \
		assert_true(told_->is_in_list);                                                                      \
		told_;                                                                                               \
	})
#define assert_told_nothing(judge)                                                                                   \
	do {                                                                                                         \
		const struct told *told_ = next_told(judge);                                                         \
		if (told_)                                                                                           \
			fail_msg("told: %s change %d state %d %s", told_->name, told_->change, told_->state,         \
				 told_->reason);                                                                     \
	} while (0)

static inline const struct view *view_of(const struct judge_world *judge)
{
	return flow_view(judge->world->flow);
}

static inline const struct alert *first_alert(const struct judge_world *judge)
{
	return view_of(judge)->alerts;
}

#endif

// SPDX-License-Identifier: Apache-2.0
/*
 * In: the view. Out: texts for the writer; at the start, records for the flow.
 * The rule that surprises: between feeding the former run's records and the first TICK after them
 * nothing is taken from the view, since a part of them may not be in it yet, and a file written
 * then would have lost the rest.
 */
#include "app/state_file.h"

#include <stdlib.h>
#include <string.h>

#include "app/control_record.h"
#include "app/state_load.h"
#include "app/state_place.h"
#include "app/state_writer.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"

#define END_WAIT_MS 2000

enum state_stage {
	STAGE_LOADED,	/* the file is read; what it says is not in the view */
	STAGE_RESTORED, /* it is fed; the first TICK after it will show it */
	STAGE_RUNNING,
};

struct state_file {
	struct sink sink;
	struct state_file_options options;
	char *service;
	struct state_place place;
	struct state_writer *writer;  /* NULL = nothing is kept */
	struct state_content content; /* of the former run, until it is restored */
	enum state_load loaded;
	char *aside;
	enum state_stage stage;
	uint64_t restored_at_ns;
	uint64_t noted_generation;
	bool has_noted;
	bool is_touched;
	struct buf body;
	struct buf labels;
	struct buf told;
	uint64_t spent_at_ns;		     /* the TICK for which spent_ns counts */
	uint64_t spent_ns;		     /* on texts and on waiting for the disk */
	size_t alerts_count, muted_count, silences_count; /* restored */
};

static uint64_t bits_of(double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	return bits;
}

/* As expr_parse_labels reads it: what labels_print escapes for eyes would not come back as it was.
 */
static void print_labels(struct buf *out, const struct labels *labels)
{
	buf_char(out, '{');
	for (size_t i = 0; i < labels->count; i++) {
		buf_format(out, "%s%s=\"", i ? "," : "", labels->items[i].name);
		for (const char *c = labels->items[i].value; *c; c++) {
			if (*c == '"' || *c == '\\' || *c == '\n')
				buf_char(out, '\\');
			buf_char(out, *c == '\n' ? 'n' : *c);
		}
		buf_char(out, '"');
	}
	buf_char(out, '}');
}

static void add_alert(struct state_file *state, const struct alert *alert, bool is_first)
{
	struct state_alert kept = {
		.id = alert->id,
		.active_at_ns = alert->active_at_real_ns,
		.fired_at_ns = alert->fired_at_real_ns,
		.value_bits = bits_of(alert->value),
		.has_threshold = alert->has_threshold,
		.threshold_bits = bits_of(alert->threshold),
		.is_unknown = alert->is_unknown,
		.is_muted = alert->is_muted,
		.ack_at_ns = alert->ack.at_real_ns,
		.ack_uid = alert->ack.uid,
		.ack_comment = (char *)(uintptr_t)alert->ack.comment,
	};

	buf_reset(&state->labels);
	print_labels(&state->labels, alert->labels);
	kept.labels = state->labels.bytes;
	memcpy(kept.trace_id, alert->trace_id, sizeof(kept.trace_id));
	state_text_alert(&state->body, &kept, is_first);
}

static void add_silence(struct state_file *state, const struct silence *silence, bool is_first)
{
	const struct state_silence kept = {
		.id = silence->id,
		.uid = silence->uid,
		.start_at_ns = silence->start_at_real_ns,
		.end_at_ns = silence->end_at_real_ns,
		.matchers = (char *)(uintptr_t)silence->text,
		.comment = (char *)(uintptr_t)silence->comment,
	};

	state_text_silence(&state->body, &kept, is_first);
}

/* While it is told that somebody has resolved it, an alert is not in view->muted yet. */
static bool is_kept(const struct alert *alert)
{
	return alert_is_live(alert) || alert->is_muted;
}

static bool add_alerts(struct state_file *state, const struct alert *alerts, bool has_some)
{
	for (const struct alert *alert = alerts; alert; alert = alert->next) {
		if (!is_kept(alert))
			continue;
		add_alert(state, alert, !has_some);
		has_some = true;
	}
	return has_some;
}

static void make_body(struct state_file *state, const struct view *view)
{
	uint64_t now_real_ns = view_axis_ns(view, control_record_at_ns(view));
	bool has_some;

	buf_reset(&state->body);
	buf_reset(&state->told);
	state_text_begin(&state->body, units_rfc3339(now_real_ns).text, state->options.pid,
			 state->service);
	has_some = add_alerts(state, view->alerts, false);
	has_some = add_alerts(state, view->muted, has_some);
	state_text_middle(&state->body, has_some);
	for (const struct silence *silence = view->silences; silence; silence = silence->next)
		add_silence(state, silence, silence == view->silences);
	buf_text(&state->told, "");
	if (state->options.told_save)
		state->options.told_save(state->options.arg, &state->told);
	if (state->told.length > STATE_TOLD_MAX_BYTES)
		buf_reset(&state->told);
	state_text_end(&state->body, view->silences, state->told.length ? state->told.bytes : "");
}

/* We were told to stop, and end: what is firing goes on firing, and the next run is to know it. */
static bool is_our_end(const struct view *view)
{
	return view->end_reason && view->end_reason != TT_END_TARGET;
}

/* For the writer 0 is "nothing yet". */
static uint64_t mark_of(uint64_t generation)
{
	return generation + 1;
}

static void note(struct state_file *state, const struct view *view)
{
	if (!state->writer || state->stage != STAGE_RUNNING)
		return;
	if (state->has_noted && state->noted_generation == view->state_generation &&
	    !state->is_touched)
		return;
	state->has_noted = true;
	state->is_touched = false;
	state->noted_generation = view->state_generation;
	make_body(state, view);
	state_writer_put(state->writer, &state->body, mark_of(view->state_generation));
}

void state_file_note(struct state_file *state, const struct view *view)
{
	if (!is_our_end(view))
		note(state, view);
}

void state_file_note_told(struct state_file *state, const struct view *view)
{
	if (state->is_touched)
		note(state, view);
}

void state_file_touch(struct state_file *state)
{
	state->is_touched = true;
}

static bool has_time(struct state_file *state, const struct view *view)
{
	if (state->spent_at_ns != view->now_ns)
		state->spent_ns = 0;
	state->spent_at_ns = view->now_ns;
	return state->spent_ns < STATE_FILE_WAIT_MS * NS_PER_MS;
}

/* Until a kill of ours would lose nothing; at most STATE_FILE_WAIT_MS per TICK, however many
 * changes it brings. */
static void wait_a_little(struct state_file *state, const struct view *view)
{
	uint64_t left_ns;

	if (!state->writer || !state->has_noted || !has_time(state, view))
		return;
	left_ns = STATE_FILE_WAIT_MS * NS_PER_MS - state->spent_ns;
	state_writer_wait_written(state->writer, mark_of(state->noted_generation),
				  (unsigned)((left_ns + NS_PER_MS - 1) / NS_PER_MS));
}

/* Of a storm's changes the first ones are written before they are told, the others at the end of
 * the TICK. */
static void on_alert(struct sink *sink, const struct view *view, const struct alert *alert)
{
	struct state_file *state = (struct state_file *)sink;
	uint64_t begun_at_ns = io_now_ns();

	(void)alert;
	if (!has_time(state, view))
		return;
	state_file_note(state, view);
	wait_a_little(state, view);
	state->spent_ns += io_now_ns() - begun_at_ns;
}

static void on_tick(struct sink *sink, const struct view *view)
{
	struct state_file *state = (struct state_file *)sink;
	uint64_t begun_at_ns = io_now_ns();

	if (state->stage == STAGE_RESTORED && view->now_ns > state->restored_at_ns)
		state->stage = STAGE_RUNNING;
	state_file_note(state, view);
	wait_a_little(state, view);
	state->spent_ns += io_now_ns() - begun_at_ns;
}

static const struct sink_ops ops = {.name = "state", .on_alert = on_alert, .on_tick = on_tick};

struct state_file *state_file_new(const struct state_file_options *options)
{
	struct state_file *state = mem_new(sizeof(*state));

	state->sink.ops = &ops;
	state->options = *options;
	state->service = mem_string(options->service ? options->service : "");
	state->place = state_place_find(options->path, state->service, options->pid);
	if (!state->place.path)
		return state;
	state->loaded = state_load(state->place.path, &state->content, &state->aside);
	if (state->loaded == STATE_LOAD_KEEP)
		state_place_fini(&state->place);
	else
		state->writer = state_writer_new(state->place.path);
	return state;
}

struct sink *state_file_sink(struct state_file *state)
{
	return &state->sink;
}

/* The count of those that had ended. */
static size_t restore_silences(struct state_file *state, const struct view *view, struct feed *feed,
			       struct buf *record)
{
	uint64_t at_ns = control_record_at_ns(view), now_real_ns = view_axis_ns(view, at_ns);
	size_t expired_count = 0;

	for (size_t i = 0; i < state->content.silences_count; i++) {
		const struct state_silence *silence = &state->content.silences[i];
		const struct tt_control fields = {
			.what = TT_CONTROL_SILENCE,
			.uid = silence->uid,
			.id = silence->id,
			.start_at_real_ns = silence->start_at_ns,
			.end_at_real_ns = silence->end_at_ns,
		};

		if (silence->end_at_ns <= now_real_ns) {
			expired_count++;
			continue;
		}
		control_record_make(record, at_ns, &fields, silence->matchers, silence->comment);
		control_record_feed(feed, record);
		state->silences_count++;
	}
	return expired_count;
}

static void restore_alerts(struct state_file *state, const struct view *view, struct feed *feed,
			   struct buf *record)
{
	size_t too_long_count = 0;

	for (size_t i = 0; i < state->content.alerts_count; i++) {
		if (!control_record_restore(record, control_record_at_ns(view),
					    &state->content.alerts[i])) {
			too_long_count++;
			continue;
		}
		control_record_feed(feed, record);
		if (state->content.alerts[i].is_muted)
			state->muted_count++;
		else
			state->alerts_count++;
	}
	if (too_long_count)
		warn("%s: %zu alerts have labels that are too long to be restored",
		     state->place.path, too_long_count);
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void say_restored(const struct state_file *state, size_t expired_count)
{
	if (!state->alerts_count && !state->muted_count && !state->silences_count && !expired_count)
		return;
	warn("restored from %s (saved %s): %zu alert%s and %zu silence%s; %zu silence%s had ended; "
	     "%zu alert%s resolved by hand",
	     state->place.path, state->content.saved_at, state->alerts_count,
	     plural(state->alerts_count), state->silences_count, plural(state->silences_count),
	     expired_count, plural(expired_count), state->muted_count, plural(state->muted_count));
}

void state_file_restore(struct state_file *state, const struct view *view, struct feed *feed)
{
	const struct tt_control damaged = {.what = TT_CONTROL_STATE_DAMAGED};
	struct buf record = {0};
	size_t expired_count;

	if (state->stage != STAGE_LOADED)
		return;
	state->stage = STAGE_RESTORED;
	state->restored_at_ns = control_record_at_ns(view);
	if (state->aside) {
		control_record_make(&record, state->restored_at_ns, &damaged, state->aside, "");
		control_record_feed(feed, &record);
	}
	if (state->loaded == STATE_LOAD_FOUND) {
		if (state->options.told_load && state->content.told[0])
			state->options.told_load(state->options.arg, state->content.told,
						 strlen(state->content.told));
		expired_count = restore_silences(state, view, feed, &record);
		restore_alerts(state, view, feed, &record);
		say_restored(state, expired_count);
	}
	state_content_fini(&state->content);
	buf_fini(&record);
}

bool state_file_wait(struct state_file *state, uint64_t generation, unsigned ms)
{
	return state->writer && state_writer_wait_saved(state->writer, mark_of(generation), ms);
}

bool state_file_holds(struct state_file *state, uint64_t generation)
{
	return state_file_wait(state, generation, 0);
}

int state_file_fd(const struct state_file *state)
{
	return state->writer ? state_writer_fd(state->writer) : -1;
}

struct state_file_health state_file_health(struct state_file *state)
{
	struct state_file_health health = {
		.path = state->writer ? state->place.path : NULL,
		.restored_alerts_count = state->alerts_count,
		.restored_silences_count = state->silences_count,
	};
	struct state_writer_figures figures;

	if (!state->writer)
		return health;
	figures = state_writer_figures(state->writer);
	health.error = figures.error;
	health.writes_count = figures.saves_count;
	health.failures_count = figures.failures_count;
	health.bytes = figures.bytes;
	return health;
}

void state_file_free(struct state_file *state)
{
	if (!state)
		return;
	if (!state->writer || state_writer_free(state->writer, END_WAIT_MS))
		state_place_fini(&state->place);
	state_content_fini(&state->content);
	free(state->aside);
	free(state->service);
	buf_fini(&state->body);
	buf_fini(&state->labels);
	buf_fini(&state->told);
	free(state);
}

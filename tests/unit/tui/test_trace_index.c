/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of held traces against a model that looks at all of them, each time: a view is played here whose traces
 * come and go at random, and are freed when they go, so that the sanitizer sees who looks too late.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "sink/tui/trace_index.h"
#include "sink/tui/trace_order.h"

#define HELD_MAX 20000
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *const engine_names[] = { "espeak-ng", "piper", "flite" };

struct play {
	struct view view;
	struct tallies tallies;
	struct process processes[4];
	struct held_trace *held[HELD_MAX]; /* oldest first */
	size_t count;
	uint64_t ordinal, at_ns, random;
	struct trace_index *index;
};

static uint32_t pick(struct play *play, uint32_t below)
{
	play->random = play->random * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(play->random >> 33) % below;
}

static struct play *play_new(uint64_t seed)
{
	struct play *play = mem_new(sizeof(*play));

	play->random = seed;
	play->at_ns = 1000 * NS_PER_S;
	play->view.tallies = &play->tallies;
	play->index = trace_index_new();
	for (unsigned i = 0; i < COUNT_OF(play->processes); i++) {
		play->processes[i].pid = 4700 + i;
		snprintf(play->processes[i].service, sizeof(play->processes[i].service), "tts%u.service", i % 2);
		snprintf(play->processes[i].comm, sizeof(play->processes[i].comm), "speaker");
	}
	return play;
}

static void link_up(struct play *play)
{
	for (size_t i = 0; i < play->count; i++) {
		play->held[i]->older = i ? play->held[i - 1] : NULL;
		play->held[i]->newer = i + 1 < play->count ? play->held[i + 1] : NULL;
	}
	play->view.newest_trace = play->count ? play->held[play->count - 1] : NULL;
	play->view.held_traces_count = play->count;
}

static struct held_trace *come(struct play *play)
{
	struct held_trace *held = mem_new(sizeof(*held));
	struct trace *trace = &held->trace;

	assert_true(play->count < HELD_MAX);
	play->at_ns += pick(play, 20) * NS_PER_MS;
	play->ordinal++;
	memcpy(trace->id, &play->ordinal, sizeof(play->ordinal));
	trace->id[15] = (uint8_t)pick(play, 256);
	trace->ordinal = play->ordinal + pick(play, 3) * 1000000; /* they do not close in the order of opening */
	trace->process = &play->processes[pick(play, COUNT_OF(play->processes))];
	trace->engine = engine_names[pick(play, COUNT_OF(engine_names))];
	trace->duration_ns = pick(play, 50) * 100 * NS_PER_MS;
	trace->end_at_ns = play->at_ns - (pick(play, 20) ? 0 : pick(play, 30000) * NS_PER_MS); /* some are told late */
	trace->start_at_ns = trace->end_at_ns - trace->duration_ns;
	trace->status = pick(play, 8) ? STATUS_OK : (enum span_status)pick(play, 5);
	trace->incomplete = !pick(play, 10);
	trace->has_first_audio = pick(play, 4);
	trace->first_audio_ns = pick(play, 5) * 100 * NS_PER_MS;
	trace->has_rtf = pick(play, 4);
	trace->rtf = pick(play, 7) / 3.0;
	trace->has_queue_wait = pick(play, 2);
	trace->queue_wait_ns = pick(play, 9) * NS_PER_MS;
	trace->has_audio = pick(play, 2);
	trace->audio_samples_count = pick(play, 3);
	trace->audio_ns = trace->audio_samples_count * NS_PER_S;
	trace->has_text = pick(play, 3);
	trace->text_bytes = pick(play, 4) * 500;
	trace->empty = trace->status == STATUS_OK && !trace->incomplete && !pick(play, 8);
	play->held[play->count++] = held;
	play->tallies.traces_count++;
	return held;
}

static void go(struct play *play, size_t count)
{
	count = count < play->count ? count : play->count;
	for (size_t i = 0; i < count; i++)
		free(play->held[i]);
	play->count -= count;
	memmove(play->held, play->held + count, play->count * sizeof(*play->held));
}

static void play_free(struct play *play)
{
	trace_index_free(play->index);
	go(play, play->count);
	free(play);
}

/* --- the model -------------------------------------------------------------------------------------------- */

static unsigned severity(const struct trace *trace)
{
	static const unsigned of[] = { [STATUS_OK] = 1,	      [STATUS_CANCELLED] = 4, [STATUS_ABANDONED] = 5,
				       [STATUS_NO_END] = 6, [STATUS_ERROR] = 7 };

	if (trace->status == STATUS_OK)
		return trace->incomplete ? 2 : trace->empty ? 3 : 1;
	return of[trace->status];
}

static double value_of(const struct trace *trace, enum trace_key key, size_t place)
{
	switch (key) {
	case KEY_ENDED:
		return (double)place;
	case KEY_START:
		return (double)trace->start_at_ns;
	case KEY_STATUS:
		return severity(trace) * 2.0 + trace->incomplete;
	case KEY_DURATION:
		return (double)trace->duration_ns;
	case KEY_FIRST_AUDIO:
		return trace->has_first_audio ? (double)trace->first_audio_ns : NAN;
	case KEY_RTF:
		return trace->has_rtf ? trace->rtf : NAN;
	case KEY_AUDIO:
		return trace->has_audio ? (double)trace->audio_ns : NAN;
	case KEY_TEXT:
		return trace->has_text ? trace->text_bytes : NAN;
	case KEY_QUEUED:
		return trace->has_queue_wait ? (double)trace->queue_wait_ns : NAN;
	}
	return NAN;
}

struct wanted {
	uint64_t ordinal;
	size_t place;
	double value;
	bool is_inverted, is_first;
};

static int by_wanted(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	if (x->is_first != y->is_first)
		return x->is_first ? -1 : 1;
	if (isnan(x->value) != isnan(y->value))
		return isnan(x->value) ? 1 : -1;
	if (!isnan(x->value) && x->value != y->value)
		return (x->value > y->value) != x->is_inverted ? -1 : 1;
	return x->place > y->place ? -1 : 1;
}

static bool is_failed(const struct trace *trace)
{
	return trace->status == STATUS_ERROR ||
	       (!trace->incomplete && (trace->status == STATUS_NO_END || trace->status == STATUS_ABANDONED));
}

static bool is_troubled(const struct trace *trace)
{
	return trace->status != STATUS_OK || trace->incomplete || trace->empty;
}

/* "duration>2s" */
static bool is_long(const struct trace *trace)
{
	return trace->duration_ns > 2 * NS_PER_S;
}

/* "piper -pid=4701" */
static bool is_piper(const struct trace *trace)
{
	return !strcmp(trace->engine, "piper") && trace->process->pid != 4701;
}

static const struct {
	const char *text;
	bool (*meets)(const struct trace *trace);
} filters[] = { { "", NULL }, { "duration>2s", is_long }, { "piper -pid=4701", is_piper } };

static void check(struct play *play, const struct trace_index_order *order, unsigned filter)
{
	size_t known = trace_index_known(play->index), from = play->count - known, count = 0, failed = 0, troubled = 0;
	struct wanted *wanted = mem_array(known + 1, sizeof(*wanted));

	assert_true(known <= play->count);
	for (size_t i = play->count - known; i < play->count; i++) {
		failed += is_failed(&play->held[i]->trace);
		troubled += is_troubled(&play->held[i]->trace);
	}
	assert_int_equal(trace_index_troubles(play->index).failed_count, failed);
	assert_int_equal(trace_index_troubles(play->index).others_count, troubled - failed);
	while (order->since_ns && from < play->count && play->held[from]->trace.end_at_ns < order->since_ns)
		from++;
	for (size_t i = from; i < play->count; i++) {
		const struct trace *trace = &play->held[i]->trace;

		if ((order->only_troubled && !is_troubled(trace)) ||
		    (filters[filter].meets && !filters[filter].meets(trace)))
			continue;
		wanted[count++] = (struct wanted){ trace->ordinal, i, value_of(trace, order->key, i),
						   order->is_inverted, order->only_troubled && is_failed(trace) };
	}
	qsort(wanted, count, sizeof(*wanted), by_wanted);
	assert_int_equal(trace_index_count(play->index), count);
	for (size_t i = 0; i < count; i++) {
		const struct trace_facts *facts = trace_index_row(play->index, i);

		assert_int_equal(facts->ordinal, wanted[i].ordinal);
		assert_ptr_equal(trace_index_held(play->index, &play->view, facts),
				 &play->held[wanted[i].place]->trace);
		assert_ptr_equal(trace_index_facts(play->index, facts->ordinal), facts);
	}
	free(wanted);
}

/* --- tests ------------------------------------------------------------------------------------------------ */

static void change_want(struct play *play, struct trace_index_order *order, unsigned *filter)
{
	order->key = (enum trace_key)pick(play, KEY_QUEUED + 1);
	order->is_inverted = pick(play, 2);
	order->only_troubled = !pick(play, 4);
	order->since_ns = pick(play, 2) ? 0 : 1;
	*filter = pick(play, COUNT_OF(filters));
}

static void any_order_is_what_looking_at_all_of_them_gives(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct play *play = play_new(seed);
		struct trace_index_order order = { .key = KEY_ENDED };
		struct trace_filter *made[COUNT_OF(filters)];
		uint64_t window_ns = 5 * NS_PER_S;
		unsigned filter = 0, changes = 0;
		char *mistake;

		for (unsigned i = 0; i < COUNT_OF(filters); i++)
			made[i] = trace_filter_new(filters[i].text, &mistake);
		for (unsigned step = 0; step < 250; step++) {
			uint32_t fate = pick(play, 100);
			size_t coming = fate < 60 ? pick(play, 12) : fate < 95 ? pick(play, 300) : pick(play, 6000);

			for (size_t i = 0; i < coming; i++)
				come(play);
			if (play->count > 3000 || !pick(play, 5))
				go(play, pick(play, (uint32_t)(fate == 99 ? play->count + 1 : coming * 2 + 2)));
			if (play->count > 9000)
				go(play, play->count - 2000);
			link_up(play);
			trace_index_sync(play->index, &play->view);
			if (!pick(play, 6)) {
				change_want(play, &order, &filter);
				changes++;
			}
			if (!pick(play, 4)) /* wider or narrower, and nothing else */
				window_ns = pick(play, pick(play, 2) ? 20 : 200) * NS_PER_S + 1;
			if (order.since_ns)
				order.since_ns = play->at_ns - window_ns;
			trace_index_sort(play->index, &order, made[filter], filter);
			check(play, &order, filter);
		}
		assert_true(changes > 10);
		for (unsigned i = 0; i < COUNT_OF(filters); i++)
			trace_filter_free(made[i]);
		play_free(play);
	}
}

static void many_are_read_in_pieces_the_newest_first(void **state)
{
	struct play *play = play_new(7);
	struct trace_index_order order = { .key = KEY_ENDED };
	unsigned steps = 0;

	(void)state;
	for (size_t i = 0; i < 15000; i++)
		come(play);
	link_up(play);
	do {
		trace_index_sync(play->index, &play->view);
		trace_index_sort(play->index, &order, NULL, 0);
		assert_int_equal(trace_index_row(play->index, 0)->ordinal, play->held[play->count - 1]->trace.ordinal);
		assert_true(trace_index_known(play->index) <= (++steps) * (size_t)LIMIT_INDEX_STEP + 1);
		check(play, &order, 0);
	} while (trace_index_known(play->index) < 15000 && steps < 100);
	assert_int_equal(steps, (15000 - 1 + LIMIT_INDEX_STEP - 1) / LIMIT_INDEX_STEP);
	play_free(play);
}

static void a_trace_that_went_since_the_last_look_is_not_looked_at(void **state)
{
	struct play *play = play_new(8);
	struct trace_index_order order = { .key = KEY_ENDED };
	const struct trace_facts *oldest;

	(void)state;
	for (size_t i = 0; i < 10; i++)
		come(play);
	link_up(play);
	trace_index_sync(play->index, &play->view);
	trace_index_sort(play->index, &order, NULL, 0);
	oldest = trace_index_row(play->index, 9);
	assert_ptr_equal(trace_index_held(play->index, &play->view, oldest), &play->held[0]->trace);
	go(play, 1);
	come(play);
	link_up(play);
	assert_null(trace_index_held(play->index, &play->view, oldest));
	assert_ptr_equal(trace_index_held(play->index, &play->view, trace_index_row(play->index, 8)),
			 &play->held[0]->trace);
	assert_int_equal(oldest->ordinal, trace_index_row(play->index, 9)->ordinal); /* its row is still there */
	play_free(play);
}

static void those_ahead_are_of_the_same_engine_and_process(void **state)
{
	struct play *play = play_new(9);
	struct trace mine = { .process = &play->processes[0], .engine = "piper", .start_at_ns = 5000, .ordinal = 77 };
	static const struct {
		uint64_t start_at_ns, end_at_ns;
		unsigned process;
		const char *engine;
		bool is_ahead;
	} others[] = {
		{ 4000, 6000, 0, "piper", true },  { 4999, 9000, 0, "piper", true },
		{ 4000, 5000, 0, "piper", false }, /* it had ended */
		{ 5000, 6000, 0, "piper", false }, /* not before */
		{ 4000, 6000, 1, "piper", false }, { 4000, 6000, 0, "flite", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		struct trace *trace = &come(play)->trace;

		trace->start_at_ns = others[i].start_at_ns;
		trace->end_at_ns = others[i].end_at_ns;
		trace->process = &play->processes[others[i].process];
		trace->engine = others[i].engine;
	}
	link_up(play);
	trace_index_sync(play->index, &play->view);
	assert_int_equal(trace_index_ahead(play->index, &mine), 2);
	play_free(play);
}

static void an_order_keeps_its_pairs_sorted_whatever_comes_and_goes(void **state)
{
	struct trace_order order = { .blocks = NULL };
	static uint64_t keys[4000];
	static bool is_in[4000];
	uint64_t random = 3;
	size_t count = 0;

	(void)state;
	for (unsigned step = 0; step < 40000; step++) {
		struct order_pair pair;

		random = random * 6364136223846793005ull + 1442695040888963407ull;
		pair.number = (random >> 33) % COUNT_OF(keys);
		pair.key = keys[pair.number];
		if (is_in[pair.number]) {
			assert_true(order_remove(&order, pair));
			count--;
		} else {
			pair.key = keys[pair.number] = (random >> 20) % 100;
			assert_false(order_remove(&order, pair));
			order_add(&order, pair);
			count++;
		}
		is_in[pair.number] ^= true;
		assert_int_equal(order.count, count);
		if (step % 4000)
			continue;
		for (size_t i = 0; i < count; i++) {
			struct order_pair at = order_at(&order, i), before = i ? order_at(&order, i - 1) : at;

			assert_true(!i || before.key < at.key || (before.key == at.key && before.number < at.number));
		}
	}
	order_fini(&order);
}

static void a_filled_order_is_sorted_by_all_bits_of_the_key(void **state)
{
	static struct order_pair pairs[3000];
	struct trace_order order = { .blocks = NULL };
	uint64_t random = 5;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		random = random * 6364136223846793005ull + 1442695040888963407ull;
		pairs[i] = (struct order_pair){ i % 3 ? random : random >> 60, i };
	}
	order_fill(&order, pairs, COUNT_OF(pairs));
	assert_int_equal(order.count, COUNT_OF(pairs));
	for (size_t i = 1; i < COUNT_OF(pairs); i++) {
		struct order_pair before = order_at(&order, i - 1), at = order_at(&order, i);

		assert_true(before.key < at.key || (before.key == at.key && before.number < at.number));
	}
	order_fini(&order);
}

/* --- filters ---------------------------------------------------------------------------------------------- */

static struct process acme = { .pid = 4711, .service = "tts.service", .comm = "speaker" };

static struct trace_facts sample(void)
{
	return (struct trace_facts){ .ordinal = 1,
				     .id = { 0x9f, 0x86, 0xd0, 0x81 },
				     .engine = "espeak-ng",
				     .process = &acme,
				     .duration_ns = 2500 * NS_PER_MS,
				     .first_audio_ns = 500 * NS_PER_MS,
				     .queue_wait_ns = FACTS_NONE,
				     .audio_ns = 10 * NS_PER_S,
				     .text_bytes = 1000,
				     .rtf = 0.25,
				     .outcome = OUTCOME_NO_END,
				     .is_incomplete = true };
}

static void a_filter_means_what_it_says(void **state)
{
	static const struct {
		const char *text;
		bool matches;
	} cases[] = {
		{ "espeak", true },	    { "ESPEAK", true },	       { "piper", false },
		{ "9f86", true },	    { "9F86d0", true },	       { "f86", false },
		{ "tts", true },	    { "speaker", true },       { "4711", true },
		{ "471", false },	    { "espeak 9f86", true },   { "espeak piper", false },
		{ "-piper", true },	    { "-espeak", false },      { "engine=espeak-ng", true },
		{ "engine=espeak", false }, { "engine!=piper", true }, { "service=tts.service", true },
		{ "pid=4711", true },	    { "pid!=4711", false },    { "pid>4000", true },
		{ "status=no_end", true },  { "status=error", false }, { "status=failed", false }, /* lost */
		{ "status!=ok", true },	    { "status=incomplete", true }, { "\"no end\"", true },
		{ "id=9f86", true },	    { "trace=9f87", false },   { "duration>2s", true },
		{ "duration>2500ms", false }, { "duration>=2500ms", true }, { "duration<2", false },
		{ "took<3", true },	    { "-duration>2s", false }, { "first_audio=500ms", true },
		{ "first_audio<=499ms", false }, { "rtf>0.2", true },  { "rtf<0.25", false },
		{ "text>999", true },	    { "text>=1K", false },     { "audio>9s", true },
		{ "queue>0", false },	    { "queue<=1h", false }, /* what is not known meets nothing */
		{ "  espeak   duration>2s ", true }, { "-queue>0", true },
	};
	struct trace_facts facts = sample();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *mistake;
		struct trace_filter *filter = trace_filter_new(cases[i].text, &mistake);

		if (!filter)
			fail_msg("%s: %s", cases[i].text, mistake ? mistake : "no filter");
		if (trace_filter_matches(filter, &facts) != cases[i].matches)
			fail_msg("%s should %smatch", cases[i].text, cases[i].matches ? "" : "not ");
		trace_filter_free(filter);
	}
}

static void failed_is_what_the_metrics_count_as_failed(void **state)
{
	static const struct {
		enum span_status status;
		bool is_incomplete, is_empty, has_failed;
		const char *others; /* how it is counted when it has not failed */
	} cases[] = {
		{ STATUS_OK, false, false, false, NULL },
		{ STATUS_OK, false, true, false, "empty" },
		{ STATUS_OK, true, false, false, "incomplete" },
		{ STATUS_CANCELLED, false, false, false, "cancelled" },
		{ STATUS_CANCELLED, true, false, false, "cancelled" },
		{ STATUS_ERROR, false, false, true, NULL },
		{ STATUS_ERROR, true, false, true, NULL },
		{ STATUS_ABANDONED, false, false, true, NULL },
		{ STATUS_NO_END, false, false, true, NULL },
		{ STATUS_NO_END, true, false, false, "incomplete" }, /* loss explains it */
	};
	char *mistake;
	struct trace_filter *filter = trace_filter_new("status=failed", &mistake);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct play *play = play_new(1);
		struct trace *trace = &come(play)->trace;
		struct trace_troubles troubles;
		struct trace_facts facts;

		trace->status = cases[i].status;
		trace->incomplete = cases[i].is_incomplete;
		trace->empty = cases[i].is_empty;
		link_up(play);
		trace_index_sync(play->index, &play->view);
		troubles = trace_index_troubles(play->index);
		facts = facts_of(trace);
		assert_int_equal(troubles.failed_count, cases[i].has_failed);
		assert_int_equal(troubles.others_count, cases[i].others != NULL);
		assert_string_equal(troubles.others ? troubles.others : "", cases[i].others ? cases[i].others : "");
		assert_int_equal(trace_filter_matches(filter, &facts), cases[i].has_failed);
		play_free(play);
	}
	trace_filter_free(filter);
}

static void a_mistake_in_a_filter_is_said_with_its_place(void **state)
{
	static const struct {
		const char *text, *mistake;
	} cases[] = {
		{ "duration>", "column 10: a time (2s, 500ms) is missing" },
		{ "x duration>fast", "column 12: \"fast\" is no time (2s, 500ms, 1m30s)" },
		{ "durtion>2s", "column 1: there is no \"durtion\" (engine, service, pid, status, id, duration, "
				"first_audio, queue, rtf, text, audio)" },
		{ "status=fine", "column 8: there is no status \"fine\" (ok, error, cancelled, abandoned, no_end, "
				 "empty, incomplete, partial, failed)" },
		{ "engine>x", "column 7: engine is a text: = or !=" },
		{ "rtf>1x", "column 5: \"1x\" is no number" },
		{ "text>lots", "column 6: \"lots\" is no size (1000, 4K)" },
		{ "pid=x", "column 5: \"x\" is no number" },
		{ "duration!2", "column 9: one of = != > < >= <= is missing" },
		{ "\"no end", "column 1: the quote does not end" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *mistake;

		assert_null(trace_filter_new(cases[i].text, &mistake));
		assert_non_null(mistake);
		assert_string_equal(mistake, cases[i].mistake);
		free(mistake);
	}
}

static void a_filter_of_nothing_is_none_and_no_mistake(void **state)
{
	char *mistake;

	(void)state;
	assert_null(trace_filter_new("", &mistake));
	assert_null(mistake);
	assert_null(trace_filter_new(" \t ", &mistake));
	assert_null(mistake);
	assert_true(trace_filter_matches(NULL, &(struct trace_facts){ .ordinal = 1 }));
}

static void any_bytes_as_a_filter_are_a_filter_or_a_mistake(void **state)
{
	static const char letters[] = "duration>rtf=\"-! <5s4711status\t\x01\xff";
	struct trace_facts facts = sample();
	uint64_t random = 11;

	(void)state;
	for (unsigned i = 0; i < 50000; i++) {
		struct trace_filter *filter;
		char text[40], *mistake;
		size_t length;

		random = random * 6364136223846793005ull + 1442695040888963407ull;
		length = (random >> 40) % sizeof(text);
		for (size_t k = 0; k < length; k++) {
			random = random * 6364136223846793005ull + 1442695040888963407ull;
			text[k] = letters[(random >> 33) % (sizeof(letters) - 1)];
		}
		text[length] = '\0';
		filter = trace_filter_new(text, &mistake);
		assert_false(filter && mistake);
		if (filter)
			trace_filter_matches(filter, &facts);
		trace_filter_free(filter);
		free(mistake);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_is_what_looking_at_all_of_them_gives),
		cmocka_unit_test(many_are_read_in_pieces_the_newest_first),
		cmocka_unit_test(a_trace_that_went_since_the_last_look_is_not_looked_at),
		cmocka_unit_test(those_ahead_are_of_the_same_engine_and_process),
		cmocka_unit_test(an_order_keeps_its_pairs_sorted_whatever_comes_and_goes),
		cmocka_unit_test(a_filled_order_is_sorted_by_all_bits_of_the_key),
		cmocka_unit_test(a_filter_means_what_it_says),
		cmocka_unit_test(failed_is_what_the_metrics_count_as_failed),
		cmocka_unit_test(a_mistake_in_a_filter_is_said_with_its_place),
		cmocka_unit_test(a_filter_of_nothing_is_none_and_no_mistake),
		cmocka_unit_test(any_bytes_as_a_filter_are_a_filter_or_a_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/*
 * In: the list of held traces. Out: rows. Known traces stand by number, which grows towards the newest, in pieces of
 * PIECE: new ones are added above, older ones that there was no time for yet below, and nothing is ever moved.
 * The rule that surprises: what was let go is told by counting, never by looking, since a trace that is gone is freed.
 */
#include "sink/tui/trace_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "sink/tui/trace_order.h"

#define FIRST_NUMBER ((uint64_t)1 << 62) /* room below for those that are older */
#define PIECE_BITS   10
#define PIECE	     (1u << PIECE_BITS)
#define PIECES_LEAST 16u
#define FAILED_FIRST ((uint64_t)1 << 63)
#define VALUE_MAX    (FAILED_FIRST - 2) /* of what a row is sorted by */
#define QUEUE_LOOK   500
#define BATCH	     1024 /* that many changes at once are a new sort; of older ones: */
#define BATCH_PART   8	  /* that part of all */

struct trace_index {
	struct trace_facts **pieces; /* of number n at n / PIECE & (pieces_capacity - 1); NULL = not there */
	size_t pieces_capacity;
	uint64_t first, next;	  /* numbers: of the oldest known, and past the newest */
	uint64_t since;		  /* the number from which on traces are not left out as too old */
	uint64_t held_count;	  /* by the view, at the last sync */
	uint64_t closed_count;
	size_t failed_count;
	size_t others_count[OUTCOMES]; /* that are troubled, and did not fail */
	struct trace_index_order order;
	struct trace_filter *filter;
	uint64_t filters;
	struct trace_order rows;
	struct table numbers; /* by ordinal */
	bool is_stale; /* rows are to be made anew */
};

static struct trace_facts **piece_of(const struct trace_index *index, uint64_t number)
{
	return &index->pieces[number >> PIECE_BITS & (index->pieces_capacity - 1)];
}

static struct trace_facts *at(const struct trace_index *index, uint64_t number)
{
	return &(*piece_of(index, number))[number & (PIECE - 1)];
}

static size_t known(const struct trace_index *index)
{
	return (size_t)(index->next - index->first);
}

/* --- what a row is sorted by ------------------------------------------------------------------------------ */

static uint64_t bits_of(double number)
{
	uint64_t bits;

	if (isnan(number))
		return FACTS_NONE;
	if (number <= 0)
		return 0;
	memcpy(&bits, &number, sizeof(bits)); /* of numbers above 0 they are in order */
	return bits;
}

static uint64_t value_of(const struct trace_facts *facts, enum trace_key key)
{
	switch (key) {
	case KEY_ENDED:
		return facts->number;
	case KEY_START:
		return facts->start_at_ns;
	case KEY_STATUS:
		return facts->outcome * 2u + facts->is_incomplete;
	case KEY_DURATION:
		return facts->duration_ns;
	case KEY_FIRST_AUDIO:
		return facts->first_audio_ns;
	case KEY_RTF:
		return bits_of(facts->rtf);
	case KEY_AUDIO:
		return facts->audio_ns;
	case KEY_TEXT:
		return facts->text_bytes;
	case KEY_QUEUED:
		return facts->queue_wait_ns;
	}
	return FACTS_NONE;
}

/* Never 0 in the bits below but for what is not known, so that this is last whichever way round. */
static uint64_t key_of(const struct trace_index_order *order, const struct trace_facts *facts)
{
	uint64_t value = value_of(facts, order->key);
	uint64_t top = order->only_troubled && facts->has_failed ? FAILED_FIRST : 0;

	if (value == FACTS_NONE)
		return top;
	value = value < VALUE_MAX ? value : VALUE_MAX;
	return top | ((order->is_inverted ? VALUE_MAX - value : value) + 1);
}

static bool is_meant(const struct trace_index *index, const struct trace_facts *facts)
{
	return facts->number >= index->since && (!index->order.only_troubled || facts_is_troubled(facts)) &&
	       trace_filter_matches(index->filter, facts);
}

static struct order_pair pair_of(const struct trace_facts *facts)
{
	return (struct order_pair){ facts->key, facts->number };
}

static void rows_add(struct trace_index *index, struct trace_facts *facts)
{
	facts->is_in = is_meant(index, facts);
	if (!facts->is_in)
		return;
	facts->key = key_of(&index->order, facts);
	order_add(&index->rows, pair_of(facts));
}

static void rows_remove(struct trace_index *index, struct trace_facts *facts)
{
	if (facts->is_in && !index->is_stale)
		order_remove(&index->rows, pair_of(facts));
	facts->is_in = false;
}

static void rows_make(struct trace_index *index)
{
	struct order_pair *pairs = mem_array(known(index) + 1, sizeof(*pairs));
	size_t count = 0;

	for (uint64_t number = index->first; number < index->next; number++) {
		struct trace_facts *facts = at(index, number);

		facts->is_in = is_meant(index, facts);
		if (!facts->is_in)
			continue;
		facts->key = key_of(&index->order, facts);
		pairs[count++] = pair_of(facts);
	}
	order_fill(&index->rows, pairs, count);
	free(pairs);
	index->is_stale = false;
}

/* --- coming and going ------------------------------------------------------------------------------------- */

struct trace_index *trace_index_new(void)
{
	struct trace_index *index = mem_new(sizeof(*index));

	index->order.key = KEY_ENDED;
	trace_index_reset(index);
	return index;
}

void trace_index_free(struct trace_index *index)
{
	trace_index_reset(index);
	free(index->pieces);
	free(index);
}

void trace_index_reset(struct trace_index *index)
{
	order_fini(&index->rows);
	table_fini(&index->numbers);
	for (size_t i = 0; i < index->pieces_capacity; i++) {
		free(index->pieces[i]);
		index->pieces[i] = NULL;
	}
	index->first = index->next = index->since = FIRST_NUMBER;
	index->held_count = index->closed_count = 0;
	index->failed_count = 0;
	memset(index->others_count, 0, sizeof(index->others_count));
	index->is_stale = false;
}

/* Room for the number beside those that are known. */
static void make_room(struct trace_index *index, uint64_t number)
{
	uint64_t low = number < index->first ? number : index->first;
	uint64_t high = number >= index->next ? number : index->next - 1;
	size_t capacity = index->pieces_capacity ? index->pieces_capacity : PIECES_LEAST;
	struct trace_facts **piece, **pieces;

	if (!index->pieces_capacity || (high >> PIECE_BITS) - (low >> PIECE_BITS) >= capacity) {
		capacity = index->pieces_capacity ? 2 * capacity : capacity;
		pieces = mem_array(capacity, sizeof(*pieces));
		for (uint64_t n = index->first >> PIECE_BITS; known(index) && n <= (index->next - 1) >> PIECE_BITS; n++)
			pieces[n & (capacity - 1)] = *piece_of(index, n << PIECE_BITS);
		free(index->pieces);
		index->pieces = pieces;
		index->pieces_capacity = capacity;
	}
	piece = piece_of(index, number);
	if (!*piece)
		*piece = mem_array(PIECE, sizeof(**piece));
}

/* In which it is counted, with its kind; nobody asks for those that are all right. */
static size_t *counter_of(struct trace_index *index, const struct trace_facts *facts)
{
	if (facts->has_failed)
		return &index->failed_count;
	/* what has no end, or was abandoned, and did not fail, is incomplete */
	return &index->others_count[facts->outcome > OUTCOME_CANCELLED ? OUTCOME_INCOMPLETE : facts->outcome];
}

/* The oldest known one goes. */
static void drop_first(struct trace_index *index)
{
	struct trace_facts **piece = piece_of(index, index->first);

	index->first++;
	if (!known(index) || index->first >> PIECE_BITS != (index->first - 1) >> PIECE_BITS) {
		free(*piece);
		*piece = NULL;
	}
}

static void put(struct trace_index *index, uint64_t number, const struct held_trace *held)
{
	struct trace_facts *facts;

	make_room(index, number);
	facts = at(index, number);
	*facts = facts_of(&held->trace);
	facts->held = held;
	facts->number = number;
	++*counter_of(index, facts);
	table_put(&index->numbers, facts->ordinal, (void *)(uintptr_t)number);
}

static bool ended_in_time(const struct trace_index *index, uint64_t number)
{
	return !index->order.since_ns || at(index, number)->end_at_ns >= index->order.since_ns;
}

/* The first known one that ended in time, and all that closed after it, are in. */
static void move_since(struct trace_index *index)
{
	while (index->since < index->next && !ended_in_time(index, index->since))
		rows_remove(index, at(index, index->since++));
}

static void let_go(struct trace_index *index, uint64_t count)
{
	index->is_stale |= count > BATCH;
	while (count-- && index->first < index->next) {
		struct trace_facts *facts = at(index, index->first);

		table_remove(&index->numbers, facts->ordinal);
		--*counter_of(index, facts);
		rows_remove(index, facts);
		drop_first(index);
		if (index->since < index->first)
			index->since = index->first;
	}
}

static void add_newest(struct trace_index *index, const struct held_trace *held)
{
	put(index, index->next, held);
	index->next++;
	if (!index->is_stale)
		rows_add(index, at(index, index->next - 1));
}

static void add_older(struct trace_index *index)
{
	const struct held_trace *held = known(index) ? at(index, index->first)->held->older : NULL;
	uint64_t since = index->since, in_time = index->since;

	for (size_t i = 0; held && i < LIMIT_INDEX_STEP; i++, held = held->older) {
		put(index, index->first - 1, held);
		index->first--;
		if (ended_in_time(index, index->first))
			in_time = index->first;
	}
	index->since = index->order.since_ns ? in_time : index->first;
	index->is_stale |= since - index->since > known(index) / BATCH_PART;
	for (uint64_t number = index->since; number < since && !index->is_stale; number++)
		rows_add(index, at(index, number));
}

/* The oldest of what is new; NULL: nothing known is held any more, or too much is new to go through. */
static const struct held_trace *find_new(const struct trace_index *index, const struct view *view, uint64_t *count)
{
	const struct held_trace *held = view->newest_trace, *oldest = NULL;
	uint64_t last = known(index) ? at(index, index->next - 1)->ordinal : 0;

	for (*count = 0; held && *count < LIMIT_INDEX_STEP; held = held->older) {
		if (known(index) && held->trace.ordinal == last)
			return *count ? oldest : held;
		oldest = held;
		++*count;
	}
	return NULL;
}

static void begin_anew(struct trace_index *index, const struct view *view)
{
	trace_index_reset(index);
	if (!view->newest_trace)
		return;
	put(index, index->next, view->newest_trace);
	index->next++;
	index->is_stale = true;
}

void trace_index_sync(struct trace_index *index, const struct view *view)
{
	uint64_t count, unknown = index->held_count - known(index), gone;
	const struct held_trace *held = find_new(index, view, &count);

	gone = index->held_count + count - view->held_traces_count;
	if (!held || view->held_traces_count > index->held_count + count || gone > index->held_count) {
		begin_anew(index, view);
	} else {
		if (gone > unknown)
			let_go(index, gone - unknown);
		for (; count; count--, held = held->newer)
			add_newest(index, held);
	}
	index->held_count = view->held_traces_count;
	index->closed_count = view->tallies ? view->tallies->traces_count : 0;
	if (known(index) < index->held_count)
		add_older(index);
	move_since(index);
}

void trace_index_sort(struct trace_index *index, const struct trace_index_order *order, struct trace_filter *filter,
		      uint64_t filters)
{
	bool is_same = order->key == index->order.key && order->is_inverted == index->order.is_inverted &&
		       order->only_troubled == index->order.only_troubled && filter == index->filter &&
		       filters == index->filters;
	bool is_later = order->since_ns >= index->order.since_ns && !order->since_ns == !index->order.since_ns;

	index->order = *order;
	index->filter = filter;
	index->filters = filters;
	index->is_stale |= !is_same || !is_later;
	if (!is_later)
		index->since = index->first;
	move_since(index);
	if (index->is_stale)
		rows_make(index);
}

void trace_index_forget_filter(struct trace_index *index)
{
	index->filter = NULL;
	index->is_stale = true;
}

/* --- looking ---------------------------------------------------------------------------------------------- */

size_t trace_index_count(const struct trace_index *index)
{
	return index->rows.count;
}

size_t trace_index_known(const struct trace_index *index)
{
	return known(index);
}

uint64_t trace_index_all(const struct trace_index *index)
{
	return index->held_count;
}

struct trace_troubles trace_index_troubles(const struct trace_index *index)
{
	struct trace_troubles troubles = { .failed_count = index->failed_count };

	for (enum trace_outcome outcome = OUTCOME_OK + 1; outcome < OUTCOMES; outcome++) {
		if (!index->others_count[outcome])
			continue;
		troubles.others = troubles.others_count ? "other" : facts_word(outcome);
		troubles.others_count += index->others_count[outcome];
	}
	return troubles;
}

struct trace_facts *trace_index_row(struct trace_index *index, size_t row)
{
	return at(index, order_at(&index->rows, index->rows.count - 1 - row).number);
}

const struct trace_facts *trace_index_facts(const struct trace_index *index, uint64_t ordinal)
{
	uint64_t number = (uintptr_t)table_find(&index->numbers, ordinal);

	return number ? at(index, number) : NULL;
}

const struct trace *trace_index_held(const struct trace_index *index, const struct view *view,
				     const struct trace_facts *facts)
{
	uint64_t closed = view->tallies ? view->tallies->traces_count - index->closed_count : 0;
	uint64_t gone = index->held_count + closed - view->held_traces_count; /* or fewer: some are never held */
	uint64_t unknown = index->held_count - known(index);

	if (!facts->held || view->held_traces_count > index->held_count + closed ||
	    facts->number - index->first + unknown < gone)
		return NULL;
	return &facts->held->trace;
}

static bool is_alike(const struct trace_facts *facts, const struct trace *trace)
{
	return facts->process == trace->process &&
	       (facts->engine == trace->engine ||
		(facts->engine && trace->engine && !strcmp(facts->engine, trace->engine)));
}

bool trace_index_has_queue(const struct trace_index *index, const struct trace *trace)
{
	for (size_t i = 0; i < known(index) && i < QUEUE_LOOK; i++) {
		const struct trace_facts *facts = at(index, index->next - 1 - i);

		if (facts->queue_wait_ns != FACTS_NONE && is_alike(facts, trace))
			return true;
	}
	return false;
}

size_t trace_index_ahead(const struct trace_index *index, const struct trace *trace)
{
	size_t count = 0;

	for (uint64_t number = index->first; number < index->next; number++) {
		const struct trace_facts *facts = at(index, number);

		count += facts->start_at_ns < trace->start_at_ns && facts->end_at_ns > trace->start_at_ns &&
			 facts->ordinal != trace->ordinal && is_alike(facts, trace);
	}
	return count;
}

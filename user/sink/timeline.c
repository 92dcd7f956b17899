// SPDX-License-Identifier: Apache-2.0
/*
 * In: traces as they close. Out: the waterfalls of the wanted ones.
 * The rule that surprises: a trace is gone after its on_trace, so each one that may be wanted at the end is drawn at once;
 * only the text is kept, of as many as were asked for.
 */
#include "sink/sinks.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "sink/outlet.h"
#include "sink/paint.h"
#include "sink/words.h"

struct timeline_kept {
	struct buf text;
	uint64_t duration_ns;
};

struct timeline {
	struct sink sink;
	struct look look;
	struct outlet outlet;
	enum timeline_choice choice;
	size_t wanted_count;
	char *prefix;
	struct timeline_kept *kept; /* TIMELINE_LAST: a ring; TIMELINE_SLOWEST: slowest first */
	size_t kept_count;
	size_t kept_capacity;
	uint64_t closed_count;
	size_t printed_count;
	bool is_done;
};

static void timeline_emit(struct timeline *timeline, const struct buf *text)
{
	outlet_print(&timeline->outlet, text->bytes, text->length, look_is_patient(&timeline->look));
	timeline->printed_count++;
}

static void timeline_by_id(struct timeline *timeline, const struct view *view,
			   const struct trace *trace)
{
	struct buf text = { 0 };

	if (strncasecmp(words_trace_id(trace->id).text, timeline->prefix, strlen(timeline->prefix)))
		return;
	timeline_print(&text, view, trace, &timeline->look);
	timeline_emit(timeline, &text);
	buf_fini(&text);
}

static void timeline_room(struct timeline *timeline)
{
	mem_grow(&timeline->kept, &timeline->kept_capacity, timeline->kept_count + 1,
		 sizeof(*timeline->kept));
}

static void timeline_last(struct timeline *timeline, const struct view *view,
			  const struct trace *trace)
{
	struct timeline_kept *kept;

	if (timeline->kept_count < timeline->wanted_count) {
		timeline_room(timeline);
		kept = &timeline->kept[timeline->kept_count++];
	} else {
		kept = &timeline->kept[(timeline->closed_count - 1) % timeline->wanted_count];
	}
	buf_reset(&kept->text);
	timeline_print(&kept->text, view, trace, &timeline->look);
}

static void timeline_slowest(struct timeline *timeline, const struct view *view,
			     const struct trace *trace)
{
	size_t at = timeline->kept_count;
	struct buf text = { 0 };

	while (at && timeline->kept[at - 1].duration_ns < trace->duration_ns)
		at--;
	if (at == timeline->wanted_count)
		return;
	if (timeline->kept_count < timeline->wanted_count) {
		timeline_room(timeline);
		timeline->kept_count++;
	} else {
		text = timeline->kept[timeline->kept_count - 1].text; /* its memory serves again */
	}
	memmove(&timeline->kept[at + 1], &timeline->kept[at],
		(timeline->kept_count - 1 - at) * sizeof(*timeline->kept));
	buf_reset(&text);
	timeline_print(&text, view, trace, &timeline->look);
	timeline->kept[at] = (struct timeline_kept){
		.text = text,
		.duration_ns = trace->duration_ns,
	};
}

static void timeline_on_trace(struct sink *sink, const struct view *view, const struct trace *trace)
{
	struct timeline *timeline = (struct timeline *)sink;

	timeline->closed_count++;
	if (timeline->choice == TIMELINE_ID)
		timeline_by_id(timeline, view, trace);
	else if (!timeline->wanted_count)
		return;
	else if (timeline->choice == TIMELINE_LAST)
		timeline_last(timeline, view, trace);
	else
		timeline_slowest(timeline, view, trace);
}

static void timeline_on_tick(struct sink *sink, const struct view *view)
{
	struct timeline *timeline = (struct timeline *)sink;
	size_t i, first = 0;

	if (!view->end_reason || timeline->is_done)
		return;
	timeline->is_done = true;
	if (timeline->choice == TIMELINE_LAST && timeline->kept_count)
		first = timeline->closed_count % timeline->kept_count; /* the oldest of the ring */
	for (i = 0; i < timeline->kept_count; i++)
		timeline_emit(timeline, &timeline->kept[(first + i) % timeline->kept_count].text);
}

static const struct sink_ops timeline_ops = {
	.name = "timeline",
	.on_trace = timeline_on_trace,
	.on_tick = timeline_on_tick,
};

struct sink *timeline_new(int fd, const struct look *look, enum timeline_choice choice, size_t count,
			  const char *trace_id_prefix)
{
	struct timeline *timeline = mem_new(sizeof(*timeline));

	timeline->sink.ops = &timeline_ops;
	timeline->look = *look;
	timeline->choice = choice;
	timeline->wanted_count = count;
	timeline->prefix = mem_string(trace_id_prefix ? trace_id_prefix : "");
	outlet_init(&timeline->outlet, fd, false);
	return &timeline->sink;
}

size_t timeline_printed_count(const struct sink *sink)
{
	return ((const struct timeline *)sink)->printed_count;
}

int timeline_error(const struct sink *sink)
{
	return ((const struct timeline *)sink)->outlet.error;
}

void timeline_free(struct sink *sink)
{
	struct timeline *timeline = (struct timeline *)sink;
	size_t i;

	if (!sink)
		return;
	for (i = 0; i < timeline->kept_count; i++)
		buf_fini(&timeline->kept[i].text);
	outlet_fini(&timeline->outlet);
	free(timeline->kept);
	free(timeline->prefix);
	free(timeline);
}

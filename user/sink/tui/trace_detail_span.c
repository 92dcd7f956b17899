// SPDX-License-Identifier: Apache-2.0
/* In: one row of a waterfall. Out: all that is known of its spans. The rule that surprises: none; numbers are exact. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/units.h"
#include "sink/tui/trace_detail.h"
#include "sink/tui/trace_text.h"
#include "sink/words.h"

/* Sums over the row. */
struct row_sums {
	uint64_t split_wall_ns, part_ns[4];
	uint64_t voluntary_count, involuntary_count, samples_count, least_ns, most_ns;
	bool has_split, has_samples, has_text;
};

static struct row_sums sum_row(const struct waterfall_row *row)
{
	struct row_sums sums = { .least_ns = UINT64_MAX };

	for (size_t i = 0; i < row->spans_count; i++) {
		const struct span *span = row->spans[i];

		sums.least_ns = span->wall_ns < sums.least_ns ? span->wall_ns : sums.least_ns;
		sums.most_ns = span->wall_ns > sums.most_ns ? span->wall_ns : sums.most_ns;
		sums.has_samples |= span->has_samples;
		sums.samples_count += span->has_samples ? span->samples_count : 0;
		if (!span->has_split)
			continue;
		sums.has_split = true;
		sums.split_wall_ns += span->wall_ns;
		sums.part_ns[0] += span->oncpu_ns;
		sums.part_ns[1] += span->runq_ns;
		sums.part_ns[2] += span->blocked_ns;
		sums.part_ns[3] += span->preempted_ns;
		sums.voluntary_count += span->voluntary_count;
		sums.involuntary_count += span->involuntary_count;
	}
	return sums;
}

static void next_row(struct trace_items *items)
{
	if (!items->column)
		return;
	items->row++;
	items->column = 0;
}

static void say_what(struct trace_items *items, const struct waterfall_row *row)
{
	const struct span *span = row->spans[0];
	const char *note = bars_note(row);
	enum style style = !*note ? STYLE_GOOD : strcmp(note, "incomplete") ? STYLE_CRITICAL : STYLE_UNKNOWN;

	trace_item(items, STYLE_BOLD, "%s", bars_stage(span));
	if (row->spans_count > 1)
		trace_item(items, STYLE_TEXT, "%s calls", units_count(row->spans_count).text);
	trace_item(items, style, "%s", *note ? note : "ok");
	trace_item(items, STYLE_DIM, "%s", words_role(span->role));
	if (span->kind != SPAN_CALL)
		trace_item(items, STYLE_DIM, "%s", words_kind(span->kind));
	if (span->name)
		trace_item(items, STYLE_TEXT, "%s", span->name);
	trace_item(items, STYLE_TEXT, "thread %.*s/%u", (int)sizeof(span->comm), span->comm, span->tid);
}

static void say_when(struct trace_items *items, const struct trace_detail *detail, const struct waterfall_row *row,
		     const struct row_sums *sums)
{
	const struct span *span = row->spans[0];
	const struct trace *trace = &detail->copy->trace;
	double usual_s = trace_usual_stage_s(&detail->usual, span->stage);
	uint64_t wall_ns = waterfall_row_wall_ns(row), from_ns = span->start_at_ns - detail->bars.start_at_ns;

	trace_item(items, STYLE_TEXT, "at +%s for %s (%s)", words_short_ns(from_ns).text, units_ns(wall_ns).text,
		   units_percent(wall_ns, trace->duration_ns).text);
	if (row->spans_count > 1)
		trace_item(items, STYLE_TEXT, "each %s to %s", words_short_ns(sums->least_ns).text,
			   words_short_ns(sums->most_ns).text);
	if (!isnan(usual_s))
		trace_item(items, STYLE_TEXT, "median of one %s",
			   words_short_ns((uint64_t)(usual_s * 1e9 + 0.5)).text);
}

static void say_split(struct trace_items *items, const struct row_sums *sums)
{
	if (!sums->has_split) {
		trace_item(items, STYLE_UNKNOWN, "how it was spent is not known");
		return;
	}
	for (unsigned part = 0; part < 4; part++) {
		struct bars_part of = bars_part(part);

		trace_item(items, sums->part_ns[part] ? of.style : STYLE_DIM, "%s %s %s", of.name,
			   units_ns(sums->part_ns[part]).text,
			   units_percent(sums->part_ns[part], sums->split_wall_ns).text);
	}
	trace_item(items, STYLE_DIM, "switches %s voluntary %s involuntary", units_count(sums->voluntary_count).text,
		   units_count(sums->involuntary_count).text);
}

static void say_attr(struct trace_items *items, const struct span_attr *attr)
{
	switch (attr->type) {
	case ARG_S8:
	case ARG_S16:
	case ARG_S32:
	case ARG_S64:
		trace_item(items, STYLE_TEXT, "%s=%" PRId64, attr->name, (int64_t)attr->value);
		break;
	case ARG_POINTER:
		trace_item(items, STYLE_TEXT, "%s=0x%" PRIx64, attr->name, attr->value);
		break;
	default:
		trace_item(items, STYLE_TEXT, "%s=%" PRIu64, attr->name, attr->value);
	}
}

static void say_values(struct trace_items *items, const struct waterfall_row *row, const struct row_sums *sums)
{
	const struct span *span = row->spans[0];

	if (sums->has_samples)
		trace_item(items, STYLE_TEXT, "samples %s", units_count(sums->samples_count).text);
	if (row->spans_count > 1)
		return;
	if (span->has_return)
		trace_item(items, STYLE_TEXT, "returned %" PRId64, span->return_value);
	if (span->text_unreadable)
		trace_item(items, STYLE_UNKNOWN, "text unreadable");
	else if (span->has_text)
		trace_item(items, STYLE_TEXT, "text %s%s", units_bytes(span->text_bytes).text,
			   span->text_cut ? "+" : "");
	for (unsigned i = 0; i < span->attrs_count && i < SPAN_MAX_ATTRS; i++)
		say_attr(items, &span->attrs[i]);
	if (span->name_attr)
		trace_item(items, STYLE_TEXT, "%s=%s", span->name_attr, span->name_value ? span->name_value : "");
}

int trace_detail_span(struct area area, const struct trace_detail *detail, const struct waterfall_row *row,
		      bool is_tight)
{
	struct row_sums sums = sum_row(row);
	struct trace_items items = { .area = area };

	say_what(&items, row);
	if (!is_tight)
		next_row(&items);
	say_when(&items, detail, row, &sums);
	next_row(&items);
	say_split(&items, &sums);
	if (!is_tight)
		next_row(&items);
	say_values(&items, row, &sums);
	return trace_items_rows(&items);
}

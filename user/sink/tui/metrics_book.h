/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All series of the store as people look for them. In: the store, a filter. Out: families in order, each with
 * its groups. A family is what belongs to one name: a histogram's _bucket, _sum and _count; all of
 * tts:x:p50_1m, p95_5m, count_1m ... A group is one label set of it, without `le`: one engine in one process,
 * one stage.
 */
#ifndef SINK_TUI_METRICS_BOOK_H
#define SINK_TUI_METRICS_BOOK_H

#include "base/mem.h"
#include "rules/store.h"
#include "sink/tui/chart.h"
#include "sink/tui/metrics_filter.h"

enum metrics_kind { METRICS_GAUGE, METRICS_COUNTER, METRICS_HISTOGRAM, METRICS_WINDOW };

struct metrics_group {
	uint64_t id;		     /* the same whenever the book is made; never 0 */
	const struct labels *labels; /* of one of its series: skip __name__ and le */
	struct series **series;	     /* by name, then by le */
	size_t series_count;
};

#define METRICS_TELLING 6 /* labels that differ between the groups that are shown */
struct metrics_family {
	uint64_t id;
	const char *name; /* tts_requests_total, tts_request_duration_seconds, tts:request_duration_seconds */
	enum metrics_kind kind;
	struct metrics_group *groups; /* those that the filter takes come first */
	size_t groups_count, shown_count;
	const char *telling[METRICS_TELLING]; /* names of those labels */
	size_t telling_count;
};

struct metrics_book {
	struct metrics_family *families; /* all: look at shown_count */
	size_t families_count;
	size_t shown_series_count, series_count;
	uint64_t generation; /* changes whenever it is made anew */
	/* what it was made of */
	const struct store *store;
	uint64_t store_generation, filter_generation;
	int64_t made_at_ms;
	struct arena arena;
};

void metrics_book_fini(struct metrics_book *book);
/* Makes it anew when series came or went or the filter is another one; the former at most once a second. */
void metrics_book_update(struct metrics_book *book, struct store *store, const struct metrics_filter *filter,
			 int64_t at_ms);
/* By a family's name, or by that of a series of it, shown or not; NULL = there is none. */
const struct metrics_family *metrics_book_find(const struct metrics_book *book, const char *metric);
const struct metrics_family *metrics_book_family(const struct metrics_book *book, const char *name,
						 enum metrics_kind kind);

/* What stands behind the family's name: "_bucket", "p95_1m", "" */
const char *metrics_series_member(const struct metrics_family *family, const struct series *series);
/* The first series of the group with that member; NULL = none. */
const struct series *metrics_group_member(const struct metrics_family *family,
					  const struct metrics_group *group, const char *member);
/* True: no label that both have differs. */
bool metrics_group_is_like(const struct metrics_group *group, const struct labels *wanted);

/* engine="x",pid="1" of one group; all its labels, or only the telling ones. "" = none. */
void metrics_group_print(struct buf *out, const struct metrics_family *family,
			 const struct metrics_group *group, bool only_telling);

/* The unit of a family's values; for counters that of their rate. */
enum chart_unit metrics_unit(const struct metrics_family *family);
enum chart_unit metrics_count_unit(const struct metrics_family *family); /* of what a counter counts */
/* In words: "seconds", "bytes", "ratio", "seconds/s", "1/s"; "" = a plain number. */
const char *metrics_unit_name(const struct metrics_family *family);
const char *metrics_unit_brief(const struct metrics_family *family); /* at most 5 columns */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The windows in memory: series of (instant, value), as a Prometheus server would have scraped them.
 * In: appended samples, in order of time. Out: what selectors ask for. Nothing here knows a clock.
 * Limits: series, bytes and age; the oldest go first; each has a count of what was let go.
 */
#ifndef RULES_STORE_H
#define RULES_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "rules/labels.h"

#define STORE_LOOKBACK_MS 300000 /* an instant selector looks back that far, as Prometheus does */

struct sample {
	int64_t at_ms; /* UTC */
	double value;
};

/*
 * Opaque: its labels by series_labels. Lives as long as the store: one that age or bytes have emptied waits, unseen and
 * uncounted, for its next sample.
 */
struct series;

struct store_limits {
	size_t series_count; /* a new series over it takes the place of those that ended long ago, or is refused, counted */
	/* Of samples, and of labels and series as far as half of it; the oldest samples of all series are let go, counted. */
	size_t bytes;
	int64_t age_ms;
};

struct store_counts {
	uint64_t series_count;
	uint64_t samples_count;
	uint64_t bytes; /* of samples, series and labels; labels of dead series stay */
	uint64_t refused_series_count;
	uint64_t let_go_samples_count; /* by bytes; those let go by age are not a loss */
};

struct store;
struct store *store_new(const struct store_limits *limits);
void store_free(struct store *store);
struct labels_pool *store_labels(struct store *store);

/* Found or made; NULL over the limit. `loss_blind`: its values stay right when events are lost (gauges of /proc, loss itself). */
struct series *store_series(struct store *store, const struct labels *labels, bool loss_blind);
const struct labels *series_labels(const struct series *series);
bool series_is_loss_blind(const struct series *series);
/* at_ms must not be before the series' last one (then it is dropped, false); equal replaces nothing and is dropped. */
bool store_append(struct store *store, struct series *series, int64_t at_ms, double value);
/* The series ends here: from now on an instant selector does not see it (Prometheus' stale marker). */
void store_end(struct store *store, struct series *series, int64_t at_ms);
/* Lets go what is older than the age limit, and series without samples. Invalidates cached selections when series go. */
void store_expire(struct store *store, int64_t now_ms);
/* Makes room for new series: lets go those that ended before the instant, with all their samples, which are counted as let go. */
void store_let_go_ended(struct store *store, int64_t before_ms);
struct store_counts store_counts(const struct store *store);
uint64_t store_generation(const struct store *store); /* changes whenever a series comes or goes */

/*
 * Samples with from_ms <= at_ms <= to_ms, stale markers left out, in order, contiguous. The memory belongs to the series or to the
 * scratch buffer and is valid until the next call on this store with the same scratch.
 */
struct store_scratch { struct sample *samples; size_t capacity; };
size_t series_range(const struct series *series, int64_t from_ms, int64_t to_ms, struct store_scratch *scratch,
		    const struct sample **samples);
/* The last sample at or before at_ms and not older than STORE_LOOKBACK_MS; false when there is none or the series ended before. */
bool series_at(const struct series *series, int64_t at_ms, struct sample *sample);

struct matcher;
/* All series that match, in order of labels_compare. The array belongs to the store and is valid until a series comes or goes. */
size_t store_select(struct store *store, const struct matcher *matchers, size_t matchers_count, struct series *const **series);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What flow sampled into view->store: found by name and labels, or all of it as text. */
#ifndef TEST_FLOW_SAMPLES_H
#define TEST_FLOW_SAMPLES_H

#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "rules/expr.h"
#include "rules/store.h"
#include "world.h"

#define AXIS_MS 1700000000000ll /* of world.h's CLOCK at mono 1000 ns */

/* To the given second of the world, ending with a TICK there. */
static inline void tick_at(struct world *world, uint64_t second, uint64_t ms)
{
	world->at = 1000 + second * 1000000000u + ms * 1000000u;
	tick(world);
}

static inline struct store *samples(const struct world *world)
{
	return flow_view(world->flow)->store;
}

/* labels: "name=value,name=value"; the only series of that name that has them. NULL = none. */
static inline struct series *series_of(const struct world *world, const char *name, const char *labels)
{
	struct matcher matchers[8] = {{.name = "__name__", .value = name, .kind = MATCH_EQUAL}};
	struct series *const *found;
	size_t count = 1, found_count;
	char text[200], *save = NULL;

	strncpy(text, labels, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (char *pair = strtok_r(text, ",", &save); pair; pair = strtok_r(NULL, ",", &save)) {
		char *equals = strchr(pair, '=');

		assert_non_null(equals);
		assert_true(count < 8);
		*equals = '\0';
		matchers[count++] = (struct matcher){.name = pair, .value = equals + 1, .kind = MATCH_EQUAL};
	}
	found_count = store_select(samples(world), matchers, count, &found);
	assert_true(found_count <= 1);
	return found_count ? found[0] : NULL;
}

/* NAN = the series is not there at that second, or has ended. */
static inline double value_at(const struct world *world, const char *name, const char *labels, int64_t second)
{
	struct series *series = series_of(world, name, labels);
	struct sample sample;

	if (!series || !series_at(series, AXIS_MS + second * 1000, &sample) ||
	    sample.at_ms != AXIS_MS + second * 1000)
		return (double)NAN;
	return sample.value;
}

static inline bool is_absent_at(const struct world *world, const char *name, const char *labels, int64_t second)
{
	struct series *series = series_of(world, name, labels);
	struct sample sample;

	return !series || !series_at(series, AXIS_MS + second * 1000, &sample);
}

#define assert_value(world, name, labels, second, wanted)                                                            \
	do {                                                                                                         \
		double got_ = value_at(world, name, labels, second), wanted_ = (wanted);                             \
		if (!(fabs(got_ - wanted_) <= 1e-9 * (1 + fabs(wanted_))))                                           \
			fail_msg("%s{%s} at %d s is %g, not %g", name, labels, (int)(second), got_, wanted_);        \
	} while (0)

/* Every sample of every series, in the store's order. */
static inline void dump_samples(const struct world *world, struct buf *out)
{
	struct store_scratch scratch = {0};
	struct series *const *all;
	const struct sample *range;
	size_t count = store_select(samples(world), NULL, 0, &all);

	for (size_t i = 0; i < count; i++) {
		size_t samples_count = series_range(all[i], 0, INT64_MAX - 1, &scratch, &range);

		labels_print(out, series_labels(all[i]));
		for (size_t k = 0; k < samples_count; k++)
			buf_format(out, " %lld:%.17g", (long long)(range[k].at_ms - AXIS_MS), range[k].value);
		buf_char(out, '\n');
	}
	free(scratch.samples);
}

static inline void gauge(struct world *world, uint32_t what, uint64_t value)
{
	struct tt_gauge record = {.what = what, .value = value};

	feed(world, &record, TT_GAUGE, sizeof(record), 0, TT_NO_PROBE);
}

/* A synchronous request of `ms` on thread 1. */
static inline void request_of(struct world *world, uint64_t ms, uint64_t rax)
{
	enter(world, 1, SYNC, 0x7000);
	world->at += ms * 1000000u;
	leave_with(world, 1, SYNC, 0x7000, rax, 0, 0);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A hand-made firing alert, as flow's judge would have made it. Include after cmocka.h. */
#ifndef TESTS_SINK_ALERT_SAMPLE_H
#define TESTS_SINK_ALERT_SAMPLE_H

#include "tests/unit/sink/sample.h"

struct alert_sample {
	struct alert alert;
	struct labels *labels;
	struct label annotations[2];
};

#define SAMPLE_REAL_NS (1795505520ull * NS_PER_S)

/* What flow's judge tells at 2026-11-24T07:32:00Z: a request is slow, since a minute. */
static inline struct alert_sample *alert_sample_new(void)
{
	static const struct label items[] = {
		{ "alertname", "TtsRequestSlow" },
		{ "engine", "espeak-ng" },
		{ "pid", "4242" },
		{ "severity", "critical" },
	};
	struct alert_sample *sample = mem_new(sizeof(*sample));

	sample->labels = mem_new(sizeof(*sample->labels) + sizeof(items));
	sample->labels->count = 4;
	memcpy(sample->labels->items, items, sizeof(items));
	sample->annotations[0] = (struct label){ "summary", "requests take too long" };
	sample->annotations[1] = (struct label){ "todo", "look at the CPU" };
	sample->alert = (struct alert){
		.id = 0xabcdef,
		.name = "TtsRequestSlow",
		.group = "requests",
		.tier = TIER_CRITICAL,
		.labels = sample->labels,
		.annotations = sample->annotations,
		.annotations_count = 2,
		.state = ALERT_FIRING,
		.value = 6.25,
		.has_threshold = true,
		.threshold = 5,
		.comparison = ">",
		.active_at_real_ns = SAMPLE_REAL_NS - 60 * NS_PER_S,
		.fired_at_real_ns = SAMPLE_REAL_NS,
		.changed_at_real_ns = SAMPLE_REAL_NS,
		.ack = { .comment = "" },
		.trace_id = { 0x9f, 0x86, 0xd0, 0x81 },
	};
	return sample;
}

static inline void alert_sample_free(struct alert_sample *sample)
{
	free(sample->labels);
	free(sample);
}

#endif

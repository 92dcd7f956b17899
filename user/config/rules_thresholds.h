/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics that a threshold can be set for: one row each. */
#ifndef CONFIG_RULES_THRESHOLDS_H
#define CONFIG_RULES_THRESHOLDS_H

#include <stdbool.h>
#include <stddef.h>

enum threshold_unit { THRESHOLD_SECONDS, THRESHOLD_RATIO, THRESHOLD_BYTES, THRESHOLD_COUNT };

struct threshold_metric {
	const char *name; /* label `metric` of tts_threshold */
	enum threshold_unit unit;
	bool lower_is_worse;
	double most;	 /* 0 = no limit */
	const char *doc; /* what it is a threshold of */
};

const struct threshold_metric *thresholds_metric(size_t index); /* NULL past the last */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Noun: a label set. Sorted by name, no empty values (an empty value is an absent label), `__name__` is the metric's name.
 * Interned (rules/labels.h): within one pool two equal sets are the same pointer, so sets compare and hash by pointer.
 */
#ifndef MODEL_LABELS_H
#define MODEL_LABELS_H

#include <stddef.h>
#include <stdint.h>

struct label {
	const char *name;
	const char *value; /* UTF-8; escape before printing: services and stages are the target's words */
};

struct labels {
	uint64_t hash; /* of the whole set; the same in every run */
	size_t count;
	struct label items[];
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the store: a series keeps its recent samples raw and contiguous, older ones in chunks.
 * Series of one metric name are a family, which counts what happens to it, so that whoever keeps
 * something made of it knows when that is stale.
 */
#ifndef RULES_STORE_PRIVATE_H
#define RULES_STORE_PRIVATE_H

#include "base/table.h"
#include "rules/expr.h"
#include "rules/store.h"
#include "rules/store_chunk.h"

#define STORE_RAW_SAMPLES 512u /* that stay raw, while the byte limit leaves room for it */
#define STORE_NOWHERE	  SIZE_MAX

struct series {
	const struct labels *labels;
	struct store *store;
	struct store_family *family;
	struct series *next;  /* another one whose labels have the same hash */
	struct series *after; /* in store->series */
	bool is_loss_blind;
	bool is_there;	/* counted, and found by selectors; else it waits for a sample */
	bool has_begun; /* a sample was ever appended */
	bool has_ended; /* the last sample is a stale marker */
	uint32_t raw_from, raw_to, raw_capacity;
	uint32_t raw_ends_count; /* stale markers among the raw samples */
	uint32_t chunks_from, chunks_to, chunks_capacity;
	int64_t last_at_ms;
	struct sample *raw;
	struct store_chunk **chunks;
	int64_t oldest_at_ms; /* as the queue has it */
	size_t queue_at;      /* in store->queue, or STORE_NOWHERE */
	uint64_t number;      /* in order of coming */
};

struct store_selection { /* what a selector gave, until its family changes */
	struct store_selection *next;
	uint64_t generation; /* of the family, or of the store when it has no family */
	char *key;
	size_t key_length;
	uint64_t key_hash;
	struct series **series;
	size_t count;
};

struct store_family {
	struct store_family *next;  /* another name of the same hash */
	struct store_family *after; /* in store->families */
	const char *name;
	struct series **series; /* in order of labels_compare */
	size_t count, capacity;
	uint64_t generation;	 /* changes when a series comes or goes */
	uint64_t appended_count; /* changes with each sample */
	struct store_selection *selections;
	struct store_index *index; /* NULL until asked for */
};

struct store {
	struct store_limits limits;
	struct store_counts counts;  /* `bytes` is of samples alone */
	uint64_t all_series_count;   /* with those that wait for a sample */
	uint64_t ended_series_count; /* that are there, and ended */
	struct labels_pool *labels;
	struct series *series;				/* all there ever were */
	struct table by_labels;				/* by labels->hash: struct series */
	struct table by_name;				/* struct store_family */
	struct store_family *families, **families_tail; /* in order of coming */
	struct series **queue; /* a heap: the series with the oldest samples first */
	size_t queue_count, queue_capacity;
	uint64_t generation;
	uint64_t appended_count;
	uint64_t next_number;
	int64_t horizon_ms; /* what is older is not there any more, though its chunk may be */
	struct store_selection *selections; /* those without a metric name */
};

bool store_is_end(double value); /* Prometheus' stale marker: one NaN of all */
double store_end_marker(void);

struct store_family *store_family(struct store *store, const char *name); /* made when new */
void store_family_add(struct store_family *family, struct series *series);
void store_family_remove(struct store_family *family, struct series *series);
/* The series that an equality matcher lets pass, as places in family->series; false: the index
 * cannot tell. */
bool index_places(struct store_family *family, const struct labels_pool *pool,
		  const struct matcher *matcher, const uint32_t **places, size_t *count);
void index_free(struct store_index *index);
void store_families_free(struct store *store);

/* Samples of one series; the store's counts follow. */
void series_add(struct series *series, int64_t at_ms, double value);
size_t
series_let_go_oldest(struct series *series); /* a chunk, or half of the raw samples; how many */
void series_forget_before(struct series *series, int64_t at_ms); /* whole chunks only */
void series_empty(struct series *series);
size_t series_count(const struct series *series);
int64_t series_oldest_ms(const struct series *series); /* the end of the oldest chunk, or the oldest
							  raw sample; INT64_MAX */

/* The heap of series with samples. After the oldest sample of a series changed, came or went. */
void store_queue_update(struct store *store, struct series *series);

#endif

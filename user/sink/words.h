/* SPDX-License-Identifier: Apache-2.0 */
/* The one place where the nouns' enums and the wire's numbers become words, for the log and for people. */
#ifndef SINK_WORDS_H
#define SINK_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/units.h"
#include "model/trace.h"

const char *words_status(enum span_status status); /* as in the log: ok, error, cancelled, abandoned, no_end */
const char *words_status_text(enum span_status status); /* for people: "no end" */
const char *words_kind(enum span_kind kind);
const char *words_role(enum role role);
const char *words_leave_mode(uint32_t leave_mode); /* TT_LEAVE_* */
const char *words_end_reason(uint32_t reason);	   /* TT_END_* */

/* TT_LOST_* */
#define WORDS_CAUSES 16 /* as many as lost_count[] has room for */
struct words_cause {
	const char *key;    /* in the log */
	const char *before; /* "lost ", then the count */
	const char *after;  /* " enters (ring full)" */
	bool is_event_lost; /* false: the event came, something of it is missing; or it is no event */
};
const struct words_cause *words_cause(uint32_t cause); /* never NULL */

struct words_id {
	char text[33];
};
struct words_id words_trace_id(const uint8_t id[16]); /* 32 hex digits */
struct words_id words_span_id(uint64_t id);	      /* 16 hex digits */
bool words_is_orphan(const uint8_t id[16]);	      /* all zero */
void words_read_trace_id(uint8_t id[16], const char *digits); /* 32 hex digits; else all zero */

/* units_ns in at most 7 columns below 100 hours: 2m03s instead of 2 m 03 s. */
struct units_text words_short_ns(uint64_t ns);

/* The record as the struct of its kind, or NULL: the kind is another, or the bytes are too few to be one. */
const void *words_record(const struct tt_head *record, uint32_t size_bytes, uint16_t kind, size_t need_bytes);

#endif

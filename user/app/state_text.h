/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a state file (its form: state_file.h). In: what shall survive, or bytes of any
 * origin. Out: the text, or what it says, or why it is not one of ours.
 */
#ifndef APP_STATE_TEXT_H
#define APP_STATE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define STATE_TEXT_MAX_BYTES (64u << 20)
#define STATE_TOLD_MAX_BYTES (4u << 20)

struct state_alert {
	uint64_t id;
	char *labels; /* {alertname="..."} */
	uint64_t active_at_ns;
	uint64_t fired_at_ns;
	uint64_t value_bits;
	bool has_threshold;
	uint64_t threshold_bits;
	bool is_unknown;
	uint8_t trace_id[16];
	uint64_t ack_at_ns; /* 0 = none */
	uint32_t ack_uid;
	char *ack_comment;
	bool is_muted; /* resolved by hand */
};

struct state_silence {
	uint64_t id;
	uint32_t uid;
	uint64_t start_at_ns;
	uint64_t end_at_ns;
	char *matchers;
	char *comment;
};

/* Strings are malloc's. */
struct state_content {
	char *saved_at;
	uint32_t pid;
	char *service;
	struct state_alert *alerts;
	size_t alerts_count, alerts_capacity;
	struct state_silence *silences;
	size_t silences_count, silences_capacity;
	char *told;
};
void state_content_fini(struct state_content *content);

/* Piece by piece, so that nothing has to be copied first: the body, then the head over it. */
void state_text_begin(struct buf *body, const char *saved_at, uint32_t pid, const char *service);
void state_text_alert(struct buf *body, const struct state_alert *alert, bool is_first);
void state_text_middle(struct buf *body, bool has_alerts);
void state_text_silence(struct buf *body, const struct state_silence *silence, bool is_first);
void state_text_end(struct buf *body, bool has_silences, const char *told);
void state_text_head(struct buf *head, const struct buf *body);

/* 0, or -EBADMSG and why: a sentence's end. The content is to be freed in either case. */
int state_text_parse(struct state_content *content, const char *text, size_t length, char *why,
		     size_t why_bytes);

#endif

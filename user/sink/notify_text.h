/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages as people and programs read them. Everything that comes from outside is made harmless: one line, valid
 * UTF-8, no control characters. What is too long loses whole fields, the least important first, and says how many.
 */
#ifndef SINK_NOTIFY_TEXT_H
#define SINK_NOTIFY_TEXT_H

#include <json-c/json.h>

#include "sink/notify_message.h"

/*
 * "TtsRequestSlow critical firing: SUMMARY {engine="x",pid="1"} value 12.3 > 10, trace ..., alert ...", at most
 * max_bytes.
 */
void notify_sentence(struct buf *out, const struct notify_message *message, size_t max_bytes);
/* One JSON object without '\n', at most max_bytes. `with_msg`: the sentence is its "msg". */
void notify_json(struct buf *out, const struct notify_message *message, const char *receiver, bool with_msg,
		 size_t max_bytes);
/* A record of our own NDJSON log, with its '\n'. */
void notify_log_line(struct buf *out, const struct notify_message *message, const char *receiver, const char *level);

const char *notify_severity_word(const struct notify_note *note); /* the label, else "none" */
/* {engine="x",pid="1"} without alertname and severity, as JSON strings; "" when none are left. */
void notify_labels(struct buf *out, const struct notify_note *note);

#endif

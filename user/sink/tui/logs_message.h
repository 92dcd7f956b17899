/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record of the log as people read it in one row. In: its JSON text, hostile or not. Out: raw texts, for area_*
 * only.
 */
#ifndef SINK_TUI_LOGS_MESSAGE_H
#define SINK_TUI_LOGS_MESSAGE_H

#include <json-c/json_object.h>
#include <json-c/linkhash.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "sink/sinks.h"
#include "sink/tui/theme.h"

#define LOGS_MESSAGE_MAX_BYTES 4096u /* more than the widest canvas shows; the rest is in the record */

struct logs_message {
	char clock[16]; /* 07:32:00.123, UTC; "" = the record does not tell */
	char event[16];
	struct buf text; /* the sentence */
	struct buf more; /* the numbers behind it: first_audio=35.0 ms rtf=0.08 */
};

/* What is no JSON is its own text. */
void logs_message_make(struct logs_message *message, const char *line, size_t length);
void logs_message_fini(struct logs_message *message);
enum style logs_level_style(enum log_level level);

/* NULL: no JSON object. To be put. */
struct json_object *logs_parse(const char *line, size_t length);
#define LOGS_JSON_PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
/* The unit ends a number's key: "35.0 ms" of duration_ns; "" = it says it all. *key_length: without the unit. */
void logs_number_print(struct buf *out, const char *key, struct json_object *value, size_t *key_length);

#endif

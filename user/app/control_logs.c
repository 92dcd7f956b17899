// SPDX-License-Identifier: Apache-2.0
/*
 * In: the log records that are held. Out: the last of them that are wanted, as the log has them.
 * The rule that surprises: each is a text with a JSON object in it, so that its bytes are the log's;
 * and nobody waits for a search: it ends after CONTROL_LOGS_SEARCH_BYTES, an answer at
 * CONTROL_LOGS_MAX_BYTES, and "cut" says that older ones may be there.
 *
 * logs: {"now","held_count","cut","lines":["{...}",...]}: the oldest of them first
 */
#include "app/control_parts.h"

#include <stdlib.h>
#include <string.h>

#include "app/control_record.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "sink/log_records.h"
#include "sink/member.h"

struct wanted {
	enum log_level level;
	char trace[33];	    /* empty = any */
	const char *grep;   /* NULL = anything */
	struct buf escaped; /* the same as it is within a JSON text */
	uint64_t last;
};

struct found {
	const struct tail_record **records; /* the newest first */
	size_t count;
	bool is_cut;
};

static struct json_object *read_level(struct wanted *wanted, const char *word)
{
	wanted->level = LOG_LEVEL_DEBUG;
	while (word && wanted->level < LOG_LEVELS && strcmp(log_level_word(wanted->level), word) != 0)
		wanted->level++;
	if (wanted->level < LOG_LEVELS)
		return NULL;
	return control_refusal("bad_request", "there is no level \"%.40s\"; there are debug, info, "
					      "warning, error and critical",
			       word);
}

static struct json_object *read_trace(struct wanted *wanted, const char *digits)
{
	size_t length = digits ? strlen(digits) : 0;

	if (!digits)
		return NULL;
	if (!length || length > 32 || strspn(digits, "0123456789abcdefABCDEF") != length)
		return control_refusal("bad_request",
				       "\"%.40s\" is not the beginning of a trace id (hex digits)",
				       digits);
	for (size_t i = 0; i < length; i++)
		wanted->trace[i] = (char)(digits[i] | 0x20); /* lower case, and digits as they are */
	return NULL;
}

static struct json_object *read_last(struct wanted *wanted, const char *number)
{
	wanted->last = CONTROL_LOGS_LAST;
	if (!number || !units_parse_count(number, 1, CONTROL_LOGS_MAX, &wanted->last))
		return NULL;
	return control_refusal("bad_request", "\"last\": %.40s is not a number from 1 to %d", number,
			       CONTROL_LOGS_MAX);
}

static struct json_object *read_wanted(struct wanted *wanted, const struct control_request *request)
{
	struct json_object *refusal = read_level(wanted, request->level);

	if (!refusal)
		refusal = read_trace(wanted, request->trace);
	if (!refusal)
		refusal = read_last(wanted, request->last);
	if (refusal || !request->grep)
		return refusal;
	wanted->grep = request->grep;
	text_json(&wanted->escaped, request->grep, strlen(request->grep));
	wanted->escaped.length -= 2; /* without its quotes */
	memmove(wanted->escaped.bytes, wanted->escaped.bytes + 1, wanted->escaped.length);
	wanted->escaped.bytes[wanted->escaped.length] = '\0';
	return NULL;
}

static bool is_wanted(const struct wanted *wanted, const struct tail_record *record)
{
	if (record->level < wanted->level)
		return false;
	if (wanted->trace[0] && !tail_record_names(record, wanted->trace))
		return false;
	if (!wanted->grep || strstr(record->line, wanted->grep))
		return true;
	return strcmp(wanted->grep, wanted->escaped.bytes) != 0 &&
	       strstr(record->line, wanted->escaped.bytes);
}

static void find(struct found *found, const struct wanted *wanted, const struct tail *tail)
{
	uint64_t searched_bytes = 0, answer_bytes = 0;

	for (const struct tail_record *record = tail_newest(tail); record; record = record->older) {
		searched_bytes += record->length;
		found->is_cut = searched_bytes > CONTROL_LOGS_SEARCH_BYTES;
		if (found->is_cut)
			return;
		if (!is_wanted(wanted, record))
			continue;
		answer_bytes += record->length;
		found->is_cut = answer_bytes > CONTROL_LOGS_MAX_BYTES;
		if (found->is_cut)
			return;
		found->records[found->count++] = record;
		if (found->count == wanted->last)
			return; /* as many as were asked for */
	}
}

struct json_object *control_logs(struct control *control, struct control_client *client,
				 const struct view *view)
{
	const struct tail *tail = control->options.tail;
	struct wanted wanted = {0};
	struct found found = {0};
	struct json_object *lines, *answer = read_wanted(&wanted, &client->request);

	if (!answer && !tail)
		answer = control_refusal("no_logs", "this tracer holds no log records");
	if (!answer) {
		found.records = mem_array(wanted.last, sizeof(*found.records));
		find(&found, &wanted, tail);
		lines = member_array();
		for (size_t i = found.count; i--;)
			member_append(lines, member_new_string(found.records[i]->line));
		answer = control_answer(client);
		member_time(answer, "now", view_axis_ns(view, control_record_at_ns(view)));
		member_count(answer, "held_count", tail_counts(tail).records_count);
		member_flag(answer, "cut", found.is_cut);
		member_add(answer, "lines", lines);
	}
	buf_fini(&wanted.escaped);
	free(found.records);
	return answer;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of a session. In: files. Out: RULES and CONTROL records in the feed, so that a replay judges by the same rules.
 * The rule that surprises: a text is compiled twice, here to say its mistakes before anything is touched, and in the flow when the
 * records arrive, since a recording knows only the records.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/control_record.h"
#include "app/session_parts.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/refuse.h"

static int judge_texts(const struct rule_texts *texts)
{
	struct rule_set *set = rules_compile(texts->items, texts->count);

	rules_free(set);
	return set ? 0 : -EINVAL;
}

int session_read_rules(struct session *session)
{
	const struct options *options = session->options;
	int error;

	session->feeds_rules = !session->is_replay || options->rule_files.count || options->threshold_files.count || options->no_rules;
	if (!session->feeds_rules)
		return 0;
	error = rules_path_read(&session->rules, options);
	return error ? -EINVAL : judge_texts(&session->rules);
}

static uint64_t now_ns(const struct session *session)
{
	return control_record_at_ns(flow_view(session->flow));
}

void session_begin(struct session *session)
{
	if (session->feeds_rules)
		rules_path_feed(&session->rules, now_ns(session), &session->feed);
	if (session->state)
		state_file_restore(session->state, flow_view(session->flow), &session->feed);
}

/* What is said while something is tried: kept, to be told to whoever asked, and still said. */
struct heard {
	struct buf lines;
	size_t mistakes_count; /* lines that name a place; the others show it */
};

static bool names_place(const char *line)
{
	unsigned row, column;

	for (; (line = strchr(line, ':')); line++)
		if (sscanf(line, ":%u:%u: ", &row, &column) == 2)
			return true;
	return false;
}

static void hear(void *arg, const char *line)
{
	struct heard *heard = arg;

	buf_text(&heard->lines, line);
	buf_char(&heard->lines, '\n');
	heard->mistakes_count += names_place(line);
}

static void feed_refusal(struct session *session, const char *message, size_t count)
{
	const struct tt_control control = { .what = TT_CONTROL_RULES_REFUSED, .id = count };
	struct buf record = { 0 };

	control_record_make(&record, now_ns(session), &control, message, "");
	control_record_feed(&session->feed, &record);
	buf_fini(&record);
}

int session_reload(struct session *session, char **message)
{
	struct rule_texts texts = { 0 };
	struct heard heard = { 0 };
	char *end, *rest;
	int error;

	if (message)
		*message = NULL;
	refuse_redirect(hear, &heard);
	error = rules_path_read(&texts, session->options);
	if (!error)
		error = judge_texts(&texts);
	if (!error)
		error = session_reload_notify(session);
	refuse_redirect(NULL, NULL);
	for (rest = heard.lines.bytes; rest && *rest; rest = end + 1) {
		end = strchr(rest, '\n');
		*end = '\0';
		warn("%s", rest);
	}
	if (error) {
		const char *first = heard.lines.bytes ? heard.lines.bytes : "unknown";

		warn("the rules stay as they were");
		feed_refusal(session, first, heard.mistakes_count);
		if (message)
			*message = mem_string(first);
	} else {
		rules_path_feed(&texts, now_ns(session), &session->feed);
	}
	buf_fini(&heard.lines);
	rules_texts_fini(&texts);
	return error ? -EINVAL : 0;
}

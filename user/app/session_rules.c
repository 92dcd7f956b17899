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

void session_lay_anew(struct session *session)
{
	const struct flow_options recorded = { .compile_rules = rules_compile, .free_rules = rules_free };
	const struct options *options = session->options;

	if (session->is_replay && (options->rule_files.count || options->threshold_files.count || options->no_rules))
		session->recorded = flow_new(&recorded);
}

int session_read_rules(struct session *session)
{
	int error;

	session_lay_anew(session);
	if (session->is_replay && !session->recorded)
		return 0;
	error = rules_path_read(&session->rules, session->options);
	return error ? -EINVAL : judge_texts(&session->rules);
}

static uint64_t now_ns(const struct session *session)
{
	return control_record_at_ns(flow_view(session->flow));
}

void session_begin(struct session *session)
{
	if (!session->is_replay)
		rules_path_feed(&session->rules, now_ns(session), &session->feed);
	if (session->state)
		state_file_restore(session->state, flow_view(session->flow), &session->feed);
}

static void feed_laid(struct session *session, const struct rule_set *recorded, uint64_t at_ns)
{
	struct rule_texts laid = { 0 };

	session->rules_error = rules_path_lay(&laid, &session->rules, recorded, session->options) ? -EINVAL : 0;
	if (!session->rules_error)
		rules_path_feed(&laid, at_ns, &session->feed);
	free(laid.items);
}

/*
 * A live run feeds its rules right behind the first CLOCK: when something else stands there, the recording has none. Its parts go to a
 * flow that hears nothing else, so that a set is whole and good here when it is so for the flow that judges.
 */
bool session_lay_rules(struct session *session, const struct tt_head *record, uint32_t size_bytes)
{
	const struct view *recorded = flow_view(session->recorded);
	uint64_t generation = recorded->rules_generation;

	if (size_bytes < sizeof(*record) || record->kind != TT_RULES) {
		if (session->has_begun && !flow_view(session->flow)->rules_generation)
			feed_laid(session, NULL, now_ns(session));
		return true;
	}
	flow_feed(session->recorded, record, size_bytes);
	if (recorded->rules_generation != generation)
		feed_laid(session, recorded->rules, record->at_ns);
	return false;
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
	refuse_overhear(hear, &heard);
	error = rules_path_read(&texts, session->options);
	if (!error)
		error = judge_texts(&texts);
	if (!error)
		error = session_reload_notify(session);
	refuse_overhear(NULL, NULL);
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

// SPDX-License-Identifier: Apache-2.0
/*
 * In: an answer. Out: what people read: tables that fit the terminal, ages instead of instants.
 * The rule that surprises: all of it goes through text_clean or the grid, which cleans; the
 * tracer's words are the target's words.
 */
#include "app/ctl_parts.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sink/grid.h"
#include "sink/words.h"

static void cell(struct grid *grid, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void cell(struct grid *grid, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = mem_vformat(format, arguments);
	va_end(arguments);
	grid_cell(grid, text);
	free(text);
}

static void line(struct buf *out, const struct look *look, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void line(struct buf *out, const struct look *look, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = mem_vformat(format, arguments);
	va_end(arguments);
	text_clean(out, text, strlen(text), look->ascii);
	buf_char(out, '\n');
	free(text);
}

struct user {
	char text[64];
};

static struct user user_of(uint64_t uid)
{
	const struct passwd *entry = getpwuid((uid_t)uid);
	struct user user;

	if (entry)
		snprintf(user.text, sizeof(user.text), "%s", entry->pw_name);
	else
		snprintf(user.text, sizeof(user.text), "uid %llu", (unsigned long long)uid);
	return user;
}

/* --- alerts --- */

/* name{engine="x"}: the two labels that have columns of their own left out. */
static char *alert_title(struct json_object *alert)
{
	struct json_object *labels = ctl_object(alert, "labels");
	struct buf title = {0};
	const char *between = "{";

	buf_text(&title, ctl_text(alert, "name"));
	if (labels) {
		json_object_object_foreach(labels, name, value)
		{
			if (!strcmp(name, "alertname") || !strcmp(name, "severity"))
				continue;
			buf_format(&title, "%s%s=\"%s\"", between, name,
				   json_object_is_type(value, json_type_string)
					   ? json_object_get_string(value)
					   : "");
			between = ",";
		}
	}
	if (*between == ',')
		buf_char(&title, '}');
	return title.bytes;
}

/* What JSON has no number for comes as a text: NaN, +Inf, -Inf. */
static struct units_text number_text(struct json_object *object, const char *key)
{
	struct units_text text = units_ratio(ctl_number(object, key));

	if (*ctl_text(object, key))
		snprintf(text.text, sizeof(text.text), "%s", ctl_text(object, key));
	return text;
}

static void alert_value(struct grid *grid, struct json_object *alert)
{
	if (!ctl_has(alert, "threshold"))
		grid_cell(grid, number_text(alert, "value").text);
	else
		cell(grid, "%s %s %s", number_text(alert, "value").text,
		     ctl_text(alert, "comparison"), number_text(alert, "threshold").text);
}

static void alert_row(struct grid *grid, struct json_object *alert)
{
	struct json_object *ack = ctl_object(alert, "ack"), *silence = ctl_object(alert, "silence");
	bool is_firing = ctl_has(alert, "fired_age_ns");
	char *title = alert_title(alert);

	grid_cell(grid, title);
	grid_cell(grid, ctl_text(alert, "id"));
	grid_cell(grid, ctl_text(alert, "tier"));
	grid_cell(grid, ctl_text(alert, "state"));
	cell(grid, "%s ago",
	     words_short_ns(ctl_count(alert, is_firing ? "fired_age_ns" : "active_age_ns")).text);
	alert_value(grid, alert);
	grid_cell(grid, ctl_flag(alert, "unknown") ? "unknown" : "-");
	grid_cell(grid, ack ? user_of(ctl_count(ack, "uid")).text : "-");
	if (silence)
		cell(grid, "%llu, %s left", (unsigned long long)ctl_count(silence, "id"),
		     words_short_ns(ctl_count(silence, "ends_in_ns")).text);
	else
		grid_cell(grid, "-");
	free(title);
}

/* What does not fit into a row. */
static void alert_notes(struct buf *out, struct json_object *alert, const struct look *look)
{
	const char *id = ctl_text(alert, "id"), *reason = ctl_text(alert, "reason"),
		   *trace = ctl_text(alert, "trace_id");
	struct json_object *ack = ctl_object(alert, "ack"),
			   *annotations = ctl_object(alert, "annotations");
	const char *comment = ack ? ctl_text(ack, "comment") : "";
	const char *summary = annotations ? ctl_text(annotations, "summary") : "";

	if (*summary)
		line(out, look, "%s: %s", id, summary);
	if (ctl_flag(alert, "unknown") || *reason)
		line(out, look, "%s: %s%s%s", id, ctl_flag(alert, "unknown") ? "unknown" : "",
		     *reason ? ": " : "", reason);
	if (ack)
		line(out, look, "%s: acknowledged %s ago by %s%s%s", id,
		     words_short_ns(ctl_count(ack, "age_ns")).text,
		     user_of(ctl_count(ack, "uid")).text, *comment ? ": " : "", comment);
	if (ctl_has(alert, "inhibited_by"))
		line(out, look, "%s: inhibited by %s, which is of a higher tier", id,
		     ctl_text(alert, "inhibited_by"));
	if (*trace)
		line(out, look, "%s: for example trace %s", id, trace);
}

/* They are neither pending nor firing for anybody, so they have no row. */
static void muted_lines(struct buf *out, struct json_object *answer, const struct look *look)
{
	size_t count;
	struct json_object *muted = ctl_array(answer, "muted", &count);

	for (size_t i = 0; i < count; i++) {
		struct json_object *alert = json_object_array_get_idx(muted, i);
		char *title = alert_title(alert);

		line(out, look, "%s: muted, resolved by hand %s ago: %s", ctl_text(alert, "id"),
		     words_short_ns(ctl_count(alert, "ended_age_ns")).text, title);
		free(title);
	}
}

static void print_alerts(struct buf *out, struct json_object *answer, const struct look *look)
{
	static const struct grid_column columns[] = {
		{"alert", 0}, {"id", 0},    {"tier", 0}, {"state", 0},	 {"since", 2},
		{"value", 4}, {"known", 1}, {"ack", 1},	 {"silence", 3},
	};
	size_t count;
	struct json_object *alerts = ctl_array(answer, "alerts", &count);
	struct grid grid;

	if (!count) {
		line(out, look,
		     ctl_count(answer, "rules_count")
			     ? "no alert is pending or firing"
			     : "no rules are in force, so there are no alerts");
		muted_lines(out, answer, look);
		return;
	}
	grid_init(&grid, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < count; i++)
		alert_row(&grid, json_object_array_get_idx(alerts, i));
	grid_print(out, &grid, look);
	grid_fini(&grid);
	for (size_t i = 0; i < count; i++)
		alert_notes(out, json_object_array_get_idx(alerts, i), look);
	muted_lines(out, answer, look);
}

/* --- silences --- */

static void print_silences(struct buf *out, struct json_object *answer, const struct look *look)
{
	static const struct grid_column columns[] = {
		{"silence", 0}, {"id", 0}, {"left", 0}, {"alerts", 1}, {"by", 2}, {"comment", 3},
	};
	size_t count;
	struct json_object *silences = ctl_array(answer, "silences", &count);
	struct grid grid;

	if (!count) {
		line(out, look, "there are no silences");
		return;
	}
	grid_init(&grid, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < count; i++) {
		struct json_object *silence = json_object_array_get_idx(silences, i);

		grid_cell(&grid, ctl_text(silence, "matchers"));
		cell(&grid, "%llu", (unsigned long long)ctl_count(silence, "id"));
		grid_cell(&grid, words_short_ns(ctl_count(silence, "ends_in_ns")).text);
		cell(&grid, "%llu", (unsigned long long)ctl_count(silence, "alerts_count"));
		grid_cell(&grid, user_of(ctl_count(silence, "uid")).text);
		grid_cell(&grid, ctl_text(silence, "comment"));
	}
	grid_print(out, &grid, look);
	grid_fini(&grid);
}

/* --- what was done --- */

static void print_done(struct buf *out, const char *command, struct json_object *answer,
		       const struct look *look)
{
	const char *unsaved =
		ctl_has(answer, "saved") && !ctl_flag(answer, "saved")
			? " (this tracer keeps no state: it will not survive a restart)"
			: "";

	if (!strcmp(command, "ack"))
		line(out, look, "acknowledged %s %s%s", ctl_text(answer, "id"),
		     ctl_text(answer, "alert"), unsaved);
	else if (!strcmp(command, "resolve"))
		line(out, look, "resolved %s%s%s%s", ctl_text(answer, "id"),
		     *ctl_text(answer, "alert") ? " " : "", ctl_text(answer, "alert"), unsaved);
	else if (!strcmp(command, "silence"))
		line(out, look, "silence %llu holds for %s: %s%s",
		     (unsigned long long)ctl_count(answer, "id"),
		     words_short_ns(ctl_count(answer, "ends_in_ns")).text,
		     ctl_text(answer, "matchers"), unsaved);
	else if (!strcmp(command, "unsilence"))
		line(out, look, "silence %llu is over%s",
		     (unsigned long long)ctl_count(answer, "id"), unsaved);
	else
		line(out, look, "%s",
		     *ctl_text(answer, "message") ? ctl_text(answer, "message")
						  : "the rules are loaded anew");
}

void ctl_print(struct buf *out, const char *command, struct json_object *answer,
	       const struct look *look)
{
	if (!strcmp(command, "alerts"))
		print_alerts(out, answer, look);
	else if (!strcmp(command, "silences"))
		print_silences(out, answer, look);
	else if (!strcmp(command, "status"))
		ctl_print_status(out, answer, look);
	else if (!strcmp(command, "logs"))
		ctl_print_logs(out, answer, look);
	else
		print_done(out, command, answer, look);
}

// SPDX-License-Identifier: Apache-2.0
/* In: the answer to `status`. Out: one paragraph per subject, its name in front; what is wrong
 * stands out by being there at all. */
#include "app/ctl_parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sink/grid.h"
#include "sink/words.h"

#define NAME_COLUMNS 10

static void say(struct buf *out, const struct look *look, const char *name, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
static void say(struct buf *out, const struct look *look, const char *name, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = mem_vformat(format, arguments);
	va_end(arguments);
	paint_begin(out, look, PAINT_DIM);
	text_fit(out, name, strlen(name), NAME_COLUMNS, true, look->ascii);
	paint_end(out, look, PAINT_DIM);
	text_clean(out, text, strlen(text), look->ascii);
	buf_char(out, '\n');
	free(text);
}

static struct units_text number(struct json_object *object, const char *key)
{
	return units_count(ctl_count(object, key));
}

static struct units_text size(struct json_object *object, const char *key)
{
	return units_bytes(ctl_count(object, key));
}

static void say_targets(struct buf *out, struct json_object *answer, const struct look *look)
{
	size_t count;
	struct json_object *targets = ctl_array(answer, "targets", &count);

	for (size_t i = 0; i < count; i++) {
		struct json_object *target = json_object_array_get_idx(targets, i);

		say(out, look, i ? "" : "targets", "pid %llu %s (%s), %s %s",
		    (unsigned long long)ctl_count(target, "pid"), ctl_text(target, "service"),
		    ctl_text(target, "exe"), ctl_flag(target, "gone") ? "gone; began" : "for",
		    words_short_ns(ctl_count(target, "age_ns")).text);
	}
	if (!count)
		say(out, look, "targets", "none yet");
}

/* Members that are not 0, as "name count, name count". */
static void say_counts(struct buf *out, const struct look *look, const char *name,
		       struct json_object *counts)
{
	struct buf text = {0};

	buf_text(&text, "");
	if (counts) {
		json_object_object_foreach(counts, key, value)
		{
			(void)value;
			if (ctl_count(counts, key))
				buf_format(&text, "%s%s %s", text.length ? ", " : "", key,
					   number(counts, key).text);
		}
	}
	say(out, look, name, "%s", text.length ? text.bytes : "nothing");
	buf_fini(&text);
}

static void say_records(struct buf *out, struct json_object *answer, const struct look *look)
{
	struct json_object *records = ctl_object(answer, "records");
	uint64_t incomplete = ctl_count(records, "incomplete_traces_count");

	say(out, look, "records", "%s, %s a second", number(records, "count").text,
	    ctl_has(records, "per_second") ? units_ratio(ctl_number(records, "per_second")).text
					   : "-");
	say(out, look, "traces", "%s closed, %s open%s%s", number(records, "traces_count").text,
	    number(records, "open_traces_count").text, incomplete ? ", incomplete " : "",
	    incomplete ? units_count(incomplete).text : "");
	say_counts(out, look, "lost", ctl_object(answer, "lost"));
	say_counts(out, look, "let go", ctl_object(answer, "let_go"));
}

static void say_rules(struct buf *out, struct json_object *answer, const struct look *look)
{
	struct json_object *rules = ctl_object(answer, "rules");
	size_t count;
	struct json_object *troubled = ctl_array(rules, "troubled", &count);

	if (!ctl_count(rules, "count")) {
		say(out, look, "rules", "none in force");
		return;
	}
	say(out, look, "rules", "%s, groups %s: %s ok, %s unknown, %s failed, %s not evaluated yet",
	    number(rules, "count").text, number(rules, "groups_count").text,
	    number(rules, "ok").text, number(rules, "unknown").text, number(rules, "failed").text,
	    number(rules, "never").text);
	for (size_t i = 0; i < count; i++) {
		struct json_object *rule = json_object_array_get_idx(troubled, i);

		say(out, look, "", "%s of %s: %s: %s", ctl_text(rule, "rule"),
		    ctl_text(rule, "group"), ctl_text(rule, "health"), ctl_text(rule, "reason"));
	}
}

static void say_alerts(struct buf *out, struct json_object *answer, const struct look *look)
{
	struct json_object *alerts = ctl_object(answer, "alerts");

	say(out, look, "alerts",
	    "%s firing (%s emergency, %s critical, %s warning, %s other), %s pending",
	    number(alerts, "firing").text, number(alerts, "emergency").text,
	    number(alerts, "critical").text, number(alerts, "warning").text,
	    number(alerts, "none").text, number(alerts, "pending").text);
	say(out, look, "", "%s unknown, %s acknowledged, %s silenced by %s silences, %s inhibited",
	    number(alerts, "unknown").text, number(alerts, "acknowledged").text,
	    number(alerts, "silenced").text, number(answer, "silences_count").text,
	    number(alerts, "inhibited").text);
}

static void say_receivers(struct buf *out, struct json_object *answer, const struct look *look)
{
	static const char *const keys[] = {"queued", "sent", "failed", "dropped"};
	size_t count;
	struct json_object *receivers = ctl_array(answer, "receivers", &count);

	for (size_t i = 0; i < count; i++) {
		struct json_object *receiver = json_object_array_get_idx(receivers, i);
		const char *error = ctl_text(receiver, "error");
		struct buf text = {0};

		buf_format(&text, "%s (%s):", ctl_text(receiver, "receiver"),
			   ctl_text(receiver, "kind"));
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			buf_format(&text, "%s %s %s", k ? "," : "", number(receiver, keys[k]).text,
				   keys[k]);
		say(out, look, i ? "" : "receivers", "%s%s%s", text.bytes, *error ? "; " : "",
		    error);
		buf_fini(&text);
	}
	if (!count)
		say(out, look, "receivers", "none");
}

static void say_memory(struct buf *out, struct json_object *answer, const struct look *look)
{
	struct json_object *store = ctl_object(answer, "store"),
			   *held = ctl_object(answer, "held_traces"),
			   *logs = ctl_object(answer, "held_logs");
	struct json_object *state = ctl_object(answer, "state"), *self = ctl_object(answer, "self");
	const char *error = ctl_text(state, "error");

	say(out, look, "store", "%s series, %s samples, %s", number(store, "series_count").text,
	    number(store, "samples_count").text, size(store, "bytes").text);
	say(out, look, "held", "%s traces, %s; %s log records, %s", number(held, "count").text,
	    size(held, "bytes").text, number(logs, "count").text, size(logs, "bytes").text);
	if (ctl_flag(state, "kept"))
		say(out, look, "state", "%s: %s, written %s times%s%s", ctl_text(state, "path"),
		    size(state, "bytes").text, number(state, "writes_count").text,
		    *error ? "; not written since: " : "", error);
	else
		say(out, look, "state", "not kept");
	say(out, look, "ourselves", "CPU %.1f %%, memory %s", 100 * ctl_number(self, "cpu_ratio"),
	    size(self, "resident_bytes").text);
}

void ctl_print_status(struct buf *out, struct json_object *answer, const struct look *look)
{
	say(out, look, "tracer", "ttsobs-bpf %s, pid %llu, for %s", ctl_text(answer, "version"),
	    (unsigned long long)ctl_count(answer, "pid"),
	    words_short_ns(ctl_count(answer, "age_ns")).text);
	say_targets(out, answer, look);
	say_records(out, answer, look);
	say_rules(out, answer, look);
	say_alerts(out, answer, look);
	say_receivers(out, answer, look);
	say_memory(out, answer, look);
}

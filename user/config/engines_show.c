// SPDX-License-Identifier: Apache-2.0
/*
 * In: engines as they were understood. Out: text for people. The rule that surprises:
 * descriptions, patterns and paths are foreign.
 */
#include <string.h>

#include "base/text.h"
#include "config/engines.h"
#include "config/engines_schema.h"

static void add_foreign(struct buf *out, const char *text)
{
	text_clean(out, text, strlen(text), false);
}

static void add_row(struct buf *out, const char *what)
{
	buf_format(out, "    %-11s ", what);
}

static void show_source(struct buf *out, const struct engine_arg *arg)
{
	if (arg->from == ARG_FROM_RETURN)
		buf_text(out, "the return value");
	else
		buf_format(out, "argument %u", arg->index);
	for (unsigned i = 0; i < arg->derefs; i++)
		buf_format(out, " -> [%d]", arg->offset[i]);
}

static void show_args(struct buf *out, const struct engine_probe *probe)
{
	for (unsigned i = 0; i < probe->args_count; i++) {
		const struct engine_arg *arg = &probe->args[i];

		add_row(out, i ? "" : "reads");
		buf_format(out, "%s = ", arg->name);
		show_source(out, arg);
		buf_format(out, ", %s", engine_type_words[arg->type]);
		if (arg->unit != UNIT_NONE)
			buf_format(out, " in %s", engine_unit_words[arg->unit]);
		buf_format(out, ", at %s", engine_read_words[arg->at_leave]);
		if (arg->type == ARG_TEXT)
			buf_text(out, " (length and hash only)");
		buf_char(out, '\n');
	}
}

static void show_codes(struct buf *out, enum arg_type type, const int64_t *codes, unsigned count,
		       const char *meaning)
{
	for (unsigned i = 0; i < count; i++) {
		buf_text(out, i ? ", " : " ");
		if (codes[i] >= 0 && codes[i] < 4096)
			buf_format(out, "%lld", (long long)codes[i]);
		else if (codes[i] < 0 && type != ARG_U64 && type != ARG_POINTER)
			buf_format(out, "%lld", (long long)codes[i]);
		else
			buf_format(out, "0x%llx", (unsigned long long)codes[i]);
	}
	if (count)
		buf_format(out, " %s;", meaning);
}

static void show_returns(struct buf *out, const struct engine_probe *probe)
{
	const char *other = engine_other_words[probe->other_cancelled];

	add_row(out, "returns");
	if (!probe->returns_known) {
		buf_text(out, "every return is a success\n");
		return;
	}
	buf_format(out, "%s:", engine_type_words[probe->return_type]);
	if (probe->nonnull_ok) {
		buf_format(out, " nonnull ok; 0 %s\n", other);
		return;
	}
	show_codes(out, probe->return_type, probe->ok, probe->ok_count, "ok");
	show_codes(out, probe->return_type, probe->cancelled, probe->cancelled_count, "cancelled");
	buf_format(out, " else %s\n", other);
}

static void show_link(struct buf *out, const struct engine_probe *probe)
{
	if (probe->link == LINK_NONE)
		return;
	add_row(out, "hand-over");
	if (probe->link == LINK_KEY)
		buf_format(out, "by an equal %s", probe->args[probe->link_arg].name);
	else
		buf_text(out, "first in, first out");
	if (probe->fingerprint)
		buf_format(out, ", confirmed by the %s", probe->args[probe->text_arg].name);
	buf_char(out, '\n');
}

static void show_site(struct buf *out, const struct engine_probe *probe)
{
	if (probe->callback_setter) {
		add_row(out, "callback");
		buf_format(out, "calls through what %s stores its argument %u in\n",
			   probe->callback_setter, probe->callback_arg);
		return;
	}
	add_row(out, "symbol");
	for (unsigned i = 0; i < ENGINE_MAX_SYMBOLS && probe->symbols[i]; i++)
		buf_format(out, "%s%s", i ? ", else " : "", probe->symbols[i]);
	buf_char(out, '\n');
}

static void show_probe(struct buf *out, const struct engine_probe *probe)
{
	buf_format(out, "\n  %s: %s%s", probe->name, engine_role_words[probe->role],
		   probe->required ? ", required" : "");
	buf_format(out, " (line %u)\n", probe->line);
	show_site(out, probe);
	add_row(out, "stage");
	if (probe->stage_from_name)
		buf_format(out, "the text of %s, else %s\n", probe->args[probe->name_arg].name,
			   probe->stage);
	else
		buf_format(out, "%s\n", probe->stage);
	show_args(out, probe);
	show_link(out, probe);
	if (probe->leave == LEAVE_NONE) {
		add_row(out, "leave");
		buf_text(out, "none: the end is not observed\n");
	} else {
		show_returns(out, probe);
		add_row(out, "leave");
		buf_format(out, "%s\n", engine_leave_words[probe->leave]);
	}
	if (probe->ends_work) {
		add_row(out, "ends");
		buf_text(out, "the thread's piece of work");
		if (probe->ends_arg >= 0)
			buf_format(out, ", when %s is %lld", probe->args[probe->ends_arg].name,
				   (long long)probe->ends_value);
		buf_char(out, '\n');
	}
}

static void show_head(struct buf *out, const struct engine *engine)
{
	buf_format(out, "%s\n", engine->name);
	if (*engine->description) {
		buf_text(out, "    ");
		add_foreign(out, engine->description);
		buf_char(out, '\n');
	}
	add_row(out, "file");
	add_foreign(out, engine->file);
	buf_char(out, '\n');
	for (unsigned i = 0; i < engine->objects_count; i++) {
		add_row(out, i ? "" : "objects");
		add_foreign(out, engine->objects[i]);
		buf_char(out, '\n');
	}
	add_row(out, "label");
	buf_format(out, "%s\n", engine->label);
	for (unsigned i = 0; i < engine->labels_count; i++) {
		const struct engine_label *label = &engine->labels[i];

		add_row(out, "");
		buf_format(out, "%s, when mapped:", label->label);
		for (unsigned j = 0; j < label->maps_count; j++) {
			buf_text(out, j ? " and " : " ");
			add_foreign(out, label->maps[j]);
		}
		buf_char(out, '\n');
	}
}

void engines_show(struct buf *out, const struct engine *engine)
{
	show_head(out, engine);
	add_row(out, "audio");
	if (engine->audio_rate_hz)
		buf_format(out, "%u Hz", engine->audio_rate_hz);
	else
		buf_text(out, "rate unknown until read");
	buf_format(out, ", %u channel%s, %u byte%s per sample\n", engine->audio_channels,
		   engine->audio_channels == 1 ? "" : "s", engine->audio_sample_bytes,
		   engine->audio_sample_bytes == 1 ? "" : "s");
	add_row(out, "nothrow");
	buf_text(out, engine->nothrow ? "true\n" : "false\n");
	add_row(out, "priority");
	buf_format(out, "%u\n", engine->priority);
	for (unsigned i = 0; i < engine->probes_count; i++)
		show_probe(out, &engine->probes[i]);
}

void engines_list(struct buf *out, const struct engine_set *set)
{
	size_t width = strlen("ENGINE");

	for (size_t i = 0; i < set->engines_count; i++)
		if (strlen(set->engines[i].name) > width)
			width = strlen(set->engines[i].name);
	buf_format(out, "%-*s  PROBES  DESCRIPTION\n", (int)width, "ENGINE");
	for (size_t i = 0; i < set->engines_count; i++) {
		const struct engine *engine = &set->engines[i];

		buf_format(out, "%-*s  %6u  ", (int)width, engine->name, engine->probes_count);
		add_foreign(out, *engine->description ? engine->description : "-");
		buf_text(out, " (");
		add_foreign(out, engine->file);
		buf_text(out, ")\n");
	}
}

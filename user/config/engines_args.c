// SPDX-License-Identifier: Apache-2.0
/*
 * In: the list `args` of a probe. Out: struct engine_arg with slots, and arguments found by name.
 * The rule that surprises: slots count enters and leaves apart, in the order of the file; strings
 * have none, because an ENTER record carries them in fields of their own.
 */
#include "config/engines_reader.h"

#include <string.h>

#include "bpf/ttsobs_event.h"

bool reader_is_number(enum arg_type type)
{
	return type != ARG_TEXT && type != ARG_NAME;
}

static int find_arg(const struct engine_probe *probe, const char *name)
{
	for (unsigned i = 0; i < probe->args_count; i++)
		if (probe->args[i].name && !strcmp(probe->args[i].name, name))
			return (int)i;
	return -1;
}

int reader_named_arg(struct reader *r, struct fy_node *node, const char *key)
{
	const char *name = schema_text(r->arena, node, NULL);
	int index;

	if (!name)
		return -1;
	index = find_arg(r->probe, name);
	if (index < 0 && r->args_good)
		MISTAKE(r, node, "'%s' names the argument '%s', which this probe does not have",
			key, name);
	return index;
}

int reader_named_number(struct reader *r, struct fy_node *node, const char *key)
{
	int index = reader_named_arg(r, node, key);
	const struct engine_arg *arg;

	if (index < 0)
		return -1;
	arg = &r->probe->args[index];
	if (!reader_is_number(arg->type))
		MISTAKE(r, node, "'%s' names '%s', which is a %s and no number", key, arg->name,
			engine_type_words[arg->type]);
	else if (arg->at_leave)
		MISTAKE(r, node, "'%s' names '%s', which is read at leave: too late", key,
			arg->name);
	else
		return index;
	return -1;
}

static void read_source(struct reader *r, struct fy_node *node, struct fy_node **at,
			struct engine_arg *arg)
{
	bool is_return = schema_bool(at[ARG_RETURN], false);
	struct fy_node *item;
	void *iterator = NULL;

	arg->from = is_return ? ARG_FROM_RETURN : ARG_FROM_ARG;
	arg->index = (unsigned)schema_whole(at[ARG_ARG], 0);
	arg->at_leave = is_return || schema_word(at[ARG_READ], engine_read_words, 0) == 1;
	while (arg->derefs < 3 && (item = schema_item(at[ARG_DEREF], &iterator)))
		arg->offset[arg->derefs++] = (int32_t)schema_whole(item, 0);
	if (is_return && at[ARG_ARG])
		MISTAKE(r, at[ARG_ARG], "'arg' and 'return' exclude each other");
	if (is_return && at[ARG_READ] && schema_word(at[ARG_READ], engine_read_words, 0) == 0)
		MISTAKE(r, at[ARG_READ], "a return value cannot be read at enter");
	if (!is_return && !schema_has(node, "arg"))
		MISTAKE(r, node,
			"an argument needs the key 'arg' (its position) or 'return: true'");
}

/* Strings are on the wire of an ENTER only. */
static void check_string(struct reader *r, struct fy_node **at, const struct engine_arg *arg)
{
	const char *type = engine_type_words[arg->type];

	if (arg->from == ARG_FROM_RETURN)
		MISTAKE(r, at[ARG_RETURN], "a %s cannot come from the return value", type);
	else if (arg->at_leave)
		MISTAKE(r, at[ARG_READ], "a %s is read at enter", type);
	if (arg->unit != UNIT_NONE)
		MISTAKE(r, at[ARG_UNIT], "a %s has no unit", type);
}

/* At most one of its kind in a probe. */
static void take_only(struct reader *r, int *only, unsigned index, struct fy_node *node,
		      const char *what)
{
	if (*only >= 0)
		MISTAKE(r, node, "a second %s: '%s' is one already", what,
			r->probe->args[*only].name);
	else
		*only = (int)index;
}

static void take_meaning(struct reader *r, unsigned index, struct fy_node **at)
{
	struct engine_probe *probe = r->probe;
	const struct engine_arg *arg = &probe->args[index];
	bool is_length = arg->unit == UNIT_SAMPLES || arg->unit == UNIT_BYTES;
	int channels = -1;

	for (unsigned i = 0; i < index; i++)
		if (probe->args[i].unit == UNIT_CHANNELS)
			channels = (int)i;
	if (arg->type == ARG_TEXT)
		take_only(r, &probe->text_arg, index, at[ARG_TYPE], "text");
	if (arg->type == ARG_NAME)
		take_only(r, &probe->name_arg, index, at[ARG_TYPE], "name");
	if (!reader_is_number(arg->type)) {
		check_string(r, at, arg);
		return;
	}
	if (probe->role == ROLE_AUDIO && is_length)
		take_only(r, &probe->samples_arg, index, at[ARG_UNIT], "length of the audio");
	if (arg->unit == UNIT_HZ)
		take_only(r, &probe->rate_arg, index, at[ARG_UNIT], "sample rate");
	if (arg->unit == UNIT_CHANNELS)
		take_only(r, &channels, index, at[ARG_UNIT], "number of channels");
}

static void take_slot(struct reader *r, struct engine_arg *arg, struct fy_node *node, int *at_enter,
		      int *at_leave)
{
	int *next = arg->at_leave ? at_leave : at_enter;

	arg->slot = -1;
	if (!reader_is_number(arg->type))
		return;
	if (*next == TT_VALUES)
		MISTAKE(r, node, "more than %u numbers are read at %s", TT_VALUES,
			arg->at_leave ? "leave" : "enter");
	if (*next < TT_VALUES)
		arg->slot = *next;
	++*next;
}

static void read_arg(struct reader *r, struct fy_node *node, int *at_enter, int *at_leave)
{
	unsigned index = r->probe->args_count;
	struct engine_arg *arg = &r->probe->args[index];
	struct fy_node **at = r->arg_at[index];
	int same;

	schema_open(r->yaml, &schema_arg, node, at);
	arg->name = schema_text(r->arena, at[ARG_NAMED], NULL);
	arg->type = schema_word(at[ARG_TYPE], engine_type_words, ARG_U64);
	arg->unit = schema_word(at[ARG_UNIT], engine_unit_words, UNIT_NONE);
	if (!arg->name || !at[ARG_TYPE])
		r->args_good = false;
	same = arg->name ? find_arg(r->probe, arg->name) : -1;
	if (same >= 0)
		MISTAKE(r, at[ARG_NAMED], "the argument '%s' is here twice", arg->name);
	read_source(r, node, at, arg);
	take_meaning(r, index, at);
	if (at[ARG_TYPE])
		take_slot(r, arg, node, at_enter, at_leave);
	r->probe->args_count++;
}

void reader_args(struct reader *r)
{
	struct fy_node *item;
	void *iterator = NULL;
	int at_enter = 0, at_leave = 0;

	r->args_good = true;
	while (r->probe->args_count < ENGINE_MAX_ARGS &&
	       (item = schema_item(r->at[PROBE_ARGS], &iterator))) {
		if (fy_node_is_mapping(item))
			read_arg(r, item, &at_enter, &at_leave);
		else
			r->args_good = false;
	}
}

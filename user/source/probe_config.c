/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an engine file's probe to the kernel half's capture table.
 *
 * In:  struct engine_probe.  Out: struct tt_probe_config, and the PROBE record that names it all.
 * The rule that surprises: text and name captures end in a pointer, whatever type the engine file gives them.
 */
#include "source/probe_config.h"

#include <stdio.h>
#include <string.h>

static void capture_type(struct tt_capture *capture, enum arg_type type)
{
	static const struct {
		uint8_t bytes;
		bool is_signed;
	} types[] = {
		[ARG_U8] = {1, false},	 [ARG_S8] = {1, true},	  [ARG_U16] = {2, false},
		[ARG_S16] = {2, true},	 [ARG_U32] = {4, false},  [ARG_S32] = {4, true},
		[ARG_U64] = {8, false},	 [ARG_S64] = {8, true},	  [ARG_POINTER] = {8, false},
		[ARG_TEXT] = {8, false}, [ARG_NAME] = {8, false},
	};

	capture->bytes = types[type].bytes;
	capture->is_signed = types[type].is_signed;
}

static struct tt_capture capture_of(const struct engine_arg *arg)
{
	struct tt_capture capture = {
		.from = arg->from == ARG_FROM_RETURN ? TT_FROM_RETURN : TT_FROM_ARG,
		.index = (uint8_t)arg->index,
		.derefs = (uint8_t)arg->derefs,
	};

	for (unsigned i = 0; i < arg->derefs && i < 3; i++)
		capture.offset[i] = arg->offset[i];
	capture_type(&capture, arg->type);
	return capture;
}

void probe_config_fill(struct tt_probe_config *config, const struct engine_probe *spec)
{
	memset(config, 0, sizeof(*config));
	for (unsigned i = 0; i < spec->args_count; i++) {
		const struct engine_arg *arg = &spec->args[i];

		if ((int)i == spec->text_arg && !arg->at_leave && arg->from == ARG_FROM_ARG)
			config->text = capture_of(arg);
		else if ((int)i == spec->name_arg && !arg->at_leave && arg->from == ARG_FROM_ARG)
			config->name = capture_of(arg);
		else if (arg->slot < 0 || arg->slot >= TT_VALUES)
			continue;
		else if (arg->at_leave || arg->from == ARG_FROM_RETURN)
			config->leave[arg->slot] = capture_of(arg);
		else
			config->enter[arg->slot] = capture_of(arg);
	}
	for (int i = 0; i < TT_VALUES; i++)
		config->leave_needs_arguments |= config->leave[i].from == TT_FROM_ARG;
}

static void text_fill(char *to, size_t size_bytes, const char *text)
{
	snprintf(to, size_bytes, "%s", text ? text : "");
}

void probe_record_fill(struct tt_probe *record, const struct object_plan *object,
		       const struct probe_plan *probe)
{
	const char *path = object->path ? object->path : "";
	size_t length = strlen(path);

	record->leave_mode = probe->leave_mode;
	record->traits = probe->traits;
	record->cost_ns = probe->cost_ns;
	for (size_t i = 0; i < probe->sites_count; i++)
		if (probe->sites[i].kind == SITE_ENTER) {
			record->enter_offset = probe->sites[i].offset;
			break;
		}
	text_fill(record->engine, sizeof(record->engine), probe->engine->name);
	text_fill(record->label, sizeof(record->label), probe->label);
	text_fill(record->probe_name, sizeof(record->probe_name), probe->spec->name);
	text_fill(record->symbol, sizeof(record->symbol), probe->symbol);
	if (length >= sizeof(record->object)) /* the end says more than the beginning */
		path += length - sizeof(record->object) + 1;
	text_fill(record->object, sizeof(record->object), path);
}

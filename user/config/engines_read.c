// SPDX-License-Identifier: Apache-2.0
/*
 * In: a checked or unchecked YAML document. Out: struct engine, and the mistakes that no table can
 * know: two keys that exclude each other, names of arguments that are not there, codes too wide for
 * their type, slots that run out.
 * The rule that surprises: it never stops at a mistake. A wrong value reads as an absent one, so
 * every check asks first whether the value is there; one mistake must not be said twice.
 */
#include "config/engines_read.h"

#include <string.h>

#include "config/engines_reader.h"

/* ---- parts of a probe ---- */

static void read_site(struct reader *r, struct fy_node *node, bool symbol_said, bool callback_said)
{
	struct fy_node *at[CALLBACK_KEYS], *item;
	void *iterator = NULL;
	unsigned count = 0;

	while (count < ENGINE_MAX_SYMBOLS && (item = schema_item(r->at[PROBE_SYMBOL], &iterator)))
		r->probe->symbols[count++] = schema_text(r->arena, item, NULL);
	schema_open(r->yaml, &schema_callback, r->at[PROBE_CALLBACK], at);
	r->probe->callback_setter = schema_text(r->arena, at[CALLBACK_SETTER], NULL);
	r->probe->callback_arg = (unsigned)schema_whole(at[CALLBACK_ARG], 0);
	if (!symbol_said && !callback_said)
		MISTAKE(r, node, "a probe needs the key 'symbol' or 'callback'");
	if (r->at[PROBE_SYMBOL] && r->at[PROBE_CALLBACK])
		MISTAKE(r, r->at[PROBE_CALLBACK], "'symbol' and 'callback' exclude each other");
}

static void read_stage(struct reader *r)
{
	struct fy_node *stage = r->at[PROBE_STAGE], *at[STAGE_KEYS];
	struct engine_probe *probe = r->probe;
	int index;

	probe->stage = probe->name;
	if (!stage)
		return;
	if (fy_node_is_scalar(stage)) {
		probe->stage = schema_text(r->arena, stage, NULL);
		return;
	}
	schema_open(r->yaml, &schema_stage, stage, at);
	index = reader_named_arg(r, at[STAGE_FROM], "from");
	probe->stage_from_name = true;
	if (index >= 0 && probe->args[index].type != ARG_NAME)
		MISTAKE(r, at[STAGE_FROM], "'from' names '%s', which is not of type name",
			probe->args[index].name);
}

static bool role_links(enum role role)
{
	return role == ROLE_REQUEST || role == ROLE_ENQUEUE || role == ROLE_DEQUEUE ||
	       role == ROLE_CANCEL;
}

static void read_link(struct reader *r)
{
	struct fy_node *link = r->at[PROBE_LINK], *fingerprint = r->at[PROBE_FINGERPRINT],
		       *at[KEY_KEYS];
	struct engine_probe *probe = r->probe;
	int index;

	probe->link_arg = -1;
	if (link && fy_node_is_scalar(link)) {
		probe->link = schema_word(link, engine_link_words, LINK_NONE);
	} else if (link) {
		schema_open(r->yaml, &schema_link, link, at);
		probe->link = LINK_KEY;
		probe->link_arg = reader_named_number(r, at[KEY_KEY], "key");
	}
	if (probe->link != LINK_NONE && r->at[PROBE_ROLE] && !role_links(probe->role))
		MISTAKE(r, link, "a probe of role %s has no link", engine_role_words[probe->role]);
	if (!fingerprint)
		return;
	index = reader_named_arg(r, fingerprint, "fingerprint");
	probe->fingerprint = index >= 0;
	if (index >= 0 && probe->args[index].type != ARG_TEXT)
		MISTAKE(r, fingerprint, "'fingerprint' names '%s', which is not of type text",
			probe->args[index].name);
	if (probe->link != LINK_FIFO)
		MISTAKE(r, fingerprint, "a fingerprint needs 'link: fifo'");
}

static bool code_fits(struct reader *r, struct fy_node *item, const char *what, enum arg_type type)
{
	struct schema_range range = engines_type_range(type);
	__int128 code = schema_whole(item, 0);
	struct buf said = {0};

	if (code >= range.min && code <= range.max)
		return true;
	schema_add_whole(&said, code);
	buf_format(&said, " does not fit into %s (", engine_type_words[type]);
	schema_add_whole(&said, range.min);
	buf_text(&said, " to ");
	schema_add_whole(&said, range.max);
	MISTAKE(r, item, "'%s': %s)", what, said.bytes);
	buf_fini(&said);
	return false;
}

static unsigned read_codes(struct reader *r, struct fy_node *list, const char *what, int64_t *codes)
{
	unsigned count = 0;
	struct fy_node *item;
	void *iterator = NULL;

	while (count < ENGINE_MAX_CODES && (item = schema_item(list, &iterator)))
		if (code_fits(r, item, what, r->probe->return_type))
			codes[count++] = (int64_t)schema_whole(item, 0);
	return count;
}

static void read_returns(struct reader *r)
{
	struct engine_probe *probe = r->probe;
	struct fy_node *at[RETURNS_KEYS];

	if (!r->at[PROBE_RETURNS])
		return;
	schema_open(r->yaml, &schema_returns, r->at[PROBE_RETURNS], at);
	probe->returns_known = true;
	probe->return_type = schema_word(at[RETURNS_TYPE], engine_type_words, ARG_U64);
	probe->other_cancelled = schema_word(at[RETURNS_OTHER], engine_other_words, 0) == 1;
	if (!at[RETURNS_TYPE] || !at[RETURNS_OK])
		return; /* codes cannot be judged */
	if (schema_is(at[RETURNS_OK], "nonnull")) {
		probe->nonnull_ok = true;
		if (at[RETURNS_CANCELLED])
			MISTAKE(r, at[RETURNS_CANCELLED],
				"'cancelled' and 'ok: nonnull' exclude each other");
		return;
	}
	probe->ok_count = read_codes(r, at[RETURNS_OK], "ok", probe->ok);
	probe->cancelled_count =
		read_codes(r, at[RETURNS_CANCELLED], "cancelled", probe->cancelled);
	for (unsigned i = 0; i < probe->ok_count; i++)
		for (unsigned j = 0; j < probe->cancelled_count; j++)
			if (probe->ok[i] == probe->cancelled[j])
				MISTAKE(r, at[RETURNS_CANCELLED],
					"a code is both in 'ok' and in 'cancelled'");
}

static void read_ends(struct reader *r)
{
	struct engine_probe *probe = r->probe;
	struct fy_node *at[ENDS_KEYS], *when[WHEN_KEYS];

	probe->ends_arg = -1;
	if (!r->at[PROBE_ENDS])
		return;
	schema_open(r->yaml, &schema_ends, r->at[PROBE_ENDS], at);
	probe->ends_work = schema_bool(at[ENDS_WORK], false);
	if (!at[ENDS_WHEN])
		return;
	schema_open(r->yaml, &schema_when, at[ENDS_WHEN], when);
	probe->ends_arg = reader_named_number(r, when[WHEN_ARG], "arg");
	if (probe->ends_arg >= 0 && when[WHEN_EQUALS] &&
	    code_fits(r, when[WHEN_EQUALS], "equals", probe->args[probe->ends_arg].type))
		probe->ends_value = (int64_t)schema_whole(when[WHEN_EQUALS], 0);
}

static void check_leave(struct reader *r)
{
	struct engine_probe *probe = r->probe;
	struct fy_node *said = r->at[PROBE_LEAVE];

	if (probe->callback_setter && probe->leave != LEAVE_NONE) {
		if (said && probe->leave != LEAVE_AUTO)
			MISTAKE(r, said,
				"a callback is left after its call: 'leave' can be auto or none");
		probe->leave = LEAVE_AUTO; /* whatever the file says for its functions */
	}
	if (probe->leave == LEAVE_URET && said && !r->engine->nothrow)
		MISTAKE(r, said,
			"'leave: uret' needs 'nothrow: true': an exception through it ends the "
			"process");
	if (probe->leave != LEAVE_NONE)
		return;
	if (r->at[PROBE_RETURNS])
		MISTAKE(r, r->at[PROBE_RETURNS], "'leave: none' observes no return value");
	for (unsigned i = 0; i < probe->args_count; i++)
		if (probe->args[i].at_leave && reader_is_number(probe->args[i].type))
			MISTAKE(r,
				r->arg_at[i][probe->args[i].from == ARG_FROM_RETURN ? ARG_RETURN
										    : ARG_READ],
				"with 'leave: none' nothing is read at leave");
}

/* ---- probes ---- */

static void check_name(struct reader *r)
{
	const struct engine *engine = r->engine;

	for (unsigned i = 0; r->probe->name && i < engine->probes_count; i++)
		if (engine->probes[i].name && !strcmp(engine->probes[i].name, r->probe->name)) {
			MISTAKE(r, r->at[PROBE_NAME],
				"the probe '%s' is here twice (first at line %u)", r->probe->name,
				engine->probes[i].line);
			return;
		}
}

static void read_probe(struct reader *r, struct fy_node *node)
{
	struct engine_probe *probe = &r->engine->probes[r->engine->probes_count];

	r->probe = probe;
	probe->text_arg = probe->name_arg = probe->samples_arg = probe->rate_arg = -1;
	schema_open(r->yaml, &schema_probe, node, r->at);
	probe->name = schema_text(r->arena, r->at[PROBE_NAME], NULL);
	probe->line = yaml_line(r->yaml,
				yaml_place(r->yaml, r->at[PROBE_NAME] ? r->at[PROBE_NAME] : node));
	probe->required = schema_bool(r->at[PROBE_REQUIRED], false);
	probe->role = schema_word(r->at[PROBE_ROLE], engine_role_words, ROLE_STAGE);
	probe->leave = schema_word(r->at[PROBE_LEAVE], engine_leave_words, r->engine->leave);
	check_name(r);
	read_site(r, node, schema_has(node, "symbol"), schema_has(node, "callback"));
	reader_args(r);
	read_stage(r);
	read_link(r);
	read_returns(r);
	read_ends(r);
	check_leave(r);
	r->engine->probes_count++;
}

/* What is handed over and never taken would keep its trace open until it counts as abandoned. */
static void check_takers(struct reader *r, struct fy_node *const *links)
{
	const struct engine *engine = r->engine;
	bool taken[LINK_KEY + 1] = {false};

	for (unsigned i = 0; i < engine->probes_count; i++)
		if (engine->probes[i].role == ROLE_DEQUEUE)
			taken[engine->probes[i].link] = true;
	for (unsigned i = 0; i < engine->probes_count; i++) {
		const struct engine_probe *probe = &engine->probes[i];

		if ((probe->role == ROLE_REQUEST || probe->role == ROLE_ENQUEUE) && links[i] &&
		    probe->link != LINK_NONE && !taken[probe->link])
			MISTAKE(r, links[i],
				"nothing takes what is handed over: no probe of role dequeue has "
				"such a link");
	}
}

static void read_probes(struct reader *r, struct fy_node *list)
{
	struct fy_node *item, *links[ENGINE_MAX_PROBES];
	struct engine *engine = r->engine;
	void *iterator = NULL;
	bool shows = false, unread = false;

	if (!list)
		return;
	engine->probes = arena_new(r->arena, ENGINE_MAX_PROBES * sizeof(*engine->probes));
	while (engine->probes_count < ENGINE_MAX_PROBES && (item = schema_item(list, &iterator))) {
		if (!fy_node_is_mapping(item))
			continue;
		read_probe(r, item);
		links[engine->probes_count - 1] = r->at[PROBE_LINK];
		unread |= !r->at[PROBE_ROLE];
		shows |= r->probe->role == ROLE_REQUEST || r->probe->role == ROLE_ENQUEUE ||
			 r->probe->role == ROLE_STAGE;
	}
	if (!shows && !unread)
		MISTAKE(r, list,
			"no probe has the role request, enqueue or stage: nothing would be shown");
	if (!unread)
		check_takers(r, links);
}

/* ---- the file ---- */

static void read_labels(struct reader *r, struct fy_node *list)
{
	struct engine *engine = r->engine;
	struct fy_node *at[LABEL_KEYS], *item, *map;
	void *iterator = NULL;

	while (engine->labels_count < ENGINE_MAX_LABELS && (item = schema_item(list, &iterator))) {
		struct engine_label *label = &engine->labels[engine->labels_count];
		void *maps = NULL;

		schema_open(r->yaml, &schema_label, item, at);
		label->label = schema_text(r->arena, at[LABEL_LABEL], NULL);
		while (label->maps_count < ENGINE_MAX_LABEL_MAPS &&
		       (map = schema_item(at[LABEL_MAPS], &maps)))
			label->maps[label->maps_count++] = schema_text(r->arena, map, NULL);
		engine->labels_count++;
	}
}

static void read_audio(struct reader *r, struct fy_node *node)
{
	struct fy_node *at[AUDIO_KEYS];

	schema_open(r->yaml, &schema_audio, node, at);
	r->engine->audio_rate_hz = (uint32_t)schema_whole(at[AUDIO_RATE_HZ], 0);
	r->engine->audio_channels = (uint32_t)schema_whole(at[AUDIO_CHANNELS], 1);
	r->engine->audio_sample_bytes = (uint32_t)schema_whole(at[AUDIO_SAMPLE_BYTES], 2);
}

void engines_read(struct yaml *yaml, struct fy_node *root, struct arena *arena,
		  struct engine *engine)
{
	struct reader r = {.yaml = yaml, .arena = arena, .engine = engine};
	struct fy_node *at[FILE_KEYS], *item;
	void *iterator = NULL;

	if (!fy_node_is_mapping(root)) {
		yaml_mistake(yaml, yaml_place(yaml, root),
			     "an engine file is a mapping that begins with 'engine: NAME'");
		return;
	}
	schema_open(yaml, &schema_file, root, at);
	engine->name = schema_text(arena, at[FILE_ENGINE], NULL);
	engine->label = schema_text(arena, at[FILE_LABEL], engine->name);
	engine->description = schema_text(arena, at[FILE_DESCRIPTION], "");
	while (engine->objects_count < ENGINE_MAX_OBJECTS &&
	       (item = schema_item(at[FILE_OBJECTS], &iterator)))
		engine->objects[engine->objects_count++] = schema_text(arena, item, NULL);
	engine->nothrow = schema_bool(at[FILE_NOTHROW], false);
	engine->leave = schema_word(at[FILE_LEAVE], engine_leave_words, LEAVE_AUTO);
	engine->priority = (unsigned)schema_whole(at[FILE_PRIORITY], 50);
	if (engine->leave == LEAVE_URET && !engine->nothrow)
		MISTAKE(&r, at[FILE_LEAVE],
			"'leave: uret' needs 'nothrow: true': an exception through it ends the "
			"process");
	read_labels(&r, at[FILE_LABELS]);
	read_audio(&r, at[FILE_AUDIO]);
	read_probes(&r, at[FILE_PROBES]);
}

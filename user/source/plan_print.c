// SPDX-License-Identifier: Apache-2.0
/*
 * In: a plan. Out: what `probes -p PID` shows, for people or as one JSON object.
 * The rule that surprises: every name in it is the target's and hostile; all of them pass through
 * text_clean.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "bpf/ttsobs_event.h"
#include "source/plan.h"

static const char *role_text(enum role role)
{
	static const char *const texts[] = {
		[ROLE_REQUEST] = "request", [ROLE_STAGE] = "stage",	[ROLE_MARK] = "mark",
		[ROLE_ENQUEUE] = "enqueue", [ROLE_DEQUEUE] = "dequeue", [ROLE_CANCEL] = "cancel",
		[ROLE_AUDIO] = "audio",	    [ROLE_ERROR] = "error",
	};

	return (unsigned)role < sizeof(texts) / sizeof(*texts) ? texts[role] : "?";
}

static const char *leave_text(uint32_t mode)
{
	static const char *const texts[] = {
		[TT_LEAVE_NONE] = "none",   [TT_LEAVE_URET] = "uret",
		[TT_LEAVE_RET] = "ret",	    [TT_LEAVE_CALLER] = "caller",
		[TT_LEAVE_AFTER] = "after", [TT_LEAVE_EMULATED] = "emulated",
	};

	return mode < sizeof(texts) / sizeof(*texts) ? texts[mode] : "?";
}

static const char *kind_text(enum site_kind kind)
{
	return kind == SITE_ENTER ? "enter" : kind == SITE_LEAVE ? "leave" : "uret";
}

static size_t sites_of(const struct probe_plan *probe, bool leaves)
{
	size_t count = 0;

	for (size_t i = 0; i < probe->sites_count; i++)
		count += (probe->sites[i].kind != SITE_ENTER) == leaves;
	return count;
}

/* --- for people --- */

enum { COLUMN_PROBE, COLUMN_ROLE, COLUMN_SYMBOL, COLUMN_ENTER, COLUMN_LEAVE, COLUMN_COST, COLUMNS };

static void cell(struct buf *out, const struct probe_plan *probe, unsigned column, bool ascii)
{
	const struct site *site = &probe->sites[0];
	size_t enters_count = sites_of(probe, false), leaves_count = sites_of(probe, true);

	switch (column) {
	case COLUMN_PROBE:
		text_clean(out, probe->spec->name, strlen(probe->spec->name), ascii);
		break;
	case COLUMN_ROLE:
		buf_text(out, role_text(probe->spec->role));
		break;
	case COLUMN_SYMBOL:
		text_clean(out, probe->symbol, strlen(probe->symbol), ascii);
		if (probe->spec->callback_setter)
			buf_text(out, " ->");
		break;
	case COLUMN_ENTER:
		buf_format(out, "0x%" PRIx64 " ", site->offset);
		text_clean(out, site->instruction, strlen(site->instruction), ascii);
		buf_text(out, site->is_emulated ? " (emulated)" : " (stepped)");
		if (enters_count > 1)
			buf_format(out, " +%zu", enters_count - 1);
		break;
	case COLUMN_LEAVE:
		buf_text(out, leave_text(probe->leave_mode));
		if (leaves_count && probe->leave_mode != TT_LEAVE_URET)
			buf_format(out, " x%zu", leaves_count);
		break;
	case COLUMN_COST:
		buf_text(out, units_ns(probe->cost_ns).text);
		break;
	default:
		break;
	}
}

static void add_padded(struct buf *out, const struct buf *text, size_t width)
{
	size_t columns = text->length ? text_columns(text->bytes, text->length) : 0;

	buf_add(out, text->bytes ? text->bytes : "", text->length);
	buf_fill(out, " ", columns < width ? width - columns : 0);
}

static void print_object(struct buf *out, const struct object_plan *object, bool ascii)
{
	static const char *const heads[COLUMNS] = {"PROBE", "ROLE",  "SYMBOL",
						   "ENTER", "LEAVE", "COST"};
	size_t widths[COLUMNS];
	struct buf text = {0};

	for (unsigned c = 0; c < COLUMNS; c++) {
		widths[c] = strlen(heads[c]);
		for (size_t i = 0; i < object->probes_count; i++) {
			buf_reset(&text);
			cell(&text, &object->probes[i], c, ascii);
			if (text.length && text_columns(text.bytes, text.length) > widths[c])
				widths[c] = text_columns(text.bytes, text.length);
		}
	}
	buf_char(out, '\n');
	text_clean(out, object->path, strlen(object->path), ascii);
	buf_format(out, "\n  build-id %s\n", *object->build_id ? object->build_id : "none");
	for (unsigned c = 0; c < COLUMNS; c++) {
		buf_reset(&text);
		buf_text(&text, heads[c]);
		buf_text(out, "  ");
		add_padded(out, &text, c + 1 < COLUMNS ? widths[c] : 0);
	}
	buf_char(out, '\n');
	for (size_t i = 0; i < object->probes_count; i++) {
		for (unsigned c = 0; c < COLUMNS; c++) {
			buf_reset(&text);
			cell(&text, &object->probes[i], c, ascii);
			buf_text(out, "  ");
			add_padded(out, &text, c + 1 < COLUMNS ? widths[c] : 0);
		}
		buf_text(out, "\n      ");
		text_clean(out, object->probes[i].reason, strlen(object->probes[i].reason), ascii);
		buf_char(out, '\n');
	}
	buf_fini(&text);
}

static void print_refusals(struct buf *out, const struct plan *plan, bool ascii)
{
	if (plan->refusals_count)
		buf_text(out, "\nnot probed\n");
	for (size_t i = 0; i < plan->refusals_count; i++) {
		const struct refusal *refusal = &plan->refusals[i];

		buf_text(out, "  ");
		text_clean(out, refusal->engine, strlen(refusal->engine), ascii);
		if (*refusal->probe)
			buf_char(out, '/');
		text_clean(out, refusal->probe, strlen(refusal->probe), ascii);
		buf_text(out, refusal->required ? " (required): " : ": ");
		text_clean(out, refusal->reason, strlen(refusal->reason), ascii);
		if (*refusal->object) {
			buf_text(out, " [");
			text_clean(out, refusal->object, strlen(refusal->object), ascii);
			buf_char(out, ']');
		}
		buf_char(out, '\n');
	}
}

/* Engine and label of each, once, in order of appearance. */
static void print_engines(struct buf *out, const struct plan *plan, bool ascii)
{
	const struct engine *before = NULL;
	bool is_first = true;

	for (size_t o = 0; o < plan->objects_count; o++)
		for (size_t i = 0; i < plan->objects[o].probes_count; i++) {
			const struct probe_plan *probe = &plan->objects[o].probes[i];

			if (probe->engine == before)
				continue;
			before = probe->engine;
			buf_text(out, is_first ? ": " : ", ");
			is_first = false;
			text_clean(out, probe->engine->name, strlen(probe->engine->name), ascii);
			if (strcmp(probe->label, probe->engine->name)) {
				buf_text(out, " as ");
				text_clean(out, probe->label, strlen(probe->label), ascii);
			}
		}
	if (is_first)
		buf_text(out, ": no engine recognised");
	buf_char(out, '\n');
}

static void print_human(struct buf *out, const struct plan *plan, bool ascii)
{
	buf_format(out, "process %" PRIu32, plan->pid);
	print_engines(out, plan, ascii);
	for (size_t i = 0; i < plan->notes_count; i++) {
		buf_text(out, "note: ");
		text_clean(out, plan->notes[i], strlen(plan->notes[i]), ascii);
		buf_char(out, '\n');
	}
	buf_text(out, "uretprobes: ");
	if (plan->uret_refused) {
		buf_text(out, "none in this process: ");
		text_clean(out, plan->uret_refused, strlen(plan->uret_refused), ascii);
	} else {
		buf_text(out, "allowed where the engine file says nothrow");
	}
	buf_char(out, '\n');
	if (plan->has_fibers)
		buf_text(out, "stacks are switched here: calls are matched exactly, never closed "
			      "by their stack position\n");
	for (size_t i = 0; i < plan->objects_count; i++)
		print_object(out, &plan->objects[i], ascii);
	print_refusals(out, plan, ascii);
	if (plan->objects_count)
		return;
	buf_text(out, "\nexecutable objects that were looked at\n");
	for (size_t i = 0; i < plan->looked_at_count; i++) {
		buf_text(out, "  ");
		text_clean(out, plan->looked_at[i], strlen(plan->looked_at[i]), ascii);
		buf_char(out, '\n');
	}
}

/* --- for programs --- */

static json_object *json_text(const char *text)
{
	struct buf clean = {0};
	json_object *object;

	if (!text)
		return NULL;
	text_clean(&clean, text, strlen(text), false);
	object = json_object_new_string_len(clean.length ? clean.bytes : "", (int)clean.length);
	buf_fini(&clean);
	return object;
}

static json_object *json_texts(const char *const *texts, size_t count)
{
	json_object *array = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		json_object_array_add(array, json_text(texts[i]));
	return array;
}

static json_object *json_site(const struct site *site)
{
	json_object *object = json_object_new_object();

	json_object_object_add(object, "kind", json_object_new_string(kind_text(site->kind)));
	json_object_object_add(object, "offset", json_object_new_uint64(site->offset));
	json_object_object_add(object, "sp_delta", json_object_new_int(site->sp_delta));
	json_object_object_add(object, "emulated", json_object_new_boolean(site->is_emulated));
	json_object_object_add(object, "instruction", json_text(site->instruction));
	return object;
}

static json_object *json_probe(const struct probe_plan *probe)
{
	json_object *object = json_object_new_object(), *sites = json_object_new_array();

	json_object_object_add(object, "engine", json_text(probe->engine->name));
	json_object_object_add(object, "label", json_text(probe->label));
	json_object_object_add(object, "name", json_text(probe->spec->name));
	json_object_object_add(object, "role",
			       json_object_new_string(role_text(probe->spec->role)));
	json_object_object_add(object, "symbol", json_text(probe->symbol));
	json_object_object_add(object, "address", json_object_new_uint64(probe->address));
	json_object_object_add(object, "leave",
			       json_object_new_string(leave_text(probe->leave_mode)));
	json_object_object_add(object, "enter_sites",
			       json_object_new_uint64(sites_of(probe, false)));
	json_object_object_add(object, "leave_sites",
			       json_object_new_uint64(sites_of(probe, true)));
	json_object_object_add(object, "tail_exit",
			       json_object_new_boolean(probe->traits & TT_PROBE_TAIL_EXIT));
	json_object_object_add(object, "cost_ns", json_object_new_uint64(probe->cost_ns));
	json_object_object_add(object, "reason", json_text(probe->reason));
	for (size_t i = 0; i < probe->sites_count; i++)
		json_object_array_add(sites, json_site(&probe->sites[i]));
	json_object_object_add(object, "sites", sites);
	return object;
}

static json_object *json_object_plan(const struct object_plan *plan)
{
	json_object *object = json_object_new_object(), *probes = json_object_new_array();

	json_object_object_add(object, "path", json_text(plan->path));
	json_object_object_add(object, "map_path", json_text(plan->map_path));
	json_object_object_add(object, "build_id", json_text(plan->build_id));
	json_object_object_add(object, "device", json_object_new_uint64(plan->device));
	json_object_object_add(object, "inode", json_object_new_uint64(plan->inode));
	json_object_object_add(object, "load_bias", json_object_new_uint64(plan->load_bias));
	for (size_t i = 0; i < plan->probes_count; i++)
		json_object_array_add(probes, json_probe(&plan->probes[i]));
	json_object_object_add(object, "probes", probes);
	return object;
}

static json_object *json_refusal(const struct refusal *refusal)
{
	json_object *object = json_object_new_object();

	json_object_object_add(object, "engine", json_text(refusal->engine));
	json_object_object_add(object, "probe", json_text(refusal->probe));
	json_object_object_add(object, "object", json_text(refusal->object));
	json_object_object_add(object, "reason", json_text(refusal->reason));
	json_object_object_add(object, "required", json_object_new_boolean(refusal->required));
	return object;
}

static void print_json(struct buf *out, const struct plan *plan)
{
	json_object *root = json_object_new_object();
	json_object *objects = json_object_new_array(), *refusals = json_object_new_array();

	json_object_object_add(root, "v", json_object_new_int(1));
	json_object_object_add(root, "pid", json_object_new_uint64(plan->pid));
	json_object_object_add(root, "live_tid", json_object_new_uint64(plan->live_tid));
	json_object_object_add(root, "uretprobes", json_object_new_boolean(!plan->uret_refused));
	json_object_object_add(root, "uretprobes_refused", json_text(plan->uret_refused));
	json_object_object_add(root, "fibers", json_object_new_boolean(plan->has_fibers));
	json_object_object_add(root, "notes", json_texts(plan->notes, plan->notes_count));
	for (size_t i = 0; i < plan->objects_count; i++)
		json_object_array_add(objects, json_object_plan(&plan->objects[i]));
	json_object_object_add(root, "objects", objects);
	for (size_t i = 0; i < plan->refusals_count; i++)
		json_object_array_add(refusals, json_refusal(&plan->refusals[i]));
	json_object_object_add(root, "refused", refusals);
	json_object_object_add(root, "looked_at",
			       json_texts(plan->looked_at, plan->looked_at_count));
	buf_text(out, json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN |
								   JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_char(out, '\n');
	json_object_put(root);
}

void plan_print(struct buf *out, const struct plan *plan, bool as_json, bool ascii)
{
	if (as_json)
		print_json(out, plan);
	else
		print_human(out, plan, ascii);
}

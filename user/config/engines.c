// SPDX-License-Identifier: Apache-2.0
/*
 * In: YAML texts, files, directories. Out: the set of engines and their texts, as a recording
 * stores them.
 * The rule that surprises: a text is read twice, first into a scratch arena: so a bad file leaves
 * no trace in the set. A later directory may redefine an engine; two files of one directory may
 * not.
 */
#include "config/engines.h"

#include <string.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "config/engines_read.h"
#include "config/files.h"
#include "config/schema.h"
#include "config/yaml.h"

void engines_init(struct engine_set *set)
{
	*set = (struct engine_set){.arena = mem_new(sizeof(*set->arena))};
}

void engines_fini(struct engine_set *set)
{
	free(set->engines);
	free(set->texts);
	if (set->arena)
		arena_fini(set->arena);
	free(set->arena);
	*set = (struct engine_set){0};
}

const struct engine *engines_find(const struct engine_set *set, const char *name)
{
	for (size_t i = 0; i < set->engines_count; i++)
		if (!strcmp(set->engines[i].name, name))
			return &set->engines[i];
	return NULL;
}

/* Two files side by side. The same file again is a reload. */
static bool is_neighbour(const char *file, const char *other)
{
	const char *slash = strrchr(file, '/'), *other_slash = strrchr(other, '/');
	size_t length = slash ? (size_t)(slash - file) : 0;

	return slash && other_slash && strcmp(file, other) &&
	       length == (size_t)(other_slash - other) && !memcmp(file, other, length);
}

/* The value of the key `engine`, where a clash of names is shown. */
static size_t name_place(struct yaml *yaml)
{
	struct fy_node_pair *pair;
	void *iterator = NULL;

	while ((pair = fy_node_mapping_iterate(yaml_root(yaml), &iterator)))
		if (schema_is(fy_node_pair_key(pair), "engine"))
			return yaml_place(yaml, fy_node_pair_value(pair));
	return 0;
}

static int check(struct engine_set *set, struct yaml *yaml, const char *file)
{
	struct arena scratch = {0};
	struct engine engine = {0};
	const struct engine *other = NULL;
	int error;

	if (yaml_root(yaml))
		engines_read(yaml, yaml_root(yaml), &scratch, &engine);
	if (engine.name)
		other = engines_find(set, engine.name);
	if (other && is_neighbour(file, other->file))
		yaml_mistake(yaml, name_place(yaml), "the engine '%s' is already described by %s",
			     engine.name, other->file);
	error = yaml_say(yaml);
	arena_fini(&scratch);
	return error;
}

static size_t place_for(struct engine_set *set, const char *name)
{
	size_t i;

	for (i = 0; i < set->engines_count; i++)
		if (!strcmp(set->engines[i].name, name))
			return i;
	mem_grow(&set->engines, &set->engines_capacity, i + 1, sizeof(*set->engines));
	mem_grow(&set->texts, &set->texts_capacity, i + 1, sizeof(*set->texts));
	set->engines_count++;
	return i;
}

int engines_parse(struct engine_set *set, const char *file, const char *text, size_t length)
{
	struct yaml *yaml = yaml_new(file, text, length);
	struct engine engine = {0};
	struct engine_text stored;
	size_t i;
	int error = check(set, yaml, file);

	if (!error) {
		stored.file = arena_string(set->arena, file, strlen(file));
		stored.text = arena_string(set->arena, text, length);
		stored.length = length;
		engines_read(yaml, yaml_root(yaml), set->arena, &engine);
		engine.file = stored.file;
		i = place_for(set, engine.name);
		set->engines[i] = engine;
		set->texts[i] = stored;
	}
	yaml_free(yaml);
	return error;
}

int engines_load_file(struct engine_set *set, const char *path)
{
	auto_free char *text = NULL;
	size_t length;
	int error = yaml_read_file(path, &text, &length);

	return error ? error : engines_parse(set, path, text, length);
}

static int load_file(void *arg, const char *file)
{
	return engines_load_file(arg, file);
}

int engines_load_directory(struct engine_set *set, const char *path)
{
	static const char *const patterns[] = { "*.yaml", NULL };

	return files_each(path, patterns, load_file, set);
}

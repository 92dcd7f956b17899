/* SPDX-License-Identifier: Apache-2.0 */
/* What engines_read.c (files, probes) and engines_args.c (arguments) share. */
#ifndef CONFIG_ENGINES_READER_H
#define CONFIG_ENGINES_READER_H

#include "config/engines_schema.h"
#include "config/yaml.h"

struct reader {
	struct yaml *yaml;
	struct arena *arena;
	struct engine *engine;
	struct engine_probe *probe;
	struct fy_node *at[PROBE_KEYS]; /* the probe's values */
	struct fy_node *arg_at[ENGINE_MAX_ARGS][ARG_KEYS];
	bool args_good; /* all could be read: a name that is not found is really absent */
};

#define MISTAKE(reader, node, ...)                                                                 \
	yaml_mistake((reader)->yaml, yaml_place((reader)->yaml, node), __VA_ARGS__)

bool reader_is_number(enum arg_type type);
void reader_args(struct reader *r);
/*
 * The argument that a key names; -1 after a mistake, or when the arguments themselves are
 * unreadable. The second one wants a number that is there when the call begins.
 */
int reader_named_arg(struct reader *r, struct fy_node *node, const char *key);
int reader_named_number(struct reader *r, struct fy_node *node, const char *key);

#endif

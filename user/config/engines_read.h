/* SPDX-License-Identifier: Apache-2.0 */
/* One YAML document to one struct engine. */
#ifndef CONFIG_ENGINES_READ_H
#define CONFIG_ENGINES_READ_H

#include "base/mem.h"
#include "config/yaml.h"
#include "model/engine.h"

/*
 * What is wrong is left to yaml_say(); the engine is of use only when nothing was. Strings and
 * probes come from the arena.
 */
void engines_read(struct yaml *yaml, struct fy_node *root, struct arena *arena,
		  struct engine *engine);

#endif

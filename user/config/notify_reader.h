/* SPDX-License-Identifier: Apache-2.0 */
/* What notify.c (the file, receivers) and notify_routes.c (routes, inhibitions) share. */
#ifndef CONFIG_NOTIFY_READER_H
#define CONFIG_NOTIFY_READER_H

#include "config/notify.h"
#include "config/notify_schema.h"
#include "config/yaml.h"

struct notify_reader {
	struct yaml *yaml;
	struct notify_config *config;
	struct arena *arena; /* the config's */
	bool receivers_good; /* all names could be read: one that is not found is really absent */
	bool used[NOTIFY_MAX_RECEIVERS];
	size_t routes_count;
	struct buf warnings; /* said only when there is no mistake; one a line */
};

#define MISTAKE(reader, node, ...) yaml_mistake((reader)->yaml, yaml_place((reader)->yaml, node), __VA_ARGS__)

/* ns of a checked text; `otherwise` when node is NULL or after a mistake. */
uint64_t notify_read_duration(struct notify_reader *r, struct fy_node *node, const char *key, uint64_t otherwise);
/* "file:line:col: ...", said at the end when there is no mistake. */
void notify_warn(struct notify_reader *r, struct fy_node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* parent NULL: the root. */
void notify_read_route(struct notify_reader *r, struct fy_node *node, const struct notify_route *parent, unsigned depth,
		       struct notify_route *route);
void notify_read_inhibits(struct notify_reader *r, struct fy_node *list);
void notify_free_matchers(struct notify_config *config);

#endif

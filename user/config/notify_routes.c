// SPDX-License-Identifier: Apache-2.0
/*
 * In: the route tree and the inhibitions of a notify file. Out: structs in which every route says everything itself.
 * The rule that surprises: a route without a receiver has its parent's, and so with every other key but match, continue
 * and routes.
 */
#include "config/notify_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/rules_place.h"
#include "config/schema_scalar.h"
#include "rules/expr.h"

/* ---- matchers and names ---- */

/* Appends the matchers of one item. They are moved, their regexes with them. */
static void read_matcher(struct notify_reader *r, struct fy_node *item, struct matcher *matchers, size_t *count)
{
	struct expr_mistakes mistakes = {0};
	struct matcher *some;
	size_t length, some_count = 0;
	const char *text = scalar_text(item, &length);

	some = expr_parse_matchers(r->arena, text, length, &some_count, &mistakes);
	for (size_t i = 0; i < mistakes.count; i++)
		yaml_mistake(r->yaml, rules_place(r->yaml, item, mistakes.items[i].place), "%s",
			     mistakes.items[i].message);
	expr_mistakes_fini(&mistakes);
	for (size_t i = 0; some && i < some_count; i++) {
		if (*count == NOTIFY_MAX_MATCHERS) {
			MISTAKE(r, item, "more than %d matchers", NOTIFY_MAX_MATCHERS);
			matchers_fini(some + i, some_count - i);
			return;
		}
		matchers[(*count)++] = some[i];
	}
}

static struct matcher *read_matchers(struct notify_reader *r, struct fy_node *list, size_t *count)
{
	struct matcher *matchers;
	struct fy_node *item;
	void *iterator = NULL;

	*count = 0;
	if (!list)
		return NULL;
	matchers = arena_new(r->arena, NOTIFY_MAX_MATCHERS * sizeof(*matchers));
	while ((item = schema_item(list, &iterator)))
		read_matcher(r, item, matchers, count);
	return matchers;
}

static const char *const *read_label_names(struct notify_reader *r, struct fy_node *list, const char *key,
					   size_t *count)
{
	const char **names = arena_new(r->arena, NOTIFY_MAX_GROUP_BY * sizeof(*names));
	struct fy_node *item;
	void *iterator = NULL;

	*count = 0;
	while (*count < NOTIFY_MAX_GROUP_BY && (item = schema_item(list, &iterator))) {
		const char *name = schema_text(r->arena, item, "");

		if (!expr_is_label_name(name) && strcmp(name, "...") != 0)
			MISTAKE(r, item, "'%s': %s is no name of a label", key,
				yaml_quote(r->yaml, name, strlen(name)));
		names[(*count)++] = name;
	}
	return names;
}

/* The index, or SIZE_MAX after a mistake. */
static size_t find_receiver(struct notify_reader *r, struct fy_node *node)
{
	const struct notify_config *config = r->config;
	struct guess guess = {.distance = GUESS_NONE};
	struct buf hint = {0};
	size_t length;
	const char *text = scalar_text(node, &length);

	for (size_t i = 0; i < config->receivers_count; i++) {
		const char *name = config->receivers[i].name;

		if (!name)
			continue;
		if (schema_is(node, name)) {
			r->used[i] = true;
			return i;
		}
		guess_try(&guess, name, text, length);
	}
	if (r->receivers_good)
		MISTAKE(r, node, "there is no receiver %s%s", yaml_quote(r->yaml, text, length),
			guess_text(&guess, &hint));
	buf_fini(&hint);
	return SIZE_MAX;
}

/* ---- one route ---- */

static void read_receivers(struct notify_reader *r, struct fy_node *node, struct fy_node *const *at,
			   struct notify_route *route)
{
	size_t *receivers = arena_new(r->arena, NOTIFY_MAX_ROUTE_RECEIVERS * sizeof(*receivers)), count = 0;
	struct fy_node *said = at[ROUTE_RECEIVER] ? at[ROUTE_RECEIVER] : at[ROUTE_RECEIVERS], *item;
	void *iterator = NULL;

	if (schema_has(node, "receiver") && schema_has(node, "receivers"))
		MISTAKE(r, said ? said : node, "'receiver' and 'receivers' exclude each other");
	while (count < NOTIFY_MAX_ROUTE_RECEIVERS && (item = schema_item(said, &iterator))) {
		size_t i = find_receiver(r, item);

		for (size_t j = 0; j < count; j++)
			if (receivers[j] == i && i != SIZE_MAX) {
				MISTAKE(r, item, "the receiver '%s' is here twice", r->config->receivers[i].name);
				i = SIZE_MAX;
			}
		if (i != SIZE_MAX)
			receivers[count++] = i;
	}
	if (said) {
		route->receivers = receivers;
		route->receivers_count = count;
	}
}

static void read_group_by(struct notify_reader *r, struct fy_node *list, struct notify_route *route)
{
	if (!list)
		return;
	route->group_by = read_label_names(r, list, "group_by", &route->group_by_count);
	route->group_by_all = false;
	for (size_t i = 0; i < route->group_by_count; i++)
		route->group_by_all |= !strcmp(route->group_by[i], "...");
	if (route->group_by_all && route->group_by_count > 1)
		MISTAKE(r, list, "'group_by': ... means all labels, no other can stand beside it");
}

static void check_step(struct notify_reader *r, struct fy_node *const *at, const struct notify_route *route,
		       size_t index)
{
	const struct notify_step *steps = route->steps;
	const char *name = r->config->receivers[steps[index].receiver].name;

	if (at[STEP_AFTER] && !steps[index].after_ns)
		MISTAKE(r, at[STEP_AFTER], "'after' must be longer than 0");
	if (at[STEP_AFTER] && index && steps[index].after_ns <= steps[index - 1].after_ns)
		MISTAKE(r, at[STEP_AFTER],
			"'after' counts from the first message, so it must be longer than that of the step before");
	for (size_t i = 0; i < route->receivers_count; i++)
		if (route->receivers[i] == steps[index].receiver)
			MISTAKE(r, at[STEP_RECEIVER], "the receiver '%s' of this step is told at once already", name);
	for (size_t i = 0; i < index; i++)
		if (steps[i].receiver == steps[index].receiver)
			MISTAKE(r, at[STEP_RECEIVER], "the receiver '%s' has a step already", name);
}

static void read_steps(struct notify_reader *r, struct fy_node *list, struct notify_route *route)
{
	struct notify_step *steps = arena_new(r->arena, NOTIFY_MAX_STEPS * sizeof(*steps));
	struct fy_node *at[STEP_KEYS], *item;
	void *iterator = NULL;

	if (!list)
		return;
	route->steps = steps;
	route->steps_count = 0;
	while (route->steps_count < NOTIFY_MAX_STEPS && (item = schema_item(list, &iterator))) {
		struct notify_step *step = &steps[route->steps_count];

		schema_open(r->yaml, &schema_step, item, at);
		step->after_ns = notify_read_duration(r, at[STEP_AFTER], "after", 0);
		step->receiver = at[STEP_RECEIVER] ? find_receiver(r, at[STEP_RECEIVER]) : SIZE_MAX;
		if (step->receiver == SIZE_MAX)
			continue;
		check_step(r, at, route, route->steps_count++);
	}
}

/* Like its siblings' but for a number when two have the same matchers: the state file needs names that last. */
static const char *route_key(struct notify_reader *r, const struct notify_route *parent,
			     const struct notify_route *siblings, const struct notify_route *route)
{
	struct buf key = {0};
	const char *kept;
	size_t length;
	unsigned twins = 1;

	if (!parent)
		return "/";
	buf_text(&key, parent->key);
	if (parent->key[1])
		buf_char(&key, '/');
	matchers_print(&key, route->matchers, route->matchers_count);
	length = key.length;
	for (const struct notify_route *other = siblings; other < route; other++)
		if (!strncmp(other->key, key.bytes, length) && (!other->key[length] || other->key[length] == '#'))
			twins++;
	if (twins > 1)
		buf_format(&key, "#%u", twins);
	kept = arena_string(r->arena, key.bytes, key.length);
	buf_fini(&key);
	return kept;
}

static void read_children(struct notify_reader *r, struct fy_node *list, unsigned depth, struct notify_route *route)
{
	const struct notify_route *closed = NULL;
	struct fy_node *item;
	void *iterator = NULL;
	size_t count = 0;

	while (schema_item(list, &iterator))
		count++;
	if (list && depth == NOTIFY_MAX_ROUTE_DEPTH) {
		MISTAKE(r, list, "routes are more than %d deep", NOTIFY_MAX_ROUTE_DEPTH);
		return;
	}
	route->routes = count ? arena_new(r->arena, count * sizeof(*route->routes)) : NULL;
	iterator = NULL;
	while ((item = schema_item(list, &iterator))) {
		struct notify_route *child = &route->routes[route->routes_count];

		if (!fy_node_is_mapping(item))
			continue;
		if (++r->routes_count == NOTIFY_MAX_ROUTES)
			MISTAKE(r, item, "more than %d routes", NOTIFY_MAX_ROUTES);
		notify_read_route(r, item, route, depth + 1, child);
		route->routes_count++;
		if (closed)
			notify_warn(r, item, "this route is never reached: the one at line %u takes everything",
				    closed->line);
		else if (!child->matchers_count && !child->is_continued)
			closed = child;
	}
}

static void set_defaults(struct notify_route *route)
{
	static const char *const group_by[] = {"alertname", "severity"};

	*route = (struct notify_route){
		.key = "/",
		.group_by = group_by,
		.group_by_count = 2,
		.group_wait_ns = NOTIFY_GROUP_WAIT_NS,
		.group_interval_ns = NOTIFY_GROUP_INTERVAL_NS,
		.repeat_ns = NOTIFY_REPEAT_NS,
	};
}

static void inherit(const struct notify_route *parent, struct notify_route *route)
{
	*route = *parent;
	route->matchers = NULL;
	route->matchers_count = 0;
	route->is_continued = false;
	route->routes = NULL;
	route->routes_count = 0;
}

void notify_read_route(struct notify_reader *r, struct fy_node *node, const struct notify_route *parent, unsigned depth,
		       struct notify_route *route)
{
	struct fy_node *at[ROUTE_KEYS];

	if (parent)
		inherit(parent, route);
	else
		set_defaults(route);
	schema_open(r->yaml, &schema_route, node, at);
	route->line = yaml_line(r->yaml, yaml_place(r->yaml, node));
	route->matchers = read_matchers(r, at[ROUTE_MATCH], &route->matchers_count);
	read_receivers(r, node, at, route);
	read_group_by(r, at[ROUTE_GROUP_BY], route);
	route->group_wait_ns = notify_read_duration(r, at[ROUTE_GROUP_WAIT], "group_wait", route->group_wait_ns);
	route->group_interval_ns =
		notify_read_duration(r, at[ROUTE_GROUP_INTERVAL], "group_interval", route->group_interval_ns);
	route->repeat_ns = notify_read_duration(r, at[ROUTE_REPEAT], "repeat", route->repeat_ns);
	route->is_continued = schema_bool(at[ROUTE_CONTINUE], false);
	read_steps(r, at[ROUTE_ESCALATE], route);
	if (!parent && schema_has(node, "match"))
		MISTAKE(r, at[ROUTE_MATCH] ? at[ROUTE_MATCH] : node,
			"the first route takes every alert: 'match' belongs to 'routes'");
	if (!parent && at[ROUTE_CONTINUE])
		MISTAKE(r, at[ROUTE_CONTINUE], "the first route has no sibling: 'continue' belongs to 'routes'");
	if (!parent && !schema_has(node, "receiver") && !schema_has(node, "receivers"))
		MISTAKE(r, node, "the first route needs the key 'receiver' or 'receivers'");
	if (parent)
		route->key = route_key(r, parent, parent->routes, route);
	read_children(r, at[ROUTE_ROUTES], depth, route);
}

/* ---- inhibitions ---- */

void notify_read_inhibits(struct notify_reader *r, struct fy_node *list)
{
	struct fy_node *at[INHIBIT_KEYS], *item;
	void *iterator = NULL;

	r->config->inhibits = arena_new(r->arena, NOTIFY_MAX_INHIBITS * sizeof(*r->config->inhibits));
	while (r->config->inhibits_count < NOTIFY_MAX_INHIBITS && (item = schema_item(list, &iterator))) {
		struct notify_inhibit *inhibit = &r->config->inhibits[r->config->inhibits_count];

		if (!fy_node_is_mapping(item))
			continue;
		schema_open(r->yaml, &schema_inhibit, item, at);
		inhibit->source = read_matchers(r, at[INHIBIT_SOURCE], &inhibit->source_count);
		inhibit->target = read_matchers(r, at[INHIBIT_TARGET], &inhibit->target_count);
		inhibit->equal = read_label_names(r, at[INHIBIT_EQUAL], "equal", &inhibit->equal_count);
		r->config->inhibits_count++;
	}
}

/* ---- the end ---- */

static void free_route(struct notify_route *route)
{
	matchers_fini(route->matchers, route->matchers_count);
	for (size_t i = 0; i < route->routes_count; i++)
		free_route(&route->routes[i]);
}

void notify_free_matchers(struct notify_config *config)
{
	free_route(&config->root);
	for (size_t i = 0; i < config->inhibits_count; i++) {
		matchers_fini(config->inhibits[i].source, config->inhibits[i].source_count);
		matchers_fini(config->inhibits[i].target, config->inhibits[i].target_count);
	}
}

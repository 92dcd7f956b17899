// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "rules/groups.h"

struct groups {
	const struct rule_set *set;
	struct store *store;
	struct groups_hooks hooks;
};

struct groups *groups_new(const struct rule_set *set, struct store *store, uint64_t default_interval_ns,
			  const struct groups_hooks *hooks)
{
	struct groups *groups = mem_new(sizeof(*groups));

	(void)default_interval_ns;
	*groups = (struct groups){ set, store, *hooks };
	return groups;
}

void groups_run(struct groups *groups, int64_t at_ms)
{
	(void)groups;
	(void)at_ms;
}

struct group_alert *groups_alerts(const struct groups *groups, const struct rule *rule)
{
	(void)groups;
	(void)rule;
	return NULL;
}

struct group_alert *groups_restore(struct groups *groups, const struct labels *labels, int64_t active_at_ms, int64_t fired_at_ms,
				   double value)
{
	(void)groups;
	(void)labels;
	(void)active_at_ms;
	(void)fired_at_ms;
	(void)value;
	return NULL;
}

void groups_drop(struct groups *groups, struct group_alert *alert)
{
	(void)groups;
	(void)alert;
}

void groups_free(struct groups *groups)
{
	free(groups);
}

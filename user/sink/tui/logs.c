/* SPDX-License-Identifier: Apache-2.0 */
/* The Logs tab: skeleton. */
#include <stdlib.h>

#include "base/mem.h"
#include "sink/tui/desk.h"

static struct tab *logs_create(void)
{
	struct tab *tab = mem_new(sizeof(*tab));

	tab->ops = &tab_logs_ops;
	return tab;
}

static void logs_free(struct tab *tab)
{
	free(tab);
}

static void logs_collect(struct tab *tab, struct desk *desk)
{
	(void)tab;
	(void)desk;
}

static void logs_draw(struct tab *tab, struct desk *desk, struct area area)
{
	(void)tab;
	(void)desk;
	(void)area;
}

const struct tab_ops tab_logs_ops = {
	.name = "Logs",
	.create = logs_create,
	.free = logs_free,
	.collect = logs_collect,
	.draw = logs_draw,
};

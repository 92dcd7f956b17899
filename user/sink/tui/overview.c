// SPDX-License-Identifier: Apache-2.0
/*
 * The Overview tab. In: the view. Out: cells.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "sink/tui/desk.h"

static struct tab *overview_create(void)
{
	struct tab *tab = mem_new(sizeof(*tab));

	tab->ops = &tab_overview_ops;
	return tab;
}

static void overview_free(struct tab *tab)
{
	free(tab);
}

static void overview_collect(struct tab *tab, struct desk *desk)
{
	(void)tab;
	(void)desk;
}

static void overview_draw(struct tab *tab, struct desk *desk, struct area area)
{
	(void)tab;
	(void)desk;
	area_text(area, 0, 0, STYLE_DIM, "no instance yet");
}

const struct tab_ops tab_overview_ops = {
	.name = "Overview",
	.create = overview_create,
	.free = overview_free,
	.collect = overview_collect,
	.draw = overview_draw,
};

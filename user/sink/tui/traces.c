// SPDX-License-Identifier: Apache-2.0
/*
 * The Traces tab. In: held and open traces of the view. Out: cells.
 */
#include "sink/tui/desk.h"

#include <stdlib.h>

#include "base/mem.h"

static struct tab *traces_create(void)
{
	struct tab *tab = mem_new(sizeof(*tab));

	tab->ops = &tab_traces_ops;
	return tab;
}

static void traces_free(struct tab *tab)
{
	free(tab);
}

static void traces_collect(struct tab *tab, struct desk *desk)
{
	(void)tab;
	(void)desk;
}

static void traces_draw(struct tab *tab, struct desk *desk, struct area area)
{
	(void)tab;
	(void)desk;
	area_text(area, 0, 0, STYLE_DIM, "no traces");
}

const struct tab_ops tab_traces_ops = {
	.name = "Traces",
	.create = traces_create,
	.free = traces_free,
	.collect = traces_collect,
	.draw = traces_draw,
};

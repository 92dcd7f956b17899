// SPDX-License-Identifier: Apache-2.0
/* The Alerts tab. */
#include "sink/tui/desk.h"

#include <stdlib.h>

#include "base/mem.h"

struct alerts_tab {
	struct tab tab;
};

static struct tab *create(void)
{
	struct alerts_tab *alerts = mem_new(sizeof(*alerts));

	alerts->tab.ops = &tab_alerts_ops;
	return &alerts->tab;
}

static void free_tab(struct tab *tab)
{
	free(tab);
}

static void collect(struct tab *tab, struct desk *desk)
{
	(void)tab;
	(void)desk;
}

static void draw(struct tab *tab, struct desk *desk, struct area area)
{
	(void)tab;
	(void)desk;
	area_text(area, 0, 0, STYLE_DIM, "alerts");
}

const struct tab_ops tab_alerts_ops = {
	.name = "Alerts",
	.create = create,
	.free = free_tab,
	.collect = collect,
	.draw = draw,
};

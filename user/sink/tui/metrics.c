// SPDX-License-Identifier: Apache-2.0
/* The Metrics tab. */
#include <stdlib.h>

#include "base/mem.h"
#include "sink/tui/desk.h"

struct metrics {
	struct tab tab;
};

static struct tab *metrics_create(void)
{
	struct metrics *metrics = mem_new(sizeof(*metrics));

	metrics->tab.ops = &tab_metrics_ops;
	return &metrics->tab;
}

static void metrics_free(struct tab *tab)
{
	free(tab);
}

static void metrics_collect(struct tab *tab, struct desk *desk)
{
	(void)tab;
	(void)desk;
}

static void metrics_draw(struct tab *tab, struct desk *desk, struct area area)
{
	(void)tab;
	(void)desk;
	area_text(area, 0, 0, STYLE_DIM, "not drawn yet");
}

const struct tab_ops tab_metrics_ops = {
	.name = "Metrics",
	.create = metrics_create,
	.free = metrics_free,
	.collect = metrics_collect,
	.draw = metrics_draw,
};

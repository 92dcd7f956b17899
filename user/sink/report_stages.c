// SPDX-License-Identifier: Apache-2.0
/*
 * In: the rows of a meter. Out: the table of one engine's stages.
 * The rule that surprises: nothing is left out while two tables fit where one does not: first the times, then the shares.
 */
#include "sink/report.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct stage_at {
	const struct meter_row *row;
	const struct meter *meter;
	const struct look *look;
};

static struct units_text stage_count(struct stage_at at)
{
	return units_count(at.row->count);
}

static struct units_text stage_errors(struct stage_at at)
{
	return units_count(at.row->errors_count);
}

static struct units_text stage_cancelled(struct stage_at at)
{
	return units_count(at.row->cancelled_count);
}

static struct units_text stage_incomplete(struct stage_at at)
{
	return units_count(at.row->incomplete_count);
}

static struct units_text stage_rate(struct stage_at at)
{
	double rate = report_rate(at.row->count, at.meter);

	return rate < 0 ? report_dash(at.look) : units_ratio(rate);
}

static struct units_text stage_p50(struct stage_at at)
{
	return report_quantile(&at.row->wall_ns, 500, units_ns, at.look);
}

static struct units_text stage_p90(struct stage_at at)
{
	return report_quantile(&at.row->wall_ns, 900, units_ns, at.look);
}

static struct units_text stage_p95(struct stage_at at)
{
	return report_quantile(&at.row->wall_ns, 950, units_ns, at.look);
}

static struct units_text stage_p99(struct stage_at at)
{
	return report_quantile(&at.row->wall_ns, 990, units_ns, at.look);
}

static struct units_text stage_max(struct stage_at at)
{
	return at.row->wall_ns.count ? units_ns(at.row->wall_ns.max) : report_dash(at.look);
}

static struct units_text stage_share(struct stage_at at, uint64_t part_ns)
{
	struct units_text text = units_percent(part_ns, at.row->split_wall_ns);
	char *space = strchr(text.text, ' ');

	if (!at.row->split_wall_ns)
		return report_dash(at.look);
	if (space)
		memmove(space, space + 1, strlen(space));
	return text;
}

static struct units_text stage_oncpu(struct stage_at at)
{
	return stage_share(at, at.row->oncpu_ns);
}

static struct units_text stage_runq(struct stage_at at)
{
	return stage_share(at, at.row->runq_ns);
}

static struct units_text stage_blocked(struct stage_at at)
{
	return stage_share(at, at.row->blocked_ns);
}

static struct units_text stage_preempted(struct stage_at at)
{
	return stage_share(at, at.row->preempted_ns);
}

static uint64_t stage_has_cancelled(const struct meter_row *row)
{
	return row->cancelled_count;
}

static uint64_t stage_has_incomplete(const struct meter_row *row)
{
	return row->incomplete_count;
}

enum stage_part { STAGE_TIMES = 1, STAGE_SHARES = 2 };

static const struct stage_column {
	struct grid_column grid;
	enum stage_part part;
	struct units_text (*cell)(struct stage_at at);
	uint64_t (*only_if)(const struct meter_row *row); /* of any row; NULL = always shown */
} stage_columns[] = {
	{ { "COUNT", 2 }, STAGE_TIMES, stage_count, NULL },
	{ { "ERR", 6 }, STAGE_TIMES, stage_errors, NULL },
	{ { "CANC", 10 }, STAGE_TIMES, stage_cancelled, stage_has_cancelled },
	{ { "INCOMPLETE", 7 }, STAGE_TIMES, stage_incomplete, stage_has_incomplete },
	{ { "RATE/S", 8 }, STAGE_TIMES, stage_rate, NULL },
	{ { "P50", 1 }, STAGE_TIMES, stage_p50, NULL },
	{ { "P90", 9 }, STAGE_TIMES, stage_p90, NULL },
	{ { "P95", 5 }, STAGE_TIMES, stage_p95, NULL },
	{ { "P99", 4 }, STAGE_TIMES, stage_p99, NULL },
	{ { "MAX", 3 }, STAGE_TIMES, stage_max, NULL },
	{ { "CPU", 1 }, STAGE_SHARES, stage_oncpu, NULL },
	{ { "RUNQ", 2 }, STAGE_SHARES, stage_runq, NULL },
	{ { "BLKD", 3 }, STAGE_SHARES, stage_blocked, NULL },
	{ { "PRE", 4 }, STAGE_SHARES, stage_preempted, NULL },
};

static bool stage_is_wanted(const struct stage_column *column, const struct meter *meter,
			    const char *engine)
{
	size_t i;

	for (i = 0; column->only_if && i < meter->rows_count; i++)
		if (report_is_of(meter->rows[i], engine) && column->only_if(meter->rows[i]))
			return true;
	return !column->only_if;
}

struct stage_table {
	struct grid grid;
	struct grid_column heads[1 + COUNT_OF(stage_columns)];
	const struct stage_column *columns[COUNT_OF(stage_columns)];
	size_t count;
};

static void stage_fill(struct stage_table *table, const struct meter *meter, const char *engine,
		       const struct look *look, unsigned parts)
{
	size_t i, row;

	table->count = 0;
	table->heads[0] = (struct grid_column){ parts == STAGE_SHARES ? "TIME SPENT" : "STAGE", 0 };
	for (i = 0; i < COUNT_OF(stage_columns); i++) {
		const struct stage_column *column = &stage_columns[i];

		if (!(parts & column->part) || !stage_is_wanted(column, meter, engine))
			continue;
		table->heads[1 + table->count] = column->grid;
		table->columns[table->count++] = column;
	}
	grid_init(&table->grid, table->heads, 1 + table->count);
	for (row = 0; row < 2 * meter->rows_count; row++) { /* the requests, then the stages */
		struct stage_at at = { meter->rows[row % meter->rows_count], meter, look };

		if (!report_is_of(at.row, engine) ||
		    at.row->is_request != (row < meter->rows_count))
			continue;
		grid_cell(&table->grid, at.row->stage ? at.row->stage : "");
		for (i = 0; i < table->count; i++)
			grid_cell(&table->grid, table->columns[i]->cell(at).text);
	}
}

void report_stages(struct buf *out, const struct meter *meter, const char *engine,
		   const struct look *look)
{
	struct stage_table table;

	stage_fill(&table, meter, engine, look, STAGE_TIMES | STAGE_SHARES);
	if (!grid_fits(&table.grid, look)) {
		grid_fini(&table.grid);
		stage_fill(&table, meter, engine, look, STAGE_TIMES);
		grid_print(out, &table.grid, look);
		grid_fini(&table.grid);
		stage_fill(&table, meter, engine, look, STAGE_SHARES);
	}
	grid_print(out, &table.grid, look);
	grid_fini(&table.grid);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the Traces tab, shared by traces*.c and by nobody else. */
#ifndef SINK_TUI_TRACES_PARTS_H
#define SINK_TUI_TRACES_PARTS_H

#include "sink/tui/list.h"
#include "sink/tui/trace_compare.h"
#include "sink/tui/trace_detail.h"
#include "sink/tui/trace_filter.h"
#include "sink/tui/trace_fired.h"
#include "sink/tui/trace_index.h"

#ifndef LIMIT_FLIGHTS
#define LIMIT_FLIGHTS 2000 /* open traces that are listed: the oldest; the rest is counted */
#endif
#define FLIGHT_STUCK 3.0 /* times the usual duration */
#define FLIGHT_USUALS 32

enum traces_mode { SHOW_RECENT, SHOW_SLOWEST, SHOW_FAILED, SHOW_IN_FLIGHT, TRACES_MODES };

struct flight {
	struct trace_facts facts;
	double usual_s;	       /* p95; NAN */
	bool is_queued;	       /* its engine has a queue, and nobody took it from there yet */
	uint64_t chunks_count; /* of audio so far */
};

/* Of one engine in one process. */
struct flight_usual {
	const char *engine;
	const struct process *process;
	double wall_s;
	bool has_queue;
};

struct traces {
	struct tab tab; /* first */
	struct trace_index *index;
	struct trace_fired fired;
	bool has_begun; /* alerts that fired before us are in `fired` */
	enum traces_mode mode;
	struct list lists[TRACES_MODES];

	struct trace_filter *filter;
	uint64_t filters; /* that were made */
	char *filter_text, *filter_mistake; /* NULL = none */
	char *search;			    /* NULL = none */

	struct flight *flights; /* room for LIMIT_FLIGHTS */
	size_t flights_count;
	uint64_t open_count; /* all that are in flight */
	struct flight_usual usuals[FLIGHT_USUALS]; /* of usuals_second */
	size_t usuals_count;
	uint64_t usuals_second;

	/* what is open; at most one of them */
	struct trace_detail *detail;
	struct flight *waiting; /* one in flight; its page becomes a detail when it ends */
	bool waiting_is_lost;	/* it ended, and was let go before we saw it */
	struct trace_compare *compare;
	struct trace_copy *marked; /* for a comparison; NULL = none */

	/* the line below the list */
	uint64_t hint_ordinal, hint_second;
	char *hint;
	enum style hint_style;
	struct trace_detail *preview; /* instead of it where there is room */
	uint64_t preview_second;

	/* of the last draw */
	struct desk *desk; /* only while drawing */
	size_t row; /* whose facts are ... */
	struct trace_facts *facts;
	int list_row;
	int mode_at[TRACES_MODES], mode_columns[TRACES_MODES];
};

/* traces_flight.c */
void traces_flight_init(struct list *list);
void traces_flight_collect(struct traces *traces, const struct desk *desk);
void traces_flight_sort(struct traces *traces);
const struct flight *traces_flight_find(const struct traces *traces, uint64_t ordinal);
void traces_flight_cell(void *arg, size_t row, size_t column, struct area area, bool is_right);
uint64_t traces_flight_id(void *arg, size_t row);
void traces_waiting_draw(struct traces *traces, const struct desk *desk, struct area area);
/* The open trace of that ordinal or, ordinal 0, of that id; NULL = it has ended. */
const struct trace *traces_flight_open(const struct view *view, uint64_t ordinal, const uint8_t id[16]);
struct flight traces_flight_of(struct traces *traces, const struct desk *desk, const struct trace *trace);

/* traces_table.c */
void traces_table_init(struct traces *traces);
struct list_rows traces_table_rows(struct traces *traces, struct desk *desk);
void traces_table_draw(struct traces *traces, struct desk *desk, struct area area);
/* Of the selected row; NULL = there is none. */
const struct trace_facts *traces_table_selected(struct traces *traces, struct desk *desk);

/* traces_pages.c */
void traces_close_page(struct traces *traces);
bool traces_has_page(const struct traces *traces);
void traces_open_detail(struct traces *traces, struct desk *desk, const struct trace *trace);
void traces_open_waiting(struct traces *traces, const struct desk *desk, const struct trace *open);
void traces_follow_waiting(struct traces *traces, struct desk *desk);
bool traces_enter(struct traces *traces, struct desk *desk);
void traces_compare_act(struct traces *traces, struct desk *desk);
void traces_go_alert(struct traces *traces, struct desk *desk);
bool traces_go_logs(struct traces *traces, struct desk *desk);
bool traces_copy_id(struct traces *traces, struct desk *desk);

/* The cells that both tables have. */
void traces_cell_service(struct area area, bool is_right, const struct trace_facts *facts);

static inline struct list *traces_list(struct traces *traces)
{
	return &traces->lists[traces->mode];
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the Overview tab: what was collected at one second of the view, and what the drawing needs of it.
 * The rule that surprises: an instance that is gone shows what was true in its last second, and says that it is gone.
 */
#ifndef SINK_TUI_OVERVIEW_H
#define SINK_TUI_OVERVIEW_H

#include "sink/tui/list.h"
#include "sink/tui/overview_line.h"

enum overview_metric {
	/* of an engine in a process; counters are what they rose by in the span, see overview.span_ns */
	METRIC_REQUESTS,
	METRIC_CANCELLED,
	METRIC_EMPTY, /* succeeded without audio; no error */
	METRIC_ERRORS,
	METRIC_IN_FLIGHT,
	METRIC_OLDEST,
	METRIC_QUEUE,
	METRIC_SUCCESS,
	METRIC_DURATION_P50,
	METRIC_DURATION_P95,
	METRIC_DURATION_P99,
	METRIC_DURATION_MAX,
	METRIC_AUDIO_P50,
	METRIC_AUDIO_P95,
	METRIC_AUDIO_P99,
	METRIC_AUDIO_MAX,
	METRIC_FACTOR_P50,
	METRIC_FACTOR_P95,
	METRIC_FACTOR_MAX,
	/* of the thread that does its work */
	METRIC_ONCPU,
	METRIC_RUNQ,
	METRIC_BLOCKED,
	METRIC_PREEMPTED,
	/* of the process */
	METRIC_CPU,
	METRIC_MEMORY,
	METRIC_THREADS,
	OVERVIEW_METRICS
};

/* From the best to the worst, as badges are ranked. */
enum health {
	HEALTH_OK,
	HEALTH_IDLE,
	HEALTH_GONE,
	HEALTH_WARNING,
	HEALTH_UNKNOWN, /* worse than a warning: what is not seen may be anything */
	HEALTH_CRITICAL,
	HEALTH_EMERGENCY,
	HEALTHS
};

/* What the lists of alerts say about one instance. */
struct overview_judged {
	const struct alert *worst, *pending; /* valid while collecting */
	size_t firing_count, pending_count, muted_count;
	bool is_unknown;
	char unknown[160]; /* why */
};

struct overview_loss {
	uint64_t lately_count; /* in the last 5 minutes */
	uint64_t total_count;  /* as long as samples are kept */
	uint32_t cause;	       /* of the most of them */
	uint64_t cause_count;
};

struct overview_instance {
	uint64_t id;			    /* of its three labels; not 0 */
	const char *engine, *service, *pid; /* of the store's pool */
	char own_pid[12];		    /* without a store's: overview_meter.c */
	uint32_t pid_number;
	const struct series *series[OVERVIEW_METRICS]; /* NULL = there is none */
	double values[OVERVIEW_METRICS];
	double seen_s; /* how much of the span was seen */
	double total;  /* requests since we began */
	enum health health;
	bool is_gone, is_replaced; /* another one with the same engine and service lives */
	bool has_final;		   /* values are those of its last second */
	int64_t last_at_ms;	   /* when it is gone */
	char gone[80];		   /* how */
	size_t probes_count;
	uint64_t hits_count;
	struct overview_judged judged;
	struct overview_loss loss;
	char reason[320]; /* raw bytes may be in it */
	bool is_plain;	  /* it only says that nothing is wrong */
	struct overview_line lines[OVERVIEW_LINES];
};

#define OVERVIEW_EACH	"tts_requests_total" /* every instance has it from its first second on */
#define OVERVIEW_ALERTS 200
#define OVERVIEW_ENDED	50 /* more are let go, the oldest first: the Alerts tab has them */
/* One row of the list of alerts. */
struct overview_alert {
	uint64_t id;
	enum tier tier;
	bool is_pending, is_unknown, is_acked, is_silenced;
	bool is_ended;	/* it fired until nobody could know any more */
	bool is_untold; /* it fires, or did at the end of the run, and no instance that lives tells of it */
	uint64_t since_real_ns;
	char name[64], value[64];
	char who[160]; /* it is about; why it ended */
};

struct overview_self {
	double events_per_s; /* NAN = not known */
	uint64_t records_count, records_at_ns;
	double cpu_ratio, memory_bytes, series_count;
	uint64_t traces_count, logs_count;
	uint64_t lost_count, lost_lately_count;
	char lost[160];	       /* by cause */
	uint64_t let_go_count; /* of what is not meant to leave */
	char let_go[96];
	size_t rules_count, rules_unknown_count, rules_failed_count, rules_never_count;
	char rules_reason[160];
	size_t processes_count, live_count, probes_count;
	uint64_t hits_count;
	char waits_for[128]; /* who is attached */
};

struct overview_stage {
	char name[48];
	double p50, p95, max, count, oncpu_share;
};
#define OVERVIEW_STAGES 40

/* What can be clicked, of the last draw. */
struct overview_hit {
	int row, column, rows, columns;
	bool is_alert;
	size_t index; /* of instances or alerts */
};
#define OVERVIEW_HITS 256

#define OVERVIEW_COLUMNS 13

enum overview_focus { FOCUS_INSTANCES, FOCUS_ALERTS };

struct overview {
	struct tab tab;			     /* first */
	struct overview_instance *instances; /* in order of their labels */
	size_t instances_count;
	size_t *order; /* as shown: the first shown_count */
	size_t shown_count;
	struct overview_alert alerts[OVERVIEW_ALERTS]; /* the worst first */
	size_t alerts_count, firing_count, pending_count, held_down_count, ended_count;
	struct overview_alert heard[OVERVIEW_ENDED]; /* that ended, the oldest first: they are in no view */
	size_t heard_count;
	struct overview_self self;
	struct overview_stage stages[OVERVIEW_STAGES]; /* of the selected instance */
	size_t stages_count;
	uint64_t stages_id, stages_second;
	/* what it was collected for */
	uint64_t second, store_generation, rules_generation;
	const char *suffix; /* "1m", "5m": of numbers */
	uint64_t span_ns;   /* the same */
	bool has_collected, is_stale;
	bool has_ended;	  /* no second will come any more */
	bool has_samples; /* else: by the meter of the whole run */
	/* what has the keys */
	enum overview_focus focus;
	uint64_t selected_id;	    /* of instances */
	uint64_t selected_alert_id; /* 0 = the first */
	size_t alerts_top;
	bool is_drilled;
	bool has_list;	  /* as last drawn */
	struct desk desk; /* of the draw: what the list's rows are asked at */
	struct list list;
	struct list_column columns[OVERVIEW_COLUMNS]; /* of it */
	int origin_row, origin_column;		      /* of the area of the last draw */
	struct area list_area;			      /* its canvas is not to be used */
	struct overview_hit hits[OVERVIEW_HITS];
	size_t hits_count;
};

/* overview_collect.c */
#define OVERVIEW_LOST	   "ttsobs_events_lost_total"
#define OVERVIEW_LATELY_NS (300 * NS_PER_S) /* what was lost before is a number of the past */
uint32_t overview_cause(const struct series *series); /* of that family; 0 = not known */
void overview_collect(struct overview *overview, struct desk *desk);
void overview_say_exit(struct overview_instance *instance, const struct tail *tail); /* into instance->gone */
/* The desk at the instant that is shown of an instance: its last one when it is gone. */
struct desk overview_desk_of(const struct overview_instance *instance, const struct desk *desk);

/* overview_find.c: which instances there are, and their series */
void overview_find(struct overview *overview, const struct desk *desk);
void overview_drop_instances(struct overview *overview);
void overview_forget(struct overview *overview); /* all that points into the view */

/* overview_meter.c: instances of a run that has no samples */
void overview_take_meter(struct overview *overview, const struct desk *desk);

/* overview_health.c */
bool overview_tells_of(const struct overview *overview, const struct alert *alert); /* a badge that is shown does */
void overview_judge(struct overview *overview, const struct desk *desk);
bool health_is_alarm(const struct overview_instance *instance); /* somebody has to look at it */
const char *health_word(enum health health);
enum style health_badge(enum health health); /* filled */
enum style health_style(enum health health); /* text */

/* overview_words.c */
void overview_alert_value(char *text, size_t size_bytes, const struct alert *alert, bool ascii);
struct chart_text overview_age(const struct desk *desk, uint64_t since_ns); /* at the desk's instant; on the axis */
uint64_t overview_since_ns(const struct alert *alert);			    /* it is what it is */
bool overview_is_handled(const struct alert *alert);			    /* somebody has taken care of it */

/* overview_alerts.c */
void overview_hear(struct overview *overview, const struct alert *alert); /* each change */
void overview_take_alerts(struct overview *overview, const struct desk *desk);
size_t overview_alert_at(const struct overview *overview); /* the selected one's index; count when there is none */
void overview_draw_alerts(struct overview *overview, const struct desk *desk, struct area area);
const struct overview_alert *overview_untold(const struct overview *overview); /* the worst one; NULL = none */
void overview_draw_untold(struct overview *overview, struct area area);	       /* if there is one: in row 0 */

/* overview_self.c */
void overview_take_self(struct overview *overview, const struct desk *desk);
int overview_self_rows(const struct overview *overview);
void overview_draw_self(const struct overview *overview, const struct desk *desk, struct area area);
void overview_draw_waiting(const struct overview *overview, const struct desk *desk, struct area area);

/* overview_block.c: one instance, in as many rows as it gets */
#define OVERVIEW_BLOCK_ROWS 10
void overview_draw_block(struct overview *overview, struct desk *desk, struct overview_instance *instance,
			 struct area area, bool is_marked);

/* overview_plots.c: how long it takes, and how much there is to do; as many plots as have room, or none */
void overview_draw_plots(struct overview *overview, struct desk *desk, struct overview_instance *instance,
			 struct area area);
void overview_draw_load(struct overview *overview, struct desk *desk, struct overview_instance *instance,
			struct area area);

/* overview_rows.c: the rows of a block, in row 0 of their area */
struct overview_row {
	struct overview *overview;
	struct desk desk; /* at the instance's instant */
	struct overview_instance *instance;
};
void overview_row_draw(const struct overview_row *row, char what, struct area area);

/* overview_list.c: many instances, a line each */
void overview_list_fit(struct overview *overview, int columns); /* to a width */
void overview_sort(struct overview *overview);
struct list_rows overview_list_rows(struct overview *overview, struct desk *desk);

/* overview_stages.c */
void overview_take_stages(struct overview *overview, const struct desk *desk,
			  const struct overview_instance *instance);
void overview_draw_stages(struct overview *overview, struct desk *desk, struct overview_instance *instance,
			  struct area area);

/* overview_draw.c: what goes where */
void overview_draw(struct overview *overview, struct desk *desk, struct area area);
struct overview_instance *overview_selected(const struct overview *overview); /* NULL = there is none */

#endif

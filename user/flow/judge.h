/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the judge remembers. Private to user/flow/judge*.c, silences.c and control.c.
 *
 * Ownership: the judge owns its alerts, silences, the rule set in force and the groups that run it. A group_alert's
 * `owner` is one of our alerts, be it muted by hand, or one of two marks: over the limit, muted because the target is
 * gone.
 */
#ifndef FLOW_JUDGE_H
#define FLOW_JUDGE_H

#include "flow/state.h"
#include "rules/groups.h"

#define JUDGE_MARKS 64		   /* losses remembered per process; the oldest melt into the next of their cause */
#define JUDGE_LEAST_REACH_MS 5000  /* an instant selector reads what a few seconds have made */
#define JUDGE_SAMPLE_SLACK_MS 1000 /* a window's first sample tells of the second before it */
#define JUDGE_SOON INT64_MAX
#define JUDGE_SELECTORS 64 /* of one rule, with those of the rules it reads; more: every process concerns it */

struct judge_mark {
	int64_t at_ms; /* the first sampled second at or after the loss; JUDGE_SOON until it has come */
	uint32_t cause;
	uint64_t count;
};

/* The holes of one process, or those that may be of any. */
struct judge_holes {
	const struct process_state *process;  /* NULL = any */
	struct judge_mark marks[JUDGE_MARKS]; /* in order of time */
	unsigned marks_count;
	struct judge_holes *next;
};

struct judge_left {
	const struct process_state *process;
	enum judge_leave how;
	uint32_t wait_status;
};

struct judge_rule {
	const struct rule *rule;
	const struct rule_group *group;
	struct rule_status *status;
	int64_t reach_ms; /* how far back its verdict depends on events */
	bool is_reached;  /* reach_ms and the selectors are known */
	bool is_blind;	  /* all it reads is loss-blind by name */
	bool concerns_all;
	const struct expr *selectors[JUDGE_SELECTORS]; /* not loss-blind by name; through recording rules */
	unsigned selectors_count;
	uint64_t blind_generation; /* store generation + 1 at which is_series_blind was found; 0 = never */
	bool is_series_blind;
};

/* Alerts that differ in their severity only. */
struct judge_family {
	size_t members_count;
	const struct alert *top; /* firing, of the highest tier */
};

struct judge_alert {
	struct alert alert;
	struct group_alert *group_alert; /* NULL: its rule is not there, or it has ended */
	struct judge_rule *rule;
	struct judge_family *family;
	const struct labels *family_labels;
	bool is_restored; /* its window reaches to before we began */
	bool is_state_new, is_ack_new, is_restored_new;
	bool told_unknown;
	uint64_t told_silence_id, told_inhibited_by;
	double expanded_value; /* what the annotations say */
	bool is_expanded;
	uint8_t expanded_trace_id[16];
	struct buf annotation_text;
	struct label *annotations;
	size_t annotations_capacity;
	char *ack_comment;
	struct judge_alert *prev, *next; /* in judge->alerts, or judge->muted */
};

struct judge_alerts {
	struct judge_alert *first, *last;
};

struct judge_silence {
	struct silence silence;
	struct arena arena;
	struct matcher *matchers;
	size_t matchers_count;
	struct judge_silence *next;
};

/* A rule set on its way, part by part. */
struct judge_incoming {
	struct rule_text *texts; /* the last one may be unfinished */
	size_t texts_count;
	size_t texts_capacity;
	uint32_t files_count;
	uint64_t total_bytes; /* of the unfinished text */
	uint64_t held_bytes;  /* of all of it */
	bool is_begun;
};

struct judge {
	struct flow *flow;
	int64_t began_at_ms;  /* the first sampled second; 0 = not yet */
	int64_t at_ms;	      /* the last sampled second */
	uint64_t now_real_ns; /* of what is being done */
	struct rule_set *set; /* in force */
	struct groups *groups;
	struct judge_rule *rules; /* in order of groups and rules */
	struct rule_status *status;
	size_t rules_count;
	struct table rule_by_address;
	bool has_had_rules;
	struct judge_alerts alerts; /* view.alerts */
	struct judge_alerts muted;  /* view.muted: of no family; alive only in their group alerts */
	size_t alerts_count;	    /* of both: the state file has room for LIMIT_ALERTS */
	struct table family_by_labels;
	struct judge_silence *silences;
	size_t silences_count;
	uint64_t last_silence_id;
	uint64_t silences_ticked_at_real_ns;
	struct judge_holes *holes;
	struct table holes_by_process;
	struct judge_left *left; /* since the last settling */
	size_t left_count;
	size_t left_capacity;
	uint64_t let_go_before;	    /* open traces and threads let go at the last second */
	struct group_alert **drops; /* to be dropped when the groups have run */
	size_t drops_count;
	size_t drops_capacity;
	struct judge_incoming incoming;
	struct judge_alert over, muted_gone; /* marks: only their addresses mean something */
	char trace_id[33];
	struct buf scratch;
};

/* judge.c */
struct judge *judge_get(struct flow *flow); /* made when it is not there; NULL: nothing is judged in this run */
/* NULL over the limit. */
struct judge_alert *judge_add(struct judge *judge, const struct labels *labels, enum alert_state state);
void judge_become(struct judge *judge, struct judge_alert *alert, enum alert_state state);
/* Its group alert goes on muted by that mark; NULL = it is dropped. */
void judge_leave_group(struct judge *judge, struct judge_alert *alert, struct judge_alert *mark);
/* It ends for another reason than its condition, and leaves its group alert. */
void judge_finish(struct judge *judge, struct judge_alert *alert, struct judge_alert *mark, const char *reason);
/* It ends by hand: told, it goes to those that are muted, with its group alert. */
void judge_resolve(struct judge *judge, struct judge_alert *alert, const char *reason);
void judge_mute(struct judge *judge, struct judge_alert *alert);   /* one that was resolved; untold it stays so */
void judge_unmute(struct judge *judge, struct judge_alert *alert); /* forgets it; its group alert is nobody's */
void judge_set_ack(struct judge_alert *alert, uint64_t at_real_ns, uint32_t uid, const char *comment);
void judge_end_orphans(struct judge *judge); /* alerts whose rule is not there, muted ones included */
/* Tells what is new, in order of becoming active, and lets go those that ended. */
void judge_say(struct judge *judge);

/* judge_groups.c: between the groups and us. */
extern const struct groups_hooks judge_hooks;
void judge_adopt(struct judge *judge, struct judge_alert *alert, struct group_alert *group_alert);
/* Finds its rule among those in force, and goes on there as it was; without one it is an orphan. */
void judge_carry(struct judge *judge, struct judge_alert *alert);
void judge_run(struct judge *judge, int64_t at_ms);

/* judge_rules.c */
void judge_set_rules(struct judge *judge, struct rule_set *set); /* takes it; NULL = none */
struct judge_rule *judge_rule_of(const struct judge *judge, const struct rule *rule);
bool judge_rule_is_blind(struct judge *judge, struct judge_rule *rule);
void judge_free_rules(struct judge *judge);

/* judge_loss.c */
/* Is there a hole in what the rule saw at that instant of these labels (NULL = of all)? `reason` says which. */
bool judge_is_touched(struct judge *judge, struct judge_rule *rule, const struct labels *labels, int64_t at_ms,
		      char reason[160]);
/* The same for an alert: one of a former run cannot be known either before its window lies in this run. */
bool judge_is_unknown(struct judge *judge, const struct judge_alert *alert, int64_t at_ms, char reason[160]);
void judge_date_holes(struct judge *judge); /* the losses since the last sampled second belong to this one */
void judge_free_holes(struct judge *judge);

/* judge_gone.c: which processes a label set can mean. */
struct judge_meant {
	bool is_some;	   /* the labels speak of processes at all */
	size_t seen_count; /* that are or were in view */
	size_t live_count;
};
/* As a label's value: cleaned. Gives raw itself where nothing needs cleaning. */
const char *judge_label_text(struct buf *scratch, const char *raw);
bool judge_concerns(const struct flow *flow, const struct labels *labels, const struct process_state *process);
struct judge_meant judge_meant(const struct flow *flow, const struct labels *labels,
			       const struct process_state *without);
/* One of them lives, and its image is not younger than this instant. Cheap with a pid. */
bool judge_is_live(const struct flow *flow, const struct labels *labels, int64_t since_ms);
int64_t judge_window_begin_ms(const struct judge *judge, const struct judge_rule *rule); /* rule: NULL = none */
void judge_settle(struct judge *judge); /* ends the alerts of what has left */

/* control.c: the rule texts of a set that is not whole. */
void control_forget_incoming(struct judge_incoming *incoming);

/* silences.c */
bool silences_add(struct judge *judge, const struct tt_control *record, const char *text, const char *comment);
bool silences_remove(struct judge *judge, uint64_t id);
void silences_tick(struct judge *judge); /* at now_real_ns: those that begin or end */
void silences_apply(const struct judge *judge, struct judge_alert *alert);
void silences_free(struct judge *judge);

#endif

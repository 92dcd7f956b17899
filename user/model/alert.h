/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nouns: alert (one label set of one alerting rule) and silence. Made by flow/judge.
 * All *_real_ns are UTC ns, on the axis of flow (UTC at the first CLOCK plus monotonic time since), so they never step back.
 */
#ifndef MODEL_ALERT_H
#define MODEL_ALERT_H

#include "model/labels.h"
#include "model/rule.h"

enum alert_state {
	ALERT_INACTIVE, /* pending, and the condition went away before `for` was over */
	ALERT_PENDING,
	ALERT_FIRING,
	ALERT_RESOLVED, /* the condition is known to be gone */
	ALERT_ENDED,	/* nobody can know any more: the target is gone, the rule was removed, somebody resolved it by hand */
};

/* What just happened: the reason of an on_alert. */
enum alert_change {
	ALERT_CHANGE_STATE, /* alert->state is new */
	ALERT_CHANGE_UNKNOWN, /* alert->is_unknown is new */
	ALERT_CHANGE_ACK,     /* alert->ack is new */
	ALERT_CHANGE_SILENCE, /* alert->silence_id is new; 0 = no longer silenced */
	ALERT_CHANGE_INHIBIT, /* alert->inhibited_by is new; 0 = no longer */
	ALERT_CHANGE_RESTORED, /* it comes from a state file: it was told before */
};

struct alert_ack {
	uint64_t at_real_ns; /* 0 = not acknowledged */
	uint32_t uid;
	const char *comment; /* "" = none */
};

struct alert {
	uint64_t id; /* of the label set and the rule's name: the same in every run; shown as 16 hex digits */
	const struct rule *rule; /* NULL: the rule was removed, or a restored alert whose rule is not there */
	const char *group;
	const char *name;	     /* label alertname */
	enum tier tier;
	const struct labels *labels; /* alertname and severity included, __name__ not */
	const struct label *annotations; /* expanded; in the file's order */
	size_t annotations_count;
	enum alert_state state;
	enum alert_change change;
	bool is_muted;		/* resolved by hand: from then on nobody sees it until its condition was false once */
	bool is_unknown;	/* its window was touched by loss, or reaches to before we began: it will not resolve by that */
	char reason[160];	/* why it is unknown, or why it ended; "" = nothing to say */
	double value;		/* of the expression's left side when it is a comparison, else of the expression */
	bool has_threshold;	/* the expression is a comparison */
	double threshold;	/* its right side */
	char comparison[3];	/* ">" */
	uint64_t active_at_real_ns;   /* pending since */
	uint64_t fired_at_real_ns;    /* 0 = never */
	uint64_t ended_at_real_ns;    /* resolved, ended or inactive; 0 = not */
	uint64_t changed_at_real_ns;  /* of `change` */
	struct alert_ack ack;
	uint64_t silence_id;	/* 0 = not silenced */
	uint64_t inhibited_by;	/* id of the firing alert of a higher tier; 0 = none */
	uint8_t trace_id[16];	/* exemplar; all zero = none */
	/*
	 * view->alerts: in order of becoming active; those that ended leave the list after being told. view->muted: in order of being
	 * resolved.
	 */
	const struct alert *next;
};

static inline bool alert_is_live(const struct alert *alert)
{
	return alert->state == ALERT_PENDING || alert->state == ALERT_FIRING;
}

struct silence_matcher {
	const char *name;
	const char *value;
	bool is_regex;
	bool is_negative;
};

struct silence {
	uint64_t id; /* 1, 2, ... */
	const struct silence_matcher *matchers;
	size_t matchers_count;
	const char *text; /* the matchers as text, canonical: {alertname="X",engine=~"a|b"} */
	const char *comment;
	uint32_t uid;
	uint64_t start_at_real_ns;
	uint64_t end_at_real_ns;
	const struct silence *next;
};

/* What became of one rule at its last evaluation. */
enum rule_health { RULE_NEVER, RULE_OK, RULE_UNKNOWN, RULE_FAILED };
struct rule_status {
	const struct rule *rule;
	const char *group;
	enum rule_health health;
	char reason[160]; /* unknown: which loss; failed: the evaluation error */
	uint64_t evaluated_at_real_ns;
	size_t pending_count;
	size_t firing_count;
};

#endif

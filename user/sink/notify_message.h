/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is sent: a note is one alert as it was at one moment, a message tells one receiver of the alerts of one group.
 * Notes never change once they are made, so messages in the queues of several threads share them.
 */
#ifndef SINK_NOTIFY_MESSAGE_H
#define SINK_NOTIFY_MESSAGE_H

#include "base/buf.h"
#include "base/mem.h"
#include "model/alert.h"
#include "model/notify.h"

struct notify_note {
	unsigned users_count; /* atomic */
	uint64_t id;
	const char *name;
	const char *severity; /* the label; "" = none */
	enum tier tier;
	enum alert_state state;
	struct label *labels; /* in the set's order; values are hostile */
	size_t labels_count;
	struct label *annotations;
	size_t annotations_count;
	bool is_unknown;
	const char *reason;
	double value;
	bool has_threshold;
	double threshold;
	char comparison[3];
	uint64_t active_at_real_ns;
	uint64_t fired_at_real_ns;
	uint64_t ended_at_real_ns;
	bool is_acknowledged;
	uint64_t silence_id;
	uint64_t inhibited_by;
	char trace_id[33]; /* hex; "" = none */
	struct arena arena;
};

struct notify_note *notify_note_new(const struct alert *alert);
struct notify_note *notify_note_share(struct notify_note *note);
void notify_note_drop(struct notify_note *note);				      /* NULL is fine */
const char *notify_note_label(const struct notify_note *note, const char *name);      /* "" = none */
const char *notify_note_annotation(const struct notify_note *note, const char *name); /* "" = none */

enum notify_event { NOTIFY_FIRING, NOTIFY_REPEAT, NOTIFY_ESCALATION, NOTIFY_RESOLVED, NOTIFY_ENDED, NOTIFY_EVENTS };
extern const char *const notify_event_words[];

#define NOTIFY_MAX_NOTES 50 /* alerts that a message knows in full; of the others it knows the ids */

struct notify_message {
	enum notify_event event;
	size_t receiver;       /* index in the config it was made by; results are told by name */
	enum tier tier;	       /* the highest of its alerts */
	uint64_t at_real_ns;   /* when it was decided, on the axis */
	uint64_t wall_real_ns; /* the same by the host's clock: the timestamp of lines */
	uint64_t group_key;
	char *group; /* {alertname="X",severity="critical"}; clean */
	struct notify_note **notes;
	size_t notes_count;
	uint64_t *ids; /* of all its alerts */
	size_t count;
	size_t firing_count; /* of the group's alerts, those included */
	uint64_t waited_ns;  /* escalation: that long nobody acknowledged */
	unsigned step;	     /* of the escalation, from 1 */
	/* the queue's */
	struct notify_message *next;
	unsigned attempts_count;
	bool is_resent;	    /* written once more because the first copy may not have arrived */
	bool is_memory;	    /* a copy of one that was reported as delivered */
	uint64_t put_at_ns; /* CLOCK_MONOTONIC */
	bool is_delivered;  /* in a report: delivered, else let go */
};

struct notify_message *notify_message_new(enum notify_event event, size_t receiver);
void notify_message_add(struct notify_message *message, struct notify_note *note); /* takes a share of its own */
struct notify_message *notify_message_copy(const struct notify_message *message);
void notify_message_free(struct notify_message *message);
/* Whoever hears of it has heard it before: what may be let go first. */
bool notify_message_is_repeat(const struct notify_message *message);
bool notify_message_is_end(const struct notify_message *message); /* resolved or ended */

#endif

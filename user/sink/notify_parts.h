/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the dispatch share.
 * watched: one alert that fired, and which receivers have been told of it. Being told is a matter of alert and
 * receiver, whatever route led there: two routes to one receiver do not tell it twice. group: alerts of one route with
 * the same group_by values; it decides when, and what goes into one message.
 */
#ifndef SINK_NOTIFY_PARTS_H
#define SINK_NOTIFY_PARTS_H

#include "base/table.h"
#include "sink/notify_dispatch.h"

enum told_state {
	TOLD_NOT,
	TOLD_FIRING,
	TOLD_DONE, /* of this firing nothing more is to be said */
};

struct told {
	enum told_state state;
	bool was_let_go; /* its message was dropped from a full queue: again when the queue is empty */
	uint64_t first_at_real_ns;
	uint64_t last_at_real_ns;
	uint64_t delivered_at_real_ns; /* 0 = nobody is known to have got it; then it does not count after a restart */
	size_t unconfirmed_count;      /* messages under way */
};

struct watched {
	struct notify_note *note; /* as it was at its last change */
	struct told *told;	  /* by receiver */
	struct member *members;
	bool is_inhibited;		 /* by the file's inhibitions */
	bool owes;			 /* it fired while it could be told */
	struct watched *next, *previous; /* in order of first firing */
};

struct member {
	struct watched *watched;
	struct group *group;
	uint64_t since_real_ns; /* it waits to be told since; 0 = it does not */
	struct member *watched_next;
	struct member *next, *previous; /* of the group */
};

struct group {
	uint64_t key;
	const struct notify_route *route;
	char *text;
	struct member *members, *last_member;
	uint64_t told_at_real_ns; /* the last message about what is new; 0 = none yet */
	uint64_t due_at_real_ns;  /* UINT64_MAX = nothing to come */
	bool is_dirty;
	struct group *next, *previous;
};

struct loaded { /* from a state file, until its alert is there */
	uint64_t alert_id;
	char receiver[65];
	struct told told;
	struct notify_note *note; /* as having ended, should nobody bring the alert back */
	struct loaded *same_next; /* of the same alert */
	struct loaded *next, *previous;
};

struct notify_dispatch {
	const struct notify_config *config;
	struct notify_dispatch_hooks hooks;
	struct watched *watched, *last_watched;
	struct table by_id; /* watched */
	struct group *groups, *last_group;
	struct table by_key; /* groups */
	struct loaded *loaded;
	struct table loaded_by_id;     /* first of the chain */
	uint64_t loaded_until_real_ns; /* 0 = not yet known */
	uint64_t now_real_ns;
	uint64_t wall_real_ns;
	uint64_t due_at_real_ns; /* of all groups */
	uint64_t generation;
	bool is_dirty;
	bool is_ending;		 /* nothing waits any more */
	const struct view *view; /* during a tick */
	struct table fresh;	 /* alerts of the view by id, made when first needed in a tick */
	bool has_fresh;
};

/* notify_dispatch.c; receivers_count when there is none of that name */
size_t notify_find_receiver(const struct notify_config *config, const char *name);

/* notify_watch.c */
struct watched *notify_watch(struct notify_dispatch *dispatch, uint64_t id);		      /* NULL */
struct watched *notify_watch_new(struct notify_dispatch *dispatch, struct notify_note *note); /* takes the note */
void notify_watch_free(struct notify_dispatch *dispatch, struct watched *watched);
void notify_watch_dirty(const struct watched *watched);
bool notify_is_firing(const struct watched *watched);
bool notify_may_be_told(const struct watched *watched); /* firing, and nothing keeps it from being told */
bool notify_is_silenced(const struct notify_dispatch *dispatch,
			const struct watched *watched); /* during a tick: its end is not to be told yet */
bool notify_is_over(const struct notify_dispatch *dispatch, const struct watched *watched);
void notify_inhibit(struct notify_dispatch *dispatch); /* recomputes is_inhibited */
bool notify_matches(const struct matcher *matchers, size_t count, const struct notify_note *note);
uint64_t notify_hash(uint64_t seed, const char *text);

/* notify_group.c */
void notify_groups_join(struct notify_dispatch *dispatch, struct watched *watched); /* by the routes */
void notify_groups_leave(struct watched *watched);
void notify_group_update(struct notify_dispatch *dispatch,
			 struct group *group); /* tells what is due; finds the next instant */
/* The receiver of the member's next step, and when; receivers_count: none. */
size_t notify_group_next_step(const struct notify_dispatch *dispatch, const struct member *member,
			      uint64_t *at_real_ns);
void notify_group_free(struct notify_dispatch *dispatch, struct group *group);

/* notify_told.c */
void notify_told_adopt(struct notify_dispatch *dispatch, struct watched *watched);
bool notify_told_is_loaded(const struct notify_dispatch *dispatch, uint64_t alert_id);
void notify_told_end_loaded(struct notify_dispatch *dispatch); /* nobody brought them back: they have ended */
void notify_told_forget_loaded(struct notify_dispatch *dispatch);

#endif

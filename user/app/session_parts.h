/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a session share. Private to user/app/session*.c. */
#ifndef APP_SESSION_PARTS_H
#define APP_SESSION_PARTS_H

#include <pthread.h>

#include "app/control.h"
#include "app/rules_path.h"
#include "app/session.h"
#include "app/state_file.h"
#include "app/tell.h"
#include "config/notify.h"
#include "flow/flow.h"
#include "sink/notify.h"
#include "sink/tail.h"
#include "sink/tui/tui.h"
#include "source/replay.h"

#define SINKS 8

struct session {
	struct feed feed;
	struct feed source_feed; /* of the source; what we tell ourselves goes to `feed` at once */
	const struct options *options;
	enum session_output output;
	struct engine_set engines;
	uint64_t run_id;
	uint64_t interval_ns;
	struct retention metrics; /* 0 = the default; a replay holds what the run held, or else rules would see more */
	struct source *source;
	bool is_replay;
	bool is_patient;
	bool has_begun; /* the flow has its first CLOCK: what files say was fed */
	struct flow *flow;
	struct flow *recorded; /* puts together the rule sets of the recording, if they are judged by others; else NULL */
	int rules_error; /* of what was laid over one of them */
	struct sink *sinks[SINKS];
	size_t sinks_count;
	struct sink *record, *log, *lines, *report, *timeline;
	bool has_log_file; /* else the log, if there is one, only tells the tail */
	struct tail *tail; /* NULL = no log records are held */
	struct look look;
	int signal_fd;
	struct rule_texts rules; /* of files: to be fed at the begin */
	struct notify_config *notify_config; /* NULL = nobody is told */
	struct sink *notify;
	struct state_file *state; /* NULL = nothing is kept */
	struct control *control; /* NULL = nobody can ask */
	uint64_t told_generation; /* of the notify sink's state, last seen */
	bool has_dashboard;	/* on this terminal */
	bool has_screen;	/* it has the terminal now */
	pthread_mutex_t said_lock;
	struct buf said; /* lines for the dashboard, by any thread; locked */
	int said_fd;	 /* readable when there are some */
	struct tui *tui;	/* NULL = neither a dashboard nor --once */
	struct tell *tell;	/* what is done in the dashboard, told to the control; NULL = nobody can */
	bool is_again;		/* a recording is read once more: what it makes us say was said */
	struct player *player;	/* of a recording in the dashboard; else NULL */
	uint64_t once_at_ns;	/* CLOCK_MONOTONIC: when --once prints what a process does; 0 = at its end */
};

void session_add_sink(struct session *session, struct sink *sink);
/* A recording from its beginning once more: the flow and what hears it are new. -errno, said. */
int session_rewind(struct session *session);

/* What ends a wait. */
enum session_turn { SESSION_GO_ON, SESSION_MUST_STOP };
/*
 * Until something comes, at most time_out_ms (-1 = as long as it takes); then serves signals, the dashboard, the control
 * socket. *is_ready: source_fd (-1 = none) can be pumped. SESSION_*, or -errno (said).
 */
int session_wait(struct session *session, int source_fd, int time_out_ms, bool *is_ready);

/* session_dashboard.c: the dashboard on this terminal, and the same as text. */
int session_find_dashboard(struct session *session); /* sets has_dashboard. -EINVAL, said: this terminal cannot */
void session_add_dashboard(struct session *session); /* the tui, as a sink; no terminal is touched */
int session_open_dashboard(struct session *session); /* takes the terminal */
void session_close_dashboard(struct session *session);
void session_show_said(struct session *session); /* what any thread said since the last time */
int session_print_once(struct session *session); /* -errno, said; -EPIPE is none */

/* player.c: a recording in the dashboard, until somebody quits. */
int player_run(struct session *session);
void player_seek(struct player *player, uint64_t to_ns);
void player_play(struct player *player, bool is_playing, double speed);

/* session_outputs.c: what is printed, and whether somebody reads it. */
int session_check_output(const char *path); /* can it be written? asked before we touch anybody */
int session_add_outputs(struct session *session);
/* -EPIPE: the reader has left (head), which is no failure; else what made an output useless. */
int session_output_error(const struct session *session);
int session_close_outputs(struct session *session, int code);

/* session_rules.c: what files and people tell a running tracer. */
int session_read_rules(struct session *session); /* and judges them, so that mistakes are said before we attach */
void session_lay_anew(struct session *session);	 /* a replay that is judged by other rules begins */
void session_begin(struct session *session);	 /* once the flow has its first CLOCK */
/* A replay that is judged by other rules than the run. True: the record goes on to the flow. */
bool session_lay_rules(struct session *session, const struct tt_head *record, uint32_t size_bytes);
/* All or nothing. -EINVAL after mistakes (said); *message gets the first one, the caller frees it. NULL is allowed. */
int session_reload(struct session *session, char **message);

/* session_duty.c: state file, control socket, receivers. */
int session_read_notify(struct session *session); /* mistakes are said before we attach */
void session_add_state(struct session *session);  /* behind the recorder, before all that tell anybody */
int session_add_duty(struct session *session);
int session_reload_notify(struct session *session);
void session_duty_turn(struct session *session); /* after each turn of the loop */
/* Once only: what is to be told is told, what is to be kept is kept. */
void session_close_duty(struct session *session);

#endif

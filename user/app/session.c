/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of the path. In: options. Out: what the sinks print, and the exit code.
 * The rule that surprises: what is printed is decided here, once, and is the same for a live process and a recording;
 * nothing below knows which of the two it reads.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/engines_path.h"
#include "app/look.h"
#include "app/session_parts.h"
#include "app/verbs.h"
#include "base/io.h"
#include "base/refuse.h"
#include "base/units.h"

#define FDS 4 /* that session_wait always has */
#define ONCE_AFTER_NS (3 * NS_PER_S) /* two whole seconds are sampled by then */

static void feed_flow(struct feed *feed, const struct tt_head *record, uint32_t size_bytes)
{
	struct session *session = (struct session *)feed;

	flow_feed(session->flow, record, size_bytes);
	if (!session->has_begun && flow_view(session->flow)->axis_mono_ns) {
		session->has_begun = true;
		session_begin(session);
	}
}

static void feed_source(struct feed *feed, const struct tt_head *record, uint32_t size_bytes)
{
	struct session *session = (struct session *)((char *)feed - offsetof(struct session, source_feed));

	if (!session->recorded || session_lay_rules(session, record, size_bytes))
		feed_flow(&session->feed, record, size_bytes);
}

static int exit_code_of(int error)
{
	switch (error) {
	case 0: return EXIT_CODE_OK;
	case -EPERM: case -EACCES: case -EOPNOTSUPP: return EXIT_CODE_PRIVILEGE;
	case -ESRCH: case -ENOENT: case -ECHILD: return EXIT_CODE_TARGET;
	case -EINVAL: return EXIT_CODE_USAGE;
	case -EBADMSG: return EXIT_CODE_DAMAGED;
	default: return EXIT_CODE_RUNTIME;
	}
}

static int take_preamble(struct session *session, const struct replay_preamble *preamble)
{
	const struct options *options = session->options;
	int error = 0;

	session->run_id = preamble->run_id;
	session->interval_ns = options->has_interval ? options->interval_ns : preamble->interval_ns;
	if (!session->metrics.age_ns)
		session->metrics.age_ns = preamble->metrics_age_ns;
	if (!session->metrics.bytes)
		session->metrics.bytes = preamble->metrics_bytes;
	for (size_t i = 0; i < preamble->engine_texts_count && !error; i++)
		error = engines_parse(&session->engines, preamble->engine_texts[i].file, preamble->engine_texts[i].text,
				      preamble->engine_texts[i].length);
	return error;
}

static int open_replay(struct session *session)
{
	const struct replay_preamble *preamble;
	int error = replay_open(&session->source, session->options->args.values[0], &preamble);

	if (error)
		return error;
	if (!session->has_dashboard) /* which shows where it is itself */
		replay_show_progress(session->source);
	return take_preamble(session, preamble);
}

static int open_live(struct session *session)
{
	const struct options *options = session->options;
	struct capture_options capture = {
		.engines = &session->engines,
		.forced_engine = options->engine,
		.pids = options->pids,
		.pids_count = options->pids_count,
		.command = options->command,
		.attach = options->attach,
		.ring_bytes = options->ring_bytes,
		.period_ns = 20000000,
		.duration_ns = options->once ? 0 : options->duration_ns,
	};

	if (options->once)
		session->once_at_ns = io_now_ns() + (options->duration_ns ? options->duration_ns : ONCE_AFTER_NS);
	session->interval_ns = options->interval_ns;
	if (getrandom(&session->run_id, sizeof(session->run_id), 0) != sizeof(session->run_id))
		return refuse(-errno, "no random numbers: %s", strerror(errno));
	return capture_open(&session->source, &capture);
}

static int open_signals(struct session *session)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file-size limit is an error of write, said by the sink */
	session->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return session->signal_fd < 0 ? refuse(-errno, "signalfd: %s", strerror(errno)) : 0;
}

void session_add_sink(struct session *session, struct sink *sink)
{
	session->sinks[session->sinks_count++] = sink;
}

static void new_flow(struct session *session)
{
	const struct options *options = session->options;
	struct flow_options flow = {
		.engines = &session->engines,
		.run_id = session->run_id,
		.interval_ns = session->interval_ns,
		.sinks = session->sinks,
		.sinks_count = session->sinks_count,
		.metrics = session->metrics,
		.traces = session->output == SESSION_LIVE ? options->traces : (struct retention){ 1, 1 }, /* nobody looks back */
		.compile_rules = rules_compile,
		.free_rules = rules_free,
	};

	session->flow = flow_new(&flow);
	if (session->tui)
		tui_begin(session->tui, flow_view(session->flow), session->tail);
}

int session_rewind(struct session *session)
{
	const struct replay_preamble *preamble;
	int error = replay_rewind(session->source, &preamble);

	if (error)
		return error;
	flow_free(session->flow);
	flow_free(session->recorded);
	log_free(session->log);
	tail_free(session->tail);
	engines_fini(&session->engines);
	session->recorded = NULL;
	session->log = NULL;
	session->tail = NULL;
	session->sinks_count = 0;
	session->has_begun = false;
	session->is_again = true;
	engines_init(&session->engines);
	session_lay_anew(session);
	error = take_preamble(session, preamble);
	if (!error && session_add_outputs(session))
		error = -EIO;
	new_flow(session);
	return error;
}

static void stop(struct session *session, uint32_t reason)
{
	sigset_t set;

	/* from here on a second Ctrl-C ends us at once */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	session->source->ops->stop(session->source, &session->source_feed, reason);
}

static void take_hangup(struct session *session)
{
	if (session->log)
		log_reopen(session->log);
	if (!session->is_replay)
		session_reload(session, NULL); /* what is wrong was said, and the old rules stay */
}

/* True: a signal asked for the end. */
static bool take_signals(struct session *session)
{
	struct signalfd_siginfo info;
	bool must_stop = false;

	while (read(session->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGHUP)
			must_stop = true;
		else
			take_hangup(session);
	}
	return must_stop;
}

/* -1 = for ever. */
static int lesser_ms(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

static void take_answer(void *arg, bool is_done, const char *sentence)
{
	tui_answer(((struct session *)arg)->tui, is_done, sentence);
}

int session_wait(struct session *session, int source_fd, int time_out_ms, bool *is_ready)
{
	struct pollfd fds[FDS + TELL_FDS + CONTROL_FDS] = {
		{ .fd = session->signal_fd, .events = POLLIN },
		{ .fd = source_fd, .events = POLLIN },
		{ .fd = session->has_screen ? tui_fd(session->tui) : -1, .events = POLLIN },
		{ .fd = session->has_screen ? session->said_fd : -1, .events = POLLIN },
	};
	struct pollfd *tell_fds_at = fds + FDS, *control_fds_at;
	size_t tell_count = session->tell ? tell_fds(session->tell, tell_fds_at, TELL_FDS) : 0, control_count = 0;

	control_fds_at = tell_fds_at + tell_count;
	if (session->control) {
		control_count = control_fds(session->control, control_fds_at, CONTROL_FDS);
		time_out_ms = lesser_ms(time_out_ms, control_timeout_ms(session->control));
	}
	if (session->has_screen)
		time_out_ms = lesser_ms(time_out_ms, tui_timeout_ms(session->tui));
	if (poll(fds, FDS + tell_count + control_count, time_out_ms) < 0 && errno != EINTR)
		return refuse(-errno, "poll: %s", strerror(errno));
	if (fds[0].revents && take_signals(session))
		return SESSION_MUST_STOP;
	*is_ready = fds[1].revents;
	if (session->control)
		control_poll(session->control, control_fds_at, control_count, flow_view(session->flow));
	if (session->tell)
		tell_poll(session->tell, take_answer, session);
	session_duty_turn(session);
	if (!session->has_screen)
		return SESSION_GO_ON;
	session_show_said(session);
	tui_turn(session->tui);
	return tui_wants_end(session->tui) ? SESSION_MUST_STOP : SESSION_GO_ON;
}

static bool is_useless(const struct session *session)
{
	int error = session_output_error(session);

	return error == -EPIPE || (error && session->is_replay); /* live, a full disk may have room again */
}

static bool is_time_for_once(const struct session *session)
{
	return session->once_at_ns && io_now_ns() >= session->once_at_ns;
}

/* The run has ended by itself: what was seen stays on the screen until somebody quits. */
static int linger(struct session *session)
{
	int turn = SESSION_GO_ON;
	bool is_ready;

	session_close_duty(session);
	while (turn == SESSION_GO_ON)
		turn = session_wait(session, -1, -1, &is_ready);
	return turn < 0 ? turn : 0;
}

static int pump_all(struct session *session)
{
	const struct source_ops *source = session->source->ops;
	int result = PUMP_MORE, error;

	while (result == PUMP_MORE) {
		int source_fd = source->fd(session->source);
		bool is_ready = false;
		int turn = session_wait(session, source_fd, source_fd < 0 ? 0 : -1, &is_ready);

		if (turn < 0)
			return turn;
		if (turn == SESSION_MUST_STOP) {
			session->is_patient = false;
			if (session->log)
				log_set_patient(session->log, false);
		}
		if (turn == SESSION_MUST_STOP || is_useless(session) || is_time_for_once(session))
			break;
		if (source_fd < 0 || is_ready)
			result = source->pump(session->source, &session->source_feed);
		if (session->rules_error)
			result = session->rules_error;
	}
	error = result < 0 ? result : 0;
	if (!error && session->options->once)
		error = session_print_once(session);
	if (result != PUMP_ENDED)
		stop(session, error ? TT_END_ERROR : TT_END_STOPPED);
	else if (session->has_dashboard && !session->options->duration_ns)
		error = linger(session);
	return error;
}

static int check_source(const struct options *options)
{
	bool has_target = options->pids_count || options->command;

	if (!options->verb->is_replay && options->args.count)
		return refuse(-EINVAL,
			      verbs_find(options->args.values[0]) ?
				      "the verb '%s' comes first, before the options" :
				      "'%s' is neither a verb nor an option; a process is named by -p PID",
			      options->args.values[0]);
	if (options->once && options->log_path && !strcmp(options->log_path, "-"))
		return refuse(-EINVAL, "--once and --log - would both have standard output");
	if (options->args.count > 1)
		return refuse(-EINVAL, "only one recording can be read, and '%s' is a second one", options->args.values[1]);
	if (has_target && options->args.count)
		return refuse(-EINVAL, "either a process or a recording, not both");
	if (!has_target && !options->args.count)
		return refuse(-EINVAL, options->verb->is_live ? "which process? say -p PID (see --help)" :
								"which recording? say its file (see --help)");
	return 0;
}

static int open_all(struct session *session)
{
	const struct options *options = session->options;
	int error = open_signals(session);

	if (!error)
		error = session_check_output(options->log_path);
	if (!error)
		error = session_check_output(options->record_path);
	if (!error)
		error = session_find_dashboard(session);
	if (!error && !session->is_replay)
		error = engines_path_load(&session->engines, options);
	if (!error)
		error = session_read_rules(session);
	if (!error)
		error = session_read_notify(session);
	if (!error)
		error = session->is_replay ? open_replay(session) : open_live(session);
	if (!error && session_add_outputs(session))
		error = -EIO; /* said; whatever it was, it is none of the target */
	if (error)
		return error;
	new_flow(session);
	if (session->has_dashboard)
		error = session_open_dashboard(session);
	if (error)
		stop(session, TT_END_ERROR);
	return error;
}

int session_run(const struct options *options, enum session_output output)
{
	struct session session = { .feed.record = feed_flow, .source_feed.record = feed_source, .options = options, .output = output, .signal_fd = -1 };
	int code, error = check_source(options);

	if (error)
		return exit_code_of(error);
	session.is_replay = options->args.count;
	session.metrics = options->metrics;
	session.look = look_find(options->columns, options->rows, options->no_colour, options->is_ascii);
	session.is_patient = session.is_replay; /* a recording can wait for a slow reader, a process cannot */
	session.look.patient = &session.is_patient;
	engines_init(&session.engines);
	error = open_all(&session);
	if (!error)
		error = session.has_dashboard && session.is_replay ? player_run(&session) : pump_all(&session);
	code = exit_code_of(error);
	if (session.is_replay && error == -ENOENT) /* a file that is not there is a mistake of the caller */
		code = EXIT_CODE_USAGE;
	code = session_close_outputs(&session, code);
	if (session.source && session.is_replay && replay_is_damaged(session.source))
		code = EXIT_CODE_DAMAGED;
	flow_free(session.flow);
	flow_free(session.recorded);
	if (session.source)
		session.source->ops->free(session.source);
	engines_fini(&session.engines);
	rules_texts_fini(&session.rules);
	if (session.signal_fd >= 0)
		close(session.signal_fd);
	return code;
}

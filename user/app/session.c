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
#include "base/refuse.h"

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

static int open_replay(struct session *session)
{
	const struct options *options = session->options;
	const struct replay_preamble *preamble;
	int error = replay_open(&session->source, options->args.values[0], &preamble);

	if (error)
		return error;
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
		.duration_ns = options->duration_ns,
	};

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

static int pump_all(struct session *session)
{
	struct pollfd fds[2 + CONTROL_FDS] = { { .fd = session->signal_fd, .events = POLLIN } };
	int result = PUMP_MORE, error;

	while (result == PUMP_MORE) {
		int source_fd = session->source->ops->fd(session->source);
		int time_out_ms = source_fd < 0 ? 0 : -1;
		size_t control_count = 0;

		fds[1] = (struct pollfd){ .fd = source_fd, .events = POLLIN };
		if (session->control) {
			control_count = control_fds(session->control, fds + 2, CONTROL_FDS);
			if (time_out_ms < 0)
				time_out_ms = control_timeout_ms(session->control);
		}
		if (poll(fds, 2 + control_count, time_out_ms) < 0 && errno != EINTR)
			return refuse(-errno, "poll: %s", strerror(errno));
		if (fds[0].revents && take_signals(session)) {
			session->is_patient = false;
			if (session->log)
				log_set_patient(session->log, false);
			stop(session, TT_END_STOPPED);
			return 0;
		}
		error = session_output_error(session);
		if (error == -EPIPE || (error && session->is_replay)) { /* live, a full disk may have room again */
			stop(session, TT_END_STOPPED);
			return 0;
		}
		if (source_fd < 0 || fds[1].revents)
			result = session->source->ops->pump(session->source, &session->source_feed);
		if (session->rules_error)
			result = session->rules_error;
		if (session->control)
			control_poll(session->control, fds + 2, control_count, flow_view(session->flow));
		session_duty_turn(session);
	}
	if (result < 0)
		stop(session, TT_END_ERROR);
	return result < 0 ? result : 0;
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
	if (options->args.count > 1)
		return refuse(-EINVAL, "only one recording can be read, and '%s' is a second one", options->args.values[1]);
	if (has_target && options->args.count)
		return refuse(-EINVAL, "either a process or a recording, not both");
	if (!has_target && !options->args.count)
		return refuse(-EINVAL, options->verb->is_live ? "which process? say -p PID (see --help)" :
								"which recording? say its file (see --help)");
	return 0;
}

int session_run(const struct options *options, enum session_output output)
{
	struct session session = { .feed.record = feed_flow, .source_feed.record = feed_source, .options = options, .output = output, .signal_fd = -1 };
	int code, error = check_source(options);

	if (error)
		return exit_code_of(error);
	session.is_replay = options->args.count;
	session.metrics = options->metrics;
	session.look = look_find(options->columns, options->no_colour, options->is_ascii);
	session.is_patient = session.is_replay; /* a recording can wait for a slow reader, a process cannot */
	session.look.patient = &session.is_patient;
	engines_init(&session.engines);
	error = open_signals(&session);
	if (!error)
		error = session_check_output(options->log_path);
	if (!error)
		error = session_check_output(options->record_path);
	if (!error && !session.is_replay)
		error = engines_path_load(&session.engines, options);
	if (!error)
		error = session_read_rules(&session);
	if (!error)
		error = session_read_notify(&session);
	if (!error)
		error = session.is_replay ? open_replay(&session) : open_live(&session);
	if (!error && session_add_outputs(&session))
		error = -EIO; /* said; whatever it was, it is none of the target */
	if (!error) {
		struct flow_options flow = {
			.engines = &session.engines,
			.run_id = session.run_id,
			.interval_ns = session.interval_ns,
			.sinks = session.sinks,
			.sinks_count = session.sinks_count,
			.metrics = session.metrics,
			.traces = output == SESSION_LIVE ? options->traces : (struct retention){ 1, 1 }, /* nobody looks back */
			.compile_rules = rules_compile,
			.free_rules = rules_free,
		};

		session.flow = flow_new(&flow);
		error = pump_all(&session);
	}
	code = exit_code_of(error);
	if (session.is_replay && error == -ENOENT) /* a file that is not there is a mistake of the caller */
		code = EXIT_CODE_USAGE;
	if (session.flow)
		code = session_close_outputs(&session, code);
	if (session.flow && session.is_replay && replay_is_damaged(session.source))
		code = EXIT_CODE_DAMAGED;
	flow_free(session.flow);
	flow_free(session.recorded);
	if (session.source)
		session.source->ops->free(session.source);
	engines_fini(&session.engines);
	if (!session.flow)
		notify_config_free(session.notify_config);
	rules_texts_fini(&session.rules);
	if (session.signal_fd >= 0)
		close(session.signal_fd);
	return code;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of the path. In: options. Out: what the sinks print, and the exit code.
 * The rule that surprises: what is printed is decided here, once, and is the same for a live process and a recording;
 * nothing below knows which of the two it reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/engines_path.h"
#include "app/session.h"
#include "app/verbs.h"
#include "base/auto.h"
#include "base/refuse.h"
#include "flow/flow.h"
#include "source/replay.h"

#define SINKS 5

struct session {
	struct feed feed;
	const struct options *options;
	struct engine_set engines;
	uint64_t run_id;
	uint64_t interval_ns;
	struct source *source;
	bool is_replay;
	bool is_patient;
	struct flow *flow;
	struct sink *sinks[SINKS];
	size_t sinks_count;
	struct sink *record, *log, *lines, *report, *timeline;
	struct look look;
	int signal_fd;
};

static void feed_flow(struct feed *feed, const struct tt_head *record, uint32_t size_bytes)
{
	struct session *session = (struct session *)feed;

	flow_feed(session->flow, record, size_bytes);
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

static struct look find_look(const struct options *options)
{
	struct look look = { .columns = 100 };
	struct winsize size;
	const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");
	bool is_terminal = isatty(STDOUT_FILENO);

	if (options->columns)
		look.columns = (unsigned)options->columns;
	else if (is_terminal && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		look.columns = size.ws_col < 20 ? 20 : size.ws_col;
	look.colour = is_terminal && !options->no_colour && !(no_colour && no_colour[0]) && terminal && strcmp(terminal, "dumb");
	look.ascii = options->is_ascii || strcmp(nl_langinfo(CODESET), "UTF-8");
	return look;
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

static void add_sink(struct session *session, struct sink *sink)
{
	session->sinks[session->sinks_count++] = sink;
}

static int add_recorder(struct session *session)
{
	struct record_preamble preamble = {
		.tool_version = TTSOBS_VERSION,
		.run_id = session->run_id,
		.interval_ns = session->interval_ns,
		.engines = &session->engines,
	};
	int error = record_new(&session->record, session->options->record_path, &preamble);

	if (!error)
		add_sink(session, session->record);
	return error;
}

/* Standard output holds either the log or what people read, never both. */
static int add_sinks(struct session *session, enum session_output output)
{
	const struct options *options = session->options;
	const char *log_path = options->log_path;
	bool is_log_on_stdout;
	int error = options->record_path ? add_recorder(session) : 0;

	if (!log_path && output == SESSION_LIVE && !options->is_plain && !isatty(STDOUT_FILENO))
		log_path = "-";
	is_log_on_stdout = log_path && !strcmp(log_path, "-");
	if (!error && log_path) {
		error = log_new(&session->log, log_path);
		if (!error && session->is_replay)
			log_set_patient(session->log, true);
		if (!error)
			add_sink(session, session->log);
	}
	if (error)
		return error;
	if (output == SESSION_LIVE && !is_log_on_stdout) {
		session->lines = lines_new(STDOUT_FILENO, &session->look);
		add_sink(session, session->lines);
	}
	if (output == SESSION_TIMELINE) {
		session->timeline = timeline_new(STDOUT_FILENO, &session->look, options->timeline_choice,
						 options->timeline_count, options->timeline_id);
		add_sink(session, session->timeline);
	}
	if (output == SESSION_LIVE || output == SESSION_REPORT) {
		session->report = report_new(is_log_on_stdout ? STDERR_FILENO : STDOUT_FILENO, &session->look,
					     options->as_json);
		add_sink(session, session->report);
	}
	return 0;
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

static void stop(struct session *session, uint32_t reason)
{
	sigset_t set;

	/* from here on a second Ctrl-C ends us at once */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	session->source->ops->stop(session->source, &session->feed, reason);
}

/* True: a signal asked for the end. */
static bool take_signals(struct session *session)
{
	struct signalfd_siginfo info;
	bool must_stop = false;

	while (read(session->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGHUP)
			must_stop = true;
		else if (session->log)
			log_reopen(session->log);
	}
	return must_stop;
}

/* -EPIPE: the reader has left (head), which is no failure; else what made an output useless. */
static int output_error(const struct session *session)
{
	int error = session->log ? log_error(session->log) : 0;

	if (!error && session->lines)
		error = lines_error(session->lines);
	if (!error && session->report)
		error = report_error(session->report);
	if (!error && session->timeline)
		error = timeline_error(session->timeline);
	return error;
}

static int pump_all(struct session *session)
{
	struct pollfd fds[2] = { { .fd = session->signal_fd, .events = POLLIN } };
	int result = PUMP_MORE, error;

	while (result == PUMP_MORE) {
		int source_fd = session->source->ops->fd(session->source);

		fds[1] = (struct pollfd){ .fd = source_fd, .events = POLLIN };
		if (poll(fds, 2, source_fd < 0 ? 0 : -1) < 0 && errno != EINTR)
			return refuse(-errno, "poll: %s", strerror(errno));
		if (fds[0].revents && take_signals(session)) {
			session->is_patient = false;
			if (session->log)
				log_set_patient(session->log, false);
			stop(session, TT_END_STOPPED);
			return 0;
		}
		error = output_error(session);
		if (error == -EPIPE || (error && session->is_replay)) { /* live, a full disk may have room again */
			stop(session, TT_END_STOPPED);
			return 0;
		}
		if (source_fd < 0 || fds[1].revents)
			result = session->source->ops->pump(session->source, &session->feed);
	}
	if (result < 0)
		stop(session, TT_END_ERROR);
	return result < 0 ? result : 0;
}

static int close_sinks(struct session *session, int code)
{
	const struct options *options = session->options;
	int error = output_error(session);

	if (error && error != -EPIPE)
		code = code ? code : EXIT_CODE_RUNTIME;
	if (session->timeline && !error && !timeline_printed_count(session->timeline)) {
		if (options->timeline_choice == TIMELINE_ID)
			refuse(0, "no trace has an id that begins with %s", options->timeline_id);
		else
			refuse(0, "there is no finished trace to show");
		code = code ? code : EXIT_CODE_RUNTIME;
	}
	timeline_free(session->timeline);
	report_free(session->report);
	lines_free(session->lines);
	if (log_free(session->log))
		code = code ? code : EXIT_CODE_RUNTIME;
	if (session->record && record_free(session->record))
		code = code ? code : EXIT_CODE_RUNTIME;
	return code;
}

/* Can this file be written? Asked before we touch anybody; what is there stays as it is. */
static int check_output(const char *path)
{
	struct stat status;
	int fd;

	if (!path || !strcmp(path, "-"))
		return 0;
	if (!stat(path, &status) && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
		return 0; /* a pipe or device is asked when it is opened */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd >= 0)
		unlink(path);
	else if (errno == EEXIST)
		fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return refuse(-EINVAL, "%s: %s", path, strerror(errno));
	close(fd);
	return 0;
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
	struct session session = { .feed.record = feed_flow, .options = options, .signal_fd = -1 };
	int code, error = check_source(options);

	if (error)
		return exit_code_of(error);
	session.is_replay = options->args.count;
	session.look = find_look(options);
	session.is_patient = session.is_replay; /* a recording can wait for a slow reader, a process cannot */
	session.look.patient = &session.is_patient;
	engines_init(&session.engines);
	error = open_signals(&session);
	if (!error)
		error = check_output(options->log_path);
	if (!error)
		error = check_output(options->record_path);
	if (!error && !session.is_replay)
		error = engines_path_load(&session.engines, options);
	if (!error)
		error = session.is_replay ? open_replay(&session) : open_live(&session);
	if (!error && add_sinks(&session, output))
		error = -EIO; /* said; whatever it was, it is none of the target */
	if (!error) {
		struct flow_options flow = {
			.engines = &session.engines,
			.run_id = session.run_id,
			.interval_ns = session.interval_ns,
			.sinks = session.sinks,
			.sinks_count = session.sinks_count,
		};

		session.flow = flow_new(&flow);
		error = pump_all(&session);
	}
	code = exit_code_of(error);
	if (session.is_replay && error == -ENOENT) /* a file that is not there is a mistake of the caller */
		code = EXIT_CODE_USAGE;
	if (session.flow)
		code = close_sinks(&session, code);
	if (session.flow && session.is_replay && replay_is_damaged(session.source))
		code = EXIT_CODE_DAMAGED;
	flow_free(session.flow);
	if (session.source)
		session.source->ops->free(session.source);
	engines_fini(&session.engines);
	if (session.signal_fd >= 0)
		close(session.signal_fd);
	return code;
}

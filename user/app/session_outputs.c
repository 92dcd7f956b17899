/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outputs of a session. In: options. Out: sinks, and what became of them.
 * The rule that surprises: standard output holds either the log or what people read, never both.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/session_parts.h"
#include "base/refuse.h"
#include "model/limits.h"

/* What is there stays as it is. */
int session_check_output(const char *path)
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

static int add_recorder(struct session *session)
{
	struct record_preamble preamble = {
		.tool_version = TTSOBS_VERSION,
		.run_id = session->run_id,
		.interval_ns = session->interval_ns,
		.metrics_age_ns = session->metrics.age_ns ? session->metrics.age_ns : RETENTION_NS,
		.metrics_bytes = session->metrics.bytes ? session->metrics.bytes : RETENTION_METRICS_BYTES,
		.engines = &session->engines,
	};
	int error = record_new(&session->record, session->options->record_path, &preamble);

	if (!error)
		session_add_sink(session, session->record);
	return error;
}

static int open_log(struct session *session, const char *path)
{
	const struct options *options = session->options;
	const struct log_options log = {
		.path = path,
		.level = (enum log_level)options->log_level,
		.max_bytes = options->log_max_bytes,
		.keep_count = options->log_keep_count,
		.max_age_ns = options->log_max_age_ns,
		.tail = session->tail,
	};
	int error = log_new(&session->log, &log);

	if (error)
		return error;
	session->has_log_file = path;
	if (session->is_replay)
		log_set_patient(session->log, true);
	session_add_sink(session, session->log);
	return 0;
}

int session_add_outputs(struct session *session)
{
	const struct options *options = session->options;
	const char *log_path = options->log_path;
	enum session_output output = session->output;
	bool is_log_on_stdout;
	int error = options->record_path ? add_recorder(session) : 0;

	if (!error)
		session_add_state(session);
	if (!log_path && output == SESSION_LIVE && !options->is_plain && !options->once && !isatty(STDOUT_FILENO))
		log_path = "-";
	is_log_on_stdout = log_path && !strcmp(log_path, "-");
	if (session->has_dashboard || options->once)
		session_add_dashboard(session);
	if (output == SESSION_LIVE && (!session->is_replay || session->tui))
		session->tail = tail_new(options->logs.age_ns, options->logs.bytes);
	if (!error && (log_path || session->tail))
		error = open_log(session, log_path);
	if (error)
		return error;
	error = session_add_duty(session);
	if (error)
		return error;
	if (session->tui) {
		session_add_sink(session, tui_sink(session->tui));
		return 0;
	}
	if (output == SESSION_LIVE && !is_log_on_stdout) {
		session->lines = lines_new(STDOUT_FILENO, &session->look);
		session_add_sink(session, session->lines);
	}
	if (output == SESSION_TIMELINE) {
		session->timeline = timeline_new(STDOUT_FILENO, &session->look, options->timeline_choice,
						 options->timeline_count, options->timeline_id);
		session_add_sink(session, session->timeline);
	}
	if (output == SESSION_LIVE || output == SESSION_REPORT) {
		session->report = report_new(is_log_on_stdout ? STDERR_FILENO : STDOUT_FILENO, &session->look,
					     options->as_json);
		session_add_sink(session, session->report);
	}
	return 0;
}

int session_output_error(const struct session *session)
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

int session_close_outputs(struct session *session, int code)
{
	const struct options *options = session->options;
	int error = session_output_error(session);

	session_close_dashboard(session);
	if (error && error != -EPIPE)
		code = code ? code : EXIT_CODE_RUNTIME;
	if (session->timeline && session->flow && !error && !timeline_printed_count(session->timeline)) {
		if (options->timeline_choice == TIMELINE_ID)
			refuse(0, "no trace has an id that begins with %s", options->timeline_id);
		else
			refuse(0, "there is no finished trace to show");
		code = code ? code : EXIT_CODE_RUNTIME;
	}
	session_close_duty(session);
	timeline_free(session->timeline);
	report_free(session->report);
	lines_free(session->lines);
	if (log_free(session->log))
		code = code ? code : EXIT_CODE_RUNTIME;
	tail_free(session->tail);
	if (session->record && record_free(session->record))
		code = code ? code : EXIT_CODE_RUNTIME;
	return code;
}

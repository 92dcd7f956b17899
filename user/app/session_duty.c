/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tracer on duty has besides its outputs: a state file, a control socket, receivers of alerts. Live runs only.
 * The rule that surprises: none of the three can stop the run. What does not work is said once, and tracing goes on without it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/session_parts.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "source/host.h"

static void save_told(void *arg, struct buf *text)
{
	notify_state_print(((struct session *)arg)->notify, text);
}

static void load_told(void *arg, const char *text, size_t length)
{
	notify_state_load(((struct session *)arg)->notify, text, length);
}

static void log_notification(void *arg, const char *level, const char *line, size_t length)
{
	struct session *session = arg;

	if (session->log)
		log_add_line(session->log, level, line, length);
}

static void show_receivers(void *arg, struct buf *json)
{
	struct session *session = arg;

	if (session->notify)
		notify_counts_print(session->notify, json);
	else
		buf_text(json, "[]");
}

static int reload(void *arg, char **message)
{
	return session_reload(arg, message);
}

static bool is_wanted(const char *path)
{
	return !path || strcmp(path, "none") != 0;
}

static int add_notify(struct session *session)
{
	const struct notify_options options = {
		.syslog_socket = session->options->syslog_socket,
		.journal_socket = session->options->journal_socket,
		.log = session->has_log_file ? log_notification : NULL, /* what is only in memory is not delivered */
		.log_arg = session,
	};

	if (!session->notify_config)
		return 0;
	if (notify_new(&session->notify, session->notify_config, &options))
		return -EIO;
	session_add_sink(session, session->notify);
	return 0;
}

static void add_control(struct session *session)
{
	struct control_options options = {
		.path = session->options->control_path,
		.state = session->state,
		.feed = &session->feed,
		.tail = session->tail,
		.arg = session,
		.reload = reload,
		.receivers = show_receivers,
	};

	if (is_wanted(options.path))
		control_new(&session->control, &options); /* said; the run goes on without */
	if (!session->tui)
		return;
	if (!session->control) { /* the dashboard can ask all the same */
		options.path = NULL;
		options.is_private = true;
		control_new(&session->control, &options);
	}
	if (session->control)
		session->tell = tell_new(session->control);
}

static struct state_file *open_state(struct session *session)
{
	uint32_t pid = session->options->pids_count ? session->options->pids[0] : 0;
	struct tt_proc process = { 0 };
	struct host host;
	char service[sizeof(process.service) + 1] = "";
	struct state_file_options options = {
		.path = session->options->state_path,
		.service = service,
		.pid = pid,
		.arg = session,
	};

	host_init(&host);
	if (pid && !host_process(&host, pid, &process))
		memcpy(service, process.service, sizeof(process.service));
	if (session->notify_config) {
		options.told_save = save_told;
		options.told_load = load_told;
	}
	return state_file_new(&options);
}

int session_read_notify(struct session *session)
{
	char *path;
	int error = 0;

	if (session->is_replay || session->output != SESSION_LIVE)
		return 0;
	path = rules_path_notify(session->options);
	session->notify_config = path ? notify_load(path) : NULL;
	if (path && !session->notify_config)
		error = -EINVAL;
	free(path);
	return error;
}

void session_add_state(struct session *session)
{
	if (session->is_replay || session->output != SESSION_LIVE || !is_wanted(session->options->state_path))
		return;
	session->state = open_state(session);
	session_add_sink(session, state_file_sink(session->state));
}

int session_add_duty(struct session *session)
{
	if (session->is_replay || session->output != SESSION_LIVE)
		return 0;
	add_control(session);
	return add_notify(session);
}

int session_reload_notify(struct session *session)
{
	char *path = session->notify ? rules_path_notify(session->options) : NULL;
	struct notify_config *config = path ? notify_load(path) : NULL;
	int error = path && !config ? -EINVAL : 0;

	free(path);
	if (!config)
		return error;
	error = notify_reload(session->notify, config);
	if (error) {
		notify_config_free(config);
		return error;
	}
	notify_config_free(session->notify_config);
	session->notify_config = config;
	return 0;
}

void session_duty_turn(struct session *session)
{
	uint64_t generation = session->notify ? notify_state_generation(session->notify) : 0;

	if (session->state && generation != session->told_generation)
		state_file_touch(session->state);
	session->told_generation = generation;
}

void session_close_duty(struct session *session)
{
	tell_free(session->tell);
	session->tell = NULL;
	control_free(session->control);
	session->control = NULL;
	if (session->notify)
		notify_flush(session->notify);
	session_duty_turn(session);
	if (session->state && session->flow) /* what is delivered by now need not be told again by the next run */
		state_file_note_told(session->state, flow_view(session->flow));
	state_file_free(session->state);
	session->state = NULL;
	notify_free(session->notify);
	session->notify = NULL;
	notify_config_free(session->notify_config);
	session->notify_config = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dashboard of a session. In: the terminal, what people do. Out: the tui as one more sink, its wishes where they belong.
 * The rule that surprises: while it has the terminal nothing else may write there, so what is said goes to the dashboard, and
 * the report of the run is printed when the terminal is ours no more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "app/session_parts.h"
#include "app/verbs.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/progress.h"
#include "base/refuse.h"
#include "sink/outlet.h"
#include "sink/tui/screen.h"

/* Somebody asked for lines, or for what cannot be had beside a dashboard. */
static bool wants_lines(const struct session *session)
{
	const struct options *options = session->options;
	bool has_log = options->log_path && (session->is_replay || !strcmp(options->log_path, "-"));

	return options->is_plain || options->as_json || options->has_interval || options->once || has_log || options->command;
}

int session_find_dashboard(struct session *session)
{
	const char *why;

	if (session->output != SESSION_LIVE || wants_lines(session) || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return 0;
	if (!screen_is_possible(STDIN_FILENO, STDOUT_FILENO, &why))
		return refuse(-EINVAL, "%s, --plain a line for each utterance", why);
	session->has_dashboard = true;
	return 0;
}

static int tell(void *arg, const struct tui_request *request, char **why)
{
	struct session *session = arg;

	if (session->tell)
		return tell_ask(session->tell, request, why);
	*why = mem_string("the run has ended: nobody can be told any more");
	return -ENOTCONN;
}

static bool next_escalation(void *arg, uint64_t alert_id, struct tui_escalation *next)
{
	const struct session *session = arg;

	return session->notify && notify_next_escalation(session->notify, alert_id, &next->at_real_ns, &next->receiver);
}

static void seek(void *arg, uint64_t to_ns)
{
	struct session *session = arg;

	if (session->player)
		player_seek(session->player, to_ns);
}

static void play(void *arg, bool is_playing, double speed)
{
	struct session *session = arg;

	if (session->player)
		player_play(session->player, is_playing, speed);
}

static enum colours colours_of(const struct look *look)
{
	const char *terminal = getenv("TERM");

	if (!look->colour)
		return COLOURS_NONE;
	return terminal && strstr(terminal, "256color") ? COLOURS_256 : COLOURS_8;
}

void session_add_dashboard(struct session *session)
{
	const struct tui_options options = {
		.is_replay = session->is_replay,
		.ascii = session->look.ascii,
		.colours = colours_of(&session->look),
		.refresh_ns = session->options->refresh_ns,
		.recording = session->options->record_path,
		.arg = session,
		.tell = session->is_replay ? NULL : tell,
		.next_escalation = session->notify_config ? next_escalation : NULL,
		.seek = session->is_replay ? seek : NULL,
		.play = session->is_replay ? play : NULL,
	};

	if (!session->tui)
		session->tui = tui_new(&options);
}

/* By any thread: receivers and the state file have theirs. */
static void hear(void *arg, const char *line)
{
	struct session *session = arg;
	const uint64_t one = 1;

	if (session->is_again)
		return;
	pthread_mutex_lock(&session->said_lock);
	buf_text(&session->said, line);
	buf_char(&session->said, '\n');
	pthread_mutex_unlock(&session->said_lock);
	if (write(session->said_fd, &one, sizeof(one)) < 0)
		errno = 0; /* the counter is full: readable all the same */
}

void session_show_said(struct session *session)
{
	struct buf said;
	uint64_t count;

	if (read(session->said_fd, &count, sizeof(count)) < 0)
		return; /* nobody said anything */
	pthread_mutex_lock(&session->said_lock);
	said = session->said;
	session->said = (struct buf){ 0 };
	pthread_mutex_unlock(&session->said_lock);
	for (char *rest = said.bytes, *line; (line = strsep(&rest, "\n"));)
		if (rest) /* each ends with a newline */
			tui_warn(session->tui, line);
	buf_fini(&said);
}

static void show_progress(void *arg, const struct progress *now)
{
	tui_progress(((struct session *)arg)->tui, now->what, now->total ? (double)now->done / (double)now->total : -1);
}

int session_open_dashboard(struct session *session)
{
	const struct screen_options screen = {
		.no_mouse = session->options->no_mouse,
		.no_colour = !session->look.colour,
		.ascii = session->look.ascii,
		.in_fd = STDIN_FILENO,
		.out_fd = STDOUT_FILENO,
	};
	int error;

	session->said_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (session->said_fd < 0)
		return refuse(-errno, "eventfd: %s", strerror(errno));
	error = tui_open(session->tui, &screen);
	if (error) {
		close(session->said_fd);
		return error;
	}
	pthread_mutex_init(&session->said_lock, NULL);
	session->has_screen = true;
	refuse_redirect(hear, session);
	progress_redirect(show_progress, session);
	return 0;
}

/* A terminal that nobody reads does not keep us. */
static void print_report(const struct session *session)
{
	const struct view *view = flow_view(session->flow);
	struct outlet outlet;
	struct buf text = { 0 };

	report_print(&text, view, view->meter, &session->look, false);
	outlet_init(&outlet, STDOUT_FILENO, false);
	outlet_print(&outlet, text.bytes, text.length, false);
	outlet_fini(&outlet);
	buf_fini(&text);
}

static void leave_screen(struct session *session)
{
	refuse_redirect(NULL, NULL);
	progress_redirect(NULL, NULL);
	session_show_said(session);
	close(session->said_fd);
	pthread_mutex_destroy(&session->said_lock);
}

void session_close_dashboard(struct session *session)
{
	bool had_screen = session->has_screen;

	if (!session->tui)
		return;
	session->has_screen = false;
	if (had_screen)
		leave_screen(session);
	tui_free(session->tui);
	session->tui = NULL;
	if (had_screen && !session->is_replay)
		print_report(session);
}

int session_print_once(struct session *session)
{
	const struct options *options = session->options;
	struct buf text = { 0 };
	bool is_first = true;
	int error;

	for (unsigned tab = 0; tab < TUI_TABS; tab++) {
		if (!(options->once & (1u << tab)))
			continue;
		if (!is_first)
			buf_char(&text, '\n');
		is_first = false;
		tui_print_tab(session->tui, (enum tui_tab)tab, session->look.rows, session->look.columns, &text);
	}
	error = verbs_print(&text);
	buf_fini(&text);
	return error;
}

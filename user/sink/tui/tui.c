// SPDX-License-Identifier: Apache-2.0
/*
 * In: the view, what app knows (time, progress, warnings), keys. Out: frames for the screen, or a canvas.
 * The rule that surprises: a frame is drawn at most every 33 ms for a key and every refresh_ns for news, and not at all
 * while the terminal has not painted the last one, so a slow terminal costs nothing. Progress is drawn where it is
 * told, since the task that tells it keeps the loop from its turns.
 */
#include "sink/tui/tui.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"
#include "sink/tui/frame.h"

static const struct tab_ops *const all_tabs[TUI_TABS] = {
	[TUI_OVERVIEW] = &tab_overview_ops, [TUI_METRICS] = &tab_metrics_ops, [TUI_TRACES] = &tab_traces_ops,
	[TUI_ALERTS] = &tab_alerts_ops,	    [TUI_LOGS] = &tab_logs_ops,
};
static const char *const names[TUI_TABS] = { "overview", "metrics", "traces", "alerts", "logs" };

const char *tui_tab_name(enum tui_tab tab)
{
	return (unsigned)tab < TUI_TABS ? names[tab] : "";
}

bool tui_tab_find(const char *name, enum tui_tab *tab)
{
	for (enum tui_tab i = 0; i < TUI_TABS; i++)
		if (!strcmp(name, names[i])) {
			*tab = i;
			return true;
		}
	return false;
}

/* --- the sink ------------------------------------------------------------------------------------------------ */

static void on_alert(struct sink *sink, const struct view *view, const struct alert *alert)
{
	struct tui *tui = (struct tui *)sink;

	frame_badge_on_alert(&tui->badge, view, alert);
	for (enum tui_tab i = 0; i < TUI_TABS; i++)
		if (tui->tabs[i]->ops->on_alert)
			tui->tabs[i]->ops->on_alert(tui->tabs[i], view, alert);
}

static void on_tick(struct sink *sink, const struct view *view)
{
	frame_loss_tick(&((struct tui *)sink)->loss, view);
}

static const struct sink_ops sink_ops = { .name = "tui", .on_alert = on_alert, .on_tick = on_tick };

struct sink *tui_sink(struct tui *tui)
{
	return &tui->sink;
}

/* --- begin and end ------------------------------------------------------------------------------------------- */

struct tui *frame_new(const struct tui_options *options, const struct tab_ops *const *tabs)
{
	struct tui *tui = mem_new(sizeof(*tui));

	tui->sink.ops = &sink_ops;
	tui->options = *options;
	if (!tui->options.refresh_ns)
		tui->options.refresh_ns = FRAME_REFRESH_NS;
	if ((unsigned)tui->options.tab >= TUI_TABS)
		tui->options.tab = TUI_OVERVIEW;
	tui->open = tui->options.tab;
	tui->desk = (struct desk){ .tui = tui,
				   .options = &tui->options,
				   .window_ns = 5 * 60 * NS_PER_S,
				   .ascii = options->ascii };
	tui->time.speed = 1;
	tui->is_dirty = true;
	tui->badge.is_stale = true;
	for (enum tui_tab i = 0; i < TUI_TABS; i++) {
		tui->tabs[i] = tabs[i]->create();
		tui->tabs[i]->ops = tabs[i];
	}
	canvas_init(&tui->canvas, 0, 0, options->ascii);
	return tui;
}

struct tui *tui_new(const struct tui_options *options)
{
	return frame_new(options, all_tabs);
}

static void tell_warnings(struct tui *tui)
{
	size_t kept = tui->warnings_count < FRAME_WARNINGS ? tui->warnings_count : FRAME_WARNINGS;

	for (size_t i = 0; i < kept; i++) {
		warn("%s", tui->warnings[i]);
		free(tui->warnings[i]);
	}
	if (tui->warnings_count > kept)
		warn("%zu more warnings were shown on the dashboard", tui->warnings_count - kept);
}

void tui_free(struct tui *tui)
{
	if (!tui)
		return;
	screen_close(tui->screen);
	for (enum tui_tab i = 0; i < TUI_TABS; i++) {
		tui->tabs[i]->ops->free(tui->tabs[i]);
		free(tui->search[i]);
		free(tui->filter[i]);
	}
	canvas_fini(&tui->canvas);
	prompt_close(&tui->prompt);
	prompt_history_fini(&tui->searches);
	prompt_history_fini(&tui->filters);
	free(tui->message.text);
	free(tui->progress);
	tell_warnings(tui);
	free(tui);
}

void tui_begin(struct tui *tui, const struct view *view, const struct tail *tail)
{
	tui->desk.view = view;
	tui->desk.tail = tail;
	tui->desk.is_paused = false;
	tui->badge = (struct frame_badge){ .is_stale = true };
	tui->loss = (struct frame_loss){ 0 };
	tui->hidden_second = 0;
	tui->is_dirty = true;
	frame_sync(tui);
	for (enum tui_tab i = 0; i < TUI_TABS; i++)
		if (tui->tabs[i]->ops->reset)
			tui->tabs[i]->ops->reset(tui->tabs[i]);
}

/* --- what app tells ------------------------------------------------------------------------------------------ */

void tui_set_time(struct tui *tui, const struct tui_time *time)
{
	const struct tui_time *old = &tui->time;

	tui->is_dirty |= !tui->has_time || old->start_ns != time->start_ns || old->end_ns != time->end_ns ||
			 old->is_playing != time->is_playing || old->speed != time->speed ||
			 old->is_seeking != time->is_seeking || old->target_ns != time->target_ns ||
			 (int)(old->done_ratio * 100) != (int)(time->done_ratio * 100);
	tui->time = *time;
	tui->has_time = true;
}

void tui_answer(struct tui *tui, bool is_done, const char *sentence)
{
	frame_say(tui, VOICE_FRAME, is_done ? STYLE_GOOD : STYLE_CRITICAL, sentence);
}

void tui_warn(struct tui *tui, const char *line)
{
	if (tui->warnings_count < FRAME_WARNINGS)
		tui->warnings[tui->warnings_count] = mem_string(line);
	tui->warnings_count++;
	tui->is_dirty = true;
	frame_say(tui, VOICE_WARNING, STYLE_WARNING, line);
}

/* --- the screen ---------------------------------------------------------------------------------------------- */

int tui_open(struct tui *tui, const struct screen_options *options)
{
	unsigned rows, columns;
	int error = screen_open(&tui->screen, options);

	if (error)
		return error;
	screen_size(tui->screen, &rows, &columns);
	canvas_fini(&tui->canvas);
	canvas_init(&tui->canvas, rows, columns, options->ascii);
	tui->is_dirty = true;
	return 0;
}

int tui_fd(const struct tui *tui)
{
	return tui->screen ? screen_fd(tui->screen) : -1;
}

/* There is something new to see, though nobody waits for it. */
static bool has_news(const struct tui *tui)
{
	const struct view *view = tui->desk.view;

	if (!view)
		return false;
	if (tui->desk.is_paused)
		return tui->badge.is_stale || (view->now_ns - tui->desk.at_ns) / NS_PER_S != tui->drawn_paused_s;
	return view->now_ns != tui->drawn_view_ns || view->end_reason != tui->drawn_end_reason;
}

/* By clock_ns; UINT64_MAX = none. */
static uint64_t next_frame_at(const struct tui *tui)
{
	if (tui->is_dirty)
		return tui->drawn_at_ns + FRAME_LEAST_NS;
	if (has_news(tui))
		return tui->drawn_at_ns + tui->options.refresh_ns;
	return tui->message.text ? tui->message.until_ns : UINT64_MAX;
}

int tui_timeout_ms(const struct tui *tui)
{
	uint64_t at_ns, now_ns;

	if (!tui->screen)
		return -1;
	at_ns = next_frame_at(tui);
	if (at_ns == UINT64_MAX)
		return -1;
	now_ns = io_now_ns();
	if (at_ns <= now_ns) /* not drawn although it is due: the terminal is slow */
		return screen_pending(tui->screen) ? (int)(FRAME_LEAST_NS / NS_PER_MS) : 0;
	return (int)((at_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS);
}

static void show(struct tui *tui)
{
	tui_draw(tui, &tui->canvas);
	screen_show(tui->screen, &tui->canvas);
	tui->drawn_at_ns = tui->clock_ns;
}

void tui_turn(struct tui *tui)
{
	struct screen_event event;

	if (!tui->screen)
		return;
	tui->clock_ns = io_now_ns();
	while ((event = screen_next(tui->screen)).kind != SCREEN_NOTHING)
		tui_event(tui, &event);
	frame_expire(tui);
	if (tui->wants_end || next_frame_at(tui) > tui->clock_ns || screen_pending(tui->screen))
		return;
	show(tui);
}

/* Neither keys nor a turn of the loop: it may be amid a task of the loop's. */
static void show_meanwhile(struct tui *tui)
{
	uint64_t now_ns = io_now_ns();

	if (!tui->screen || now_ns < tui->drawn_at_ns + FRAME_PROGRESS_NS || screen_pending(tui->screen))
		return;
	tui->clock_ns = now_ns;
	show(tui);
}

void tui_progress(struct tui *tui, const char *what, double done_ratio)
{
	bool is_on = what && *what;
	bool is_new = is_on != !!tui->progress || (is_on && strcmp(what, tui->progress) != 0);

	if (is_new || done_ratio != tui->progress_ratio) {
		free(tui->progress);
		tui->progress = is_on ? mem_string(what) : NULL;
		tui->progress_ratio = done_ratio;
		tui->is_dirty = true;
	}
	if (is_on && tui->is_dirty)
		show_meanwhile(tui);
}

bool tui_wants_end(const struct tui *tui)
{
	return tui->wants_end;
}

void tui_event(struct tui *tui, const struct screen_event *event)
{
	tui->is_dirty = true;
	switch (event->kind) {
	case SCREEN_KEY:
		if (!event->is_pasted || tui->prompt.is_open) /* a text is no command */
			frame_key(tui, event->key);
		break;
	case SCREEN_CLICK:
	case SCREEN_DOUBLE_CLICK:
	case SCREEN_WHEEL_UP:
	case SCREEN_WHEEL_DOWN:
		frame_click(tui, event);
		break;
	case SCREEN_RESIZE:
		canvas_resize(&tui->canvas, event->rows, event->columns);
		break;
	case SCREEN_GONE:
		tui->wants_end = true;
		break;
	default:
		break;
	}
}

void tui_draw(struct tui *tui, struct canvas *canvas)
{
	frame_collect(tui);
	frame_draw(tui, canvas);
	tui->is_dirty = tui->desk.wants_more;
	if (tui->desk.view) {
		tui->drawn_view_ns = tui->desk.view->now_ns;
		tui->drawn_end_reason = tui->desk.view->end_reason;
		tui->drawn_paused_s = (tui->desk.view->now_ns - tui->desk.at_ns) / NS_PER_S;
	}
}

static bool is_blank(const struct canvas *canvas, unsigned row)
{
	for (unsigned column = 0; column < canvas->columns; column++)
		if (canvas_cell(canvas, row, column)->glyph != ' ')
			return false;
	return true;
}

/* Again while it says that it has more to do. */
static void print_whole(struct tui *tui, enum tui_tab tab, struct canvas *canvas)
{
	unsigned part = 0;

	do {
		tui->desk.wants_more = false;
		canvas_clear(canvas);
		tui->tabs[tab]->ops->draw(tui->tabs[tab], &tui->desk, area_of(canvas));
	} while (tui->desk.wants_more && ++part < FRAME_PARTS);
}

void tui_print_tab(struct tui *tui, enum tui_tab tab, unsigned rows, unsigned columns, struct buf *out)
{
	struct canvas canvas;
	bool ascii = tui->desk.ascii, is_expanded = tui->desk.is_expanded;

	canvas_init(&canvas, rows ? rows : FRAME_PRINT_ROWS, columns, tui->options.ascii);
	tui->desk.ascii = tui->options.ascii;
	tui->desk.is_expanded = tui->is_expanded[tab];
	if (tui->desk.view) {
		frame_sync(tui);
		frame_collect_whole(tui, tab);
		print_whole(tui, tab, &canvas);
	}
	while (!rows && canvas.rows && is_blank(&canvas, canvas.rows - 1))
		canvas.rows--; /* canvas_fini does not look at it */
	canvas_print(out, &canvas, tui->options.colours);
	canvas_fini(&canvas);
	tui->desk.ascii = ascii;
	tui->desk.is_expanded = is_expanded;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording in the dashboard: it plays, stands, or goes to another instant. In: wishes. Out: records fed until that instant.
 * The rule that surprises: a flow only goes forward, so what lies behind is reached by reading the recording once more from its
 * beginning, in slices between which the dashboard lives on and shows how far it is.
 */
#include <errno.h>

#include "app/session_parts.h"
#include "base/io.h"
#include "base/refuse.h"
#include "base/units.h"

#define SLICE_NS (20 * NS_PER_MS) /* of reading, then the dashboard has its turn */
#define PLAY_MS 20		  /* between two steps while it plays */

struct player {
	struct session *session;
	uint64_t end_ns;    /* the last TICK of the recording; 0 = it was never read to its end */
	uint64_t target_ns; /* read up to here; UINT64_MAX = the end */
	bool must_rewind;
	bool is_seeking;
	bool has_ended; /* all of it is read */
	bool is_playing;
	double speed;
	uint64_t wall_at_ns; /* CLOCK_MONOTONIC at which it stood at play_at_ns */
	uint64_t play_at_ns;
};

static const struct view *view_of(const struct player *player)
{
	return flow_view(player->session->flow);
}

static uint64_t start_of(const struct player *player)
{
	return view_of(player)->started_at_ns;
}

/* Playing goes on from where it stands. */
static void note_place(struct player *player)
{
	player->wall_at_ns = io_now_ns();
	player->play_at_ns = view_of(player)->now_ns;
}

void player_seek(struct player *player, uint64_t to_ns)
{
	if (player->end_ns && to_ns > player->end_ns)
		to_ns = player->end_ns;
	if (to_ns < start_of(player))
		to_ns = start_of(player);
	if (to_ns < view_of(player)->now_ns && !replay_can_rewind(player->session->source)) {
		warn("a pipe is read only once: it cannot go back");
		return;
	}
	player->must_rewind = to_ns < view_of(player)->now_ns;
	player->target_ns = to_ns;
	player->is_seeking = player->must_rewind || !player->has_ended;
}

void player_play(struct player *player, bool is_playing, double speed)
{
	player->is_playing = is_playing;
	player->speed = speed;
	if (is_playing && player->has_ended && !player->is_seeking)
		player_seek(player, start_of(player));
	note_place(player);
}

/* Of the way to the target. */
static double done_ratio(const struct player *player)
{
	uint64_t start_ns = start_of(player), now_ns = view_of(player)->now_ns;

	if (player->target_ns == UINT64_MAX)
		return replay_done_ratio(player->session->source);
	if (player->must_rewind || player->target_ns <= start_ns)
		return 0;
	return now_ns >= player->target_ns ? 1 : (double)(now_ns - start_ns) / (double)(player->target_ns - start_ns);
}

static void tell_time(const struct player *player)
{
	const struct tui_time time = {
		.start_ns = start_of(player),
		.end_ns = player->end_ns,
		.is_playing = player->is_playing,
		.speed = player->speed,
		.is_seeking = player->is_seeking,
		.target_ns = player->target_ns,
		.done_ratio = player->is_seeking ? done_ratio(player) : 1,
	};

	tui_set_time(player->session->tui, &time);
}

static bool has_arrived(const struct player *player)
{
	return player->has_ended || view_of(player)->now_ns >= player->target_ns;
}

/* Reads for a slice. 0 or -errno, said. */
static int read_on(struct player *player)
{
	struct session *session = player->session;
	uint64_t until_ns = io_now_ns() + SLICE_NS;

	while (!has_arrived(player) && io_now_ns() < until_ns) {
		int result = session->source->ops->pump(session->source, &session->source_feed);

		if (session->rules_error)
			result = session->rules_error;
		if (result < 0)
			return result;
		player->has_ended = result == PUMP_ENDED;
	}
	if (player->has_ended)
		player->end_ns = view_of(player)->now_ns;
	return 0;
}

static uint64_t played_to(const struct player *player)
{
	double played_ns = (double)(io_now_ns() - player->wall_at_ns) * player->speed;

	/* TUI_SPEED_MAX: as fast as it can be read */
	return played_ns < (double)(UINT64_MAX - player->play_at_ns) ? player->play_at_ns + (uint64_t)played_ns : UINT64_MAX;
}

static int step(struct player *player)
{
	int error = 0;

	if (player->must_rewind) {
		player->must_rewind = false;
		player->has_ended = false;
		error = session_rewind(player->session);
	}
	if (!error && player->is_playing && !player->is_seeking)
		player->target_ns = played_to(player);
	if (!error)
		error = read_on(player);
	if (error || !has_arrived(player))
		return error;
	if (player->is_seeking) {
		player->is_seeking = false;
		note_place(player);
	}
	if (player->has_ended)
		player->is_playing = false;
	return 0;
}

int player_run(struct session *session)
{
	struct player player = { .session = session, .target_ns = UINT64_MAX, .is_seeking = true, .speed = 1 };
	int result = SESSION_GO_ON, error = 0;
	bool is_ready;

	session->player = &player;
	while (result == SESSION_GO_ON && !error) {
		int time_out_ms = -1;

		error = step(&player);
		tell_time(&player);
		if (!has_arrived(&player))
			time_out_ms = 0;
		else if (player.is_playing)
			time_out_ms = PLAY_MS;
		if (!error)
			result = session_wait(session, -1, time_out_ms, &is_ready);
	}
	session->player = NULL;
	return result < 0 ? result : error;
}

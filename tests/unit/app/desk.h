/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tracer without tracing in a directory of its own, over the stand-in flow of world.h; time is what the test says,
 * and what would go to stderr is heard. What only some tests use is NULL in the others.
 */
#ifndef TEST_DESK_H
#define TEST_DESK_H

#include <stdio.h>

#include "app/control.h"
#include "app/tell.h"
#include "base/refuse.h"
#include "world.h"

struct desk {
	char directory[64];
	char path[128]; /* of the socket */
	char state_path[128];
	struct buf said;
	struct world world;
	struct state_file *state;
	struct tail *tail;
	struct control *control;
	struct tell *tell;
	uint64_t now_ms;
	int reload_error;
	const char *reload_message;
	struct buf heard; /* "+ sentence" when done, "- sentence" when not */
};

static inline void desk_said(void *arg, const char *line)
{
	buf_text(arg, line);
	buf_char(arg, '\n');
}

static inline uint64_t desk_now(void *arg)
{
	return ((struct desk *)arg)->now_ms;
}

static inline int desk_setup(void **arg)
{
	struct desk *desk = mem_new(sizeof(*desk));

	snprintf(desk->directory, sizeof(desk->directory), "/tmp/ttsobs-desk.XXXXXX");
	assert_non_null(mkdtemp(desk->directory));
	snprintf(desk->path, sizeof(desk->path), "%s/socket", desk->directory);
	snprintf(desk->state_path, sizeof(desk->state_path), "%s/state.json", desk->directory);
	buf_text(&desk->said, "");
	buf_text(&desk->heard, "");
	refuse_redirect(desk_said, &desk->said);
	world_init(&desk->world);
	desk->now_ms = 1000000;
	*arg = desk;
	return 0;
}

static inline int desk_teardown(void **arg)
{
	struct desk *desk = *arg;
	char *command = mem_format("rm -rf '%s'", desk->directory);

	tell_free(desk->tell);
	control_free(desk->control);
	tail_free(desk->tail);
	state_file_free(desk->state);
	world_fini(&desk->world);
	refuse_redirect(NULL, NULL);
	assert_int_equal(system(command), 0);
	free(command);
	buf_fini(&desk->said);
	buf_fini(&desk->heard);
	free(desk);
	return 0;
}

/* From now on there is a state file. */
static inline void desk_keep(struct desk *desk)
{
	desk->state = state_file_new(&(struct state_file_options){ .path = desk->state_path });
	desk->world.sink = state_file_sink(desk->state);
	state_file_restore(desk->state, &desk->world.view, &desk->world.feed);
	world_tick(&desk->world);
}

#endif

// SPDX-License-Identifier: Apache-2.0
/* Skeleton: links; is filled next. */
#include "sink/tui/screen.h"
#include <errno.h>
#include "base/refuse.h"
int screen_open(struct screen **screen, const struct screen_options *options)
{
	(void)options;
	*screen = NULL;
	return refuse(-ENOSYS, "the screen is not built yet");
}
void screen_close(struct screen *screen)
{
	(void)screen;
}
int screen_fd(const struct screen *screen)
{
	(void)screen;
	return -1;
}
struct screen_event screen_next(struct screen *screen)
{
	(void)screen;
	return (struct screen_event){ .kind = SCREEN_NOTHING };
}
void screen_size(const struct screen *screen, unsigned *rows, unsigned *columns)
{
	(void)screen;
	*rows = 24;
	*columns = 80;
}
enum colours screen_colours(const struct screen *screen)
{
	(void)screen;
	return COLOURS_NONE;
}
void screen_show(struct screen *screen, const struct canvas *canvas)
{
	(void)screen;
	(void)canvas;
}
unsigned screen_pending(const struct screen *screen)
{
	(void)screen;
	return 0;
}
uint64_t screen_skipped_count(const struct screen *screen)
{
	(void)screen;
	return 0;
}
void screen_copy(struct screen *screen, const char *text, size_t length)
{
	(void)screen;
	(void)text;
	(void)length;
}
bool screen_can_copy(const struct screen *screen)
{
	(void)screen;
	return false;
}
bool screen_is_possible(int in_fd, int out_fd, const char **why)
{
	(void)in_fd;
	(void)out_fd;
	*why = "the screen is not built yet";
	return false;
}

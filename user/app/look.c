/* SPDX-License-Identifier: Apache-2.0 */
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/look.h"

struct look look_find(uint64_t columns, uint64_t rows, bool no_colour, bool is_ascii)
{
	struct look look = { .columns = 100, .rows = 40 };
	struct winsize size;
	const char *terminal = getenv("TERM"), *no_colour_wish = getenv("NO_COLOR");
	bool is_terminal = isatty(STDOUT_FILENO);

	if (is_terminal && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col && size.ws_row) {
		look.columns = size.ws_col < 20 ? 20 : size.ws_col;
		look.rows = size.ws_row;
	}
	if (columns)
		look.columns = (unsigned)columns;
	if (rows)
		look.rows = (unsigned)rows;
	look.colour = is_terminal && !no_colour && !(no_colour_wish && no_colour_wish[0]) && terminal &&
		      strcmp(terminal, "dumb") != 0;
	look.ascii = is_ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	return look;
}

// SPDX-License-Identifier: Apache-2.0
#include "sink/tui/theme.h"
struct theme_look theme_look(enum style style, unsigned mark, enum colours colours)
{
	(void)style;
	(void)colours;
	return (struct theme_look){ .foreground = -1, .background = -1, .reverse = mark & MARK_SELECTED,
				    .bold = mark & MARK_BOLD, .dim = mark & MARK_DIM, .underline = mark & MARK_UNDERLINE };
}
void theme_print(struct buf *out, enum style style, unsigned mark, enum colours colours)
{
	struct theme_look look = theme_look(style, mark, colours);
	buf_format(out, "\033[0%s%sm", look.bold ? ";1" : "", look.reverse ? ";7" : "");
}

// SPDX-License-Identifier: Apache-2.0
/*
 * In: a style, marks, how many colours there are. Out: a look. One row per style says it for all four.
 * The rule that surprises: hues are picked by computation, not by taste: test_theme holds them against three kinds of
 * colour-blind eyes and against the contrast that reading needs. With 8 and 16 colours "good" is cyan, since green is
 * yellow to every twelfth man.
 */
#include "sink/tui/theme.h"

/* As the xterm palette has them. */
#define BLACK 16
#define WHITE 231

#define PLAIN		 { .foreground = -1, .background = -1 }
#define WITH(...)	 { .foreground = -1, .background = -1, __VA_ARGS__ }
#define INK(number, ...) { .foreground = (number), .background = -1, __VA_ARGS__ }
#define FILL(ink, ground, ...) { .foreground = (ink), .background = (ground), __VA_ARGS__ }
#define BOLD		 .bold = true
#define FAINT		 .dim = true
#define TURNED		 .reverse = true
#define LINED		 .underline = true

struct theme_row {
	struct theme_look of_256, of_16, of_8, of_none;
	/* it is a picture: selected it keeps its hue, since the hue is what it says */
	bool is_picture;
};
#define ROW(a, b, c, d)	    { .of_256 = a, .of_16 = b, .of_8 = c, .of_none = d }
#define PICTURE(a, b, c, d) { .of_256 = a, .of_16 = b, .of_8 = c, .of_none = d, .is_picture = true }

static const struct theme_row theme_rows[STYLES] = {
	[STYLE_TEXT] = ROW(PLAIN, PLAIN, PLAIN, PLAIN),
	[STYLE_DIM] = ROW(INK(244), WITH(FAINT), WITH(FAINT), WITH(FAINT)),
	[STYLE_BOLD] = ROW(WITH(BOLD), WITH(BOLD), WITH(BOLD), WITH(BOLD)),
	[STYLE_TITLE] = ROW(INK(32, BOLD), INK(14, BOLD), INK(6, BOLD), WITH(BOLD)),
	[STYLE_FRAME] = ROW(INK(242), WITH(FAINT), WITH(FAINT), WITH(FAINT)),
	[STYLE_TAB] = ROW(FILL(252, 238), PLAIN, PLAIN, PLAIN),
	[STYLE_TAB_ON] = ROW(FILL(WHITE, 25, BOLD), FILL(15, 4, BOLD), FILL(0, 6, BOLD), WITH(BOLD, TURNED)),
	[STYLE_KEY] = ROW(WITH(BOLD), WITH(BOLD), WITH(BOLD), WITH(BOLD)),
	[STYLE_KEY_TEXT] = ROW(FILL(252, 238), FILL(0, 6), FILL(0, 6), WITH(TURNED)),
	[STYLE_BANNER] = ROW(FILL(WHITE, 55, BOLD), FILL(0, 7, BOLD), FILL(0, 7, BOLD), WITH(BOLD, TURNED)),
	[STYLE_GOOD] = ROW(INK(37), INK(6), INK(6), PLAIN),
	[STYLE_WARNING] = ROW(INK(178, BOLD), INK(11, BOLD), INK(3, BOLD), WITH(BOLD)),
	[STYLE_CRITICAL] = ROW(INK(203, BOLD), INK(9, BOLD), INK(1, BOLD), WITH(BOLD, LINED)),
	[STYLE_EMERGENCY] = ROW(INK(161, BOLD, LINED), INK(5, BOLD, LINED), INK(5, BOLD, LINED), WITH(BOLD, TURNED)),
	[STYLE_UNKNOWN] = ROW(INK(141, BOLD), INK(12, BOLD), INK(7, BOLD), WITH(LINED)),
	[STYLE_ALARM_WARNING] = ROW(FILL(BLACK, 220), FILL(0, 11), FILL(0, 3), WITH(TURNED)),
	[STYLE_ALARM_CRITICAL] = ROW(FILL(BLACK, 209, BOLD), FILL(15, 1, BOLD), FILL(1, 7, BOLD), WITH(BOLD, TURNED)),
	[STYLE_ALARM_EMERGENCY] = ROW(FILL(WHITE, 161, BOLD, LINED), FILL(15, 5, BOLD, LINED), FILL(7, 1, BOLD, LINED),
				      WITH(BOLD, TURNED, LINED)),
	[STYLE_ALARM_GOOD] = ROW(FILL(BLACK, 37), FILL(0, 6), FILL(0, 6), WITH(BOLD)),
	[STYLE_ALARM_UNKNOWN] = ROW(FILL(WHITE, 97), FILL(15, 4), FILL(7, 4), WITH(TURNED, LINED)),
	[STYLE_ONCPU] = PICTURE(INK(78), INK(6), INK(6), WITH(BOLD)),
	[STYLE_RUNQ] = PICTURE(INK(214), INK(11), INK(3), PLAIN),
	[STYLE_BLOCKED] = PICTURE(INK(27), INK(12), INK(4), WITH(FAINT)),
	[STYLE_PREEMPTED] = PICTURE(INK(162), INK(9), INK(1), WITH(TURNED)),
	[STYLE_QUEUED] = PICTURE(INK(245), INK(7), INK(7), WITH(FAINT)),
	[STYLE_AUDIO] = PICTURE(INK(39, BOLD), INK(14, BOLD), INK(7, BOLD), WITH(BOLD)),
	[STYLE_LINE_1] = PICTURE(INK(39), INK(14), INK(6), PLAIN),
	[STYLE_LINE_2] = PICTURE(INK(214), INK(11), INK(3), WITH(BOLD)),
	[STYLE_LINE_3] = PICTURE(INK(169), INK(13), INK(5), WITH(LINED)),
	[STYLE_BAND] = PICTURE(INK(31), INK(6), WITH(FAINT), WITH(FAINT)),
	[STYLE_LEVEL_DEBUG] = ROW(INK(244), WITH(FAINT), WITH(FAINT), WITH(FAINT)),
	[STYLE_LEVEL_INFO] = ROW(INK(37), INK(6), INK(6), PLAIN),
	[STYLE_LEVEL_WARNING] = ROW(INK(178, BOLD), INK(11, BOLD), INK(3, BOLD), WITH(BOLD)),
	[STYLE_LEVEL_ERROR] = ROW(INK(203, BOLD), INK(9, BOLD), INK(1, BOLD), WITH(BOLD, LINED)),
	[STYLE_LEVEL_CRITICAL] = ROW(FILL(WHITE, 161, BOLD), FILL(15, 5, BOLD), FILL(7, 1, BOLD), WITH(BOLD, TURNED)),
	/* solid: the glyph that tells the step where there is no colour is not seen on it */
	[STYLE_HEAT_0] = PICTURE(FILL(53, 53), FILL(4, 4), FILL(4, 4), WITH(FAINT)),
	[STYLE_HEAT_0 + 1] = PICTURE(FILL(55, 55), FILL(4, 4), FILL(4, 4), WITH(FAINT)),
	[STYLE_HEAT_0 + 2] = PICTURE(FILL(25, 25), FILL(12, 12), FILL(4, 4), WITH(FAINT)),
	[STYLE_HEAT_0 + 3] = PICTURE(FILL(31, 31), FILL(12, 12), FILL(2, 2), PLAIN),
	[STYLE_HEAT_0 + 4] = PICTURE(FILL(36, 36), FILL(2, 2), FILL(2, 2), PLAIN),
	[STYLE_HEAT_0 + 5] = PICTURE(FILL(41, 41), FILL(6, 6), FILL(6, 6), PLAIN),
	[STYLE_HEAT_0 + 6] = PICTURE(FILL(113, 113), FILL(3, 3), FILL(6, 6), PLAIN),
	[STYLE_HEAT_0 + 7] = PICTURE(FILL(185, 185), FILL(10, 10), FILL(3, 3), WITH(BOLD)),
	[STYLE_HEAT_0 + 8] = PICTURE(FILL(191, 191), FILL(11, 11), FILL(3, 3), WITH(BOLD)),
	[STYLE_HEAT_LAST] = PICTURE(FILL(227, 227), FILL(15, 15), FILL(7, 7), WITH(BOLD)),
};

/* Instead of the style's own. */
static const struct theme_row theme_selected = ROW(FILL(WHITE, 24), FILL(0, 14), FILL(0, 6), PLAIN);
static const struct theme_row theme_match = ROW(FILL(BLACK, 51), FILL(0, 10), FILL(0, 2), PLAIN);

static struct theme_look theme_of(const struct theme_row *row, enum colours colours)
{
	switch (colours) {
	case COLOURS_256:
		return row->of_256;
	case COLOURS_16:
		return row->of_16;
	case COLOURS_8:
		return row->of_8;
	default:
		return row->of_none;
	}
}

static void theme_fill(struct theme_look *look, const struct theme_row *row, enum colours colours)
{
	struct theme_look fill = theme_of(row, colours);

	look->foreground = fill.foreground;
	look->background = fill.background;
	look->dim = false;
}

struct theme_look theme_look(enum style style, unsigned mark, enum colours colours)
{
	const struct theme_row *row = &theme_rows[style < STYLES ? style : STYLE_TEXT];
	struct theme_look look = theme_of(row, colours);
	bool is_filled = look.background >= 0;

	if (mark & MARK_SELECTED) {
		if (colours == COLOURS_NONE) {
			look.reverse = !look.reverse; /* a badge stands out of a turned row by being unturned */
			look.dim = false;
		} else if (is_filled && !row->is_picture) {
			look.underline = true;
		} else if (!row->is_picture) {
			theme_fill(&look, &theme_selected, colours);
		}
	}
	if (mark & MARK_MATCH) {
		look.bold = look.underline = true;
		if (colours != COLOURS_NONE)
			theme_fill(&look, &theme_match, colours);
	}
	look.bold |= (mark & MARK_BOLD) != 0;
	look.dim |= (mark & MARK_DIM) != 0;
	look.underline |= (mark & MARK_UNDERLINE) != 0;
	return look;
}

static void theme_print_colour(struct buf *out, int number, bool is_ground, enum colours colours)
{
	if (number < 0)
		return;
	if (colours == COLOURS_256)
		buf_format(out, ";%d;5;%d", is_ground ? 48 : 38, number);
	else if (number < 8)
		buf_format(out, ";%d", (is_ground ? 40 : 30) + number);
	else
		buf_format(out, ";%d", (is_ground ? 100 : 90) + number - 8);
}

void theme_print(struct buf *out, enum style style, unsigned mark, enum colours colours)
{
	struct theme_look look = theme_look(style, mark, colours);

	buf_text(out, "\033[0");
	if (look.bold)
		buf_text(out, ";1");
	if (look.dim)
		buf_text(out, ";2");
	if (look.underline)
		buf_text(out, ";4");
	if (look.reverse)
		buf_text(out, ";7");
	theme_print_colour(out, look.foreground, false, colours);
	theme_print_colour(out, look.background, true, colours);
	buf_char(out, 'm');
}

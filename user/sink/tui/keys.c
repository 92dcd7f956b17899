// SPDX-License-Identifier: Apache-2.0
/*
 * In: where we are (IN_*), and a key. Out: what it means there.
 * The rule that surprises: the order of the rows is the order of the key bar, from what must not be missing in a narrow
 * window to what may. A row's first key is the one that the bar shows.
 */
#include "sink/tui/keys.h"

#include "sink/tui/screen.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define F(n)		(KEYCODE_F1 + (n)-1)
#define TRACES_AND	(IN_TRACES | IN_METRICS)
#define WITH_TEXTS	(IN_METRICS | IN_TRACES | IN_ALERTS | IN_LOGS)

static const struct key_row table[] = {
	{ ACTION_HELP, IN_ANY_TAB, 0, { F(1), '?', 'h' }, "Help", "all keys, this tab's first" },
	{ ACTION_BACK, IN_ANY_TAB, 0, { KEYCODE_ESCAPE }, "Back",
	  "back out of one level: help, expanded, what was drilled into, search, filter" },

	/* what the open tab is for */
	{ ACTION_ACK, IN_ALERTS, 0, { F(7), 'a' }, "Ack",
	  "acknowledge the alert: it goes on firing, nobody is told any more; asks for a comment first" },
	{ ACTION_SILENCE, IN_ALERTS, 0, { F(8), 'S' }, "Silence",
	  "silence the alert and its like for a time; asks for how long and why first" },
	{ ACTION_RESOLVE, IN_ALERTS, 0, { F(9), 'R' }, "Resolve",
	  "resolve the alert by hand, until its condition was false once; asks first" },
	{ ACTION_UNSILENCE, IN_ALERTS, 0, { F(5), 'U' }, "Unsilence",
	  "end the silence that covers the alert; asks first" },
	{ ACTION_SHOW_RECENT, IN_TRACES, IN_LIST, { 'r' }, "Recent", "the most recent utterances" },
	{ ACTION_SHOW_SLOWEST, IN_TRACES, IN_LIST, { 'l' }, "Longest",
	  "the slowest utterances of the window of time ([ ] change it)" },
	{ ACTION_SHOW_FAILED, IN_TRACES, IN_LIST, { 'f' }, "Failed", "utterances that failed, then those that are empty, cancelled or incomplete" },
	{ ACTION_SHOW_IN_FLIGHT, IN_TRACES, IN_LIST, { 'i' }, "InFlight",
	  "utterances in flight: the stuck ones first" },
	{ ACTION_CHART_NEXT, IN_METRICS, 0, { F(5), 'v' }, "View",
	  "the next chart: plot, heatmap, stages, distribution" },
	{ ACTION_LEVEL, IN_LOGS, 0, { F(5), 'v' }, "Level", "the least level that is shown: the next one" },
	{ ACTION_FOLLOW, IN_LOGS, 0, { F(8), 'F' }, "Follow", "follow the newest line" },

	/* texts */
	{ ACTION_SEARCH, WITH_TEXTS, 0, { F(3), '/' }, "Search", "search: what matches is marked while you type" },
	{ ACTION_FILTER, WITH_TEXTS, 0, { F(4), '\\' }, "Filter", "filter: only what matches is shown" },
	{ ACTION_MATCH_NEXT, WITH_TEXTS, 0, { 'n' }, NULL, "the next match" },
	{ ACTION_MATCH_PREVIOUS, WITH_TEXTS, 0, { 'N' }, NULL, "the match before" },
	{ ACTION_PAUSE, IN_ANY_TAB, IN_LIVE, { ' ', 'p' }, "Pause", "hold the picture; the service is traced on" },
	{ ACTION_PAUSE, IN_ANY_TAB, IN_REPLAY, { ' ', 'p' }, "Play", "play and stop" },

	/* from here to there */
	{ ACTION_COMPARE, IN_TRACES, 0, { F(7), 'c' }, "Compare",
	  "mark this trace; on another one: both side by side" },
	{ ACTION_GO_LOGS, IN_TRACES, 0, { F(8), 'o' }, "Logs", "the log lines of this trace" },
	{ ACTION_GO_ALERT, IN_TRACES, 0, { F(9), 'a' }, "Alert", "the alert that this trace set off" },
	{ ACTION_GO_TRACE, IN_ALERTS | IN_LOGS, 0, { 'w' }, "Trace", "the waterfall of the trace that this tells of" },
	{ ACTION_ENTER, IN_ANY_TAB, 0, { KEYCODE_ENTER }, "Open", "open what is selected" },
	{ ACTION_ZOOM_IN, TRACES_AND, 0, { '+', '=' }, "Zoom+", "zoom in" },
	{ ACTION_ZOOM_OUT, TRACES_AND, 0, { '-', '_' }, "Zoom-", "zoom out" },

	/* lists */
	{ ACTION_SORT, IN_ANY_TAB, IN_LIST, { F(6), 's', '>' }, "Sort", "sort by the next column" },
	{ ACTION_SORT_PREVIOUS, IN_ANY_TAB, IN_LIST, { '<' }, NULL, "sort by the column before" },
	{ ACTION_INVERT, IN_ANY_TAB, IN_LIST, { 'I' }, NULL, "the other way round" },
	{ ACTION_UP, IN_ANY_TAB, 0, { KEYCODE_UP, 'k' }, NULL, "one row up" },
	{ ACTION_DOWN, IN_ANY_TAB, 0, { KEYCODE_DOWN, 'j' }, NULL, "one row down" },
	{ ACTION_PAGE_UP, IN_ANY_TAB, 0, { KEYCODE_PAGE_UP, 2 }, NULL, "one page up" },
	{ ACTION_PAGE_DOWN, IN_ANY_TAB, 0, { KEYCODE_PAGE_DOWN, 6 }, NULL, "one page down" },
	{ ACTION_FIRST, IN_ANY_TAB, 0, { KEYCODE_HOME, 'g' }, NULL, "the first row" },
	{ ACTION_LAST, IN_ANY_TAB, 0, { KEYCODE_END, 'G' }, NULL, "the last row" },
	{ ACTION_LEFT, IN_ANY_TAB, 0, { KEYCODE_LEFT }, NULL, "left" },
	{ ACTION_RIGHT, IN_ANY_TAB, 0, { KEYCODE_RIGHT }, NULL, "right" },

	/* everywhere */
	{ ACTION_WINDOW_NARROWER, IN_ANY_TAB, 0, { '[' }, "Shorter", "a shorter window of time: 6h, 1h, 15m, 5m, 1m" },
	{ ACTION_WINDOW_WIDER, IN_ANY_TAB, 0, { ']' }, "Longer", "a longer window of time" },
	{ ACTION_TIME_BACK, IN_ANY_TAB, IN_REPLAY, { 't' }, "-1 s", "one second back" },
	{ ACTION_TIME_FORWARD, IN_ANY_TAB, IN_REPLAY, { 'T' }, "+1 s", "one second forward" },
	{ ACTION_TIME_BACK_FAR, IN_ANY_TAB, IN_REPLAY, { ',' }, "-far",
	  "a tenth of the recording back: 1 to 30 seconds" },
	{ ACTION_TIME_FORWARD_FAR, IN_ANY_TAB, IN_REPLAY, { '.' }, "+far",
	  "a tenth of the recording forward: 1 to 30 seconds" },
	{ ACTION_SLOWER, IN_ANY_TAB, IN_REPLAY, { '{' }, "Slower", "half the speed, down to 1/4" },
	{ ACTION_FASTER, IN_ANY_TAB, IN_REPLAY, { '}' }, "Faster", "twice the speed, up to 64 and to as fast as can be" },
	{ ACTION_EXPAND, IN_ANY_TAB, 0, { F(2), 'e' }, "Expand", "what is selected gets all the room, and back" },
	{ ACTION_COPY, IN_ANY_TAB, 0, { 'y' }, "Copy", "the id of what is selected into the clipboard" },
	{ ACTION_TAB_1, IN_ANY_TAB, 0, { '1' }, NULL, "Overview" },
	{ ACTION_TAB_2, IN_ANY_TAB, 0, { '2' }, NULL, "Metrics" },
	{ ACTION_TAB_3, IN_ANY_TAB, 0, { '3' }, NULL, "Traces" },
	{ ACTION_TAB_4, IN_ANY_TAB, 0, { '4' }, NULL, "Alerts" },
	{ ACTION_TAB_5, IN_ANY_TAB, 0, { '5' }, NULL, "Logs" },
	{ ACTION_TAB_NEXT, IN_ANY_TAB, 0, { KEYCODE_TAB }, NULL, "the next tab" },
	{ ACTION_TAB_PREVIOUS, IN_ANY_TAB, 0, { KEYCODE_BACK_TAB }, NULL, "the tab before" },
	{ ACTION_QUIT, IN_ANY_TAB, 0, { F(10), 'q' }, "Quit", "end the dashboard" },

	/* the help itself: nothing else is valid while it is open */
	{ ACTION_BACK, 0, IN_HELP, { KEYCODE_ESCAPE, 'q', F(10), KEYCODE_ENTER }, "Close", "close the help" },
	{ ACTION_HELP, 0, IN_HELP, { F(1), '?', 'h' }, NULL, "close the help" },
	{ ACTION_UP, 0, IN_HELP, { KEYCODE_UP, 'k' }, NULL, "one line up" },
	{ ACTION_DOWN, 0, IN_HELP, { KEYCODE_DOWN, 'j' }, NULL, "one line down" },
	{ ACTION_PAGE_UP, 0, IN_HELP, { KEYCODE_PAGE_UP, 2 }, "Up", "one page up" },
	{ ACTION_PAGE_DOWN, 0, IN_HELP, { KEYCODE_PAGE_DOWN, 6, ' ' }, "Down", "one page down" },
	{ ACTION_FIRST, 0, IN_HELP, { KEYCODE_HOME, 'g' }, NULL, "the first line" },
	{ ACTION_LAST, 0, IN_HELP, { KEYCODE_END, 'G' }, NULL, "the last line" },
};

const struct key_row *keys_table(size_t *count)
{
	*count = COUNT_OF(table);
	return table;
}

bool keys_is_valid(const struct key_row *row, unsigned contexts)
{
	if ((row->needs ^ contexts) & IN_HELP) /* the help takes all keys */
		return false;
	return (!row->tabs || row->tabs & contexts) && (row->needs & contexts) == row->needs;
}

enum action keys_find(unsigned contexts, uint32_t key)
{
	if (!key)
		return ACTION_NONE;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		for (size_t k = 0; k < COUNT_OF(table[i].keys); k++)
			if (table[i].keys[k] == key && keys_is_valid(&table[i], contexts))
				return table[i].action;
	return ACTION_NONE;
}

const char *keys_name(uint32_t key)
{
	static const char *const codes[] = { "",     "Up",   "Down", "Left",  "Right",	   "PgUp", "PgDn",
					     "Home", "End",  "S-Tab", "BkSp", "Del",	   "F1",   "F2",
					     "F3",   "F4",   "F5",    "F6",   "F7",	   "F8",   "F9",
					     "F10",  "F11",  "F12" };
	static const char controls[32][4] = { "",   "^A", "^B", "^C", "^D", "^E", "^F",	 "^G", "^H",  "Tab", "^J",
					      "^K", "^L", "",    "^N", "^O", "^P", "^Q", "^R", "^S",  "^T",  "^U",
					      "^V", "^W", "^X", "^Y", "^Z", "Esc", "^\\", "^]", "^^", "^_" };
	static const char printables['~' - '!' + 1][2] = {
		"!", "\"", "#", "$", "%", "&", "'", "(", ")", "*", "+", ",", "-", ".", "/", "0", "1", "2", "3",
		"4", "5",  "6", "7", "8", "9", ":", ";", "<", "=", ">", "?", "@", "A", "B", "C", "D", "E", "F",
		"G", "H",  "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y",
		"Z", "[",  "\\", "]", "^", "_", "`", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l",
		"m", "n",  "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", "{", "|", "}", "~",
	};

	if (key >= KEYCODE_NONE && key - KEYCODE_NONE < COUNT_OF(codes))
		return codes[key - KEYCODE_NONE];
	if (key == KEYCODE_ENTER)
		return "Enter";
	if (key < 32)
		return controls[key];
	if (key == ' ')
		return "Space";
	return key > ' ' && key <= '~' ? printables[key - '!'] : "";
}

// SPDX-License-Identifier: Apache-2.0
/*
 * In: the name of a terminal. Out: why it cannot show the dashboard.
 * The rule that surprises: a file of its own, since term.h calls half of all English words its macros. A terminal that
 * is known but cannot address its cursor (dumb) would be painted into its last line, over and over.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

const char *terminfo_why(const char *terminal, int fd);

const char *terminfo_why(const char *terminal, int fd)
{
	const char *cup, *why = NULL;
	int error = 0;

	if (!terminal)
		terminal = getenv("TERM");
	if (!terminal || !*terminal)
		return "TERM is not set, so it is not known how to draw there; --once TAB prints a tab as text";
	if (setupterm(terminal, fd, &error) == ERR)
		return "the terminal that TERM names is not known here (infocmp shows it); --once TAB prints a tab as text";
	cup = tigetstr("cup");
	if (!cup || cup == (const char *)-1)
		why = "the terminal that TERM names cannot address its cursor; --once TAB prints a tab as text";
	del_curterm(cur_term);
	return why;
}

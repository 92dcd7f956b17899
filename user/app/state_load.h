/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a state file, and setting a damaged one aside. In: a path. Out: what it says. Mistakes
 * are said here. */
#ifndef APP_STATE_LOAD_H
#define APP_STATE_LOAD_H

#include "app/state_text.h"

enum state_load {
	STATE_LOAD_NONE,  /* there is no file */
	STATE_LOAD_FOUND, /* content is what it says */
	STATE_LOAD_KEEP,  /* what lies at the path could not be moved aside: it must not be written
			     to */
};

/*
 * The newest of PATH.new, PATH.sync and PATH (state_writer.h). *aside: what was damaged, where it
 * is now and why, malloc's; NULL = nothing was. The content is to be freed in every case.
 */
enum state_load state_load(const char *path, struct state_content *content, char **aside);

#endif

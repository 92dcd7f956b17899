/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saying why: whoever knows the cause says it once, nobody repeats it upstairs.
 * All text goes to stderr as "ttsobs-bpf: ..." lines, control bytes escaped; never into a promised stream.
 * A '\n' in the format itself begins a new line (which gets the prefix too); one that an argument brings is escaped.
 */
#ifndef BASE_REFUSE_H
#define BASE_REFUSE_H

#include <stdarg.h>

/* Exit codes of the program. */
enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_RUNTIME = 1,
	EXIT_CODE_USAGE = 2,	 /* usage or configuration */
	EXIT_CODE_PRIVILEGE = 3, /* privilege or kernel */
	EXIT_CODE_TARGET = 4,
	EXIT_CODE_DAMAGED = 5, /* damaged recording */
};

/* Prints the message and returns `error` (a -errno), so that it can stand in a return statement. */
int refuse(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A one-line note that does not stop anything. */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Printed only with --debug. */
void debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
void refuse_debug_on(void);
/*
 * Messages go to this function, line by line, without prefix and '\n', instead of stderr; NULL restores, and returns when nobody is in
 * it any more. It is called by whichever thread says something, one at a time, and must not say anything itself.
 */
void refuse_redirect(void (*to)(void *arg, const char *line), void *arg);
/* The same for what this thread says, before the other is asked. */
void refuse_overhear(void (*to)(void *arg, const char *line), void *arg);

#endif

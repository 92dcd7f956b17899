/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the client share. Private to user/app/ctl*.c. */
#ifndef APP_CTL_PARTS_H
#define APP_CTL_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/buf.h"
#include "sink/sinks.h"

#define CTL_ARGS 64

struct ctl_options {
	const char *control_path; /* NULL = the only tracer there is */
	bool as_json;
	bool no_colour;
	bool is_ascii;
	uint64_t columns; /* 0 = the terminal's, or 100 */
	const char *duration;
	const char *comment;
	const char *level, *trace, *grep; /* logs */
	uint64_t last;			  /* 0 = as the tracer does */
	const char *args[CTL_ARGS]; /* the command first */
	size_t args_count;
};

/* ctl_call.c: an exit code; failures are said (as JSON on stdout when that is wanted). */
int ctl_fail(const struct ctl_options *options, int exit_code, const char *code, const char *format,
	     ...) __attribute__((format(printf, 4, 5)));
int ctl_find(const struct ctl_options *options, char **path); /* malloc's */
/* The answer, an object, to be put; NULL after a failure. */
struct json_object *ctl_call(const struct ctl_options *options, const char *path,
			     const struct buf *request, int *exit_code);
void ctl_write(const struct buf *text); /* to stdout */

/* ctl_print.c: an answer for people. */
void ctl_print(struct buf *out, const char *command, struct json_object *answer,
	       const struct look *look);
void ctl_print_status(struct buf *out, struct json_object *answer, const struct look *look);
/* The same answer, with every text in it made harmless, as one line. */
void ctl_print_json(struct buf *out, struct json_object *answer);

/* ctl_logs.c: one readable line per record; the records as they are, or made harmless. */
void ctl_print_logs(struct buf *out, struct json_object *answer, const struct look *look);
void ctl_print_log_lines(struct buf *out, struct json_object *answer);

/* ctl_fields.c: the answer may come from anybody. What is not there, or of another type, is "", 0,
 * false, NULL. */
const char *ctl_text(struct json_object *object, const char *key);
uint64_t ctl_count(struct json_object *object, const char *key);
double ctl_number(struct json_object *object, const char *key);
bool ctl_flag(struct json_object *object, const char *key);
bool ctl_has(struct json_object *object, const char *key);
struct json_object *ctl_object(struct json_object *object, const char *key);
struct json_object *ctl_array(struct json_object *object, const char *key, size_t *count);

#endif

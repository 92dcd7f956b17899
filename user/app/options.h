/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, by table. In: argv. Out: struct options, or a sentence and exit code 2. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/flow.h"
#include "sink/sinks.h"
#include "source/capture.h"

struct verb;

struct strings {
	const char **values;
	size_t count;
	size_t capacity;
};

struct options {
	const struct verb *verb;
	uint32_t *pids;
	size_t pids_count;
	size_t pids_capacity;
	const char *engine;
	struct strings engine_dirs;
	struct strings engine_files;
	const char *log_path;
	unsigned log_level; /* index in options_log_levels */
	uint64_t log_max_bytes; /* 0 = no rotation by size */
	uint64_t log_keep_count;
	uint64_t log_max_age_ns; /* 0 = no rotation by age */
	const char *record_path;
	bool is_plain;
	unsigned once; /* tabs to print, bits by enum tui_tab; 0 = none */
	uint64_t rows; /* of what --once prints; 0 = ask the terminal */
	bool no_mouse;
	uint64_t refresh_ns; /* 0 = the default */
	bool as_json;
	bool no_colour;
	bool is_ascii;
	uint64_t columns; /* 0 = ask the terminal */
	bool has_interval;
	uint64_t interval_ns;
	uint64_t duration_ns;
	uint64_t ring_bytes;
	struct strings rule_files; /* files and directories, instead of the shipped rules */
	struct strings threshold_files; /* over the shipped thresholds */
	bool no_rules;
	const char *notify_path;
	bool no_notify;
	const char *syslog_socket;
	const char *journal_socket;
	const char *control_path;
	const char *state_path;
	struct retention metrics, traces, logs; /* metrics: 0 = not said */
	enum attach_mode attach;
	enum timeline_choice timeline_choice;
	uint64_t timeline_count;
	const char *timeline_id;
	struct strings args; /* what is neither option nor verb */
	char **command;	     /* run: after the options */
};

extern const char *const options_log_levels[]; /* debug, info, warning, error, critical, NULL */

/* Ends the process for --help, --version and mistakes (exit 2), as argp does. */
void options_parse(struct options *options, int argc, char **argv);
void options_fini(struct options *options);

#endif

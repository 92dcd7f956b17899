/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line. The rule that surprises: the first argument may be a verb; without one it is `live`.
 */
#include <argp.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

#include "app/options.h"
#include "app/verbs.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"
#include "model/limits.h"
#include "sink/tui/tui.h"

#define REFRESH_LEAST_NS (50 * NS_PER_MS)
#define REFRESH_MOST_NS (60 * NS_PER_S)

enum {
	KEY_ENGINE = 256, KEY_ENGINE_DIR, KEY_ENGINE_FILE, KEY_LOG, KEY_RECORD, KEY_PLAIN, KEY_JSON, KEY_INTERVAL,
	KEY_DURATION, KEY_RING, KEY_ATTACH, KEY_NO_COLOUR, KEY_ASCII, KEY_COLUMNS, KEY_TRACE, KEY_SLOWEST, KEY_LAST,
	KEY_DEBUG, KEY_RULES, KEY_THRESHOLDS, KEY_NO_RULES, KEY_NOTIFY, KEY_NO_NOTIFY, KEY_SYSLOG_SOCKET, KEY_JOURNAL_SOCKET,
	KEY_CONTROL, KEY_STATE, KEY_RETENTION, KEY_RETENTION_BYTES, KEY_LOG_LEVEL, KEY_LOG_MAX_BYTES, KEY_LOG_KEEP,
	KEY_LOG_MAX_AGE, KEY_ONCE, KEY_ROWS, KEY_NO_MOUSE, KEY_REFRESH,
};

/* For which verbs an option means something. */
enum { FOR_LIVE = 1, FOR_REPLAY = 2, FOR_TIMELINE = 4, FOR_JSON = 8, FOR_ALL = 16, FOR_DASHBOARD = 32 };

static const struct argp_option table[] = {
	{ 0, 0, 0, 0, "What to trace:", 1 },
	{ "pid", 'p', "PID[,PID...]", 0, "attach to these running processes (repeatable)", 1 },
	{ "engine", KEY_ENGINE, "NAME", 0, "use this engine file only, instead of recognising engines", 1 },
	{ "engine-dir", KEY_ENGINE_DIR, "DIR", 0, "take engine files from DIR instead of the shipped ones (repeatable)", 1 },
	{ "engine-file", KEY_ENGINE_FILE, "FILE", 0, "take one more engine file (repeatable)", 1 },
	{ "attach", KEY_ATTACH, "auto|multi|perf", 0, "kind of uprobes; perf is the degraded mode for kernels below 6.6", 1 },
	{ "ring", KEY_RING, "SIZE", 0, "ring buffer between kernel and user space (8M)", 1 },
	{ "duration", KEY_DURATION, "TIME", 0, "end after this time (10s, 5m, 1h30m)", 1 },
	{ 0, 0, 0, 0, "What to print:", 2 },
	{ "log", KEY_LOG, "FILE", 0, "NDJSON log to FILE, or - for standard output (the default when it is no terminal)", 2 },
	{ "record", KEY_RECORD, "FILE", 0, "record everything into FILE as well", 2 },
	{ "output", 'o', "FILE", 0, "record: the recording to make", 2 },
	{ "interval", KEY_INTERVAL, "TIME", 0, "print a report of each interval", 2 },
	{ "plain", KEY_PLAIN, 0, 0, "one readable line per utterance, whatever standard output is", 2 },
	{ "once", KEY_ONCE, "TAB[,TAB...]", 0, "print tabs of the dashboard as text, and end: overview, metrics, traces, alerts, logs, or all (live: after --duration, or 3s)", 2 },
	{ "refresh", KEY_REFRESH, "TIME", 0, "time between two pictures of the dashboard (250ms)", 2 },
	{ "no-mouse", KEY_NO_MOUSE, 0, 0, "leave the mouse to the terminal", 2 },
	{ "json", KEY_JSON, 0, 0, "reports, plans and checks as JSON", 2 },
	{ "trace", KEY_TRACE, "ID", 0, "timeline: the trace whose id begins with ID", 2 },
	{ "slowest", KEY_SLOWEST, "N", 0, "timeline: the N slowest traces", 2 },
	{ "last", KEY_LAST, "N", 0, "timeline: the last N traces (1)", 2 },
	{ "columns", KEY_COLUMNS, "N", 0, "width of the output (the terminal's, or 100)", 2 },
	{ "rows", KEY_ROWS, "N", 0, "height of what --once prints (the terminal's, or 40)", 2 },
	{ "no-color", KEY_NO_COLOUR, 0, 0, "no colours (also by NO_COLOR)", 2 },
	{ "ascii", KEY_ASCII, 0, 0, "only ASCII (the default when the locale is not UTF-8)", 2 },
	{ "log-level", KEY_LOG_LEVEL, "LEVEL", 0, "log only records of this level and above: debug, info, warning, error, critical (debug)", 2 },
	{ "log-max-bytes", KEY_LOG_MAX_BYTES, "SIZE", 0, "begin a new log file before it grows beyond SIZE", 2 },
	{ "log-max-age", KEY_LOG_MAX_AGE, "TIME", 0, "begin a new log file after this time", 2 },
	{ "log-keep", KEY_LOG_KEEP, "N", 0, "keep N older log files, FILE.1 to FILE.N (5)", 2 },
	{ 0, 0, 0, 0, "Rules and alerts:", 3 },
	{ "rules", KEY_RULES, "FILE|DIR", 0, "judge by these rules instead of the shipped ones (repeatable)", 3 },
	{ "thresholds", KEY_THRESHOLDS, "FILE", 0, "thresholds that override the shipped ones (repeatable)", 3 },
	{ "no-rules", KEY_NO_RULES, 0, 0, "judge nothing", 3 },
	{ "notify", KEY_NOTIFY, "FILE", 0, "who is told of alerts, instead of the shipped notify.yaml", 3 },
	{ "no-notify", KEY_NO_NOTIFY, 0, 0, "tell nobody", 3 },
	{ "syslog-socket", KEY_SYSLOG_SOCKET, "PATH", 0, "syslog here instead of /dev/log", 3 },
	{ "journal-socket", KEY_JOURNAL_SOCKET, "PATH", 0, "the journal here instead of /run/systemd/journal/socket", 3 },
	{ "control", KEY_CONTROL, "PATH", 0, "socket for 'ttsobs-bpf ctl' (/run/ttsobs/PID.sock), or 'none'", 3 },
	{ "state", KEY_STATE, "PATH", 0, "file that keeps alerts, acknowledgements and silences over restarts, or 'none'", 3 },
	{ "retention", KEY_RETENTION, "[KIND=]TIME,...", 0, "how long metrics, traces and logs are held in memory (6h)", 3 },
	{ "retention-bytes", KEY_RETENTION_BYTES, "[KIND=]SIZE,...", 0, "how much memory each may take (metrics 8M, traces 6M, logs 2M)", 3 },
	{ 0, 0, 0, 0, "Other:", 4 },
	{ "debug", KEY_DEBUG, 0, 0, "say on standard error what is being done", 4 },
	{ 0 },
};

static void add_string(struct strings *strings, const char *value)
{
	mem_grow(&strings->values, &strings->capacity, strings->count + 1, sizeof(*strings->values));
	strings->values[strings->count++] = value;
}

static void add_pids(struct options *options, const char *text, struct argp_state *state)
{
	char *copy = mem_string(text);
	char *rest = copy;
	char *one;

	while ((one = strsep(&rest, ","))) {
		uint64_t pid;
		bool is_known = false;

		if (units_parse_count(one, 1, INT32_MAX, &pid))
			argp_error(state, "'%s' is not a process id (1 to 2147483647)", one);
		for (size_t i = 0; i < options->pids_count; i++)
			is_known |= options->pids[i] == pid;
		if (is_known)
			continue;
		mem_grow(&options->pids, &options->pids_capacity, options->pids_count + 1, sizeof(*options->pids));
		options->pids[options->pids_count++] = (uint32_t)pid;
	}
	free(copy);
}

static void parse_time(const char *name, const char *text, uint64_t *ns, struct argp_state *state)
{
	if (units_parse_ns(text, ns) || !*ns)
		argp_error(state, "--%s: '%s' is not a time above 0 (like 10s, 250ms, 5m, 1h30m)", name, text);
}

static void parse_ring(struct options *options, const char *text, struct argp_state *state)
{
	uint64_t bytes;

	if (units_parse_bytes(text, &bytes) || bytes < 4096 || bytes > (1ull << 30) || (bytes & (bytes - 1)))
		argp_error(state, "--ring: '%s' is not a power of two from 4K to 1G", text);
	options->ring_bytes = bytes;
}

static void parse_attach(struct options *options, const char *text, struct argp_state *state)
{
	if (!strcmp(text, "auto"))
		options->attach = ATTACH_AUTO;
	else if (!strcmp(text, "multi"))
		options->attach = ATTACH_MULTI;
	else if (!strcmp(text, "perf"))
		options->attach = ATTACH_PERF;
	else
		argp_error(state, "--attach: '%s' is none of auto, multi, perf", text);
}

static void parse_choice(struct options *options, enum timeline_choice choice, const char *text, struct argp_state *state)
{
	options->timeline_choice = choice;
	if (choice == TIMELINE_ID) {
		if (!text[0] || strspn(text, "0123456789abcdef") != strlen(text) || strlen(text) > 32)
			argp_error(state, "--trace: '%s' is not the beginning of a trace id (hex digits)", text);
		options->timeline_id = text;
		options->timeline_count = 1000;
		return;
	}
	if (units_parse_count(text, 1, 1000, &options->timeline_count))
		argp_error(state, "'%s' is not a number from 1 to 1000", text);
}

const char *const options_log_levels[] = { "debug", "info", "warning", "error", "critical", NULL };

static void parse_log_level(struct options *options, const char *text, struct argp_state *state)
{
	for (unsigned i = 0; options_log_levels[i]; i++)
		if (!strcmp(options_log_levels[i], text)) {
			options->log_level = i;
			return;
		}
	argp_error(state, "--log-level: '%s' is none of debug, info, warning, error, critical", text);
}

static void parse_size(const char *name, const char *text, uint64_t least_bytes, uint64_t *bytes, struct argp_state *state)
{
	if (units_parse_bytes(text, bytes) || *bytes < least_bytes)
		argp_error(state, "--%s: '%s' is not a size of at least %s (like 512K, 64M, 1G)", name, text,
			   units_bytes(least_bytes).text);
}

/* "6h", or "metrics=6h,traces=1h". */
static void parse_retention(struct options *options, bool is_bytes, const char *text, struct argp_state *state)
{
	static const char *const kinds[] = { "metrics", "traces", "logs" };
	struct retention *all[] = { &options->metrics, &options->traces, &options->logs };
	const char *name = is_bytes ? "retention-bytes" : "retention";
	char *copy = mem_string(text), *rest = copy, *one;

	while ((one = strsep(&rest, ","))) {
		char *equals = strchr(one, '=');
		const char *value = equals ? equals + 1 : one;
		uint64_t number;
		bool is_known = !equals;

		if (is_bytes)
			parse_size(name, value, 64u << 10, &number, state);
		else
			parse_time(name, value, &number, state);
		for (size_t i = 0; i < 3; i++) {
			if (equals && ((size_t)(equals - one) != strlen(kinds[i]) || strncmp(one, kinds[i], strlen(kinds[i]))))
				continue;
			is_known = true;
			*(is_bytes ? &all[i]->bytes : &all[i]->age_ns) = number;
		}
		if (!is_known)
			argp_error(state, "--%s: '%.*s' is none of metrics, traces, logs", name, (int)(equals - one), one);
	}
	free(copy);
}

static unsigned option_use(int key)
{
	switch (key) {
	case 'p': case KEY_ATTACH: case KEY_RING: case KEY_DURATION: case KEY_RECORD: case 'o': case KEY_NOTIFY: case KEY_NO_NOTIFY:
	case KEY_SYSLOG_SOCKET: case KEY_JOURNAL_SOCKET: case KEY_CONTROL: case KEY_STATE:
		return FOR_LIVE;
	case KEY_LOG: case KEY_INTERVAL: case KEY_PLAIN: case KEY_RULES: case KEY_THRESHOLDS: case KEY_NO_RULES:
	case KEY_RETENTION: case KEY_RETENTION_BYTES: case KEY_LOG_LEVEL: case KEY_LOG_MAX_BYTES: case KEY_LOG_KEEP:
	case KEY_LOG_MAX_AGE:
		return FOR_LIVE | FOR_REPLAY;
	case KEY_ONCE: case KEY_ROWS: case KEY_REFRESH: case KEY_NO_MOUSE:
		return FOR_DASHBOARD;
	case KEY_TRACE: case KEY_SLOWEST: case KEY_LAST:
		return FOR_TIMELINE;
	case KEY_JSON:
		return FOR_JSON;
	default:
		return FOR_ALL;
	}
}

static void check_use(const struct options *options, int key, struct argp_state *state)
{
	unsigned use = option_use(key);
	const struct verb *verb = options->verb;
	const char *name = "";

	if (key == 'p' && !strcmp(verb->name, "run"))
		argp_error(state, "--pid means nothing to 'run': it traces the command that it starts");
	if ((use & FOR_ALL) || ((use & FOR_LIVE) && verb->is_live) || ((use & FOR_REPLAY) && verb->is_replay) ||
	    ((use & FOR_DASHBOARD) && verb->has_dashboard) || ((use & FOR_TIMELINE) && !strcmp(verb->name, "timeline")) || ((use & FOR_JSON) && verb->has_json) ||
	    (key == 'p' && !strcmp(verb->name, "probes")))
		return;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].key == key && table[i].name)
			name = table[i].name;
	argp_error(state, "--%s means nothing to '%s'", name, verb->name);
}

static error_t parse_argument(struct options *options, char *text, struct argp_state *state)
{
	if (strcmp(options->verb->name, "run")) {
		add_string(&options->args, text);
		return 0;
	}
	options->command = &state->argv[state->next - 1];
	state->next = state->argc;
	return 0;
}

static void parse_once(struct options *options, const char *text, struct argp_state *state)
{
	char *copy = mem_string(text), *rest = copy, *one;

	while ((one = strsep(&rest, ","))) {
		enum tui_tab tab;

		if (!strcmp(one, "all"))
			options->once |= (1u << TUI_TABS) - 1;
		else if (tui_tab_find(one, &tab))
			options->once |= 1u << tab;
		else
			argp_error(state, "--once: '%s' is none of overview, metrics, traces, alerts, logs, all", one);
	}
	free(copy);
}

static void parse_refresh(struct options *options, const char *text, struct argp_state *state)
{
	if (units_parse_ns(text, &options->refresh_ns) || options->refresh_ns < REFRESH_LEAST_NS ||
	    options->refresh_ns > REFRESH_MOST_NS)
		argp_error(state, "--refresh: '%s' is not a time from 50ms to 1m", text);
}

static error_t parse_screen_option(struct options *options, int key, char *text, struct argp_state *state)
{
	switch (key) {
	case KEY_ONCE: parse_once(options, text, state); return 0;
	case KEY_REFRESH: parse_refresh(options, text, state); return 0;
	case KEY_NO_MOUSE: options->no_mouse = true; return 0;
	case KEY_ROWS:
		if (units_parse_count(text, 1, 500, &options->rows))
			argp_error(state, "--rows: '%s' is not a number from 1 to 500", text);
		return 0;
	case ARGP_KEY_ARG: return parse_argument(options, text, state);
	default: return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_rules_option(struct options *options, int key, char *text, struct argp_state *state)
{
	switch (key) {
	case KEY_RULES: add_string(&options->rule_files, text); return 0;
	case KEY_THRESHOLDS: add_string(&options->threshold_files, text); return 0;
	case KEY_NO_RULES: options->no_rules = true; return 0;
	case KEY_NOTIFY: options->notify_path = text; return 0;
	case KEY_NO_NOTIFY: options->no_notify = true; return 0;
	case KEY_SYSLOG_SOCKET: options->syslog_socket = text; return 0;
	case KEY_JOURNAL_SOCKET: options->journal_socket = text; return 0;
	case KEY_CONTROL: options->control_path = text; return 0;
	case KEY_STATE: options->state_path = text; return 0;
	case KEY_RETENTION: parse_retention(options, false, text, state); return 0;
	case KEY_RETENTION_BYTES: parse_retention(options, true, text, state); return 0;
	default: return parse_screen_option(options, key, text, state);
	}
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	if (key == 'p' || key == 'o' || key >= KEY_ENGINE)
		if (key < 0x1000000)
			check_use(options, key, state);
	switch (key) {
	case 'p': add_pids(options, text, state); return 0;
	case KEY_ENGINE: options->engine = text; return 0;
	case KEY_ENGINE_DIR: add_string(&options->engine_dirs, text); return 0;
	case KEY_ENGINE_FILE: add_string(&options->engine_files, text); return 0;
	case KEY_ATTACH: parse_attach(options, text, state); return 0;
	case KEY_RING: parse_ring(options, text, state); return 0;
	case KEY_DURATION: parse_time("duration", text, &options->duration_ns, state); return 0;
	case KEY_LOG: options->log_path = text; return 0;
	case KEY_RECORD: case 'o': options->record_path = text; return 0;
	case KEY_INTERVAL:
		parse_time("interval", text, &options->interval_ns, state);
		options->has_interval = true;
		return 0;
	case KEY_PLAIN: options->is_plain = true; return 0;
	case KEY_JSON: options->as_json = true; return 0;
	case KEY_TRACE: parse_choice(options, TIMELINE_ID, text, state); return 0;
	case KEY_SLOWEST: parse_choice(options, TIMELINE_SLOWEST, text, state); return 0;
	case KEY_LAST: parse_choice(options, TIMELINE_LAST, text, state); return 0;
	case KEY_COLUMNS:
		if (units_parse_count(text, 20, 1000, &options->columns))
			argp_error(state, "--columns: '%s' is not a number from 20 to 1000", text);
		return 0;
	case KEY_NO_COLOUR: options->no_colour = true; return 0;
	case KEY_ASCII: options->is_ascii = true; return 0;
	case KEY_DEBUG: refuse_debug_on(); return 0;
	case KEY_LOG_LEVEL: parse_log_level(options, text, state); return 0;
	case KEY_LOG_MAX_BYTES: parse_size("log-max-bytes", text, 4096, &options->log_max_bytes, state); return 0;
	case KEY_LOG_MAX_AGE: parse_time("log-max-age", text, &options->log_max_age_ns, state); return 0;
	case KEY_LOG_KEEP:
		if (units_parse_count(text, 0, 1000, &options->log_keep_count))
			argp_error(state, "--log-keep: '%s' is not a number from 0 to 1000", text);
		return 0;
	default: return parse_rules_option(options, key, text, state);
	}
}

static char *describe_verbs(void)
{
	struct buf text = { 0 };

	buf_text(&text, "See inside a running text-to-speech service: who spoke, how fast, and why it was slow.\v"
			"Verbs (the default is live):\n");
	for (size_t i = 0; verbs_at(i); i++)
		buf_format(&text, "  %-8s %-24s %s\n", verbs_at(i)->name, verbs_at(i)->args, verbs_at(i)->summary);
	buf_text(&text, "\nExit codes: 0 ok, 1 runtime, 2 usage or configuration, 3 privilege or kernel, 4 target,\n"
			"5 damaged recording. More: man ttsobs-bpf, ttsobs-engine(5), ttsobs-log(5).");
	return text.bytes;
}

static void print_version(FILE *stream, struct argp_state *state)
{
	(void)state;
	fprintf(stream, "ttsobs-bpf %s (libbpf %s)\n", TTSOBS_VERSION, libbpf_version_string());
}

void options_parse(struct options *options, int argc, char **argv)
{
	char *doc = describe_verbs();
	struct argp argp = { table, parse_option, "[VERB] [ARGUMENT...]", doc, NULL, NULL, NULL };
	const struct verb *verb = argc > 1 ? verbs_find(argv[1]) : NULL;
	char *name = argv[0];

	memset(options, 0, sizeof(*options));
	options->ring_bytes = 8u << 20;
	options->timeline_count = 1;
	options->log_keep_count = 5;
	options->traces = (struct retention){ RETENTION_NS, RETENTION_TRACES_BYTES };
	options->logs = (struct retention){ RETENTION_NS, RETENTION_LOGS_BYTES };
	options->verb = verb ? verb : verbs_default();
	if (verb) { /* the program's name takes the verb's place */
		argv[1] = name;
		argv++;
		argc--;
	}
	argp_program_version_hook = print_version;
	argp_err_exit_status = EXIT_CODE_USAGE;
	argp_parse(&argp, argc, argv, verb && !strcmp(verb->name, "run") ? ARGP_IN_ORDER : 0, NULL, options);
	free(doc);
}

void options_fini(struct options *options)
{
	free(options->pids);
	free(options->engine_dirs.values);
	free(options->engine_files.values);
	free(options->rule_files.values);
	free(options->threshold_files.values);
	free(options->args.values);
}

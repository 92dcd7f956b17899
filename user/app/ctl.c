// SPDX-License-Identifier: Apache-2.0
/*
 * In: the command line. Out: a request to a tracer, its answer as text or JSON, and the exit code.
 * The rule that surprises: a matcher whose value has no quotes gets them, since the shell takes
 * away those that were typed.
 */
#include "app/ctl.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "app/control.h"
#include "app/ctl_parts.h"
#include "app/look.h"
#include "base/auto.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/text.h"
#include "base/units.h"
#include "rules/expr.h"
#include "sink/log_records.h"
#include "sink/member.h"

enum {
	KEY_CONTROL = 256,
	KEY_JSON,
	KEY_FOR,
	KEY_COMMENT,
	KEY_LEVEL,
	KEY_TRACE,
	KEY_GREP,
	KEY_LAST,
	KEY_NO_COLOUR,
	KEY_ASCII,
	KEY_COLUMNS
};

static const struct argp_option table[] = {
	{"control", KEY_CONTROL, "PATH", 0,
	 "socket of the tracer (needed when several are running)", 1},
	{"for", KEY_FOR, "TIME", 0, "silence: how long (30m, 2h, 1d12h)", 1},
	{"comment", KEY_COMMENT, "TEXT", 0, "ack, resolve, silence: what others shall know", 1},
	{"level", KEY_LEVEL, "LEVEL", 0, "logs: of this level and above (debug)", 1},
	{"trace", KEY_TRACE, "ID", 0, "logs: of the traces whose id begins with ID", 1},
	{"grep", KEY_GREP, "TEXT", 0, "logs: with TEXT in them", 1},
	{"last", KEY_LAST, "N", 0, "logs: the last N of these (50)", 1},
	{"json", KEY_JSON, 0, 0,
	 "the answer as one line of JSON; logs: the records as they are, one to a line", 2},
	{"columns", KEY_COLUMNS, "N", 0, "width of the output (the terminal's, or 100)", 2},
	{"no-color", KEY_NO_COLOUR, 0, 0, "no colours (also by NO_COLOR)", 2},
	{"ascii", KEY_ASCII, 0, 0, "only ASCII (the default when the locale is not UTF-8)", 2},
	{0},
};

static const char usage[] = "status\nalerts\nack ID\nresolve ID\nsilence MATCHERS... --for "
			    "TIME\nunsilence ID\nsilences\nreload\nlogs";

static const char doc[] =
	"Ask a running tracer, and tell it.\v"
	"ID of an alert: its first hex digits, at least 4, if no other alert begins so. "
	"MATCHERS: label=value, label!=value, label=~regex, label!~regex, all of which must match; "
	"as {a=\"b\",c=~\"d.*\"} too.\n\n"
	"Exit status: 0 done, 1 refused or failed, 2 usage (also: several tracers run and none was "
	"named), 3 not permitted, 4 no tracer "
	"runs.";

/* How many arguments follow each command, and which options it takes. */
static const struct command {
	const char *name;
	size_t args_min, args_max;
	bool has_for, has_comment, has_filters;
} commands[] = {
	{.name = "status"},
	{.name = "alerts"},
	{.name = "silences"},
	{.name = "reload"},
	{.name = "logs", .has_filters = true},
	{"ack", 1, 1, .has_comment = true},
	{"resolve", 1, 1, .has_comment = true},
	{"unsilence", 1, 1, .has_for = false},
	{"silence", 1, CTL_ARGS, .has_for = true, .has_comment = true},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* The option, if there is one, that only logs takes. */
static const char *filter_given(const struct ctl_options *options)
{
	if (options->level)
		return "level";
	if (options->trace)
		return "trace";
	if (options->grep)
		return "grep";
	return options->last ? "last" : NULL;
}

static void check_command(const struct ctl_options *options, struct argp_state *state)
{
	const struct command *command = options->args_count ? find_command(options->args[0]) : NULL;
	size_t given = options->args_count - 1;

	if (!options->args_count)
		argp_error(state, "which command? one of status, alerts, ack, resolve, silence, "
				  "unsilence, silences, reload, logs");
	else if (!command)
		argp_error(state, "there is no command '%s'", options->args[0]);
	else if (given < command->args_min)
		argp_error(state, "%s what? %s is missing", command->name,
			   command->has_for ? "MATCHERS" : "an ID");
	else if (given > command->args_max)
		argp_error(state, "'%s' is one argument too many for %s",
			   options->args[1 + command->args_max], command->name);
	else if (options->duration && !command->has_for)
		argp_error(state, "--for means nothing to %s", command->name);
	else if (options->comment && !command->has_comment)
		argp_error(state, "--comment means nothing to %s", command->name);
	else if (filter_given(options) && !command->has_filters)
		argp_error(state, "--%s means nothing to %s", filter_given(options), command->name);
	else if (command->has_for && !options->duration)
		argp_error(state, "silence for how long? say --for TIME, like --for 2h");
}

static void parse_level(struct ctl_options *options, const char *word, struct argp_state *state)
{
	for (unsigned level = 0; level < LOG_LEVELS; level++)
		if (!strcmp(log_level_word((enum log_level)level), word))
			options->level = word;
	if (!options->level)
		argp_error(state, "--level: '%s' is none of debug, info, warning, error, critical",
			   word);
}

static void parse_trace(struct ctl_options *options, const char *digits, struct argp_state *state)
{
	size_t length = strlen(digits);

	options->trace = digits;
	if (!length || length > 32 || strspn(digits, "0123456789abcdefABCDEF") != length)
		argp_error(state, "--trace: '%s' is not the beginning of a trace id (hex digits)",
			   digits);
}

static error_t parse_filter(int key, char *text, struct argp_state *state)
{
	struct ctl_options *options = state->input;

	switch (key) {
	case KEY_LEVEL:
		parse_level(options, text, state);
		return 0;
	case KEY_TRACE:
		parse_trace(options, text, state);
		return 0;
	case KEY_GREP:
		options->grep = text;
		return 0;
	case KEY_LAST:
		if (units_parse_count(text, 1, CONTROL_LOGS_MAX, &options->last))
			argp_error(state, "--last: '%s' is not a number from 1 to %d", text,
				   CONTROL_LOGS_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct ctl_options *options = state->input;

	switch (key) {
	case KEY_CONTROL:
		options->control_path = text;
		return 0;
	case KEY_JSON:
		options->as_json = true;
		return 0;
	case KEY_FOR:
		options->duration = text;
		return 0;
	case KEY_COMMENT:
		options->comment = text;
		return 0;
	case KEY_NO_COLOUR:
		options->no_colour = true;
		return 0;
	case KEY_ASCII:
		options->is_ascii = true;
		return 0;
	case KEY_COLUMNS:
		if (units_parse_count(text, 20, 10000, &options->columns))
			argp_error(state, "--columns: '%s' is not a number from 20 to 10000", text);
		return 0;
	case ARGP_KEY_ARG:
		if (options->args_count == CTL_ARGS)
			argp_error(state, "there are more than %d arguments", CTL_ARGS);
		else
			options->args[options->args_count++] = text;
		return 0;
	case ARGP_KEY_END:
		check_command(options, state);
		return 0;
	default:
		return parse_filter(key, text, state);
	}
}

/* Length of a matcher's label and operator when its value has no quotes, else 0. */
static size_t unquoted_value(const char *word)
{
	size_t name =
		strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	size_t operator= 0;

	if (word[name] == '=')
		operator= word[name + 1] == '~' ? 2 : 1;
	else if (word[name] == '!' && (word[name + 1] == '=' || word[name + 1] == '~'))
		operator= 2;
	if (!name || !operator|| strpbrk(word + name + operator, "\"'`{}"))
		return 0;
	return name + operator;
}

static void add_matcher(struct buf *matchers, const char *word)
{
	size_t value_at = unquoted_value(word);

	if (!value_at) {
		buf_text(matchers, word);
		return;
	}
	buf_add(matchers, word, value_at);
	buf_char(matchers, '"');
	for (const char *c = word + value_at; *c; c++) {
		if (*c == '\\')
			buf_char(matchers, '\\');
		buf_char(matchers, *c);
	}
	buf_char(matchers, '"');
}

/* One argument may hold them all, or each one of them. */
static void join_matchers(struct buf *matchers, const struct ctl_options *options)
{
	for (size_t i = 1; i < options->args_count; i++) {
		if (i > 1)
			buf_char(matchers, ',');
		add_matcher(matchers, options->args[i]);
	}
}

static void make_request(struct buf *request, const struct ctl_options *options,
			 const struct buf *matchers)
{
	const struct command *command = find_command(options->args[0]);
	struct json_object *object = member_object();

	member_word(object, "command", command->name);
	if (matchers->length)
		member_text(object, "matchers", matchers->bytes, matchers->length);
	else if (options->args_count > 1)
		member_string(object, "id", options->args[1]);
	member_string(object, "for", options->duration);
	member_string(object, "comment", options->comment);
	member_string(object, "level", options->level);
	member_string(object, "trace", options->trace);
	member_string(object, "grep", options->grep);
	if (options->last)
		member_count(object, "last", options->last);
	member_print(request, object);
}

static int exit_code_of(const char *code)
{
	static const char *const usage_codes[] = {"bad_request", "bad_matchers", "bad_duration"};

	if (!strcmp(code, "not_permitted"))
		return EXIT_CODE_PRIVILEGE;
	for (size_t i = 0; i < sizeof(usage_codes) / sizeof(usage_codes[0]); i++)
		if (!strcmp(code, usage_codes[i]))
			return EXIT_CODE_USAGE;
	return EXIT_CODE_RUNTIME;
}

static void say_mistakes(struct json_object *answer, const struct buf *matchers)
{
	size_t count;
	struct json_object *mistakes = ctl_array(answer, "mistakes", &count);

	for (size_t i = 0; i < count; i++) {
		struct json_object *mistake = json_object_array_get_idx(mistakes, i);
		uint64_t place = ctl_count(mistake, "place");
		struct buf before = {0};

		if (place > matchers->length)
			place = matchers->length;
		text_clean(&before, matchers->bytes, place, false);
		refuse(0, "matchers:1:%llu: %s\n  %s\n  %*s^", (unsigned long long)place + 1,
		       ctl_text(mistake, "message"), matchers->bytes,
		       (int)text_columns(before.bytes, before.length), "");
		buf_fini(&before);
	}
	if (!count)
		warn("%s", ctl_text(answer, "error"));
}

static void say_refusal(struct json_object *answer, const struct buf *matchers)
{
	size_t count;
	struct json_object *candidates = ctl_array(answer, "candidates", &count);

	if (matchers->length && !strcmp(ctl_text(answer, "code"), "bad_matchers")) {
		say_mistakes(answer, matchers);
		return;
	}
	warn("%s", ctl_text(answer, "error"));
	for (size_t i = 0; i < count; i++) {
		struct json_object *candidate = json_object_array_get_idx(candidates, i);

		warn("  %s %s", ctl_text(candidate, "id"), ctl_text(candidate, "alert"));
	}
}

static int show(const struct ctl_options *options, struct json_object *answer,
		const struct buf *matchers)
{
	bool is_ok = ctl_flag(answer, "ok");
	const struct look look = look_find(options->columns, 0, options->no_colour, options->is_ascii);
	struct buf out = {0};

	if (is_ok && options->as_json && !strcmp(options->args[0], "logs"))
		ctl_print_log_lines(&out, answer);
	else if (options->as_json)
		ctl_print_json(&out, answer);
	else if (is_ok)
		ctl_print(&out, options->args[0], answer, &look);
	else
		say_refusal(answer, matchers);
	ctl_write(&out);
	buf_fini(&out);
	if (ctl_flag(answer, "cut"))
		warn("there may be older ones: the answer or the search became too large");
	return is_ok ? EXIT_CODE_OK : exit_code_of(ctl_text(answer, "code"));
}

static int run(const struct ctl_options *options)
{
	struct buf request = {0}, matchers = {0};
	auto_free char *path = NULL;
	struct json_object *answer = NULL;
	int exit_code = ctl_find(options, &path);

	if (!exit_code) {
		if (options->duration)
			join_matchers(&matchers, options);
		make_request(&request, options, &matchers);
		answer = ctl_call(options, path, &request, &exit_code);
	}
	if (answer)
		exit_code = show(options, answer, &matchers);
	json_object_put(answer);
	buf_fini(&request);
	buf_fini(&matchers);
	return exit_code;
}

int ctl_main(int argc, char **argv)
{
	static const struct argp argp = {table, parse_option, usage, doc, NULL, NULL, NULL};
	struct ctl_options options = {0};
	char name[] = "ttsobs-bpf ctl"; /* argp names us by the first word */
	char *word = argv[1];

	argp_err_exit_status = EXIT_CODE_USAGE;
	argv[1] = name;
	argp_parse(&argp, argc - 1, argv + 1, 0, NULL, &options);
	argv[1] = word;
	return run(&options);
}

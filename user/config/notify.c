// SPDX-License-Identifier: Apache-2.0
/*
 * In: the text of a notify file. Out: its receivers, routes and inhibitions, or every mistake with its place.
 * The rule that surprises: a value that is wrong reads as one that is not there, so reading goes on and finds the other
 * mistakes; a name that is not found is a mistake only when all names could be read.
 */
#include "config/notify.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/refuse.h"
#include "base/text.h"
#include "base/units.h"
#include "config/notify_reader.h"
#include "config/schema_scalar.h"
#include "rules/expr.h"

#define FACILITY_DAEMON	    3
#define SEVERITY_ALERT_WORD 1

/* ---- values ---- */

uint64_t notify_read_duration(struct notify_reader *r, struct fy_node *node, const char *key, uint64_t otherwise)
{
	size_t length;
	const char *text;
	int64_t ms;

	if (!node)
		return otherwise;
	text = scalar_text(node, &length);
	if (!expr_parse_duration(text, length, &ms) && ms >= 0 && (uint64_t)ms <= UINT64_MAX / 4 / NS_PER_MS)
		return (uint64_t)ms * NS_PER_MS;
	MISTAKE(r, node, "'%s' must be a duration such as 30s, 5m or 1h30m, not %s", key,
		yaml_quote(r->yaml, text, length));
	return otherwise;
}

void notify_warn(struct notify_reader *r, struct fy_node *node, const char *format, ...)
{
	size_t place = yaml_place(r->yaml, node), start = place, column = 1, used;
	char text[512];
	va_list arguments;

	while (start > r->yaml->start && r->yaml->text[start - 1] != '\n')
		start--;
	for (; start < place; start += used, column++)
		text_next(r->yaml->text + start, place - start, &used);
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	buf_format(&r->warnings, "%s:%u:%zu: %s\n", r->yaml->file, yaml_line(r->yaml, place), column, text);
}

static void read_severities(struct notify_reader *r, struct fy_node *node, struct notify_receiver *receiver)
{
	struct fy_node *at[SEVERITY_KEYS];

	schema_open(r->yaml, &schema_severity, node, at);
	receiver->severity[TIER_NONE] = schema_word(at[SEVERITY_OTHER], notify_severity_words, 4);
	receiver->severity[TIER_WARNING] = schema_word(at[SEVERITY_WARNING], notify_severity_words, 4);
	receiver->severity[TIER_CRITICAL] = schema_word(at[SEVERITY_CRITICAL], notify_severity_words, 2);
	receiver->severity[TIER_EMERGENCY] =
		schema_word(at[SEVERITY_EMERGENCY], notify_severity_words, SEVERITY_ALERT_WORD);
	receiver->severity_resolved = schema_word(at[SEVERITY_RESOLVED], notify_severity_words, 5);
}

/* `queue` and `timeout` may stand beside the kind or inside of it, but not at both places. */
static void read_limits(struct notify_reader *r, struct notify_receiver *receiver, struct fy_node *const outside[2],
			struct fy_node *const inside[2])
{
	static const char *const keys[] = {"queue", "timeout"};

	for (unsigned i = 0; i < 2; i++)
		if (outside[i] && inside[i])
			MISTAKE(r, inside[i], "'%s' is said for the receiver already (line %u)", keys[i],
				yaml_line(r->yaml, yaml_place(r->yaml, outside[i])));
	receiver->queue_count = (size_t)schema_whole(outside[0] ? outside[0] : inside[0], NOTIFY_QUEUE);
	receiver->timeout_ns = notify_read_duration(r, outside[1] ? outside[1] : inside[1], keys[1], NOTIFY_TIMEOUT_NS);
	if (!receiver->timeout_ns)
		MISTAKE(r, outside[1] ? outside[1] : inside[1], "'timeout' must be longer than 0");
}

static bool is_host_name(const char *host)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";

	return *host && host[strspn(host, allowed)] == '\0' && strlen(host) <= 253 && *host != '.' && *host != '-';
}

static void read_address(struct notify_reader *r, struct fy_node *node, struct notify_receiver *receiver)
{
	char *address = (char *)(uintptr_t)schema_text(r->arena, node, NULL), *host = address, *port = NULL, *end;
	struct in6_addr six;
	uint64_t number;
	bool good;

	if (!address)
		return;
	if (*host == '[') {
		end = strchr(++host, ']');
		good = end != NULL;
		if (good) {
			*end++ = '\0';
			port = *end == ':' ? end + 1 : NULL;
			good = (!*end || port) && inet_pton(AF_INET6, host, &six) == 1;
		}
	} else {
		end = strrchr(host, ':');
		if (end && strchr(host, ':') != end) {
			MISTAKE(r, node, "'address': write an IPv6 address in brackets, as in [::1]:514");
			return;
		}
		if (end) {
			*end = '\0';
			port = end + 1;
		}
		good = is_host_name(host);
	}
	if (!good)
		MISTAKE(r, node, "'address' must be HOST:PORT, [IPV6]:PORT or HOST");
	else if (port && units_parse_count(port, 1, 65535, &number))
		MISTAKE(r, node, "'address': the port must be a whole number from 1 to 65535");
	receiver->host = host;
	receiver->port = port ? port : "514";
}

/* ---- kinds ---- */

static void read_syslog(struct notify_reader *r, struct fy_node *node, struct notify_receiver *receiver,
			struct fy_node *limits[2])
{
	struct fy_node *at[SYSLOG_KEYS];

	schema_open(r->yaml, &schema_syslog, node, at);
	receiver->facility = schema_word(at[SYSLOG_FACILITY], notify_facility_words, FACILITY_DAEMON);
	receiver->ident = schema_text(r->arena, at[SYSLOG_IDENT], "ttsobs-bpf");
	receiver->form = schema_word(at[SYSLOG_FORM], notify_form_words, NOTIFY_FORM_TEXT);
	read_severities(r, at[SYSLOG_SEVERITY], receiver);
	limits[0] = at[SYSLOG_QUEUE];
	limits[1] = at[SYSLOG_TIMEOUT];
}

static void read_journal(struct notify_reader *r, struct fy_node *node, struct notify_receiver *receiver,
			 struct fy_node *limits[2])
{
	struct fy_node *at[JOURNAL_KEYS];

	schema_open(r->yaml, &schema_journal, node, at);
	receiver->ident = schema_text(r->arena, at[JOURNAL_IDENT], "ttsobs-bpf");
	read_severities(r, at[JOURNAL_SEVERITY], receiver);
	limits[0] = at[JOURNAL_QUEUE];
	limits[1] = at[JOURNAL_TIMEOUT];
}

static void read_remote(struct notify_reader *r, struct fy_node *node, struct notify_receiver *receiver,
			struct fy_node *limits[2])
{
	struct fy_node *at[REMOTE_KEYS];

	schema_open(r->yaml, &schema_syslog_remote, node, at);
	read_address(r, at[REMOTE_ADDRESS], receiver);
	receiver->is_udp = schema_word(at[REMOTE_TRANSPORT], notify_transport_words, 0) == 1;
	receiver->facility = schema_word(at[REMOTE_FACILITY], notify_facility_words, FACILITY_DAEMON);
	receiver->ident = schema_text(r->arena, at[REMOTE_APP_NAME], "ttsobs-bpf");
	read_severities(r, at[REMOTE_SEVERITY], receiver);
	limits[0] = at[REMOTE_QUEUE];
	limits[1] = at[REMOTE_TIMEOUT];
}

static void read_log(struct notify_reader *r, struct fy_node *node, struct notify_receiver *receiver,
		     struct fy_node *limits[2])
{
	struct fy_node *at[LOG_KEYS];

	schema_open(r->yaml, &schema_log, node, at);
	read_severities(r, NULL, receiver);
	limits[0] = at[LOG_QUEUE];
	limits[1] = at[LOG_TIMEOUT];
}

static void read_exec(struct notify_reader *r, struct fy_node *node, struct notify_receiver *receiver,
		      struct fy_node *limits[2])
{
	struct fy_node *at[EXEC_KEYS], *item;
	const char **command = arena_new(r->arena, (NOTIFY_MAX_COMMAND + 1) * sizeof(*command));
	void *iterator = NULL;

	schema_open(r->yaml, &schema_exec, node, at);
	while (receiver->command_count < NOTIFY_MAX_COMMAND && (item = schema_item(at[EXEC_COMMAND], &iterator))) {
		command[receiver->command_count] = schema_text(r->arena, item, "");
		if (!receiver->command_count++ && *command[0] != '/')
			MISTAKE(r, item, "'command' must begin with an absolute path: no shell and no PATH is asked");
	}
	receiver->command = command;
	read_severities(r, NULL, receiver);
	limits[0] = at[EXEC_QUEUE];
	limits[1] = at[EXEC_TIMEOUT];
}

typedef void read_kind(struct notify_reader *r, struct fy_node *node, struct notify_receiver *receiver,
		       struct fy_node *limits[2]);
static read_kind *const read_kinds[NOTIFY_KINDS] = {
	[NOTIFY_SYSLOG] = read_syslog, [NOTIFY_JOURNAL] = read_journal, [NOTIFY_SYSLOG_REMOTE] = read_remote,
	[NOTIFY_LOG] = read_log,       [NOTIFY_EXEC] = read_exec,
};

/* ---- receivers ---- */

static void check_name(struct notify_reader *r, struct fy_node *node, const struct notify_receiver *receiver)
{
	const struct notify_config *config = r->config;

	for (size_t i = 0; i < config->receivers_count; i++)
		if (config->receivers[i].name && receiver->name && !strcmp(config->receivers[i].name, receiver->name))
			MISTAKE(r, node, "the receiver '%s' is here twice (first at line %u)", receiver->name,
				config->receivers[i].line);
}

static void read_receiver(struct notify_reader *r, struct fy_node *node)
{
	struct notify_receiver *receiver = &r->config->receivers[r->config->receivers_count];
	struct fy_node *at[RECEIVER_KEYS], *inside[2] = {NULL};
	unsigned said_count = 0;

	schema_open(r->yaml, &schema_receiver, node, at);
	receiver->name = schema_text(r->arena, at[RECEIVER_NAME], NULL);
	receiver->line = yaml_line(r->yaml, yaml_place(r->yaml, at[RECEIVER_NAME] ? at[RECEIVER_NAME] : node));
	check_name(r, at[RECEIVER_NAME], receiver);
	r->receivers_good &= receiver->name != NULL;
	for (unsigned kind = 0; kind < NOTIFY_KINDS; kind++)
		said_count += schema_has(node, notify_kind_word(kind));
	if (said_count != 1)
		MISTAKE(r, node, "a receiver needs exactly one of syslog, journal, syslog-remote, log and exec%s",
			said_count ? ", not several" : "");
	for (unsigned kind = 0; kind < NOTIFY_KINDS; kind++) {
		if (!at[RECEIVER_SYSLOG + kind])
			continue;
		receiver->kind = kind;
		read_kinds[kind](r, at[RECEIVER_SYSLOG + kind], receiver, inside);
	}
	read_limits(r, receiver, &at[RECEIVER_QUEUE], inside);
	r->config->receivers_count++;
}

static void read_receivers(struct notify_reader *r, struct fy_node *list)
{
	struct fy_node *item;
	void *iterator = NULL;

	r->receivers_good = list != NULL;
	r->config->receivers = arena_new(r->arena, NOTIFY_MAX_RECEIVERS * sizeof(*r->config->receivers));
	while (r->config->receivers_count < NOTIFY_MAX_RECEIVERS && (item = schema_item(list, &iterator))) {
		if (fy_node_is_mapping(item))
			read_receiver(r, item);
		else
			r->receivers_good = false;
	}
}

static void warn_of_unused(struct notify_reader *r, struct fy_node *list)
{
	struct fy_node *item;
	void *iterator = NULL;
	size_t i = 0;

	while (i < r->config->receivers_count && (item = schema_item(list, &iterator))) {
		if (!fy_node_is_mapping(item))
			continue;
		if (!r->used[i] && r->config->receivers[i].name)
			notify_warn(r, item, "the receiver '%s' is used by no route", r->config->receivers[i].name);
		i++;
	}
}

/* ---- the file ---- */

static void read_file(struct notify_reader *r, struct fy_node *root)
{
	struct fy_node *at[NFILE_KEYS];

	if (!fy_node_is_mapping(root)) {
		MISTAKE(r, root, "a notify file is a mapping with the keys 'receivers' and 'route'");
		return;
	}
	schema_open(r->yaml, &schema_notify, root, at);
	read_receivers(r, at[NFILE_RECEIVERS]);
	if (at[NFILE_ROUTE])
		notify_read_route(r, at[NFILE_ROUTE], NULL, 0, &r->config->root);
	notify_read_inhibits(r, at[NFILE_INHIBIT]);
	warn_of_unused(r, at[NFILE_RECEIVERS]);
}

static void say_warnings(char *lines)
{
	char *end;

	for (; lines && (end = strchr(lines, '\n')); lines = end + 1) {
		*end = '\0';
		warn("%s", lines);
	}
}

struct notify_config *notify_compile(const char *file, const char *text, size_t length)
{
	struct notify_config *config = mem_new(sizeof(*config));
	struct yaml *yaml = yaml_new(file, text, length);
	struct notify_reader r = {.yaml = yaml, .config = config, .arena = &config->arena};

	config->file = arena_string(&config->arena, file, strlen(file));
	if (yaml_root(yaml))
		read_file(&r, yaml_root(yaml));
	if (yaml_say(yaml)) {
		notify_config_free(config);
		config = NULL;
	} else {
		say_warnings(r.warnings.bytes);
	}
	buf_fini(&r.warnings);
	yaml_free(yaml);
	return config;
}

struct notify_config *notify_load(const char *path)
{
	auto_free char *text = NULL;
	size_t length;

	return yaml_read_file(path, &text, &length) ? NULL : notify_compile(path, text, length);
}

void notify_config_free(struct notify_config *config)
{
	if (!config)
		return;
	notify_free_matchers(config);
	arena_fini(&config->arena);
	free(config);
}

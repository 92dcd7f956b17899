// SPDX-License-Identifier: Apache-2.0
/*
 * In: nothing. Out: const tables. The rule that surprises: durations, addresses, matchers and names of receivers are
 * texts here; what they mean is checked by notify.c and notify_routes.c.
 */
#include "config/notify_schema.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

const char *const notify_facility_words[] = {
	"kern",	  "user",     "mail",	"daemon", "auth",   "syslog",  "lpr",	"news",	  "uucp",
	"cron",	  "authpriv", "ftp",	"ntp",	  "audit",  "console", "clock", "local0", "local1",
	"local2", "local3",   "local4", "local5", "local6", "local7",  NULL,
};
const char *const notify_severity_words[] = {
	"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", NULL,
};
const char *const notify_form_words[] = {[NOTIFY_FORM_TEXT] = "text", [NOTIFY_FORM_CEE] = "cee", NULL};
const char *const notify_transport_words[] = {"tcp", "udp", NULL};

static const struct schema_text text_name = {"letters, digits and . _ -", "A-Za-z0-9", "A-Za-z0-9._-", 64};
static const struct schema_text text_ident = {"letters, digits and . _ -", "A-Za-z0-9_", "A-Za-z0-9._-", 32};
static const struct schema_text text_app_name = {"letters, digits and . _ -", "A-Za-z0-9_", "A-Za-z0-9._-", 48};
static const struct schema_text text_address = {"HOST:PORT, [IPV6]:PORT or HOST", NULL, NULL, 270};
static const struct schema_text text_argument = {"one line", NULL, NULL, 4096};
static const struct schema_text text_matcher = {"NAME=\"VALUE\"", NULL, NULL, 1024};
static const struct schema_text text_label = {"the name of a label", NULL, NULL, 128};
static const struct schema_text text_duration = {"a duration such as 30s, 5m or 1h30m", NULL, NULL, 32};
static const struct schema_range range_queue = {1, NOTIFY_MAX_QUEUE};

/* clang-format off */
#define TEXT(text) { SCHEMA_TEXT, text, 0, false }
#define TEXTS(text, n) { SCHEMA_TEXT, text, n, false }
#define BOOL { SCHEMA_BOOL, NULL, 0, false }
#define WHOLE(range) { SCHEMA_WHOLE, range, 0, false }
#define WORD(words) { SCHEMA_WORD, words, 0, false }
#define MAPPING(schema) { SCHEMA_MAPPING, schema, 0, false }
#define MAPPINGS(schema, n) { SCHEMA_MAPPING, schema, n, false }
#define NO_OTHER { SCHEMA_NOTHING, NULL, 0, false }
#define QUEUE { "queue", false, WHOLE(&range_queue), NO_OTHER, NULL }
#define TIMEOUT { "timeout", false, TEXT(&text_duration), NO_OTHER, NULL }
#define SEVERITY { "severity", false, MAPPING(&schema_severity), NO_OTHER, NULL }
#define SEVERITY_OF(tier) { tier, false, WORD(notify_severity_words), NO_OTHER, NULL }

static const struct schema_key keys_notify[] = {
	[NFILE_RECEIVERS] = { "receivers", true, MAPPINGS(&schema_receiver, NOTIFY_MAX_RECEIVERS), NO_OTHER, "where messages can go" },
	[NFILE_ROUTE] = { "route", true, MAPPING(&schema_route), NO_OTHER, "which alerts go to which receiver" },
	[NFILE_INHIBIT] = { "inhibit", false, { SCHEMA_MAPPING, &schema_inhibit, NOTIFY_MAX_INHIBITS, true }, NO_OTHER, NULL },
};

static const struct schema_key keys_receiver[] = {
	[RECEIVER_NAME] = { "name", true, TEXT(&text_name), NO_OTHER, "a name that no other receiver has" },
	[RECEIVER_SYSLOG] = { "syslog", false, MAPPING(&schema_syslog), NO_OTHER, NULL },
	[RECEIVER_JOURNAL] = { "journal", false, MAPPING(&schema_journal), NO_OTHER, NULL },
	[RECEIVER_SYSLOG_REMOTE] = { "syslog-remote", false, MAPPING(&schema_syslog_remote), NO_OTHER, NULL },
	[RECEIVER_LOG] = { "log", false, MAPPING(&schema_log), NO_OTHER, NULL },
	[RECEIVER_EXEC] = { "exec", false, MAPPING(&schema_exec), NO_OTHER, NULL },
	[RECEIVER_QUEUE] = QUEUE,
	[RECEIVER_TIMEOUT] = TIMEOUT,
};

static const struct schema_key keys_syslog[] = {
	[SYSLOG_FACILITY] = { "facility", false, WORD(notify_facility_words), NO_OTHER, NULL },
	[SYSLOG_IDENT] = { "ident", false, TEXT(&text_ident), NO_OTHER, NULL },
	[SYSLOG_SEVERITY] = SEVERITY,
	[SYSLOG_FORM] = { "form", false, WORD(notify_form_words), NO_OTHER, NULL },
	[SYSLOG_QUEUE] = QUEUE,
	[SYSLOG_TIMEOUT] = TIMEOUT,
};

static const struct schema_key keys_journal[] = {
	[JOURNAL_IDENT] = { "ident", false, TEXT(&text_ident), NO_OTHER, NULL },
	[JOURNAL_SEVERITY] = SEVERITY,
	[JOURNAL_QUEUE] = QUEUE,
	[JOURNAL_TIMEOUT] = TIMEOUT,
};

static const struct schema_key keys_syslog_remote[] = {
	[REMOTE_ADDRESS] = { "address", true, TEXT(&text_address), NO_OTHER, "HOST:PORT" },
	[REMOTE_TRANSPORT] = { "transport", false, WORD(notify_transport_words), NO_OTHER, NULL },
	[REMOTE_FACILITY] = { "facility", false, WORD(notify_facility_words), NO_OTHER, NULL },
	[REMOTE_APP_NAME] = { "app-name", false, TEXT(&text_app_name), NO_OTHER, NULL },
	[REMOTE_SEVERITY] = SEVERITY,
	[REMOTE_QUEUE] = QUEUE,
	[REMOTE_TIMEOUT] = TIMEOUT,
};

static const struct schema_key keys_log[] = {
	[LOG_QUEUE] = QUEUE,
	[LOG_TIMEOUT] = TIMEOUT,
};

static const struct schema_key keys_exec[] = {
	[EXEC_COMMAND] = { "command", true, TEXTS(&text_argument, NOTIFY_MAX_COMMAND), NO_OTHER, "the program's absolute path and its arguments" },
	[EXEC_QUEUE] = QUEUE,
	[EXEC_TIMEOUT] = TIMEOUT,
};

static const struct schema_key keys_severity[] = {
	[SEVERITY_WARNING] = SEVERITY_OF("warning"),
	[SEVERITY_CRITICAL] = SEVERITY_OF("critical"),
	[SEVERITY_EMERGENCY] = SEVERITY_OF("emergency"),
	[SEVERITY_RESOLVED] = SEVERITY_OF("resolved"),
	[SEVERITY_OTHER] = SEVERITY_OF("other"),
};

static const struct schema_key keys_route[] = {
	[ROUTE_RECEIVER] = { "receiver", false, TEXT(&text_name), NO_OTHER, NULL },
	[ROUTE_RECEIVERS] = { "receivers", false, TEXTS(&text_name, NOTIFY_MAX_ROUTE_RECEIVERS), NO_OTHER, NULL },
	[ROUTE_MATCH] = { "match", false, TEXTS(&text_matcher, NOTIFY_MAX_MATCHERS), NO_OTHER, NULL },
	[ROUTE_GROUP_BY] = { "group_by", false, { SCHEMA_TEXT, &text_label, NOTIFY_MAX_GROUP_BY, true }, NO_OTHER, NULL },
	[ROUTE_GROUP_WAIT] = { "group_wait", false, TEXT(&text_duration), NO_OTHER, NULL },
	[ROUTE_GROUP_INTERVAL] = { "group_interval", false, TEXT(&text_duration), NO_OTHER, NULL },
	[ROUTE_REPEAT] = { "repeat", false, TEXT(&text_duration), NO_OTHER, NULL },
	[ROUTE_CONTINUE] = { "continue", false, BOOL, NO_OTHER, NULL },
	[ROUTE_ESCALATE] = { "escalate", false, { SCHEMA_MAPPING, &schema_step, NOTIFY_MAX_STEPS, true }, NO_OTHER, NULL },
	[ROUTE_ROUTES] = { "routes", false, { SCHEMA_MAPPING, &schema_route, NOTIFY_MAX_ROUTES, true }, NO_OTHER, NULL },
};

static const struct schema_key keys_step[] = {
	[STEP_AFTER] = { "after", true, TEXT(&text_duration), NO_OTHER, "how long the alert may stay unacknowledged" },
	[STEP_RECEIVER] = { "receiver", true, TEXT(&text_name), NO_OTHER, "who is told then" },
};

static const struct schema_key keys_inhibit[] = {
	[INHIBIT_SOURCE] = { "source", true, TEXTS(&text_matcher, NOTIFY_MAX_MATCHERS), NO_OTHER, "matchers of the alert that speaks for the others" },
	[INHIBIT_TARGET] = { "target", true, TEXTS(&text_matcher, NOTIFY_MAX_MATCHERS), NO_OTHER, "matchers of the alerts that are not told meanwhile" },
	[INHIBIT_EQUAL] = { "equal", false, { SCHEMA_TEXT, &text_label, NOTIFY_MAX_GROUP_BY, true }, NO_OTHER, NULL },
};

#define SCHEMA(what, section, keys) { what, section, keys, COUNT_OF(keys) }
const struct schema schema_notify = SCHEMA("a notify file", "THE FILE", keys_notify);
const struct schema schema_receiver = SCHEMA("a receiver", "A RECEIVER", keys_receiver);
const struct schema schema_syslog = SCHEMA("syslog", "SYSLOG", keys_syslog);
const struct schema schema_journal = SCHEMA("journal", "JOURNAL", keys_journal);
const struct schema schema_syslog_remote = SCHEMA("syslog-remote", "SYSLOG-REMOTE", keys_syslog_remote);
const struct schema schema_log = SCHEMA("log", "LOG", keys_log);
const struct schema schema_exec = SCHEMA("exec", "EXEC", keys_exec);
const struct schema schema_severity = SCHEMA("severity", "SEVERITY", keys_severity);
const struct schema schema_route = SCHEMA("a route", "A ROUTE", keys_route);
const struct schema schema_step = SCHEMA("an escalation", "AN ESCALATION", keys_step);
const struct schema schema_inhibit = SCHEMA("an inhibition", "AN INHIBITION", keys_inhibit);
/* clang-format on */

const struct schema *const notify_schemas[] = {
	&schema_notify, &schema_receiver, &schema_syslog, &schema_journal, &schema_syslog_remote, &schema_log,
	&schema_exec,	&schema_severity, &schema_route,  &schema_step,	   &schema_inhibit,	  NULL,
};

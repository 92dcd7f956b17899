/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a notify file and the words that its values may be. doc/ttsobs-notify.5.scd lists exactly these. */
#ifndef CONFIG_NOTIFY_SCHEMA_H
#define CONFIG_NOTIFY_SCHEMA_H

#include "config/schema.h"
#include "model/notify.h"

enum { NFILE_RECEIVERS, NFILE_ROUTE, NFILE_INHIBIT, NFILE_KEYS };
/* The five kinds stand in the order of enum notify_kind. */
enum {
	RECEIVER_NAME,
	RECEIVER_SYSLOG,
	RECEIVER_JOURNAL,
	RECEIVER_SYSLOG_REMOTE,
	RECEIVER_LOG,
	RECEIVER_EXEC,
	RECEIVER_QUEUE,
	RECEIVER_TIMEOUT,
	RECEIVER_KEYS
};
/* One enum for each of the five kinds: its table has only the keys that the kind knows. */
enum { SYSLOG_FACILITY, SYSLOG_IDENT, SYSLOG_SEVERITY, SYSLOG_FORM, SYSLOG_QUEUE, SYSLOG_TIMEOUT, SYSLOG_KEYS };
enum { JOURNAL_IDENT, JOURNAL_SEVERITY, JOURNAL_QUEUE, JOURNAL_TIMEOUT, JOURNAL_KEYS };
enum {
	REMOTE_ADDRESS,
	REMOTE_TRANSPORT,
	REMOTE_FACILITY,
	REMOTE_APP_NAME,
	REMOTE_SEVERITY,
	REMOTE_QUEUE,
	REMOTE_TIMEOUT,
	REMOTE_KEYS
};
enum { LOG_QUEUE, LOG_TIMEOUT, LOG_KEYS };
enum { EXEC_COMMAND, EXEC_QUEUE, EXEC_TIMEOUT, EXEC_KEYS };
enum { SEVERITY_WARNING, SEVERITY_CRITICAL, SEVERITY_EMERGENCY, SEVERITY_RESOLVED, SEVERITY_OTHER, SEVERITY_KEYS };
enum {
	ROUTE_RECEIVER,
	ROUTE_RECEIVERS,
	ROUTE_MATCH,
	ROUTE_GROUP_BY,
	ROUTE_GROUP_WAIT,
	ROUTE_GROUP_INTERVAL,
	ROUTE_REPEAT,
	ROUTE_CONTINUE,
	ROUTE_ESCALATE,
	ROUTE_ROUTES,
	ROUTE_KEYS
};
enum { STEP_AFTER, STEP_RECEIVER, STEP_KEYS };
enum { INHIBIT_SOURCE, INHIBIT_TARGET, INHIBIT_EQUAL, INHIBIT_KEYS };

extern const struct schema schema_notify, schema_receiver, schema_syslog, schema_journal, schema_syslog_remote,
	schema_log, schema_exec, schema_severity, schema_route, schema_step, schema_inhibit;
/* All of them in the man page's order, ended by NULL. */
extern const struct schema *const notify_schemas[];

/* Indexed by syslog's own numbers, by the enum's value, or by meaning; ended by NULL. */
extern const char *const notify_facility_words[];
extern const char *const notify_severity_words[];
extern const char *const notify_form_words[];
extern const char *const notify_transport_words[]; /* tcp, udp */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nouns of rules/notify.yaml: receivers (where messages go), routes (which alerts go there, how they are grouped, how
 * often they are told again, who is next when nobody acknowledges), inhibitions. Made by config/, used by the notify
 * sink. Everything lies in the config's arena; a route's unsaid keys hold what its parent has, so nobody walks upwards.
 */
#ifndef MODEL_NOTIFY_H
#define MODEL_NOTIFY_H

#include "base/mem.h"
#include "model/rule.h"

struct matcher; /* rules/expr.h */

#define NOTIFY_MAX_RECEIVERS	   64
#define NOTIFY_MAX_ROUTES	   256
#define NOTIFY_MAX_ROUTE_DEPTH	   8
#define NOTIFY_MAX_ROUTE_RECEIVERS 8
#define NOTIFY_MAX_STEPS	   8
#define NOTIFY_MAX_MATCHERS	   16
#define NOTIFY_MAX_GROUP_BY	   16
#define NOTIFY_MAX_INHIBITS	   64
#define NOTIFY_MAX_COMMAND	   64
#define NOTIFY_MAX_QUEUE	   100000

#define NOTIFY_QUEUE		 1000
#define NOTIFY_TIMEOUT_NS	 10000000000ull
#define NOTIFY_GROUP_WAIT_NS	 1000000000ull
#define NOTIFY_GROUP_INTERVAL_NS 10000000000ull
#define NOTIFY_REPEAT_NS	 (4ull * 3600 * 1000000000ull)

enum notify_kind { NOTIFY_SYSLOG, NOTIFY_JOURNAL, NOTIFY_SYSLOG_REMOTE, NOTIFY_LOG, NOTIFY_EXEC, NOTIFY_KINDS };
/* The key of the file. */
static inline const char *notify_kind_word(enum notify_kind kind)
{
	static const char *const words[NOTIFY_KINDS] = {"syslog", "journal", "syslog-remote", "log", "exec"};

	return words[kind];
}

/* How the local syslog line carries its JSON. */
enum notify_form {
	NOTIFY_FORM_TEXT, /* readable line, then " @cee: {...}" */
	NOTIFY_FORM_CEE,  /* "@cee: {...}" alone, as rsyslog's mmjsonparse wants it; the readable line is its "msg" */
};

struct notify_receiver {
	const char *name;
	enum notify_kind kind;
	size_t queue_count;  /* messages that may wait */
	uint64_t timeout_ns; /* of one attempt */
	/* syslog, syslog-remote; severities are syslog's: 0 = emerg ... 7 = debug; journal: severities only */
	unsigned facility;
	const char *ident;	  /* syslog: ident; syslog-remote: app-name; journal: SYSLOG_IDENTIFIER */
	unsigned severity[TIERS]; /* of what fires, by tier */
	unsigned severity_resolved;
	enum notify_form form;
	/* syslog-remote */
	const char *host; /* a name, or an address without brackets */
	const char *port;
	bool is_udp;
	/* exec: argv, NULL behind the last; the first is an absolute path */
	const char *const *command;
	size_t command_count;
	unsigned line; /* of the file */
};

struct notify_step {	   /* of an escalation */
	uint64_t after_ns; /* since the alert was first told by this route */
	size_t receiver;   /* index */
};

struct notify_route {
	const char *key; /* path of matchers from the root; unlike every other route's, and lasting */
	struct matcher *matchers;
	size_t matchers_count;	 /* 0 = everything */
	const size_t *receivers; /* indices */
	size_t receivers_count;
	const char *const *group_by;
	size_t group_by_count;
	bool group_by_all; /* group_by: [...]: every alert is a group of its own */
	uint64_t group_wait_ns;
	uint64_t group_interval_ns;
	uint64_t repeat_ns;		 /* 0 = never */
	bool is_continued;		 /* the next sibling is asked too */
	const struct notify_step *steps; /* `after` rises */
	size_t steps_count;
	struct notify_route *routes;
	size_t routes_count;
	unsigned line;
};

struct notify_inhibit {
	struct matcher *source;
	size_t source_count;
	struct matcher *target;
	size_t target_count;
	const char *const *equal;
	size_t equal_count;
};

struct notify_config {
	const char *file;
	struct notify_receiver *receivers; /* in the file's order */
	size_t receivers_count;
	struct notify_route root;
	struct notify_inhibit *inhibits;
	size_t inhibits_count;
	struct arena arena;
};

#endif

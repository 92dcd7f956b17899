// SPDX-License-Identifier: Apache-2.0
/* Notify files: what good ones mean, what is said of bad ones. Runs in the repository's root. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/units.h"
#include "config/notify.h"
#include "config/notify_schema.h"
#include "rules/expr.h"
#include "said.h"

static struct buf said;

static int begin(void **state)
{
	(void)state;
	said_begin(&said);
	return 0;
}

static int end(void **state)
{
	(void)state;
	said_end(&said);
	return 0;
}

static struct notify_config *compile(const char *text)
{
	buf_reset(&said);
	return notify_compile("n.yaml", text, strlen(text));
}

static struct notify_config *good(const char *text)
{
	struct notify_config *config = compile(text);

	if (!config)
		fail_msg("%s", said.bytes);
	return config;
}

/* The messages of a bad text, without its file, lines and carets. */
static void mistakes(const char *text, const char *wanted)
{
	struct notify_config *config = compile(text);
	struct buf messages = {0};

	assert_null(config);
	said_messages(&said, "n.yaml", &messages);
	assert_string_equal(messages.bytes, wanted);
	buf_fini(&messages);
}

#define OPS "receivers: [{name: ops, syslog: {}}]\n"

static void the_smallest_file_has_sensible_defaults(void **state)
{
	struct notify_config *config = good(OPS "route: {receiver: ops}\n");
	const struct notify_receiver *ops = &config->receivers[0];

	(void)state;
	assert_string_equal(said.bytes, "");
	assert_int_equal(config->receivers_count, 1);
	assert_int_equal(ops->kind, NOTIFY_SYSLOG);
	assert_int_equal(ops->facility, 3);
	assert_string_equal(ops->ident, "ttsobs-bpf");
	assert_int_equal(ops->severity[TIER_WARNING], 4);
	assert_int_equal(ops->severity[TIER_CRITICAL], 2);
	assert_int_equal(ops->severity[TIER_EMERGENCY], 1);
	assert_int_equal(ops->severity[TIER_NONE], 4);
	assert_int_equal(ops->severity_resolved, 5);
	assert_int_equal(ops->queue_count, 1000);
	assert_int_equal(ops->timeout_ns, 10 * NS_PER_S);
	assert_int_equal(config->root.receivers_count, 1);
	assert_int_equal(config->root.receivers[0], 0);
	assert_int_equal(config->root.group_by_count, 2);
	assert_string_equal(config->root.group_by[0], "alertname");
	assert_string_equal(config->root.group_by[1], "severity");
	assert_int_equal(config->root.group_wait_ns, 1 * NS_PER_S);
	assert_int_equal(config->root.group_interval_ns, 10 * NS_PER_S);
	assert_int_equal(config->root.repeat_ns, 4 * 3600 * NS_PER_S);
	assert_string_equal(config->root.key, "/");
	notify_config_free(config);
}

static void every_kind_of_receiver_keeps_what_the_file_says(void **state)
{
	struct notify_config *config = good(
		"receivers:\n"
		"  - name: a\n"
		"    syslog: {facility: local3, ident: tts, form: cee, severity: {warning: info, resolved: debug, other: err}}\n"
		"    queue: 5\n"
		"    timeout: 250ms\n"
		"  - {name: b, journal: {ident: j, queue: 7}}\n"
		"  - {name: c, syslog-remote: {address: 'log.example.org:6514', facility: mail, app-name: app, timeout: 1m}}\n"
		"  - {name: d, syslog-remote: {address: '[fe80::1]:99', transport: udp}}\n"
		"  - {name: e, syslog-remote: {address: 10.0.0.1}}\n"
		"  - {name: f, log: {}}\n"
		"  - {name: g, exec: {command: [/bin/page, 'a b', '$x'], timeout: 3s}}\n"
		"  - {name: h, exec: {command: /bin/true}}\n"
		"route: {receivers: [a, b, c, d, e, f, g, h]}\n");
	const struct notify_receiver *r = config->receivers;

	(void)state;
	assert_int_equal(config->receivers_count, 8);
	assert_int_equal(r[0].facility, 19);
	assert_int_equal(r[0].form, NOTIFY_FORM_CEE);
	assert_int_equal(r[0].severity[TIER_WARNING], 6);
	assert_int_equal(r[0].severity[TIER_CRITICAL], 2);
	assert_int_equal(r[0].severity[TIER_NONE], 3);
	assert_int_equal(r[0].severity_resolved, 7);
	assert_int_equal(r[0].queue_count, 5);
	assert_int_equal(r[0].timeout_ns, 250 * NS_PER_MS);
	assert_int_equal(r[1].kind, NOTIFY_JOURNAL);
	assert_int_equal(r[1].queue_count, 7);
	assert_string_equal(r[2].host, "log.example.org");
	assert_string_equal(r[2].port, "6514");
	assert_string_equal(r[2].ident, "app");
	assert_int_equal(r[2].facility, 2);
	assert_false(r[2].is_udp);
	assert_int_equal(r[2].timeout_ns, 60 * NS_PER_S);
	assert_string_equal(r[3].host, "fe80::1");
	assert_string_equal(r[3].port, "99");
	assert_true(r[3].is_udp);
	assert_string_equal(r[4].host, "10.0.0.1");
	assert_string_equal(r[4].port, "514");
	assert_int_equal(r[5].kind, NOTIFY_LOG);
	assert_int_equal(r[6].command_count, 3);
	assert_string_equal(r[6].command[1], "a b");
	assert_string_equal(r[6].command[2], "$x");
	assert_null(r[6].command[3]);
	assert_int_equal(r[6].timeout_ns, 3 * NS_PER_S);
	assert_string_equal(r[7].command[0], "/bin/true");
	notify_config_free(config);
}

static void a_route_has_what_its_parent_says_until_it_says_otherwise(void **state)
{
	struct notify_config *config = good(
		"receivers: [{name: a, syslog: {}}, {name: b, journal: {}}, {name: c, log: {}}]\n"
		"route:\n"
		"  receiver: a\n"
		"  group_by: [pid]\n"
		"  group_wait: 0\n"
		"  repeat: 1h\n"
		"  escalate: [{after: 5m, receiver: b}, {after: 1h30m, receiver: c}]\n"
		"  routes:\n"
		"    - match: severity=\"warning\"\n"
		"      continue: true\n"
		"      group_by: [...]\n"
		"      routes:\n"
		"        - {match: 'engine=~\"a|b\"', receivers: [b, c], escalate: []}\n"
		"    - match: ['{severity=\"critical\",pid!=\"1\"}', x!~\"y\"]\n"
		"      repeat: 0s\n"
		"    - match: severity=\"warning\"\n");
	const struct notify_route *routes = config->root.routes, *inner = &routes[0].routes[0];

	(void)state;
	assert_int_equal(config->root.routes_count, 3);
	assert_int_equal(config->root.steps_count, 2);
	assert_int_equal(config->root.steps[1].after_ns, 5400 * NS_PER_S);
	assert_int_equal(config->root.steps[1].receiver, 2);
	assert_true(routes[0].is_continued);
	assert_true(routes[0].group_by_all);
	assert_int_equal(routes[0].receivers[0], 0);
	assert_int_equal(routes[0].group_wait_ns, 0);
	assert_int_equal(routes[0].repeat_ns, 3600 * NS_PER_S);
	assert_int_equal(routes[0].steps_count, 2);
	assert_false(inner->is_continued);
	assert_true(inner->group_by_all);
	assert_int_equal(inner->receivers_count, 2);
	assert_int_equal(inner->steps_count, 0);
	assert_true(matcher_matches(&inner->matchers[0], "b"));
	assert_false(matcher_matches(&inner->matchers[0], "bb"));
	assert_int_equal(routes[1].matchers_count, 3);
	assert_int_equal(routes[1].repeat_ns, 0);
	assert_string_equal(routes[1].group_by[0], "pid");
	notify_config_free(config);
}

static void the_key_of_a_route_is_its_matchers_and_never_another_routes(void **state)
{
	struct notify_config *config = good(OPS
					    "route:\n"
					    "  receiver: ops\n"
					    "  routes:\n"
					    "    - {match: 'a=\"1\"', continue: true}\n"
					    "    - {match: 'a=\"1\"', continue: true}\n"
					    "    - match: ['b=\"2\"', 'a=\"1\"']\n"
					    "      routes: [{match: 'c=\"3\"'}]\n");
	const struct notify_route *routes = config->root.routes;

	(void)state;
	assert_string_equal(routes[0].key, "/{a=\"1\"}");
	assert_string_equal(routes[1].key, "/{a=\"1\"}#2");
	assert_string_equal(routes[2].routes[0].key, "/{b=\"2\",a=\"1\"}/{c=\"3\"}");
	notify_config_free(config);
}

static void inhibitions_have_source_target_and_equal_labels(void **state)
{
	struct notify_config *config = good(OPS "route: {receiver: ops}\n"
						"inhibit:\n"
						"  - {source: 'a=\"1\"', target: ['b=\"2\"', 'c!=\"\"'], equal: [pid, engine]}\n"
						"  - {source: 'a=\"1\"', target: 'b=\"2\"'}\n");

	(void)state;
	assert_int_equal(config->inhibits_count, 2);
	assert_int_equal(config->inhibits[0].source_count, 1);
	assert_int_equal(config->inhibits[0].target_count, 2);
	assert_int_equal(config->inhibits[0].equal_count, 2);
	assert_string_equal(config->inhibits[0].equal[1], "engine");
	assert_int_equal(config->inhibits[1].equal_count, 0);
	notify_config_free(config);
}

static void a_mistake_is_said_with_its_line_and_a_caret(void **state)
{
	(void)state;
	assert_null(compile(OPS "route:\n  receiver: opps\n"));
	assert_string_equal(said.bytes, "n.yaml:3:13: there is no receiver 'opps' (did you mean 'ops'?)\n"
					"    receiver: opps\n"
					"              ^\n");
}

static void all_mistakes_of_receivers_are_said_at_once(void **state)
{
	(void)state;
	mistakes("receivers:\n"
		 "  - {name: a, syslog: {facility: deamon}}\n"
		 "  - {name: a, log: {}, exec: {command: /x}}\n"
		 "  - {name: b}\n"
		 "  - {name: c, exec: {command: page}}\n"
		 "  - {name: d, exec: {command: [/x], timeout: 5}}\n"
		 "  - {name: e, exec: {command: [/x], timeout: 0s}}\n"
		 "  - {name: f, journal: {queue: 5}, queue: 6}\n"
		 "  - {name: g, syslog: {queue: 0}}\n"
		 "  - {name: h, sylog: {}}\n"
		 "route: {receiver: a}\n",
		 "2:34: 'facility' must be kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, authpriv, ftp, ntp, audit, "
		 "console, clock, local0, local1, local2, local3, local4, local5, local6 or local7, not 'deamon' (did you mean "
		 "'daemon'?)\n"
		 "3:5: a receiver needs exactly one of syslog, journal, syslog-remote, log and exec, not several\n"
		 "3:12: the receiver 'a' is here twice (first at line 2)\n"
		 "4:5: a receiver needs exactly one of syslog, journal, syslog-remote, log and exec\n"
		 "5:31: 'command' must begin with an absolute path: no shell and no PATH is asked\n"
		 "6:46: 'timeout' must be a duration such as 30s, 5m or 1h30m, not '5'\n"
		 "7:46: 'timeout' must be longer than 0\n"
		 "8:32: 'queue' is said for the receiver already (line 8)\n"
		 "9:31: 'queue' must be a whole number from 1 to 100000, not '0'\n"
		 "10:5: a receiver needs exactly one of syslog, journal, syslog-remote, log and exec\n"
		 "10:15: unknown key 'sylog' in a receiver (did you mean 'syslog'?)\n");
}

static void bad_addresses_are_refused(void **state)
{
	static const char *const bad[] = {"::1:514",   "[::1",	      "[::1]514", "[1.2.3.4]:1", "h:0",	   "h:65536", "h:x",
					  "-h:1",      "a b:1",	      ":514",	  "h:",		 "a/b:1", "[::1]:",  "a..b:70000",
					  "[::g]:514", "h:514:514:x", "h: 514"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *text = mem_format("receivers: [{name: a, syslog-remote: {address: \"%s\"}}]\nroute: {receiver: a}\n", bad[i]);

		if (compile(text))
			fail_msg("%s was taken", bad[i]);
		if (!strstr(said.bytes, "n.yaml:1:48: 'address'"))
			fail_msg("%s: %s", bad[i], said.bytes);
		free(text);
	}
}

static void all_mistakes_of_routes_are_said_at_once(void **state)
{
	(void)state;
	mistakes(OPS "route:\n"
		     "  receiver: ops\n"
		     "  match: a=\"b\"\n"
		     "  continue: true\n"
		     "  group_by: [a-b, ...]\n"
		     "  group_wait: 5 s\n"
		     "  escalate: [{after: 5m, receiver: ops}, {after: 0s, receiver: nobody}, {receiver: ops}]\n"
		     "  routes:\n"
		     "    - {match: 'a=b', receivers: [ops, ops]}\n"
		     "    - {match: 'a=~\"(\"', receiver: ops, receivers: ops}\n"
		     "inhibit:\n"
		     "  - {target: 'a=\"b\"', equal: [1x]}\n",
		 "4:10: the first route takes every alert: 'match' belongs to 'routes'\n"
		 "5:13: the first route has no sibling: 'continue' belongs to 'routes'\n"
		 "6:13: 'group_by': ... means all labels, no other can stand beside it\n"
		 "6:14: 'group_by': 'a-b' is no name of a label\n"
		 "7:15: 'group_wait' must be a duration such as 30s, 5m or 1h30m, not '5 s'\n"
		 "8:36: the receiver 'ops' of this step is told at once already\n"
		 "8:64: there is no receiver 'nobody'\n"
		 "8:73: an escalation needs the key 'after': how long the alert may stay unacknowledged\n"
		 "8:84: the receiver 'ops' of this step is told at once already\n"
		 "8:84: the receiver 'ops' has a step already\n"
		 "10:18: unexpected identifier 'b' in a label matcher, a string is expected\n"
		 "10:39: the receiver 'ops' is here twice\n"
		 "11:20: bad regular expression: missing ) of a group\n"
		 "11:35: 'receiver' and 'receivers' exclude each other\n"
		 "13:5: an inhibition needs the key 'source': matchers of the alert that speaks for the others\n"
		 "13:31: 'equal': '1x' is no name of a label\n");
}

static void a_name_is_not_missed_when_names_could_not_be_read(void **state)
{
	(void)state;
	mistakes("receivers: [{name: 'a b', syslog: {}}]\nroute: {receiver: b}\n",
		 "1:20: 'name' must be letters, digits and . _ -: ' ' is not allowed\n");
}

static void the_place_of_a_matchers_mistake_is_inside_its_text(void **state)
{
	(void)state;
	mistakes(OPS "route:\n  receiver: ops\n  routes:\n    - match:\n        - ok=\"1\"\n        - \"xyz=~'a(b'\"\n",
		 "7:19: bad regular expression: missing ) of a group\n");
	/* behind escapes, too */
	mistakes(OPS "route:\n  receiver: ops\n  routes:\n    - match:\n        - ok=\"1\"\n        - \"xyz=~\\\"a(b\\\"\"\n",
		 "7:20: bad regular expression: missing ) of a group\n");
}

static void what_is_no_mapping_is_refused(void **state)
{
	(void)state;
	mistakes("- a\n", "1:1: a notify file is a mapping with the keys 'receivers' and 'route'\n");
	mistakes("", "1:1: the file is empty\n");
	mistakes("receivers: []\nroute: {}\n", "1:12: 'receivers' is an empty list\n"
					       "2:8: the first route needs the key 'receiver' or 'receivers'\n");
	mistakes("receivers: [7, {name: a, log: 7}]\nroute: 5\n", "1:13: an item of 'receivers' must be a mapping, not '7'\n"
								    "1:31: 'log' must be a mapping, not '7'\n"
								    "2:8: 'route' must be a mapping, not '5'\n");
}

static void what_is_useless_is_only_warned_of(void **state)
{
	struct notify_config *config = good("receivers: [{name: a, log: {}}, {name: b, log: {}}]\n"
					    "route:\n"
					    "  receiver: a\n"
					    "  routes:\n"
					    "    - repeat: 1h\n"
					    "    - {match: 'a=\"b\"'}\n");

	(void)state;
	assert_string_equal(said.bytes, "n.yaml:6:7: this route is never reached: the one at line 5 takes everything\n"
					"n.yaml:1:33: the receiver 'b' is used by no route\n");
	notify_config_free(config);
	assert_null(compile("receivers: [{name: a, log: {}}, {name: b, log: {}}]\nroute: {receiver: c}\n"));
	assert_null(strstr(said.bytes, "used by no route"));
}

/* Cuts, doubled and flipped bytes of a good file: read or refused, and nothing is lost on the way. */
static void a_damaged_file_is_refused_or_read(void **state)
{
	static const char text[] = "receivers: [{name: a, syslog: {severity: {warning: info}}}, {name: b, exec: {command: [/x, y]}}]\n"
				   "route:\n  receivers: [a]\n  group_by: [pid]\n  escalate: [{after: 5m, receiver: b}]\n"
				   "  routes: [{match: ['a=~\"b|c\"', 'd!=\"e\"'], repeat: 1h}]\n"
				   "inhibit: [{source: 'a=\"b\"', target: 'c=~\"d\"', equal: [pid]}]\n";
	char bytes[sizeof(text)];
	unsigned refused_count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		for (unsigned how = 0; how < 9; how++) {
			struct notify_config *config;

			memcpy(bytes, text, sizeof(text));
			if (how < 8)
				bytes[i] = (char)(bytes[i] ^ (1 << how));
			buf_reset(&said);
			config = notify_compile("n.yaml", bytes, how < 8 ? sizeof(text) - 1 : i);
			refused_count += !config;
			if (!config && !strstr(said.bytes, "n.yaml:"))
				fail_msg("refused without a word at byte %zu", i);
			notify_config_free(config);
		}
	assert_true(refused_count > 500);
}

static void routes_have_limits(void **state)
{
	struct buf text = {0};

	(void)state;
	buf_text(&text, OPS "route:\n  receiver: ops\n");
	for (unsigned depth = 0; depth < NOTIFY_MAX_ROUTE_DEPTH + 1; depth++) {
		buf_fill(&text, "  ", depth * 2 + 1);
		buf_text(&text, "routes:\n");
		buf_fill(&text, "  ", depth * 2 + 2);
		buf_text(&text, "- repeat: 1h\n");
	}
	assert_null(compile(text.bytes));
	assert_non_null(strstr(said.bytes, "routes are more than 8 deep"));
	buf_reset(&text);
	buf_text(&text, OPS "route:\n  receiver: ops\n  routes:\n");
	for (unsigned i = 0; i < NOTIFY_MAX_ROUTES + 1; i++)
		buf_format(&text, "    - {match: 'a=\"%u\"'}\n", i);
	assert_null(compile(text.bytes));
	buf_fini(&text);
}

static void every_table_is_complete(void **state)
{
	(void)state;
	for (unsigned s = 0; notify_schemas[s]; s++) {
		const struct schema *schema = notify_schemas[s];

		assert_true(schema->keys_count > 0 && schema->keys_count <= SCHEMA_MAX_KEYS);
		for (unsigned i = 0; i < schema->keys_count; i++) {
			const struct schema_key *key = &schema->keys[i];

			assert_non_null(key->key);
			assert_int_not_equal(key->value.type, SCHEMA_NOTHING);
			assert_int_equal(key->required, key->doc != NULL);
		}
	}
	for (unsigned kind = 0; kind < NOTIFY_KINDS; kind++)
		assert_string_equal(schema_receiver.keys[RECEIVER_SYSLOG + kind].key, notify_kind_word(kind));
}

#define MAN_PAGE "doc/ttsobs-notify.5.scd"

static void read_man_page(char **page)
{
	size_t length;

	assert_int_equal(yaml_read_file(MAN_PAGE, page, &length), 0);
	(*page)[length] = '\0'; /* the file's buffer is one longer than the limit */
}

static bool is_known_key(const char *key, size_t length)
{
	for (unsigned s = 0; notify_schemas[s]; s++)
		for (unsigned i = 0; i < notify_schemas[s]->keys_count; i++)
			if (strlen(notify_schemas[s]->keys[i].key) == length && !memcmp(notify_schemas[s]->keys[i].key, key, length))
				return true;
	return false;
}

static void the_man_page_names_every_key_and_none_that_is_not(void **state)
{
	char *page = NULL, *line, *end_of_keys;

	(void)state;
	read_man_page(&page);
	for (unsigned s = 0; notify_schemas[s]; s++)
		for (unsigned i = 0; i < notify_schemas[s]->keys_count; i++) {
			char *key = mem_format("*%s*", notify_schemas[s]->keys[i].key);

			if (!strstr(page, key))
				fail_msg("%s is not in %s", key, MAN_PAGE);
			free(key);
		}
	line = strstr(page, "\n# KEYS OF THE FILE\n");
	end_of_keys = strstr(page, "\n# DELIVERY\n");
	assert_non_null(line);
	assert_non_null(end_of_keys);
	for (line++; line < end_of_keys; line = strchr(line, '\n') + 1)
		if (*line == '*' && !is_known_key(line + 1, strcspn(line + 1, "*")))
			fail_msg("there is no key %.20s", line);
	free(page);
}

static void the_man_page_names_every_word(void **state)
{
	const char *const *lists[] = {notify_facility_words, notify_severity_words, notify_form_words, notify_transport_words};
	char *page = NULL;

	(void)state;
	read_man_page(&page);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (unsigned j = 0; lists[i][j]; j++) {
			char *word = mem_format("_%s_", lists[i][j]);

			if (!strstr(page, word) && strncmp(lists[i][j], "local", 5) != 0) /* _local0_ to _local7_ */
				fail_msg("%s is not in %s", word, MAN_PAGE);
			free(word);
		}
	free(page);
}

static void the_shipped_file_is_good(void **state)
{
	struct notify_config *config;

	(void)state;
	buf_reset(&said);
	config = notify_load("rules/notify.yaml");
	assert_non_null(config);
	assert_string_equal(said.bytes, "");
	notify_config_free(config);
	assert_null(notify_load("rules/nowhere.yaml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_file_has_sensible_defaults),
		cmocka_unit_test(every_kind_of_receiver_keeps_what_the_file_says),
		cmocka_unit_test(a_route_has_what_its_parent_says_until_it_says_otherwise),
		cmocka_unit_test(the_key_of_a_route_is_its_matchers_and_never_another_routes),
		cmocka_unit_test(inhibitions_have_source_target_and_equal_labels),
		cmocka_unit_test(a_mistake_is_said_with_its_line_and_a_caret),
		cmocka_unit_test(all_mistakes_of_receivers_are_said_at_once),
		cmocka_unit_test(bad_addresses_are_refused),
		cmocka_unit_test(all_mistakes_of_routes_are_said_at_once),
		cmocka_unit_test(a_name_is_not_missed_when_names_could_not_be_read),
		cmocka_unit_test(the_place_of_a_matchers_mistake_is_inside_its_text),
		cmocka_unit_test(what_is_no_mapping_is_refused),
		cmocka_unit_test(what_is_useless_is_only_warned_of),
		cmocka_unit_test(a_damaged_file_is_refused_or_read),
		cmocka_unit_test(routes_have_limits),
		cmocka_unit_test(every_table_is_complete),
		cmocka_unit_test(the_man_page_names_every_key_and_none_that_is_not),
		cmocka_unit_test(the_man_page_names_every_word),
		cmocka_unit_test(the_shipped_file_is_good),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

#include "app/control.h"
#include "app/control_place.h"
#include "app/ctl.h"
#include "base/io.h"
#include "base/refuse.h"
#include "world.h"

#define WORDS	     16
#define OUTPUT_BYTES (1 << 20)

/* The client in a child, the tracer's part here. */
struct desk {
	char directory[64];
	char path[128];
	struct world world;
	struct control *control;
	struct tail *tail;
	char *out;
	char *err;
	int status;
};

static int setup(void **arg)
{
	struct desk *desk = mem_new(sizeof(*desk));
	struct control_options options = {.path = desk->path, .feed = &desk->world.feed};

	options.tail = desk->tail = tail_new(UINT64_MAX, 16 << 20);

	snprintf(desk->directory, sizeof(desk->directory), "/tmp/ttsobs-ctl.XXXXXX");
	assert_non_null(mkdtemp(desk->directory));
	snprintf(desk->path, sizeof(desk->path), "%s/socket", desk->directory);
	world_init(&desk->world);
	assert_int_equal(control_new(&desk->control, &options), 0);
	desk->out = mem_new(OUTPUT_BYTES);
	desk->err = mem_new(OUTPUT_BYTES);
	*arg = desk;
	return 0;
}

static int teardown(void **arg)
{
	struct desk *desk = *arg;
	char *command = mem_format("rm -rf '%s'", desk->directory);

	control_free(desk->control);
	tail_free(desk->tail);
	world_fini(&desk->world);
	assert_int_equal(system(command), 0);
	free(command);
	free(desk->out);
	free(desk->err);
	free(desk);
	return 0;
}

static void serve(struct desk *desk, int timeout_ms)
{
	struct pollfd fds[CONTROL_FDS];
	size_t count = desk->control ? control_fds(desk->control, fds, CONTROL_FDS) : 0;

	assert_true(poll(fds, count, timeout_ms) >= 0);
	if (desk->control)
		control_poll(desk->control, fds, count, &desk->world.view);
}

static void take(int fd, char *text)
{
	ssize_t length = pread(fd, text, OUTPUT_BYTES - 1, 0);

	assert_true(length >= 0);
	text[length] = '\0';
	close(fd);
}

static _Noreturn void be_client(char **words, int out, int err)
{
	int count = 0;

	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	while (words[count])
		count++;
	exit(ctl_main(count, words));
}

static void run_words(struct desk *desk, char **words)
{
	char *out_path = mem_format("%s/out", desk->directory),
	     *err_path = mem_format("%s/err", desk->directory);
	int out = open(out_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int err = open(err_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	pid_t child;

	fflush(NULL);
	child = fork();
	if (!child)
		be_client(words, out, err);
	while (!waitpid(child, &desk->status, WNOHANG))
		serve(desk, 2);
	assert_true(WIFEXITED(desk->status));
	desk->status = WEXITSTATUS(desk->status);
	take(out, desk->out);
	take(err, desk->err);
	free(out_path);
	free(err_path);
}

/* ttsobs-bpf ctl --control PATH WORD... */
static void run(struct desk *desk, ...)
{
	char *words[WORDS + 1] = {mem_string("ttsobs-bpf"), mem_string("ctl"),
				  mem_string("--control"), mem_string(desk->path)};
	unsigned count = 4;
	const char *word;
	va_list list;

	va_start(list, desk);
	while (count < WORDS && (word = va_arg(list, const char *)))
		words[count++] = mem_string(word);
	va_end(list);
	run_words(desk, words);
	for (unsigned i = 0; i < count; i++)
		free(words[i]);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

static struct alert *add_alert(struct desk *desk)
{
	struct alert *alert = world_alert(
		&desk->world, "{alertname=\"TooSlow\",engine=\"x\",severity=\"critical\"}",
		ALERT_FIRING);

	alert->id = 0xabcd000000000001ull;
	alert->tier = TIER_CRITICAL;
	alert->value = 7.5;
	alert->has_threshold = true;
	alert->threshold = 5;
	strcpy(alert->comparison, ">");
	return alert;
}

static void alerts_are_a_table(void **arg)
{
	struct desk *desk = *arg;
	struct alert *alert;

	run(desk, "alerts", NULL);
	assert_int_equal(desk->status, 0);
	assert_string_equal(desk->out, "no rules are in force, so there are no alerts\n");
	alert = add_alert(desk);
	world_alert(&desk->world, "{alertname=\"Stuck\"}", ALERT_PENDING);
	alert->is_unknown = true;
	strcpy(alert->reason, "lost 3 enters");
	desk->world.view.now_ns += 63 * NS_PER_S;
	run(desk, "ack", "abcd", "--comment", "on it", NULL);
	assert_int_equal(desk->status, 0);
	assert_string_equal(desk->out, "acknowledged abcd000000000001 TooSlow (this tracer keeps "
				       "no state: it will not survive a restart)\n");
	run(desk, "alerts", "--columns", "160", NULL);
	assert_int_equal(desk->status, 0);
	assert_has(desk->out, "alert ");
	assert_has(desk->out, "TooSlow{engine=\"x\"} abcd000000000001 critical  firing");
	assert_has(desk->out, " 1m03s ago 7.50 > 5.00 unknown ");
	assert_has(desk->out, "pending");
	assert_has(desk->out, "abcd000000000001: unknown: lost 3 enters\n");
	assert_has(desk->out, "abcd000000000001: acknowledged ");
	assert_has(desk->out, ": on it\n");
	assert_string_equal(desk->err, "");
}

static void narrow_terminals_keep_what_matters(void **arg)
{
	struct desk *desk = *arg;
	char *line, *rest;

	add_alert(desk);
	run(desk, "alerts", "--columns", "60", NULL);
	assert_int_equal(desk->status, 0);
	assert_has(desk->out, "abcd000000000001");
	assert_has(desk->out, "critical");
	rest = desk->out;
	while ((line = strsep(&rest, "\n")))
		assert_true(strlen(line) <= 60);
}

static void silences_come_from_words_as_the_shell_leaves_them(void **arg)
{
	static const struct {
		const char *words[4];
		const char *text;
	} cases[] = {
		{{"engine=x"}, "engine=\"x\""},
		{{"engine=x", "alertname=~Too.*\\d"}, "engine=\"x\",alertname=~\"Too.*\\\\d\""},
		{{"engine!=x", "service!~a|b", "pid=1"}, "engine!=\"x\",service!~\"a|b\",pid=\"1\""},
		{{"{engine=\"x\",alertname=~\"T.*\"}"}, "{engine=\"x\",alertname=~\"T.*\"}"},
		{{"engine=\"x\""}, "engine=\"x\""},
		{{"alertname=x", "engine="}, "alertname=\"x\",engine=\"\""},
	};
	struct desk *desk = *arg;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const *words = cases[i].words;

		run(desk, "silence", "--for", "2h", "--comment", "night shift", words[0], words[1],
		    words[1] ? words[2] : NULL, NULL);
		assert_int_equal(desk->status, 0);
		assert_has(desk->out, "holds for 2h00m");
		assert_string_equal(desk->world.view.silences->text, cases[i].text);
		assert_string_equal(desk->world.view.silences->comment, "night shift");
		run(desk, "silences", NULL);
		assert_int_equal(desk->status, 0);
		assert_has(desk->out, cases[i].text);
		assert_has(desk->out, "night shift");
		world_remove_silence(&desk->world, desk->world.view.silences->id);
		desk->world.last_silence_id = 0;
	}
	run(desk, "silence", "--for", "2h", "engine=", NULL); /* any alert that says no engine would match */
	assert_int_equal(desk->status, 2);
	run(desk, "silences", NULL);
	assert_string_equal(desk->out, "there are no silences\n");
}

static void a_mistake_in_matchers_has_a_caret(void **arg)
{
	struct desk *desk = *arg;

	run(desk, "silence", "{engine=x}", "--for", "2h", NULL);
	assert_int_equal(desk->status, 2);
	assert_has(desk->err, "ttsobs-bpf: matchers:1:9: ");
	assert_has(desk->err, "ttsobs-bpf:   {engine=x}\nttsobs-bpf:           ^\n");
	assert_string_equal(desk->out, "");
}

static void refusals_are_said_and_have_their_codes(void **arg)
{
	struct desk *desk = *arg;

	add_alert(desk);
	run(desk, "ack", "ffff", NULL);
	assert_int_equal(desk->status, 1);
	assert_string_equal(
		desk->err,
		"ttsobs-bpf: no alert that is pending or firing has an id that begins with ffff\n");
	world_alert(&desk->world, "{alertname=\"Two\"}", ALERT_FIRING)->id = 0xabcd000000000002ull;
	run(desk, "resolve", "abcd", NULL);
	assert_int_equal(desk->status, 1);
	assert_has(desk->err, "2 alerts have an id that begins with abcd");
	assert_has(desk->err, "  abcd000000000002 Two\n");
	run(desk, "unsilence", "7", NULL);
	assert_int_equal(desk->status, 1);
	run(desk, "silence", "a=b", "--for", "never", NULL);
	assert_int_equal(desk->status, 2);
	run(desk, "reload", NULL);
	assert_int_equal(desk->status, 1);
	run(desk, "resolve", "abcd000000000002", NULL);
	assert_int_equal(desk->status, 0);
	assert_has(desk->out, "resolved abcd000000000002");
}

static void what_was_resolved_by_hand_is_a_line_of_its_own(void **arg)
{
	struct desk *desk = *arg;

	world_mute(&desk->world, add_alert(desk));
	desk->world.view.now_ns += 90 * NS_PER_S;
	run(desk, "alerts", NULL);
	assert_int_equal(desk->status, 0);
	assert_has(desk->out, "so there are no alerts\n"
			      "abcd000000000001: muted, resolved by hand 1m30s ago: TooSlow{engine=\"x\"}\n");
	world_alert(&desk->world, "{alertname=\"Two\"}", ALERT_FIRING);
	run(desk, "alerts", NULL);
	assert_has(desk->out, "Two");
	assert_has(desk->out, "abcd000000000001: muted, resolved by hand 1m30s ago: TooSlow{engine=\"x\"}\n");
}

static void usage_is_refused_before_anybody_is_asked(void **arg)
{
	static const char *const cases[][4] = {
		{NULL},
		{"dance"},
		{"ack"},
		{"ack", "abcd", "more"},
		{"silence", "a=b"},
		{"silence", "--for", "2h"},
		{"alerts", "--for", "2h"},
		{"unsilence", "1", "--comment", "x"},
		{"alerts", "--columns", "3"},
		{"--bogus"},
		{"logs", "more"},
		{"logs", "--level", "loud"},
		{"logs", "--trace", "xyz"},
		{"logs", "--last", "0"},
		{"logs", "--last", "10001"},
		{"alerts", "--level", "error"},
		{"alerts", "--trace", "abcd"},
		{"status", "--grep", "x"},
		{"silences", "--last", "3"},
		{"logs", "--for", "2h"},
	};
	struct desk *desk = *arg;

	control_free(desk->control);
	desk->control = NULL;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run(desk, cases[i][0], cases[i][1], cases[i][2], cases[i][3], NULL);
		assert_int_equal(desk->status, 2);
		assert_string_equal(desk->out, "");
		assert_has(desk->err, "ttsobs-bpf ctl");
	}
}

static void json_is_one_line_in_every_case(void **arg)
{
	static const char *const cases[][3] = {
		{"status"},	 {"alerts"},	     {"silences"}, {"ack", "abcd"},
		{"ack", "ffff"}, {"unsilence", "9"}, {"reload"},
	};
	struct desk *desk = *arg;

	add_alert(desk);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_object *answer, *ok;

		run(desk, "--json", cases[i][0], cases[i][1], cases[i][2], NULL);
		assert_ptr_equal(strchr(desk->out, '\n'), desk->out + strlen(desk->out) - 1);
		answer = json_tokener_parse(desk->out);
		assert_true(json_object_object_get_ex(answer, "ok", &ok));
		assert_int_equal(json_object_get_boolean(ok), desk->status == 0);
		assert_string_equal(desk->err, "");
		json_object_put(answer);
	}
	control_free(desk->control);
	desk->control = NULL;
	run(desk, "--json", "status", NULL);
	assert_int_equal(desk->status, 4);
	assert_has(desk->out, "\"code\":\"no_tracer\"");
}

static void status_reads_as_sentences(void **arg)
{
	struct process process = {.pid = 77,
				  .start_at_ns = 1900 * NS_PER_S,
				  .service = "speak\x1b[2Jer.service",
				  .exe = "/bin/x"};
	struct desk *desk = *arg;

	add_alert(desk);
	desk->world.view.processes = &process;
	desk->world.tallies.lost_count[TT_LOST_RING_ENTER] = 1234;
	run(desk, "status", NULL);
	assert_int_equal(desk->status, 0);
	assert_has(desk->out, "targets   pid 77 speak\\x1b[2Jer.service (/bin/x), for 1m40s\n");
	assert_has(desk->out, "lost      ring_full_enter 1,234\n");
	assert_has(desk->out, "let go    nothing\n");
	assert_has(desk->out, "rules     none in force\n");
	assert_has(desk->out, "alerts    1 firing (0 emergency, 1 critical, 0 warning, 0 other), "
			      "0 pending\n");
	assert_has(desk->out, "receivers none\n");
	assert_has(desk->out, "state     not kept\n");
	desk->world.view.processes = NULL;
}

/* --- logs --- */

#define TRACE "9f86d081884c7d659a2feaa0c55ad015"
#define AT "2026-11-24T07:32:00.123456789Z"

static void hold(struct desk *desk, enum log_level level, const char *trace, const char *line)
{
	tail_add(desk->tail, desk->world.view.now_ns, level, trace, line, strlen(line));
}

static void logs_are_a_line_each_with_time_level_event_message_and_trace(void **arg)
{
	struct desk *desk = *arg;

	run(desk, "logs", NULL);
	assert_int_equal(desk->status, 0);
	assert_string_equal(desk->out, "no log records are held\n");
	hold(desk, LOG_LEVEL_INFO, TRACE,
	     "{\"ts\":\"" AT "\",\"level\":\"info\",\"event\":\"trace\",\"msg\":\"utterance ok in 80 ms\","
	     "\"trace_id\":\"" TRACE "\"}");
	hold(desk, LOG_LEVEL_WARNING, NULL,
	     "{\"ts\":\"" AT "\",\"level\":\"warning\",\"event\":\"loss\",\"msg\":\"lost \\u001b[2J\\u202e\","
	     "\"trace_ids\":[\"abcdef0123456789\",\"ffff\"]}");
	hold(desk, LOG_LEVEL_CRITICAL, NULL,
	     "{\"ts\":\"" AT "\",\"level\":\"critical\",\"event\":\"notification\",\"msg\":\"m\"}");
	run(desk, "logs", NULL);
	assert_int_equal(desk->status, 0);
	assert_string_equal(
		desk->out,
		"2026-11-24T07:32:00.123Z info     trace        utterance ok in 80 ms (trace 9f86d081)\n"
		"2026-11-24T07:32:00.123Z warning  loss         lost \\x1b[2J\\u{202e} (traces abcdef01, ffff)\n"
		"2026-11-24T07:32:00.123Z critical notification m\n");
	run(desk, "logs", "--trace", "9F86", "--last", "10", NULL);
	assert_has(desk->out, "utterance ok");
	assert_int_equal(strlen(strchr(desk->out, '\n')), 1);
	run(desk, "logs", "--level", "warning", "--grep", "lost \x1b", NULL);
	assert_has(desk->out, "lost ");
	assert_int_equal(strlen(strchr(desk->out, '\n')), 1);
	run(desk, "logs", "--grep", "nothing has this", NULL);
	assert_int_equal(desk->status, 0);
	assert_string_equal(desk->out, "none of the log records that are held (3) is one of these\n");
	assert_string_equal(desk->err, "");
	run(desk, "status", NULL);
	assert_has(desk->out, "held      0 traces, 0 B; 3 log records, ");
}

static void logs_as_json_are_the_lines_as_they_are(void **arg)
{
	/* numbers in the digits of the log, escapes as they are, text beyond ASCII */
	static const char *const lines[] = {
		"{\"rtf\":0.080,\"n\":18446744073709551615,\"a\":{\"b\":[1.50,true]}}",
		"{\"msg\":\"\\u001b[31m \\u202e \\\"x\\\" \\\\ / \xc3\xa9 \xf0\x9f\x98\x80\"}",
	};
	struct desk *desk = *arg;
	char *wanted = mem_format("%s\n%s\n", lines[0], lines[1]);

	run(desk, "logs", "--json", NULL);
	assert_int_equal(desk->status, 0);
	assert_string_equal(desk->out, "");
	hold(desk, LOG_LEVEL_INFO, NULL, lines[0]);
	hold(desk, LOG_LEVEL_INFO, NULL, lines[1]);
	run(desk, "logs", "--json", NULL);
	assert_int_equal(desk->status, 0);
	assert_string_equal(desk->out, wanted);
	assert_string_equal(desk->err, "");
	free(wanted);
}

static void logs_that_were_cut_say_so(void **arg)
{
	struct desk *desk = *arg;
	char *line = mem_format("{\"msg\":\"%0500000d\"}", 0);

	for (unsigned i = 0; i < 10; i++)
		hold(desk, LOG_LEVEL_INFO, NULL, line);
	run(desk, "logs", "--json", NULL);
	assert_int_equal(desk->status, 0);
	assert_string_equal(desk->err, "ttsobs-bpf: there may be older ones: the answer or the search became too "
				       "large\n");
	free(line);
}

static void no_tracer_is_4(void **arg)
{
	struct desk *desk = *arg;

	control_free(desk->control);
	desk->control = NULL;
	run(desk, "status", NULL);
	assert_int_equal(desk->status, 4);
	assert_has(desk->err, "no tracer listens at");
}

/* --- which tracer --- */

static void run_bare(struct desk *desk)
{
	char *words[] = {mem_string("ttsobs-bpf"), mem_string("ctl"), mem_string("silences"), NULL};

	run_words(desk, words);
	for (unsigned i = 0; words[i]; i++)
		free(words[i]);
}

static void the_only_tracer_is_found_and_several_are_listed(void **arg)
{
	struct desk *desk = *arg;
	char *directory = mem_format("%s/ttsobs", desk->directory),
	     *first = mem_format("%s/1.sock", directory);
	char *second = mem_format("%s/22.sock", directory),
	     *dead = mem_format("%s/333.sock", directory);
	const struct control_options options = {.path = first, .feed = &desk->world.feed};
	struct sockaddr_un address;
	int fd;

	setenv("RUNTIME_DIRECTORY", "/nowhere", 1); /* instead of /run/ttsobs */
	setenv("XDG_RUNTIME_DIR", desk->directory, 1);
	control_free(desk->control);
	desk->control = NULL;
	run_bare(desk);
	assert_int_equal(desk->status, 4);
	assert_string_equal(desk->err, "ttsobs-bpf: no tracer is running\n");
	assert_int_equal(mkdir(directory, 0700), 0);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(io_socket_address(&address, dead), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	run_bare(desk);
	assert_int_equal(desk->status, 4);
	assert_int_equal(control_new(&desk->control, &options), 0);
	run_bare(desk);
	assert_int_equal(desk->status, 0);
	assert_string_equal(desk->out, "there are no silences\n");
	/* one that hangs up on everybody: it is there, and its target is not known */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(io_socket_address(&address, second), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 0), 0);
	if (!fork()) {
		for (unsigned i = 0; i < 2; i++)
			close(accept(fd, NULL, NULL));
		_exit(0);
	}
	close(fd);
	run_bare(desk);
	assert_int_equal(desk->status, 2);
	assert_has(desk->err, "2 tracers are running; say which one by --control PATH:");
	assert_has(desk->err, first);
	assert_has(desk->err, second);
	assert_has(desk->err, "traces an unknown target");
	assert_true(waitpid(-1, NULL, 0) > 0);
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("RUNTIME_DIRECTORY");
	free(directory);
	free(first);
	free(second);
	free(dead);
}

/* --- a tracer that is none --- */

/* Answers one client with these bytes; then hangs up. */
static void run_against(struct desk *desk, const char *command, const char *bytes, size_t length, bool as_json)
{
	char *path = mem_format("%s/false", desk->directory);
	char *words[] = {mem_string("ttsobs-bpf"),
			 mem_string("ctl"),
			 mem_string("--control"),
			 path,
			 mem_string(command),
			 as_json ? mem_string("--json") : NULL,
			 NULL};
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t child;

	assert_int_equal(io_socket_address(&address, path), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 4), 0);
	fflush(NULL);
	child = fork();
	if (!child) {
		int client = accept(fd, NULL, NULL);
		char request[256];
		ssize_t got = recv(client, request, sizeof(request), 0);

		_exit(got <= 0 || send(client, bytes, length, MSG_NOSIGNAL) < 0);
	}
	close(fd);
	run_words(desk, words);
	assert_int_equal(waitpid(child, NULL, 0), child);
	unlink(path);
	for (unsigned i = 0; words[i]; i++)
		free(words[i]);
}

static void answers_of_a_false_tracer_do_no_harm(void **arg)
{
	static const char *const broken[] = {
		"",	  "\n",	 "x\n",		 "[]\n",
		"null\n", "{\n", "{\"ok\":true", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n",
	};
	static const char *const odd[] = {
		"{\"ok\":true}\n",
		"{\"ok\":true,\"alerts\":7}\n",
		"{\"ok\":true,\"alerts\":[7,null,[],\"x\"]}\n",
		"{\"ok\":true,\"alerts\":[{\"id\":{},\"labels\":[],\"ack\":3,\"value\":[]}]}\n",
		"{\"ok\":true,\"alerts\":[{\"silence\":\"x\",\"threshold\":null}]}\n",
		"{\"ok\":true,\"alerts\":[{\"labels\":{\"a\":null,\"\\u001b[2J\":{}}}]}\n",
	};
	struct desk *desk = *arg;

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		run_against(desk, "alerts", broken[i], strlen(broken[i]), i % 2);
		assert_int_equal(desk->status, 1);
	}
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		for (unsigned as_json = 0; as_json < 2; as_json++) {
			run_against(desk, "alerts", odd[i], strlen(odd[i]), as_json);
			assert_int_equal(desk->status, 0);
			assert_null(strchr(desk->out, '\x1b'));
		}
	run_against(desk, "alerts", "{\"ok\":false,\"code\":7}\n", 22, false);
	assert_int_equal(desk->status, 1);
}

static void terminal_codes_of_a_false_tracer_are_shown_not_obeyed(void **arg)
{
	static const char evil[] =
		"{\"ok\":true,\"alerts\":[{\"name\":\"A\xc2\x9b"
		"31m\xe2\x80\xae\\u001b]0;x\\u0007\",\"id\":\"\\u001b[2J\",\"state\":"
		"\"\xff\xfe\",\"labels\":{\"\\u001bk\":\"v\\nw\"},\"reason\":\"\\r\\n\\u001b[1m\"}]"
		"}\n";
	static const char refusal[] =
		"{\"ok\":false,\"code\":\"not_permitted\",\"error\":\"no\\u001b[2J\"}\n";
	struct desk *desk = *arg;

	for (unsigned as_json = 0; as_json < 2; as_json++) {
		run_against(desk, "alerts", evil, sizeof(evil) - 1, as_json);
		assert_int_equal(desk->status, 0);
		assert_null(strpbrk(desk->out, "\x1b\x07\r\xff"));
		assert_null(strstr(desk->out, "\xc2\x9b"));
		assert_null(strstr(desk->out, "\xe2\x80\xae"));
		assert_has(desk->out, "31m");
	}
	run_against(desk, "alerts", refusal, sizeof(refusal) - 1, false);
	assert_int_equal(desk->status, 3);
	assert_has(desk->err, "no\\x1b[2J");
}

static void log_lines_of_a_false_tracer_do_no_harm(void **arg)
{
	static const char *const odd[] = {
		"{\"ok\":true}\n",
		"{\"ok\":true,\"lines\":7}\n",
		"{\"ok\":true,\"lines\":[7,null,[],{},\"\",\"x\",\"{}\",\"{} x\",\"[]\",\"{\\\"ts\\\":7}\"]}\n",
		"{\"ok\":true,\"lines\":[\"a\\u001b[2J\\nb\\u0000c\"]}\n",
		"{\"ok\":true,\"lines\":[\"{\\\"msg\\\":\\\"\\u202e\xc2\x9b\\\",\\n\\\"ts\\\":\\\"\\u202e\\\"}\"]}\n",
		"{\"ok\":true,\"lines\":[\"{\\\"trace_ids\\\":[7,{},\\\"\\u202e\\\"],\\\"msg\\\":{}}\"]}\n",
	};
	struct desk *desk = *arg;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		for (unsigned as_json = 0; as_json < 2; as_json++) {
			char *line, *rest = desk->out;

			run_against(desk, "logs", odd[i], strlen(odd[i]), as_json);
			assert_int_equal(desk->status, 0);
			assert_null(strpbrk(desk->out, "\x1b\r"));
			assert_null(strstr(desk->out, "\xe2\x80\xae"));
			assert_null(strstr(desk->out, "\xc2\x9b"));
			while (as_json && (line = strsep(&rest, "\n")) && rest) {
				struct json_object *record = json_tokener_parse(line);

				assert_non_null(record);
				json_object_put(record);
			}
		}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(alerts_are_a_table),
		TEST(narrow_terminals_keep_what_matters),
		TEST(silences_come_from_words_as_the_shell_leaves_them),
		TEST(a_mistake_in_matchers_has_a_caret),
		TEST(refusals_are_said_and_have_their_codes),
		TEST(what_was_resolved_by_hand_is_a_line_of_its_own),
		TEST(usage_is_refused_before_anybody_is_asked),
		TEST(json_is_one_line_in_every_case),
		TEST(status_reads_as_sentences),
		TEST(logs_are_a_line_each_with_time_level_event_message_and_trace),
		TEST(logs_as_json_are_the_lines_as_they_are),
		TEST(logs_that_were_cut_say_so),
		TEST(no_tracer_is_4),
		TEST(the_only_tracer_is_found_and_several_are_listed),
		TEST(answers_of_a_false_tracer_do_no_harm),
		TEST(terminal_codes_of_a_false_tracer_are_shown_not_obeyed),
		TEST(log_lines_of_a_false_tracer_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

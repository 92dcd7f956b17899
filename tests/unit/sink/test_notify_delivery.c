// SPDX-License-Identifier: Apache-2.0
/* The whole sink on real sockets and real programs: what arrives, what comes again, and that nobody holds up anybody. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/io.h"
#include "base/refuse.h"
#include "check.h"
#include "notify_world.h"
#include "sink/notify_carrier.h"

static struct world world;
static char folder[64];
static char socket_path[96];
static struct notify_options options;
static struct {
	pthread_mutex_t lock;
	struct buf text;
} said = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void say(void *arg, const char *line)
{
	(void)arg;
	pthread_mutex_lock(&said.lock);
	buf_format(&said.text, "%s\n", line);
	pthread_mutex_unlock(&said.lock);
}

static bool was_said(const char *part)
{
	bool found;

	pthread_mutex_lock(&said.lock);
	found = said.text.bytes && strstr(said.text.bytes, part);
	pthread_mutex_unlock(&said.lock);
	return found;
}

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/ttsobs-notify-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(socket_path, sizeof(socket_path), "%s/log", folder);
	options = (struct notify_options){
		.syslog_socket = socket_path,
		.host = "host 1",
		.pid = 77,
		.retry_min_ns = 10 * NS_PER_MS,
		.retry_max_ns = 50 * NS_PER_MS,
	};
	buf_reset(&said.text);
	refuse_redirect(say, NULL);
	return 0;
}

static int end(void **state)
{
	struct dirent *entry;
	DIR *dir;

	(void)state;
	world_end(&world);
	refuse_redirect(NULL, NULL);
	dir = opendir(folder);
	while ((entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(folder);
	return 0;
}

static struct notify_counts counts(size_t receiver)
{
	struct notify_counts all[NOTIFY_MAX_RECEIVERS];

	assert_true(notify_counts(world.sink, all, NOTIFY_MAX_RECEIVERS) > receiver);
	return all[receiver];
}

static void await_sent(size_t receiver, uint64_t sent_count)
{
	uint64_t until_ns = io_now_ns() + 15 * NS_PER_S;

	while (counts(receiver).sent_count < sent_count) {
		if (io_now_ns() > until_ns)
			fail_msg("sent %llu of %llu: %s", (unsigned long long)counts(receiver).sent_count,
				 (unsigned long long)sent_count, counts(receiver).error);
		poll(NULL, 0, 1);
	}
}

/* ---- unix sockets ---- */

static int serve(int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, socket_path);
	unlink(socket_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 5), 0);
	return fd;
}

static size_t receive(int fd, char *bytes, size_t size)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	ssize_t got;

	if (poll(&ready, 1, 10000) != 1)
		fail_msg("nothing came in 10 s");
	got = recv(fd, bytes, size - 1, 0);
	assert_true(got >= 0);
	bytes[got] = '\0';
	return (size_t)got;
}

#define ONE "receivers: [{name: ops, syslog: {}}]\nroute: {receiver: ops, group_wait: 0, group_interval: 0}\n"

static void fire(unsigned pid)
{
	world_fire(&world, "Slow", "critical", pid);
	world_run(&world, 1);
}

static void a_datagram_is_the_line_of_syslog_3(void **state)
{
	char line[9000];
	int fd = serve(SOCK_DGRAM);
	size_t length;

	(void)state;
	world_begin_sink(&world, ONE, &options);
	fire(1);
	length = receive(fd, line, sizeof(line));
	assert_memory_equal(line, "<26>Nov 24 0", 12);
	assert_non_null(strstr(line, " ttsobs-bpf[77]: Slow critical firing: too slow {pid=\"1\"}, value 12.5 > 10, alert 0000000000001001 @cee: {"));
	json_object_put(check_json(strstr(line, "@cee: ") + 6, length - (size_t)(strstr(line, "@cee: ") + 6 - line)));
	await_sent(0, 1);
	close(fd);
}

static void a_stream_gets_the_nul_behind_each_line(void **state)
{
	char bytes[9000];
	int fd = serve(SOCK_STREAM), peer;
	size_t length;

	(void)state;
	world_begin_sink(&world, ONE, &options);
	fire(1);
	peer = accept(fd, NULL, NULL);
	length = receive(peer, bytes, sizeof(bytes));
	assert_int_equal(strlen(bytes), length - 1);
	assert_non_null(strstr(bytes, "Slow critical firing"));
	await_sent(0, 1);
	close(peer);
	close(fd);
}

static void a_logger_that_starts_later_gets_everything_in_order(void **state)
{
	char line[9000], wanted[16];
	int fd;

	(void)state;
	world_begin_sink(&world, ONE, &options);
	for (unsigned pid = 1; pid <= 5; pid++)
		fire(pid);
	while (!counts(0).failed_count)
		poll(NULL, 0, 1);
	assert_true(was_said("receiver 'ops' (syslog): "));
	fd = serve(SOCK_DGRAM);
	for (unsigned pid = 1; pid <= 5; pid++) {
		receive(fd, line, sizeof(line));
		snprintf(wanted, sizeof(wanted), "{pid=\"%u\"}", pid);
		assert_non_null(strstr(line, wanted));
	}
	await_sent(0, 5);
	assert_int_equal(counts(0).dropped_count, 0);
	close(fd);
}

static void what_a_full_queue_let_go_comes_again_many_at_a_time(void **state)
{
	unsigned ticks_count = 0;
	char line[9000];
	int fd;

	(void)state;
	world_begin_sink(&world,
			 "receivers: [{name: ops, syslog: {queue: 100}}]\n"
			 "route: {receiver: ops, group_by: [...], group_wait: 0, group_interval: 0}\n",
			 &options);
	for (unsigned pid = 0; pid < 1000; pid++)
		world_fire(&world, "Slow", "critical", pid);
	world_run(&world, 1);
	assert_int_equal(counts(0).dropped_count, 900);
	fd = serve(SOCK_DGRAM);
	while (counts(0).sent_count < 1000) {
		assert_true(ticks_count++ < 100);
		world_run(&world, 1);
		while (counts(0).queued_count)
			if (recv(fd, line, sizeof(line), MSG_DONTWAIT) < 0)
				poll(NULL, 0, 1);
	}
	assert_int_equal(counts(0).dropped_count, 900);
	close(fd);
}

static void what_a_dead_logger_had_not_read_is_sent_to_the_next(void **state)
{
	char line[9000];
	int fd = serve(SOCK_DGRAM), next;

	(void)state;
	world_begin_sink(&world, ONE, &options);
	fire(1);
	fire(2);
	receive(fd, line, sizeof(line));
	assert_non_null(strstr(line, "{pid=\"1\"}"));
	while (recv(fd, line, sizeof(line), MSG_DONTWAIT | MSG_PEEK) < 0)
		poll(NULL, 0, 1);
	close(fd); /* with one line in it */
	next = serve(SOCK_DGRAM);
	do
		receive(next, line, sizeof(line));
	while (!strstr(line, "{pid=\"2\"}"));
	await_sent(0, 2);
	assert_true(counts(0).resent_count > 0);
	close(next);
}

static void a_logger_that_does_not_read_holds_up_nobody(void **state)
{
	char line[9000];
	int stuck = serve(SOCK_DGRAM);
	uint64_t before_ns;
	unsigned i;

	(void)state;
	/* the second receiver reads elsewhere */
	snprintf(line, sizeof(line),
		 "receivers: [{name: stuck, syslog: {queue: 10}}, {name: prog, exec: {command: [/bin/sh, -c, 'echo x >> %s/out']}}]\n"
		 "route: {receivers: [stuck, prog], group_by: [...], group_wait: 0, group_interval: 0}\n",
		 folder);
	world_begin_sink(&world, line, &options);
	before_ns = io_now_ns();
	for (i = 0; i < 2000; i++)
		world_fire(&world, "Slow", "critical", i);
	world_run(&world, 1);
	assert_true(io_now_ns() - before_ns < 5 * NS_PER_S); /* one attempt at the stuck one takes 10 s */
	await_sent(1, 20);
	assert_true(counts(0).dropped_count > 500);
	before_ns = io_now_ns();
	notify_free(world.sink);
	world.sink = NULL;
	assert_true(io_now_ns() - before_ns < 1000 * NS_PER_MS);
	assert_true(was_said("receiver 'stuck' (syslog): "));
	assert_true(was_said(" not delivered"));
	close(stuck);
}

/* ---- the network ---- */

static int serve_net(int family, int type, unsigned *port)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = family == AF_INET6 ? sizeof(address) : sizeof(four);
	struct sockaddr *any = family == AF_INET6 ? (struct sockaddr *)&address : (struct sockaddr *)&four;
	int yes = 1, fd = socket(family, type | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	address.sin6_port = four.sin_port = htons((uint16_t)*port);
	if (fd < 0 || bind(fd, any, length))
		return -1;
	getsockname(fd, any, &length);
	*port = ntohs(family == AF_INET6 ? address.sin6_port : four.sin_port);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 5), 0);
	return fd;
}

static void begin_remote(const char *host, unsigned port, const char *more)
{
	char text[400];

	snprintf(text, sizeof(text),
		 "receivers: [{name: net, syslog-remote: {address: '%s:%u'%s}}]\n"
		 "route: {receiver: net, group_by: [...], group_wait: 0, group_interval: 0}\n",
		 host, port, more);
	world_begin_sink(&world, text, &options);
}

/* One octet-counted frame. */
static void receive_frame(int fd, char *frame, size_t size)
{
	size_t length = 0, filled = 0;
	char c;

	do {
		assert_int_equal(receive(fd, frame, 2), 1);
		c = frame[0];
		if (c != ' ')
			length = length * 10 + (size_t)(c - '0');
	} while (c != ' ');
	assert_true(length < size);
	while (filled < length)
		filled += receive(fd, frame + filled, length - filled + 1);
	assert_int_equal(filled, length);
}

static void tcp_frames_are_counted_in_octets(void **state)
{
	unsigned port = 0;
	int fd = serve_net(AF_INET, SOCK_STREAM, &port), peer;
	char frame[9000];

	(void)state;
	begin_remote("127.0.0.1", port, "");
	fire(1);
	fire(2);
	peer = accept(fd, NULL, NULL);
	receive_frame(peer, frame, sizeof(frame));
	assert_memory_equal(frame, "<26>1 2026-11-24T07:32:01.000000Z host_1 ttsobs-bpf 77 firing [ttsobs@32473 ", 76);
	assert_non_null(strstr(frame, " pid=\"1\"] Slow critical firing: too slow {pid=\"1\"}"));
	receive_frame(peer, frame, sizeof(frame));
	assert_non_null(strstr(frame, " pid=\"2\"] "));
	await_sent(0, 2);
	close(peer);
	close(fd);
}

static void what_a_tcp_reader_left_unread_is_sent_again(void **state)
{
	unsigned port = 0;
	int fd = serve_net(AF_INET, SOCK_STREAM, &port), peer;
	char frame[9000];
	struct pollfd ready;

	(void)state;
	begin_remote("127.0.0.1", port, "");
	fire(1);
	peer = accept(fd, NULL, NULL);
	ready = (struct pollfd){.fd = peer, .events = POLLIN};
	assert_int_equal(poll(&ready, 1, 10000), 1);
	close(peer); /* unread: the kernel resets */
	peer = accept(fd, NULL, NULL);
	receive_frame(peer, frame, sizeof(frame));
	assert_non_null(strstr(frame, "pid=\"1\""));
	await_sent(0, 1);
	assert_int_equal(counts(0).resent_count, 1);
	close(peer);
	close(fd);
}

static void what_a_tcp_reader_that_hung_left_unread_comes_again_when_it_is_killed(void **state)
{
	unsigned port = 0;
	int fd = serve_net(AF_INET, SOCK_STREAM, &port), peer;
	char frame[9000];

	(void)state;
	begin_remote("127.0.0.1", port, "");
	fire(1);
	fire(2);
	peer = accept(fd, NULL, NULL);
	await_sent(0, 2); /* its kernel has acknowledged them */
	close(peer);	  /* unread */
	peer = accept(fd, NULL, NULL);
	receive_frame(peer, frame, sizeof(frame));
	assert_non_null(strstr(frame, "pid=\"1\""));
	receive_frame(peer, frame, sizeof(frame));
	assert_non_null(strstr(frame, "pid=\"2\""));
	fire(3);
	receive_frame(peer, frame, sizeof(frame));
	assert_non_null(strstr(frame, "pid=\"3\""));
	await_sent(0, 3);
	assert_int_equal(counts(0).sent_count, 3);
	close(peer);
	close(fd);
}

static void a_tcp_reader_that_closes_in_order_gets_a_message_at_most_twice(void **state)
{
	unsigned port = 0, frames_count = 0;
	int fd = serve_net(AF_INET, SOCK_STREAM, &port), peer;
	char frame[9000];

	(void)state;
	begin_remote("127.0.0.1", port, "");
	fire(1);
	while (counts(0).sent_count < 1) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};

		if (poll(&ready, 1, 10) != 1)
			continue;
		peer = accept(fd, NULL, NULL);
		receive_frame(peer, frame, sizeof(frame));
		frames_count++;
		close(peer);
	}
	assert_int_equal(frames_count, 2);
	close(fd);
}

static void a_connection_that_was_closed_while_idle_is_opened_anew(void **state)
{
	unsigned port = 0;
	int fd = serve_net(AF_INET, SOCK_STREAM, &port), peer;
	char frame[9000];

	(void)state;
	begin_remote("127.0.0.1", port, "");
	fire(1);
	peer = accept(fd, NULL, NULL);
	receive_frame(peer, frame, sizeof(frame));
	await_sent(0, 1);
	close(peer);
	fire(2);
	peer = accept(fd, NULL, NULL);
	receive_frame(peer, frame, sizeof(frame));
	assert_non_null(strstr(frame, "pid=\"2\""));
	await_sent(0, 2);
	assert_int_equal(counts(0).resent_count, 0);
	close(peer);
	close(fd);
}

static void udp_is_one_datagram_per_message_over_ipv6_as_well(void **state)
{
	unsigned port = 0;
	int fd = serve_net(AF_INET6, SOCK_DGRAM, &port);
	char line[9000];

	(void)state;
	if (fd < 0) {
		fd = serve_net(AF_INET, SOCK_DGRAM, &port);
		begin_remote("127.0.0.1", port, ", transport: udp");
	} else {
		begin_remote("[::1]", port, ", transport: udp");
	}
	fire(1);
	assert_true(receive(fd, line, sizeof(line)) <= 1200);
	assert_memory_equal(line, "<26>1 2026-", 11);
	await_sent(0, 1);
	close(fd);
}

static void a_udp_port_that_nobody_reads_is_tried_again(void **state)
{
	unsigned port = 0;
	int fd = serve_net(AF_INET, SOCK_DGRAM, &port);
	char line[9000];

	(void)state;
	close(fd);
	begin_remote("127.0.0.1", port, ", transport: udp");
	fire(1);
	while (!counts(0).failed_count)
		poll(NULL, 0, 1);
	assert_int_equal(counts(0).sent_count, 0);
	fd = serve_net(AF_INET, SOCK_DGRAM, &port);
	assert_true(fd >= 0);
	receive(fd, line, sizeof(line));
	assert_non_null(strstr(line, "pid=\"1\""));
	await_sent(0, 1);
	close(fd);
}

static void a_name_that_does_not_resolve_and_a_port_that_refuses_are_said(void **state)
{
	unsigned port = 0;
	int fd = serve_net(AF_INET, SOCK_STREAM, &port);

	(void)state;
	close(fd);
	begin_remote("127.0.0.1", port, "");
	fire(1);
	while (counts(0).failed_count < 3)
		poll(NULL, 0, 1);
	assert_string_equal(counts(0).error, "127.0.0.1: Connection refused");
	assert_int_equal(counts(0).queued_count, 1);
}

/* ---- programs ---- */

static char *slurp(const char *name, size_t *length)
{
	char path[128], *text = mem_new(100001);
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? 0 : read(fd, text, 100000);
	if (fd >= 0)
		close(fd);
	*length = got < 0 ? 0 : (size_t)got;
	return text;
}

/* `script` with %s for the folder. */
static void begin_exec(const char *script, const char *more)
{
	char command[600], text[1200];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(command, sizeof(command), script, folder, folder, folder);
#pragma GCC diagnostic pop
	snprintf(text, sizeof(text),
		 "receivers:\n  - name: prog\n    exec:\n      command:\n        - /bin/sh\n        - -c\n        - |-\n          %s\n        - 'a b'\n"
		 "        - $HOME;`id`\n%s"
		 "route: {receiver: prog, group_by: [...], group_wait: 0, group_interval: 0}\n",
		 command, more);
	world_begin_sink(&world, text, &options);
}

static void a_program_gets_json_on_stdin_and_nothing_else_of_ours(void **state)
{
	int secret = open("/dev/null", O_RDONLY); /* not close-on-exec */
	struct json_object *object;
	char *text, *at;
	size_t length;

	(void)state;
	setenv("SECRET", "hidden", 1);
	begin_exec("cat > %s/json; ls -l /proc/self/fd > %s/fds; (env; echo ARGS=$0/$1; pwd; ps -o pid=,pgid=,sid= -p $$; grep SigBlk /proc/self/status) > %s/env", "");
	fire(1);
	await_sent(0, 1);
	text = slurp("json", &length);
	assert_true(length > 10 && text[length - 1] == '\n');
	object = check_json(text, length - 1);
	assert_string_equal(check_word(object, "rule"), "Slow");
	assert_string_equal(check_word(object, "notification"), "firing");
	assert_string_equal(check_word(object, "msg"), "Slow critical firing: too slow {pid=\"1\"}, value 12.5 > 10, alert 0000000000001001");
	json_object_put(object);
	free(text);
	text = slurp("env", &length);
	assert_null(strstr(text, "SECRET"));
	assert_null(strstr(text, "HOME="));
	assert_non_null(strstr(text, "LANG=C.UTF-8\n"));
	assert_non_null(strstr(text, "TTSOBS_RULE=Slow\n"));
	assert_non_null(strstr(text, "TTSOBS_SEVERITY=critical\n"));
	assert_non_null(strstr(text, "TTSOBS_VALUE=12.5\n"));
	assert_non_null(strstr(text, "TTSOBS_PID=1\n"));
	assert_non_null(strstr(text, "\nARGS=a b/$HOME;`id`\n/\n"));
	assert_non_null(strstr(text, "SigBlk:\t0000000000000000"));
	free(text);
	text = slurp("fds", &length);
	at = strstr(text, " 3 -> /proc/"); /* the directory that ls reads */
	assert_non_null(at);
	assert_null(strstr(text, " 4 -> "));
	assert_null(strstr(text, "socket:"));
	free(text);
	close(secret);
}

static void a_program_that_fails_is_run_again_and_its_first_words_are_kept(void **state)
{
	char *text;
	size_t length;

	(void)state;
	begin_exec("echo x >> %s/tries; echo no pager >&2; test $(wc -l < %s/tries) -ge 3 || exit 7", "");
	fire(1);
	while (counts(0).failed_count < 1)
		poll(NULL, 0, 1);
	await_sent(0, 1);
	assert_int_equal(counts(0).failed_count, 2);
	assert_true(was_said("receiver 'prog' (exec): /bin/sh: exit status 7: no pager"));
	text = slurp("tries", &length);
	assert_int_equal(length, 6);
	free(text);
}

static void a_program_need_not_read_what_it_gets(void **state)
{
	(void)state;
	begin_exec("exec < /dev/null; true %s", "");
	for (unsigned pid = 0; pid < 20; pid++)
		fire(pid);
	await_sent(0, 20);
	assert_int_equal(counts(0).failed_count, 0);
}

static bool is_alive(const char *name)
{
	char *text, path[64];
	size_t length;
	bool alive;

	text = slurp(name, &length);
	assert_true(length > 0);
	snprintf(path, sizeof(path), "/proc/%d/status", atoi(text));
	alive = access(path, F_OK) == 0;
	if (alive) { /* a zombie that nobody reaps is dead */
		char status[2000] = "";
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd >= 0 && read(fd, status, sizeof(status) - 1) > 0)
			alive = !strstr(status, "State:\tZ");
		if (fd >= 0)
			close(fd);
	}
	free(text);
	return alive;
}

static void a_program_that_hangs_is_ended_with_its_group(void **state)
{
	uint64_t until_ns;

	(void)state;
	/* deaf to SIGTERM, with a child */
	begin_exec("trap '' TERM; echo $$ > %s/parent; sleep 300 & echo $! > %s/child; while :; do sleep 300; done", "      timeout: 300ms\n");
	fire(1);
	while (!counts(0).failed_count)
		poll(NULL, 0, 5);
	assert_string_equal(counts(0).error, "/bin/sh: no answer in time");
	until_ns = io_now_ns() + 5 * NS_PER_S;
	while (is_alive("child") && io_now_ns() < until_ns)
		poll(NULL, 0, 5);
	assert_false(is_alive("child"));
}

static void what_a_program_that_fails_leaves_in_its_group_is_ended(void **state)
{
	uint64_t until_ns;

	(void)state;
	begin_exec("(trap '' TERM; sleep 300) & echo $! >> %s/child; exit 7", "");
	fire(1);
	while (!counts(0).failed_count)
		poll(NULL, 0, 5);
	until_ns = io_now_ns() + 5 * NS_PER_S;
	while (is_alive("child") && io_now_ns() < until_ns)
		poll(NULL, 0, 5);
	assert_false(is_alive("child"));
}

static void what_a_program_leaves_behind_after_a_good_end_goes_on(void **state)
{
	char *text;
	size_t length;

	(void)state;
	begin_exec("sleep 300 & echo $! > %s/child", "");
	fire(1);
	await_sent(0, 1);
	assert_true(is_alive("child"));
	text = slurp("child", &length);
	kill(atoi(text), SIGKILL);
	free(text);
}

static void the_end_does_not_wait_for_a_program_that_hangs(void **state)
{
	uint64_t before_ns;
	size_t length = 0;

	(void)state;
	begin_exec("trap '' TERM; echo $$ > %s/parent; sleep 300", "      timeout: 300s\n");
	fire(1);
	while (!length) {
		free(slurp("parent", &length));
		poll(NULL, 0, 5);
	}
	before_ns = io_now_ns();
	notify_free(world.sink);
	world.sink = NULL;
	assert_true(io_now_ns() - before_ns < 1000 * NS_PER_MS);
	before_ns = io_now_ns();
	while (is_alive("parent") && io_now_ns() - before_ns < 5 * NS_PER_S)
		poll(NULL, 0, 5);
	assert_false(is_alive("parent"));
	assert_true(was_said("receiver 'prog' (exec): 1 message was not delivered"));
}

static void a_program_that_is_not_there_is_said(void **state)
{
	(void)state;
	world_begin_sink(&world, "receivers: [{name: prog, exec: {command: /nowhere/page}}]\nroute: {receiver: prog, group_wait: 0}\n", &options);
	fire(1);
	while (!counts(0).failed_count)
		poll(NULL, 0, 1);
	assert_string_equal(counts(0).error, "/nowhere/page: No such file or directory");
}

/* ---- the journal, the log, the sink itself ---- */

static void without_a_journal_it_is_said_once_and_counted(void **state)
{
	(void)state;
	options.journal_socket = "/nowhere/socket";
	world_begin_sink(&world, "receivers: [{name: j, journal: {}}]\nroute: {receiver: j, group_wait: 0}\n", &options);
	fire(1);
	while (counts(0).failed_count < 3)
		poll(NULL, 0, 1);
	pthread_mutex_lock(&said.lock);
	assert_string_equal(said.text.bytes,
			    "receiver 'j' (journal): /nowhere/socket: No such file or directory; what it shall get waits and is tried again\n");
	pthread_mutex_unlock(&said.lock);
}

static struct buf logged;
static void log_line(void *arg, const char *level, const char *line, size_t length)
{
	(void)arg;
	buf_format(&logged, "%s ", level);
	buf_add(&logged, line, length);
}

static void a_receiver_of_kind_log_writes_into_our_log(void **state)
{
	struct alert *alert;
	char *second;

	(void)state;
	buf_reset(&logged);
	options.log = log_line;
	world_begin_sink(&world, "receivers: [{name: us, log: {}}]\nroute: {receiver: us, group_wait: 0, group_interval: 0}\n", &options);
	alert = world_fire(&world, "Slow", "warning", 1);
	world_run(&world, 1);
	world_state(&world, alert, ALERT_RESOLVED);
	world_run(&world, 1);
	assert_memory_equal(logged.bytes, "warning {\"v\":1,\"ts\":", 20);
	second = strchr(logged.bytes, '\n') + 1;
	assert_memory_equal(second, "info {\"v\":1,\"ts\":", 17);
	assert_non_null(strstr(second, "\"notification\":\"resolved\""));
	assert_int_equal(counts(0).sent_count, 2);
	buf_fini(&logged);
}

static void without_a_log_its_messages_are_counted_as_dropped(void **state)
{
	(void)state;
	world_begin_sink(&world, "receivers: [{name: us, log: {}}]\nroute: {receiver: us, group_wait: 0}\n", &options);
	fire(1);
	assert_int_equal(counts(0).dropped_count, 1);
	assert_true(was_said("receiver 'us' (log): there is no log to write to"));
}

static void a_new_file_moves_what_waits_to_the_new_address(void **state)
{
	struct notify_config *old = NULL, *new;
	unsigned port = 0;
	int fd = serve_net(AF_INET, SOCK_DGRAM, &port);
	char line[9000];

	(void)state;
	begin_remote("127.0.0.1", 1, "");
	fire(1);
	while (!counts(0).failed_count)
		poll(NULL, 0, 1);
	snprintf(line, sizeof(line), "receivers: [{name: net, syslog-remote: {address: '127.0.0.1:%u', transport: udp}}, {name: more, log: {}}]\n"
				     "route: {receiver: net, group_wait: 0}\n", port);
	new = notify_compile("n.yaml", line, strlen(line));
	assert_non_null(new);
	old = world.config;
	assert_int_equal(notify_reload(world.sink, new), 0);
	world.config = new;
	notify_config_free(old);
	receive(fd, line, sizeof(line));
	assert_non_null(strstr(line, "pid=\"1\""));
	await_sent(0, 1);
	close(fd);
}

static void what_arrives_at_the_end_is_in_the_told_state(void **state)
{
	int fd = serve(SOCK_DGRAM);
	struct buf told = {0};
	char line[9000];

	(void)state;
	world_begin_sink(&world, "receivers: [{name: ops, syslog: {}}]\nroute: {receiver: ops, group_wait: 5m}\n", &options);
	world_fire(&world, "Slow", "critical", 1);
	world.view.end_reason = TT_END_STOPPED;
	world_run(&world, 1);
	notify_state_print(world.sink, &told);
	assert_string_equal(told.bytes, "{\"version\":1,\"told\":[]}");
	receive(fd, line, sizeof(line));
	notify_flush(world.sink);
	buf_reset(&told);
	notify_state_print(world.sink, &told);
	assert_non_null(strstr(told.bytes, "{\"alert_id\":\"0000000000001001\",\"receiver\":\"ops\",\"state\":\"firing\","));
	buf_fini(&told);
	close(fd);
}

static void a_path_that_no_socket_can_have_is_refused(void **state)
{
	char path[200];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	options.syslog_socket = path;
	world_make(&world, ONE);
	assert_int_equal(notify_new(&world.sink, world.config, &options), -ENAMETOOLONG);
	assert_true(was_said("the path of a socket has at most 107 bytes"));
}

static void the_counts_are_json(void **state)
{
	struct buf out = {0};

	(void)state;
	world_begin_sink(&world, ONE, &options);
	notify_counts_print(world.sink, &out);
	assert_string_equal(out.bytes, "[{\"receiver\":\"ops\",\"kind\":\"syslog\",\"queued\":0,\"sent\":0,\"failed\":0,\"dropped\":0,\"resent\":0}]");
	buf_fini(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_datagram_is_the_line_of_syslog_3),
		TEST(a_stream_gets_the_nul_behind_each_line),
		TEST(a_logger_that_starts_later_gets_everything_in_order),
		TEST(what_a_full_queue_let_go_comes_again_many_at_a_time),
		TEST(what_a_dead_logger_had_not_read_is_sent_to_the_next),
		TEST(a_logger_that_does_not_read_holds_up_nobody),
		TEST(tcp_frames_are_counted_in_octets),
		TEST(what_a_tcp_reader_left_unread_is_sent_again),
		TEST(what_a_tcp_reader_that_hung_left_unread_comes_again_when_it_is_killed),
		TEST(a_tcp_reader_that_closes_in_order_gets_a_message_at_most_twice),
		TEST(a_connection_that_was_closed_while_idle_is_opened_anew),
		TEST(udp_is_one_datagram_per_message_over_ipv6_as_well),
		TEST(a_udp_port_that_nobody_reads_is_tried_again),
		TEST(a_name_that_does_not_resolve_and_a_port_that_refuses_are_said),
		TEST(a_program_gets_json_on_stdin_and_nothing_else_of_ours),
		TEST(a_program_that_fails_is_run_again_and_its_first_words_are_kept),
		TEST(a_program_need_not_read_what_it_gets),
		TEST(a_program_that_hangs_is_ended_with_its_group),
		TEST(what_a_program_that_fails_leaves_in_its_group_is_ended),
		TEST(what_a_program_leaves_behind_after_a_good_end_goes_on),
		TEST(the_end_does_not_wait_for_a_program_that_hangs),
		TEST(a_program_that_is_not_there_is_said),
		TEST(without_a_journal_it_is_said_once_and_counted),
		TEST(a_receiver_of_kind_log_writes_into_our_log),
		TEST(without_a_log_its_messages_are_counted_as_dropped),
		TEST(a_new_file_moves_what_waits_to_the_new_address),
		TEST(what_arrives_at_the_end_is_in_the_told_state),
		TEST(a_path_that_no_socket_can_have_is_refused),
		TEST(the_counts_are_json),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	buf_fini(&said.text);
	return failed;
}

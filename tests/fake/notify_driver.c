// SPDX-License-Identifier: Apache-2.0
/*
 * The notify sink alone, in real time, for the root tests of its receivers.
 *   notify_driver FILE [--syslog-socket PATH] [--retry-ms N] [--state PATH]
 * In, on stdin, one command a line: fire|resolve|end|restore|ack NAME SEVERITY PID, storm NAME SEVERITY COUNT, reload FILE, counts, quit.
 * Out: a line for each command: ok, or the counts as JSON. It ticks every 20 ms in between.
 * --state: the told-state is read at the start and written at each new generation, as the tracer's state file does.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"
#include "config/notify.h"
#include "config/yaml.h"
#include "sink/notify.h"

#define ALERTS 20000
#define TICK_MS 20

struct one {
	struct alert alert;
	struct labels *labels;
	struct label annotations[1];
	char name[64], severity[32], pid[16];
};

static struct driver {
	struct notify_config *config;
	struct sink *sink;
	struct view view;
	struct one *all;
	size_t count;
	const char *state;
	uint64_t generation;
} driver;

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void link_alerts(void)
{
	const struct alert **at = &driver.view.alerts;

	*at = NULL;
	for (size_t i = 0; i < driver.count; i++) {
		if (driver.all[i].alert.state != ALERT_FIRING)
			continue;
		*at = &driver.all[i].alert;
		driver.all[i].alert.next = NULL;
		at = &driver.all[i].alert.next;
	}
}

static void write_state(void)
{
	struct buf text = {0};
	char *path;
	int fd;

	if (!driver.state || notify_state_generation(driver.sink) == driver.generation)
		return;
	driver.generation = notify_state_generation(driver.sink);
	notify_state_print(driver.sink, &text);
	path = mem_format("%s.new", driver.state);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0 && write(fd, text.bytes, text.length) == (ssize_t)text.length && !fsync(fd))
		rename(path, driver.state);
	close(fd);
	free(path);
	buf_fini(&text);
}

static void tick(void)
{
	driver.view.now_ns = clock_ns(CLOCK_MONOTONIC);
	link_alerts();
	driver.sink->ops->on_tick(driver.sink, &driver.view);
	write_state();
}

static struct one *find(const char *name, const char *severity, const char *pid)
{
	struct one *one;
	uint64_t id = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < driver.count; i++)
		if (!strcmp(driver.all[i].name, name) && !strcmp(driver.all[i].severity, severity) && !strcmp(driver.all[i].pid, pid))
			return &driver.all[i];
	if (driver.count == ALERTS)
		exit(refuse(1, "too many alerts"));
	one = &driver.all[driver.count++];
	snprintf(one->name, sizeof(one->name), "%s", name);
	snprintf(one->severity, sizeof(one->severity), "%s", severity);
	snprintf(one->pid, sizeof(one->pid), "%s", pid);
	for (const char *word = name; word; word = word == name ? severity : word == severity ? pid : NULL)
		for (const char *c = word; *c; c++)
			id = (id ^ (unsigned char)*c) * 0x100000001b3ull;
	one->labels = mem_new(sizeof(*one->labels) + 4 * sizeof(struct label));
	one->labels->count = 4;
	one->labels->items[0] = (struct label){"alertname", one->name};
	one->labels->items[1] = (struct label){"engine", "test"};
	one->labels->items[2] = (struct label){"pid", one->pid};
	one->labels->items[3] = (struct label){"severity", one->severity};
	one->annotations[0] = (struct label){"summary", "requests take long"};
	one->alert = (struct alert){
		.id = id,
		.name = one->name,
		.group = "g",
		.tier = !strcmp(severity, "warning") ? TIER_WARNING : !strcmp(severity, "critical") ? TIER_CRITICAL : TIER_EMERGENCY,
		.labels = one->labels,
		.annotations = one->annotations,
		.annotations_count = 1,
		.value = 12.5,
		.has_threshold = true,
		.threshold = 10,
		.comparison = ">",
		.trace_id = {0x9f, 0x86, 0xd0, 0x81, 0x88, 0x4c, 0x7d, 0x65, 0x9a, 0x2f, 0xea, 0xa0, 0xc5, 0x5a, 0xd0, 0x15},
	};
	return one;
}

static void change(struct one *one, enum alert_state state, enum alert_change what)
{
	uint64_t now_ns = view_axis_ns(&driver.view, clock_ns(CLOCK_MONOTONIC));

	if (state == ALERT_FIRING && one->alert.state != ALERT_FIRING) {
		one->alert.active_at_real_ns = one->alert.fired_at_real_ns = now_ns;
		one->alert.ended_at_real_ns = 0;
	}
	if (state != ALERT_FIRING)
		one->alert.ended_at_real_ns = now_ns;
	if (state == ALERT_ENDED)
		snprintf(one->alert.reason, sizeof(one->alert.reason), "process %s is gone", one->pid);
	one->alert.state = state;
	one->alert.change = what;
	one->alert.changed_at_real_ns = now_ns;
	driver.sink->ops->on_alert(driver.sink, &driver.view, &one->alert);
}

static int reload(const char *path)
{
	struct notify_config *config = notify_load(path), *old = driver.config;

	if (!config)
		return -1;
	notify_reload(driver.sink, config);
	driver.config = config;
	notify_config_free(old);
	return 0;
}

/* False: quit. */
static bool obey(char *line)
{
	char *words[4] = {NULL}, *rest = line;
	struct buf out = {0};
	struct one *one;

	for (size_t i = 0; i < 4; i++)
		words[i] = strsep(&rest, " ");
	if (!words[0] || !strcmp(words[0], "quit"))
		return false;
	if (!strcmp(words[0], "counts")) {
		notify_counts_print(driver.sink, &out);
	} else if (!strcmp(words[0], "reload")) {
		buf_text(&out, reload(words[1]) ? "refused" : "ok");
	} else if (!strcmp(words[0], "storm")) {
		for (int i = 0; i < atoi(words[3]); i++) {
			char pid[16];

			snprintf(pid, sizeof(pid), "%d", i);
			change(find(words[1], words[2], pid), ALERT_FIRING, ALERT_CHANGE_STATE);
		}
	} else {
		one = find(words[1], words[2], words[3]);
		if (!strcmp(words[0], "ack"))
			one->alert.ack.at_real_ns = 1;
		if (!strcmp(words[0], "restore"))
			change(one, ALERT_FIRING, ALERT_CHANGE_RESTORED);
		else
			change(one, !strcmp(words[0], "resolve") ? ALERT_RESOLVED : !strcmp(words[0], "end") ? ALERT_ENDED : ALERT_FIRING,
			       !strcmp(words[0], "ack") ? ALERT_CHANGE_ACK : ALERT_CHANGE_STATE);
	}
	if (!out.length)
		buf_text(&out, "ok");
	printf("%s\n", out.bytes);
	fflush(stdout);
	buf_fini(&out);
	return true;
}

static void run(void)
{
	struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
	char line[4096];
	size_t filled = 0;

	for (;;) {
		char *end;
		ssize_t got;

		if (poll(&ready, 1, TICK_MS) == 1) {
			got = read(STDIN_FILENO, line + filled, sizeof(line) - 1 - filled);
			if (got <= 0)
				return;
			filled += (size_t)got;
			line[filled] = '\0';
		}
		while ((end = memchr(line, '\n', filled))) {
			*end = '\0';
			if (!obey(line))
				return;
			filled -= (size_t)(end + 1 - line);
			memmove(line, end + 1, filled);
		}
		tick();
	}
}

static void load_state(void)
{
	char *text;
	size_t length;

	if (!driver.state || access(driver.state, F_OK) || yaml_read_file(driver.state, &text, &length))
		return;
	notify_state_load(driver.sink, text, length);
	free(text);
}

int main(int argc, char **argv)
{
	struct notify_options options = {.host = "testhost"};

	for (int i = 2; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--syslog-socket"))
			options.syslog_socket = argv[i + 1];
		else if (!strcmp(argv[i], "--retry-ms"))
			options.retry_min_ns = (uint64_t)atoi(argv[i + 1]) * NS_PER_MS, options.retry_max_ns = 4 * options.retry_min_ns;
		else if (!strcmp(argv[i], "--state"))
			driver.state = argv[i + 1];
	}
	driver.config = argc > 1 ? notify_load(argv[1]) : NULL;
	if (!driver.config || notify_new(&driver.sink, driver.config, &options))
		return 2;
	driver.all = mem_array(ALERTS, sizeof(*driver.all));
	driver.view.axis_mono_ns = driver.view.clock_mono_ns = driver.view.now_ns = clock_ns(CLOCK_MONOTONIC);
	driver.view.axis_real_ns = driver.view.clock_real_ns = clock_ns(CLOCK_REALTIME);
	load_state();
	printf("ready\n");
	fflush(stdout);
	run();
	driver.view.end_reason = TT_END_STOPPED;
	tick();
	notify_free(driver.sink);
	notify_config_free(driver.config);
	return 0;
}

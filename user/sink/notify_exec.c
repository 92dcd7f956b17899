// SPDX-License-Identifier: Apache-2.0
/*
 * In: messages. Out: a program run once per message, the JSON on its stdin. Exit status 0 = delivered.
 * The rule that surprises: the program is a session of its own with nothing of ours but stdin, and when its time is
 * over or it fails, its whole group ends with it, else each retry would add to it; what it leaves running after a good
 * end is its own affair.
 */
#include "sink/notify_carrier.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "sink/alert_words.h"
#include "sink/notify_text.h"
#include "sink/words.h"

#define JSON_BYTES	 (1u << 20)
#define TERM_PATIENCE_NS (2 * NS_PER_S) /* between SIGTERM and SIGKILL */
#define KILL_PATIENCE_NS (100 * NS_PER_MS)
#define ENV_MAX		 24
#define ENV_BYTES	 1024

struct exec_run {
	pid_t pid;
	int pidfd;
	int to_fd;   /* its stdin; -1 = closed */
	int from_fd; /* its stdout and stderr; -1 = closed */
	struct buf json;
	size_t written_bytes;
	char said[100]; /* the first line that it said */
	size_t said_length;
	bool has_said;
	int status;
};

/* ---- environment ---- */

struct exec_env {
	char *items[ENV_MAX + 1];
	size_t count;
};

static void env_add(struct exec_env *env, const char *name, const char *value)
{
	struct buf item = {0};
	size_t length = strlen(value);

	if (env->count == ENV_MAX)
		return;
	buf_format(&item, "%s=", name);
	text_clean(&item, value, length < ENV_BYTES ? length : ENV_BYTES, false);
	env->items[env->count++] = item.bytes;
}

static void env_number(struct exec_env *env, const char *name, double number)
{
	struct buf text = {0};

	alert_words_number(&text, number);
	env_add(env, name, text.bytes);
	buf_fini(&text);
}

static void env_fill(struct exec_env *env, const struct notify_carrier *carrier, const struct notify_message *message)
{
	const struct notify_note *note = message->notes[0];
	struct buf said = {0};
	char text[32];

	env_add(env, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	env_add(env, "LANG", "C.UTF-8");
	env_add(env, "TTSOBS_EVENT", notify_event_words[message->event]);
	env_add(env, "TTSOBS_RECEIVER", carrier->receiver->name);
	snprintf(text, sizeof(text), "%zu", message->count);
	env_add(env, "TTSOBS_COUNT", text);
	env_add(env, "TTSOBS_SEVERITY",
		message->count == 1 ? notify_severity_word(note) : alert_words_tier(message->tier));
	env_add(env, "TTSOBS_STATE", alert_words_state(note->state));
	notify_sentence(&said, message, ENV_BYTES);
	env_add(env, "TTSOBS_MESSAGE", said.bytes);
	buf_fini(&said);
	if (message->count > 1)
		return;
	env_add(env, "TTSOBS_ALERT_ID", words_span_id(note->id).text);
	env_add(env, "TTSOBS_RULE", note->name);
	env_number(env, "TTSOBS_VALUE", note->value);
	if (note->has_threshold)
		env_number(env, "TTSOBS_THRESHOLD", note->threshold);
	env_add(env, "TTSOBS_TRACE_ID", note->trace_id);
	env_add(env, "TTSOBS_PID", notify_note_label(note, "pid"));
	env_add(env, "TTSOBS_ENGINE", notify_note_label(note, "engine"));
	env_add(env, "TTSOBS_SERVICE", notify_note_label(note, "service"));
	env_add(env, "TTSOBS_UNKNOWN", note->is_unknown ? "1" : "0");
	env_add(env, "TTSOBS_REASON", note->reason);
}

/* ---- the process ---- */

static int start(struct exec_run *run, const struct notify_receiver *receiver, char *const *env, int in_fd, int out_fd)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in_fd, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out_fd, STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	posix_spawn_file_actions_addchdir_np(&actions, "/");
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
	error = posix_spawn(&run->pid, receiver->command[0], &actions, &attributes,
			    (char *const *)(uintptr_t)receiver->command, env);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		return -error;
	run->pidfd = (int)syscall(SYS_pidfd_open, run->pid, 0); /* -1: then it is asked every 50 ms */
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void write_some(struct exec_run *run)
{
	ssize_t put;

	if (run->to_fd < 0)
		return;
	put = write(run->to_fd, run->json.bytes + run->written_bytes, run->json.length - run->written_bytes);
	if (put > 0)
		run->written_bytes += (size_t)put;
	/* a program that does not read has its reasons: EPIPE is no failure, its exit status tells */
	if (run->written_bytes == run->json.length || (put < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&run->to_fd);
}

static void read_some(struct exec_run *run)
{
	char bytes[4096];
	ssize_t got;

	if (run->from_fd < 0)
		return;
	got = read(run->from_fd, bytes, sizeof(bytes));
	if (!got || (got < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&run->from_fd);
	for (ssize_t i = 0; i < got && !run->has_said; i++) {
		if (bytes[i] == '\n')
			run->has_said = run->said_length > 0;
		else if (run->said_length < sizeof(run->said) - 1)
			run->said[run->said_length++] = bytes[i];
		else
			run->has_said = true;
	}
}

/* It is left unreaped: so its number, and its group's, cannot become another's before we have signalled. */
static bool has_ended(const struct exec_run *run)
{
	siginfo_t what = {.si_pid = 0};

	return waitid(P_PID, (id_t)run->pid, &what, WEXITED | WNOHANG | WNOWAIT) < 0 || what.si_pid == run->pid;
}

static bool has_failed(const struct exec_run *run)
{
	siginfo_t what = {.si_pid = 0};

	return !waitid(P_PID, (id_t)run->pid, &what, WEXITED | WNOHANG | WNOWAIT) && what.si_pid == run->pid &&
	       (what.si_code != CLD_EXITED || what.si_status);
}

static void reap(struct exec_run *run)
{
	/* somebody made the kernel reap: nothing is known, so nothing is claimed to be wrong */
	if (waitpid(run->pid, &run->status, WNOHANG) < 0)
		run->status = 0;
}

/* Until the process has ended (0), the instant is over, or the cut is ordered. */
static int attend(struct exec_run *run, const struct notify_carrier *carrier, uint64_t until_ns)
{
	while (!has_ended(run)) {
		struct pollfd fds[4] = {
			{.fd = carrier->cut_fd, .events = POLLIN},
			{.fd = run->pidfd, .events = POLLIN},
			{.fd = run->to_fd, .events = POLLOUT},
			{.fd = run->from_fd, .events = POLLIN},
		};
		uint64_t now_ns = io_now_ns();
		uint64_t left_ms = until_ns > now_ns ? (until_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS : 0;

		if (!left_ms)
			return -ETIMEDOUT;
		if (run->pidfd < 0 && left_ms > 50)
			left_ms = 50;
		if (poll(fds, 4, left_ms > 60000 ? 60000 : (int)left_ms) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			return -ECANCELED;
		if (fds[2].revents)
			write_some(run);
		if (fds[3].revents)
			read_some(run);
	}
	return 0;
}

static void end_group(struct exec_run *run, struct notify_carrier *carrier, bool at_once)
{
	struct notify_carrier deaf = {.cut_fd = -1};

	if (!at_once) {
		kill(-run->pid, SIGTERM);
		attend(run, carrier, io_now_ns() + TERM_PATIENCE_NS);
	}
	kill(-run->pid, SIGKILL);
	attend(run, &deaf, io_now_ns() + KILL_PATIENCE_NS);
}

/* ---- one message ---- */

static int open_pipes(int in[2], int out[2])
{
	if (pipe2(in, O_CLOEXEC))
		return -errno;
	if (pipe2(out, O_CLOEXEC)) {
		int error = -errno;

		close(in[0]);
		close(in[1]);
		return error;
	}
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	return 0;
}

static enum notify_put judge(struct exec_run *run, struct notify_carrier *carrier)
{
	const char *command = carrier->receiver->command[0];

	if (WIFEXITED(run->status) && !WEXITSTATUS(run->status))
		return NOTIFY_DELIVERED;
	run->said[run->said_length] = '\0';
	snprintf(carrier->error, sizeof(carrier->error),
		 WIFEXITED(run->status) ? "%.60s: exit status %d%s%.70s" : "%.60s: killed by signal %d%s%.70s", command,
		 WIFEXITED(run->status) ? WEXITSTATUS(run->status) : WTERMSIG(run->status),
		 run->said_length ? ": " : "", run->said);
	return NOTIFY_FAILED;
}

static enum notify_put exec_put(struct notify_carrier *carrier, const struct notify_message *message)
{
	uint64_t until_ns = io_now_ns() + carrier->receiver->timeout_ns;
	struct exec_run run = {.pidfd = -1, .to_fd = -1, .from_fd = -1};
	struct exec_env env = {.count = 0};
	enum notify_put put;
	int in[2], out[2];
	int error = open_pipes(in, out);

	if (error)
		return notify_failed(carrier, error, carrier->receiver->command[0]);
	notify_json(&run.json, message, carrier->receiver->name, true, JSON_BYTES);
	buf_char(&run.json, '\n');
	env_fill(&env, carrier, message);
	error = start(&run, carrier->receiver, env.items, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	run.to_fd = in[1];
	run.from_fd = out[0];
	if (error) {
		put = notify_failed(carrier, error, carrier->receiver->command[0]);
	} else {
		error = attend(&run, carrier, until_ns);
		if (error)
			end_group(&run, carrier, error == -ECANCELED);
		else if (has_failed(&run))
			kill(-run.pid, SIGKILL);
		read_some(&run);
		reap(&run);
		put = error ? notify_failed(carrier, error, carrier->receiver->command[0]) : judge(&run, carrier);
	}
	close_fd(&run.pidfd);
	close_fd(&run.to_fd);
	close_fd(&run.from_fd);
	buf_fini(&run.json);
	for (size_t i = 0; i < env.count; i++)
		free(env.items[i]);
	return put;
}

const struct notify_carrier_ops notify_exec_ops = {.put = exec_put};

// SPDX-License-Identifier: Apache-2.0
/*
 * In: a request. Out: the tracer's answer, or why there is none.
 * The rule that surprises: a socket file says nothing, only a connection does: tracers that were
 * killed leave theirs.
 */
#include "app/ctl_parts.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/control.h"
#include "app/control_place.h"
#include "base/auto.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"
#include "sink/member.h"

/* The tracer's own limits one after another, and some air. */
#define ANSWER_MS                                                                                  \
	(CONTROL_CLIENT_MS + CONTROL_SHOW_MS * CONTROL_CLIENTS + CONTROL_SAVE_MS + 5000)
#define ANSWER_DEPTH  32
#define TRACERS_MAX   64
#define TARGETS_SHOWN 3

void ctl_write(const struct buf *text)
{
	io_write_all(STDOUT_FILENO, text->bytes, text->length); /* if it fails, nobody reads */
}

int ctl_fail(const struct ctl_options *options, int exit_code, const char *code, const char *format,
	     ...)
{
	struct json_object *object;
	struct buf line = {0};
	va_list arguments;
	char *sentence;

	va_start(arguments, format);
	sentence = mem_vformat(format, arguments);
	va_end(arguments);
	if (options->as_json) {
		object = member_object();
		member_flag(object, "ok", false);
		member_word(object, "code", code);
		member_string(object, "error", sentence);
		member_print(&line, object);
		ctl_write(&line);
	} else {
		warn("%s", sentence);
	}
	buf_fini(&line);
	free(sentence);
	return exit_code;
}

static int fail_connect(const struct ctl_options *options, const char *path, int error)
{
	if (error == -ENOENT || error == -ECONNREFUSED)
		return ctl_fail(options, EXIT_CODE_TARGET, "no_tracer", "no tracer listens at %s",
				path);
	if (error == -EACCES || error == -EPERM)
		return ctl_fail(
			options, EXIT_CODE_PRIVILEGE, "not_permitted",
			"%s: only root, the tracer's user and members of group " CONTROL_GROUP
			" may ask",
			path);
	return ctl_fail(options, EXIT_CODE_RUNTIME, "not_connected", "%s: %s", path,
			strerror(-error));
}

static int send_all(int fd, const struct buf *request)
{
	size_t done = 0;

	while (done < request->length) {
		ssize_t sent =
			send(fd, request->bytes + done, request->length - done, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) /* it may have refused us without reading: its answer says why */
			return errno == EPIPE || errno == ECONNRESET ? 0 : -errno;
		done += (size_t)sent;
	}
	return 0;
}

/* A line, without its newline. -ETIME, -EPIPE (it ended before), -E2BIG. */
static int read_line(int fd, struct buf *line)
{
	uint64_t end_ms = io_now_ns() / NS_PER_MS + ANSWER_MS;
	char part[1 << 16];

	for (;;) {
		struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
		uint64_t now_ms = io_now_ns() / NS_PER_MS;
		ssize_t length;

		if (now_ms >= end_ms || !poll(&poll_fd, 1, (int)(end_ms - now_ms)))
			return -ETIME;
		length = recv(fd, part, sizeof(part), MSG_DONTWAIT);
		if (length < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (length <= 0)
			return -EPIPE;
		buf_add(line, part, (size_t)length);
		if (memchr(part, '\n', (size_t)length)) {
			line->length = (size_t)((char *)memchr(line->bytes, '\n', line->length) -
						line->bytes);
			line->bytes[line->length] = '\0';
			return 0;
		}
		if (line->length > CONTROL_ANSWER_MAX_BYTES)
			return -E2BIG;
	}
}

static struct json_object *parse_answer(const struct buf *line)
{
	struct json_tokener *tokener = json_tokener_new_ex(ANSWER_DEPTH);
	struct json_object *answer =
		tokener ? json_tokener_parse_ex(tokener, line->bytes, (int)line->length) : NULL;

	if (tokener)
		json_tokener_free(tokener);
	if (answer && !json_object_is_type(answer, json_type_object)) {
		json_object_put(answer);
		return NULL;
	}
	return answer;
}

static struct json_object *exchange(int fd, const struct buf *request, int *error)
{
	struct json_object *answer = NULL;
	struct buf line = {0};

	*error = send_all(fd, request);
	if (!*error)
		*error = read_line(fd, &line);
	if (!*error) {
		answer = parse_answer(&line);
		*error = answer ? 0 : -EBADMSG;
	}
	buf_fini(&line);
	return answer;
}

struct json_object *ctl_call(const struct ctl_options *options, const char *path,
			     const struct buf *request, int *exit_code)
{
	auto_fd int fd = io_connect(path, SOCK_STREAM);
	struct json_object *answer;
	int error;

	if (fd < 0) {
		*exit_code = fail_connect(options, path, fd);
		return NULL;
	}
	answer = exchange(fd, request, &error);
	if (answer)
		return answer;
	switch (error) {
	case -ETIME:
		*exit_code = ctl_fail(options, EXIT_CODE_RUNTIME, "no_answer",
				      "%s: no answer within %d s", path, ANSWER_MS / 1000);
		break;
	case -EPIPE:
		*exit_code = ctl_fail(options, EXIT_CODE_RUNTIME, "no_answer",
				      "%s: the tracer ended, or hung up, before it answered", path);
		break;
	default:
		*exit_code = ctl_fail(options, EXIT_CODE_RUNTIME, "no_answer",
				      "%s: what came is no answer of a tracer", path);
		break;
	}
	return NULL;
}

/* --- which tracer --- */

struct tracers {
	char *paths[TRACERS_MAX];
	size_t count;
	int first_error; /* of a socket that is there and lets us not in; of a directory as well */
	char *first_path;
};

static void note_error(struct tracers *tracers, const char *path, int error)
{
	if (tracers->first_error || error == -ENOENT || error == -ECONNREFUSED || error == -ENOTDIR)
		return;
	tracers->first_error = error;
	tracers->first_path = mem_string(path);
}

static void look_at(struct tracers *tracers, const char *path)
{
	int fd = io_connect(path, SOCK_STREAM);

	if (fd < 0) {
		note_error(tracers, path, fd);
		return;
	}
	close(fd);
	if (tracers->count < TRACERS_MAX)
		tracers->paths[tracers->count++] = mem_string(path);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*a)->d_name, (*b)->d_name);
}

static void look_into(struct tracers *tracers, const char *directory)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, NULL, by_name);

	if (count < 0) {
		note_error(tracers, directory, -errno);
		return;
	}
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		size_t digits = strspn(name, "0123456789");
		auto_free char *path = mem_format("%s/%s", directory, name);

		if (digits && !strcmp(name + digits, ".sock"))
			look_at(tracers, path);
		free(entries[i]);
	}
	free(entries);
}

/* "espeak.service (pid 7), x (pid 8)", or what is known. */
static char *targets_of(const char *path)
{
	const struct buf request = {.bytes = (char *)(uintptr_t) "{\"command\":\"status\"}\n",
				    .length = 21};
	auto_fd int fd = io_connect(path, SOCK_STREAM);
	struct json_object *answer, *targets;
	struct buf text = {0};
	size_t count = 0;
	int error;

	answer = fd < 0 ? NULL : exchange(fd, &request, &error);
	targets = answer ? ctl_array(answer, "targets", &count) : NULL;
	for (size_t i = 0; i < count && i < TARGETS_SHOWN; i++) {
		struct json_object *target = json_object_array_get_idx(targets, i);

		buf_format(&text, "%s%s (pid %llu)", i ? ", " : "", ctl_text(target, "service"),
			   (unsigned long long)ctl_count(target, "pid"));
	}
	if (count > TARGETS_SHOWN)
		buf_format(&text, " and %zu more", count - TARGETS_SHOWN);
	if (!text.length)
		buf_text(&text, "an unknown target");
	json_object_put(answer);
	return text.bytes;
}

static int fail_several(const struct ctl_options *options, const struct tracers *tracers)
{
	int exit_code = ctl_fail(
		options, EXIT_CODE_USAGE, "several_tracers",
		"%zu tracers are running; say which one by --control PATH:", tracers->count);

	for (size_t i = 0; i < tracers->count && !options->as_json; i++) {
		auto_free char *targets = targets_of(tracers->paths[i]);

		warn("  --control %s   traces %s", tracers->paths[i], targets);
	}
	return exit_code;
}

static int choose(const struct ctl_options *options, const struct tracers *tracers, char **path)
{
	if (tracers->count == 1) {
		*path = mem_string(tracers->paths[0]);
		return EXIT_CODE_OK;
	}
	if (tracers->count)
		return fail_several(options, tracers);
	if (tracers->first_error)
		return fail_connect(options, tracers->first_path, tracers->first_error);
	return ctl_fail(options, EXIT_CODE_TARGET, "no_tracer", "no tracer is running");
}

int ctl_find(const struct ctl_options *options, char **path)
{
	struct tracers tracers = {0};
	char *directory;
	int exit_code;

	if (options->control_path) {
		*path = mem_string(options->control_path);
		return EXIT_CODE_OK;
	}
	for (size_t i = 0; (directory = control_place_search(i)); i++) {
		look_into(&tracers, directory);
		free(directory);
	}
	exit_code = choose(options, &tracers, path);
	for (size_t i = 0; i < tracers.count; i++)
		free(tracers.paths[i]);
	free(tracers.first_path);
	return exit_code;
}

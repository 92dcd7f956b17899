// SPDX-License-Identifier: Apache-2.0
/*
 * In: connections. Out: one answer each, and what was asked for in the flow.
 * The rules that surprise: changes go one at a time (the next one waits until the view shows the
 * last), so a new silence is known by its place; and when all places are taken, the client that has
 * been longest at its request makes room, so nobody who is quick can be kept out by those who are
 * not.
 */
#include "app/control_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/state_lock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"
#include "sink/member.h"

#define RATE_NS	    (10 * NS_PER_S)
#define ACCEPTS_MAX 64 /* at one poll: tracing goes on */

uint64_t control_now_ms(const struct control *control)
{
	return control->options.now_ms ? control->options.now_ms(control->options.arg) : io_now_ns() / NS_PER_MS;
}

/* --- one client --- */

static void client_enter(const struct control *control, struct control_client *client,
			 enum control_phase phase)
{
	client->phase = phase;
	client->since_ms = control_now_ms(control);
}

static void client_end(struct control_client *client)
{
	close(client->fd);
	buf_fini(&client->in);
	buf_fini(&client->out);
	control_request_fini(&client->request);
	*client = (struct control_client){.fd = -1};
}

static void client_write(struct control_client *client)
{
	while (client->out_done < client->out.length) {
		ssize_t sent =
			send(client->fd, client->out.bytes + client->out_done,
			     client->out.length - client->out_done, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			return;
		if (sent < 0)
			break;
		client->out_done += (size_t)sent;
	}
	client_end(client);
}

static void client_answer(struct control *control, struct control_client *client,
			  struct json_object *answer)
{
	member_print(&client->out, answer);
	if (client->out.length > CONTROL_ANSWER_MAX_BYTES) {
		buf_reset(&client->out);
		member_print(&client->out, control_refusal("not_answered",
							   "the answer would be larger than %u MiB",
							   CONTROL_ANSWER_MAX_BYTES >> 20));
	}
	client_enter(control, client, PHASE_WRITE);
	client_write(client);
}

static void client_read(struct control *control, struct control_client *client)
{
	char part[4096];

	while (client->phase == PHASE_READ) {
		ssize_t length = recv(client->fd, part, sizeof(part), MSG_DONTWAIT);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0 && errno == EAGAIN)
			return;
		if (length < 0 || (!length && !client->in.length)) {
			client_end(client);
			return;
		}
		buf_add(&client->in, part, (size_t)length);
		if (length && memchr(part, '\n', (size_t)length))
			client_enter(control, client, PHASE_READY);
		else if (!length)
			client_answer(control, client,
				      control_refusal("bad_request",
						      "the request ends without a newline"));
		else if (client->in.length > CONTROL_REQUEST_MAX_BYTES)
			client_answer(control, client,
				      control_refusal("bad_request",
						      "the request is longer than %u KiB",
						      CONTROL_REQUEST_MAX_BYTES >> 10));
	}
}

/* --- what was asked --- */

static void client_wait_saved(struct control *control, struct control_client *client,
			      const struct view *view)
{
	struct state_file *state = control->options.state;
	bool is_kept = state && state_file_health(state).path;

	if (!is_kept || state_file_holds(state, client->change.generation))
		client_answer(control, client, control_done(client, view, is_kept));
}

static void client_wait_shown(struct control *control, struct control_client *client,
			      const struct view *view)
{
	struct json_object *refusal = NULL;

	if (!control_is_shown(client, view, &refusal))
		return;
	if (refusal) {
		client_answer(control, client, refusal);
		return;
	}
	if (control->options.state)
		state_file_note(control->options.state, view);
	client->change.generation = view->state_generation;
	client_enter(control, client, PHASE_SAVE);
	client_wait_saved(control, client, view);
}

static void client_run(struct control *control, struct control_client *client,
		       const struct view *view)
{
	struct json_object *answer = client->request.command->run(control, client, view);

	if (answer) {
		client_answer(control, client, answer);
		return;
	}
	client_enter(control, client, PHASE_SHOW);
	client_wait_shown(control, client, view);
}

static bool is_changing(const struct control *control)
{
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].phase == PHASE_SHOW)
			return true;
	return false;
}

static void client_begin(struct control *control, struct control_client *client,
			 const struct view *view)
{
	const char *end = memchr(client->in.bytes, '\n', client->in.length);
	size_t length = (size_t)(end - client->in.bytes);
	struct json_object *refusal = NULL;

	if (client->request.command) { /* it was read before, and waited for another's change */
		client_run(control, client, view);
		return;
	}
	if (length > CONTROL_REQUEST_MAX_BYTES)
		refusal = control_refusal("bad_request", "the request is longer than %u KiB",
					  CONTROL_REQUEST_MAX_BYTES >> 10);
	else if (length + 1 != client->in.length)
		refusal = control_refusal(
			"bad_request",
			"something follows the request; there is one to a connection");
	else
		refusal = control_request_read(&client->request, client->in.bytes, length);
	if (refusal)
		client_answer(control, client, refusal);
	else if (!client->request.command->is_change || !is_changing(control))
		client_run(control, client, view);
}

static void client_late(struct control *control, struct control_client *client)
{
	switch (client->phase) {
	case PHASE_READ:
		client_answer(control, client,
			      control_refusal("bad_request", "the request did not come within %d s",
					      CONTROL_CLIENT_MS / 1000));
		break;
	case PHASE_READY:
	case PHASE_SHOW:
		client_answer(control, client,
			      control_refusal("not_done", "the change did not show within %d s",
					      CONTROL_SHOW_MS / 1000));
		break;
	case PHASE_SAVE:
		client_answer(
			control, client,
			control_refusal(
				"not_saved",
				"it is done, but the state file could not be written: it would "
				"not survive a restart of the tracer"));
		break;
	default:
		client_end(client);
		break;
	}
}

static uint64_t limit_ms(enum control_phase phase)
{
	switch (phase) {
	case PHASE_SHOW:
		return CONTROL_SHOW_MS;
	case PHASE_SAVE:
		return CONTROL_SAVE_MS;
	case PHASE_READY:
		return CONTROL_SHOW_MS *
		       CONTROL_CLIENTS; /* each before it may take all of its time */
	default:
		return CONTROL_CLIENT_MS;
	}
}

/* --- coming and going --- */

static struct control_client *find_room(struct control *control)
{
	struct control_client *oldest = NULL;

	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		struct control_client *client = &control->clients[i];

		if (client->phase == PHASE_FREE)
			return client;
		if (client->phase == PHASE_READ && (!oldest || client->ordinal < oldest->ordinal))
			oldest = client;
	}
	return oldest;
}

static void send_off(int fd, struct json_object *refusal)
{
	struct buf line = {0};

	member_print(&line, refusal);
	if (send(fd, line.bytes, line.length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		debug("control: a client that was refused did not hear it: %s", strerror(errno));
	buf_fini(&line);
}

static bool is_permitted(struct control *control, int fd, uid_t *uid)
{
	struct control_peer peer;
	bool may =
		!control_peer_read(&peer, fd) && control_peer_may(&peer, geteuid(), control->group);

	*uid = peer.uid;
	if (!may) {
		control->refused_count++;
		send_off(fd, control_refusal(
				     "not_permitted",
				     "only root, the tracer's user and members of group %s may ask",
				     CONTROL_GROUP));
	}
	control_peer_fini(&peer);
	return may;
}

static void take_client(struct control *control, struct control_client *client, int fd, uid_t uid)
{
	if (client->phase != PHASE_FREE) {
		send_off(client->fd,
			 control_refusal("busy",
					 "there are too many clients, and this one was slow"));
		client_end(client);
	}
	client->fd = fd;
	client->uid = uid;
	client->ordinal = ++control->arrivals_count;
	client_enter(control, client, PHASE_READ);
	client_read(control, client);
}

static void accept_all(struct control *control)
{
	for (unsigned i = 0; i < ACCEPTS_MAX; i++) {
		struct control_client *client = find_room(control);
		uid_t uid;
		int fd;

		if (!client)
			return;
		fd = accept4(control->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return; /* nobody more; or no descriptor: they stay in the queue */
		if (is_permitted(control, fd, &uid))
			take_client(control, client, fd, uid);
		else
			close(fd);
	}
}

int control_connect(struct control *control)
{
	struct control_client *client = find_room(control);
	int fds[2];

	if (!client)
		return -EBUSY;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds))
		return -errno;
	take_client(control, client, fds[0], geteuid());
	return fds[1];
}

static void note_rate(struct control *control, const struct view *view)
{
	const struct control_sample now = {view->now_ns, view->tallies->records_count};

	if (control->newer.at_ns && now.at_ns - control->newer.at_ns < RATE_NS)
		return;
	control->older = control->newer.at_ns ? control->newer : now;
	control->newer = now;
}

size_t control_fds(struct control *control, struct pollfd *fds, size_t max)
{
	size_t count = 0;
	bool has_waiting = false;

	if (count < max && control->listen_fd >= 0 && find_room(control))
		fds[count++] = (struct pollfd){.fd = control->listen_fd, .events = POLLIN};
	for (size_t i = 0; i < CONTROL_CLIENTS && count < max; i++) {
		const struct control_client *client = &control->clients[i];

		has_waiting |= client->phase == PHASE_SAVE;
		if (client->phase == PHASE_READ || client->phase == PHASE_WRITE)
			fds[count++] = (struct pollfd){
				.fd = client->fd,
				.events = client->phase == PHASE_READ ? POLLIN : POLLOUT};
	}
	if (has_waiting && count < max)
		fds[count++] = (struct pollfd){.fd = state_file_fd(control->options.state),
					       .events = POLLIN};
	return count;
}

int control_timeout_ms(const struct control *control)
{
	uint64_t now_ms = control_now_ms(control), least_ms = UINT64_MAX;

	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		const struct control_client *client = &control->clients[i];
		uint64_t end_ms = client->since_ms + limit_ms(client->phase);

		if (client->phase != PHASE_FREE && end_ms < least_ms)
			least_ms = end_ms;
	}
	if (least_ms == UINT64_MAX)
		return -1;
	return least_ms > now_ms ? (int)(least_ms - now_ms) : 0;
}

static bool is_ready(const struct pollfd *fds, size_t count, int fd)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i].fd == fd && fds[i].revents)
			return true;
	return false;
}

static void drain_event(const struct control *control)
{
	uint64_t count;

	if (read(state_file_fd(control->options.state), &count, sizeof(count)) < 0)
		return; /* nothing was in it */
}

static struct control_client *next_ready(struct control *control)
{
	struct control_client *first = NULL;
	bool is_blocked = is_changing(control);

	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		struct control_client *client = &control->clients[i];

		if (client->phase != PHASE_READY || (is_blocked && client->request.command))
			continue;
		if (!first || client->ordinal < first->ordinal)
			first = client;
	}
	return first;
}

static void serve_all(struct control *control, const struct view *view)
{
	struct control_client *client;

	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		if (control->clients[i].phase == PHASE_SHOW)
			client_wait_shown(control, &control->clients[i], view);
		else if (control->clients[i].phase == PHASE_SAVE)
			client_wait_saved(control, &control->clients[i], view);
	}
	/* ends: a client that was begun is no more READY, or is blocked by a change that is */
	while ((client = next_ready(control)))
		client_begin(control, client, view);
}

void control_poll(struct control *control, const struct pollfd *fds, size_t count,
		  const struct view *view)
{
	uint64_t now_ms;

	note_rate(control, view);
	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		struct control_client *client = &control->clients[i];

		if (client->phase == PHASE_READ && is_ready(fds, count, client->fd))
			client_read(control, client);
		else if (client->phase == PHASE_WRITE && is_ready(fds, count, client->fd))
			client_write(client);
	}
	if (control->listen_fd >= 0 && is_ready(fds, count, control->listen_fd))
		accept_all(control);
	if (control->options.state && is_ready(fds, count, state_file_fd(control->options.state)))
		drain_event(control);
	serve_all(control, view);
	now_ms = control_now_ms(control);
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].phase != PHASE_FREE &&
		    now_ms - control->clients[i].since_ms >= limit_ms(control->clients[i].phase))
			client_late(control, &control->clients[i]);
}

int control_new(struct control **result, const struct control_options *options)
{
	struct control *control = mem_new(sizeof(*control));
	int error;

	control->options = *options;
	control->lock_fd = -1;
	control->listen_fd = -1;
	control->group = control_place_group();
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		control->clients[i].fd = -1;
	if (options->is_private) {
		*result = control;
		return 0;
	}
	control->path = options->path ? mem_string(options->path) : control_default_path();
	error = control->path ? control_open(control) : -ENOENT;
	if (!error) {
		*result = control;
		return 0;
	}
	if (control->lock_fd >= 0)
		state_lock_drop(control->path, control->lock_fd);
	if (control->listen_fd >= 0)
		close(control->listen_fd);
	free(control->path);
	free(control);
	return error;
}

const char *control_path(const struct control *control)
{
	return control->path;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].phase != PHASE_FREE)
			client_end(&control->clients[i]);
	if (control->path) {
		unlink(control->path);
		close(control->listen_fd);
		state_lock_drop(control->path, control->lock_fd);
	}
	free(control->path);
	free(control);
}

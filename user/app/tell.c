// SPDX-License-Identifier: Apache-2.0
/*
 * In: requests of the dashboard. Out: control requests over a socketpair, and sentences made of
 * their answers. The rule that surprises: the control code has a time-out for everything; ours is
 * for the case that it never answers, and then nobody knows whether it was done, which is said.
 */
#include "app/tell.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <json-c/json.h>

#include "app/ctl_parts.h"
#include "base/auto.h"
#include "base/mem.h"
#include "base/units.h"
#include "sink/member.h"
#include "sink/words.h"

/* The control code's own limits one after another, and some air. */
#define ANSWER_MS (CONTROL_CLIENT_MS + CONTROL_SHOW_MS * CONTROL_CLIENTS + CONTROL_SAVE_MS + 5000)
#define SHORT_ID  8 /* digits, as the list shows them */

struct told_request {
	enum tui_request_kind kind;
	struct buf line; /* the request */
	struct told_request *next;
};

struct tell {
	struct control *control;
	struct told_request *first, *last;
	size_t count;
	int fd; /* of the first; -1 = not yet asked */
	size_t sent_bytes;
	uint64_t since_ms;
	struct buf answer;
};

struct tell *tell_new(struct control *control)
{
	struct tell *tell = mem_new(sizeof(*tell));

	tell->control = control;
	tell->fd = -1;
	return tell;
}

static void let_go_first(struct tell *tell)
{
	struct told_request *request = tell->first;

	if (tell->fd >= 0)
		close(tell->fd);
	tell->fd = -1;
	tell->sent_bytes = 0;
	buf_reset(&tell->answer);
	tell->first = request->next;
	if (!tell->first)
		tell->last = NULL;
	tell->count--;
	buf_fini(&request->line);
	free(request);
}

void tell_free(struct tell *tell)
{
	if (!tell)
		return;
	while (tell->first)
		let_go_first(tell);
	buf_fini(&tell->answer);
	free(tell);
}

/* --- asking --- */

static void print_request(struct buf *line, const struct tui_request *request)
{
	static const char *const commands[] = {
		[TUI_ACK] = "ack",
		[TUI_RESOLVE] = "resolve",
		[TUI_SILENCE] = "silence",
		[TUI_UNSILENCE] = "unsilence",
	};
	struct json_object *object = member_object();

	member_word(object, "command", commands[request->kind]);
	if (request->kind == TUI_SILENCE) {
		member_string(object, "matchers", request->matchers);
		member_string(object, "for", request->duration);
	} else if (request->kind == TUI_UNSILENCE) {
		member_count(object, "id", request->id);
	} else {
		member_word(object, "id", words_span_id(request->id).text);
	}
	if (request->kind != TUI_UNSILENCE && request->comment && *request->comment)
		member_string(object, "comment", request->comment);
	member_print(line, object);
}

int tell_ask(struct tell *tell, const struct tui_request *request, char **why)
{
	struct told_request *asked;

	if (tell->count >= TELL_MAX) {
		*why = mem_format(
			"%zu requests are under way already: try again when they are done",
			tell->count);
		return -EBUSY;
	}
	asked = mem_new(sizeof(*asked));
	asked->kind = request->kind;
	print_request(&asked->line, request);
	if (tell->last)
		tell->last->next = asked;
	else
		tell->first = asked;
	tell->last = asked;
	tell->count++;
	return 0;
}

/* --- sentences --- */

static const char *saved_words(struct json_object *answer)
{
	return ctl_flag(answer, "saved") ? "saved" : "not saved: this tracer keeps no state";
}

/* Of the alert: its name, or what the list shows of its id. */
static char *name_of(struct json_object *answer)
{
	const char *name = ctl_text(answer, "alert");

	return *name ? mem_string(name)
		     : mem_format("alert %.*s", SHORT_ID, ctl_text(answer, "id"));
}

static char *done_sentence(enum tui_request_kind kind, struct json_object *answer)
{
	auto_free char *name = name_of(answer);

	switch (kind) {
	case TUI_ACK:
		return mem_format("%s is acknowledged (%s)", name, saved_words(answer));
	case TUI_RESOLVE:
		return mem_format("%s is resolved by hand (%s)", name, saved_words(answer));
	case TUI_SILENCE:
		return mem_format("silence %" PRIu64 " holds for %s (%s): %s",
				  ctl_count(answer, "id"),
				  words_short_ns(ctl_count(answer, "ends_in_ns")).text,
				  saved_words(answer), ctl_text(answer, "matchers"));
	default:
		return mem_format("silence %" PRIu64 " is over (%s)", ctl_count(answer, "id"),
				  saved_words(answer));
	}
}

/* "ambiguous" names those it may be. */
static char *refusal_sentence(struct json_object *answer)
{
	struct buf sentence = {0};
	size_t count;
	struct json_object *candidates = ctl_array(answer, "candidates", &count);

	buf_text(&sentence, *ctl_text(answer, "error") ? ctl_text(answer, "error")
						       : "the tracer refused, and did not say why");
	for (size_t i = 0; i < count; i++) {
		struct json_object *candidate = json_object_array_get_idx(candidates, i);

		buf_format(&sentence, "%s%s %s", i ? ", " : ": ", ctl_text(candidate, "id"),
			   ctl_text(candidate, "alert"));
	}
	return sentence.bytes;
}

struct listener {
	void (*answer)(void *arg, bool is_done, const char *sentence);
	void *arg;
};

static void finish(struct tell *tell, const struct listener *listener, bool is_done,
		   const char *sentence)
{
	let_go_first(tell);
	listener->answer(listener->arg, is_done, sentence);
}

static void finish_answered(struct tell *tell, const struct listener *listener)
{
	struct json_object *answer =
		tell->answer.length ? json_tokener_parse(tell->answer.bytes) : NULL;
	bool is_done = ctl_flag(answer, "ok");
	auto_free char *sentence = is_done ? done_sentence(tell->first->kind, answer) : NULL;

	if (!answer)
		sentence = mem_string("the tracer gave no answer: look whether it was done");
	else if (!is_done)
		sentence = refusal_sentence(answer);
	json_object_put(answer);
	finish(tell, listener, is_done, sentence);
}

/* --- the way --- */

static void begin(struct tell *tell, const struct listener *listener)
{
	int fd = control_connect(tell->control);

	if (fd < 0) {
		finish(tell, listener, false,
		       fd == -EBUSY ? "too many clients ask the tracer at once: try again"
				    : strerror(-fd));
		return;
	}
	tell->fd = fd;
	tell->since_ms = control_now_ms(tell->control);
}

static bool send_some(struct tell *tell)
{
	const struct buf *line = &tell->first->line;

	while (tell->sent_bytes < line->length) {
		ssize_t sent = send(tell->fd, line->bytes + tell->sent_bytes,
				    line->length - tell->sent_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN;
		tell->sent_bytes += (size_t)sent;
	}
	return true;
}

/* False: the answer is as whole as it will be. */
static bool receive_some(struct tell *tell)
{
	char part[4096];

	for (;;) {
		ssize_t length = recv(tell->fd, part, sizeof(part), MSG_DONTWAIT);

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return length < 0 && errno == EAGAIN;
		buf_add(&tell->answer, part, (size_t)length);
		if (memchr(part, '\n', (size_t)length))
			return false;
	}
}

size_t tell_fds(struct tell *tell, struct pollfd *fds, size_t max)
{
	if (tell->fd < 0 || !max)
		return 0;
	fds[0] = (struct pollfd){.fd = tell->fd, .events = POLLIN};
	if (tell->sent_bytes < tell->first->line.length)
		fds[0].events |= POLLOUT;
	return 1;
}

void tell_poll(struct tell *tell, void (*answer)(void *arg, bool is_done, const char *sentence), void *arg)
{
	const struct listener listener = {answer, arg};

	/* what poll said is not asked: one read that finds nothing is cheaper than to miss what came after it */
	while (tell->first) {
		if (tell->fd < 0)
			begin(tell, &listener);
		if (tell->fd < 0)
			continue;
		if (!send_some(tell) || !receive_some(tell)) {
			finish_answered(tell, &listener);
			continue;
		}
		if (control_now_ms(tell->control) - tell->since_ms < ANSWER_MS)
			return;
		finish(tell, &listener, false,
		       "the tracer did not answer in time: look whether it was done");
	}
}

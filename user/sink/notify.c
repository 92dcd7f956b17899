// SPDX-License-Identifier: Apache-2.0
/*
 * In: alerts and ticks. Out: a dispatch that decides, and one queue with a thread per receiver that delivers.
 * The rule that surprises: receivers of kind log have no queue: our log is asynchronous itself, and so its records
 * stand in the order of the alerts.
 */
#include "sink/notify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"
#include "sink/member.h"
#include "sink/notify_dispatch.h"
#include "sink/notify_queue.h"
#include "sink/notify_text.h"

#define FLUSH_PATIENCE_NS (400 * NS_PER_MS) /* and 100 ms for those that have to be cut */
#define RETRY_MIN_NS	  (1 * NS_PER_S)
#define RETRY_MAX_NS	  (60 * NS_PER_S)

struct notify_outlet {		     /* one receiver */
	struct notify_queue *queue;  /* NULL: kind log */
	struct notify_counts counts; /* of kind log */
	struct notify_message *reports, **last_report;
};

struct notify {
	struct sink sink;
	const struct notify_config *config;
	struct notify_options options;
	struct notify_queue_options queue_options;
	struct notify_dispatch *dispatch;
	struct notify_outlet *outlets; /* by receiver */
	char *host;
	bool is_flushed;
};

/* ---- delivering ---- */

static const char *const log_levels[] = {"critical", "critical", "critical", "error",
					 "warning",  "info",	 "info",     "debug"};

static void write_log(struct notify *notify, size_t receiver, const struct notify_message *message)
{
	const struct notify_receiver *settings = &notify->config->receivers[receiver];
	const char *level = log_levels[notify_severity(settings, message)];
	struct buf line = {0};

	notify_log_line(&line, message, settings->name, level);
	notify->options.log(notify->options.log_arg, level, line.bytes, line.length);
	buf_fini(&line);
}

static void deliver(void *arg, size_t receiver, struct notify_message *message)
{
	struct notify *notify = arg;
	struct notify_outlet *outlet = &notify->outlets[receiver];

	if (outlet->queue) {
		notify_queue_add(outlet->queue, message);
		return;
	}
	message->is_delivered = notify->options.log != NULL;
	if (message->is_delivered) {
		write_log(notify, receiver, message);
		outlet->counts.sent_count++;
	} else if (!outlet->counts.dropped_count++) {
		warn("receiver '%s' (log): there is no log to write to: give --log", outlet->counts.name);
	}
	/* the dispatch is in the middle of its work: it hears of it at the next tick, as from a queue */
	message->next = NULL;
	*outlet->last_report = message;
	outlet->last_report = &message->next;
}

/* Half of the queue is kept for what is new. */
static bool has_room(void *arg, size_t receiver)
{
	struct notify *notify = arg;
	struct notify_counts counts;

	if (!notify->outlets[receiver].queue)
		return notify->options.log != NULL;
	notify_queue_counts(notify->outlets[receiver].queue, &counts);
	return !counts.queued_count || counts.queued_count < notify->config->receivers[receiver].queue_count / 2;
}

static void take_reports(struct notify *notify, struct notify_outlet *outlet)
{
	struct notify_message *message, *next;

	if (outlet->queue) {
		message = notify_queue_reports(outlet->queue);
	} else {
		message = outlet->reports;
		outlet->reports = NULL;
		outlet->last_report = &outlet->reports;
	}
	for (; message; message = next) {
		next = message->next;
		notify_dispatch_report(notify->dispatch,
				       outlet->queue ? notify_queue_name(outlet->queue) : outlet->counts.name, message);
		notify_message_free(message);
	}
}

static void on_alert(struct sink *sink, const struct view *view, const struct alert *alert)
{
	(void)view;
	notify_dispatch_alert(((struct notify *)sink)->dispatch, alert);
}

static void on_tick(struct sink *sink, const struct view *view)
{
	struct notify *notify = (struct notify *)sink;

	for (size_t i = 0; i < notify->config->receivers_count; i++)
		take_reports(notify, &notify->outlets[i]);
	notify_dispatch_tick(notify->dispatch, view);
}

static const struct sink_ops notify_ops = {.name = "notify", .on_alert = on_alert, .on_tick = on_tick};

/* ---- receivers ---- */

static bool needs_queue(const struct notify_receiver *receiver)
{
	return receiver->kind != NOTIFY_LOG;
}

/* As RFC 5424 wants it: printable ASCII without spaces. */
static char *clean_host(const char *given)
{
	char name[256] = "";

	if (!given && gethostname(name, sizeof(name) - 1))
		name[0] = '\0';
	if (given)
		strncpy(name, given, sizeof(name) - 1);
	for (char *c = name; *c; c++)
		if (*c <= ' ' || *c >= 0x7f)
			*c = '_';
	return mem_string(*name ? name : "-");
}

static void stop_outlets(const struct notify_outlet *outlets, size_t count)
{
	uint64_t until_ns = io_now_ns() + FLUSH_PATIENCE_NS;

	for (size_t i = 0; i < count; i++)
		if (outlets[i].queue)
			notify_queue_stop(outlets[i].queue);
	for (size_t i = 0; i < count; i++)
		if (outlets[i].queue)
			notify_queue_wait(outlets[i].queue, until_ns);
	for (size_t i = 0; i < count; i++)
		if (outlets[i].queue)
			notify_queue_cut(outlets[i].queue);
	until_ns = io_now_ns() + NOTIFY_CUT_PATIENCE_NS;
	for (size_t i = 0; i < count; i++)
		if (outlets[i].queue)
			notify_queue_wait(outlets[i].queue, until_ns);
}

/* Queues included: whoever keeps one has taken it out before. */
static void free_outlets(struct notify_outlet *outlets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct notify_message *message, *next;

		if (outlets[i].queue)
			notify_queue_free(outlets[i].queue, io_now_ns());
		for (message = outlets[i].reports; message; message = next) {
			next = message->next;
			notify_message_free(message);
		}
	}
	free(outlets);
}

static struct notify_outlet *find_outlet(struct notify *notify, const struct notify_receiver *receiver)
{
	for (size_t i = 0; notify->outlets && i < notify->config->receivers_count; i++)
		if (!strcmp(notify->config->receivers[i].name, receiver->name) &&
		    needs_queue(receiver) == (notify->outlets[i].queue != NULL))
			return &notify->outlets[i];
	return NULL;
}

/*
 * Outlets for a config: those of the same name are borrowed (`old` marks them), others are made. NULL after a failure,
 * said.
 */
static struct notify_outlet *make_outlets(struct notify *notify, const struct notify_config *config)
{
	struct notify_outlet *outlets = mem_array(config->receivers_count + 1, sizeof(*outlets));
	size_t made = 0;
	int error = 0;

	for (; made < config->receivers_count && !error; made++) {
		const struct notify_receiver *receiver = &config->receivers[made];
		const struct notify_outlet *old = find_outlet(notify, receiver);

		outlets[made].last_report = &outlets[made].reports;
		outlets[made].counts = old ? old->counts : (struct notify_counts){.kind = NOTIFY_LOG};
		outlets[made].counts.name = receiver->name;
		if (!needs_queue(receiver))
			continue;
		if (old)
			outlets[made].queue = old->queue;
		else
			error = notify_queue_new(&outlets[made].queue, receiver, &notify->queue_options);
	}
	if (!error)
		return outlets;
	for (size_t i = 0; i < made; i++)
		if (outlets[i].queue && !find_outlet(notify, &config->receivers[i]))
			notify_queue_abandon(outlets[i].queue);
	free(outlets);
	return NULL;
}

/* ---- the sink ---- */

static int check_options(const struct notify_options *options)
{
	if (options->syslog_socket && strlen(options->syslog_socket) > IO_SOCKET_PATH_MAX)
		return refuse(-ENAMETOOLONG, "%s: the path of a socket has at most %zu bytes", options->syslog_socket,
			      IO_SOCKET_PATH_MAX);
	return 0;
}

int notify_new(struct sink **sink, const struct notify_config *config, const struct notify_options *options)
{
	struct notify_dispatch_hooks hooks = {.deliver = deliver, .has_room = has_room};
	struct notify *notify;
	int error = check_options(options);

	if (error)
		return error;
	notify = mem_new(sizeof(*notify));
	notify->sink.ops = &notify_ops;
	notify->options = *options;
	notify->host = clean_host(options->host);
	notify->queue_options = (struct notify_queue_options){
		.syslog_socket = options->syslog_socket,
		.journal_socket = options->journal_socket,
		.origin = {.host = notify->host, .pid = options->pid ? options->pid : (uint32_t)getpid()},
		.retry_min_ns = options->retry_min_ns ? options->retry_min_ns : RETRY_MIN_NS,
		.retry_max_ns = options->retry_max_ns ? options->retry_max_ns : RETRY_MAX_NS,
	};
	notify->outlets = make_outlets(notify, config);
	if (!notify->outlets) {
		free(notify->host);
		free(notify);
		return -EAGAIN;
	}
	notify->config = config;
	hooks.arg = notify;
	notify->dispatch = notify_dispatch_new(config, &hooks);
	*sink = &notify->sink;
	return 0;
}

int notify_reload(struct sink *sink, const struct notify_config *config)
{
	struct notify *notify = (struct notify *)sink;
	struct notify_outlet *outlets;

	for (size_t i = 0; i < notify->config->receivers_count; i++)
		take_reports(notify, &notify->outlets[i]); /* while their names still hold */
	outlets = make_outlets(notify, config);
	if (!outlets)
		return -EAGAIN;
	for (size_t i = 0; i < notify->config->receivers_count; i++) {
		struct notify_queue *queue = notify->outlets[i].queue;
		bool is_kept = false;

		for (size_t j = 0; j < config->receivers_count; j++)
			if (queue && outlets[j].queue == queue) {
				notify_queue_update(queue, &config->receivers[j]);
				is_kept = true;
			}
		if (queue && !is_kept)
			notify_queue_abandon(queue);
		notify->outlets[i].queue = NULL;
	}
	free_outlets(notify->outlets, notify->config->receivers_count);
	notify->outlets = outlets;
	notify->config = config;
	notify_dispatch_reload(notify->dispatch, config);
	return 0;
}

void notify_flush(struct sink *sink)
{
	struct notify *notify = (struct notify *)sink;

	if (!notify || notify->is_flushed)
		return;
	notify->is_flushed = true;
	stop_outlets(notify->outlets, notify->config->receivers_count);
	for (size_t i = 0; i < notify->config->receivers_count; i++)
		take_reports(notify, &notify->outlets[i]);
}

void notify_free(struct sink *sink)
{
	struct notify *notify = (struct notify *)sink;

	if (!notify)
		return;
	notify_flush(sink);
	free_outlets(notify->outlets, notify->config->receivers_count);
	notify_dispatch_free(notify->dispatch);
	free(notify->host);
	free(notify);
}

/* ---- what others want to know ---- */

size_t notify_counts(const struct sink *sink, struct notify_counts *counts, size_t max)
{
	const struct notify *notify = (const struct notify *)sink;

	for (size_t i = 0; i < notify->config->receivers_count && i < max; i++) {
		if (notify->outlets[i].queue)
			notify_queue_counts(notify->outlets[i].queue, &counts[i]);
		else
			counts[i] = notify->outlets[i].counts;
	}
	return notify->config->receivers_count;
}

void notify_counts_print(const struct sink *sink, struct buf *out)
{
	struct notify_counts counts[NOTIFY_MAX_RECEIVERS];
	size_t count = notify_counts(sink, counts, NOTIFY_MAX_RECEIVERS);
	struct json_object *list = member_array();

	for (size_t i = 0; i < count; i++) {
		struct json_object *one = member_object();

		member_string(one, "receiver", counts[i].name);
		member_word(one, "kind", notify_kind_word(counts[i].kind));
		member_count(one, "queued", counts[i].queued_count);
		member_count(one, "sent", counts[i].sent_count);
		member_count(one, "failed", counts[i].failed_count);
		member_count(one, "dropped", counts[i].dropped_count);
		member_count(one, "resent", counts[i].resent_count);
		if (*counts[i].error)
			member_string(one, "error", counts[i].error);
		member_append(list, one);
	}
	member_print_inside(out, list);
}

uint64_t notify_state_generation(const struct sink *sink)
{
	return notify_dispatch_generation(((const struct notify *)sink)->dispatch);
}

void notify_state_print(const struct sink *sink, struct buf *out)
{
	notify_dispatch_print(((const struct notify *)sink)->dispatch, out);
}

int notify_state_load(struct sink *sink, const char *text, size_t length)
{
	return notify_dispatch_load(((struct notify *)sink)->dispatch, text, length);
}

bool notify_next_escalation(const struct sink *sink, uint64_t alert_id, uint64_t *at_real_ns, const char **receiver)
{
	const struct notify *notify = (const struct notify *)sink;
	size_t index = notify_dispatch_next_step(notify->dispatch, alert_id, at_real_ns);

	if (index == notify->config->receivers_count)
		return false;
	*receiver = notify->config->receivers[index].name;
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden tests: readable events in, what every sink prints out.
 * usage: feed EVENTS OUTDIR ENGINE.yaml...   writes OUTDIR/{log,lines,report,timeline} and OUTDIR/recording
 *
 * An event per line: a kind, then key=value pairs. Times (at, mono, on, runq, blocked, preempted) are ns, or have a unit
 * (10ms, 3us). `pid` and `tid` stay as last said; `seq` counts by itself per tid unless given. # begins a comment.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/mem.h"
#include "config/engines.h"
#include "flow/flow.h"
#include "sink/sinks.h"

struct line {
	char *text;
	char *kind;
	char *keys[32];
	char *values[32];
	size_t count;
};

struct state {
	uint32_t pid, tid;
	struct {
		uint32_t tid, seq;
	} seqs[64];
	size_t seqs_count;
	struct flow *flow;
	unsigned number;
};

static void die(const struct state *state, const char *what, const char *which)
{
	fprintf(stderr, "events:%u: %s '%s'\n", state->number, what, which);
	exit(2);
}

static bool split(struct line *line, char *text)
{
	char *save = NULL;
	char *word;

	memset(line, 0, sizeof(*line));
	text[strcspn(text, "#\n")] = '\0';
	line->kind = strtok_r(text, " \t", &save);
	while (line->kind && (word = strtok_r(NULL, " \t", &save)) && line->count < 32) {
		char *equals = strchr(word, '=');

		line->keys[line->count] = word;
		line->values[line->count] = equals ? equals + 1 : word + strlen(word);
		if (equals)
			*equals = '\0';
		line->count++;
	}
	return line->kind;
}

static const char *find(const struct line *line, const char *key)
{
	for (size_t i = 0; i < line->count; i++)
		if (!strcmp(line->keys[i], key))
			return line->values[i];
	return NULL;
}

static uint64_t number(const struct state *state, const struct line *line, const char *key, uint64_t otherwise)
{
	static const struct {
		const char *unit;
		uint64_t factor;
	} units[] = { { "", 1 }, { "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 } };
	const char *text = find(line, key);
	char *end;
	uint64_t value;

	if (!text)
		return otherwise;
	value = strtoull(text, &end, 0);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].unit))
			return value * units[i].factor;
	die(state, "not a number:", text);
	return 0;
}

static void text_field(const struct line *line, const char *key, char *to, size_t to_bytes)
{
	const char *text = find(line, key);
	size_t used = 0;

	/* \xNN stands for any byte, so that hostile names can be written down */
	while (text && *text && used < to_bytes) {
		unsigned byte;

		if (sscanf(text, "\\x%2x", &byte) == 1) {
			to[used++] = (char)byte;
			text += 4;
		} else {
			to[used++] = *text++;
		}
	}
}

static uint32_t choose(const struct state *state, const struct line *line, const char *key, const char *const *names,
		       uint32_t otherwise)
{
	const char *text = find(line, key);

	if (!text)
		return otherwise;
	for (uint32_t i = 0; names[i]; i++)
		if (!strcmp(names[i], text))
			return i;
	die(state, "no such choice:", text);
	return 0;
}

static uint32_t *seq_of(struct state *state, uint32_t tid)
{
	for (size_t i = 0; i < state->seqs_count; i++)
		if (state->seqs[i].tid == tid)
			return &state->seqs[i].seq;
	if (state->seqs_count == 64)
		die(state, "too many threads", "");
	state->seqs[state->seqs_count].tid = tid;
	return &state->seqs[state->seqs_count++].seq;
}

static void head(struct state *state, const struct line *line, struct tt_head *to, uint16_t kind, size_t size)
{
	state->pid = (uint32_t)number(state, line, "pid", state->pid);
	state->tid = (uint32_t)number(state, line, "tid", state->tid);
	to->at_ns = number(state, line, "at", 0);
	to->pid = state->pid;
	to->tid = state->tid;
	to->kind = kind;
	to->size = (uint16_t)size;
	to->probe = (uint16_t)number(state, line, "probe", TT_NO_PROBE);
	to->flags = (uint32_t)number(state, line, "flags", 0);
	if (kind == TT_ENTER || kind == TT_LEAVE || kind == TT_EXIT) {
		uint32_t *seq = seq_of(state, state->tid);

		*seq = (uint32_t)number(state, line, "seq", *seq + 1);
		to->seq = *seq;
	}
}

/* Without `on` the thread ran all the time that the other three leave over. */
static void sums(const struct state *state, const struct line *line, const struct tt_head *from, struct tt_sums *to)
{
	to->runq_ns = number(state, line, "runq", 0);
	to->blocked_ns = number(state, line, "blocked", 0);
	to->preempted_ns = number(state, line, "preempted", 0);
	to->oncpu_ns = number(state, line, "on", from->at_ns - to->runq_ns - to->blocked_ns - to->preempted_ns);
}

static void values(const struct state *state, const struct line *line, __u64 *to)
{
	static const char *const keys[TT_VALUES] = { "v0", "v1", "v2", "v3" };

	for (int i = 0; i < TT_VALUES; i++)
		to[i] = number(state, line, keys[i], 0);
}

static void feed_enter(struct state *state, const struct line *line)
{
	struct tt_enter_named record = { 0 };
	struct tt_enter *enter = &record.enter;
	bool has_name = find(line, "name");
	size_t size = has_name ? sizeof(record) : sizeof(record.enter);

	head(state, line, &enter->head, TT_ENTER, size);
	sums(state, line, &enter->head, &enter->sums);
	enter->sp = number(state, line, "sp", 0x7000);
	enter->return_addr = number(state, line, "ret", 0x4000);
	values(state, line, enter->value);
	if (find(line, "text")) {
		enter->head.flags |= TT_F_TEXT;
		enter->text_bytes = (uint32_t)number(state, line, "text", 0);
		enter->fingerprint = number(state, line, "fp", enter->text_bytes);
	}
	if (has_name) {
		enter->head.flags |= TT_F_NAME;
		text_field(line, "name", record.name, sizeof(record.name));
	}
	flow_feed(state->flow, &enter->head, (uint32_t)size);
}

static void feed_leave(struct state *state, const struct line *line)
{
	struct tt_leave record = { 0 };

	head(state, line, &record.head, TT_LEAVE, sizeof(record));
	sums(state, line, &record.head, &record.sums);
	record.sp = number(state, line, "sp", 0x7000);
	record.return_value = number(state, line, "rax", 0);
	values(state, line, record.value);
	flow_feed(state->flow, &record.head, sizeof(record));
}

static void feed_exit(struct state *state, const struct line *line)
{
	struct tt_exit record = { 0 };

	head(state, line, &record.head, TT_EXIT, sizeof(record));
	sums(state, line, &record.head, &record.sums);
	text_field(line, "comm", record.comm, sizeof(record.comm));
	flow_feed(state->flow, &record.head, sizeof(record));
}

static void feed_clock(struct state *state, const struct line *line)
{
	struct tt_clock record = { 0 };

	head(state, line, &record.head, TT_CLOCK, sizeof(record));
	record.mono_ns = record.head.at_ns;
	record.real_ns = number(state, line, "real", 1700000000000000000ull);
	record.boot_ns = number(state, line, "boot", record.mono_ns);
	flow_feed(state->flow, &record.head, sizeof(record));
}

static void feed_tick(struct state *state, const struct line *line)
{
	struct tt_tick record = { 0 };

	head(state, line, &record.head, TT_TICK, sizeof(record));
	flow_feed(state->flow, &record.head, sizeof(record));
}

static void feed_lost(struct state *state, const struct line *line)
{
	static const char *const causes[] = { "none", "ring_enter", "ring_leave", "ring_other", "no_storage", "torn",
					      "unreadable", "missed", "malformed", "recording", NULL };
	struct tt_lost record = { 0 };

	head(state, line, &record.head, TT_LOST, sizeof(record));
	record.cause = choose(state, line, "cause", causes, 1);
	record.count = number(state, line, "count", 1);
	flow_feed(state->flow, &record.head, sizeof(record));
}

static void feed_proc(struct state *state, const struct line *line)
{
	static const char *const states[] = { "none", "seen", "gone", "exec", NULL };
	struct tt_proc record = { 0 };

	head(state, line, &record.head, TT_PROC, sizeof(record));
	record.start_at_ns = number(state, line, "start", 1);
	record.state = choose(state, line, "state", states, TT_PROC_SEEN);
	record.uid = (uint32_t)number(state, line, "uid", 1000);
	record.exit_code = (uint32_t)number(state, line, "exit_code", 0);
	text_field(line, "comm", record.comm, sizeof(record.comm));
	text_field(line, "service", record.service, sizeof(record.service));
	text_field(line, "exe", record.exe, sizeof(record.exe));
	flow_feed(state->flow, &record.head, sizeof(record));
}

static void feed_thread(struct state *state, const struct line *line)
{
	struct tt_thread record = { 0 };

	head(state, line, &record.head, TT_THREAD, sizeof(record));
	text_field(line, "comm", record.comm, sizeof(record.comm));
	flow_feed(state->flow, &record.head, sizeof(record));
}

static void feed_probe(struct state *state, const struct line *line)
{
	static const char *const modes[] = { "none", "uret", "ret", "caller", "after", "emulated", NULL };
	struct tt_probe record = { 0 };

	head(state, line, &record.head, TT_PROBE, sizeof(record));
	record.leave_mode = choose(state, line, "mode", modes, TT_LEAVE_URET);
	record.traits = (uint32_t)number(state, line, "traits", 0);
	record.enter_sites_count = record.leave_sites_count = 1;
	record.cost_ns = (uint32_t)number(state, line, "cost", 1800);
	text_field(line, "engine", record.engine, sizeof(record.engine));
	text_field(line, "label", record.label, sizeof(record.label));
	text_field(line, "name", record.probe_name, sizeof(record.probe_name));
	text_field(line, "symbol", record.symbol, sizeof(record.symbol));
	text_field(line, "object", record.object, sizeof(record.object));
	flow_feed(state->flow, &record.head, sizeof(record));
}

static void feed_gauge(struct state *state, const struct line *line)
{
	struct tt_gauge record = { 0 };

	head(state, line, &record.head, TT_GAUGE, sizeof(record));
	record.what = TT_GAUGE_HITS;
	record.value = number(state, line, "enters", 0);
	record.extra = number(state, line, "leaves", 0);
	flow_feed(state->flow, &record.head, sizeof(record));
}

static void feed_end(struct state *state, const struct line *line)
{
	static const char *const reasons[] = { "none", "stopped", "target", "duration", "truncated", "error", NULL };
	struct tt_end record = { 0 };

	head(state, line, &record.head, TT_END, sizeof(record));
	record.reason = choose(state, line, "reason", reasons, TT_END_TARGET);
	flow_feed(state->flow, &record.head, sizeof(record));
}

/* Bytes that are no record: a head whose size lies. */
static void feed_garbage(struct state *state, const struct line *line)
{
	struct tt_leave record = { 0 };

	head(state, line, &record.head, (uint16_t)number(state, line, "kind", TT_LEAVE),
	     (size_t)number(state, line, "says", 8));
	flow_feed(state->flow, &record.head, (uint32_t)number(state, line, "size", 40));
}

static const struct {
	const char *kind;
	void (*feed)(struct state *state, const struct line *line);
} kinds[] = {
	{ "enter", feed_enter }, { "leave", feed_leave }, { "exit", feed_exit },     { "clock", feed_clock },
	{ "tick", feed_tick },	 { "lost", feed_lost },	  { "proc", feed_proc },     { "thread", feed_thread },
	{ "probe", feed_probe }, { "gauge", feed_gauge }, { "end", feed_end },	     { "garbage", feed_garbage },
};

static void feed_file(struct state *state, const char *path)
{
	auto_file FILE *file = fopen(path, "r");
	auto_free char *text = NULL;
	size_t capacity = 0;
	struct line line;
	size_t i;

	if (!file)
		die(state, strerror(errno), path);
	while (getline(&text, &capacity, file) >= 0) {
		state->number++;
		if (!split(&line, text))
			continue;
		for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			if (!strcmp(kinds[i].kind, line.kind))
				break;
		if (i == sizeof(kinds) / sizeof(kinds[0]))
			die(state, "no such kind:", line.kind);
		kinds[i].feed(state, &line);
	}
}

static int out_file(const char *directory, const char *name)
{
	auto_free char *path = mem_format("%s/%s", directory, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0) {
		perror(path);
		exit(2);
	}
	return fd;
}

int main(int argc, char **argv)
{
	struct look look = { .columns = 100 };
	struct engine_set engines;
	struct sink *sinks[5];
	struct state state = { 0 };
	auto_free char *log_path = argc > 2 ? mem_format("%s/log", argv[2]) : NULL;
	auto_free char *recording_path = argc > 2 ? mem_format("%s/recording", argv[2]) : NULL;
	struct record_preamble preamble = { .tool_version = "golden", .run_id = 0x1234, .engines = &engines };

	if (argc < 4) {
		fprintf(stderr, "usage: feed EVENTS OUTDIR ENGINE.yaml...\n");
		return 2;
	}
	engines_init(&engines);
	for (int i = 3; i < argc; i++)
		if (engines_load_file(&engines, argv[i]))
			return 2;
	unlink(log_path);
	if (record_new(&sinks[0], recording_path, &preamble) || log_new(&sinks[1], &(struct log_options){ .path = log_path }))
		return 2;
	sinks[2] = lines_new(out_file(argv[2], "lines"), &look);
	sinks[3] = timeline_new(out_file(argv[2], "timeline"), &look, TIMELINE_LAST, 100, NULL);
	sinks[4] = report_new(out_file(argv[2], "report"), &look, false);
	state.flow = flow_new(&(struct flow_options){
		.engines = &engines, .run_id = 0x1234, .sinks = sinks, .sinks_count = 5 });
	feed_file(&state, argv[1]);
	report_free(sinks[4]);
	timeline_free(sinks[3]);
	lines_free(sinks[2]);
	log_free(sinks[1]);
	record_free(sinks[0]);
	flow_free(state.flow);
	engines_fini(&engines);
	return 0;
}

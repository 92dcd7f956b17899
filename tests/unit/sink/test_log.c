// SPDX-License-Identifier: Apache-2.0
/* The log: what a line holds, and that lines are whole or counted whatever happens to the file. */
#include "tests/unit/sink/log_bench.h"

/* --- what a line holds ------------------------------------------------------------------------------------ */

static void a_span_has_the_promised_keys_in_their_order(void **state)
{
	struct bench *bench = *state;
	struct span *span;
	struct json_object *object;

	sample_utterance(bench->sample, 1);
	span = &bench->sample->spans[2];
	span->has_return = true;
	span->return_value = -1;
	span->has_samples = span->has_text = true;
	span->samples_count = 512;
	span->text_bytes = 11;
	object = bench_span_line(bench, span);
	check_keys(object, "v ts level event msg trace_id span_id parent_span_id pid tid comm engine stage name "
			   "wall_ns oncpu_ns runq_ns blocked_ns preempted_ns status incomplete attrs start kind "
			   "role voluntary_count involuntary_count return_value samples text_bytes");
	assert_int_equal(check_count(object, "v"), 1);
	assert_string_equal(check_word(object, "ts"), "2026-11-24T07:32:00.027000000Z");
	assert_string_equal(check_word(object, "start"), "2026-11-24T07:32:00.021000000Z");
	assert_string_equal(check_word(object, "level"), "info");
	assert_string_equal(check_word(object, "event"), "span");
	assert_string_equal(check_word(object, "trace_id"), "9f86d081884c7d659a2feaa0c55ad015");
	assert_string_equal(check_word(object, "span_id"), "0000000000001002");
	assert_string_equal(check_word(object, "parent_span_id"), "0000000000001001");
	assert_string_equal(check_word(object, "stage"), "text to phonemes");
	assert_string_equal(check_word(object, "kind"), "call");
	assert_int_equal(check_count(object, "oncpu_ns") + check_count(object, "runq_ns") +
				 check_count(object, "blocked_ns") + check_count(object, "preempted_ns"),
			 check_count(object, "wall_ns"));
	assert_string_equal(check_word(object, "return_value"), "-1");
	json_object_put(object);
}

static void what_a_span_does_not_know_is_absent(void **state)
{
	struct bench *bench = *state;
	struct json_object *object;

	sample_utterance(bench->sample, 0);
	bench->sample->spans[0].has_split = false;
	object = bench_span_line(bench, &bench->sample->spans[0]);
	check_keys(object, "v ts level event msg trace_id span_id pid tid comm engine stage name wall_ns status "
			   "incomplete attrs start kind role");
	json_object_put(object);
}

static void an_orphan_has_no_trace_and_says_so(void **state)
{
	struct bench *bench = *state;
	struct json_object *object;

	sample_utterance(bench->sample, 0);
	memset(bench->sample->spans[0].trace_id, 0, 16);
	object = bench_span_line(bench, &bench->sample->spans[0]);
	assert_false(check_has(object, "trace_id"));
	assert_true(json_object_get_boolean(json_object_object_get(object, "orphan")));
	json_object_put(object);
}

static void a_text_is_a_length_or_unreadable_and_never_both(void **state)
{
	struct bench *bench = *state;
	struct span *span = &bench->sample->spans[0];
	struct json_object *object;

	sample_utterance(bench->sample, 0);
	span->has_text = span->text_cut = true;
	span->text_bytes = 4096;
	object = bench_span_line(bench, span);
	assert_int_equal(check_count(object, "text_bytes"), 4096);
	assert_true(check_has(object, "text_truncated"));
	assert_false(check_has(object, "text_unreadable"));
	json_object_put(object);
	span->text_unreadable = true;
	object = bench_span_line(bench, span);
	assert_false(check_has(object, "text_bytes"));
	assert_false(check_has(object, "text_truncated"));
	assert_true(check_has(object, "text_unreadable"));
	json_object_put(object);
}

static void arguments_are_numbers_and_pointers_are_hex(void **state)
{
	struct bench *bench = *state;
	struct span *span = &bench->sample->spans[0];
	struct json_object *object, *attrs;

	sample_utterance(bench->sample, 0);
	span->attrs[0] = (struct span_attr){ "minus", ARG_S32, UNIT_NONE, (uint64_t)-7 };
	span->attrs[1] = (struct span_attr){ "most", ARG_U64, UNIT_NONE, UINT64_MAX };
	span->attrs[2] = (struct span_attr){ "where", ARG_POINTER, UNIT_NONE, 0xdeadbeef };
	span->attrs[3] = (struct span_attr){ "words", ARG_TEXT, UNIT_NONE, 0x1234 };
	span->attrs[4] = (struct span_attr){ "bad\xff\"\n", ARG_U8, UNIT_NONE, 3 };
	span->attrs_count = 5;
	object = bench_span_line(bench, span);
	attrs = json_object_object_get(object, "attrs");
	assert_int_equal(json_object_object_length(attrs), 4);
	assert_int_equal(json_object_get_int64(json_object_object_get(attrs, "minus")), -7);
	assert_true(json_object_get_uint64(json_object_object_get(attrs, "most")) == UINT64_MAX);
	assert_string_equal(check_word(attrs, "where"), "0xdeadbeef");
	assert_int_equal(check_count(attrs, "bad\xef\xbf\xbd\"\\x0a"), 3);
	json_object_put(object);
}

static void a_trace_serves_both_readers_and_counts_its_audio(void **state)
{
	struct bench *bench = *state;
	struct json_object *object;
	struct trace *trace = sample_utterance(bench->sample, 45);

	bench_open(bench);
	bench->log->ops->on_trace(bench->log, &bench->sample->view, trace);
	object = bench_line(bench);
	check_keys(object, "v ts level event msg trace_id span_id pid tid comm engine stage name wall_ns status "
			   "incomplete attrs service start duration_ns first_audio_ns first_audio_from_dequeue_ns "
			   "audio_ns audio_samples audio_rate_hz audio_chunks rtf text_bytes queue_wait_ns spans");
	assert_int_equal(check_count(object, "wall_ns"), check_count(object, "duration_ns"));
	assert_string_equal(check_word(object, "ts"), "2026-11-24T07:32:00.100000000Z");
	assert_int_equal(check_count(object, "audio_samples"), 22050);
	assert_int_equal(check_count(object, "spans"), 48);
	assert_string_equal(check_word(object, "rtf"), "0.08");
	json_object_put(object);
}

static void what_a_trace_does_not_know_is_absent(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 0);
	struct json_object *object;

	trace->has_queue_wait = trace->has_first_audio = trace->has_audio = trace->has_rtf = false;
	trace->has_text = false;
	bench_open(bench);
	bench->log->ops->on_trace(bench->log, &bench->sample->view, trace);
	object = bench_line(bench);
	check_keys(object, "v ts level event msg trace_id span_id pid tid comm engine stage name wall_ns status "
			   "incomplete attrs service start duration_ns spans");
	json_object_put(object);
}

static void a_trace_that_is_ok_but_empty_says_so(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 0);
	struct json_object *object;

	trace->duration_ns = 722000;
	trace->empty = true;
	bench_open(bench);
	bench->log->ops->on_trace(bench->log, &bench->sample->view, trace);
	object = bench_line(bench);
	assert_string_equal(check_word(object, "msg"), "utterance ok but empty in 722 us");
	assert_string_equal(check_word(object, "level"), "info");
	assert_string_equal(check_word(object, "status"), "ok");
	json_object_put(object);
}

static void a_traces_split_is_there_only_when_it_adds_up(void **state)
{
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 0);
	struct json_object *object;

	trace->duration_ns = bench->sample->spans[0].wall_ns;
	bench_open(bench);
	bench->log->ops->on_trace(bench->log, &bench->sample->view, trace);
	object = bench_line(bench);
	assert_int_equal(check_count(object, "oncpu_ns") + check_count(object, "runq_ns") +
				 check_count(object, "blocked_ns") + check_count(object, "preempted_ns"),
			 check_count(object, "wall_ns"));
	json_object_put(object);
}

static void levels_follow_status(void **state)
{
	static const struct {
		enum span_status status;
		bool incomplete;
		const char *span;
		const char *trace;
	} cases[] = {
		{ STATUS_OK, false, "info", "info" },
		{ STATUS_OK, true, "info", "warning" },
		{ STATUS_CANCELLED, false, "warning", "warning" },
		{ STATUS_ABANDONED, false, "warning", "error" },
		{ STATUS_NO_END, false, "warning", "error" },
		{ STATUS_ERROR, false, "error", "error" },
	};
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 0);
	struct json_object *object;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bench->sample->spans[0].status = trace->status = cases[i].status;
		bench->sample->spans[0].incomplete = trace->incomplete = cases[i].incomplete;
		object = bench_span_line(bench, &bench->sample->spans[0]);
		assert_string_equal(check_word(object, "level"), cases[i].span);
		json_object_put(object);
		unlink(bench->path);
		bench_open(bench);
		bench->log->ops->on_trace(bench->log, &bench->sample->view, trace);
		object = bench_line(bench);
		assert_string_equal(check_word(object, "level"), cases[i].trace);
		json_object_put(object);
	}
}

static void numbers_that_json_cannot_say_are_left_out(void **state)
{
	static const double numbers[] = { NAN, INFINITY, -INFINITY };
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 0);
	struct json_object *object;
	size_t i;

	for (i = 0; i < 3; i++) {
		trace->rtf = numbers[i];
		unlink(bench->path);
		bench_open(bench);
		bench->log->ops->on_trace(bench->log, &bench->sample->view, trace);
		object = bench_line(bench);
		assert_false(check_has(object, "rtf"));
		json_object_put(object);
	}
}

static void ratios_read_back_as_the_same_number(void **state)
{
	static const double numbers[] = { 0.1,	  1.0 / 3, 1, 0,     1e-300,
					  1e300, 5e-324,  2, 123.456, 0.08123456789012345 };
	struct bench *bench = *state;
	struct trace *trace = sample_utterance(bench->sample, 0);
	struct json_object *object, *rtf;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		trace->rtf = numbers[i];
		unlink(bench->path);
		bench_open(bench);
		bench->log->ops->on_trace(bench->log, &bench->sample->view, trace);
		object = bench_line(bench);
		rtf = json_object_object_get(object, "rtf");
		assert_true(json_object_is_type(rtf, json_type_double));
		assert_true(json_object_get_double(rtf) == numbers[i]);
		json_object_put(object);
	}
}

static void any_bytes_in_names_give_json_that_reads_back(void **state)
{
	struct bench *bench = *state;
	struct span *span = &bench->sample->spans[0];
	struct buf comm = { 0 }, name = { 0 };
	struct json_object *object;
	char nasty[64];
	unsigned seed;

	sample_utterance(bench->sample, 0);
	for (seed = 1; seed < 256 + 200; seed++) {
		if (seed < 256) { /* every byte value first */
			snprintf(span->comm, sizeof(span->comm), "a%cb%c", (char)seed, (char)seed);
			snprintf(nasty, sizeof(nasty), "%c", (char)seed);
		} else {
			check_nasty(span->comm, sizeof(span->comm), seed);
			check_nasty(nasty, sizeof(nasty), seed * 7);
		}
		span->name = span->stage = nasty;
		object = bench_span_line(bench, span);
		buf_reset(&comm);
		buf_reset(&name);
		check_expect(&comm, span->comm);
		check_expect(&name, nasty);
		assert_string_equal(check_word(object, "comm"), comm.bytes);
		assert_string_equal(check_word(object, "name"), name.bytes);
		assert_string_equal(check_word(object, "stage"), name.bytes);
		json_object_put(object);
	}
	buf_fini(&comm);
	buf_fini(&name);
}

static void no_line_holds_a_raw_control_or_bidi_byte(void **state)
{
	struct bench *bench = *state;
	struct span *span = &bench->sample->spans[0];
	size_t length, at, used;
	char *text;

	sample_utterance(bench->sample, 0);
	strcpy(span->comm, "\033]0;x\007\xe2\x80\xae\x7f");
	span->name = "evil\n{\"event\":\"forged\"}\n";
	bench_open(bench);
	bench_span(bench, span);
	bench_close(bench);
	text = bench_read(bench->path, &length);
	assert_ptr_equal(strchr(text, '\n'), text + length - 1);
	for (at = 0; at < length - 1; at += used) {
		unsigned code = text_next(text + at, length - at, &used);

		assert_true(code >= 0x20 && code != 0x7f && code != 0x202e && code != 0xfffd);
	}
	free(text);
}

/* --- facts ------------------------------------------------------------------------------------------------ */

static struct tt_proc proc_record(uint32_t proc_state, int exit_code)
{
	return (struct tt_proc){
		.head = { .at_ns = SAMPLE_START_NS, .pid = 4242, .kind = TT_PROC, .size = sizeof(struct tt_proc) },
		.state = proc_state,
		.exit_code = (uint32_t)exit_code,
		.uid = 1000,
		.start_at_ns = SAMPLE_START_NS + 40 * NS_PER_S,
		.comm = "speaker",
		.service = "tts.service",
		.exe = "/usr/bin/speaker",
	};
}

static void a_process_is_attached_and_gone_with_its_exit_code(void **state)
{
	struct bench *bench = *state;
	struct tt_proc proc = proc_record(TT_PROC_SEEN, 0);
	struct json_object *object;

	bench_open(bench);
	bench_event(bench, &proc, sizeof(proc));
	object = bench_line(bench);
	check_keys(object, "v ts level event msg pid comm service exe uid start_time");
	assert_string_equal(check_word(object, "msg"), "attached");
	assert_string_equal(check_word(object, "exe"), "/usr/bin/speaker");
	assert_string_equal(check_word(object, "start_time"), "2026-11-24T07:31:50.000000000Z");
	json_object_put(object);

	unlink(bench->path);
	proc = proc_record(TT_PROC_GONE, 3 << 8);
	bench_open(bench);
	bench_event(bench, &proc, sizeof(proc));
	object = bench_line(bench);
	assert_string_equal(check_word(object, "msg"), "gone");
	assert_int_equal(check_count(object, "exit_code"), 3);
	json_object_put(object);

	unlink(bench->path);
	proc = proc_record(TT_PROC_GONE, SIGKILL);
	bench_open(bench);
	bench_event(bench, &proc, sizeof(proc));
	object = bench_line(bench);
	assert_int_equal(check_count(object, "exit_signal"), SIGKILL);
	assert_false(check_has(object, "exit_code"));
	json_object_put(object);
}

static void unterminated_fields_of_a_record_end_at_their_size(void **state)
{
	struct bench *bench = *state;
	struct tt_proc proc = proc_record(TT_PROC_SEEN, 0);
	struct json_object *object;

	memset(proc.comm, 'c', sizeof(proc.comm));
	memset(proc.service, 's', sizeof(proc.service));
	memset(proc.exe, 'e', sizeof(proc.exe));
	bench_open(bench);
	bench_event(bench, &proc, sizeof(proc));
	object = bench_line(bench);
	assert_int_equal(strlen(check_word(object, "comm")), 16);
	assert_int_equal(strlen(check_word(object, "service")), 64);
	assert_int_equal(strlen(check_word(object, "exe")), 256);
	json_object_put(object);
}

static void a_record_that_is_too_short_says_nothing(void **state)
{
	struct bench *bench = *state;
	struct tt_proc proc = proc_record(TT_PROC_SEEN, 0);
	size_t length;
	char *text;

	bench_open(bench);
	bench_event(bench, &proc, sizeof(proc) - 8);
	bench_event(bench, &proc, 4);
	proc.head.size = 8;
	bench_event(bench, &proc, sizeof(proc));
	bench_close(bench);
	text = bench_read(bench->path, &length);
	assert_int_equal(length, 0);
	free(text);
}

static void a_probe_is_told_with_where_and_how(void **state)
{
	struct bench *bench = *state;
	struct tt_probe probe = {
		.head = { .at_ns = SAMPLE_START_NS, .pid = 4242, .kind = TT_PROBE, .size = sizeof(probe), .probe = 7 },
		.leave_mode = TT_LEAVE_CALLER,
		.traits = TT_PROBE_TAIL_EXIT,
		.engine = "espeak-ng",
		.label = "pyttsx3",
		.probe_name = "speak",
		.symbol = "espeak_Synth",
		.object = "/usr/lib/libespeak-ng.so.1",
	};
	struct json_object *object, *attrs;

	bench_open(bench);
	bench_event(bench, &probe, sizeof(probe));
	object = bench_line(bench);
	assert_string_equal(check_word(object, "event"), "process");
	assert_string_equal(check_word(object, "level"), "debug");
	assert_string_equal(check_word(object, "msg"), "probe speak on espeak_Synth, leave caller");
	assert_string_equal(check_word(object, "engine"), "pyttsx3");
	attrs = json_object_object_get(object, "attrs");
	assert_string_equal(check_word(attrs, "leave"), "caller");
	assert_true(json_object_get_boolean(json_object_object_get(attrs, "tail_exit")));
	json_object_put(object);
}

static void a_loss_names_its_cause_and_probe(void **state)
{
	struct bench *bench = *state;
	struct tt_lost lost = {
		.head = { .at_ns = SAMPLE_START_NS, .pid = 4242, .kind = TT_LOST, .size = sizeof(lost), .probe = 7 },
		.cause = TT_LOST_RING_ENTER,
		.count = 123,
	};
	struct json_object *object;

	bench_open(bench);
	bench_event(bench, &lost, sizeof(lost));
	object = bench_line(bench);
	check_keys(object, "v ts level event msg pid engine stage name cause probe count");
	assert_string_equal(check_word(object, "event"), "loss");
	assert_string_equal(check_word(object, "level"), "warning");
	assert_string_equal(check_word(object, "cause"), "ring_full_enter");
	assert_string_equal(check_word(object, "probe"), "synthesize");
	assert_int_equal(check_count(object, "count"), 123);
	json_object_put(object);
	unlink(bench->path);
	lost.cause = 4000000000u;
	lost.head.probe = TT_NO_PROBE;
	bench_open(bench);
	bench_event(bench, &lost, sizeof(lost));
	object = bench_line(bench);
	assert_string_equal(check_word(object, "cause"), "unknown");
	assert_false(check_has(object, "probe"));
	json_object_put(object);
}

static void status_comes_each_minute_of_tick_time_and_once_at_the_end(void **state)
{
	struct bench *bench = *state;
	struct view *view = &bench->sample->view;
	unsigned second, lines = 0;
	struct json_object *object;
	char *text, *line, *end;
	size_t length;

	bench->sample->tallies.lost_count[TT_LOST_RING_LEAVE] = 5;
	bench->sample->tallies.traces_by_status[STATUS_OK] = 9;
	bench_open(bench);
	for (second = 0; second <= 150; second++) {
		view->now_ns = SAMPLE_START_NS + second * NS_PER_S;
		bench->log->ops->on_tick(bench->log, view);
	}
	view->end_reason = TT_END_TARGET;
	bench->log->ops->on_tick(bench->log, view);
	bench->log->ops->on_tick(bench->log, view);
	bench_close(bench);
	text = bench_read(bench->path, &length);
	for (line = text; *line; line = end + 1, lines++) {
		end = strchr(line, '\n');
		assert_non_null(end);
		object = check_json(line, (size_t)(end - line));
		assert_string_equal(check_word(object, "event"), "status");
		assert_string_equal(check_word(object, "reason"), lines == 2 ? "target" : "(absent)");
		assert_int_equal(check_count(object, "uptime_ns"),
				 (lines == 2 ? 150 : (lines + 1) * 60) * NS_PER_S);
		assert_int_equal(check_count(object, "lost"), 5);
		assert_int_equal(check_count(json_object_object_get(object, "lost_by_cause"), "ring_full_leave"),
				 5);
		assert_int_equal(check_count(json_object_object_get(object, "traces_by_status"), "ok"), 9);
		json_object_put(object);
	}
	assert_int_equal(lines, 3);
	free(text);
}

/* --- the file --------------------------------------------------------------------------------------------- */

static void a_log_that_cannot_be_opened_is_refused(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(log_new(&bench->log, &(struct log_options){ .path = "/nowhere/at/all" }), -ENOENT);
	assert_non_null(strstr(bench->said.bytes, "/nowhere/at/all"));
	bench->log = NULL;
}

static void a_new_log_is_not_for_everyone(void **state)
{
	struct bench *bench = *state;
	mode_t before = umask(0);
	struct stat st;

	bench_open(bench);
	umask(before);
	assert_int_equal(stat(bench->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void a_file_that_ends_within_a_line_does_not_swallow_ours(void **state)
{
	struct bench *bench = *state;
	int fd = open(bench->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct json_object *object;
	size_t length;
	char *text;

	assert_int_equal(write(fd, "{\"torn", 6), 6);
	close(fd);
	sample_utterance(bench->sample, 0);
	bench_open(bench);
	bench_span(bench, &bench->sample->spans[0]);
	bench_close(bench);
	text = bench_read(bench->path, &length);
	assert_memory_equal(text, "{\"torn\n", 7);
	object = check_json(text + 7, length - 8);
	json_object_put(object);
	free(text);
}

static void after_a_reopen_lines_go_to_the_new_file(void **state)
{
	struct bench *bench = *state;
	char moved[80];
	size_t length;
	struct stat st;
	char *text;

	sample_utterance(bench->sample, 0);
	bench_open(bench);
	bench_span(bench, &bench->sample->spans[0]);
	WAIT_FOR(!stat(bench->path, &st) && st.st_size > 0);
	snprintf(moved, sizeof(moved), "%s.1", bench->path);
	assert_int_equal(rename(bench->path, moved), 0);
	log_reopen(bench->log);
	bench_span(bench, &bench->sample->spans[1]);
	bench_close(bench);
	text = bench_read(moved, &length);
	assert_non_null(strstr(text, "0000000000001000"));
	assert_ptr_equal(strchr(text, '\n'), text + length - 1);
	free(text);
	text = bench_read(bench->path, &length);
	assert_non_null(strstr(text, "0000000000001001"));
	assert_ptr_equal(strchr(text, '\n'), text + length - 1);
	free(text);
}

static void a_full_file_is_cut_back_to_whole_lines_and_tried_again(void **state)
{
	struct bench *bench = *state;
	struct rlimit before, small;
	struct json_object *object;
	char *text, *line, *end;
	unsigned i, lines = 0;
	size_t length;
	struct stat st;

	sample_utterance(bench->sample, 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ .rlim_cur = 10000, .rlim_max = before.rlim_max };
	bench_open(bench);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (i = 0; i < 100; i++) {
		bench->sample->spans[0].id = 1 + i;
		bench_span(bench, &bench->sample->spans[0]);
	}
	WAIT_FOR(!stat(bench->path, &st) && st.st_size > 8000 && st.st_size < 10000);
	WAIT_FOR((bench->log->ops->on_tick(bench->log, &bench->sample->view), bench->said.length > 0));
	assert_non_null(strstr(bench->said.bytes, "cannot write"));
	text = bench_read(bench->path, &length);
	assert_int_equal(text[length - 1], '\n');
	free(text);
	assert_int_equal(log_dropped_count(bench->log), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	bench_close(bench);
	text = bench_read(bench->path, &length);
	for (line = text; *line; line = end + 1) {
		char id[17];

		end = strchr(line, '\n');
		assert_non_null(end);
		object = check_json(line, (size_t)(end - line));
		snprintf(id, sizeof(id), "%016x", ++lines);
		assert_string_equal(check_word(object, "span_id"), id);
		json_object_put(object);
	}
	assert_int_equal(lines, 100);
	free(text);
}

static void a_patient_log_on_a_full_file_says_its_error(void **state)
{
	struct bench *bench = *state;
	struct rlimit before, small;
	unsigned i;

	sample_utterance(bench->sample, 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ .rlim_cur = 1000, .rlim_max = before.rlim_max };
	bench_open(bench);
	log_set_patient(bench->log, true);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (i = 0; i < 100; i++)
		bench_span(bench, &bench->sample->spans[0]);
	WAIT_FOR(log_error(bench->log) == -EFBIG);
	assert_int_equal(log_free(bench->log), -EFBIG);
	bench->log = NULL;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(bench->said.bytes, "lines dropped"));
}

static void a_live_log_that_ends_on_a_full_file_is_an_error(void **state)
{
	struct bench *bench = *state;
	struct rlimit before, small;

	sample_utterance(bench->sample, 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ .rlim_cur = 100, .rlim_max = before.rlim_max };
	bench_open(bench);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	bench_span(bench, &bench->sample->spans[0]);
	assert_int_equal(log_free(bench->log), -EFBIG);
	bench->log = NULL;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(bench->said.bytes, "1 lines dropped"));
}

/* --- the pipe --------------------------------------------------------------------------------------------- */

/* A named pipe with a reader that does not read yet. */
static int bench_pipe(struct bench *bench)
{
	int fd;

	assert_int_equal(mkfifo(bench->path, 0600), 0);
	fd = open(bench->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	bench_open(bench);
	return fd;
}

struct drain {
	int fd;
	struct buf text;
};

static void *drain_run(void *arg)
{
	struct drain *drain = arg;
	char bytes[4096];
	ssize_t got;

	fcntl(drain->fd, F_SETFL, 0);
	while ((got = read(drain->fd, bytes, sizeof(bytes))) > 0)
		buf_add(&drain->text, bytes, (size_t)got);
	return NULL;
}

/* Lines and the counts of the records that tell of dropped ones. Every line but a last torn one must be whole. */
static void drain_count(const struct drain *drain, uint64_t *lines, uint64_t *told)
{
	char *line, *end;

	*lines = *told = 0;
	for (line = drain->text.bytes; line && (end = strchr(line, '\n')); line = end + 1) {
		struct json_object *object = check_json(line, (size_t)(end - line));

		if (strcmp(check_word(object, "cause"), "log") == 0)
			*told += check_count(object, "count");
		else
			++*lines;
		json_object_put(object);
	}
}

static void a_stuck_pipe_drops_whole_lines_and_counts_them(void **state)
{
	struct bench *bench = *state;
	struct drain drain = { .fd = bench_pipe(bench) };
	uint64_t written = 0, lines, told, dropped;
	struct span *span = &bench->sample->spans[0];
	char stage[4000];
	pthread_t thread;

	sample_utterance(bench->sample, 0);
	memset(stage, 's', sizeof(stage) - 1);
	stage[sizeof(stage) - 1] = '\0';
	span->stage = stage; /* so that 8 MiB are soon full */
	for (; log_dropped_count(bench->log) < 10; written++)
		bench_span(bench, span);
	bench->log->ops->on_tick(bench->log, &bench->sample->view);
	assert_non_null(strstr(bench->said.bytes, "the promise that replay prints the same is void"));
	dropped = log_dropped_count(bench->log);
	assert_int_equal(pthread_create(&thread, NULL, drain_run, &drain), 0);
	for (told = 0; told < 3; told++, written++) { /* with room again, the hole is marked */
		uint64_t before;

		do {
			before = log_dropped_count(bench->log);
			bench_span(bench, span);
			written += log_dropped_count(bench->log) != before;
		} while (log_dropped_count(bench->log) != before);
	}
	dropped = log_dropped_count(bench->log);
	bench_close(bench);
	pthread_join(thread, NULL);
	drain_count(&drain, &lines, &told);
	assert_int_equal(lines + dropped, written);
	assert_int_equal(told, dropped);
	close(drain.fd);
	buf_fini(&drain.text);
}

static void closing_on_a_stuck_pipe_ends_and_says_what_was_dropped(void **state)
{
	struct bench *bench = *state;
	int fd = bench_pipe(bench);
	struct timespec begin, end;
	unsigned i;

	sample_utterance(bench->sample, 0);
	for (i = 0; i < 1000; i++) /* more than the pipe takes */
		bench_span(bench, &bench->sample->spans[0]);
	assert_int_equal(log_dropped_count(bench->log), 0);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	bench_close(bench);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_true(end.tv_sec - begin.tv_sec < 5);
	assert_non_null(strstr(bench->said.bytes, "lines dropped"));
	close(fd);
}

static void a_patient_log_loses_nothing_to_a_slow_reader(void **state)
{
	struct bench *bench = *state;
	struct drain drain = { .fd = bench_pipe(bench) };
	struct span *span = &bench->sample->spans[0];
	uint64_t lines, told;
	char stage[4000];
	pthread_t thread;
	unsigned i;

	sample_utterance(bench->sample, 0);
	memset(stage, 's', sizeof(stage) - 1);
	stage[sizeof(stage) - 1] = '\0';
	span->stage = stage;
	log_set_patient(bench->log, true);
	assert_int_equal(pthread_create(&thread, NULL, drain_run, &drain), 0);
	for (i = 0; i < 3000; i++) /* some 24 MB: three times the queue */
		bench_span(bench, span);
	bench_close(bench);
	pthread_join(thread, NULL);
	drain_count(&drain, &lines, &told);
	assert_int_equal(lines, 3000);
	assert_int_equal(told, 0);
	assert_int_equal(bench->said.length, 0);
	close(drain.fd);
	buf_fini(&drain.text);
}

static void a_reader_that_has_left_ends_the_log_in_silence(void **state)
{
	struct bench *bench = *state;
	int fd = bench_pipe(bench);

	sample_utterance(bench->sample, 0);
	bench_span(bench, &bench->sample->spans[0]);
	close(fd);
	WAIT_FOR((bench_span(bench, &bench->sample->spans[0]), log_error(bench->log) == -EPIPE));
	assert_int_equal(log_error(bench->log), -EPIPE);
	bench_span(bench, &bench->sample->spans[0]);
	bench->log->ops->on_tick(bench->log, &bench->sample->view);
	bench_close(bench);
	assert_int_equal(bench->said.length, 0);
}

static void patience_ends_at_a_signal_that_asks_for_the_end(void **state)
{
	struct bench *bench = *state;
	int fd = bench_pipe(bench);
	struct timespec at_once = { 0 };
	char stage[4000];
	sigset_t term;
	unsigned i;

	sample_utterance(bench->sample, 0);
	memset(stage, 's', sizeof(stage) - 1);
	stage[sizeof(stage) - 1] = '\0';
	bench->sample->spans[0].stage = stage;
	log_set_patient(bench->log, true);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	assert_int_equal(pthread_sigmask(SIG_BLOCK, &term, NULL), 0);
	raise(SIGTERM); /* pending, as it is for app/'s signalfd */
	for (i = 0; i < 3000; i++)
		bench_span(bench, &bench->sample->spans[0]);
	assert_true(log_dropped_count(bench->log) > 0);
	bench_close(bench);
	assert_int_equal(sigtimedwait(&term, NULL, &at_once), SIGTERM);
	assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &term, NULL), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_span_has_the_promised_keys_in_their_order),
		TEST(what_a_span_does_not_know_is_absent),
		TEST(an_orphan_has_no_trace_and_says_so),
		TEST(a_text_is_a_length_or_unreadable_and_never_both),
		TEST(arguments_are_numbers_and_pointers_are_hex),
		TEST(a_trace_serves_both_readers_and_counts_its_audio),
		TEST(what_a_trace_does_not_know_is_absent),
		TEST(a_trace_that_is_ok_but_empty_says_so),
		TEST(a_traces_split_is_there_only_when_it_adds_up),
		TEST(levels_follow_status),
		TEST(numbers_that_json_cannot_say_are_left_out),
		TEST(ratios_read_back_as_the_same_number),
		TEST(any_bytes_in_names_give_json_that_reads_back),
		TEST(no_line_holds_a_raw_control_or_bidi_byte),
		TEST(a_process_is_attached_and_gone_with_its_exit_code),
		TEST(unterminated_fields_of_a_record_end_at_their_size),
		TEST(a_record_that_is_too_short_says_nothing),
		TEST(a_probe_is_told_with_where_and_how),
		TEST(a_loss_names_its_cause_and_probe),
		TEST(status_comes_each_minute_of_tick_time_and_once_at_the_end),
		TEST(a_log_that_cannot_be_opened_is_refused),
		TEST(a_new_log_is_not_for_everyone),
		TEST(a_file_that_ends_within_a_line_does_not_swallow_ours),
		TEST(after_a_reopen_lines_go_to_the_new_file),
		TEST(a_full_file_is_cut_back_to_whole_lines_and_tried_again),
		TEST(a_patient_log_on_a_full_file_says_its_error),
		TEST(a_live_log_that_ends_on_a_full_file_is_an_error),
		TEST(a_stuck_pipe_drops_whole_lines_and_counts_them),
		TEST(closing_on_a_stuck_pipe_ends_and_says_what_was_dropped),
		TEST(a_patient_log_loses_nothing_to_a_slow_reader),
		TEST(a_reader_that_has_left_ends_the_log_in_silence),
		TEST(patience_ends_at_a_signal_that_asks_for_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/*
 * The set of engines: what good files mean, where they come from, what survives a bad one. Runs in
 * the repository's root.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/engines.h"
#include "config/yaml.h"
#include "said.h"

#define SHIPPED "rules/engines"

static struct buf said;
static struct engine_set set;

static int begin(void **state)
{
	(void)state;
	said_begin(&said);
	engines_init(&set);
	return 0;
}

static int end(void **state)
{
	(void)state;
	engines_fini(&set);
	said_end(&said);
	return 0;
}

static int parse(const char *file, const char *text)
{
	return engines_parse(&set, file, text, strlen(text));
}

static const struct engine_probe *probe_of(const struct engine *engine, const char *name)
{
	assert_non_null(engine);
	for (unsigned i = 0; i < engine->probes_count; i++)
		if (!strcmp(engine->probes[i].name, name))
			return &engine->probes[i];
	fail_msg("%s has no probe %s", engine->name, name);
	return NULL;
}

#define SMALL "objects: ['/e']\nprobes:\n  - { name: p, symbol: s, role: request }\n"

/* ---- what a file means ---- */

static void what_is_not_said_has_its_default(void **state)
{
	const struct engine *engine;
	const struct engine_probe *probe;

	(void)state;
	assert_int_equal(parse("e.yaml", "engine: e\n" SMALL), 0);
	assert_string_equal(said.bytes, "");
	engine = engines_find(&set, "e");
	assert_string_equal(engine->label, "e");
	assert_string_equal(engine->description, "");
	assert_string_equal(engine->file, "e.yaml");
	assert_int_equal(engine->priority, 50);
	assert_int_equal(engine->leave, LEAVE_AUTO);
	assert_false(engine->nothrow);
	assert_int_equal(engine->audio_rate_hz, 0);
	assert_int_equal(engine->audio_channels, 1);
	assert_int_equal(engine->audio_sample_bytes, 2);
	assert_int_equal(engine->labels_count, 0);
	probe = probe_of(engine, "p");
	assert_int_equal(probe->line, 4);
	assert_string_equal(probe->stage, "p");
	assert_false(probe->stage_from_name);
	assert_false(probe->required || probe->returns_known || probe->ends_work ||
		     probe->fingerprint);
	assert_int_equal(probe->link, LINK_NONE);
	assert_true(probe->text_arg == -1 && probe->name_arg == -1 && probe->samples_arg == -1 &&
		    probe->rate_arg == -1 && probe->link_arg == -1 && probe->ends_arg == -1);
}

static void everything_that_can_be_said_is_understood(void **state)
{
	const struct engine *e;
	const struct engine_probe *p;

	(void)state;
	assert_int_equal(
		parse("f",
		      "engine: x.y-z_1\nlabel: The X+1\ndescription: 'ünï'\nobjects: [/a, "
		      "'/b\\.so']\n"
		      "labels: [ { label: one, maps: /m }, { label: two, maps: [/m, /n] } ]\n"
		      "nothrow: true\nleave: caller\npriority: 7\n"
		      "audio: { rate_hz: 0x5622, channels: 2, sample_bytes: 4 }\n"
		      "probes:\n"
		      "  - name: a\n    symbol: [s1, s2, s3, s4]\n    required: true\n    role: "
		      "enqueue\n"
		      "    stage: { from: nm }\n    leave: uret\n    link: { key: k }\n"
		      "    args:\n"
		      "      - { name: t, arg: 15, deref: [-8, 0x10, 2147483647], type: text }\n"
		      "      - { name: l1, arg: 2, type: s16, unit: ms, read: leave, deref: 4 }\n"
		      "      - { name: k, arg: 1, type: pointer }\n"
		      "      - { name: r, return: true, type: u64, unit: count }\n"
		      "      - { name: nm, arg: 3, type: name }\n"
		      "      - { name: e2, arg: 4, type: u8, read: enter }\n"
		      "    returns: { type: s8, ok: [0, -1], cancelled: 5, other: cancelled }\n"
		      "    ends: { work: true, when: { arg: e2, equals: 255 } }\n"
		      "  - { name: b, symbol: s, role: dequeue, link: { key: k }, args: [ { name: "
		      "k, arg: 0, type: u64 } ] }\n"
		      "  - { name: c, callback: { setter: set, arg: 5 }, role: audio, stage: out,\n"
		      "      args: [ { name: n, arg: 0, type: u32, unit: bytes }, { name: hz, arg: "
		      "1, type: u32, unit: hz } ],\n"
		      "      returns: { type: pointer, ok: nonnull }, ends: { work: true } }\n"),
		0);
	assert_string_equal(said.bytes, "");
	e = engines_find(&set, "x.y-z_1");
	assert_non_null(e);
	assert_string_equal(e->label, "The X+1");
	assert_string_equal(e->objects[1], "/b\\.so");
	assert_int_equal(e->objects_count, 2);
	assert_int_equal(e->labels_count, 2);
	assert_string_equal(e->labels[0].maps[0], "/m");
	assert_int_equal(e->labels[0].maps_count, 1);
	assert_string_equal(e->labels[1].maps[1], "/n");
	assert_true(e->nothrow && e->leave == LEAVE_CALLER && e->priority == 7);
	assert_true(e->audio_rate_hz == 22050 && e->audio_channels == 2 &&
		    e->audio_sample_bytes == 4);
	assert_int_equal(e->probes_count, 3);

	p = &e->probes[0];
	assert_string_equal(p->symbols[0], "s1");
	assert_string_equal(p->symbols[3], "s4");
	assert_true(p->required && p->role == ROLE_ENQUEUE && p->leave == LEAVE_URET);
	assert_true(p->stage_from_name && p->name_arg == 4 && p->text_arg == 0);
	assert_string_equal(p->stage, "a"); /* when the name cannot be read */
	assert_true(p->link == LINK_KEY && p->link_arg == 2 && !p->fingerprint);
	assert_true(p->args[0].index == 15 && p->args[0].derefs == 3 && p->args[0].slot == -1);
	assert_true(p->args[0].offset[0] == -8 && p->args[0].offset[1] == 16 &&
		    p->args[0].offset[2] == INT32_MAX);
	assert_true(p->args[1].at_leave && p->args[1].unit == UNIT_MS &&
		    p->args[1].type == ARG_S16);
	assert_true(p->args[1].derefs == 1 && p->args[1].offset[0] == 4);
	assert_true(p->args[3].from == ARG_FROM_RETURN && p->args[3].at_leave &&
		    p->args[3].derefs == 0);
	/* slots count enters and leaves apart, in the order of the file */
	assert_true(p->args[1].slot == 0 && p->args[2].slot == 0 && p->args[3].slot == 1);
	assert_true(p->args[4].slot == -1 && p->args[5].slot == 1);
	assert_true(p->returns_known && p->return_type == ARG_S8 && p->other_cancelled &&
		    !p->nonnull_ok);
	assert_true(p->ok_count == 2 && p->ok[1] == -1 && p->cancelled_count == 1 &&
		    p->cancelled[0] == 5);
	assert_true(p->ends_work && p->ends_arg == 5 && p->ends_value == 255);

	assert_int_equal(e->probes[1].leave, LEAVE_CALLER);
	p = &e->probes[2];
	assert_null(p->symbols[0]);
	assert_string_equal(p->callback_setter, "set");
	assert_int_equal(p->callback_arg, 5);
	assert_string_equal(p->stage, "out");
	assert_int_equal(p->leave, LEAVE_AUTO); /* a callback has its own way */
	assert_true(p->samples_arg == 0 && p->rate_arg == 1 && p->nonnull_ok && p->ends_work &&
		    p->ends_arg == -1);
}

static void limits_are_reached_and_not_passed(void **state)
{
	struct buf text = {0};

	(void)state;
	buf_text(&text, "engine: ");
	buf_fill(&text, "e", 31);
	buf_text(&text, "\nlabel: ");
	buf_fill(&text, "l", 31);
	buf_text(&text, "\nobjects: [a,b,c,d,e,f,g,h]\nprobes:\n");
	for (unsigned i = 0; i < 64; i++)
		buf_format(&text, "  - { name: %c%046u, symbol: s%0126u, role: request }\n", 'n', i,
			   i);
	assert_int_equal(parse("f", text.bytes), 0);
	assert_string_equal(said.bytes, "");
	assert_int_equal(set.engines[0].probes_count, 64);
	buf_text(&text, "  - { name: one_more, symbol: s, role: request }\n");
	assert_int_equal(parse("f", text.bytes), -EINVAL);
	assert_non_null(strstr(said.bytes, "f:69:5: 'probes' has more than 64 items"));
	buf_fini(&text);
}

static void four_numbers_fit_at_each_end_of_a_call(void **state)
{
	struct buf text = {0};

	(void)state;
	buf_text(&text, "engine: e\nobjects: /e\nprobes:\n  - name: p\n    symbol: s\n    role: "
			"stage\n    args:\n");
	for (unsigned i = 0; i < 8; i++)
		buf_format(&text, "      - { name: a%u, arg: %u, type: u64, read: %s }\n", i, i,
			   i < 4 ? "enter" : "leave");
	assert_int_equal(parse("f", text.bytes), 0);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(set.engines[0].probes[0].args[i].slot, i % 4);
	buf_fini(&text);
}

static void json_is_read_too(void **state)
{
	(void)state;
	assert_int_equal(
		parse("f", "{\"engine\": \"j\", \"objects\": [\"/e\\\\.so\"], \"nothrow\": true,\n"
			   " \"probes\": [{\"name\": \"p\", \"symbol\": \"s\", \"role\": "
			   "\"request\"}]}"),
		0);
	assert_string_equal(engines_find(&set, "j")->objects[0], "/e\\.so");
	assert_true(engines_find(&set, "j")->nothrow);
}

/* ---- the set ---- */

static void a_later_file_replaces_an_engine_in_its_place(void **state)
{
	(void)state;
	assert_int_equal(parse("a/e.yaml", "engine: e\nlabel: old\n" SMALL), 0);
	assert_int_equal(parse("a/f.yaml", "engine: f\n" SMALL), 0);
	assert_int_equal(parse("b/e.yaml", "engine: e\nlabel: new\n" SMALL), 0);
	assert_int_equal(set.engines_count, 2);
	assert_string_equal(set.engines[0].label, "new");
	assert_string_equal(set.texts[0].file, "b/e.yaml");
	assert_non_null(strstr(set.texts[0].text, "label: new"));
	assert_string_equal(set.texts[1].file, "a/f.yaml");
}

static void a_neighbour_with_the_same_engine_is_a_mistake(void **state)
{
	(void)state;
	assert_int_equal(parse("a/e.yaml", "engine: e\nlabel: old\n" SMALL), 0);
	assert_int_equal(parse("a/e.yaml", "engine: e\nlabel: again\n" SMALL), 0);
	assert_int_equal(parse("a/e2.yaml", "label: new\nengine: e\n" SMALL), -EINVAL);
	assert_non_null(strstr(said.bytes,
			       "a/e2.yaml:2:9: the engine 'e' is already described by a/e.yaml\n"));
	assert_string_equal(set.engines[0].label, "again");
}

static void a_bad_text_leaves_the_set_as_it_was(void **state)
{
	size_t used_bytes;

	(void)state;
	assert_int_equal(parse("e.yaml", "engine: e\nlabel: old\n" SMALL), 0);
	used_bytes = set.arena->used_bytes;
	assert_int_equal(parse("d/e.yaml", "engine: e\nlabel: new\nnothrow: maybe\n" SMALL),
			 -EINVAL);
	assert_int_equal(parse("d/f.yaml", "engine: f\nnothrow: maybe\n" SMALL), -EINVAL);
	assert_int_equal(set.engines_count, 1);
	assert_string_equal(set.engines[0].label, "old");
	assert_string_equal(set.texts[0].file, "e.yaml");
	assert_int_equal(set.arena->used_bytes, used_bytes);
	assert_null(engines_find(&set, "f"));
}

/* ---- shipped files ---- */

static void the_shipped_files_have_no_mistake(void **state)
{
	(void)state;
	assert_int_equal(engines_load_directory(&set, SHIPPED), 0);
	assert_string_equal(said.bytes, "");
	assert_non_null(engines_find(&set, "espeak-ng"));
	assert_non_null(engines_find(&set, "flite"));
	for (size_t i = 1; i < set.engines_count; i++)
		assert_true(strcmp(set.texts[i - 1].file, set.texts[i].file) < 0);
}

static void espeak_ng_says_what_the_headers_say(void **state)
{
	const struct engine *e;
	const struct engine_probe *p;

	(void)state;
	assert_int_equal(engines_load_directory(&set, SHIPPED), 0);
	e = engines_find(&set, "espeak-ng");
	assert_true(e->nothrow && e->audio_rate_hz == 22050 && e->audio_channels == 1);
	p = probe_of(e, "synthesize");
	assert_true(p->required && p->role == ROLE_REQUEST && p->link == LINK_FIFO &&
		    p->fingerprint);
	assert_true(p->ok_count == 1 && p->ok[0] == 0 && p->cancelled[0] == 0x10000eff &&
		    !p->other_cancelled);
	assert_true(p->args[p->text_arg].index == 0 && p->args[1].index == 5);
	assert_true(probe_of(e, "synthesize_mark")->args[1].index == 4);
	p = probe_of(e, "synthesis");
	assert_true(p->required && p->role == ROLE_DEQUEUE && p->leave == LEAVE_NONE &&
		    p->args[p->text_arg].index == 1);
	p = probe_of(e, "audio");
	assert_string_equal(p->callback_setter, "espeak_SetSynthCallback");
	assert_true(p->ends_work && p->args[p->ends_arg].type == ARG_POINTER && p->ends_value == 0);
	assert_true(p->args[p->samples_arg].index == 1 && p->args[p->samples_arg].type == ARG_S32);
}

static bool matches(const char *pattern, const char *path)
{
	regex_t regex;
	bool found;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	found = !regexec(&regex, path, 0, NULL, 0);
	regfree(&regex);
	return found;
}

static void pyttsx3_is_any_python_with_ctypes(void **state)
{
	const struct engine *e;
	const char *ffi, *python;

	(void)state;
	assert_int_equal(engines_load_directory(&set, SHIPPED), 0);
	e = engines_find(&set, "espeak-ng");
	assert_string_equal(e->labels[0].label, "pyttsx3");
	assert_int_equal(e->labels[0].maps_count, 2);
	ffi = e->labels[0].maps[0];
	python = e->labels[0].maps[1];
	assert_true(matches(python, "/usr/bin/python3.11"));
	assert_true(matches(python, "/root/.pyenv/versions/3.11.7/bin/python3.11"));
	assert_true(matches(python, "/opt/lib/libpython3.11.so.1.0"));
	assert_true(matches(python, "/venv/bin/python3 (deleted)"));
	assert_false(matches(python, "/usr/lib/python3.11/lib-dynload/_json.so"));
	assert_false(matches(python, "/usr/bin/notpython3"));
	assert_true(matches(ffi, "/usr/lib/x86_64-linux-gnu/libffi.so.8.1.2"));
	assert_true(matches(ffi, "/x/libffi-a28514dc.so.8"));
	assert_true(matches(
		ffi, "/usr/lib/python3.11/lib-dynload/_ctypes.cpython-311-x86_64-linux-gnu.so"));
	assert_false(matches(ffi, "/usr/lib/libffi/other.so"));
	assert_true(matches(e->objects[0], "/tmp/tmpab12/libespeak-ng.so.1.52.0 (deleted)"));
	assert_false(matches(e->objects[0], "/usr/lib/libespeak.so.1"));
}

static void flite_names_its_stages_by_the_hook(void **state)
{
	const struct engine *e;
	const struct engine_probe *p;

	(void)state;
	assert_int_equal(engines_load_directory(&set, SHIPPED), 0);
	e = engines_find(&set, "flite");
	p = probe_of(e, "module");
	assert_true(p->stage_from_name && p->args[p->name_arg].index == 1 &&
		    p->args[p->name_arg].derefs == 1);
	p = probe_of(e, "wave");
	assert_true(p->args[p->samples_arg].offset[0] == 12 && p->args[p->rate_arg].offset[0] == 8);
	assert_true(probe_of(e, "synth_text")->role == ROLE_REQUEST &&
		    probe_of(e, "do_synth")->role == ROLE_REQUEST);
	assert_true(matches(e->objects[0], "/usr/lib/x86_64-linux-gnu/libflite.so.2.2"));
	assert_false(
		matches(e->objects[0], "/usr/lib/x86_64-linux-gnu/libflite_cmu_us_slt.so.2.2"));
}

/* ---- recordings ---- */

static void show_all(const struct engine_set *shown, struct buf *out)
{
	for (size_t i = 0; i < shown->engines_count; i++)
		engines_show(out, &shown->engines[i]);
}

static void same_args(const struct engine_probe *a, const struct engine_probe *b)
{
	assert_int_equal(a->args_count, b->args_count);
	for (unsigned i = 0; i < a->args_count; i++) {
		struct engine_arg left = a->args[i], right = b->args[i];

		assert_string_equal(left.name, right.name);
		left.name = right.name = NULL;
		assert_memory_equal(&left, &right, sizeof(left));
	}
}

static void the_stored_texts_make_the_identical_set(void **state)
{
	struct buf wanted = {0}, found = {0};
	struct engine_set again;

	(void)state;
	assert_int_equal(engines_load_directory(&set, SHIPPED), 0);
	engines_init(&again);
	for (size_t i = 0; i < set.engines_count; i++)
		assert_int_equal(engines_parse(&again, set.texts[i].file, set.texts[i].text,
					       set.texts[i].length),
				 0);
	show_all(&set, &wanted);
	show_all(&again, &found);
	assert_string_equal(found.bytes, wanted.bytes);
	for (size_t i = 0; i < set.engines_count; i++) {
		assert_int_equal(again.texts[i].length, set.texts[i].length);
		assert_memory_equal(again.texts[i].text, set.texts[i].text, set.texts[i].length);
		for (unsigned j = 0; j < set.engines[i].probes_count; j++) {
			assert_int_equal(again.engines[i].probes[j].line,
					 set.engines[i].probes[j].line);
			same_args(&again.engines[i].probes[j], &set.engines[i].probes[j]);
		}
	}
	buf_fini(&wanted);
	buf_fini(&found);
	engines_fini(&again);
}

/* ---- directories ---- */

static char *directory(void)
{
	char *path = mem_string("/tmp/ttsobs-engines-XXXXXX");

	assert_non_null(mkdtemp(path));
	return path;
}

static void put(const char *path, const char *name, const char *text)
{
	char *file = mem_format("%s/%s", path, name);
	FILE *stream = fopen(file, "w");

	assert_non_null(stream);
	fputs(text, stream);
	fclose(stream);
	free(file);
}

static void remove_directory(char *path)
{
	char *command = mem_format("rm -r '%s'", path);

	assert_int_equal(system(command), 0);
	free(command);
	free(path);
}

static void a_directory_is_read_by_the_names_of_its_files(void **state)
{
	char *path = directory();

	(void)state;
	put(path, "z.yaml", "engine: first\n" SMALL);
	put(path, "B.yaml", "engine: second\n" SMALL);
	put(path, "a.yaml", "engine: third\n" SMALL);
	put(path, ".hidden.yaml", "engine: hidden\n" SMALL);
	put(path, "a.yaml~", "engine: backup\n" SMALL);
	put(path, "a.yml", "engine: other\n" SMALL);
	assert_int_equal(engines_load_directory(&set, path), 0);
	assert_int_equal(set.engines_count, 3);
	assert_string_equal(set.engines[0].name, "second");
	assert_string_equal(set.engines[1].name, "third");
	assert_string_equal(set.engines[2].name, "first");
	remove_directory(path);
}

static void the_mistakes_of_all_files_of_a_directory_are_said(void **state)
{
	char *path = directory();

	(void)state;
	put(path, "a.yaml", "engine: A\n" SMALL);
	put(path, "b.yaml", "engine: b\n" SMALL);
	put(path, "c.yaml", "engine: b\n" SMALL);
	put(path, "d.yaml", "");
	assert_int_equal(engines_load_directory(&set, path), -EINVAL);
	assert_non_null(strstr(said.bytes, "/a.yaml:1:9: "));
	assert_null(strstr(said.bytes, "/b.yaml:1"));
	assert_non_null(strstr(said.bytes, "/c.yaml:1:9: the engine 'b' is already described by "));
	assert_non_null(strstr(said.bytes, "/d.yaml:1:1: the file is empty\n"));
	assert_int_equal(set.engines_count, 1);
	remove_directory(path);
}

static void a_directory_that_is_not_there_is_no_news(void **state)
{
	(void)state;
	assert_int_equal(engines_load_directory(&set, "/no/such/directory"), -ENOENT);
	assert_string_equal(said.bytes, "");
	assert_int_equal(engines_load_directory(&set, "/dev/null"), -ENOTDIR);
	assert_string_equal(said.bytes, "/dev/null: Not a directory\n");
}

static void a_file_that_cannot_be_opened_is_refused(void **state)
{
	(void)state;
	assert_int_equal(engines_load_file(&set, "/no/such/file.yaml"), -ENOENT);
	assert_string_equal(said.bytes, "/no/such/file.yaml: No such file or directory\n");
}

/* ---- hostile texts ---- */

static uint64_t random_state;

static uint64_t random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void mutate(char *text, size_t length)
{
	static const char bytes[] = "\n\n  \t:-[]{},'\"#&*!|>%@?~019azAZ\\\x1b\x80\xff\xc3";
	unsigned edits = 1 + (unsigned)(random_next() % 4);

	while (edits--) {
		size_t at = random_next() % length, from = random_next() % length,
		       span = random_next() % 60;

		if (random_next() % 4)
			text[at] = bytes[random_next() % sizeof(bytes)];
		else if (at + span < length && from + span < length)
			memmove(text + at, text + from, span);
	}
}

static void a_damaged_file_is_read_or_told_but_never_both(void **state)
{
	(void)state;
	random_state = 88172645463325252ull;
	assert_int_equal(engines_load_directory(&set, SHIPPED), 0);
	for (unsigned round = 0; round < 400; round++) {
		const struct engine_text *shipped = &set.texts[round % set.engines_count];
		char *text = malloc(shipped->length);
		struct engine_set other;
		int error;

		memcpy(text, shipped->text, shipped->length);
		mutate(text, shipped->length);
		buf_reset(&said);
		engines_init(&other);
		error = engines_parse(&other, "m.yaml", text, shipped->length);
		assert_true(error == 0 || error == -EINVAL);
		assert_int_equal(error == 0, said.length == 0);
		assert_int_equal(other.engines_count, error == 0);
		engines_fini(&other);
		free(text);
	}
}

static void fill(struct buf *text, const char *head, const char *repeated)
{
	buf_reset(text);
	buf_text(text, head);
	while (text->length + strlen(repeated) <= YAML_MAX_BYTES)
		buf_text(text, repeated);
}

static void a_mebibyte_of_anything_is_told_in_little_time(void **state)
{
	static const char *const shapes[][2] = {
		{"engine: ", "["},
		{"", "- "},
		{"", "-\n"},
		{"objects:\n", "- \n"},
		{"", "? "},
		{"", "{}\n"},
		{"", "a: 1\n"},
		{"objects: [", "{},"},
		{"probes:\n", "- {}\n"},
		{"", "k: &a [*a]\n"},
		{"", "'"},
		{"", "\"\\e"},
		{"", "%\n"},
		{"", "---\n"},
		{"", "\xc3\xa4"},
		{"", "\n"},
		{"x: |\n", " y\n"},
		{"", "!!"},
		{"", "&"},
		{"", "#"},
		{"engine: ", "e"},
		{"objects: '", "(a"},
		{"", "? a\n"},
		{"[", "*a,"},
		{"[", "&a,"},
		{"", "<<: *a\n"},
		{"", "!<a> b: c\n"},
		{"{", "a: b,"},
	};
	struct buf text = {0};
	clock_t begun;

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		fill(&text, shapes[i][0], shapes[i][1]);
		buf_reset(&said);
		begun = clock();
		assert_int_equal(engines_parse(&set, "big", text.bytes, text.length), -EINVAL);
		/* under one second without sanitizers; what is not linear takes minutes */
		assert_true(clock() - begun < 30 * CLOCKS_PER_SEC);
		assert_int_equal(strncmp(said.bytes, "big:", 4), 0);
		assert_true(said.length < 200 * 1024);
	}
	fill(&text, "", "#");
	buf_text(&text, "##");
	assert_int_equal(engines_parse(&set, "big", text.bytes, text.length), -EINVAL);
	buf_fini(&text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_said_has_its_default),
		TEST(everything_that_can_be_said_is_understood),
		TEST(limits_are_reached_and_not_passed),
		TEST(four_numbers_fit_at_each_end_of_a_call),
		TEST(json_is_read_too),
		TEST(a_later_file_replaces_an_engine_in_its_place),
		TEST(a_neighbour_with_the_same_engine_is_a_mistake),
		TEST(a_bad_text_leaves_the_set_as_it_was),
		TEST(the_shipped_files_have_no_mistake),
		TEST(espeak_ng_says_what_the_headers_say),
		TEST(pyttsx3_is_any_python_with_ctypes),
		TEST(flite_names_its_stages_by_the_hook),
		TEST(the_stored_texts_make_the_identical_set),
		TEST(a_directory_is_read_by_the_names_of_its_files),
		TEST(the_mistakes_of_all_files_of_a_directory_are_said),
		TEST(a_directory_that_is_not_there_is_no_news),
		TEST(a_file_that_cannot_be_opened_is_refused),
		TEST(a_damaged_file_is_read_or_told_but_never_both),
		TEST(a_mebibyte_of_anything_is_told_in_little_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/engines.h"
#include "said.h"

static const char file_text[] =
	"engine: acme\ndescription: \"a \u202e b\"\nobjects: ['/libacme\\.so', /x]\n"
	"labels: [ { label: two, maps: [/m, /n] } ]\nnothrow: true\npriority: 60\naudio: { "
	"channels: 2 }\n"
	"probes:\n"
	"  - name: speak\n    symbol: [acme_speak, acme_say]\n    required: true\n    role: "
	"request\n"
	"    args:\n"
	"      - { name: text, arg: 1, deref: [8, -4], type: text }\n"
	"      - { name: left, return: true, type: s32, unit: count }\n"
	"    link: fifo\n    fingerprint: text\n"
	"    returns: { type: s32, ok: [0, 1], cancelled: [-4, 0x10000eff] }\n"
	"  - name: take\n    symbol: acme_take\n    role: dequeue\n    link: fifo\n    leave: "
	"none\n"
	"  - name: chunk\n    callback: { setter: acme_set }\n    role: audio\n"
	"    stage: { from: who }\n"
	"    args: [ { name: wav, arg: 0, type: pointer }, { name: who, arg: 1, type: name } ]\n"
	"    ends: { work: true, when: { arg: wav, equals: 0 } }\n"
	"    returns: { type: pointer, ok: nonnull, other: cancelled }\n";

static void an_engine_is_shown_as_it_was_understood(void **state)
{
	struct engine_set set;
	struct buf out = {0};

	(void)state;
	engines_init(&set);
	assert_int_equal(engines_parse(&set, "dir/acme.yaml", file_text, strlen(file_text)), 0);
	engines_show(&out, &set.engines[0]);
	assert_string_equal(
		out.bytes,
		"acme\n"
		"    a \\u{202e} b\n"
		"    file        dir/acme.yaml\n"
		"    objects     /libacme\\.so\n"
		"                /x\n"
		"    label       acme\n"
		"                two, when mapped: /m and /n\n"
		"    audio       rate unknown until read, 2 channels, 2 bytes per sample\n"
		"    nothrow     true\n"
		"    priority    60\n"
		"\n"
		"  speak: request, required (line 9)\n"
		"    symbol      acme_speak, else acme_say\n"
		"    stage       speak\n"
		"    reads       text = argument 1 -> [8] -> [-4], text, at enter (length and hash "
		"only)\n"
		"                left = the return value, s32 in count, at leave\n"
		"    hand-over   first in, first out, confirmed by the text\n"
		"    returns     s32: 0, 1 ok; -4, 0x10000eff cancelled; else error\n"
		"    leave       auto\n"
		"\n"
		"  take: dequeue (line 19)\n"
		"    symbol      acme_take\n"
		"    stage       take\n"
		"    hand-over   first in, first out\n"
		"    leave       none: the end is not observed\n"
		"\n"
		"  chunk: audio (line 24)\n"
		"    callback    calls through what acme_set stores its argument 0 in\n"
		"    stage       the text of who, else chunk\n"
		"    reads       wav = argument 0, pointer, at enter\n"
		"                who = argument 1, name, at enter\n"
		"    returns     pointer: nonnull ok; 0 cancelled\n"
		"    leave       auto\n"
		"    ends        the thread's piece of work, when wav is 0\n");
	buf_fini(&out);
	engines_fini(&set);
}

static void engines_are_listed_one_per_line(void **state)
{
	static const char other[] =
		"engine: b\nobjects: /b\nprobes: { name: p, symbol: s, role: stage }\n";
	struct engine_set set;
	struct buf out = {0};

	(void)state;
	engines_init(&set);
	engines_list(&out, &set);
	assert_string_equal(out.bytes, "ENGINE  PROBES  DESCRIPTION\n");
	buf_reset(&out);
	assert_int_equal(engines_parse(&set, "dir/acme.yaml", file_text, strlen(file_text)), 0);
	assert_int_equal(engines_parse(&set, "b\x1b.yaml", other, strlen(other)), 0);
	engines_list(&out, &set);
	assert_string_equal(out.bytes, "ENGINE  PROBES  DESCRIPTION\n"
				       "acme         3  a \\u{202e} b (dir/acme.yaml)\n"
				       "b            1  - (b\\x1b.yaml)\n");
	buf_fini(&out);
	engines_fini(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_engine_is_shown_as_it_was_understood),
		cmocka_unit_test(engines_are_listed_one_per_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

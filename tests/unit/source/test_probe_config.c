/* SPDX-License-Identifier: Apache-2.0 */
/* From an engine file's probe to the kernel half's capture table and the PROBE record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "source/probe_config.h"

static struct engine_probe probe_with(struct engine_arg arg)
{
	struct engine_probe spec = {.text_arg = -1, .name_arg = -1, .args_count = 1};

	spec.args[0] = arg;
	return spec;
}

static void each_type_has_its_width_and_sign(void **state)
{
	static const struct {
		enum arg_type type;
		uint8_t bytes, is_signed;
	} rows[] = {{ARG_U8, 1, 0},  {ARG_S8, 1, 1},  {ARG_U16, 2, 0},
		    {ARG_S16, 2, 1}, {ARG_U32, 4, 0}, {ARG_S32, 4, 1},
		    {ARG_U64, 8, 0}, {ARG_S64, 8, 1}, {ARG_POINTER, 8, 0}};
	struct tt_probe_config config;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct engine_probe spec = probe_with(
			(struct engine_arg){.type = rows[i].type, .index = 2, .slot = 1});

		probe_config_fill(&config, &spec);
		assert_int_equal(config.enter[1].from, TT_FROM_ARG);
		assert_int_equal(config.enter[1].index, 2);
		assert_int_equal(config.enter[1].bytes, rows[i].bytes);
		assert_int_equal(config.enter[1].is_signed, rows[i].is_signed);
		assert_int_equal(config.enter[0].from, TT_FROM_NONE);
		assert_int_equal(config.leave_needs_arguments, 0);
	}
}

static void a_chain_keeps_its_offsets_and_no_more(void **state)
{
	struct engine_probe spec = probe_with((struct engine_arg){
		.type = ARG_S16, .slot = 0, .derefs = 2, .offset = {24, -8, 99}});
	struct tt_probe_config config;

	(void)state;
	probe_config_fill(&config, &spec);
	assert_int_equal(config.enter[0].derefs, 2);
	assert_int_equal(config.enter[0].offset[0], 24);
	assert_int_equal(config.enter[0].offset[1], -8);
	assert_int_equal(config.enter[0].offset[2], 0);
}

static void an_argument_read_at_leave_is_saved_at_enter(void **state)
{
	struct engine_probe spec = probe_with((struct engine_arg){
		.type = ARG_U32, .slot = 3, .at_leave = true, .derefs = 1, .index = 7});
	struct tt_probe_config config;

	(void)state;
	probe_config_fill(&config, &spec);
	assert_int_equal(config.leave[3].from, TT_FROM_ARG);
	assert_int_equal(config.leave[3].index, 7);
	assert_int_equal(config.enter[3].from, TT_FROM_NONE);
	assert_int_equal(config.leave_needs_arguments, 1);
}

static void a_return_value_needs_no_saving(void **state)
{
	struct engine_probe spec = probe_with((struct engine_arg){
		.type = ARG_S32, .slot = 0, .from = ARG_FROM_RETURN, .at_leave = true});
	struct tt_probe_config config;

	(void)state;
	probe_config_fill(&config, &spec);
	assert_int_equal(config.leave[0].from, TT_FROM_RETURN);
	assert_int_equal(config.leave_needs_arguments, 0);
}

static void text_and_name_are_pointers_and_take_no_slot(void **state)
{
	struct engine_probe spec = {.text_arg = 1, .name_arg = 0, .args_count = 2};
	struct tt_probe_config config;

	(void)state;
	spec.args[0] = (struct engine_arg){
		.type = ARG_NAME, .slot = -1, .index = 4, .derefs = 1, .offset = {8}};
	spec.args[1] = (struct engine_arg){.type = ARG_TEXT, .slot = -1, .index = 0};
	probe_config_fill(&config, &spec);
	assert_int_equal(config.text.from, TT_FROM_ARG);
	assert_int_equal(config.text.bytes, 8);
	assert_int_equal(config.name.index, 4);
	assert_int_equal(config.name.offset[0], 8);
	for (int i = 0; i < TT_VALUES; i++)
		assert_int_equal(config.enter[i].from, TT_FROM_NONE);
}

static void the_record_names_all_and_keeps_the_end_of_a_long_path(void **state)
{
	struct engine engine = {.name = "espeak-ng"};
	struct engine_probe spec = {.name = "synthesize"};
	struct site sites[] = {{.kind = SITE_LEAVE, .offset = 1},
			       {.kind = SITE_ENTER, .offset = 0x1234}};
	struct probe_plan probe = {.engine = &engine,
				   .spec = &spec,
				   .label = "pyttsx3",
				   .symbol = "f",
				   .sites = sites,
				   .sites_count = 2,
				   .leave_mode = TT_LEAVE_RET,
				   .traits = TT_PROBE_TAIL_EXIT,
				   .cost_ns = 77};
	char path[300];
	struct object_plan object = {.path = path};
	struct tt_probe record = {0};

	(void)state;
	memset(path, 'd', sizeof(path));
	strcpy(path + 280, "/libx.so");
	probe_record_fill(&record, &object, &probe);
	assert_string_equal(record.engine, "espeak-ng");
	assert_string_equal(record.label, "pyttsx3");
	assert_string_equal(record.probe_name, "synthesize");
	assert_string_equal(record.symbol, "f");
	assert_int_equal(record.enter_offset, 0x1234);
	assert_int_equal(record.leave_mode, TT_LEAVE_RET);
	assert_int_equal(record.traits, TT_PROBE_TAIL_EXIT);
	assert_int_equal(record.cost_ns, 77);
	assert_int_equal(strlen(record.object), sizeof(record.object) - 1);
	assert_string_equal(record.object + strlen(record.object) - 8, "/libx.so");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_has_its_width_and_sign),
		cmocka_unit_test(a_chain_keeps_its_offsets_and_no_more),
		cmocka_unit_test(an_argument_read_at_leave_is_saved_at_enter),
		cmocka_unit_test(a_return_value_needs_no_saving),
		cmocka_unit_test(text_and_name_are_pointers_and_take_no_slot),
		cmocka_unit_test(the_record_names_all_and_keeps_the_end_of_a_long_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

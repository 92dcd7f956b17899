// SPDX-License-Identifier: Apache-2.0
/*
 * In: nothing. Out: const tables. The rule that surprises: the doc of a required key is what the
 * user reads when the key is missing, so it says what to write, not what the key is called.
 */
#include "config/engines_schema.h"

#include "bpf/ttsobs_event.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

const char *const engine_role_words[] = {
	[ROLE_REQUEST] = "request", [ROLE_STAGE] = "stage",	[ROLE_MARK] = "mark",
	[ROLE_ENQUEUE] = "enqueue", [ROLE_DEQUEUE] = "dequeue", [ROLE_CANCEL] = "cancel",
	[ROLE_AUDIO] = "audio",	    [ROLE_ERROR] = "error",	NULL,
};
const char *const engine_leave_words[] = {
	[LEAVE_AUTO] = "auto",
	[LEAVE_EMULATED] = "emulated",
	[LEAVE_URET] = "uret",
	[LEAVE_RET] = "ret",
	[LEAVE_CALLER] = "caller",
	[LEAVE_NONE] = "none",
	NULL,
};
#define NUMBERS                                                                                    \
	[ARG_U8] = "u8", [ARG_S8] = "s8", [ARG_U16] = "u16", [ARG_S16] = "s16", [ARG_U32] = "u32", \
	[ARG_S32] = "s32", [ARG_U64] = "u64", [ARG_S64] = "s64", [ARG_POINTER] = "pointer"
const char *const engine_type_words[] = {NUMBERS, [ARG_TEXT] = "text", [ARG_NAME] = "name", NULL};
static const char *const engine_number_words[] = {NUMBERS, NULL};
const char *const engine_unit_words[] = {
	[UNIT_NONE] = "none",
	[UNIT_BYTES] = "bytes",
	[UNIT_SAMPLES] = "samples",
	[UNIT_HZ] = "hz",
	[UNIT_NS] = "ns",
	[UNIT_US] = "us",
	[UNIT_MS] = "ms",
	[UNIT_COUNT] = "count",
	[UNIT_CHANNELS] = "channels",
	NULL,
};
/* LINK_KEY is no word but a mapping. */
const char *const engine_link_words[] = {[LINK_NONE] = "none", [LINK_FIFO] = "fifo", NULL};
const char *const engine_read_words[] = {"enter", "leave", NULL};
const char *const engine_other_words[] = {"error", "cancelled", NULL};
static const char *const words_nonnull[] = {"nonnull", NULL};

/* The wire's fields hold a NUL behind the name. */
static const struct schema_text text_engine = {"lower-case letters, digits and . _ -", "a-z0-9",
					       "a-z0-9._-",
					       sizeof(((struct tt_probe *)0)->engine) - 1};
static const struct schema_text text_label = {"letters, digits, space and . _ + -", "A-Za-z0-9",
					      "A-Za-z0-9 ._+-",
					      sizeof(((struct tt_probe *)0)->label) - 1};
static const struct schema_text text_probe = {"letters, digits and . _ -", "A-Za-z0-9_",
					      "A-Za-z0-9._-",
					      sizeof(((struct tt_probe *)0)->probe_name) - 1};
static const struct schema_text text_symbol = {"letters, digits and _ . $ @", "A-Za-z_.$",
					       "A-Za-z0-9_.$@",
					       sizeof(((struct tt_probe *)0)->symbol) - 1};
static const struct schema_text text_arg = {"lower-case letters, digits and _", "a-z_", "a-z0-9_",
					    31};
static const struct schema_text text_description = {"one line", NULL, NULL, 200};

static const struct schema_range range_priority = {0, 100};
static const struct schema_range range_rate_hz = {1000, 768000};
static const struct schema_range range_channels = {1, 64};
static const struct schema_range range_sample_bytes = {1, 8};
static const struct schema_range range_argument = {0, 15};
static const struct schema_range range_register = {0, 5};
static const struct schema_range range_offset = {INT32_MIN, INT32_MAX};
static const struct schema_range range_code = {INT64_MIN, UINT64_MAX};

struct schema_range engines_type_range(enum arg_type type)
{
	static const struct schema_range ranges[] = {
		[ARG_U8] = {0, UINT8_MAX},   [ARG_S8] = {INT8_MIN, INT8_MAX},
		[ARG_U16] = {0, UINT16_MAX}, [ARG_S16] = {INT16_MIN, INT16_MAX},
		[ARG_U32] = {0, UINT32_MAX}, [ARG_S32] = {INT32_MIN, INT32_MAX},
		[ARG_U64] = {0, UINT64_MAX}, [ARG_S64] = {INT64_MIN, INT64_MAX},
	};

	return type <= ARG_S64 ? ranges[type] : ranges[ARG_U64];
}

/* clang-format off */
#define TEXT(text) { SCHEMA_TEXT, text, 0, false }
#define REGEXES(n) { SCHEMA_REGEX, NULL, n, false }
#define BOOL { SCHEMA_BOOL, NULL, 0, false }
#define WHOLE(range) { SCHEMA_WHOLE, range, 0, false }
#define WORD(words) { SCHEMA_WORD, words, 0, false }
#define MAPPING(schema) { SCHEMA_MAPPING, schema, 0, false }
#define NO_OTHER { SCHEMA_NOTHING, NULL, 0, false }

static const struct schema_key keys_file[] = {
	[FILE_ENGINE] = { "engine", true, TEXT(&text_engine), NO_OTHER, "the engine's name" },
	[FILE_LABEL] = { "label", false, TEXT(&text_label), NO_OTHER, NULL },
	[FILE_DESCRIPTION] = { "description", false, TEXT(&text_description), NO_OTHER, NULL },
	[FILE_OBJECTS] = { "objects", true, REGEXES(ENGINE_MAX_OBJECTS), NO_OTHER, "regular expressions on the paths of the engine's libraries" },
	[FILE_LABELS] = { "labels", false, { SCHEMA_MAPPING, &schema_label, ENGINE_MAX_LABELS, true }, NO_OTHER, NULL },
	[FILE_NOTHROW] = { "nothrow", false, BOOL, NO_OTHER, NULL },
	[FILE_LEAVE] = { "leave", false, WORD(engine_leave_words), NO_OTHER, NULL },
	[FILE_PRIORITY] = { "priority", false, WHOLE(&range_priority), NO_OTHER, NULL },
	[FILE_AUDIO] = { "audio", false, MAPPING(&schema_audio), NO_OTHER, NULL },
	[FILE_PROBES] = { "probes", true, { SCHEMA_MAPPING, &schema_probe, ENGINE_MAX_PROBES, false }, NO_OTHER, "the functions to probe" },
};

static const struct schema_key keys_label[] = {
	[LABEL_LABEL] = { "label", true, TEXT(&text_label), NO_OTHER, "the name to show" },
	[LABEL_MAPS] = { "maps", true, REGEXES(ENGINE_MAX_LABEL_MAPS), NO_OTHER, "regular expressions on the paths of mapped files" },
};

static const struct schema_key keys_audio[] = {
	[AUDIO_RATE_HZ] = { "rate_hz", false, WHOLE(&range_rate_hz), NO_OTHER, NULL },
	[AUDIO_CHANNELS] = { "channels", false, WHOLE(&range_channels), NO_OTHER, NULL },
	[AUDIO_SAMPLE_BYTES] = { "sample_bytes", false, WHOLE(&range_sample_bytes), NO_OTHER, NULL },
};

static const struct schema_key keys_probe[] = {
	[PROBE_NAME] = { "name", true, TEXT(&text_probe), NO_OTHER, "a name that no other probe of the file has" },
	[PROBE_SYMBOL] = { "symbol", false, { SCHEMA_TEXT, &text_symbol, ENGINE_MAX_SYMBOLS, false }, NO_OTHER, NULL },
	[PROBE_CALLBACK] = { "callback", false, MAPPING(&schema_callback), NO_OTHER, NULL },
	[PROBE_REQUIRED] = { "required", false, BOOL, NO_OTHER, NULL },
	[PROBE_ROLE] = { "role", true, WORD(engine_role_words), NO_OTHER, "request, stage, mark, enqueue, dequeue, cancel, audio or error" },
	[PROBE_STAGE] = { "stage", false, TEXT(&text_probe), MAPPING(&schema_stage), NULL },
	[PROBE_LEAVE] = { "leave", false, WORD(engine_leave_words), NO_OTHER, NULL },
	[PROBE_ARGS] = { "args", false, { SCHEMA_MAPPING, &schema_arg, ENGINE_MAX_ARGS, true }, NO_OTHER, NULL },
	[PROBE_LINK] = { "link", false, WORD(engine_link_words), MAPPING(&schema_link), NULL },
	[PROBE_FINGERPRINT] = { "fingerprint", false, TEXT(&text_arg), NO_OTHER, NULL },
	[PROBE_RETURNS] = { "returns", false, MAPPING(&schema_returns), NO_OTHER, NULL },
	[PROBE_ENDS] = { "ends", false, MAPPING(&schema_ends), NO_OTHER, NULL },
};

static const struct schema_key keys_callback[] = {
	[CALLBACK_SETTER] = { "setter", true, TEXT(&text_symbol), NO_OTHER, "the function that registers the callback" },
	[CALLBACK_ARG] = { "arg", false, WHOLE(&range_register), NO_OTHER, NULL },
};

static const struct schema_key keys_stage[] = {
	[STAGE_FROM] = { "from", true, TEXT(&text_arg), NO_OTHER, "the name of an argument of type name" },
};

static const struct schema_key keys_arg[] = {
	[ARG_NAMED] = { "name", true, TEXT(&text_arg), NO_OTHER, "the name of the value" },
	[ARG_ARG] = { "arg", false, WHOLE(&range_argument), NO_OTHER, NULL },
	[ARG_RETURN] = { "return", false, BOOL, NO_OTHER, NULL },
	[ARG_DEREF] = { "deref", false, { SCHEMA_WHOLE, &range_offset, 3, true }, NO_OTHER, NULL },
	[ARG_TYPE] = { "type", true, WORD(engine_type_words), NO_OTHER, "u8 to s64, pointer, text or name" },
	[ARG_UNIT] = { "unit", false, WORD(engine_unit_words), NO_OTHER, NULL },
	[ARG_READ] = { "read", false, WORD(engine_read_words), NO_OTHER, NULL },
};

static const struct schema_key keys_link[] = {
	[KEY_KEY] = { "key", true, TEXT(&text_arg), NO_OTHER, "the name of the argument that is equal on both sides" },
};

static const struct schema_key keys_returns[] = {
	[RETURNS_TYPE] = { "type", true, WORD(engine_number_words), NO_OTHER, "u8 to s64 or pointer" },
	[RETURNS_OK] = { "ok", true, { SCHEMA_WHOLE, &range_code, ENGINE_MAX_CODES, false }, WORD(words_nonnull), "the codes of success, or nonnull" },
	[RETURNS_CANCELLED] = { "cancelled", false, { SCHEMA_WHOLE, &range_code, ENGINE_MAX_CODES, true }, NO_OTHER, NULL },
	[RETURNS_OTHER] = { "other", false, WORD(engine_other_words), NO_OTHER, NULL },
};

static const struct schema_key keys_ends[] = {
	[ENDS_WORK] = { "work", true, BOOL, NO_OTHER, "true" },
	[ENDS_WHEN] = { "when", false, MAPPING(&schema_when), NO_OTHER, NULL },
};

static const struct schema_key keys_when[] = {
	[WHEN_ARG] = { "arg", true, TEXT(&text_arg), NO_OTHER, "the name of a numeric argument" },
	[WHEN_EQUALS] = { "equals", true, WHOLE(&range_code), NO_OTHER, "the value that it must have" },
};

#define SCHEMA(what, section, keys) { what, section, keys, COUNT_OF(keys) }
const struct schema schema_file = SCHEMA("an engine file", "THE FILE", keys_file);
const struct schema schema_label = SCHEMA("a label", "A LABEL", keys_label);
const struct schema schema_audio = SCHEMA("audio", "AUDIO", keys_audio);
const struct schema schema_probe = SCHEMA("a probe", "A PROBE", keys_probe);
const struct schema schema_callback = SCHEMA("a callback", "A CALLBACK", keys_callback);
const struct schema schema_stage = SCHEMA("a stage", "A STAGE", keys_stage);
const struct schema schema_arg = SCHEMA("an argument", "AN ARGUMENT", keys_arg);
const struct schema schema_link = SCHEMA("a link", "A LINK", keys_link);
const struct schema schema_returns = SCHEMA("returns", "RETURNS", keys_returns);
const struct schema schema_ends = SCHEMA("ends", "ENDS", keys_ends);
const struct schema schema_when = SCHEMA("a condition", "A CONDITION", keys_when);
/* clang-format on */

const struct schema *const engines_schemas[] = {
	&schema_file,	  &schema_label, &schema_audio, &schema_probe,
	&schema_callback, &schema_stage, &schema_arg,	&schema_link,
	&schema_returns,  &schema_ends,	 &schema_when,	NULL,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of an engine file and the words that its values may be. doc/ttsobs-engine.5.scd lists
 * exactly these.
 */
#ifndef CONFIG_ENGINES_SCHEMA_H
#define CONFIG_ENGINES_SCHEMA_H

#include "config/schema.h"
#include "model/engine.h"

#define ENGINE_MAX_PROBES 64

enum {
	FILE_ENGINE,
	FILE_LABEL,
	FILE_DESCRIPTION,
	FILE_OBJECTS,
	FILE_LABELS,
	FILE_NOTHROW,
	FILE_LEAVE,
	FILE_PRIORITY,
	FILE_AUDIO,
	FILE_PROBES,
	FILE_KEYS
};
enum { LABEL_LABEL, LABEL_MAPS, LABEL_KEYS };
enum { AUDIO_RATE_HZ, AUDIO_CHANNELS, AUDIO_SAMPLE_BYTES, AUDIO_KEYS };
enum {
	PROBE_NAME,
	PROBE_SYMBOL,
	PROBE_CALLBACK,
	PROBE_REQUIRED,
	PROBE_ROLE,
	PROBE_STAGE,
	PROBE_LEAVE,
	PROBE_ARGS,
	PROBE_LINK,
	PROBE_FINGERPRINT,
	PROBE_RETURNS,
	PROBE_ENDS,
	PROBE_KEYS
};
enum { CALLBACK_SETTER, CALLBACK_ARG, CALLBACK_KEYS };
enum { STAGE_FROM, STAGE_KEYS };
enum { ARG_NAMED, ARG_ARG, ARG_RETURN, ARG_DEREF, ARG_TYPE, ARG_UNIT, ARG_READ, ARG_KEYS };
enum { KEY_KEY, KEY_KEYS };
enum { RETURNS_TYPE, RETURNS_OK, RETURNS_CANCELLED, RETURNS_OTHER, RETURNS_KEYS };
enum { ENDS_WORK, ENDS_WHEN, ENDS_KEYS };
enum { WHEN_ARG, WHEN_EQUALS, WHEN_KEYS };

extern const struct schema schema_file, schema_label, schema_audio, schema_probe, schema_callback,
	schema_stage, schema_arg, schema_link, schema_returns, schema_ends, schema_when;
/* All of them in the man page's order, ended by NULL. */
extern const struct schema *const engines_schemas[];

/* Indexed by the enum's value, ended by NULL. */
extern const char *const engine_role_words[];
extern const char *const engine_leave_words[];
extern const char *const engine_type_words[];
extern const char *const engine_unit_words[];
extern const char *const engine_link_words[];
extern const char *const engine_read_words[];  /* enter, leave */
extern const char *const engine_other_words[]; /* error, cancelled */

/* What fits into a value of that type; text and name are pointers. */
struct schema_range engines_type_range(enum arg_type type);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nouns: an engine (one YAML file) and its probes. Made by config/, read by source/ and flow/.
 * The rule that surprises: flow gets these from the texts stored in a recording, so they hold nothing of a live process.
 */
#ifndef MODEL_ENGINE_H
#define MODEL_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role {
	ROLE_REQUEST,
	ROLE_STAGE,
	ROLE_MARK,    /* a point; the span goes to the next mark of the thread's chain */
	ROLE_ENQUEUE,
	ROLE_DEQUEUE,
	ROLE_CANCEL,
	ROLE_AUDIO,
	ROLE_ERROR,   /* a hit means that the current request failed */
};

enum link_kind {
	LINK_NONE,
	LINK_FIFO, /* in order, checked by the text fingerprint */
	LINK_KEY,  /* by an equal argument value (link_arg) */
};

enum leave_wish {
	LEAVE_AUTO,
	LEAVE_EMULATED,
	LEAVE_URET,
	LEAVE_RET,
	LEAVE_CALLER,
	LEAVE_NONE,
};

enum arg_unit {
	UNIT_NONE,
	UNIT_BYTES,   /* with role audio: bytes of audio */
	UNIT_SAMPLES, /* with role audio: frames (samples per channel) */
	UNIT_HZ,      /* a sample rate; sticky for the process once seen */
	UNIT_NS,
	UNIT_US,
	UNIT_MS,
	UNIT_COUNT,
	UNIT_CHANNELS,
};

enum arg_type {
	ARG_U8, ARG_S8, ARG_U16, ARG_S16, ARG_U32, ARG_S32, ARG_U64, ARG_S64,
	ARG_POINTER,
	ARG_TEXT, /* pointer to a NUL-terminated string: length and fingerprint, never the words */
	ARG_NAME, /* pointer to a short string (<= 48 bytes) that may be shown: stage, voice */
};

enum arg_from { ARG_FROM_ARG, ARG_FROM_RETURN };

struct engine_arg {
	const char *name;
	enum arg_from from;
	unsigned index;	 /* 0-based argument position; 6 and more are on the stack */
	bool at_leave;	 /* read when the call ends */
	unsigned derefs; /* 0..3 */
	int32_t offset[3];
	enum arg_type type;
	enum arg_unit unit;
	int slot; /* index in tt_enter.value[] or tt_leave.value[]; -1 for text and name */
};

#define ENGINE_MAX_ARGS 8
#define ENGINE_MAX_SYMBOLS 4
#define ENGINE_MAX_CODES 8

struct engine_probe {
	const char *name; /* unique in the engine */
	unsigned line;	  /* in the engine file */
	const char *symbols[ENGINE_MAX_SYMBOLS]; /* alternatives, first found wins; NULL-terminated when fewer */
	const char *callback_setter; /* else: every indirect call through the variable that this function stores its argument callback_arg in */
	unsigned callback_arg;
	bool required; /* engine cannot be traced without it */
	enum role role;
	const char *stage; /* shown stage name; when stage_from_name, the captured name replaces it */
	bool stage_from_name;
	struct engine_arg args[ENGINE_MAX_ARGS];
	unsigned args_count;
	int text_arg; /* index in args, or -1 */
	int name_arg;
	int samples_arg; /* role audio: unit samples or bytes */
	int rate_arg;	 /* unit hz */
	enum leave_wish leave;
	enum link_kind link;
	int link_arg; /* LINK_KEY */
	bool fingerprint; /* the text is the fingerprint of the hand-over */
	/* return convention; codes are compared in the width of return_type */
	enum arg_type return_type;
	bool returns_known; /* false: every return is a success */
	bool nonnull_ok;    /* instead of codes: NULL (0) is the failure */
	int64_t ok[ENGINE_MAX_CODES];
	unsigned ok_count;
	int64_t cancelled[ENGINE_MAX_CODES];
	unsigned cancelled_count;
	bool other_cancelled; /* codes in neither list mean cancelled instead of error */
	/* ends: work, when args[ends_arg] == ends_value (ends_arg < 0: always) */
	bool ends_work;
	int ends_arg;
	int64_t ends_value;
};

#define ENGINE_MAX_LABEL_MAPS 4
struct engine_label {
	const char *label;
	const char *maps[ENGINE_MAX_LABEL_MAPS]; /* POSIX extended regexes; every one must match some mapped path */
	unsigned maps_count;
};

#define ENGINE_MAX_OBJECTS 8
#define ENGINE_MAX_LABELS 8

struct engine {
	const char *name;
	const char *label; /* default label */
	const char *description;
	const char *file; /* path or name of the YAML text, for messages */
	const char *objects[ENGINE_MAX_OBJECTS]; /* POSIX extended regexes on mapped paths */
	unsigned objects_count;
	struct engine_label labels[ENGINE_MAX_LABELS];
	unsigned labels_count;
	bool nothrow; /* plain C: no exception can leave a probed function */
	enum leave_wish leave;
	unsigned priority; /* an engine recognised beside one of higher priority serves as its stage provider; default 50 */
	uint32_t audio_rate_hz; /* 0 = unknown until captured */
	uint32_t audio_channels;
	uint32_t audio_sample_bytes;
	struct engine_probe *probes;
	unsigned probes_count;
};

struct engine_text { /* as stored in a recording's preamble */
	char *file;
	char *text;
	size_t length;
};

struct engine_set {
	struct engine *engines;
	size_t engines_count;
	size_t engines_capacity;
	struct engine_text *texts; /* one per engine, same order */
	size_t texts_capacity;
	struct arena *arena; /* owns every string above */
};

#endif

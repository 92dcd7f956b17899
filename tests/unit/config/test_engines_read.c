// SPDX-License-Identifier: Apache-2.0
/*
 * One row per way of being wrong: the text, and every message with its line and column, in order
 * and complete.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "config/engines.h"
#include "said.h"

struct bad {
	const char *title;
	const char *text;
	size_t length;
	const char *messages;
};

/* clang-format off */
#define TEXT(literal) literal, sizeof(literal) - 1
#define BRACKETS "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
#define DEEP TEXT("engine: " BRACKETS BRACKETS BRACKETS BRACKETS "\n")

static const struct bad bad_files[] = {
	{
		"a list is no engine file",
		TEXT("- a\n"
		     "- b\n"),
		"1:1: an engine file is a mapping that begins with 'engine: NAME'\n",
	},
	{
		"a lone word is no engine file",
		TEXT("hello\n"),
		"1:1: an engine file is a mapping that begins with 'engine: NAME'\n",
	},
	{
		"an empty document is no engine file",
		TEXT("---\n"),
		"1:1: an engine file is a mapping that begins with 'engine: NAME'\n",
	},
	{
		"an unknown key is told with a guess, or with all keys",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "nothrwo: true\n"
		     "zzz: 1\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request, Role: x }\n"),
		"3:1: unknown key 'nothrwo' in an engine file (did you mean 'nothrow'?)\n"
		"4:1: unknown key 'zzz' in an engine file (it knows engine, label, description, objects, "
		"labels, nothrow, leave, priority, audio, probes)\n"
		"6:42: unknown key 'Role' in a probe (did you mean 'role'?)\n",
	},
	{
		"a repeated key is told with the line of the first",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "engine: f\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"
		     "  - { name: p, symbol: t, role: stage, name: q }\n"),
		"3:1: 'engine' is here twice (first at line 1)\n"
		"6:13: the probe 'p' is here twice (first at line 5)\n"
		"6:40: 'name' is here twice (first at line 6)\n",
	},
	{
		"every missing key is told where the mapping begins",
		TEXT("label: x\n"),
		"1:1: an engine file needs the key 'engine': the engine's name\n"
		"1:1: an engine file needs the key 'objects': regular expressions on the paths of the "
		"engine's libraries\n"
		"1:1: an engine file needs the key 'probes': the functions to probe\n",
	},
	{
		"a probe without keys and an item that is no mapping are told in place",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - {}\n"
		     "  - { symbol: s }\n"
		     "  - \n"
		     "  - 5\n"),
		"4:5: a probe needs the key 'name': a name that no other probe of the file has\n"
		"4:5: a probe needs the key 'role': request, stage, mark, enqueue, dequeue, cancel, "
		"audio or error\n"
		"4:5: a probe needs the key 'symbol' or 'callback'\n"
		"5:5: a probe needs the key 'name': a name that no other probe of the file has\n"
		"5:5: a probe needs the key 'role': request, stage, mark, enqueue, dequeue, cancel, "
		"audio or error\n"
		"6:3: an item of 'probes' must be a mapping, not nothing\n"
		"7:5: an item of 'probes' must be a mapping, not '5'\n",
	},
	{
		"values of the wrong kind are told with what they must be",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "nothrow: 'true'\n"
		     "priority: high\n"
		     "labels: 5\n"
		     "audio: 3\n"
		     "leave: [auto]\n"
		     "label: {a: 1}\n"
		     "description:\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"),
		"3:10: 'nothrow' must be true or false, not 'true'\n"
		"4:11: 'priority' must be a whole number from 0 to 100, not 'high'\n"
		"5:9: 'labels' must be a mapping, or a list of them (at most 8), not '5'\n"
		"6:8: 'audio' must be a mapping, not '3'\n"
		"7:8: 'leave' must be auto, emulated, uret, ret, caller or none, not a list\n"
		"8:8: 'label' must be a text (letters, digits, space and . _ + -; at most 31 bytes), not "
		"a mapping\n"
		"9:1: 'description' must be a text (one line; at most 200 bytes), not nothing\n",
	},
	{
		"keys without a value are told at the key",
		TEXT("engine:\n"
		     "objects: ~\n"
		     "probes: null\n"),
		"1:1: 'engine' must be a text (lower-case letters, digits and . _ -; at most 31 bytes), "
		"not nothing\n"
		"2:1: 'objects' must be a POSIX extended regular expression, or a list of them (at most "
		"8), not nothing\n"
		"3:1: 'probes' must be a mapping, or a list of them (at most 64), not nothing\n",
	},
	{
		"numbers out of range and octal ones are told",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "priority: 101\n"
		     "audio: { rate_hz: 999, channels: 0, sample_bytes: 010, rate: 5 }\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"),
		"3:11: 'priority' must be a whole number from 0 to 100, not '101'\n"
		"4:19: 'rate_hz' must be a whole number from 1000 to 768000, not '999'\n"
		"4:34: 'channels' must be a whole number from 1 to 64, not '0'\n"
		"4:51: 'sample_bytes' must be a whole number from 1 to 8, not '010'\n"
		"4:56: unknown key 'rate' in audio (it knows rate_hz, channels, sample_bytes)\n",
	},
	{
		"names with foreign characters are told with the character",
		TEXT("engine: Foo\n"
		     "label: ' x'\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: 'a b', symbol: 's;', role: stage, stage: '' }\n"),
		"1:9: 'engine' must be lower-case letters, digits and . _ -: 'F' is not allowed at its "
		"beginning\n"
		"2:8: 'label' must be letters, digits, space and . _ + -: ' ' is not allowed at its "
		"beginning\n"
		"5:13: 'name' must be letters, digits and . _ -: ' ' is not allowed\n"
		"5:28: 'symbol' must be letters, digits and _ . $ @: ';' is not allowed\n"
		"5:54: 'stage' is empty\n",
	},
	{
		"names that are too long are told with their length",
		TEXT("engine: eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\n"
		     "label: llllllllllllllllllllllllllllllll\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn, symbol: ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss, role: request }\n"),
		"1:9: 'engine' is 32 bytes long, at most 31 are allowed\n"
		"2:8: 'label' is 32 bytes long, at most 31 are allowed\n"
		"5:13: 'name' is 48 bytes long, at most 47 are allowed\n"
		"5:71: 'symbol' is 128 bytes long, at most 127 are allowed\n",
	},
	{
		"bad and dangerous regular expressions are told with the reason",
		TEXT("engine: e\n"
		     "objects: ['(', '[a', 'a{300}', '(a{20}){20}', '\\1(a)', '']\n"
		     "labels: [ { label: l, maps: ['*('] } ]\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"),
		"2:11: 'objects': '(' is no regular expression: Unmatched ( or \\(\n"
		"2:16: 'objects': '[a' is no regular expression: Unmatched [, [^, [:, [., or [=\n"
		"2:22: 'objects': 'a{300}' is no regular expression: the repetitions multiply to more "
		"than 256\n"
		"2:32: 'objects': '(a{20}){20}' is no regular expression: the repetitions multiply to "
		"more than 256\n"
		"2:47: 'objects': '\\1(a)' is no regular expression: back-references are not POSIX "
		"extended\n"
		"2:56: 'objects' is empty\n"
		"3:30: 'maps': '*(' is no regular expression: Invalid preceding regular expression\n",
	},
	{
		"an empty list of objects is told at the list",
		TEXT("engine: e\n"
		     "objects: []\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"),
		"2:10: 'objects' is an empty list\n",
	},
	{
		"a list that is too long is told at the first item too many",
		TEXT("engine: e\n"
		     "objects: [a,b,c,d,e,f,g,h,i]\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"),
		"2:27: 'objects' has more than 8 items\n",
	},
	{
		"an unknown word is told with the allowed ones",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: reqest, leave: uretprobe }\n"),
		"4:33: 'role' must be request, stage, mark, enqueue, dequeue, cancel, audio or error, "
		"not 'reqest' (did you mean 'request'?)\n"
		"4:48: 'leave' must be auto, emulated, uret, ret, caller or none, not 'uretprobe'\n",
	},
	{
		"a repeated probe is told with the line of the first",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"
		     "  - { name: q, symbol: s, role: stage }\n"
		     "  - name: p\n"
		     "    symbol: s\n"
		     "    role: stage\n"),
		"6:11: the probe 'p' is here twice (first at line 4)\n",
	},
	{
		"symbol and callback exclude each other and one must be there",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request, callback: { setter: x } }\n"
		     "  - { name: q, role: stage }\n"
		     "  - { name: r, role: stage, callback: { arg: 6 } }\n"
		     "  - { name: t, role: stage, symbol: 5x }\n"),
		"4:52: 'symbol' and 'callback' exclude each other\n"
		"5:5: a probe needs the key 'symbol' or 'callback'\n"
		"6:39: a callback needs the key 'setter': the function that registers the callback\n"
		"6:46: 'arg' must be a whole number from 0 to 5, not '6'\n"
		"7:37: 'symbol' must be letters, digits and _ . $ @: '5' is not allowed at its beginning\n",
	},
	{
		"positions of arguments are checked",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - name: p\n"
		     "    symbol: s\n"
		     "    role: request\n"
		     "    args:\n"
		     "      - { name: a, arg: 16, type: u32 }\n"
		     "      - { name: b, arg: -1, type: u32 }\n"
		     "      - { name: c, type: u32 }\n"
		     "      - { name: d, arg: 1, return: true, type: u32 }\n"
		     "      - { name: f, return: true, read: enter, type: u32 }\n"),
		"8:25: 'arg' must be a whole number from 0 to 15, not '16'\n"
		"9:25: 'arg' must be a whole number from 0 to 15, not '-1'\n"
		"10:9: an argument needs the key 'arg' (its position) or 'return: true'\n"
		"11:25: 'arg' and 'return' exclude each other\n"
		"12:40: a return value cannot be read at enter\n",
	},
	{
		"chains of offsets are checked",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - name: p\n"
		     "    symbol: s\n"
		     "    role: request\n"
		     "    args:\n"
		     "      - { name: a, arg: 1, deref: [1,2,3,4], type: u32 }\n"
		     "      - { name: b, arg: 1, deref: [2147483648], type: u32 }\n"
		     "      - { name: c, arg: 1, deref: 8, type: u32 }\n"),
		"8:42: 'deref' has more than 3 items\n"
		"9:36: an item of 'deref' must be a whole number from -2147483648 to 2147483647, not "
		"'2147483648'\n",
	},
	{
		"strings are read at enter and have no unit",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - name: p\n"
		     "    symbol: s\n"
		     "    role: request\n"
		     "    args:\n"
		     "      - { name: a, arg: 1, type: text, read: leave }\n"
		     "      - { name: b, return: true, type: name }\n"
		     "      - { name: c, arg: 2, type: text, unit: bytes }\n"
		     "      - { name: c, arg: 2, type: name }\n"),
		"8:46: a text is read at enter\n"
		"9:28: a name cannot come from the return value\n"
		"10:34: a second text: 'a' is one already\n"
		"10:46: a text has no unit\n"
		"11:17: the argument 'c' is here twice\n"
		"11:34: a second name: 'b' is one already\n",
	},
	{
		"a fifth number at enter is told",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - name: p\n"
		     "    symbol: s\n"
		     "    role: request\n"
		     "    args:\n"
		     "      - { name: a0, arg: 0, type: u32 }\n"
		     "      - { name: a1, arg: 1, type: u32 }\n"
		     "      - { name: a2, arg: 2, type: u32 }\n"
		     "      - { name: a3, arg: 3, type: u32 }\n"
		     "      - { name: a4, arg: 4, type: u32 }\n"),
		"12:9: more than 4 numbers are read at enter\n",
	},
	{
		"a ninth argument is told",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - name: p\n"
		     "    symbol: s\n"
		     "    role: request\n"
		     "    args:\n"
		     "      - { name: a0, arg: 0, type: u32 }\n"
		     "      - { name: a1, arg: 1, type: u32 }\n"
		     "      - { name: a2, arg: 2, type: u32 }\n"
		     "      - { name: a3, arg: 3, type: u32 }\n"
		     "      - { name: a4, arg: 4, type: u32 }\n"
		     "      - { name: a5, arg: 5, type: u32 }\n"
		     "      - { name: a6, arg: 6, type: u32 }\n"
		     "      - { name: a7, arg: 7, type: u32 }\n"
		     "      - { name: a8, arg: 8, type: u32 }\n"),
		"16:9: 'args' has more than 8 items\n",
	},
	{
		"names of arguments that are absent, of another type or too late are told",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - name: p\n"
		     "    symbol: s\n"
		     "    role: request\n"
		     "    args:\n"
		     "      - { name: n, arg: 0, type: u32 }\n"
		     "      - { name: l, arg: 0, type: u32, read: leave }\n"
		     "      - { name: t, arg: 1, type: text }\n"
		     "    stage: { from: t }\n"
		     "    link: { key: nn }\n"
		     "    fingerprint: n\n"
		     "    ends: { work: true, when: { arg: t, equals: 0 } }\n"
		     "  - name: q\n"
		     "    symbol: s\n"
		     "    role: stage\n"
		     "    args: [ { name: l, arg: 0, type: u32, read: leave } ]\n"
		     "    stage: { from: x }\n"
		     "    link: fifo\n"
		     "    fingerprint: text\n"
		     "    ends: { work: true, when: { arg: l, equals: 0 } }\n"
		     "  - name: r\n"
		     "    symbol: s\n"
		     "    role: request\n"
		     "    args: [ { name: u, arg: 0, type: u8 }, { name: v, arg: 0, type: u8, read: leave } ]\n"
		     "    link: { key: v }\n"
		     "    ends: { work: true, when: { arg: u, equals: 256 } }\n"),
		"11:20: 'from' names 't', which is not of type name\n"
		"12:11: nothing takes what is handed over: no probe of role dequeue has such a link\n"
		"12:18: 'key' names the argument 'nn', which this probe does not have\n"
		"13:18: 'fingerprint' names 'n', which is not of type text\n"
		"13:18: a fingerprint needs 'link: fifo'\n"
		"14:38: 'arg' names 't', which is a text and no number\n"
		"19:20: 'from' names the argument 'x', which this probe does not have\n"
		"20:11: a probe of role stage has no link\n"
		"21:18: 'fingerprint' names the argument 'text', which this probe does not have\n"
		"22:38: 'arg' names 'l', which is read at leave: too late\n"
		"27:11: nothing takes what is handed over: no probe of role dequeue has such a link\n"
		"27:18: 'key' names 'v', which is read at leave: too late\n"
		"28:49: 'equals': 256 does not fit into u8 (0 to 255)\n",
	},
	{
		"return codes must fit their type and exclude each other",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request, returns: { type: u8, ok: [256, 0, -1], cancelled: [0] } }\n"
		     "  - { name: q, symbol: s, role: request, returns: { type: s32, ok: [0xffffffff], other: maybe } }\n"
		     "  - { name: r, symbol: s, role: request, returns: { type: pointer, ok: nonnul } }\n"
		     "  - { name: t, symbol: s, role: request, returns: { type: pointer, ok: nonnull, cancelled: [1] } }\n"
		     "  - { name: u, symbol: s, role: request, returns: { type: text } }\n"
		     "  - { name: v, symbol: s, role: request, returns: { type: u64, ok: [18446744073709551616] } }\n"),
		"4:68: 'ok': 256 does not fit into u8 (0 to 255)\n"
		"4:76: 'ok': -1 does not fit into u8 (0 to 255)\n"
		"4:92: a code is both in 'ok' and in 'cancelled'\n"
		"5:69: 'ok': 4294967295 does not fit into s32 (-2147483648 to 2147483647)\n"
		"5:89: 'other' must be error or cancelled, not 'maybe'\n"
		"6:72: 'ok' must be a whole number from -9223372036854775808 to 18446744073709551615, or "
		"a list of them (at most 8), or nonnull, not 'nonnul' (did you mean 'nonnull'?)\n"
		"7:92: 'cancelled' and 'ok: nonnull' exclude each other\n"
		"8:51: returns needs the key 'ok': the codes of success, or nonnull\n"
		"8:59: 'type' must be u8, s8, u16, s16, u32, s32, u64, s64 or pointer, not 'text'\n"
		"9:69: an item of 'ok' must be a whole number from -9223372036854775808 to "
		"18446744073709551615, not '18446744073709551616'\n",
	},
	{
		"an engine that would show nothing is told",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: audio }\n"),
		"4:3: no probe has the role request, enqueue or stage: nothing would be shown\n",
	},
	{
		"a way of leaving that cannot work is told",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request, leave: uret }\n"
		     "  - name: q\n"
		     "    symbol: s\n"
		     "    role: request\n"
		     "    leave: none\n"
		     "    returns: { type: u32, ok: 0 }\n"
		     "    args: [ { name: a, return: true, type: u32 }, { name: b, arg: 0, type: u32, read: leave } ]\n"
		     "  - { name: r, callback: { setter: s }, role: audio, leave: ret }\n"),
		"4:49: 'leave: uret' needs 'nothrow: true': an exception through it ends the process\n"
		"9:14: 'leave: none' observes no return value\n"
		"10:32: with 'leave: none' nothing is read at leave\n"
		"10:87: with 'leave: none' nothing is read at leave\n"
		"11:61: a callback is left after its call: 'leave' can be auto or none\n",
	},
	{
		"a return probe needs nothrow for the whole file too",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "leave: uret\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"),
		"3:8: 'leave: uret' needs 'nothrow: true': an exception through it ends the process\n",
	},
	{
		"audio has one length and one rate",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - name: p\n"
		     "    symbol: s\n"
		     "    role: audio\n"
		     "    args:\n"
		     "      - { name: a, arg: 0, type: u32, unit: samples }\n"
		     "      - { name: b, arg: 0, type: u32, unit: bytes }\n"
		     "      - { name: c, arg: 0, type: u32, unit: hz }\n"
		     "      - { name: d, return: true, type: u32, unit: hz }\n"
		     "      - { name: e, arg: 1, type: u8, unit: channels }\n"
		     "      - { name: f, arg: 2, type: u8, unit: channels }\n"
		     "  - { name: q, symbol: s, role: request }\n"),
		"9:45: a second length of the audio: 'a' is one already\n"
		"11:51: a second sample rate: 'c' is one already\n"
		"13:9: more than 4 numbers are read at enter\n"
		"13:44: a second number of channels: 'e' is one already\n",
	},
	{
		"hostile texts are shown escaped",
		TEXT("engine: \"\\e[31m\"\n"
		     "\"a\\u001b]0;x\\a\": 1\n"
		     "label: \"x\\0y\"\n"
		     "description: \"a\\nb\"\n"
		     "objects: [\"/e\"]\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: \"\\u202erequest\" }\n"),
		"1:9: 'engine' holds a control character\n"
		"2:1: unknown key 'a\\x1b]0;x\\x07' in an engine file (it knows engine, label, "
		"description, objects, labels, nothrow, leave, priority, audio, probes)\n"
		"3:8: 'label' holds a NUL byte\n"
		"4:14: 'description' holds a control character\n"
		"7:33: 'role' must be request, stage, mark, enqueue, dequeue, cancel, audio or error, "
		"not '\\u{202e}request'\n",
	},
	{
		"keys that are no words are told",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "? [a]\n"
		     ": 1\n"
		     "? {b: c}\n"
		     ": 2\n"
		     "*x : 3\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"),
		"3:3: a key of an engine file must be a plain word\n"
		"5:3: a key of an engine file must be a plain word\n"
		"7:1: a key of an engine file must be a plain word\n",
	},
	{
		"columns count characters and not bytes",
		TEXT("engine: e\n"
		     "labels: [ { label: '\303\244\303\266\303\274', maps: ['/\346\227\245\346\234\254'] }, { label: b, maps: 5, x: 1 } ]\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"),
		"2:20: 'label' must be letters, digits, space and . _ + -: '\303\244' is not allowed at its "
		"beginning\n"
		"2:65: unknown key 'x' in a label (it knows label, maps)\n",
	},
	{
		"carriage returns before newlines are harmless",
		TEXT("engine: E\r\n"
		     "objects: ['/e']\r\n"
		     "probes:\r\n"
		     "  - { name: p, symbol: s, role: request }\r\n"),
		"1:9: 'engine' must be lower-case letters, digits and . _ -: 'E' is not allowed at its "
		"beginning\n",
	},
	{
		"a byte order mark takes no column",
		TEXT("\357\273\277engine: E\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"),
		"1:9: 'engine' must be lower-case letters, digits and . _ -: 'E' is not allowed at its "
		"beginning\n",
	},
	{
		"an item that is not there is told at its dash",
		TEXT("engine: e\n"
		     "objects:\n"
		     "  -\n"
		     "  - '/x'\n"
		     "probes:\n"
		     "  - name: p\n"
		     "    symbol:\n"
		     "      - a\n"
		     "      - b\n"
		     "    role:\n"
		     "      request: 1\n"),
		"3:3: an item of 'objects' must be a POSIX extended regular expression, not nothing\n"
		"11:7: 'role' must be request, stage, mark, enqueue, dequeue, cancel, audio or error, "
		"not a mapping\n",
	},
	{
		"an alias is never followed",
		TEXT("engine: &x e\n"
		     "label: *x\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"),
		"2:8: 'label' is an alias: write the value itself\n",
	},
	{
		"an alias bomb is told and not unfolded",
		TEXT("a: &a [x,x]\n"
		     "b: &b [*a,*a,*a]\n"
		     "c: &c [*b,*b,*b]\n"
		     "engine: e\n"
		     "objects: *c\n"
		     "probes: *c\n"
		     "<<: *a\n"),
		"1:1: unknown key 'a' in an engine file (it knows engine, label, description, objects, "
		"labels, nothrow, leave, priority, audio, probes)\n"
		"2:1: unknown key 'b' in an engine file (it knows engine, label, description, objects, "
		"labels, nothrow, leave, priority, audio, probes)\n"
		"3:1: unknown key 'c' in an engine file (it knows engine, label, description, objects, "
		"labels, nothrow, leave, priority, audio, probes)\n"
		"5:10: 'objects' is an alias: write the value itself\n"
		"6:9: 'probes' is an alias: write the value itself\n"
		"7:1: unknown key '<<' in an engine file (it knows engine, label, description, objects, "
		"labels, nothrow, leave, priority, audio, probes)\n",
	},
	{
		"a tag is never believed",
		TEXT("engine: !!str e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"),
		"1:15: 'engine' has a tag: write the value alone\n",
	},
	{
		"a queue that nobody takes from is told",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request, link: fifo }\n"
		     "  - { name: q, symbol: s, role: enqueue, link: { key: k },\n"
		     "      args: [ { name: k, arg: 0, type: u32 } ] }\n"
		     "  - { name: r, symbol: s, role: dequeue, link: none }\n"),
		"4:48: nothing takes what is handed over: no probe of role dequeue has such a link\n"
		"5:48: nothing takes what is handed over: no probe of role dequeue has such a link\n",
	},
	{
		"text that is no YAML is told at its place (bracket)",
		TEXT("engine: e\n"
		     "objects: ['/e'\n"
		     "probes: 1\n"),
		"3:1: wrongly indented flow sequence\n",
	},
	{
		"text that is no YAML is told at its place (quote)",
		TEXT("engine: \"e\n"),
		"1:10: double-quoted scalar without closing quote\n",
	},
	{
		"a tab as indentation is told at the tab",
		TEXT("engine: e\n"
		     "probes:\n"
		     "\t- name: x\n"),
		"3:1: tab character may not be used as indentation\n",
	},
	{
		"a foreign YAML version is told",
		TEXT("%YAML 3.0\n"
		     "---\n"
		     "engine: e\n"),
		"1:1: this is not YAML 1.2\n",
	},
	{
		"deep nesting is told where it gets too deep",
		DEEP,
		"1:71: Max depth (64) exceeded\n",
	},
	{
		"an empty file is told",
		TEXT(""),
		"1:1: the file is empty\n",
	},
	{
		"a file of comments is told as empty",
		TEXT("# nothing\n"),
		"1:1: the file is empty\n",
	},
	{
		"a lone byte order mark is told as empty",
		TEXT("\357\273\277"),
		"1:1: the file is empty\n",
	},
	{
		"a second document is told",
		TEXT("engine: e\n"
		     "objects: ['/e']\n"
		     "probes:\n"
		     "  - { name: p, symbol: s, role: request }\n"
		     "---\n"
		     "engine: x\n"),
		"6:1: a second document: a file is one document\n",
	},
	{
		"a NUL byte is told once per line",
		TEXT("engine: e\000\n"
		     "objects: [\000'/e']\n"),
		"1:10: a NUL byte (0x00) is not allowed here\n"
		"2:11: a NUL byte (0x00) is not allowed here\n",
	},
	{
		"a control character is told",
		TEXT("engine: e\033[31m\n"),
		"1:10: a control character (0x1b) is not allowed here\n",
	},
	{
		"a C1 control character is told",
		TEXT("engine: \302\233\n"),
		"1:9: a control character (0x9b) is not allowed here\n",
	},
	{
		"bad UTF-8 is told at the byte",
		TEXT("engine: \377\n"),
		"1:9: a byte that is not UTF-8 (0xff) is not allowed here\n",
	},
	{
		"a carriage return alone is told",
		TEXT("engine: e\robjects: x\n"),
		"1:10: a carriage return without a newline (0x0d) is not allowed here\n",
	},
};
/* clang-format on */

static void every_mistake_is_told(void **state)
{
	const struct bad *bad = *state;
	/* Without a NUL behind it, so that a read too far is seen by the sanitizer. */
	char *text = malloc(bad->length ? bad->length : 1);
	struct buf said, messages = {0};
	struct engine_set set;

	memcpy(text, bad->text, bad->length);
	engines_init(&set);
	said_begin(&said);
	assert_int_equal(engines_parse(&set, "t.yaml", text, bad->length), -EINVAL);
	said_messages(&said, "t.yaml", &messages);
	assert_string_equal(messages.bytes, bad->messages);
	assert_int_equal(set.engines_count, 0);
	assert_int_equal(set.arena->used_bytes, 0);
	buf_fini(&messages);
	said_end(&said);
	engines_fini(&set);
	free(text);
}

#define ROWS (sizeof(bad_files) / sizeof(bad_files[0]))

int main(void)
{
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){
			.name = bad_files[i].title,
			.test_func = every_mistake_is_told,
			.initial_state = (void *)(uintptr_t)&bad_files[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the speakers say. load_text(i) is the same text in every program and every run: lengths from 24 to 446 bytes, all
 * different below i = 211 but for the last group; every fifth has letters outside ASCII; number 50 is longer than 4 KiB; numbers 13 mod 20 share
 * their first 200 bytes and their length (300) and differ in the middle. tests/lib/texts.py is its twin for Python.
 */
#ifndef TESTS_LOAD_TEXTS_H
#define TESTS_LOAD_TEXTS_H

#include <stdio.h>
#include <string.h>

#define LOAD_TEXT_ROOM 8192

/* Adds words until exactly `bytes` bytes are there; never cuts a character. */
static inline void load_words(char *out, size_t bytes, unsigned seed, int is_foreign)
{
	static const char *const plain[] = {"the", "river", "carries", "small", "boats", "under", "seven", "old",
					    "bridges", "while", "lamps", "are", "lit", "and", "somebody", "sings"};
	static const char *const foreign[] = {"Gr\xc3\xb6\xc3\x9f" "e", "na\xc3\xafve", "\xc3\xa9t\xc3\xa9", "\xce\xb1\xce\xb2\xce\xb3",
					      "\xc5\x82\xc3\xb3" "d\xc5\xba", "caf\xc3\xa9", "\xe2\x80\x9cyes\xe2\x80\x9d", "ma\xc3\xb1" "ana"};
	size_t at = strlen(out);

	for (unsigned i = seed; at + 1 < bytes; i++) {
		const char *word = is_foreign && i % 3 == 0 ? foreign[(i * 5 + seed) % 8] : plain[(i * 7 + seed * 3) % 16];
		size_t length = strlen(word);

		if (at + length + 2 > bytes)
			break;
		memcpy(out + at, word, length);
		at += length;
		out[at++] = ' ';
	}
	while (at + 1 < bytes)
		out[at++] = 'a';
	if (at < bytes)
		out[at++] = '.';
	out[at] = 0;
}

static inline size_t load_text(unsigned index, char *out)
{
	size_t bytes = 24 + (size_t)(index * 73 % 211) * 2;

	*out = 0;
	if (index == 50) {
		bytes = 5003;
	} else if (index % 20 == 13) {
		load_words(out, 200, 1, 0);
		snprintf(out + 200, 40, " number %u here. ", index);
		bytes = 300;
	} else {
		snprintf(out, 32, "%u. ", index);
	}
	load_words(out, bytes, index, index % 5 == 2);
	return strlen(out);
}

/* Waits for the word "go" on stdin; 0 at the end of input. */
static inline int load_wait(void)
{
	char line[64];

	return fgets(line, sizeof(line), stdin) && strncmp(line, "go", 2) == 0;
}

#endif

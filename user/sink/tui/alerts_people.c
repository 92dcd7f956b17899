// SPDX-License-Identifier: Apache-2.0
/* In: numbers. Out: who and when in words. */
#include "sink/tui/alerts_people.h"

#include <stdio.h>
#include <string.h>

struct units_text alerts_person(uint32_t uid)
{
	struct units_text text;

	if (uid)
		snprintf(text.text, sizeof(text.text), "uid %u", uid);
	else
		snprintf(text.text, sizeof(text.text), "root");
	return text;
}

struct units_text alerts_duration(uint64_t ns)
{
	static const struct {
		uint64_t ns;
		const char *name;
	} units[] = {
		{3600 * NS_PER_S, "h"}, {60 * NS_PER_S, "m"}, {NS_PER_S, "s"}, {NS_PER_MS, "ms"}};
	struct units_text text = {"0s"};
	size_t length = 0;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (ns / units[i].ns)
			length += (size_t)snprintf(text.text + length, sizeof(text.text) - length,
						   "%llu%s", (unsigned long long)(ns / units[i].ns),
						   units[i].name);
		ns %= units[i].ns;
	}
	return text;
}

struct units_text alerts_instant(uint64_t at_real_ns, uint64_t now_real_ns)
{
	struct units_text at = units_rfc3339(at_real_ns), now = units_rfc3339(now_real_ns), text;

	/* 2026-11-24T07:32:10 */
	if (!strncmp(at.text, now.text, 10))
		snprintf(text.text, sizeof(text.text), "%.8s UTC", at.text + 11);
	else
		snprintf(text.text, sizeof(text.text), "%.10s %.8s UTC", at.text, at.text + 11);
	return text;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as people read and write them. C locale always. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S 1000000000ull

struct units_text {
	char text[48];
};

struct units_text units_ns(uint64_t ns);	 /* 0 ns, 812 ns, 12.3 us, 4.56 ms, 1.23 s, 2 m 03 s, 1 h 02 m: three significant digits */
struct units_text units_bytes(uint64_t bytes);	 /* 812 B, 1.5 KiB, 8.0 MiB */
struct units_text units_count(uint64_t count);	 /* 1,234,567 */
struct units_text units_ratio(double ratio);	 /* 0.034, 1.20 : three significant digits, no exponent; "-" when not finite */
struct units_text units_percent(uint64_t part, uint64_t whole); /* 12.3 %, "-" when whole is 0 */
struct units_text units_rfc3339(uint64_t real_ns); /* 2026-11-24T07:32:00.123456789Z */
struct units_text units_clock(uint64_t real_ns); /* 07:32:00.123 (UTC) */

/* "250ms", "10s", "5m", "6h", "1h30m", "0"; a plain number is seconds. -EINVAL otherwise, negative and overflow included. */
int units_parse_ns(const char *text, uint64_t *ns);
/* "4096", "64K", "8M", "1G" (powers of 1024, optional iB or B). */
int units_parse_bytes(const char *text, uint64_t *bytes);
/* Whole decimal number in [min, max], nothing else on the line. */
int units_parse_count(const char *text, uint64_t min, uint64_t max, uint64_t *count);

#endif

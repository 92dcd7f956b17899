/* SPDX-License-Identifier: Apache-2.0 */
/* Who and when, as people read it. Private to alerts*.c. */
#ifndef SINK_TUI_ALERTS_PEOPLE_H
#define SINK_TUI_ALERTS_PEOPLE_H

#include <stdint.h>

#include "base/units.h"

/* As rules write durations: 1h30m, 5m, 30s, 250ms. */
struct units_text alerts_duration(uint64_t ns);
/* root, or "uid 1000": names are not looked up, for that may wait for a network. */
struct units_text alerts_person(uint32_t uid);
/* "07:32:10 UTC", with the date when it is another day than that of `now`. */
struct units_text alerts_instant(uint64_t at_real_ns, uint64_t now_real_ns);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What happened to an alert, in words, for the log, the lines and the notifications. */
#ifndef SINK_ALERT_WORDS_H
#define SINK_ALERT_WORDS_H

#include <stdbool.h>

#include "base/buf.h"
#include "model/alert.h"

const char *alert_words_state(enum alert_state state);	  /* inactive, pending, firing, resolved, ended */
const char *alert_words_change(enum alert_change change); /* state, unknown, ack, silence, inhibit, restored */
const char *alert_words_tier(enum tier tier);		  /* none, warning, critical, emergency */
/* 12.5, NaN, +Inf: six digits, a point whatever the locale says. */
void alert_words_number(struct buf *out, double number);
/* alertname, severity: every sentence has said them before it comes to the labels. */
bool alert_words_has_said(const char *label);
/* "TtsRequestSlow is firing: 6.2 > 5". Bytes from outside are in it: escape it. */
void alert_words_sentence(struct buf *out, const struct alert *alert);
/* NULL = it has none of that name. */
const char *alert_words_annotation(const struct alert *alert, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Where a byte of a scalar's value stands in the file: for carets inside expressions and templates. */
#ifndef CONFIG_RULES_PLACE_H
#define CONFIG_RULES_PLACE_H

#include "config/yaml.h"

/* `offset` may be the value's length: the place behind its last character. */
size_t rules_place(const struct yaml *yaml, struct fy_node *scalar, size_t offset);

#endif

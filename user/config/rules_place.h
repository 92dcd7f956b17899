/* SPDX-License-Identifier: Apache-2.0 */
/* Where a byte of a scalar's value stands in the file: for carets inside expressions and templates. */
#ifndef CONFIG_RULES_PLACE_H
#define CONFIG_RULES_PLACE_H

#include "config/yaml.h"

/* `offset` may be the value's length: the place behind its last character. */
size_t rules_place(const struct yaml *yaml, struct fy_node *scalar, size_t offset);
/* Where a person looks for a node: as yaml_place, and the first character of a folded or literal scalar. */
size_t rules_place_of(const struct yaml *yaml, struct fy_node *node);

#endif

# SPDX-License-Identifier: Apache-2.0
# ttsobs-bpf: one Makefile, not recursive. Everything made is under build/.
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

VERSION := 0.1.0
B := build
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),@:,@printf '  %-8s%s\n')

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
LLVM_STRIP ?= llvm-strip
WERROR ?=
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith \
	-Wwrite-strings -Wformat=2 -Wundef $(if $(WERROR),-Werror)
OUR_CPPFLAGS := -I. -Iuser -I$(B)/gen -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DTTSOBS_VERSION='"$(VERSION)"'
OUR_CFLAGS := -std=gnu17 -fstack-protector-strong $(WARNINGS)
LIBS := -lbpf -lelf -lz -lfyaml -ljson-c -lcapstone -lpthread -lm

# BPF flags are apart from CFLAGS on purpose: hardening flags break -target bpf.
MULTIARCH := $(shell gcc -print-multiarch 2>/dev/null)
BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -std=gnu11 -Wall -Wextra -Wno-unused-parameter \
	-I. -Ivmlinux -I/usr/include/$(MULTIARCH) $(if $(WERROR),-Werror)

SRC := $(sort $(wildcard user/base/*.c user/model/*.c user/config/*.c user/source/*.c user/flow/*.c user/sink/*.c user/app/*.c))
OBJ := $(SRC:%.c=$(B)/obj/%.o)
MAIN := $(B)/obj/user/main.o
SKEL := $(B)/gen/ttsobs.skel.h
BPF_SRC := $(wildcard bpf/*.c bpf/*.h vmlinux/*.h)

.PHONY: all
all: $(B)/ttsobs-bpf

$(B)/ttsobs-bpf: $(OBJ) $(MAIN)
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/user/source/capture.o $(B)/obj/user/source/bpf_load.o: $(SKEL)

$(B)/bpf/ttsobs.bpf.o: bpf/ttsobs.bpf.c $(BPF_SRC) Makefile
	@mkdir -p $(@D)
	$(say) BPF $@
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $@ $<
	$(Q)$(LLVM_STRIP) -g $@

$(SKEL): $(B)/bpf/ttsobs.bpf.o
	@mkdir -p $(@D)
	$(say) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name ttsobs_bpf > $@

# --- unit tests: tests/unit/ROOM/test_X.c, one binary each, linked with every room but main ------------------
UNIT_SRC := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(B)/unit/%)
.PHONY: unit-bins
unit-bins: $(UNIT_BIN)
$(B)/unit/%: tests/unit/%.c $(OBJ)
	@mkdir -p $(@D)
	$(say) TEST $@
	$(Q)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(OBJ) -lcmocka $(LIBS)

.PHONY: clean
clean:
	rm -rf $(B)

-include $(OBJ:.o=.d) $(MAIN:.o=.d) $(UNIT_BIN:=.d)

# SPDX-License-Identifier: Apache-2.0
# ttsobs-bpf: one Makefile, not recursive by folder. Everything made is under build/. `make help` lists what there is.
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

VERSION := 0.1.0
B := build
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),@:,@printf '  %-6s %s\n')

# Only what needs root is elevated; what is built belongs to whoever calls make.
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

prefix ?= /usr/local
sbindir ?= $(prefix)/sbin
datadir ?= $(prefix)/share
mandir ?= $(datadir)/man
sysconfdir ?= /etc
INSTALL := install

ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
LLVM_STRIP ?= llvm-strip
WERROR ?=
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith \
	-Wwrite-strings -Wformat=2 -Wundef $(if $(WERROR),-Werror)
OUR_CPPFLAGS := -I. -Iuser -I$(B)/gen -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DTTSOBS_VERSION='"$(VERSION)"'
# -ffp-contract=off: a fused multiply-add would give other bits than promtool, and than the machine that recorded
OUR_CFLAGS := -std=gnu17 -fstack-protector-strong -ffp-contract=off $(WARNINGS)
LIBS := -lbpf -lelf -lz -lfyaml -ljson-c -lcapstone -lsystemd -lncursesw -lpthread -lm

# BPF flags are apart from CFLAGS on purpose: hardening flags break -target bpf. Evaluated late: on a bare machine the
# tools come with `deps`, in the same run.
BPFTOOL = $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
BPF_CFLAGS = -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -std=gnu11 -Wall -Wextra -Wno-unused-parameter \
	-I. -Ivmlinux -I/usr/include/$(shell $(CC) -print-multiarch) $(if $(WERROR),-Werror)

SRC := $(sort $(wildcard user/base/*.c user/model/*.c user/rules/*.c user/config/*.c user/source/*.c user/flow/*.c user/sink/*.c user/sink/tui/*.c user/app/*.c))
OBJ := $(SRC:%.c=$(B)/obj/%.o)
MAIN := $(B)/obj/user/main.o
SKEL := $(B)/gen/ttsobs.skel.h
BPF_SRC := $(wildcard bpf/*.c bpf/*.h vmlinux/*.h)
UNIT_SRC := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(B)/unit/%)
MAN_SRC := $(sort $(wildcard doc/*.scd))
MAN := $(MAN_SRC:doc/%.scd=$(B)/man/%)

# --- packages ----------------------------------------------------------------------------------------------------
BUILD_PACKAGES := build-essential pkgconf clang llvm bpftool libbpf-dev libelf-dev zlib1g-dev libfyaml-dev libjson-c-dev \
	libcapstone-dev libsystemd-dev libncurses-dev scdoc
TEST_PACKAGES := libcmocka-dev libespeak-ng-dev libespeak-ng1 espeak-ng-data flite1-dev libflite1 python3 python3-venv \
	man-db util-linux procps ca-certificates rsyslog systemd logrotate tmux $(PROMTOOL_PACKAGE)
# the oracle of the rules; trixie has it in a package of its own
PROMTOOL_PACKAGE = $(shell apt-cache show promtool > /dev/null 2>&1 && echo promtool || echo prometheus)
PACKAGES = $(BUILD_PACKAGES) $(TEST_PACKAGES)
# Goals that may install what is missing; a plain `make` only builds.
SELF_INSTALLING := $(filter deps check demo bench asan bless pictures,$(MAKECMDGOALS))
DEPS := $(if $(SELF_INSTALLING),deps)

.PHONY: all
all: $(B)/ttsobs-bpf $(MAN) ## build build/ttsobs-bpf and the man pages

.PHONY: deps
deps: ## install what is missing (apt-get), else do nothing
	@missing=; for package in $(PACKAGES); do \
		status=$$(dpkg-query -W -f '$${Status}' $$package 2>/dev/null) || status=; \
		[ "$$status" = "install ok installed" ] || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
		echo "installing:$$missing"; \
		$(SUDO) apt-get update -qq; \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing > /dev/null; \
	fi

# --- the program -------------------------------------------------------------------------------------------------
$(B)/ttsobs-bpf: $(OBJ) $(MAIN)
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/obj/%.o: %.c Makefile | $(DEPS)
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) -MMD -MP -c -o $@ $<

# whoever loads the programs includes the skeleton; the compiler's own list of includes takes over after the first build
$(filter $(B)/obj/user/source/%,$(OBJ)): | $(SKEL)

$(B)/bpf/ttsobs.bpf.o: $(BPF_SRC) Makefile | $(DEPS)
	@mkdir -p $(@D)
	$(say) BPF $@
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $@ bpf/ttsobs.bpf.c
	$(Q)$(LLVM_STRIP) -g $@

$(SKEL): $(B)/bpf/ttsobs.bpf.o
	@mkdir -p $(@D)
	$(say) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name ttsobs_bpf > $@

$(B)/man/%: doc/%.scd | $(DEPS)
	@mkdir -p $(@D)
	$(say) MAN $@
	$(Q)scdoc < $< > $@

# --- tests: tests/unit/ROOM/test_X.c is one binary each, linked with every room but main ---------------------------
$(B)/unit/%: tests/unit/%.c $(OBJ) | $(DEPS)
	@mkdir -p $(@D)
	$(say) TEST $@
	$(Q)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(OBJ) -lcmocka $(LIBS)

$(B)/golden-feed: tests/golden/feed.c $(OBJ) | $(DEPS)
	$(say) TEST $@
	$(Q)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) -o $@ $< $(OBJ) $(LIBS)

$(B)/rules-bench: tests/bench/rules.c $(OBJ) | $(DEPS)
	$(say) TEST $@
	$(Q)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) -o $@ $< $(OBJ) $(LIBS)

$(B)/tui-bench: tests/bench/tui.c $(OBJ) | $(DEPS)
	$(say) TEST $@
	$(Q)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) -o $@ $< $(OBJ) $(LIBS)

$(B)/screen-bench: tests/bench/screen.c $(OBJ) | $(DEPS)
	$(say) TEST $@
	$(Q)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) -o $@ $< $(OBJ) $(LIBS)

$(B)/tests/notify_driver: tests/fake/notify_driver.c $(OBJ) | $(DEPS)
	@mkdir -p $(@D)
	$(say) TEST $@
	$(Q)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) -o $@ $< $(OBJ) $(LIBS)

.PHONY: test-programs
test-programs: | $(DEPS)
	$(Q)tests/build $(B)/tests

.PHONY: check
check: $(B)/ttsobs-bpf $(MAN) $(UNIT_BIN) $(B)/golden-feed $(B)/tests/notify_driver $(B)/soak-million test-programs ## install, build, run every test; the last line counts them
	$(Q)tests/run

.PHONY: unit
unit: $(UNIT_BIN) ## only the unit tests
	$(Q)tests/run unit

.PHONY: bless
bless: $(B)/ttsobs-bpf $(B)/golden-feed ## take what the golden tests print now as what is wanted
	$(Q)tests/golden/run --bless

.PHONY: asan
asan: | $(DEPS) ## unit and golden tests with the address and undefined-behaviour sanitizers
	$(Q)$(MAKE) --no-print-directory B=$(B)/asan CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' asan-run
.PHONY: asan-run
asan-run: $(UNIT_BIN) $(B)/golden-feed $(B)/ttsobs-bpf
	$(Q)TTSOBS_BUILD=$(B) tests/run unit golden

$(B)/soak-million: tests/soak/million.c $(OBJ) | $(DEPS)
	$(say) TEST $@
	$(Q)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) -o $@ $< $(OBJ) $(LIBS)

.PHONY: bench
bench: $(B)/ttsobs-bpf $(B)/rules-bench $(B)/tui-bench $(B)/screen-bench test-programs ## what tracing costs (traced and untraced alternating in one run), what rules and the dashboard cost
	$(Q)$(B)/rules-bench
	$(Q)$(B)/tui-bench
	$(Q)$(B)/screen-bench
	$(Q)$(SUDO) tests/bench/run

.PHONY: demo
demo: $(B)/ttsobs-bpf test-programs ## trace a real speaking engine and show the result
	$(Q)tests/load/demo

.PHONY: pictures
pictures: $(B)/ttsobs-bpf test-programs ## make doc/tab-*.svg anew, from the cells of a terminal that shows a real run
	$(Q)$(SUDO) doc/pictures

# --- install -----------------------------------------------------------------------------------------------------
.PHONY: install
install: all ## install below $(DESTDIR)$(prefix)
	$(INSTALL) -d $(DESTDIR)$(sbindir) $(DESTDIR)$(datadir)/ttsobs/engines $(DESTDIR)$(datadir)/ttsobs/alerts $(DESTDIR)$(mandir)/man5 $(DESTDIR)$(mandir)/man8
	$(INSTALL) -m 0755 $(B)/ttsobs-bpf $(DESTDIR)$(sbindir)/ttsobs-bpf
	$(INSTALL) -m 0644 rules/engines/*.yaml $(DESTDIR)$(datadir)/ttsobs/engines/
	$(INSTALL) -m 0644 rules/alerts/*.yaml $(DESTDIR)$(datadir)/ttsobs/alerts/
	$(INSTALL) -m 0644 rules/thresholds.yaml rules/notify.yaml $(DESTDIR)$(datadir)/ttsobs/
	for page in $(MAN); do $(INSTALL) -m 0644 $$page $(DESTDIR)$(mandir)/man$${page##*.}/; done

.PHONY: uninstall
uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(sbindir)/ttsobs-bpf
	for file in rules/engines/*.yaml; do rm -f $(DESTDIR)$(datadir)/ttsobs/engines/$${file##*/}; done
	for file in rules/alerts/*.yaml; do rm -f $(DESTDIR)$(datadir)/ttsobs/alerts/$${file##*/}; done
	rm -f $(DESTDIR)$(datadir)/ttsobs/thresholds.yaml $(DESTDIR)$(datadir)/ttsobs/notify.yaml
	for page in $(MAN); do rm -f $(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/}; done
	-rmdir $(DESTDIR)$(datadir)/ttsobs/engines $(DESTDIR)$(datadir)/ttsobs/alerts $(DESTDIR)$(datadir)/ttsobs 2>/dev/null

.PHONY: clean
clean: ## remove build/
	rm -rf $(B)

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 14

-include $(OBJ:.o=.d) $(MAIN:.o=.d) $(UNIT_BIN:=.d)

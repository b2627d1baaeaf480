# The two commands to know:
#
#   make run    prepares this machine, builds, and runs clawarium with ARGS
#   make test   prepares this machine for the tests, then runs all of them
#
# `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# libvirt is opened at run time, so that the binary depends on the C library
# alone and starts where libvirt is absent. HTTP/2, which nothing here uses, is
# left out.
TAGS := libvirt_dlopen,libvirt_without_lxc,nethttpomithttp2
# Tags of the tests on real parts; see docs/development.md.
TEST_TAGS := $(TAGS),real,e2e,killpoints,world

export CGO_ENABLED := 1
export GOFLAGS := $(strip $(GOFLAGS) -buildvcs=false -tags=$(TAGS))

MODULE := github.com/clawarium/clawarium
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# REGISTRY=… is the npm registry that is linked in as the last resort; unset, it is
# what .ci/registry finds. Tests on real parts get the same by the environment.
WITH_REGISTRY = npm_config_registry=$${npm_config_registry-$${REGISTRY-$$(.ci/registry)}}

# What keeps the program small, the same in .goreleaser.yaml; docs/development.md says
# what each brings. Functions are copied into their callers only in the packages where
# the time goes, nor are short-lived lists put on the stack elsewhere; names of generic
# types are not written out; and of C nothing is linked that Go does not call.
HOT := runtime internal sync strings bytes unicode compress \
	github.com/clipperhouse github.com/charmbracelet/x
SMALL := '-gcflags=all=-l -d=maxshapelen=64,variablemakethreshold=0' $(HOT:%=-gcflags=%/...=-d=maxshapelen=64)
SMALL_C := -Os -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections
SMALL_LD := -funcalign=1 -extldflags=-Wl,--gc-sections

# On a Mac, and for one (.ci/darwin): its linker has other flags, and libvirt's library
# is looked for where Homebrew has it.
ifeq ($(or $(GOOS),$(shell uname -s)),$(if $(GOOS),darwin,Darwin))
export CGO_CFLAGS := $(CGO_CFLAGS) -include $(CURDIR)/provision/virt/dlopen_darwin.h
SMALL_C := -Os $(CGO_CFLAGS)
SMALL_LD := $(DARWIN_LD)
endif
BINARY := bin/clawarium

REAL_TIMEOUT := 40m
E2E_PKGS := ./cmd/clawarium/...
E2E_TIMEOUT := 75m
# What `go test -run` selects, for one test of a stage: make e2e RUN=TestUndo
RUN :=

# `setup --yes` asks nothing, so neither does the preparation before it.
YES := $(filter --yes -y,$(ARGS))
PREPARE = .ci/prepare $(if $(YES),--yes)

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS='	' read -r name what; do \
		printf '  make %-15s %s\n' "$$name" "$$what"; done

.PHONY: run
# Leaving clawarium (130) is no error of make.
run: ## prepare this machine, build, run clawarium: make run ARGS="setup --yes"
	@$(PREPARE) run
	@$(MAKE) --no-print-directory build
	@bin/clawarium $(ARGS) || { code=$$?; [ $$code = 130 ] || exit $$code; }

.PHONY: build
build: ## build bin/clawarium
	@case $${LC_ALL:-$${LC_MESSAGES:-$$LANG}} in [zZ][hH]*) echo '正在构建 $(BINARY)；第一次需要几分钟' ;; \
		*) echo 'building $(BINARY); the first time this takes some minutes' ;; esac
	@GOOS= GOARCH= CGO_ENABLED=0 go run ./assets/text/small bin/text
	@CGO_CFLAGS='$(SMALL_C)' go build -trimpath -overlay=bin/text/overlay.json $(SMALL) -o $(BINARY) -ldflags "-s -w $(SMALL_LD) -X main.version=$(VERSION) \
		-X $(MODULE)/provision/code.DefaultRegistry=$${REGISTRY-$$(.ci/registry)}" ./cmd/clawarium

.PHONY: unit
unit: ## the quick tests: no root, network or libvirt needed
	go test -short ./...

.PHONY: test
test: ## prepare this machine for the tests, then run every test there is
	@MAKE='$(MAKE)' .ci/test

.PHONY: lint
lint: ## gofmt, go vet, staticcheck, shell scripts
	@.ci/lint '$(TAGS)' '$(TEST_TAGS),bench'

.PHONY: darwin
darwin: ## compile program and tests for macOS; elsewhere: make darwin DARWIN_SDK=DIR
	@MAKE='$(MAKE)' DARWIN_SDK='$(DARWIN_SDK)' .ci/darwin '$(TAGS)' '$(TEST_TAGS),bench'

.PHONY: bench
bench: ## prepare this machine for the benchmarks, run them, print one table
	@$(PREPARE) bench
	@$(MAKE) --no-print-directory build
	@.ci/bench '$(TEST_TAGS),bench'

.PHONY: tour
tour: ## walk the wizard on a real machine and keep its screens in docs/tour.md
	@$(PREPARE) test
	@$(MAKE) --no-print-directory build
	@$(WITH_REGISTRY) .ci/tour

# The stages of `make test`, each to be run alone on a machine that is prepared.

.PHONY: prepare-test
prepare-test: ## install and start what the tests need
	@$(PREPARE) test

.PHONY: unit-race
unit-race: ## the quick tests under the race detector
	go test -race -timeout 20m ./...

.PHONY: real
real: build ## the tests of single parts on real libvirt, images and packages
	@$(WITH_REGISTRY) .ci/real '$(TAGS),real' $(REAL_TIMEOUT) '$(RUN)'

.PHONY: e2e
e2e: build ## the whole program on a real machine, killed and undone
	$(WITH_REGISTRY) go test -tags=$(TAGS),e2e,killpoints,world -timeout $(E2E_TIMEOUT) -count=1 -v $(if $(RUN),-run '$(RUN)') $(E2E_PKGS)

.PHONY: release-check
release-check: ## build the packages, install the .deb in a clean Debian tree
	@.ci/release-check

.PHONY: clean
clean: ## delete what was built
	rm -rf bin dist

# rdinit: one Makefile, no configure, objects under build/. `make help` lists the targets.

B	= build
PREFIX	?= /usr/local
DESTDIR	?=
CC	?= cc
CLANG	?= clang
MUSL_CC	?= musl-gcc
PYTHON	?= /usr/bin/python3
VERSION	= 0.1

# init/pure: logic without I/O. Built three times: for /init (musl), for the tool (host) and for
# the tests (sanitizers).
PURE	= blake2b capability checksum choice cmdline dirents diskid diskpath drivers efivar executable find finding format fslist fstab \
	  glob hints identity imageconf ip keybits keymap kmsg layer layers limits mode modlist modname mountopts mounts \
	  names newc notice number packets partitions restart rlimit rootspec settings sha256 stdioports sysctl text udevname uevent view window xxh64 $(FORMATS:%=fsprobe/%)

# What probes know of, a file for each family.
FORMATS	= bcache btrfs chain exfat ext f2fs fat firmware fsprobe iso9660 luks magic md member ntfs rom sum swap table udf xfs zfs

# /init: its steps in the order of the boot, give_up, then the rooms of what steps share.
INIT	= main early_mounts console settings late_mounts keymap modules order network window scope resume root_find \
	  root_mount root_usr root_switch reroot mounts resolver sysctls hooks stdio notify watchdog power_button appliance stay power give_up become \
	  $(addprefix device/,devices disk_id disk_path links port probe uevents) \
	  image/unpack \
	  $(addprefix layer/,accept btrfs layer layers loop_device loop_file openers program ram) \
	  $(addprefix module/,drivers loader module queue) \
	  $(addprefix program/,child output start stdio stop window) \
	  $(addprefix mount/,mount mount_as mount_table) \
	  $(addprefix root/,boot_partition check firmware overlay report resolve root share) \
	  $(addprefix sys/,clone crash empty_tree file lines log meminfo net process start string sys sysfs terminal) \
	  $(addprefix loop/,apart loop) $(addprefix wire/,vport wire)

# The host tool.
TOOL	= main pack pack_image list cat extract diff explain plan check run run_boot run_check run_input run_machine run_matrix run_root run_show run_result run_warm warm completion
TOOL_LIB = $(patsubst tools/lib/%.c,%,$(sort $(wildcard tools/lib/*/*.c)))
TOOL_LIBS = -lelf -lzstd -lz -llzma -llz4 -lbz2 -lxxhash -ljansson -Wl,-Bstatic -larchive -Wl,-Bdynamic -lnettle -lpthread

WARN	= -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
	  -Wpointer-arith -Wwrite-strings -Wno-missing-field-initializers
# The kernel's headers (linux/, asm/) stand beside glibc's: musl's own come first.
KERNEL_HEADERS = -idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu
# Data share the file's last page of code: whole pages between them would be 2 KB of zeros.
# Nothing here computes with vectors: so no function with arguments of any number saves them.
# The compiler sees all of it at once, at the link (2 KB less); objects that `make check` looks into are whole, too.
# -Oz still makes some code faster and larger: SMALLER is what this compiler does better without (1.6 KB).
# No unwind tables, no build id, no paths: two builds in two folders are the same bytes.
SMALLER	= -malign-data=abi -fno-move-loop-invariants -fno-optimize-sibling-calls -fno-tree-tail-merge \
	  -fno-caller-saves -fno-code-hoisting -fno-jump-tables
INIT_CFLAGS = -std=c11 -Oz $(SMALLER) $(WARN) -Wconversion -Wno-sign-conversion -I. -D_GNU_SOURCE \
	  $(KERNEL_HEADERS) '-ffile-prefix-map=$(CURDIR)=.' \
	  -fno-asynchronous-unwind-tables -fno-unwind-tables -fcf-protection=none \
	  -ffunction-sections -fdata-sections -fno-pie $(STACK_PROTECTOR) -mgeneral-regs-only \
	  -flto -ffat-lto-objects $(EXTRA_CFLAGS)
INIT_LDFLAGS = -Oz -flto -flto-partition=one -static -nostartfiles -no-pie -Wl,--gc-sections,--build-id=none,-z,noseparate-code,-z,norelro,-z,common-page-size=64,-s
HOST_CFLAGS = -std=c11 -O2 -g $(WARN) -I. -D_GNU_SOURCE -DRDINIT_VERSION='"$(VERSION)"' \
	  '-ffile-prefix-map=$(CURDIR)=.' $(EXTRA_CFLAGS)
SAN_CFLAGS = -std=c11 -O1 -g $(WARN) -I. -D_GNU_SOURCE -DRDINIT_VERSION='"$(VERSION)"' \
	  -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

# What reads foreign bytes guards every function that has an address on its stack; the rest those
# with buffers (5 KB less).
STACK_PROTECTOR	= -fstack-protector
# The command line is the machine's owner's, and not foreign.
OWN	= capability choice cmdline format hints identity imageconf ip layer layers limits mode names restart settings sysctl
FOREIGN	= $(patsubst %,$B/musl/init/pure/%.o,$(filter-out $(OWN),$(PURE))) $(addprefix $B/musl/init/device/,probe.o devices.o uevents.o disk_id.o)

INIT_OBJS	= $(INIT:%=$B/musl/init/%.o) $(PURE:%=$B/musl/init/pure/%.o)
# The /init of `init run`: the same objects with another list of steps.
INIT_RUN_OBJS	= $B/musl/init/main_run.o $(filter-out $B/musl/init/main.o,$(INIT_OBJS))
PURE_HOST	= $(PURE:%=$B/host/init/pure/%.o)
TOOL_OBJS	= $(TOOL:%=$B/host/tools/%.o) $(TOOL_LIB:%=$B/host/tools/lib/%.o) $(PURE_HOST)
# What tests are linked to: all of /init and the tool but their commands. A test takes what it calls.
TESTED	= $(patsubst %,init/%,$(filter-out main sys/start sys/string,$(INIT))) $(PURE:%=init/pure/%) $(TOOL_LIB:%=tools/lib/%)
SHARED	= $(patsubst %.c,%,$(sort $(wildcard tests/shared/*.c)))
UNIT_OBJS	= $(TESTED:%=$B/unit/%.o) $(SHARED:%=$B/unit/%.o)
FUZZ_OBJS	= $(TESTED:%=$B/fuzz/%.o)

# What `check` builds and analyses, it does on all processors unless -j says otherwise.
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

# V=1 shows whole commands.
ifeq ($(V),1)
run_as	= $2
else
run_as	= @printf '  %-8s%s\n' $1 $@; $2
endif

FORMATTED = $(shell find init tools tests -name '*.[ch]')

.PHONY: all deps run-deps run check check-all unit sim cli ns vm uml kernel soak bench bench-boot bench-calls bench-coldplug bench-pack bench-run bench-scale fuzz lint format install install-hooks clean help
.DELETE_ON_ERROR:
.SECONDARY: $(UNIT_OBJS) $(FUZZ_OBJS) $B/unit/tests/unit/fake_sys.o $B/fuzz/tests/fuzz/quiet_error.o

all: $B/init $B/init-run $B/rdinit $B/uml_regset.so $B/virtiofsd_rights.so	## build /init and the tool

-include $(INIT_OBJS:.o=.d) $B/musl/init/main_run.d $(TOOL_OBJS:.o=.d)

$B/init: $(INIT_OBJS)
$B/init-run: $(INIT_RUN_OBJS)
$B/init $B/init-run:
	$(call run_as,LINK,$(MUSL_CC) $(INIT_LDFLAGS) -o $@ $^ && tools/cut_sections.sh $@)

$B/rdinit: $(TOOL_OBJS)
	$(call run_as,LINK,$(CC) -o $@ $^ $(TOOL_LIBS))

# What other programs are to be helped with; nothing of ours is linked to them.
$B/%.so: tools/%.c Makefile
	$(call run_as,LINK,$(CC) $(HOST_CFLAGS) -g0 -fPIC -shared -o $@ $<)

$(FOREIGN): STACK_PROTECTOR = -fstack-protector-strong

# It is the library: nothing may be replaced by a call of itself.
$B/musl/init/sys/string.o: INIT_CFLAGS += -fno-lto -fno-builtin

$B/musl/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call run_as,CC,$(MUSL_CC) $(INIT_CFLAGS) -MMD -MP -c -o $@ $<)

$B/musl/init/main_run.o: init/main.c Makefile
	@mkdir -p $(@D)
	$(call run_as,CC,$(MUSL_CC) $(INIT_CFLAGS) -DINIT_RUN -MMD -MP -c -o $@ $<)

$B/host/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call run_as,CC,$(CC) $(HOST_CFLAGS) -MMD -MP -c -o $@ $<)

$B/skel.img: $B/init $B/rdinit rootfs-skel/skel.recipe $(wildcard rootfs-skel/tree/etc/*)
	$(call run_as,PACK,$B/rdinit pack -o $@ rootfs-skel/skel.recipe)

deps:				## install what tests need, too (DEPS=skip: only list what is missing)
	WITH=test tools/deps.sh $B

run-deps:
	tools/deps.sh $B

run: run-deps			## boot a shell in a virtual machine
	@$(MAKE) --no-print-directory $B/skel.img
	$B/rdinit run --stdio console $B/skel.img

# --- tests: what a test defines itself, as fake_sys.c and quiet_error.c do, stands in for ours ---

UNIT	= $(patsubst tests/unit/%.c,$B/unit/%,$(wildcard tests/unit/test_*.c))
FUZZ	= $(patsubst tests/fuzz/%.c,$B/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 3
TEST_WARN = -Wno-unused-parameter -Wno-write-strings
UNIT_CFLAGS = $(SAN_CFLAGS) $(TEST_WARN)
FUZZ_CFLAGS = $(UNIT_CFLAGS) -fsanitize=fuzzer-no-link

-include $(UNIT_OBJS:.o=.d) $(FUZZ_OBJS:.o=.d) $(wildcard $B/unit/tests/unit/*.d $B/fuzz/tests/fuzz/*.d)

$B/unit/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call run_as,CC,$(CC) $(UNIT_CFLAGS) -MMD -MP -c -o $@ $<)

# No way through a sum hangs on its bytes: following them finds nothing and takes half of the time.
$(addprefix $B/fuzz/init/pure/,sha256.o blake2b.o xxh64.o checksum.o): FUZZ_CFLAGS := $(UNIT_CFLAGS) -O2

$B/fuzz/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call run_as,CC,$(CLANG) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<)

$B/unit/tested.a: $(UNIT_OBJS)
	$(call run_as,AR,rm -f $@; ar rc $@ $^)

$B/fuzz/tested.a: $(FUZZ_OBJS)
	$(call run_as,AR,rm -f $@; ar rc $@ $^)

# The true system calls are under test where the false ones are not included.
$B/unit/%: tests/unit/%.c $B/unit/tests/unit/fake_sys.o $B/unit/tested.a
	$(call run_as,TEST,$(CC) $(UNIT_CFLAGS) -MMD -MP -MF $B/unit/tests/unit/$*.d -o $@ $< \
		$(if $(shell grep fake_sys.h $<),$B/unit/tests/unit/fake_sys.o) $B/unit/tested.a -lcmocka $(TOOL_LIBS))

# What test_scale counts the steps of: a call in each basic block.
SCALED	= $(sort $(wildcard $(addprefix tools/lib/,cpio/*.c image/*.c sources/*.c)) \
	  $(addprefix tools/lib/,base/arena.c base/path.c base/walk.c base/words.c check/relations.c))
-include $(SCALED:%.c=$B/scale/%.d)

$B/scale/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call run_as,CC,$(CC) $(UNIT_CFLAGS) -fsanitize-coverage=trace-pc -MMD -MP -c -o $@ $<)

$B/unit/test_scale: tests/unit/test_scale.c $(SCALED:%.c=$B/scale/%.o) $B/unit/tested.a
	$(call run_as,TEST,$(CC) $(UNIT_CFLAGS) -MMD -MP -MF $B/unit/tests/unit/test_scale.d -o $@ $< \
		$(SCALED:%.c=$B/scale/%.o) $B/unit/tested.a -lcmocka -lm $(TOOL_LIBS))

$B/fuzz/%: tests/fuzz/%.c $B/fuzz/tests/fuzz/quiet_error.o $B/fuzz/tested.a
	$(call run_as,FUZZ,$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer -MMD -MP -MF $B/fuzz/tests/fuzz/$*.d -o $@ $< \
		$B/fuzz/tests/fuzz/quiet_error.o $B/fuzz/tested.a $(TOOL_LIBS))

# Simulated boots: all of /init over a kernel in memory. What /init itself has in memory lies between
# first.o and last.o; plant.c puts functions in the place of those that are wrapped.
SIM	= tests/sim/first $(patsubst %,init/%,$(filter-out sys/net sys/process sys/sys sys/start sys/string sys/clone,$(INIT))) $(PURE:%=init/pure/%) tests/sim/last \
	  $(SHARED) $(filter-out tests/sim/first tests/sim/last,$(patsubst %.c,%,$(sort $(wildcard tests/sim/*.c))))
SIM_WRAPPED = apart_start log_open_console loop_deadline restart_pause root_mount rootspec_matches stdio_is_over stop_by_signal sys_close sys_tty_unsent sys_wait wire_report
SIM_CFLAGS = -std=c11 -g $(WARN) $(TEST_WARN) -I$B/sim/layers -I. -D_GNU_SOURCE -fno-pie
SIM_LDFLAGS = -no-pie $(SIM_WRAPPED:%=-Wl,--wrap=%)
SIM_SAN_CFLAGS = -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

-include $(SIM:%=$B/sim/%.d) $(SIM:%=$B/sim-san/%.d)

$B/sim/init/main.o $B/sim/init/main_run.o $B/sim-san/init/main.o: SIM_CFLAGS += -Dmain=init_main -Wno-missing-prototypes

# Where no row of the table is opened by a program as devices come, one is: that of LUKS, by layer.c.
SIM_LAYERS = $B/sim/layers/init/pure/layers.def
$(SIM_LAYERS): init/pure/layers.def Makefile
	@mkdir -p $(@D)
	@sed -zE 's|(LAYER_CONTAINER, )NOT_OPENED(,\s*TEXTS\("LUKS", )""|\1OPENED_AS_DEVICES_COME(simulated)\2"/sbin/open-luks"|' $< >$@

$(SIM:%=$B/sim/%.o) $(SIM:%=$B/sim-san/%.o): | $(SIM_LAYERS)

$B/sim/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call run_as,CC,$(CC) $(SIM_CFLAGS) -O2 -MMD -MP -c -o $@ $<)

$B/sim/init/main_run.o: init/main.c Makefile | $(SIM_LAYERS)
	@mkdir -p $(@D)
	$(call run_as,CC,$(CC) $(SIM_CFLAGS) -DINIT_RUN -O2 -MMD -MP -c -o $@ $<)

$B/sim-san/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call run_as,CC,$(CC) $(SIM_CFLAGS) $(SIM_SAN_CFLAGS) -MMD -MP -c -o $@ $<)

# The same worlds for the /init that only runs programs.
$B/sim/sim-run: $(subst $B/sim/init/main.o,$B/sim/init/main_run.o,$(SIM:%=$B/sim/%.o))
$B/sim/sim: $(SIM:%=$B/sim/%.o)
$B/sim/sim $B/sim/sim-run:
	$(call run_as,LINK,$(CC) $(SIM_LDFLAGS) -static -o $@ $^)

$B/sim-san/sim: $(SIM:%=$B/sim-san/%.o)
	$(call run_as,LINK,$(CC) $(SIM_LDFLAGS) $(SIM_SAN_CFLAGS) -o $@ $^)

check: deps			## build, lint and test: unit, fuzz smoke, cli, namespaces, virtual machines
	@$(MAKE) --no-print-directory $(PARALLEL) all $B/skel.img
	@$(MAKE) --no-print-directory $(PARALLEL) lint
	@$(MAKE) --no-print-directory $(PARALLEL) check-programs
	@$(PYTHON) tests/report.py $(REPORT) --fuzz-seconds $(FUZZ_SECONDS) $B

KERNELS	= hello appliance handoff router metal test uml

check-all:			## the same fuzzed for longer, every kernel, whole Debian roots
	@WITH="test kernel all" tools/deps.sh $B
	@for profile in $(KERNELS); do \
		$(PYTHON) tools/kernel.py --build $B $$profile || exit 1; done
	@$(MAKE) --no-print-directory check FUZZ_SECONDS=60 REPORT=--all

check-programs: $(UNIT) $(FUZZ) $B/sim/sim $B/sim/sim-run $B/sim-san/sim guards
.PHONY: check-programs guards

# What the structure promises. PURE_HOST is there to be compiled: the same code without musl.
INIT_MAX = 118144
INIT_RUN_MAX = 41792
guards: $B/init $B/init-run $(PURE_HOST)
	@tests/guards.sh static $B/init
	@tests/guards.sh static $B/init-run
	@tests/guards.sh size $(INIT_MAX) $B/init
	@tests/guards.sh size $(INIT_RUN_MAX) $B/init-run
	@tests/guards.sh pure $(PURE:%=$B/musl/init/pure/%.o)
	@tests/guards.sh calls $(INIT_OBJS)
	@tests/guards.sh waits $(INIT_OBJS)
	@tests/guards.sh includes .
	@tests/guards.sh copies .
	@tests/guards.sh rooms init init/pure tools/lib
	@$(PYTHON) tests/spdx.py .

# One suite alone, without installing anything (make deps does). K= chooses tests by name.
SUITE	= @$(PYTHON) tests/report.py --only $@ $(if $(K),-k '$(K)') $B

unit: $(UNIT)			## unit tests; K=settings: the programs whose name has it
	$(SUITE)

cli: all			## tests of the tool's commands; K=expression, as pytest -k has it
	$(SUITE)

ns: all				## tests of /init in namespaces; K=expression
	$(SUITE)

vm: all $B/skel.img		## tests in virtual machines; K=expression
	$(SUITE)

uml: all			## tests under User-mode Linux, if its kernel is built; K=expression
	$(SUITE)

# The worlds that were kept, the bugs that are planted, seeds; SEED= or WORLD= alone: all that happens.
SEEDS	?= 100000
FROM	?= 0
sim: $B/sim/sim $B/sim/sim-run $B/sim-san/sim	## boot /init in SEEDS=100000 simulated worlds FROM=0; SEED=n or WORLD=file: in one
ifneq ($(SEED)$(WORLD),)
	@$B/sim/sim $(if $(SEED),--seed $(SEED),--world '$(WORLD)')
else
	@$(PYTHON) tests/report.py --only sim --seeds $(SEEDS) --from-seed $(FROM) $B
endif

fuzz: deps $(FUZZ)		## fuzz every parser (FUZZ_SECONDS=3 each)
	@$(PYTHON) tests/report.py --only fuzz --fuzz-seconds $(FUZZ_SECONDS) $B

SOAK	?= 10000

soak:				## boot user-mode Linux SOAK=10000 times and count lost exit statuses
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/uml/soak.py $B $(SOAK)

PROFILE	?= appliance
kernel:				## build the kernel of PROFILE=appliance [SOURCE=tree] [INITRAMFS=image]
	@WITH=kernel tools/deps.sh $B
	@$(PYTHON) tools/kernel.py --build $B $(if $(SOURCE),--source $(SOURCE)) \
		$(if $(INITRAMFS),--initramfs $(INITRAMFS)) $(PROFILE)

bench-boot: deps		## what a boot costs from reset on, with the kernels that are built
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/bench/bench_boot.py $B

bench-coldplug: deps		## what the drivers of a machine cost, compared with busybox [KERNEL=vmlinuz]
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/bench/bench_coldplug.py $B $(KERNEL)

bench-pack: deps		## what packing costs, compared with other archivers
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/bench/bench_pack.py $B

bench-scale: deps		## what each command costs for up to a million entries
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/bench/bench_scale.py $B

bench-run: deps			## what `rdinit run` costs until the first byte, and what its streams carry [ROUNDS=7]
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/bench/bench_run.py $B $(ROUNDS)

bench: deps			## what /init costs, in instructions
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/bench/bench.py $B

bench-calls: deps		## where the instructions of a boot go, call by call [ROWS='"hand-off" ...' of bench]
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/bench/bench_calls.py $B $(ROWS)

# A stamp for each source that has no findings: only what changed since is looked at again.
LINTED	= $(INIT:%=$B/lint/init/%.ok) $(PURE:%=$B/lint/init/pure/%.ok) \
	  $(TOOL:%=$B/lint/tools/%.ok) $(TOOL_LIB:%=$B/lint/tools/lib/%.ok) $B/lint/tools/uml_regset.ok \
	  $B/lint/tools/virtiofsd_rights.ok
SCRIPTS	= $(wildcard tools/*.sh tests/*.sh tools/hooks/*) .ci/run
PYTHONS	= $(shell find tools tests -name '*.py')
MANUALS	= $(wildcard man/*.[0-9])

-include $(LINTED:.ok=.d)

lint: $(LINTED) $B/lint/format.ok $B/lint/scripts.ok $B/lint/python.ok $B/lint/manuals.ok ## gcc's analyzer, format, scripts, manuals

$B/lint/init/%.ok: init/%.c Makefile
	@mkdir -p $(@D)
	$(call run_as,LINT,$(MUSL_CC) $(INIT_CFLAGS) -O1 -fanalyzer -Werror -MMD -MP -MT $@ -MF $(@:.ok=.d) -c -o /dev/null $< && touch $@)

$B/lint/tools/%.ok: tools/%.c Makefile
	@mkdir -p $(@D)
	$(call run_as,LINT,$(CC) $(HOST_CFLAGS) -fanalyzer -Werror -MMD -MP -MT $@ -MF $(@:.ok=.d) -c -o /dev/null $< && touch $@)

$B/lint/format.ok: $(FORMATTED) .clang-format
	@mkdir -p $(@D)
	$(call run_as,LINT,clang-format --dry-run -Werror $(FORMATTED) && touch $@)

$B/lint/scripts.ok: $(SCRIPTS)
	@mkdir -p $(@D)
	$(call run_as,LINT,shellcheck -S warning $^ && touch $@)

$B/lint/python.ok: $(PYTHONS)
	@mkdir -p $(@D)
	$(call run_as,LINT,$(PYTHON) -m pyflakes $^ && touch $@)

$B/lint/manuals.ok: $(MANUALS)
	@mkdir -p $(@D)
	$(call run_as,LINT,mandoc -Tlint -Wwarning $^ && touch $@)

format:				## clang-format in place, and the license line
	@clang-format -i $(FORMATTED)
	@$(PYTHON) tests/spdx.py --write .

install: all			## into DESTDIR and PREFIX; HOOKS=1: pack an image for each kernel installed
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/lib/rdinit"
	install -m 755 $B/rdinit "$(DESTDIR)$(PREFIX)/bin/rdinit"
	install -m 755 $B/init $B/init-run "$(DESTDIR)$(PREFIX)/lib/rdinit/"
	install -m 644 $B/uml_regset.so $B/virtiofsd_rights.so "$(DESTDIR)$(PREFIX)/lib/rdinit/"
	cp -R rootfs-skel "$(DESTDIR)$(PREFIX)/lib/rdinit/"
	install -d "$(DESTDIR)$(PREFIX)/share/bash-completion/completions"
	$B/rdinit completion >"$(DESTDIR)$(PREFIX)/share/bash-completion/completions/rdinit"
	for section in 1 5 7 8; do \
		install -d "$(DESTDIR)$(PREFIX)/share/man/man$$section"; \
		install -m 644 man/*.$$section "$(DESTDIR)$(PREFIX)/share/man/man$$section/"; done
	$(if $(HOOKS),@$(MAKE) --no-print-directory install-hooks)

# What packs an image of the host whenever a kernel is installed: kernel-install's place, Debian's.
HOOK_PLACES = kernel-install:/usr/lib/kernel/install.d/55-rdinit.install \
	  postinst:/etc/kernel/postinst.d/rdinit postrm:/etc/kernel/postrm.d/rdinit

install-hooks:
	@for hook in $(HOOK_PLACES); do to="$(DESTDIR)$${hook#*:}"; \
		install -d "$${to%/*}" && \
		sed 's|@BINDIR@|$(PREFIX)/bin|' tools/hooks/$${hook%%:*} > "$$to" && chmod 755 "$$to" && \
		echo "  HOOK    $$to" || exit 1; done

clean:				## all but the unpacked kernel
	find $B -mindepth 1 -maxdepth 1 ! -name kernel -exec rm -rf {} +

help:				## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1	\2/p' Makefile | expand -t 16

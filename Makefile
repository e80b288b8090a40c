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
PURE	= cmdline dirents executable format frames fslist hints modlist mounts names number \
	  rootspec settings uevent

# /init, in the order of the boot, then what the steps share.
INIT	= main early_mounts console settings late_mounts modules root_find root_mount \
	  root_switch appliance stay power give_up child mount_table stdio_frames \
	  sys/sys sys/file sys/log sys/host sys/empty_tree

# The host tool.
TOOL	= main pack list run
TOOL_LIB = applets archive closure compress decompress disk elf_deps error image image_table \
	  kernel layout ldcache ldconf machine mem modfile modinfo modname module newc output path \
	  place program qemu queue recipe recipe_list recipe_more run_image runtime spawn tree tty \
	  verdict wire words writer
TOOL_LIBS = -lkmod -lelf -lzstd -lz

WARN	= -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
	  -Wpointer-arith -Wwrite-strings -Wno-missing-field-initializers
# No unwind tables, no build id, no paths: two builds in two folders are the same bytes.
# The kernel's headers (linux/, asm/) stand beside glibc's: musl's own come first.
KERNEL_HEADERS = -idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu
INIT_CFLAGS = -std=c11 -Os $(WARN) -Wconversion -Wno-sign-conversion -I. -D_GNU_SOURCE \
	  $(KERNEL_HEADERS) -ffile-prefix-map=$(CURDIR)=. \
	  -fno-asynchronous-unwind-tables -fno-unwind-tables -fcf-protection=none \
	  -ffunction-sections -fdata-sections -fno-pie -fstack-protector-strong $(EXTRA_CFLAGS)
INIT_LDFLAGS = -static -no-pie -Wl,--gc-sections,--build-id=none,-z,noseparate-code,-z,norelro,-s
HOST_CFLAGS = -std=c11 -O2 -g $(WARN) -I. -D_GNU_SOURCE -DRDINIT_VERSION='"$(VERSION)"' \
	  -ffile-prefix-map=$(CURDIR)=. $(EXTRA_CFLAGS)
SAN_CFLAGS = -std=c11 -O1 -g $(WARN) -I. -D_GNU_SOURCE -DRDINIT_VERSION='"$(VERSION)"' \
	  -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

INIT_OBJS	= $(INIT:%=$B/musl/init/%.o) $(PURE:%=$B/musl/init/pure/%.o)
PURE_HOST	= $(PURE:%=$B/host/init/pure/%.o)
TOOL_OBJS	= $(TOOL:%=$B/host/tools/%.o) $(TOOL_LIB:%=$B/host/tools/lib/%.o) $(PURE_HOST)
PURE_SAN	= $(PURE:%=$B/san/init/pure/%.o)

.PHONY: all deps run check check-all bench fuzz lint format install clean help
.DELETE_ON_ERROR:

all: $B/init $B/rdinit		## build /init and the tool

-include $(INIT_OBJS:.o=.d) $(TOOL_OBJS:.o=.d)

$B/init: $(INIT_OBJS)
	$(MUSL_CC) $(INIT_LDFLAGS) -o $@ $^

$B/rdinit: $(TOOL_OBJS)
	$(CC) -o $@ $^ $(TOOL_LIBS)

$B/musl/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(MUSL_CC) $(INIT_CFLAGS) -MMD -c -o $@ $<

$B/host/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -MMD -c -o $@ $<

$B/san/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(SAN_CFLAGS) -MMD -c -o $@ $<

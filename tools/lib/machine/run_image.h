/* SPDX-License-Identifier: MIT */
/* run_image.h - the image that `rdinit run` boots: the user's, or one made for a program. */
#ifndef TOOLS_LIB_RUN_IMAGE_H
#define TOOLS_LIB_RUN_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/lib/base/options.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/kernel/kernel.h"
#include "tools/lib/machine/disk.h"
#include "tools/lib/machine/volume.h"

/* A machine that is saved has the first part; what it is to run comes as an order. */
enum image_part { IMAGE_WHOLE, IMAGE_WITHOUT_PROGRAM, IMAGE_ORDER };

struct run_image {
	enum image_part part;
	const char *parameters; /* IMAGE_ORDER: of /init, or NULL */
	char **program; /* PROGRAM ARG... ended by NULL, or NULL: the program of `oci` */
	const char *sysroot; /* --sysroot DIR, or NULL: the program is of this host */
	const char *oci; /* --oci PATH[:TAG], or NULL */
	bool is_in_root; /* the program is not packed: it runs in a tree that the host shares */
	char *keep; /* the path at which the file stays, or NULL */
	const struct volumes *volumes; /* -v and --rw */
	const struct texts *env; /* its environment: NAME=VALUE */
	const char *workdir; /* --workdir, or NULL: / */
	const char *hostname; /* --hostname, or NULL */
	/* Further parameters of the program: the names, and the value of each. */
	struct texts asked, asked_values;
	struct texts limits; /* --ulimit: NAME=SOFT[:HARD] */
	char *user; /* --user, as a parameter of /init, or NULL */
	const struct buffer *input; /* its standard input, or NULL: that of the streams */
	bool has_network; /* its driver is added */
	bool has_tpm; /* the same */
	bool has_ports; /* the driver of virtio-serial is added */
	struct texts modules; /* --module */
	struct texts trees; /* --tree DIR[:DEST] */
	const struct kernel *kernel;
	const struct disk *disks; /* their drivers are added */
	size_t disk_count;
	enum disk_host host;
};

struct run_image_file {
	int fd;
	char *path; /* for QEMU, which inherits fd */
	off_t size; /* bytes unpacked, as far as known */
	bool is_ours; /* its /init is that of this project */
	uint64_t packed; /* bytes of the file */
	uint64_t tree; /* of memory for its files; 0: not known */
	enum compress_kind compression; /* of its first bytes */
};

/*
 * Packs /init, the program with its libraries (and the library trees of perl or python), and the
 * modules into a file in $TMPDIR, or /tmp, that has no name any more when this returns: however we
 * end, nothing remains. With `keep` the file is that one. From here on SIGINT, SIGTERM, SIGHUP and
 * SIGQUIT are blocked; machine_run() handles them. Returns 0, or -1 after reporting. Close `file`
 * in both cases.
 */
int run_image_build(const struct run_image *run, struct run_image_file *file);

/* The user's image: readable, not empty, and whole where we can unpack it. */
int run_image_open(const char *path, struct run_image_file *file);

/* Finds out `tree` of an image that was built. 0, or -1 after reporting. */
int run_image_measure(struct run_image_file *file);

/* MiB of memory that a guest with this image needs: 256 at least, and a multiple of 128. */
unsigned int run_image_memory(const struct run_image_file *file);
void run_image_close(struct run_image_file *file);

#endif

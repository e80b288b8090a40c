/* SPDX-License-Identifier: MIT */
/* oci.h - a container's image as entries of an initramfs, and what it runs. */
#ifndef TOOLS_LIB_OCI_H
#define TOOLS_LIB_OCI_H

#include "tools/lib/image/image.h"

/* The image's configuration; each list ends with NULL, each text may be NULL. */
struct oci_run {
	char **argv; /* Entrypoint, then Cmd */
	char **env; /* NAME=VALUE */
	char *workdir;
	char *user; /* as /init takes it: "UID:GID[,GID...]" */
	char *home; /* of that user */
};

/*
 * Puts the layers of an image for linux/amd64 upon one another in `stage`. `path` is an OCI layout
 * (a directory with oci-layout and index.json), the same as a tar archive, or what `docker save`
 * writes; `tag` chooses among several images in it, NULL if there is one. Every blob is checked
 * against its sha256 before it is believed. Source: OCI image specification 1.1: image-layout,
 * manifest, config, layer.
 *
 * 0, or -1 after reporting. Free run in both cases.
 */
int oci_add(struct image *stage, const char *path, const char *tag, struct oci_run *run,
	    const char *why);
void oci_run_free(struct oci_run *run);

#endif

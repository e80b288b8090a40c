/* rootspec.h - what root= names. */
#ifndef RDINIT_PURE_ROOTSPEC_H
#define RDINIT_PURE_ROOTSPEC_H

enum rootspec_kind { ROOTSPEC_PATH, ROOTSPEC_NUMBER };

struct rootspec {
	enum rootspec_kind kind;
	const char *path;           /* ROOTSPEC_PATH: "/dev/NAME" */
	unsigned int major, minor;  /* ROOTSPEC_NUMBER */
};

/* Reads "/dev/NAME", decimal "MAJ:MIN" or the kernel's old hexadecimal form ("0801", "fe00").
 * 0, or -EINVAL. Source: name_to_dev_t() in the kernel's init/do_mounts.c. */
int rootspec_parse(const char *text, struct rootspec *spec);

#endif

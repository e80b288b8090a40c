/* SPDX-License-Identifier: MIT */
/* modprobe_conf.h - the lines of modprobe.d(5). */
#ifndef TOOLS_LIB_MODPROBE_CONF_H
#define TOOLS_LIB_MODPROBE_CONF_H

enum modconf_kind {
	MODCONF_ALIAS, /* name: a pattern; value: the module */
	MODCONF_BLACKLIST, /* name: the module; value: "" */
	MODCONF_INSTALL, /* value: a command */
	MODCONF_OPTIONS,
	MODCONF_REMOVE,
	MODCONF_SOFTDEP, /* value: "pre: a b post: c" */
	MODCONF_WEAKDEP, /* value: "a b" */
	MODCONF_UNKNOWN, /* name: the word that is none of these */
	MODCONF_SHORT, /* name: the word that something must follow */
};

struct modconf_line {
	enum modconf_kind kind;
	unsigned int number; /* of the line, from 1; the first of those a backslash joins */
	const char *name, *value;
};

struct modconf_reader {
	char *rest; /* the text that is left, ended by NUL; cut in place */
	unsigned int number; /* lines read so far */
};

/* Cuts the next line off. Empty lines and those that begin with '#' are passed over; a backslash
 * before the newline goes on with the next line. 1, or 0 at the end. Source: modprobe.d(5). */
int modconf_next(struct modconf_reader *reader, struct modconf_line *line);

#endif

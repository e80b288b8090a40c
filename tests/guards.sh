#!/bin/sh
# SPDX-License-Identifier: MIT
# guards.sh - what the structure promises, looked for in objects and sources.
# usage: guards.sh static PROGRAM | size LIMIT PROGRAM | pure OBJECT... | calls OBJECT... | waits OBJECT... |
#        includes DIRECTORY | rooms DIRECTORY... | copies DIRECTORY
# Prints each violation and exits 1 if there is one. tests/cli/test_guards.py plants one for each rule.
set -eu

fail() {
	echo "guards: $*" >&2
	exit 1
}

check_readable() {
	for file; do
		[ -r "$file" ] || fail "cannot read $file"
	done
}

# What objects call that none of them defines, but for mem*, str* and what the compiler adds.
foreign_calls() {
	defined=$(nm --defined-only "$@" | awk 'NF == 3 { print $3 }' | sort -u)
	nm -u "$@" | awk '$1 == "U" { print $2 }' | sort -u | grep -vE '^(mem|str|__stack_chk_fail$)' | while read -r name; do
		echo "$defined" | grep -qx "$name" || echo "$name"
	done
}

# /init runs where no loader and no library is.
static_rule() {
	readelf -hW "$1" >/dev/null
	! readelf -lW "$1" | grep -q INTERP || fail "$1 is not static"
}

size_rule() {
	size=$(stat -c %s "$2")
	[ "$size" -le "$1" ] || fail "$2 has $size bytes, limit $1"
}

# init/pure has no I/O and no heap.
pure_rule() {
	check_readable "$@"
	calls=$(foreign_calls "$@")
	[ -z "$calls" ] || fail "init/pure calls" $calls
}

# Nothing of /init calls the library but for what computes, so nothing uses the heap or stdio, and system calls
# are made by the instruction alone: in init/sys, for only there raw.h is included. All objects of /init are given.
calls_rule() {
	check_readable "$@"
	calls=$(foreign_calls "$@" | grep -vxE 'sig(add|del|empty)set|cfmakeraw|(set|long)jmp' || true)
	[ -z "$calls" ] || fail "/init calls the C library:" $calls
}

# Only init/loop waits and reaps. A wait elsewhere would be deaf to everything else. init/sys/terminal.c waits for
# a terminal to take a message, for some seconds at most: the loop cannot run within a message.
waits_rule() {
	check_readable "$@"
	found=
	for object; do
		case $object in
		*/loop/loop.o | */sys/terminal.o) continue ;;
		esac
		nm -u "$object" | grep -qwE 'sys_(poll|sigwait|signalfd|wait)' && found="$found $object"
	done
	[ -z "$found" ] || fail "waits outside of init/loop:$found"
}

# tools -> init/pure <- init: a header of the one is never included by the other.
includes_rule() {
	found=$(
		cd "$1"
		grep -rnE '#include "tools/' init || true
		grep -rnE '#include "init/' init/pure tools | grep -vE '"init/(pure/|steps(_run)?\.def")' || true
		grep -rn '#include "init/sys/raw.h"' init | grep -v '^init/sys/' || true
	)
	[ -z "$found" ] || fail "included from another part: $found"
}

# The rooms of a directory, each pair of them in which the one includes the other. Files that are in no
# room are one, too: ".".
included_rooms() {
	(cd "$1" && find . -name '*.[ch]' -exec grep -oH "^#include \"$1/[^\"]*" {} +) |
		sed -E "s|^\./||; s|:#include \"$1/| |; s|(^\| )([^/ ]*)/[^ ]*|\1\2|g; s|[^ ]*\.[ch]\>|.|g" |
		awk '$1 != $2' | sort -u
}

# Rooms that include each other in a circle are one: nobody can change or test the one without the other.
rooms_rule() {
	for directory; do
		[ -d "$directory" ] || fail "no directory $directory"
		circle=$(included_rooms "$directory" | tsort 2>&1 >/dev/null | sed -n 's/^tsort: \([^:]*\)$/\1/p')
		[ -z "$circle" ] || fail "rooms of $directory that include each other in a circle:" $circle
	done
}

# What /init and the tool both believe is written once, in init/pure: paths of the image, and that '-' is '_'
# in names of modules.
copies_rule() {
	found=$(
		cd "$1"
		grep -rnE --include='*.[ch]' '"[^"]*/etc/rdinit' init tools | grep -v '^init/pure/paths.h:' || true
		grep -rnE --include='*.[ch]' "'-' \\? '_'|= '_';" init tools | grep -v '^init/pure/modname.h:' || true
	)
	[ -z "$found" ] || fail "copies of what init/pure has: $found"
}

rule=${1:?usage: guards.sh RULE ARGUMENT...}
shift
[ $# -gt 0 ] || fail "$rule: nothing to look at"
case $rule in
static | size | pure | calls | waits | includes | rooms | copies) "${rule}_rule" "$@" ;;
*) fail "no rule $rule" ;;
esac

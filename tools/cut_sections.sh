#!/bin/sh
# SPDX-License-Identifier: MIT
# cut_sections.sh FILE - takes the section headers off a linked program, and what only they name: the
# kernel loads segments. (strip(1) keeps the headers; binutils before 2.41 cannot take them off.)
set -eu
end=$(readelf -lW "$1" | awk '
	$1 ~ /^(LOAD|NOTE|TLS|GNU_STACK)$/ { end = number($2) + number($5); if (end > most) most = end }
	function number(hex,   i, n) {
		for (i = 3; i <= length(hex); i++)
			n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
		return n
	}
	END { print most }')
truncate -s "$end" "$1"
# e_shoff, and e_shnum with e_shstrndx, of an ELF header of 64 bits.
printf '\0\0\0\0\0\0\0\0' | dd of="$1" bs=1 seek=40 conv=notrunc status=none
printf '\0\0\0\0' | dd of="$1" bs=1 seek=60 conv=notrunc status=none

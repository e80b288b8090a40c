// SPDX-License-Identifier: MIT
/* newc.c - the header of an entry in the cpio format that the kernel unpacks. */
#include "init/pure/newc.h"

#include <stdbool.h>

#define FIELDS 13

static int hex_digit(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* Kernels before 6.16 took "0x" and blanks here (simple_strtoul); newer ones do not (hex2bin). */
static bool read_field(const uint8_t digits[8], uint32_t *value)
{
	*value = 0;
	for (size_t i = 0; i < 8; i++) {
		int digit = hex_digit(digits[i]);

		if (digit < 0)
			return false;
		*value = *value << 4 | (uint32_t)digit;
	}
	return true;
}

size_t newc_fields_read(const uint8_t header[NEWC_HEADER], struct newc_fields *fields)
{
	uint32_t values[FIELDS];

	for (size_t i = 0; i < FIELDS; i++)
		if (!read_field(header + 6 + 8 * i, &values[i]))
			return 6 + 8 * i;
	*fields = (struct newc_fields){
		values[0], values[1], values[2], values[3],  values[4],	 values[5],  values[6],
		values[7], values[8], values[9], values[10], values[11], values[12],
	};
	return 0;
}

void newc_header(uint8_t header[NEWC_HEADER], const struct newc_fields *fields)
{
	static const char digits[] = "0123456789ABCDEF";
	const uint32_t values[FIELDS] = {
		fields->ino,	   fields->mode,       fields->uid,	   fields->gid,
		fields->nlink,	   fields->mtime,      fields->size,	   fields->dev_major,
		fields->dev_minor, fields->rdev_major, fields->rdev_minor, fields->namesize,
		fields->check,
	};

	memcpy(header, "070701", 6);
	for (size_t i = 0; i < FIELDS; i++) {
		uint8_t *field = header + 6 + 8 * i;

		memcpy(field, "00000000", 8);
		for (uint32_t left = values[i], j = 8; left; left >>= 4) /* most fields are 0 */
			field[--j] = (uint8_t)digits[left & 15];
	}
}

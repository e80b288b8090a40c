// SPDX-License-Identifier: MIT
/* test_string.c - /init's functions of string.h return what the library's return. */
#define memchr our_memchr
#define memcmp our_memcmp
#define strchr our_strchr
#define strcmp our_strcmp
#define strcspn our_strcspn
#define strlen our_strlen
#define strncmp our_strncmp
#define strnlen our_strnlen
#define strpbrk our_strpbrk
#define strrchr our_strrchr
#define strspn our_strspn
#include "init/sys/string.c"
#undef memchr
#undef memcmp
#undef strchr
#undef strcmp
#undef strcspn
#undef strlen
#undef strncmp
#undef strnlen
#undef strpbrk
#undef strrchr
#undef strspn

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define TEXT_MAX 6
#define LETTERS 4 /* the NUL, two others, and one that is negative as a char */
#define TEXTS 5461 /* 1 + 4 + ... + 4 to the 6th */

/* All texts of up to TEXT_MAX letters, each in its own memory: a sanitizer sees a byte too many. */
static char *text_of(unsigned int number)
{
	static const char letters[LETTERS] = { 'a', 'b', '\0', (char)0xe9 };
	char text[TEXT_MAX], *copy;
	unsigned int len = 0;

	for (; number; number = (number - 1) / LETTERS)
		text[len++] = letters[(number - 1) % LETTERS];
	copy = malloc(len + 1);
	assert_non_null(copy);
	for (unsigned int i = 0; i < len; i++)
		copy[i] = text[i];
	copy[len] = '\0';
	return copy;
}

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

static void compare_one(const char *text)
{
	for (size_t max = 0; max <= __builtin_strlen(text) + 1; max++)
		assert_int_equal(our_strnlen(text, max), __builtin_strnlen(text, max));
	assert_int_equal(our_strlen(text), __builtin_strlen(text));
	for (int c = 0; c < 256; c++) {
		assert_ptr_equal(our_strchr(text, c), __builtin_strchr(text, c));
		assert_ptr_equal(our_strrchr(text, c), __builtin_strrchr(text, c));
		assert_ptr_equal(our_memchr(text, c, __builtin_strlen(text)),
				 __builtin_memchr(text, c, __builtin_strlen(text)));
	}
}

static void compare_two(const char *a, const char *b)
{
	size_t a_len = __builtin_strlen(a), b_len = __builtin_strlen(b);
	size_t len = a_len < b_len ? a_len : b_len;

	assert_int_equal(sign(our_strcmp(a, b)), sign(__builtin_strcmp(a, b)));
	assert_int_equal(sign(our_memcmp(a, b, len)), sign(__builtin_memcmp(a, b, len)));
	assert_int_equal(our_strspn(a, b), __builtin_strspn(a, b));
	assert_int_equal(our_strcspn(a, b), __builtin_strcspn(a, b));
	assert_ptr_equal(our_strpbrk(a, b), __builtin_strpbrk(a, b));
	for (size_t max = 0; max <= len + 1; max++)
		assert_int_equal(sign(our_strncmp(a, b, max)), sign(__builtin_strncmp(a, b, max)));
}

static void they_return_what_the_library_returns(void **state)
{
	static char *texts[TEXTS];

	(void)state;
	for (unsigned int i = 0; i < TEXTS; i++) {
		texts[i] = text_of(i);
		compare_one(texts[i]);
	}
	for (unsigned int i = 0; i < TEXTS; i++)
		for (unsigned int k = i % 61; k < TEXTS; k += 61)
			compare_two(texts[i], texts[k]);
	for (unsigned int i = 0; i < TEXTS; i++)
		free(texts[i]);
}

static void memory_is_compared_beyond_a_nul(void **state)
{
	(void)state;
	assert_true(our_memcmp("a\0b", "a\0c", 3) < 0);
	assert_true(our_memcmp("a\0\xff", "a\0c", 3) > 0);
	assert_int_equal(our_memcmp("a\0b", "a\0c", 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_return_what_the_library_returns),
		cmocka_unit_test(memory_is_compared_beyond_a_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

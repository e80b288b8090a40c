// SPDX-License-Identifier: MIT
/* last.c - linked after all of /init: where its memory ends. */
char sim_data_end[1] = { 1 };
char sim_bss_end[1];

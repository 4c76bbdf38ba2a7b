/* What the pages that goldvi writes have in common: each is one file that needs
 * nothing but a browser, with a filter box that hides rows. */
#ifndef GOLDVI_PAGE_H
#define GOLDVI_PAGE_H

#include <stdio.h>

/* Up to <body>; the title as printf() would. */
void page_head(FILE *out, const char *format, ...);
/* The filter box, and the beginning of <main>.  Elements with data-row are filtered,
 * those whose data-row is `noun` are counted; an element with data-group goes with
 * its last row.  Neither text is escaped. */
void page_filter(FILE *out, const char *noun, const char *hint);
void page_foot(FILE *out);

#endif

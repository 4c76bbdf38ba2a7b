/* Text from vectors and devices, made safe for the formats of reports. */
#ifndef GOLDVI_ESCAPE_H
#define GOLDVI_ESCAPE_H

#include <stdio.h>

/* Both write valid UTF-8 whatever the text is: what is no character, or one that
 * the format does not allow, becomes U+FFFD. */
void put_xml(FILE *out, const char *text);     /* also HTML; in elements and quoted attributes */
void put_json(FILE *out, const char *text);    /* with its quotes */

#endif

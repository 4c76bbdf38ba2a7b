/* Text from vectors and devices, made safe for the formats of reports. */
#include "conformance/escape.h"

#include <stdbool.h>
#include <stdint.h>

static const char replacement[] = "\xef\xbf\xbd";

/* The bytes of the character at p, 0 if there is none: overlong forms,
 * surrogates and what lies above 10FFFFh are no characters. */
static unsigned character(const char *p, uint32_t *code)
{
	const unsigned char *u = (const unsigned char *)p;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned bytes = u[0] < 0x80       ? 1
			 : u[0] >> 5 == 6  ? 2
			 : u[0] >> 4 == 14 ? 3
			 : u[0] >> 3 == 30 ? 4
					   : 0;

	if (bytes < 2) {
		*code = u[0];
		return bytes;
	}
	*code = u[0] & (0x7fu >> bytes);
	for (unsigned i = 1; i < bytes; i++) {
		if (u[i] >> 6 != 2)
			return 0;
		*code = *code << 6 | (u[i] & 0x3f);
	}
	if (*code < least[bytes] || *code > 0x10ffff || *code >> 11 == 0x1b)
		return 0;
	return bytes;
}

/* What XML 1.0 forbids. */
static bool forbidden(uint32_t code)
{
	return (code < 0x20 && code != '\t' && code != '\n') || code == 0x7f || code >> 1 == 0x7fff;
}

void put_xml(FILE *out, const char *text)
{
	uint32_t code = 0;
	unsigned bytes;

	for (; *text; text += bytes ? bytes : 1) {
		bytes = character(text, &code);
		if (!bytes || forbidden(code))
			fputs(replacement, out);
		else if (code == '&')
			fputs("&amp;", out);
		else if (code == '<')
			fputs("&lt;", out);
		else if (code == '>')
			fputs("&gt;", out);
		else if (code == '"')
			fputs("&quot;", out);
		else
			fwrite(text, 1, bytes, out);
	}
}

void put_json(FILE *out, const char *text)
{
	uint32_t code = 0;
	unsigned bytes;

	fputc('"', out);
	for (; *text; text += bytes ? bytes : 1) {
		bytes = character(text, &code);
		if (!bytes)
			fputs(replacement, out);
		else if (code < 0x20)
			fprintf(out, "\\u%04x", (unsigned)code);
		else if (code == '"' || code == '\\')
			fprintf(out, "\\%c", (char)code);
		else
			fwrite(text, 1, bytes, out);
	}
	fputc('"', out);
}

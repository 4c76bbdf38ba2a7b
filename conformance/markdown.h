/* What the documents of `goldvi markdown` are made of. */
#ifndef GOLDVI_MARKDOWN_H
#define GOLDVI_MARKDOWN_H

/* The heading, and who made the document. */
void put_title(const char *title, const char *document);
/* Text in a cell of a table, or a line of prose. */
void put_text(const char *text);

/* docs/choices.md; with the vectors below `path` that name each, unless it is NULL.
 * An exit status. */
int put_choices(const char *path);

#endif

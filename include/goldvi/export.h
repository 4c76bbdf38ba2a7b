/* Marks what the library exports; everything else is hidden. */
#ifndef GOLDVI_EXPORT_H
#define GOLDVI_EXPORT_H

#if defined(__GNUC__)
#define GVI_API __attribute__((visibility("default")))
#else
#define GVI_API
#endif

#endif

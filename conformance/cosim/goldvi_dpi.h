/* The imports of goldvi_cosim.sv, as C sees them: what goldvi_cosim_pkg's functions do is
 * said there. */
#ifndef GOLDVI_DPI_H
#define GOLDVI_DPI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void *goldvi_new(const char *preset);
void goldvi_free(void *handle);
int goldvi_set(void *handle, const char *name, unsigned long long value);
int goldvi_habit(void *handle, const char *choice, const char *alternative);
int goldvi_start(void *handle, int memory);
unsigned long long goldvi_read64(void *handle, unsigned long long spa);
int goldvi_write64(void *handle, unsigned long long spa, unsigned long long data);
int goldvi_write256(void *handle, unsigned long long spa, const uint32_t *data);
int goldvi_wrote64(void *handle, unsigned long long spa, unsigned long long old);
int goldvi_iommu_write64(void *handle, unsigned long long spa, unsigned long long data);
int goldvi_mmio_wrote(void *handle, int offset, int length, unsigned long long value);
int goldvi_mmio_read(void *handle, int offset, int length, unsigned long long value);
int goldvi_config_wrote(void *handle, int offset, int length, int value);
int goldvi_config_read(void *handle, int offset, int length, int value);
int goldvi_issue(void *handle, int tag, int device, unsigned long long address, int length,
		 int access, int prefix);
int goldvi_issue_interrupt(void *handle, int tag, int device, unsigned long long address, int data,
			   int prefix);
int goldvi_issue_ats(void *handle, int tag, int device, unsigned long long address, int prefix);
int goldvi_issue_page(void *handle, int tag, int device, unsigned long long address, int page,
		      int prefix);
int goldvi_grant(void *handle, int tag, unsigned long long address);
int goldvi_abort(void *handle, int tag, int completion);
int goldvi_remapped(void *handle, int tag, unsigned long long address, int data);
int goldvi_completed(void *handle, int tag, unsigned long long translation);
int goldvi_page_taken(void *handle, int tag, int result);
int goldvi_check(void *handle, int device, unsigned long long address, int length, int access,
		 int prefix, int grants, unsigned long long spa);
int goldvi_predict(void *handle, int device, unsigned long long address, int length, int access,
		   int prefix, unsigned long long *spa);
int goldvi_written(void *handle, unsigned long long spa, unsigned long long low,
		   unsigned long long high, int bytes);
int goldvi_interrupted(void *handle, unsigned long long address, int data);
int goldvi_sent_invalidate(void *handle, int device, int itag, unsigned long long body, int prefix);
int goldvi_device_done(void *handle, int device, int itag, int in_time);
int goldvi_sent_response(void *handle, int device, int data, int prefix);
int goldvi_open_tags(void *handle);
unsigned long long goldvi_total(void *handle, const char *name);
const char *goldvi_report(void *handle);
int goldvi_finish(void *handle);

#ifdef __cplusplus
}
#endif
#endif

// What the parts of the example IOMMU share: its size, what travels between them,
// and what of a device table entry is kept.
package iommu_pkg;

	import goldvi_pkg::*;

	// ---- What there is --------------------------------------------------

	// EFR: IASup, and HATS 0 for four levels.  EFR2: HTRangeIgnore, so that of all
	// special ranges only the MSI window is left [flow.ht-range-ignore].
	localparam logic [63:0] EFR  = 64'h0000_0000_0000_0040;
	localparam logic [63:0] EFR2 = 64'h0000_0000_0000_0800;
	localparam int LEVELS = 4;

	localparam int DTE_SETS = 8;            // DTE cache: two ways each
	localparam int TLB_ENTRIES = 32;        // translations
	localparam int PDC_ENTRIES = 16;        // pointers to tables
	localparam int MISSES = 4;              // requests that wait for the walker
	localparam int TAG_BITS = 6;            // of a request

	// ---- Requests and answers -------------------------------------------

	typedef enum logic [1:0] {READ, WRITE, WRITE_NONPOSTED, ATOMIC} access_t;
	typedef enum logic [1:0] {GRANT, ABORT, INTERRUPT} result_t;

	typedef struct packed {
		logic [TAG_BITS-1:0] tag;
		logic [15:0]         device;
		access_t             access;
		logic [63:0]         address;
	} request_t;

	typedef struct packed {
		logic [TAG_BITS-1:0] tag;
		result_t             result;
		logic [63:0]         address;
		logic                fc, u;     // of the page
	} answer_t;

	typedef struct packed {logic write, read;} rights_t;

	function automatic rights_t rights_of(access_t access);
		case (access)
		READ:    return '{read: 1, write: 0};
		ATOMIC:  return '{read: 1, write: 1};
		default: return '{read: 0, write: 1};
		endcase
	endfunction

	// ---- What caches hold -----------------------------------------------

	// Of a device table entry, what memory requests need.
	typedef struct packed {
		logic        v, tv;
		logic        illegal, rz;       // ILLEGAL_DEV_TABLE_ENTRY, and its RZ
		logic [2:0]  mode;
		logic [51:12] root;
		rights_t     rights;
		logic [15:0] domain;
		logic        se, sa, ex;
	} device_t;

	// A page.  `span` has a 1 for each address bit that lies inside it.
	typedef struct packed {
		logic [15:0]  domain;
		logic [63:12] iova, span;
		logic [51:12] spa;
		rights_t      rights;           // of all entries on the way, not of the DTE
		logic         fc, u;
	} page_t;

	// A table of level `level`, and the rights on the way to it.
	typedef struct packed {
		logic [15:0]  domain;
		logic [63:12] iova;
		logic [2:0]   level;
		logic [51:12] spa;
		rights_t      rights;
	} table_t;

	// Address bits inside what a table of this level covers; for a page of a table
	// of level n, those of n - 1.
	function automatic logic [63:12] span_of(logic [2:0] level);
		case (level)
		0:       return '0;
		1:       return 52'h1ff;
		2:       return 52'h3_ffff;
		3:       return 52'h7ff_ffff;
		default: return 52'hf_ffff_ffff;
		endcase
	endfunction

	// ---- Invalidations --------------------------------------------------

	typedef struct packed {
		logic         all;              // everything there is
		logic         device;           // the entry of device_id
		logic         pages, pointers;  // of domain, in the range
		logic [15:0]  device_id, domain;
		logic [63:12] address, span;
	} invalidation_t;

	function automatic logic meets(invalidation_t i, logic [15:0] domain, logic [63:12] iova,
	                               logic [63:12] span);
		return domain == i.domain && ((iova ^ i.address) & ~(span | i.span)) == 0;
	endfunction

	// ---- Memory ---------------------------------------------------------

	typedef enum logic [1:0] {OKAY, EXOKAY, SLVERR, DECERR} resp_t;

	// Type of hardware error events: 1 nothing there, 2 refused.
	function automatic logic [1:0] error_type(resp_t resp);
		return resp == DECERR ? 2'd1 : 2'd2;
	endfunction

	// ---- Bugs -----------------------------------------------------------

	// What the port `bug` can do to this IOMMU; 0 is how it should be.
	typedef enum logic [5:0] {
		NO_BUG,
		BUG_STALE_PAGE,         // INVALIDATE_IOMMU_PAGES drops no pages
		BUG_STALE_POINTER,      // ... and no pointers, whatever PDE says
		BUG_STALE_DEVICE,       // INVALIDATE_DEVTAB_ENTRY drops nothing
		BUG_STALE_ALL,          // INVALIDATE_IOMMU_ALL forgets the pointers
		BUG_LARGE_PAGE,         // a large page goes only if its first address is in the range
		BUG_RANGE_SIZE,         // S=1 covers half of what it says
		BUG_LATE_FILL,          // a walk that an invalidation has overtaken fills the caches
		BUG_EARLY_WAIT,         // COMPLETION_WAIT stores before invalidations are done
		BUG_DOMAIN,             // pages are found whatever their DomainID
		BUG_DEVICE_RIGHTS,      // IR and IW of the first device stay in the page
		BUG_LEAF_RIGHTS,        // only the last entry's IR and IW count
		BUG_LEVEL_SKIP,         // bits of skipped levels are not looked at
		BUG_SURPLUS,            // nor are those above what Mode covers
		BUG_PAGE_SIZE,          // NextLevel 7 maps half of what is coded
		BUG_RESERVED_PTE,       // reserved bits of pages are not looked at
		BUG_RESERVED_DTE,       // nor are those of device table entries
		BUG_TABLE_SIZE,         // nor is Size of the device table
		BUG_EXCLUSION,          // the last page of the exclusion range is translated
		BUG_SUPPRESS,           // SE=1 suppresses the first event too
		BUG_HEAD,               // the ring runs on behind an illegal command
		BUG_COMMAND_BITS,       // reserved bits of commands are not looked at
		BUG_COMMAND_WRAP,       // the command ring has one entry more
		BUG_EVENT_EARLY,        // the tail of the event log moves before the entry is there
		BUG_EVENT_WRAP,         // the event log has one entry more
		BUG_OVERFLOW,           // a full event log is written over
		BUG_EVENT_RW,           // RW is 0 where PR is 0
		BUG_EVENT_PR,           // PR is 0 where PE is 1
		BUG_EVENT_RZ,           // RZ is 0
		BUG_EVENT_TR,           // TR is 1
		BUG_EVENT_ADDRESS,      // bits 63:32 of the address are lost
		BUG_EVENT_DOMAIN,       // DomainID is the one of the fault before
		BUGS
	} bug_t;

	// ---- What tables and ranges say -----------------------------------------

	// The MSI window [flow.special-ranges].
	function automatic logic is_message(logic [63:0] address);
		return address[63:20] == 44'hfee;
	endfunction

	// [device.exclusion-applies], for an entry with V=TV=1
	function automatic logic is_excluded(logic [63:0] address, logic ex, logic enabled, logic all,
	                                     logic [51:12] base, logic [51:12] limit, bug_t bug);
		return enabled && (all || ex) && address[63:12] >= 52'(base)
		       && (bug == BUG_EXCLUSION ? address[63:12] < 52'(limit)
		                                : address[63:12] <= 52'(limit));
	endfunction

	// A device table entry: [device.reserved-bits] with what belongs to features that are not
	// there, and the encodings of docs/spec/01 section 8 that are left.
	function automatic device_t device_of(goldvi_dte_t e, bug_t bug);
		device_t d;
		d.rz = {e.RSVD_3_2, e.CXL_ATTR, e.HAD, e.PPR, e.GPRP, e.GIOV, e.GV, e.GLX, e.GCR3_ROOT_0,
		        e.GCR3_ROOT_1, e.GCR3_ROOT_2, e.RSVD_63, e.SATS} != 0 && bug != BUG_RESERVED_DTE;
		d.illegal = d.rz || (e.TV && e.MODE > 3'(LEVELS));
		d.v = e.V;
		d.tv = e.TV;
		d.mode = e.MODE;
		d.root = e.HOST_ROOT;
		d.rights = '{read: e.IR, write: e.IW};
		d.domain = e.DOMAIN_ID;
		d.se = e.SE;
		d.sa = e.SA;
		d.ex = e.EX;
		return d;
	endfunction

endpackage

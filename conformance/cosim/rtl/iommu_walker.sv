// The walker: the flow of docs/spec/04 section 3 for one request at a time, from its
// device table entry to the page, and the event of what is refused.
//
// A walk that an invalidation overtakes ("stale") ends as it has begun, but leaves
// nothing in the caches; COMPLETION_WAIT waits for its answer.
module iommu_walker
	import iommu_pkg::*, goldvi_pkg::*;
(
	input  logic         clk, rst_n,
	input  bug_t         bug,

	input  logic [51:12] table_base,
	input  logic [8:0]   table_size,
	input  logic         exclusion_en, exclusion_all,
	input  logic [51:12] exclusion_base, exclusion_limit,

	input  logic         start,
	output logic         idle,
	input  request_t     request,
	input  logic         known,             // its device table entry is in the cache:
	input  device_t      known_device,
	input  logic         reported,          // and has led to an event
	output request_t     now,               // the request under way
	output logic         answers,
	output answer_t      answer,
	output logic         settles,           // an event is being logged, or its request answered

	output logic         pointer_wanted,
	input  logic         pointer_hit,
	input  table_t       pointer_found,

	output logic         device_fill, device_report,
	output device_t      device,
	output logic         page_fill,
	output page_t        page,
	output logic         pointer_fill,
	output table_t       pointer,

	input  logic         invalidate,
	output logic         stale,

	output logic         ar_valid,
	input  logic         ar_ready,
	output logic [51:5]  ar_address,
	input  logic         r_valid,
	input  resp_t        r_resp,
	input  logic [255:0] r_data,

	output logic         log,
	output logic [127:0] log_event,
	input  logic         log_done
);

	typedef enum logic [3:0] {
		IDLE,
		BEGIN,                  // ranges, DeviceID: steps 2 and 3
		DEVICE_READ, DEVICE_DATA,
		DEVICE,                 // its entry: steps 4 to 11
		ENTRY_READ, ENTRY_DATA, // a table's: docs/spec/02 section 4
		LOG, REFUSED, GRANTED
	} state_t;

	state_t state;
	logic   fetched, was_reported;

	assign idle = state == IDLE;
	assign settles = state == LOG || state == REFUSED;

	// ---- What is refused ----------------------------------------------------------

	typedef enum logic [3:0] {
		NOTHING = 0,
		ILLEGAL_DEV_TABLE_ENTRY = 1, IO_PAGE_FAULT = 2, DEV_TAB_HARDWARE_ERROR = 3,
		PAGE_TAB_HARDWARE_ERROR = 4, INVALID_DEVICE_REQUEST = 8
	} event_t;

	typedef struct packed {
		event_t     code;
		logic       pr, pe, rz;
		logic [1:0] kind;               // of a hardware error
	} fault_t;

	fault_t      fault;             // of this cycle
	logic        is_write, silent;
	rights_t     want;
	logic [15:0] domain, domain_before;

	assign is_write = now.access != READ;
	assign want = rights_of(now.access);

	function automatic logic [127:0] event_of(fault_t f, logic [51:3] spa);
		case (f.code)
		ILLEGAL_DEV_TABLE_ENTRY: return illegal_entry(f);
		IO_PAGE_FAULT:           return page_fault(f);
		DEV_TAB_HARDWARE_ERROR:  return device_table_error(f, spa);
		PAGE_TAB_HARDWARE_ERROR: return page_table_error(f, spa);
		default:                 return invalid_request();
		endcase
	endfunction

	function automatic goldvi_illegal_dev_table_entry_t illegal_entry(fault_t f);
		illegal_entry = goldvi_pack_illegal_dev_table_entry(goldvi_blank_illegal_dev_table_entry());
		illegal_entry.DEVICE_ID = now.device;
		illegal_entry.RW = is_write;
		illegal_entry.RZ = f.rz;
		illegal_entry.ADDRESS = now.address[63:2];
	endfunction

	function automatic goldvi_io_page_fault_t page_fault(fault_t f);
		page_fault = goldvi_pack_io_page_fault(goldvi_blank_io_page_fault());
		page_fault.DEVICE_ID = now.device;
		page_fault.DOMAIN_ID = bug == BUG_EVENT_DOMAIN ? domain_before : domain;
		page_fault.PR = f.pr && !(bug == BUG_EVENT_PR && f.pe);
		page_fault.RW = is_write && !(bug == BUG_EVENT_RW && !f.pr);
		page_fault.PE = f.pe;
		page_fault.RZ = f.rz && bug != BUG_EVENT_RZ;
		page_fault.TR = bug == BUG_EVENT_TR;
		page_fault.ADDRESS = {now.address[63:2], 2'b00};
		if (bug == BUG_EVENT_ADDRESS)
			page_fault.ADDRESS[63:32] = '0;
	endfunction

	function automatic goldvi_dev_tab_hardware_error_t device_table_error(fault_t f,
	                                                                      logic [51:3] spa);
		device_table_error = goldvi_pack_dev_tab_hardware_error(goldvi_blank_dev_tab_hardware_error());
		device_table_error.DEVICE_ID = now.device;
		device_table_error.RW = is_write;
		device_table_error.TYPE = f.kind;
		device_table_error.ADDRESS = {12'd0, spa[51:4]};
	endfunction

	function automatic goldvi_page_tab_hardware_error_t page_table_error(fault_t f,
	                                                                     logic [51:3] spa);
		page_table_error = goldvi_pack_page_tab_hardware_error(goldvi_blank_page_tab_hardware_error());
		page_table_error.DEVICE_ID = now.device;
		page_table_error.DOMAIN_ID = domain;
		page_table_error.RW = is_write;
		page_table_error.TYPE = f.kind;
		page_table_error.ADDRESS = {12'd0, spa};
	endfunction

	function automatic goldvi_invalid_device_request_t invalid_request();
		invalid_request = goldvi_pack_invalid_device_request(goldvi_blank_invalid_device_request());
		invalid_request.DEVICE_ID = now.device;
		invalid_request.ADDRESS = now.address;
	endfunction

	// [device.suppress-all], [device.suppress-first]
	assign silent = fault.code == IO_PAGE_FAULT && state != BEGIN
	                && (device.sa || (device.se && (was_reported || bug == BUG_SUPPRESS)));
	assign device_report = fault.code == IO_PAGE_FAULT && state != BEGIN && device.se && !device.sa
	                       && fills;

	always_ff @(posedge clk)
		if (fault.code != NOTHING) begin
			log_event <= event_of(fault, spa);
			domain_before <= domain;
		end

	assign log = state == LOG;

	// ---- Steps 2 to 11 --------------------------------------------------------------

	logic        in_table, excluded, denied, surplus;
	logic [51:3] spa;               // of what is being read

	assign in_table = now.device[15:7] <= table_size || bug == BUG_TABLE_SIZE;
	assign excluded = is_excluded(now.address, device.ex, exclusion_en, exclusion_all,
	                              exclusion_base, exclusion_limit, bug);
	assign denied = (want & ~device.rights) != 0;
	assign surplus = (now.address[63:12] & ~span_of(device.mode)) != 0 && bug != BUG_SURPLUS;
	assign domain = state == BEGIN ? 16'd0 : device.domain;

	always_comb begin
		fault = '0;
		case (state)
		BEGIN:
			if (is_message(now.address))
				fault.code = INVALID_DEVICE_REQUEST;
			else if (!known_now && !in_table)
				fault.code = IO_PAGE_FAULT;
		DEVICE_DATA:
			if (r_valid && r_resp != OKAY)
				fault = '{code: DEV_TAB_HARDWARE_ERROR, kind: error_type(r_resp), default: 0};
		DEVICE:
			if (device.v && device.illegal)
				fault = '{code: ILLEGAL_DEV_TABLE_ENTRY, rz: device.rz, default: 0};
			else if (device.v && !device.tv)
				fault.code = IO_PAGE_FAULT;
			else if (device.v && !excluded && denied)
				fault = '{code: IO_PAGE_FAULT, pr: 1, pe: 1, default: 0};
			else if (device.v && !excluded && device.mode != 0 && surplus)
				fault = '{code: IO_PAGE_FAULT, pr: 1, default: 0};
		ENTRY_DATA:
			if (r_valid)
				fault = entry_fault;
		default: ;
		endcase
	end

	logic known_now;
	logic passes;           // granted as it is

	assign passes = !device.v || excluded || device.mode == 0;

	always_ff @(posedge clk)
		if (!rst_n)
			state <= IDLE;
		else if (fault.code != NOTHING)
			state <= silent ? REFUSED : LOG;
		else
			case (state)
			IDLE:        if (start) state <= BEGIN;
			BEGIN:       state <= known_now ? DEVICE : DEVICE_READ;
			DEVICE_READ: if (ar_ready) state <= DEVICE_DATA;
			DEVICE_DATA: if (r_valid) state <= DEVICE;
			DEVICE:      state <= passes ? GRANTED : ENTRY_READ;
			ENTRY_READ:  if (ar_ready) state <= ENTRY_DATA;
			ENTRY_DATA:  if (r_valid) state <= is_leaf ? GRANTED : ENTRY_READ;
			LOG:         if (log_done) state <= REFUSED;
			default:     state <= IDLE;
			endcase

	always_ff @(posedge clk) begin
		if (start) begin
			now <= request;
			known_now <= known;
			device <= known_device;
			was_reported <= reported && known;
		end
		if (state == DEVICE_DATA && r_valid)
			device <= device_of(r_data, bug);
		fetched <= state == DEVICE_DATA;
	end

	// ---- The walk: docs/spec/02 section 4 ---------------------------------------------

	logic [2:0]   level, next_level;
	rights_t      rights, of_entry, with_entry; // of the entries so far, and with this one
	logic [51:12] tables;                   // where the table of this level is
	goldvi_pte_t  entry;                    // as a page, and as a pointer
	goldvi_pde_t  as_pointer;
	logic         is_leaf, skips;
	logic [63:12] span, below, coded;
	fault_t       entry_fault;

	assign pointer_wanted = state == DEVICE && !passes;

	always_ff @(posedge clk)
		if (state == DEVICE) begin
			level <= pointer_hit ? pointer_found.level : device.mode;
			tables <= pointer_hit ? pointer_found.spa : device.root;
			rights <= pointer_hit ? pointer_found.rights : '1;
		end else if (state == ENTRY_DATA && r_valid) begin
			level <= next_level;
			tables <= as_pointer.ADDRESS;
			rights <= with_entry;
		end

	// Step 3
	logic [8:0] index;

	always_comb
		case (level)
		1:       index = now.address[20:12];
		2:       index = now.address[29:21];
		3:       index = now.address[38:30];
		default: index = now.address[47:39];
		endcase

	assign spa = state == DEVICE_READ || state == DEVICE_DATA
	             ? {table_base, 9'd0} + 49'({now.device, 2'b00}) : {tables, index};
	assign ar_valid = state == DEVICE_READ || state == ENTRY_READ;
	assign ar_address = spa[51:5];
	assign entry = r_data[64 * spa[4:3] +: 64];
	assign as_pointer = entry;

	// Steps 4 to 10, in this order [host.fault-order]
	assign next_level = entry.NEXT_LEVEL;
	assign is_leaf = next_level == 0 || next_level == 7;
	assign of_entry = '{read: entry.IR, write: entry.IW};
	assign with_entry = bug == BUG_LEAF_RIGHTS ? of_entry : rights & of_entry;
	assign below = span_of(level - 1);
	assign skips = (now.address[63:12] & below & ~span_of(next_level)) != 0
	               && bug != BUG_LEVEL_SKIP;

	always_comb begin
		entry_fault = '0;
		if (r_resp != OKAY)
			entry_fault = '{code: PAGE_TAB_HARDWARE_ERROR, kind: error_type(r_resp), default: 0};
		else if (!entry.PR)
			entry_fault.code = IO_PAGE_FAULT;
		else if (is_leaf ? {entry.RSVD_56, entry.PMS} != 0 && bug != BUG_RESERVED_PTE
		                 : as_pointer.RSVD_60 != 0)
			entry_fault = '{code: IO_PAGE_FAULT, pr: 1, rz: 1, default: 0};
		else if ((want & ~with_entry) != 0)
			entry_fault = '{code: IO_PAGE_FAULT, pr: 1, pe: 1, default: 0};
		else if (is_leaf ? !sized : next_level >= level || skips)
			entry_fault = '{code: IO_PAGE_FAULT, pr: 1, default: 0};
	end

	// Section 3: the bits up to the lowest 0 are inside the page [host.page-size-code].
	logic sized;
	assign coded = {12'd0, entry.ADDRESS ^ (entry.ADDRESS + 40'd1)};
	assign sized = next_level == 0 || (coded > below && coded < span_of(level));
	assign span = next_level == 0 ? below : bug == BUG_PAGE_SIZE ? coded >> 1 : coded;

	// ---- What the caches get -----------------------------------------------------------

	logic fills;
	assign fills = (!stale || bug == BUG_LATE_FILL) && !invalidate;

	always_ff @(posedge clk)
		stale <= rst_n && !idle && (stale || invalidate);

	assign device_fill = state == DEVICE && fetched && fills;
	assign pointer_fill = state == ENTRY_DATA && r_valid && fault.code == NOTHING && !is_leaf && fills;
	assign pointer = '{domain: device.domain, iova: now.address[63:12], level: next_level,
	                   spa: as_pointer.ADDRESS, rights: with_entry};
	assign page_fill = state == ENTRY_DATA && r_valid && fault.code == NOTHING && is_leaf && fills;
	assign page = '{domain: device.domain, iova: now.address[63:12], span: span,
	                spa: entry.ADDRESS & ~span[51:12],
	                rights: bug == BUG_DEVICE_RIGHTS ? with_entry & device.rights : with_entry,
	                fc: entry.FC, u: entry.U};

	// ---- The answer ---------------------------------------------------------------------

	answer_t granted;

	always_ff @(posedge clk)
		if (state == DEVICE)
			granted <= '{tag: now.tag, result: GRANT, address: now.address, fc: 0, u: 0};
		else if (state == ENTRY_DATA)
			granted <= '{tag: now.tag, result: GRANT,
			             address: {12'd0, page.spa, 12'd0} | (now.address & {span, 12'hfff}),
			             fc: page.fc, u: page.u};

	assign answers = state == GRANTED || state == REFUSED;
	assign answer = state == GRANTED ? granted
	                : '{tag: now.tag, result: ABORT, address: 64'd0, fc: 0, u: 0};

endmodule

// An example IOMMU, small but honest: host translation in up to four levels, a cache
// of device table entries, one of pages and one of pointers to tables, a command ring
// and an event log.  docs/spec has the rules; numbers of steps and sections are its.
//
// A request goes through iommu_lookup, which answers it from the caches or hands it to
// the one walker; while that works, others are answered ("hit under miss"), so that
// answers come in any order.  Every refusal is the walker's, and is answered once its
// event has been logged, or lost.
//
// Registers are read and written between events and completions, never in the middle
// of one: mmio_ready waits.
module iommu
	import iommu_pkg::*;
(
	input  logic         clk, rst_n,
	input  bug_t         bug,               // what is broken: for trying test benches

	// Registers: 8 bytes, or one half of them.  Read data comes with mmio_ready.
	input  logic         mmio_valid, mmio_write,
	output logic         mmio_ready,
	input  logic [13:3]  mmio_offset,
	input  logic [1:0]   mmio_half,         // halves that are written
	input  logic [63:0]  mmio_wdata,
	output logic [63:0]  mmio_rdata,

	// Requests of devices, and answers in any order.
	input  logic         request_valid,
	output logic         request_ready,
	input  logic [TAG_BITS-1:0] request_tag,
	input  logic [15:0]  request_device,
	input  logic [1:0]   request_access,    // access_t
	input  logic [63:0]  request_address,
	output logic         answer_valid,
	output logic [TAG_BITS-1:0] answer_tag,
	output logic [1:0]   answer_result,     // result_t
	output logic [63:0]  answer_address,
	output logic         answer_fc, answer_u,

	// Memory reads, 32 bytes at a time: id 0 is the walker's, 1 of commands.
	output logic         ar_valid,
	input  logic         ar_ready,
	output logic         ar_id,
	output logic [51:5]  ar_address,
	input  logic         r_valid,
	input  logic         r_id,
	input  logic [1:0]   r_resp,            // resp_t
	input  logic [255:0] r_data,

	// Memory writes, up to 16 bytes: id 0 is the event log's, 1 of commands.
	output logic         w_valid,
	input  logic         w_ready,
	output logic         w_id,
	output logic [51:4]  w_address,
	output logic [1:0]   w_words,           // of 8 bytes that are written
	output logic [127:0] w_data,
	input  logic         b_valid,
	input  logic         b_id,
	input  logic [1:0]   b_resp,

	output logic         interrupts         // one cycle for each that is due
);

	// ---- Registers --------------------------------------------------------

	logic iommu_en;
	logic [51:12] table_base;
	logic [8:0]   table_size;
	logic         exclusion_en, exclusion_all;
	logic [51:12] exclusion_base, exclusion_limit;
	logic         command_run, command_empty, command_next, command_stop, wait_done;
	logic [51:4]  command_address;
	logic         log_run, log_full, log_next, log_overflow;
	logic [51:4]  log_address;
	logic         walker_settles, commands_settle;

	assign mmio_ready = !walker_settles && !commands_settle;

	iommu_registers registers (
		.clk, .rst_n, .bug,
		.access(mmio_valid && mmio_ready), .write(mmio_write), .offset({18'd0, mmio_offset, 3'd0}),
		.half(mmio_half), .wdata(mmio_wdata), .rdata(mmio_rdata),
		.iommu_en, .table_base, .table_size,
		.exclusion_en, .exclusion_all, .exclusion_base, .exclusion_limit,
		.command_run, .command_empty, .command_address, .command_next, .command_stop, .wait_done,
		.log_run, .log_full, .log_address, .log_next, .log_overflow,
		.interrupt(interrupts)
	);

	// ---- Requests ---------------------------------------------------------

	logic          invalidate, quiet;       // all caches, once the lookup is empty
	logic          hold;
	invalidation_t invalidation;

	logic     lookup_answers, walk, walk_known, walker_idle, walker_answers, reported;
	answer_t  lookup_answer, walker_answer;
	request_t walk_request;
	device_t  walk_device, device;
	logic     device_fill, page_fill, pointer_fill, device_report;
	page_t    page;
	table_t   pointer;

	iommu_lookup lookup (
		.clk, .rst_n, .bug, .iommu_en,
		.exclusion_en, .exclusion_all, .exclusion_base, .exclusion_limit,
		.request_valid, .request_ready,
		.request('{tag: request_tag, device: request_device,
		           access: access_t'(request_access), address: request_address}),
		.answers(lookup_answers), .answer(lookup_answer), .answer_taken(!walker_answers),
		.walk, .walk_known, .walk_request, .walk_device, .walk_reported(reported), .walker_idle,
		.device_fill, .device_report, .device_id(walk_request_now.device), .device,
		.page_fill, .page,
		.hold, .quiet, .invalidate, .invalidation
	);

	request_t walk_request_now;
	logic     stale_walk;

	iommu_walker walker (
		.clk, .rst_n, .bug,
		.table_base, .table_size,
		.exclusion_en, .exclusion_all, .exclusion_base, .exclusion_limit,
		.start(walk), .idle(walker_idle), .request(walk_request), .known(walk_known),
		.known_device(walk_device), .reported, .now(walk_request_now),
		.answers(walker_answers), .answer(walker_answer), .settles(walker_settles),
		.pointer_wanted, .pointer_hit, .pointer_found,
		.device_fill, .device_report, .device, .page_fill, .page, .pointer_fill, .pointer,
		.invalidate, .stale(stale_walk),
		.ar_valid(walker_ar_valid), .ar_ready(walker_ar_ready), .ar_address(walker_ar_address),
		.r_valid(r_valid && r_id == 0), .r_resp(resp_t'(r_resp)), .r_data,
		.log(walker_logs), .log_event(walker_event), .log_done(walker_logged)
	);

	logic   pointer_wanted, pointer_hit;
	table_t pointer_found;

	iommu_pointers pointers (
		.clk, .rst_n, .bug,
		.wanted(pointer_wanted), .domain(device.domain), .iova(walk_request_now.address[63:12]),
		.hit(pointer_hit), .found(pointer_found),
		.fill(pointer_fill), .entry(pointer), .invalidate, .invalidation
	);

	// The walker's answers go first.
	answer_t answer;
	assign answer = walker_answers ? walker_answer : lookup_answer;
	assign answer_valid = walker_answers || lookup_answers;
	assign answer_tag = answer.tag;
	assign answer_result = answer.result;
	assign answer_address = answer.address;
	assign answer_fc = answer.fc;
	assign answer_u = answer.u;

	// ---- Commands and events ----------------------------------------------

	logic [127:0] walker_event, command_event;
	logic         walker_logs, walker_logged, command_logs, command_logged;

	iommu_commands commands (
		.clk, .rst_n, .bug,
		.run(command_run), .empty(command_empty), .address(command_address),
		.next(command_next), .stop(command_stop), .wait_done, .settles(commands_settle),
		.hold, .quiet, .invalidate, .invalidation, .stale_walk,
		.ar_valid(command_ar_valid), .ar_ready(command_ar_ready), .ar_address(command_ar_address),
		.r_valid(r_valid && r_id == 1), .r_resp(resp_t'(r_resp)), .r_data,
		.w_valid(store_valid), .w_ready(store_ready), .w_address(store_address),
		.w_words(store_words), .w_data(store_data),
		.b_valid(b_valid && b_id == 1), .b_resp(resp_t'(b_resp)),
		.log(command_logs), .log_event(command_event), .log_done(command_logged)
	);

	iommu_event_log event_log (
		.clk, .rst_n, .bug,
		.run(log_run), .full(log_full), .address(log_address),
		.next(log_next), .overflow(log_overflow),
		.log({command_logs, walker_logs}), .entry('{command_event, walker_event}),
		.done({command_logged, walker_logged}),
		.w_valid(log_valid), .w_ready(log_ready), .w_address(log_w_address), .w_data(log_data),
		.b_valid(b_valid && b_id == 0), .b_resp(resp_t'(b_resp))
	);

	// ---- Memory: commands go first ------------------------------------------

	logic         walker_ar_valid, walker_ar_ready, command_ar_valid, command_ar_ready;
	logic [51:5]  walker_ar_address, command_ar_address;

	assign ar_valid = walker_ar_valid || command_ar_valid;
	assign ar_id = command_ar_valid;
	assign ar_address = command_ar_valid ? command_ar_address : walker_ar_address;
	assign command_ar_ready = ar_ready;
	assign walker_ar_ready = ar_ready && !command_ar_valid;

	logic         store_valid, store_ready, log_valid, log_ready;
	logic [51:4]  store_address, log_w_address;
	logic [1:0]   store_words;
	logic [127:0] store_data, log_data;

	assign w_valid = store_valid || log_valid;
	assign w_id = store_valid;
	assign w_address = store_valid ? store_address : log_w_address;
	assign w_words = store_valid ? store_words : 2'b11;
	assign w_data = store_valid ? store_data : log_data;
	assign store_ready = w_ready;
	assign log_ready = w_ready && !store_valid;

endmodule

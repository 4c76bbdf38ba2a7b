// Requests meet the caches here, in two stages: first the device table entry, then the
// page.  What the caches can grant is answered at once; everything else, refusals
// included, is the walker's.  While that is busy, requests for it wait in a queue, and go
// through both stages once more, as what they miss may have come in the meantime.
module iommu_lookup
	import iommu_pkg::*;
(
	input  logic         clk, rst_n,
	input  bug_t         bug,
	input  logic         iommu_en,
	input  logic         exclusion_en, exclusion_all,
	input  logic [51:12] exclusion_base, exclusion_limit,

	input  logic         request_valid,
	output logic         request_ready,
	input  request_t     request,
	output logic         answers,
	output answer_t      answer,
	input  logic         answer_taken,

	output logic         walk,              // start the walker, which is idle
	output logic         walk_known,        // with this device table entry
	output request_t     walk_request,
	output device_t      walk_device,
	output logic         walk_reported,
	input  logic         walker_idle,

	input  logic         device_fill, device_report,
	input  logic [15:0]  device_id,
	input  device_t      device,
	input  logic         page_fill,
	input  page_t        page,

	input  logic          hold,             // let nothing in
	output logic          quiet,            // nothing is inside
	input  logic          invalidate,
	input  invalidation_t invalidation
);

	// ---- What comes in: from the queue, else from outside -----------------------

	localparam int COUNT_BITS = $clog2(MISSES + 1);

	request_t queue [MISSES];
	logic [$clog2(MISSES)-1:0] oldest, newest;
	logic [COUNT_BITS-1:0] waiting;
	logic again, stalls, misses, queued, valid1, valid2, again1, again2;

	// Whatever is inside must find room in the queue.
	assign request_ready = !hold && !again && !stalls
	                       && waiting + COUNT_BITS'(valid1) + COUNT_BITS'(valid2)
	                          < COUNT_BITS'(MISSES);
	assign again = waiting != 0 && walker_idle && !hold && !stalls && !again1 && !again2;
	assign quiet = !valid1 && !valid2;
	assign queued = misses && !walk;

	always_ff @(posedge clk)
		if (!rst_n) begin
			oldest <= '0;
			newest <= '0;
			waiting <= '0;
		end else begin
			if (queued) begin
				queue[newest] <= request2;
				newest <= newest + 1;
			end
			if (again)
				oldest <= oldest + 1;
			waiting <= waiting + COUNT_BITS'(queued) - COUNT_BITS'(again);
		end

	// ---- First stage: the device table entry ------------------------------------

	request_t request1, request2;
	logic     known1, known2, reported1, reported2;
	device_t  device1, device2;

	always_ff @(posedge clk)
		if (!rst_n)
			valid1 <= 0;
		else if (!stalls) begin
			valid1 <= again || (request_valid && request_ready);
			again1 <= again;
			request1 <= again ? queue[oldest] : request;
		end

	iommu_devices devices (
		.clk, .rst_n, .bug,
		.wanted(valid1), .id(request1.device),
		.hit(known1), .found(device1), .reported(reported1),
		.fill(device_fill), .report(device_report), .fill_id(device_id), .entry(device),
		.invalidate, .invalidation
	);

	// ---- Second stage: the page ---------------------------------------------------

	always_ff @(posedge clk)
		if (!rst_n)
			valid2 <= 0;
		else if (!stalls) begin
			valid2 <= valid1;
			again2 <= again1 && valid1;
			request2 <= request1;
			known2 <= known1;
			device2 <= device1;
			reported2 <= reported1;
		end

	logic  hit;
	page_t found;

	iommu_pages cache (
		.clk, .rst_n, .bug,
		.wanted(valid2 && known2), .domain(device2.domain), .iova(request2.address[63:12]),
		.hit, .found,
		.fill(page_fill), .entry(page), .invalidate, .invalidation
	);

	// Rights that are there for a page, and for one that needs no table.
	rights_t want, granted;
	logic    translates, passes, allowed;

	assign want = rights_of(request2.access);
	assign granted = bug == BUG_DEVICE_RIGHTS && device2.mode != 0 ? found.rights
	                 : device2.mode != 0 ? found.rights & device2.rights : device2.rights;
	assign allowed = (want & ~granted) == 0;

	// docs/spec/04 section 3: what the caches know to be right.
	assign passes = !iommu_en
	                || (known2 && !device2.v)
	                || (sound && is_excluded(request2.address, device2.ex, exclusion_en, exclusion_all,
	                                         exclusion_base, exclusion_limit, bug))
	                || (sound && device2.mode == 0 && allowed);
	assign translates = sound && device2.mode != 0 && hit && allowed;

	logic sound;            // a legal entry that translates
	assign sound = known2 && device2.v && !device2.illegal && device2.tv;

	logic to_interrupts;    // [flow.interrupt-range-write]
	assign to_interrupts = iommu_en && is_message(request2.address);

	logic grants, interrupts;
	assign interrupts = to_interrupts && request2.access == WRITE;
	assign grants = !to_interrupts && (passes || translates);

	assign answers = valid2 && (interrupts || grants);
	assign stalls = answers && !answer_taken;
	assign misses = valid2 && !interrupts && !grants;

	always_comb begin
		answer = '{tag: request2.tag, result: GRANT, address: request2.address, fc: 0, u: 0};
		if (interrupts)
			answer.result = INTERRUPT;
		else if (!passes) begin
			answer.address = {12'd0, found.spa, 12'd0}
			                 | (request2.address & {found.span, 12'hfff});
			answer.fc = found.fc;
			answer.u = found.u;
		end
	end

	// ---- What the walker is given -------------------------------------------------

	// Its turn have those that come from the queue.
	assign walk = misses && walker_idle && (again2 || waiting == 0) && !stalls;
	assign walk_known = known2;
	assign walk_request = request2;
	assign walk_device = device2;
	assign walk_reported = reported2;

endmodule

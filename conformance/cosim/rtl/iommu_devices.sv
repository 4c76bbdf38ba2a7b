// The cache of device table entries: sets of two ways, tagged with the DeviceID.  Whether
// an event has been logged for SE=1 goes with the entry [device.suppress-first].
module iommu_devices
	import iommu_pkg::*;
(
	input  logic          clk, rst_n,
	input  bug_t          bug,

	input  logic          wanted,
	input  logic [15:0]   id,
	output logic          hit,
	output device_t       found,
	output logic          reported,

	input  logic          fill, report,     // the entry of fill_id; its event is logged
	input  logic [15:0]   fill_id,
	input  device_t       entry,

	input  logic          invalidate,
	input  invalidation_t invalidation
);

	localparam int WAYS = 2, SET_BITS = $clog2(DTE_SETS);

	logic [WAYS-1:0] valid [DTE_SETS], logged [DTE_SETS];
	logic [15:0]     tag [DTE_SETS][WAYS];
	device_t         data [DTE_SETS][WAYS];
	logic            victim [DTE_SETS];

	// Functions of a device are neighbours, and so are the buses' first devices.
	function automatic logic [SET_BITS-1:0] set_of(logic [15:0] device);
		return device[2:0] ^ device[5:3] ^ device[10:8];
	endfunction

	function automatic logic [WAYS-1:0] ways_of(logic [15:0] device);
		logic [SET_BITS-1:0] set = set_of(device);
		for (int w = 0; w < WAYS; w++)
			ways_of[w] = valid[set][w] && tag[set][w] == device;
	endfunction

	// ---- Lookup -------------------------------------------------------------------

	logic [WAYS-1:0] ways;
	assign ways = wanted ? ways_of(id) : '0;
	assign hit = |ways;
	assign found = data[set_of(id)][ways[1]];
	assign reported = |(ways & logged[set_of(id)]);

	// ---- Fills and invalidations: never in the same cycle ---------------------------

	logic [SET_BITS-1:0] set;
	assign set = set_of(fill_id);

	always_ff @(posedge clk)
		if (!rst_n)
			for (int s = 0; s < DTE_SETS; s++) begin
				valid[s] <= '0;
				victim[s] <= 0;
			end
		else if (invalidate && invalidation.all)
			for (int s = 0; s < DTE_SETS; s++)
				valid[s] <= '0;
		else if (invalidate && invalidation.device && bug != BUG_STALE_DEVICE)
			valid[set_of(invalidation.device_id)]
				<= valid[set_of(invalidation.device_id)] & ~ways_of(invalidation.device_id);
		else if (fill) begin
			valid[set][victim[set]] <= 1;
			logged[set][victim[set]] <= 0;
			tag[set][victim[set]] <= fill_id;
			data[set][victim[set]] <= entry;
			victim[set] <= !victim[set];
		end else if (report)
			logged[set] <= logged[set] | ways_of(fill_id);

endmodule

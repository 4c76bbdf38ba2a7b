// The cache of pointers to tables ("page-directory entries"), tagged with the DomainID:
// a walk starts at the lowest table that is known.
module iommu_pointers
	import iommu_pkg::*;
(
	input  logic          clk, rst_n,
	input  bug_t          bug,

	input  logic          wanted,
	input  logic [15:0]   domain,
	input  logic [63:12]  iova,
	output logic          hit,
	output table_t        found,

	input  logic          fill,
	input  table_t        entry,

	input  logic          invalidate,
	input  invalidation_t invalidation
);

	logic [PDC_ENTRIES-1:0] valid;
	table_t                 tables [PDC_ENTRIES];
	logic [$clog2(PDC_ENTRIES)-1:0] victim;

	function automatic logic covers(table_t t, logic [15:0] of, logic [63:12] address);
		return t.domain == of && ((t.iova ^ address) & ~span_of(t.level)) == 0;
	endfunction

	// ---- Lookup -------------------------------------------------------------------

	logic [$clog2(PDC_ENTRIES)-1:0] which;

	always_comb begin
		hit = 0;
		which = '0;
		if (wanted)
			for (int i = 0; i < PDC_ENTRIES; i++)
				if (valid[i] && covers(tables[i], domain, iova)
				    && (!hit || tables[i].level < tables[which].level)) begin
					hit = 1;
					which = $bits(which)'(i);
				end
	end

	assign found = tables[which];

	// ---- Invalidation: section 3 of docs/spec/14 --------------------------------------

	function automatic logic dropped(table_t t, invalidation_t i);
		if (i.all)
			return bug != BUG_STALE_ALL;
		if (!i.pointers || bug == BUG_STALE_POINTER)
			return 0;
		return meets(i, t.domain, t.iova, span_of(t.level));
	endfunction

	always_ff @(posedge clk)
		if (!rst_n) begin
			valid <= '0;
			victim <= '0;
		end else if (invalidate) begin
			for (int i = 0; i < PDC_ENTRIES; i++)
				if (dropped(tables[i], invalidation))
					valid[i] <= 0;
		end else if (fill) begin
			for (int i = 0; i < PDC_ENTRIES; i++)
				if (tables[i].level == entry.level && covers(tables[i], entry.domain, entry.iova))
					valid[i] <= 0;
			valid[victim] <= 1;
			tables[victim] <= entry;
			victim <= victim + 1;
		end

endmodule

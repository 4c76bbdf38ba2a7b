// The cache of pages: fully associative, any size, tagged with the DomainID.  Rights of
// the device table entry are not in it, as devices of one domain may differ in them.
module iommu_pages
	import iommu_pkg::*;
(
	input  logic          clk, rst_n,
	input  bug_t          bug,

	input  logic          wanted,
	input  logic [15:0]   domain,
	input  logic [63:12]  iova,
	output logic          hit,
	output page_t         found,

	input  logic          fill,
	input  page_t         entry,

	input  logic          invalidate,
	input  invalidation_t invalidation
);

	logic [TLB_ENTRIES-1:0] valid;
	page_t                  pages [TLB_ENTRIES];
	logic [$clog2(TLB_ENTRIES)-1:0] victim;

	// ---- Lookup -------------------------------------------------------------------

	logic [$clog2(TLB_ENTRIES)-1:0] which;

	always_comb begin
		hit = 0;
		which = '0;
		if (wanted)
			for (int i = 0; i < TLB_ENTRIES; i++)
				if (valid[i] && ((iova ^ pages[i].iova) & ~pages[i].span) == 0
				    && (pages[i].domain == domain || bug == BUG_DOMAIN)) begin
					hit = 1;
					which = $bits(which)'(i);
				end
	end

	assign found = pages[which];

	// ---- Invalidation: section 3 of docs/spec/14 --------------------------------------

	function automatic logic dropped(page_t p, invalidation_t i);
		if (i.all)
			return 1;
		if (!i.pages || bug == BUG_STALE_PAGE)
			return 0;
		if (bug == BUG_LARGE_PAGE)
			return meets(i, p.domain, p.iova & ~p.span, '0);
		return meets(i, p.domain, p.iova, p.span);
	endfunction

	// A fill drops what it overlaps, so that no two pages are found.
	function automatic logic overlaps(page_t p, page_t q);
		return p.domain == q.domain && ((p.iova ^ q.iova) & ~(p.span | q.span)) == 0;
	endfunction

	always_ff @(posedge clk)
		if (!rst_n) begin
			valid <= '0;
			victim <= '0;
		end else if (invalidate) begin
			for (int i = 0; i < TLB_ENTRIES; i++)
				if (dropped(pages[i], invalidation))
					valid[i] <= 0;
		end else if (fill) begin
			for (int i = 0; i < TLB_ENTRIES; i++)
				if (overlaps(pages[i], entry))
					valid[i] <= 0;
			valid[victim] <= 1;
			pages[victim] <= entry;
			victim <= victim + 1;
		end

endmodule

// goldvi_pkg.sv by itself: words of vectors/ and of docs/spec, packed and unpacked, and each
// bit of many formats there and back.  No classes and no DPI: for Verilator and Icarus.
module formats;
  import goldvi_pkg::*;

  int errors = 0;
  int bits = 0;

  task check(input logic [255:0] seen, input logic [255:0] expected, input int line);
    if (seen !== expected) begin
      errors = errors + 1;
      $display("formats.sv:%0d: %h, expected %h", line, seen, expected);
    end
  endtask

`define EACH_BIT(format, width) \
    for (int i = 0; i < width; i = i + 1) begin \
      logic [width-1:0] one, back; \
      one = width'(1) << i; \
      back = goldvi_pack_``format(goldvi_unpack_``format(one)); \
      check(256'(back), 256'(one), `__LINE__); \
      bits = bits + 1; \
    end

  goldvi_dte_fields_t dte;
  goldvi_dte_t raw;
  goldvi_pte_fields_t pte;
  goldvi_invalidate_iommu_pages_fields_t pages;
  goldvi_completion_wait_fields_t wait_;
  goldvi_io_page_fault_fields_t fault;
  goldvi_irte_32_fields_t irte;

  initial begin
    // The entry of vectors/README.md: Mode 3, root at 1000_0000h, domain 42h.
    dte = goldvi_unpack_dte({192'h42, 64'h6000000010000603});
    check(256'({dte.V, dte.TV, dte.IR, dte.IW}), 256'hf, `__LINE__);
    check(256'(dte.MODE), 256'h3, `__LINE__);
    check(256'(dte.HOST_ROOT), 256'h10000000, `__LINE__);
    check(256'(dte.DOMAIN_ID), 256'h42, `__LINE__);
    check(256'(goldvi_pack_dte(dte)), {192'h42, 64'h6000000010000603}, `__LINE__);
    // GCR3TRP in its three places: 60:58, 95:80, 127:107.
    dte = goldvi_blank_dte();
    dte.GCR3_ROOT = 52'hfffff_ffff_f000;
    raw = goldvi_pack_dte(dte);
    check(256'(raw), {128'h0, 64'hffff_f800_ffff_0000, 64'h1c00_0000_0000_0000}, `__LINE__);
    dte.GCR3_ROOT = 52'h12345_6789_a000;
    raw = goldvi_pack_dte(dte);
    check(256'(raw.GCR3_ROOT_0), 256'h2, `__LINE__);
    check(256'(raw.GCR3_ROOT_1), 256'hcf13, `__LINE__);
    check(256'(raw.GCR3_ROOT_2), 256'h2468a & 256'h1fffff, `__LINE__);
    pte = goldvi_unpack_pte(64'h2000000765432001);
    check(256'({pte.PR, pte.IR, pte.IW, pte.NEXT_LEVEL}), 256'h30, `__LINE__);
    check(256'(pte.ADDRESS), 256'h765432000, `__LINE__);
    pages = goldvi_blank_invalidate_iommu_pages();
    pages.DOMAIN_ID = 16'h7;
    pages.S = 1;
    pages.PDE = 1;
    pages.ADDRESS = 64'h7ffffffffffff000;
    check(256'(goldvi_pack_invalidate_iommu_pages(pages)),
          {128'h0, 64'h7ffffffffffff003, 64'h3000000700000000}, `__LINE__);
    wait_ = goldvi_blank_completion_wait();
    wait_.S = 1;
    wait_.STORE_ADDRESS = 52'h20000;
    wait_.STORE_DATA = 64'hcafef00d;
    check(256'(goldvi_pack_completion_wait(wait_)), {128'h0, 64'hcafef00d, 64'h1000000000020001},
          `__LINE__);
    // As field-0020 of vectors/field: DeviceID 20h, domain 42h, a write.
    fault = goldvi_unpack_io_page_fault({64'hc0005000, 64'h2020004200000020});
    check(256'({fault.DEVICE_ID, fault.DOMAIN_ID, fault.RW}), 256'({16'h20, 16'h42, 1'b1}),
          `__LINE__);
    check(256'(fault.ADDRESS), 256'hc0005000, `__LINE__);
    irte = goldvi_blank_irte_32();
    irte.REMAP_EN = 1;
    irte.VECTOR = 8'h31;
    irte.DESTINATION = 8'h05;
    check(256'(goldvi_pack_irte_32(irte)), 256'h00310501, `__LINE__);
    check(256'(GOLDVI_CONTROL_OFFSET), 256'h18, `__LINE__);
    check(256'(GOLDVI_STATUS_OFFSET), 256'h2020, `__LINE__);
    check(256'(GOLDVI_DTE_INT_CTL_REMAP), 256'h2, `__LINE__);

    `EACH_BIT(dte, 256)
    `EACH_BIT(gcr3, 64)
    `EACH_BIT(pde, 64)
    `EACH_BIT(pte, 64)
    `EACH_BIT(gpte, 64)
    `EACH_BIT(irte_32, 32)
    `EACH_BIT(irte_128, 128)
    `EACH_BIT(completion_wait, 128)
    `EACH_BIT(invalidate_iommu_pages, 128)
    `EACH_BIT(invalidate_iotlb_pages, 128)
    `EACH_BIT(io_page_fault, 128)
    `EACH_BIT(page_service_request, 128)
    `EACH_BIT(control, 64)
    `EACH_BIT(efr, 64)
    if (errors != 0) $display("formats: FAILED, %0d errors", errors);
    else $display("formats: passed, %0d bits", bits);
    $finish;
  end
endmodule

// From nothing to checked translations: a table of 512 pages, requests, an invalidation.
// +checks=N makes N requests.  A bench has its IOMMU where `moved` is computed here.
module first;
  import goldvi_pkg::*, goldvi_cosim_pkg::*;
  goldvi_scoreboard sb;
  goldvi_dte_fields_t dte;
  goldvi_pte_fields_t pte;
  goldvi_pde_fields_t pde;
  int checks = 1000, refused;
  bit [63:0] iova, moved;
  bit ok;

  initial begin
    sb = new("host-only");
    dte = goldvi_blank_dte();
    dte.V = 1; dte.TV = 1; dte.MODE = 2; dte.IR = 1; dte.IW = 1; dte.DOMAIN_ID = 7;
    dte.HOST_ROOT = 52'h10000;
    ok = sb.write_dte(64'h1000 + 32 * 'h20, goldvi_pack_dte(dte));
    pde = goldvi_blank_pde();
    pde.PR = 1; pde.IR = 1; pde.IW = 1; pde.NEXT_LEVEL = 1; pde.ADDRESS = 52'h11000;
    ok &= sb.write(64'h10000, goldvi_pack_pde(pde));
    pte = goldvi_blank_pte();
    pte.PR = 1; pte.IR = 1; pte.IW = 1;
    for (int i = 0; i < 512; i++) begin
      pte.ADDRESS = 52'h400000 + 52'(4096 * i);
      ok &= sb.write(64'h11000 + 64'(8 * i), goldvi_pack_pte(pte));
    end
    ok &= sb.mmio_write(GOLDVI_DEV_TAB_BASE_OFFSET, 64'h1001);
    ok &= sb.mmio_write(GOLDVI_CMD_BUF_BASE_OFFSET, 64'h0800_0000_0000_2000);
    ok &= sb.mmio_write(GOLDVI_CONTROL_OFFSET, 64'h1001);
    void'($value$plusargs("checks=%d", checks));
    for (int i = 0; i < checks; i++) begin
      iova = 64'(i * 12344) & 64'h1f_fff8; moved = iova + 64'h400000;
      ok &= sb.check(16'h20, iova, 1, moved, (i & 1) != 0 ? GOLDVI_WRITE : GOLDVI_READ);
    end

    pte.ADDRESS = 52'h999000;                                   // page 5 goes elsewhere:
    ok &= sb.write(64'h11028, goldvi_pack_pte(pte));            // old or new are right,
    ok &= sb.check(16'h20, 64'h5000, 1, 64'h405000) && sb.check(16'h20, 64'h5000, 1, 64'h999000);
    ok &= sb.write(64'h2000, 64'h3000_0007_0000_0000) && sb.write(64'h2008, 64'h5000);
    ok &= sb.write(64'h2010, 64'h1000_0000_0000_3001) && sb.write(64'h2018, 64'hcafe);
    ok &= sb.mmio_write(GOLDVI_CMD_BUF_TAIL_OFFSET, 64'h20);
    ok &= sb.stored(64'h3000, 64'hcafe);                        // until the wait is complete
    ok &= sb.check(16'h20, 64'h5000, 1, 64'h999000);
    if ($test$plusargs("stale")) ok &= sb.check(16'h20, 64'h5000, 1, 64'h405000);
    refused = sb.finish();
    if (!ok || refused != 0) $fatal(1, "%0d items were refused", refused);
    $finish;
  end
endmodule

// A SystemVerilog bench of an IOMMU, with the installed package of formats and the
// scoreboard over DPI-C: one page is mapped, and two answers are judged.
module consumer;
  import goldvi_pkg::*, goldvi_cosim_pkg::*;

  goldvi_scoreboard sb;
  goldvi_dte_fields_t dte;
  goldvi_pte_fields_t pte;
  bit ok;

  initial begin
    sb = new("epyc-rome");
    dte = goldvi_blank_dte();
    dte.V = 1; dte.TV = 1; dte.MODE = 1; dte.HOST_ROOT = 52'h4000; dte.IR = 1; dte.DOMAIN_ID = 7;
    ok = sb.write_dte(64'h1000 + 32 * 'h20, goldvi_pack_dte(dte));
    pte = goldvi_blank_pte();
    pte.PR = 1; pte.IR = 1; pte.ADDRESS = 52'hc000_5000;
    ok &= sb.write(64'h4000 + 8 * 5, goldvi_pack_pte(pte));
    ok &= sb.mmio_write(GOLDVI_DEV_TAB_BASE_OFFSET, 64'h1000);
    ok &= sb.mmio_write(GOLDVI_CONTROL_OFFSET, 64'h1);
    ok &= sb.check(16'h20, 64'h5ab8, 1, 64'hc000_5ab8);
    if (!ok) $fatal(1, "what is right is refused");
    if (sb.check(16'h20, 64'h5ab8, 1, 64'hc000_6ab8)) $fatal(1, "what is wrong is permitted");
    if (sb.finish() != 1) $fatal(1, "not one refusal");
    $display("consumer: the right answer is permitted, and the wrong one refused");
    $finish;
  end
endmodule

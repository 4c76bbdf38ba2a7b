// The scoreboard as a UVM component: monitors publish what they see, in the order in which
// they see it, and what is not permitted is a UVM_ERROR with its reasons.
package goldvi_uvm_pkg;
  import uvm_pkg::*;
  import goldvi_cosim_pkg::*;
  `include "uvm_macros.svh"

  typedef enum {STORE, REGISTER, REQUEST, GRANT, ABORT, STORED, LOGGED} iommu_what_e;

  class iommu_item extends uvm_sequence_item;
    `uvm_object_utils(iommu_item)
    iommu_what_e what;
    int tag;
    bit [15:0] device;
    bit [63:0] address;         // offset of a register; of a GRANT where it went
    bit [127:0] data;
    function new(string name = "iommu_item"); super.new(name); endfunction
  endclass

  class iommu_scoreboard extends uvm_subscriber #(iommu_item);
    `uvm_component_utils(iommu_scoreboard)
    goldvi_scoreboard sb;
    function new(string name, uvm_component parent); super.new(name, parent); endfunction

    virtual function void build_phase(uvm_phase phase);
      super.build_phase(phase);
      sb = new("host-only");
      void'(sb.set("quiet", 1));
    endfunction

    virtual function void write(iommu_item t);
      bit ok = 1;
      case (t.what)
        STORE: ok = sb.write(t.address, t.data[63:0]);
        REGISTER: ok = sb.mmio_write(int'(t.address), t.data[63:0]);
        REQUEST: ok = sb.issue(t.tag, t.device, t.address);
        GRANT: ok = sb.grant(t.tag, t.address);
        ABORT: ok = sb.abort(t.tag);
        STORED: ok = sb.stored(t.address, t.data[63:0]);
        LOGGED: ok = sb.logged(t.address, t.data);
      endcase
      if (!ok) `uvm_error("GOLDVI", sb.report())
    endfunction

    virtual function void check_phase(uvm_phase phase);
      `uvm_info("GOLDVI", $sformatf("%0d answers judged", sb.total("answers")), UVM_LOW)
      if (sb.finish() != 0) `uvm_error("GOLDVI", "the IOMMU did what it may not")
    endfunction
  endclass
endpackage

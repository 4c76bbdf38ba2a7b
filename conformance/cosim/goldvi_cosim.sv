// The scoreboard for SystemVerilog benches: scoreboard.h as a class, over DPI-C.
//
// A bench makes one goldvi_scoreboard for each IOMMU, tells it everything that reaches the IOMMU
// and everything that leaves it, in the order in which it sees them, and calls finish() at
// the end.  All functions return 1 if what was told is permitted; what is not is printed at
// once, and counted.  scoreboard.h says what is permitted while requests are under way.
//
//   goldvi_scoreboard sb = new("epyc-rome");
//   sb.write(64'h1000, dte_low);  ...           // tables, in the scoreboard's own memory
//   sb.mmio_write(32'h0000, 64'h1000);          // the registers, as the driver does
//   sb.issue(tag, device, address);             // a request enters the IOMMU ...
//   sb.grant(tag, spa);                         // ... and is answered
//   if (sb.finish() != 0) $fatal;
//
// Compile goldvi_pkg.sv, this file and the bench; link libgoldvi_cosim.a and libgoldvi.a.
package goldvi_cosim_pkg;

  // How tables are read by the oracle.
  typedef enum int {
    GOLDVI_OWN_MEMORY,    // memory of the scoreboard: write(), read(), iommu_write()
    // The bench tells changes by wrote().  Its module has
    //   export "DPI-C" function goldvi_bench_read64;   // longint of longint
    //   import "DPI-C" context function int goldvi_start(input chandle s, input int memory);
    // and calls goldvi_start(sb.handle(), GOLDVI_BENCH_MEMORY) before the first item, which tells
    // where the exported function is.
    GOLDVI_BENCH_MEMORY
  } goldvi_memory_e;

  typedef enum int {
    GOLDVI_READ,
    GOLDVI_WRITE,
    GOLDVI_WRITE_NONPOSTED,
    GOLDVI_ATOMIC
  } goldvi_access_e;

  // Prefix and kind of a request: set what differs from 0.
  typedef struct packed {
    bit has_pasid;
    bit execute;
    bit privileged;
    bit intx;
    bit translated;
    bit no_write;               // ATS: NW
    bit [19:0] pasid;
  } goldvi_prefix_t;

  // A page request: what is asked for, and the group that it belongs to.
  typedef struct packed {
    bit malformed;              // a reserved field of the message is not 0
    bit write;
    bit read;
    bit last;                   // of its group
    bit [8:0] group;
  } goldvi_page_t;

  // What became of one.
  typedef enum int {
    GOLDVI_PAGE_LOGGED,
    GOLDVI_PAGE_LOST,
    GOLDVI_PAGE_ANSWERED,       // automatically
    GOLDVI_PAGE_DISCARDED,
    GOLDVI_PAGE_REFUSED,
    GOLDVI_PAGE_UNSEEN = -1     // what is logged and sent has to tell
  } goldvi_page_e;

  // The class calls these; all but the first three only after goldvi_start() has returned 1.
  import "DPI-C" function chandle goldvi_new(input string preset);
  import "DPI-C" function int goldvi_set(input chandle s, input string name,
                                         input longint unsigned value);
  import "DPI-C" function int goldvi_habit(input chandle s, input string choice,
                                           input string alternative);
  import "DPI-C" context function int goldvi_start(input chandle s, input int memory);
  import "DPI-C" function void goldvi_free(input chandle s);
  import "DPI-C" function longint unsigned goldvi_read64(input chandle s,
                                                         input longint unsigned spa);
  import "DPI-C" function int goldvi_write64(input chandle s, input longint unsigned spa,
                                             input longint unsigned data);
  import "DPI-C" function int goldvi_write256(input chandle s, input longint unsigned spa,
                                              input bit [255:0] data);
  import "DPI-C" function int goldvi_wrote64(input chandle s, input longint unsigned spa,
                                             input longint unsigned old);
  import "DPI-C" function int goldvi_iommu_write64(input chandle s, input longint unsigned spa,
                                                   input longint unsigned data);
  import "DPI-C" context function int goldvi_mmio_wrote(input chandle s, input int offset,
                                                        input int length,
                                                        input longint unsigned value);
  import "DPI-C" context function int goldvi_mmio_read(input chandle s, input int offset,
                                                       input int length,
                                                       input longint unsigned value);
  import "DPI-C" context function int goldvi_config_wrote(input chandle s, input int offset,
                                                          input int length, input int value);
  import "DPI-C" context function int goldvi_config_read(input chandle s, input int offset,
                                                         input int length, input int value);
  import "DPI-C" context function int goldvi_issue(input chandle s, input int tag,
                                                   input int device,
                                                   input longint unsigned address,
                                                   input int length, input int access,
                                                   input int prefix);
  import "DPI-C" context function int goldvi_issue_interrupt(input chandle s, input int tag,
                                                             input int device,
                                                             input longint unsigned address,
                                                             input int data, input int prefix);
  import "DPI-C" context function int goldvi_issue_ats(input chandle s, input int tag,
                                                       input int device,
                                                       input longint unsigned address,
                                                       input int prefix);
  import "DPI-C" context function int goldvi_issue_page(input chandle s, input int tag,
                                                        input int device,
                                                        input longint unsigned address,
                                                        input int page, input int prefix);
  import "DPI-C" context function int goldvi_grant(input chandle s, input int tag,
                                                   input longint unsigned address);
  import "DPI-C" context function int goldvi_abort(input chandle s, input int tag,
                                                   input int completion);
  import "DPI-C" context function int goldvi_remapped(input chandle s, input int tag,
                                                      input longint unsigned address,
                                                      input int data);
  import "DPI-C" context function int goldvi_completed(input chandle s, input int tag,
                                                       input longint unsigned translation);
  import "DPI-C" context function int goldvi_page_taken(input chandle s, input int tag,
                                                        input int result);
  import "DPI-C" context function int goldvi_check(input chandle s, input int device,
                                                   input longint unsigned address,
                                                   input int length, input int access,
                                                   input int prefix, input int granted,
                                                   input longint unsigned spa);
  import "DPI-C" context function int goldvi_written(input chandle s, input longint unsigned spa,
                                                     input longint unsigned low,
                                                     input longint unsigned high,
                                                     input int bytes);
  import "DPI-C" context function int goldvi_interrupted(input chandle s,
                                                         input longint unsigned address,
                                                         input int data);
  import "DPI-C" context function int goldvi_sent_invalidate(input chandle s, input int device,
                                                             input int itag,
                                                             input longint unsigned body,
                                                             input int prefix);
  import "DPI-C" context function int goldvi_sent_response(input chandle s, input int device,
                                                           input int data, input int prefix);
  import "DPI-C" context function int goldvi_device_done(input chandle s, input int device,
                                                         input int itag, input int in_time);
  import "DPI-C" context function int goldvi_predict(input chandle s, input int device,
                                                     input longint unsigned address,
                                                     input int length, input int access,
                                                     input int prefix,
                                                     output longint unsigned spa);
  import "DPI-C" function int goldvi_open_tags(input chandle s);
  import "DPI-C" function longint unsigned goldvi_total(input chandle s, input string name);
  import "DPI-C" function string goldvi_report(input chandle s);
  import "DPI-C" context function int goldvi_finish(input chandle s);

  class goldvi_scoreboard;
    local chandle s;
    local bit started;
    local goldvi_memory_e memory;

    // A preset of goldvi.h: "epyc-rome", "client", "everything", "host-only", "nothing".
    function new(string preset = "epyc-rome", goldvi_memory_e m = GOLDVI_OWN_MEMORY);
      s = goldvi_new(preset);
      memory = m;
      started = 0;
    endfunction

    function chandle handle();
      return s;
    endfunction

    // Before the first item: a member of struct gvi_config ("efr", "efr2", "capability",
    // "misc0", "revision", "pci_id", "device", "control", "base"), of the oracle's bounds
    // ("worlds", "runs", "values_log2", "delay"), or "told", "reports", "quiet" (1: nothing is
    // printed).  The environment
    // variable GOLDVI_COVERAGE names a file for what is reached (docs/coverage.md), GOLDVI_TRACE
    // one for a trace (docs/traces.md).
    function bit set(string name, bit [63:0] value);
      return goldvi_set(s, name, value) != 0;
    endfunction

    // ... or how the IOMMU settles a choice of docs/choices.md.
    function bit habit(string choice, string alternative);
      return goldvi_habit(s, choice, alternative) != 0;
    endfunction

    // Called by the first item, if the bench does not.
    function bit start();
      if (!started) started = goldvi_start(s, int'(memory)) != 0;
      return started;
    endfunction

    // ---- Memory ------------------------------------------------------------------

    // Software writes one word, or a device table entry in one go.
    function bit write(bit [63:0] spa, bit [63:0] data);
      if (!start()) return 0;
      return goldvi_write64(s, spa, data) != 0;
    endfunction

    function bit write_dte(bit [63:0] spa, bit [255:0] data);
      if (!start()) return 0;
      return goldvi_write256(s, spa, data) != 0;
    endfunction

    function bit [63:0] read(bit [63:0] spa);
      return start() ? goldvi_read64(s, spa) : 0;
    endfunction

    // Software has written the bench's memory.
    function bit wrote(bit [63:0] spa, bit [63:0] old);
      if (!start()) return 0;
      return goldvi_wrote64(s, spa, old) != 0;
    endfunction

    // The IOMMU writes the scoreboard's memory: this only performs it; tell it by written().
    function void iommu_write(bit [63:0] spa, bit [63:0] data);
      if (start()) void'(goldvi_iommu_write64(s, spa, data));
    endfunction

    // ---- Registers ---------------------------------------------------------------

    function bit mmio_write(int offset, bit [63:0] value, int length = 8);
      if (!start()) return 0;
      return goldvi_mmio_wrote(s, offset, length, value) != 0;
    endfunction

    // A read has returned this.
    function bit mmio_read(int offset, bit [63:0] value, int length = 8);
      if (!start()) return 0;
      return goldvi_mmio_read(s, offset, length, value) != 0;
    endfunction

    // The same of the function's configuration space: MSI, and the IOMMU's capability.
    function bit config_write(int offset, bit [31:0] value, int length = 4);
      if (!start()) return 0;
      return goldvi_config_wrote(s, offset, length, int'(value)) != 0;
    endfunction

    function bit config_read(int offset, bit [31:0] value, int length = 4);
      if (!start()) return 0;
      return goldvi_config_read(s, offset, length, int'(value)) != 0;
    endfunction

    // ---- Requests and answers ------------------------------------------------------

    function bit issue(int tag, bit [15:0] device, bit [63:0] address,
                       goldvi_access_e access = GOLDVI_READ, int length = 4,
                       goldvi_prefix_t prefix = '0);
      if (!start()) return 0;
      return goldvi_issue(s, tag, int'(device), address, length, int'(access),
             int'(prefix)) != 0;
    endfunction

    function bit issue_interrupt(int tag, bit [15:0] device, bit [63:0] address, bit [31:0] data,
                                 goldvi_prefix_t prefix = '0);
      if (!start()) return 0;
      return goldvi_issue_interrupt(s, tag, int'(device), address, int'(data),
             int'(prefix)) != 0;
    endfunction

    function bit issue_ats(int tag, bit [15:0] device, bit [63:0] address,
                           goldvi_prefix_t prefix = '0);
      if (!start()) return 0;
      return goldvi_issue_ats(s, tag, int'(device), address, int'(prefix)) != 0;
    endfunction

    function bit issue_page(int tag, bit [15:0] device, bit [63:0] address, goldvi_page_t page,
                            goldvi_prefix_t prefix = '0);
      if (!start()) return 0;
      return goldvi_issue_page(s, tag, int'(device), address, int'(page), int'(prefix)) != 0;
    endfunction

    // Granted at this system physical address.
    function bit grant(int tag, bit [63:0] spa);
      if (!start()) return 0;
      return goldvi_grant(s, tag, spa) != 0;
    endfunction

    // Refused; completion: 1 Completer Abort, 2 Unsupported Request, 3 dropped, -1 not seen.
    function bit abort(int tag, int completion = -1);
      if (!start()) return 0;
      return goldvi_abort(s, tag, completion) != 0;
    endfunction

    // An interrupt has left as this message.
    function bit remapped(int tag, bit [63:0] address, bit [31:0] data);
      if (!start()) return 0;
      return goldvi_remapped(s, tag, address, int'(data)) != 0;
    endfunction

    // A translation request was completed with this ATS_COMPLETION.
    function bit completed(int tag, bit [63:0] translation);
      if (!start()) return 0;
      return goldvi_completed(s, tag, translation) != 0;
    endfunction

    // The IOMMU has taken a page request.  Tell its entry or record by logged(), its response by
    // sent_response(), before or after.
    function bit taken(int tag, goldvi_page_e result = GOLDVI_PAGE_UNSEEN);
      if (!start()) return 0;
      return goldvi_page_taken(s, tag, int'(result)) != 0;
    endfunction

    // Issued and answered at once.
    function bit check(bit [15:0] device, bit [63:0] address, bit granted, bit [63:0] spa,
                       goldvi_access_e access = GOLDVI_READ, int length = 4,
                       goldvi_prefix_t prefix = '0);
      if (!start()) return 0;
      return goldvi_check(s, int'(device), address, length, int'(access),
             int'(prefix), int'(granted), spa) != 0;
    endfunction

    // What an IOMMU without caches does now: 1 if it grants, at spa.
    function bit predict(bit [15:0] device, bit [63:0] address, output bit [63:0] spa,
                         input goldvi_access_e access = GOLDVI_READ, input int length = 4,
                         input goldvi_prefix_t prefix = '0);
      longint unsigned at;
      spa = 0;
      if (!start()) return 0;
      predict = goldvi_predict(s, int'(device), address, length, int'(access), int'(prefix),
                               at) != 0;
      spa = at;
    endfunction

    // ---- What else leaves the IOMMU --------------------------------------------------

    // It has written a completion store, or a record (which memory holds by itself).
    function bit stored(bit [63:0] spa, bit [63:0] data);
      if (!start()) return 0;
      return goldvi_written(s, spa, data, 0, 8) != 0;
    endfunction

    function bit logged(bit [63:0] spa, bit [127:0] entry);
      if (!start()) return 0;
      return goldvi_written(s, spa, entry[63:0], entry[127:64], 16) != 0;
    endfunction

    // Its own interrupt, as an MSI.
    function bit interrupted(bit [63:0] address, bit [31:0] data);
      if (!start()) return 0;
      return goldvi_interrupted(s, address, int'(data)) != 0;
    endfunction

    // An ATS invalidate request to a device, and the device's completion of it.
    function bit sent_invalidate(bit [15:0] device, bit [4:0] itag, bit [63:0] body,
                                 goldvi_prefix_t prefix = '0);
      if (!start()) return 0;
      return goldvi_sent_invalidate(s, int'(device), int'(itag), body,
             int'(prefix)) != 0;
    endfunction

    function bit device_done(bit [15:0] device, bit [4:0] itag, bit in_time = 1);
      if (!start()) return 0;
      return goldvi_device_done(s, int'(device), int'(itag), int'(in_time)) != 0;
    endfunction

    // A PRG_RESPONSE to a device, automatic or commanded.
    function bit sent_response(bit [15:0] device, bit [15:0] data, goldvi_prefix_t prefix = '0);
      if (!start()) return 0;
      return goldvi_sent_response(s, int'(device), int'(data), int'(prefix)) != 0;
    endfunction

    // ---- The end ---------------------------------------------------------------------

    function int open_tags();
      return start() ? goldvi_open_tags(s) : 0;
    endfunction

    // A member of struct scoreboard_totals: "answers", "refused", "held" ...
    function longint unsigned total(string name);
      return start() ? goldvi_total(s, name) : 0;
    endfunction

    // The lines of the last refusal, for a report of the bench's own.
    function string report();
      return start() ? goldvi_report(s) : "";
    endfunction

    // Prints the summary and returns the number of refusals.
    function int finish();
      finish = start() ? goldvi_finish(s) : 1;
      goldvi_free(s);
      s = null;
    endfunction
  endclass

endpackage

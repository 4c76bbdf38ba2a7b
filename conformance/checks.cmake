# Tests that are no unit tests: the vectors, the documents, the house.
function(goldvi_check name)
	add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()

find_program(cxx NAMES g++ clang++)
set(checks ${CMAKE_CURRENT_SOURCE_DIR}/checks)
set(goldvi $<TARGET_FILE:goldvi_command>)

goldvi_check(vectors.run ${goldvi} run vectors)
# On the model nothing is skipped: a preset that lost a feature would show so.
set_tests_properties(vectors.run PROPERTIES
	FAIL_REGULAR_EXPRESSION "[1-9][0-9]* skipped")
goldvi_check(vectors.freedom ${goldvi} run --freedom vectors)
foreach(part epyc-rome client qemu everything host-only nothing)
	goldvi_check(vectors.fixed.${part} ${goldvi} run --dut model:${part} vectors)
endforeach()
# Whatever a cache may hold, no case may fail for it.
foreach(seed 1 2 3)
	goldvi_check(vectors.cache.${seed} ${goldvi} run --dut cache:${seed} vectors)
endforeach()
# On memory that the model may look into, all of it, tables of hosts, or none, with nobody who
# listens: short cuts come to the same.
foreach(bytes 0x8000000 0x1800000 0)
	goldvi_check(vectors.window.${bytes} ${goldvi} run --dut window:${bytes} vectors)
	set_tests_properties(vectors.window.${bytes} PROPERTIES
		FAIL_REGULAR_EXPRESSION "[1-9][0-9]* skipped")
endforeach()
goldvi_check(vectors.lint ${goldvi} lint vectors)
goldvi_check(vectors.refused sh ${checks}/refused.sh ${goldvi})
goldvi_check(vectors.wrong sh ${checks}/wrong.sh ${goldvi})
goldvi_check(coverage.vectors sh ${checks}/coverage.sh ${goldvi})
goldvi_check(captured.linux sh ${checks}/captured.sh ${goldvi})
# Reducing plays a session again and again, dividing all vectors: too slow with sanitizers.
if(NOT GOLDVI_SANITIZE AND NOT GOLDVI_COVERAGE)
	goldvi_check(trace.round sh ${checks}/traces.sh ${goldvi})
	goldvi_check(trace.reduced sh ${checks}/reduced.sh ${goldvi} $<TARGET_FILE:goldvi_static>
		${CMAKE_C_COMPILER})
	goldvi_check(results.divided sh ${checks}/divided.sh ${goldvi} $<TARGET_FILE:bad_device>)
endif()
goldvi_check(command.line sh ${checks}/command_line.sh ${goldvi})

goldvi_check(save.golden $<TARGET_FILE:goldvi_snapshots> ${checks}/snapshot-1.bin)
goldvi_check(house.saved sh ${checks}/saved.sh)
goldvi_check(devices.pipe ${goldvi} run --shard 3/64 --dut "pipe:exec ${goldvi} serve" vectors)
goldvi_check(devices.lost sh ${checks}/devices.sh ${goldvi} $<TARGET_FILE:bad_device>)

# The oracle finds nothing in the model, whatever it is asked, and a toy at fault.
goldvi_check(campaign.found sh ${checks}/campaign.sh ${goldvi})
goldvi_check(fuzz.streams sh ${checks}/streams.sh ${goldvi})
if(NOT GOLDVI_SANITIZE AND NOT GOLDVI_COVERAGE)
	goldvi_check(fuzz.oss sh ${checks}/oss_fuzz.sh)
endif()
goldvi_check(example.hypervisor $<TARGET_FILE:goldvi_example>)

foreach(document formats registers clauses)
	goldvi_check(docs.${document} sh ${checks}/document.sh ${goldvi} ${document})
endforeach()
goldvi_check(docs.choices sh ${checks}/document.sh ${goldvi} choices vectors)

goldvi_check(house.includes sh ${checks}/includes.sh)
goldvi_check(house.clauses sh ${checks}/clauses.sh)
goldvi_check(house.headers sh ${checks}/headers.sh ${CMAKE_C_COMPILER} $<$<BOOL:${cxx}>:${cxx}>)
# It builds its own, whatever the preset is.
find_program(clang clang)
if(clang AND NOT GOLDVI_SANITIZE AND NOT GOLDVI_COVERAGE)
	goldvi_check(proof.fields sh ${checks}/proof.sh ${clang})
endif()
if(NOT GOLDVI_SANITIZE AND NOT GOLDVI_COVERAGE)
	goldvi_check(house.symbols sh ${checks}/symbols.sh
		$<TARGET_FILE:goldvi_static> $<TARGET_FILE:goldvi> $<TARGET_FILE:goldvi_cosim>)
	goldvi_check(package.manuals sh ${checks}/manuals.sh ${CMAKE_BINARY_DIR}/man
		${goldvi} $<TARGET_FILE:goldvi> $<TARGET_FILE:goldvi_cosim>)
	goldvi_check(package.amalgamation sh ${checks}/amalgamation.sh ${CMAKE_BINARY_DIR}/amalgamation
		${goldvi} $<TARGET_FILE:goldvi_amalgamated>)
	goldvi_check(docs.integrate sh ${checks}/integrate.sh ${CMAKE_BINARY_DIR})
	if(TARGET goldvi_python)
		goldvi_check(package.debian sh ${checks}/packages.sh ${CMAKE_BINARY_DIR} ${CMAKE_C_COMPILER})
		set_tests_properties(package.debian PROPERTIES SKIP_RETURN_CODE 77)
		goldvi_check(package.python sh ${checks}/python.sh ${CMAKE_BINARY_DIR}/python)
		set_tests_properties(package.python PROPERTIES SKIP_RETURN_CODE 77)
	endif()
	goldvi_check(devices.adapters sh ${checks}/adapters.sh ${goldvi} $<TARGET_FILE:goldvi_static>
		${CMAKE_C_COMPILER} "${cxx}")
	goldvi_check(package.install sh ${checks}/install.sh ${CMAKE_BINARY_DIR} ${CMAKE_C_COMPILER})
endif()

# The scoreboard in simulators; sanitizers and counters would have to be linked into these.
if(NOT GOLDVI_SANITIZE AND NOT GOLDVI_COVERAGE)
	foreach(part package verilator board devices uvm icarus systemc)
		goldvi_check(cosim.${part} sh conformance/cosim/test.sh ${CMAKE_BINARY_DIR} ${part})
		set_tests_properties(cosim.${part} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900)
	endforeach()
	# Those with Verilator build in one folder.
	set_tests_properties(cosim.package cosim.verilator cosim.board cosim.devices PROPERTIES
		RESOURCE_LOCK verilated)
	set_tests_properties(cosim.uvm docs.integrate PROPERTIES RESOURCE_LOCK uvm)
endif()

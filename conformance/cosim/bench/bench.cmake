# The example IOMMU of ../rtl under the scoreboard: a program that Verilator makes.  Without
# Verilator and a C++ compiler there is none.
find_program(verilator verilator)
find_program(cxx NAMES g++ clang++)
if(NOT GOLDVI_TESTS OR GOLDVI_SANITIZE OR GOLDVI_COVERAGE)
	return()
endif()
if(NOT verilator OR NOT cxx)
	message(STATUS "The example RTL is not built: it takes Verilator and a C++ compiler")
	return()
endif()

set(rtl ${CMAKE_CURRENT_LIST_DIR}/../rtl)
set(modules ${goldvi_pkg})
foreach(module pkg registers devices pages pointers lookup walker commands event_log)
	list(APPEND modules ${rtl}/iommu_${module}.sv)
endforeach()
list(APPEND modules ${rtl}/iommu.sv)

set(sources)
foreach(source main software simulation tables)
	list(APPEND sources ${CMAKE_CURRENT_LIST_DIR}/${source}.cpp)
endforeach()
file(GLOB headers ${CMAKE_CURRENT_LIST_DIR}/*.h)

set(bugs ${CMAKE_CURRENT_BINARY_DIR}/bugs.h)
add_custom_command(OUTPUT ${bugs}
	COMMAND awk -f ${CMAKE_CURRENT_LIST_DIR}/bugs.awk ${rtl}/iommu_pkg.sv >${bugs}
	DEPENDS ${CMAKE_CURRENT_LIST_DIR}/bugs.awk ${rtl}/iommu_pkg.sv)

set(bench ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/iommu_bench)
set(folder ${CMAKE_CURRENT_BINARY_DIR}/verilated)
# Verilator's makefile does not know of the libraries: linked anew whenever one has changed.
add_custom_command(OUTPUT ${bench}
	COMMAND ${CMAKE_COMMAND} -E rm -f ${bench}
	COMMAND ${CMAKE_COMMAND} -E env CXX=${cxx} ${verilator} --cc --exe --build -j 2 -MAKEFLAGS "-s OPT_FAST=-O2"
		-O3 --x-assign fast --x-initial fast --trace -Wall -Wno-UNUSEDSIGNAL
		--top-module iommu --Mdir ${folder} -o ${bench}
		-CFLAGS "-std=c++17 -Wall -I${PROJECT_SOURCE_DIR}/include -I${CMAKE_CURRENT_BINARY_DIR}"
		-LDFLAGS "$<TARGET_FILE:goldvi_cosim> $<TARGET_FILE:goldvi_static>"
		${modules} ${sources}
	DEPENDS ${modules} ${sources} ${headers} ${bugs} goldvi_cosim goldvi_static
	COMMENT "Verilating the example IOMMU"
	VERBATIM)
add_custom_target(iommu_bench ALL DEPENDS ${bench})

add_test(NAME cosim.rtl COMMAND ${bench} --translations 150000)
add_test(NAME cosim.rtl.bugs COMMAND ${bench} --all-bugs --translations 100000)
add_test(NAME cosim.rtl.waveform COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/waveform.sh ${bench})

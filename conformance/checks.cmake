# Tests that are no unit tests: the vectors, the documents, the house.
function(goldvi_check name)
	add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()

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
goldvi_check(vectors.lint ${goldvi} lint vectors)
goldvi_check(vectors.refused sh ${checks}/refused.sh ${goldvi})
goldvi_check(vectors.wrong sh ${checks}/wrong.sh ${goldvi})
goldvi_check(coverage.vectors sh ${checks}/coverage.sh ${goldvi})
goldvi_check(captured.linux sh ${checks}/captured.sh ${goldvi})
goldvi_check(command.line sh ${checks}/command_line.sh ${goldvi})

goldvi_check(example.hypervisor $<TARGET_FILE:goldvi_example>)

foreach(document formats registers clauses)
	goldvi_check(docs.${document} sh ${checks}/document.sh ${goldvi} ${document})
endforeach()
goldvi_check(docs.choices sh ${checks}/document.sh ${goldvi} choices vectors)

goldvi_check(house.includes sh ${checks}/includes.sh)
goldvi_check(house.clauses sh ${checks}/clauses.sh)
find_program(cxx NAMES g++ clang++)
goldvi_check(house.headers sh ${checks}/headers.sh ${CMAKE_C_COMPILER} $<$<BOOL:${cxx}>:${cxx}>)
find_program(clang clang)
if(clang)
	goldvi_check(proof.fields sh ${checks}/proof.sh ${clang})
endif()
if(NOT GOLDVI_SANITIZE AND NOT GOLDVI_COVERAGE)
	goldvi_check(house.symbols sh ${checks}/symbols.sh
		$<TARGET_FILE:goldvi_static> $<TARGET_FILE:goldvi>)
	goldvi_check(package.install sh ${checks}/install.sh ${CMAKE_BINARY_DIR} ${CMAKE_C_COMPILER})
endif()

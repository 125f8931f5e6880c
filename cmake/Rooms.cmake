# One static library and one test program per room of the tree. tools/room_includes.txt says which
# room may include which; tests/structure checks it against every #include.
set(THALWEG_WARNINGS -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers)

add_library(thalweg_pch OBJECT "${CMAKE_SOURCE_DIR}/cmake/pch.cc")
target_link_libraries(thalweg_pch PUBLIC thalweg_arrow fmt::fmt Threads::Threads)
set_target_properties(thalweg_pch PROPERTIES POSITION_INDEPENDENT_CODE OFF)
target_compile_options(thalweg_pch PRIVATE ${THALWEG_WARNINGS} -fPIC)
target_precompile_headers(thalweg_pch PRIVATE
  <algorithm> <cstdint> <functional> <map> <memory> <optional> <string> <string_view>
  <unordered_map> <utility> <vector> <arrow/api.h>)

# Further arguments: headers of a precompiled header of its own.
function(thalweg_compile_settings target)
  target_include_directories(${target} PUBLIC
    "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")
  target_link_libraries(${target} PUBLIC thalweg_arrow fmt::fmt Threads::Threads)
  target_compile_options(${target} PRIVATE ${THALWEG_WARNINGS})
  # Executables compile as libraries do, or the precompiled header would not fit them.
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIC)
  if(NOT THALWEG_PCH)
    return()
  endif()
  if(ARGN)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM thalweg_pch)
  endif()
endfunction()

# thalweg_room(NAME <room> [DEPENDS <rooms>] [LIBRARIES <link targets>] [PRECOMPILE <headers>])
# PRECOMPILE: the library gets a precompiled header of its own.
function(thalweg_room)
  cmake_parse_arguments(ROOM "" "NAME" "DEPENDS;LIBRARIES;PRECOMPILE" ${ARGN})
  set(dir "${CMAKE_SOURCE_DIR}/src/thalweg/${ROOM_NAME}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${dir}/*.cc")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|benchmark)\\.cc$")
  if(NOT sources)
    return()
  endif()
  set(target thalweg_${ROOM_NAME})
  add_library(${target} STATIC ${sources})
  thalweg_compile_settings(${target} ${ROOM_PRECOMPILE})
  foreach(room IN LISTS ROOM_DEPENDS)
    target_link_libraries(${target} PUBLIC thalweg_${room})
  endforeach()
  target_link_libraries(${target} PUBLIC ${ROOM_LIBRARIES})
  if(tests)
    add_executable(${ROOM_NAME}_test ${tests})
    thalweg_compile_settings(${ROOM_NAME}_test)
    target_link_libraries(${ROOM_NAME}_test PRIVATE ${target} GTest::gtest GTest::gmock GTest::gtest_main)
    if(TARGET thalweg_testing AND NOT ROOM_NAME STREQUAL "testing")
      target_link_libraries(${ROOM_NAME}_test PRIVATE thalweg_testing)
    endif()
    set_target_properties(${ROOM_NAME}_test PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
    add_test(NAME ${ROOM_NAME}_test COMMAND ${ROOM_NAME}_test)
  endif()
endfunction()

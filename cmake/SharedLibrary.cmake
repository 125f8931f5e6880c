# libthalweg.so: every room in one shared library behind the public headers, and what
# `cmake --install` copies of them. Included after the rooms.
add_library(thalweg_shared SHARED "${CMAKE_SOURCE_DIR}/cmake/shared_library.cc")
set(THALWEG_ROOMS base types data checkpoint io formats connectors expr functions plan sql state
  exec stream session api)
list(TRANSFORM THALWEG_ROOMS PREPEND thalweg_)
list(JOIN THALWEG_ROOMS "," rooms)
set_target_properties(thalweg_shared PROPERTIES
  OUTPUT_NAME thalweg
  VERSION "${PROJECT_VERSION}"
  SOVERSION "${PROJECT_VERSION_MAJOR}"
  # Nothing inside refers to the API: without this the linker would leave it out.
  LINK_LIBRARY_OVERRIDE "WHOLE_ARCHIVE,${rooms}")
target_include_directories(thalweg_shared PUBLIC "${CMAKE_SOURCE_DIR}/include")
target_link_libraries(thalweg_shared PRIVATE ${THALWEG_ROOMS} PUBLIC thalweg_arrow Threads::Threads)

include(GNUInstallDirs)
install(TARGETS thalweg_shared LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${CMAKE_SOURCE_DIR}/include/thalweg" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")

# What `cmake --install` puts below its prefix: the program, libthalweg.so, the public headers and a
# CMake package (find_package(thalweg), target thalweg::thalweg). The tree may be moved afterwards.
#
# Arrow libraries from the wheel of the build tree are copied with their headers into a folder of
# thalweg's own, where relative run paths find them; those of the system are left where they are.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(THALWEG_PRIVATE_DIR "${CMAKE_INSTALL_LIBDIR}/thalweg")
set(THALWEG_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/thalweg")
set(THALWEG_BUNDLED_ARROW "")

if(THALWEG_PYARROW)
  foreach(name PARQUET ARROW_COMPUTE ARROW)
    install(FILES "${THALWEG_${name}_LIBRARY}" DESTINATION "${THALWEG_PRIVATE_DIR}")
    cmake_path(GET THALWEG_${name}_LIBRARY FILENAME file)
    list(APPEND THALWEG_BUNDLED_ARROW "${file}")
  endforeach()
  install(DIRECTORY "${THALWEG_PYARROW}/include/arrow" "${THALWEG_PYARROW}/include/parquet"
    DESTINATION "${THALWEG_PRIVATE_DIR}/include" FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
  file(RELATIVE_PATH from_bin "/${CMAKE_INSTALL_BINDIR}" "/${THALWEG_PRIVATE_DIR}")
  set_target_properties(thalweg PROPERTIES INSTALL_RPATH "$ORIGIN/${from_bin}")
  set_target_properties(thalweg_shared PROPERTIES INSTALL_RPATH "$ORIGIN/thalweg")
endif()

install(TARGETS thalweg thalweg_shared
  RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}"
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${CMAKE_SOURCE_DIR}/include/thalweg" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/thalwegConfig.cmake.in"
  "${CMAKE_BINARY_DIR}/thalwegConfig.cmake"
  INSTALL_DESTINATION "${THALWEG_PACKAGE_DIR}"
  PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR THALWEG_PRIVATE_DIR)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/thalwegConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${CMAKE_BINARY_DIR}/thalwegConfig.cmake" "${CMAKE_BINARY_DIR}/thalwegConfigVersion.cmake"
  DESTINATION "${THALWEG_PACKAGE_DIR}")

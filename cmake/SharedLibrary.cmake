# libthalweg.so: the objects of every room in one shared library behind the public headers. Included
# after the rooms.
set(THALWEG_ROOMS base types data checkpoint io formats connectors expr functions plan sql state
  exec stream session api)
list(TRANSFORM THALWEG_ROOMS PREPEND thalweg_)

add_library(thalweg_shared SHARED)
foreach(room IN LISTS THALWEG_ROOMS)
  target_sources(thalweg_shared PRIVATE $<TARGET_OBJECTS:${room}>)
  get_target_property(libraries ${room} LINK_LIBRARIES)
  list(REMOVE_ITEM libraries ${THALWEG_ROOMS})
  target_link_libraries(thalweg_shared PRIVATE ${libraries})
endforeach()
set_target_properties(thalweg_shared PROPERTIES
  OUTPUT_NAME thalweg
  LINKER_LANGUAGE CXX
  VERSION "${PROJECT_VERSION}"
  SOVERSION "${PROJECT_VERSION_MAJOR}")
target_include_directories(thalweg_shared PUBLIC "${CMAKE_SOURCE_DIR}/include")
target_link_libraries(thalweg_shared PUBLIC thalweg_arrow Threads::Threads)

# The messages by which Python processors of transformWithState ask for their state. As in
# ConnectProtocol.cmake their descriptor comes from the pyspark-client package of the build's virtual
# environment.
find_package(Protobuf REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
file(GLOB STATE_MESSAGES
  "${THALWEG_VENV}/lib/python3*/site-packages/pyspark/sql/streaming/proto/StateMessage_pb2.py")
if(NOT STATE_MESSAGES)
  message(FATAL_ERROR "no pyspark-client in ${THALWEG_VENV}: run tools/setup.sh")
endif()
cmake_path(SET STATE_SITE_PACKAGES NORMALIZE "${STATE_MESSAGES}/../../../../..")

set(state_protocol_dir "${CMAKE_BINARY_DIR}/state_protocol")
set(state_message "org/apache/spark/sql/execution/streaming/StateMessage")
add_custom_command(
  OUTPUT "${state_protocol_dir}/${state_message}.pb.cc"
  COMMAND "${CMAKE_COMMAND}" -E make_directory "${state_protocol_dir}"
  COMMAND Python3::Interpreter -B "${CMAKE_SOURCE_DIR}/tools/state_descriptors.py"
          "${STATE_SITE_PACKAGES}" "${state_protocol_dir}/state.pb"
  COMMAND protobuf::protoc "--descriptor_set_in=${state_protocol_dir}/state.pb"
          "--cpp_out=${state_protocol_dir}" "${state_message}.proto"
  DEPENDS "${CMAKE_SOURCE_DIR}/tools/state_descriptors.py" "${STATE_MESSAGES}"
  VERBATIM)

add_library(thalweg_state_protocol STATIC "${state_protocol_dir}/${state_message}.pb.cc")
target_include_directories(thalweg_state_protocol SYSTEM PUBLIC "${state_protocol_dir}")
target_link_libraries(thalweg_state_protocol PUBLIC protobuf::libprotobuf Threads::Threads)
target_compile_options(thalweg_state_protocol PRIVATE -O1 -g0 -w)

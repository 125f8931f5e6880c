# The message classes of the Spark Connect protocol, in a library of their own that compiles once:
# their descriptors come from the pyspark-client package of the build's virtual environment, so that
# nothing of the protocol is copied into the tree.
find_package(Protobuf REQUIRED)
find_library(GRPCPP_LIBRARY grpc++ REQUIRED)
find_library(GRPC_LIBRARY grpc REQUIRED)
find_library(GPR_LIBRARY gpr REQUIRED)
# What gRPC's headers use of their own account.
find_library(ABSL_SYNCHRONIZATION_LIBRARY absl_synchronization REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)

file(GLOB CONNECT_PACKAGE "${THALWEG_VENV}/lib/python3*/site-packages/pyspark/sql/connect/proto")
if(NOT CONNECT_PACKAGE)
  message(FATAL_ERROR "no pyspark-client in ${THALWEG_VENV}: run tools/setup.sh")
endif()
cmake_path(SET CONNECT_SITE_PACKAGES NORMALIZE "${CONNECT_PACKAGE}/../../../..")

set(protocol_dir "${CMAKE_BINARY_DIR}/connect_protocol")
set(protocol_files)
set(protocol_sources)
foreach(name types common expressions catalog ml_common ml relations pipelines commands base)
  list(APPEND protocol_files "spark/connect/${name}.proto")
  list(APPEND protocol_sources "${protocol_dir}/spark/connect/${name}.pb.cc")
endforeach()
find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_path(PROTOBUF_WELL_KNOWN google/protobuf/any.proto REQUIRED)
add_custom_command(
  OUTPUT ${protocol_sources}
  COMMAND "${CMAKE_COMMAND}" -E make_directory "${protocol_dir}"
  COMMAND Python3::Interpreter "${CMAKE_SOURCE_DIR}/tools/connect_descriptors.py"
          "${CONNECT_SITE_PACKAGES}" "${protocol_dir}/connect.pb"
  COMMAND protobuf::protoc --include_imports "-I${PROTOBUF_WELL_KNOWN}"
          -o "${protocol_dir}/well_known.pb"
          google/protobuf/any.proto google/protobuf/timestamp.proto
  COMMAND protobuf::protoc
          "--descriptor_set_in=${protocol_dir}/connect.pb:${protocol_dir}/well_known.pb"
          "--cpp_out=${protocol_dir}" ${protocol_files}
  DEPENDS "${CMAKE_SOURCE_DIR}/tools/connect_descriptors.py" "${CONNECT_PACKAGE}/base_pb2.py"
  VERBATIM)

add_library(thalweg_connect_protocol STATIC ${protocol_sources})
target_include_directories(thalweg_connect_protocol SYSTEM PUBLIC "${protocol_dir}")
target_link_libraries(thalweg_connect_protocol PUBLIC
  protobuf::libprotobuf "${GRPCPP_LIBRARY}" "${GRPC_LIBRARY}" "${GPR_LIBRARY}"
  "${ABSL_SYNCHRONIZATION_LIBRARY}" Threads::Threads)
# Generated code: its speed is that of copying, and nobody steps through it.
target_compile_options(thalweg_connect_protocol PRIVATE -O1 -g0 -w)

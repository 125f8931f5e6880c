#include "thalweg/testing/temporary_directory.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "thalweg/base/file_system.h"

namespace thalweg::testing {

TemporaryDirectory::TemporaryDirectory()
    : path_((std::filesystem::temp_directory_path() / ("thalweg-" + RandomUuid())).string()) {
  std::error_code error;
  if (!std::filesystem::create_directories(path_, error)) {
    std::fprintf(stderr, "cannot create %s: %s\n", path_.c_str(), error.message().c_str());
    std::abort();
  }
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace thalweg::testing

#include "thalweg/connect/session/python_files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace thalweg::connect {
namespace {

constexpr const char* kModules = "pyfiles/";
constexpr const char* kFiles = "files/";

}  // namespace

PythonFiles::~PythonFiles() {
  if (directory_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Status PythonFiles::Write(const std::string& name, const std::string& content) {
  if (directory_.empty()) {
    std::error_code error;
    std::string pattern = std::filesystem::temp_directory_path(error) / "thalweg-files-XXXXXX";
    if (error || mkdtemp(pattern.data()) == nullptr) {
      return Status::IOError("cannot make a directory for Python files");
    }
    directory_ = pattern;
  }
  const std::filesystem::path path = std::filesystem::path(directory_) / name;
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  return file.good() ? Status::OK() : Status::IOError("cannot write ", path.string());
}

Result<PythonFiles::Found> PythonFiles::Update(const ArtifactStore& artifacts) {
  const std::lock_guard lock(mutex_);
  Found found;
  for (const char* folder : {kModules, kFiles}) {
    for (const std::string& name : artifacts.Names(folder)) {
      const std::string inner = name.substr(std::string(folder).size());
      if (folder == kModules) found.modules.push_back(inner);
      if (written_.count(name) > 0) continue;
      const auto content = artifacts.Find(name);
      if (content != nullptr) ARROW_RETURN_NOT_OK(Write(inner, *content));
      // Only now: what could not be written is tried again.
      written_.insert(name);
    }
  }
  found.directory = directory_;
  return found;
}

}  // namespace thalweg::connect

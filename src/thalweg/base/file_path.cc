#include <random>

#include <fmt/format.h>

#include "thalweg/base/fault_point.h"
#include "thalweg/base/file_system.h"

namespace thalweg {

std::string NormalizePath(std::string_view path) {
  if (path.starts_with("file:")) {
    path.remove_prefix(5);
    if (path.starts_with("//")) {
      path.remove_prefix(2);
      const size_t slash = path.find('/');
      path = slash == std::string_view::npos ? std::string_view("/") : path.substr(slash);
    }
  }
  const bool absolute = path.starts_with('/');
  std::string out;
  size_t at = 0;
  while (at < path.size()) {
    const size_t slash = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, slash - at);
    at = slash + 1;
    if (part.empty() || part == ".") continue;
    if (absolute || !out.empty()) out.push_back('/');
    out.append(part);
  }
  if (out.empty()) return absolute ? "/" : ".";
  return out;
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  if (directory.empty() || name.starts_with('/')) return std::string(name);
  std::string out(directory);
  if (!out.ends_with('/')) out.push_back('/');
  return out.append(name);
}

std::string ParentPath(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string BaseName(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string RandomUuid() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  const uint64_t high = (random() & ~0xF000ull) | 0x4000ull;
  const uint64_t low = (random() & ~(3ull << 62)) | (2ull << 62);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFFull);
}

Status AtomicCreate(FileSystem* file_system, const std::string& path, std::string_view bytes,
                    std::string_view fault_name) {
  const std::string temporary =
      JoinPath(ParentPath(path), fmt::format(".{}.{}.tmp", BaseName(path), RandomUuid()));
  auto write = [&]() -> Status {
    ARROW_ASSIGN_OR_RAISE(auto file, file_system->CreateNew(temporary));
    ARROW_RETURN_NOT_OK(file->Append(bytes.substr(0, bytes.size() / 2)));
    if (!fault_name.empty()) FAULT_POINT(std::string(fault_name) + ".half");
    ARROW_RETURN_NOT_OK(file->Append(bytes.substr(bytes.size() / 2)));
    ARROW_RETURN_NOT_OK(file->Sync());
    ARROW_RETURN_NOT_OK(file->Close());
    return file_system->Rename(temporary, path, /*overwrite=*/false);
  };
  const Status status = write();
  if (!status.ok()) {
    // Best effort: a leftover temporary file is never read by anybody.
    ARROW_UNUSED(file_system->Remove(temporary));
    return status;
  }
  return file_system->SyncDirectory(ParentPath(path));
}

}  // namespace thalweg

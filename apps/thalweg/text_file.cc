#include "text_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace thalweg::cli {
namespace {

Status ReadError(const std::string& path, int error) {
  return Status::IOError("cannot read ", path == "-" ? "standard input" : path, ": ",
                         std::strerror(error));
}

}  // namespace

Result<std::string> ReadTextFile(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(nullptr, &std::fclose);
  std::FILE* file = stdin;
  if (path != "-") {
    opened.reset(std::fopen(path.c_str(), "rb"));
    if (opened == nullptr && errno == ENOENT) {
      return MakeError("PATH_NOT_FOUND", {{"path", path}});
    }
    if (opened == nullptr) return ReadError(path, errno);
    file = opened.get();
  }
  std::string text;
  char buffer[1 << 16];
  size_t read = 0;
  while ((read = std::fread(buffer, 1, sizeof(buffer), file)) > 0) text.append(buffer, read);
  if (std::ferror(file)) return ReadError(path, errno);
  return text;
}

}  // namespace thalweg::cli

#include "thalweg/base/log_file.h"

#include "thalweg/base/text_seal.h"

namespace thalweg {

Result<std::string> ReadLogFile(FileSystem* file_system, const std::string& path) {
  auto text = file_system->ReadFile(path);
  if (text.ok() || IsNotFound(text.status())) return text;
  return MakeError("FAILED_READ_FILE.NO_HINT",
                   {{"path", path}, {"reason", text.status().message()}});
}

Result<std::string> ReadSealedLogFile(FileSystem* file_system, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(std::string text, ReadLogFile(file_system, path));
  if (UnsealText(&text)) return text;
  return MakeError("MALFORMED_LOG_FILE", {{"path", path}, {"text", text.substr(0, 80)}});
}

}  // namespace thalweg

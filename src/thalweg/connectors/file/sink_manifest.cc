#include "thalweg/connectors/file/sink_manifest.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "thalweg/connectors/file/path_text.h"

namespace thalweg::connectors {
namespace {

// How often a reader starts anew when the writer compacts the log under it.
constexpr int kReadAttempts = 5;

Result<std::vector<std::string>> ReadEntriesOnce(FileSystem* file_system, Clock* clock,
                                                 const std::string& log_directory) {
  ARROW_ASSIGN_OR_RAISE(auto log, io::CompactibleLog::Make(file_system, clock, log_directory, {}));
  return log->AllEntries();
}

}  // namespace

std::string ManifestEntry(const ListedFile& file) {
  return fmt::format(
      R"({{"path":{},"size":{},"isDir":false,"modificationTime":{},"blockReplication":1,)"
      R"("blockSize":33554432,"action":"add"}})",
      nlohmann::json(PathToUri(file.path)).dump(), file.size, file.modification_millis);
}

Result<ListedFile> ParseManifestEntry(const std::string& entry) {
  const auto json = nlohmann::json::parse(entry, nullptr, false);
  if (!json.is_object() || !json.contains("path") || !json["path"].is_string()) {
    return MakeError("MALFORMED_LOG_FILE",
                     {{"path", std::string(kManifestDirectory)}, {"text", entry}});
  }
  auto number = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
  };
  return ListedFile{UriToPath(json["path"].get<std::string>()), number("size"),
                    number("modificationTime")};
}

Result<std::vector<ListedFile>> ReadManifest(FileSystem* file_system, Clock* clock,
                                             const std::string& directory) {
  const std::string log_directory = JoinPath(directory, kManifestDirectory);
  auto entries = ReadEntriesOnce(file_system, clock, log_directory);
  for (int attempt = 1; attempt < kReadAttempts && !entries.ok(); ++attempt) {
    entries = ReadEntriesOnce(file_system, clock, log_directory);
  }
  ARROW_RETURN_NOT_OK(entries.status());
  std::vector<ListedFile> files;
  files.reserve(entries->size());
  for (const auto& entry : *entries) {
    ARROW_ASSIGN_OR_RAISE(auto file, ParseManifestEntry(entry));
    files.push_back(std::move(file));
  }
  return files;
}

Result<std::unique_ptr<io::CompactibleLog>> OpenManifest(
    FileSystem* file_system, Clock* clock, const std::string& directory,
    const std::map<std::string, std::string>& settings, std::optional<int64_t> retention_millis) {
  ARROW_ASSIGN_OR_RAISE(io::CompactibleLogSettings log_settings,
                        io::LogSettingsFrom(settings, "fileSink"));
  if (retention_millis) {
    log_settings.retain = [clock, retention = *retention_millis](const std::string& entry) {
      const auto file = ParseManifestEntry(entry);
      return !file.ok() || clock->NowMillis() - file->modification_millis <= retention;
    };
  }
  return io::CompactibleLog::Make(file_system, clock, JoinPath(directory, kManifestDirectory),
                                  std::move(log_settings));
}

}  // namespace thalweg::connectors

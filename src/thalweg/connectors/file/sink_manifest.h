#pragma once

// The manifest of a file sink: `_spark_metadata` below the output directory, a compactible log
// whose entries name the files that count (semantics 3.5, 6.4).

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/connectors/file/file_listing.h"
#include "thalweg/io/compactible_log.h"

namespace thalweg::connectors {

inline constexpr std::string_view kManifestDirectory = "_spark_metadata";

/// The entry for a file, in Spark's form.
std::string ManifestEntry(const ListedFile& file);
Result<ListedFile> ParseManifestEntry(const std::string& entry);

/// The files that the manifest below `directory` names.
Result<std::vector<ListedFile>> ReadManifest(FileSystem* file_system, Clock* clock,
                                             const std::string& directory);

/// The manifest below `directory` for its writer. Entries older than `retention_millis` are dropped
/// at compaction.
Result<std::unique_ptr<io::CompactibleLog>> OpenManifest(
    FileSystem* file_system, Clock* clock, const std::string& directory,
    const std::map<std::string, std::string>& settings, std::optional<int64_t> retention_millis);

}  // namespace thalweg::connectors

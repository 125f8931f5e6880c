#pragma once

// Which files a path means: directories, patterns, manifests of file sinks (semantics 6.1, 6.4).

#include <optional>
#include <string>
#include <vector>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

/// The options of every file reader.
struct ListingOptions {
  bool recursive = false;
  std::string name_pattern;  // pathGlobFilter; empty: all names
  /// Bounds of the modification time, both exclusive, in milliseconds.
  std::optional<int64_t> modified_before;
  std::optional<int64_t> modified_after;
  std::string base_path;  // basePath, absolute; empty when not given
  bool ignore_missing = false;
  bool ignore_corrupt = false;
  /// Read all files of a directory even if a file sink's manifest says which count.
  bool ignore_manifest = false;
};

Result<ListingOptions> ParseListingOptions(const io::ReadArguments& arguments);

struct ListedFile {
  std::string path;
  int64_t size = 0;
  int64_t modification_millis = 0;
};

/// Files below some roots.
struct FileListing {
  std::vector<ListedFile> files;  // by path within a root
  /// Directories at which partition directories begin: the roots, or `base_path`.
  std::vector<std::string> base_paths;
  /// The files are those of a file sink's manifest.
  bool from_manifest = false;
};

/// The files of `paths` (absolute, may be patterns). Hidden names (_ and .) are left out. Errors:
/// PATH_NOT_FOUND unless `may_be_missing`.
Result<FileListing> ListFiles(FileSystem* file_system, Clock* clock,
                              const std::vector<std::string>& paths, const ListingOptions& options,
                              bool may_be_missing);

/// Whether `directory` holds the manifest of a file sink.
Result<bool> HasManifest(FileSystem* file_system, const std::string& directory);

/// The value of a session setting, or "".
std::string SettingText(const std::map<std::string, std::string>& settings, const std::string& key);

}  // namespace thalweg::connectors

#include "thalweg/connectors/file/file_listing.h"

#include <algorithm>
#include <set>

#include "thalweg/connectors/file/glob_pattern.h"
#include "thalweg/connectors/file/path_text.h"
#include "thalweg/connectors/file/sink_manifest.h"
#include "thalweg/connectors/option_values.h"
#include "thalweg/types/time_text.h"
#include "thalweg/types/time_zone.h"

namespace thalweg::connectors {
namespace {

// A name that listings pass over.
bool IsHidden(std::string_view name) {
  return (name.starts_with('_') && name.find('=') == std::string_view::npos) ||
         name.starts_with('.') || name.ends_with("._COPYING_");
}

Result<std::optional<int64_t>> TimeBound(const io::ReadArguments& arguments,
                                         const std::string& name) {
  const auto text = FindOption(arguments.options, name);
  if (!text) return std::optional<int64_t>();
  const std::string zone_id =
      FindOption(arguments.options, "timeZone").value_or(arguments.session_time_zone);
  ARROW_ASSIGN_OR_RAISE(TimeZone zone, TimeZone::Make(zone_id));
  const auto micros = ParseTimestampText(*text, &zone, 0);
  if (!micros) {
    return MakeError("_LEGACY_ERROR_TEMP_1294", {{"strategy", name}, {"timeString", *text}});
  }
  return std::optional<int64_t>(FloorDivide(*micros, 1000));
}

// Whether every bracket of a name pattern is closed.
bool IsWellFormed(std::string_view pattern) {
  int braces = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && ++i == pattern.size()) return false;
    if (pattern[i] == '{') ++braces;
    if (pattern[i] == '}' && braces > 0) --braces;
    if (pattern[i] != '[') continue;
    // A bracket right behind the opening one is a plain character.
    i = pattern.find(']', i + 2);
    if (i == std::string_view::npos) return false;
  }
  return braces == 0;
}

bool IsWanted(const FileInfo& info, const ListingOptions& options) {
  if (!options.name_pattern.empty() && !MatchesGlob(options.name_pattern, BaseName(info.path))) {
    return false;
  }
  if (options.modified_before && info.modification_millis >= *options.modified_before) return false;
  return !options.modified_after || info.modification_millis > *options.modified_after;
}

// Every file below `directory` that is not hidden.
Status CollectLeaves(FileSystem* file_system, const std::string& directory,
                     std::vector<FileInfo>* leaves) {
  auto listed = file_system->List(directory);
  if (!listed.ok()) return IsNotFound(listed.status()) ? Status::OK() : listed.status();
  for (auto& info : *listed) {
    if (IsHidden(BaseName(info.path))) continue;
    if (info.is_directory) {
      ARROW_RETURN_NOT_OK(CollectLeaves(file_system, info.path, leaves));
    } else {
      leaves->push_back(std::move(info));
    }
  }
  return Status::OK();
}

// Whether a directory between `root` and the file has the form k=v.
bool LiesInPartition(const std::string& path, const std::string& root) {
  const std::string_view directories =
      std::string_view(path).substr(0, path.rfind('/')).substr(std::min(root.size(), path.size()));
  return directories.find('=') != std::string_view::npos;
}

// Files of one root directory: all below it if it has partitions or `recursive` says so, else
// those that lie in it directly.
Status ListDirectory(FileSystem* file_system, const std::string& root,
                     const ListingOptions& options, std::vector<ListedFile>* out) {
  std::vector<FileInfo> leaves;
  ARROW_RETURN_NOT_OK(CollectLeaves(file_system, root, &leaves));
  const bool deep =
      options.recursive || std::any_of(leaves.begin(), leaves.end(), [&](const FileInfo& leaf) {
        return LiesInPartition(leaf.path, root);
      });
  for (const auto& leaf : leaves) {
    const bool direct = leaf.path.rfind('/') <= root.size();
    if ((deep || direct) && IsWanted(leaf, options)) {
      out->push_back({leaf.path, leaf.size, leaf.modification_millis});
    }
  }
  return Status::OK();
}

}  // namespace

std::string SettingText(const std::map<std::string, std::string>& settings,
                        const std::string& key) {
  const auto found = settings.find(key);
  return found == settings.end() ? "" : found->second;
}

Result<ListingOptions> ParseListingOptions(const io::ReadArguments& arguments) {
  ListingOptions out;
  const auto& options = arguments.options;
  auto flag = [&](const char* name, const char* setting) -> Result<bool> {
    const bool otherwise = SettingText(arguments.settings, setting) == "true";
    const auto text = FindOption(options, name);
    return BooleanOption(options, name, otherwise,
                         "For input string: \"" + text.value_or("") + "\"");
  };
  ARROW_ASSIGN_OR_RAISE(out.recursive, flag("recursiveFileLookup", ""));
  ARROW_ASSIGN_OR_RAISE(out.ignore_missing,
                        flag("ignoreMissingFiles", "spark.sql.files.ignoreMissingFiles"));
  ARROW_ASSIGN_OR_RAISE(out.ignore_corrupt,
                        flag("ignoreCorruptFiles", "spark.sql.files.ignoreCorruptFiles"));
  out.name_pattern = FindOption(options, "pathGlobFilter").value_or("");
  if (!IsWellFormed(out.name_pattern)) {
    return InvalidOption("pathGlobFilter", "Illegal file pattern: " + out.name_pattern);
  }
  ARROW_ASSIGN_OR_RAISE(out.modified_before, TimeBound(arguments, "modifiedbefore"));
  ARROW_ASSIGN_OR_RAISE(out.modified_after, TimeBound(arguments, "modifiedafter"));
  if (const auto base = FindOption(options, "basePath")) out.base_path = AbsolutePath(*base);
  out.ignore_manifest = SettingText(arguments.settings,
                                    "spark.sql.streaming.fileStreamSink.ignoreMetadata") == "true";
  return out;
}

Result<bool> HasManifest(FileSystem* file_system, const std::string& directory) {
  auto info = file_system->GetInfo(JoinPath(directory, kManifestDirectory));
  if (info.ok()) return info->is_directory;
  if (IsNotFound(info.status())) return false;
  return info.status();
}

Result<FileListing> ListFiles(FileSystem* file_system, Clock* clock,
                              const std::vector<std::string>& paths, const ListingOptions& options,
                              bool may_be_missing) {
  FileListing listing;
  if (paths.size() == 1 && !IsGlob(paths[0]) && !options.ignore_manifest) {
    ARROW_ASSIGN_OR_RAISE(listing.from_manifest, HasManifest(file_system, paths[0]));
    if (listing.from_manifest) {
      ARROW_ASSIGN_OR_RAISE(auto files, ReadManifest(file_system, clock, paths[0]));
      for (auto& file : files) {
        const FileInfo info{file.path, false, file.size, file.modification_millis};
        if (IsWanted(info, options)) listing.files.push_back(std::move(file));
      }
      listing.base_paths = {paths[0]};
      return listing;
    }
  }
  std::set<std::string> bases;
  for (const auto& path : paths) {
    std::vector<FileInfo> roots;
    // A name may hold pattern characters: what is there under that very name comes first.
    auto exact = file_system->GetInfo(path);
    if (exact.ok()) {
      roots.push_back(std::move(*exact));
    } else if (IsGlob(path)) {
      ARROW_ASSIGN_OR_RAISE(roots, ExpandGlob(file_system, path));
    } else if (!IsNotFound(exact.status())) {
      return exact.status();
    }
    if (roots.empty() && !may_be_missing) {
      return MakeError("PATH_NOT_FOUND", {{"path", QualifiedPath(path)}});
    }
    for (const auto& root : roots) {
      bases.insert(root.is_directory ? root.path : ParentPath(root.path));
      if (root.is_directory) {
        ARROW_RETURN_NOT_OK(ListDirectory(file_system, root.path, options, &listing.files));
      } else if (!IsHidden(BaseName(root.path)) && IsWanted(root, options)) {
        listing.files.push_back({root.path, root.size, root.modification_millis});
      }
    }
  }
  listing.base_paths.assign(bases.begin(), bases.end());
  if (!options.base_path.empty()) listing.base_paths = {options.base_path};
  return listing;
}

}  // namespace thalweg::connectors

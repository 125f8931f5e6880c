#include "thalweg/connectors/file/file_source_options.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "thalweg/connectors/file/glob_pattern.h"
#include "thalweg/connectors/file/path_text.h"
#include "thalweg/connectors/option_values.h"

namespace thalweg::connectors {
namespace {

Status UnfitValue(const std::string& name, const std::string& value, const char* wanted) {
  return InvalidOption(
      name, fmt::format("Invalid value '{}' for option '{}', must be {}", value, name, wanted));
}

Result<std::optional<int64_t>> LimitOption(const io::Options& options, const std::string& name,
                                           int64_t largest) {
  const auto text = FindOption(options, name);
  if (!text) return std::optional<int64_t>();
  const auto value = ParseInteger(*text);
  if (!value || *value <= 0 || *value > largest) {
    return UnfitValue(name, *text, "a positive integer");
  }
  return value;
}

Result<double> RatioOption(const io::Options& options, const std::string& name, double otherwise) {
  const auto text = FindOption(options, name);
  if (!text) return otherwise;
  double value = -1;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < 0 || value > 1) {
    return UnfitValue(name, *text, "a positive float between 0 and 1");
  }
  return value;
}

// Whether an archived file could be found by the source again: the archive and the source pattern
// agree as deep as the shorter of them goes.
bool ArchiveFitsSource(const std::string& archive, const std::string& source) {
  const auto archive_parts = PathComponents(archive);
  for (const auto& pattern : ExpandBraces(source)) {
    const auto source_parts = PathComponents(pattern);
    const size_t depth = std::min(archive_parts.size(), source_parts.size());
    bool fits = true;
    for (size_t i = 0; i < depth; ++i) {
      fits = fits && (source_parts[i] == archive_parts[i] ||
                      MatchesGlob(source_parts[i], archive_parts[i]));
    }
    if (fits) return true;
  }
  return false;
}

Status ParseCleaning(const io::Options& options, const std::string& source_path,
                     FileSourceOptions* out) {
  const auto mode = FindOption(options, "cleanSource");
  const std::string word = LowerCase(mode.value_or("off"));
  if (word == "off") return Status::OK();
  if (word == "delete") {
    out->clean_source = CleanSource::kDelete;
    return Status::OK();
  }
  if (word != "archive") {
    return InvalidOption("cleanSource",
                         fmt::format("Invalid mode for clean source option {}. Must be one of "
                                     "ARCHIVE,DELETE,OFF",
                                     *mode));
  }
  out->clean_source = CleanSource::kArchive;
  const auto directory = FindOption(options, "sourceArchiveDir");
  if (!directory) {
    return InvalidOption("cleanSource",
                         "Archive mode must be used with 'sourceArchiveDir' option.");
  }
  out->archive_directory = AbsolutePath(*directory);
  if (ArchiveFitsSource(out->archive_directory, source_path)) {
    return InvalidOption("sourceArchiveDir",
                         fmt::format("files archived in '{}' could be found by the source '{}' "
                                     "again; choose a directory that does not match it",
                                     *directory, source_path));
  }
  return Status::OK();
}

Status ReadCleanerThreads(const std::map<std::string, std::string>& settings,
                          FileSourceOptions* out) {
  constexpr char kThreads[] = "spark.sql.streaming.fileSource.cleaner.numThreads";
  const auto text = settings.find(kThreads);
  if (out->clean_source == CleanSource::kOff || text == settings.end()) return Status::OK();
  const auto threads = ParseInteger(text->second);
  if (!threads || *threads < 0 || *threads > 1000) {
    return MakeError("INVALID_CONF_VALUE.REQUIREMENT",
                     {{"confName", kThreads},
                      {"confValue", text->second},
                      {"confRequirement", "it must be between 0 and 1000"}});
  }
  out->num_cleaner_threads = static_cast<int>(*threads);
  return Status::OK();
}

}  // namespace

Result<FileSourceOptions> ParseFileSourceOptions(const io::ReadArguments& arguments,
                                                 const std::string& source_path) {
  FileSourceOptions out;
  const io::Options& options = arguments.options;
  for (const char* refused : {"modifiedbefore", "modifiedafter"}) {
    if (FindOption(options, refused)) {
      return InvalidOption(
          refused, fmt::format("option '{}' is not allowed in file stream sources", refused));
    }
  }
  constexpr int64_t kLargestInt = std::numeric_limits<int32_t>::max();
  ARROW_ASSIGN_OR_RAISE(out.max_files, LimitOption(options, "maxFilesPerTrigger", kLargestInt));
  ARROW_ASSIGN_OR_RAISE(out.max_bytes, LimitOption(options, "maxBytesPerTrigger",
                                                   std::numeric_limits<int64_t>::max()));
  if (out.max_files && out.max_bytes) {
    return MakeError("STDS_CONFLICT_OPTIONS",
                     {{"options", "['maxFilesPerTrigger', 'maxBytesPerTrigger']"}});
  }
  ARROW_ASSIGN_OR_RAISE(out.latest_first, BooleanOption(options, "latestFirst", false));
  ARROW_ASSIGN_OR_RAISE(out.file_name_only, BooleanOption(options, "fileNameOnly", false));
  ARROW_ASSIGN_OR_RAISE(out.max_file_age_millis,
                        MillisOption(options, "maxFileAge", out.max_file_age_millis, 1));
  if (out.max_file_age_millis < 0) {
    return UnfitValue("maxFileAge", *FindOption(options, "maxFileAge"), "a time of 0 or more");
  }
  if (out.latest_first && (out.max_files || out.max_bytes)) {
    out.max_file_age_millis = std::numeric_limits<int64_t>::max();
  }
  if (const auto text = FindOption(options, "maxCachedFiles")) {
    const auto value = ParseInteger(*text);
    if (!value || *value < 0 || *value > kLargestInt) {
      return UnfitValue("maxCachedFiles", *text, "an integer greater than or equal to 0");
    }
    out.max_cached_files = *value;
  }
  ARROW_ASSIGN_OR_RAISE(out.discard_cached_ratio,
                        RatioOption(options, "discardCachedInputRatio", 0.2));
  ARROW_RETURN_NOT_OK(ParseCleaning(options, source_path, &out));
  ARROW_RETURN_NOT_OK(ReadCleanerThreads(arguments.settings, &out));
  return out;
}

}  // namespace thalweg::connectors

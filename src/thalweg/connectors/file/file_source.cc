#include "thalweg/connectors/file/file_source.h"

#include <algorithm>
#include <map>
#include <set>

#include <arrow/api.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "thalweg/base/fault_point.h"
#include "thalweg/connectors/file/file_cleaner.h"
#include "thalweg/connectors/file/file_listing.h"
#include "thalweg/connectors/file/file_relation.h"
#include "thalweg/connectors/file/file_scan.h"
#include "thalweg/connectors/file/file_source_options.h"
#include "thalweg/connectors/file/glob_pattern.h"
#include "thalweg/connectors/file/path_text.h"
#include "thalweg/connectors/file/seen_files.h"
#include "thalweg/io/compactible_log.h"
#include "thalweg/io/malformed_offset.h"
#include "thalweg/io/replay_check.h"

namespace thalweg::connectors {
namespace {

// A file of the source's log.
struct LogEntry {
  ListedFile file;
  int64_t log_id = 0;
};

std::string FormatEntry(const LogEntry& entry) {
  return fmt::format(R"({{"path":{},"timestamp":{},"batchId":{}}})",
                     nlohmann::json(PathToUri(entry.file.path)).dump(),
                     entry.file.modification_millis, entry.log_id);
}

// The size is not in the log: -1.
Result<LogEntry> ParseEntry(const std::string& line, const std::string& log_path) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("path") || !json["path"].is_string() ||
      !json.contains("timestamp") || !json["timestamp"].is_number_integer() ||
      !json.contains("batchId") || !json["batchId"].is_number_integer()) {
    return MakeError("MALFORMED_LOG_FILE", {{"path", log_path}, {"text", line}});
  }
  return LogEntry{
      {UriToPath(json["path"].get<std::string>()), -1, json["timestamp"].get<int64_t>()},
      json["batchId"].get<int64_t>()};
}

io::Offset FormatOffset(int64_t log_id) { return fmt::format(R"({{"logOffset":{}}})", log_id); }

Result<int64_t> ParseOffset(const io::Offset& offset) {
  const auto json = nlohmann::json::parse(offset, nullptr, false);
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_object() && json.contains("logOffset") && json["logOffset"].is_number_integer()) {
    return json["logOffset"].get<int64_t>();
  }
  return io::MalformedOffset(offset, "the file source");
}

class FileStreamSource : public io::StreamSource, public io::ReplayCheck {
 public:
  FileStreamSource(const io::StreamArguments& arguments, std::string path, ListingOptions listing,
                   FileSourceOptions options, std::shared_ptr<const FileRelation> relation,
                   std::unique_ptr<io::CompactibleLog> log)
      : file_system_(arguments.file_system),
        clock_(arguments.clock),
        log_path_(arguments.metadata_path),
        path_(std::move(path)),
        listing_options_(std::move(listing)),
        options_(std::move(options)),
        relation_(std::move(relation)),
        log_(std::move(log)),
        seen_(options_.max_file_age_millis, options_.file_name_only) {
    if (options_.clean_source != CleanSource::kOff) {
      cleaner_ =
          std::make_unique<FileCleaner>(file_system_, options_.clean_source,
                                        options_.archive_directory, options_.num_cleaner_threads);
    }
  }

  // Learns from the log what earlier runs have read.
  Status Restore() {
    ARROW_ASSIGN_OR_RAISE(const auto lines, log_->AllEntries());
    for (const auto& line : lines) {
      ARROW_ASSIGN_OR_RAISE(const auto entry, ParseEntry(line, log_path_));
      seen_.Add(entry.file.path, entry.file.modification_millis);
    }
    seen_.Purge();
    log_id_ = log_->latest_id().value_or(-1);
    cleaned_id_ = log_id_;
    return Status::OK();
  }

  const SchemaPtr& schema() const override { return relation_->schema(); }
  std::string Description() const override {
    return "FileStreamSource[" + QualifiedPath(path_) + "]";
  }
  io::ReadLimit DefaultReadLimit() const override {
    if (options_.max_files) return {io::ReadLimit::Kind::kMaxFiles, *options_.max_files};
    if (options_.max_bytes) return {io::ReadLimit::Kind::kMaxBytes, *options_.max_bytes};
    return {};
  }

  Result<std::optional<io::Offset>> LatestOffset(const std::optional<io::Offset>& start,
                                                 const io::ReadLimit& limit) override {
    if (start) {
      ARROW_ASSIGN_OR_RAISE(const int64_t from, ParseOffset(*start));
      ARROW_RETURN_NOT_OK(CheckLogged(from));
    }
    const bool listed_before = !unread_.empty();
    ARROW_ASSIGN_OR_RAISE(auto files, NewFiles());
    files = TakeUpTo(limit, std::move(files));
    if (listed_before) {
      // They may have changed or gone since.
      for (auto& file : files) file.size = -1;
    }
    for (const auto& file : files) seen_.Add(file.path, file.modification_millis);
    seen_.Purge();
    if (!files.empty()) ARROW_RETURN_NOT_OK(LogFiles(std::move(files)));
    if (log_id_ < 0) return std::optional<io::Offset>();
    return std::optional<io::Offset>(FormatOffset(log_id_));
  }

  Status PrepareForAvailableNow() override {
    ARROW_ASSIGN_OR_RAISE(available_now_files_, ListAll());
    unread_.clear();
    return Status::OK();
  }

  // By the modification time that the log holds: the one thing that is known of a file of an
  // earlier run.
  Status CheckReplay(const std::optional<io::Offset>& start, const io::Offset& end,
                     int64_t batch) override {
    ARROW_ASSIGN_OR_RAISE(const auto files, FilesOf(start, end));
    for (const auto& file : files) {
      const auto info = file_system_->GetInfo(file.path);
      const bool gone = !info.ok() && IsNotFound(info.status());
      if (gone && listing_options_.ignore_missing) continue;
      if (!gone) ARROW_RETURN_NOT_OK(info.status());
      if (!gone && info->modification_millis == file.modification_millis) continue;
      const std::string change = gone ? "is not there any more"
                                      : "was changed since: its modification time is " +
                                            std::to_string(info->modification_millis) + ", not " +
                                            std::to_string(file.modification_millis);
      return MakeError(
          "STREAMING_REPLAY_INPUT_CHANGED",
          {{"batchId", std::to_string(batch)}, {"path", PathToUri(file.path)}, {"change", change}});
    }
    return Status::OK();
  }

  Result<std::vector<io::SplitPtr>> PlanSplits(const std::optional<io::Offset>& start,
                                               const io::Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(auto files, FilesOf(start, end));
    ARROW_RETURN_NOT_OK(FindSizes(&files));
    return relation_->PlanSplits(files, BasePaths(files));
  }

  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    return relation_->Open(split, request);
  }

  Status Commit(const io::Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t to, ParseOffset(end));
    if (cleaner_) {
      ARROW_ASSIGN_OR_RAISE(const auto files, FilesBetween(std::min(cleaned_id_, to - 1), to));
      std::vector<std::string> paths;
      for (const auto& file : files) paths.push_back(file.path);
      cleaner_->Clean(std::move(paths));
    }
    cleaned_id_ = std::max(cleaned_id_, to);
    recent_.erase(recent_.begin(), recent_.upper_bound(to));
    return Status::OK();
  }

  Status Stop() override {
    if (cleaner_) cleaner_->Stop();
    return Status::OK();
  }

 private:
  // Every file that is there now, in the order of reading.
  Result<std::vector<ListedFile>> ListAll() {
    ARROW_ASSIGN_OR_RAISE(auto listing, ListFiles(file_system_, clock_, {path_}, listing_options_,
                                                  /*may_be_missing=*/true));
    if (listing.from_manifest && cleaner_) return MakeError("_LEGACY_ERROR_TEMP_2261");
    auto& files = listing.files;
    std::sort(files.begin(), files.end(), [this](const ListedFile& a, const ListedFile& b) {
      if (a.modification_millis != b.modification_millis) {
        return (a.modification_millis < b.modification_millis) != options_.latest_first;
      }
      return a.path < b.path;
    });
    return std::move(files);
  }

  Result<std::vector<ListedFile>> NewFiles() {
    if (!unread_.empty()) return std::exchange(unread_, {});
    std::vector<ListedFile> files;
    if (available_now_files_) {
      files = *available_now_files_;
    } else {
      ARROW_ASSIGN_OR_RAISE(files, ListAll());
    }
    std::erase_if(files, [this](const ListedFile& file) {
      return !seen_.IsNew(file.path, file.modification_millis);
    });
    return files;
  }

  // The head of `files` that the limit allows; what is left may be kept for the next call.
  std::vector<ListedFile> TakeUpTo(const io::ReadLimit& limit, std::vector<ListedFile> files) {
    size_t count = files.size();
    double left_over = 0;
    if (limit.kind == io::ReadLimit::Kind::kMaxFiles) {
      count = std::min(count, static_cast<size_t>(limit.value));
      left_over = static_cast<double>(files.size() - count);
    } else if (limit.kind == io::ReadLimit::Kind::kMaxBytes) {
      int64_t bytes = 0;
      for (count = 0; count < files.size(); ++count) {
        // The first file is always taken.
        if (count > 0 && files[count].size > limit.value - bytes) break;
        bytes += files[count].size;
      }
      for (size_t i = count; i < files.size(); ++i) left_over += static_cast<double>(files[i].size);
    }
    const bool keep = !options_.latest_first &&
                      left_over >= static_cast<double>(limit.value) * options_.discard_cached_ratio;
    if (keep && count < files.size()) {
      const size_t end = std::min<size_t>(files.size(), count + options_.max_cached_files);
      unread_.assign(files.begin() + count, files.begin() + end);
    }
    files.resize(count);
    return files;
  }

  Status LogFiles(std::vector<ListedFile> files) {
    const int64_t id = log_id_ + 1;
    std::vector<std::string> lines;
    lines.reserve(files.size());
    for (const auto& file : files) lines.push_back(FormatEntry({file, id}));
    ARROW_RETURN_NOT_OK(log_->Add(id, lines));
    FAULT_POINT("source_log.after");
    log_id_ = id;
    recent_[id] = std::move(files);
    return Status::OK();
  }

  Result<std::vector<ListedFile>> FilesOf(const std::optional<io::Offset>& start,
                                          const io::Offset& end) const {
    int64_t from = -1;
    if (start) {
      ARROW_ASSIGN_OR_RAISE(from, ParseOffset(*start));
    }
    ARROW_ASSIGN_OR_RAISE(const int64_t to, ParseOffset(end));
    ARROW_RETURN_NOT_OK(CheckLogged(to));
    return FilesBetween(from, to);
  }

  // Whether the source's log knows what an offset of the checkpoint stands for.
  Status CheckLogged(int64_t log_id) const {
    if (log_id <= log_id_) return Status::OK();
    return MakeError("BATCH_METADATA_NOT_FOUND",
                     {{"batchMetadataFile", JoinPath(log_path_, std::to_string(log_id))}});
  }

  // The files of the log entries (from, to].
  Result<std::vector<ListedFile>> FilesBetween(int64_t from, int64_t to) const {
    std::vector<ListedFile> files;
    bool known = true;
    for (int64_t id = from + 1; id <= to && known; ++id) {
      const auto found = recent_.find(id);
      known = found != recent_.end();
      if (known) files.insert(files.end(), found->second.begin(), found->second.end());
    }
    if (known) return files;
    files.clear();
    ARROW_ASSIGN_OR_RAISE(const auto lines, log_->AllEntries());
    for (const auto& line : lines) {
      ARROW_ASSIGN_OR_RAISE(auto entry, ParseEntry(line, log_path_));
      if (entry.log_id > from && entry.log_id <= to) files.push_back(std::move(entry.file));
    }
    return files;
  }

  // Looks up the sizes of files that come from the log; those that are gone are left out.
  Status FindSizes(std::vector<ListedFile>* files) const {
    std::vector<ListedFile> present;
    for (auto& file : *files) {
      if (file.size < 0) {
        const auto info = file_system_->GetInfo(file.path);
        if (!info.ok() && IsNotFound(info.status())) continue;
        ARROW_RETURN_NOT_OK(info.status());
        file.size = info->size;
      }
      present.push_back(std::move(file));
    }
    *files = std::move(present);
    return Status::OK();
  }

  // Where the partition directories of `files` begin: the path, or what the pattern has matched.
  std::vector<std::string> BasePaths(const std::vector<ListedFile>& files) const {
    if (!listing_options_.base_path.empty()) return {listing_options_.base_path};
    if (!IsGlob(path_)) return {path_};
    const size_t depth = PathComponents(path_).size();
    std::set<std::string> bases;
    for (const auto& file : files) {
      const auto components = PathComponents(file.path);
      std::string base;
      for (size_t i = 0; i < std::min(depth, components.size() - 1); ++i)
        base += "/" + components[i];
      bases.insert(base.empty() ? "/" : base);
    }
    return {bases.begin(), bases.end()};
  }

  FileSystem* const file_system_;
  Clock* const clock_;
  const std::string log_path_;
  const std::string path_;
  const ListingOptions listing_options_;
  const FileSourceOptions options_;
  const std::shared_ptr<const FileRelation> relation_;
  const std::unique_ptr<io::CompactibleLog> log_;
  SeenFiles seen_;
  std::unique_ptr<FileCleaner> cleaner_;
  int64_t log_id_ = -1;
  // Entries up to here need no cleaning.
  int64_t cleaned_id_ = -1;
  std::vector<ListedFile> unread_;
  std::optional<std::vector<ListedFile>> available_now_files_;
  // Files of this run's log entries, until they are committed.
  std::map<int64_t, std::vector<ListedFile>> recent_;
};

}  // namespace

Result<std::unique_ptr<io::StreamSource>> MakeFileStreamSource(
    const std::string& format_name, const io::StreamArguments& arguments) {
  if (arguments.paths.empty()) return MakeError("_LEGACY_ERROR_TEMP_2047");
  if (arguments.paths.size() > 1) {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "a stream of files that reads more than one path"}});
  }
  const std::string path = AbsolutePath(arguments.paths[0]);
  ARROW_ASSIGN_OR_RAISE(auto options, ParseFileSourceOptions(arguments, path));
  ARROW_ASSIGN_OR_RAISE(auto listing_options, ParseListingOptions(arguments));
  ARROW_ASSIGN_OR_RAISE(const auto listing,
                        ListFiles(arguments.file_system, arguments.clock, {path}, listing_options,
                                  /*may_be_missing=*/IsGlob(path)));
  ARROW_ASSIGN_OR_RAISE(auto relation,
                        FileRelation::Make(format_name, arguments, listing_options, listing));
  ARROW_ASSIGN_OR_RAISE(auto log_settings, io::LogSettingsFrom(arguments.settings, "fileSource"));
  ARROW_ASSIGN_OR_RAISE(auto log,
                        io::CompactibleLog::Make(arguments.file_system, arguments.clock,
                                                 arguments.metadata_path, std::move(log_settings)));
  auto source =
      std::make_unique<FileStreamSource>(arguments, path, std::move(listing_options),
                                         std::move(options), std::move(relation), std::move(log));
  ARROW_RETURN_NOT_OK(source->Restore());
  return source;
}

}  // namespace thalweg::connectors

#pragma once

// A provider is what a format name ("csv", "rate", "console") stands for: it makes scans, streams
// and sinks. Providers are registered in a registry that the session owns.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/base/clock.h"
#include "thalweg/base/file_system.h"
#include "thalweg/io/sink.h"
#include "thalweg/io/source.h"

namespace thalweg::io {

/// Everything a reader needs besides its format name.
struct ReadArguments {
  /// Schema the user gave; null when none.
  SchemaPtr schema;
  Options options;
  /// Paths of load(...) and of the `path` option.
  std::vector<std::string> paths;
  std::string session_time_zone = "UTC";
  FileSystem* file_system = nullptr;
  Clock* clock = nullptr;
  /// Session settings a provider may read, by full key, as set or defaulted.
  std::map<std::string, std::string> settings;
};

/// What a stream source needs besides: its private directory in the checkpoint.
struct StreamArguments : ReadArguments {
  std::string metadata_path;  // <checkpoint>/sources/<k>; created when first needed
};

struct WriteArguments {
  SchemaPtr schema;  // of the rows that will come
  Options options;
  std::string path;  // `path` option or save(...); empty when none
  std::vector<std::string> partition_by;
  std::string query_name;
  SaveMode save_mode = SaveMode::kErrorIfExists;
  /// Overwriting replaces only what lies in these values of the first partition columns, in their
  /// order, as text (none: NULL); empty: everything.
  std::vector<std::pair<std::string, std::optional<std::string>>> static_partition;
  std::string session_time_zone = "UTC";
  FileSystem* file_system = nullptr;
  Clock* clock = nullptr;
  std::map<std::string, std::string> settings;
  /// Casts a column to string as CAST does (partition directories, show). Thread-safe. Unset: sinks
  /// that need text refuse columns that are not strings.
  std::function<Result<ArrayPtr>(const ArrayPtr&)> to_text;
};

/// Every method has a default that refuses with the condition Spark reports.
class Provider {
 public:
  virtual ~Provider() = default;
  virtual std::string name() const = 0;
  /// Schema of the rows a read will give (inferred when the user gave none).
  virtual Result<SchemaPtr> InferSchema(const ReadArguments& arguments, bool streaming);
  /// Hidden columns of a read, found by name only; null when there are none. Their ordinals follow
  /// those of the schema.
  virtual SchemaPtr MetadataSchema() const { return nullptr; }
  virtual Result<std::shared_ptr<Scan>> MakeScan(const ReadArguments& arguments);
  virtual Result<std::unique_ptr<StreamSource>> MakeStreamSource(const StreamArguments& arguments);
  virtual Result<std::unique_ptr<StreamSink>> MakeStreamSink(const WriteArguments& arguments);
  /// A sink for a batch write: used with epoch 0, committed once, no manifest.
  virtual Result<std::unique_ptr<StreamSink>> MakeBatchSink(const WriteArguments& arguments);
};

/// Thread-safe. Providers live as long as the registry, also those that were replaced.
class ProviderRegistry {
 public:
  /// Replaces a provider of the same name for those who look for it from now on.
  void Add(std::unique_ptr<Provider> provider);
  void AddAlias(std::string alias, std::string name);
  /// Case-insensitive. Errors: DATA_SOURCE_NOT_FOUND.
  Result<Provider*> Find(const std::string& name) const;
  std::vector<std::string> Names() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Provider>> providers_;
  std::vector<std::unique_ptr<Provider>> replaced_;
  std::map<std::string, std::string> aliases_;
};

}  // namespace thalweg::io

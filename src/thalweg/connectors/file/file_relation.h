#pragma once

// Files read as rows: format, schema, partition columns, and how files are cut into splits. Shared
// by the batch scan and the stream source.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/connectors/file/file_listing.h"
#include "thalweg/connectors/file/partition_discovery.h"
#include "thalweg/formats/format.h"
#include "thalweg/io/provider.h"

namespace thalweg::connectors {

/// Immutable, thread-safe. The file system of the arguments must outlive it.
class FileRelation {
 public:
  /// `listing` serves to find partition columns and, without a user schema, to infer the columns.
  /// Errors: UNABLE_TO_INFER_SCHEMA, those of partition discovery and of the format.
  static Result<std::shared_ptr<const FileRelation>> Make(const std::string& format_name,
                                                          const io::ReadArguments& arguments,
                                                          const ListingOptions& options,
                                                          const FileListing& listing);

  /// Data columns, then partition columns that the data does not have. All nullable.
  const SchemaPtr& schema() const { return schema_; }

  /// Cuts `files` into pieces of like size, the largest file first; small neighbours share a split.
  Result<std::vector<io::SplitPtr>> PlanSplits(const std::vector<ListedFile>& files,
                                               const std::vector<std::string>& base_paths) const;
  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const;

 private:
  FileRelation() = default;
  Status SetSchema(const std::string& format_name, const io::ReadArguments& arguments,
                   const FileListing& listing, const SchemaPtr& partition_schema);

  FileSystem* file_system_ = nullptr;
  bool ignore_missing_ = false;
  bool ignore_corrupt_ = false;
  std::string time_zone_;
  std::shared_ptr<const formats::Format> format_;
  SchemaPtr schema_;
  SchemaPtr partition_schema_;
  /// For each column of schema_: its ordinal in partition_schema_, -1 for a data column.
  std::vector<int> partition_ordinals_;
};

/// The format of that name with the options of a reader or writer bound to it.
Result<std::shared_ptr<const formats::Format>> BindFormat(
    const std::string& format_name, const io::Options& options,
    const std::map<std::string, std::string>& settings, const std::string& time_zone,
    SchemaPtr schema);

}  // namespace thalweg::connectors

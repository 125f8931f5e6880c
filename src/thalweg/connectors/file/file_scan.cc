#include "thalweg/connectors/file/file_scan.h"

#include <arrow/api.h>

#include "thalweg/connectors/file/file_relation.h"
#include "thalweg/connectors/file/glob_pattern.h"
#include "thalweg/connectors/file/path_text.h"
#include "thalweg/connectors/option_values.h"

namespace thalweg::connectors {
namespace {

class FileScan : public io::Scan {
 public:
  FileScan(std::shared_ptr<const FileRelation> relation, FileListing listing,
           std::string description)
      : relation_(std::move(relation)),
        listing_(std::move(listing)),
        description_(std::move(description)) {}

  const SchemaPtr& schema() const override { return relation_->schema(); }
  std::string Description() const override { return description_; }
  Result<std::vector<io::SplitPtr>> PlanSplits() override {
    return relation_->PlanSplits(listing_.files, listing_.base_paths);
  }
  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    return relation_->Open(split, request);
  }
  std::vector<std::string> Paths() const {
    std::vector<std::string> paths;
    for (const ListedFile& file : listing_.files) paths.push_back(file.path);
    return paths;
  }

 private:
  const std::shared_ptr<const FileRelation> relation_;
  const FileListing listing_;
  const std::string description_;
};

// A stream without a schema of the user needs leave to infer one.
Status CheckStreamSchema(const std::string& format_name, const io::ReadArguments& arguments) {
  if (arguments.paths.empty()) return MakeError("_LEGACY_ERROR_TEMP_2047");
  if (arguments.schema || LowerCase(format_name) == "text") return Status::OK();
  if (SettingText(arguments.settings, "spark.sql.streaming.schemaInference") == "true") {
    return Status::OK();
  }
  return MakeError("_LEGACY_ERROR_TEMP_2048");
}

}  // namespace

std::vector<std::string> FilesOfScan(const io::Scan& scan) {
  const auto* files = dynamic_cast<const FileScan*>(&scan);
  return files == nullptr ? std::vector<std::string>() : files->Paths();
}

std::vector<std::string> AbsolutePaths(const io::ReadArguments& arguments) {
  std::vector<std::string> paths;
  for (const auto& path : arguments.paths) paths.push_back(AbsolutePath(path));
  return paths;
}

Result<SchemaPtr> InferFileSchema(const std::string& format_name,
                                  const io::ReadArguments& arguments, bool streaming) {
  ARROW_ASSIGN_OR_RAISE(const auto options, ParseListingOptions(arguments));
  if (streaming) ARROW_RETURN_NOT_OK(CheckStreamSchema(format_name, arguments));
  const auto paths = AbsolutePaths(arguments);
  ARROW_ASSIGN_OR_RAISE(
      const auto listing,
      ListFiles(arguments.file_system, arguments.clock, paths, options,
                /*may_be_missing=*/streaming && paths.size() == 1 && IsGlob(paths[0])));
  ARROW_ASSIGN_OR_RAISE(const auto relation,
                        FileRelation::Make(format_name, arguments, options, listing));
  return relation->schema();
}

Result<std::shared_ptr<io::Scan>> MakeFileScan(const std::string& format_name,
                                               const io::ReadArguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(const auto options, ParseListingOptions(arguments));
  const auto paths = AbsolutePaths(arguments);
  ARROW_ASSIGN_OR_RAISE(auto listing, ListFiles(arguments.file_system, arguments.clock, paths,
                                                options, /*may_be_missing=*/false));
  ARROW_ASSIGN_OR_RAISE(auto relation,
                        FileRelation::Make(format_name, arguments, options, listing));
  std::string description = "FileScan " + LowerCase(format_name) + " [";
  for (size_t i = 0; i < paths.size(); ++i) {
    description += (i > 0 ? ", " : "") + QualifiedPath(paths[i]);
  }
  return std::make_shared<FileScan>(std::move(relation), std::move(listing), description + "]");
}

}  // namespace thalweg::connectors

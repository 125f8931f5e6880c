#include "thalweg/connectors/file/file_relation.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include <arrow/api.h>

#include "thalweg/base/settings.h"
#include "thalweg/connectors/file/file_split_reader.h"
#include "thalweg/connectors/file/path_text.h"
#include "thalweg/connectors/generated_rows.h"
#include "thalweg/connectors/option_values.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connectors {
namespace {

constexpr int64_t kSmallestTarget = 4 << 20;
constexpr int64_t kLargestTarget = 32 << 20;
// What opening a file costs, as bytes that could be read in the time.
constexpr int64_t kOpenCost = 64 << 10;

int FindField(const arrow::Schema& schema, const std::string& name) {
  for (int i = 0; i < schema.num_fields(); ++i) {
    if (LowerCase(schema.field(i)->name()) == LowerCase(name)) return i;
  }
  return -1;
}

// Whether all names of the fields, and of those inside them, are different. Errors:
// COLUMN_ALREADY_EXISTS.
Status CheckNamesDiffer(const arrow::FieldVector& fields) {
  std::unordered_set<std::string> names;
  for (const auto& field : fields) {
    const std::string name = LowerCase(field->name());
    if (!names.insert(name).second) {
      return MakeError("COLUMN_ALREADY_EXISTS", {{"columnName", QuoteIdentifier(name)}});
    }
    const bool nested = field->type()->id() == arrow::Type::STRUCT;
    // Lists and maps have fixed names of their own at the first level.
    const auto& children = field->type()->fields();
    if (nested) {
      ARROW_RETURN_NOT_OK(CheckNamesDiffer(children));
    } else {
      for (const auto& child : children) ARROW_RETURN_NOT_OK(CheckNamesDiffer({child}));
    }
  }
  return Status::OK();
}

std::string FormatTitle(const std::string& name) {
  const std::string lower = LowerCase(name);
  if (lower == "csv") return "CSV";
  if (lower == "json") return "JSON";
  if (lower == "parquet") return "Parquet";
  if (lower == "orc") return "ORC";
  if (lower == "xml") return "XML";
  return lower == "text" ? "Text" : name;
}

std::optional<formats::ColumnFilter> ToColumnFilter(const io::PushedFilter& filter,
                                                    const std::string& column) {
  using Comparison = formats::ColumnFilter::Comparison;
  static constexpr std::pair<std::string_view, Comparison> kComparisons[] = {
      {"=", Comparison::kEqual},         {"<", Comparison::kLess},
      {"<=", Comparison::kLessEqual},    {">", Comparison::kGreater},
      {">=", Comparison::kGreaterEqual}, {"isnotnull", Comparison::kNotNull}};
  for (const auto& [op, comparison] : kComparisons) {
    if (op == filter.op) return formats::ColumnFilter{column, comparison, filter.value};
  }
  return std::nullopt;
}

// Fills one split after the other up to about `target` bytes.
class SplitPacker {
 public:
  explicit SplitPacker(int64_t target) : target_(target) {}

  void Add(FileRange range, int64_t bytes) {
    const int64_t cost = bytes + kOpenCost;
    if (open_ && cost_ + cost > target_) open_.reset();
    if (!open_) {
      open_ = std::make_shared<FileSplit>();
      splits_.push_back(open_);
      cost_ = 0;
    }
    cost_ += cost;
    open_->ranges.push_back(std::move(range));
  }
  std::vector<io::SplitPtr> Take() { return std::move(splits_); }

 private:
  const int64_t target_;
  int64_t cost_ = 0;
  std::shared_ptr<FileSplit> open_;
  std::vector<io::SplitPtr> splits_;
};

/// Spark reads files by size, so that rows come in the order in which its users know them. Equal
/// ones stay as they are listed.
std::vector<const ListedFile*> LargestFirst(const std::vector<ListedFile>& files) {
  std::vector<const ListedFile*> ordered;
  ordered.reserve(files.size());
  for (const ListedFile& file : files) ordered.push_back(&file);
  std::stable_sort(
      ordered.begin(), ordered.end(),
      [](const ListedFile* left, const ListedFile* right) { return left->size > right->size; });
  return ordered;
}

}  // namespace

Result<std::shared_ptr<const formats::Format>> BindFormat(
    const std::string& format_name, const io::Options& options,
    const std::map<std::string, std::string>& setting_texts, const std::string& time_zone,
    SchemaPtr schema) {
  Settings settings;
  for (const auto& [key, value] : setting_texts) {
    // A value that does not fit its key leaves the default, which is what the session has then.
    if (!value.empty()) (void)settings.Set(key, value);
  }
  formats::FormatDefaults defaults = formats::FormatDefaults::FromSettings(settings);
  defaults.time_zone = time_zone;
  return formats::MakeFormat(format_name, formats::FormatOptions(options), std::move(schema),
                             defaults);
}

Result<std::shared_ptr<const FileRelation>> FileRelation::Make(const std::string& format_name,
                                                               const io::ReadArguments& arguments,
                                                               const ListingOptions& options,
                                                               const FileListing& listing) {
  std::shared_ptr<FileRelation> relation(new FileRelation());
  relation->file_system_ = arguments.file_system;
  relation->ignore_missing_ = options.ignore_missing;
  relation->ignore_corrupt_ = options.ignore_corrupt;
  relation->time_zone_ = arguments.session_time_zone;
  SchemaPtr partition_schema = arrow::schema({});
  if (!options.recursive) {
    PartitionOptions partition_options;
    partition_options.user_schema = arguments.schema;
    partition_options.time_zone = arguments.session_time_zone;
    partition_options.infer_types =
        SettingText(arguments.settings, "spark.sql.sources.partitionColumnTypeInference.enabled") !=
        "false";
    ARROW_ASSIGN_OR_RAISE(partition_schema, DiscoverPartitionSchema(listing, partition_options));
  }
  ARROW_RETURN_NOT_OK(relation->SetSchema(format_name, arguments, listing, partition_schema));
  return relation;
}

Status FileRelation::SetSchema(const std::string& format_name, const io::ReadArguments& arguments,
                               const FileListing& listing, const SchemaPtr& partition_schema) {
  partition_schema_ = partition_schema;
  arrow::FieldVector data_fields;
  auto bind = [&](SchemaPtr schema) {
    return BindFormat(format_name, arguments.options, arguments.settings,
                      arguments.session_time_zone, std::move(schema));
  };
  if (arguments.schema) {
    for (const auto& field : arguments.schema->fields()) {
      if (FindField(*partition_schema, field->name()) < 0) {
        data_fields.push_back(field->WithNullable(true));
      }
    }
  } else {
    ARROW_ASSIGN_OR_RAISE(const auto unbound, bind(nullptr));
    std::vector<std::string> paths;
    for (const auto& file : listing.files) paths.push_back(file.path);
    ARROW_ASSIGN_OR_RAISE(const SchemaPtr inferred, unbound->InferSchema(file_system_, paths));
    if (!inferred)
      return MakeError("UNABLE_TO_INFER_SCHEMA", {{"format", FormatTitle(format_name)}});
    for (const auto& field : inferred->fields()) data_fields.push_back(field->WithNullable(true));
  }
  ARROW_RETURN_NOT_OK(CheckNamesDiffer(data_fields));
  ARROW_ASSIGN_OR_RAISE(format_, bind(arrow::schema(data_fields)));
  ARROW_RETURN_NOT_OK(format_->CheckSchema(*arrow::schema(data_fields)));
  arrow::FieldVector fields;
  for (const auto& field : data_fields) {
    const int partition = FindField(*partition_schema, field->name());
    partition_ordinals_.push_back(partition);
    fields.push_back(partition < 0 ? field : partition_schema->field(partition));
  }
  for (int i = 0; i < partition_schema->num_fields(); ++i) {
    if (std::count(partition_ordinals_.begin(), partition_ordinals_.end(), i) > 0) continue;
    partition_ordinals_.push_back(i);
    fields.push_back(partition_schema->field(i));
  }
  schema_ = arrow::schema(std::move(fields));
  return Status::OK();
}

Result<std::vector<io::SplitPtr>> FileRelation::PlanSplits(
    const std::vector<ListedFile>& files, const std::vector<std::string>& base_paths) const {
  int64_t total = 0;
  for (const auto& file : files) total += file.size + kOpenCost;
  const int64_t target =
      std::clamp(total / (2 * DefaultParallelism()), kSmallestTarget, kLargestTarget);
  SplitPacker packer(target);
  const std::vector<const ListedFile*> ordered = LargestFirst(files);
  std::unordered_map<std::string, std::shared_ptr<const PartitionValues>> values_by_directory;
  const auto no_values = std::make_shared<const PartitionValues>();
  for (const ListedFile* listed : ordered) {
    const ListedFile& file = *listed;
    if (file.size == 0) continue;
    FileRange range{file.path, 0, file.size, no_values, file.size, file.modification_millis};
    if (partition_schema_->num_fields() > 0) {
      auto& values = values_by_directory[ParentPath(file.path)];
      if (!values) {
        ARROW_ASSIGN_OR_RAISE(const auto parts, ParsePartitionPath(file.path, base_paths));
        // Once there are partitions, a file outside of them is none of the table's.
        if (parts.empty()) continue;
        ARROW_ASSIGN_OR_RAISE(auto cast,
                              CastPartitionValues(parts, *partition_schema_, time_zone_));
        values = std::make_shared<const PartitionValues>(std::move(cast));
      }
      range.partition_values = values;
    }
    const int64_t pieces =
        format_->IsSplittable(file.path) ? std::max<int64_t>(1, file.size / target) : 1;
    for (int64_t piece = 0; piece < pieces; ++piece) {
      range.begin = file.size * piece / pieces;
      range.end = file.size * (piece + 1) / pieces;
      const int64_t bytes = range.end - range.begin;
      if (piece + 1 == pieces) range.end = std::numeric_limits<int64_t>::max();
      packer.Add(range, bytes);
    }
  }
  return packer.Take();
}

Result<std::unique_ptr<io::BatchReader>> FileRelation::Open(const io::SplitPtr& split,
                                                            const io::ReadRequest& request) const {
  FileReadPlan plan;
  plan.file_system = file_system_;
  plan.format = format_;
  plan.ignore_missing = ignore_missing_;
  plan.ignore_corrupt = ignore_corrupt_;
  plan.request.batch_rows = request.batch_rows;
  arrow::FieldVector data_fields;
  for (const int column : request.columns) {
    if (column >= schema_->num_fields()) {
      plan.partition_ordinals.push_back(kMetadataColumn);
      continue;
    }
    plan.partition_ordinals.push_back(partition_ordinals_[column]);
    if (partition_ordinals_[column] < 0) data_fields.push_back(schema_->field(column));
  }
  plan.request.columns = arrow::schema(std::move(data_fields));
  for (const auto& filter : request.filters) {
    if (filter.column >= schema_->num_fields()) continue;
    if (partition_ordinals_[filter.column] >= 0) continue;
    auto converted = ToColumnFilter(filter, schema_->field(filter.column)->name());
    if (converted) plan.request.filters.push_back(std::move(*converted));
  }
  return MakeFileSplitReader(std::static_pointer_cast<const FileSplit>(split), std::move(plan));
}

}  // namespace thalweg::connectors

// df.transpose(): the rows are fetched while the plan is translated, since they become columns.

#include <algorithm>
#include <cctype>

#include <arrow/api.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/connect/plan/rare_relations.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/coercion.h"

namespace thalweg::connect {
namespace {

using plan::spec::MakeAlias;
using plan::spec::MakeAttribute;
using plan::spec::MakeCast;
using plan::spec::MakeFunction;

constexpr char kLimitSetting[] = "spark.sql.transposeMaxValues";
constexpr char kKeyColumn[] = "key";

/// The type that the values of all columns take. Texts meet only texts.
Result<TypePtr> CommonTypeOf(const std::vector<TypePtr>& types, EvalMode mode) {
  TypePtr common = types.empty() ? arrow::utf8() : types[0];
  for (const TypePtr& type : types) {
    const bool texts = IsString(*common) || IsString(*type);
    TypePtr wider = common->Equals(*type) ? common
                    : texts               ? nullptr
                                          : WiderType({common, type}, mode);
    if (wider == nullptr) {
      return MakeError("TRANSPOSE_NO_LEAST_COMMON_TYPE",
                       {{"dt1", plan::QuoteType(*common)}, {"dt2", plan::QuoteType(*type)}});
    }
    common = std::move(wider);
  }
  return common;
}

int64_t RowLimit(Translator* translator) {
  const std::string text = translator->session()->engine().SettingsSnapshot().Get(kLimitSetting);
  return std::strtoll(text.c_str(), nullptr, 10);
}

/// What is read: the index as text, then the other columns as `type`, in the order of the index.
RelationPtr Rows(RelationPtr input, const ExpressionPtr& index,
                 const std::vector<ExpressionPtr>& others, const TypePtr& type, int64_t limit) {
  RelationDraft present = Derive(RelationKind::kFilter, PassThrough(std::move(input)));
  present->condition = MakeFunction("isnotnull", {index});
  RelationDraft sorted = Derive(RelationKind::kSort, std::move(present));
  SortOrder order;
  order.expression = index;
  sorted->order = {std::move(order)};
  RelationDraft limited = Derive(RelationKind::kLimit, std::move(sorted));
  limited->condition =
      plan::spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(static_cast<int32_t>(limit)));
  std::vector<ExpressionPtr> items = {MakeAlias(MakeCast(index, arrow::utf8()), kKeyColumn)};
  for (size_t i = 0; i < others.size(); ++i) {
    items.push_back(MakeAlias(MakeCast(others[i], type), "value_" + std::to_string(i)));
  }
  return Select(std::move(limited), std::move(items));
}

/// One column for each row of `rows`, one row for each name.
// A type as Spark's classes print it.
std::string ClassText(const arrow::DataType& type) {
  const auto flag = [](bool nullable) { return nullable ? "true" : "false"; };
  switch (type.id()) {
    case arrow::Type::STRUCT: {
      std::vector<std::string> fields;
      for (const FieldPtr& field : type.fields()) {
        fields.push_back(fmt::format("StructField({},{},{})", field->name(),
                                     ClassText(*field->type()), flag(field->nullable())));
      }
      return fmt::format("StructType({})", fmt::join(fields, ","));
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      return fmt::format("MapType({},{},{})", ClassText(*map.key_type()),
                         ClassText(*map.item_type()), flag(map.item_field()->nullable()));
    }
    case arrow::Type::LIST: {
      const FieldPtr& element = type.field(0);
      return fmt::format("ArrayType({},{})", ClassText(*element->type()),
                         flag(element->nullable()));
    }
    case arrow::Type::INT8:
      return "ByteType";
    case arrow::Type::INT16:
      return "ShortType";
    case arrow::Type::INT32:
      return "IntegerType";
    case arrow::Type::INT64:
      return "LongType";
    case arrow::Type::NA:
      return "NullType";
    default:
      break;
  }
  std::string name = SimpleTypeName(type);
  const size_t word = std::min(name.find_first_of("( "), name.size());
  const std::string arguments = name.substr(word);
  name = name.substr(0, word);
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name + "Type" + (arguments.starts_with("(") ? arguments : "");
}

Result<RelationDraft> Turned(const session::RowSet& rows, const std::vector<std::string>& names,
                             const TypePtr& type) {
  arrow::StringBuilder keys;
  for (const std::string& name : names) ARROW_RETURN_NOT_OK(keys.Append(name));
  Batch turned;
  turned.num_rows = static_cast<int64_t>(names.size());
  ARROW_ASSIGN_OR_RAISE(turned.columns.emplace_back(), keys.Finish());
  arrow::FieldVector fields = {arrow::field(kKeyColumn, arrow::utf8(), /*nullable=*/false)};
  for (const Batch& batch : rows.batches) {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      std::unique_ptr<arrow::ArrayBuilder> values;
      ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), type, &values));
      for (size_t i = 0; i < names.size(); ++i) {
        ARROW_RETURN_NOT_OK(
            values->AppendArraySlice(arrow::ArraySpan(*batch.columns[i + 1]->data()), row, 1));
      }
      ARROW_ASSIGN_OR_RAISE(turned.columns.emplace_back(), values->Finish());
      const auto& header = static_cast<const arrow::StringArray&>(*batch.columns[0]);
      fields.push_back(arrow::field(header.GetString(row), type));
    }
  }
  RelationDraft relation = Derive(RelationKind::kLocal, nullptr);
  relation->schema = arrow::schema(std::move(fields));
  relation->batches = {std::move(turned)};
  return relation;
}

}  // namespace

Result<RelationDraft> TranslateTranspose(Translator* translator,
                                         const proto::Transpose& transpose) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(transpose.input()));
  ARROW_ASSIGN_OR_RAISE(const auto schema, translator->SchemaOf(input));
  if (schema->num_fields() == 0) return PassThrough(std::move(input));
  ExpressionPtr index = MakeAttribute({schema->field(0)->name()});
  if (transpose.index_columns_size() > 0) {
    ARROW_ASSIGN_OR_RAISE(index, translator->Translate(transpose.index_columns(0)));
  }
  if (index->kind != ExpressionKind::kAttribute) {
    return MakeError("TRANSPOSE_INVALID_INDEX_COLUMN",
                     {{"reason", "Index column must be an atomic attribute"}});
  }
  ARROW_ASSIGN_OR_RAISE(const auto index_schema,
                        translator->SchemaOf(Select(input, {MakeAlias(index, kKeyColumn)})));
  const TypePtr& index_type = index_schema->field(0)->type();
  if (IsNested(*index_type)) {
    return MakeError(
        "TRANSPOSE_INVALID_INDEX_COLUMN",
        {{"reason", "Index column must be of atomic type, but found: " + ClassText(*index_type)}});
  }
  std::vector<std::string> names;
  std::vector<ExpressionPtr> others;
  std::vector<TypePtr> types;
  for (const FieldPtr& field : schema->fields()) {
    if (ToLowerAscii(field->name()) == ToLowerAscii(index->name.back())) continue;
    names.push_back(field->name());
    others.push_back(MakeAttribute({field->name()}));
    types.push_back(field->type());
  }
  ARROW_ASSIGN_OR_RAISE(
      const TypePtr type,
      CommonTypeOf(types, EvalModeOf(translator->session()->engine().SettingsSnapshot())));
  const int64_t limit = RowLimit(translator);
  ARROW_ASSIGN_OR_RAISE(const session::RowSet rows,
                        translator->session()->engine().Collect(
                            Rows(std::move(input), index, others, type, limit + 1)));
  int64_t num_rows = 0;
  for (const Batch& batch : rows.batches) num_rows += batch.num_rows;
  if (num_rows > limit) {
    return MakeError("TRANSPOSE_EXCEED_ROW_LIMIT",
                     {{"maxValues", std::to_string(limit)}, {"config", kLimitSetting}});
  }
  return Turned(rows, names, type);
}

}  // namespace thalweg::connect

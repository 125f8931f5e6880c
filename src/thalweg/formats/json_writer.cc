#include "thalweg/formats/json_writer.h"

#include <cmath>

#include <arrow/api.h>

#include "thalweg/formats/json_normalizer.h"
#include "thalweg/formats/time_output.h"
#include "thalweg/formats/value_text.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/decimal_math.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/number_text.h"
#include "thalweg/types/time_text.h"
#include "thalweg/types/variant_value.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::formats {
namespace {

/// How to write one column; a tree that mirrors the type.
struct WriteNode {
  TypePtr type;
  std::string name;  // struct fields: the quoted name and colon
  const arrow::Array* array = nullptr;
  std::vector<WriteNode> children;  // list: element; map: key, value; struct: fields
};

/// Whether text can be made of all variants in a column: rows are written without errors.
Status CheckVariants(const arrow::Array& array) {
  if (IsVariant(*array.type())) {
    const auto& variants = static_cast<const arrow::LargeBinaryArray&>(array);
    TimeZone utc = TimeZone::Utc();
    std::string text;
    for (int64_t row = 0; row < array.length(); ++row) {
      if (array.IsNull(row)) continue;
      text.clear();
      ARROW_ASSIGN_OR_RAISE(const auto value,
                            VariantValue::Make(UnpackVariant(variants.GetView(row))));
      ARROW_RETURN_NOT_OK(AppendVariantJson(value, &utc, &text));
    }
    return Status::OK();
  }
  // What lies under NULL is no value.
  std::vector<ArrayPtr> parts;
  if (array.type_id() == arrow::Type::STRUCT) {
    ARROW_ASSIGN_OR_RAISE(parts, static_cast<const arrow::StructArray&>(array).Flatten());
  } else {
    ARROW_ASSIGN_OR_RAISE(parts.emplace_back(),
                          static_cast<const arrow::ListArray&>(array).Flatten());
  }
  for (const ArrayPtr& part : parts) {
    if (HasVariant(*part->type())) ARROW_RETURN_NOT_OK(CheckVariants(*part));
  }
  return Status::OK();
}

WriteNode MakeWriteNode(const TypePtr& type, const JsonOptions& options) {
  WriteNode node;
  node.type = type;
  const auto add = [&](const TypePtr& child, const std::string* name) {
    node.children.push_back(MakeWriteNode(child, options));
    if (name == nullptr) return;
    AppendJsonString(*name, options.write_non_ascii_as_code_points, &node.children.back().name);
    node.children.back().name += options.pretty ? " : " : ":";
  };
  if (type->id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(*type);
    add(map.key_type(), nullptr);
    add(map.item_type(), nullptr);
  } else if (type->id() == arrow::Type::LIST) {
    add(type->field(0)->type(), nullptr);
  } else if (type->id() == arrow::Type::STRUCT) {
    for (const auto& field : type->fields()) add(field->type(), &field->name());
  }
  return node;
}

template <typename ArrayType>
auto ValueAt(const WriteNode& node, int64_t row) {
  return static_cast<const ArrayType*>(node.array)->GetView(row);
}

Int128 DecimalAt(const WriteNode& node, int64_t row) {
  const arrow::Decimal128 value(
      static_cast<const arrow::Decimal128Array*>(node.array)->GetValue(row));
  return static_cast<Int128>(value.high_bits()) << 64 | static_cast<UInt128>(value.low_bits());
}

int ScaleOf(const WriteNode& node) {
  return static_cast<const arrow::DecimalType&>(*node.type).scale();
}

class RowWriter final : public JsonRowWriter {
 public:
  RowWriter(WriteNode root, bool is_row, JsonOptions options)
      : root_(std::move(root)), is_row_(is_row), options_(std::move(options)) {}

  Status Bind(const std::vector<ArrayPtr>& columns) override {
    for (const ArrayPtr& column : columns) {
      if (HasVariant(*column->type())) ARROW_RETURN_NOT_OK(CheckVariants(*column));
    }
    if (is_row_) {
      for (size_t i = 0; i < columns.size(); ++i) BindNode(&root_.children[i], *columns[i]);
    } else {
      BindNode(&root_, *columns[0]);
    }
    return Status::OK();
  }

  void AppendRow(int64_t row, std::string* out) override {
    out_ = out;
    depth_ = 0;
    if (is_row_) {
      AppendFields(root_, row);
    } else {
      AppendValue(root_, row);
    }
  }

 private:
  static void BindNode(WriteNode* node, const arrow::Array& array) {
    node->array = &array;
    switch (array.type_id()) {
      case arrow::Type::MAP: {
        const auto& map = static_cast<const arrow::MapArray&>(array);
        BindNode(&node->children[0], *map.keys());
        BindNode(&node->children[1], *map.items());
        break;
      }
      case arrow::Type::LIST:
        BindNode(&node->children[0], *static_cast<const arrow::ListArray&>(array).values());
        break;
      case arrow::Type::STRUCT: {
        // field() keeps what it makes alive in the array.
        const auto& structs = static_cast<const arrow::StructArray&>(array);
        for (size_t i = 0; i < node->children.size(); ++i) {
          BindNode(&node->children[i], *structs.field(static_cast<int>(i)));
        }
        break;
      }
      default:
        break;
    }
  }

  void Open(char bracket) {
    out_->push_back(bracket);
    if (bracket == '{') ++depth_;
  }
  void NewLine() {
    out_->push_back('\n');
    out_->append(static_cast<size_t>(depth_) * 2, ' ');
  }
  void BeforeField(bool first) {
    if (!first) out_->push_back(',');
    if (options_.pretty) NewLine();
  }
  void BeforeElement(bool first) {
    if (!first) out_->push_back(',');
    if (options_.pretty) out_->push_back(' ');
  }
  void Close(char bracket, bool empty) {
    if (bracket == '}') --depth_;
    if (options_.pretty) {
      if (bracket == '}' && !empty) {
        NewLine();
      } else {
        out_->push_back(' ');
      }
    }
    out_->push_back(bracket);
  }

  void AppendFields(const WriteNode& node, int64_t row) {
    Open('{');
    bool first = true;
    for (const WriteNode& field : node.children) {
      if (options_.ignore_null_fields && field.array->IsNull(row)) continue;
      BeforeField(first);
      first = false;
      out_->append(field.name);
      AppendValue(field, row);
    }
    Close('}', first);
  }

  void AppendList(const WriteNode& node, int64_t row) {
    const auto& list = static_cast<const arrow::ListArray&>(*node.array);
    Open('[');
    const int64_t begin = list.value_offset(row);
    const int64_t end = list.value_offset(row + 1);
    for (int64_t i = begin; i < end; ++i) {
      BeforeElement(i == begin);
      AppendValue(node.children[0], i);
    }
    Close(']', begin == end);
  }

  void AppendMap(const WriteNode& node, int64_t row) {
    const auto& map = static_cast<const arrow::MapArray&>(*node.array);
    Open('{');
    const int64_t begin = map.value_offset(row);
    const int64_t end = map.value_offset(row + 1);
    for (int64_t i = begin; i < end; ++i) {
      BeforeField(i == begin);
      key_.clear();
      AppendKey(node.children[0], i);
      AppendText(key_);
      out_->append(options_.pretty ? " : " : ":");
      AppendValue(node.children[1], i);
    }
    Close('}', begin == end);
  }

  /// Keys as Spark prints them: times and intervals as their numbers, structs and arrays in
  /// brackets.
  void AppendKey(const WriteNode& node, int64_t row) {
    if (node.array->IsNull(row)) {
      key_ += "null";
      return;
    }
    switch (node.type->id()) {
      case arrow::Type::STRING:
        key_ += ValueAt<arrow::StringArray>(node, row);
        break;
      case arrow::Type::DATE32:
        key_ += std::to_string(ValueAt<arrow::Date32Array>(node, row));
        break;
      case arrow::Type::TIMESTAMP:
        key_ += std::to_string(ValueAt<arrow::TimestampArray>(node, row));
        break;
      case arrow::Type::DURATION:
        key_ += std::to_string(ValueAt<arrow::DurationArray>(node, row));
        break;
      case arrow::Type::INTERVAL_MONTHS:
        key_ += std::to_string(ValueAt<arrow::MonthIntervalArray>(node, row));
        break;
      case arrow::Type::LIST:
      case arrow::Type::STRUCT:
        AppendNestedKey(node, row);
        break;
      case arrow::Type::DOUBLE:
        AppendDoubleText(ValueAt<arrow::DoubleArray>(node, row), &key_);
        break;
      case arrow::Type::FLOAT:
        AppendFloatText(ValueAt<arrow::FloatArray>(node, row), &key_);
        break;
      default: {
        std::string* out = std::exchange(out_, &key_);
        AppendValue(node, row);
        out_ = out;
      }
    }
  }

  void AppendNestedKey(const WriteNode& node, int64_t row) {
    key_.push_back('[');
    if (node.type->id() == arrow::Type::STRUCT) {
      for (size_t i = 0; i < node.children.size(); ++i) {
        if (i > 0) key_.push_back(',');
        AppendKey(node.children[i], row);
      }
    } else {
      const auto& list = static_cast<const arrow::ListArray&>(*node.array);
      const int64_t begin = list.value_offset(row);
      for (int64_t i = begin; i < list.value_offset(row + 1); ++i) {
        if (i > begin) key_.push_back(',');
        AppendKey(node.children[0], i);
      }
    }
    key_.push_back(']');
  }

  void AppendText(std::string_view text) {
    AppendJsonString(text, options_.write_non_ascii_as_code_points, out_);
  }

  template <typename Value>
  void AppendFloating(Value value, void (*append)(Value, std::string*)) {
    const bool quoted = !std::isfinite(value);
    if (quoted) out_->push_back('"');
    append(value, out_);
    if (quoted) out_->push_back('"');
  }

  void AppendValue(const WriteNode& node, int64_t row) {
    if (node.array->IsNull(row)) {
      out_->append("null");
      return;
    }
    switch (node.type->id()) {
      case arrow::Type::BOOL:
        out_->append(ValueAt<arrow::BooleanArray>(node, row) ? "true" : "false");
        break;
      case arrow::Type::INT8:
        AppendInteger(ValueAt<arrow::Int8Array>(node, row), out_);
        break;
      case arrow::Type::INT16:
        AppendInteger(ValueAt<arrow::Int16Array>(node, row), out_);
        break;
      case arrow::Type::INT32:
        AppendInteger(ValueAt<arrow::Int32Array>(node, row), out_);
        break;
      case arrow::Type::INT64:
        AppendInteger(ValueAt<arrow::Int64Array>(node, row), out_);
        break;
      case arrow::Type::FLOAT:
        AppendFloating(ValueAt<arrow::FloatArray>(node, row), &AppendFloatText);
        break;
      case arrow::Type::DOUBLE:
        AppendFloating(ValueAt<arrow::DoubleArray>(node, row), &AppendDoubleText);
        break;
      case arrow::Type::DECIMAL128:
        out_->append(BigDecimalText(DecimalAt(node, row), ScaleOf(node)));
        break;
      case arrow::Type::STRING:
        AppendText(ValueAt<arrow::StringArray>(node, row));
        break;
      case arrow::Type::LARGE_BINARY:
        AppendVariant(node, row);
        break;
      case arrow::Type::LIST:
        AppendList(node, row);
        break;
      case arrow::Type::MAP:
        AppendMap(node, row);
        break;
      case arrow::Type::STRUCT:
        AppendFields(node, row);
        break;
      default:
        AppendQuotedValue(node, row);
        break;
    }
  }

  /// What is no variant becomes null: kernels check variants before they write them.
  void AppendVariant(const WriteNode& node, int64_t row) {
    const size_t start = out_->size();
    const auto value =
        VariantValue::Make(UnpackVariant(ValueAt<arrow::LargeBinaryArray>(node, row)));
    if (value.ok() && AppendVariantJson(*value, &options_.time_zone, out_).ok()) return;
    out_->resize(start);
    out_->append("null");
  }

  void AppendQuotedValue(const WriteNode& node, int64_t row) {
    out_->push_back('"');
    switch (node.type->id()) {
      case arrow::Type::BINARY:
        AppendBase64(ValueAt<arrow::BinaryArray>(node, row), out_);
        break;
      case arrow::Type::DATE32:
        AppendDate(ValueAt<arrow::Date32Array>(node, row), options_.date_pattern.get(), out_);
        break;
      case arrow::Type::TIMESTAMP: {
        const int64_t micros = ValueAt<arrow::TimestampArray>(node, row);
        if (IsTimestamp(*node.type)) {
          AppendTimestamp(micros, options_.timestamp_pattern.get(), &options_.time_zone, out_);
        } else {
          AppendTimestampNtz(micros, options_.timestamp_ntz_pattern.get(), out_);
        }
        break;
      }
      case arrow::Type::DURATION:
        out_->append(DayTimeIntervalText(ValueAt<arrow::DurationArray>(node, row),
                                         IntervalRangeOf(*node.type)));
        break;
      case arrow::Type::INTERVAL_MONTHS:
        out_->append(YearMonthIntervalText(ValueAt<arrow::MonthIntervalArray>(node, row),
                                           IntervalRangeOf(*node.type)));
        break;
      case arrow::Type::INTERVAL_MONTH_DAY_NANO: {
        const auto interval =
            static_cast<const arrow::MonthDayNanoIntervalArray*>(node.array)->GetValue(row);
        out_->append(
            CalendarIntervalText(interval.months, interval.days, interval.nanoseconds / 1000));
        break;
      }
      default:
        break;
    }
    out_->push_back('"');
  }

  WriteNode root_;
  bool is_row_;
  JsonOptions options_;
  std::string* out_ = nullptr;
  std::string key_;
  int depth_ = 0;
};

}  // namespace

Result<std::unique_ptr<JsonRowWriter>> JsonRowWriter::Make(SchemaPtr columns, JsonOptions options) {
  WriteNode root = MakeWriteNode(arrow::struct_(columns->fields()), options);
  return std::make_unique<RowWriter>(std::move(root), true, std::move(options));
}

Result<std::unique_ptr<JsonRowWriter>> JsonRowWriter::MakeForValue(TypePtr type,
                                                                   JsonOptions options) {
  WriteNode root = MakeWriteNode(type, options);
  return std::make_unique<RowWriter>(std::move(root), false, std::move(options));
}

}  // namespace thalweg::formats

#include "thalweg/formats/xml_writer.h"

#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/formats/built_formats.h"
#include "thalweg/formats/time_output.h"
#include "thalweg/formats/value_text.h"
#include "thalweg/formats/xml_escape.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/decimal_math.h"
#include "thalweg/types/number_text.h"
#include "thalweg/types/time_text.h"

namespace thalweg::formats {
namespace {

/// How to write one column; a tree that mirrors the type.
struct WriteNode {
  TypePtr type;
  std::string name;           // fields of structs
  bool is_attribute = false;  // fields of structs
  bool name_checked = false;
  const arrow::Array* array = nullptr;
  std::vector<WriteNode> children;  // list: element; map: key, value; struct: fields
};

template <typename ArrayType>
auto ValueAt(const WriteNode& node, int64_t row) {
  return static_cast<const ArrayType*>(node.array)->GetView(row);
}

std::string DecimalText(const WriteNode& node, int64_t row) {
  const arrow::Decimal128 value(
      static_cast<const arrow::Decimal128Array*>(node.array)->GetValue(row));
  const Int128 unscaled =
      static_cast<Int128>(value.high_bits()) << 64 | static_cast<UInt128>(value.low_bits());
  return BigDecimalText(unscaled, static_cast<const arrow::DecimalType&>(*node.type).scale());
}

/// "[61 62]".
void AppendHexadecimal(std::string_view bytes, std::string* out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  out->push_back('[');
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i > 0) out->push_back(' ');
    out->push_back(kDigits[byte / 16]);
    out->push_back(kDigits[byte % 16]);
  }
  out->push_back(']');
}

class RowWriter final : public XmlRowWriter {
 public:
  explicit RowWriter(XmlOptions options) : options_(std::move(options)) {}

  Status Build(const arrow::Schema& columns) {
    if (options_.attribute_prefix.empty()) {
      return MakeError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
                       {{"optionName", "attributePrefix"},
                        {"message", "it cannot be empty when XML is written"}});
    }
    root_.type = arrow::struct_(columns.fields());
    return BuildNode(&root_);
  }

  void Bind(const std::vector<ArrayPtr>& columns) override {
    for (size_t i = 0; i < columns.size(); ++i) BindNode(&root_.children[i], *columns[i]);
  }

  Status AppendHeader(std::string* out) override {
    out_ = out;
    if (!options_.declaration.empty()) {
      fmt::format_to(std::back_inserter(*out_), "<?xml {}?>\n", options_.declaration);
    }
    std::string_view rest = options_.root_tag;
    root_name_ = TakeToken(&rest);
    Start(root_name_, nullptr);
    while (!rest.empty()) {
      const std::string_view token = TakeToken(&rest);
      const size_t equals = token.find('=');
      if (equals == std::string_view::npos) {
        return MakeError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
                         {{"optionName", "rootTag"},
                          {"message", "behind the name come attributes as name=value"}});
      }
      std::string value(token.substr(equals + 1));
      std::erase(value, '"');
      std::erase(value, '\'');
      AddAttribute(token.substr(0, equals), nullptr, value);
    }
    if (options_.indent.empty()) Characters("\n");
    return TakeStatus();
  }

  void AppendFooter(std::string* out) override {
    out_ = out;
    End(root_name_);
  }

  Status AppendRow(int64_t row, std::string* out) override {
    out_ = out;
    Start(options_.row_tag, nullptr);
    WriteFields(&root_, row);
    End(options_.row_tag);
    if (options_.indent.empty()) Characters("\n");
    return TakeStatus();
  }

 private:
  Status BuildNode(WriteNode* node) {
    const auto add = [&](const TypePtr& type) {
      node->children.emplace_back();
      node->children.back().type = type;
    };
    switch (node->type->id()) {
      case arrow::Type::MAP: {
        const auto& map = static_cast<const arrow::MapType&>(*node->type);
        if (IsNested(*map.key_type()) || map.key_type()->id() == arrow::Type::BINARY) {
          return NoForm(*node->type);
        }
        add(map.key_type());
        add(map.item_type());
        break;
      }
      case arrow::Type::LIST:
        add(node->type->field(0)->type());
        break;
      case arrow::Type::STRUCT:
        for (const auto& field : node->type->fields()) {
          add(field->type());
          node->children.back().name = field->name();
          node->children.back().is_attribute = IsAttribute(field->name());
        }
        break;
      case arrow::Type::DURATION:
      case arrow::Type::INTERVAL_MONTHS:
      case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      case arrow::Type::LARGE_BINARY:
        return NoForm(*node->type);
      default:
        break;
    }
    for (WriteNode& child : node->children) {
      const bool binary = child.type->id() == arrow::Type::BINARY;
      if (child.is_attribute && (binary || IsNested(*child.type))) {
        return MakeError("UNSUPPORTED_FEATURE",
                         {{"feature", fmt::format("An XML attribute of type {} (column {})",
                                                  SqlTypeName(*child.type), child.name)}});
      }
      ARROW_RETURN_NOT_OK(BuildNode(&child));
    }
    return Status::OK();
  }

  static Status NoForm(const arrow::DataType& type) {
    return MakeError("_LEGACY_ERROR_TEMP_3238", {{"dt", SqlTypeName(type)}});
  }

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

  static std::string_view TakeToken(std::string_view* rest) {
    const size_t space = rest->find(' ');
    const std::string_view token = rest->substr(0, space);
    rest->remove_prefix(space == std::string_view::npos ? rest->size() : space + 1);
    return token;
  }

  bool IsAttribute(std::string_view name) const {
    return name.starts_with(options_.attribute_prefix) && name != options_.value_tag;
  }

  bool IsNull(const WriteNode& node, int64_t row) const {
    return node.type->id() == arrow::Type::NA || node.array->IsNull(row);
  }

  // What follows Spark's writer of indented XML: an element begins a line of its own unless it is
  // outermost, and ends on one if it had child elements.

  void Indent() {
    for (int i = 0; i < depth_; ++i) out_->append(options_.indent);
  }

  void CloseTag() {
    if (std::exchange(tag_open_, false)) out_->push_back('>');
  }

  void Start(std::string_view name, bool* checked) {
    CheckName(name, checked);
    CloseTag();
    if (!options_.indent.empty()) {
      if (depth_ > 0) out_->push_back('\n');
      Indent();
    }
    has_child_ = false;
    ++depth_;
    out_->push_back('<');
    out_->append(name);
    tag_open_ = true;
  }

  void End(std::string_view name) {
    --depth_;
    if (has_child_ && !options_.indent.empty()) {
      CloseTag();
      out_->push_back('\n');
      Indent();
    }
    has_child_ = true;
    if (std::exchange(tag_open_, false)) {
      out_->append("/>");
      return;
    }
    out_->append("</");
    out_->append(name);
    out_->push_back('>');
  }

  void Characters(std::string_view text) {
    CloseTag();
    if (!AppendXmlText(text, out_)) FailCharacter();
  }

  void AddAttribute(std::string_view name, bool* checked, std::string_view value) {
    CheckName(name, checked);
    if (!tag_open_) {
      Fail("An XML attribute behind the content of its element");
      return;
    }
    out_->push_back(' ');
    out_->append(name);
    out_->append("=\"");
    if (!AppendXmlAttribute(value, out_)) FailCharacter();
    out_->push_back('"');
  }

  void CheckName(std::string_view name, bool* checked) {
    if (!options_.validate_names || (checked != nullptr && *checked)) return;
    if (!IsXmlName(name)) Fail(fmt::format("The XML name '{}'", name));
    if (checked != nullptr) *checked = true;
  }

  void FailCharacter() { Fail("A control character in XML"); }

  void Fail(std::string feature) {
    if (status_.ok()) {
      status_ = MakeError("UNSUPPORTED_FEATURE", {{"feature", std::move(feature)}});
    }
  }

  Status TakeStatus() { return std::exchange(status_, Status::OK()); }

  void WriteChild(WriteNode* node, std::string_view name, bool is_attribute, bool* checked,
                  int64_t row) {
    if (is_attribute) {
      const std::string_view attribute = name.substr(options_.attribute_prefix.size());
      if (!IsNull(*node, row)) {
        text_.clear();
        AppendPlain(*node, row);
        AddAttribute(attribute, checked, text_);
      } else if (options_.null_value) {
        AddAttribute(attribute, checked, *options_.null_value);
      }
    } else if (node->type->id() == arrow::Type::LIST && !IsNull(*node, row)) {
      const auto& list = static_cast<const arrow::ListArray&>(*node->array);
      const int64_t end = list.value_offset(row + 1);
      for (int64_t i = list.value_offset(row); i < end; ++i) {
        WriteChildElement(&node->children[0], name, checked, i);
      }
    } else {
      WriteChildElement(node, name, checked, row);
    }
  }

  void WriteChildElement(WriteNode* node, std::string_view name, bool* checked, int64_t row) {
    if (IsNull(*node, row) && !options_.null_value) return;
    if (name == options_.value_tag) return WriteContent(node, row);
    Start(name, checked);
    WriteContent(node, row);
    End(name);
  }

  void WriteContent(WriteNode* node, int64_t row) {
    if (IsNull(*node, row)) return Characters(*options_.null_value);
    switch (node->type->id()) {
      case arrow::Type::STRUCT:
        return WriteFields(node, row);
      case arrow::Type::MAP:
        return WriteMap(node, row);
      case arrow::Type::LIST: {
        const auto& list = static_cast<const arrow::ListArray&>(*node->array);
        const int64_t end = list.value_offset(row + 1);
        for (int64_t i = list.value_offset(row); i < end; ++i) {
          WriteChild(&node->children[0], options_.array_element_name,
                     IsAttribute(options_.array_element_name), nullptr, i);
        }
        return;
      }
      case arrow::Type::STRING:
        return Characters(ValueAt<arrow::StringArray>(*node, row));
      default:
        text_.clear();
        AppendScalar(*node, row);
        return Characters(text_);
    }
  }

  /// Attributes come first, for the tag is still open.
  void WriteFields(WriteNode* node, int64_t row) {
    for (const bool attributes : {true, false}) {
      for (WriteNode& field : node->children) {
        if (field.is_attribute != attributes) continue;
        WriteChild(&field, field.name, attributes, &field.name_checked, row);
      }
    }
  }

  void WriteMap(WriteNode* node, int64_t row) {
    const auto& map = static_cast<const arrow::MapArray&>(*node->array);
    const int64_t end = map.value_offset(row + 1);
    for (const bool attributes : {true, false}) {
      for (int64_t i = map.value_offset(row); i < end; ++i) {
        text_.clear();
        AppendPlain(node->children[0], i);
        const std::string key = text_;
        if (IsAttribute(key) != attributes) continue;
        WriteChild(&node->children[1], key, attributes, nullptr, i);
      }
    }
  }

  /// As Spark prints the inner form of a value: the numbers of dates and timestamps.
  void AppendPlain(const WriteNode& node, int64_t row) {
    switch (node.type->id()) {
      case arrow::Type::DATE32:
        return AppendInteger(ValueAt<arrow::Date32Array>(node, row), &text_);
      case arrow::Type::TIMESTAMP:
        return AppendInteger(ValueAt<arrow::TimestampArray>(node, row), &text_);
      case arrow::Type::STRING:
        text_.append(ValueAt<arrow::StringArray>(node, row));
        return;
      default:
        if (IsNested(*node.type)) return Fail("An XML attribute of a nested type");
        return AppendScalar(node, row);
    }
  }

  void AppendScalar(const WriteNode& node, int64_t row) {
    switch (node.type->id()) {
      case arrow::Type::BOOL:
        text_.append(ValueAt<arrow::BooleanArray>(node, row) ? "true" : "false");
        return;
      case arrow::Type::INT8:
        return AppendInteger(ValueAt<arrow::Int8Array>(node, row), &text_);
      case arrow::Type::INT16:
        return AppendInteger(ValueAt<arrow::Int16Array>(node, row), &text_);
      case arrow::Type::INT32:
        return AppendInteger(ValueAt<arrow::Int32Array>(node, row), &text_);
      case arrow::Type::INT64:
        return AppendInteger(ValueAt<arrow::Int64Array>(node, row), &text_);
      case arrow::Type::FLOAT:
        return AppendFloatText(ValueAt<arrow::FloatArray>(node, row), &text_);
      case arrow::Type::DOUBLE:
        return AppendDoubleText(ValueAt<arrow::DoubleArray>(node, row), &text_);
      case arrow::Type::DECIMAL128:
        text_.append(DecimalText(node, row));
        return;
      case arrow::Type::BINARY:
        return AppendHexadecimal(ValueAt<arrow::BinaryArray>(node, row), &text_);
      default:
        return AppendTime(node, row);
    }
  }

  void AppendTime(const WriteNode& node, int64_t row) {
    if (node.type->id() == arrow::Type::DATE32) {
      return AppendDate(ValueAt<arrow::Date32Array>(node, row), options_.date_pattern.get(),
                        &text_);
    }
    const int64_t micros = ValueAt<arrow::TimestampArray>(node, row);
    if (IsTimestamp(*node.type)) {
      AppendTimestamp(micros, options_.timestamp_pattern.get(), &options_.time_zone, &text_);
    } else {
      AppendTimestampNtz(micros, options_.timestamp_ntz_pattern.get(), &text_);
    }
  }

  XmlOptions options_;
  WriteNode root_;
  std::string root_name_;
  std::string* out_ = nullptr;
  std::string text_;
  int depth_ = 0;
  bool tag_open_ = false;
  bool has_child_ = false;
  Status status_;
};

}  // namespace

Result<std::unique_ptr<XmlRowWriter>> XmlRowWriter::Make(SchemaPtr columns, XmlOptions options) {
  auto writer = std::make_unique<RowWriter>(std::move(options));
  ARROW_RETURN_NOT_OK(writer->Build(*columns));
  return std::unique_ptr<XmlRowWriter>(std::move(writer));
}

}  // namespace thalweg::formats

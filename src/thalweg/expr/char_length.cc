#include "thalweg/expr/char_length.h"

#include <algorithm>
#include <optional>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/expr/kernel_support.h"
#include "thalweg/types/char_type.h"

namespace thalweg::expr {
namespace {

enum class Side { kWrite, kRead };

/// Which values are in sight: those below a NULL are not. Null: all are.
using InSight = const std::vector<bool>*;

/// The texts of one column by offsets, in which a limit leaves most as they are.
class LimitedTexts {
 public:
  LimitedTexts(const arrow::StringArray& texts, CharLimit limit, Side side)
      : texts_(texts), limit_(limit), side_(side) {}

  /// Null if all texts stay.
  Result<ArrayPtr> Apply(InSight in_sight) {
    const bool too_long = side_ == Side::kWrite && LongestBytes() > limit_.length;
    if (!too_long && !limit_.is_char) return nullptr;
    is_ascii_ = IsAscii();
    if (!IsAnyOff()) return nullptr;
    arrow::StringBuilder changed;
    ARROW_RETURN_NOT_OK(changed.Reserve(texts_.length()));
    ARROW_RETURN_NOT_OK(changed.ReserveData(RoomNeeded()));
    for (int64_t row = 0; row < texts_.length(); ++row) {
      if (texts_.IsNull(row)) {
        changed.UnsafeAppendNull();
      } else {
        ARROW_RETURN_NOT_OK(
            Append(texts_.GetView(row), in_sight == nullptr || (*in_sight)[row], &changed));
      }
    }
    return changed.Finish();
  }

 private:
  bool IsAscii() const {
    const uint8_t* bytes = texts_.raw_data();
    uint8_t all = 0;
    for (int64_t i = 0; i < TotalBytes(); ++i) all |= bytes[texts_.value_offset(0) + i];
    return all < 0x80;
  }

  int64_t TotalBytes() const { return texts_.total_values_length(); }

  int64_t Characters(std::string_view text) const {
    return is_ascii_ ? static_cast<int64_t>(text.size()) : CountCharacters(text);
  }

  int32_t LongestBytes() const {
    const int32_t* offsets = texts_.raw_value_offsets();
    int32_t longest = 0;
    for (int64_t row = 0; row < texts_.length(); ++row) {
      longest = std::max(longest, offsets[row + 1] - offsets[row]);
    }
    return longest;
  }

  /// Whether there is a text that the limit makes another.
  bool IsAnyOff() const {
    for (int64_t row = 0; row < texts_.length(); ++row) {
      if (texts_.IsNull(row)) continue;
      const int64_t surplus = Characters(texts_.GetView(row)) - limit_.length;
      if ((surplus > 0 && side_ == Side::kWrite) || (surplus < 0 && limit_.is_char)) return true;
    }
    return false;
  }

  int64_t RoomNeeded() const {
    constexpr int64_t kMostAtOnce = int64_t{16} << 20;
    const int64_t blanks = limit_.is_char ? texts_.length() * limit_.length : 0;
    return TotalBytes() + std::min(blanks, kMostAtOnce);
  }

  Status Append(std::string_view text, bool in_sight, arrow::StringBuilder* out) {
    const int64_t surplus = Characters(text) - limit_.length;
    if (surplus > 0 && side_ == Side::kWrite) {
      const size_t cut = text.size() - std::min(text.size(), static_cast<size_t>(surplus));
      if (text.find_first_not_of(' ', cut) == std::string_view::npos) {
        return out->Append(text.substr(0, cut));
      }
      if (in_sight) {
        return MakeError("EXCEED_LIMIT_LENGTH", {{"limit", std::to_string(limit_.length)}});
      }
    }
    ARROW_RETURN_NOT_OK(out->Append(text));
    if (surplus >= 0 || !limit_.is_char) return Status::OK();
    if (out->value_data_length() - surplus > arrow::kBinaryMemoryLimit) {
      return MakeError("THALWEG_TEXT_TOO_LONG",
                       {{"functionName", "CHAR"},
                        {"numberOfBytes", std::to_string(out->value_data_length() - surplus)},
                        {"limit", std::to_string(arrow::kBinaryMemoryLimit)}});
    }
    blanks_.resize(static_cast<size_t>(-surplus), ' ');
    return out->ExtendCurrent(blanks_);
  }

  const arrow::StringArray& texts_;
  const CharLimit limit_;
  const Side side_;
  bool is_ascii_ = false;
  std::string blanks_;
};

bool ConcernsSide(const arrow::DataType& declared, Side side) {
  if (const CharLimit* limit = FindCharLimit(declared)) {
    return side == Side::kWrite || limit->is_char;
  }
  return std::any_of(declared.fields().begin(), declared.fields().end(),
                     [&](const FieldPtr& field) { return ConcernsSide(*field->type(), side); });
}

/// The elements of those lists, by their place in the child, that are in sight.
std::vector<bool> ElementsInSight(const arrow::ListArray& lists, InSight in_sight) {
  std::vector<bool> elements(static_cast<size_t>(lists.values()->length()), false);
  for (int64_t row = 0; row < lists.length(); ++row) {
    if (lists.IsNull(row) || (in_sight != nullptr && !(*in_sight)[row])) continue;
    std::fill(elements.begin() + lists.value_offset(row),
              elements.begin() + lists.value_offset(row + 1), true);
  }
  return elements;
}

/// The fields of those structs that are in sight; the child of a slice is not sliced.
std::vector<bool> FieldsInSight(const arrow::Array& structs, InSight in_sight) {
  std::vector<bool> fields(static_cast<size_t>(structs.offset() + structs.length()), false);
  for (int64_t row = 0; row < structs.length(); ++row) {
    fields[structs.offset() + row] =
        structs.IsValid(row) && (in_sight == nullptr || (*in_sight)[row]);
  }
  return fields;
}

Result<ArrayPtr> Apply(const ArrayPtr& values, const arrow::DataType& declared, Side side,
                       InSight in_sight) {
  if (values->null_count() == values->length()) return values;
  if (const CharLimit* limit = FindCharLimit(declared)) {
    const auto& texts = static_cast<const arrow::StringArray&>(*values);
    ARROW_ASSIGN_OR_RAISE(ArrayPtr changed, LimitedTexts(texts, *limit, side).Apply(in_sight));
    return changed == nullptr ? values : changed;
  }
  const bool is_struct = declared.id() == arrow::Type::STRUCT;
  const std::vector<bool> parts_in_sight =
      is_struct ? FieldsInSight(*values, in_sight)
                : ElementsInSight(static_cast<const arrow::ListArray&>(*values), in_sight);
  const auto data = values->data()->Copy();
  for (int i = 0; i < declared.num_fields(); ++i) {
    const arrow::DataType& part = *declared.field(i)->type();
    if (!ConcernsSide(part, side)) continue;
    auto child = arrow::MakeArray(data->child_data[i]);
    const auto length = static_cast<int64_t>(parts_in_sight.size());
    if (is_struct && child->length() > length) child = child->Slice(0, length);
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr changed, Apply(child, part, side, &parts_in_sight));
    data->child_data[i] = changed->data();
  }
  return arrow::MakeArray(data);
}

ExpressionPtr MakeCall(const std::string& name, const ExpressionPtr& value, const TypePtr& declared,
                       Side side) {
  if (!ConcernsSide(*declared, side) || !IsDeclaredFormOf(*declared, *value->type())) return value;
  auto function = std::make_shared<BoundFunction>();
  const std::string type_text = SimpleTypeName(*declared);
  // Calls of one name over one value are one and the same.
  function->name = name + " " + type_text;
  function->argument_types = {value->type()};
  function->return_type = value->type();
  function->nullable = value->nullable();
  function->can_fail = side == Side::kWrite;
  function->kernel = [declared, side](const EvalContext&,
                                      const std::vector<arrow::Datum>& arguments,
                                      int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = AllScalars(arguments);
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr values, ToArray(arguments[0], as_scalar ? 1 : num_rows));
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr applied, Apply(values, *declared, side, nullptr));
    return FinishDatum(applied, as_scalar);
  };
  function->format = [name, type_text](const std::vector<std::string>& arguments) {
    return fmt::format("{}({}, {})", name, arguments[0], type_text);
  };
  return Call::Make(std::move(function), {value});
}

}  // namespace

ExpressionPtr CheckCharLength(const ExpressionPtr& value, const TypePtr& declared) {
  return MakeCall("check_char_length", value, declared, Side::kWrite);
}

ExpressionPtr PadChars(const ExpressionPtr& value, const TypePtr& declared) {
  return MakeCall("pad_chars", value, declared, Side::kRead);
}

int64_t CountCharacters(std::string_view text) {
  int64_t characters = 0;
  for (const char byte : text) characters += (static_cast<uint8_t>(byte) & 0xC0) != 0x80;
  return characters;
}

std::string PadText(std::string_view text, int length) {
  std::string padded(text);
  const int64_t missing = length - CountCharacters(text);
  if (missing > 0) padded.append(static_cast<size_t>(missing), ' ');
  return padded;
}

}  // namespace thalweg::expr

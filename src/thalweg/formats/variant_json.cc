#include "thalweg/formats/variant_json.h"

#include <limits>
#include <optional>

#include <nlohmann/json.hpp>

namespace thalweg::formats {
namespace {

using Json = nlohmann::json;

/// Objects and arrays within each other, as Spark's reader of JSON takes them.
constexpr size_t kMaxNesting = 1000;

struct ReadDecimal {
  Int128 unscaled = 0;
  int scale = 0;
};

/// The number of a text without exponent that has at most 38 digits.
std::optional<ReadDecimal> DecimalOfText(std::string_view text) {
  ReadDecimal decimal;
  bool in_fraction = false;
  int digits = 0;
  for (const char letter : text) {
    if (letter == '-') continue;
    if (letter == '.') {
      in_fraction = true;
      continue;
    }
    if (letter < '0' || letter > '9') return std::nullopt;
    if (digits > 0 || letter != '0') ++digits;
    if (in_fraction) ++decimal.scale;
    if (digits > kMaxDecimalPrecision || decimal.scale > kMaxDecimalPrecision) return std::nullopt;
    decimal.unscaled = decimal.unscaled * 10 + (letter - '0');
  }
  if (text.starts_with('-')) decimal.unscaled = -decimal.unscaled;
  return decimal;
}

/// Takes what the parser finds, part by part.
class Receiver final : public nlohmann::json_sax<Json> {
 public:
  explicit Receiver(VariantBuilder* builder) : builder_(builder) {}

  const Status& error() const { return error_; }

  bool null() override {
    BeginValue();
    builder_->AppendNull();
    return true;
  }
  bool boolean(bool value) override {
    BeginValue();
    builder_->AppendBoolean(value);
    return true;
  }
  bool number_integer(number_integer_t value) override {
    BeginValue();
    builder_->AppendLong(value);
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    BeginValue();
    if (value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      builder_->AppendLong(static_cast<int64_t>(value));
    } else {
      builder_->AppendDecimal(static_cast<Int128>(value), 0);
    }
    return true;
  }
  bool number_float(number_float_t value, const string_t& text) override {
    BeginValue();
    if (const auto decimal = DecimalOfText(text)) {
      builder_->AppendDecimal(decimal->unscaled, decimal->scale);
    } else {
      builder_->AppendDouble(value);
    }
    return true;
  }
  bool string(string_t& value) override {
    BeginValue();
    builder_->AppendString(value);
    return true;
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return Enter(); }
  bool start_array(size_t) override { return Enter(); }
  bool key(string_t& name) override {
    Frame& frame = frames_[depth_ - 1];
    frame.fields.push_back(
        {builder_->AddName(name), static_cast<uint32_t>(builder_->position() - frame.start)});
    frame.is_object = true;
    return true;
  }
  bool end_object() override {
    Frame& frame = frames_[--depth_];
    error_ = builder_->FinishObject(frame.start, &frame.fields);
    return error_.ok();
  }
  bool end_array() override {
    const Frame& frame = frames_[--depth_];
    builder_->FinishArray(frame.start, frame.offsets);
    return true;
  }
  bool parse_error(size_t, const std::string&, const Json::exception&) override { return false; }

 private:
  /// An object or array that is not finished.
  struct Frame {
    size_t start = 0;
    bool is_object = false;
    std::vector<VariantBuilder::Field> fields;
    std::vector<uint32_t> offsets;
  };

  void BeginValue() {
    if (depth_ == 0) return;
    Frame& frame = frames_[depth_ - 1];
    if (frame.is_object) return;
    frame.offsets.push_back(static_cast<uint32_t>(builder_->position() - frame.start));
  }
  bool Enter() {
    BeginValue();
    if (depth_ >= kMaxNesting) return false;
    if (depth_ == frames_.size()) frames_.emplace_back();
    Frame& frame = frames_[depth_++];
    frame.start = builder_->position();
    frame.is_object = false;
    frame.fields.clear();
    frame.offsets.clear();
    return true;
  }

  VariantBuilder* builder_;
  std::vector<Frame> frames_;
  size_t depth_ = 0;
  Status error_;
};

/// What the parser is to read: of a number or a word alone, which must end with a blank, only that.
/// What follows any other value is left out by the parser itself.
struct ReadExtent {
  std::string_view text;
  bool is_whole;
};

ReadExtent ExtentOf(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(begin);
  if (text.empty() || std::string_view("{[\"").find(text[0]) != std::string_view::npos) {
    return {text, false};
  }
  return {text.substr(0, text.find_first_of(kBlanks)), true};
}

}  // namespace

Result<bool> VariantJsonParser::Parse(std::string_view text, std::string* packed) {
  builder_.Reset();
  Receiver receiver(&builder_);
  const ReadExtent extent = ExtentOf(text);
  const bool is_json = Json::sax_parse(extent.text.begin(), extent.text.end(), &receiver,
                                       Json::input_format_t::json, extent.is_whole);
  ARROW_RETURN_NOT_OK(receiver.error());
  if (!is_json) return false;
  ARROW_RETURN_NOT_OK(builder_.Finish(packed));
  return true;
}

}  // namespace thalweg::formats

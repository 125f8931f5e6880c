#include "thalweg/formats/orc/column_decoder.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <arrow/api.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/bitmap_ops.h>
#include <arrow/util/decimal.h>

#include "thalweg/formats/orc/column_types.h"
#include "thalweg/formats/orc/julian_calendar.h"
#include "thalweg/formats/orc/timestamp_encoding.h"
#include "thalweg/types/data_types.h"

namespace thalweg::formats::orc {
namespace {

using BufferPtr = std::shared_ptr<arrow::Buffer>;

Status Damaged(const char* what) { return Status::Invalid("damaged ORC file: ", what); }

template <typename T>
Result<BufferPtr> AllocateValues(int64_t count) {
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(count * static_cast<int64_t>(sizeof(T))));
  return BufferPtr(std::move(buffer));
}

template <typename T>
T* Values(const BufferPtr& buffer) {
  return reinterpret_cast<T*>(buffer->mutable_data());
}

/// The next values, if there can be as many: damaged lengths must not cost memory.
template <typename Decoder, typename T>
Status Fill(Decoder* decoder, int64_t count, std::vector<T>* values) {
  if (count > decoder->most_values()) return Damaged("a column ends too early");
  values->resize(static_cast<size_t>(count));
  return decoder->Next(count, values->data());
}

/// Integers of runs, as values of another width.
class IntegerColumn final : public ColumnDecoder {
 public:
  IntegerColumn(TypePtr type, std::optional<std::string> present, IntegerDecoder data,
                bool is_julian_date)
      : ColumnDecoder(std::move(type), std::move(present)),
        data_(std::move(data)),
        is_julian_date_(is_julian_date) {}

 protected:
  Result<ArrayDataPtr> Decode(int64_t count, const Validity& validity) override {
    ARROW_RETURN_NOT_OK(Fill(&data_, validity.num_values, &stored_));
    for (size_t i = 0; is_julian_date_ && i < stored_.size(); ++i) {
      stored_[i] = FromJulianDay(static_cast<int32_t>(stored_[i]));
    }
    switch (type()->id()) {
      case arrow::Type::INT16:
        return Scatter<int16_t>(count, validity);
      case arrow::Type::INT32:
      case arrow::Type::DATE32:
      case arrow::Type::INTERVAL_MONTHS:
        return Scatter<int32_t>(count, validity);
      default:
        return Scatter<int64_t>(count, validity);
    }
  }

 private:
  template <typename T>
  Result<ArrayDataPtr> Scatter(int64_t count, const Validity& validity) {
    ARROW_ASSIGN_OR_RAISE(const BufferPtr buffer, AllocateValues<T>(count));
    T* out = Values<T>(buffer);
    if (validity.bitmap == nullptr) {
      for (int64_t i = 0; i < count; ++i) out[i] = static_cast<T>(stored_[static_cast<size_t>(i)]);
    } else {
      size_t next = 0;
      for (int64_t i = 0; i < count; ++i) {
        out[i] = validity.Has(i) ? static_cast<T>(stored_[next++]) : T{};
      }
    }
    return MakeData(count, validity, {buffer});
  }

  IntegerDecoder data_;
  const bool is_julian_date_;
  std::vector<int64_t> stored_;
};

class ByteColumn final : public ColumnDecoder {
 public:
  ByteColumn(TypePtr type, std::optional<std::string> present, std::string data)
      : ColumnDecoder(std::move(type), std::move(present)), data_(std::move(data)) {}

 protected:
  Result<ArrayDataPtr> Decode(int64_t count, const Validity& validity) override {
    ARROW_RETURN_NOT_OK(Fill(&data_, validity.num_values, &stored_));
    ARROW_ASSIGN_OR_RAISE(const BufferPtr buffer, AllocateValues<uint8_t>(count));
    auto* out = Values<uint8_t>(buffer);
    size_t next = 0;
    for (int64_t i = 0; i < count; ++i) out[i] = validity.Has(i) ? stored_[next++] : 0;
    return MakeData(count, validity, {buffer});
  }

 private:
  ByteDecoder data_;
  std::vector<uint8_t> stored_;
};

class BooleanColumn final : public ColumnDecoder {
 public:
  BooleanColumn(TypePtr type, std::optional<std::string> present, std::string data)
      : ColumnDecoder(std::move(type), std::move(present)), data_(std::move(data)) {}

 protected:
  Result<ArrayDataPtr> Decode(int64_t count, const Validity& validity) override {
    ARROW_RETURN_NOT_OK(Fill(&data_, validity.num_values, &stored_));
    ARROW_ASSIGN_OR_RAISE(const BufferPtr buffer, arrow::AllocateEmptyBitmap(count));
    size_t next = 0;
    for (int64_t i = 0; i < count; ++i) {
      if (validity.Has(i) && stored_[next++] != 0) {
        arrow::bit_util::SetBit(buffer->mutable_data(), i);
      }
    }
    return MakeData(count, validity, {buffer});
  }

 private:
  BooleanDecoder data_;
  std::vector<uint8_t> stored_;
};

/// float and double: little-endian.
template <typename T>
class FloatColumn final : public ColumnDecoder {
 public:
  FloatColumn(TypePtr type, std::optional<std::string> present, std::string data)
      : ColumnDecoder(std::move(type), std::move(present)), data_(std::move(data)) {}

 protected:
  Result<ArrayDataPtr> Decode(int64_t count, const Validity& validity) override {
    ARROW_ASSIGN_OR_RAISE(const auto bytes,
                          data_.Take(static_cast<size_t>(validity.num_values) * sizeof(T)));
    ARROW_ASSIGN_OR_RAISE(const BufferPtr buffer, AllocateValues<T>(count));
    T* out = Values<T>(buffer);
    if (validity.bitmap == nullptr) {
      std::memcpy(out, bytes.data(), bytes.size());
      return MakeData(count, validity, {buffer});
    }
    const char* next = bytes.data();
    for (int64_t i = 0; i < count; ++i) {
      out[i] = T{};
      if (!validity.Has(i)) continue;
      std::memcpy(&out[i], next, sizeof(T));
      next += sizeof(T);
    }
    return MakeData(count, validity, {buffer});
  }

 private:
  ByteCursor data_;
};

class TimestampColumn final : public ColumnDecoder {
 public:
  TimestampColumn(TypePtr type, std::optional<std::string> present, IntegerDecoder seconds,
                  IntegerDecoder nanos, TimestampDecoding decoding)
      : ColumnDecoder(std::move(type), std::move(present)),
        seconds_(std::move(seconds)),
        nanos_(std::move(nanos)),
        decoding_(std::move(decoding)) {}

 protected:
  Result<ArrayDataPtr> Decode(int64_t count, const Validity& validity) override {
    ARROW_RETURN_NOT_OK(Fill(&seconds_, validity.num_values, &stored_seconds_));
    ARROW_RETURN_NOT_OK(Fill(&nanos_, validity.num_values, &stored_nanos_));
    ARROW_ASSIGN_OR_RAISE(const BufferPtr buffer, AllocateValues<int64_t>(count));
    auto* out = Values<int64_t>(buffer);
    size_t next = 0;
    for (int64_t i = 0; i < count; ++i) {
      out[i] = 0;
      if (!validity.Has(i)) continue;
      ARROW_ASSIGN_OR_RAISE(out[i], decoding_.ToMicros(stored_seconds_[next], stored_nanos_[next]));
      ++next;
    }
    return MakeData(count, validity, {buffer});
  }

 private:
  IntegerDecoder seconds_;
  IntegerDecoder nanos_;
  TimestampDecoding decoding_;
  std::vector<int64_t> stored_seconds_;
  std::vector<int64_t> stored_nanos_;
};

/// Each value has a scale of its own.
class DecimalColumn final : public ColumnDecoder {
 public:
  DecimalColumn(TypePtr type, std::optional<std::string> present, std::string data,
                IntegerDecoder scales)
      : ColumnDecoder(std::move(type), std::move(present)),
        data_(std::move(data)),
        scales_(std::move(scales)) {}

 protected:
  Result<ArrayDataPtr> Decode(int64_t count, const Validity& validity) override {
    const auto& decimal = static_cast<const arrow::DecimalType&>(*type());
    ARROW_RETURN_NOT_OK(Fill(&scales_, validity.num_values, &stored_scales_));
    ARROW_ASSIGN_OR_RAISE(const BufferPtr buffer, AllocateValues<arrow::Decimal128>(count));
    size_t next = 0;
    for (int64_t i = 0; i < count; ++i) {
      arrow::Decimal128 value;
      if (validity.Has(i)) {
        __int128 stored = 0;
        ARROW_RETURN_NOT_OK(data_.TakeVarint128(&stored));
        value =
            arrow::Decimal128(static_cast<int64_t>(stored >> 64), static_cast<uint64_t>(stored));
        const int64_t scale = stored_scales_[next++];
        if (scale < 0 || scale > kMaxDecimalPrecision) return Damaged("the scale of a decimal");
        if (scale != decimal.scale()) {
          ARROW_ASSIGN_OR_RAISE(value, value.Rescale(static_cast<int32_t>(scale), decimal.scale()));
        }
        if (!value.FitsInPrecision(decimal.precision()))
          return Damaged("a decimal that is too long");
      }
      value.ToBytes(buffer->mutable_data() + i * 16);
    }
    return MakeData(count, validity, {buffer});
  }

 private:
  ByteCursor data_;
  IntegerDecoder scales_;
  std::vector<int64_t> stored_scales_;
};

/// Offsets of values of these lengths, one for each valid row.
class Offsets {
 public:
  /// Errors: Invalid for negative lengths and more than 2 GiB.
  template <typename HasValue>
  static Result<BufferPtr> Make(int64_t count, const std::vector<int64_t>& lengths, HasValue has) {
    ARROW_ASSIGN_OR_RAISE(BufferPtr buffer, AllocateValues<int32_t>(count + 1));
    auto* out = Values<int32_t>(buffer);
    int64_t end = 0;
    size_t next = 0;
    out[0] = 0;
    for (int64_t i = 0; i < count; ++i) {
      if (has(i)) {
        const int64_t length = lengths[next++];
        if (length < 0 || length > std::numeric_limits<int32_t>::max() - end) {
          return Damaged("the lengths of texts, arrays or maps");
        }
        end += length;
      }
      out[i + 1] = static_cast<int32_t>(end);
    }
    return buffer;
  }
  static int32_t End(const BufferPtr& buffer, int64_t count) {
    return reinterpret_cast<const int32_t*>(buffer->data())[count];
  }
};

class TextColumn final : public ColumnDecoder {
 public:
  TextColumn(TypePtr type, std::optional<std::string> present, IntegerDecoder lengths,
             std::string data)
      : ColumnDecoder(std::move(type), std::move(present)),
        lengths_(std::move(lengths)),
        data_(std::move(data)) {}

 protected:
  Result<ArrayDataPtr> Decode(int64_t count, const Validity& validity) override {
    ARROW_RETURN_NOT_OK(Fill(&lengths_, validity.num_values, &stored_));
    ARROW_ASSIGN_OR_RAISE(const BufferPtr offsets, Offsets::Make(count, stored_, [&](int64_t i) {
                            return validity.Has(i);
                          }));
    ARROW_ASSIGN_OR_RAISE(const auto bytes,
                          data_.Take(static_cast<size_t>(Offsets::End(offsets, count))));
    ARROW_ASSIGN_OR_RAISE(const BufferPtr buffer,
                          AllocateValues<char>(static_cast<int64_t>(bytes.size())));
    std::memcpy(buffer->mutable_data(), bytes.data(), bytes.size());
    return MakeData(count, validity, {offsets, buffer});
  }

 private:
  IntegerDecoder lengths_;
  ByteCursor data_;
  std::vector<int64_t> stored_;
};

/// Texts by their place in a dictionary.
class DictionaryColumn final : public ColumnDecoder {
 public:
  DictionaryColumn(TypePtr type, std::optional<std::string> present, IntegerDecoder places,
                   std::string dictionary, std::vector<int64_t> begins)
      : ColumnDecoder(std::move(type), std::move(present)),
        places_(std::move(places)),
        dictionary_(std::move(dictionary)),
        begins_(std::move(begins)) {}

 protected:
  Result<ArrayDataPtr> Decode(int64_t count, const Validity& validity) override {
    ARROW_RETURN_NOT_OK(Fill(&places_, validity.num_values, &stored_));
    lengths_.clear();
    for (const int64_t place : stored_) {
      if (place < 0 || static_cast<size_t>(place) + 1 >= begins_.size()) {
        return Damaged("a text that is not in its dictionary");
      }
      const auto at = static_cast<size_t>(place);
      lengths_.push_back(begins_[at + 1] - begins_[at]);
    }
    ARROW_ASSIGN_OR_RAISE(const BufferPtr offsets, Offsets::Make(count, lengths_, [&](int64_t i) {
                            return validity.Has(i);
                          }));
    ARROW_ASSIGN_OR_RAISE(const BufferPtr buffer,
                          AllocateValues<char>(Offsets::End(offsets, count)));
    uint8_t* out = buffer->mutable_data();
    for (size_t i = 0; i < stored_.size(); ++i) {
      std::memcpy(out, dictionary_.data() + begins_[static_cast<size_t>(stored_[i])],
                  static_cast<size_t>(lengths_[i]));
      out += lengths_[i];
    }
    return MakeData(count, validity, {offsets, buffer});
  }

 private:
  IntegerDecoder places_;
  const std::string dictionary_;
  const std::vector<int64_t> begins_;  // and the end of the last
  std::vector<int64_t> stored_;
  std::vector<int64_t> lengths_;
};

using Children = std::vector<std::unique_ptr<ColumnDecoder>>;

class StructColumn final : public ColumnDecoder {
 public:
  StructColumn(TypePtr type, std::optional<std::string> present, Children fields)
      : ColumnDecoder(std::move(type), std::move(present)), fields_(std::move(fields)) {}

 protected:
  Result<ArrayDataPtr> Decode(int64_t count, const Validity& validity) override {
    const uint8_t* bitmap = validity.bitmap == nullptr ? nullptr : validity.bitmap->data();
    std::vector<ArrayDataPtr> children;
    for (const auto& field : fields_) {
      ARROW_ASSIGN_OR_RAISE(ArrayDataPtr child, field->Next({count, bitmap}));
      children.push_back(std::move(child));
    }
    return MakeData(count, validity, {}, std::move(children));
  }

 private:
  const Children fields_;
};

/// Arrays and maps: a length for each, and the elements, or keys and values, of all.
class ListColumn final : public ColumnDecoder {
 public:
  ListColumn(TypePtr type, std::optional<std::string> present, IntegerDecoder lengths,
             Children children)
      : ColumnDecoder(std::move(type), std::move(present)),
        lengths_(std::move(lengths)),
        children_(std::move(children)) {}

 protected:
  Result<ArrayDataPtr> Decode(int64_t count, const Validity& validity) override {
    ARROW_RETURN_NOT_OK(Fill(&lengths_, validity.num_values, &stored_));
    ARROW_ASSIGN_OR_RAISE(const BufferPtr offsets, Offsets::Make(count, stored_, [&](int64_t i) {
                            return validity.Has(i);
                          }));
    const int64_t total = Offsets::End(offsets, count);
    std::vector<ArrayDataPtr> children;
    for (const auto& child : children_) {
      ARROW_ASSIGN_OR_RAISE(ArrayDataPtr values, child->Next({total, nullptr}));
      children.push_back(std::move(values));
    }
    if (type()->id() == arrow::Type::MAP) {
      if (children[0]->GetNullCount() > 0) return Damaged("a map with a null key");
      const auto& map = static_cast<const arrow::MapType&>(*type());
      children = {arrow::ArrayData::Make(map.value_type(), total, {nullptr}, std::move(children),
                                         /*null_count=*/0)};
    }
    return MakeData(count, validity, {offsets}, std::move(children));
  }

 private:
  IntegerDecoder lengths_;
  const Children children_;
  std::vector<int64_t> stored_;
};

/// Makes the decoder of one column.
class DecoderMaker {
 public:
  DecoderMaker(uint64_t column, const StripeInput& input)
      : column_(column),
        input_(input),
        own_((*input.types)[column]),
        kind_(static_cast<TypeKind>(own_.kind)) {}

  Result<std::unique_ptr<ColumnDecoder>> Make() {
    if (column_ >= input_.encodings->size()) return Damaged("a column without an encoding");
    encoding_ = (*input_.encodings)[column_];
    if (encoding_.kind > static_cast<uint64_t>(EncodingKind::kDictionaryV2)) {
      return Damaged("an unknown encoding");
    }
    type_ = EngineType(*input_.types, column_);
    present_ = input_.take_stream(column_, StreamKind::kPresent);
    switch (kind_) {
      case TypeKind::kBoolean:
        return MakeOf<BooleanColumn>(Bytes(StreamKind::kData));
      case TypeKind::kByte:
        return MakeOf<ByteColumn>(Bytes(StreamKind::kData));
      case TypeKind::kFloat:
        return MakeOf<FloatColumn<float>>(Bytes(StreamKind::kData));
      case TypeKind::kDouble:
        return MakeOf<FloatColumn<double>>(Bytes(StreamKind::kData));
      case TypeKind::kDecimal:
        return MakeOf<DecimalColumn>(Bytes(StreamKind::kData),
                                     Integers(StreamKind::kSecondary, true));
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampInstant:
        return MakeTimestamp();
      case TypeKind::kString:
      case TypeKind::kVarchar:
      case TypeKind::kChar:
        return MakeText();
      case TypeKind::kBinary:
        return MakeOf<TextColumn>(Integers(StreamKind::kLength, false), Bytes(StreamKind::kData));
      case TypeKind::kList:
      case TypeKind::kMap: {
        ARROW_ASSIGN_OR_RAISE(Children children, MakeChildren());
        return MakeOf<ListColumn>(Integers(StreamKind::kLength, false), std::move(children));
      }
      case TypeKind::kStruct: {
        ARROW_ASSIGN_OR_RAISE(Children children, MakeChildren());
        return MakeOf<StructColumn>(std::move(children));
      }
      default:
        return MakeOf<IntegerColumn>(Integers(StreamKind::kData, true),
                                     kind_ == TypeKind::kDate && !input_.is_proleptic);
    }
  }

 private:
  template <typename Column, typename... Arguments>
  Result<std::unique_ptr<ColumnDecoder>> MakeOf(Arguments&&... arguments) {
    return std::unique_ptr<ColumnDecoder>(std::make_unique<Column>(
        type_, std::move(present_), std::forward<Arguments>(arguments)...));
  }

  // Writers leave out streams without bytes; a value that is missing then is found out later.
  std::string Bytes(StreamKind kind) { return input_.take_stream(column_, kind).value_or(""); }

  IntegerDecoder Integers(StreamKind kind, bool is_signed) {
    const auto encoding = static_cast<EncodingKind>(encoding_.kind);
    const bool first = encoding == EncodingKind::kDirect || encoding == EncodingKind::kDictionary;
    return IntegerDecoder(Bytes(kind), first ? 1 : 2, is_signed);
  }

  Result<Children> MakeChildren() {
    Children children;
    for (const uint64_t child : own_.subtypes) {
      ARROW_ASSIGN_OR_RAISE(auto decoder, MakeColumnDecoder(child, input_));
      children.push_back(std::move(decoder));
    }
    return children;
  }

  Result<std::unique_ptr<ColumnDecoder>> MakeTimestamp() {
    const bool is_instant = kind_ == TypeKind::kTimestampInstant;
    ARROW_ASSIGN_OR_RAISE(
        auto decoding,
        TimestampDecoding::Make(is_instant ? "UTC" : input_.writer_time_zone,
                                is_instant ? "UTC" : input_.local_time_zone, input_.is_proleptic));
    return MakeOf<TimestampColumn>(Integers(StreamKind::kData, true),
                                   Integers(StreamKind::kSecondary, false), std::move(decoding));
  }

  Result<std::unique_ptr<ColumnDecoder>> MakeText() {
    const auto encoding = static_cast<EncodingKind>(encoding_.kind);
    if (encoding == EncodingKind::kDirect || encoding == EncodingKind::kDirectV2) {
      return MakeOf<TextColumn>(Integers(StreamKind::kLength, false), Bytes(StreamKind::kData));
    }
    std::string dictionary = Bytes(StreamKind::kDictionaryData);
    // Each text of it has a length, but many lengths fit into a few bytes of a run.
    constexpr uint64_t kMostTexts = uint64_t{1} << 28;
    if (encoding_.dictionary_size > kMostTexts) return Damaged("the size of a dictionary");
    auto lengths = Integers(StreamKind::kLength, false);
    if (static_cast<int64_t>(encoding_.dictionary_size) > lengths.most_values()) {
      return Damaged("the size of a dictionary");
    }
    std::vector<int64_t> begins(encoding_.dictionary_size + 1, 0);
    ARROW_RETURN_NOT_OK(
        lengths.Next(static_cast<int64_t>(encoding_.dictionary_size), begins.data() + 1));
    int64_t end = 0;
    for (size_t i = 1; i < begins.size(); ++i) {
      if (begins[i] < 0 || begins[i] > static_cast<int64_t>(dictionary.size()) - end) {
        return Damaged("the lengths of a dictionary");
      }
      end += begins[i];
      begins[i] = end;
    }
    return MakeOf<DictionaryColumn>(Integers(StreamKind::kData, false), std::move(dictionary),
                                    std::move(begins));
  }

  const uint64_t column_;
  const StripeInput& input_;
  const Type& own_;
  const TypeKind kind_;
  ColumnEncoding encoding_;
  TypePtr type_;
  std::optional<std::string> present_;
};

}  // namespace

bool ColumnDecoder::Validity::Has(int64_t row) const {
  return bitmap == nullptr || arrow::bit_util::GetBit(bitmap->data(), row);
}

ColumnDecoder::ColumnDecoder(TypePtr type, std::optional<std::string> present)
    : type_(std::move(type)) {
  if (present) present_.emplace(std::move(*present));
}

Result<ColumnDecoder::Validity> ColumnDecoder::NextValidity(const RowsToDecode& rows) {
  Validity validity;
  int64_t num_entries = rows.count;
  if (rows.parent_validity != nullptr) {
    num_entries = arrow::internal::CountSetBits(rows.parent_validity, 0, rows.count);
  }
  validity.num_values = num_entries;
  if (!present_ && num_entries == rows.count) return validity;
  ARROW_ASSIGN_OR_RAISE(validity.bitmap, arrow::AllocateEmptyBitmap(rows.count));
  std::vector<uint8_t> present;
  if (present_) {
    ARROW_RETURN_NOT_OK(Fill(&*present_, num_entries, &present));
  } else {
    present.resize(static_cast<size_t>(num_entries), 1);
  }
  size_t next = 0;
  validity.num_values = 0;
  for (int64_t i = 0; i < rows.count; ++i) {
    const bool parent =
        rows.parent_validity == nullptr || arrow::bit_util::GetBit(rows.parent_validity, i);
    if (!parent || present[next++] == 0) continue;
    arrow::bit_util::SetBit(validity.bitmap->mutable_data(), i);
    ++validity.num_values;
  }
  if (validity.num_values == rows.count) validity.bitmap = nullptr;
  return validity;
}

Result<ArrayDataPtr> ColumnDecoder::Next(const RowsToDecode& rows) {
  ARROW_ASSIGN_OR_RAISE(const Validity validity, NextValidity(rows));
  return Decode(rows.count, validity);
}

ArrayDataPtr ColumnDecoder::MakeData(int64_t count, const Validity& validity,
                                     std::vector<std::shared_ptr<arrow::Buffer>> values,
                                     std::vector<ArrayDataPtr> children) const {
  std::vector<std::shared_ptr<arrow::Buffer>> buffers = {validity.bitmap};
  buffers.insert(buffers.end(), values.begin(), values.end());
  return arrow::ArrayData::Make(type_, count, std::move(buffers), std::move(children),
                                count - validity.num_values);
}

Result<std::unique_ptr<ColumnDecoder>> MakeColumnDecoder(uint64_t column,
                                                         const StripeInput& input) {
  return DecoderMaker(column, input).Make();
}

}  // namespace thalweg::formats::orc

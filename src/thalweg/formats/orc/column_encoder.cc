#include "thalweg/formats/orc/column_encoder.h"

#include <optional>
#include <utility>

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/util/decimal.h>

#include "thalweg/formats/orc/timestamp_encoding.h"
#include "thalweg/types/data_types.h"

namespace thalweg::formats::orc {
namespace {

/// Calls `take(i)` for each valid row.
template <typename Take>
void ForEachValid(const arrow::Array& array, Take take) {
  const bool all = array.null_count() == 0;
  for (int64_t i = 0; i < array.length(); ++i) {
    if (all || array.IsValid(i)) take(i);
  }
}

/// The values as they lie, whatever the type is called.
template <typename T>
const T* ValuesOf(const arrow::Array& array) {
  return array.data()->GetValues<T>(1);
}

template <typename T>
class IntegerColumn final : public ColumnEncoder {
 public:
  explicit IntegerColumn(uint64_t column) : ColumnEncoder(column) {}
  size_t size() const override { return data_.size(); }

 protected:
  Status AddValues(const arrow::Array& array) override {
    const T* values = ValuesOf<T>(array);
    ForEachValid(array, [&](int64_t i) { data_.Add(values[i]); });
    return Status::OK();
  }
  void TakeValueStreams(std::vector<EncodedStream>* streams) override {
    Append(StreamKind::kData, data_.Take(), streams);
  }

 private:
  IntegerEncoder data_{/*is_signed=*/true};
};

class ByteColumn final : public ColumnEncoder {
 public:
  explicit ByteColumn(uint64_t column) : ColumnEncoder(column) {}
  size_t size() const override { return data_.size(); }

 protected:
  Status AddValues(const arrow::Array& array) override {
    const auto* values = ValuesOf<uint8_t>(array);
    ForEachValid(array, [&](int64_t i) { data_.Add(values[i]); });
    return Status::OK();
  }
  void TakeValueStreams(std::vector<EncodedStream>* streams) override {
    Append(StreamKind::kData, data_.Take(), streams);
  }

 private:
  ByteEncoder data_;
};

class BooleanColumn final : public ColumnEncoder {
 public:
  explicit BooleanColumn(uint64_t column) : ColumnEncoder(column) {}
  size_t size() const override { return data_.size(); }

 protected:
  Status AddValues(const arrow::Array& array) override {
    const auto& values = static_cast<const arrow::BooleanArray&>(array);
    ForEachValid(array, [&](int64_t i) { data_.Add(values.Value(i)); });
    return Status::OK();
  }
  void TakeValueStreams(std::vector<EncodedStream>* streams) override {
    Append(StreamKind::kData, data_.Take(), streams);
  }

 private:
  BooleanEncoder data_;
};

template <typename T>
class FloatColumn final : public ColumnEncoder {
 public:
  explicit FloatColumn(uint64_t column) : ColumnEncoder(column) {}
  size_t size() const override { return data_.size(); }

 protected:
  Status AddValues(const arrow::Array& array) override {
    const T* values = ValuesOf<T>(array);
    ForEachValid(array, [&](int64_t i) {
      data_.append(reinterpret_cast<const char*>(&values[i]), sizeof(T));
    });
    return Status::OK();
  }
  void TakeValueStreams(std::vector<EncodedStream>* streams) override {
    Append(StreamKind::kData, std::exchange(data_, std::string()), streams);
  }

 private:
  std::string data_;
};

/// Texts and bytes.
class TextColumn final : public ColumnEncoder {
 public:
  explicit TextColumn(uint64_t column) : ColumnEncoder(column) {}
  size_t size() const override { return data_.size() + lengths_.size(); }

 protected:
  Status AddValues(const arrow::Array& array) override {
    const auto& values = static_cast<const arrow::BinaryArray&>(array);
    ForEachValid(array, [&](int64_t i) {
      const std::string_view value = values.GetView(i);
      data_.append(value);
      lengths_.Add(static_cast<int64_t>(value.size()));
    });
    return Status::OK();
  }
  void TakeValueStreams(std::vector<EncodedStream>* streams) override {
    Append(StreamKind::kData, std::exchange(data_, std::string()), streams);
    Append(StreamKind::kLength, lengths_.Take(), streams);
  }

 private:
  std::string data_;
  IntegerEncoder lengths_{/*is_signed=*/false};
};

class DecimalColumn final : public ColumnEncoder {
 public:
  explicit DecimalColumn(uint64_t column) : ColumnEncoder(column) {}
  size_t size() const override { return data_.size() + scales_.size(); }

 protected:
  Status AddValues(const arrow::Array& array) override {
    const auto& decimals = static_cast<const arrow::Decimal128Array&>(array);
    const int32_t scale = static_cast<const arrow::DecimalType&>(*array.type()).scale();
    ForEachValid(array, [&](int64_t i) {
      const arrow::Decimal128 value(decimals.GetValue(i));
      AppendZigzag(static_cast<__int128>(value.high_bits()) << 64 | value.low_bits());
      scales_.Add(scale);
    });
    return Status::OK();
  }
  void TakeValueStreams(std::vector<EncodedStream>* streams) override {
    Append(StreamKind::kData, std::exchange(data_, std::string()), streams);
    Append(StreamKind::kSecondary, scales_.Take(), streams);
  }

 private:
  void AppendZigzag(__int128 value) {
    auto bits =
        static_cast<unsigned __int128>(value) << 1 ^ static_cast<unsigned __int128>(value >> 127);
    for (; bits >= 0x80; bits >>= 7) data_.push_back(static_cast<char>(bits | 0x80));
    data_.push_back(static_cast<char>(bits));
  }

  std::string data_;
  IntegerEncoder scales_{/*is_signed=*/true};
};

class TimestampColumn final : public ColumnEncoder {
 public:
  TimestampColumn(uint64_t column, TimestampEncoding encoding)
      : ColumnEncoder(column), encoding_(encoding) {}
  size_t size() const override { return seconds_.size() + nanos_.size(); }

 protected:
  Status AddValues(const arrow::Array& array) override {
    const auto* values = ValuesOf<int64_t>(array);
    ForEachValid(array, [&](int64_t i) {
      seconds_.Add(encoding_.Seconds(values[i]));
      nanos_.Add(TimestampEncoding::Nanos(values[i]));
    });
    return Status::OK();
  }
  void TakeValueStreams(std::vector<EncodedStream>* streams) override {
    Append(StreamKind::kData, seconds_.Take(), streams);
    Append(StreamKind::kSecondary, nanos_.Take(), streams);
  }

 private:
  const TimestampEncoding encoding_;
  IntegerEncoder seconds_{/*is_signed=*/true};
  IntegerEncoder nanos_{/*is_signed=*/false};
};

using Children = std::vector<std::unique_ptr<ColumnEncoder>>;

size_t SizeOf(const Children& children) {
  size_t size = 0;
  for (const auto& child : children) size += child->size();
  return size;
}

std::vector<const ColumnEncoder*> Pointers(const Children& children) {
  std::vector<const ColumnEncoder*> pointers;
  for (const auto& child : children) pointers.push_back(child.get());
  return pointers;
}

class StructColumn final : public ColumnEncoder {
 public:
  StructColumn(uint64_t column, Children fields)
      : ColumnEncoder(column), fields_(std::move(fields)) {}
  size_t size() const override { return SizeOf(fields_); }

 protected:
  Status AddValues(const arrow::Array& array) override {
    const auto& structs = static_cast<const arrow::StructArray&>(array);
    // Fields have entries for the structs that are there.
    std::optional<arrow::BooleanArray> there;
    if (array.null_count() > 0) {
      there.emplace(array.length(), array.null_bitmap(), nullptr, 0, array.offset());
    }
    for (size_t i = 0; i < fields_.size(); ++i) {
      ArrayPtr field = structs.field(static_cast<int>(i));
      if (there) {
        ARROW_ASSIGN_OR_RAISE(const arrow::Datum kept, arrow::compute::Filter(field, *there));
        field = kept.make_array();
      }
      ARROW_RETURN_NOT_OK(fields_[i]->Add(*field));
    }
    return Status::OK();
  }
  void TakeValueStreams(std::vector<EncodedStream>* streams) override {
    for (const auto& field : fields_) field->TakeStreams(streams);
  }
  std::vector<const ColumnEncoder*> children() const override { return Pointers(fields_); }

 private:
  const Children fields_;
};

/// Arrays and maps.
class ListColumn final : public ColumnEncoder {
 public:
  ListColumn(uint64_t column, Children children)
      : ColumnEncoder(column), children_(std::move(children)) {}
  size_t size() const override { return lengths_.size() + SizeOf(children_); }

 protected:
  Status AddValues(const arrow::Array& array) override {
    const auto& lists = static_cast<const arrow::ListArray&>(array);
    ForEachValid(array, [&](int64_t i) { lengths_.Add(lists.value_length(i)); });
    // Null ones may have elements, too: they are left out.
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr elements, lists.Flatten());
    if (children_.size() == 1) return children_[0]->Add(*elements);
    const auto& entries = static_cast<const arrow::StructArray&>(*elements);
    ARROW_RETURN_NOT_OK(children_[0]->Add(*entries.field(0)));
    return children_[1]->Add(*entries.field(1));
  }
  void TakeValueStreams(std::vector<EncodedStream>* streams) override {
    Append(StreamKind::kLength, lengths_.Take(), streams);
    for (const auto& child : children_) child->TakeStreams(streams);
  }
  std::vector<const ColumnEncoder*> children() const override { return Pointers(children_); }

 private:
  IntegerEncoder lengths_{/*is_signed=*/false};
  const Children children_;
};

/// How many columns a type has, its own included.
uint64_t NumColumns(const arrow::DataType& type) {
  if (type.id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(type);
    return 1 + NumColumns(*map.key_type()) + NumColumns(*map.item_type());
  }
  uint64_t count = 1;
  for (const auto& field : type.fields()) count += NumColumns(*field->type());
  return count;
}

Result<Children> MakeChildren(const std::vector<TypePtr>& types, uint64_t column,
                              const std::string& zone) {
  Children children;
  uint64_t next = column + 1;
  for (const TypePtr& type : types) {
    ARROW_ASSIGN_OR_RAISE(auto child, MakeColumnEncoder(*type, next, zone));
    children.push_back(std::move(child));
    next += NumColumns(*type);
  }
  return children;
}

}  // namespace

Status ColumnEncoder::Add(const arrow::Array& array) {
  const int64_t nulls = array.null_count();
  for (int64_t i = 0; i < array.length(); ++i) present_.Add(nulls == 0 || array.IsValid(i));
  has_null_in_stripe_ = has_null_in_stripe_ || nulls > 0;
  statistics_.has_null = statistics_.has_null || nulls > 0;
  statistics_.num_values += static_cast<uint64_t>(array.length() - nulls);
  return AddValues(array);
}

void ColumnEncoder::Append(StreamKind kind, std::string bytes,
                           std::vector<EncodedStream>* streams) const {
  streams->push_back({{static_cast<uint64_t>(kind), column_, 0}, std::move(bytes)});
}

void ColumnEncoder::TakeStreams(std::vector<EncodedStream>* streams) {
  std::string present = present_.Take();
  if (has_null_in_stripe_) Append(StreamKind::kPresent, std::move(present), streams);
  has_null_in_stripe_ = false;
  TakeValueStreams(streams);
}

void ColumnEncoder::AppendStatistics(std::vector<ColumnStatistics>* statistics) const {
  statistics->push_back(statistics_);
  for (const ColumnEncoder* child : children()) child->AppendStatistics(statistics);
}

Result<std::unique_ptr<ColumnEncoder>> MakeColumnEncoder(const arrow::DataType& type,
                                                         uint64_t column,
                                                         const std::string& local_time_zone) {
  using Pointer = std::unique_ptr<ColumnEncoder>;
  switch (type.id()) {
    case arrow::Type::BOOL:
      return Pointer(std::make_unique<BooleanColumn>(column));
    case arrow::Type::INT8:
      return Pointer(std::make_unique<ByteColumn>(column));
    case arrow::Type::INT16:
      return Pointer(std::make_unique<IntegerColumn<int16_t>>(column));
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::INTERVAL_MONTHS:
      return Pointer(std::make_unique<IntegerColumn<int32_t>>(column));
    case arrow::Type::INT64:
    case arrow::Type::DURATION:
      return Pointer(std::make_unique<IntegerColumn<int64_t>>(column));
    case arrow::Type::FLOAT:
      return Pointer(std::make_unique<FloatColumn<float>>(column));
    case arrow::Type::DOUBLE:
      return Pointer(std::make_unique<FloatColumn<double>>(column));
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return Pointer(std::make_unique<TextColumn>(column));
    case arrow::Type::DECIMAL128:
      return Pointer(std::make_unique<DecimalColumn>(column));
    case arrow::Type::TIMESTAMP: {
      if (IsTimestampNtz(type)) return Pointer(std::make_unique<IntegerColumn<int64_t>>(column));
      ARROW_ASSIGN_OR_RAISE(const auto encoding, TimestampEncoding::Make(local_time_zone));
      return Pointer(std::make_unique<TimestampColumn>(column, encoding));
    }
    case arrow::Type::LIST: {
      ARROW_ASSIGN_OR_RAISE(Children children,
                            MakeChildren({type.field(0)->type()}, column, local_time_zone));
      return Pointer(std::make_unique<ListColumn>(column, std::move(children)));
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      ARROW_ASSIGN_OR_RAISE(Children children, MakeChildren({map.key_type(), map.item_type()},
                                                            column, local_time_zone));
      return Pointer(std::make_unique<ListColumn>(column, std::move(children)));
    }
    case arrow::Type::STRUCT: {
      std::vector<TypePtr> types;
      for (const auto& field : type.fields()) types.push_back(field->type());
      ARROW_ASSIGN_OR_RAISE(Children children, MakeChildren(types, column, local_time_zone));
      return Pointer(std::make_unique<StructColumn>(column, std::move(children)));
    }
    default:
      return Status::TypeError("no ORC column for ", type.ToString());
  }
}

}  // namespace thalweg::formats::orc

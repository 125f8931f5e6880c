#include "thalweg/state/row_codec.h"

#include <cstring>
#include <functional>
#include <limits>

#include <arrow/api.h>
#include <arrow/util/bit_util.h>

#include "thalweg/state/fixed_width.h"
#include "thalweg/state/row_key_variable.h"
#include "thalweg/types/data_types.h"

namespace thalweg::state {

/// Where a column or struct field lies.
struct RowCodec::Leaf {
  TypePtr type;
  uint32_t offset = 0;
  int width = 0;  // -1: in the tail
  uint32_t null_bit = 0;
  std::vector<Leaf> children;  // struct

  bool in_tail() const { return width < 0; }
};

namespace {

/// Place of a value of variable size in the fixed area.
struct TailPlace {
  uint32_t offset;
  uint32_t size;
};

bool IsText(const arrow::DataType& type) {
  return type.id() == arrow::Type::STRING || type.id() == arrow::Type::BINARY;
}

bool CanStore(const arrow::DataType& type) {
  if (KeyValueWidth(type) >= 0 || IsText(type)) return true;
  if (type.id() != arrow::Type::STRUCT && type.id() != arrow::Type::LIST &&
      type.id() != arrow::Type::MAP) {
    return false;
  }
  for (const FieldPtr& field : type.fields()) {
    if (!CanStore(*field->type())) return false;
  }
  return true;
}

TailPlace ReadPlace(const uint8_t* row, uint32_t offset) {
  TailPlace place;
  std::memcpy(&place, row + offset, sizeof(place));
  return place;
}

template <typename Visit>
void VisitLeaf(const arrow::Array& array, const auto& leaf, const Visit& visit) {
  visit(array, leaf);
  for (size_t i = 0; i < leaf.children.size(); ++i) {
    const auto& fields = static_cast<const arrow::StructArray&>(array);
    VisitLeaf(*fields.field(static_cast<int>(i)), leaf.children[i], visit);
  }
}

template <int kWidth>
void WriteFixed(const uint8_t* values, const std::vector<int32_t>& rows, uint32_t offset,
                uint8_t* const* targets) {
  for (size_t i = 0; i < rows.size(); ++i) {
    std::memcpy(targets[i] + offset, values + static_cast<int64_t>(rows[i]) * kWidth, kWidth);
  }
}

void WriteFixedColumn(const arrow::Array& array, int width, const std::vector<int32_t>& rows,
                      uint32_t offset, uint8_t* const* targets) {
  if (width == 0) return;
  if (array.type_id() == arrow::Type::BOOL) {
    const auto& flags = static_cast<const arrow::BooleanArray&>(array);
    for (size_t i = 0; i < rows.size(); ++i) targets[i][offset] = flags.Value(rows[i]);
    return;
  }
  const uint8_t* values = array.data()->buffers[1]->data() + array.offset() * width;
  switch (width) {
    case 1:
      return WriteFixed<1>(values, rows, offset, targets);
    case 2:
      return WriteFixed<2>(values, rows, offset, targets);
    case 4:
      return WriteFixed<4>(values, rows, offset, targets);
    case 8:
      return WriteFixed<8>(values, rows, offset, targets);
    default:
      return WriteFixed<16>(values, rows, offset, targets);
  }
}

/// `ends[i]`: where the next value in the tail of row i goes.
void WriteTail(const arrow::Array& array, const std::vector<int32_t>& rows, uint32_t offset,
               uint8_t* const* targets, std::vector<uint32_t>* ends) {
  const bool is_text = IsText(*array.type());
  for (size_t i = 0; i < rows.size(); ++i) {
    TailPlace place{(*ends)[i], 0};
    if (!array.IsNull(rows[i])) {
      uint8_t* begin = targets[i] + place.offset;
      if (is_text) {
        const auto text = static_cast<const arrow::BinaryArray&>(array).GetView(rows[i]);
        // Not memcpy: texts without bytes may lie nowhere.
        text.copy(reinterpret_cast<char*>(begin), text.size());
        place.size = static_cast<uint32_t>(text.size());
      } else {
        place.size = static_cast<uint32_t>(internal::WriteExact(array, rows[i], begin) - begin);
      }
    }
    std::memcpy(targets[i] + offset, &place, sizeof(place));
    (*ends)[i] += place.size;
  }
}

template <typename Leaf>
Result<std::shared_ptr<arrow::Buffer>> ReadFixed(const Leaf& leaf, const uint8_t* const* rows,
                                                 int64_t count) {
  if (leaf.type->id() == arrow::Type::BOOL) {
    ARROW_ASSIGN_OR_RAISE(auto bits, arrow::AllocateEmptyBitmap(count));
    for (int64_t i = 0; i < count; ++i) {
      if (rows[i][leaf.offset] != 0) arrow::bit_util::SetBit(bits->mutable_data(), i);
    }
    return bits;
  }
  ARROW_ASSIGN_OR_RAISE(auto values, arrow::AllocateBuffer(count * leaf.width));
  uint8_t* out = values->mutable_data();
  const auto copy = [&](auto width) {
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(out + i * width(), rows[i] + leaf.offset, width());
    }
  };
  switch (leaf.width) {
    case 4:
      copy(std::integral_constant<int, 4>());
      break;
    case 8:
      copy(std::integral_constant<int, 8>());
      break;
    default:
      copy([&leaf] { return leaf.width; });
  }
  return std::shared_ptr<arrow::Buffer>(std::move(values));
}

template <typename Leaf>
Result<std::shared_ptr<arrow::ArrayData>> ReadText(const Leaf& leaf, const uint8_t* const* rows,
                                                   int64_t count,
                                                   std::shared_ptr<arrow::Buffer> bitmap,
                                                   int64_t nulls) {
  ARROW_ASSIGN_OR_RAISE(auto offsets, arrow::AllocateBuffer((count + 1) * sizeof(int32_t)));
  auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
  int64_t total = 0;
  for (int64_t i = 0; i < count; ++i) {
    ends[i] = static_cast<int32_t>(total);
    total += ReadPlace(rows[i], leaf.offset).size;
    if (total > std::numeric_limits<int32_t>::max()) {
      return Status::CapacityError("more than 2 GiB of text in one batch");
    }
  }
  ends[count] = static_cast<int32_t>(total);
  ARROW_ASSIGN_OR_RAISE(auto bytes, arrow::AllocateBuffer(total));
  for (int64_t i = 0; i < count; ++i) {
    const TailPlace place = ReadPlace(rows[i], leaf.offset);
    std::memcpy(bytes->mutable_data() + ends[i], rows[i] + place.offset, place.size);
  }
  return arrow::ArrayData::Make(leaf.type, count,
                                {std::move(bitmap), std::move(offsets), std::move(bytes)}, nulls);
}

}  // namespace

RowCodec::RowCodec(std::vector<TypePtr> types) : types_(std::move(types)) {
  uint32_t bits = 0;
  uint32_t offset = 0;
  const std::function<Leaf(const TypePtr&)> plan = [&](const TypePtr& type) {
    Leaf leaf;
    leaf.type = type;
    leaf.null_bit = bits++;
    if (type->id() == arrow::Type::STRUCT) {
      for (const FieldPtr& field : type->fields()) leaf.children.push_back(plan(field->type()));
      return leaf;
    }
    leaf.offset = offset;
    leaf.width = KeyValueWidth(*type);
    offset += leaf.in_tail() ? sizeof(TailPlace) : static_cast<uint32_t>(leaf.width);
    return leaf;
  };
  for (const TypePtr& type : types_) leaves_.push_back(plan(type));
  null_offset_ = offset;
  fixed_bytes_ = offset + (bits + 7) / 8;
}

RowCodec::~RowCodec() = default;

Result<std::shared_ptr<const RowCodec>> RowCodec::Make(std::vector<TypePtr> types) {
  for (const TypePtr& type : types) {
    if (CanStore(*type)) continue;
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "state with a column of type " + SqlTypeName(*type)}});
  }
  return std::shared_ptr<const RowCodec>(new RowCodec(std::move(types)));
}

std::string RowCodec::Signature() const {
  std::string text;
  for (const TypePtr& type : types_) text += (text.empty() ? "" : ", ") + type->ToString();
  return text;
}

Status RowCodec::Measure(const std::vector<ArrayPtr>& columns, const std::vector<int32_t>& rows,
                         std::vector<uint32_t>* sizes) const {
  std::vector<uint64_t> wide(rows.size(), fixed_bytes_);
  const auto add = [&](const arrow::Array& array, const Leaf& leaf) {
    if (!leaf.in_tail()) return;
    const bool is_text = IsText(*leaf.type);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (array.IsNull(rows[i])) continue;
      wide[i] += is_text ? static_cast<uint64_t>(
                               static_cast<const arrow::BinaryArray&>(array).value_length(rows[i]))
                         : internal::EncodedSize(array, rows[i]);
    }
  };
  for (size_t i = 0; i < columns.size(); ++i) VisitLeaf(*columns[i], leaves_[i], add);
  sizes->resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (wide[i] > std::numeric_limits<uint32_t>::max()) {
      return Status::CapacityError("a row of state takes more than 4 GiB");
    }
    (*sizes)[i] = static_cast<uint32_t>(wide[i]);
  }
  return Status::OK();
}

void RowCodec::Encode(const std::vector<ArrayPtr>& columns, const std::vector<int32_t>& rows,
                      uint8_t* const* targets) const {
  for (size_t i = 0; i < rows.size(); ++i) {
    std::memset(targets[i] + null_offset_, 0, fixed_bytes_ - null_offset_);
  }
  std::vector<uint32_t> ends(rows.size(), fixed_bytes_);
  const auto write = [&](const arrow::Array& array, const Leaf& leaf) {
    if (array.null_count() > 0) {
      const uint32_t byte = null_offset_ + leaf.null_bit / 8;
      for (size_t i = 0; i < rows.size(); ++i) {
        targets[i][byte] |= static_cast<uint8_t>(array.IsNull(rows[i])) << (leaf.null_bit % 8);
      }
    }
    if (!leaf.children.empty() || leaf.type->id() == arrow::Type::STRUCT) return;
    if (leaf.in_tail()) return WriteTail(array, rows, leaf.offset, targets, &ends);
    WriteFixedColumn(array, leaf.width, rows, leaf.offset, targets);
  };
  for (size_t i = 0; i < columns.size(); ++i) VisitLeaf(*columns[i], leaves_[i], write);
}

Result<ArrayPtr> RowCodec::Decode(int column, const uint8_t* const* rows, int64_t count) const {
  const std::function<Result<std::shared_ptr<arrow::ArrayData>>(const Leaf&)> decode =
      [&](const Leaf& leaf) -> Result<std::shared_ptr<arrow::ArrayData>> {
    if (leaf.type->id() == arrow::Type::NA) {
      return arrow::ArrayData::Make(leaf.type, count, {nullptr}, count);
    }
    ARROW_ASSIGN_OR_RAISE(auto bitmap, arrow::AllocateEmptyBitmap(count));
    const uint32_t byte = null_offset_ + leaf.null_bit / 8;
    int64_t nulls = 0;
    for (int64_t i = 0; i < count; ++i) {
      const bool is_null = (rows[i][byte] >> (leaf.null_bit % 8)) & 1;
      nulls += is_null;
      arrow::bit_util::SetBitTo(bitmap->mutable_data(), i, !is_null);
    }
    if (nulls == 0) bitmap = nullptr;
    if (leaf.type->id() == arrow::Type::STRUCT) {
      auto data = arrow::ArrayData::Make(leaf.type, count, {bitmap}, nulls);
      for (const Leaf& child : leaf.children) {
        ARROW_ASSIGN_OR_RAISE(auto child_data, decode(child));
        data->child_data.push_back(std::move(child_data));
      }
      return data;
    }
    if (IsText(*leaf.type)) return ReadText(leaf, rows, count, std::move(bitmap), nulls);
    if (leaf.in_tail()) {
      // The image of a NULL is a single byte; none is kept in the row.
      std::vector<std::string_view> images(count, std::string_view("\0", 1));
      for (int64_t i = 0; i < count; ++i) {
        const TailPlace place = ReadPlace(rows[i], leaf.offset);
        if (place.size == 0) continue;
        images[i] = {reinterpret_cast<const char*>(rows[i]) + place.offset, place.size};
      }
      ARROW_ASSIGN_OR_RAISE(ArrayPtr array, internal::ReadEncoded(leaf.type, &images));
      return array->data();
    }
    ARROW_ASSIGN_OR_RAISE(auto values, ReadFixed(leaf, rows, count));
    return arrow::ArrayData::Make(leaf.type, count, {bitmap, values}, nulls);
  };
  ARROW_ASSIGN_OR_RAISE(auto data, decode(leaves_[column]));
  return arrow::MakeArray(data);
}

bool RowCodec::IsValid(std::string_view row) const {
  if (row.size() < fixed_bytes_) return false;
  const auto* bytes = reinterpret_cast<const uint8_t*>(row.data());
  const std::function<bool(const Leaf&)> fits = [&](const Leaf& leaf) {
    for (const Leaf& child : leaf.children) {
      if (!fits(child)) return false;
    }
    if (!leaf.in_tail() || !leaf.children.empty()) return true;
    const TailPlace place = ReadPlace(bytes, leaf.offset);
    return static_cast<uint64_t>(place.offset) + place.size <= row.size();
  };
  for (const Leaf& leaf : leaves_) {
    if (!fits(leaf)) return false;
  }
  return true;
}

}  // namespace thalweg::state

#include "thalweg/state/row_key.h"

#include <algorithm>
#include <functional>
#include <cstring>
#include <limits>

#include <arrow/api.h>
#include <arrow/util/bit_util.h>

#include "thalweg/state/fixed_width.h"
#include "thalweg/state/key_hash.h"
#include "thalweg/state/row_key_variable.h"

namespace thalweg::state {

/// Where a column or struct field lies in a fixed key.
struct RowKeyCodec::Leaf {
  TypePtr type;
  int offset = 0;
  int width = 0;
  int null_bit = 0;
  std::vector<std::unique_ptr<Leaf>> children;  // struct
};

namespace {

constexpr int kSpareBytes = 8;

bool CanBeKey(const arrow::DataType& type) {
  if (KeyValueWidth(type) >= 0) return true;
  switch (type.id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return true;
    case arrow::Type::STRUCT:
    case arrow::Type::LIST:
    case arrow::Type::MAP:
      return std::all_of(type.fields().begin(), type.fields().end(),
                         [](const auto& field) { return CanBeKey(*field->type()); });
    default:
      return false;
  }
}

/// Bytes and null bits of `type` in the fixed layout; false if it has no fixed width.
bool MeasureFixed(const arrow::DataType& type, int* bytes, int* bits) {
  *bits += 1;
  if (type.id() == arrow::Type::STRUCT) {
    return std::all_of(type.fields().begin(), type.fields().end(), [&](const auto& field) {
      return MeasureFixed(*field->type(), bytes, bits);
    });
  }
  const int width = KeyValueWidth(type);
  *bytes += width;
  return width >= 0;
}

/// Destination of one fixed column: row i at base + i * stride.
struct Target {
  uint8_t* base;
  int64_t stride;
};

template <int kWidth>
void CopyColumn(const uint8_t* values, int64_t num_rows, const uint8_t* valid, Target target) {
  if (valid == nullptr) {
    for (int64_t i = 0; i < num_rows; ++i) {
      std::memcpy(target.base + i * target.stride, values + i * kWidth, kWidth);
    }
    return;
  }
  for (int64_t i = 0; i < num_rows; ++i) {
    if (valid[i]) std::memcpy(target.base + i * target.stride, values + i * kWidth, kWidth);
  }
}

template <typename Float>
void CopyFloats(const uint8_t* values, int64_t num_rows, const uint8_t* valid, Target target) {
  const auto* floats = reinterpret_cast<const Float*>(values);
  for (int64_t i = 0; i < num_rows; ++i) {
    if (valid != nullptr && !valid[i]) continue;
    const Float value = CanonicalFloat(floats[i]);
    std::memcpy(target.base + i * target.stride, &value, sizeof(Float));
  }
}

void CopyValues(const arrow::Array& column, int width, int64_t num_rows, const uint8_t* valid,
                Target target) {
  if (width == 0) return;
  if (column.type_id() == arrow::Type::BOOL) {
    const auto& flags = static_cast<const arrow::BooleanArray&>(column);
    for (int64_t i = 0; i < num_rows; ++i) {
      if (valid == nullptr || valid[i]) target.base[i * target.stride] = flags.Value(i);
    }
    return;
  }
  const uint8_t* values = column.data()->buffers[1]->data() + column.offset() * width;
  if (column.type_id() == arrow::Type::FLOAT) {
    return CopyFloats<float>(values, num_rows, valid, target);
  }
  if (column.type_id() == arrow::Type::DOUBLE) {
    return CopyFloats<double>(values, num_rows, valid, target);
  }
  switch (width) {
    case 1:
      return CopyColumn<1>(values, num_rows, valid, target);
    case 2:
      return CopyColumn<2>(values, num_rows, valid, target);
    case 4:
      return CopyColumn<4>(values, num_rows, valid, target);
    case 8:
      return CopyColumn<8>(values, num_rows, valid, target);
    default:
      return CopyColumn<16>(values, num_rows, valid, target);
  }
}

/// A byte per row: valid here and in every struct around. Empty: all are.
std::vector<uint8_t> Validity(const arrow::Array& column, int64_t num_rows,
                              const uint8_t* parent_valid) {
  std::vector<uint8_t> valid;
  if (column.null_count() == 0 && parent_valid == nullptr) return valid;
  valid.resize(num_rows);
  for (int64_t i = 0; i < num_rows; ++i) {
    valid[i] = (parent_valid == nullptr || parent_valid[i]) && column.IsValid(i);
  }
  return valid;
}

}  // namespace

void KeyBatch::Clear(int new_words_per_key) {
  num_rows = 0;
  words_per_key = new_words_per_key;
  words.clear();
  bytes.assign(kSpareBytes, 0);
  offsets.assign(1, 0);
  hashes.clear();
}

void KeyBatch::AppendEncoded(std::string_view key) {
  ++num_rows;
  if (words_per_key > 0) {
    words.resize(num_rows * words_per_key);
    std::memcpy(words.data() + (num_rows - 1) * words_per_key, key.data(),
                std::min<size_t>(key.size(), words_per_key * 8));
    return;
  }
  bytes.resize(offsets.back() + key.size() + kSpareBytes);
  std::memcpy(bytes.data() + offsets.back(), key.data(), key.size());
  offsets.push_back(offsets.back() + static_cast<uint32_t>(key.size()));
}

void KeyBatch::ComputeHashes() {
  hashes.resize(num_rows);
  if (words_per_key == 2) {
    for (int64_t i = 0; i < num_rows; ++i) hashes[i] = HashWords(words.data() + i * 2, 2);
  } else if (words_per_key > 0) {
    for (int64_t i = 0; i < num_rows; ++i) {
      hashes[i] = HashWords(words.data() + i * words_per_key, words_per_key);
    }
  } else {
    for (int64_t i = 0; i < num_rows; ++i) {
      hashes[i] = HashBytes(bytes.data() + offsets[i], offsets[i + 1] - offsets[i]);
    }
  }
}

RowKeyCodec::RowKeyCodec(std::vector<TypePtr> types) : types_(std::move(types)) {}
RowKeyCodec::~RowKeyCodec() = default;

Result<std::shared_ptr<const RowKeyCodec>> RowKeyCodec::Make(std::vector<TypePtr> types) {
  for (const TypePtr& type : types) {
    if (!CanBeKey(*type)) return Status::NotImplemented("a key of type ", type->ToString());
  }
  std::shared_ptr<RowKeyCodec> codec(new RowKeyCodec(std::move(types)));
  codec->PlanFixedLayout();
  return codec;
}

void RowKeyCodec::PlanFixedLayout() {
  int bytes = 0;
  int bits = 0;
  for (const TypePtr& type : types_) {
    if (!MeasureFixed(*type, &bytes, &bits)) return;
  }
  const int total = bytes + (bits + 7) / 8;
  if (types_.empty() || total > kMaxFixedKeyBytes) return;
  words_per_key_ = (total + 7) / 8;
  int offset = 0;
  int null_bit = bytes * 8;
  const std::function<std::unique_ptr<Leaf>(const TypePtr&)> plan = [&](const TypePtr& type) {
    auto leaf = std::make_unique<Leaf>();
    leaf->type = type;
    leaf->null_bit = null_bit++;
    if (type->id() == arrow::Type::STRUCT) {
      for (const FieldPtr& field : type->fields()) leaf->children.push_back(plan(field->type()));
      return leaf;
    }
    leaf->offset = offset;
    leaf->width = KeyValueWidth(*type);
    offset += leaf->width;
    return leaf;
  };
  for (const TypePtr& type : types_) leaves_.push_back(plan(type));
}

std::string RowKeyCodec::Signature() const {
  std::string text;
  for (const TypePtr& type : types_) text += (text.empty() ? "" : ", ") + type->ToString();
  return text;
}

Status RowKeyCodec::Encode(const std::vector<ArrayPtr>& columns, int64_t num_rows,
                           KeyBatch* out) const {
  if (columns.size() != types_.size()) return Status::Invalid("wrong number of key columns");
  out->num_rows = num_rows;
  out->words_per_key = words_per_key_;
  ARROW_RETURN_NOT_OK(words_per_key_ > 0 ? EncodeFixed(columns, out)
                                         : EncodeVariable(columns, out));
  out->ComputeHashes();
  return Status::OK();
}

Status RowKeyCodec::EncodeFixed(const std::vector<ArrayPtr>& columns, KeyBatch* out) const {
  out->words.assign(out->num_rows * words_per_key_, 0);
  auto* base = reinterpret_cast<uint8_t*>(out->words.data());
  const int64_t stride = static_cast<int64_t>(words_per_key_) * 8;
  const std::function<void(const arrow::Array&, const Leaf&, const uint8_t*)> encode =
      [&](const arrow::Array& column, const Leaf& leaf, const uint8_t* parent_valid) {
        const std::vector<uint8_t> mask = Validity(column, out->num_rows, parent_valid);
        const uint8_t* valid = mask.empty() ? nullptr : mask.data();
        if (valid != nullptr) {
          uint8_t* flags = base + leaf.null_bit / 8;
          const int bit = leaf.null_bit % 8;
          for (int64_t i = 0; i < out->num_rows; ++i) {
            flags[i * stride] |= static_cast<uint8_t>(!valid[i]) << bit;
          }
        }
        for (size_t i = 0; i < leaf.children.size(); ++i) {
          const auto& fields = static_cast<const arrow::StructArray&>(column);
          encode(*fields.field(static_cast<int>(i)), *leaf.children[i], valid);
        }
        if (leaf.children.empty()) {
          CopyValues(column, leaf.width, out->num_rows, valid, {base + leaf.offset, stride});
        }
      };
  for (size_t i = 0; i < columns.size(); ++i) encode(*columns[i], *leaves_[i], nullptr);
  return Status::OK();
}

Status RowKeyCodec::EncodeVariable(const std::vector<ArrayPtr>& columns, KeyBatch* out) const {
  const int64_t num_rows = out->num_rows;
  std::vector<uint64_t> sizes(num_rows, 0);
  for (const ArrayPtr& column : columns) {
    internal::AddEncodedSizes(*column, num_rows, sizes.data());
  }
  out->offsets.resize(num_rows + 1);
  uint64_t total = 0;
  for (int64_t i = 0; i < num_rows; ++i) {
    out->offsets[i] = static_cast<uint32_t>(total);
    total += sizes[i];
  }
  if (total > std::numeric_limits<uint32_t>::max()) {
    return Status::CapacityError("the grouping keys of one batch take more than 4 GiB");
  }
  out->offsets[num_rows] = static_cast<uint32_t>(total);
  out->bytes.resize(total + kSpareBytes);
  std::vector<uint8_t*> cursors(num_rows);
  for (int64_t i = 0; i < num_rows; ++i) cursors[i] = out->bytes.data() + out->offsets[i];
  for (const ArrayPtr& column : columns) {
    internal::WriteEncoded(*column, num_rows, cursors.data());
  }
  return Status::OK();
}

namespace {

Result<std::shared_ptr<arrow::Buffer>> ReadFixedValues(const std::vector<std::string_view>& keys,
                                                       const arrow::DataType& type, int offset,
                                                       int width) {
  const int64_t num_rows = static_cast<int64_t>(keys.size());
  if (type.id() == arrow::Type::BOOL) {
    ARROW_ASSIGN_OR_RAISE(auto bits, arrow::AllocateEmptyBitmap(num_rows));
    for (int64_t i = 0; i < num_rows; ++i) {
      if (keys[i][offset] != 0) arrow::bit_util::SetBit(bits->mutable_data(), i);
    }
    return bits;
  }
  ARROW_ASSIGN_OR_RAISE(auto values, arrow::AllocateBuffer(num_rows * width));
  uint8_t* out = values->mutable_data();
  if (width == 8) {
    for (int64_t i = 0; i < num_rows; ++i) std::memcpy(out + i * 8, keys[i].data() + offset, 8);
  } else {
    for (int64_t i = 0; i < num_rows; ++i) {
      std::memcpy(out + i * width, keys[i].data() + offset, width);
    }
  }
  return std::shared_ptr<arrow::Buffer>(std::move(values));
}

}  // namespace

Result<std::vector<ArrayPtr>> RowKeyCodec::Decode(const std::vector<std::string_view>& keys) const {
  std::vector<ArrayPtr> columns;
  if (words_per_key_ == 0) {
    std::vector<std::string_view> rest = keys;
    for (const TypePtr& type : types_) {
      ARROW_ASSIGN_OR_RAISE(ArrayPtr column, internal::ReadEncoded(type, &rest));
      columns.push_back(std::move(column));
    }
    return columns;
  }
  const int64_t num_rows = static_cast<int64_t>(keys.size());
  for (const std::string_view& key : keys) {
    if (key.size() != static_cast<size_t>(words_per_key_) * 8) {
      return Status::Invalid("a state key has ", key.size(), " bytes");
    }
  }
  const std::function<Result<std::shared_ptr<arrow::ArrayData>>(const Leaf&)> decode =
      [&](const Leaf& leaf) -> Result<std::shared_ptr<arrow::ArrayData>> {
    if (leaf.type->id() == arrow::Type::NA) {
      return arrow::ArrayData::Make(leaf.type, num_rows, {nullptr}, num_rows);
    }
    ARROW_ASSIGN_OR_RAISE(auto bitmap, arrow::AllocateEmptyBitmap(num_rows));
    int64_t nulls = 0;
    for (int64_t i = 0; i < num_rows; ++i) {
      const bool is_null = (keys[i][leaf.null_bit / 8] >> (leaf.null_bit % 8)) & 1;
      nulls += is_null;
      arrow::bit_util::SetBitTo(bitmap->mutable_data(), i, !is_null);
    }
    if (nulls == 0) bitmap = nullptr;
    if (leaf.type->id() == arrow::Type::STRUCT) {
      auto data = arrow::ArrayData::Make(leaf.type, num_rows, {bitmap}, nulls);
      for (const auto& child : leaf.children) {
        ARROW_ASSIGN_OR_RAISE(auto child_data, decode(*child));
        data->child_data.push_back(std::move(child_data));
      }
      return data;
    }
    ARROW_ASSIGN_OR_RAISE(auto values, ReadFixedValues(keys, *leaf.type, leaf.offset, leaf.width));
    return arrow::ArrayData::Make(leaf.type, num_rows, {bitmap, values}, nulls);
  };
  for (const auto& leaf : leaves_) {
    ARROW_ASSIGN_OR_RAISE(auto data, decode(*leaf));
    columns.push_back(arrow::MakeArray(data));
  }
  return columns;
}

}  // namespace thalweg::state

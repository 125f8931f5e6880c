// bitmap_construct_agg, bitmap_or_agg and bitmap_and_agg: bitmaps of 4 KiB of the rows of a group.

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/statistical_family.h"
#include "thalweg/functions/bitmap_family.h"

namespace thalweg::functions {
namespace {

constexpr size_t kBytesOfBitmap = kBitsOfBitmap / 8;

enum class Combination : uint8_t { kConstruct, kOr, kAnd };

/// The bytes of a bitmap, none as long as nothing has come.
class BitmapAggregate : public OwningAggregate<std::string> {
 public:
  BitmapAggregate(std::string name, TypePtr argument, Combination combination)
      : OwningAggregate(std::move(name), {std::move(argument)}, arrow::binary(),
                        /*nullable=*/false),
        combination_(combination) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    if (combination_ == Combination::kConstruct) return SetBits(arguments[0], slots);
    const expr::StringView bitmaps(arguments[0]);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (bitmaps.IsValid(row)) Combine(bitmaps.Value(row), &Owned(slots.slot(row)));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    if (!Owned(from).empty()) Combine(Owned(from), &Owned(into));
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    AppendSized(Owned(slot), out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    ARROW_ASSIGN_OR_RAISE(const auto bytes, ReadSized(in));
    if (!bytes.empty() && bytes.size() != kBytesOfBitmap) {
      return Status::Invalid("truncated aggregate state");
    }
    Init(slot);
    Owned(slot) = bytes;
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<std::string>::Make(
                                           return_type(), slots.num_rows, expr::NullMask()));
    const std::string nothing(kBytesOfBitmap, Neutral());
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      const std::string& bitmap = Owned(slots.slot(row));
      ARROW_RETURN_NOT_OK(writer.Set(row, bitmap.empty() ? nothing : bitmap));
    }
    return writer.Finish();
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    return static_cast<int64_t>(sizeof(std::string) + Owned(slot).capacity());
  }

 private:
  char Neutral() const { return combination_ == Combination::kAnd ? '\xFF' : '\0'; }

  /// A bitmap that is too short has no bits further on; what goes beyond 4 KiB does not count.
  void Combine(std::string_view other, std::string* bitmap) const {
    if (bitmap->empty()) bitmap->assign(kBytesOfBitmap, Neutral());
    const size_t size = std::min(other.size(), kBytesOfBitmap);
    char* bytes = bitmap->data();
    if (combination_ == Combination::kAnd) {
      for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(bytes[i] & other[i]);
      std::memset(bytes + size, 0, kBytesOfBitmap - size);
    } else {
      for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(bytes[i] | other[i]);
    }
  }

  static Status SetBits(const arrow::Datum& argument, const GroupSlots& slots) {
    const expr::PrimitiveView<int64_t> positions(argument);
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (positions.IsNull(row)) continue;
      const int64_t position = positions.Value(row);
      if (position < 0 || position >= kBitsOfBitmap) {
        return MakeError("INVALID_BITMAP_POSITION",
                         {{"bitPosition", std::to_string(position)},
                          {"bitmapNumBytes", std::to_string(kBytesOfBitmap)},
                          {"bitmapNumBits", std::to_string(kBitsOfBitmap)}});
      }
      std::string& bitmap = Owned(slots.slot(row));
      if (bitmap.empty()) bitmap.assign(kBytesOfBitmap, '\0');
      char& byte = bitmap[static_cast<size_t>(position / 8)];
      byte = static_cast<char>(byte | (1 << (position % 8)));
    }
    return Status::OK();
  }

  Combination combination_;
};

Result<AggregateFunctionPtr> BindBitmap(const std::string& name, Combination combination,
                                        const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  if (combination == Combination::kConstruct) {
    ARROW_ASSIGN_OR_RAISE(auto position, AcceptAs(arguments, 0, arrow::int64()));
    return std::make_shared<BitmapAggregate>(name, std::move(position), combination);
  }
  if (type->id() != arrow::Type::BINARY) return UnexpectedInputType(0, "\"BINARY\"", *type);
  return std::make_shared<BitmapAggregate>(name, type, combination);
}

void AddBitmap(FunctionRegistry* registry, const std::string& name, Combination combination,
               const std::string& what, const std::string& example) {
  registry->AddAggregate(
      {name, {}, name + what, example, [name, combination](const Arguments& arguments) {
         return BindBitmap(name, combination, arguments);
       }});
}

}  // namespace

void RegisterBitmapAggregates(FunctionRegistry* registry) {
  AddBitmap(registry, "bitmap_construct_agg", Combination::kConstruct,
            "(position) - Returns the bitmap that has the bits at the positions of a group.",
            "SELECT bitmap_construct_agg(bitmap_bit_position(v)) FROM VALUES (1) AS tab(v);");
  AddBitmap(registry, "bitmap_or_agg", Combination::kOr,
            "(bitmap) - Returns the bits that any bitmap of a group has.",
            "SELECT bitmap_or_agg(b) FROM VALUES (X'10'), (X'20') AS tab(b);");
  AddBitmap(registry, "bitmap_and_agg", Combination::kAnd,
            "(bitmap) - Returns the bits that all bitmaps of a group have.",
            "SELECT bitmap_and_agg(b) FROM VALUES (X'F0'), (X'70') AS tab(b);");
}

}  // namespace thalweg::functions

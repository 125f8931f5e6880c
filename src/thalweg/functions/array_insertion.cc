// array_insert and shuffle.

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <random>

#include <arrow/api.h>

#include "thalweg/data/batch.h"
#include "thalweg/data/retype.h"
#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/functions/per_partition.h"
#include "thalweg/types/coercion.h"

namespace thalweg::functions {
namespace {

using Datums = std::vector<arrow::Datum>;

// ---- array_insert ----

/// Arrays have at most this many elements, as in Java.
constexpr int64_t kMaxElements = 2147483632;

/// Adds the elements of one row: `size` of them from `begin` on, and the one at `inserted`.
/// `position` counts from 1, or from the end when negative; NULLs fill the gap to one beyond.
Status InsertInto(int64_t begin, int64_t size, int64_t inserted, int64_t position,
                  ArrayAssembler* out) {
  if (position == 0) return MakeError("INVALID_INDEX_OF_ZERO");
  const int64_t length = std::max(size + 1, std::abs(position));
  if (length > kMaxElements) {
    return MakeError("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION",
                     {{"functionName", "`array_insert`"},
                      {"numberOfElements", std::to_string(length)},
                      {"maxRoundedArrayLength", std::to_string(kMaxElements)}});
  }
  const int64_t place = position > 0 ? position - 1 : std::max<int64_t>(size + position + 1, 0);
  // Elements in front, and NULLs between them and the new one: only beyond the end.
  for (int64_t i = 0; i < std::min(place, size); ++i) out->Add(begin + i);
  for (int64_t i = size; i < place; ++i) out->AddNullElement();
  out->Add(inserted);
  if (position < 0) {
    for (int64_t i = size + 1; i < -position; ++i) out->AddNullElement();
  }
  for (int64_t i = place; i < size; ++i) out->Add(begin + i);
  return Status::OK();
}

Result<arrow::Datum> InsertKernel(const TypePtr& type, const Datums& values, int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  if (expr::NullView(values[0]).AllNull()) return expr::NullResult(type, rows, as_scalar);
  const expr::ListView lists(values[0]);
  const expr::PrimitiveView<int32_t> positions(values[1]);
  ARROW_ASSIGN_OR_RAISE(const auto extra, expr::ToArray(values[2], rows));
  ARROW_ASSIGN_OR_RAISE(const auto elements, ConcatenateArrays({lists.values(), extra}));
  const int64_t start = lists.values()->length();
  ArrayAssembler assembler;
  for (int64_t row = 0; row < rows; ++row) {
    if (lists.IsNull(row) || positions.IsNull(row)) {
      assembler.FinishNullRow();
      continue;
    }
    ARROW_RETURN_NOT_OK(InsertInto(lists.Offset(row), lists.Length(row), start + row,
                                   positions.Value(row), &assembler));
    assembler.FinishRow();
  }
  return assembler.Finish(type, elements, as_scalar);
}

/// A position may be of any integral type but BIGINT.
bool IsPosition(const arrow::DataType& type) {
  const auto id = type.id();
  return id == arrow::Type::INT8 || id == arrow::Type::INT16 || id == arrow::Type::INT32;
}

/// The type of elements of `array` and of the new one; null if there is none. Spark goes by the rules
/// of legacy mode here in both modes.
TypePtr InsertedType(const arrow::DataType& array, const TypePtr& inserted) {
  if (!IsArray(array)) return nullptr;
  return TightestType(ElementType(array), inserted, EvalMode::kLegacy);
}

Result<expr::BoundFunction> BindInsert(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 3, 3));
  const TypePtr& given = arguments[0].type;
  if (IsArray(*given) && !IsPosition(*arguments[1].type)) {
    return UnexpectedInputType(1, "\"INT\"", *arguments[1].type);
  }
  const TypePtr common = InsertedType(*given, arguments[2].type);
  if (common == nullptr) {
    return MakeError("DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES",
                     {{"functionName", "`array_insert`"},
                      {"dataType", "\"ARRAY\""},
                      {"leftType", QuotedType(*given)},
                      {"rightType", QuotedType(*arguments[2].type)}});
  }
  const TypePtr type = ArrayOf(common, given->field(0)->nullable() || arguments[2].nullable);
  auto bound = MakeBound(name, arguments, {type, arrow::int32(), common}, type,
                         [type](const expr::EvalContext&, const Datums& values, int64_t num_rows) {
                           return InsertKernel(type, values, num_rows);
                         });
  bound.nullable = arguments[0].nullable || arguments[1].nullable;
  bound.can_fail = true;
  return bound;
}

// ---- shuffle ----

/// The state that Spark's generator (a Mersenne Twister) begins with for a seed of 64 bits.
class TwisterSeed {
 public:
  using result_type = uint32_t;
  explicit TwisterSeed(uint64_t seed)
      : words_{static_cast<uint32_t>(seed >> 32), static_cast<uint32_t>(seed)} {}

  template <typename Iterator>
  void generate(Iterator begin, Iterator end) {
    const auto size = static_cast<size_t>(end - begin);
    begin[0] = 19650218;
    for (size_t i = 1; i < size; ++i) {
      begin[i] = static_cast<uint32_t>(1812433253U * Fold(begin[i - 1]) + i);
    }
    size_t at = 1;
    const auto advance = [&] {
      if (++at < size) return;
      begin[0] = begin[size - 1];
      at = 1;
    };
    for (size_t k = 0; k < size; ++k) {
      const size_t word = k % 2;
      begin[at] = static_cast<uint32_t>((begin[at] ^ (Fold(begin[at - 1]) * 1664525U)) +
                                        words_[word] + word);
      advance();
    }
    for (size_t k = 1; k < size; ++k) {
      begin[at] = static_cast<uint32_t>((begin[at] ^ (Fold(begin[at - 1]) * 1566083941U)) - at);
      advance();
    }
    begin[0] = 0x80000000U;
  }

 private:
  static uint32_t Fold(uint64_t word) {
    const auto low = static_cast<uint32_t>(word);
    return low ^ (low >> 30);
  }
  uint32_t words_[2];
};

/// Random numbers of one partition. Not thread-safe.
class Twister {
 public:
  explicit Twister(uint64_t seed) {
    TwisterSeed sequence(seed);
    engine_.seed(sequence);
  }

  /// From 0 to `bound` - 1, as Java's generators draw it.
  int64_t Below(int64_t bound) {
    if ((bound & -bound) == bound) return (bound * Next()) >> 31;
    while (true) {
      const int64_t bits = Next();
      const int64_t value = bits % bound;
      if (bits - value + (bound - 1) <= INT32_MAX) return value;
    }
  }

 private:
  int64_t Next() { return static_cast<int64_t>(engine_() >> 1); }
  std::mt19937 engine_;
};

using Twisters = PerPartition<std::optional<Twister>>;

Result<arrow::Datum> ShuffleKernel(const TypePtr& type, const std::optional<int64_t>& seed,
                                   Twisters* twisters, const expr::EvalContext& context,
                                   const arrow::Datum& value, int64_t num_rows) {
  if (expr::NullView(value).AllNull()) return expr::NullResult(type, num_rows, false);
  const auto twister = twisters->Of(context);
  if (!twister->has_value()) {
    // Without a seed each call of a query draws numbers of its own.
    const uint64_t own = context.random_seed ^ reinterpret_cast<uintptr_t>(twisters);
    twister->emplace((seed ? static_cast<uint64_t>(*seed) : own) +
                     static_cast<uint64_t>(context.worker));
  }
  const expr::ListView lists(value);
  ArrayAssembler assembler;
  std::vector<int64_t> order;
  for (int64_t row = 0; row < num_rows; ++row) {
    if (lists.IsNull(row)) {
      assembler.FinishNullRow();
      continue;
    }
    const int64_t size = lists.Length(row);
    order.resize(static_cast<size_t>(size));
    // The next element takes the place of one before it, which moves to the end.
    for (int64_t i = 0; i < size; ++i) {
      const auto taken = static_cast<size_t>((*twister)->Below(i + 1));
      order[static_cast<size_t>(i)] = order[taken];
      order[taken] = lists.Offset(row) + i;
    }
    for (const int64_t element : order) assembler.Add(element);
    assembler.FinishRow();
  }
  return assembler.Finish(type, lists.values(), false);
}

/// The constant seed in argument 1, nothing without one.
Result<std::optional<int64_t>> SeedOf(const Arguments& arguments) {
  if (arguments.size() < 2) return std::optional<int64_t>();
  const auto& constant = arguments[1].constant;
  const bool is_void = IsVoid(*arguments[1].type);
  if (constant == nullptr || (!arrow::is_integer(arguments[1].type->id()) && !is_void)) {
    return MakeError("INVALID_PARAMETER_VALUE.LONG",
                     {{"parameter", "`seed`"},
                      {"functionName", "`shuffle`"},
                      {"invalidValue", constant == nullptr ? QuotedType(*arguments[1].type)
                                                           : "\"" + constant->ToString() + "\""}});
  }
  if (!constant->is_valid) return std::optional<int64_t>();
  ARROW_ASSIGN_OR_RAISE(const auto seed, constant->CastTo(arrow::int64()));
  return static_cast<const arrow::Int64Scalar&>(*seed).value;
}

Result<expr::BoundFunction> BindShuffle(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 2));
  const TypePtr type = IsVoid(*arguments[0].type) ? ArrayOf(arrow::null()) : arguments[0].type;
  if (!IsArray(*type)) return UnexpectedInputType(0, "\"ARRAY\"", *type);
  ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> seed, SeedOf(arguments));
  std::vector<TypePtr> types = {type};
  if (arguments.size() == 2) types.push_back(arguments[1].type);
  auto twisters = std::make_shared<Twisters>([](int) { return std::optional<Twister>(); });
  auto bound =
      MakeBound(name, arguments, std::move(types), type,
                [type, seed, twisters](const expr::EvalContext& context, const Datums& values,
                                       int64_t num_rows) {
                  return ShuffleKernel(type, seed, twisters.get(), context, values[0], num_rows);
                });
  bound.nullable = arguments[0].nullable;
  bound.deterministic = false;
  bound.context_dependent = true;
  return bound;
}

}  // namespace

void RegisterArrayInsertion(FunctionRegistry* registry) {
  DeclareBinder(registry, {"array_insert"}, "array_funcs",
                "array_insert(array, pos, element) - Returns the array with the element at "
                "position `pos` (from 1, negative from the end), with NULLs up to one beyond.",
                "SELECT array_insert(array(1, 2, 3, 4), 5, 5);", BindInsert);
  DeclareBinder(registry, {"shuffle"}, "array_funcs",
                "shuffle(array[, seed]) - Returns the elements of the array in random order.",
                "SELECT shuffle(array(1, 20, 3, 5));", BindShuffle);
}

}  // namespace thalweg::functions

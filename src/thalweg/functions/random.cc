// rand, randn and uuid.

#include <atomic>
#include <cmath>
#include <numbers>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/math_family.h"
#include "thalweg/functions/per_partition.h"
#include "thalweg/functions/poisson_random.h"
#include "thalweg/functions/xor_shift_random.h"
#include "thalweg/types/time_text.h"

namespace thalweg::functions {
namespace {

using arrow::float64;

/// A well-mixed function of its argument (the finaliser of SplitMix64).
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

/// Random numbers by counting. One per call in a query; the counter, shared by all who evaluate
/// it, makes sure that no number is used twice.
class Stream {
 public:
  explicit Stream(std::optional<int64_t> seed) : seed_(seed) {}

  /// Reserves `count` numbers; Number(base, i) for i below count.
  uint64_t Reserve(int64_t count) { return next_.fetch_add(static_cast<uint64_t>(count)); }
  uint64_t Number(const expr::EvalContext& context, uint64_t index) const {
    const uint64_t seed =
        seed_ ? static_cast<uint64_t>(*seed_) : Mix(context.random_seed ^ 0x5DEECE66DULL);
    return Mix(Mix(seed + static_cast<uint64_t>(context.worker) * 0x632BE59BD9B4E019ULL) ^
               Mix(index));
  }

 private:
  std::optional<int64_t> seed_;
  std::atomic<uint64_t> next_{0};
};

expr::ScalarKernel SeededKernel(int64_t seed, bool gaussian) {
  auto generators = std::make_shared<PerPartition<XorShiftRandom>>(
      [seed](int partition) { return XorShiftRandom(WrappingAdd(seed, partition)); });
  return [generators, gaussian](const expr::EvalContext& context, const std::vector<arrow::Datum>&,
                                int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<double>::Make(float64(), num_rows, {}));
    const auto generator = generators->Of(context);
    for (int64_t i = 0; i < num_rows; ++i) {
      writer.data()[i] = gaussian ? generator->NextGaussian() : generator->NextDouble();
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return arrow::Datum(array);
  };
}

/// "poisson count" (mean, seed): how often a row is in a sample with replacement.
Result<expr::BoundFunction> BindPoissonCount(const std::string& name, const Arguments& arguments) {
  const double mean = static_cast<const arrow::DoubleScalar&>(*arguments[0].constant).value;
  const int64_t seed = static_cast<const arrow::Int64Scalar&>(*arguments[1].constant).value;
  auto generators = std::make_shared<PerPartition<PoissonRandom>>(
      [mean, seed](int partition) { return PoissonRandom(mean, seed, partition); });
  auto bound =
      MakeBound(name, arguments, {arguments[0].type, arguments[1].type}, arrow::int32(),
                [generators](const expr::EvalContext& context, const std::vector<arrow::Datum>&,
                             int64_t num_rows) -> Result<arrow::Datum> {
                  ARROW_ASSIGN_OR_RAISE(
                      auto writer, expr::ResultWriter<int32_t>::Make(arrow::int32(), num_rows, {}));
                  const auto generator = generators->Of(context);
                  for (int64_t i = 0; i < num_rows; ++i) writer.data()[i] = generator->Next();
                  ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
                  return arrow::Datum(array);
                });
  bound.nullable = false;
  bound.deterministic = false;
  bound.context_dependent = true;
  return bound;
}

/// monotonically_increasing_id(): the partition, then the number of the row in it.
Result<expr::BoundFunction> BindMonotonicId(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 0, 0));
  constexpr int kRowBits = 33;
  auto counters = std::make_shared<PerPartition<int64_t>>(
      [](int partition) { return static_cast<int64_t>(partition) << kRowBits; });
  auto bound =
      MakeBound(name, arguments, {}, arrow::int64(),
                [counters](const expr::EvalContext& context, const std::vector<arrow::Datum>&,
                           int64_t num_rows) -> Result<arrow::Datum> {
                  ARROW_ASSIGN_OR_RAISE(
                      auto writer, expr::ResultWriter<int64_t>::Make(arrow::int64(), num_rows, {}));
                  const auto next = counters->Of(context);
                  for (int64_t i = 0; i < num_rows; ++i) writer.data()[i] = (*next)++;
                  ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
                  return arrow::Datum(array);
                });
  bound.nullable = false;
  bound.deterministic = false;
  bound.context_dependent = true;
  return bound;
}

double ToUnit(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

expr::ScalarKernel UniformKernel(std::shared_ptr<Stream> stream) {
  return [stream](const expr::EvalContext& context, const std::vector<arrow::Datum>&,
                  int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<double>::Make(float64(), num_rows, {}));
    const uint64_t base = stream->Reserve(num_rows);
    for (int64_t row = 0; row < num_rows; ++row) {
      writer.data()[row] = ToUnit(stream->Number(context, base + static_cast<uint64_t>(row)));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return arrow::Datum(array);
  };
}

expr::ScalarKernel NormalKernel(std::shared_ptr<Stream> stream) {
  return [stream](const expr::EvalContext& context, const std::vector<arrow::Datum>&,
                  int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<double>::Make(float64(), num_rows, {}));
    const uint64_t base = stream->Reserve(2 * num_rows);
    for (int64_t row = 0; row < num_rows; ++row) {
      const uint64_t index = base + 2 * static_cast<uint64_t>(row);
      const double radius = std::sqrt(-2 * std::log(1 - ToUnit(stream->Number(context, index))));
      const double angle = 2 * std::numbers::pi * ToUnit(stream->Number(context, index + 1));
      writer.data()[row] = radius * std::cos(angle);
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return arrow::Datum(array);
  };
}

std::string UuidText(uint64_t high, uint64_t low) {
  high = (high & ~0xF000ULL) | 0x4000ULL;
  low = (low & 0x3FFFFFFFFFFFFFFFULL) | 0x8000000000000000ULL;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFFULL);
}

expr::ScalarKernel UuidKernel(std::shared_ptr<Stream> stream) {
  return [stream](const expr::EvalContext& context, const std::vector<arrow::Datum>&,
                  int64_t num_rows) -> Result<arrow::Datum> {
    const uint64_t base = stream->Reserve(2 * num_rows);
    arrow::StringBuilder builder;
    for (int64_t row = 0; row < num_rows; ++row) {
      const uint64_t index = base + 2 * static_cast<uint64_t>(row);
      ARROW_RETURN_NOT_OK(builder.Append(
          UuidText(stream->Number(context, index), stream->Number(context, index + 1))));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
    return arrow::Datum(array);
  };
}

/// The constant seed in argument 0; nothing without one.
Result<std::optional<int64_t>> ConstantSeed(const std::string& name, const Arguments& arguments) {
  if (arguments.empty()) return std::optional<int64_t>();
  const auto& constant = arguments[0].constant;
  if (constant == nullptr) {
    return MakeError(
        "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
        {{"inputName", "`seed`"}, {"inputType", "\"BIGINT\""}, {"inputExpr", "\"" + name + "\""}});
  }
  if (!constant->is_valid) return 0;
  if (constant->type->id() == arrow::Type::INT32) {
    return static_cast<const arrow::Int32Scalar&>(*constant).value;
  }
  if (constant->type->id() == arrow::Type::INT64) {
    return static_cast<const arrow::Int64Scalar&>(*constant).value;
  }
  return UnexpectedInputType(0, "(\"INT\" or \"BIGINT\")", *constant->type);
}

void DeclareRandom(FunctionRegistry* registry, const std::vector<std::string>& names,
                   std::string group, std::string usage, std::string example, TypePtr type,
                   expr::ScalarKernel (*make)(std::shared_ptr<Stream>)) {
  DeclareBinder(
      registry, names, std::move(group), std::move(usage), std::move(example),
      [=](const std::string& name, const Arguments& arguments) -> Result<expr::BoundFunction> {
        ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 0, 1));
        ARROW_ASSIGN_OR_RAISE(const auto seed, ConstantSeed(name, arguments));
        std::vector<TypePtr> types;
        for (const auto& argument : arguments) types.push_back(argument.type);
        const bool seeded = seed.has_value() && type->id() == arrow::Type::DOUBLE;
        auto bound = MakeBound(
            name, arguments, std::move(types), type,
            seeded ? SeededKernel(*seed, name == "randn") : make(std::make_shared<Stream>(seed)));
        bound.nullable = false;
        bound.deterministic = false;
        bound.context_dependent = true;
        return bound;
      });
}

}  // namespace

void RegisterRandomFunctions(FunctionRegistry* registry) {
  DeclareRandom(registry, {"rand", "random"}, "math_funcs",
                "rand([seed]) - Returns random numbers from 0 (inclusive) to 1 (exclusive).",
                "SELECT rand();", float64(), UniformKernel);
  DeclareRandom(registry, {"randn"}, "math_funcs",
                "randn([seed]) - Returns random numbers of the standard normal distribution.",
                "SELECT randn();", float64(), NormalKernel);
  DeclareRandom(registry, {"uuid"}, "misc_funcs", "uuid() - Returns a random UUID.",
                "SELECT uuid();", arrow::utf8(), UuidKernel);
  DeclareBinder(registry, {"monotonically_increasing_id"}, "misc_funcs",
                "monotonically_increasing_id() - Returns a number that no other row has, greater "
                "for later rows of a partition.",
                "SELECT monotonically_increasing_id();", BindMonotonicId);
  RegisterRandomRangeFunctions(registry);
  // Samples: no name that SQL text can call.
  DeclareBinder(registry, {"poisson count"}, "math_funcs", "", "", BindPoissonCount);
}

}  // namespace thalweg::functions

// rand, randn and uuid.

#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <numbers>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/math_family.h"
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

/// The numbers of a call with a seed: those of Spark, where the worker counts as the partition.
/// Each batch begins anew.
class SeededStream {
 public:
  explicit SeededStream(int64_t seed) : seed_(seed) {}

  /// Fills `out` with the next numbers of the worker of `context`.
  void Fill(const expr::EvalContext& context, bool gaussian, int64_t count, double* out) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (context.random_seed != batch_) {
      generators_.clear();
      batch_ = context.random_seed;
    }
    auto found = generators_.find(context.worker);
    if (found == generators_.end()) {
      found =
          generators_.emplace(context.worker, XorShiftRandom(WrappingAdd(seed_, context.worker)))
              .first;
    }
    XorShiftRandom& generator = found->second;
    for (int64_t i = 0; i < count; ++i) {
      out[i] = gaussian ? generator.NextGaussian() : generator.NextDouble();
    }
  }

 private:
  int64_t seed_;
  std::mutex mutex_;
  uint64_t batch_ = 0;
  std::map<int, XorShiftRandom> generators_;
};

expr::ScalarKernel SeededKernel(int64_t seed, bool gaussian) {
  auto stream = std::make_shared<SeededStream>(seed);
  return [stream, gaussian](const expr::EvalContext& context, const std::vector<arrow::Datum>&,
                            int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<double>::Make(float64(), num_rows, {}));
    stream->Fill(context, gaussian, num_rows, writer.data());
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return arrow::Datum(array);
  };
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
}

}  // namespace thalweg::functions

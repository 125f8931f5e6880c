// Vectors: arrays of floats, their products, distances and norms.

#include <cmath>
#include <limits>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/vector_family.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

using arrow::float32;

/// The vectors of a column or of a constant. A vector with a NULL in it counts as NULL.
class VectorView {
 public:
  static Result<VectorView> Make(const arrow::Datum& datum, int64_t num_rows) {
    ARROW_ASSIGN_OR_RAISE(auto array, expr::ToArray(datum, datum.is_scalar() ? 1 : num_rows));
    return VectorView(std::static_pointer_cast<arrow::ListArray>(array), datum.is_scalar());
  }

  /// No vector at all.
  bool IsAbsent(int64_t row) const { return lists_->IsNull(repeated_ ? 0 : row); }
  bool IsNull(int64_t row) const {
    const int64_t at = repeated_ ? 0 : row;
    if (lists_->IsNull(at)) return true;
    if (values_->null_count() == 0) return false;
    for (int64_t i = lists_->value_offset(at); i < lists_->value_offset(at + 1); ++i) {
      if (values_->IsNull(i)) return true;
    }
    return false;
  }
  const float* Values(int64_t row) const {
    return values_->raw_values() + lists_->value_offset(repeated_ ? 0 : row);
  }
  int64_t Size(int64_t row) const { return lists_->value_length(repeated_ ? 0 : row); }

 private:
  VectorView(std::shared_ptr<arrow::ListArray> lists, bool repeated)
      : lists_(std::move(lists)),
        values_(static_cast<const arrow::FloatArray*>(lists_->values().get())),
        repeated_(repeated) {}

  std::shared_ptr<arrow::ListArray> lists_;
  const arrow::FloatArray* values_;
  bool repeated_;
};

bool IsVector(const arrow::DataType& type) {
  return type.id() == arrow::Type::LIST &&
         static_cast<const arrow::ListType&>(type).value_type()->id() == arrow::Type::FLOAT;
}

Status CheckVector(const Arguments& arguments, size_t index) {
  if (IsVector(*arguments[index].type)) return Status::OK();
  return UnexpectedInputType(index, "\"ARRAY<FLOAT>\"", *arguments[index].type);
}

/// A number of two equally long vectors; nothing is NULL.
using PairFunction = std::optional<float> (*)(const float*, const float*, int64_t);

/// The sum of term(0) to term(size - 1), eight by eight, as Spark adds them.
template <typename Term>
double SumOf(int64_t size, const Term& term) {
  constexpr int64_t kBlock = 8;
  double sum = 0;
  int64_t i = 0;
  for (; i + kBlock <= size; i += kBlock) {
    double block = term(i);
    for (int64_t k = 1; k < kBlock; ++k) block += term(i + k);
    sum += block;
  }
  for (; i < size; ++i) sum += term(i);
  return sum;
}

double Product(const float* left, const float* right, int64_t size) {
  return SumOf(size, [&](int64_t i) {
    return static_cast<double>(left[i]) * static_cast<double>(right[i]);
  });
}

std::optional<float> InnerProduct(const float* left, const float* right, int64_t size) {
  return static_cast<float>(Product(left, right, size));
}

std::optional<float> Distance(const float* left, const float* right, int64_t size) {
  return static_cast<float>(std::sqrt(SumOf(size, [&](int64_t i) {
    const double difference = static_cast<double>(left[i]) - static_cast<double>(right[i]);
    return difference * difference;
  })));
}

std::optional<float> CosineSimilarity(const float* left, const float* right, int64_t size) {
  const double length = std::sqrt(Product(left, left, size) * Product(right, right, size));
  if (length == 0) return std::nullopt;
  return static_cast<float>(Product(left, right, size) / length);
}

Status DimensionMismatch(const std::string& name, int64_t left, int64_t right) {
  return MakeError("VECTOR_DIMENSION_MISMATCH", {{"functionName", "`" + name + "`"},
                                                 {"leftDim", std::to_string(left)},
                                                 {"rightDim", std::to_string(right)}});
}

expr::ScalarKernel PairKernel(std::string name, PairFunction function) {
  return [name = std::move(name), function](const expr::EvalContext&,
                                            const std::vector<arrow::Datum>& values,
                                            int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(values);
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(const auto left, VectorView::Make(values[0], rows));
    ARROW_ASSIGN_OR_RAISE(const auto right, VectorView::Make(values[1], rows));
    arrow::FloatBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(rows));
    for (int64_t row = 0; row < rows; ++row) {
      std::optional<float> number;
      const int64_t size = left.Size(row);
      const bool absent = left.IsAbsent(row) || right.IsAbsent(row);
      if (!absent && size != right.Size(row)) {
        return DimensionMismatch(name, size, right.Size(row));
      }
      if (!left.IsNull(row) && !right.IsNull(row)) {
        number = function(left.Values(row), right.Values(row), size);
      }
      number ? builder.UnsafeAppend(*number) : builder.UnsafeAppendNull();
    }
    ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

void DeclarePair(FunctionRegistry* registry, const std::string& name, const std::string& what,
                 PairFunction function) {
  DeclareBinder(registry, {name}, "vector_funcs",
                name + "(array1, array2) - Returns " + what + " of two equally long vectors.",
                "SELECT " + name + "(array(1.0F, 2.0F), array(4.0F, 5.0F));",
                [function](const std::string& called,
                           const Arguments& arguments) -> Result<expr::BoundFunction> {
                  ARROW_RETURN_NOT_OK(CheckArgumentCount(called, arguments, 2, 2));
                  ARROW_RETURN_NOT_OK(CheckVector(arguments, 0));
                  ARROW_RETURN_NOT_OK(CheckVector(arguments, 1));
                  auto bound = MakeBound(called, arguments, {arguments[0].type, arguments[1].type},
                                         float32(), PairKernel(called, function));
                  bound.nullable = true;
                  bound.can_fail = true;
                  return bound;
                });
}

/// The norm of one of the degrees that there are.
Result<double> Norm(const std::string& name, const float* values, int64_t size, float degree) {
  if (degree == 2) return std::sqrt(Product(values, values, size));
  const auto magnitude = [values](int64_t i) { return std::fabs(static_cast<double>(values[i])); };
  if (degree == 1) return SumOf(size, magnitude);
  if (degree != std::numeric_limits<float>::infinity()) {
    return MakeError("INVALID_VECTOR_NORM_DEGREE",
                     {{"functionName", "`" + name + "`"}, {"degree", fmt::format("{}", degree)}});
  }
  // What is no number makes the norm none.
  double greatest = 0;
  for (int64_t i = 0; i < size && !std::isnan(greatest); ++i) {
    const double one = magnitude(i);
    if (std::isnan(one) || one > greatest) greatest = one;
  }
  return greatest;
}

/// Calls `append(row)` with the norm of each row that has one, `append_null()` else.
template <typename Append, typename AppendNull>
Status ForEachNorm(const std::string& name, const std::vector<arrow::Datum>& values,
                   const VectorView& vectors, int64_t rows, const Append& append,
                   const AppendNull& append_null) {
  const arrow::Datum two(std::make_shared<arrow::FloatScalar>(2.0F));
  const expr::PrimitiveView<float> degrees(values.size() > 1 ? values[1] : two);
  for (int64_t row = 0; row < rows; ++row) {
    if (vectors.IsNull(row) || degrees.IsNull(row)) {
      ARROW_RETURN_NOT_OK(append_null());
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(const double norm,
                          Norm(name, vectors.Values(row), vectors.Size(row), degrees.Value(row)));
    ARROW_RETURN_NOT_OK(append(row, norm));
  }
  return Status::OK();
}

Result<arrow::Datum> EvaluateNorm(const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                                  int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(const auto vectors, VectorView::Make(values[0], rows));
  arrow::FloatBuilder builder;
  ARROW_RETURN_NOT_OK(ForEachNorm(
      "vector_norm", values, vectors, rows,
      [&](int64_t, double norm) { return builder.Append(static_cast<float>(norm)); },
      [&] { return builder.AppendNull(); }));
  ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
  return expr::FinishDatum(array, as_scalar);
}

Result<arrow::Datum> EvaluateNormalize(const expr::EvalContext&,
                                       const std::vector<arrow::Datum>& values, int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(const auto vectors, VectorView::Make(values[0], rows));
  auto elements = std::make_shared<arrow::FloatBuilder>();
  arrow::ListBuilder lists(arrow::default_memory_pool(), elements, ArrayOf(float32(), true));
  ARROW_RETURN_NOT_OK(ForEachNorm(
      "vector_normalize", values, vectors, rows,
      [&](int64_t row, double norm) -> Status {
        const int64_t size = vectors.Size(row);
        if (norm == 0 && size > 0) return lists.AppendNull();
        ARROW_RETURN_NOT_OK(lists.Append());
        ARROW_RETURN_NOT_OK(elements->Reserve(size));
        const float* from = vectors.Values(row);
        for (int64_t i = 0; i < size; ++i)
          elements->UnsafeAppend(static_cast<float>(static_cast<double>(from[i]) / norm));
        return Status::OK();
      },
      [&] { return lists.AppendNull(); }));
  ARROW_ASSIGN_OR_RAISE(auto array, lists.Finish());
  return expr::FinishDatum(array, as_scalar);
}

void DeclareOfNorm(FunctionRegistry* registry, const std::string& name, const std::string& what,
                   TypePtr type, expr::ScalarKernel kernel) {
  DeclareBinder(registry, {name}, "vector_funcs",
                name + "(vector[, degree]) - Returns " + what +
                    " by the norm of degree 1.0, 2.0 (the " + "default) or infinity.",
                "SELECT " + name + "(array(3.0F, 4.0F), 2.0F);",
                [type, kernel](const std::string& called,
                               const Arguments& arguments) -> Result<expr::BoundFunction> {
                  ARROW_RETURN_NOT_OK(CheckArgumentCount(called, arguments, 1, 2));
                  ARROW_RETURN_NOT_OK(CheckVector(arguments, 0));
                  std::vector<TypePtr> types = {arguments[0].type};
                  if (arguments.size() == 2) {
                    if (arguments[1].type->id() != arrow::Type::FLOAT) {
                      return UnexpectedInputType(1, "\"FLOAT\"", *arguments[1].type);
                    }
                    types.push_back(float32());
                  }
                  auto bound = MakeBound(called, arguments, std::move(types), type, kernel);
                  bound.nullable = true;
                  bound.can_fail = true;
                  return bound;
                });
}

}  // namespace

void RegisterVectorFunctions(FunctionRegistry* registry) {
  DeclarePair(registry, "vector_inner_product", "the inner product", InnerProduct);
  DeclarePair(registry, "vector_l2_distance", "the Euclidean distance", Distance);
  DeclarePair(registry, "vector_cosine_similarity", "the cosine of the angle", CosineSimilarity);
  DeclareOfNorm(registry, "vector_norm", "the length", float32(), EvaluateNorm);
  DeclareOfNorm(registry, "vector_normalize", "the vector of length 1", ArrayOf(float32(), true),
                EvaluateNormalize);
}

}  // namespace thalweg::functions

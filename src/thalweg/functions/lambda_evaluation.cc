#include "thalweg/functions/lambda_evaluation.h"

#include <arrow/api.h>

#include "thalweg/data/batch.h"
#include "thalweg/data/retype.h"
#include "thalweg/functions/collection_family.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

/// Whether the body gives the same for equal parameters and captured values, whatever the context.
bool IsFoldableBody(const expr::ExpressionPtr& body) {
  const auto closed = expr::Transform(body, [](const expr::ExpressionPtr& part) {
    return part->kind() == expr::ExpressionKind::kColumn ? expr::Literal::Null(part->type()) : part;
  });
  return closed->IsFoldable();
}

std::string LambdaText(const Lambda& lambda) { return lambda.body->ToString(); }

}  // namespace

FlatElements Flatten(const expr::ListView& lists, int64_t num_rows) {
  FlatElements flat;
  flat.offsets.reserve(static_cast<size_t>(num_rows) + 1);
  flat.offsets.push_back(0);
  for (int64_t row = 0; row < num_rows; ++row) {
    const int64_t begin = lists.Offset(row);
    const int64_t length = lists.IsNull(row) ? 0 : lists.Length(row);
    for (int64_t i = 0; i < length; ++i) {
      flat.parents.push_back(static_cast<int32_t>(row));
      flat.indices.push_back(static_cast<int32_t>(begin + i));
    }
    flat.offsets.push_back(static_cast<int32_t>(flat.parents.size()));
  }
  return flat;
}

Result<ArrayPtr> EvaluateLambda(const Lambda& lambda, const expr::EvalContext& context,
                                std::vector<ArrayPtr> parameters,
                                const std::vector<arrow::Datum>& arguments,
                                const std::vector<int32_t>& parents) {
  Batch batch;
  batch.num_rows = static_cast<int64_t>(parents.size());
  if (batch.num_rows == 0) return arrow::MakeEmptyArray(lambda.body->type());
  batch.columns = std::move(parameters);
  batch.columns.resize(lambda.num_parameters);
  for (size_t i = 0; i < lambda.num_captures; ++i) {
    const arrow::Datum& value = arguments[lambda.first_capture + i];
    ArrayPtr column;
    if (value.is_scalar()) {
      ARROW_ASSIGN_OR_RAISE(column, expr::ToArray(value, batch.num_rows));
    } else {
      ARROW_ASSIGN_OR_RAISE(column, TakeRows(value.make_array(), parents));
    }
    batch.columns.push_back(std::move(column));
  }
  ARROW_ASSIGN_OR_RAISE(auto result, expr::EvaluateToArray(*lambda.body, context, batch));
  return Retype(result, lambda.body->type());
}

Result<ArrayPtr> ElementPositions(const FlatElements& elements) {
  arrow::Int32Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(elements.size()));
  for (size_t i = 0; i < elements.parents.size(); ++i) {
    builder.UnsafeAppend(static_cast<int32_t>(i) - elements.offsets[elements.parents[i]]);
  }
  return builder.Finish();
}

Result<std::shared_ptr<arrow::Buffer>> RowValidity(const expr::NullView& rows, int64_t num_rows) {
  if (!rows.MayHaveNulls()) return std::shared_ptr<arrow::Buffer>();
  arrow::TypedBufferBuilder<bool> bits;
  ARROW_RETURN_NOT_OK(bits.Reserve(num_rows));
  for (int64_t row = 0; row < num_rows; ++row) bits.UnsafeAppend(rows.IsValid(row));
  return bits.Finish();
}

Result<arrow::Datum> MakeLists(const TypePtr& type, std::vector<int32_t> offsets,
                               const ArrayPtr& values, std::shared_ptr<arrow::Buffer> validity,
                               bool as_scalar) {
  ARROW_ASSIGN_OR_RAISE(auto elements, Retype(values, ElementType(*type)));
  const auto rows = static_cast<int64_t>(offsets.size()) - 1;
  const ArrayPtr array = std::make_shared<arrow::ListArray>(
      type, rows, arrow::Buffer::FromVector(std::move(offsets)), elements, std::move(validity));
  return expr::FinishDatum(array, as_scalar);
}

expr::BoundFunction MakeHigherOrder(const std::string& name, const Arguments& arguments,
                                    const std::vector<Lambda>& lambdas, TypePtr return_type,
                                    expr::ScalarKernel kernel) {
  expr::BoundFunction bound;
  bound.name = name;
  for (const expr::ArgumentInfo& argument : arguments) {
    bound.argument_types.push_back(argument.type);
  }
  bound.return_type = std::move(return_type);
  bound.nullable = AnyNullable(arguments);
  bound.kernel = std::move(kernel);
  for (const Lambda& lambda : lambdas) {
    bound.can_fail = bound.can_fail || lambda.body->CanFail();
    bound.deterministic = bound.deterministic && lambda.body->IsDeterministic();
    bound.context_dependent = bound.context_dependent || !IsFoldableBody(lambda.body);
    bound.name += " " + LambdaText(lambda);
  }
  return bound;
}

Result<std::vector<TypePtr>> AcceptArrays(const Arguments& arguments) {
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const TypePtr& given = arguments[i].type;
    if (!IsArray(*given)) return UnexpectedInputType(i, "\"ARRAY\"", *given);
    types.push_back(given);
  }
  return types;
}

Result<std::vector<TypePtr>> AcceptMaps(const Arguments& arguments) {
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const TypePtr& given = arguments[i].type;
    if (!IsMap(*given)) return UnexpectedInputType(i, "\"MAP\"", *given);
    types.push_back(given);
  }
  return types;
}

Status RequireBoolean(const Lambda& lambda, size_t index) {
  const TypePtr& type = lambda.body->type();
  if (type->id() == arrow::Type::BOOL || IsVoid(*type)) return Status::OK();
  return UnexpectedInputType(index, "\"BOOLEAN\"", *type);
}

LambdaParameter ElementParameter(const arrow::DataType& array) {
  const auto& list = static_cast<const arrow::ListType&>(array);
  return {list.value_type(), list.value_field()->nullable()};
}

}  // namespace thalweg::functions

#include "thalweg/expr/insert_cast.h"

#include <fmt/format.h>

#include "thalweg/types/coercion.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::expr {
namespace {

bool IsOverflow(const Status& status) {
  return IsCondition(status, "CAST_OVERFLOW") ||
         IsCondition(status, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION");
}

}  // namespace

ExpressionPtr CastForInsert(const ExpressionPtr& value, const TypePtr& to,
                            const std::string& column) {
  const TypePtr& from = value->type();
  const bool may_overflow = IsNumeric(*from) && (IsInteger(*to) || IsDecimal(*to)) &&
                            !SameType(*from, *to) && !IsSafeCast(*from, *to);
  if (!may_overflow) return Cast::Make(value, to);
  auto function = std::make_shared<BoundFunction>();
  // Calls of one name over one value are one and the same.
  function->name = fmt::format("insert_cast {} {}", SimpleTypeName(*to), column);
  function->argument_types = {from};
  function->return_type = to;
  function->nullable = Cast::Make(value, to)->nullable();
  function->can_fail = true;
  function->kernel = [from, to, column](const EvalContext& context,
                                        const std::vector<arrow::Datum>& arguments,
                                        int64_t) -> Result<arrow::Datum> {
    Result<arrow::Datum> cast = CastDatum(arguments[0], to, EvalMode::kAnsi, context);
    if (cast.ok() || !IsOverflow(cast.status())) return cast;
    return MakeError("CAST_OVERFLOW_IN_TABLE_INSERT",
                     {{"sourceType", "\"" + SqlTypeName(*from) + "\""},
                      {"targetType", "\"" + SqlTypeName(*to) + "\""},
                      {"columnName", QuoteIdentifier(column)}});
  };
  function->format = [type = SimpleTypeName(*to)](const std::vector<std::string>& arguments) {
    return fmt::format("cast({} as {})", arguments[0], type);
  };
  return Call::Make(std::move(function), {value});
}

}  // namespace thalweg::expr

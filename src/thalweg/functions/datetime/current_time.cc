// current_date, current_timestamp and the like: all of one batch see one time (semantics 1.1).

#include "thalweg/functions/datetime/datetime_support.h"

namespace thalweg::functions {
namespace {

using expr::EvalContext;

template <typename Scalar, typename Value>
void AddCurrent(FunctionRegistry* registry, const std::string& name,
                std::vector<std::string> aliases, const TypePtr& type, const std::string& what,
                Value value) {
  registry->AddScalar(
      {.name = name,
       .aliases = std::move(aliases),
       .group = "datetime_funcs",
       .usage = name + "() - Returns " + what + ".",
       .example = "SELECT " + name + "();",
       .bind = [name, type, value](const Arguments& arguments) -> Result<expr::BoundFunction> {
         ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 0, 0));
         return expr::BoundFunction{
             .name = name,
             .return_type = type,
             .nullable = false,
             .context_dependent = true,
             .kernel = [type, value](const EvalContext& context, const std::vector<arrow::Datum>&,
                                     int64_t) -> Result<arrow::Datum> {
               ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(context.session_time_zone));
               return arrow::Datum(std::make_shared<Scalar>(value(context, &zone), type));
             }};
       }});
}

}  // namespace

void RegisterCurrentTime(FunctionRegistry* registry) {
  AddCurrent<arrow::TimestampScalar>(
      registry, "current_timestamp", {"now"}, TimestampType(), "the time of the batch",
      [](const EvalContext& context, TimeZone*) { return context.current_timestamp_micros; });
  AddCurrent<arrow::TimestampScalar>(registry, "localtimestamp", {}, TimestampNtzType(),
                                     "the wall-clock time of the batch",
                                     [](const EvalContext& context, TimeZone* zone) {
                                       return zone->ToLocal(context.current_timestamp_micros);
                                     });
  AddCurrent<arrow::Date32Scalar>(
      registry, "current_date", {"curdate"}, arrow::date32(), "the date of the batch",
      [](const EvalContext& context, TimeZone* zone) {
        return static_cast<int32_t>(
            FloorDivide(zone->ToLocal(context.current_timestamp_micros), kMicrosPerDay));
      });
  registry->AddScalar(
      {.name = "current_timezone",
       .group = "datetime_funcs",
       .usage = "current_timezone() - Returns the session time zone.",
       .example = "SELECT current_timezone();",
       .bind = [](const Arguments& arguments) -> Result<expr::BoundFunction> {
         ARROW_RETURN_NOT_OK(CheckArgumentCount("current_timezone", arguments, 0, 0));
         return expr::BoundFunction{
             .name = "current_timezone",
             .return_type = arrow::utf8(),
             .nullable = false,
             .context_dependent = true,
             .kernel = [](const EvalContext& context, const std::vector<arrow::Datum>&,
                          int64_t) -> Result<arrow::Datum> {
               return arrow::Datum(
                   std::make_shared<arrow::StringScalar>(context.session_time_zone));
             }};
       }});
}

}  // namespace thalweg::functions

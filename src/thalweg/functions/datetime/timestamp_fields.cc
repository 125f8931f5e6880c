// hour, minute, second.

#include "thalweg/functions/datetime/datetime_support.h"

namespace thalweg::functions {
namespace {

int32_t SecondOf(int64_t local_micros) {
  return static_cast<int32_t>(FloorModulo(local_micros, kMicrosPerMinute) / kMicrosPerSecond);
}

void AddTimeField(FunctionRegistry* registry, const std::string& name,
                  int32_t (*field)(int64_t local_micros)) {
  registry->AddScalar(
      {.name = name,
       .group = "datetime_funcs",
       .usage = name + "(timestamp) - Returns the " + name + " of the timestamp.",
       .example = "SELECT " + name + "('2009-07-30 12:58:59');",
       .bind = [name, field](const Arguments& arguments) -> Result<expr::BoundFunction> {
         ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
         expr::BoundFunction bound{
             .name = name, .return_type = arrow::int32(), .nullable = AnyNullable(arguments)};
         if (IsTimestampNtz(*arguments[0].type)) {
           bound.argument_types = {arguments[0].type};
           bound.kernel = expr::DenseKernel<int32_t, int64_t>(arrow::int32(), field);
           return bound;
         }
         ARROW_RETURN_NOT_OK(AcceptAs(arguments, 0, TimestampType()).status());
         bound.argument_types = {TimestampType()};
         bound.kernel = ZonedKernel<int32_t, int64_t>(
             arrow::int32(),
             [field](TimeZone* zone, int64_t micros) { return field(zone->ToLocal(micros)); });
         return bound;
       }});
}

}  // namespace

void RegisterTimestampFields(FunctionRegistry* registry) {
  AddTimeField(registry, "hour",
               [](int64_t local) { return FieldOfTime(local, DateField::kHour); });
  AddTimeField(registry, "minute",
               [](int64_t local) { return FieldOfTime(local, DateField::kMinute); });
  AddTimeField(registry, "second", SecondOf);
}

}  // namespace thalweg::functions

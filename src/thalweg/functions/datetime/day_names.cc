// dayname, monthname and convert_timezone.

#include <map>
#include <memory>

#include "thalweg/functions/datetime/datetime_support.h"
#include "thalweg/functions/declaration.h"

namespace thalweg::functions {
namespace {

using std::string_view;

void DeclareName(FunctionRegistry* registry, const std::string& name, const std::string& what,
                 void (*append)(std::string* out, int32_t days)) {
  Declare(registry,
          {.names = {name},
           .group = "datetime_funcs",
           .usage = name + "(date) - Returns the abbreviated English name of the " + what + ".",
           .example = "SELECT " + name + "(DATE('2008-02-20'));",
           .argument_types = {arrow::date32()},
           .return_type = arrow::utf8(),
           .kernel = TextKernel<int32_t>(arrow::utf8(), append)});
}

void AppendDayName(std::string* out, int32_t days) {
  constexpr string_view kNames[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  *out += kNames[FieldOfDate(days, DateField::kWeekday)];
}

void AppendMonthName(std::string* out, int32_t days) {
  constexpr string_view kNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  *out += kNames[FieldOfDate(days, DateField::kMonth) - 1];
}

/// The zones of a batch by name: made once each.
class ZoneCache {
 public:
  Result<TimeZone*> Get(string_view name) {
    auto& zone = zones_[std::string(name)];
    if (zone == nullptr) {
      ARROW_ASSIGN_OR_RAISE(auto made, TimeZone::Make(std::string(name)));
      zone = std::make_unique<TimeZone>(std::move(made));
    }
    return zone.get();
  }

 private:
  std::map<std::string, std::unique_ptr<TimeZone>> zones_;
};

/// convert_timezone([from, ]to, wall-clock time): the wall-clock time elsewhere.
Result<expr::BoundFunction> BindConvert(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  std::vector<TypePtr> types(arguments.size() - 1, arrow::utf8());
  types.push_back(TimestampNtzType());
  for (size_t i = 0; i < types.size(); ++i) {
    ARROW_RETURN_NOT_OK(AcceptAs(arguments, i, types[i]).status());
  }
  const bool has_source = arguments.size() == 3;
  auto bound = MakeBound(
      name, arguments, std::move(types), TimestampNtzType(),
      [has_source](const expr::EvalContext& context, const std::vector<arrow::Datum>& given,
                   int64_t num_rows) -> Result<arrow::Datum> {
        std::vector<arrow::Datum> values = given;
        if (!has_source) values.insert(values.begin(), TextScalar(context.session_time_zone));
        ZoneCache zones;
        const auto kernel = expr::RowKernel<int64_t, string_view, string_view, int64_t>(
            TimestampNtzType(),
            [&](string_view from, string_view to, int64_t local) -> Result<int64_t> {
              ARROW_ASSIGN_OR_RAISE(TimeZone * source, zones.Get(from));
              ARROW_ASSIGN_OR_RAISE(TimeZone * target, zones.Get(to));
              return target->ToLocal(source->ToUtc(local));
            });
        return kernel(context, values, num_rows);
      });
  bound.can_fail = true;
  bound.context_dependent = !has_source;
  return bound;
}

}  // namespace

void RegisterDayNames(FunctionRegistry* registry) {
  DeclareName(registry, "dayname", "day of the week", AppendDayName);
  DeclareName(registry, "monthname", "month", AppendMonthName);
  DeclareBinder(registry, {"convert_timezone"}, "datetime_funcs",
                "convert_timezone([sourceTz, ]targetTz, sourceTs) - Returns the wall-clock time in "
                "targetTz at a wall-clock time in sourceTz, the session's if it is left out.",
                "SELECT convert_timezone('Europe/Brussels', 'America/Los_Angeles', "
                "timestamp_ntz'2021-12-06 00:00:00');",
                BindConvert);
}

}  // namespace thalweg::functions

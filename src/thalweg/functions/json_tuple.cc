#include "thalweg/functions/json_tuple.h"

#include <numeric>

#include <arrow/api.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "thalweg/functions/binding.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

using Json = nlohmann::ordered_json;

Status AppendField(const Json& object, const arrow::StringArray& names, int64_t row,
                   arrow::StringBuilder* out) {
  if (!object.is_object() || names.IsNull(row)) return out->AppendNull();
  const auto found = object.find(names.GetView(row));
  if (found == object.end() || found->is_null()) return out->AppendNull();
  if (found->is_string()) return out->Append(found->get_ref<const std::string&>());
  return out->Append(found->dump(-1, ' ', false, Json::error_handler_t::replace));
}

Result<expr::GeneratedRows> JsonTuple(const std::vector<ArrayPtr>& values, int64_t num_rows) {
  expr::GeneratedRows rows;
  rows.parents.resize(static_cast<size_t>(num_rows));
  std::iota(rows.parents.begin(), rows.parents.end(), 0);
  const auto& texts = static_cast<const arrow::StringArray&>(*values[0]);
  std::vector<arrow::StringBuilder> columns(values.size() - 1);
  for (int64_t row = 0; row < num_rows; ++row) {
    const Json object = texts.IsNull(row)
                            ? Json()
                            : Json::parse(texts.GetView(row), nullptr, /*allow_exceptions=*/false);
    for (size_t i = 0; i < columns.size(); ++i) {
      const auto& names = static_cast<const arrow::StringArray&>(*values[i + 1]);
      ARROW_RETURN_NOT_OK(AppendField(object, names, row, &columns[i]));
    }
  }
  for (arrow::StringBuilder& column : columns) {
    ARROW_ASSIGN_OR_RAISE(auto array, column.Finish());
    rows.columns.push_back(std::move(array));
  }
  return rows;
}

Result<expr::BoundGenerator> BindJsonTuple(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("json_tuple", arguments, 2, -1));
  expr::BoundGenerator bound{.name = "json_tuple"};
  std::vector<FieldPtr> fields;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const TypePtr& type = arguments[i].type;
    if (!IsString(*type)) {
      return MakeError("DATATYPE_MISMATCH.NON_STRING_TYPE", {{"funcName", "`json_tuple`"}});
    }
    bound.argument_types.push_back(arrow::utf8());
    if (i > 0) fields.push_back(arrow::field(fmt::format("c{}", i - 1), arrow::utf8()));
  }
  bound.output = arrow::schema(std::move(fields));
  bound.kernel = [](const expr::EvalContext&, const std::vector<ArrayPtr>& values, int64_t num_rows,
                    bool) { return JsonTuple(values, num_rows); };
  return bound;
}

}  // namespace

void RegisterJsonTuple(FunctionRegistry* registry) {
  registry->AddGenerator(
      {"json_tuple", "json_tuple(jsonStr, p1, ..., pn) - Returns fields of an object as columns.",
       "SELECT json_tuple('{\"a\":1, \"b\":2}', 'a', 'b');", BindJsonTuple});
}

}  // namespace thalweg::functions

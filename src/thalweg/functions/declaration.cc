#include "thalweg/functions/declaration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace thalweg::functions {

std::shared_ptr<arrow::Scalar> IntScalar(int32_t value) {
  return std::make_shared<arrow::Int32Scalar>(value);
}

std::shared_ptr<arrow::Scalar> TextScalar(std::string value) {
  return std::make_shared<arrow::StringScalar>(std::move(value));
}

void ShowDefaults(expr::BoundFunction* bound, size_t given, size_t total,
                  const std::vector<std::shared_ptr<arrow::Scalar>>& defaults) {
  if (given >= total) return;
  std::vector<std::string> shown;
  for (size_t i = defaults.size() - (total - given); i < defaults.size(); ++i) {
    shown.push_back(expr::Literal::Make(defaults[i])->ToString());
  }
  const std::string name = bound->display_name.empty() ? bound->name : bound->display_name;
  bound->format = [name, shown](std::vector<std::string> texts) {
    texts.insert(texts.end(), shown.begin(), shown.end());
    return fmt::format("{}({})", name, fmt::join(texts, ", "));
  };
}

expr::BoundFunction MakeBound(std::string name, const Arguments& arguments,
                              std::vector<TypePtr> argument_types, TypePtr return_type,
                              expr::ScalarKernel kernel) {
  expr::BoundFunction bound;
  bound.name = std::move(name);
  bound.argument_types = std::move(argument_types);
  bound.return_type = std::move(return_type);
  bound.nullable = AnyNullableAs(arguments, bound.argument_types);
  bound.kernel = std::move(kernel);
  return bound;
}

void DeclareBinder(FunctionRegistry* registry, const std::vector<std::string>& names,
                   std::string group, std::string usage, std::string example, NamedBinder bind) {
  for (const std::string& name : names) {
    expr::ScalarFunction function;
    function.name = name;
    function.group = group;
    function.usage = usage;
    function.example = example;
    function.bind = [name, bind](const Arguments& arguments) { return bind(name, arguments); };
    registry->AddScalar(std::move(function));
  }
}

void Declare(FunctionRegistry* registry, Declaration declaration) {
  auto shared = std::make_shared<const Declaration>(std::move(declaration));
  const NamedBinder bind = [shared](const std::string& name,
                                    const Arguments& arguments) -> Result<expr::BoundFunction> {
    const size_t total = shared->argument_types.size();
    const size_t given = arguments.size();
    ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments,
                                           static_cast<int>(total - shared->defaults.size()),
                                           static_cast<int>(total)));
    std::vector<TypePtr> types;
    for (size_t i = 0; i < given; ++i) {
      ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, i, shared->argument_types[i]));
      types.push_back(std::move(type));
    }
    auto bound = MakeBound(name, arguments, std::move(types), shared->return_type, shared->kernel);
    bound.nullable |= shared->nullable_result;
    bound.can_fail = shared->can_fail;
    bound.display_name = shared->display_name;
    if (given == total) return bound;
    ShowDefaults(&bound, given, total, shared->defaults);
    bound.kernel = [shared, given, total](const expr::EvalContext& context,
                                          std::vector<arrow::Datum> values, int64_t num_rows) {
      for (size_t i = shared->defaults.size() - (total - given); i < shared->defaults.size(); ++i) {
        values.emplace_back(shared->defaults[i]);
      }
      return shared->kernel(context, values, num_rows);
    };
    return bound;
  };
  DeclareBinder(registry, shared->names, shared->group, shared->usage, shared->example, bind);
}

}  // namespace thalweg::functions

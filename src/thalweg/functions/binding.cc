#include "thalweg/functions/binding.h"

#include <algorithm>
#include <array>

#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/types/cast_nullability.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/user_defined_type.h"

namespace thalweg::functions {
namespace {

std::string OrdinalWord(size_t index) {
  static constexpr std::array<const char*, 10> kWords = {"first", "second", "third",   "fourth",
                                                         "fifth", "sixth",  "seventh", "eighth",
                                                         "ninth", "tenth"};
  return index < kWords.size() ? kWords[index] : fmt::format("{}th", index + 1);
}

std::string JoinTypes(const std::vector<TypePtr>& types) {
  std::string text;
  for (const TypePtr& type : types) {
    if (!text.empty()) text += " or ";
    text += QuotedType(*type);
  }
  return types.size() == 1 ? text : "(" + text + ")";
}

}  // namespace

EvalMode EvalModeOf(const Arguments& arguments) {
  return arguments.empty() ? EvalMode::kAnsi : arguments[0].eval_mode;
}

Status CheckArgumentCount(const std::string& name, const Arguments& arguments, int min, int max) {
  const int count = static_cast<int>(arguments.size());
  if (count >= min && (max < 0 || count <= max)) return Status::OK();
  std::string expected;
  if (max < 0) {
    expected = fmt::format("> {}", min - 1);
  } else if (min == max) {
    expected = fmt::format("{}", min);
  } else {
    for (int number = min; number <= max; ++number) {
      expected += fmt::format("{}{}", number == min ? "" : ", ", number);
    }
    expected = "[" + expected + "]";
  }
  return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {{"functionName", "`" + name + "`"},
                                                         {"expectedNum", expected},
                                                         {"actualNum", std::to_string(count)}});
}

std::string QuotedType(const arrow::DataType& type) { return QuotedTypeName(type); }

Status UnexpectedInputType(size_t index, const std::string& required,
                           const arrow::DataType& actual) {
  return MakeError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {{"paramIndex", OrdinalWord(index)},
                                                               {"requiredType", required},
                                                               {"inputType", QuotedType(actual)}});
}

Status DataDifferentTypes(const std::string& name, const Arguments& arguments) {
  std::string types;
  for (const expr::ArgumentInfo& argument : arguments) {
    types += (types.empty() ? "" : ", ") + QuotedType(*argument.type);
  }
  return MakeError("DATATYPE_MISMATCH.DATA_DIFF_TYPES",
                   {{"functionName", "`" + name + "`"}, {"dataType", "[" + types + "]"}});
}

Result<TypePtr> AcceptAs(const Arguments& arguments, size_t index, const TypePtr& target) {
  return AcceptAsOneOf(arguments, index, {target});
}

Result<TypePtr> AcceptAsOneOf(const Arguments& arguments, size_t index,
                              const std::vector<TypePtr>& targets) {
  const TypePtr& type = arguments[index].type;
  for (const TypePtr& target : targets) {
    if (SameType(*type, *target)) return type;
  }
  for (const TypePtr& target : targets) {
    if (TypePtr cast = ImplicitCastType(type, target, EvalModeOf(arguments))) return cast;
  }
  return UnexpectedInputType(index, JoinTypes(targets), *type);
}

Result<TypePtr> AcceptNumeric(const Arguments& arguments, size_t index) {
  const TypePtr& type = arguments[index].type;
  if (IsNumeric(*type)) return type;
  if (IsString(*type) || type->id() == arrow::Type::NA) return arrow::float64();
  return UnexpectedInputType(index, "\"NUMERIC\"", *type);
}

bool AnyNullable(const Arguments& arguments) {
  for (const expr::ArgumentInfo& argument : arguments) {
    if (argument.nullable) return true;
  }
  return false;
}

bool AnyNullableAs(const Arguments& arguments, const std::vector<TypePtr>& types) {
  if (AnyNullable(arguments)) return true;
  for (size_t i = 0; i < std::min(arguments.size(), types.size()); ++i) {
    if (CastMayGiveNull(*arguments[i].type, *types[i])) return true;
  }
  return false;
}

Result<TypePtr> CommonType(const std::string& name, const Arguments& arguments) {
  std::vector<TypePtr> types;
  for (const expr::ArgumentInfo& argument : arguments) types.push_back(argument.type);
  TypePtr common = WiderType(types, EvalModeOf(arguments));
  if (common == nullptr) return DataDifferentTypes(name, arguments);
  return common;
}

expr::ScalarFunction MakeFixedFunction(FixedSignature signature) {
  expr::ScalarFunction function;
  function.name = signature.name;
  function.aliases = signature.aliases;
  function.group = signature.group;
  function.usage = signature.usage;
  function.example = signature.example;
  function.bind = [signature = std::move(signature)](
                      const Arguments& arguments) -> Result<expr::BoundFunction> {
    const int count = static_cast<int>(signature.argument_types.size());
    ARROW_RETURN_NOT_OK(CheckArgumentCount(signature.name, arguments, count, count));
    expr::BoundFunction bound;
    bound.name = signature.name;
    for (size_t index = 0; index < arguments.size(); ++index) {
      ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, index, signature.argument_types[index]));
      bound.argument_types.push_back(std::move(type));
    }
    bound.return_type = signature.return_type;
    bound.nullable = signature.nullable_result || AnyNullableAs(arguments, bound.argument_types);
    bound.can_fail = signature.can_fail;
    bound.deterministic = signature.deterministic;
    bound.context_dependent = signature.context_dependent;
    bound.kernel = signature.kernel;
    return bound;
  };
  return function;
}

}  // namespace thalweg::functions

// The arguments of calls of functions in SQL.

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/sql_function_call.h"
#include "thalweg/plan/analyzer/suggestion.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/named_argument.h"

namespace thalweg::plan {
namespace {

constexpr size_t kMaxProposals = 5;

// Gives each parameter the argument that is for it.
class Arranger {
 public:
  Arranger(ExpressionResolver* resolver, const SqlFunction& function, const spec::Expression& call)
      : resolver_(resolver),
        function_(function),
        parameters_(function.definition->parameters),
        call_(call),
        values_(parameters_.size()) {}

  Result<std::vector<Resolved>> Run() {
    ARROW_RETURN_NOT_OK(spec::CheckNamedArguments(function_.FullName(), call_.children));
    for (const spec::ExpressionPtr& child : call_.children) {
      ARROW_RETURN_NOT_OK(spec::IsNamedArgument(*child) ? TakeNamed(*child)
                                                        : TakePositional(*child));
    }
    num_given_ = has_named_ ? parameters_.size() : num_positional_;
    if (num_positional_ > parameters_.size()) return WrongNumber();
    for (size_t i = 0; i < parameters_.size(); ++i) ARROW_RETURN_NOT_OK(Fill(i));
    std::vector<Resolved> arguments;
    for (auto& value : values_) arguments.push_back(*std::move(value));
    return arguments;
  }

  /// How many of the arguments the call shows: all where any has a name.
  size_t num_given() const { return num_given_; }

 private:
  Status TakePositional(const spec::Expression& argument) {
    std::vector<Resolved> given;
    if (argument.kind == spec::ExpressionKind::kStar) {
      ARROW_ASSIGN_OR_RAISE(given, resolver_->ExpandStar(argument));
    } else {
      ARROW_ASSIGN_OR_RAISE(Resolved value, resolver_->Resolve(argument));
      given.push_back(std::move(value));
    }
    for (Resolved& value : given) {
      if (num_positional_ < parameters_.size()) values_[num_positional_] = std::move(value);
      ++num_positional_;
    }
    return Status::OK();
  }

  Status TakeNamed(const spec::Expression& argument) {
    has_named_ = true;
    const std::string& name = argument.name.back();
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (!EqualsIgnoreCase(parameters_[i].name, name)) continue;
      if (i < num_positional_) {
        return MakeError(
            "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED",
            {{"routineName", RoutineText()}, {"parameterName", QuoteIdentifier(name)}});
      }
      ARROW_ASSIGN_OR_RAISE(values_[i], resolver_->Resolve(*argument.children[0]));
      return Status::OK();
    }
    std::vector<std::vector<std::string>> names;
    for (const auto& parameter : parameters_) names.push_back({parameter.name});
    const auto proposal = ClosestNames(name, names, kMaxProposals);
    return MakeError("UNRECOGNIZED_PARAMETER_NAME",
                     {{"routineName", RoutineText()},
                      {"argumentName", QuoteIdentifier(name)},
                      {"proposal", fmt::format("{}", fmt::join(proposal, " "))}});
  }

  Status Fill(size_t index) {
    if (values_[index]) return Status::OK();
    const spec::RoutineColumn& parameter = parameters_[index];
    if (parameter.default_value != nullptr) {
      ARROW_ASSIGN_OR_RAISE(values_[index],
                            ResolveParameterDefault(resolver_->context(), parameter));
      return Status::OK();
    }
    if (!has_named_) return WrongNumber();
    return MakeError("REQUIRED_PARAMETER_NOT_FOUND",
                     {{"routineName", RoutineText()},
                      {"parameterName", QuoteIdentifier(parameter.name)},
                      {"index", std::to_string(index)}});
  }

  Status WrongNumber() const {
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", RoutineText()},
                      {"expectedNum", std::to_string(parameters_.size())},
                      {"actualNum", std::to_string(num_positional_)},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }

  std::string RoutineText() const { return QuoteIdentifiers(function_.NameParts()); }

  ExpressionResolver* resolver_;
  const SqlFunction& function_;
  const std::vector<spec::RoutineColumn>& parameters_;
  const spec::Expression& call_;
  std::vector<std::optional<Resolved>> values_;
  size_t num_positional_ = 0;
  size_t num_given_ = 0;
  bool has_named_ = false;
};

Result<expr::ExpressionPtr> CastToParameter(const Resolved& value,
                                            const spec::RoutineColumn& parameter, EvalMode mode) {
  const std::string text = fmt::format("CAST({} AS {})", value.text, SqlTypeName(*parameter.type));
  return MakeCheckedCast(value, parameter.type, mode, text, /*implicit=*/false);
}

}  // namespace

Result<Resolved> ResolveParameterDefault(const AnalyzerContext& context,
                                         const spec::RoutineColumn& parameter) {
  AnalyzerContext alone = context;
  alone.outer = nullptr;
  alone.plan_columns = nullptr;
  const Scope nothing;
  ClauseHooks hooks("Project");
  ARROW_ASSIGN_OR_RAISE(
      Resolved value,
      ExpressionResolver(&alone, &nothing, &hooks).Resolve(*parameter.default_value));
  ARROW_ASSIGN_OR_RAISE(value.expression, CastToParameter(value, parameter, EvalModeOf(context)));
  return value;
}

Result<SqlFunctionArguments> ResolveSqlFunctionArguments(ExpressionResolver* resolver,
                                                         const SqlFunction& function,
                                                         const spec::Expression& call) {
  Arranger arranger(resolver, function, call);
  ARROW_ASSIGN_OR_RAISE(const std::vector<Resolved> given, arranger.Run());
  SqlFunctionArguments arguments;
  std::vector<std::string> texts;
  for (size_t i = 0; i < given.size(); ++i) {
    if (i < arranger.num_given()) texts.push_back(given[i].text);
    ARROW_ASSIGN_OR_RAISE(expr::ExpressionPtr value,
                          CastToParameter(given[i], function.definition->parameters[i],
                                          EvalModeOf(resolver->context())));
    arguments.values.push_back(std::move(value));
  }
  arguments.text = fmt::format("{}({})", function.FullName(), fmt::join(texts, ", "));
  return arguments;
}

}  // namespace thalweg::plan

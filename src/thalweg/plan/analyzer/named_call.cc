#include "thalweg/plan/analyzer/named_call.h"

#include <algorithm>
#include <map>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/special_forms.h"
#include "thalweg/plan/analyzer/suggestion.h"
#include "thalweg/plan/analyzer/window_function.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/named_argument.h"

namespace thalweg::plan {
namespace {

struct Parameter {
  std::string name;
  spec::ExpressionPtr value;  // null: required
};
using Parameters = std::vector<Parameter>;

/// How many names an error proposes.
constexpr size_t kMaxProposals = 3;

spec::ExpressionPtr Text(const char* text) {
  return spec::MakeLiteral(std::make_shared<arrow::StringScalar>(text));
}

std::map<std::string, Parameters> MakeTable() {
  const spec::ExpressionPtr null = spec::MakeLiteral(arrow::MakeNullScalar(arrow::utf8()));
  std::map<std::string, Parameters> table;
  table["mask"] = {{"str", nullptr},
                   {"upperChar", Text("X")},
                   {"lowerChar", Text("x")},
                   {"digitChar", Text("n")},
                   {"otherChar", null}};
  table["count_min_sketch"] = {
      {"column", nullptr}, {"epsilon", nullptr}, {"confidence", nullptr}, {"seed", nullptr}};
  for (const char* name : {"explode", "explode_outer", "posexplode", "posexplode_outer"}) {
    table[name] = {{"collection", nullptr}};
  }
  for (const char* name : {"inline", "inline_outer", "variant_explode", "variant_explode_outer"}) {
    table[name] = {{"input", nullptr}};
  }
  return table;
}

const Parameters* FindParameters(const std::string& name) {
  static const auto* const table = new std::map<std::string, Parameters>(MakeTable());
  const auto found = table->find(name);
  return found == table->end() ? nullptr : &found->second;
}

bool IsKnown(const functions::FunctionRegistry& functions, const std::string& name) {
  return functions.FindScalar(name) != nullptr || functions.FindAggregate(name) != nullptr ||
         functions.FindGenerator(name) != nullptr || SpecialForms::Has(name) ||
         IsWindowFunctionName(name) || name == "window" || name == "session_window";
}

/// The call of one function whose parameters have names.
class Arranger {
 public:
  Arranger(const spec::Expression& call, const std::string& name, const Parameters& parameters)
      : call_(call), name_(name), parameters_(parameters) {}

  Result<std::optional<spec::Expression>> Run() {
    const std::vector<spec::ExpressionPtr>& given = call_.children;
    const auto first_named = std::find_if(given.begin(), given.end(), [](const auto& argument) {
      return spec::IsNamedArgument(*argument);
    });
    num_positional_ = static_cast<size_t>(first_named - given.begin());
    std::vector<spec::ExpressionPtr> values(parameters_.size());
    for (auto argument = first_named; argument != given.end(); ++argument) {
      ARROW_ASSIGN_OR_RAISE(const size_t index, IndexOf((*argument)->name.back()));
      values[index] = (*argument)->children[0];
    }
    // A star stands for any number of arguments.
    const bool has_star = std::any_of(given.begin(), first_named, [](const auto& argument) {
      return argument->kind == spec::ExpressionKind::kStar;
    });
    if (has_star && first_named == given.end()) return std::nullopt;
    if (given.size() > parameters_.size()) return TooMany();
    std::copy(given.begin(), first_named, values.begin());
    ARROW_RETURN_NOT_OK(FillGaps(&values));
    if (first_named == given.end()) return std::nullopt;
    spec::Expression plain = call_;
    plain.children = std::move(values);
    return std::make_optional(std::move(plain));
  }

 private:
  Result<size_t> IndexOf(const std::string& argument) const {
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (!EqualsIgnoreCase(parameters_[i].name, argument)) continue;
      if (i >= num_positional_) return i;
      return MakeError(
          "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED",
          {{"routineName", QuoteIdentifier(name_)}, {"parameterName", QuoteIdentifier(argument)}});
    }
    return MakeError("UNRECOGNIZED_PARAMETER_NAME", {{"routineName", QuoteIdentifier(name_)},
                                                     {"argumentName", QuoteIdentifier(argument)},
                                                     {"proposal", Proposal(argument)}});
  }

  std::string Proposal(const std::string& argument) const {
    std::vector<std::vector<std::string>> names;
    for (const Parameter& parameter : parameters_) names.push_back({parameter.name});
    return fmt::format("{}", fmt::join(ClosestNames(argument, names, kMaxProposals), " "));
  }

  Status FillGaps(std::vector<spec::ExpressionPtr>* values) const {
    for (size_t i = 0; i < values->size(); ++i) {
      if ((*values)[i] != nullptr) continue;
      (*values)[i] = parameters_[i].value;
      if ((*values)[i] != nullptr) continue;
      return MakeError("REQUIRED_PARAMETER_NOT_FOUND",
                       {{"routineName", QuoteIdentifier(name_)},
                        {"parameterName", QuoteIdentifier(parameters_[i].name)},
                        {"index", std::to_string(i - num_positional_)}});
    }
    return Status::OK();
  }

  Status TooMany() const {
    const auto required = std::count_if(parameters_.begin(), parameters_.end(),
                                        [](const auto& it) { return it.value == nullptr; });
    std::vector<size_t> counts;
    for (auto count = static_cast<size_t>(required); count <= parameters_.size(); ++count) {
      counts.push_back(count);
    }
    return MakeError(
        "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
        {{"functionName", QuoteIdentifier(name_)},
         {"expectedNum", counts.size() == 1 ? std::to_string(counts[0])
                                            : fmt::format("[{}]", fmt::join(counts, ", "))},
         {"actualNum", std::to_string(call_.children.size())},
         {"docroot", "https://spark.apache.org/docs/latest"}});
  }

  const spec::Expression& call_;
  const std::string& name_;
  const Parameters& parameters_;
  size_t num_positional_ = 0;
};

}  // namespace

Result<std::optional<spec::Expression>> ArrangeArguments(
    const functions::FunctionRegistry& functions, const spec::Expression& call) {
  const std::string name = ToLowerAscii(call.name.back());
  const Parameters* parameters = FindParameters(name);
  const bool named = std::any_of(call.children.begin(), call.children.end(),
                                 [](const auto& child) { return spec::IsNamedArgument(*child); });
  if (parameters == nullptr) {
    if (!named || !IsKnown(functions, name)) return std::nullopt;
    return MakeError("NAMED_PARAMETERS_NOT_SUPPORTED", {{"functionName", QuoteIdentifier(name)}});
  }
  ARROW_RETURN_NOT_OK(spec::CheckNamedArguments(name, call.children));
  return Arranger(call, name, *parameters).Run();
}

}  // namespace thalweg::plan

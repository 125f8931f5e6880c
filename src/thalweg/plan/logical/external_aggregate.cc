#include "thalweg/plan/logical/external_aggregate.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "thalweg/plan/spec/named_argument.h"

namespace thalweg::plan {
namespace {

using ArgumentNames = std::vector<std::optional<std::string>>;

/// Programs may give several functions one name; the address tells them apart. Calls of one with
/// the same arguments may give these to other parameters.
std::string Identity(const spec::ExternalScalar& function, const ArgumentNames& names) {
  std::string text = fmt::format("{}@{}", function.name(), fmt::ptr(&function));
  for (const auto& name : names) text += fmt::format(" {}", name.value_or(""));
  return text;
}

class ExternalAggregate : public expr::AggregateFunction {
 public:
  ExternalAggregate(std::shared_ptr<const spec::ExternalScalar> function,
                    std::vector<TypePtr> argument_types, ArgumentNames names)
      : AggregateFunction(Identity(*function, names), std::move(argument_types),
                          function->result_type(), /*nullable=*/true,
                          /*slot_size=*/8, /*trivial=*/true),
        function_(std::move(function)),
        names_(std::move(names)) {}

  const std::shared_ptr<const spec::ExternalScalar>& function() const { return function_; }
  const ArgumentNames& argument_names() const { return names_; }

  void Init(uint8_t*) const override {}
  Status Update(const expr::EvalContext&, const std::vector<arrow::Datum>&,
                const expr::GroupSlots&) const override {
    return CalledInside();
  }
  Status Merge(uint8_t*, const uint8_t*) const override { return CalledInside(); }
  Result<ArrayPtr> Finish(const expr::EvalContext&, const expr::GroupSlots&) const override {
    return CalledInside();
  }

 private:
  Status CalledInside() const {
    return MakeError("INTERNAL_ERROR",
                     {{"message", fmt::format("{} is called inside the engine", name())}});
  }
  std::shared_ptr<const spec::ExternalScalar> function_;
  ArgumentNames names_;
};

}  // namespace

expr::AggregateDeclaration DeclareExternalAggregate(
    std::shared_ptr<const spec::ExternalScalar> function, const spec::Expression& call) {
  expr::AggregateDeclaration declaration;
  declaration.name = function->name();
  declaration.bind =
      [function, written = call.children](
          const std::vector<expr::ArgumentInfo>& arguments) -> Result<expr::AggregateFunctionPtr> {
    std::vector<TypePtr> types;
    for (const expr::ArgumentInfo& argument : arguments) types.push_back(argument.type);
    return std::make_shared<const ExternalAggregate>(
        function, std::move(types), spec::ArgumentNames(written, arguments.size()));
  };
  return declaration;
}

std::shared_ptr<const spec::ExternalScalar> FindExternalAggregate(
    const expr::AggregateFunction& function) {
  const auto* external = dynamic_cast<const ExternalAggregate*>(&function);
  return external == nullptr ? nullptr : external->function();
}

spec::ExternalScalarCall CallOfAggregate(const expr::AggregateFunction& external,
                                         int first_column) {
  const auto& aggregate = static_cast<const ExternalAggregate&>(external);
  spec::ExternalScalarCall call;
  call.chain = {aggregate.function()};
  for (const auto& name : aggregate.argument_names()) {
    call.arguments.push_back({first_column++, name});
  }
  return call;
}

std::shared_ptr<const spec::ExternalScalar> FindExternalAggregate(const AggregateCall& call) {
  return FindExternalAggregate(*call.function);
}

bool HasExternalAggregate(const Node& node) {
  return std::any_of(node.aggregates.begin(), node.aggregates.end(), [](const AggregateCall& call) {
    return FindExternalAggregate(call) != nullptr;
  });
}

Status CheckExternalAggregates(const Node& node) {
  if (!HasExternalAggregate(node)) return Status::OK();
  if (node.is_streaming() || node.kind != NodeKind::kAggregate) {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "a Python aggregate over a stream or in observe()"}});
  }
  std::string names;
  bool mixed = false;
  for (const AggregateCall& call : node.aggregates) {
    const auto function = FindExternalAggregate(call);
    mixed = mixed || function == nullptr;
    if (function != nullptr) names += (names.empty() ? "" : ", ") + function->name();
    if (call.distinct || call.filter != nullptr) {
      return MakeError("UNSUPPORTED_FEATURE",
                       {{"feature", "DISTINCT and FILTER of a Python aggregate"}});
    }
  }
  if (!mixed) return Status::OK();
  return MakeError("INVALID_PANDAS_UDF_PLACEMENT", {{"functionList", names}});
}

}  // namespace thalweg::plan

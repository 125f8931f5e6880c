#include "thalweg/functions/function_registry.h"

#include <set>

#include "thalweg/functions/variant/variant_family.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::functions {
namespace {

template <typename Map>
auto* FindIn(const Map& map, std::string_view name) {
  const auto found = map.find(ToLowerAscii(name));
  return found == map.end() ? nullptr : found->second.get();
}

}  // namespace

std::shared_ptr<const FunctionRegistry> FunctionRegistry::MakeBuiltin() {
  auto registry = std::make_shared<FunctionRegistry>();
  RegisterArithmeticFunctions(registry.get());
  RegisterComparisonFunctions(registry.get());
  RegisterConditionalFunctions(registry.get());
  RegisterMathFunctions(registry.get());
  RegisterBitwiseFunctions(registry.get());
  RegisterStringFunctions(registry.get());
  RegisterRegexFunctions(registry.get());
  RegisterEncodingFunctions(registry.get());
  RegisterDateFunctions(registry.get());
  RegisterTimestampFunctions(registry.get());
  RegisterIntervalFunctions(registry.get());
  RegisterWindowTimeFunctions(registry.get());
  RegisterCollectionFunctions(registry.get());
  RegisterStructFunctions(registry.get());
  RegisterJsonFunctions(registry.get());
  RegisterVariantFunctions(registry.get());
  RegisterMiscellaneousFunctions(registry.get());
  RegisterGenerators(registry.get());
  RegisterBasicAggregates(registry.get());
  RegisterCollectionAggregates(registry.get());
  RegisterStatisticalAggregates(registry.get());
  return registry;
}

const expr::ScalarFunction* FunctionRegistry::FindScalar(std::string_view name) const {
  return FindIn(scalars_, name);
}

const expr::AggregateDeclaration* FunctionRegistry::FindAggregate(std::string_view name) const {
  return FindIn(aggregates_, name);
}

const expr::GeneratorFunction* FunctionRegistry::FindGenerator(std::string_view name) const {
  return FindIn(generators_, name);
}

std::vector<std::string> FunctionRegistry::Names() const {
  std::set<std::string> names;
  for (const auto& [name, function] : scalars_) names.insert(name);
  for (const auto& [name, function] : aggregates_) names.insert(name);
  for (const auto& [name, function] : generators_) names.insert(name);
  // What has a blank in its name is for DataFrames, not for SQL text.
  std::erase_if(names, [](const std::string& name) { return name.find(' ') != std::string::npos; });
  return {names.begin(), names.end()};
}

void FunctionRegistry::AddScalar(expr::ScalarFunction function) {
  auto shared = std::make_shared<const expr::ScalarFunction>(std::move(function));
  scalars_[ToLowerAscii(shared->name)] = shared;
  for (const std::string& alias : shared->aliases) scalars_[ToLowerAscii(alias)] = shared;
}

void FunctionRegistry::AddAggregate(expr::AggregateDeclaration function) {
  auto shared = std::make_shared<const expr::AggregateDeclaration>(std::move(function));
  aggregates_[ToLowerAscii(shared->name)] = shared;
  for (const std::string& alias : shared->aliases) aggregates_[ToLowerAscii(alias)] = shared;
}

void FunctionRegistry::AddGenerator(expr::GeneratorFunction function) {
  auto shared = std::make_shared<const expr::GeneratorFunction>(std::move(function));
  generators_[ToLowerAscii(shared->name)] = std::move(shared);
}

}  // namespace thalweg::functions

#pragma once

// All functions, by name. Built once per session; read-only afterwards and safe to share.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/expr/aggregate_function.h"
#include "thalweg/expr/generator_function.h"
#include "thalweg/expr/scalar_function.h"

namespace thalweg::functions {

class FunctionRegistry {
 public:
  /// The registry of every built-in function.
  static std::shared_ptr<const FunctionRegistry> MakeBuiltin();

  /// Lookups are case-insensitive and include aliases; null if there is none of that kind.
  const expr::ScalarFunction* FindScalar(std::string_view name) const;
  const expr::AggregateDeclaration* FindAggregate(std::string_view name) const;
  const expr::GeneratorFunction* FindGenerator(std::string_view name) const;
  /// Names of every function (aliases included), sorted.
  std::vector<std::string> Names() const;

  void AddScalar(expr::ScalarFunction function);
  void AddAggregate(expr::AggregateDeclaration function);
  void AddGenerator(expr::GeneratorFunction function);

 private:
  std::map<std::string, std::shared_ptr<const expr::ScalarFunction>, std::less<>> scalars_;
  std::map<std::string, std::shared_ptr<const expr::AggregateDeclaration>, std::less<>> aggregates_;
  std::map<std::string, std::shared_ptr<const expr::GeneratorFunction>, std::less<>> generators_;
};

// One registration function per family; MakeBuiltin() calls them all.
void RegisterArithmeticFunctions(FunctionRegistry* registry);
void RegisterComparisonFunctions(FunctionRegistry* registry);
void RegisterConditionalFunctions(FunctionRegistry* registry);
void RegisterMathFunctions(FunctionRegistry* registry);
void RegisterBitwiseFunctions(FunctionRegistry* registry);
void RegisterStringFunctions(FunctionRegistry* registry);
void RegisterRegexFunctions(FunctionRegistry* registry);
void RegisterEncodingFunctions(FunctionRegistry* registry);
void RegisterDateFunctions(FunctionRegistry* registry);
void RegisterTimestampFunctions(FunctionRegistry* registry);
void RegisterIntervalFunctions(FunctionRegistry* registry);
void RegisterWindowTimeFunctions(FunctionRegistry* registry);
void RegisterCollectionFunctions(FunctionRegistry* registry);
void RegisterStructFunctions(FunctionRegistry* registry);
void RegisterJsonFunctions(FunctionRegistry* registry);
void RegisterMiscellaneousFunctions(FunctionRegistry* registry);
void RegisterGenerators(FunctionRegistry* registry);
void RegisterBasicAggregates(FunctionRegistry* registry);
void RegisterCollectionAggregates(FunctionRegistry* registry);
void RegisterStatisticalAggregates(FunctionRegistry* registry);

}  // namespace thalweg::functions

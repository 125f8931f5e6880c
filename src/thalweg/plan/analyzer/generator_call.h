#pragma once

#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// A resolved generator call: what a kGenerate node adds.
struct GeneratorCall {
  std::shared_ptr<const expr::BoundGenerator> generator;
  std::vector<expr::ExpressionPtr> arguments;
  bool outer = false;
  std::vector<Attribute> output;
};

/// Whether `expression` calls a generator ("explode", also as "explode_outer").
bool IsGeneratorCall(const AnalyzerContext& context, const spec::Expression& expression);

/// Resolves the call. `names` replaces the default column names unless empty.
/// Errors: UDTF_ALIAS_NUMBER_MISMATCH.
Result<GeneratorCall> ResolveGeneratorCall(ExpressionResolver* resolver,
                                           const spec::Expression& call, bool outer,
                                           const std::vector<std::string>& names);

NodePtr BuildGenerate(NodePtr child, const GeneratorCall& call);

}  // namespace thalweg::plan

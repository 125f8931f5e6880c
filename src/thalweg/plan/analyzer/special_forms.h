#pragma once

#include "thalweg/plan/analyzer/expression_resolver.h"

namespace thalweg::plan {

/// Functions and operators that are not plain calls: they are lazy (CASE, IF, COALESCE and their
/// kin), are rewritten (BETWEEN, !=, nvl), or are nodes of their own (AND, OR, NOT, IN).
class SpecialForms {
 public:
  explicit SpecialForms(ExpressionResolver* resolver) : resolver_(resolver) {}

  /// Whether `name` (lower case) is one of them.
  static bool Has(const std::string& name);
  Result<Resolved> Resolve(const std::string& name, const spec::Expression& call);
  /// What `name`, an equality, makes of a boolean and a number that is 0 or 1 in legacy mode, where
  /// it is read as the boolean; nothing for other arguments (Spark's BooleanEquality).
  Result<std::optional<Resolved>> BooleanEquality(const std::string& name,
                                                  const std::vector<Resolved>& arguments);
  /// CASE WHEN ... END.
  Result<Resolved> ResolveCase(const spec::Expression& expression);

 private:
  using Arguments = std::vector<Resolved>;

  Result<Resolved> Conjunction(const std::string& name, const Arguments& arguments);
  Result<Resolved> Not(const Arguments& arguments);
  Result<Resolved> NotEqual(const Arguments& arguments);
  Result<Resolved> Between(const Arguments& arguments);
  Result<Resolved> QuantifiedLike(const std::string& name, const Arguments& arguments);
  Result<Resolved> In(const Arguments& arguments);
  Result<Resolved> If(const Arguments& arguments);
  Result<Resolved> Coalesce(const std::string& name, const Arguments& arguments);
  Result<Resolved> Nvl2(const Arguments& arguments);
  Result<Resolved> NullIf(const std::string& name, Arguments arguments);
  /// decode(value, search, result, ..., otherwise); with two arguments it decodes bytes and is not
  /// here.
  Result<Resolved> Decode(const Arguments& arguments);
  Result<Resolved> TruthTest(const std::string& name, const Arguments& arguments);

  EvalMode mode() const;

  ExpressionResolver* resolver_;
};

/// Casts `values` to their common type. `function` and `text` go into the error, whose list of
/// types is in brackets, or in parentheses with "or" when `alternatives`.
/// Errors: DATATYPE_MISMATCH.DATA_DIFF_TYPES.
Result<std::vector<expr::ExpressionPtr>> CastToCommonType(const std::vector<Resolved>& values,
                                                          const std::string& function,
                                                          const std::string& text,
                                                          bool alternatives, EvalMode mode);

}  // namespace thalweg::plan

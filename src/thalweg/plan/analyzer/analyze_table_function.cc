// Table functions in FROM: the engine's generators, range, and those of programs.

#include <arrow/scalar.h>
#include <arrow/type.h>

#include "thalweg/plan/analyzer/external_table_call.h"
#include "thalweg/plan/analyzer/named_call.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/analyzer/sql_function_call.h"
#include "thalweg/plan/analyzer/sql_keywords.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/plan/spec/named_argument.h"
#include "thalweg/plan/spec/table_argument.h"

namespace thalweg::plan {
namespace {

/// The names of a range's parameters, of which a call with one argument has the second.
constexpr const char* kRangeParameters[] = {"start", "end", "step", "numSlices"};

/// range(start, end, step), in parts that are each read as one, so that random numbers with a seed
/// are those of Spark.
struct RangeCall {
  static constexpr int64_t kMaxParts = 64;

  int64_t start = 0;
  int64_t end = 0;
  int64_t step = 1;
  int64_t parts = 1;

  /// Where part `part` begins.
  int64_t BoundOf(int64_t part) const {
    if (part == 0) return start;
    if (part == parts) return end;
    return static_cast<int64_t>(start + part * Count() / parts * step);
  }
  __int128 Count() const {
    if (step == 0) return 0;
    const __int128 span = static_cast<__int128>(end) - start;
    const __int128 count = span / step + (span % step != 0 ? 1 : 0);
    return (span > 0) == (step > 0) ? count : 0;
  }
};

const char* RangeType(size_t parameter) { return parameter == 3 ? "\"INT\"" : "\"BIGINT\""; }

Status NotConstant(size_t parameter) {
  return MakeError("NON_FOLDABLE_ARGUMENT",
                   {{"funcName", "`range`"},
                    {"paramName", QuoteIdentifier(kRangeParameters[parameter])},
                    {"paramType", RangeType(parameter)}});
}

Result<int64_t> RangeArgument(ExpressionResolver* resolver, const spec::Expression& written,
                              size_t parameter) {
  // A variable is none of the constants that Spark takes.
  const bool named =
      spec::IsNamedArgument(written) || written.kind == spec::ExpressionKind::kAttribute;
  if (named) return NotConstant(parameter);
  ARROW_ASSIGN_OR_RAISE(const Resolved argument, resolver->Resolve(written));
  if (!argument.expression->IsFoldable()) return NotConstant(parameter);
  ARROW_ASSIGN_OR_RAISE(
      auto casted,
      MakeCheckedCast(argument, arrow::int64(), EvalModeOf(resolver->context()), argument.text));
  ARROW_ASSIGN_OR_RAISE(const auto value, expr::Fold(*casted, FoldingContext(resolver->context())));
  if (!value->is_valid) {
    return MakeError("UNEXPECTED_INPUT_TYPE",
                     {{"functionName", "`range`"},
                      {"paramIndex", OrdinalWord(parameter)},
                      {"requiredType", RangeType(parameter)},
                      {"inputSql", QuoteExpression(argument.text)},
                      {"inputType", QuoteType(*argument.expression->type())}});
  }
  return static_cast<const arrow::Int64Scalar&>(*value).value;
}

Result<RangeCall> ResolveRange(ExpressionResolver* resolver, const spec::Expression& call) {
  const size_t count = call.children.size();
  if (count == 0 || count > 4) {
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`range`"},
                      {"expectedNum", "[1, 2, 3, 4]"},
                      {"actualNum", std::to_string(count)},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  RangeCall range;
  int64_t* const values[] = {&range.start, &range.end, &range.step, &range.parts};
  const size_t first = count == 1 ? 1 : 0;
  for (size_t i = 0; i < count; ++i) {
    ARROW_ASSIGN_OR_RAISE(*values[first + i],
                          RangeArgument(resolver, *call.children[i], first + i));
  }
  if (range.parts <= 0) return Status::Invalid("Positive number of partitions required");
  const bool whole =
      range.parts < 2 || range.parts > RangeCall::kMaxParts || range.Count() < range.parts;
  if (whole) range.parts = 1;
  return range;
}

Status CheckNoTableArguments(const spec::Expression& call) {
  for (const spec::ExpressionPtr& argument : call.children) {
    if (!spec::TableArgumentOf(*argument)) continue;
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "a TABLE argument of a function of the engine"}});
  }
  return Status::OK();
}

/// For a table function without parameters.
Status TooManyArguments(const std::string& name, size_t actual) {
  return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {{"functionName", QuoteIdentifier(name)},
                                                         {"expectedNum", "0"},
                                                         {"actualNum", std::to_string(actual)}});
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeTableFunction(const Relation& relation) {
  const spec::Expression& written = *relation.expressions[0];
  const std::string name = ToLowerAscii(written.name.back());
  if (relation.callback != nullptr) return AnalyzeExternalTable(relation.callback->table, written);
  if (context_->catalog != nullptr && written.name.size() == 1) {
    const auto registered = context_->catalog->FindTableFunction(name);
    if (registered != nullptr) return AnalyzeExternalTable(registered, written);
  }
  ARROW_RETURN_NOT_OK(CheckNoTableArguments(written));
  if (const auto function = FindSqlFunction(*context_, written.name)) {
    return AnalyzeSqlTable(*function, written);
  }
  const Scope nothing;
  SubqueryHooks hooks("table function");
  ExpressionResolver resolver(context_, &nothing, &hooks);
  if (name == "range") {
    ARROW_ASSIGN_OR_RAISE(const RangeCall range, ResolveRange(&resolver, written));
    ARROW_ASSIGN_OR_RAISE(AnalyzedRelation rows,
                          AnalyzeRange(range.BoundOf(0), range.BoundOf(1), range.step));
    for (int64_t part = 1; part < range.parts; ++part) {
      ARROW_ASSIGN_OR_RAISE(const AnalyzedRelation more,
                            AnalyzeRange(range.BoundOf(part), range.BoundOf(part + 1), range.step));
      rows = MakeRelation(BuildUnion(std::move(rows.node), more.node));
    }
    return rows;
  }
  if (name == "sql_keywords") {
    if (!written.children.empty()) return TooManyArguments(name, written.children.size());
    ARROW_ASSIGN_OR_RAISE(const auto keywords, MakeSqlKeywords());
    return Analyze(keywords);
  }
  ARROW_ASSIGN_OR_RAISE(const auto arranged, ArrangeArguments(*context_->functions, written));
  const spec::Expression& call = arranged ? *arranged : written;
  if (IsGeneratorCall(*context_, call)) {
    ARROW_ASSIGN_OR_RAISE(const GeneratorCall generate,
                          ResolveGeneratorCall(&resolver, call, false, {}));
    ARROW_ASSIGN_OR_RAISE(NodePtr row,
                          AttachSubqueries(*context_, BuildOneRow(), *hooks.subqueries()));
    const bool is_alone = row->output.empty();
    NodePtr rows = BuildGenerate(std::move(row), generate);
    if (!is_alone) rows = BuildProject(std::move(rows), PassThrough(generate.output));
    return MakeRelation(std::move(rows));
  }
  if (context_->functions->FindScalar(name) != nullptr ||
      context_->functions->FindAggregate(name) != nullptr) {
    return MakeError("NOT_A_TABLE_FUNCTION", {{"functionName", QuoteIdentifier(name)}});
  }
  return MakeError("UNRESOLVABLE_TABLE_VALUED_FUNCTION", {{"name", QuoteIdentifier(name)}});
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeExternalTable(
    const std::shared_ptr<const spec::ExternalTable>& function, const spec::Expression& call) {
  ExternalTableCallBuilder builder(context_, function);
  ARROW_ASSIGN_OR_RAISE(const spec::TableArgument* table, builder.Begin(call));
  if (table != nullptr) {
    ARROW_ASSIGN_OR_RAISE(AnalyzedRelation rows, Analyze(table->relation));
    builder.SetTable(std::move(rows));
  }
  ARROW_ASSIGN_OR_RAISE(NodePtr node, builder.Build());
  return MakeRelation(std::move(node));
}

}  // namespace thalweg::plan

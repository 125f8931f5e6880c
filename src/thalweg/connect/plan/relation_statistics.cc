// df.describe(), df.summary(), df.stat: written out as aggregations.

#include <algorithm>
#include <limits>
#include <optional>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/sql/attribute_name.h"
#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/literal.h"
#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/user_defined_type.h"

namespace thalweg::connect {
namespace {

using google::protobuf::RepeatedPtrField;
using plan::spec::MakeAlias;
using plan::spec::MakeAttribute;
using plan::spec::MakeCast;
using plan::spec::MakeFunction;
using plan::spec::MakeLiteral;

ExpressionPtr Text(const std::string& text) {
  return MakeLiteral(std::make_shared<arrow::StringScalar>(text));
}

ExpressionPtr Number(double value) {
  return MakeLiteral(std::make_shared<arrow::DoubleScalar>(value));
}

/// The part of one that "25%" says; nothing for what is no percentage.
/// Errors: UNRECOGNIZED_STATISTIC.
Result<std::optional<double>> FractionOf(const std::string& statistic) {
  if (!statistic.ends_with("%")) return std::optional<double>();
  const std::string digits = statistic.substr(0, statistic.size() - 1);
  char* end = nullptr;
  const double percent = std::strtod(digits.c_str(), &end);
  if (digits.empty() || *end != '\0') {
    return MakeError("UNRECOGNIZED_STATISTIC", {{"stats", "'" + statistic + "'"}});
  }
  // False for what is no number, too.
  const bool valid = percent >= 0 && percent <= 100;
  if (!valid) {
    return Status::Invalid("requirement failed: Percentiles must be in the range [0, 1]");
  }
  return std::optional<double>(percent / 100);
}

/// What `statistic` is of the column `field`.
Result<ExpressionPtr> Statistic(const std::string& statistic, const arrow::Field& field) {
  const ExpressionPtr column = MakeAttribute({field.name()});
  const ExpressionPtr number =
      IsString(*field.type()) ? MakeCast(column, arrow::float64(), /*try_cast=*/true) : column;
  ARROW_ASSIGN_OR_RAISE(const auto fraction, FractionOf(statistic));
  if (fraction) return MakeFunction("percentile_approx", {number, Number(*fraction)});
  if (statistic == "count" || statistic == "min" || statistic == "max") {
    return MakeFunction(statistic, {column});
  }
  if (statistic == "mean") return MakeFunction("avg", {number});
  if (statistic == "stddev") return MakeFunction("stddev_samp", {number});
  if (statistic == "approx_count_distinct") return MakeFunction(statistic, {column});
  if (statistic == "count_distinct") {
    auto count = std::make_shared<Expression>(*MakeFunction("count", {column}));
    count->distinct = true;
    return ExpressionPtr(std::move(count));
  }
  return MakeError("UNRECOGNIZED_STATISTIC", {{"stats", "'" + statistic + "'"}});
}

/// A row for each statistic: its name, and what it is of each column, as text.
Result<RelationDraft> Statistics(RelationPtr input, const std::vector<std::string>& statistics,
                                 const arrow::FieldVector& columns) {
  RelationDraft aggregate = Derive(RelationKind::kProject, std::move(input));
  const auto num_rows = static_cast<int32_t>(statistics.size());
  std::vector<ExpressionPtr> cells = {MakeLiteral(std::make_shared<arrow::Int32Scalar>(num_rows))};
  for (const std::string& statistic : statistics) {
    cells.push_back(Text(statistic));
    for (const FieldPtr& column : columns) {
      ARROW_ASSIGN_OR_RAISE(auto value, Statistic(ToLowerAscii(statistic), *column));
      const std::string name = fmt::format("value_{}", aggregate->expressions.size());
      aggregate->expressions.push_back(MakeAlias(std::move(value), name));
      cells.push_back(MakeCast(MakeAttribute({name}), arrow::utf8()));
    }
  }
  Expression table;
  table.kind = ExpressionKind::kAlias;
  table.name = {"summary"};
  for (const FieldPtr& column : columns) table.name.push_back(column->name());
  table.children = {MakeFunction("stack", std::move(cells))};
  // Without columns nothing is counted, but there are rows.
  RelationPtr counted = aggregate->expressions.empty() ? nullptr : RelationPtr(aggregate);
  return Select(std::move(counted), {std::make_shared<const Expression>(std::move(table))});
}

Result<arrow::FieldVector> DescribedColumns(Translator* translator, const RelationPtr& input) {
  ARROW_ASSIGN_OR_RAISE(const auto schema, translator->SchemaOf(input));
  arrow::FieldVector columns;
  for (const FieldPtr& field : schema->fields()) {
    const arrow::DataType& type = *field->type();
    if (FindUserDefined(type) != nullptr) continue;
    if (IsNumeric(type) || IsString(type)) columns.push_back(field);
  }
  return columns;
}

/// `function` of two columns of numbers, where NULL counts as 0; `missing` if it gives none.
Result<RelationDraft> TwoColumns(Translator* translator, const proto::Relation& input,
                                 const std::string& function, const std::string& what,
                                 const std::vector<std::string>& columns, double missing,
                                 const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(auto rows, translator->Translate(input));
  std::vector<ExpressionPtr> numbers;
  for (const std::string& text : columns) {
    ARROW_ASSIGN_OR_RAISE(auto parts, sql::ParseAttributeName(text));
    const ExpressionPtr column = MakeAttribute(std::move(parts));
    ARROW_ASSIGN_OR_RAISE(const auto schema,
                          translator->SchemaOf(Select(rows, {MakeAlias(column, name)})));
    const TypePtr& type = schema->field(0)->type();
    if (!IsNumeric(*type) || FindUserDefined(*type) != nullptr) {
      return Status::Invalid("requirement failed: Currently ", what,
                             " calculation for columns with dataType ", SimpleTypeName(*type),
                             " not supported.");
    }
    numbers.push_back(MakeFunction("coalesce", {MakeCast(column, arrow::float64()), Number(0)}));
  }
  return Select(std::move(rows),
                {MakeAlias(MakeFunction("coalesce", {MakeFunction(function, std::move(numbers)),
                                                     Number(missing)}),
                           name)});
}

/// How a value stands in the first column and in the names of the columns of a crosstab.
ExpressionPtr CrosstabText(const std::string& column) {
  const ExpressionPtr value = MakeCast(MakeAttribute({column}), arrow::utf8());
  return MakeFunction("coalesce", {value, Text("null")});
}

}  // namespace

Result<RelationDraft> TranslateDescribe(Translator* translator,
                                        const proto::StatDescribe& describe) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(describe.input()));
  if (!describe.cols().empty()) {
    std::vector<ExpressionPtr> chosen;
    for (const std::string& text : describe.cols()) {
      ARROW_ASSIGN_OR_RAISE(auto parts, sql::ParseAttributeName(text));
      chosen.push_back(MakeAttribute(std::move(parts)));
    }
    input = Select(std::move(input), std::move(chosen));
  }
  ARROW_ASSIGN_OR_RAISE(const auto columns, DescribedColumns(translator, input));
  return Statistics(std::move(input), {"count", "mean", "stddev", "min", "max"}, columns);
}

Result<RelationDraft> TranslateSummary(Translator* translator, const proto::StatSummary& summary) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(summary.input()));
  ARROW_ASSIGN_OR_RAISE(const auto columns, DescribedColumns(translator, input));
  std::vector<std::string> statistics(summary.statistics().begin(), summary.statistics().end());
  if (statistics.empty()) {
    statistics = {"count", "mean", "stddev", "min", "25%", "50%", "75%", "max"};
  }
  return Statistics(std::move(input), statistics, columns);
}

Result<RelationDraft> TranslateCovariance(Translator* translator, const proto::StatCov& cov) {
  return TwoColumns(translator, cov.input(), "covar_samp", "covariance", {cov.col1(), cov.col2()},
                    0, "cov");
}

Result<RelationDraft> TranslateCorrelation(Translator* translator, const proto::StatCorr& corr) {
  if (corr.has_method() && corr.method() != "pearson") {
    return Status::Invalid(
        "requirement failed: Currently only the calculation of the Pearson Correlation coefficient "
        "is supported.");
  }
  return TwoColumns(translator, corr.input(), "corr", "correlation", {corr.col1(), corr.col2()},
                    std::numeric_limits<double>::quiet_NaN(), "corr");
}

Result<RelationDraft> TranslateCrosstab(Translator* translator,
                                        const proto::StatCrosstab& crosstab) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(crosstab.input()));
  auto arguments = std::make_shared<plan::spec::RelationArguments>();
  arguments->pivot.implicit_grouping = false;
  const std::string corner = crosstab.col1() + "_" + crosstab.col2();
  arguments->pivot.grouping = {MakeAttribute({corner})};
  arguments->pivot.aggregates = {MakeFunction("count", {plan::spec::MakeStar()})};
  arguments->pivot.column = MakeAttribute({"crosstab_column"});
  const RelationPtr texts =
      Select(std::move(input), {MakeAlias(CrosstabText(crosstab.col1()), corner),
                                MakeAlias(CrosstabText(crosstab.col2()), "crosstab_column")});
  ARROW_ASSIGN_OR_RAISE(arguments->pivot.values,
                        FindPivotValues(translator, texts, arguments->pivot.column));
  RelationDraft pivot = Derive(RelationKind::kPivot, texts);
  pivot->arguments = std::move(arguments);
  auto zero = std::make_shared<plan::spec::RelationArguments>();
  zero->fill = {MakeLiteral(std::make_shared<arrow::Int64Scalar>(0))};
  RelationDraft filled = Derive(RelationKind::kFillNull, std::move(pivot));
  filled->arguments = std::move(zero);
  return filled;
}

Result<RelationDraft> TranslateSampleBy(Translator* translator, const proto::StatSampleBy& sample) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(sample.input()));
  ARROW_ASSIGN_OR_RAISE(const auto column, translator->Translate(sample.col()));
  Expression fraction;
  fraction.kind = ExpressionKind::kCase;
  for (const auto& entry : sample.fractions()) {
    const bool valid = entry.fraction() >= 0 && entry.fraction() <= 1;
    if (!valid) {
      return Status::Invalid("requirement failed: Fractions must be in [0, 1], but got ",
                             entry.fraction(), ".");
    }
    ARROW_ASSIGN_OR_RAISE(auto stratum, ScalarFromProto(entry.stratum()));
    fraction.children.push_back(MakeFunction("=", {column, MakeLiteral(std::move(stratum))}));
    fraction.children.push_back(Number(entry.fraction()));
  }
  fraction.has_else = true;
  fraction.children.push_back(Number(0));
  std::vector<ExpressionPtr> seed;
  if (sample.has_seed()) {
    seed.push_back(MakeLiteral(std::make_shared<arrow::Int64Scalar>(sample.seed())));
  }
  RelationDraft relation = Derive(RelationKind::kFilter, PassThrough(std::move(input)));
  relation->condition = MakeFunction(
      "<", {MakeFunction("rand", std::move(seed)), std::make_shared<const Expression>(fraction)});
  return relation;
}

}  // namespace thalweg::connect

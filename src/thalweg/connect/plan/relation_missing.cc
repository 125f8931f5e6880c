// fillna, dropna and replace.

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/literal.h"
#include "thalweg/plan/spec/relation_arguments.h"

namespace thalweg::connect {
namespace {

using plan::spec::RelationArguments;

Result<ExpressionPtr> LiteralOf(const proto::Expression::Literal& literal) {
  ARROW_ASSIGN_OR_RAISE(auto scalar, ScalarFromProto(literal));
  return plan::spec::MakeLiteral(std::move(scalar));
}

template <typename Names>
RelationDraft Edit(RelationKind kind, RelationPtr input, const Names& names,
                   RelationArguments arguments) {
  RelationDraft relation = Derive(kind, std::move(input));
  relation->column_names = {names.begin(), names.end()};
  relation->arguments = std::make_shared<const RelationArguments>(std::move(arguments));
  return relation;
}

}  // namespace

Result<RelationDraft> TranslateFill(Translator* translator, const proto::NAFill& fill) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(fill.input()));
  if (fill.values().empty()) return MissingPart("NAFill", "values");
  if (fill.values_size() > 1 && fill.values_size() != fill.cols_size()) {
    return MakeError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE",
                     {{"message", "fillna() needs one value, or one for each column"}});
  }
  RelationArguments arguments;
  for (const auto& literal : fill.values()) {
    ARROW_ASSIGN_OR_RAISE(auto value, LiteralOf(literal));
    arguments.fill.push_back(std::move(value));
  }
  return Edit(RelationKind::kFillNull, std::move(input), fill.cols(), std::move(arguments));
}

Result<RelationDraft> TranslateDropMissing(Translator* translator, const proto::NADrop& drop) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(drop.input()));
  RelationArguments arguments;
  if (drop.has_min_non_nulls()) arguments.minimum_valid = drop.min_non_nulls();
  return Edit(RelationKind::kDropNull, std::move(input), drop.cols(), std::move(arguments));
}

Result<RelationDraft> TranslateReplace(Translator* translator, const proto::NAReplace& replace) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(replace.input()));
  RelationArguments arguments;
  for (const auto& replacement : replace.replacements()) {
    ARROW_ASSIGN_OR_RAISE(auto old_value, LiteralOf(replacement.old_value()));
    ARROW_ASSIGN_OR_RAISE(auto new_value, LiteralOf(replacement.new_value()));
    arguments.replacements.emplace_back(std::move(old_value), std::move(new_value));
  }
  return Edit(RelationKind::kReplace, std::move(input), replace.cols(), std::move(arguments));
}

}  // namespace thalweg::connect

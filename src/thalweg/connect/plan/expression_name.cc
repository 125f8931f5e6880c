// Columns, stars, aliases and casts.

#include "thalweg/sql/attribute_name.h"
#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/data_type.h"
#include "thalweg/plan/spec/alias_metadata.h"
#include "thalweg/plan/spec/plan_id.h"

namespace thalweg::connect {

Result<ExpressionPtr> TranslateAttribute(const proto::Expression::UnresolvedAttribute& attribute) {
  Expression made;
  made.kind = ExpressionKind::kAttribute;
  ARROW_ASSIGN_OR_RAISE(made.name, sql::ParseAttributeName(attribute.unparsed_identifier()));
  if (attribute.has_plan_id()) plan::spec::SetPlanId(attribute.plan_id(), &made);
  return std::make_shared<const Expression>(std::move(made));
}

Result<ExpressionPtr> TranslateStar(const proto::Expression::UnresolvedStar& star) {
  Expression made;
  made.kind = ExpressionKind::kStar;
  if (star.has_plan_id()) plan::spec::SetPlanId(star.plan_id(), &made);
  std::string target = star.unparsed_target();
  if (!target.empty()) {
    const bool proper = target.size() > 2 && target.compare(target.size() - 2, 2, ".*") == 0;
    if (!proper) return MissingPart("Expression.UnresolvedStar", "unparsed_target");
    target.resize(target.size() - 2);
    ARROW_ASSIGN_OR_RAISE(made.name, sql::ParseAttributeName(target));
  }
  return std::make_shared<const Expression>(std::move(made));
}

Result<ExpressionPtr> TranslateAlias(Translator* translator,
                                     const proto::Expression::Alias& alias) {
  if (alias.name().empty()) return MissingPart("Expression.Alias", "name");
  Expression made;
  made.kind = ExpressionKind::kAlias;
  made.name = {alias.name().begin(), alias.name().end()};
  ARROW_ASSIGN_OR_RAISE(auto child, translator->Translate(alias.expr()));
  made.children = {std::move(child)};
  if (alias.has_metadata()) plan::spec::SetAliasMetadata(alias.metadata(), &made);
  return std::make_shared<const Expression>(std::move(made));
}

Result<ExpressionPtr> TranslateCast(Translator* translator, const proto::Expression::Cast& cast) {
  ARROW_ASSIGN_OR_RAISE(auto child, translator->Translate(cast.expr()));
  TypePtr type;
  if (cast.has_type()) {
    ARROW_ASSIGN_OR_RAISE(type, DataTypeFromProto(cast.type()));
  } else if (!cast.type_str().empty()) {
    ARROW_ASSIGN_OR_RAISE(type, ParseDataType(cast.type_str()));
  } else {
    return MissingPart("Expression.Cast", "cast_to_type");
  }
  const bool is_try = cast.eval_mode() == proto::Expression::Cast::EVAL_MODE_TRY;
  return plan::spec::MakeCast(std::move(child), std::move(type), is_try);
}

}  // namespace thalweg::connect

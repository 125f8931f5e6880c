#pragma once

// Relations and expressions that few programs use; each is written out as others.

#include "thalweg/connect/plan/translator.h"

namespace thalweg::connect {

// relation_quantile.cc
Result<RelationDraft> TranslateQuantiles(Translator* translator,
                                         const proto::StatApproxQuantile& quantiles);
Result<RelationDraft> TranslateFrequentItems(Translator* translator,
                                             const proto::StatFreqItems& items);
// relation_transpose.cc
Result<RelationDraft> TranslateTranspose(Translator* translator, const proto::Transpose& transpose);
// relation_nearest.cc
Result<RelationDraft> TranslateAsOfJoin(Translator* translator, const proto::AsOfJoin& join);
Result<RelationDraft> TranslateNearestJoin(Translator* translator,
                                           const proto::NearestByJoin& join);
// expression_field.cc
Result<ExpressionPtr> TranslateFieldUpdate(Translator* translator,
                                           const proto::Expression::UpdateFields& update);
/// The columns of `input` whose names match; a plain name stands for itself.
Result<std::vector<ExpressionPtr>> TranslatePattern(
    Translator* translator, const RelationPtr& input,
    const proto::Expression::UnresolvedRegex& pattern);

}  // namespace thalweg::connect

// Order, limits and watermarks.

#include <arrow/api.h>

#include "thalweg/sql/attribute_name.h"
#include "thalweg/base/settings.h"
#include "thalweg/connect/plan/translator.h"

namespace thalweg::connect {

Result<RelationDraft> TranslateSort(Translator* translator, const proto::Sort& sort) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(sort.input()));
  RelationDraft relation = Derive(RelationKind::kSort, std::move(input));
  relation->all = sort.has_is_global() && !sort.is_global();
  for (const auto& order : sort.order()) {
    ARROW_ASSIGN_OR_RAISE(auto made, translator->TranslateOrder(order));
    relation->order.push_back(std::move(made));
  }
  return relation;
}

Result<RelationDraft> TranslateLimit(Translator* translator, const proto::Relation& input,
                                     RelationKind kind, int32_t count) {
  ARROW_ASSIGN_OR_RAISE(auto translated, translator->Translate(input));
  RelationDraft relation = Derive(kind, std::move(translated));
  relation->condition = plan::spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(count));
  return relation;
}

Result<RelationDraft> TranslateWatermark(Translator* translator,
                                         const proto::WithWatermark& watermark) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(watermark.input()));
  RelationDraft relation = Derive(RelationKind::kWatermark, std::move(input));
  ARROW_ASSIGN_OR_RAISE(auto name, sql::ParseAttributeName(watermark.event_time()));
  relation->expressions = {plan::spec::MakeAttribute(std::move(name))};
  constexpr int kMonthDays = 31;
  ARROW_ASSIGN_OR_RAISE(relation->delay_micros,
                        ParseIntervalMicros(watermark.delay_threshold(), kMonthDays));
  if (relation->delay_micros < 0) {
    return Status::Invalid("requirement failed: delay threshold (", watermark.delay_threshold(),
                           ") should not be negative.");
  }
  return relation;
}

}  // namespace thalweg::connect

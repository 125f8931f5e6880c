#include "thalweg/plan/analyzer/map_key_form.h"

#include "thalweg/functions/map_key_policy.h"
#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {

std::string FormUnderSettings(const AnalyzerContext& context, const std::string& name) {
  if (context.settings == nullptr) return name;
  std::string form = functions::LastWinForm(name);
  if (form == name) return name;
  const std::string policy = context.settings->Get("spark.sql.mapKeyDedupPolicy");
  return EqualsIgnoreCase(policy, "LAST_WIN") ? form : name;
}

}  // namespace thalweg::plan

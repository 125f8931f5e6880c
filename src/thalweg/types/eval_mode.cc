#include "thalweg/types/eval_mode.h"

#include "thalweg/base/settings.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg {

EvalMode EvalModeOf(const Settings& settings) {
  const bool off = ToLowerAscii(settings.Get("spark.sql.ansi.enabled")) == "false";
  return off ? EvalMode::kLegacy : EvalMode::kAnsi;
}

}  // namespace thalweg

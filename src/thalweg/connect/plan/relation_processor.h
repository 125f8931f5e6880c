#pragma once

#include "thalweg/connect/plan/translator.h"

namespace thalweg::connect {

/// transformWithState and transformWithStateInPandas: a GroupMap with a Python processor.
Result<RelationDraft> TranslateTransformWithState(Translator* translator,
                                                  const proto::GroupMap& map);

}  // namespace thalweg::connect
